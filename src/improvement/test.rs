//! The test of a cycle: direction, smallest worthwhile change, length and kind are fixed as the cycle leaves its plan; the Check phase keeps
//! what it said, with its inputs (ISO 9001 10.2.1 d).

use chrono::{Days, NaiveDate};

use super::model::{ChangePlan, Cycle, CycleTest, Direction, Measured, OpenCycle, PassCheck, Wanted};
use super::store;
use crate::db::{Conn, Json, new_id};
use crate::error::{Error, Problem, Result};
use crate::kpi::{self, Judgement, Question};
use crate::ledger::WriteTx;

/// Longest check in days.
const LONGEST: i64 = 400;

/// What the plan says of the test.
pub(super) struct Planned {
    direction: Option<Direction>,
    worth: Option<f64>,
    check_days: Option<i64>,
}

impl From<&OpenCycle> for Planned {
    fn from(command: &OpenCycle) -> Self {
        Self { direction: command.direction, worth: command.worth, check_days: command.check_days }
    }
}

impl From<&ChangePlan> for Planned {
    fn from(command: &ChangePlan) -> Self {
        Self { direction: command.direction, worth: command.worth, check_days: command.check_days }
    }
}

impl Planned {
    /// What cannot be asked.
    pub(super) fn check(&self, problems: &mut Vec<Problem>) {
        if self.worth.is_some_and(|worth| !worth.is_finite() || worth < 0.0) {
            problems.push(Problem::field("worth", "cycle-worth"));
        }
        if self.check_days.is_some_and(|days| !(1..=LONGEST).contains(&days)) {
            problems.push(Problem::field("check_days", "cycle-check-days").with("most", LONGEST));
        }
    }
}

/// Writes the test of a plan, new or changed.
pub(super) fn plan(tx: &mut WriteTx<'_>, cycle: &Cycle, planned: &Planned) -> Result<()> {
    let baseline: Measured = cycle.baseline.to()?;
    let known = kpi::definition_version(tx, &cycle.kpi_code, baseline.definition_version)?;
    let usual = match Wanted::of(&known.definition.direction, baseline.value.unwrap_or_default(), cycle.goal) {
        Wanted::Higher => Direction::Higher,
        Wanted::Lower => Direction::Lower,
    };
    let (direction, worth) = (planned.direction.unwrap_or(usual), planned.worth.unwrap_or_default());
    let kind = kpi::test_kind(&known);
    if let Some(mut row) = store::test(tx, &cycle.id)? {
        (row.direction, row.worth, row.check_days, row.kind) = (direction, worth, planned.check_days, kind);
        return store::update_test(tx, &mut row);
    }
    let row = CycleTest {
        id: new_id(),
        cycle_id: cycle.id.clone(),
        direction,
        worth,
        check_days: planned.check_days,
        kind,
        fixed_at: None,
        judgement: None,
        judged_at: None,
        row_version: 1,
    };
    store::insert_test(tx, &row)
}

/// Fixes the test: from here on nobody chooses it by its result.
pub(super) fn fix(tx: &mut WriteTx<'_>, cycle: &Cycle) -> Result<()> {
    let Some(mut row) = store::test(tx, &cycle.id)? else { return Ok(()) };
    row.fixed_at = Some(tx.now);
    store::update_test(tx, &mut row)
}

/// Which way a change was wanted when the test was fixed; cycles from before there were tests do not say.
pub(super) fn direction(conn: &mut Conn, cycle: &Cycle) -> Result<Option<Direction>> {
    Ok(store::test(conn, &cycle.id)?.map(|test| test.direction))
}

/// A check that is shorter than was fixed.
pub(super) fn too_short(conn: &mut Conn, cycle: &Cycle, command: &PassCheck) -> Result<Option<Problem>> {
    let days = store::test(conn, &cycle.id)?.and_then(|test| test.check_days);
    let lasted = (command.check_to - command.check_from).num_days() + 1;
    Ok(days.filter(|days| lasted < *days).map(|days| Problem::field("check_to", "cycle-check-short").with("days", days)))
}

/// Judges the change and keeps what the test said.
pub(super) fn judge(tx: &mut WriteTx<'_>, cycle: &Cycle, after: (NaiveDate, NaiveDate)) -> Result<Option<Judgement>> {
    let Some(mut row) = store::test(tx, &cycle.id)? else { return Ok(None) };
    let question = Question {
        before: (cycle.baseline_from, cycle.baseline_to),
        after,
        rising: row.direction == Direction::Higher,
        worth: row.worth,
        version: cycle.baseline.to::<Measured>()?.definition_version,
    };
    let found = kpi::judge(tx, &cycle.centre_id, &cycle.kpi_code, &question)?;
    (row.judgement, row.judged_at) = (Some(Json::of(&found)?), Some(tx.now));
    store::update_test(tx, &mut row)?;
    Ok(Some(found))
}

/// The days that a check begins with: from the day on which the actions count, as long as was fixed.
///
/// # Errors
/// When the database refuses.
pub(super) fn proposed(conn: &mut Conn, cycle: &Cycle) -> Result<Option<(NaiveDate, NaiveDate)>> {
    let Some(from) = cycle.acted_on else { return Ok(None) };
    let days = store::test(conn, &cycle.id)?.and_then(|test| test.check_days).and_then(|days| u64::try_from(days - 1).ok());
    Ok(days.and_then(|days| from.checked_add_days(Days::new(days))).map(|to| (from, to)))
}

/// The test of a cycle, with what it said.
///
/// # Errors
/// When the database refuses.
pub(super) fn of(conn: &mut Conn, cycle: &Cycle) -> Result<Option<(CycleTest, Option<Judgement>)>> {
    let Some(row) = store::test(conn, &cycle.id)? else { return Ok(None) };
    let judgement = row.judgement.as_ref().map(Json::to).transpose().map_err(Error::internal)?;
    Ok(Some((row, judgement)))
}
