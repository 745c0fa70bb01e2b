//! Looking through the log: the filtered list, one event with what it changed, and the events of one person.

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::Serialize;
use serde_json::Value;

use super::{Line, line, page_of};
use crate::actor::{Actor, Permission};
use crate::db::{Conn, Instant};
use crate::error::{Error, Result};
use crate::ledger::store::{self, EventRow, Filter};
use crate::ledger::{Image, Leaf};
use crate::text::Lang;

/// How far back the earlier image of a row is looked for along its object's history.
const REACH: i64 = 1000;

/// What the ledger is asked for. Days are days of the organisation's zone.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// Actor's id.
    pub who: Option<String>,
    /// Group of actions, or one action.
    pub what: Option<String>,
    /// Kind of object.
    pub kind: Option<String>,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
    /// Only events before this place.
    pub before: Option<i64>,
}

/// One line of the ledger page.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// The event in words.
    #[serde(flatten)]
    pub line: Line,
    /// What it is about.
    pub label: String,
    /// The object's page.
    pub href: Option<String>,
}

impl Row {
    fn of(row: &EventRow, actor: &Actor, lang: Lang, zone: Tz) -> Self {
        let href = page_of(&row.object_kind, &row.object_id, &row.object_label).filter(|_| opens(row, actor));
        Self { line: line(row, lang, zone), label: row.object_label.clone(), href }
    }
}

/// Whether the object's page is there for this actor: a link that leads nowhere is none.
fn opens(row: &EventRow, actor: &Actor) -> bool {
    match row.object_kind.as_str() {
        "user" => actor.may(Permission::ManagePeople),
        "organisation" | "unit" | "centre" => actor.may(Permission::ManageOrganisation),
        "record" => actor.may(Permission::ReadRecords) || row.actor_id == actor.id,
        _ => true,
    }
}

/// The instant at which a day begins in a zone; where clocks skip midnight, the first instant after it.
pub fn begins(day: NaiveDate, zone: Tz) -> Instant {
    let midnight = day.and_time(chrono::NaiveTime::MIN);
    let local = (0..24).find_map(|hour| (midnight + chrono::Duration::hours(hour)).and_local_timezone(zone).earliest());
    Instant::new(local.map_or_else(|| midnight.and_utc(), |at| at.to_utc()))
}

/// Events that pass a search, newest first, at most `limit`.
///
/// # Errors
/// [`Error::NotFound`] for those who may not read the ledger.
pub fn find(conn: &mut Conn, actor: &Actor, search: &Search, lang: Lang, zone: Tz, limit: i64) -> Result<Vec<Row>> {
    actor.see(Permission::ReadLedger)?;
    let filter = Filter {
        actor: search.who.clone(),
        action: search.what.clone(),
        object_kind: search.kind.clone(),
        from: search.from.map(|day| begins(day, zone)),
        until: search.to.and_then(|day| day.succ_opt()).map(|day| begins(day, zone)),
        before: search.before,
        ..Filter::default()
    };
    Ok(store::list(conn, &filter, limit)?.iter().map(|row| Row::of(row, actor, lang, zone)).collect())
}

/// Acts by which something leaves one's hands: what My work shows as done. Saving a draft or signing in is none.
const CONCLUDED: &[&str] = &[
    "documents.submit",
    "documents.agree",
    "documents.approve",
    "documents.return",
    "documents.withdraw",
    "records.submit",
    "kpi.explain",
    "kpi.signal_cycle",
    "cycle.do",
    "cycle.check",
    "cycle.act",
    "cycle.close",
    "cycle.action_done",
    "cycle.action_dropped",
];

/// What a person brought to an end themself, newest first: decisions, submissions, actions and cycles that are closed. Nobody needs a
/// permission to see their own acts.
///
/// # Errors
/// When the database refuses.
pub fn concluded(conn: &mut Conn, actor: &Actor, before: Option<i64>, lang: Lang, zone: Tz, limit: i64) -> Result<Vec<Row>> {
    let filter = Filter { actor: Some(actor.id.clone()), actions: Some(CONCLUDED), before, ..Filter::default() };
    Ok(store::list(conn, &filter, limit)?.iter().map(|row| Row::of(row, actor, lang, zone)).collect())
}

/// One column of a row before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The column.
    pub column: String,
    /// Its value in the earlier image; none = there was no earlier image.
    pub old: Option<String>,
    /// Its value now; none = the row is gone.
    pub new: Option<String>,
    /// The two differ.
    pub changed: bool,
}

/// One row that an event changed.
#[derive(Debug, Clone, Serialize)]
pub struct Changed {
    /// Table.
    pub table: String,
    /// Key of the row.
    pub key: String,
    /// There was no earlier image in this object's history.
    pub first: bool,
    /// The row is gone.
    pub gone: bool,
    /// Column by column.
    pub columns: Vec<Difference>,
}

/// One event with everything that it proves.
#[derive(Debug, Clone, Serialize)]
pub struct Proof {
    /// The event in words, with a link to its object.
    #[serde(flatten)]
    pub row: Row,
    /// Kind of the actor.
    pub actor_kind: String,
    /// Id of the actor.
    pub actor_id: String,
    /// What, as stored.
    pub action: String,
    /// Kind of object.
    pub object_kind: String,
    /// Id of the object.
    pub object_id: String,
    /// The request it came with.
    pub request: Option<String>,
    /// RFC 6962 hash of the leaf.
    pub hash: String,
    /// Details, name and value.
    pub details: Vec<(String, String)>,
    /// The rows it changed.
    pub images: Vec<Changed>,
}

/// One event, its rows compared with their earlier images.
///
/// # Errors
/// [`Error::NotFound`] when there is no such event, or for those who may not read the ledger.
pub fn proof(conn: &mut Conn, actor: &Actor, seq: i64, lang: Lang, zone: Tz) -> Result<Proof> {
    actor.see(Permission::ReadLedger)?;
    let row = store::events_from(conn, seq, 1)?.into_iter().next().filter(|row| row.seq == seq).ok_or(Error::NotFound)?;
    let leaf: Leaf = serde_json::from_str(&row.leaf)?;
    let earlier = if leaf.images.is_empty() { Vec::new() } else { store::history(conn, &row.object_kind, &row.object_id, REACH)? };
    let earlier: Vec<Image> = earlier
        .iter()
        .filter(|event| event.seq < seq)
        .filter_map(|event| serde_json::from_str::<Leaf>(&event.leaf).ok())
        // Newest event first, and within an event the last image of a row counts.
        .flat_map(|leaf| leaf.images.into_iter().rev())
        .collect();
    Ok(Proof {
        actor_kind: row.actor_kind.clone(),
        actor_id: row.actor_id.clone(),
        action: row.action.clone(),
        object_kind: row.object_kind.clone(),
        object_id: row.object_id.clone(),
        hash: row.leaf_hash.clone(),
        details: leaf.details.iter().map(|(name, value)| (name.clone(), shown(value))).collect(),
        images: changes(&leaf.images, &earlier),
        request: leaf.request,
        row: Row::of(&row, actor, lang, zone),
    })
}

fn changes(images: &[Image], earlier: &[Image]) -> Vec<Changed> {
    let mut seen: Vec<&Image> = Vec::new();
    images
        .iter()
        .map(|image| {
            let same = |other: &&Image| other.table == image.table && other.key == image.key;
            let before = seen.iter().rev().copied().find(same).or_else(|| earlier.iter().find(same));
            let old = before.and_then(|image| image.row.as_ref());
            let changed = Changed {
                table: image.table.clone(),
                key: image.key.clone(),
                first: before.is_none(),
                gone: image.row.is_none(),
                columns: compare(old, image.row.as_ref()),
            };
            seen.push(image);
            changed
        })
        .collect()
}

fn compare(old: Option<&Value>, new: Option<&Value>) -> Vec<Difference> {
    let columns = |row: Option<&Value>| row.and_then(Value::as_object).cloned().unwrap_or_default();
    let (old_row, new_row) = (columns(old), columns(new));
    let mut names: Vec<&String> = old_row.keys().chain(new_row.keys()).collect();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .map(|name| {
            let (was, is) = (old_row.get(name).map(shown), new_row.get(name).map(shown));
            Difference { column: name.clone(), changed: was != is, old: was, new: is }
        })
        .collect()
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_in_its_own_zone() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        assert_eq!(begins(day, Tz::Asia__Shanghai).rfc3339(), "2026-11-20T16:00:00.000000Z");
    }

    #[test]
    fn an_image_is_compared_with_the_one_before() {
        let image = |row: Value| Image { table: "users".into(), schema: 1, key: "u".into(), row: Some(row) };
        let now = [image(serde_json::json!({"name": "王芳", "active": true}))];
        let before = [image(serde_json::json!({"name": "王方", "active": true}))];
        let changed = changes(&now, &before);
        assert!(!changed[0].first);
        let marks: Vec<(&str, bool)> = changed[0].columns.iter().map(|c| (c.column.as_str(), c.changed)).collect();
        assert_eq!(marks, [("active", false), ("name", true)]);
        assert!(changes(&now, &[])[0].first);
    }
}
