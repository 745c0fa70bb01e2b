//! The index: entries with what is shown, and terms in the database's own full-text table, which alone differs between the two.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::text::{Query, code_terms, folded_code, index_terms};
use crate::db::Conn;
use crate::db::counter;
use crate::db::schema::search_entries;
use crate::error::Result;

/// Who may find an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everybody who reads documents.
    InForce,
    /// Who reads drafts, and the people named in the entry.
    Draft,
    /// The people named in the entry, and who reads records at the centre that is named behind an `@` (nothing behind it: everywhere).
    Record,
}

/// Entries of records are numbered from here, so that a query can ask for them alone: they would crowd the documents out.
const RECORDS: i64 = 1 << 40;

/// What is looked for at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Documents and whatever else is no record.
    Documents,
    /// Records.
    Records,
}

impl Part {
    /// Its numbers: from the first, up to the second.
    fn range(self) -> (i64, i64) {
        match self {
            Self::Documents => (0, RECORDS),
            Self::Records => (RECORDS, i64::MAX),
        }
    }
}

impl Scope {
    fn as_str(self) -> &'static str {
        match self {
            Self::InForce => "in_force",
            Self::Draft => "draft",
            Self::Record => "record",
        }
    }
}

/// One thing that can be found. Texts are given to be indexed; their hashes are kept for snippets.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// `document`, `record`, `cycle`.
    pub kind: &'a str,
    /// Its id.
    pub object_id: &'a str,
    /// Who may find it.
    pub scope: Scope,
    /// Code or number, with version label if any.
    pub code: &'a str,
    /// Titles in both languages, those that exist.
    pub titles: &'a [&'a str],
    /// Hash and text of the Chinese text; the hash is empty when the text is kept elsewhere than among the texts.
    pub zh: Option<(&'a str, &'a str)>,
    /// Hash and text of the English text.
    pub en: Option<(&'a str, &'a str)>,
    /// People who may find a draft though they do not read all drafts.
    pub seen_by: &'a [String],
}

/// A found entry as stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = search_entries)]
pub(super) struct Row {
    pub id: i64,
    pub kind: String,
    pub object_id: String,
    pub scope: String,
    pub code: String,
    pub title: String,
    pub text_zh: Option<String>,
    pub text_en: Option<String>,
    pub seen_by: String,
}

/// Puts an entry in place of the one before.
///
/// # Errors
/// When the database refuses.
pub fn put(conn: &mut Conn, entry: &Entry<'_>) -> Result<()> {
    remove(conn, entry.kind, entry.object_id, entry.scope)?;
    let id = next_id(conn, entry.scope)?;
    diesel::insert_into(search_entries::table)
        .values((
            search_entries::id.eq(id),
            search_entries::kind.eq(entry.kind),
            search_entries::object_id.eq(entry.object_id),
            search_entries::scope.eq(entry.scope.as_str()),
            search_entries::code.eq(entry.code),
            search_entries::code_key.eq(folded_code(entry.code)),
            search_entries::title.eq(entry.titles.join("\n")),
            search_entries::text_zh.eq(kept(entry.zh)),
            search_entries::text_en.eq(kept(entry.en)),
            search_entries::seen_by.eq(entry.seen_by.join(" ")),
        ))
        .execute(conn)?;
    let head = format!("{} {}", code_terms(entry.code), index_terms(&format!("{} {}", entry.code, entry.titles.join(" "))));
    let texts: Vec<&str> = [entry.zh, entry.en].into_iter().flatten().map(|(_, text)| text).collect();
    let body = index_terms(&texts.join("\n"));
    insert_terms(conn, id, &head, &body)
}

/// The hash under which a text is kept, if it is.
fn kept<'a>(text: Option<(&'a str, &str)>) -> Option<&'a str> {
    text.map(|(hash, _)| hash).filter(|hash| !hash.is_empty())
}

fn insert_terms(conn: &mut Conn, id: i64, head: &str, body: &str) -> Result<()> {
    match conn {
        Conn::Lite(lite) => {
            diesel::sql_query("INSERT INTO search_terms (rowid, head, body) VALUES ($1, $2, $3)")
                .bind::<BigInt, _>(id)
                .bind::<Text, _>(head)
                .bind::<Text, _>(body)
                .execute(lite)?;
        }
        Conn::Pg(pg) => {
            // A position beyond 16,383 is not kept apart by PostgreSQL, and a tsvector ends at 1 MB: the body is cut, the head never.
            let body: String = body.chars().take(300_000).collect();
            diesel::sql_query(
                "INSERT INTO search_terms (rowid, head, terms) VALUES \
                 ($1, to_tsvector('simple', $2), setweight(to_tsvector('simple', $2), 'A') || to_tsvector('simple', $3))",
            )
            .bind::<BigInt, _>(id)
            .bind::<Text, _>(head)
            .bind::<Text, _>(&body)
            .execute(pg)?;
        }
    }
    Ok(())
}

/// Takes an entry away.
///
/// # Errors
/// When the database refuses.
pub fn remove(conn: &mut Conn, kind: &str, object_id: &str, scope: Scope) -> Result<()> {
    let this =
        search_entries::kind.eq(kind).and(search_entries::object_id.eq(object_id)).and(search_entries::scope.eq(scope.as_str()));
    let old: Option<i64> = search_entries::table.filter(this).select(search_entries::id).first(conn).optional()?;
    if let Some(id) = old {
        diesel::delete(search_entries::table.find(id)).execute(conn)?;
        diesel::sql_query("DELETE FROM search_terms WHERE rowid = $1").bind::<BigInt, _>(id).execute(conn)?;
    }
    Ok(())
}

/// Empties the index, before a rebuild.
///
/// # Errors
/// When the database refuses.
pub fn clear(conn: &mut Conn) -> Result<()> {
    diesel::delete(search_entries::table).execute(conn)?;
    match conn {
        Conn::Lite(lite) => diesel::sql_query("INSERT INTO search_terms (search_terms) VALUES ('delete-all')").execute(lite)?,
        Conn::Pg(pg) => diesel::sql_query("DELETE FROM search_terms").execute(pg)?,
    };
    Ok(())
}

fn next_id(conn: &mut Conn, scope: Scope) -> Result<i64> {
    let (key, from) = if scope == Scope::Record { ("search.records", RECORDS) } else { ("search", 0) };
    Ok(from + counter::draw(conn, key)?)
}

#[derive(QueryableByName)]
struct Hit {
    #[diesel(sql_type = BigInt)]
    rowid: i64,
}

/// Of so many entries that hold the terms, the newest ones, the best are told. To weigh everything that holds a common word takes
/// longer than anybody waits for a list under a box, and says no more.
const WEIGHED: i64 = 1000;

/// The rank of an entry costs both databases far more than to find it: first the entries to be weighed are found, then weighed. (SQLite
/// counts `$1` in the order in which they stand, `?1` by their number.)
const LITE: &str = "SELECT rowid FROM search_terms WHERE search_terms MATCH ?1 AND rowid < ?3 AND rowid >= max(?2, coalesce(( \
     SELECT rowid FROM search_terms WHERE search_terms MATCH ?1 AND rowid >= ?2 AND rowid < ?3 ORDER BY rowid DESC LIMIT 1 OFFSET ?5), 0)) \
     ORDER BY bm25(search_terms, 10.0, 1.0) LIMIT ?4";
const HEADS: &str = "SELECT rowid FROM (SELECT rowid, head AS terms FROM search_terms WHERE head @@ to_tsquery('simple', $1) \
     AND rowid >= $2 AND rowid < $3 ORDER BY rowid DESC LIMIT $5) found ORDER BY ts_rank(terms, to_tsquery('simple', $1)) DESC, rowid LIMIT $4";
const TEXTS: &str = "SELECT rowid FROM (SELECT rowid, terms FROM search_terms WHERE terms @@ to_tsquery('simple', $1) \
     AND rowid >= $2 AND rowid < $3 ORDER BY rowid DESC LIMIT $5) found ORDER BY ts_rank(terms, to_tsquery('simple', $1)) DESC, rowid LIMIT $4";

/// Ids of the entries that contain the terms, in code and titles or anywhere, best first.
pub(super) fn matching(conn: &mut Conn, query: &Query, heads: bool, part: Part, limit: i64) -> Result<Vec<i64>> {
    let (from, until) = part.range();
    let (sql, terms, last) = match conn {
        Conn::Lite(_) if heads => (LITE, format!("{{head}} : ({})", query.fts), WEIGHED - 1),
        Conn::Lite(_) => (LITE, query.fts.clone(), WEIGHED - 1),
        Conn::Pg(_) => (if heads { HEADS } else { TEXTS }, query.ts.clone(), WEIGHED),
    };
    let asked = diesel::sql_query(sql)
        .bind::<Text, _>(terms)
        .bind::<BigInt, _>(from)
        .bind::<BigInt, _>(until)
        .bind::<BigInt, _>(limit)
        .bind::<BigInt, _>(last);
    let hits: Vec<Hit> = crate::each_backend!(conn, |inner| asked.load(inner))?;
    Ok(hits.into_iter().map(|hit| hit.rowid).collect())
}

/// Entries whose code begins so.
pub(super) fn by_code(conn: &mut Conn, key: &str, part: Part, limit: i64) -> Result<Vec<Row>> {
    // The range of all keys that begin with this one; '\u{10ffff}' sorts after every character.
    let end = format!("{key}\u{10ffff}");
    let (from, until) = part.range();
    Ok(search_entries::table
        .filter(search_entries::code_key.ge(key).and(search_entries::code_key.lt(end)))
        .filter(search_entries::id.ge(from).and(search_entries::id.lt(until)))
        .order(search_entries::code_key)
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?)
}

pub(super) fn rows(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Row>> {
    Ok(search_entries::table.filter(search_entries::id.eq_any(ids)).select(Row::as_select()).load(conn)?)
}
