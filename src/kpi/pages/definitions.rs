//! `/kpis/definitions`: what is measured and how. A list by family, one definition with its versions and where it is used, and the measures
//! that expressions are made of (ISO 9001 9.1.1).

use actix_web::web::Path;
use serde::Serialize;

use super::{definition_form, words};
use crate::actor::Permission;
use crate::error::{Error, Result};
use crate::kpi::definition::Definition;
use crate::kpi::method::{MethodKind, Variant};
use crate::kpi::vocabulary::{SourceKind, Vocabulary};
use crate::kpi::{self, Known};
use crate::text::{Lang, t};
use crate::web::{Area, PageResult, Reading, View, Visit};

#[derive(Serialize)]
struct Row {
    code: String,
    name: String,
    href: String,
    unit: String,
    direction: String,
    kind: String,
    sources: String,
    version: i64,
    own: bool,
}

#[derive(Serialize)]
struct Group {
    name: String,
    kind: String,
    covers: String,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct List {
    groups: Vec<Group>,
    count: usize,
    may_manage: bool,
}

/// All definitions by family.
pub(crate) async fn index(visit: Visit) -> PageResult {
    visit
        .page("kpis/definitions.html", move |r| {
            r.actor.see(Permission::ReadKpis)?;
            let known = kpi::definitions(r.conn)?;
            let (mut groups, count) = (Vec::new(), known.len());
            for family in kpi::families(r.conn)? {
                let rows = known.iter().filter(|known| known.definition.family == family.code).map(|known| row(r, known)).collect();
                let covers = if r.lang == Lang::Zh { family.covers_zh.clone() } else { family.covers_en.clone() };
                let kind = r.t(&format!("kpis-kind-{}", family.kind));
                groups.push(Group { name: family.name(r.lang).to_owned(), kind, covers, rows });
            }
            let view = List { groups, count, may_manage: r.actor.may(Permission::ManageKpis) };
            Ok(View::new(Area::Kpis, r.t("kpid-title"), view))
        })
        .await
}

fn row(r: &Reading<'_>, known: &Known) -> Row {
    let definition = &known.definition;
    Row {
        code: definition.code.clone(),
        name: definition.name(r.lang).to_owned(),
        href: format!("/kpis/definitions/{}", definition.code),
        unit: unit_name(&definition.unit, r.lang),
        direction: direction_name(&definition.direction, r.lang),
        kind: definition.method.as_ref().map(|method| kind_name(method.kind, r.lang)).unwrap_or_default(),
        sources: sources(&definition.sources(), r.lang),
        version: known.version,
        own: definition.origin == "own",
    }
}

fn sources(kinds: &[SourceKind], lang: Lang) -> String {
    let names: Vec<String> = kinds.iter().map(|kind| source_name(*kind, lang)).collect();
    names.join(if lang == Lang::Zh { "、" } else { ", " })
}

fn source_name(kind: SourceKind, lang: Lang) -> String {
    t(lang, &format!("kpid-from-{}", kind.as_str()), &[])
}

pub(super) fn unit_name(unit: &str, lang: Lang) -> String {
    t(lang, &format!("kpid-unit-{}", unit.replace('_', "-")), &[])
}

pub(super) fn direction_name(direction: &str, lang: Lang) -> String {
    t(lang, &format!("kpid-direction-{direction}"), &[])
}

pub(super) fn kind_name(kind: MethodKind, lang: Lang) -> String {
    t(lang, &format!("kpid-kind-{}", kind.as_str().replace('_', "-")), &[])
}

pub(super) fn rule_name(rule: &str, lang: Lang) -> String {
    t(lang, &format!("kpid-rule-{}", rule.to_lowercase()), &[])
}

#[derive(Serialize)]
struct Part {
    name: String,
    text: String,
}

#[derive(Serialize)]
struct Version {
    number: i64,
    starts_on: Option<String>,
    own: bool,
    current: bool,
    parts: Vec<Part>,
    variant: Option<String>,
    limits: String,
}

#[derive(Serialize)]
struct MeasureRow {
    name: String,
    title: String,
    shape: String,
    unit: String,
    source: String,
    meaning: String,
}

#[derive(Serialize)]
struct Use {
    name: String,
    weight: u32,
}

#[derive(Serialize)]
struct Shown {
    code: String,
    name: String,
    other_name: String,
    family: String,
    unit: String,
    direction: String,
    kind: String,
    rule: String,
    chart: String,
    chart_rules: String,
    grain: String,
    split: bool,
    gate: bool,
    owner: Option<String>,
    words: String,
    usual: Option<String>,
    limits: String,
    provenance: Option<String>,
    variants: Vec<Part>,
    parameters: Vec<Part>,
    beside: Vec<Part>,
    measures: Vec<MeasureRow>,
    uses: Vec<Use>,
    targets: usize,
    centres: Vec<Part>,
    versions: Vec<Version>,
    may_manage: bool,
}

/// One definition, its versions, and where it is used.
pub(crate) async fn show(visit: Visit, code: Path<String>) -> PageResult {
    visit
        .page("kpis/definition.html", move |r| {
            let view = shown(r, &code)?;
            Ok(View::new(Area::Kpis, view.name.clone(), view))
        })
        .await
}

fn shown(r: &mut Reading<'_>, code: &str) -> Result<Shown> {
    let history = kpi::definition_history(r.conn, &r.actor, code)?;
    let newest = history.last().ok_or(Error::NotFound)?;
    let definition = newest.definition.clone();
    let family = kpi::families(r.conn)?.into_iter().find(|family| family.code == definition.family);
    let slots = newest.formula.as_ref().map(|formula| formula.measures()).unwrap_or_default();
    let measures = slots.into_iter().map(|slot| measure_row(Vocabulary::shipped().at(slot), r.lang)).collect();
    let uses = kpi::weights_of(r.conn, code)?;
    let centres = kpi::centres(r.conn, &r.actor)?.into_iter().filter(|centre| centre.active);
    let source = definition.provenance.as_ref().map(|source| r.t(&format!("kpis-source-{source}")));
    Ok(Shown {
        code: code.to_owned(),
        name: definition.name(r.lang).to_owned(),
        other_name: definition.name(r.lang.other()).to_owned(),
        family: family.map(|family| family.name(r.lang).to_owned()).unwrap_or_default(),
        unit: unit_name(&definition.unit, r.lang),
        direction: direction_name(&definition.direction, r.lang),
        kind: definition.method.as_ref().map(|method| kind_name(method.kind, r.lang)).unwrap_or_default(),
        rule: rule_name(&definition.n_rule, r.lang),
        chart: super::control::chart_name(definition.chart, r.lang),
        chart_rules: super::control::named_rules(&definition),
        grain: r.t(&format!("kpis-points-{}", definition.points.as_str())),
        split: !definition.split.is_none(),
        gate: definition.gate,
        owner: definition.owner.clone(),
        words: definition.words(r.lang).to_owned(),
        usual: super::measure::usual(r, newest),
        limits: words::limits(&definition, &definition.limits, r.lang),
        provenance: source,
        variants: variants(&definition, r.lang),
        parameters: definition
            .parameters
            .iter()
            .map(|(name, value)| Part { name: name.clone(), text: value.to_string() })
            .collect(),
        beside: beside(&definition, r.lang),
        measures,
        uses: uses
            .0
            .into_iter()
            .map(|(centre_type, weight)| Use {
                name: r.t(&format!("centre-type-{}", centre_type.as_str().replace('_', "-"))),
                weight,
            })
            .collect(),
        targets: uses.1,
        centres: centres
            .map(|centre| Part { name: centre.name(r.lang).to_owned(), text: format!("/kpis/{}/{code}", centre.code) })
            .collect(),
        versions: history
            .iter()
            .rev()
            .map(|known| version(known, known.definition.variant.clone(), known == newest, r.lang))
            .collect(),
        may_manage: r.actor.may(Permission::ManageKpis),
    })
}

fn variants(definition: &Definition, lang: Lang) -> Vec<Part> {
    let part = |text: &Option<String>| text.clone().unwrap_or_else(|| "…".to_owned());
    let text = |one: &Variant| match (definition_form::weighing_text(one), &one.numerator, &one.denominator) {
        (weight, None, None) if weight.is_empty() => one.id.clone(),
        (weight, None, None) => format!("{} = Σ (w × x̄) / Σ w, w: {weight}", one.id),
        (_, above, below) => format!("{} = ({}) / ({})", one.id, part(above), part(below)),
    };
    let name = |one: &Variant| if lang == Lang::Zh { one.zh.clone() } else { one.en.clone() };
    definition.variants.iter().map(|one| Part { name: name(one), text: text(one) }).collect()
}

fn beside(definition: &Definition, lang: Lang) -> Vec<Part> {
    let name = |one: &crate::kpi::method::Beside| if lang == Lang::Zh { one.zh.clone() } else { one.en.clone() };
    definition.beside.iter().map(|one| Part { name: name(one), text: one.expression.clone() }).collect()
}

fn version(known: &Known, variant: Option<String>, current: bool, lang: Lang) -> Version {
    let definition = &known.definition;
    let parts = definition.effective().map(|method| {
        let fields = definition_form::fields(&Definition { method: Some(method), ..(**definition).clone() });
        let named = fields.into_iter().filter_map(|(name, text)| Some((name.strip_prefix("method.")?, text)));
        let shown = named.filter(|(name, text)| *name != "kind" && !text.is_empty());
        shown.map(|(name, text)| Part { name: t(lang, &format!("kpid-part-{}", name.replace('_', "-")), &[]), text }).collect()
    });
    Version {
        number: known.version,
        starts_on: definition.starts_on.map(|day| day.to_string()),
        own: definition.origin == "own",
        current,
        parts: parts.unwrap_or_default(),
        variant,
        limits: words::limits(definition, &definition.limits, lang),
    }
}

fn measure_row(measure: &crate::kpi::vocabulary::Measure, lang: Lang) -> MeasureRow {
    let unit = crate::kpi::expression::Unit::named(Vocabulary::shipped(), &measure.unit).unwrap_or_default();
    let shape = serde_json::to_value(measure.shape).ok().and_then(|shape| shape.as_str().map(str::to_owned)).unwrap_or_default();
    MeasureRow {
        name: measure.name.clone(),
        title: measure.title(lang).to_owned(),
        shape: t(lang, &format!("kpid-shape-{shape}"), &[]),
        unit: unit.text(Vocabulary::shipped(), lang),
        source: source_name(measure.source, lang),
        meaning: measure.meaning(lang).to_owned(),
    }
}

#[derive(Serialize)]
struct Measures {
    groups: Vec<MeasureGroup>,
    functions: Vec<Part>,
}

#[derive(Serialize)]
struct MeasureGroup {
    id: &'static str,
    name: String,
    rows: Vec<MeasureRow>,
}

/// The measures and functions that expressions are made of.
pub(crate) async fn measures(visit: Visit) -> PageResult {
    visit
        .page("kpis/measures.html", move |r| {
            r.actor.see(Permission::ReadKpis)?;
            let all = Vocabulary::shipped().measures();
            let group = |kind: &SourceKind| MeasureGroup {
                id: kind.as_str(),
                name: source_name(*kind, r.lang),
                rows: all.iter().filter(|measure| measure.source == *kind).map(|measure| measure_row(measure, r.lang)).collect(),
            };
            let function = |(form, key): &(&str, &str)| Part { name: (*form).to_owned(), text: r.t(key) };
            let view = Measures {
                groups: SourceKind::ALL.iter().map(group).collect(),
                functions: FUNCTIONS.iter().map(function).collect(),
            };
            Ok(View::new(Area::Kpis, r.t("kpid-measures"), view))
        })
        .await
}

/// What can be written, and the key of what it means.
const FUNCTIONS: [(&str, &str); 18] = [
    ("+ - * /   × ÷   ( )", "kpid-fn-signs"),
    ("< <= > >= = !=   and or not", "kpid-fn-conditions"),
    ("if(c, a, b)", "kpid-fn-if"),
    ("coalesce(a, b)", "kpid-fn-coalesce"),
    ("known(m)", "kpid-fn-known"),
    ("last(m)  min(m)  max(m)", "kpid-fn-stock"),
    ("mean(m)", "kpid-fn-mean"),
    ("count(m)", "kpid-fn-count"),
    ("total(m)", "kpid-fn-total"),
    ("within(m, t)", "kpid-fn-within"),
    ("between(m, a, b)", "kpid-fn-between"),
    ("quantile(m, q)", "kpid-fn-quantile"),
    ("min(a, b)  max(a, b)", "kpid-fn-least"),
    ("abs(a)", "kpid-fn-abs"),
    ("sum(m)", "kpid-fn-sum"),
    ("over(12 months, a)", "kpid-fn-over"),
    ("per_year(a)", "kpid-fn-per-year"),
    ("months()  days()", "kpid-fn-months"),
];
