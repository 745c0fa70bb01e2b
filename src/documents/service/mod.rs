//! Use cases of documents, by phase of a version's life.

pub mod adopt;
pub mod autosave;
pub mod derive;
pub mod draft;
pub mod export;
pub mod files;
pub mod import;
pub mod published;
pub mod read;
pub mod reader;
pub mod rebuild;
pub mod release;
pub mod review;
pub mod withdraw;

use serde_json::json;

use super::command::Bilingual;
use super::model::{Document, Version};
use super::store;
use crate::actor::Permission;
use crate::db::Conn;
use crate::error::{Error, Problem, Result};
use crate::evidence;
use crate::ledger::{Event, WriteTx, canonical, sha256_hex};
use crate::organisation::today;
use crate::text::Lang;

/// Longest title, in characters.
const MAX_TITLE: usize = 200;
/// Longest code, in characters.
const MAX_CODE: usize = 60;

/// How people call a version: `QP-08 B/2`.
pub(super) fn name(document: &Document, version: &Version) -> String {
    format!("{} {}", document.code, version.label)
}

/// An event about a version of a document.
fn event(action: &'static str, document: &Document, version: &Version) -> Event {
    Event::new(action, "document", &document.id, &name(document, version))
        .detail("version", version.id.clone())
        .detail("label", version.label.clone())
}

/// What approval binds to: SHA-256 of content and metadata.
///
/// # Errors
/// When what is stored is damaged.
pub fn content_hash(document: &Document, version: &Version) -> Result<String> {
    let parents: serde_json::Value = version.parents.to()?;
    let extra: serde_json::Value = version.extra.to()?;
    let content = json!({
        "code": document.code,
        "tier": document.tier,
        "label": version.label,
        "titles": {"zh": version.title_zh, "en": version.title_en},
        "texts": {"zh": version.text_zh, "en": version.text_en},
        "parents": parents,
        "extra": extra,
        "reason": version.reason,
    });
    Ok(sha256_hex(canonical(&content)?.as_bytes()))
}

/// The version with its document, if this actor may see it.
fn seen(conn: &mut Conn, actor: &crate::actor::Actor, version: &str) -> Result<(Document, Version)> {
    let version = store::version(conn, version)?;
    let document = store::document(conn, &version.document_id)?;
    let asked = store::asked(conn, &document.id, &actor.id)?.contains(&version.id);
    if version.visible_to(actor, asked) { Ok((document, version)) } else { Err(Error::NotFound) }
}

/// The version for its author or a quality manager to change.
fn own(tx: &mut WriteTx<'_>, version: &str) -> Result<(Document, Version)> {
    let actor = tx.actor.clone();
    let (document, version) = seen(tx, &actor, version)?;
    actor.require(Permission::WriteDocuments)?;
    if version.author_id != actor.id && !actor.may(Permission::ManageDocuments) {
        return Err(Error::forbidden("document-not-yours"));
    }
    Ok((document, version))
}

fn check_titles(title: &Bilingual, text: &Bilingual) -> Vec<Problem> {
    let mut problems = Vec::new();
    if title.is_empty() {
        problems.push(Problem::field("title.zh", "document-title-required"));
    }
    for lang in Lang::ALL {
        let field = format!("title.{}", lang.code());
        if text.get(lang).is_some() && title.get(lang).is_none() && !title.is_empty() {
            problems.push(Problem::field(&field, "document-title-of-text"));
        }
        if title.get(lang).is_some_and(|t| t.chars().count() > MAX_TITLE || t.contains('\n')) {
            problems.push(Problem::field(field, "document-title-long").with("max", MAX_TITLE));
        }
    }
    problems
}

fn fail_on(problems: Vec<Problem>) -> Result<()> {
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

/// The reason for a change, required.
fn reason(given: &str) -> Result<String> {
    match given.trim() {
        "" => Err(Error::field("reason", "reason-required")),
        text => Ok(text.to_owned()),
    }
}

/// Keeps the texts and writes their hashes, titles into the version.
fn put_texts(tx: &mut WriteTx<'_>, version: &mut Version, title: &Bilingual, text: &Bilingual) -> Result<()> {
    let trimmed = |lang| title.get(lang).map(|t: &str| t.trim().to_owned());
    (version.title_zh, version.title_en) = (trimmed(Lang::Zh), trimmed(Lang::En));
    let mut hashes = [None, None];
    for (slot, lang) in hashes.iter_mut().zip(Lang::ALL) {
        if let Some(content) = text.get(lang) {
            *slot = Some(evidence::keep_text(tx, content)?);
        }
    }
    [version.text_zh, version.text_en] = hashes;
    Ok(())
}
