//! Phases of control charts: limits are frozen with a reason and recalculated only by the next phase (ISO 9001 9.1.3).
//!
//! Invariant: phases are only added, each from a later day than the one before, so that what was judged once stays judged as it was.

use chrono::NaiveDate;
use serde::Deserialize;

use super::values::visible;
use super::{DefinitionBook, definition_on};
use crate::actor::{Actor, Permission};
use crate::db::{Conn, Json, new_id};
use crate::error::{Error, Problem, Result};
use crate::kpi::control::{self, Frozen, Grain};
use crate::kpi::daybook::{DayBook, reach};
use crate::kpi::model::PhaseRow;
use crate::kpi::period::Period;
use crate::kpi::store_phases;
use crate::ledger::{Event, WriteTx};

/// Longest baseline in days.
const LONGEST: i64 = 1500;

/// Freezing the limits of a chart from a day on.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[schema(as = KpiPhaseCommand)]
#[serde(deny_unknown_fields)]
pub struct FreezePhase {
    /// Code of the centre; of a page, the one of its address.
    #[serde(default)]
    pub centre: String,
    /// What a point stands for.
    #[serde(default)]
    pub points: Grain,
    /// First day that is judged by these limits.
    pub starts_on: NaiveDate,
    /// First day of the baseline.
    pub baseline_from: NaiveDate,
    /// Last day of the baseline.
    pub baseline_to: NaiveDate,
    /// Why.
    pub reason: String,
}

/// Freezes the limits that the process showed in a baseline.
///
/// # Errors
/// [`Error::Invalid`] without a reason, for days in the wrong order, for a baseline of fewer than twelve points or without variation.
pub fn freeze(tx: &mut WriteTx<'_>, code: &str, command: &FreezePhase) -> Result<PhaseRow> {
    tx.actor.require(Permission::ManageKpis)?;
    let actor = tx.actor.clone();
    let centre = visible(tx, &actor, &command.centre)?;
    tx.actor.require_at(Permission::ManageKpis, &centre.id)?;
    let newest = store_phases::newest(tx, &centre.id, code, command.points)?;
    checked(command, newest.as_ref())?;
    let known = definition_on(tx, code, command.baseline_to)?;
    let scope = known.formula.as_ref().map(|formula| formula.scope()).unwrap_or_default();
    let days = (reach(Period::day(command.baseline_from), &scope), command.baseline_to);
    let book = DayBook::read(tx, &centre.id, days, &scope)?;
    let span = (command.baseline_from, command.baseline_to);
    let (points, found) = control::limits_between(&known, &book, command.points, span);
    let Some((chart, parameters)) = found else {
        let flat = points >= control::PROVISIONAL;
        let problem = Problem::field("baseline_from", if flat { "kpi-phase-flat" } else { "kpi-phase-few" });
        return Err(Error::Invalid(vec![problem.with("points", points).with("least", control::PROVISIONAL)]));
    };
    let row = PhaseRow {
        id: new_id(),
        code: code.to_owned(),
        centre_id: centre.id.clone(),
        grain: command.points,
        starts_on: command.starts_on,
        baseline_from: command.baseline_from,
        baseline_to: command.baseline_to,
        chart,
        parameters: Json::of(&parameters)?,
        reason: command.reason.trim().to_owned(),
        frozen_by: tx.actor.name.clone(),
        frozen_at: tx.now,
        row_version: 1,
        definition_version: Some(known.version),
    };
    store_phases::insert(tx, &row)?;
    let label = format!("{} {}", centre.name, known.definition.zh);
    let event = Event::new("kpi.phase", "kpi", code, &label).because(Some(&row.reason));
    tx.record(event.detail("from", row.starts_on.to_string()).detail("centre", centre.code));
    Ok(row)
}

fn checked(command: &FreezePhase, newest: Option<&PhaseRow>) -> Result<()> {
    let mut problems = Vec::new();
    if command.reason.trim().is_empty() {
        problems.push(Problem::field("reason", "required"));
    } else if command.reason.chars().count() > 1000 {
        problems.push(Problem::field("reason", "too-long").with("max", 1000));
    }
    if command.baseline_to < command.baseline_from {
        problems.push(Problem::field("baseline_to", "ends-before-start"));
    } else if (command.baseline_to - command.baseline_from).num_days() > LONGEST {
        problems.push(Problem::field("baseline_from", "kpi-phase-long").with("days", LONGEST));
    }
    if command.starts_on < command.baseline_from {
        problems.push(Problem::field("starts_on", "kpi-phase-early").with("day", command.baseline_from));
    }
    if let Some(before) = newest.filter(|before| command.starts_on <= before.starts_on) {
        problems.push(Problem::field("starts_on", "kpi-phase-order").with("day", before.starts_on));
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

/// The phases of a KPI of a centre (by code), oldest first.
///
/// # Errors
/// [`Error::NotFound`] for whoever may not read them.
pub fn phases(conn: &mut Conn, actor: &Actor, centre: &str, code: &str) -> Result<Vec<PhaseRow>> {
    let centre = visible(conn, actor, centre)?;
    store_phases::of_centre(conn, &centre.id, Some(code))
}

/// All phases of a centre as charts take them.
pub(crate) struct PhaseBook {
    rows: Vec<PhaseRow>,
    definitions: DefinitionBook,
}

impl PhaseBook {
    /// Reads them, of one KPI or of all.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) fn of(conn: &mut Conn, centre_id: &str, code: Option<&str>) -> Result<Self> {
        let rows = store_phases::of_centre(conn, centre_id, code)?;
        let definitions = if rows.is_empty() { DefinitionBook::default() } else { DefinitionBook::read(conn)? };
        Ok(Self { rows, definitions })
    }

    /// The rows of a chart, oldest first.
    pub(crate) fn rows(&self, code: &str, grain: Grain) -> impl Iterator<Item = &PhaseRow> {
        self.rows.iter().filter(move |row| row.code == code && row.grain == grain)
    }

    /// The phases of a chart, oldest first.
    ///
    /// # Errors
    /// When what is stored cannot be read.
    pub(crate) fn frozen(&self, code: &str, grain: Grain) -> Result<Vec<Frozen>> {
        self.rows(code, grain).map(|row| self.frozen_of(row)).collect()
    }

    fn frozen_of(&self, row: &PhaseRow) -> Result<Frozen> {
        // Phases from before their version was kept were computed by the one that counted on the last day of their baseline.
        let known = match row.definition_version {
            Some(version) => self.definitions.version(&row.code, version),
            None => self.definitions.one_on(&row.code, row.baseline_to),
        };
        Ok(Frozen {
            definition: known.ok_or(Error::NotFound)?.definition.clone(),
            starts_on: row.starts_on,
            kind: row.chart,
            baseline: (row.baseline_from, row.baseline_to),
            parameters: row.parameters.to()?,
        })
    }
}
