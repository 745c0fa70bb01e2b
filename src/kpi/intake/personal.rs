//! Cells that name people, replaced by keyed hashes while a file streams through: the same person keeps the same pseudonym in every file of
//! an organisation, and nobody without its key can tell whose it is. What is kept as evidence is the file rewritten so.
//!
//! Invariant: no cell of a personal column, and no cell of a row whose cells cannot be told apart, reaches what is kept.

use std::io::{self, Write};
use std::path::Path;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::error::IntakeError;
use super::rejects::{harmless, is_mended};
use super::text::Line;
use crate::config::own_key;

/// What pseudonyms begin with.
const LABEL: &str = "anon-";
/// Bytes of the hash that are shown.
const SHOWN: usize = 12;
/// What the file of the key is called.
const KEY_FILE: &str = "pseudonyms.key";
/// Says that the text is UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// The key of an organisation's pseudonyms.
#[derive(Clone)]
pub struct Pseudonyms {
    keyed: Hmac<Sha256>,
}

impl Pseudonyms {
    /// Pseudonyms under a key.
    #[must_use]
    pub fn under(key: &[u8; 32]) -> Self {
        // HMAC fills a short key with zeros up to the block of its hash.
        let mut block = [0; 64];
        block[..32].copy_from_slice(key);
        Self { keyed: <Hmac<Sha256> as KeyInit>::new(&block.into()) }
    }

    /// The key in a folder, made there when it is not: 256 random bits, readable by its owner alone.
    ///
    /// # Errors
    /// When the folder cannot be read or written, or the file is not a key.
    pub fn of_folder(folder: &Path) -> io::Result<Self> {
        Ok(Self::under(&own_key(&folder.join(KEY_FILE))?))
    }

    /// The pseudonym of a cell. An empty cell stays empty; a pseudonym stays itself, so that a rewritten row can be imported again.
    #[must_use]
    pub fn of(&self, cell: &str) -> String {
        let cell = cell.trim();
        if cell.is_empty() || is_pseudonym(cell) {
            return cell.to_owned();
        }
        let mut keyed = self.keyed.clone();
        keyed.update(cell.as_bytes());
        let hash = keyed.finalize().into_bytes();
        format!("{LABEL}{}", hex::encode(hash.get(..SHOWN).unwrap_or_default()))
    }
}

impl std::fmt::Debug for Pseudonyms {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("Pseudonyms")
    }
}

fn is_pseudonym(cell: &str) -> bool {
    let digits = cell.strip_prefix(LABEL).unwrap_or_default();
    digits.len() == SHOWN * 2 && digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// Writes the rows of a file again, with pseudonyms.
pub(super) struct Rewriter<'k> {
    names: &'k Pseudonyms,
    to: csv::Writer<&'k mut (dyn Write + 'k)>,
    personal: Vec<bool>,
    /// The cells are written harmless again, because whoever reads them takes that back.
    mended: bool,
    row: Vec<String>,
}

fn kept(error: impl ToString) -> IntakeError {
    IntakeError::Keep(error.to_string())
}

impl<'k> Rewriter<'k> {
    /// Writes the header. `above`: lines above it, which are kept empty so that rows keep their numbers.
    pub(super) fn start(
        names: &'k Pseudonyms,
        keep: &'k mut (dyn Write + 'k),
        header: &[String],
        personal: &[String],
        (delimiter, above): (u8, u64),
    ) -> Result<Self, IntakeError> {
        keep.write_all(MARK).map_err(kept)?;
        for _ in 0..above {
            keep.write_all(b"\n").map_err(kept)?;
        }
        let mut to = csv::WriterBuilder::new().delimiter(delimiter).flexible(true).from_writer(keep);
        to.write_record(header).map_err(kept)?;
        let personal = header.iter().map(|name| personal.contains(name)).collect();
        Ok(Self { names, to, personal, mended: is_mended(header), row: Vec::new() })
    }

    /// The cells of a row as they are kept, and the row written.
    pub(super) fn row(&mut self, line: Line<'_>, sound: bool) -> Result<&[String], IntakeError> {
        let whole = sound && line.fields() == self.personal.len();
        self.row.clear();
        for at in 0..line.fields() {
            let cell = String::from_utf8_lossy(line.field(at).bytes());
            let hidden = !whole || self.personal.get(at).copied().unwrap_or(true);
            self.row.push(if hidden { self.names.of(&cell) } else { cell.into_owned() });
        }
        if !sound && line.fields() == self.personal.len() {
            // One cell too many, so that the row stays an error when what is kept is read again.
            self.row.push(String::new());
        }
        if self.mended {
            self.to.write_record(self.row.iter().map(|cell| harmless(cell.clone()))).map_err(kept)?;
        } else {
            self.to.write_record(&self.row).map_err(kept)?;
        }
        Ok(&self.row)
    }

    /// Writes what is buffered.
    pub(super) fn finish(mut self) -> Result<(), IntakeError> {
        self.to.flush().map_err(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_person_has_the_same_pseudonym_under_one_key() {
        let (one, other) = (Pseudonyms::under(&[1; 32]), Pseudonyms::under(&[2; 32]));
        let name = one.of("13800138000");
        assert!(name.starts_with(LABEL) && name.len() == LABEL.len() + 24, "{name}");
        assert_eq!((one.of(" 13800138000 "), one.of(&name), one.of("  ")), (name.clone(), name.clone(), String::new()));
        assert_ne!(other.of("13800138000"), name);
        assert_ne!(one.of("anon-13800138000"), "anon-13800138000");
        // HMAC-SHA256 of "13800138000" under thirty-two bytes of 1.
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&[1; 32]).unwrap();
        mac.update(b"13800138000");
        assert_eq!(name, format!("anon-{}", hex::encode(&mac.finalize().into_bytes()[..12])));
    }

    #[test]
    fn a_key_is_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let first = Pseudonyms::of_folder(folder.path()).unwrap().of("a");
        assert_eq!(Pseudonyms::of_folder(folder.path()).unwrap().of("a"), first);
        std::fs::write(folder.path().join(KEY_FILE), b"short").unwrap();
        assert_eq!(Pseudonyms::of_folder(folder.path()).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
