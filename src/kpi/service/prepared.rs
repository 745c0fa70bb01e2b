//! What an import writes, made ready before the write: the batch, its measures, the days that it owns.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;

use super::import::{Import, RowErrors};
use super::overlap::Place;
use crate::db::new_id;
use crate::error::{Error, Problem, Result};
use crate::evidence::Stored;
use crate::kpi::intake::Intake;
use crate::kpi::mapping::{RowMapping, SourceKind};
use crate::kpi::model::{Batch, BatchState, MeasureRow};
use crate::kpi::rows::{Cells, measures_hash};
use crate::ledger::{Event, WriteTx};
use crate::organisation;

/// Everything an import writes, made ready before the write.
#[derive(Clone)]
pub(super) struct Prepared {
    pub(super) batch_id: String,
    pub(super) source: String,
    pub(super) replace: bool,
    pub(super) replaces: Option<BTreeSet<i64>>,
    pub(super) supplements: Option<i64>,
    pub(super) header: Option<Vec<String>>,
    pub(super) kind: SourceKind,
    pub(super) mapping: String,
    pub(super) file_name: String,
    /// Name and media type of what is kept.
    pub(super) kept: (String, &'static str),
    default_centre: Option<String>,
    days: (NaiveDate, NaiveDate),
    rows_read: i64,
    rows_ignored: i64,
    rows_refused: Option<i64>,
    original_hash: Option<String>,
    as_of: Option<NaiveDate>,
    pub(super) measures_hash: String,
    pub(super) centres: Vec<String>,
    pub(super) places: BTreeSet<Place>,
    pub(super) rows: Arc<Vec<MeasureRow>>,
}

const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// What is kept of a file is called and what it is: the file itself, or the text that it was rewritten to.
fn kept(file_name: &str, read: &Intake) -> (String, &'static str) {
    match (read.workbook, &read.original) {
        (true, None) => (file_name.to_owned(), WORKBOOK),
        (true, Some(_)) => (format!("{file_name}.csv"), "text/csv"),
        (false, _) => (file_name.to_owned(), "text/csv"),
    }
}

/// Makes a file that was read ready to be a batch.
///
/// # Errors
/// [`Error::Invalid`] for a file in which no row counts.
pub(super) fn prepare(
    request: &Import,
    mapping: &RowMapping,
    mut read: Intake,
    ids: &BTreeMap<String, String>,
    as_of: Option<NaiveDate>,
) -> Result<Prepared> {
    let (batch_id, source) = (new_id(), mapping.source.as_str());
    let cells = Cells { calls: std::mem::take(&mut read.cells), quantities: std::mem::take(&mut read.quantities) };
    let keys = cells.keys();
    let (Some(first), Some(last)) = (keys.iter().map(|key| key.day).min(), keys.iter().map(|key| key.day).max()) else {
        return Err(Error::Invalid(vec![Problem::field(&request.file_name, "kpi-file-no-rows")]));
    };
    let mut rows = Vec::with_capacity(keys.len());
    let mut places = BTreeSet::new();
    for key in keys {
        let centre = ids.get(&*key.centre).ok_or_else(|| Error::internal("a centre without a row"))?;
        rows.push(cells.row(&batch_id, source, centre, key)?);
        places.insert((centre.clone(), key.day));
    }
    let centres: BTreeSet<String> = places.iter().map(|(centre, _)| centre.clone()).collect();
    let ignored = cells.calls.values().map(|m| m.ignored).sum::<u64>() + read.ignored_unplaced;
    let refused = (request.row_errors == RowErrors::LeaveOut && read.error_count > 0).then_some(read.error_count);
    Ok(Prepared {
        batch_id,
        source: source.to_owned(),
        replace: request.replace,
        replaces: request.replaces.clone(),
        supplements: request.supplements,
        header: request.header.clone(),
        kind: mapping.kind,
        mapping: request.mapping.clone(),
        file_name: request.file_name.clone(),
        kept: kept(&request.file_name, &read),
        default_centre: request.centre.clone(),
        days: (first, last),
        rows_read: i64::try_from(read.rows).map_err(Error::internal)?,
        rows_ignored: i64::try_from(ignored).map_err(Error::internal)?,
        rows_refused: refused.map(|count| i64::try_from(count).map_err(Error::internal)).transpose()?,
        original_hash: read.original,
        as_of,
        measures_hash: measures_hash(source, &cells)?,
        centres: centres.into_iter().collect(),
        places,
        rows: Arc::new(rows),
    })
}

/// The row of the batch.
pub(super) fn batch_row(tx: &mut WriteTx<'_>, prepared: &Prepared, stored: &Stored, mapping_hash: String) -> Result<Batch> {
    Ok(Batch {
        id: prepared.batch_id.clone(),
        number: organisation::next_serial(tx, "kpi-batch")?,
        source: prepared.source.clone(),
        file_name: prepared.file_name.clone(),
        evidence_hash: stored.hash.clone(),
        mapping_hash,
        default_centre: prepared.default_centre.clone(),
        first_day: prepared.days.0,
        last_day: prepared.days.1,
        rows_read: prepared.rows_read,
        rows_ignored: prepared.rows_ignored,
        cells: i64::try_from(prepared.rows.len()).map_err(Error::internal)?,
        measures_hash: prepared.measures_hash.clone(),
        state: BatchState::Committed,
        replaced_by: None,
        imported_by: tx.actor.name.clone(),
        imported_at: tx.now,
        row_version: 1,
        original_hash: prepared.original_hash.clone(),
        rows_refused: prepared.rows_refused,
        as_of: prepared.as_of,
        supplements: prepared.supplements,
    })
}

/// What the ledger says of it.
pub(super) fn event(batch: &Batch) -> Event {
    let event = Event::new("kpi.import", "batch", &batch.id, &batch.label());
    let event = match &batch.original_hash {
        Some(original) => event.detail("original", original.clone()),
        None => event,
    };
    let event = match batch.supplements {
        Some(number) => event.detail("supplements", number),
        None => event,
    };
    event
        .detail("rows", batch.rows_read)
        .detail("from", batch.first_day.to_string())
        .detail("to", batch.last_day.to_string())
        .detail("evidence", batch.evidence_hash.clone())
}

impl Prepared {
    /// Rows that count or were passed over knowingly.
    pub(super) fn rows_taken(&self) -> i64 {
        self.rows_read - self.rows_refused.unwrap_or(0)
    }
}
