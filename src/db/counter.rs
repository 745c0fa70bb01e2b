//! Counters: the next of a row of numbers, drawn in the transaction that uses it, so that what is rolled back leaves no gap.

use diesel::prelude::*;

use super::Conn;
use super::schema::counters;
use crate::error::{Error, Result};

/// Draws the next number of a counter, from 1.
///
/// # Errors
/// When the database refuses.
pub fn draw(conn: &mut Conn, key: &str) -> Result<i64> {
    if let Some(drawn) = next(conn, key)? {
        return Ok(drawn);
    }
    // Two servers may draw the first number at once: the second one waits here for the first, and then counts on.
    let first = (counters::key.eq(key), counters::value.eq(0));
    crate::each_backend!(conn, |inner| diesel::insert_into(counters::table).values(first).on_conflict_do_nothing().execute(inner))?;
    next(conn, key)?.ok_or_else(|| Error::internal(format!("the counter {key} is not there")))
}

fn next(conn: &mut Conn, key: &str) -> Result<Option<i64>> {
    Ok(diesel::update(counters::table.find(key))
        .set(counters::value.eq(counters::value + 1))
        .returning(counters::value)
        .get_result(conn)
        .optional()?)
}
