//! Queries of signals, and of the days and months that are still to be judged.

use diesel::prelude::*;

use super::model::{Signal, SignalRule, SignalState, Unjudged};
use crate::db::schema::{kpi_definitions, kpi_judged, kpi_signals, kpi_unjudged};
use crate::db::{Conn, Instant, Json};
use crate::error::{Error, Result};
use crate::ledger::WriteTx;

pub(super) fn signal(conn: &mut Conn, id: &str) -> Result<Signal> {
    Ok(kpi_signals::table.find(id).select(Signal::as_select()).first(conn)?)
}

/// Open signals, at these centres (by id) or everywhere, the most urgent first.
pub(super) fn open(conn: &mut Conn, at: Option<&[String]>) -> Result<Vec<Signal>> {
    let mut query = kpi_signals::table.filter(kpi_signals::state.eq(SignalState::Open)).into_boxed();
    if let Some(centres) = at {
        query = query.filter(kpi_signals::centre_id.eq_any(centres));
    }
    Ok(query.order((kpi_signals::due_on, kpi_signals::id)).limit(1000).select(Signal::as_select()).load(conn)?)
}

/// A signal with the name of its KPI in both languages and its definition, where the KPI is still defined.
pub(super) type Named = (Signal, Option<String>, Option<String>, Option<Json>);

/// Open signals with the names of their KPIs, at these centres (by id) or everywhere, the most urgent first; no more than anybody can work
/// through.
pub(super) fn open_named(conn: &mut Conn, at: Option<&[String]>) -> Result<Vec<Named>> {
    let definition = kpi_definitions::code.eq(kpi_signals::code).and(kpi_definitions::in_force.eq(true));
    let mut query = kpi_signals::table
        .left_join(kpi_definitions::table.on(definition))
        .filter(kpi_signals::state.eq(SignalState::Open))
        .into_boxed();
    if let Some(centres) = at {
        query = query.filter(kpi_signals::centre_id.eq_any(centres));
    }
    Ok(query
        .order((kpi_signals::due_on, kpi_signals::id))
        .limit(200)
        .select((
            Signal::as_select(),
            kpi_definitions::name.nullable(),
            kpi_definitions::name_en.nullable(),
            kpi_definitions::body.nullable(),
        ))
        .load(conn)?)
}

/// How many signals are open, by centre.
pub(super) fn open_counts(conn: &mut Conn) -> Result<Vec<(String, i64)>> {
    Ok(kpi_signals::table
        .filter(kpi_signals::state.eq(SignalState::Open))
        .group_by(kpi_signals::centre_id)
        .select((kpi_signals::centre_id, diesel::dsl::count_star()))
        .load(conn)?)
}

/// How many signals were raised after an instant and stand, by centre.
pub(super) fn raised(conn: &mut Conn, after: Instant) -> Result<Vec<(String, i64)>> {
    Ok(kpi_signals::table
        .filter(kpi_signals::raised_at.gt(after).and(kpi_signals::state.ne(SignalState::Withdrawn)))
        .group_by(kpi_signals::centre_id)
        .select((kpi_signals::centre_id, diesel::dsl::count_star()))
        .load(conn)?)
}

/// Signals of a centre, newest period first.
pub(super) fn of_centre(conn: &mut Conn, centre_id: &str, code: Option<&str>) -> Result<Vec<Signal>> {
    let mut query = kpi_signals::table.filter(kpi_signals::centre_id.eq(centre_id)).into_boxed();
    if let Some(code) = code {
        query = query.filter(kpi_signals::code.eq(code));
    }
    Ok(query.order((kpi_signals::period.desc(), kpi_signals::id)).limit(500).select(Signal::as_select()).load(conn)?)
}

/// What a signal asks about: KPI, period and rule.
pub(super) type Asked = (String, String, SignalRule);

/// What was asked about at a centre from a period on, and not withdrawn.
pub(super) fn asked_from(conn: &mut Conn, centre_id: &str, period: &str) -> Result<Vec<Asked>> {
    Ok(kpi_signals::table
        .filter(kpi_signals::centre_id.eq(centre_id).and(kpi_signals::period.ge(period)))
        .filter(kpi_signals::state.ne(SignalState::Withdrawn))
        .select((kpi_signals::code, kpi_signals::period, kpi_signals::rule))
        .load(conn)?)
}

/// Open signals of a centre from a period on.
pub(super) fn open_from(conn: &mut Conn, centre_id: &str, period: &str) -> Result<Vec<Signal>> {
    Ok(kpi_signals::table
        .filter(kpi_signals::centre_id.eq(centre_id).and(kpi_signals::period.ge(period)))
        .filter(kpi_signals::state.eq(SignalState::Open))
        .order((kpi_signals::period, kpi_signals::id))
        .select(Signal::as_select())
        .load(conn)?)
}

pub(super) fn insert(tx: &mut WriteTx<'_>, row: &Signal) -> Result<()> {
    diesel::insert_into(kpi_signals::table).values(row).execute(&mut **tx)?;
    tx.image(row)
}

pub(super) fn update(tx: &mut WriteTx<'_>, row: &mut Signal) -> Result<()> {
    let seen = row.row_version;
    row.row_version = seen + 1;
    let n = diesel::update(kpi_signals::table.filter(kpi_signals::id.eq(&row.id).and(kpi_signals::row_version.eq(seen))))
        .set(&*row)
        .execute(&mut **tx)?;
    if n == 0 {
        return Err(Error::Stale);
    }
    tx.image(row)
}

/// Days that are still to be judged, of one batch or of all, in the order in which they came.
pub(super) fn unjudged(conn: &mut Conn, batch: Option<&str>) -> Result<Vec<Unjudged>> {
    let mut query = kpi_unjudged::table.into_boxed();
    if let Some(batch) = batch {
        query = query.filter(kpi_unjudged::batch_id.eq(batch));
    }
    Ok(query.order(kpi_unjudged::id).limit(1000).select(Unjudged::as_select()).load(conn)?)
}

pub(super) fn insert_unjudged(tx: &mut WriteTx<'_>, rows: &[Unjudged]) -> Result<()> {
    let conn: &mut Conn = &mut *tx;
    for chunk in rows.chunks(100) {
        crate::each_backend!(conn, |inner| diesel::insert_into(kpi_unjudged::table).values(chunk).execute(inner))?;
    }
    Ok(())
}

pub(super) fn delete_unjudged(tx: &mut WriteTx<'_>, id: &str) -> Result<()> {
    diesel::delete(kpi_unjudged::table.find(id)).execute(&mut **tx)?;
    Ok(())
}

/// The last month of each centre that was judged after it was over.
pub(super) fn judged_months(conn: &mut Conn) -> Result<Vec<(String, String)>> {
    Ok(kpi_judged::table.select((kpi_judged::centre_id, kpi_judged::month)).load(conn)?)
}

/// Remembers that a month of a centre was judged after it was over.
pub(super) fn remember_judged(tx: &mut WriteTx<'_>, centre_id: &str, month: &str) -> Result<()> {
    let own = (kpi_judged::centre_id.eq(centre_id), kpi_judged::month.eq(month));
    diesel::delete(kpi_judged::table.find(centre_id)).execute(&mut **tx)?;
    diesel::insert_into(kpi_judged::table).values(own).execute(&mut **tx)?;
    Ok(())
}
