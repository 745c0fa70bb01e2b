//! Evidence: files and texts by their SHA-256, written once, never rewritten (ISO 9001 7.5.3.2). A file goes to a temporary name,
//! is synced, renamed to its hash, and only then its row is written; an orphan without a row is harmless.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::Duration;

use diesel::prelude::*;
use sha2::{Digest, Sha256};

use crate::db::schema::{evidence, texts};
use crate::db::{Conn, Instant};
use crate::error::{Error, Result};
use crate::ledger::{Fact, FactTable, WriteTx, evidence_path, sha256_hex};

/// Bytes after which the disk is asked to begin with what it has.
const AHEAD: u64 = 32 << 20;
/// A half-written file that nobody has touched for so long may be what a killed process left.
const LEFT: Duration = Duration::from_secs(60);

/// A kept file.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, serde::Serialize)]
#[diesel(table_name = evidence)]
pub struct Evidence {
    /// SHA-256, hexadecimal.
    pub hash: String,
    /// The name it came with.
    pub name: String,
    /// Its media type as sniffed.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// When it was kept.
    pub kept_at: Instant,
}

crate::fact_table!(Evidence, evidence, 1, key hash);

/// The fact tables of this slice.
pub const FACTS: &[FactTable] = &[Evidence::TABLE];

/// A file that lies in the store but has no row yet.
#[derive(Debug, Clone)]
pub struct Stored {
    /// SHA-256, hexadecimal.
    pub hash: String,
    /// Bytes.
    pub size: u64,
}

/// A file being taken in: what is written is hashed on the way and kept under its hash.
pub struct Intake {
    dir: PathBuf,
    temporary: PathBuf,
    file: io::BufWriter<File>,
    hasher: Sha256,
    size: u64,
    syncing: Option<JoinHandle<io::Result<()>>>,
}

impl Intake {
    /// Starts a file in the evidence folder.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn start(dir: &Path) -> Result<Self> {
        let incoming = dir.join("incoming");
        fs::create_dir_all(&incoming)?;
        clear(&incoming);
        let temporary = incoming.join(crate::db::new_id());
        let file = File::create_new(&temporary)?;
        // Held until the file has its name or is given up. Where there are no locks, nothing is ever cleared.
        drop(file.try_lock());
        let file = io::BufWriter::with_capacity(1 << 17, file);
        Ok(Self { dir: dir.to_owned(), temporary, file, hasher: Sha256::new(), size: 0, syncing: None })
    }

    /// What was written so far, to be read from its beginning.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn reread(&mut self) -> Result<File> {
        self.file.flush()?;
        Ok(File::open(&self.temporary)?)
    }

    /// The hash of what was written so far, hexadecimal.
    pub fn hash(&self) -> String {
        hex::encode(self.hasher.clone().finalize())
    }

    /// Has the disk write what it was given while more comes, so that there is little left to wait for at the end.
    fn sync_ahead(&mut self) -> io::Result<()> {
        if self.syncing.as_ref().is_none_or(JoinHandle::is_finished) {
            self.synced()?;
            let file = self.file.get_ref().try_clone()?;
            self.syncing = Some(std::thread::spawn(move || file.sync_data()));
        }
        Ok(())
    }

    /// Waits for what the disk was asked for. An error is told only once, to whoever asked first.
    fn synced(&mut self) -> io::Result<()> {
        let done = self.syncing.take().map(JoinHandle::join);
        done.unwrap_or(Ok(Ok(()))).unwrap_or_else(|_| Err(io::Error::other("syncing ended early")))
    }

    /// Syncs the file and gives it its name.
    ///
    /// # Errors
    /// When the disk refuses; nothing half-done stays under a hash.
    pub fn finish(mut self) -> Result<Stored> {
        self.file.flush()?;
        self.synced()?;
        self.file.get_ref().sync_all()?;
        let hash = hex::encode(std::mem::take(&mut self.hasher).finalize());
        let target = evidence_path(&self.dir, &hash);
        if target.exists() {
            fs::remove_file(&self.temporary)?;
        } else {
            let folder = target.parent().unwrap_or(&self.dir);
            fs::create_dir_all(folder)?;
            fs::rename(&self.temporary, &target)?;
            File::open(folder)?.sync_all()?;
        }
        Ok(Stored { hash, size: self.size })
    }
}

impl Write for Intake {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.file.write(bytes)?;
        self.hasher.update(bytes.get(..n).unwrap_or_default());
        let before = self.size;
        self.size += n as u64;
        if self.size / AHEAD > before / AHEAD {
            self.sync_ahead()?;
        }
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Intake {
    fn drop(&mut self) {
        // Already renamed or removed when finished; otherwise the half-written file goes.
        drop(fs::remove_file(&self.temporary));
    }
}

/// A folder for what vanishes with its reader: nameless files beside those that come in.
///
/// # Errors
/// When the folder cannot be made.
pub fn scratch(dir: &Path) -> Result<PathBuf> {
    let incoming = dir.join("incoming");
    fs::create_dir_all(&incoming)?;
    Ok(incoming)
}

/// Removes what killed processes left half-written: files that nobody holds. The minute keeps clear of one that is just being made.
fn clear(incoming: &Path) {
    for path in fs::read_dir(incoming).into_iter().flatten().flatten().map(|entry| entry.path()) {
        let Ok(file) = File::open(&path) else { continue };
        let settled = file.metadata().and_then(|about| about.modified()).is_ok_and(|at| at.elapsed().is_ok_and(|age| age > LEFT));
        if settled && file.try_lock().is_ok() {
            drop(fs::remove_file(&path));
        }
    }
}

/// Stores bytes at once.
///
/// # Errors
/// When the disk refuses.
pub fn store_bytes(dir: &Path, bytes: &[u8]) -> Result<Stored> {
    let mut intake = Intake::start(dir)?;
    intake.write_all(bytes)?;
    intake.finish()
}

/// Opens a kept file for reading.
///
/// # Errors
/// [`Error::NotFound`] when it is not there.
pub fn open(dir: &Path, hash: &str) -> Result<File> {
    File::open(evidence_path(dir, hash)).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Error::NotFound,
        _ => error.into(),
    })
}

/// Reads a kept file whole, up to a size.
///
/// # Errors
/// [`Error::TooLarge`] above the size.
pub fn read(dir: &Path, hash: &str, limit: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(dir, hash)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit { Err(Error::TooLarge(limit)) } else { Ok(bytes) }
}

/// The row of a kept file.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(conn: &mut Conn, hash: &str) -> Result<Evidence> {
    Ok(evidence::table.find(hash).select(Evidence::as_select()).first(conn)?)
}

/// Writes the row of a stored file, once.
///
/// # Errors
/// When the database refuses.
pub fn keep(tx: &mut WriteTx<'_>, stored: &Stored, name: &str, media_type: &str) -> Result<Evidence> {
    if let Some(known) = evidence::table.find(&stored.hash).select(Evidence::as_select()).first(&mut **tx).optional()? {
        return Ok(known);
    }
    let row = Evidence {
        hash: stored.hash.clone(),
        name: name.to_owned(),
        media_type: media_type.to_owned(),
        size: i64::try_from(stored.size).map_err(Error::internal)?,
        kept_at: tx.now,
    };
    diesel::insert_into(evidence::table).values(&row).execute(&mut **tx)?;
    tx.image(&row)?;
    Ok(row)
}

/// Keeps a text under its hash, once; answers the hash.
///
/// # Errors
/// When the database refuses.
pub fn keep_text(tx: &mut WriteTx<'_>, content: &str) -> Result<String> {
    let hash = sha256_hex(content.as_bytes());
    let known: i64 = texts::table.filter(texts::hash.eq(&hash)).count().get_result(&mut **tx)?;
    if known == 0 {
        diesel::insert_into(texts::table).values((texts::hash.eq(&hash), texts::content.eq(content))).execute(&mut **tx)?;
    }
    Ok(hash)
}

/// A text by its hash.
///
/// # Errors
/// [`Error::NotFound`].
pub fn text(conn: &mut Conn, hash: &str) -> Result<String> {
    Ok(texts::table.find(hash).select(texts::content).first(conn)?)
}

/// The media type of an image by its first bytes; nothing else is shown inline.
pub fn sniff_image(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_file_is_kept_whole() {
        let folder = tempfile::tempdir().unwrap();
        let mut intake = Intake::start(folder.path()).unwrap();
        let piece: Vec<u8> = (0..=250).cycle().take(1 << 20).collect();
        let pieces = 2 * (AHEAD >> 20) + 3;
        for _ in 0..pieces {
            intake.write_all(&piece).unwrap();
        }
        let (hash, stored) = (intake.hash(), intake.finish().unwrap());
        assert_eq!((stored.hash.as_str(), stored.size), (hash.as_str(), pieces << 20));
        let kept = fs::read(evidence_path(folder.path(), &hash)).unwrap();
        assert_eq!(sha256_hex(&kept), hash);
    }
}
