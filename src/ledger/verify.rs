//! `cairn verify`: re-hashes the log, compares the last image of every row with the live tables, and every text and evidence
//! file with its hash. Without a checkpoint kept outside, a cut tail cannot be excluded, and the answer says so.

use std::collections::HashMap;
use std::path::Path;

use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::event::{Leaf, canonical};
use super::facts::FactTable;
use super::merkle::{Frontier, leaf_hash};
use super::store::{self, EventRow};
use crate::db::schema::{evidence, texts};
use crate::db::{Conn, Instant};
use crate::error::{Error, Result};

/// What was found.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Report {
    /// Events read.
    pub events: i64,
    /// Rows compared with their images.
    pub rows: i64,
    /// Texts re-hashed.
    pub texts: i64,
    /// Evidence files re-hashed.
    pub files: i64,
    /// The root of the log, hexadecimal.
    pub root: String,
    /// What does not agree, first event first; empty = consistent.
    pub faults: Vec<Fault>,
}

/// One disagreement.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    /// What kind: `leaf`, `sequence`, `columns`, `time`, `root`, `row-changed`, `row-missing`, `row-unknown`, `text`, `file`,
    /// `file-missing`.
    pub kind: &'static str,
    /// Where: event number, `table/key`, hash.
    pub place: String,
}

/// At most so many are listed; one is enough to distrust.
const MAX_FAULTS: usize = 100;

impl Report {
    fn fault(&mut self, kind: &'static str, place: impl ToString) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(Fault { kind, place: place.to_string() });
        }
    }

    /// Exit code of the command: 1 tampered, 3 consistent but no outside checkpoint.
    pub fn exit_code(&self) -> i32 {
        if self.faults.is_empty() { 3 } else { 1 }
    }
}

/// Last image hash per row: table index and key. Hashes, not rows, so that memory stays small.
type Images = HashMap<(String, String), Option<[u8; 32]>>;

/// Verifies log, rows, texts and files.
///
/// # Errors
/// When the database cannot be read; disagreements are in the report.
pub fn verify(conn: &mut Conn, facts: &[FactTable], evidence_dir: &Path) -> Result<Report> {
    let mut report = Report::default();
    let images = log(conn, &mut report)?;
    rows(conn, facts, images, &mut report)?;
    check_texts(conn, &mut report)?;
    check_files(conn, evidence_dir, &mut report)?;
    Ok(report)
}

/// Compares live rows with their last images: what every test ends with.
///
/// # Errors
/// As [`verify`].
pub fn verify_rows(conn: &mut Conn, facts: &[FactTable]) -> Result<Report> {
    let mut report = Report::default();
    let images = log(conn, &mut report)?;
    rows(conn, facts, images, &mut report)?;
    Ok(report)
}

fn log(conn: &mut Conn, report: &mut Report) -> Result<Images> {
    let mut images = Images::new();
    let mut frontier = Frontier::default();
    let mut last: Option<Instant> = None;
    loop {
        let page = store::events_from(conn, report.events, 1000)?;
        for row in &page {
            if row.seq != report.events {
                report.fault("sequence", row.seq);
            }
            frontier.push(leaf_hash(row.leaf.as_bytes()));
            report.events += 1;
            match serde_json::from_str::<Leaf>(&row.leaf) {
                Ok(leaf) => {
                    check_columns(row, &leaf, report)?;
                    if last.is_some_and(|before| leaf.at < before) {
                        report.fault("time", row.seq);
                    }
                    last = Some(leaf.at);
                    keep(&leaf, &mut images)?;
                }
                Err(_) => report.fault("leaf", row.seq),
            }
        }
        if page.len() < 1000 {
            break;
        }
    }
    let head = store::head(conn, false);
    report.root = hex::encode(frontier.root());
    if !head.is_ok_and(|head| head.root == report.root && head.frontier == frontier) {
        report.fault("root", report.root.clone());
    }
    Ok(images)
}

/// The query columns are copies of the leaf; editing only them is found here.
fn check_columns(row: &EventRow, leaf: &Leaf, report: &mut Report) -> Result<()> {
    let (expected, _) = EventRow::of(leaf)?;
    let same = expected.leaf == row.leaf
        && expected.leaf_hash == row.leaf_hash
        && expected.seq == row.seq
        && expected.at == row.at
        && (expected.actor_kind == row.actor_kind && expected.actor_id == row.actor_id && expected.actor_name == row.actor_name)
        && (expected.action == row.action && expected.reason == row.reason)
        && (expected.object_kind == row.object_kind && expected.object_id == row.object_id)
        && expected.object_label == row.object_label;
    if !same {
        report.fault("columns", row.seq);
    }
    Ok(())
}

fn keep(leaf: &Leaf, images: &mut Images) -> Result<()> {
    for image in &leaf.images {
        let hash = image.row.as_ref().map(row_hash).transpose()?;
        images.insert((image.table.clone(), image.key.clone()), hash);
    }
    Ok(())
}

fn row_hash(row: &serde_json::Value) -> Result<[u8; 32]> {
    Ok(Sha256::digest(canonical(row)?.as_bytes()).into())
}

fn rows(conn: &mut Conn, facts: &[FactTable], mut images: Images, report: &mut Report) -> Result<()> {
    for table in facts {
        let mut after = String::new();
        loop {
            let page = (table.page)(conn, &after, 1000)?;
            for (key, row) in &page {
                report.rows += 1;
                match images.remove(&(table.name.to_owned(), key.clone())) {
                    Some(Some(hash)) if hash == row_hash(row)? => {}
                    Some(Some(_)) => report.fault("row-changed", format!("{}/{key}", table.name)),
                    Some(None) | None => report.fault("row-unknown", format!("{}/{key}", table.name)),
                }
            }
            match page.last() {
                Some((key, _)) if page.len() == 1000 => after.clone_from(key),
                _ => break,
            }
        }
    }
    let mut missing: Vec<String> =
        images.into_iter().filter(|(_, row)| row.is_some()).map(|((table, key), _)| format!("{table}/{key}")).collect();
    missing.sort();
    for place in missing {
        report.fault("row-missing", place);
    }
    Ok(())
}

fn check_texts(conn: &mut Conn, report: &mut Report) -> Result<()> {
    let mut after = String::new();
    loop {
        let page: Vec<(String, String)> = texts::table.filter(texts::hash.gt(&after)).order(texts::hash).limit(200).load(conn)?;
        for (hash, content) in &page {
            report.texts += 1;
            if hex::encode(Sha256::digest(content.as_bytes())) != *hash {
                report.fault("text", hash);
            }
        }
        match page.last() {
            Some((hash, _)) if page.len() == 200 => after.clone_from(hash),
            _ => return Ok(()),
        }
    }
}

fn check_files(conn: &mut Conn, dir: &Path, report: &mut Report) -> Result<()> {
    let hashes: Vec<String> = evidence::table.select(evidence::hash).order(evidence::hash).load(conn)?;
    for hash in hashes {
        report.files += 1;
        match file_hash(&super::evidence_path(dir, &hash)) {
            Ok(found) if found == hash => {}
            Ok(_) => report.fault("file", hash),
            Err(Error::NotFound) => report.fault("file-missing", hash),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// SHA-256 of a file as it now is, hexadecimal.
///
/// # Errors
/// [`Error::NotFound`] when it is not there; the file's own error when it cannot be read.
pub fn file_hash(path: &Path) -> Result<String> {
    let mut file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(Error::NotFound),
        Err(error) => return Err(error.into()),
    };
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let n = std::io::Read::read(&mut file, &mut buffer)?;
        if n == 0 {
            return Ok(hex::encode(hasher.finalize()));
        }
        hasher.update(buffer.get(..n).unwrap_or_default());
    }
}
