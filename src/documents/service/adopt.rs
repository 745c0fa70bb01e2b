//! Taking documents over from elsewhere: an event of its own with its reason, and no invented signature.

use super::super::command::{Adopt, Adopted, Extra, Step};
use super::super::model::{Document, DocumentFile, Origin, State, Version};
use super::super::{declaration, store};
use super::draft::{clean_parents, first_label, free_label, new_document, new_version, next_ordinal};
use super::{check_titles, content_hash, derive, event, fail_on, put_texts, reason, release, today};
use crate::actor::Permission;
use crate::db::{Json, new_id};
use crate::error::{Error, Problem, Result};
use crate::ledger::{WriteTx, sha256_hex};
use crate::numbering;
use crate::text::Lang;

/// Adopts one document: as a draft, or in force at once. The same content again changes nothing.
///
/// # Errors
/// [`Error::Conflict`] when somebody else prepares a version of it; [`Error::Invalid`] for bad fields.
pub fn adopt(tx: &mut WriteTx<'_>, command: &Adopt) -> Result<(Document, Version, Adopted)> {
    tx.actor.require(Permission::TransferDocuments)?;
    let reason = reason(&command.reason)?;
    fail_on(check_titles(&command.title, &command.text))?;
    derive::check_texts(&command.title, &command.text, &command.files)?;
    if let Some(form) = command.form.as_ref().filter(|_| command.effective && command.tier == 4) {
        declaration::check(form)?;
    }
    let Some(document) = store::document_by_key(tx, &numbering::code_key(&command.code))? else {
        let document = new_document(tx, command.tier, Some(&command.code), &command.owner)?;
        store::insert_document(tx, &document)?;
        derive::appeared(tx, &document)?;
        let (document, version) = add(tx, document, &[], command, &reason)?;
        return Ok((document, version, Adopted::Created));
    };
    let versions = store::versions_of(tx, &document.id)?;
    let wanted = wanted_content(&document, command)?;
    for version in versions.iter().filter(|version| version.state.open() || version.state == State::Effective) {
        if content_of(version)? == wanted && (!command.effective || version.state == State::Effective) {
            return Ok((document, version.clone(), Adopted::Same));
        }
    }
    if let Some(open) = versions.iter().find(|version| version.state.open()) {
        if command.effective || open.state != State::Draft || open.author_id != tx.actor.id || open.origin != Origin::Adopted {
            return Err(Error::Conflict(
                Problem::whole("document-being-revised").with("label", &open.label).with("who", &open.author_name),
            ));
        }
        return refill(tx, document, open.clone(), command, &reason);
    }
    let (document, version) = add(tx, document, &versions, command, &reason)?;
    Ok((document, version, Adopted::Version))
}

/// What makes two versions the same for an import: titles, text hashes, parents, owner, form, files.
fn wanted_content(document: &Document, command: &Adopt) -> Result<serde_json::Value> {
    let hash = |lang| command.text.get(lang).map(|text: &str| sha256_hex(text.as_bytes()));
    let title = |lang| command.title.get(lang).map(|text: &str| text.trim().to_owned());
    let parents = clean_parents(document, &command.parents)?;
    Ok(serde_json::json!([title(Lang::Zh), title(Lang::En), hash(Lang::Zh), hash(Lang::En), parents, extra_of(command)]))
}

fn content_of(version: &Version) -> Result<serde_json::Value> {
    Ok(serde_json::json!([
        version.title_zh,
        version.title_en,
        version.text_zh,
        version.text_en,
        version.parent_codes()?,
        version.extras()?
    ]))
}

fn extra_of(command: &Adopt) -> Extra {
    Extra {
        owner: command.owner.trim().to_owned(),
        form: command.form.clone().unwrap_or_default(),
        files: command.files.clone(),
        other: command.other.clone(),
    }
}

/// A new version, as a draft or in force.
fn add(
    tx: &mut WriteTx<'_>,
    mut document: Document,
    versions: &[Version],
    command: &Adopt,
    reason: &str,
) -> Result<(Document, Version)> {
    let label = label_for(tx, &document, versions, command)?;
    let mut version = new_version(tx, &document, next_ordinal(versions), &label)?;
    version.origin = Origin::Adopted;
    fill(tx, &document, &mut version, command)?;
    version.reason = Some(reason.to_owned());
    let mut supersedes = None;
    if command.effective {
        let day = command.effective_on.map_or_else(|| today(tx), Ok)?;
        supersedes = release::supersede(tx, &document, day)?;
        version.state = State::Effective;
        version.effective_on = Some(day);
        version.content_hash = Some(content_hash(&document, &version)?);
    }
    store::insert_version(tx, &version)?;
    if command.effective {
        document.effective_version_id = Some(version.id.clone());
        command.owner.trim().clone_into(&mut document.owner);
        store::update_document(tx, &mut document)?;
    }
    derive::refresh(tx, &document)?;
    let mut event = event("documents.adopt", &document, &version).because(Some(reason)).detail("state", version.state.as_str());
    if let Some(label) = supersedes {
        event = event.detail("supersedes", label);
    }
    tx.record(event);
    Ok((document, version))
}

/// The label that was stated if it is free, else the next one by scheme.
fn label_for(tx: &mut WriteTx<'_>, document: &Document, versions: &[Version], command: &Adopt) -> Result<String> {
    let stated = command.label.as_deref().map(str::trim).filter(|label| !label.is_empty());
    if let Some(label) = stated
        && versions.iter().all(|version| version.label != label)
    {
        return first_label(tx, document.tier, Some(label));
    }
    match derive::speaking(versions) {
        Some(version) => Ok(free_label(versions, &version.label, Step::Modification)),
        None => first_label(tx, document.tier, None),
    }
}

fn fill(tx: &mut WriteTx<'_>, document: &Document, version: &mut Version, command: &Adopt) -> Result<()> {
    put_texts(tx, version, &command.title, &command.text)?;
    version.parents = Json::of(&clean_parents(document, &command.parents)?)?;
    version.extra = Json::of(&extra_of(command))?;
    for (path, hash) in &command.files {
        let row =
            DocumentFile { id: new_id(), document_id: document.id.clone(), path: path.clone(), hash: hash.clone(), row_version: 1 };
        store::keep_file(tx, &row)?;
    }
    Ok(())
}

/// New content for the importer's own open draft.
fn refill(
    tx: &mut WriteTx<'_>,
    document: Document,
    mut version: Version,
    command: &Adopt,
    reason: &str,
) -> Result<(Document, Version, Adopted)> {
    fill(tx, &document, &mut version, command)?;
    version.reason = Some(reason.to_owned());
    store::update_version(tx, &mut version)?;
    derive::refresh(tx, &document)?;
    tx.record(event("documents.adopt", &document, &version).because(Some(reason)).detail("state", version.state.as_str()));
    Ok((document, version, Adopted::Draft))
}
