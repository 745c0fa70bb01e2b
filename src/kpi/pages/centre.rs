//! `/kpis/{centre}`: the card of a centre for a period: score by family, what is missing and why, and a tile per KPI.

use actix_web::web::{Path, Query};
use serde::Serialize;

use super::overview::Asked;
use super::words;
use crate::actor::Permission;
use crate::error::Result;
use crate::kpi::chart::{self, Gauge};
use crate::kpi::scoring::Gap;
use crate::kpi::service::{CardReader, DayBook, months_up_to};
use crate::kpi::{self, Card, CardKpi, Period, Signal, SignalState};
use crate::organisation::Centre;
use crate::text::t;
use crate::web::{Area, PageResult, Reading, View, Visit};

#[derive(Serialize)]
struct FamilyRow {
    name: String,
    kind: String,
    weight: String,
    score: Option<String>,
    width: String,
    contribution: String,
    lost: String,
    coverage: String,
}

#[derive(Serialize)]
struct Tile {
    name: String,
    href: String,
    weight: Option<String>,
    value: Option<String>,
    unit: String,
    spark_svg: String,
    gauge_svg: Option<String>,
    limits: String,
    note: String,
    state: &'static str,
    signals: usize,
    score: Option<String>,
}

#[derive(Serialize)]
struct Waiting {
    name: String,
    href: String,
    family: String,
    weight: Option<String>,
    why: String,
}

#[derive(Serialize)]
struct CentreView {
    code: String,
    name: String,
    type_name: String,
    sub: String,
    tabs: Vec<words::Tab>,
    /// The month shown, as the address has it.
    at: String,
    total: Option<String>,
    before: Option<String>,
    coverage: String,
    gaps: Vec<String>,
    lost: String,
    families: Vec<FamilyRow>,
    tiles: Vec<Tile>,
    waiting: Vec<Waiting>,
    weighed: usize,
    has_data: bool,
    may_import: bool,
}

/// The card of a centre.
pub(crate) async fn show(visit: Visit, code: Path<String>, asked: Query<Asked>) -> PageResult {
    visit
        .kept_page("kpis/centre.html", move |r| {
            let centre = kpi::visible(r.conn, &r.actor, &code)?;
            let view = view(r, centre, asked.period.as_deref())?;
            Ok(View::new(Area::Kpis, view.name.clone(), view))
        })
        .await
}

fn view(r: &mut Reading<'_>, centre: Centre, asked: Option<&str>) -> Result<CentreView> {
    let period = words::asked(r.conn, asked, Some(&centre.id), r.today)?;
    let months = months_up_to(period.to, 13);
    let from = months.first().map_or(period.from, |month| month.from).min(period.from);
    let book = DayBook::read(r.conn, &centre.id, from, Period::month_of(period.to).to)?;
    let signals = kpi::signals_of(r.conn, &r.actor, &centre.code, None)?;
    let reader = CardReader::of(r.conn, centre)?;
    let card = reader.card(&book.total(period), period)?;
    let before = period.is_month().then(|| period.months_away(-1));
    let before = before.map(|month| reader.card(&book.total(month), month)).transpose()?;
    let (shown, waiting): (Vec<&CardKpi>, Vec<&CardKpi>) = card.kpis.iter().partition(|kpi| kpi.known.definition.measured);
    let tiles: Vec<Tile> = shown.into_iter().map(|kpi| tile(r, &card, kpi, &book, &months, &signals)).collect();
    Ok(CentreView {
        code: card.centre.code.clone(),
        name: card.centre.name(r.lang).to_owned(),
        type_name: r.t(&format!("centre-type-{}", card.centre.centre_type.as_str().replace('_', "-"))),
        sub: sub(r, &card),
        at: Period::month_of(period.to).to_string(),
        tabs: words::tabs(&format!("/kpis/{}", card.centre.code), period, r.today, r.lang),
        total: card.score.total.map(|total| format!("{total:.1}")),
        before: before.and_then(|before| change(r, &before, &card)),
        coverage: format!("{:.0}%", card.score.coverage * 100.0),
        gaps: card.score.gaps.iter().map(|gap| gap_words(r, &card, gap)).collect(),
        lost: format!("{:.1}", card.score.families.iter().map(|family| family.points_lost).sum::<f64>()),
        families: families(r, &card),
        has_data: tiles.iter().any(|tile| tile.value.is_some()),
        weighed: card.kpis.iter().filter(|kpi| kpi.weight.is_some()).count(),
        tiles,
        waiting: waiting.into_iter().map(|kpi| waits(r, &card, kpi)).collect(),
        may_import: r.actor.may_at(Permission::ImportKpis, &card.centre.id),
    })
}

fn sub(r: &Reading<'_>, card: &Card) -> String {
    let weight = |kind: &str| card.profile.kind_weight(kind).to_string();
    let params = [
        ("period", words::period(card.period, r.lang)),
        ("profile", r.t(&format!("centre-type-{}", card.centre.centre_type.as_str().replace('_', "-")))),
        ("version", card.profile_version.to_string()),
        ("qualitative", weight("qualitative")),
        ("quantitative", weight("quantitative")),
    ];
    t(r.lang, "kpis-card-sub", &params)
}

fn change(r: &Reading<'_>, before: &Card, now: &Card) -> Option<String> {
    let (old, new) = (before.score.total?, now.score.total?);
    let key = if new >= old { "kpis-before-up" } else { "kpis-before-down" };
    Some(t(r.lang, key, &[("before", format!("{old:.1}")), ("by", format!("{:.1}", (new - old).abs()))]))
}

fn gap_words(r: &Reading<'_>, card: &Card, gap: &Gap) -> String {
    match gap {
        Gap::Coverage => t(r.lang, "kpis-gap-coverage", &[]),
        Gap::KindMissing(kind) => {
            let kind =
                if *kind == crate::kpi::scoring::Kind::Qualitative { "kpis-kind-qualitative" } else { "kpis-kind-quantitative" };
            t(r.lang, "kpis-gap-kind", &[("kind", r.t(kind))])
        }
        Gap::FamilyCoverage(code) => t(r.lang, "kpis-gap-family", &[("family", family_name(r, card, code))]),
    }
}

fn family_name(r: &Reading<'_>, card: &Card, code: &str) -> String {
    card.profile.families.iter().find(|family| family.code == code).map_or_else(|| code.to_owned(), |f| f.name(r.lang).to_owned())
}

fn families(r: &Reading<'_>, card: &Card) -> Vec<FamilyRow> {
    let row = |family: &crate::kpi::scoring::FamilyScore| FamilyRow {
        name: family_name(r, card, &family.code),
        kind: r.t(if family.kind == crate::kpi::scoring::Kind::Qualitative {
            "kpis-kind-qualitative"
        } else {
            "kpis-kind-quantitative"
        }),
        weight: format!("{:.0}%", family.weight),
        score: family.score.map(|score| format!("{score:.1}")),
        width: format!("{:.1}", family.score.unwrap_or(0.0)),
        contribution: format!("{:.2}", family.contribution),
        lost: format!("{:.2}", family.points_lost),
        coverage: format!("{:.0}%", family.coverage * 100.0),
    };
    card.score.families.iter().map(row).collect()
}

fn tile(r: &Reading<'_>, card: &Card, kpi: &CardKpi, book: &DayBook, months: &[Period], signals: &[Signal]) -> Tile {
    let definition = &kpi.known.definition;
    let scale = definition.scale();
    let formula = definition.formula();
    let series: Vec<Option<f64>> =
        months.iter().map(|month| formula.and_then(|f| f.evaluate(&book.total(*month)).value).map(|value| value * scale)).collect();
    let interval = kpi.value.as_ref().and_then(|value| value.interval);
    let gauge = kpi.limits.scale().map(|limits| {
        chart::gauge(&Gauge {
            scale: limits,
            value: kpi.in_unit,
            interval: interval.map(|(low, high)| (low * scale, high * scale)),
        })
    });
    let n = kpi.value.as_ref().map_or(0, |value| value.n);
    let note = match kpi.why {
        Some(why) if kpi.in_unit.is_none() => words::why(why, r.lang),
        _ => words::interval(definition, interval).unwrap_or_else(|| t(r.lang, "kpis-n", &[("n", n.to_string())])),
    };
    let open = |signal: &&Signal| signal.code == definition.code && signal.state == SignalState::Open;
    Tile {
        name: definition.name(r.lang).to_owned(),
        href: format!("/kpis/{}/{}?period={}", card.centre.code, definition.code, card.period),
        weight: kpi.weight.map(|weight| format!("{weight:.1}%")),
        value: kpi.in_unit.map(|value| words::figure(definition, value)),
        unit: words::unit(definition, r.lang),
        spark_svg: chart::spark(&series, kpi.limits.target),
        gauge_svg: gauge,
        // Without limits its state says so.
        limits: kpi.limits.scale().map(|_| words::limits(definition, &kpi.limits, r.lang)).unwrap_or_default(),
        note,
        state: kpi.state.as_str(),
        signals: signals.iter().filter(open).count(),
        score: kpi.score.as_ref().and_then(|score| score.score).map(|score| format!("{score:.1}")),
    }
}

fn waits(r: &Reading<'_>, card: &Card, kpi: &CardKpi) -> Waiting {
    let definition = &kpi.known.definition;
    Waiting {
        name: definition.name(r.lang).to_owned(),
        href: format!("/kpis/{}/{}?period={}", card.centre.code, definition.code, card.period),
        family: family_name(r, card, &definition.family),
        weight: kpi.weight.map(|weight| format!("{weight:.1}%")),
        why: kpi.why.map(|why| words::why(why, r.lang)).unwrap_or_default(),
    }
}
