//! Files that were sent and wait: each is its sender's alone, survives a restart, and is swept after a day. Nothing of it counts yet, and
//! none of it is evidence.
//!
//! Invariant: a row names a file that lies whole in the folder; its hash is that of the bytes that came.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::{NaiveDate, TimeDelta};
use sha2::{Digest, Sha256};

use super::import::{bad_file, bad_mapping};
use super::{progress, remembered, supplement};
use crate::actor::{Actor, Permission};
use crate::config::Uploads;
use crate::db::{Conn, Instant, new_id};
use crate::error::{Error, Problem, Result};
use crate::evidence;
use crate::kpi::intake::{self, Glimpse, HEADER_ROWS};
use crate::kpi::mapping::{SourceKind, SourceMapping, adapted};
use crate::kpi::model_import::Staged;
use crate::kpi::store_import as store;
use crate::ledger::{Ledger, Once, WriteTx};
use crate::organisation;

/// Files of one person that wait at a time.
const MOST: usize = 10;
/// All files of one person together: so many times the largest one.
const MOST_TIMES: u64 = 3;
/// A file waits for so long.
const KEPT_HOURS: i64 = 24;
/// A file without a row that nobody touched for so long is what a killed process left.
const LEFT: Duration = Duration::from_secs(3600);
/// The file itself, what it would do, what it became.
const ALL: &[&str] = &["", ".preview", ".outcome"];
/// Longest name of a file, in characters.
const NAME: usize = 200;

/// What is said of a file beside its content.
#[derive(Debug, Clone, Default)]
pub struct NewStaged {
    /// Name of the file.
    pub file_name: String,
    /// Kind of source.
    pub kind: String,
    /// The centre, for a file of one centre that does not name it.
    pub centre: Option<String>,
    /// Number of the batch whose mended rows it brings.
    pub supplements: Option<i64>,
    /// The key under which its sender sends it once.
    pub once: Option<Once>,
}

/// Where and how the column names stand, and how the file is to be read.
#[derive(Debug, Clone, Default)]
pub struct ChangeStaged {
    /// Another kind of source.
    pub kind: Option<String>,
    /// The centre; an empty text takes it away.
    pub centre: Option<String>,
    /// Another sheet.
    pub sheet: Option<String>,
    /// Another row of the column names.
    pub header_row: Option<u32>,
    /// The mapping.
    pub mapping: Option<String>,
    /// The day that the data reach.
    pub as_of: Option<Option<NaiveDate>>,
}

impl Staged {
    /// What was seen of it.
    ///
    /// # Errors
    /// When what is stored cannot be read.
    pub fn glimpse(&self) -> Result<Glimpse> {
        Ok(serde_json::from_str(&self.seen)?)
    }

    /// Its kind of source.
    #[must_use]
    pub fn source_kind(&self) -> SourceKind {
        SourceKind::parse(&self.kind).unwrap_or(SourceKind::Interactions)
    }
}

/// Where the files lie.
pub(super) fn folder(evidence_dir: &Path) -> PathBuf {
    evidence_dir.with_file_name("staged")
}

/// Where the file of an id lies.
pub(super) fn path(evidence_dir: &Path, id: &str) -> PathBuf {
    folder(evidence_dir).join(id)
}

/// Takes a file in, to be looked at and read later.
///
/// # Errors
/// [`Error::Invalid`] naming the field, for a file that cannot be read at all, or when too many wait; [`Error::TooLarge`].
pub fn stage(
    ledger: &Ledger,
    evidence_dir: &Path,
    actor: &Arc<Actor>,
    new: &NewStaged,
    rule: Uploads,
    reader: impl Read,
) -> Result<Staged> {
    actor.require(Permission::ImportKpis)?;
    let room = ledger.db.read(|conn| admit(conn, actor, new, rule))?;
    let id = new_id();
    let path = path(evidence_dir, &id);
    fs::create_dir_all(folder(evidence_dir))?;
    let made = put(&path, reader, room, rule).and_then(|(size, sha256)| {
        let scratch = evidence::scratch(evidence_dir)?;
        let seen = intake::look(File::open(&path)?, &scratch, None, None).map_err(|error| bad_file("file", &error))?;
        let row = row(ledger, actor, new, (id.clone(), size, sha256), &seen)?;
        let once = new.once.as_ref().map(|once| once.with(row.sha256.as_bytes()));
        let insert = move |tx: &mut WriteTx<'_>| store::insert_staged(tx, &row).map(|()| row.clone());
        ledger.write(actor, move |tx| tx.once(once.as_ref(), &insert))
    });
    // Sent again, it is the file of the first time.
    if !made.as_ref().is_ok_and(|staged| staged.id == id) {
        drop(fs::remove_file(&path));
    }
    made
}

/// Refuses what is said beside the file; answers how many bytes there is room for.
fn admit(conn: &mut Conn, actor: &Actor, new: &NewStaged, rule: Uploads) -> Result<u64> {
    let mut problems = Vec::new();
    if SourceKind::parse(&new.kind).is_none() {
        problems.push(Problem::field("kind", "required"));
    }
    if let Some(code) = &new.centre
        && organisation::centres(conn)?.iter().all(|centre| centre.code != *code)
    {
        problems.push(Problem::field("centre", "kpi-lock-centre").with("centre", code));
    }
    if new.file_name.is_empty() {
        problems.push(Problem::field("file", "required"));
    }
    let waiting: Vec<Staged> = store::staged_of(conn, &actor.id)?.into_iter().filter(|staged| staged.batch.is_none()).collect();
    let used: i64 = waiting.iter().map(|staged| staged.size).sum();
    let room = (rule.largest * MOST_TIMES).saturating_sub(u64::try_from(used).unwrap_or(0));
    if waiting.len() >= MOST || room == 0 {
        problems.push(Problem::field("file", "kpi-staged-many").with("count", waiting.len()).with("most", MOST));
    }
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    if let Some(number) = new.supplements {
        supplement::completable(conn, actor, number)?;
    }
    Ok(room)
}

/// Writes a file down; answers its size and its hash.
fn put(path: &Path, mut reader: impl Read, room: u64, rule: Uploads) -> Result<(u64, String)> {
    let mut file = io::BufWriter::with_capacity(1 << 17, File::create_new(path)?);
    let (mut hasher, mut size, mut buffer) = (Sha256::new(), 0_u64, vec![0; 1 << 16]);
    loop {
        let count = match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return Err(Error::field("body", "kpi-upload")),
        };
        let bytes = buffer.get(..count).unwrap_or_default();
        size += count as u64;
        if size > rule.largest {
            return Err(Error::TooLarge(rule.largest));
        }
        if size > room {
            return Err(Error::Invalid(vec![Problem::field("file", "kpi-staged-room").with("mib", room >> 20)]));
        }
        hasher.update(bytes);
        file.write_all(bytes)?;
    }
    file.flush()?;
    file.get_ref().sync_all()?;
    Ok((size, hex::encode(hasher.finalize())))
}

fn row(
    ledger: &Ledger,
    actor: &Actor,
    new: &NewStaged,
    (id, size, sha256): (String, u64, String),
    seen: &Glimpse,
) -> Result<Staged> {
    let mut staged = Staged {
        id,
        owner: actor.id.clone(),
        file_name: new.file_name.chars().take(NAME).collect(),
        sha256,
        size: i64::try_from(size).map_err(Error::internal)?,
        kind: new.kind.clone(),
        centre: new.centre.clone(),
        sheet: seen.sheet.clone(),
        header_row: i64::from(seen.header_row),
        seen: serde_json::to_string(seen)?,
        mapping: None,
        as_of: None,
        supplements: new.supplements,
        batch: None,
        made_at: Instant::from(ledger.clock.now()),
    };
    ledger.db.read(|conn| recall(conn, actor, &mut staged, seen))?;
    Ok(staged)
}

/// Takes the mapping that fits: of the batch that is completed, else the one remembered for files like this.
fn recall(conn: &mut Conn, actor: &Actor, staged: &mut Staged, seen: &Glimpse) -> Result<()> {
    if let Some(number) = staged.supplements {
        let batch = super::batch(conn, actor, number)?;
        let text = remembered::mapping_of_batch(conn, actor, number)?;
        if let Some(kind) = crate::kpi::mapping::kind_of(&text) {
            kind.as_str().clone_into(&mut staged.kind);
        }
        staged.centre = batch.default_centre.clone();
        staged.as_of = batch.as_of.or(Some(batch.last_day));
        staged.mapping = adapted(&text, seen);
        return Ok(());
    }
    let known = remembered::mapping_for(conn, staged.source_kind(), &seen.header())?;
    staged.mapping = known.and_then(|text| adapted(&text, seen));
    Ok(())
}

/// The files of a person that wait, newest first.
///
/// # Errors
/// [`Error::NotFound`] for whoever may not import.
pub fn staged_files(conn: &mut Conn, actor: &Actor) -> Result<Vec<Staged>> {
    actor.see(Permission::ImportKpis)?;
    Ok(store::staged_of(conn, &actor.id)?.into_iter().filter(|staged| staged.batch.is_none()).collect())
}

/// A file of this person.
///
/// # Errors
/// [`Error::NotFound`] for that of somebody else.
pub fn staged(conn: &mut Conn, actor: &Actor, id: &str) -> Result<Staged> {
    actor.see(Permission::ImportKpis)?;
    store::staged(conn, &actor.id, id)
}

/// What is wrong with a mapping for a file, and with the centre beside it.
#[must_use]
pub fn mapping_problems(text: &str, centre: &str) -> Vec<Problem> {
    match SourceMapping::from_toml(text).map_err(|error| bad_mapping(&error)) {
        Err(error) => error.problems().to_vec(),
        Ok(mapping) if mapping.rows.centre.is_none() && centre.is_empty() => {
            vec![Problem::field("default_centre", "kpi-file-no-centre")]
        }
        Ok(_) => Vec::new(),
    }
}

/// Says where the column names stand and how the file is to be read.
///
/// # Errors
/// [`Error::Invalid`] naming the field; [`Error::NotFound`]; [`Error::Conflict`] while it is being imported.
pub fn change_staged(ledger: &Ledger, evidence_dir: &Path, actor: &Arc<Actor>, id: &str, change: &ChangeStaged) -> Result<Staged> {
    actor.require(Permission::ImportKpis)?;
    let mut row = ledger.db.read(|conn| staged(conn, actor, id))?;
    at_rest(id)?;
    if row.batch.is_some() {
        return Err(Error::conflict("kpi-staged-done"));
    }
    if let Some(kind) = change.kind.as_ref().filter(|kind| **kind != row.kind) {
        let kind = SourceKind::parse(kind).ok_or_else(|| Error::field("kind", "required"))?;
        kind.as_str().clone_into(&mut row.kind);
        row.mapping = None;
    }
    if let Some(code) = &change.centre {
        row.centre = Some(code.clone()).filter(|code| !code.is_empty());
    }
    look_again(evidence_dir, &mut row, change)?;
    if let Some(mapping) = &change.mapping {
        row.mapping = Some(mapping.clone());
    } else if row.mapping.is_none() {
        let seen = row.glimpse()?;
        ledger.db.read(|conn| recall(conn, actor, &mut row, &seen))?;
    }
    row.as_of = change.as_of.unwrap_or(row.as_of);
    let changed = row.clone();
    ledger.write(actor, move |tx| store::update_staged(tx, &changed))?;
    Ok(row)
}

/// Refuses to touch a file that is being imported.
fn at_rest(id: &str) -> Result<()> {
    match progress::of(id) {
        Some(progress) if progress.imports => Err(Error::conflict("kpi-staged-importing")),
        _ => Ok(()),
    }
}

/// Looks again where another sheet or row was chosen.
fn look_again(evidence_dir: &Path, row: &mut Staged, change: &ChangeStaged) -> Result<()> {
    let sheet = change.sheet.clone().or_else(|| row.sheet.clone());
    let header_row = change.header_row.unwrap_or(u32::try_from(row.header_row).unwrap_or(1));
    if !(1..=HEADER_ROWS).contains(&header_row) {
        return Err(Error::Invalid(vec![Problem::field("header_row", "kpi-header-row").with("most", HEADER_ROWS)]));
    }
    if sheet == row.sheet && i64::from(header_row) == row.header_row {
        return Ok(());
    }
    let file = File::open(path(evidence_dir, &row.id))?;
    let scratch = evidence::scratch(evidence_dir)?;
    let seen = intake::look(file, &scratch, sheet.as_deref(), Some(header_row)).map_err(|error| bad_file("sheet", &error))?;
    if seen.columns.is_empty() {
        return Err(Error::field("header_row", "kpi-header-empty"));
    }
    row.mapping = row.mapping.as_ref().and_then(|text| adapted(text, &seen));
    (row.sheet, row.header_row, row.seen) = (seen.sheet.clone(), i64::from(header_row), serde_json::to_string(&seen)?);
    Ok(())
}

/// Throws a file away that waits.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] while it is being imported.
pub fn discard_staged(ledger: &Ledger, evidence_dir: &Path, actor: &Arc<Actor>, id: &str) -> Result<()> {
    actor.require(Permission::ImportKpis)?;
    let row = ledger.db.read(|conn| staged(conn, actor, id))?;
    at_rest(id)?;
    let key = row.id.clone();
    ledger.write(actor, move |tx| store::delete_staged(tx, &key))?;
    remove(evidence_dir, &row.id, ALL);
    Ok(())
}

/// Notes the batch that a file became, and lets its bytes go: they are evidence now.
///
/// # Errors
/// When the database refuses.
pub(super) fn done(ledger: &Ledger, evidence_dir: &Path, actor: &Arc<Actor>, staged: &Staged, batch: i64) -> Result<()> {
    // What was seen of its cells goes with the file.
    let row = Staged { batch: Some(batch), seen: "{}".into(), ..staged.clone() };
    ledger.write(actor, move |tx: &mut WriteTx<'_>| store::update_staged(tx, &row))?;
    remove(evidence_dir, &staged.id, &["", ".preview"]);
    Ok(())
}

fn remove(evidence_dir: &Path, id: &str, endings: &[&str]) {
    let folder = folder(evidence_dir);
    for ending in endings {
        drop(fs::remove_file(folder.join(format!("{id}{ending}"))));
    }
}

/// Removes the files that have waited for a day, and what killed processes left.
///
/// # Errors
/// When the database refuses.
pub fn sweep_staged(ledger: &Ledger, evidence_dir: &Path) -> Result<()> {
    let moment = Instant::from(ledger.clock.now() - TimeDelta::hours(KEPT_HOURS));
    let old = ledger.db.read(|conn| store::staged_before(conn, moment))?;
    for id in old {
        remove(evidence_dir, &id, ALL);
        ledger.write(&Arc::new(Actor::system()), move |tx| store::delete_staged(tx, &id))?;
    }
    for path in fs::read_dir(folder(evidence_dir)).into_iter().flatten().flatten().map(|entry| entry.path()) {
        let left = fs::metadata(&path).and_then(|about| about.modified()).is_ok_and(|at| at.elapsed().is_ok_and(|age| age > LEFT));
        let id = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        if left && !ledger.db.read(|conn| store::is_staged(conn, &id))? {
            drop(fs::remove_file(&path));
        }
    }
    Ok(())
}
