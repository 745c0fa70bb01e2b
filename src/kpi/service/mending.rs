//! Rows with errors mended in the page. What was mended becomes a file of rows like the one that is downloaded, mended and brought: it is
//! staged as a supplement of the batch that left the rows out, looked at, imported, and kept as evidence as it was imported.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use super::import::bad_row;
use super::rejects::{self, reason};
use super::staging::{self, NewStaged};
use super::wizard::await_preview;
use super::{Preview, supplement};
use crate::actor::{Actor, Permission};
use crate::config::Uploads;
use crate::error::{Error, Problem, Result};
use crate::evidence;
use crate::kpi::intake::{REASON, RowError};
use crate::kpi::model::Batch;
use crate::kpi::model_import::Staged;
use crate::kpi::store;
use crate::ledger::Ledger;
use crate::web::formula::guard;

/// Rows that are mended at a time.
const AT_A_TIME: usize = 20;
/// Largest file of mended rows that is looked into.
const LARGEST: u64 = 64 << 20;

/// Rows of a batch with errors, to be mended.
#[derive(Debug)]
pub struct Mending {
    /// The batch.
    pub batch: Batch,
    /// The names of the columns.
    pub header: Vec<String>,
    /// The first rows that nobody has brought mended yet.
    pub rows: Vec<Faulty>,
    /// How many more there are.
    pub more: usize,
    delimiter: u8,
}

/// A row with an error.
#[derive(Debug)]
pub struct Faulty {
    /// Its line in the file.
    pub row: u64,
    /// The column that the error is in; none when it is about the whole row.
    pub at: Option<usize>,
    /// Its cells.
    pub cells: Vec<String>,
    /// What is wrong.
    pub problem: Problem,
    reason: String,
}

impl Faulty {
    /// The name of the form field of a cell.
    #[must_use]
    pub fn field(&self, column: usize) -> String {
        format!("c{}-{column}", self.row)
    }
}

/// The rows of a batch that were left out, read again from its kept file, without those that were brought since.
///
/// # Errors
/// [`Error::NotFound`] for a batch of centres where this actor may not import; [`Error::Conflict`] when nothing of it is left out.
pub fn rows_to_mend(ledger: &Ledger, dir: &Path, actor: &Actor, number: i64) -> Result<Mending> {
    actor.see(Permission::ImportKpis)?;
    let left = rejects::left_out(ledger, dir, actor, number)?;
    let batch = ledger.db.read(|conn| supplement::completable(conn, actor, number))?;
    let brought = brought(ledger, dir, number)?;
    let errors: RefCell<Vec<RowError>> = RefCell::default();
    let explain = |error: &RowError| {
        errors.borrow_mut().push(error.clone());
        reason(error)
    };
    let mut text = Vec::new();
    left.write(&mut text, &explain)?;
    let (header, delimiter, lines) = rows_of(&text)?;
    let told = lines.into_iter().zip(errors.into_inner());
    let mut rows: Vec<Faulty> = told.filter_map(|(cells, error)| faulty(cells, &error)).collect();
    rows.retain(|row| !brought.contains(&row.reason));
    let more = rows.len().saturating_sub(AT_A_TIME);
    rows.truncate(AT_A_TIME);
    Ok(Mending { batch, header, rows, more, delimiter })
}

fn faulty(mut cells: Vec<String>, error: &RowError) -> Option<Faulty> {
    let reason = cells.pop()?;
    Some(Faulty { row: error.row, at: error.at.filter(|at| *at < cells.len()), cells, problem: bad_row("", error), reason })
}

/// Header without the column of the reasons, delimiter, and rows with it, of a text of rows with errors.
fn rows_of(text: &[u8]) -> Result<(Vec<String>, u8, Vec<Vec<String>>)> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    // The reasons are the last column: what stands before their name is what tells cells apart.
    let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii_end();
    let delimiter = first.strip_suffix(REASON.as_bytes()).and_then(<[u8]>::last).copied().unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(text);
    let cells = |record: csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<String>>();
    let mut rows =
        reader.records().map(|record| record.map(cells).map_err(Error::internal)).collect::<Result<Vec<_>>>()?.into_iter();
    let mut header = rows.next().unwrap_or_default();
    header.retain(|name| name != REASON);
    Ok((header, delimiter, rows.collect()))
}

/// The reasons of the rows that supplements of a batch have brought, as far as they still tell them.
fn brought(ledger: &Ledger, dir: &Path, number: i64) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for batch in ledger.db.read(|conn| store::supplements(conn, number))? {
        let Ok(kept) = evidence::read(dir, &batch.evidence_hash, LARGEST) else { continue };
        let Ok((_, _, rows)) = rows_of(&kept) else { continue };
        found.extend(rows.into_iter().filter_map(|mut row| row.pop()));
    }
    Ok(found)
}

/// Stages what was typed for the rows of a batch, by their line; rows that stand as they were stay left out. Answers the file, to be looked
/// at and imported.
///
/// # Errors
/// [`Error::Invalid`] when no row was changed, or naming the cells that are still wrong; else as [`rows_to_mend`].
pub fn mend(
    ledger: &Ledger,
    dir: &Path,
    actor: &Arc<Actor>,
    number: i64,
    typed: &BTreeMap<String, String>,
    rule: Uploads,
) -> Result<Staged> {
    actor.require(Permission::ImportKpis)?;
    let mending = rows_to_mend(ledger, dir, actor, number)?;
    let changed: Vec<(&Faulty, Vec<String>)> = mending.rows.iter().filter_map(|row| Some((row, row.typed(typed)?))).collect();
    if changed.is_empty() {
        return Err(Error::Invalid(vec![Problem::whole("kpi-mend-nothing")]));
    }
    let new = NewStaged {
        file_name: format!("mended-{number}.csv"),
        // That of the batch is taken with its mapping.
        kind: crate::kpi::vocabulary::SourceKind::Interactions.as_str().to_owned(),
        supplements: Some(number),
        ..NewStaged::default()
    };
    let text = mending.text(&changed)?;
    let staged = staging::stage(ledger, dir, actor, &new, rule, text.as_slice())?;
    let looked = await_preview(ledger, dir, actor, &staged.id).and_then(|preview| wrong(&preview, &changed));
    if let Err(error) = looked {
        staging::discard_staged(ledger, dir, actor, &staged.id)?;
        return Err(error);
    }
    Ok(staged)
}

impl Faulty {
    /// The cells as they were typed; none when nothing was changed.
    fn typed(&self, typed: &BTreeMap<String, String>) -> Option<Vec<String>> {
        // A form field has one line.
        let flat = |cell: &str| cell.replace(['\r', '\n'], "");
        let cell = |(at, cell): (usize, &String)| match typed.get(&self.field(at)) {
            Some(typed) if flat(typed) != flat(cell) => typed.clone(),
            _ => cell.clone(),
        };
        let cells: Vec<String> = self.cells.iter().enumerate().map(cell).collect();
        (cells != self.cells).then_some(cells)
    }
}

impl Mending {
    /// The mended rows as a file; the reasons tell later which rows they were.
    fn text(&self, rows: &[(&Faulty, Vec<String>)]) -> Result<Vec<u8>> {
        let mut writer = csv::WriterBuilder::new().delimiter(self.delimiter).flexible(true).from_writer(Vec::new());
        let head = self.header.iter().map(String::as_str).chain([REASON]);
        writer.write_record(head).map_err(Error::internal)?;
        for (faulty, cells) in rows {
            // Cells too many are gone once they are empty.
            let last = cells.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |at| at + 1);
            let kept = cells.iter().take(last.max(self.header.len())).map(|cell| guard(cell));
            writer.write_record(kept.chain([faulty.reason.clone()])).map_err(Error::internal)?;
        }
        writer.into_inner().map_err(Error::internal)
    }
}

/// What is still wrong with mended rows, at the fields of their cells.
fn wrong(preview: &Preview, rows: &[(&Faulty, Vec<String>)]) -> Result<()> {
    if preview.error_count == 0 {
        return if preview.problems.is_empty() { Ok(()) } else { Err(Error::Invalid(preview.problems.clone())) };
    }
    let problem = |error: &super::SeenError| {
        let line: Option<usize> =
            error.problem.params.iter().find(|(name, _)| *name == "row").and_then(|(_, row)| row.parse().ok());
        let row = line.and_then(|line| rows.get(line.checked_sub(2)?));
        let field = row.map(|(faulty, _)| faulty.field(error.at.or(faulty.at).unwrap_or(0))).unwrap_or_default();
        Problem { field, ..error.problem.clone() }
    };
    Err(Error::Invalid(preview.errors.iter().map(problem).collect()))
}
