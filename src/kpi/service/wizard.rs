//! The last steps of the import wizard: a preview that is made while its page waits, and the import itself, with the same reading of the
//! same bytes. Both survive impatience: asking twice starts nothing twice.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::import::{Imported, RowErrors, import_once};
use super::preview::{Preview, key, make, request};
use super::progress::{self, Counted, Progress};
use super::staging;
use crate::actor::{Actor, Permission};
use crate::error::{Error, Problem, Result};
use crate::kpi::model_import::Staged;
use crate::ledger::{Ledger, Once, file_hash};

/// What is known of a file at this moment.
pub enum Looked {
    /// It was read: this is what it would do.
    Ready(Box<Preview>),
    /// It is being read.
    UnderWay(Arc<Progress>),
    /// It waits for other readings.
    Waiting,
}

/// What became of an import.
pub enum Committed {
    /// It is this batch; the flag: it was before.
    Batch(i64, bool),
    /// It was refused.
    Refused(Vec<Problem>),
    /// It is being read.
    UnderWay(Arc<Progress>),
    /// Nobody has asked for it, or it waits for other readings.
    Waiting,
}

#[derive(Default, Serialize, Deserialize)]
struct Outcome {
    batch: Option<i64>,
    identical: bool,
    problems: Vec<Problem>,
}

fn beside(dir: &Path, id: &str, ending: &str) -> PathBuf {
    staging::folder(dir).join(format!("{id}.{ending}"))
}

fn save(path: &Path, what: &impl Serialize) {
    let written = serde_json::to_vec(what).map_err(Error::from).and_then(|bytes| {
        let part = path.with_extension("part");
        fs::write(&part, bytes)?;
        Ok(fs::rename(part, path)?)
    });
    if let Err(error) = written {
        tracing::error!(%error, "what a file came to could not be written");
    }
}

fn saved<T: for<'de> Deserialize<'de>>(path: &Path) -> Option<T> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// What went wrong, as problems that people can be told.
fn problems_of(error: &Error) -> Vec<Problem> {
    if error.problems().is_empty() {
        tracing::error!(%error, "a file that waits could not be read");
        return vec![Problem::whole("kpi-reading-failed")];
    }
    error.problems().to_vec()
}

/// What a file would do, read now if it was not read before with the same mapping. `again`: whatever was known.
///
/// # Errors
/// [`Error::NotFound`] for the file of somebody else.
pub fn preview_staged(ledger: &Ledger, dir: &Path, actor: &Arc<Actor>, id: &str, again: bool) -> Result<Looked> {
    actor.see(Permission::ImportKpis)?;
    let staged = ledger.db.read(|conn| staging::staged(conn, actor, id))?;
    let (path, wanted) = (beside(dir, id, "preview"), key(&staged)?);
    let known = || saved::<Preview>(&path).filter(|preview| preview.key == wanted);
    if again {
        drop(fs::remove_file(&path));
    }
    if progress::of(id).is_none() {
        if let Some(preview) = known() {
            return Ok(Looked::Ready(Box::new(preview)));
        }
        let total = u64::try_from(staged.size).unwrap_or(0);
        let (ledger, dir, actor, path) = (ledger.clone(), dir.to_owned(), Arc::clone(actor), path.clone());
        progress::begin(id, total, false, move |progress| {
            let made = make(&ledger, &dir, &actor, &staged, progress);
            save(&path, &made.unwrap_or_else(|error| Preview::refused(wanted_key(&staged), problems_of(&error))));
        })?;
    }
    progress::wait(id);
    match (progress::of(id), known()) {
        (Some(progress), _) => Ok(Looked::UnderWay(progress)),
        (None, Some(preview)) => Ok(Looked::Ready(Box::new(preview))),
        (None, None) => Ok(Looked::Waiting),
    }
}

fn wanted_key(staged: &Staged) -> String {
    key(staged).unwrap_or_default()
}

/// Imports a file that waits.
///
/// # Errors
/// [`Error::NotFound`] for the file of somebody else.
pub fn commit_staged(ledger: &Ledger, dir: &Path, actor: &Arc<Actor>, id: &str, row_errors: RowErrors) -> Result<Committed> {
    actor.require(Permission::ImportKpis)?;
    let staged = ledger.db.read(|conn| staging::staged(conn, actor, id))?;
    if staged.batch.is_none() && progress::of(id).is_none() {
        let path = beside(dir, id, "outcome");
        drop(fs::remove_file(&path));
        let total = u64::try_from(staged.size).unwrap_or(0);
        let (ledger, dir, actor) = (ledger.clone(), dir.to_owned(), Arc::clone(actor));
        progress::begin(id, total, true, move |progress| {
            let outcome = match take(&ledger, &dir, &actor, &staged, row_errors, progress) {
                Ok(done) => Outcome {
                    batch: Some(done.batch().number),
                    identical: matches!(done, Imported::Identical(_)),
                    problems: Vec::new(),
                },
                Err(error) => Outcome { problems: problems_of(&error), ..Outcome::default() },
            };
            save(&path, &outcome);
        })?;
    }
    committed(ledger, dir, actor, id)
}

/// What became of an import that was asked for.
///
/// # Errors
/// [`Error::NotFound`] for the file of somebody else.
pub fn committed(ledger: &Ledger, dir: &Path, actor: &Arc<Actor>, id: &str) -> Result<Committed> {
    actor.see(Permission::ImportKpis)?;
    progress::wait(id);
    let staged = ledger.db.read(|conn| staging::staged(conn, actor, id))?;
    if let Some(progress) = progress::of(id) {
        return Ok(Committed::UnderWay(progress));
    }
    let outcome: Outcome = saved(&beside(dir, id, "outcome")).unwrap_or_default();
    Ok(match (staged.batch.or(outcome.batch), outcome.problems.is_empty()) {
        (Some(number), _) => Committed::Batch(number, outcome.identical),
        (None, false) => Committed::Refused(outcome.problems),
        (None, true) => Committed::Waiting,
    })
}

/// Reads the very bytes that were looked at, and makes them a batch.
fn take(
    ledger: &Ledger,
    dir: &Path,
    actor: &Arc<Actor>,
    staged: &Staged,
    row_errors: RowErrors,
    progress: &Progress,
) -> Result<Imported> {
    let path = staging::path(dir, &staged.id);
    if file_hash(&path)? != staged.sha256 {
        return Err(Error::conflict("kpi-staged-changed"));
    }
    let request = request(staged, row_errors)?;
    let sort: &[u8] = if row_errors == RowErrors::LeaveOut { b"valid" } else { b"all" };
    let once = Once::new(&format!("staged {} {}", staged.id, key(staged)?), &[sort])?;
    let reader = Counted::new(fs::File::open(&path)?, progress);
    let done = import_once(ledger, dir, actor, &request, Some(&once), reader)?;
    staging::done(ledger, dir, actor, staged, done.batch().number)?;
    Ok(done)
}
