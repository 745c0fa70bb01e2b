//! Export: the version in force of every document, else its newest draft, as Markdown with front matter and its files beside; with the
//! history when asked for. The same documents always give the same bytes.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::super::model::{Document, State, Version};
use super::super::transfer::folder::Writer;
use super::super::transfer::matter;
use super::super::{front_matter, service::read};
use super::files::LARGEST;
use crate::actor::{Actor, Permission};
use crate::db::Db;
use crate::error::Result;
use crate::evidence;
use crate::text::Lang;

/// Documents read at a time.
const STEP: i64 = 100;
/// Where earlier versions go.
const HISTORY: &str = "history";

/// What an export wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ExportReport {
    /// Documents.
    pub documents: usize,
    /// Of them in force.
    pub effective: usize,
    /// Of them drafts.
    pub drafts: usize,
    /// Earlier versions.
    pub history: usize,
    /// Documents that are withdrawn, with no draft, of which only the history was written.
    pub withdrawn: usize,
    /// Documents that are withdrawn, with no draft: without the history nothing of them is written.
    pub left_out: Vec<String>,
    /// Files written, images included.
    pub files: usize,
}

/// Writes all documents into a folder that is empty or holds an earlier export.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without the permission; [`crate::error::Error::Invalid`] when the folder holds something else.
pub fn export(db: &Db, actor: &Actor, evidence_dir: &Path, target: &Path, all_versions: bool) -> Result<ExportReport> {
    actor.require(Permission::TransferDocuments)?;
    let mut writer = Writer::start(target)?;
    let mut work = Work { evidence_dir, claimed: BTreeMap::new(), report: ExportReport::default() };
    let mut after = String::new();
    loop {
        let page = db.read(|conn| read::all_after(conn, actor, &after, STEP))?;
        let Some((last, _)) = page.last() else { break };
        after.clone_from(&last.code_key);
        for (document, versions) in &page {
            db.read(|conn| work.document(conn, &mut writer, document, versions, all_versions))?;
        }
    }
    work.report.files = writer.finish()?;
    Ok(work.report)
}

struct Work<'a> {
    evidence_dir: &'a Path,
    /// Path of a file beside → its hash.
    claimed: BTreeMap<String, String>,
    report: ExportReport,
}

impl Work<'_> {
    fn document(
        &mut self,
        conn: &mut crate::db::Conn,
        writer: &mut Writer,
        document: &Document,
        versions: &[Version],
        all: bool,
    ) -> Result<()> {
        let current = versions
            .iter()
            .find(|version| version.state == State::Effective)
            .or_else(|| versions.iter().filter(|version| version.state.open()).max_by_key(|version| version.ordinal));
        let name = file_name(&document.code);
        match current {
            Some(version) => {
                self.report.documents += 1;
                let slot = if version.state == State::Effective { &mut self.report.effective } else { &mut self.report.drafts };
                *slot += 1;
                self.version(conn, writer, document, version, "", &name)?;
            }
            None if all => self.report.withdrawn += 1,
            None => self.report.left_out.push(document.code.clone()),
        }
        for version in versions.iter().filter(|version| all && current.is_none_or(|current| current.id != version.id)) {
            self.report.history += 1;
            let name = format!("{name}@{}", file_name(&version.label));
            self.version(conn, writer, document, version, HISTORY, &name)?;
        }
        Ok(())
    }

    fn version(
        &mut self,
        conn: &mut crate::db::Conn,
        writer: &mut Writer,
        document: &Document,
        version: &Version,
        folder: &str,
        name: &str,
    ) -> Result<()> {
        let files = version.extras()?.files;
        let place = self.place(folder, name, &files);
        for (path, hash) in &files {
            if let Some(target) = beside(&place, path) {
                writer.put(&target, &evidence::read(self.evidence_dir, hash, LARGEST)?)?;
                self.claimed.insert(target, hash.clone());
            }
        }
        for lang in version.languages() {
            let text = read::text(conn, version, lang)?.unwrap_or_default();
            let body = format!("\n{}", text.trim_start_matches('\n'));
            let content = front_matter::write(&matter::of(document, version, lang)?, &body);
            let suffix = if lang == Lang::En { ".en.md" } else { ".md" };
            writer.put(&format!("{place}{name}{suffix}"), content.as_bytes())?;
        }
        Ok(())
    }

    /// The folder for a document: the root, unless its files lead above it or another document has a file of the same name there.
    fn place(&self, folder: &str, name: &str, files: &BTreeMap<String, String>) -> String {
        let base = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        for depth in 0..16 {
            let mut place = base.clone();
            if depth > 0 {
                place.push_str(&format!("{name}/"));
            }
            place.push_str(&"_/".repeat(usize::saturating_sub(depth, 1)));
            let free = |(path, hash): (&String, &String)| match beside(&place, path) {
                Some(target) => self.claimed.get(&target).is_none_or(|known| known == hash),
                None => false,
            };
            if files.iter().all(free) {
                return place;
            }
        }
        format!("{base}{name}/")
    }
}

/// The path of a file as a text in a folder names it; none when it leads out of the export. A leading `/` means the root.
fn beside(place: &str, path: &str) -> Option<String> {
    let (mut parts, path): (Vec<&str>, &str) = match path.strip_prefix('/') {
        Some(rest) => (Vec::new(), rest),
        None => (place.split('/').filter(|part| !part.is_empty()).collect(), path),
    };
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// A code or label as the name of a file.
fn file_name(code: &str) -> String {
    let unsafe_in_names = |c: char| c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    let name: String = code.chars().map(|c| if unsafe_in_names(c) { '-' } else { c }).collect();
    // A leading dot would hide it.
    if name.starts_with('.') { format!("-{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_and_files_stay_inside() {
        assert_eq!(file_name("SHT/SAL/P-05"), "SHT-SAL-P-05");
        assert_eq!(file_name(".."), "-..");
        assert_eq!(beside("", "./images/a.png").as_deref(), Some("images/a.png"));
        assert_eq!(beside("QP-01/", "/assets/a.png").as_deref(), Some("assets/a.png"));
        assert_eq!(beside("QP-01/_/", "../../a.png").as_deref(), Some("a.png"));
        assert_eq!(beside("", "../a.png"), None);
    }
}
