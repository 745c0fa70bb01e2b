//! Queries of cycles and their actions.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::{Action, ActionState, Cycle, CycleTest, Phase};
use crate::db::Conn;
use crate::db::schema::{cycle_actions, cycle_tests, cycles};
use crate::error::{Error, Result};
use crate::ledger::{Fact, FactTable, WriteTx};

/// The fact tables of this slice.
pub const FACTS: &[FactTable] = &[Cycle::TABLE, Action::TABLE, CycleTest::TABLE];

/// Running cycles and the newest closed ones.
pub(super) fn board(conn: &mut Conn, closed: i64) -> Result<Vec<Cycle>> {
    let running = cycles::table.filter(cycles::phase.ne(Phase::Closed));
    let mut all: Vec<Cycle> = running.order((cycles::due_on, cycles::number)).limit(500).select(Cycle::as_select()).load(conn)?;
    let over = cycles::table.filter(cycles::phase.eq(Phase::Closed));
    let over: Vec<Cycle> = over.order(cycles::closed_at.desc()).limit(closed).select(Cycle::as_select()).load(conn)?;
    all.extend(over);
    Ok(all)
}

pub(super) fn by_number(conn: &mut Conn, number: &str) -> Result<Cycle> {
    Ok(cycles::table.filter(cycles::number.eq(number)).select(Cycle::as_select()).first(conn)?)
}

pub(super) fn by_id(conn: &mut Conn, id: &str) -> Result<Cycle> {
    Ok(cycles::table.find(id).select(Cycle::as_select()).first(conn)?)
}

pub(super) fn by_kpi(conn: &mut Conn, centre: &str, code: &str) -> Result<Vec<Cycle>> {
    Ok(cycles::table
        .filter(cycles::centre_id.eq(centre).and(cycles::kpi_code.eq(code)))
        .order(cycles::number)
        .limit(100)
        .select(Cycle::as_select())
        .load(conn)?)
}

/// Cycles that are late, at these centres (by id) or everywhere, the most urgent first.
pub(super) fn overdue(conn: &mut Conn, at: Option<&[String]>, today: NaiveDate) -> Result<Vec<Cycle>> {
    let mut query = cycles::table.filter(cycles::phase.ne(Phase::Closed).and(cycles::due_on.lt(today))).into_boxed();
    if let Some(centres) = at {
        query = query.filter(cycles::centre_id.eq_any(centres));
    }
    Ok(query.order((cycles::due_on, cycles::number)).limit(200).select(Cycle::as_select()).load(conn)?)
}

pub(super) fn insert(tx: &mut WriteTx<'_>, row: &Cycle) -> Result<()> {
    diesel::insert_into(cycles::table).values(row).execute(&mut **tx)?;
    tx.image(row)
}

pub(super) fn update(tx: &mut WriteTx<'_>, row: &mut Cycle, seen: i64) -> Result<()> {
    row.row_version = seen + 1;
    let n = diesel::update(cycles::table.filter(cycles::id.eq(&row.id).and(cycles::row_version.eq(seen))))
        .set(&*row)
        .execute(&mut **tx)?;
    if n == 0 {
        return Err(Error::Stale);
    }
    tx.image(row)
}

pub(super) fn actions(conn: &mut Conn, cycle: &str) -> Result<Vec<Action>> {
    Ok(cycle_actions::table
        .filter(cycle_actions::cycle_id.eq(cycle))
        .order(cycle_actions::ordinal)
        .limit(200)
        .select(Action::as_select())
        .load(conn)?)
}

pub(super) fn action(conn: &mut Conn, id: &str) -> Result<Action> {
    Ok(cycle_actions::table.find(id).select(Action::as_select()).first(conn)?)
}

/// Open actions of a person with their cycles.
pub(super) fn open_actions(conn: &mut Conn, owner: &str) -> Result<Vec<(Action, Cycle)>> {
    Ok(cycle_actions::table
        .inner_join(cycles::table)
        .filter(cycle_actions::state.eq(ActionState::Open).and(cycle_actions::owner_id.eq(owner)))
        .order((cycle_actions::due_on, cycle_actions::id))
        .limit(200)
        .select((Action::as_select(), Cycle::as_select()))
        .load(conn)?)
}

/// Open actions of running cycles that are due before a day, at these centres (by id) or everywhere.
pub(super) fn overdue_actions(conn: &mut Conn, at: Option<&[String]>, before: NaiveDate) -> Result<Vec<(Action, Cycle)>> {
    let mut query = cycle_actions::table
        .inner_join(cycles::table)
        .filter(cycle_actions::state.eq(ActionState::Open).and(cycle_actions::due_on.lt(before)))
        .filter(cycles::phase.ne(Phase::Closed))
        .into_boxed();
    if let Some(centres) = at {
        query = query.filter(cycles::centre_id.eq_any(centres));
    }
    Ok(query
        .order((cycle_actions::due_on, cycle_actions::id))
        .limit(200)
        .select((Action::as_select(), Cycle::as_select()))
        .load(conn)?)
}

/// How many actions of running cycles are open and late, by cycle.
pub(super) fn late_by_cycle(conn: &mut Conn, today: NaiveDate) -> Result<Vec<String>> {
    Ok(cycle_actions::table
        .filter(cycle_actions::state.eq(ActionState::Open).and(cycle_actions::due_on.lt(today)))
        .select(cycle_actions::cycle_id)
        .limit(1000)
        .load(conn)?)
}

pub(super) fn insert_action(tx: &mut WriteTx<'_>, row: &Action) -> Result<()> {
    diesel::insert_into(cycle_actions::table).values(row).execute(&mut **tx)?;
    tx.image(row)
}

pub(super) fn update_action(tx: &mut WriteTx<'_>, row: &mut Action) -> Result<()> {
    let seen = row.row_version;
    row.row_version += 1;
    let n = diesel::update(cycle_actions::table.filter(cycle_actions::id.eq(&row.id).and(cycle_actions::row_version.eq(seen))))
        .set(&*row)
        .execute(&mut **tx)?;
    if n == 0 {
        return Err(Error::Stale);
    }
    tx.image(row)
}

/// The test of a cycle; cycles from before there were tests have none.
pub(super) fn test(conn: &mut Conn, cycle: &str) -> Result<Option<CycleTest>> {
    let found = cycle_tests::table.filter(cycle_tests::cycle_id.eq(cycle)).select(CycleTest::as_select()).first(conn);
    Ok(found.optional()?)
}

pub(super) fn insert_test(tx: &mut WriteTx<'_>, row: &CycleTest) -> Result<()> {
    diesel::insert_into(cycle_tests::table).values(row).execute(&mut **tx)?;
    tx.image(row)
}

pub(super) fn update_test(tx: &mut WriteTx<'_>, row: &mut CycleTest) -> Result<()> {
    let seen = row.row_version;
    row.row_version += 1;
    let n = diesel::update(cycle_tests::table.filter(cycle_tests::id.eq(&row.id).and(cycle_tests::row_version.eq(seen))))
        .set(&*row)
        .execute(&mut **tx)?;
    if n == 0 {
        return Err(Error::Stale);
    }
    tx.image(row)
}
