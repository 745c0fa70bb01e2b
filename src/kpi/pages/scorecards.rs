//! `/kpis/scorecards`: what was published, edition by edition, and publishing.

use actix_web::web::{Path, Query};
use serde::{Deserialize, Serialize};

use super::figures::rule_name;
use super::{centre, editions, strata, words};
use crate::error::{Error, Result};
use crate::history::{self, Line};
use crate::kpi::{self, FrozenCard, FrozenKpi, Input, Period, PublishScorecard, Scorecard, SignalRule};
use crate::ledger::WriteTx;
use crate::organisation;
use crate::text::t;
use crate::web::{Area, Flash, FormBody, PageResult, Reading, View, Visit};

const SHOWN: i64 = 50;

/// Where the list goes on.
#[derive(Debug, Deserialize)]
pub(crate) struct After {
    after: Option<String>,
}

#[derive(Serialize)]
struct Row {
    #[serde(flatten)]
    row: Scorecard,
    centre: String,
    href: String,
    total: String,
    coverage: String,
}

#[derive(Serialize)]
struct List {
    rows: Vec<Row>,
    next: Option<String>,
}

#[derive(Serialize)]
struct Figure {
    name: String,
    value: String,
    unit: String,
    interval: String,
    limits: String,
    state: &'static str,
    score: String,
    weight: String,
    contribution: String,
    lost: String,
    version: i64,
    /// Where its rows are, of what is measured.
    rows: Option<String>,
}

/// A result of the month that may not stand, whatever the total is.
#[derive(Serialize)]
struct GateLine {
    name: String,
    href: String,
    rule: String,
    value: String,
    limits: String,
}

/// The channels of one value.
#[derive(Serialize)]
struct Layers {
    name: String,
    table: strata::Strata,
}

#[derive(Serialize)]
struct Shown {
    row: Row,
    centre_code: String,
    period_name: String,
    gates: Vec<GateLine>,
    kpis: Vec<Figure>,
    /// The channels of the values that weigh channels.
    strata: Vec<Layers>,
    families: Vec<centre::FamilyRow>,
    inputs: Vec<Input>,
    editions: Vec<words::Tab>,
    /// Against the edition before; none for the first.
    changes: Option<Vec<editions::Changes>>,
    total_before: Option<String>,
    history: Vec<Line>,
}

fn points(value: Option<f64>) -> String {
    value.map_or("—".to_owned(), |value| format!("{value:.1}"))
}

fn row(row: Scorecard, centre: String) -> Row {
    let (total, coverage) = (points(row.total), format!("{:.0}%", row.coverage * 100.0));
    Row { href: format!("/kpis/scorecards/{}", row.id), total, coverage, centre, row }
}

/// Everything published, newest month first.
pub(crate) async fn index(visit: Visit, asked: Query<After>) -> PageResult {
    visit
        .page("kpis/scorecards.html", move |r| {
            let found = kpi::all_published(r.conn, &r.actor, asked.after.as_deref(), SHOWN)?;
            let full = i64::try_from(found.len()).is_ok_and(|count| count == SHOWN);
            let next = found.last().filter(|_| full).map(|last| format!("/kpis/scorecards?after={}", last.id));
            let centres = organisation::centres(r.conn)?;
            let name = |id: &str| centres.iter().find(|c| c.id == id).map(|c| format!("{} {}", c.code, c.name(r.lang)));
            let rows = found.into_iter().map(|one| (name(&one.centre_id).unwrap_or_default(), one));
            let rows = rows.map(|(centre, one)| row(one, centre)).collect();
            Ok(View::new(Area::Kpis, r.t("kpis-published"), List { rows, next }))
        })
        .await
}

/// One edition, as it was frozen.
pub(crate) async fn show(visit: Visit, id: Path<String>) -> PageResult {
    visit
        .kept_page("kpis/scorecard.html", move |r| {
            let view = view(r, &id)?;
            let title =
                t(r.lang, "kpis-published-title", &[("centre", view.row.centre.clone()), ("period", view.period_name.clone())]);
            let state = t(r.lang, "kpis-edition", &[("edition", view.row.row.edition.to_string())]);
            Ok(View { print: Some([title.clone(), state]), ..View::new(Area::Kpis, title, view) })
        })
        .await
}

fn view(r: &mut Reading<'_>, id: &str) -> Result<Shown> {
    let (published, centre, card) = kpi::published(r.conn, &r.actor, id)?;
    let editions = kpi::editions(r.conn, &r.actor, &centre, &published.period)?;
    let before = editions.iter().find(|other| other.edition + 1 == published.edition);
    let before = before.map(|other| kpi::published(r.conn, &r.actor, &other.id)).transpose()?.map(|(_, _, card)| card);
    let tab = |other: &Scorecard| words::Tab {
        label: t(r.lang, "kpis-edition", &[("edition", other.edition.to_string())]),
        href: format!("/kpis/scorecards/{}", other.id),
        current: other.id == published.id,
    };
    let families: Vec<(String, String)> = kpi::profile(r.conn, centre.centre_type)
        .map(|(_, profile)| profile.families.iter().map(|family| (family.code.clone(), family.name(r.lang).to_owned())).collect())
        .unwrap_or_default();
    let name =
        |code: &str| families.iter().find(|(known, _)| known == code).map_or_else(|| code.to_owned(), |(_, name)| name.clone());
    Ok(Shown {
        period_name: words::period(Period::parse(&card.period)?, r.lang),
        gates: card.gates().into_iter().map(|(kpi, rule)| gate(r, &card, kpi, rule)).collect(),
        kpis: card.kpis.iter().map(|kpi| figure(r, &card, kpi)).collect(),
        strata: card.kpis.iter().filter_map(|kpi| layers(r, kpi)).collect(),
        families: card.families.iter().map(|family| centre::family_row(r, name(&family.code), family)).collect(),
        editions: editions.iter().map(tab).collect(),
        changes: before.as_ref().map(|before| editions::changes(before, &card, &name, r.lang)).transpose()?,
        total_before: before.map(|before| points(before.total)),
        history: history::of(r.conn, "scorecard", &published.id, r.lang, r.shell.zone)?,
        inputs: card.inputs,
        centre_code: centre.code.clone(),
        row: row(published, centre.name(r.lang).to_owned()),
    })
}

fn gate(r: &Reading<'_>, card: &FrozenCard, kpi: &FrozenKpi, rule: SignalRule) -> GateLine {
    let definition = &kpi.definition;
    let value = kpi.in_unit.map_or("—".to_owned(), |value| words::figure(definition, value));
    GateLine {
        name: definition.name(r.lang).to_owned(),
        href: format!("/kpis/{}/{}?period={}", card.centre, kpi.code, card.period),
        rule: rule_name(rule, r.lang),
        value: format!("{value} {}", words::unit(definition, r.lang)),
        limits: words::limits(definition, &kpi.limits, r.lang),
    }
}

fn layers(r: &Reading<'_>, kpi: &FrozenKpi) -> Option<Layers> {
    let table = strata::table(&kpi.definition, &kpi.strata, r.lang)?;
    Some(Layers { name: kpi.definition.name(r.lang).to_owned(), table })
}

fn figure(r: &Reading<'_>, card: &FrozenCard, kpi: &FrozenKpi) -> Figure {
    let definition = &kpi.definition;
    let digits = |value: Option<f64>| value.map_or("—".to_owned(), |value| format!("{value:.2}"));
    Figure {
        name: definition.name(r.lang).to_owned(),
        value: kpi.in_unit.map_or("—".to_owned(), |value| words::figure(definition, value)),
        unit: kpi.in_unit.map(|_| words::unit(definition, r.lang)).unwrap_or_default(),
        interval: words::interval(definition, kpi.interval.map(|[low, high]| (low, high))).unwrap_or_else(|| "—".to_owned()),
        limits: words::limits(definition, &kpi.limits, r.lang),
        state: kpi.state.as_str(),
        score: points(kpi.score),
        weight: kpi.weight.map_or("—".to_owned(), |weight| format!("{weight:.1}%")),
        contribution: digits(kpi.contribution.filter(|_| kpi.score.is_some())),
        lost: digits(kpi.points_lost.filter(|_| kpi.score.is_some())),
        version: kpi.definition_version,
        rows: kpi.in_unit.map(|_| format!("/kpis/{}/{}/rows?period={}", card.centre, kpi.code, card.period)),
    }
}

/// Publishes the card of a month; refused, the centre's page says why.
pub(crate) async fn publish(visit: Visit, code: Path<String>, FormBody(form): FormBody) -> PageResult {
    let code = code.into_inner();
    let period = form.get("period").unwrap_or_default().to_owned();
    let reason = form.get("reason").map(str::to_owned);
    let command = PublishScorecard { centre: code.clone(), period: period.clone(), reason };
    let locks = form.get("lock").is_some();
    let publish = move |tx: &mut WriteTx<'_>| {
        let id = kpi::publish(tx, &command)?.id;
        if locks {
            kpi::lock_published(tx, &command)?;
        }
        Ok(id)
    };
    match visit.write_once(&form, publish).await {
        Ok(id) => Ok(visit.see_other(&format!("/kpis/scorecards/{id}"), Flash::ok("kpis-published-done"))),
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => centre::refused(visit, code, period, form, error).await,
        Err(error) => Err(error.into()),
    }
}
