//! The log's own queries: the head, appending, reading back.

use diesel::prelude::*;

use super::event::{Leaf, canonical};
use super::merkle::{Frontier, Hash, leaf_hash, parse_hash};
use crate::db::schema::{events, ledger_head};
use crate::db::{Conn, Instant};
use crate::error::{Error, Result};

/// An event as stored: columns for searching, and the leaf.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = events)]
pub struct EventRow {
    /// Place in the log, from 0.
    pub seq: i64,
    /// When.
    pub at: Instant,
    /// `person`, `token`, `system`, `cli`.
    pub actor_kind: String,
    /// Who.
    pub actor_id: String,
    /// Their name at the time.
    pub actor_name: String,
    /// What.
    pub action: String,
    /// On which kind of object.
    pub object_kind: String,
    /// The object.
    pub object_id: String,
    /// What people called it.
    pub object_label: String,
    /// Why.
    pub reason: Option<String>,
    /// The exact bytes that are hashed.
    pub leaf: String,
    /// SHA-256 of the leaf, RFC 6962.
    pub leaf_hash: String,
}

impl EventRow {
    /// The row that belongs to a leaf.
    ///
    /// # Errors
    /// When the leaf has no canonical form.
    pub fn of(leaf: &Leaf) -> Result<(Self, Hash)> {
        let bytes = canonical(leaf)?;
        let hash = leaf_hash(bytes.as_bytes());
        let row = Self {
            seq: leaf.seq,
            at: leaf.at,
            actor_kind: leaf.actor.kind.clone(),
            actor_id: leaf.actor.id.clone(),
            actor_name: leaf.actor.name.clone(),
            action: leaf.action.clone(),
            object_kind: leaf.object.kind.clone(),
            object_id: leaf.object.id.clone(),
            object_label: leaf.object.label.clone(),
            reason: leaf.reason.clone(),
            leaf: bytes,
            leaf_hash: hex::encode(hash),
        };
        Ok((row, hash))
    }
}

/// The head of the log.
#[derive(Debug, Clone)]
pub struct Head {
    /// The right edge of the tree.
    pub frontier: Frontier,
    /// The root as stored, hexadecimal.
    pub root: String,
    /// When the last event happened; time never runs back along the log.
    pub last_at: Instant,
}

/// Reads the head; with `lock`, PostgreSQL holds the row until the transaction ends.
///
/// # Errors
/// When the stored head is not one.
pub fn head(conn: &mut Conn, lock: bool) -> Result<Head> {
    let columns = (ledger_head::size, ledger_head::frontier, ledger_head::root, ledger_head::last_at);
    let (size, peaks, root, last_at): (i64, String, String, Instant) = match conn {
        Conn::Pg(pg) if lock => ledger_head::table.select(columns).for_update().first(pg)?,
        other => ledger_head::table.select(columns).first(other)?,
    };
    let peaks: Vec<String> = serde_json::from_str(&peaks)?;
    let peaks: Option<Vec<Hash>> = peaks.iter().map(|text| parse_hash(text)).collect();
    let size = u64::try_from(size).map_err(Error::internal)?;
    let frontier = peaks.and_then(|peaks| Frontier::restore(size, peaks));
    let frontier = frontier.ok_or_else(|| Error::Internal("the head of the log is damaged".into()))?;
    Ok(Head { frontier, root, last_at })
}

/// The root of the log alone: it changes with every event.
///
/// # Errors
/// When the database refuses.
pub fn root(conn: &mut Conn) -> Result<String> {
    Ok(ledger_head::table.select(ledger_head::root).first(conn)?)
}

/// Appends leaves that already carry their places.
///
/// # Errors
/// When the database refuses.
pub fn append(conn: &mut Conn, rows: &[EventRow]) -> Result<()> {
    // Twelve columns a row stay far below both databases' bind limits.
    for chunk in rows.chunks(200) {
        crate::each_backend!(conn, |inner| diesel::insert_into(events::table).values(chunk).execute(inner))?;
    }
    Ok(())
}

/// Stores the head after appending.
///
/// # Errors
/// When the database refuses.
pub fn set_head(conn: &mut Conn, frontier: &Frontier, last_at: Instant) -> Result<()> {
    let peaks: Vec<String> = frontier.peaks().iter().map(hex::encode).collect();
    let size = i64::try_from(frontier.size()).map_err(Error::internal)?;
    diesel::update(ledger_head::table)
        .set((
            ledger_head::size.eq(size),
            ledger_head::frontier.eq(serde_json::to_string(&peaks)?),
            ledger_head::root.eq(hex::encode(frontier.root())),
            ledger_head::last_at.eq(last_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Events from a place on, in order.
///
/// # Errors
/// When the database refuses.
pub fn events_from(conn: &mut Conn, seq: i64, limit: i64) -> Result<Vec<EventRow>> {
    Ok(events::table.filter(events::seq.ge(seq)).order(events::seq).limit(limit).select(EventRow::as_select()).load(conn)?)
}

/// The history of one object, newest first.
///
/// # Errors
/// When the database refuses.
pub fn history(conn: &mut Conn, kind: &str, id: &str, limit: i64) -> Result<Vec<EventRow>> {
    Ok(events::table
        .filter(events::object_kind.eq(kind).and(events::object_id.eq(id)))
        .order(events::seq.desc())
        .limit(limit)
        .select(EventRow::as_select())
        .load(conn)?)
}

/// What the ledger page filters by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Who: an actor's id.
    pub actor: Option<String>,
    /// What: an action, or the part before its dot.
    pub action: Option<String>,
    /// One of these actions.
    pub actions: Option<&'static [&'static str]>,
    /// Which kind of object.
    pub object_kind: Option<String>,
    /// From this instant.
    pub from: Option<Instant>,
    /// Before this instant.
    pub until: Option<Instant>,
    /// Only events before this place (paging by key).
    pub before: Option<i64>,
}

/// Events that pass a filter, newest first.
///
/// # Errors
/// When the database refuses.
pub fn list(conn: &mut Conn, filter: &Filter, limit: i64) -> Result<Vec<EventRow>> {
    let mut query = events::table.into_boxed().select(EventRow::as_select());
    if let Some(actor) = &filter.actor {
        query = query.filter(events::actor_id.eq(actor));
    }
    if let Some(action) = &filter.action {
        query = if action.contains('.') {
            query.filter(events::action.eq(action))
        } else {
            // '/' is the character after '.', so this is the range of all actions of the group.
            query.filter(events::action.gt(format!("{action}.")).and(events::action.lt(format!("{action}/"))))
        };
    }
    if let Some(actions) = filter.actions {
        query = query.filter(events::action.eq_any(actions));
    }
    if let Some(kind) = &filter.object_kind {
        query = query.filter(events::object_kind.eq(kind));
    }
    if let Some(from) = filter.from {
        query = query.filter(events::at.ge(from));
    }
    if let Some(until) = filter.until {
        query = query.filter(events::at.lt(until));
    }
    if let Some(before) = filter.before {
        query = query.filter(events::seq.lt(before));
    }
    Ok(query.order(events::seq.desc()).limit(limit).load(conn)?)
}

/// Everyone who ever acted: id and latest name.
///
/// # Errors
/// When the database refuses.
pub fn actors(conn: &mut Conn) -> Result<Vec<(String, String)>> {
    Ok(events::table.select((events::actor_id, events::actor_name)).distinct().order(events::actor_name).limit(500).load(conn)?)
}
