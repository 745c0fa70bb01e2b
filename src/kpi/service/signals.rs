//! Signals: what asks for an explanation or a cycle, whom it waits for, and the two answers (ISO 9001 9.1.3, 10.2.1).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Permission};
use crate::db::{Conn, Instant, Json};
use crate::error::{Error, Problem, Result};
use crate::kpi::control::ChartKind;
use crate::kpi::model::{Signal, SignalState};
use crate::kpi::store_signals as store;
use crate::ledger::{Event, WriteTx};
use crate::organisation;

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

impl SignalDetail {
    /// Whether another judgement rests on the same value.
    pub(super) fn is_of_same(&self, other: &Self) -> bool {
        self.n == other.n && (self.value - other.value).abs() <= 1e-9 * self.value.abs().max(1.0)
    }
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
    store::open(conn, actor.only_at(Permission::ManageKpis).as_deref())
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

/// The open signals of the centres where this actor has a permission, the most urgent first; no more than anybody can work through.
///
/// # Errors
/// When the database refuses.
pub fn open_named(conn: &mut Conn, actor: &Actor, permission: Permission) -> Result<Vec<NamedSignal>> {
    if !actor.may(permission) {
        return Ok(Vec::new());
    }
    let named = store::open_named(conn, actor.only_at(permission).as_deref())?.into_iter();
    let owner = |body: Option<Json>| body.and_then(|body| body.to::<Owned>().ok()).and_then(|owned| owned.owner);
    Ok(named.map(|(signal, name, name_en, body)| NamedSignal { signal, name, name_en, owner: owner(body) }).collect())
}

/// How many signals are open at each centre (by id) whose KPIs this actor may read.
///
/// # Errors
/// When the database refuses.
pub fn open_counts(conn: &mut Conn, actor: &Actor) -> Result<Vec<(String, i64)>> {
    let counts = store::open_counts(conn)?;
    Ok(counts.into_iter().filter(|(centre, _)| actor.may_at(Permission::ReadKpis, centre)).collect())
}

/// How many signals were raised at each centre (by id) since an instant, else since a day, as far as this actor may read its KPIs.
///
/// # Errors
/// When the database refuses.
pub fn raised_since(conn: &mut Conn, actor: &Actor, since: Option<Instant>, day: NaiveDate) -> Result<Vec<(String, i64)>> {
    let begin = day.and_hms_opt(0, 0, 0).unwrap_or_default().and_utc();
    let counts = store::raised(conn, since.unwrap_or_else(|| Instant::new(begin)))?;
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
    store::update(tx, &mut row)?;
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
    store::update(tx, &mut row)?;
    let label = label(tx, &row)?;
    tx.record(Event::new("kpi.signal_cycle", "signal", &row.id, &label).detail("cycle", cycle_id));
    Ok(row)
}

fn answerable(tx: &mut WriteTx<'_>, id: &str) -> Result<Signal> {
    let row = store::signal(tx, id)?;
    tx.actor.require_at(Permission::ManageKpis, &row.centre_id)?;
    if row.state == SignalState::Open { Ok(row) } else { Err(Error::conflict("kpi-signal-answered")) }
}

/// What people call a signal: centre, KPI and period.
pub(super) fn label(tx: &mut WriteTx<'_>, row: &Signal) -> Result<String> {
    let centre = organisation::centre(tx, &row.centre_id)?;
    let name = super::definition(tx, &row.code).map_or_else(|_| row.code.clone(), |known| known.definition.zh.clone());
    Ok(format!("{} {} {}", centre.name, name, row.period))
}
