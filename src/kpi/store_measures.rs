//! Queries of what is derived: measures and the cells that live batches own. Only a write of this slice calls those that change
//! something, so that a batch and its measures come and go in one transaction.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::{Batch, BatchState, CellRow, MeasureRow};
use crate::db::Conn;
use crate::db::schema::{kpi_batches, kpi_cells, kpi_measures};
use crate::error::Result;
use crate::ledger::WriteTx;

/// Rows per statement: seventeen columns each stay below SQLite's 32,766 bind variables.
const CHUNK: usize = 500;

pub(super) fn insert_measures(tx: &mut WriteTx<'_>, rows: &[MeasureRow]) -> Result<()> {
    let conn: &mut Conn = &mut *tx;
    for chunk in rows.chunks(CHUNK) {
        crate::each_backend!(conn, |inner| diesel::insert_into(kpi_measures::table).values(chunk).execute(inner))?;
    }
    Ok(())
}

pub(super) fn insert_cells(tx: &mut WriteTx<'_>, rows: &[CellRow]) -> Result<()> {
    let conn: &mut Conn = &mut *tx;
    for chunk in rows.chunks(CHUNK) {
        crate::each_backend!(conn, |inner| diesel::insert_into(kpi_cells::table).values(chunk).execute(inner))?;
    }
    Ok(())
}

pub(super) fn delete_cells(tx: &mut WriteTx<'_>, batch_id: &str) -> Result<()> {
    diesel::delete(kpi_cells::table.filter(kpi_cells::batch_id.eq(batch_id))).execute(&mut **tx)?;
    Ok(())
}

pub(super) fn delete_measures(tx: &mut WriteTx<'_>, batch_id: &str) -> Result<()> {
    diesel::delete(kpi_measures::table.filter(kpi_measures::batch_id.eq(batch_id))).execute(&mut **tx)?;
    Ok(())
}

/// The cells of a source and centre that live batches own between two days.
pub(super) fn owned(
    conn: &mut Conn,
    source: &str,
    centre_id: &str,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<(NaiveDate, String)>> {
    Ok(kpi_cells::table
        .filter(kpi_cells::source.eq(source).and(kpi_cells::centre_id.eq(centre_id)))
        .filter(kpi_cells::day.between(from, to))
        .order(kpi_cells::day)
        .select((kpi_cells::day, kpi_cells::batch_id))
        .load(conn)?)
}

/// The cells of a batch.
pub(super) fn cells_of(conn: &mut Conn, batch_id: &str) -> Result<Vec<CellRow>> {
    Ok(kpi_cells::table
        .filter(kpi_cells::batch_id.eq(batch_id))
        .order((kpi_cells::centre_id, kpi_cells::day))
        .select(CellRow::as_select())
        .load(conn)?)
}

/// The centre × day pairs that a batch has measures for, whether it is live or not.
pub(super) fn days_of(conn: &mut Conn, batch_id: &str) -> Result<Vec<(String, NaiveDate)>> {
    Ok(kpi_measures::table
        .filter(kpi_measures::batch_id.eq(batch_id))
        .select((kpi_measures::centre_id, kpi_measures::day))
        .distinct()
        .order((kpi_measures::centre_id, kpi_measures::day))
        .load(conn)?)
}

/// The centres that a batch touches.
pub(super) fn centres_of(conn: &mut Conn, batch_id: &str) -> Result<Vec<String>> {
    Ok(kpi_measures::table
        .filter(kpi_measures::batch_id.eq(batch_id))
        .select(kpi_measures::centre_id)
        .distinct()
        .order(kpi_measures::centre_id)
        .load(conn)?)
}

/// All measures of a batch.
pub(super) fn of_batch(conn: &mut Conn, batch_id: &str) -> Result<Vec<MeasureRow>> {
    Ok(kpi_measures::table
        .filter(kpi_measures::batch_id.eq(batch_id))
        .order((kpi_measures::centre_id, kpi_measures::day, kpi_measures::channel))
        .select(MeasureRow::as_select())
        .load(conn)?)
}

/// The live measures of a centre between two days: what every value is computed from.
pub(super) fn live(conn: &mut Conn, centre_id: &str, from: NaiveDate, to: NaiveDate) -> Result<Vec<MeasureRow>> {
    Ok(kpi_measures::table
        .inner_join(kpi_batches::table.on(kpi_batches::id.eq(kpi_measures::batch_id)))
        .filter(kpi_measures::centre_id.eq(centre_id))
        .filter(kpi_measures::day.between(from, to))
        .filter(kpi_batches::state.eq(BatchState::Committed))
        .order((kpi_measures::day, kpi_measures::source, kpi_measures::channel))
        .select(MeasureRow::as_select())
        .load(conn)?)
}

/// The live measures of a source and centre between two days.
pub(super) fn live_of(conn: &mut Conn, source: &str, centre_id: &str, from: NaiveDate, to: NaiveDate) -> Result<Vec<MeasureRow>> {
    Ok(kpi_measures::table
        .inner_join(kpi_batches::table.on(kpi_batches::id.eq(kpi_measures::batch_id)))
        .filter(kpi_measures::centre_id.eq(centre_id).and(kpi_measures::source.eq(source)))
        .filter(kpi_measures::day.between(from, to))
        .filter(kpi_batches::state.eq(BatchState::Committed))
        .order((kpi_measures::day, kpi_measures::channel))
        .select(MeasureRow::as_select())
        .load(conn)?)
}

/// All live measures between two days.
pub(super) fn live_everywhere(conn: &mut Conn, from: NaiveDate, to: NaiveDate) -> Result<Vec<MeasureRow>> {
    Ok(kpi_measures::table
        .inner_join(kpi_batches::table.on(kpi_batches::id.eq(kpi_measures::batch_id)))
        .filter(kpi_measures::day.between(from, to))
        .filter(kpi_batches::state.eq(BatchState::Committed))
        .select(MeasureRow::as_select())
        .load(conn)?)
}

/// The live batches that hold measures of a centre between two days.
pub(super) fn inputs(conn: &mut Conn, centre_id: &str, from: NaiveDate, to: NaiveDate) -> Result<Vec<Batch>> {
    let ids: Vec<String> = kpi_cells::table
        .filter(kpi_cells::centre_id.eq(centre_id).and(kpi_cells::day.between(from, to)))
        .select(kpi_cells::batch_id)
        .distinct()
        .limit(5000)
        .load(conn)?;
    Ok(kpi_batches::table.filter(kpi_batches::id.eq_any(ids)).order(kpi_batches::number).select(Batch::as_select()).load(conn)?)
}

/// The last day on which a centre has live measures.
pub(super) fn last_day(conn: &mut Conn, centre_id: &str) -> Result<Option<NaiveDate>> {
    Ok(kpi_cells::table
        .filter(kpi_cells::centre_id.eq(centre_id))
        .order(kpi_cells::day.desc())
        .select(kpi_cells::day)
        .first(conn)
        .optional()?)
}

/// The last day on which any centre has live measures.
pub(super) fn last_day_anywhere(conn: &mut Conn) -> Result<Option<NaiveDate>> {
    Ok(kpi_cells::table.order(kpi_cells::day.desc()).select(kpi_cells::day).first(conn).optional()?)
}
