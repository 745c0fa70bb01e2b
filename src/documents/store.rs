//! Queries of documents.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::{Decision, Document, DocumentFile, Duty, Review, State, Version};
use super::render::Rendition;
use crate::db::Conn;
use crate::db::schema::{autosaves, document_files, document_reviews, document_versions, documents, links, renditions, units};
use crate::error::{Error, Result};
use crate::ledger::{BookTx, Fact, FactTable, WriteTx};

/// The fact tables of this slice.
pub const FACTS: &[FactTable] = &[Document::TABLE, Version::TABLE, Review::TABLE, DocumentFile::TABLE];

/// Ids in one `IN (…)`.
const CHUNK: usize = 500;

pub(super) fn document(conn: &mut Conn, id: &str) -> Result<Document> {
    Ok(documents::table.find(id).select(Document::as_select()).first(conn)?)
}

pub(super) fn document_by_key(conn: &mut Conn, key: &str) -> Result<Option<Document>> {
    Ok(documents::table.filter(documents::code_key.eq(key)).select(Document::as_select()).first(conn).optional()?)
}

/// Documents by folded code: those that exist.
pub(super) fn documents_by_keys(conn: &mut Conn, keys: &[String]) -> Result<Vec<Document>> {
    let mut all = Vec::new();
    for chunk in keys.chunks(CHUNK) {
        let found: Vec<Document> =
            documents::table.filter(documents::code_key.eq_any(chunk)).select(Document::as_select()).load(conn)?;
        all.extend(found);
    }
    Ok(all)
}

/// Folded codes of a tier, for drawing the next one.
pub(super) fn keys_of_tier(conn: &mut Conn, tier: i64) -> Result<Vec<String>> {
    Ok(documents::table.filter(documents::tier.eq(tier)).select(documents::code_key).load(conn)?)
}

/// All documents after a folded code, in its order.
pub(super) fn documents_after(conn: &mut Conn, after: &str, limit: i64) -> Result<Vec<Document>> {
    Ok(documents::table
        .filter(documents::code_key.gt(after))
        .order(documents::code_key)
        .limit(limit)
        .select(Document::as_select())
        .load(conn)?)
}

pub(super) fn version(conn: &mut Conn, id: &str) -> Result<Version> {
    Ok(document_versions::table.find(id).select(Version::as_select()).first(conn)?)
}

/// All versions, newest first.
pub(super) fn versions_of(conn: &mut Conn, document: &str) -> Result<Vec<Version>> {
    Ok(document_versions::table
        .filter(document_versions::document_id.eq(document))
        .order(document_versions::ordinal.desc())
        .select(Version::as_select())
        .load(conn)?)
}

pub(super) fn effective_of(conn: &mut Conn, document: &str) -> Result<Option<Version>> {
    Ok(document_versions::table
        .filter(document_versions::document_id.eq(document).and(document_versions::state.eq(State::Effective)))
        .select(Version::as_select())
        .first(conn)
        .optional()?)
}

pub(super) fn open_of(conn: &mut Conn, document: &str) -> Result<Option<Version>> {
    let open = [State::Draft, State::InReview, State::Approved];
    Ok(document_versions::table
        .filter(document_versions::document_id.eq(document).and(document_versions::state.eq_any(open)))
        .select(Version::as_select())
        .first(conn)
        .optional()?)
}

/// Approved versions whose day has come: id, in order of that day.
pub(super) fn due(conn: &mut Conn, today: NaiveDate, limit: i64) -> Result<Vec<String>> {
    Ok(document_versions::table
        .filter(
            document_versions::state
                .eq(State::Approved)
                .and(document_versions::planned_on.is_null().or(document_versions::planned_on.le(today))),
        )
        .order((document_versions::planned_on, document_versions::id))
        .limit(limit)
        .select(document_versions::id)
        .load(conn)?)
}

/// The requests of a version, all rounds, in order.
pub(super) fn reviews_of(conn: &mut Conn, version: &str) -> Result<Vec<Review>> {
    Ok(document_reviews::table
        .filter(document_reviews::version_id.eq(version))
        .order((document_reviews::round, document_reviews::duty.desc(), document_reviews::id))
        .select(Review::as_select())
        .load(conn)?)
}

/// The requests of a document's versions that a person was ever asked for: version ids.
pub(super) fn asked(conn: &mut Conn, document: &str, user: &str) -> Result<Vec<String>> {
    Ok(document_reviews::table
        .inner_join(document_versions::table)
        .filter(document_versions::document_id.eq(document).and(document_reviews::user_id.eq(user)))
        .select(document_reviews::version_id)
        .distinct()
        .load(conn)?)
}

/// Open requests of a person with their versions and documents.
pub(super) fn open_requests(conn: &mut Conn, user: &str) -> Result<Vec<(Review, Version, Document)>> {
    Ok(document_reviews::table
        .inner_join(document_versions::table.inner_join(documents::table))
        .filter(document_reviews::user_id.eq(user).and(document_reviews::decision.is_null()))
        .order((document_reviews::due_on, document_reviews::requested_at))
        .limit(200)
        .select((Review::as_select(), Version::as_select(), Document::as_select()))
        .load(conn)?)
}

/// Versions among these where a reviewer has not answered yet.
pub(super) fn awaiting_reviewers(conn: &mut Conn, versions: &[String]) -> Result<Vec<String>> {
    Ok(document_reviews::table
        .filter(document_reviews::version_id.eq_any(versions))
        .filter(document_reviews::duty.eq(Duty::Reviewer).and(document_reviews::decision.is_null()))
        .select(document_reviews::version_id)
        .distinct()
        .load(conn)?)
}

/// A person's own drafts with their documents.
pub(super) fn drafts_of(conn: &mut Conn, user: &str) -> Result<Vec<(Version, Document)>> {
    Ok(document_versions::table
        .inner_join(documents::table)
        .filter(document_versions::author_id.eq(user).and(document_versions::state.eq(State::Draft)))
        .order(document_versions::updated_at.desc())
        .limit(200)
        .select((Version::as_select(), Document::as_select()))
        .load(conn)?)
}

/// The returns of these versions, newest last.
pub(super) fn returns_of(conn: &mut Conn, versions: &[String]) -> Result<Vec<Review>> {
    Ok(document_reviews::table
        .filter(document_reviews::version_id.eq_any(versions).and(document_reviews::decision.eq(Decision::Returned)))
        .order(document_reviews::decided_at)
        .select(Review::as_select())
        .load(conn)?)
}

pub(super) fn files_of(conn: &mut Conn, document: &str) -> Result<Vec<DocumentFile>> {
    Ok(document_files::table.filter(document_files::document_id.eq(document)).select(DocumentFile::as_select()).load(conn)?)
}

pub(super) fn insert_document(tx: &mut WriteTx<'_>, row: &Document) -> Result<()> {
    diesel::insert_into(documents::table).values(row).execute(&mut **tx)?;
    tx.image(row)
}

pub(super) fn update_document(tx: &mut WriteTx<'_>, row: &mut Document) -> Result<()> {
    let seen = row.row_version;
    row.row_version += 1;
    let n = diesel::update(documents::table.filter(documents::id.eq(&row.id).and(documents::row_version.eq(seen))))
        .set(&*row)
        .execute(&mut **tx)?;
    if n == 0 {
        return Err(Error::Stale);
    }
    tx.image(row)
}

pub(super) fn insert_version(tx: &mut WriteTx<'_>, row: &Version) -> Result<()> {
    diesel::insert_into(document_versions::table).values(row).execute(&mut **tx)?;
    tx.image(row)
}

pub(super) fn update_version(tx: &mut WriteTx<'_>, row: &mut Version) -> Result<()> {
    let seen = row.row_version;
    row.row_version += 1;
    row.updated_at = tx.now;
    let n = diesel::update(
        document_versions::table.filter(document_versions::id.eq(&row.id).and(document_versions::row_version.eq(seen))),
    )
    .set(&*row)
    .execute(&mut **tx)?;
    if n == 0 {
        return Err(Error::Stale);
    }
    tx.image(row)
}

pub(super) fn insert_review(tx: &mut WriteTx<'_>, row: &Review) -> Result<()> {
    diesel::insert_into(document_reviews::table).values(row).execute(&mut **tx)?;
    tx.image(row)
}

pub(super) fn update_review(tx: &mut WriteTx<'_>, row: &mut Review) -> Result<()> {
    let seen = row.row_version;
    row.row_version += 1;
    let n = diesel::update(
        document_reviews::table.filter(document_reviews::id.eq(&row.id).and(document_reviews::row_version.eq(seen))),
    )
    .set(&*row)
    .execute(&mut **tx)?;
    if n == 0 {
        return Err(Error::Stale);
    }
    tx.image(row)
}

/// Adds a file of a document, once per path and content.
pub(super) fn keep_file(tx: &mut WriteTx<'_>, row: &DocumentFile) -> Result<()> {
    let known: i64 = document_files::table
        .filter(document_files::document_id.eq(&row.document_id))
        .filter(document_files::path.eq(&row.path).and(document_files::hash.eq(&row.hash)))
        .count()
        .get_result(&mut **tx)?;
    if known > 0 {
        return Ok(());
    }
    diesel::insert_into(document_files::table).values(row).execute(&mut **tx)?;
    tx.image(row)
}

/// Takes a draft away with the requests of its rounds. Its content stays in the log.
pub(super) fn delete_version(tx: &mut WriteTx<'_>, row: &Version) -> Result<()> {
    for review in reviews_of(tx, &row.id)? {
        diesel::delete(document_reviews::table.find(&review.id)).execute(&mut **tx)?;
        tx.image_gone::<Review>(&review.id);
    }
    let seen = document_versions::id.eq(&row.id).and(document_versions::row_version.eq(row.row_version));
    if diesel::delete(document_versions::table.filter(seen)).execute(&mut **tx)? == 0 {
        return Err(Error::Stale);
    }
    tx.image_gone::<Version>(&row.id);
    Ok(())
}

/// Takes a document away that never had another version than the draft just deleted.
pub(super) fn delete_document(tx: &mut WriteTx<'_>, row: &Document) -> Result<()> {
    for file in files_of(tx, &row.id)? {
        diesel::delete(document_files::table.find(&file.id)).execute(&mut **tx)?;
        tx.image_gone::<DocumentFile>(&file.id);
    }
    diesel::delete(documents::table.find(&row.id)).execute(&mut **tx)?;
    tx.image_gone::<Document>(&row.id);
    Ok(())
}

/// Text not yet saved by its author.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = autosaves)]
pub(super) struct Autosave {
    pub user_id: String,
    pub version_id: String,
    pub lang: String,
    pub content: String,
    pub base_version: i64,
    pub saved_at: crate::db::Instant,
}

pub(super) fn autosaves_of(conn: &mut Conn, user: &str, version: &str) -> Result<Vec<Autosave>> {
    Ok(autosaves::table
        .filter(autosaves::user_id.eq(user).and(autosaves::version_id.eq(version)))
        .order(autosaves::lang)
        .select(Autosave::as_select())
        .load(conn)?)
}

pub(super) fn put_autosave(tx: &mut BookTx<'_>, row: &Autosave) -> Result<()> {
    let key = autosaves::user_id.eq(&row.user_id).and(autosaves::version_id.eq(&row.version_id)).and(autosaves::lang.eq(&row.lang));
    diesel::delete(autosaves::table.filter(key)).execute(&mut **tx)?;
    diesel::insert_into(autosaves::table).values(row).execute(&mut **tx)?;
    Ok(())
}

/// Forgets what somebody had not saved: they saved, or the draft is gone.
pub(super) fn drop_autosaves(conn: &mut Conn, user: Option<&str>, version: &str) -> Result<()> {
    match user {
        Some(user) => diesel::delete(autosaves::table.filter(autosaves::user_id.eq(user).and(autosaves::version_id.eq(version))))
            .execute(conn)?,
        None => diesel::delete(autosaves::table.filter(autosaves::version_id.eq(version))).execute(conn)?,
    };
    Ok(())
}

/// A stored rendition.
pub(super) fn rendition(conn: &mut Conn, key: &str) -> Result<Option<Rendition>> {
    let row: Option<(String, String)> =
        renditions::table.find(key).select((renditions::html, renditions::toc)).first(conn).optional()?;
    let Some((html, rest)) = row else { return Ok(None) };
    let (toc, mentions) = serde_json::from_str(&rest)?;
    Ok(Some(Rendition { html, toc, mentions }))
}

/// Stores a rendition, once.
pub(super) fn keep_rendition(conn: &mut Conn, key: &str, made: &Rendition) -> Result<()> {
    let known: i64 = renditions::table.filter(renditions::key.eq(key)).count().get_result(conn)?;
    if known == 0 {
        let rest = serde_json::to_string(&(&made.toc, &made.mentions))?;
        diesel::insert_into(renditions::table)
            .values((renditions::key.eq(key), renditions::html.eq(&made.html), renditions::toc.eq(rest)))
            .execute(conn)?;
    }
    Ok(())
}

/// A version with its document, a request of it and the owner's names, as the reader page joins them.
pub(super) type Joined = (Document, Version, Option<Review>, Option<String>, Option<String>);

/// Everything the reader page knows of a document by its folded code, in one statement: newest version first.
pub(super) fn joined(conn: &mut Conn, key: &str) -> Result<Vec<Joined>> {
    Ok(document_versions::table
        .inner_join(documents::table)
        .left_join(document_reviews::table)
        .left_join(units::table.on(units::code.eq(documents::owner)))
        .filter(documents::code_key.eq(key))
        .order((document_versions::ordinal.desc(), document_reviews::round, document_reviews::id))
        .select((
            Document::as_select(),
            Version::as_select(),
            Option::<Review>::as_select(),
            units::name.nullable(),
            units::name_en.nullable(),
        ))
        .load(conn)?)
}

/// A related document with the titles of its version in force, and the link that makes it a child.
pub(super) type Related = (Document, Option<String>, Option<String>, Option<String>);

/// Documents with these folded codes, and the children of one, in one statement.
pub(super) fn related(conn: &mut Conn, keys: &[String], parent: &str) -> Result<Vec<Related>> {
    let child = links::from_id
        .eq(documents::id)
        .and(links::from_kind.eq("document").and(links::relation.eq(crate::links::PARENT)))
        .and(links::to_kind.eq("document").and(links::to_id.eq(parent)));
    Ok(documents::table
        .left_join(document_versions::table.on(document_versions::id.nullable().eq(documents::effective_version_id)))
        .left_join(links::table.on(child))
        .filter(documents::code_key.eq_any(keys).or(links::id.is_not_null()))
        .order((documents::tier, documents::code_key))
        .limit(1000)
        .select((
            Document::as_select(),
            document_versions::title_zh.nullable(),
            document_versions::title_en.nullable(),
            links::id.nullable(),
        ))
        .load(conn)?)
}

/// The documents that a kept file belongs to.
pub(super) fn documents_with_file(conn: &mut Conn, hash: &str) -> Result<Vec<String>> {
    Ok(document_files::table
        .filter(document_files::hash.eq(hash))
        .select(document_files::document_id)
        .distinct()
        .limit(50)
        .load(conn)?)
}

/// Forgets all rendered texts, before they are made again.
pub(super) fn clear_renditions(conn: &mut Conn) -> Result<()> {
    diesel::delete(crate::db::schema::renditions::table).execute(conn)?;
    Ok(())
}

/// Documents of a tier with their version in force, in code order.
pub(super) fn in_force(conn: &mut Conn, tier: i64) -> Result<Vec<(Document, Version)>> {
    Ok(documents::table
        .inner_join(document_versions::table)
        .filter(documents::tier.eq(tier).and(document_versions::state.eq(State::Effective)))
        .order(documents::code_key)
        .limit(2000)
        .select((Document::as_select(), Version::as_select()))
        .load(conn)?)
}

/// Requests of the running round of versions in review that nobody answered until a day, the oldest first.
pub(super) fn overdue_requests(conn: &mut Conn, before: NaiveDate) -> Result<Vec<(Review, Version, Document)>> {
    Ok(document_reviews::table
        .inner_join(document_versions::table.inner_join(documents::table))
        .filter(document_reviews::decision.is_null().and(document_reviews::due_on.lt(before)))
        .filter(document_versions::state.eq(State::InReview).and(document_versions::round.eq(document_reviews::round)))
        .order((document_reviews::due_on, document_reviews::id))
        .limit(200)
        .select((Review::as_select(), Version::as_select(), Document::as_select()))
        .load(conn)?)
}

/// Documents whose version in force took effect on a day or later, newest first.
pub(super) fn effective_since(conn: &mut Conn, since: NaiveDate, limit: i64) -> Result<Vec<(Document, Version)>> {
    Ok(documents::table
        .inner_join(document_versions::table)
        .filter(document_versions::state.eq(State::Effective).and(document_versions::effective_on.ge(since)))
        .order((document_versions::effective_on.desc(), documents::code_key))
        .limit(limit)
        .select((Document::as_select(), Version::as_select()))
        .load(conn)?)
}

/// How many versions of a person are in review.
pub(super) fn in_review_of(conn: &mut Conn, person: &str) -> Result<i64> {
    Ok(document_versions::table
        .filter(document_versions::author_id.eq(person).and(document_versions::state.eq(State::InReview)))
        .count()
        .get_result(conn)?)
}
