//! Finding: code first, then the best of code, title and text.

use std::collections::{HashMap, HashSet};

use super::store::{self, Part, Row};
use super::text::{self, Piece, Query};
use crate::actor::{Actor, Permission};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::evidence;
use crate::text::Lang;

/// Candidates looked at before what may not be seen is left out.
const CANDIDATES: i64 = 120;

/// What to look for.
#[derive(Debug, Clone)]
pub struct Lookup<'a> {
    /// As typed.
    pub typed: &'a str,
    /// At most so many of documents, and so many of records.
    pub limit: usize,
    /// With the surroundings of the first hit.
    pub snippets: bool,
    /// Whose title and text comes first.
    pub lang: Lang,
}

/// One thing found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Found {
    /// `document`, `record`, `kpi`, `person`.
    pub kind: String,
    /// Code or number.
    pub code: String,
    /// Title in the reader's language, else the other.
    pub title: String,
    /// Its page.
    pub href: String,
    /// It is a draft, not in force.
    pub draft: bool,
    /// The surroundings of the first hit.
    pub snippet: Vec<Piece>,
}

/// Finds what this actor may see: documents first, then records.
///
/// # Errors
/// When the database refuses.
pub fn find(conn: &mut Conn, actor: &Actor, lookup: &Lookup<'_>) -> Result<Vec<Found>> {
    actor.see(Permission::ReadDocuments)?;
    let Some(query) = text::query(lookup.typed) else { return Ok(Vec::new()) };
    let mut rows = part(conn, actor, &query, Part::Documents, CANDIDATES, lookup.limit)?;
    // Where only few records may be seen, more of them are looked at.
    let reach = if actor.may_at(Permission::ReadRecords, "") { CANDIDATES } else { CANDIDATES * 10 };
    rows.extend(part(conn, actor, &query, Part::Records, reach, lookup.limit)?);
    rows.iter().map(|row| found(conn, row, &query, lookup)).collect()
}

/// What of one part matches and may be seen: codes that begin so first, then titles, then texts, each best first; no more is looked for
/// when enough is found.
fn part(conn: &mut Conn, actor: &Actor, query: &Query, part: Part, reach: i64, wanted: usize) -> Result<Vec<Row>> {
    let mut rows = if query.code.is_empty() { Vec::new() } else { store::by_code(conn, &query.code, part, reach)? };
    rows.retain(|row| may_see(actor, row));
    for heads in [true, false] {
        if rows.len() >= wanted {
            break;
        }
        let known: HashSet<i64> = rows.iter().map(|row| row.id).collect();
        let mut ids = store::matching(conn, query, heads, part, reach)?;
        ids.retain(|id| !known.contains(id));
        let mut by_id: HashMap<i64, Row> = store::rows(conn, &ids)?.into_iter().map(|row| (row.id, row)).collect();
        rows.extend(ids.iter().filter_map(|id| by_id.remove(id)).filter(|row| may_see(actor, row)));
    }
    rows.truncate(wanted);
    Ok(rows)
}

fn may_see(actor: &Actor, row: &Row) -> bool {
    let named = |who: &str| row.seen_by.split(' ').any(|id| id == who);
    let at_centre = |id: &str| id.strip_prefix('@').is_some_and(|centre| actor.may_at(Permission::ReadRecords, centre));
    match row.scope.as_str() {
        "in_force" => true,
        "record" => named(&actor.id) || row.seen_by.split(' ').any(at_centre),
        _ => actor.may(Permission::ReadDrafts) || named(&actor.id),
    }
}

fn found(conn: &mut Conn, row: &Row, query: &Query, lookup: &Lookup<'_>) -> Result<Found> {
    let mut titles = row.title.split('\n');
    let (zh, en) = (titles.next().unwrap_or_default(), titles.next());
    let title = if lookup.lang == Lang::En { en.unwrap_or(zh) } else { zh };
    let snippet = if lookup.snippets { snippet(conn, row, query, lookup.lang)? } else { Vec::new() };
    Ok(Found {
        href: href(row),
        kind: row.kind.clone(),
        code: row.code.clone(),
        title: title.to_owned(),
        draft: row.scope == "draft",
        snippet,
    })
}

fn href(row: &Row) -> String {
    // Codes may hold blanks; a version's label is parted from its code by one that does not break.
    let (code, label) = row.code.split_once('\u{a0}').unwrap_or((&row.code, ""));
    match row.kind.as_str() {
        "record" => format!("/r/{}", row.object_id),
        "cycle" => format!("/p/{}", escaped(code)),
        _ if label.is_empty() => format!("/d/{}", escaped(code)),
        _ => format!("/d/{}?v={}", escaped(code), escaped(label)),
    }
}

fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// The reader's language first; the other one when only it holds a hit.
fn snippet(conn: &mut Conn, row: &Row, query: &Query, lang: Lang) -> Result<Vec<Piece>> {
    let (first, second) = if lang == Lang::En { (&row.text_en, &row.text_zh) } else { (&row.text_zh, &row.text_en) };
    let mut best = Vec::new();
    for hash in [first, second].into_iter().flatten() {
        let content = match evidence::text(conn, hash) {
            Ok(content) => content,
            Err(Error::NotFound) => continue,
            Err(error) => return Err(error),
        };
        let pieces = text::snippet(&content, query);
        if pieces.iter().any(|piece| piece.hit) {
            return Ok(pieces);
        }
        if best.is_empty() {
            best = pieces;
        }
    }
    Ok(best)
}
