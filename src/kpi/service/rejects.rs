//! The rows of a refused file that have errors, each with its reasons: kept for a day beside the evidence, for whoever sent the file, to be
//! downloaded, mended and imported again. Bookkeeping: nothing follows from them.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::NaiveDate;

use super::import::{bad_file, bad_row, read_mapping, zones};
use crate::actor::{Actor, Permission};
use crate::db::new_id;
use crate::error::{Error, Problem, Result};
use crate::evidence;
use crate::kpi::intake::{self, CentreZones, RowError, Setting};
use crate::kpi::mapping::SourceMapping;
use crate::ledger::{Ledger, sha256_hex};
use crate::organisation;
use crate::text::Lang;

const KEPT: Duration = Duration::from_secs(86_400);
/// Largest file given out; rows are at most twenty thousand.
const LARGEST: u64 = 256 << 20;

/// Keeps the rows with errors of a file; answers what they are called.
///
/// # Errors
/// When the disk refuses.
pub(super) fn keep(
    evidence_dir: &Path,
    actor: &Actor,
    file: File,
    mapping: &SourceMapping,
    setting: Setting<'_>,
) -> Result<String> {
    let write =
        |to: &mut dyn io::Write| intake::rejected(&file, mapping, setting, to, &reason).map_err(|error| bad_file("file", &error));
    put(evidence_dir, actor, &mut { write })
}

/// Keeps what is written; answers what it is called.
fn put(evidence_dir: &Path, actor: &Actor, write: &mut dyn FnMut(&mut dyn io::Write) -> Result<()>) -> Result<String> {
    let folder = folder(evidence_dir);
    fs::create_dir_all(&folder)?;
    clear(&folder);
    let id = new_id();
    let mut to = io::BufWriter::new(File::create_new(path(&folder, actor, &id))?);
    write(&mut to)?;
    to.flush()?;
    Ok(id)
}

/// The rows with errors of a file that this actor sent.
///
/// # Errors
/// [`Error::NotFound`] for those of somebody else, and after a day.
pub fn rejected_rows(evidence_dir: &Path, actor: &Actor, id: &str) -> Result<Vec<u8>> {
    actor.see(Permission::ImportKpis)?;
    let known = id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let path = path(&folder(evidence_dir), actor, id);
    if !known || old(&path) {
        return Err(Error::NotFound);
    }
    let file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Error::NotFound,
        _ => error.into(),
    })?;
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes down the rows with errors of a batch that left them out, from its kept file; answers what they are called.
///
/// # Errors
/// [`Error::NotFound`] for a batch of centres where this actor may not import; [`Error::Conflict`] when it left none out.
pub fn rejected_of_batch(ledger: &Ledger, evidence_dir: &Path, actor: &Actor, number: i64) -> Result<String> {
    actor.see(Permission::ImportKpis)?;
    let left = left_out(ledger, evidence_dir, actor, number)?;
    put(evidence_dir, actor, &mut |to| left.write(to, &reason))
}

/// The kept file of a batch that left rows out, and how it is read.
pub(super) struct LeftOut {
    file: File,
    mapping: SourceMapping,
    scratch: PathBuf,
    zones: CentreZones,
    as_of: Option<NaiveDate>,
}

impl LeftOut {
    /// Writes the rows, each with what is explained of it.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn write(&self, to: &mut dyn io::Write, explain: &dyn Fn(&RowError) -> String) -> Result<()> {
        let setting = Setting { scratch: &self.scratch, zones: &self.zones, names: None, as_of: self.as_of };
        intake::rejected(&self.file, &self.mapping, setting, to, explain).map_err(|error| bad_file("file", &error))
    }
}

/// The kept file of a batch that left rows out.
///
/// # Errors
/// As [`rejected_of_batch`].
pub(super) fn left_out(ledger: &Ledger, evidence_dir: &Path, actor: &Actor, number: i64) -> Result<LeftOut> {
    let (batch, mapping, centres) = ledger.db.read(|conn| {
        let batch = super::batch(conn, actor, number)?;
        if !super::may_undo(conn, actor, &batch)? {
            return Err(Error::NotFound);
        }
        let mapping = evidence::text(conn, &batch.mapping_hash)?;
        Ok((batch, mapping, organisation::centres(conn)?))
    })?;
    if batch.rows_refused.unwrap_or(0) == 0 {
        return Err(Error::Conflict(Problem::whole("kpi-supplement-whole").with("number", number)));
    }
    Ok(LeftOut {
        file: evidence::open(evidence_dir, &batch.evidence_hash)?,
        mapping: read_mapping(&mapping, batch.default_centre.as_deref())?,
        scratch: evidence::scratch(evidence_dir)?,
        zones: zones(&centres)?,
        as_of: batch.as_of,
    })
}

/// What is wrong with a row, in both languages.
pub(super) fn reason(error: &RowError) -> String {
    let problem = bad_row("", error);
    format!("{} {}", problem.message(Lang::Zh), problem.message(Lang::En))
}

fn folder(evidence_dir: &Path) -> PathBuf {
    evidence_dir.with_file_name("rejected-rows")
}

fn path(folder: &Path, actor: &Actor, id: &str) -> PathBuf {
    let owner: String = sha256_hex(actor.id.as_bytes()).chars().take(16).collect();
    folder.join(format!("{owner}-{id}.csv"))
}

fn old(path: &Path) -> bool {
    let modified = fs::metadata(path).and_then(|about| about.modified());
    modified.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > KEPT))
}

fn clear(folder: &Path) {
    for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if old(&path) {
            drop(fs::remove_file(&path));
        }
    }
}
