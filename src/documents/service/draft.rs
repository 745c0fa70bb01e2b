//! Preparing a version: creating a document, saving and discarding its draft, starting a revision (ISO 9001 7.5.2).

use std::collections::BTreeMap;

use super::super::command::{Bilingual, Extra, FormExtra, NewDocument, Revise, SaveDraft, Step};
use super::super::model::{Document, Origin, State, Version};
use super::super::{starter, store};
use super::{check_titles, derive, event, fail_on, own, put_texts, seen};
use crate::actor::Permission;
use crate::db::{Json, new_id};
use crate::error::{Error, Problem, Result};
use crate::ledger::{Event, WriteTx};
use crate::text::Lang;
use crate::{numbering, organisation};

/// Creates a document with its first draft.
///
/// # Errors
/// [`Error::Invalid`] for missing titles, an unknown tier, a code that is taken or a text that cannot be rendered.
pub fn create(tx: &mut WriteTx<'_>, command: &NewDocument) -> Result<(Document, Version)> {
    tx.actor.require(Permission::WriteDocuments)?;
    if !(1..=4).contains(&command.tier) {
        return Err(Error::field("tier", "document-tier"));
    }
    let (text, form) = started(command)?;
    fail_on(check_titles(&command.title, &text))?;
    derive::check_texts(&command.title, &text, &BTreeMap::new())?;
    let document = new_document(tx, command.tier, command.code.as_deref(), &command.owner)?;
    let label = first_label(tx, command.tier, command.label.as_deref())?;
    let mut version = new_version(tx, &document, 1, &label)?;
    put_texts(tx, &mut version, &command.title, &text)?;
    version.parents = Json::of(&clean_parents(&document, &command.parents)?)?;
    version.extra = Json::of(&Extra { owner: document.owner.clone(), form, ..Extra::default() })?;
    store::insert_document(tx, &document)?;
    store::insert_version(tx, &version)?;
    derive::appeared(tx, &document)?;
    derive::refresh(tx, &document)?;
    tx.record(event("documents.create", &document, &version));
    Ok((document, version))
}

/// The text and declaration a new document starts with.
fn started(command: &NewDocument) -> Result<(Bilingual, FormExtra)> {
    let form = match &command.form {
        Some(form) => form.clone(),
        None => starter::form(command.tier)?.unwrap_or_default(),
    };
    if !command.text.is_empty() {
        return Ok((command.text.clone(), form));
    }
    let mut text = Bilingual::default();
    for lang in Lang::ALL {
        if command.title.get(lang).is_some() {
            text.set(lang, Some(starter::text(command.tier, lang)?));
        }
    }
    Ok((text, form))
}

/// A document row with a code given or drawn; not stored yet.
pub(super) fn new_document(tx: &mut WriteTx<'_>, tier: i64, code: Option<&str>, owner: &str) -> Result<Document> {
    let owner = owner.trim().to_owned();
    let code = match code.map(str::trim).filter(|code| !code.is_empty()) {
        Some(code) => code.to_owned(),
        None => draw_code(tx, tier, &owner)?,
    };
    let code_key = numbering::code_key(&code);
    let plain = code.chars().all(|c| !c.is_control() && !matches!(c, '[' | ']' | '?' | '#' | '%' | '<' | '>' | '"'));
    if code_key.trim_matches('-').is_empty() || !plain || code.chars().count() > super::MAX_CODE {
        return Err(Error::Invalid(vec![Problem::field("code", "document-code").with("max", super::MAX_CODE)]));
    }
    if store::document_by_key(tx, &code_key)?.is_some() {
        return Err(Error::Invalid(vec![Problem::field("code", "document-code-taken").with("code", &code)]));
    }
    let (id, now, by) = (new_id(), tx.now, tx.actor.id.clone());
    Ok(Document { id, code, code_key, tier, owner, effective_version_id: None, created_at: now, created_by: by, row_version: 1 })
}

/// The next code of the tier's scheme: one more than the highest in use.
fn draw_code(tx: &mut WriteTx<'_>, tier: i64, owner: &str) -> Result<String> {
    let pattern = organisation::scheme(tx, "document_code", tier)?.pattern;
    let org = organisation::get(tx)?.code;
    let parts = numbering::code_parts(&pattern, &org, owner)?;
    let keys = store::keys_of_tier(tx, tier)?;
    let last = keys.iter().filter_map(|key| parts.serial(key)).max().unwrap_or(0);
    Ok(parts.with(last + 1))
}

/// The label a first version carries.
pub(super) fn first_label(tx: &mut WriteTx<'_>, tier: i64, given: Option<&str>) -> Result<String> {
    let label = match given.map(str::trim).filter(|label| !label.is_empty()) {
        Some(label) => label.to_owned(),
        None => numbering::first_label(&organisation::scheme(tx, "version_label", tier)?.pattern),
    };
    if label.chars().count() > 20 || label.contains(['<', '>', '&', '?', '#', '\n']) {
        return Err(Error::field("label", "document-label"));
    }
    Ok(label)
}

/// An empty draft of this actor; not stored yet.
pub(super) fn new_version(tx: &mut WriteTx<'_>, document: &Document, ordinal: i64, label: &str) -> Result<Version> {
    Ok(Version {
        id: new_id(),
        document_id: document.id.clone(),
        ordinal,
        label: label.to_owned(),
        state: State::Draft,
        title_zh: None,
        title_en: None,
        text_zh: None,
        text_en: None,
        parents: Json::of::<[String]>(&[])?,
        extra: Json::of(&Extra::default())?,
        reason: None,
        content_hash: None,
        origin: Origin::Authored,
        author_id: tx.actor.id.clone(),
        author_name: tx.actor.name.clone(),
        round: 0,
        submitted_by: None,
        submitted_at: None,
        approved_at: None,
        planned_on: None,
        effective_on: None,
        ended_on: None,
        created_at: tx.now,
        updated_at: tx.now,
        row_version: 1,
    })
}

/// Parents as written, each once; a document is not its own parent.
pub(super) fn clean_parents(document: &Document, codes: &[String]) -> Result<Vec<String>> {
    let mut kept: Vec<(String, String)> = Vec::new();
    for code in codes.iter().map(|code| code.trim()).filter(|code| !code.is_empty()) {
        let key = numbering::code_key(code);
        if key == document.code_key {
            return Err(Error::field("parents", "document-own-parent"));
        }
        if code.chars().count() > super::MAX_CODE || kept.len() > 50 {
            return Err(Error::Invalid(vec![Problem::field("parents", "document-code").with("max", super::MAX_CODE)]));
        }
        if kept.iter().all(|(known, _)| *known != key) {
            kept.push((key, code.to_owned()));
        }
    }
    Ok(kept.into_iter().map(|(_, code)| code).collect())
}

/// Saves the whole content of a draft.
///
/// # Errors
/// [`Error::Stale`] when somebody saved it meanwhile; [`Error::Conflict`] when it is no draft any more.
pub fn save(tx: &mut WriteTx<'_>, version: &str, command: &SaveDraft) -> Result<(Document, Version)> {
    let (mut document, mut version) = own(tx, version)?;
    still_draft(&version)?;
    if version.row_version != command.row_version {
        return Err(Error::Stale);
    }
    fail_on(check_titles(&command.title, &command.text))?;
    let mut extra = version.extras()?;
    derive::check_texts(&command.title, &command.text, &extra.files)?;
    put_texts(tx, &mut version, &command.title, &command.text)?;
    version.parents = Json::of(&clean_parents(&document, &command.parents)?)?;
    command.owner.trim().clone_into(&mut extra.owner);
    if let Some(form) = &command.form {
        extra.form.clone_from(form);
    }
    version.extra = Json::of(&extra)?;
    store::update_version(tx, &mut version)?;
    // Before anything is in force the document's own copy follows the draft.
    if document.effective_version_id.is_none() && version.ordinal == 1 && document.owner != extra.owner {
        document.owner = extra.owner;
        store::update_document(tx, &mut document)?;
    }
    let me = tx.actor.id.clone();
    store::drop_autosaves(tx, Some(&me), &version.id)?;
    derive::refresh(tx, &document)?;
    tx.record(event("documents.save", &document, &version));
    Ok((document, version))
}

/// Starts a revision: a new draft with the content of the version in force, which stays untouched.
///
/// # Errors
/// [`Error::Conflict`] when nothing is in force, or a version is being prepared already.
pub fn revise(tx: &mut WriteTx<'_>, document: &str, command: &Revise) -> Result<(Document, Version)> {
    tx.actor.require(Permission::WriteDocuments)?;
    let document = store::document(tx, document)?;
    let from = store::effective_of(tx, &document.id)?.ok_or_else(|| Error::conflict("document-not-effective"))?;
    if let Some(open) = store::open_of(tx, &document.id)? {
        return Err(Error::Conflict(
            Problem::whole("document-being-revised").with("label", &open.label).with("who", &open.author_name),
        ));
    }
    let versions = store::versions_of(tx, &document.id)?;
    let label = free_label(&versions, &from.label, command.step);
    let mut version = new_version(tx, &document, next_ordinal(&versions), &label)?;
    (version.title_zh, version.title_en) = (from.title_zh, from.title_en);
    (version.text_zh, version.text_en) = (from.text_zh, from.text_en);
    (version.parents, version.extra) = (from.parents, from.extra);
    store::insert_version(tx, &version)?;
    derive::refresh(tx, &document)?;
    tx.record(event("documents.revise", &document, &version).detail("from", from.label));
    Ok((document, version))
}

/// The next label by scheme that no version of the document carries yet.
pub(super) fn free_label(versions: &[Version], from: &str, step: Step) -> String {
    let mut label = match step {
        Step::Modification => numbering::next_modification(from),
        Step::Edition => numbering::next_edition(from),
    };
    while versions.iter().any(|version| version.label == label) {
        label = numbering::next_modification(&label);
    }
    label
}

pub(super) fn next_ordinal(versions: &[Version]) -> i64 {
    versions.iter().map(|version| version.ordinal).max().unwrap_or(0) + 1
}

/// Throws a draft away; a document that never had another version goes with it.
///
/// # Errors
/// [`Error::Conflict`] when it is no draft any more; [`Error::Stale`] when somebody saved it meanwhile.
pub fn discard(tx: &mut WriteTx<'_>, version: &str, row_version: i64) -> Result<Document> {
    let (document, version) = own(tx, version)?;
    still_draft(&version)?;
    if version.row_version != row_version {
        return Err(Error::Stale);
    }
    store::drop_autosaves(tx, None, &version.id)?;
    store::delete_version(tx, &version)?;
    let name = super::name(&document, &version);
    if store::versions_of(tx, &document.id)?.is_empty() {
        derive::gone(tx, &document)?;
        store::delete_document(tx, &document)?;
    } else {
        derive::refresh(tx, &document)?;
    }
    tx.record(Event::new("documents.discard", "document", &document.id, &name));
    Ok(document)
}

pub(super) fn still_draft(version: &Version) -> Result<()> {
    if version.state == State::Draft {
        return Ok(());
    }
    Err(Error::Conflict(Problem::whole("document-not-draft").with("label", &version.label)))
}

/// A draft for its editor.
///
/// # Errors
/// [`Error::NotFound`] when this actor may not see it; [`Error::Conflict`] when it is no draft.
pub fn for_editing(conn: &mut crate::db::Conn, actor: &crate::actor::Actor, version: &str) -> Result<(Document, Version)> {
    let (document, version) = seen(conn, actor, version)?;
    actor.see(Permission::WriteDocuments)?;
    if version.author_id != actor.id && !actor.may(Permission::ManageDocuments) {
        return Err(Error::NotFound);
    }
    still_draft(&version)?;
    Ok((document, version))
}
