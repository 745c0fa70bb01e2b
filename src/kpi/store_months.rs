//! Queries of the sums of whole months. They are derived: only a write of this slice that changes which days are live changes them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::MonthRow;
use crate::db::Conn;
use crate::db::schema::{kpi_cells, kpi_months};
use crate::error::Result;
use crate::ledger::WriteTx;

/// Which sums are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sums {
    /// Of all channels together, whose rows name none.
    Together,
    /// Of each channel.
    ByChannel,
}

/// The months of a centre that begin between two days.
pub(super) fn of_centre(conn: &mut Conn, centre_id: &str, (from, to): (NaiveDate, NaiveDate), sums: Sums) -> Result<Vec<MonthRow>> {
    let months = kpi_months::table.filter(kpi_months::centre_id.eq(centre_id).and(kpi_months::month.between(from, to)));
    let rows = months.select(MonthRow::as_select());
    Ok(match sums {
        Sums::Together => rows.filter(kpi_months::channel.eq("")).load(conn)?,
        Sums::ByChannel => rows.filter(kpi_months::channel.ne("")).load(conn)?,
    })
}

/// The same of all centres.
pub(super) fn everywhere(conn: &mut Conn, (from, to): (NaiveDate, NaiveDate), sums: Sums) -> Result<Vec<MonthRow>> {
    let rows = kpi_months::table.filter(kpi_months::month.between(from, to)).select(MonthRow::as_select());
    Ok(match sums {
        Sums::Together => rows.filter(kpi_months::channel.eq("")).load(conn)?,
        Sums::ByChannel => rows.filter(kpi_months::channel.ne("")).load(conn)?,
    })
}

/// All sums of one month by channel; empty when no day of it is live.
pub(super) fn of_month(conn: &mut Conn, centre_id: &str, month: NaiveDate) -> Result<BTreeMap<String, Vec<u8>>> {
    let rows: Vec<(String, Vec<u8>)> = kpi_months::table
        .filter(kpi_months::centre_id.eq(centre_id).and(kpi_months::month.eq(month)))
        .select((kpi_months::channel, kpi_months::totals))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Which months have sums.
pub(super) fn keys(conn: &mut Conn) -> Result<Vec<(String, NaiveDate)>> {
    Ok(kpi_months::table.select((kpi_months::centre_id, kpi_months::month)).distinct().load(conn)?)
}

/// The days of each centre that live batches own.
pub(super) fn owned_days(conn: &mut Conn) -> Result<Vec<(String, NaiveDate)>> {
    Ok(kpi_cells::table.select((kpi_cells::centre_id, kpi_cells::day)).distinct().load(conn)?)
}

/// True when there are live days but no sums of months by channel at all, as in a database of an older program.
pub(super) fn never_made(conn: &mut Conn) -> Result<bool> {
    let sums: Option<String> =
        kpi_months::table.filter(kpi_months::channel.ne("")).select(kpi_months::centre_id).first(conn).optional()?;
    if sums.is_some() {
        return Ok(false);
    }
    let days: Option<String> = kpi_cells::table.select(kpi_cells::centre_id).first(conn).optional()?;
    Ok(days.is_some())
}

/// Takes the sums of a month away.
pub(super) fn clear(tx: &mut WriteTx<'_>, centre_id: &str, month: NaiveDate) -> Result<()> {
    let own = kpi_months::centre_id.eq(centre_id).and(kpi_months::month.eq(month));
    diesel::delete(kpi_months::table.filter(own)).execute(&mut **tx)?;
    Ok(())
}

/// Writes sums of a month by channel, in the place of those of the same channels.
pub(super) fn put(tx: &mut WriteTx<'_>, centre_id: &str, month: NaiveDate, sums: BTreeMap<String, Vec<u8>>) -> Result<()> {
    let own = kpi_months::centre_id.eq(centre_id).and(kpi_months::month.eq(month));
    let named = kpi_months::channel.eq_any(sums.keys());
    diesel::delete(kpi_months::table.filter(own.and(named))).execute(&mut **tx)?;
    if sums.is_empty() {
        return Ok(());
    }
    let row = |(channel, totals)| MonthRow { centre_id: centre_id.to_owned(), month, channel, totals };
    let rows: Vec<MonthRow> = sums.into_iter().map(row).collect();
    let conn: &mut Conn = &mut *tx;
    crate::each_backend!(conn, |inner| diesel::insert_into(kpi_months::table).values(&rows).execute(inner))?;
    Ok(())
}
