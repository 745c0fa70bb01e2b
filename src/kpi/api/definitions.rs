//! Definitions as JSON: one with its versions, added, changed; the measures that expressions are made of; the check of an expression.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::view::DefinitionView;
use crate::actor::Permission::{ManageKpis, ReadKpis};
use crate::api::{ApiResult, ApiVisit, JsonBody, Page, Reply, tagged};
use crate::error::{Error, Result};
use crate::kpi::definition::{Definition, check_expression};
use crate::kpi::expression::{Parameters, Unit};
use crate::kpi::vocabulary::{Measure, Shape, SourceKind, Vocabulary};
use crate::kpi::{self, Known, SaveDefinition};
use crate::text::Lang;

/// A definition with all its versions, oldest first; each counts for periods that end on its first day or later.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = KpiDefinitionHistory)]
pub(super) struct HistoryView {
    /// The newest version.
    current: DefinitionView,
    /// All versions.
    versions: Vec<DefinitionView>,
}

/// A KPI definition with its versions.
#[utoipa::path(get, path = "/api/v1/kpis/{code}", tag = "kpis", params(("code" = String, Path, description = "Code of the KPI")),
    responses((status = 200, body = HistoryView)))]
pub(crate) async fn history(visit: ApiVisit, code: web::Path<String>) -> ApiResult {
    let versions = visit.read(move |r| kpi::definition_history(r.conn, &r.actor, &code)).await?;
    let newest = versions.last().cloned().ok_or(Error::NotFound)?;
    let (version, current) = (newest.version, DefinitionView::of(newest));
    Ok(tagged(version, &HistoryView { current, versions: versions.into_iter().map(DefinitionView::of).collect() }))
}

/// A definition as it shall be, and why.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[schema(as = KpiDefinitionChange)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    /// The definition; its code is that of the address.
    definition: Definition,
    /// Kept in the history.
    reason: String,
}

/// Adds a KPI.
#[utoipa::path(post, path = "/api/v1/kpis", tag = "kpis", request_body = Change, responses((status = 201, body = DefinitionView)))]
pub(crate) async fn create(visit: ApiVisit, body: JsonBody) -> ApiResult {
    visit.admit(Some(ManageKpis)).await?;
    let Change { definition, reason } = body.command()?;
    let command = SaveDefinition { definition, seen: None, reason };
    visit
        .change(&body, move |tx| {
            let known = kpi::save_definition(tx, &command)?;
            let location = format!("/api/v1/kpis/{}", known.definition.code);
            Reply::created(&location, known.version, &DefinitionView::of(known))
        })
        .await
}

/// Gives a KPI a new version; the versions before go on counting for periods that end before its first day.
#[utoipa::path(put, path = "/api/v1/kpis/{code}", tag = "kpis", request_body = Change,
    params(("code" = String, Path, description = "Code of the KPI"), ("If-Match" = String, Header, description = "ETag of the definition as last seen")),
    responses((status = 200, body = DefinitionView)))]
pub(crate) async fn change(visit: ApiVisit, code: web::Path<String>, body: JsonBody) -> ApiResult {
    visit.admit(Some(ManageKpis)).await?;
    let seen = visit.seen_version()?;
    let Change { definition, reason } = body.command()?;
    if definition.code != *code {
        return Err(Error::field("code", "kpi-definition-code-kept").into());
    }
    let command = SaveDefinition { definition, seen: Some(seen), reason };
    visit
        .change(&body, move |tx| {
            let known: Known = kpi::save_definition(tx, &command)?;
            Reply::changed(known.version, &DefinitionView::of(known))
        })
        .await
}

/// A measure.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = KpiMeasure)]
pub(super) struct MeasureView {
    /// Its name in expressions.
    name: &'static str,
    /// The kind of import that delivers it.
    source: SourceKind,
    /// How its values come together.
    shape: Shape,
    /// The unit of its values.
    unit: &'static str,
    /// Of a spread: what it counts.
    counts: Option<&'static str>,
    /// Name in Chinese.
    zh: &'static str,
    /// Name in English.
    en: &'static str,
    /// Meaning in Chinese.
    meaning_zh: &'static str,
    /// Meaning in English.
    meaning_en: &'static str,
}

impl MeasureView {
    fn of(measure: &'static Measure) -> Self {
        Self {
            name: &measure.name,
            source: measure.source,
            shape: measure.shape,
            unit: &measure.unit,
            counts: measure.counts.as_deref(),
            zh: &measure.zh,
            en: &measure.en,
            meaning_zh: &measure.meaning_zh,
            meaning_en: &measure.meaning_en,
        }
    }
}

/// The measures that expressions are made of.
#[utoipa::path(get, path = "/api/v1/kpi/measures", tag = "kpis", responses((status = 200, body = Page<MeasureView>)))]
pub(crate) async fn measures(visit: ApiVisit) -> ApiResult {
    visit.read(|r| r.actor.see(ReadKpis)).await?;
    let items = Vocabulary::shipped().measures().iter().map(MeasureView::of).collect();
    Ok(HttpResponse::Ok().json(Page { items, next: None }))
}

/// What an expression comes to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = KpiExpression)]
pub(super) struct Checked {
    /// The expression as it is kept.
    expression: String,
    /// A condition rather than a number.
    condition: bool,
    /// The unit of its result.
    unit: String,
    /// The measures it names.
    measures: Vec<&'static str>,
}

/// Checks an expression: its unit and measures, or what is wrong with it and where (`start` and `end`, in bytes).
#[utoipa::path(get, path = "/api/v1/kpi/expressions", tag = "kpis",
    params(
        ("expression" = String, Query, description = "The expression"),
        ("parameters" = Option<String>, Query, description = "Parameters it may name: `threshold_s=20,short_s=5`")
    ),
    responses((status = 200, body = Checked)))]
pub(crate) async fn expression(visit: ApiVisit) -> ApiResult {
    visit.read(|r| r.actor.see(ReadKpis)).await?;
    let text: String = visit.param("expression")?.ok_or_else(|| Error::field("expression", "required"))?;
    let parameters = parameters(visit.param("parameters")?)?;
    let program = check_expression(&text, &parameters).map_err(|problem| Error::Invalid(vec![problem]))?;
    let measures = program.measures().iter().map(|slot| Vocabulary::shipped().at(*slot).name.as_str()).collect();
    let printed = crate::kpi::expression::parse(&text).map(|node| node.to_string()).unwrap_or(text);
    Ok(HttpResponse::Ok().json(Checked {
        expression: printed,
        condition: program.is_condition(),
        unit: unit(program.unit()),
        measures,
    }))
}

fn unit(unit: Unit) -> String {
    unit.text(Vocabulary::shipped(), Lang::En)
}

fn parameters(text: Option<String>) -> Result<Parameters> {
    let one = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        Some((name.trim().to_owned(), value.trim().parse().ok().filter(|number: &f64| number.is_finite())?))
    };
    let text = text.unwrap_or_default();
    let pairs = text.split(',').filter(|pair| !pair.trim().is_empty());
    pairs.map(|pair| one(pair).ok_or_else(|| Error::field("parameters", "kpi-limit-number"))).collect()
}
