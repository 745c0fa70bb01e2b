//! `/kpis/{centre}/{code}/agents`: results by pseudonym in a funnel. It flags who lies outside and puts nobody in an order.

use actix_web::web::{Path, Query};
use serde::{Deserialize, Serialize};

use super::words;
use crate::actor::Permission;
use crate::error::Result;
use crate::kpi::chart;
use crate::kpi::{self, Funnel, FunnelSource};
use crate::text::{Lang, t};
use crate::web::{Area, PageResult, Sheet, View, Visit};

/// What the address asks for.
#[derive(Deserialize)]
pub(crate) struct Asked {
    period: Option<String>,
    column: Option<String>,
}

#[derive(Serialize)]
struct Row {
    person: String,
    n: String,
    value: String,
    lower: Option<String>,
    upper: Option<String>,
    flagged: bool,
}

#[derive(Serialize)]
struct AgentsView {
    centre: String,
    centre_name: String,
    code: String,
    name: String,
    period: String,
    at: String,
    tabs: Vec<words::Tab>,
    columns: Vec<words::Tab>,
    /// The same as a file.
    sheet: String,
    pooled: Option<String>,
    unit: String,
    svg: Option<String>,
    rows: Vec<Row>,
    flagged: usize,
    left_out: Vec<String>,
    /// The value weighs channels, which the files of one person do not make up.
    by_channel: bool,
}

/// Results by person.
pub(crate) async fn show(visit: Visit, path: Path<(String, String)>, asked: Query<Asked>) -> PageResult {
    let (centre, code) = path.into_inner();
    visit
        .page("kpis/agents.html", move |r| {
            r.actor.see(Permission::ManageKpis)?;
            let seen = kpi::visible(r.conn, &r.actor, &centre)?;
            let period = words::asked(r.conn, asked.period.as_deref(), Some(&seen.id), r.today)?;
            let source = kpi::funnel_source(r.conn, &r.actor, &code, &centre, period)?;
            let found = source.read(&r.site.config.evidence_dir(), asked.column.as_deref())?;
            let view = view(&source, found, r.today, r.lang)?;
            Ok(View::new(Area::Kpis, view.name.clone(), view))
        })
        .await
}

fn view(source: &FunnelSource, found: Funnel, today: chrono::NaiveDate, lang: Lang) -> Result<AgentsView> {
    let definition = source.definition();
    let (centre, period) = (source.centre(), source.period());
    let path = format!("/kpis/{}/{}/agents", centre.code, definition.code);
    let number = |value: f64| words::figure(definition, value * definition.scale());
    let column = found.column.clone().unwrap_or_default();
    let tab = |name: &String| words::Tab {
        label: name.clone(),
        href: crate::web::address(&path, &[("period", &period.to_string()), ("column", name)]),
        current: *name == column,
    };
    let rows: Vec<Row> = found
        .people
        .iter()
        .map(|one| Row {
            person: one.person.clone(),
            n: one.value.denominator.to_string(),
            value: one.value.value.map(number).unwrap_or_default(),
            lower: one.limits.map(|limits| number(limits.lower)),
            upper: one.limits.map(|limits| number(limits.upper)),
            flagged: one.flagged,
        })
        .collect();
    Ok(AgentsView {
        svg: picture(source, &found, lang),
        pooled: found.process.as_ref().map(|process| number(process.centre())),
        flagged: rows.iter().filter(|row| row.flagged).count(),
        rows,
        columns: found.columns.iter().map(tab).collect(),
        sheet: crate::web::address(
            "/kpis/files/agents",
            &[("centre", &centre.code), ("code", &definition.code), ("period", &period.to_string()), ("column", &column)],
        ),
        tabs: words::tabs(&path, period, today, lang),
        centre: centre.code.clone(),
        centre_name: centre.name(lang).to_owned(),
        code: definition.code.clone(),
        name: definition.name(lang).to_owned(),
        period: words::period(period, lang),
        at: crate::kpi::Period::month_of(period.to).to_string(),
        unit: words::unit(definition, lang),
        left_out: found.left_out,
        by_channel: definition.effective().is_some_and(|method| method.is_by_channel()),
    })
}

/// The same as a table for spreadsheets.
pub(super) fn sheet(source: &FunnelSource, found: &Funnel, lang: Lang) -> Sheet {
    let (definition, period) = (source.definition(), source.period().to_string());
    let scale = definition.scale();
    let keys = [
        "kpis-centre",
        "kpis-kpi",
        "kpis-period",
        "kpis-agents-column",
        "kpis-agents-person",
        "kpis-agents-n",
        "kpis-value",
        "kpid-unit",
        "kpis-line-lower",
        "kpis-line-upper",
        "kpis-mark",
    ];
    let row = |one: &kpi::PersonResult| {
        vec![
            source.centre().code.as_str().into(),
            definition.code.as_str().into(),
            period.as_str().into(),
            found.column.clone().into(),
            one.person.as_str().into(),
            one.value.denominator.real().into(),
            one.value.value.map(|value| value * scale).into(),
            words::unit(definition, lang).into(),
            one.limits.map(|limits| limits.lower * scale).into(),
            one.limits.map(|limits| limits.upper * scale).into(),
            one.flagged.then(|| t(lang, "kpis-agents-out", &[])).into(),
        ]
    };
    let name = format!("{}-{}-{period}-funnel", definition.code, source.centre().code);
    Sheet { name, head: keys.map(|key| t(lang, key, &[])).into(), rows: found.people.iter().map(row).collect() }
}

fn picture(source: &FunnelSource, found: &Funnel, lang: Lang) -> Option<String> {
    let (definition, process) = (source.definition(), found.process.as_ref()?);
    let point = |one: &kpi::PersonResult| Some((one.value.value?, one.value.denominator.real(), one.flagged));
    let points: Vec<(f64, f64, bool)> = found.people.iter().filter_map(point).collect();
    let flagged = points.iter().filter(|(.., flagged)| *flagged).count();
    let description = t(lang, "kpis-agents-picture", &[("people", points.len().to_string()), ("flagged", flagged.to_string())]);
    let size = t(lang, "kpis-agents-n", &[]);
    let share = definition.is_percent();
    Some(chart::funnel(&chart::Funnel {
        title: definition.name(lang),
        description: &description,
        points: &points,
        process,
        factor: if share { 1.0 } else { definition.scale() },
        share,
        size: &size,
    }))
}
