//! Queries of the sums of whole months. They are derived: only a write of this slice that changes which days are live changes them.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::MonthRow;
use crate::db::Conn;
use crate::db::schema::{kpi_cells, kpi_months};
use crate::error::Result;
use crate::ledger::WriteTx;

/// The months of a centre that begin between two days.
pub(super) fn of_centre(conn: &mut Conn, centre_id: &str, from: NaiveDate, to: NaiveDate) -> Result<Vec<MonthRow>> {
    Ok(kpi_months::table
        .filter(kpi_months::centre_id.eq(centre_id).and(kpi_months::month.between(from, to)))
        .select(MonthRow::as_select())
        .load(conn)?)
}

/// The same of all centres.
pub(super) fn everywhere(conn: &mut Conn, from: NaiveDate, to: NaiveDate) -> Result<Vec<MonthRow>> {
    Ok(kpi_months::table.filter(kpi_months::month.between(from, to)).select(MonthRow::as_select()).load(conn)?)
}

/// The sums of one month, if any day of it is live.
pub(super) fn one(conn: &mut Conn, centre_id: &str, month: NaiveDate) -> Result<Option<Vec<u8>>> {
    Ok(kpi_months::table.find((centre_id, month)).select(kpi_months::totals).first(conn).optional()?)
}

/// Which months have sums.
pub(super) fn keys(conn: &mut Conn) -> Result<Vec<(String, NaiveDate)>> {
    Ok(kpi_months::table.select((kpi_months::centre_id, kpi_months::month)).load(conn)?)
}

/// The days of each centre that live batches own.
pub(super) fn owned_days(conn: &mut Conn) -> Result<Vec<(String, NaiveDate)>> {
    Ok(kpi_cells::table.select((kpi_cells::centre_id, kpi_cells::day)).distinct().load(conn)?)
}

/// True when there are live days but no sums of months at all, as in a database of an older program.
pub(super) fn never_made(conn: &mut Conn) -> Result<bool> {
    let sums: Option<String> = kpi_months::table.select(kpi_months::centre_id).first(conn).optional()?;
    if sums.is_some() {
        return Ok(false);
    }
    let days: Option<String> = kpi_cells::table.select(kpi_cells::centre_id).first(conn).optional()?;
    Ok(days.is_some())
}

/// Writes the sums of a month; without any the month goes.
pub(super) fn put(tx: &mut WriteTx<'_>, centre_id: &str, month: NaiveDate, totals: Option<Vec<u8>>) -> Result<()> {
    diesel::delete(kpi_months::table.find((centre_id, month))).execute(&mut **tx)?;
    let Some(totals) = totals else { return Ok(()) };
    let row = MonthRow { centre_id: centre_id.to_owned(), month, totals };
    diesel::insert_into(kpi_months::table).values(&row).execute(&mut **tx)?;
    Ok(())
}
