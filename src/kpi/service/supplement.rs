//! Supplements: a batch taken without its rows with errors may be completed by a file of those rows, mended. The supplement adds its
//! measures to the days of the batch that it completes, stands beside it, and goes with it.
//!
//! Invariant: the supplements of a batch bring at most as many rows as the batch left out.

use super::batches::visible_batch;
use crate::actor::Actor;
use crate::db::Conn;
use crate::error::{Error, Problem, Result};
use crate::kpi::model::{Batch, BatchState};
use crate::kpi::store;

fn refused(code: &str, number: i64) -> Error {
    Error::Conflict(Problem::whole(code).with("number", number))
}

/// The batch of a number, if it can be completed. One that this actor may not see is not there.
///
/// # Errors
/// [`Error::Conflict`] saying why it cannot.
pub(super) fn completable(conn: &mut Conn, actor: &Actor, number: i64) -> Result<Batch> {
    let batch = match visible_batch(conn, actor, number) {
        Err(Error::NotFound) => return Err(refused("kpi-supplement-unknown", number)),
        found => found?,
    };
    if let Some(main) = batch.supplements {
        return Err(Error::Conflict(Problem::whole("kpi-supplement-of-supplement").with("number", number).with("main", main)));
    }
    if batch.state != BatchState::Committed {
        return Err(refused("kpi-supplement-not-live", number));
    }
    if batch.rows_refused.unwrap_or(0) == 0 {
        return Err(refused("kpi-supplement-whole", number));
    }
    Ok(batch)
}

/// How many rows of a batch are still left out.
///
/// # Errors
/// When the database refuses.
pub fn rows_missing(conn: &mut Conn, batch: &Batch) -> Result<i64> {
    let brought: i64 = store::supplements(conn, batch.number)?.iter().map(Batch::rows_taken).sum();
    Ok((batch.rows_refused.unwrap_or(0) - brought).max(0))
}

/// Refuses a supplement that does not fit the batch that it completes.
///
/// # Errors
/// [`Error::Conflict`] saying why.
pub(super) fn check(conn: &mut Conn, actor: &Actor, number: i64, source: &str, rows: i64) -> Result<()> {
    let batch = completable(conn, actor, number)?;
    if batch.source != source {
        let problem = Problem::whole("kpi-supplement-source").with("number", number).with("source", &batch.source);
        return Err(Error::Conflict(problem.with("found", source)));
    }
    let missing = rows_missing(conn, &batch)?;
    if rows > missing {
        let problem = Problem::whole("kpi-supplement-rows").with("number", number).with("missing", missing);
        return Err(Error::Conflict(problem.with("rows", rows)));
    }
    Ok(())
}
