//! `/kpis/{centre}`: the card of a centre for a period: score by family, what is missing and why, and a tile per KPI.

use actix_web::web::{Path, Query};
use serde::{Deserialize, Serialize};

use super::signals::{GateLine, gates};
use super::words;
use crate::actor::Permission;
use crate::error::{Error, Result};
use crate::kpi::chart::{self, Gauge};
use crate::kpi::daybook::DayBook;
use crate::kpi::expression::Frames;
use crate::kpi::method::Lack;
use crate::kpi::scoring::Gap;
use crate::kpi::service::{CardReader, frozen, months_up_to, thaw};
use crate::kpi::{self, Card, CardKpi, Period, Signal, SignalState, Why};
use crate::organisation::{Centre, CentreType};
use crate::text::t;
use crate::web::{Area, Form, PageResult, Reading, View, Visit};

#[derive(Serialize)]
pub(super) struct FamilyRow {
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
    gates: Vec<GateLine>,
    tiles: Vec<Tile>,
    waiting: Vec<Waiting>,
    weighed: usize,
    has_data: bool,
    may_import: bool,
    strict: bool,
    /// The same card as a file.
    sheet: String,
    /// The same address with missing KPIs scored 0, or not.
    other_way: String,
    /// The same data under the profile of each type.
    types: Vec<UnderType>,
    /// The newest edition of the month.
    published: Option<Edition>,
    /// The month as it may be published: over, and not published as it stands.
    may_publish: Option<String>,
    form: serde_json::Value,
}

#[derive(Serialize)]
struct UnderType {
    name: String,
    own: bool,
    total: Option<String>,
    coverage: String,
    incomplete: bool,
    families: Vec<String>,
}

#[derive(Serialize)]
struct Edition {
    href: String,
    edition: i64,
    by: String,
    at: crate::db::Instant,
    total: Option<String>,
    /// The data say something else by now.
    /// What became of its data since.
    since: Option<&'static str>,
}

/// What the address may ask for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct CardAsked {
    period: Option<String>,
    #[serde(default)]
    strict: Option<String>,
}

/// The card of a centre.
pub(crate) async fn show(visit: Visit, code: Path<String>, asked: Query<CardAsked>) -> PageResult {
    visit
        .kept_page("kpis/centre.html", move |r| {
            let centre = kpi::visible(r.conn, &r.actor, &code)?;
            let view = view(r, centre, &asked, None)?;
            Ok(View::new(Area::Kpis, view.name.clone(), view))
        })
        .await
}

/// The page with a form that was refused.
pub(super) async fn refused(visit: Visit, code: String, period: String, form: Form, error: Error) -> PageResult {
    visit
        .page("kpis/centre.html", move |r| {
            let centre = kpi::visible(r.conn, &r.actor, &code)?;
            let asked = CardAsked { period: Some(period).filter(|period| Period::parse(period).is_ok()), strict: None };
            let view = view(r, centre, &asked, Some((&form, &error)))?;
            Ok(View::new(Area::Kpis, view.name.clone(), view).status(error.status()))
        })
        .await
}

/// The totals of a period under the profile of each type.
fn types(r: &Reading<'_>, reader: &CardReader, frames: &Frames, period: Period) -> Result<Vec<UnderType>> {
    let mut types = Vec::new();
    for centre_type in CentreType::ALL.iter().copied() {
        let card = reader.under(centre_type).outline(frames, period)?;
        types.push(UnderType {
            name: r.t(&format!("centre-type-{}", centre_type.as_str().replace('_', "-"))),
            own: centre_type == reader.centre().centre_type,
            total: card.score.total.map(|total| format!("{total:.1}")),
            coverage: format!("{:.0}%", card.score.coverage * 100.0),
            incomplete: !card.score.gaps.is_empty(),
            families: card.score.families.iter().map(|family| format!("{:.0}", family.weight)).collect(),
        });
    }
    Ok(types)
}

/// The newest edition of a month, and the month when it may be published.
fn publication(r: &mut Reading<'_>, card: &Card) -> Result<(Option<Edition>, Option<String>)> {
    let (centre, period) = (&card.centre, card.period);
    if !period.is_month() {
        return Ok((None, None));
    }
    let last = kpi::editions(r.conn, &r.actor, centre, &period.to_string())?.into_iter().next();
    let now = frozen(r.conn, card)?;
    let hash = crate::ledger::sha256_hex(now.text()?.as_bytes());
    let same = last.as_ref().is_some_and(|last| last.card_hash == hash);
    let since = match &last {
        Some(last) if !same => {
            Some(if thaw(r.conn, last)?.tells_like(&now) { "kpis-published-refiled" } else { "kpis-published-differs" })
        }
        _ => None,
    };
    let open = period.to < r.today && !now.inputs.is_empty() && !same && r.actor.may_at(Permission::ManageKpis, &centre.id);
    let edition = last.map(|last| Edition {
        href: format!("/kpis/scorecards/{}", last.id),
        edition: last.edition,
        by: last.published_by,
        at: last.published_at,
        total: last.total.map(|total| format!("{total:.1}")),
        since,
    });
    Ok((edition, open.then(|| period.to_string())))
}

fn view(r: &mut Reading<'_>, centre: Centre, asked: &CardAsked, refused: Option<(&Form, &Error)>) -> Result<CentreView> {
    let period = words::asked(r.conn, asked.period.as_deref(), Some(&centre.id), r.today)?;
    let strict = asked.strict.as_deref() == Some("1");
    let months = months_up_to(period.to, 13);
    let signals = kpi::signals_of(r.conn, &r.actor, &centre.code, None)?;
    let reader = CardReader::of(r.conn, centre)?.strict(strict);
    let scope = reader.scope();
    let read: Vec<Period> = months.iter().copied().chain([period]).collect();
    let book = DayBook::over(r.conn, &reader.centre().id, &read, &scope)?;
    let shown = book.frames(period, &scope);
    let types = types(r, &reader, &shown, period)?;
    let card = reader.card(&shown, period)?;
    let (published, may_publish) =
        if strict { publication(r, &reader.clone().strict(false).card(&shown, period)?)? } else { publication(r, &card)? };
    let frames: Vec<(Period, Frames)> = months.iter().map(|month| (*month, book.frames(*month, &scope))).collect();
    let before = period.is_month().then(|| period.months_away(-1));
    let before = before.map(|month| reader.outline(&book.frames(month, &scope), month)).transpose()?;
    let all: Vec<(&CardKpi, Vec<Option<f64>>)> = card.kpis.iter().zip(reader.series(&card, &frames)).collect();
    // Where nothing came at all, what the profile weighs is shown without data.
    let silent = !all.iter().any(|(kpi, months)| kpi.in_unit.is_some() || months.iter().any(Option::is_some));
    let (shown, waiting): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|(kpi, months)| !undelivered(kpi.why) || months.iter().any(Option::is_some) || (silent && kpi.weight.is_some()));
    let tiles: Vec<Tile> = shown.into_iter().map(|(kpi, months)| tile(r, &card, kpi, &months, &signals)).collect();
    Ok(CentreView {
        gates: gates(r, &card, &signals),
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
        // What the profile does not weigh is no gap of this card; it stands among the definitions.
        waiting: waiting.into_iter().filter(|(kpi, _)| kpi.weight.is_some()).map(|(kpi, _)| waits(r, &card, kpi)).collect(),
        may_import: r.actor.may_at(Permission::ImportKpis, &card.centre.id),
        sheet: format!("/kpis/files/cards?centre={}&period={period}{}", card.centre.code, if strict { "&strict=1" } else { "" }),
        other_way: format!("/kpis/{}?period={period}{}", card.centre.code, if strict { "" } else { "&strict=1" }),
        form: super::form_view(refused, r.lang),
        strict,
        types,
        published,
        may_publish,
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
    card.score.families.iter().map(|family| family_row(r, family_name(r, card, &family.code), family)).collect()
}

pub(super) fn family_row(r: &Reading<'_>, name: String, family: &crate::kpi::scoring::FamilyScore) -> FamilyRow {
    FamilyRow {
        name,
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
    }
}

/// Whether what it is made of was not delivered.
fn undelivered(why: Option<Why>) -> bool {
    matches!(why, Some(Why::NoSource | Why::Log(Lack::NotDelivered)))
}

fn tile(r: &Reading<'_>, card: &Card, kpi: &CardKpi, series: &[Option<f64>], signals: &[Signal]) -> Tile {
    let definition = &kpi.known.definition;
    let scale = definition.scale();
    let interval = kpi.value.as_ref().and_then(|value| value.interval);
    let gauge = kpi.limits.scale().map(|limits| {
        chart::gauge(&Gauge {
            scale: limits,
            value: kpi.in_unit,
            interval: interval.map(|(low, high)| (low * scale, high * scale)),
        })
    });
    let cases = || words::cases(definition, kpi.value.as_ref().map_or(0, |value| value.n), r.lang);
    let note = match kpi.why {
        Some(Why::NotApplicable) => words::why(Why::NotApplicable, r.lang),
        Some(why) if kpi.in_unit.is_none() => why_text(kpi, why, r),
        _ => words::interval(definition, interval).unwrap_or_else(cases),
    };
    let open = |signal: &&Signal| signal.code == definition.code && signal.state == SignalState::Open;
    Tile {
        name: definition.name(r.lang).to_owned(),
        href: format!("/kpis/{}/{}?period={}", card.centre.code, definition.code, card.period),
        weight: kpi.weight.map(|weight| format!("{weight:.1}%")),
        value: kpi.in_unit.map(|value| words::figure(definition, value)),
        unit: words::unit(definition, r.lang),
        spark_svg: chart::spark(series, kpi.limits.target),
        gauge_svg: gauge,
        // Without limits its state says so.
        limits: kpi.limits.scale().map(|_| words::limits(definition, &kpi.limits, r.lang)).unwrap_or_default(),
        note,
        state: kpi.state.as_str(),
        signals: signals.iter().filter(open).count(),
        score: kpi.score.as_ref().and_then(|score| score.score).map(|score| format!("{score:.1}")),
    }
}

/// Why there is no value, with the measures that are missing.
fn why_text(kpi: &CardKpi, why: Why, r: &Reading<'_>) -> String {
    let missing = kpi.value.as_ref().and_then(|value| value.missing.as_ref());
    missing.map_or_else(|| words::why(why, r.lang), |missing| words::lacks(missing, r.lang))
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
