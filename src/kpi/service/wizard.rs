//! The last steps of the import wizard: a preview that is made while its page waits, and the import itself, with the same reading of the
//! same bytes. Both survive impatience: asking twice starts nothing twice.
//!
//! Invariant: what is imported is what the preview showed: with the same mapping, and in the place of no batch that it did not name.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::import::{Import, Imported, RowErrors, import_once};
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
    /// Too many other files wait.
    Waiting,
}

/// The preview that somebody has seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeenPreview {
    /// Its key.
    pub key: String,
    /// Numbers of the batches whose place it said the file takes.
    pub replaces: BTreeSet<i64>,
}

impl SeenPreview {
    /// What a form brings back of it.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut words = text.split_ascii_whitespace();
        let key = words.next().unwrap_or_default().to_owned();
        Self { key, replaces: words.filter_map(|word| word.parse().ok()).collect() }
    }

    /// What a form takes along of a preview.
    #[must_use]
    pub fn written(preview: &Preview) -> String {
        let numbers = preview.owners.iter().filter(|owner| owner.lost.is_none()).map(|owner| format!(" {}", owner.number));
        std::iter::once(preview.key.clone()).chain(numbers).collect()
    }
}

/// What became of an import.
pub enum Committed {
    /// It is this batch; the flag: it was before.
    Batch(i64, bool),
    /// It was refused.
    Refused(Vec<Problem>),
    /// It is being read.
    UnderWay(Arc<Progress>),
    /// Nobody has asked for it.
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
        // Who finds too many waiting asks again, and so does its page.
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

/// Imports a file that waits, as the preview showed it.
///
/// # Errors
/// [`Error::NotFound`] for the file of somebody else.
pub fn commit_staged(
    ledger: &Ledger,
    dir: &Path,
    actor: &Arc<Actor>,
    id: &str,
    row_errors: RowErrors,
    seen: SeenPreview,
) -> Result<Committed> {
    actor.require(Permission::ImportKpis)?;
    let staged = ledger.db.read(|conn| staging::staged(conn, actor, id))?;
    // Asked for twice, it is one import.
    if staged.batch.is_some() || progress::of(id).is_some_and(|progress| progress.imports) {
        return committed(ledger, dir, actor, id);
    }
    let path = beside(dir, id, "outcome");
    let refused = |code: &str| save(&path, &Outcome { problems: vec![Problem::whole(code)], ..Outcome::default() });
    if key(&staged)? == seen.key {
        drop(fs::remove_file(&path));
        if !begin(ledger, dir, actor, staged, (row_errors, seen.replaces))? {
            refused("kpi-staged-busy");
        }
    } else {
        refused("kpi-staged-unseen");
    }
    committed(ledger, dir, actor, id)
}

/// Starts the import, unless the file is being read at this moment.
fn begin(ledger: &Ledger, dir: &Path, actor: &Arc<Actor>, staged: Staged, how: (RowErrors, BTreeSet<i64>)) -> Result<bool> {
    let (id, total) = (staged.id.clone(), u64::try_from(staged.size).unwrap_or(0));
    let (ledger, dir, actor) = (ledger.clone(), dir.to_owned(), Arc::clone(actor));
    progress::begin(&id, total, true, move |progress| {
        let outcome = match take(&ledger, &dir, &actor, &staged, how, progress) {
            Ok(done) => Outcome {
                batch: Some(done.batch().number),
                identical: matches!(done, Imported::Identical(_)),
                problems: Vec::new(),
            },
            Err(error) => {
                // What stands in the way is not what the preview saw: the next one is read anew.
                if matches!(error, Error::Conflict(_)) {
                    drop(fs::remove_file(beside(&dir, &staged.id, "preview")));
                }
                Outcome { problems: problems_of(&error), ..Outcome::default() }
            }
        };
        save(&beside(&dir, &staged.id, "outcome"), &outcome);
    })
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

/// The preview of a file, however long its reading takes.
///
/// # Errors
/// As [`preview_staged`]; [`Error::Conflict`] when too many files wait.
pub fn await_preview(ledger: &Ledger, dir: &Path, actor: &Arc<Actor>, id: &str) -> Result<Box<Preview>> {
    loop {
        match preview_staged(ledger, dir, actor, id, false)? {
            Looked::Ready(preview) => return Ok(preview),
            Looked::UnderWay(_) => {}
            Looked::Waiting => return Err(Error::conflict("kpi-staged-busy")),
        }
    }
}

/// Imports a file that waits, however long that takes; answers the number of its batch, and whether it was that before.
///
/// # Errors
/// As [`commit_staged`]; [`Error::Conflict`] and [`Error::Invalid`] when it is refused.
pub fn await_import(
    ledger: &Ledger,
    dir: &Path,
    actor: &Arc<Actor>,
    id: &str,
    row_errors: RowErrors,
    seen: SeenPreview,
) -> Result<(i64, bool)> {
    let mut state = commit_staged(ledger, dir, actor, id, row_errors, seen)?;
    loop {
        match state {
            Committed::Batch(number, identical) => return Ok((number, identical)),
            Committed::Refused(mut problems) => {
                // What concerns no field is in the way of the whole.
                return Err(match problems.as_slice() {
                    [one] if one.field.is_empty() => Error::Conflict(problems.remove(0)),
                    _ => Error::Invalid(problems),
                });
            }
            Committed::UnderWay(_) => state = committed(ledger, dir, actor, id)?,
            Committed::Waiting => return Err(Error::conflict("kpi-staged-busy")),
        }
    }
}

/// Reads the very bytes that were looked at, and makes them a batch.
fn take(
    ledger: &Ledger,
    dir: &Path,
    actor: &Arc<Actor>,
    staged: &Staged,
    (row_errors, replaces): (RowErrors, BTreeSet<i64>),
    progress: &Progress,
) -> Result<Imported> {
    let path = staging::path(dir, &staged.id);
    if file_hash(&path)? != staged.sha256 {
        return Err(Error::conflict("kpi-staged-changed"));
    }
    let request = Import { replaces: Some(replaces), ..request(staged, row_errors)? };
    let sort: &[u8] = if row_errors == RowErrors::LeaveOut { b"valid" } else { b"all" };
    let once = Once::new(&format!("staged {} {}", staged.id, key(staged)?), &[sort])?;
    let reader = Counted::new(fs::File::open(&path)?, progress);
    let done = import_once(ledger, dir, actor, &request, Some(&once), reader)?;
    staging::done(ledger, dir, actor, staged, done.batch().number)?;
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::super::preview::SeenOwner;
    use super::*;

    #[test]
    fn what_was_seen_comes_back_as_it_went() {
        let owner = |number, lost: Option<&str>| SeenOwner {
            number,
            label: String::new(),
            days: String::new(),
            lost: lost.map(str::to_owned),
        };
        let preview = Preview {
            key: "ab12".into(),
            owners: vec![owner(4, None), owner(7, Some("2026-03-01")), owner(11, None)],
            ..Preview::default()
        };
        assert_eq!(SeenPreview::written(&preview), "ab12 4 11");
        let seen = SeenPreview { key: "ab12".into(), replaces: BTreeSet::from([4, 11]) };
        assert_eq!(SeenPreview::read("ab12 4 11"), seen);
        assert_eq!(SeenPreview::read(""), SeenPreview::default());
    }
}
