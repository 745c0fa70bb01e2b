//! Management reviews: the board frozen under its hash, minutes and decisions added to it, decisions that become actions of a cycle
//! (ISO 9001 9.3.2, 9.3.3).

use chrono::NaiveDate;
use serde::Deserialize;

use super::model::{Board, Note, NoteKind, Review};
use super::store;
use crate::actor::{Actor, Permission};
use crate::db::{Conn, new_id};
use crate::error::{Error, Problem, Result};
use crate::improvement::{self, AddAction};
use crate::kpi::Period;
use crate::ledger::{Event, WriteTx};
use crate::{evidence, organisation};

/// Longest title, and longest note.
const MAX_TITLE: usize = 120;
const MAX_TEXT: usize = 8000;

/// Freezes a board.
#[derive(Debug, Clone)]
pub struct Freeze {
    /// What it is frozen for.
    pub title: String,
    /// The board as it was gathered for this.
    pub board: Board,
}

/// Freezes a board for a review: from now on it is what it is.
///
/// # Errors
/// [`Error::Forbidden`] for whoever does not manage the KPIs of every centre; [`Error::Invalid`] without a title; [`Error::Conflict`] when
/// there is nothing to freeze.
pub fn freeze(tx: &mut WriteTx<'_>, command: &Freeze) -> Result<Review> {
    tx.actor.require(Permission::ManageKpis)?;
    for centre in organisation::centres(tx)? {
        tx.actor.require_at(Permission::ManageKpis, &centre.id)?;
    }
    let title = written("title", &command.title, MAX_TITLE)?;
    if command.board.groups.is_empty() {
        return Err(Error::conflict("board-nothing"));
    }
    let text = serde_json::to_value(&command.board)?.to_string();
    let row = Review {
        id: new_id(),
        period: command.board.period.clone(),
        title,
        board_hash: evidence::keep_text(tx, &text)?,
        frozen_by: tx.actor.name.clone(),
        frozen_at: tx.now,
        held_on: organisation::today(tx)?,
        row_version: 1,
    };
    store::insert_review(tx, &row)?;
    let event = Event::new("board.freeze", "review", &row.id, &row.title).detail("period", row.period.clone());
    tx.record(event.detail("board", row.board_hash.clone()));
    Ok(row)
}

fn written(field: &str, text: &str, most: usize) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::field(field, "required"));
    }
    if text.chars().count() > most {
        return Err(Error::Invalid(vec![Problem::field(field, "too-long").with("max", most)]));
    }
    Ok(text.to_owned())
}

/// Adds to the minutes of a review, or a decision.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[schema(as = WriteBoardNote)]
pub struct Write {
    /// What it is.
    pub kind: NoteKind,
    /// In words.
    pub text: String,
}

/// A review to write into: only who sees all of it may, because its notes speak of all centres.
fn seen_whole(tx: &mut WriteTx<'_>, id: &str) -> Result<Review> {
    let actor = tx.actor.clone();
    let review = store::review(tx, id)?;
    let (_, whole) = thaw(tx, &actor, &review)?;
    if whole { Ok(review) } else { Err(Error::NotFound) }
}

/// Adds to the minutes of a review, or a decision.
///
/// # Errors
/// [`Error::Invalid`] without words; [`Error::NotFound`], also for who sees only some of its centres.
pub fn note(tx: &mut WriteTx<'_>, review: &str, command: &Write) -> Result<Note> {
    tx.actor.require(Permission::ManageKpis)?;
    let review = seen_whole(tx, review)?;
    let text = written("text", &command.text, MAX_TEXT)?;
    let ordinal = store::notes(tx, &review.id)?.last().map_or(1, |last| last.ordinal + 1);
    let row = Note {
        id: new_id(),
        review_id: review.id.clone(),
        ordinal,
        kind: command.kind,
        text,
        written_by: tx.actor.name.clone(),
        written_at: tx.now,
        cycle: None,
        action_id: None,
        row_version: 1,
    };
    store::insert_note(tx, &row)?;
    let action = if row.kind == NoteKind::Decision { "board.decision" } else { "board.minutes" };
    tx.record(Event::new(action, "review", &review.id, &review.title).because(Some(&row.text)));
    Ok(row)
}

/// Makes a decision an action of a cycle.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[schema(as = ActOnDecision)]
pub struct Act {
    /// Number of the cycle.
    pub cycle: String,
    /// Who does it.
    pub owner_id: String,
    /// By when.
    pub due_on: NaiveDate,
}

/// Makes a decision an action of a cycle, once.
///
/// # Errors
/// [`Error::Conflict`] when it is one already, or the cycle takes no more actions; [`Error::NotFound`] as for [`note`].
pub fn act(tx: &mut WriteTx<'_>, review: &str, note: &str, command: &Act) -> Result<Note> {
    tx.actor.require(Permission::ManageKpis)?;
    let review = seen_whole(tx, review)?;
    let notes = store::notes(tx, &review.id)?;
    let mut row = notes.into_iter().find(|row| row.id == note && row.kind == NoteKind::Decision).ok_or(Error::NotFound)?;
    if row.action_id.is_some() {
        return Err(Error::conflict("board-acted"));
    }
    let title: String = row.text.chars().take(300).collect();
    let asked = AddAction { title, owner_id: command.owner_id.clone(), due_on: command.due_on };
    let action = improvement::add_action(tx, &command.cycle, &asked).map_err(|error| match error {
        Error::NotFound => Error::field("cycle", "unknown-choice"),
        other => other,
    })?;
    (row.cycle, row.action_id) = (Some(command.cycle.clone()), Some(action.id));
    store::update_note(tx, &mut row)?;
    tx.record(Event::new("board.act", "review", &review.id, &review.title).detail("cycle", command.cycle.clone()));
    Ok(row)
}

/// Reviews, newest first, after one of them; at most so many.
///
/// # Errors
/// [`Error::NotFound`] for whoever may not read KPIs.
pub fn list(conn: &mut Conn, actor: &Actor, after: Option<&str>, limit: i64) -> Result<Vec<Review>> {
    actor.see(Permission::ReadKpis)?;
    let after = after.map(|id| store::review(conn, id)).transpose()?;
    store::reviews(conn, after.as_ref(), limit)
}

/// A review as somebody may see it.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The review.
    pub review: Review,
    /// Its board, without the centres that they may not see.
    pub board: Board,
    /// Its notes, in order; those of a board that they see in part speak of other centres too, and are left out.
    pub notes: Vec<Note>,
    /// Nothing was left out.
    pub whole: bool,
}

/// A review with board and notes.
///
/// # Errors
/// [`Error::NotFound`].
pub fn open(conn: &mut Conn, actor: &Actor, id: &str) -> Result<Opened> {
    actor.see(Permission::ReadKpis)?;
    let review = store::review(conn, id)?;
    let (board, whole) = thaw(conn, actor, &review)?;
    let notes = if whole { store::notes(conn, &review.id)? } else { Vec::new() };
    Ok(Opened { review, board, notes, whole })
}

/// The last review of this month or of one before it: what came later is nothing to compare a month with.
///
/// # Errors
/// When the database refuses.
pub(super) fn latest(conn: &mut Conn, month: Period) -> Result<Option<Review>> {
    store::review_up_to(conn, &month.to_string())
}

/// What was frozen, without what this actor may not see; and whether that is all of it.
fn thaw(conn: &mut Conn, actor: &Actor, row: &Review) -> Result<(Board, bool)> {
    let mut board: Board = serde_json::from_str(&evidence::text(conn, &row.board_hash)?)?;
    let all = board.centres().count();
    let visible = |centre: &str| actor.may_at(Permission::ReadKpis, centre);
    board.groups.iter_mut().for_each(|group| group.centres.retain(|centre| visible(&centre.id)));
    board.groups.retain(|group| !group.centres.is_empty());
    // What is said of documents in preparation is for those who may read drafts.
    let drafts = actor.may(Permission::ReadDrafts);
    board.exceptions.retain(|matter| matter.centre.as_deref().map_or(drafts, visible));
    board.changes.retain(|change| change.centre.as_deref().is_none_or(visible));
    let whole = board.centres().count() == all;
    Ok((board, whole))
}
