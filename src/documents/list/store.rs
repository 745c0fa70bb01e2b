//! Queries behind lists of documents: which ones pass a filter, and their versions in few statements.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use super::super::model::{Document, State, Version};
use crate::actor::{Actor, Permission};
use crate::db::Conn;
use crate::db::schema::{document_reviews, document_versions, documents};
use crate::error::Result;
use crate::numbering;

/// Ids in one `IN (…)`.
const CHUNK: usize = 500;

/// What a list of documents is limited to.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::IntoParams)]
pub struct Filter {
    /// Tier 1 to 4.
    pub tier: Option<i64>,
    /// Documents with a version in this state that the reader may see; that version is shown.
    pub state: Option<State>,
    /// Unit code of the owner.
    pub owner: Option<String>,
    /// A piece of code or title.
    pub query: Option<String>,
    /// Folded code after which the page begins.
    pub after: Option<String>,
    /// Folded code before which the page ends: for going back.
    pub before: Option<String>,
    /// Documents on a page, at most 500.
    #[serde(default)]
    pub limit: i64,
}

/// Documents that pass a filter and have a version for this reader, in code order, one more than the limit: the last, or
/// going back the first.
pub(in super::super) fn documents(conn: &mut Conn, actor: &Actor, filter: &Filter) -> Result<Vec<Document>> {
    let limit = if filter.limit <= 0 { 50 } else { filter.limit.min(500) };
    let mut query = document_versions::table
        .inner_join(documents::table)
        .filter(documents::code_key.gt(filter.after.clone().unwrap_or_default()))
        .select(Document::as_select())
        .distinct()
        .limit(limit + 1)
        .into_boxed();
    query = match &filter.before {
        Some(before) => query.filter(documents::code_key.lt(before)).order(documents::code_key.desc()),
        None => query.order(documents::code_key),
    };
    if !actor.may(Permission::ReadDrafts) {
        // A document that is not in force any more is found only by who asks for what was replaced.
        let public = if filter.state.is_some() { vec![State::Effective, State::Superseded] } else { vec![State::Effective] };
        let asked =
            document_reviews::table.filter(document_reviews::user_id.eq(actor.id.clone())).select(document_reviews::version_id);
        let own = document_versions::author_id.eq(actor.id.clone()).or(document_versions::id.eq_any(asked));
        query = query.filter(document_versions::state.eq_any(public).or(own));
    }
    if let Some(tier) = filter.tier {
        query = query.filter(documents::tier.eq(tier));
    }
    if let Some(owner) = &filter.owner {
        query = query.filter(documents::owner.eq(owner));
    }
    if let Some(state) = filter.state {
        query = query.filter(document_versions::state.eq(state));
    }
    if let Some(words) = filter.query.as_deref().map(str::trim).filter(|words| !words.is_empty()) {
        let like = |text: &str| format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
        let (title, key) = (like(words), like(&numbering::code_key(words)));
        let titled =
            document_versions::title_zh.like(title.clone()).escape('\\').or(document_versions::title_en.like(title).escape('\\'));
        query = query.filter(titled.or(documents::code_key.like(key).escape('\\').nullable()));
    }
    let mut found: Vec<Document> = query.load(conn)?;
    if filter.before.is_some() {
        found.reverse();
    }
    Ok(found)
}

/// All versions of these documents by document, newest first.
pub(in super::super) fn versions_of_all(conn: &mut Conn, documents: &[Document]) -> Result<HashMap<String, Vec<Version>>> {
    let mut all: HashMap<String, Vec<Version>> = HashMap::new();
    let ids: Vec<&str> = documents.iter().map(|row| row.id.as_str()).collect();
    for chunk in ids.chunks(CHUNK) {
        let rows: Vec<Version> = document_versions::table
            .filter(document_versions::document_id.eq_any(chunk))
            .order(document_versions::ordinal.desc())
            .select(Version::as_select())
            .load(conn)?;
        for row in rows {
            all.entry(row.document_id.clone()).or_default().push(row);
        }
    }
    Ok(all)
}

/// Which of these versions somebody was asked to review or approve.
pub(in super::super) fn asked_among(conn: &mut Conn, versions: &[String], user: &str) -> Result<HashSet<String>> {
    let mut all = HashSet::new();
    for chunk in versions.chunks(CHUNK) {
        let rows: Vec<String> = document_reviews::table
            .filter(document_reviews::version_id.eq_any(chunk).and(document_reviews::user_id.eq(user)))
            .select(document_reviews::version_id)
            .load(conn)?;
        all.extend(rows);
    }
    Ok(all)
}
