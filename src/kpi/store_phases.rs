//! Queries of phases.

use diesel::prelude::*;

use super::control::Grain;
use super::model::PhaseRow;
use crate::db::Conn;
use crate::db::schema::kpi_phases;
use crate::error::Result;
use crate::ledger::WriteTx;

/// The phases of a centre, of one KPI or of all, oldest first.
pub(super) fn of_centre(conn: &mut Conn, centre_id: &str, code: Option<&str>) -> Result<Vec<PhaseRow>> {
    let mut query = kpi_phases::table.filter(kpi_phases::centre_id.eq(centre_id)).into_boxed();
    if let Some(code) = code {
        query = query.filter(kpi_phases::code.eq(code));
    }
    Ok(query
        .order((kpi_phases::code, kpi_phases::grain, kpi_phases::starts_on))
        .limit(5000)
        .select(PhaseRow::as_select())
        .load(conn)?)
}

/// The newest phase of a chart.
pub(super) fn newest(conn: &mut Conn, centre_id: &str, code: &str, grain: Grain) -> Result<Option<PhaseRow>> {
    Ok(kpi_phases::table
        .filter(kpi_phases::centre_id.eq(centre_id).and(kpi_phases::code.eq(code)).and(kpi_phases::grain.eq(grain)))
        .order(kpi_phases::starts_on.desc())
        .select(PhaseRow::as_select())
        .first(conn)
        .optional()?)
}

pub(super) fn insert(tx: &mut WriteTx<'_>, row: &PhaseRow) -> Result<()> {
    diesel::insert_into(kpi_phases::table).values(row).execute(&mut **tx)?;
    tx.image(row)
}
