//! Import: a folder of Markdown becomes documents, as drafts or in force (adopted, with a reason and no invented signature). What is there
//! already with the same content stays as it is; a changed file becomes a new draft beside the version in force. A dry run does all of
//! it and takes it back.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};

use super::super::command::{Adopt, Adopted};
use super::super::model::State;
use super::super::recognise::{Defect, Patterns};
use super::super::transfer::folder::{Contents, Passed};
use super::super::transfer::found::{self, FoundDocument, OtherFile};
use super::super::transfer::matter;
use super::{adopt, read};
use crate::actor::{Actor, Permission};
use crate::error::{Error, Problem, Result};
use crate::evidence::{self, Stored};
use crate::ledger::{Ledger, WriteTx, sha256_hex};
use crate::organisation;
use crate::text::Lang;

/// What imported documents become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ImportStanding)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Drafts, to be submitted and approved here.
    #[default]
    Draft,
    /// In force at once, unless the file itself says that it is a draft.
    Effective,
}

/// How to import.
#[derive(Debug, Clone)]
pub struct ImportOptions {
    /// Only say what would happen.
    pub dry_run: bool,
    /// What documents become.
    pub standing: Standing,
    /// Why they are taken over; a file may state its own reason.
    pub reason: String,
    /// How documents are recognised.
    pub patterns: Patterns,
}

/// What became of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[schema(as = ImportOutcome)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A new document.
    Created,
    /// A new version of a known document.
    Changed,
    /// Nothing changed.
    Same,
    /// It could not be taken; the errors say why.
    Refused,
}

/// One document of an import.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ImportedDocument {
    /// What was recognised, per file.
    pub files: Vec<FoundDocument>,
    /// What became of it.
    pub outcome: Outcome,
    /// Version label it has now.
    pub label: Option<String>,
    /// State of that version.
    #[schema(value_type = Option<String>)]
    pub state: Option<State>,
}

/// Why a file was not taken.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ImportError {
    /// Path in the folder.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: Problem,
}

/// What an import did, or would do.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
pub struct ImportReport {
    /// Nothing was kept.
    pub dry_run: bool,
    /// Documents, in order of tier and code.
    pub documents: Vec<ImportedDocument>,
    /// Other files, kept or ignored.
    pub others: Vec<OtherFile>,
    /// Files that were not looked at.
    pub passed: Vec<Passed>,
    /// What a quality manager should know.
    pub defects: Vec<Defect>,
    /// What was not taken.
    pub errors: Vec<ImportError>,
}

impl ImportReport {
    /// Documents with an outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.documents.iter().filter(|document| document.outcome == outcome).count()
    }
}

/// Imports a folder.
///
/// # Errors
/// [`Error::Forbidden`] without the permission; [`Error::Invalid`] without a reason; [`Error::Storage`] when the disk refuses.
pub fn import(
    ledger: &Ledger,
    actor: &Arc<Actor>,
    evidence_dir: &Path,
    contents: &Contents,
    options: &ImportOptions,
) -> Result<ImportReport> {
    actor.require(Permission::TransferDocuments)?;
    super::reason(&options.reason)?;
    // Without an organisation there is neither a zone nor a scheme of labels.
    ledger.db.read(organisation::get).map_err(|error| match error {
        Error::NotFound => Error::conflict("import-no-organisation"),
        other => other,
    })?;
    let folder = found::find(&contents.files, &options.patterns);
    let mut report = ImportReport {
        dry_run: options.dry_run,
        others: folder.others,
        passed: contents.passed.clone(),
        defects: folder.defects,
        ..ImportReport::default()
    };
    let bytes: BTreeMap<&str, &[u8]> = contents.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    for group in folder.documents {
        let taken = take(ledger, actor, evidence_dir, &bytes, group.clone(), options);
        let imported = match taken {
            Ok((outcome, label, state)) => ImportedDocument { files: group, outcome, label: Some(label), state: Some(state) },
            // A full disk or a lost database ends the import; a document that cannot be taken does not.
            Err(error @ (Error::Storage(_) | Error::Busy | Error::Internal(_) | Error::Forbidden(_))) => return Err(error),
            Err(error) => {
                report.errors.extend(named(&group, &error));
                ImportedDocument { files: group, outcome: Outcome::Refused, label: None, state: None }
            }
        };
        report.documents.push(imported);
    }
    Ok(report)
}

fn named(group: &[FoundDocument], error: &Error) -> Vec<ImportError> {
    let path = group.first().map(|document| document.path.clone()).unwrap_or_default();
    let problems = match error.problems() {
        [] => vec![Problem::whole("import-refused").with("detail", error)],
        some => some.to_vec(),
    };
    let line = |problem: &Problem| {
        problem.params.iter().find(|(name, _)| name == "line").and_then(|(_, line)| line.parse().ok()).unwrap_or(1)
    };
    problems.into_iter().map(|problem| ImportError { path: path.clone(), line: line(&problem), problem }).collect()
}

type Taken = (Outcome, String, State);

fn take(
    ledger: &Ledger,
    actor: &Arc<Actor>,
    evidence_dir: &Path,
    bytes: &BTreeMap<&str, &[u8]>,
    group: Vec<FoundDocument>,
    options: &ImportOptions,
) -> Result<Taken> {
    let mut command = command(&group, options)?;
    let mut files: Vec<(Stored, String, String)> = Vec::new();
    for (written, path) in group.iter().flat_map(|document| &document.files) {
        let content = bytes.get(path.as_str()).copied().unwrap_or_default();
        let stored = if options.dry_run {
            Stored { hash: sha256_hex(content), size: content.len() as u64 }
        } else {
            evidence::store_bytes(evidence_dir, content)?
        };
        command.files.insert(written.clone(), stored.hash.clone());
        let kind = evidence::sniff_image(content).unwrap_or("application/octet-stream");
        files.push((stored, path.clone(), kind.to_owned()));
    }
    let (slot, dry_run) = (Arc::new(Mutex::new(None)), options.dry_run);
    let inner = slot.clone();
    let done = ledger.write(actor, move |tx| {
        let taken = adopt_one(tx, &command, &files)?;
        if !dry_run {
            return Ok(taken);
        }
        if let Ok(mut slot) = inner.lock() {
            *slot = Some(taken);
        }
        // An error takes the whole write back: this is what a dry run is.
        Err(Error::NotFound)
    });
    match slot.lock().ok().and_then(|mut slot| slot.take()) {
        Some(taken) => Ok(taken),
        None => done,
    }
}

fn adopt_one(tx: &mut WriteTx<'_>, command: &Adopt, files: &[(Stored, String, String)]) -> Result<Taken> {
    let mut command = command.clone();
    // What is in force is replaced by approval only: a changed file becomes a draft.
    match read::by_code(tx, &command.code) {
        Ok(known) if read::effective_version(tx, &known.id)?.is_some() => command.effective = false,
        Ok(_) | Err(Error::NotFound) => {}
        Err(error) => return Err(error),
    }
    for (stored, name, kind) in files {
        evidence::keep(tx, stored, name, kind)?;
    }
    let (_, version, adopted) = adopt::adopt(tx, &command)?;
    let outcome = match adopted {
        Adopted::Created => Outcome::Created,
        Adopted::Version | Adopted::Draft => Outcome::Changed,
        Adopted::Same => Outcome::Same,
    };
    Ok((outcome, version.label, version.state))
}

/// What a document's files say, as a command.
fn command(group: &[FoundDocument], options: &ImportOptions) -> Result<Adopt> {
    let first = group.first().ok_or_else(|| Error::internal("a document without a file"))?;
    let matter = &first.matter;
    let stays_draft = matches!(matter.state.as_deref(), Some("draft" | "in_review" | "approved"));
    let effective = options.standing == Standing::Effective && !stays_draft;
    let mut command = Adopt {
        code: first.code.value.clone(),
        tier: first.tier.value.into(),
        label: group.iter().find_map(|document| document.version.as_ref()).map(|version| version.value.clone()),
        owner: group.iter().find_map(|document| document.owner.as_ref()).map(|owner| owner.value.clone()).unwrap_or_default(),
        parents: first.parents.clone(),
        form: matter::form(matter),
        other: matter.unknown.iter().map(|(key, value)| (key.clone(), matter::kept(value))).collect(),
        effective,
        effective_on: matter.effective.filter(|_| effective),
        reason: matter.reason.clone().filter(|_| effective).unwrap_or_else(|| options.reason.clone()),
        ..Adopt::default()
    };
    for document in group {
        if document.body.trim().is_empty() {
            return Err(Error::field(&document.path, "import-empty"));
        }
        let lang: Lang = document.language();
        command.title.set(lang, Some(document.title.value.clone()));
        command.text.set(lang, Some(document.body.clone()));
    }
    Ok(command)
}
