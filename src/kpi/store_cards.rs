//! Queries of published scorecards.

use diesel::prelude::*;

use super::model::Scorecard;
use crate::db::Conn;
use crate::db::schema::kpi_scorecards;
use crate::error::Result;
use crate::ledger::WriteTx;

pub(super) fn insert(tx: &mut WriteTx<'_>, row: &Scorecard) -> Result<()> {
    diesel::insert_into(kpi_scorecards::table).values(row).execute(&mut **tx)?;
    tx.image(row)
}

pub(super) fn by_id(conn: &mut Conn, id: &str) -> Result<Scorecard> {
    Ok(kpi_scorecards::table.find(id).select(Scorecard::as_select()).first(conn)?)
}

/// The editions of a centre's month, the newest first.
pub(super) fn editions(conn: &mut Conn, centre_id: &str, period: &str) -> Result<Vec<Scorecard>> {
    Ok(kpi_scorecards::table
        .filter(kpi_scorecards::centre_id.eq(centre_id).and(kpi_scorecards::period.eq(period)))
        .order(kpi_scorecards::edition.desc())
        .limit(1000)
        .select(Scorecard::as_select())
        .load(conn)?)
}

/// Published cards, newest month first; of some centres, below a place in that order.
pub(super) fn list(conn: &mut Conn, centres: &[String], after: Option<(&str, &str)>, limit: i64) -> Result<Vec<Scorecard>> {
    let mut query = kpi_scorecards::table.filter(kpi_scorecards::centre_id.eq_any(centres)).into_boxed();
    if let Some((period, id)) = after {
        let later = kpi_scorecards::period.eq(period).and(kpi_scorecards::id.gt(id));
        query = query.filter(kpi_scorecards::period.lt(period.to_owned()).or(later));
    }
    Ok(query.order((kpi_scorecards::period.desc(), kpi_scorecards::id)).limit(limit).select(Scorecard::as_select()).load(conn)?)
}
