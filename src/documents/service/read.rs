//! Reading documents: who may see what, lists, what waits for somebody.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::super::list::{self, Filter};
use super::super::model::{Document, Duty, Review, State, Version};
use super::super::store;
use super::derive;
use crate::actor::{Actor, Permission};
use crate::db::{Conn, Instant};
use crate::error::{Error, Result};
use crate::text::Lang;
use crate::{evidence, numbering};

/// A document as lists show it: the version in force, else the newest that the reader may see.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// The document.
    pub document: Document,
    /// The version shown.
    pub version: Version,
    /// The version being prepared, where the reader may see it and it is not the one shown.
    pub open: Option<Version>,
}

/// A document by code, whatever its separators, without asking who reads: for other slices' rules.
///
/// # Errors
/// [`Error::NotFound`].
pub fn by_code(conn: &mut Conn, code: &str) -> Result<Document> {
    store::document_by_key(conn, &numbering::code_key(code))?.ok_or(Error::NotFound)
}

/// The version in force, if there is one.
///
/// # Errors
/// When the database refuses.
pub fn effective_version(conn: &mut Conn, document: &str) -> Result<Option<Version>> {
    store::effective_of(conn, document)
}

/// A document by id, without asking who reads.
///
/// # Errors
/// [`Error::NotFound`].
pub fn by_id(conn: &mut Conn, id: &str) -> Result<Document> {
    store::document(conn, id)
}

/// A version by id, without asking who reads: for records, which keep the form version they were made with.
///
/// # Errors
/// [`Error::NotFound`].
pub fn version_by_id(conn: &mut Conn, id: &str) -> Result<Version> {
    store::version(conn, id)
}

/// A document with the versions this actor may see, newest first.
///
/// # Errors
/// [`Error::NotFound`] when there is none to be seen.
pub fn find_visible(conn: &mut Conn, actor: &Actor, code: &str) -> Result<(Document, Vec<Version>)> {
    actor.see(Permission::ReadDocuments)?;
    let document = by_code(conn, code)?;
    let versions = versions(conn, actor, &document.id)?;
    Ok((document, versions))
}

/// The versions of a document that this actor may see, newest first.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn versions(conn: &mut Conn, actor: &Actor, document: &str) -> Result<Vec<Version>> {
    let all = store::versions_of(conn, document)?;
    let asked = if all.iter().any(|version| version.state.open()) { store::asked(conn, document, &actor.id)? } else { Vec::new() };
    let seen: Vec<Version> = all.into_iter().filter(|version| version.visible_to(actor, asked.contains(&version.id))).collect();
    if seen.is_empty() { Err(Error::NotFound) } else { Ok(seen) }
}

/// One version with its document.
///
/// # Errors
/// [`Error::NotFound`] when this actor may not see it.
pub fn version(conn: &mut Conn, actor: &Actor, version: &str) -> Result<(Document, Version)> {
    super::seen(conn, actor, version)
}

/// The requests of a version, all rounds: its signatures. The caller has checked that the version may be seen.
///
/// # Errors
/// When the database refuses.
pub fn reviews(conn: &mut Conn, version: &str) -> Result<Vec<Review>> {
    store::reviews_of(conn, version)
}

/// The text of a version in a language, if it is written in it. The caller has checked that the version may be seen.
///
/// # Errors
/// When the database refuses.
pub fn text(conn: &mut Conn, version: &Version, lang: Lang) -> Result<Option<String>> {
    version.text_hash(lang).map(|hash| evidence::text(conn, hash)).transpose()
}

/// The version in force with its text: in the language asked for, else in the other.
///
/// # Errors
/// [`Error::NotFound`] when nothing is in force.
pub fn effective_text(conn: &mut Conn, actor: &Actor, code: &str, lang: Lang) -> Result<(Version, Lang, String)> {
    actor.see(Permission::ReadDocuments)?;
    let document = by_code(conn, code)?;
    let version = store::effective_of(conn, &document.id)?.ok_or(Error::NotFound)?;
    let lang = if version.text_hash(lang).is_some() { lang } else { lang.other() };
    let content = text(conn, &version, lang)?.ok_or(Error::NotFound)?;
    Ok((version, lang, content))
}

/// All documents after a folded code with all their versions, newest first: for export and rebuilding.
///
/// # Errors
/// [`Error::NotFound`] without the permission.
pub fn all_after(conn: &mut Conn, actor: &Actor, after: &str, limit: i64) -> Result<Vec<(Document, Vec<Version>)>> {
    actor.see(Permission::TransferDocuments)?;
    let documents = store::documents_after(conn, after, limit)?;
    let mut versions = list::versions_of_all(conn, &documents)?;
    Ok(documents.into_iter().map(|row| (versions.remove(&row.id).unwrap_or_default(), row)).map(|(v, d)| (d, v)).collect())
}

/// Documents in code order that pass a filter; one more than `limit` means that there is a next page.
///
/// # Errors
/// [`Error::NotFound`] without the permission.
pub fn list(conn: &mut Conn, actor: &Actor, filter: &Filter) -> Result<Vec<Entry>> {
    actor.see(Permission::ReadDocuments)?;
    let documents = list::documents(conn, actor, filter)?;
    let mut versions = list::versions_of_all(conn, &documents)?;
    let open: Vec<String> = versions.values().flatten().filter(|v| v.state.open()).map(|v| v.id.clone()).collect();
    let asked = list::asked_among(conn, &open, &actor.id)?;
    let shown = |document: Document| {
        let mut seen: Vec<Version> = versions.remove(&document.id).unwrap_or_default();
        seen.retain(|version| version.visible_to(actor, asked.contains(&version.id)));
        entry(document, seen, filter.state)
    };
    Ok(documents.into_iter().filter_map(shown).collect())
}

fn entry(document: Document, seen: Vec<Version>, state: Option<State>) -> Option<Entry> {
    let wanted = |version: &&Version| state.is_none_or(|state| version.state == state);
    let shown = match state {
        Some(_) => seen.iter().find(wanted),
        None => derive::speaking(&seen),
    }?
    .clone();
    let open = seen.into_iter().find(|version| version.state.open() && version.id != shown.id);
    Some(Entry { document, version: shown, open })
}

/// Why something waits for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Wait {
    /// They are asked to approve; all reviewers have agreed.
    Approve,
    /// They are asked to review.
    Review,
    /// Their draft came back.
    Returned,
    /// Their draft is not submitted yet.
    Draft,
}

/// One thing that waits.
#[derive(Debug, Clone, Serialize)]
pub struct Pending {
    /// Why.
    pub wait: Wait,
    /// The document.
    pub document_id: String,
    /// Its code.
    pub code: String,
    /// Its tier.
    pub tier: i64,
    /// The version.
    pub version_id: String,
    /// Its label.
    pub label: String,
    /// Its title.
    pub title: String,
    /// Who asked or returned it; empty for own drafts.
    pub who: String,
    /// The reason for the change, or why it came back.
    pub note: String,
    /// Since when.
    pub since: Instant,
    /// By when an answer is wanted.
    pub due_on: Option<NaiveDate>,
}

/// What waits for somebody among the documents: approvals, reviews, returned and own drafts, in this order, oldest due first.
///
/// # Errors
/// When the database refuses.
pub fn pending_for(conn: &mut Conn, actor: &Actor, lang: Lang) -> Result<Vec<Pending>> {
    let Some(user) = actor.person() else { return Ok(Vec::new()) };
    let requests = store::open_requests(conn, user)?;
    let ids: Vec<String> = requests.iter().filter(|(r, _, _)| r.duty == Duty::Approver).map(|(_, v, _)| v.id.clone()).collect();
    let blocked = if ids.is_empty() { Vec::new() } else { store::awaiting_reviewers(conn, &ids)? };
    let mut all: Vec<Pending> = requests
        .iter()
        .filter(|(review, version, _)| version.state == State::InReview && review.round == version.round)
        .filter(|(review, version, _)| review.duty == Duty::Reviewer || !blocked.contains(&version.id))
        .map(|(review, version, document)| request(review, version, document, lang))
        .collect();
    all.sort_by_key(|item| item.wait != Wait::Approve);
    all.extend(drafts(conn, user, lang)?);
    Ok(all)
}

/// A request to review or approve that is past its day.
#[derive(Debug, Clone)]
pub struct OverdueRequest {
    /// The request.
    pub review: Review,
    /// The version.
    pub version: Version,
    /// The document.
    pub document: Document,
}

/// Requests that are past their day, of versions that this actor may see, the oldest first.
///
/// # Errors
/// When the database refuses.
pub fn overdue_requests(conn: &mut Conn, actor: &Actor, today: NaiveDate) -> Result<Vec<OverdueRequest>> {
    let found = store::overdue_requests(conn, today)?.into_iter();
    let asked = |review: &Review, version: &Version| version.visible_to(actor, review.user_id == actor.id);
    let visible = found.filter(|(review, version, _)| asked(review, version));
    Ok(visible.map(|(review, version, document)| OverdueRequest { review, version, document }).collect())
}

fn request(review: &Review, version: &Version, document: &Document, lang: Lang) -> Pending {
    let wait = if review.duty == Duty::Approver { Wait::Approve } else { Wait::Review };
    Pending {
        who: review.requested_by.clone(),
        note: version.reason.clone().unwrap_or_default(),
        since: review.requested_at,
        due_on: review.due_on,
        ..waiting(wait, version, document, lang)
    }
}

fn waiting(wait: Wait, version: &Version, document: &Document, lang: Lang) -> Pending {
    Pending {
        wait,
        document_id: document.id.clone(),
        code: document.code.clone(),
        tier: document.tier,
        version_id: version.id.clone(),
        label: version.label.clone(),
        title: version.title(lang).to_owned(),
        who: String::new(),
        note: String::new(),
        since: version.updated_at,
        due_on: None,
    }
}

fn drafts(conn: &mut Conn, user: &str, lang: Lang) -> Result<Vec<Pending>> {
    let rows = store::drafts_of(conn, user)?;
    let returned: Vec<String> =
        rows.iter().filter(|(version, _)| version.round > 0).map(|(version, _)| version.id.clone()).collect();
    let returns: HashMap<String, Review> = if returned.is_empty() {
        HashMap::new()
    } else {
        store::returns_of(conn, &returned)?.into_iter().map(|review| (review.version_id.clone(), review)).collect()
    };
    let mut all: Vec<Pending> = rows
        .iter()
        .map(|(version, document)| match returns.get(&version.id) {
            Some(review) => Pending {
                who: review.user_name.clone(),
                note: review.comment.clone().unwrap_or_default(),
                since: review.decided_at.unwrap_or(version.updated_at),
                ..waiting(Wait::Returned, version, document, lang)
            },
            None => waiting(Wait::Draft, version, document, lang),
        })
        .collect();
    all.sort_by_key(|item| item.wait != Wait::Returned);
    Ok(all)
}

/// Whether one of these versions shows a file, or is being prepared, when the file may be meant for it.
fn named(seen: &[Version], hash: &str) -> Result<bool> {
    for version in seen {
        if version.state.open() || version.extras()?.files.values().any(|known| known == hash) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a kept file belongs to a version that this actor may see.
///
/// # Errors
/// When the database refuses.
pub fn may_see_file(conn: &mut Conn, actor: &Actor, hash: &str) -> Result<bool> {
    for document in store::documents_with_file(conn, hash)? {
        match versions(conn, actor, &document) {
            Ok(seen) if named(&seen, hash)? => return Ok(true),
            Ok(_) => {}
            Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}
