//! Queries of reviews and their notes.

use diesel::prelude::*;

use super::model::{Note, Review};
use crate::db::Conn;
use crate::db::schema::{board_notes, board_reviews};
use crate::error::{Error, Result};
use crate::ledger::{Fact, FactTable, WriteTx};

/// The fact tables of the board.
pub const FACTS: &[FactTable] = &[Review::TABLE, Note::TABLE];

/// Reviews, newest first, after one of them.
pub(super) fn reviews(conn: &mut Conn, after: Option<&Review>, limit: i64) -> Result<Vec<Review>> {
    let mut query = board_reviews::table.into_boxed();
    if let Some(last) = after {
        let same = board_reviews::frozen_at.eq(last.frozen_at).and(board_reviews::id.lt(&last.id));
        query = query.filter(board_reviews::frozen_at.lt(last.frozen_at).or(same));
    }
    let newest = (board_reviews::frozen_at.desc(), board_reviews::id.desc());
    Ok(query.order(newest).limit(limit).select(Review::as_select()).load(conn)?)
}

/// The newest review of a month or of one before it.
pub(super) fn review_up_to(conn: &mut Conn, month: &str) -> Result<Option<Review>> {
    Ok(board_reviews::table
        .filter(board_reviews::period.le(month))
        .order(board_reviews::frozen_at.desc())
        .select(Review::as_select())
        .first(conn)
        .optional()?)
}

pub(super) fn review(conn: &mut Conn, id: &str) -> Result<Review> {
    Ok(board_reviews::table.find(id).select(Review::as_select()).first(conn)?)
}

pub(super) fn insert_review(tx: &mut WriteTx<'_>, row: &Review) -> Result<()> {
    diesel::insert_into(board_reviews::table).values(row).execute(&mut **tx)?;
    tx.image(row)
}

/// The notes of a review, in order.
pub(super) fn notes(conn: &mut Conn, review: &str) -> Result<Vec<Note>> {
    Ok(board_notes::table
        .filter(board_notes::review_id.eq(review))
        .order(board_notes::ordinal)
        .limit(1000)
        .select(Note::as_select())
        .load(conn)?)
}

pub(super) fn insert_note(tx: &mut WriteTx<'_>, row: &Note) -> Result<()> {
    diesel::insert_into(board_notes::table).values(row).execute(&mut **tx)?;
    tx.image(row)
}

pub(super) fn update_note(tx: &mut WriteTx<'_>, row: &mut Note) -> Result<()> {
    let seen = row.row_version;
    row.row_version = seen + 1;
    let own = board_notes::id.eq(&row.id).and(board_notes::row_version.eq(seen));
    let n = diesel::update(board_notes::table.filter(own)).set(&*row).execute(&mut **tx)?;
    if n == 0 {
        return Err(Error::Stale);
    }
    tx.image(row)
}
