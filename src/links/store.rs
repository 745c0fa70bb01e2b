//! Queries of links.

use diesel::prelude::*;

use crate::db::schema::links;
use crate::db::{Conn, new_id};
use crate::error::Result;

/// Links read or written in one statement.
const CHUNK: usize = 500;

/// A link.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, serde::Serialize)]
#[diesel(table_name = links)]
pub struct Link {
    /// Id.
    pub id: String,
    /// Kind of what refers.
    pub from_kind: String,
    /// What refers.
    pub from_id: String,
    /// How: `parent`, `reference`, `governs`.
    pub relation: String,
    /// Kind of the target.
    pub to_kind: String,
    /// The target; empty while it is not there.
    pub to_id: String,
    /// The target's key, folded: a document's code key.
    pub to_key: String,
}

/// A link to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLink {
    /// How.
    pub relation: &'static str,
    /// Kind of the target.
    pub to_kind: &'static str,
    /// The target; empty when it is not there.
    pub to_id: String,
    /// The target's folded key.
    pub to_key: String,
}

/// Writes all links of an object again.
///
/// # Errors
/// When the database refuses.
pub fn replace(conn: &mut Conn, from_kind: &str, from_id: &str, new: &[NewLink]) -> Result<()> {
    diesel::delete(links::table.filter(links::from_kind.eq(from_kind).and(links::from_id.eq(from_id)))).execute(conn)?;
    let rows: Vec<Link> = new
        .iter()
        .map(|link| Link {
            id: new_id(),
            from_kind: from_kind.to_owned(),
            from_id: from_id.to_owned(),
            relation: link.relation.to_owned(),
            to_kind: link.to_kind.to_owned(),
            to_id: link.to_id.clone(),
            to_key: link.to_key.clone(),
        })
        .collect();
    for chunk in rows.chunks(CHUNK) {
        crate::each_backend!(conn, |inner| diesel::insert_into(links::table).values(chunk).execute(inner))?;
    }
    Ok(())
}

/// A target has appeared: links written with its key now lead to it.
///
/// # Errors
/// When the database refuses.
pub fn settle(conn: &mut Conn, to_kind: &str, to_key: &str, to_id: &str) -> Result<()> {
    diesel::update(links::table.filter(links::to_kind.eq(to_kind).and(links::to_key.eq(to_key)).and(links::to_id.eq(""))))
        .set(links::to_id.eq(to_id))
        .execute(conn)?;
    Ok(())
}

/// A target is gone: links to it dangle.
///
/// # Errors
/// When the database refuses.
pub fn unsettle(conn: &mut Conn, to_kind: &str, to_id: &str) -> Result<()> {
    diesel::update(links::table.filter(links::to_kind.eq(to_kind).and(links::to_id.eq(to_id))))
        .set(links::to_id.eq(""))
        .execute(conn)?;
    Ok(())
}

/// What an object refers to.
///
/// # Errors
/// When the database refuses.
pub fn from(conn: &mut Conn, kind: &str, id: &str) -> Result<Vec<Link>> {
    Ok(links::table
        .filter(links::from_kind.eq(kind).and(links::from_id.eq(id)))
        .order((links::relation, links::to_key))
        .select(Link::as_select())
        .load(conn)?)
}

/// Everything that objects of a kind refer to.
///
/// # Errors
/// When the database refuses.
pub fn of_kind(conn: &mut Conn, from_kind: &str) -> Result<Vec<Link>> {
    Ok(links::table
        .filter(links::from_kind.eq(from_kind))
        .order((links::from_id, links::to_key))
        .select(Link::as_select())
        .load(conn)?)
}

/// What refers to an object.
///
/// # Errors
/// When the database refuses.
pub fn to(conn: &mut Conn, kind: &str, id: &str) -> Result<Vec<Link>> {
    Ok(links::table
        .filter(links::to_kind.eq(kind).and(links::to_id.eq(id)))
        .order((links::relation, links::from_id))
        .select(Link::as_select())
        .load(conn)?)
}

/// Links of a kind that lead nowhere.
///
/// # Errors
/// When the database refuses.
pub fn dangling(conn: &mut Conn, to_kind: &str, limit: i64) -> Result<Vec<Link>> {
    Ok(links::table
        .filter(links::to_kind.eq(to_kind).and(links::to_id.eq("")))
        .order((links::to_key, links::from_id))
        .limit(limit)
        .select(Link::as_select())
        .load(conn)?)
}
