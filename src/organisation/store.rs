//! Queries of the organisation.

use diesel::prelude::*;

use super::model::{Centre, Organisation, Scheme, Unit};
use crate::db::Conn;
use crate::db::counter;
use crate::db::schema::{centres, organisation, schemes, settings, units};
use crate::error::{Error, Result};
use crate::ledger::{BookTx, Fact, FactTable, WriteTx};

/// The fact tables of this slice.
pub const FACTS: &[FactTable] = &[Organisation::TABLE, Unit::TABLE, Centre::TABLE, Scheme::TABLE];

pub(super) fn organisation(conn: &mut Conn) -> Result<Option<Organisation>> {
    Ok(organisation::table.select(Organisation::as_select()).first(conn).optional()?)
}

pub(super) fn insert_organisation(tx: &mut WriteTx<'_>, row: &Organisation) -> Result<()> {
    diesel::insert_into(organisation::table).values(row).execute(&mut **tx)?;
    tx.image(row)
}

pub(super) fn update_organisation(tx: &mut WriteTx<'_>, row: &mut Organisation, seen: i64) -> Result<()> {
    row.row_version = seen + 1;
    let n = diesel::update(organisation::table.filter(organisation::id.eq(&row.id).and(organisation::row_version.eq(seen))))
        .set(&*row)
        .execute(&mut **tx)?;
    if n == 0 {
        return Err(Error::Stale);
    }
    tx.image(row)
}

pub(super) fn units(conn: &mut Conn) -> Result<Vec<Unit>> {
    Ok(units::table.order(units::code).limit(1000).select(Unit::as_select()).load(conn)?)
}

pub(super) fn insert_unit(tx: &mut WriteTx<'_>, row: &Unit) -> Result<()> {
    diesel::insert_into(units::table).values(row).execute(&mut **tx)?;
    tx.image(row)
}

pub(super) fn centres(conn: &mut Conn) -> Result<Vec<Centre>> {
    Ok(centres::table.order(centres::code).limit(1000).select(Centre::as_select()).load(conn)?)
}

pub(super) fn centre(conn: &mut Conn, id: &str) -> Result<Centre> {
    Ok(centres::table.find(id).select(Centre::as_select()).first(conn)?)
}

pub(super) fn centre_by_code(conn: &mut Conn, code: &str) -> Result<Centre> {
    Ok(centres::table.filter(centres::code.eq(code)).select(Centre::as_select()).first(conn)?)
}

pub(super) fn insert_centre(tx: &mut WriteTx<'_>, row: &Centre) -> Result<()> {
    diesel::insert_into(centres::table).values(row).execute(&mut **tx)?;
    tx.image(row)
}

pub(super) fn update_centre(tx: &mut WriteTx<'_>, row: &mut Centre, seen: i64) -> Result<()> {
    row.row_version = seen + 1;
    let n = diesel::update(centres::table.filter(centres::id.eq(&row.id).and(centres::row_version.eq(seen))))
        .set(&*row)
        .execute(&mut **tx)?;
    if n == 0 {
        return Err(Error::Stale);
    }
    tx.image(row)
}

pub(super) fn schemes(conn: &mut Conn) -> Result<Vec<Scheme>> {
    Ok(schemes::table.order((schemes::purpose, schemes::tier)).limit(100).select(Scheme::as_select()).load(conn)?)
}

pub(super) fn scheme(conn: &mut Conn, purpose: &str, tier: i64) -> Result<Scheme> {
    Ok(schemes::table.filter(schemes::purpose.eq(purpose).and(schemes::tier.eq(tier))).select(Scheme::as_select()).first(conn)?)
}

pub(super) fn insert_scheme(tx: &mut WriteTx<'_>, row: &Scheme) -> Result<()> {
    diesel::insert_into(schemes::table).values(row).execute(&mut **tx)?;
    tx.image(row)
}

pub(super) fn update_scheme(tx: &mut WriteTx<'_>, row: &mut Scheme, seen: i64) -> Result<()> {
    row.row_version = seen + 1;
    let n = diesel::update(schemes::table.filter(schemes::id.eq(&row.id).and(schemes::row_version.eq(seen))))
        .set(&*row)
        .execute(&mut **tx)?;
    if n == 0 {
        return Err(Error::Stale);
    }
    tx.image(row)
}

/// Draws the next serial of a key, from 1, without gaps: it belongs to the transaction that uses it.
///
/// # Errors
/// When the database refuses.
pub fn next_serial(tx: &mut WriteTx<'_>, key: &str) -> Result<i64> {
    counter::draw(tx, key)
}

/// A setting of the installation.
///
/// # Errors
/// When the database refuses.
pub fn setting(conn: &mut Conn, key: &str) -> Result<Option<String>> {
    Ok(settings::table.find(key).select(settings::value).first(conn).optional()?)
}

/// Takes a setting of the installation away. Settings are bookkeeping: no event tells of them.
///
/// # Errors
/// When the database refuses.
pub fn clear_setting(conn: &mut Conn, key: &str) -> Result<()> {
    diesel::delete(settings::table.find(key)).execute(conn)?;
    Ok(())
}

/// Stores a setting of the installation.
///
/// # Errors
/// When the database refuses.
pub fn set_setting(tx: &mut BookTx<'_>, key: &str, value: &str) -> Result<()> {
    let n = diesel::update(settings::table.find(key)).set(settings::value.eq(value)).execute(&mut **tx)?;
    if n == 0 {
        diesel::insert_into(settings::table).values((settings::key.eq(key), settings::value.eq(value))).execute(&mut **tx)?;
    }
    Ok(())
}
