//! What waits in tables of several slices at once, a query a source: signals with the names of KPI and centre, actions with their cycle,
//! versions that others have in hand.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::schema::{centres, cycle_actions, cycles, document_versions, kpi_definitions, kpi_signals};
use crate::db::{Conn, Instant};
use crate::error::Result;

/// More than anybody can work through; the page says so by its counts.
const MOST: i64 = 200;

/// A signal that nobody has answered.
#[derive(Debug, Clone, Queryable)]
pub(super) struct OpenSignal {
    pub id: String,
    pub centre_id: String,
    pub centre: String,
    pub centre_en: Option<String>,
    pub code: String,
    pub kpi: Option<String>,
    pub kpi_en: Option<String>,
    pub period: String,
    pub rule: String,
    pub raised_at: Instant,
    pub due_on: NaiveDate,
}

/// An action that is not done.
#[derive(Debug, Clone, Queryable)]
pub(super) struct OpenAction {
    pub cycle: String,
    pub cycle_title: String,
    pub centre_id: String,
    pub ordinal: i64,
    pub title: String,
    pub owner_id: String,
    pub owner: String,
    pub cycle_owner: String,
    pub due_on: NaiveDate,
    pub since: Instant,
}

/// All open signals, the most urgent first.
pub(super) fn signals(conn: &mut Conn) -> Result<Vec<OpenSignal>> {
    let definition = kpi_definitions::code.eq(kpi_signals::code).and(kpi_definitions::in_force.eq(true));
    Ok(kpi_signals::table
        .inner_join(centres::table.on(centres::id.eq(kpi_signals::centre_id)))
        .left_join(kpi_definitions::table.on(definition))
        .filter(kpi_signals::state.eq("open"))
        .order((kpi_signals::due_on, kpi_signals::id))
        .limit(MOST)
        .select((
            kpi_signals::id,
            kpi_signals::centre_id,
            centres::name,
            centres::name_en,
            kpi_signals::code,
            kpi_definitions::name.nullable(),
            kpi_definitions::name_en.nullable(),
            kpi_signals::period,
            kpi_signals::rule,
            kpi_signals::raised_at,
            kpi_signals::due_on,
        ))
        .load(conn)?)
}

/// Open actions of a person, and with `late_before` everybody's that were due before that day; the most urgent first.
pub(super) fn actions(conn: &mut Conn, person: &str, late_before: Option<NaiveDate>) -> Result<Vec<OpenAction>> {
    // No action is due before the year 1: for most people the second condition never holds.
    let late = late_before.unwrap_or(NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or_default());
    Ok(cycle_actions::table
        .inner_join(cycles::table)
        .filter(cycle_actions::state.eq("open").and(cycles::phase.ne("closed")))
        .filter(cycle_actions::owner_id.eq(person).or(cycle_actions::due_on.lt(late)))
        .order((cycle_actions::due_on, cycle_actions::id))
        .limit(MOST)
        .select((
            cycles::number,
            cycles::title,
            cycles::centre_id,
            cycle_actions::ordinal,
            cycle_actions::title,
            cycle_actions::owner_id,
            cycle_actions::owner_name,
            cycles::owner_name,
            cycle_actions::due_on,
            cycles::opened_at,
        ))
        .load(conn)?)
}

/// How many versions somebody prepared that reviewers or the approver have in hand.
pub(super) fn in_other_hands(conn: &mut Conn, person: &str) -> Result<i64> {
    Ok(document_versions::table
        .filter(document_versions::author_id.eq(person).and(document_versions::state.eq("in_review")))
        .count()
        .get_result(conn)?)
}
