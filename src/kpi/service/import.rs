//! Importing a file: one pass turns it into measures and keeps it as evidence; then one write makes the batch a fact. Of a
//! refused file nothing is left but, for a day, its rows with errors (ISO 9001 7.5.3.2, 9.1.1).
//!
//! Invariant: a source × centre × day belongs to one live batch.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;

use super::batches::cell_rows;
use super::overlap::Place;
use super::prepared::{Prepared, batch_row, event, prepare};
use super::{judging, locks, months, overlap, rejects, remembered, supplement};
use crate::actor::{Actor, Permission};
use crate::db::Conn;
use crate::error::{Error, Problem, Result};
use crate::evidence::{self, Stored};
use crate::kpi::intake::{self, CentreZones, Intake, IntakeError, Pseudonyms, RowError, Setting};
use crate::kpi::mapping::{MappingError, SourceMapping};
use crate::kpi::model::{Batch, BatchState, Signal};
use crate::kpi::vocabulary::SourceKind;
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
    /// Numbers of the batches whose place it may take; none: of all.
    pub replaces: Option<BTreeSet<i64>>,
    /// What becomes of rows with errors.
    pub row_errors: RowErrors,
    /// The day that the data reach; none: that of their last event.
    pub as_of: Option<NaiveDate>,
    /// Number of the batch whose mended rows the file brings.
    pub supplements: Option<i64>,
    /// The column names of the file, when its mapping is to be remembered for others like it.
    pub header: Option<Vec<String>>,
}

/// What becomes of rows with errors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RowErrors {
    /// The whole file is refused.
    #[default]
    Refuse,
    /// They are left out, and counted on the batch.
    LeaveOut,
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

/// What is wrong with a row. Behind its number stand the address of the cell, in a workbook, and which contact it is, when the mapping
/// names its column.
pub(super) fn bad_row(name: &str, error: &RowError) -> Problem {
    let cell = error.sheet.as_ref().map(|_| error.cell());
    let place: Vec<String> = cell.into_iter().chain(error.id.clone()).filter(|part| !part.is_empty()).collect();
    let shown = |(name, value): (&'static str, String)| match name {
        "id" if place.is_empty() => (name, value),
        "id" => (name, format!(" ({})", place.join(", "))),
        _ => (name, value),
    };
    with(Problem::field(name, error.code()), error.params().into_iter().map(shown).collect())
}

fn bad_rows(name: &str, read: &Intake) -> Vec<Problem> {
    let mut problems: Vec<Problem> = read.errors.iter().map(|error| bad_row(name, error)).collect();
    let told = problems.len() as u64;
    if read.error_count > told {
        problems.push(Problem::field(name, "kpi-errors-more").with("more", read.error_count - told));
    }
    problems
}

/// Imports a file of any kind of source.
///
/// # Errors
/// [`Error::Invalid`] with every bad row (file, row, column, value, what was expected); [`Error::Conflict`] naming the batches that own
/// its days; [`Error::Forbidden`] for a centre where this actor may not import.
pub fn import(
    ledger: &Ledger,
    evidence_dir: &Path,
    actor: &Arc<Actor>,
    request: &Import,
    reader: impl Read + Send,
) -> Result<Imported> {
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
    reader: impl Read + Send,
) -> Result<Imported> {
    actor.require(Permission::ImportKpis)?;
    let mapping = read_mapping(&request.mapping, request.centre.as_deref())?;
    let centres = ledger.db.read(organisation::centres)?;
    let (zones, as_of) = (zones(&centres)?, as_of(ledger, request, &mapping, &centres)?);
    let mut kept = evidence::Intake::start(evidence_dir)?;
    let scratch = evidence::scratch(evidence_dir)?;
    let names = names(evidence_dir, &mapping)?;
    let setting = Setting { scratch: &scratch, zones: &zones, names: names.as_ref(), as_of };
    let read = intake::read(reader, &mapping, setting, &mut kept).map_err(|error| bad_file(&request.file_name, &error))?;
    if read.error_count > 0 && request.row_errors == RowErrors::Refuse {
        let mut problems = bad_rows(&request.file_name, &read);
        let setting = Setting { names: None, ..setting };
        let rows = rejects::keep(evidence_dir, actor, kept.reread()?, &mapping, setting)?;
        problems.push(Problem::field(&request.file_name, "kpi-errors-file").with("id", rows));
        return Err(Error::Invalid(problems));
    }
    let ids: BTreeMap<String, String> = centres.into_iter().map(|centre| (centre.code, centre.id)).collect();
    let prepared = prepare(request, &mapping.rows, read, &ids, as_of)?;
    for centre in &prepared.centres {
        actor.require_at(Permission::ImportKpis, centre)?;
    }
    take(ledger, actor, prepared, kept, once)
}

/// The key of the pseudonyms, when the mapping asks for some; it lies beside the evidence.
pub(super) fn names(evidence_dir: &Path, mapping: &SourceMapping) -> Result<Option<Pseudonyms>> {
    if mapping.rows.personal.is_empty() {
        return Ok(None);
    }
    Ok(Some(Pseudonyms::of_folder(evidence_dir.parent().unwrap_or(evidence_dir))?))
}

/// The day that the data reach. A register of agents says nothing of today by itself, so that it is taken as of the day of its import.
pub(super) fn as_of(
    ledger: &Ledger,
    request: &Import,
    mapping: &SourceMapping,
    centres: &[organisation::Centre],
) -> Result<Option<NaiveDate>> {
    if request.as_of.is_some() || mapping.rows.kind != SourceKind::Learning {
        return Ok(request.as_of);
    }
    let zone = centres.first().map(organisation::zone_of).transpose()?.unwrap_or_default();
    Ok(Some(ledger.clock.now().with_timezone(&zone).date_naive()))
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
        None => ledger.db.read(|conn| before(conn, actor, &prepared, &hash))?,
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
    // The batch counts, whatever becomes of its signals: what is left of them is made good by the jobs.
    let signals = judging::settle_now(ledger, Some(&taken.batch.id));
    if taken.identical {
        return Ok(Imported::Identical(taken.batch));
    }
    Ok(Imported::New { batch: taken.batch, replaced: taken.replaced, signals })
}

/// Reads the mapping of an import.
///
/// # Errors
/// [`Error::Invalid`] naming the key.
pub(super) fn read_mapping(text: &str, centre: Option<&str>) -> Result<SourceMapping> {
    let mapping = SourceMapping::from_toml(text).map_err(|error| bad_mapping(&error))?;
    match centre {
        Some(code) => mapping.with_centre(code).map_err(|error| bad_mapping(&error.located(text))),
        None => Ok(mapping),
    }
}

pub(super) fn zones(centres: &[organisation::Centre]) -> Result<CentreZones> {
    let zones: Vec<_> = centres.iter().map(|c| Ok((c.code.clone(), organisation::zone_of(c)?))).collect::<Result<_>>()?;
    Ok(CentreZones::new(zones))
}

/// The identical live batch, if any; refuses what overlaps.
fn before(conn: &mut Conn, actor: &Actor, prepared: &Prepared, hash: &str) -> Result<Option<Batch>> {
    let known = store::identical(conn, hash, &prepared.measures_hash)?;
    if known.is_none() {
        admit(conn, actor, prepared)?;
    }
    Ok(known)
}

/// What a file does to what counts.
struct Admitted {
    /// The batches whose place it takes.
    replaced: Vec<Batch>,
    /// The days whose measures are not what they were.
    changed: BTreeSet<Place>,
}

/// Refuses what changes a locked month, what completes nothing, and what overlaps. A month that is locked stands in the way of no file that
/// only says again what it holds: registers are delivered whole.
fn admit(conn: &mut Conn, actor: &Actor, prepared: &Prepared) -> Result<Admitted> {
    let owned = overlap::check(conn, actor, prepared);
    let changed = match owned.as_deref() {
        Ok([]) => prepared.places.clone(),
        known => overlap::changed(conn, prepared, known.unwrap_or_default())?,
    };
    locks::check(conn, &changed)?;
    if let Some(number) = prepared.supplements {
        supplement::check(conn, actor, number, &prepared.source, prepared.rows_taken())?;
    }
    Ok(Admitted { replaced: owned?, changed })
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
    let actor = Arc::clone(&tx.actor);
    let Admitted { replaced: old, changed } = admit(tx, &actor, prepared)?;
    let mut replaced = Vec::new();
    for mut batch in old {
        batch.state = BatchState::Replaced;
        batch.replaced_by = Some(prepared.batch_id.clone());
        store_measures::delete_cells(tx, &batch.id)?;
        store::update_batch(tx, &mut batch)?;
        tx.record(Event::new("kpi.replace", "batch", &batch.id, &batch.label()).detail("by", prepared.file_name.clone()));
        replaced.push(batch.number);
    }
    evidence::keep(tx, stored, &prepared.kept.0, prepared.kept.1)?;
    let mapping_hash = evidence::keep_text(tx, &prepared.mapping)?;
    let batch = batch_row(tx, prepared, stored, mapping_hash)?;
    store::insert_batch(tx, &batch)?;
    store_measures::insert_measures(tx, &prepared.rows)?;
    store_measures::insert_cells(tx, &cell_rows(&batch, prepared.places.iter().cloned().collect()))?;
    // What it replaces is taken off by adding up the days again.
    if replaced.is_empty() {
        months::add(tx, &prepared.rows)?
    } else {
        months::renew(tx, &months::of_days(changed.iter()))?
    }
    judging::note(tx, &batch.id, &changed, !replaced.is_empty() || prepared.supplements.is_some())?;
    tx.record(event(&batch));
    if let Some(header) = &prepared.header {
        remembered::remember(tx, &batch, prepared.kind, header)?;
    }
    Ok(Taken { batch, replaced, identical: false })
}
