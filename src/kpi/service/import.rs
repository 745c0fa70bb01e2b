//! Importing a call log: one pass turns the file into measures and keeps it as evidence; then one write makes the batch a fact. A refused
//! file leaves nothing behind (ISO 9001 7.5.3.2, 9.1.1).
//!
//! Invariant: a source × centre × day belongs to one live batch.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;

use super::overlap::{self, Place};
use super::signals;
use crate::actor::{Actor, Permission};
use crate::db::{Conn, new_id};
use crate::error::{Error, Problem, Result};
use crate::evidence::{self, Stored};
use crate::kpi::intake::{self, CentreZones, Intake, IntakeError};
use crate::kpi::mapping::{Mapping, MappingError};
use crate::kpi::model::{Batch, BatchState, CellRow, MeasureRow, Signal};
use crate::kpi::rows::{measures_hash, row_of};
use crate::kpi::{store, store_measures};
use crate::ledger::{Event, Ledger, Once, WriteTx};
use crate::organisation;

/// An import as asked for; the file itself comes beside it.
#[derive(Debug, Clone, Default)]
pub struct Import {
    /// The mapping, TOML.
    pub mapping: String,
    /// The centre, for a log of one centre that does not name it.
    pub centre: Option<String>,
    /// The name of the file.
    pub file_name: String,
    /// Takes the place of the batches that own its cells.
    pub replace: bool,
}

/// What an import came to.
#[derive(Debug, Clone)]
pub enum Imported {
    /// A new batch, and the signals that it raised.
    New {
        /// The batch.
        batch: Batch,
        /// Numbers of the batches whose place it took.
        replaced: Vec<i64>,
        /// Signals raised.
        signals: Vec<Signal>,
    },
    /// The same file was imported before; nothing changed.
    Identical(Batch),
}

impl Imported {
    /// The batch.
    pub fn batch(&self) -> &Batch {
        match self {
            Self::New { batch, .. } | Self::Identical(batch) => batch,
        }
    }
}

/// A mapping that cannot be used, as problems.
pub fn bad_mapping(error: &MappingError) -> Error {
    Error::Invalid(vec![with(Problem::field("mapping", error.code()), error.params())])
}

/// A file that cannot be read as a call log, as problems.
pub fn bad_file(name: &str, error: &IntakeError) -> Error {
    if let IntakeError::Keep(cause) = error {
        return Error::Storage(cause.clone());
    }
    Error::Invalid(vec![with(Problem::field(name, error.code()), error.params())])
}

fn with(problem: Problem, params: Vec<(&'static str, String)>) -> Problem {
    params.into_iter().fold(problem, |problem, (name, value)| problem.with(name, value))
}

/// Which contact a row is, behind its number; nothing when the mapping names no such column.
fn named(params: Vec<(&'static str, String)>) -> Vec<(&'static str, String)> {
    let shown = |(name, value): (&'static str, String)| match name {
        "id" if !value.is_empty() => (name, format!(" ({value})")),
        _ => (name, value),
    };
    params.into_iter().map(shown).collect()
}

fn bad_rows(name: &str, read: &Intake) -> Error {
    let mut problems: Vec<Problem> =
        read.errors.iter().map(|error| with(Problem::field(name, error.code()), named(error.params()))).collect();
    let told = problems.len() as u64;
    if read.error_count > told {
        problems.push(Problem::field(name, "kpi-errors-more").with("more", read.error_count - told));
    }
    Error::Invalid(problems)
}

/// Imports a call log.
///
/// # Errors
/// [`Error::Invalid`] with every bad row (file, row, column, value, what was expected); [`Error::Conflict`] naming the batches that own
/// its days; [`Error::Forbidden`] for a centre where this actor may not import.
pub fn import(ledger: &Ledger, evidence_dir: &Path, actor: &Arc<Actor>, request: &Import, reader: impl Read) -> Result<Imported> {
    import_once(ledger, evidence_dir, actor, request, None, reader)
}

/// The same once per key of its sender.
///
/// # Errors
/// As [`import`]; [`Error::Invalid`] when the key was sent with something else.
pub fn import_once(
    ledger: &Ledger,
    evidence_dir: &Path,
    actor: &Arc<Actor>,
    request: &Import,
    once: Option<&Once>,
    reader: impl Read,
) -> Result<Imported> {
    actor.require(Permission::ImportKpis)?;
    let mapping = read_mapping(request)?;
    let centres = ledger.db.read(organisation::centres)?;
    let zones = zones(&centres)?;
    let mut kept = evidence::Intake::start(evidence_dir)?;
    let read = intake::measure(reader, &mapping, &zones, &mut kept).map_err(|error| bad_file(&request.file_name, &error))?;
    if read.error_count > 0 {
        return Err(bad_rows(&request.file_name, &read));
    }
    let (Some(first_day), Some(last_day)) = (read.cells.keys().map(|k| k.day).min(), read.cells.keys().map(|k| k.day).max()) else {
        return Err(Error::Invalid(vec![Problem::field(&request.file_name, "kpi-file-no-rows")]));
    };
    let ids: BTreeMap<String, String> = centres.into_iter().map(|centre| (centre.code, centre.id)).collect();
    let prepared = prepare(request, &mapping, &read, &ids, (first_day, last_day))?;
    for centre in &prepared.centres {
        actor.require_at(Permission::ImportKpis, centre)?;
    }
    take(ledger, actor, prepared, kept, once)
}

/// What an import came to, as it is kept under its key.
#[derive(serde::Serialize, serde::Deserialize)]
struct Taken {
    batch: Batch,
    replaced: Vec<i64>,
    identical: bool,
}

/// Makes a file that was read a batch. What can be refused is refused before the file gets its lasting name.
fn take(ledger: &Ledger, actor: &Arc<Actor>, prepared: Prepared, kept: evidence::Intake, once: Option<&Once>) -> Result<Imported> {
    let hash = kept.hash();
    let once = once.map(|once| once.with(hash.as_bytes()));
    let now = ledger.clock.now().into();
    let answer = ledger.db.read(|conn| match &once {
        Some(once) => once.answer(conn, &actor.id, now),
        None => Ok(None),
    })?;
    let known = match &answer {
        Some(_) => None,
        None => ledger.db.read(|conn| before(conn, &prepared, &hash))?,
    };
    let taken: Taken = match (answer, known) {
        (Some(answer), _) => serde_json::from_str(&answer)?,
        (None, Some(batch)) => {
            let identical = move |_: &mut WriteTx<'_>| Ok(Taken { batch: batch.clone(), replaced: Vec::new(), identical: true });
            ledger.write(actor, move |tx| tx.once(once.as_ref(), &identical))?
        }
        (None, None) => {
            let stored = kept.finish()?;
            let prepared = prepared.clone();
            ledger.write(actor, move |tx| tx.once(once.as_ref(), |tx| commit(tx, &prepared, &stored)))?
        }
    };
    // Signals are raised once. An import that was killed between its batch and its signals is made good by the next one of the same file.
    let signals = signals::evaluate(ledger, &prepared.centres, (taken.batch.first_day, taken.batch.last_day))?;
    if taken.identical {
        return Ok(Imported::Identical(taken.batch));
    }
    Ok(Imported::New { batch: taken.batch, replaced: taken.replaced, signals })
}

/// Reads the mapping of an import.
///
/// # Errors
/// [`Error::Invalid`] naming the key.
fn read_mapping(request: &Import) -> Result<Mapping> {
    let mapping = Mapping::from_toml(&request.mapping).map_err(|error| bad_mapping(&error))?;
    match &request.centre {
        Some(code) => mapping.with_centre(code).map_err(|error| bad_mapping(&error.located(&request.mapping))),
        None => Ok(mapping),
    }
}

pub(super) fn zones(centres: &[organisation::Centre]) -> Result<CentreZones> {
    let zones: Vec<_> = centres.iter().map(|c| Ok((c.code.clone(), organisation::zone_of(c)?))).collect::<Result<_>>()?;
    Ok(CentreZones::new(zones))
}

/// Everything an import writes, made ready before the write.
#[derive(Clone)]
pub(super) struct Prepared {
    batch_id: String,
    pub(super) source: String,
    replace: bool,
    mapping: String,
    file_name: String,
    default_centre: Option<String>,
    days: (NaiveDate, NaiveDate),
    rows_read: i64,
    rows_ignored: i64,
    measures_hash: String,
    pub(super) centres: Vec<String>,
    pub(super) places: BTreeSet<Place>,
    rows: Arc<Vec<MeasureRow>>,
}

fn prepare(
    request: &Import,
    mapping: &Mapping,
    read: &Intake,
    ids: &BTreeMap<String, String>,
    days: (NaiveDate, NaiveDate),
) -> Result<Prepared> {
    let batch_id = new_id();
    let id_of = |code: &str| ids.get(code).ok_or_else(|| Error::internal("a centre without a row"));
    let mut rows = Vec::with_capacity(read.cells.len());
    let mut places = BTreeSet::new();
    for (key, measures) in &read.cells {
        let centre = id_of(&key.centre)?;
        rows.push(row_of(&batch_id, &mapping.source, centre, key, measures)?);
        places.insert((centre.clone(), key.day));
    }
    let centres: BTreeSet<String> = places.iter().map(|(centre, _)| centre.clone()).collect();
    let ignored = read.cells.values().map(|m| m.ignored).sum::<u64>() + read.ignored_unplaced;
    Ok(Prepared {
        batch_id,
        source: mapping.source.clone(),
        replace: request.replace,
        mapping: request.mapping.clone(),
        file_name: request.file_name.clone(),
        default_centre: request.centre.clone(),
        days,
        rows_read: i64::try_from(read.rows).map_err(Error::internal)?,
        rows_ignored: i64::try_from(ignored).map_err(Error::internal)?,
        measures_hash: measures_hash(&mapping.source, &read.cells),
        centres: centres.into_iter().collect(),
        places,
        rows: Arc::new(rows),
    })
}

/// The identical live batch, if any; refuses what overlaps.
fn before(conn: &mut Conn, prepared: &Prepared, hash: &str) -> Result<Option<Batch>> {
    let known = store::identical(conn, hash, &prepared.measures_hash)?;
    if known.is_none() {
        overlap::check(conn, &prepared.source, &prepared.places, prepared.replace)?;
    }
    Ok(known)
}

/// Makes the batch a fact, in one transaction with its measures and with what becomes of those it replaces.
fn commit(tx: &mut WriteTx<'_>, prepared: &Prepared, stored: &Stored) -> Result<Taken> {
    for centre in &prepared.centres {
        tx.actor.require_at(Permission::ImportKpis, centre)?;
    }
    super::install::seed(tx)?;
    // Another process may have imported since the first look, and perhaps this very file.
    if let Some(batch) = store::identical(tx, &stored.hash, &prepared.measures_hash)? {
        return Ok(Taken { batch, replaced: Vec::new(), identical: true });
    }
    let old = overlap::check(tx, &prepared.source, &prepared.places, prepared.replace)?;
    let mut replaced = Vec::new();
    for mut batch in old {
        batch.state = BatchState::Replaced;
        batch.replaced_by = Some(prepared.batch_id.clone());
        store_measures::delete_cells(tx, &batch.id)?;
        store::update_batch(tx, &mut batch)?;
        tx.record(Event::new("kpi.replace", "batch", &batch.id, &batch.label()).detail("by", prepared.file_name.clone()));
        replaced.push(batch.number);
    }
    evidence::keep(tx, stored, &prepared.file_name, "text/csv")?;
    let mapping_hash = evidence::keep_text(tx, &prepared.mapping)?;
    let batch = batch_row(tx, prepared, stored, mapping_hash)?;
    store::insert_batch(tx, &batch)?;
    store_measures::insert_measures(tx, &prepared.rows)?;
    store_measures::insert_cells(tx, &cells(prepared))?;
    tx.record(event(&batch));
    Ok(Taken { batch, replaced, identical: false })
}

fn batch_row(tx: &mut WriteTx<'_>, prepared: &Prepared, stored: &Stored, mapping_hash: String) -> Result<Batch> {
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
    })
}

fn cells(prepared: &Prepared) -> Vec<CellRow> {
    let row = |(centre_id, day): &Place| CellRow {
        source: prepared.source.clone(),
        centre_id: centre_id.clone(),
        day: *day,
        batch_id: prepared.batch_id.clone(),
    };
    prepared.places.iter().map(row).collect()
}

fn event(batch: &Batch) -> Event {
    Event::new("kpi.import", "batch", &batch.id, &batch.label())
        .detail("rows", batch.rows_read)
        .detail("from", batch.first_day.to_string())
        .detail("to", batch.last_day.to_string())
        .detail("evidence", batch.evidence_hash.clone())
}
