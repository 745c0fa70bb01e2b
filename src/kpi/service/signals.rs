//! Signals: after an import each measured KPI of the touched centres is held against its allowed range (month) and against the limits of
//! its own control chart (days). A signal asks for an explanation or a cycle; it is raised once (ISO 9001 9.1.3, 10.2.1).

use std::sync::Arc;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{DefinitionBook, Known, LimitBook, PhaseBook};
use crate::actor::{Actor, Permission};
use crate::db::{Conn, Instant, Json, new_id};
use crate::error::{Error, Problem, Result};
use crate::kpi::control::{self, ChartKind, Drawn, Frozen, Grain, Stretch};
use crate::kpi::daybook::{DayBook, reach};
use crate::kpi::expression::Frames;
use crate::kpi::model::{Signal, SignalRule, SignalState};
use crate::kpi::period::Period;
use crate::kpi::scoring::Position;
use crate::kpi::statistics::Rule;
use crate::kpi::store;
use crate::ledger::{Event, Ledger, WriteTx};
use crate::organisation::{self, Centre};

/// Days within which a signal should be answered.
const ANSWER_DAYS: u64 = 5;
/// Days before the last one of an import that are still judged.
const WINDOW: u64 = 60;

/// What a signal knew when it was raised; values in the unit of the definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignalDetail {
    /// The value that raised it.
    pub value: f64,
    /// Lower edge: floor or lower control limit.
    pub lower: Option<f64>,
    /// Upper edge: floor or upper control limit.
    pub upper: Option<f64>,
    /// Centre line, of control charts.
    pub centre_line: Option<f64>,
    /// Contacts behind the value.
    pub n: i64,
    /// Version of the definition.
    pub definition_version: i64,
    /// First day of the frozen baseline.
    pub baseline_from: Option<NaiveDate>,
    /// Last day of the frozen baseline.
    pub baseline_to: Option<NaiveDate>,
    /// The chart, of control charts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chart: Option<ChartKind>,
    /// The number of its rule, of control charts; it is dated at the last point of the rule's window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_number: Option<String>,
}

struct Found {
    code: String,
    label: String,
    period: String,
    rule: SignalRule,
    detail: SignalDetail,
}

/// Evaluates the centres that an import touched; days from the first to the last of the import are judged.
///
/// # Errors
/// When the database refuses.
pub(crate) fn evaluate(ledger: &Ledger, centres: &[String], days: (NaiveDate, NaiveDate)) -> Result<Vec<Signal>> {
    let system = Arc::new(Actor::system());
    let mut raised = Vec::new();
    for id in centres {
        let now = ledger.clock.now();
        let (centre, found) = ledger.db.read(|conn| {
            let centre = organisation::centre(conn, id)?;
            let today = now.with_timezone(&organisation::zone_of(&centre)?).date_naive();
            let found = judge(conn, &centre, days, today)?;
            Ok((centre, Arc::new(found)))
        })?;
        if !found.is_empty() {
            raised.extend(ledger.write(&system, move |tx| raise(tx, &centre, &found))?);
        }
    }
    Ok(raised)
}

fn judge(conn: &mut Conn, centre: &Centre, days: (NaiveDate, NaiveDate), today: NaiveDate) -> Result<Vec<Found>> {
    let definitions = DefinitionBook::read(conn)?;
    let windows = definitions.windows();
    let phases = PhaseBook::of(conn, &centre.id, None)?;
    let window = days.1.checked_sub_days(Days::new(WINDOW - 1)).unwrap_or(days.1);
    let earliest = Period::month_of(window).from.min(control::first_day_of(Grain::Day, days.1, &[]));
    let from = reach(Period::day(earliest), &windows);
    let book = DayBook::read(conn, &centre.id, from, Period::month_of(days.1).to)?;
    let limits = LimitBook::of(conn, &centre.id)?;
    let mut found = Vec::new();
    let mut month = Period::month_of(days.0.max(window));
    while month.from <= days.1 {
        let closed = month.to < today || days.1 >= month.to;
        let frames = book.frames(month, &windows);
        let judged = definitions.on(month.to).filter(|known| closed || never_falls(known));
        found.extend(judged.filter_map(|known| out_of_range(known, &frames, &limits, month)));
        month = month.months_away(1);
    }
    for known in definitions.on(days.1) {
        let frozen = phases.frozen(&known.definition.code, Grain::Day)?;
        found.extend(points(known, &book, days, &frozen));
    }
    Ok(found)
}

/// A gate that counts what should not be at all: one is too many before the month is over.
fn never_falls(known: &Known) -> bool {
    known.definition.gate && known.definition.unit == "count"
}

/// A month that the import touched within the window, and that is over or filled to its last day, against the allowed range.
fn out_of_range(known: &Known, frames: &Frames, limits: &LimitBook, month: Period) -> Option<Found> {
    let edges = limits.limits(&known.definition, month.to);
    let scale = edges.scale()?;
    let value = known.formula.as_ref()?.point(frames);
    let in_unit = value.value? * known.definition.scale();
    let rests = known.definition.gate || known.scorable(&value, &edges);
    if !rests || scale.position(in_unit) != Position::OutOfRange {
        return None;
    }
    let higher = known.definition.direction == "higher";
    let detail = SignalDetail {
        value: in_unit,
        lower: if higher { edges.floor } else { edges.outer_low },
        upper: if higher { None } else { edges.floor.or(edges.outer_high) },
        centre_line: None,
        n: value.n,
        definition_version: known.version,
        baseline_from: None,
        baseline_to: None,
        chart: None,
        rule_number: None,
    };
    let rule = if known.definition.gate { SignalRule::Gate } else { SignalRule::Range };
    Some(made(known, month.to_string(), rule, detail))
}

fn made(known: &Known, period: String, rule: SignalRule, detail: SignalDetail) -> Found {
    Found { code: known.definition.code.clone(), label: known.definition.zh.clone(), period, rule, detail }
}

/// Daily points of the import that break a rule of the KPI's own chart. Limits that rest on too few points, or on the very points that they
/// judge, are looked at on the page and raise nothing.
fn points(known: &Known, book: &DayBook, days: (NaiveDate, NaiveDate), frozen: &[Frozen]) -> Vec<Found> {
    let Some(chart) = control::chart(known, book, Grain::Day, days.1, frozen) else { return Vec::new() };
    let mut found = Vec::new();
    for (index, point) in chart.points.iter().enumerate() {
        let stretch = chart.stretch_of(index).filter(|stretch| !stretch.own && !stretch.parameters.provisional());
        let Some(stretch) = stretch.filter(|_| (days.0..=days.1).contains(&point.reading.period.from)) else { continue };
        let made = point.rules.iter().filter_map(|rule| of_point(known, stretch, point, *rule));
        found.extend(made);
    }
    found
}

fn of_point(known: &Known, stretch: &Stretch, point: &Drawn, rule: Rule) -> Option<Found> {
    // Gaps between events are told as they are, all else in the unit of the definition.
    let scale = if stretch.kind.is_between() { 1.0 } else { known.definition.scale() };
    let detail = SignalDetail {
        value: point.value? * scale,
        lower: point.limits.map(|limits| limits.lower * scale),
        upper: point.limits.map(|limits| limits.upper * scale).filter(|upper| upper.is_finite()),
        centre_line: point.centre.map(|centre| centre * scale),
        n: point.reading.value.n,
        definition_version: known.version,
        baseline_from: Some(stretch.baseline.0),
        baseline_to: Some(stretch.baseline.1),
        chart: Some(stretch.kind),
        rule_number: Some(control::code_of_rule(rule).to_owned()),
    };
    Some(made(known, point.reading.name(Grain::Day), SignalRule::of(rule), detail))
}

fn raise(tx: &mut WriteTx<'_>, centre: &Centre, found: &[Found]) -> Result<Vec<Signal>> {
    let today = tx.now.utc().with_timezone(&organisation::zone_of(centre)?).date_naive();
    let due_on = today.checked_add_days(Days::new(ANSWER_DAYS)).unwrap_or(today);
    let known = store::signals_of(tx, &centre.id, None)?;
    let mut raised = Vec::new();
    for one in found {
        if known.iter().any(|signal| signal.code == one.code && signal.period == one.period && signal.rule == one.rule) {
            continue;
        }
        let row = Signal {
            id: new_id(),
            code: one.code.clone(),
            centre_id: centre.id.clone(),
            period: one.period.clone(),
            rule: one.rule,
            detail: Json::of(&one.detail)?,
            state: SignalState::Open,
            raised_at: tx.now,
            due_on,
            explanation: None,
            explained_by: None,
            explained_at: None,
            cycle_id: None,
            row_version: 1,
        };
        store::insert_signal(tx, &row)?;
        let label = format!("{} {} {}", centre.name, one.label, one.period);
        tx.record(Event::new("kpi.signal", "signal", &row.id, &label).detail("rule", one.rule.as_str()));
        raised.push(row);
    }
    Ok(raised)
}

/// A signal, when this actor may read the KPIs of its centre.
///
/// # Errors
/// [`Error::NotFound`].
pub fn signal(conn: &mut Conn, actor: &Actor, id: &str) -> Result<Signal> {
    let row = store::signal(conn, id)?;
    if actor.may_at(Permission::ReadKpis, &row.centre_id) { Ok(row) } else { Err(Error::NotFound) }
}

/// The signals that wait for this actor: open ones of the centres whose KPIs they manage, the most urgent first.
///
/// # Errors
/// When the database refuses.
pub fn open_signals(conn: &mut Conn, actor: &Actor) -> Result<Vec<Signal>> {
    if !actor.may(Permission::ManageKpis) {
        return Ok(Vec::new());
    }
    let open = store::signals_in(conn, SignalState::Open)?;
    Ok(open.into_iter().filter(|signal| actor.may_at(Permission::ManageKpis, &signal.centre_id)).collect())
}

/// An open signal with the name of its KPI.
#[derive(Debug, Clone)]
pub struct NamedSignal {
    /// The signal.
    pub signal: Signal,
    /// The KPI's name.
    pub name: Option<String>,
    /// In English.
    pub name_en: Option<String>,
    /// Who answers for the KPI.
    pub owner: Option<String>,
}

/// The part of a definition that says who answers for it.
#[derive(Deserialize)]
struct Owned {
    #[serde(default)]
    owner: Option<String>,
}

/// The open signals of the centres whose KPIs this actor may read, the most urgent first; no more than anybody can work through.
///
/// # Errors
/// When the database refuses.
pub fn open_named(conn: &mut Conn, actor: &Actor) -> Result<Vec<NamedSignal>> {
    let named = store::open_named(conn)?.into_iter();
    let seen = named.filter(|(signal, ..)| actor.may_at(Permission::ReadKpis, &signal.centre_id));
    let owner = |body: Option<Json>| body.and_then(|body| body.to::<Owned>().ok()).and_then(|owned| owned.owner);
    Ok(seen.map(|(signal, name, name_en, body)| NamedSignal { signal, name, name_en, owner: owner(body) }).collect())
}

/// The open signals of every centre whose KPIs this actor may read.
///
/// # Errors
/// When the database refuses.
pub(crate) fn open_everywhere(conn: &mut Conn, actor: &Actor) -> Result<Vec<Signal>> {
    let open = store::signals_in(conn, SignalState::Open)?;
    Ok(open.into_iter().filter(|signal| actor.may_at(Permission::ReadKpis, &signal.centre_id)).collect())
}

/// How many signals were raised at each centre (by id) since an instant, else since a day, as far as this actor may read its KPIs.
///
/// # Errors
/// When the database refuses.
pub fn raised_since(conn: &mut Conn, actor: &Actor, since: Option<Instant>, day: NaiveDate) -> Result<Vec<(String, i64)>> {
    let begin = day.and_hms_opt(0, 0, 0).unwrap_or_default().and_utc();
    let counts = store::signals_raised(conn, since.unwrap_or_else(|| Instant::new(begin)))?;
    Ok(counts.into_iter().filter(|(centre, _)| actor.may_at(Permission::ReadKpis, centre)).collect())
}

/// Explains a signal in words.
///
/// # Errors
/// [`Error::Invalid`] without words; [`Error::Conflict`] when it was answered before.
pub fn explain(tx: &mut WriteTx<'_>, id: &str, text: &str) -> Result<Signal> {
    let mut row = answerable(tx, id)?;
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::Invalid(vec![Problem::field("explanation", "required")]));
    }
    if text.chars().count() > 4000 {
        return Err(Error::Invalid(vec![Problem::field("explanation", "kpi-explanation-long")]));
    }
    row.state = SignalState::Explained;
    row.explanation = Some(text.to_owned());
    row.explained_by = Some(tx.actor.name.clone());
    row.explained_at = Some(tx.now);
    store::update_signal(tx, &mut row)?;
    let label = label(tx, &row)?;
    tx.record(Event::new("kpi.explain", "signal", &row.id, &label).because(Some(text)));
    Ok(row)
}

/// Ties a signal to the cycle opened from it.
///
/// # Errors
/// [`Error::Conflict`] when it was answered before.
pub fn answer_with_cycle(tx: &mut WriteTx<'_>, id: &str, cycle_id: &str) -> Result<Signal> {
    let mut row = answerable(tx, id)?;
    row.state = SignalState::Cycle;
    row.cycle_id = Some(cycle_id.to_owned());
    store::update_signal(tx, &mut row)?;
    let label = label(tx, &row)?;
    tx.record(Event::new("kpi.signal_cycle", "signal", &row.id, &label).detail("cycle", cycle_id));
    Ok(row)
}

fn answerable(tx: &mut WriteTx<'_>, id: &str) -> Result<Signal> {
    let row = store::signal(tx, id)?;
    tx.actor.require_at(Permission::ManageKpis, &row.centre_id)?;
    if row.state == SignalState::Open { Ok(row) } else { Err(Error::conflict("kpi-signal-answered")) }
}

fn label(tx: &mut WriteTx<'_>, row: &Signal) -> Result<String> {
    let centre = organisation::centre(tx, &row.centre_id)?;
    let name = super::definition(tx, &row.code).map_or_else(|_| row.code.clone(), |known| known.definition.zh.clone());
    Ok(format!("{} {} {}", centre.name, name, row.period))
}
