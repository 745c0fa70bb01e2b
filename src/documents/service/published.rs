//! Versions that are or once were in force, for the slices that build on documents. No draft is reached through here, so nobody is asked
//! who reads: what is in force is everybody's.

use super::super::model::{Document, State, Version};
use super::super::store;
use chrono::NaiveDate;

use crate::db::Conn;
use crate::error::Result;
use crate::numbering;

/// All documents of a tier with their version in force, in code order; a tier has at most a few hundred.
///
/// # Errors
/// When the database refuses.
pub fn in_force(conn: &mut Conn, tier: i64) -> Result<Vec<(Document, Version)>> {
    store::in_force(conn, tier)
}

/// A document of a tier by code with its version in force; none when there is none.
///
/// # Errors
/// When the database refuses.
pub fn in_force_by_code(conn: &mut Conn, tier: i64, code: &str) -> Result<Option<(Document, Version)>> {
    let Some(document) = of_tier(conn, tier, code)? else { return Ok(None) };
    Ok(store::effective_of(conn, &document.id)?.map(|version| (document, version)))
}

/// A document by id with its version in force; none when there is none.
///
/// # Errors
/// When the database refuses.
pub fn in_force_by_id(conn: &mut Conn, id: &str) -> Result<Option<(Document, Version)>> {
    let Some(version) = store::effective_of(conn, id)? else { return Ok(None) };
    Ok(Some((store::document(conn, id)?, version)))
}

/// A document of a tier by code with the version in force, else the last one that was.
///
/// # Errors
/// When the database refuses.
pub fn once_in_force(conn: &mut Conn, tier: i64, code: &str) -> Result<Option<(Document, Version)>> {
    let Some(document) = of_tier(conn, tier, code)? else { return Ok(None) };
    let versions = store::versions_of(conn, &document.id)?;
    let effective = versions.iter().find(|version| version.state == State::Effective);
    let last = || versions.iter().filter(|version| version.state.once()).max_by_key(|version| version.ordinal);
    Ok(effective.or_else(last).cloned().map(|version| (document, version)))
}

/// A version that something was made on, with its document, whatever its state is now.
///
/// # Errors
/// [`crate::error::Error::NotFound`].
pub fn made_on(conn: &mut Conn, version: &str) -> Result<(Document, Version)> {
    let version = store::version(conn, version)?;
    Ok((store::document(conn, &version.document_id)?, version))
}

fn of_tier(conn: &mut Conn, tier: i64, code: &str) -> Result<Option<Document>> {
    Ok(store::document_by_key(conn, &numbering::code_key(code))?.filter(|document| document.tier == tier))
}

/// How many versions somebody prepared that reviewers or the approver have in hand.
///
/// # Errors
/// When the database refuses.
pub fn in_other_hands(conn: &mut Conn, person: &str) -> Result<i64> {
    store::in_review_of(conn, person)
}

/// Documents whose version in force took effect on a day or later, newest first; at most so many.
///
/// # Errors
/// When the database refuses.
pub fn effective_since(conn: &mut Conn, since: NaiveDate, limit: i64) -> Result<Vec<(Document, Version)>> {
    store::effective_since(conn, since, limit)
}
