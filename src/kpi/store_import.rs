//! Queries around imports: locked months, remembered mappings, files that wait.

use diesel::prelude::*;

use super::model_import::{KnownMapping, Lock, Staged};
use crate::db::schema::{kpi_locks, kpi_mappings, kpi_staged};
use crate::db::{Conn, Instant};
use crate::error::{Error, Result};
use crate::ledger::WriteTx;

/// All locks, also those opened again; newest month first.
pub(super) fn locks(conn: &mut Conn) -> Result<Vec<Lock>> {
    Ok(kpi_locks::table
        .order((kpi_locks::month.desc(), kpi_locks::centre_id))
        .limit(100_000)
        .select(Lock::as_select())
        .load(conn)?)
}

/// The lock of a month of a centre, whatever its state.
pub(super) fn lock(conn: &mut Conn, centre_id: &str, month: &str) -> Result<Option<Lock>> {
    let found = kpi_locks::table.filter(kpi_locks::centre_id.eq(centre_id).and(kpi_locks::month.eq(month)));
    Ok(found.select(Lock::as_select()).first(conn).optional()?)
}

pub(super) fn insert_lock(tx: &mut WriteTx<'_>, row: &Lock) -> Result<()> {
    diesel::insert_into(kpi_locks::table).values(row).execute(&mut **tx)?;
    tx.image(row)
}

pub(super) fn update_lock(tx: &mut WriteTx<'_>, row: &mut Lock) -> Result<()> {
    let seen = row.row_version;
    row.row_version = seen + 1;
    let own = kpi_locks::table.filter(kpi_locks::id.eq(&row.id).and(kpi_locks::row_version.eq(seen)));
    if diesel::update(own).set(&*row).execute(&mut **tx)? == 0 {
        return Err(Error::Stale);
    }
    tx.image(row)
}

/// Remembered mappings, newest first.
pub(super) fn mappings(conn: &mut Conn, limit: i64) -> Result<Vec<KnownMapping>> {
    let all = kpi_mappings::table.order((kpi_mappings::used_at.desc(), kpi_mappings::id)).limit(limit);
    Ok(all.select(KnownMapping::as_select()).load(conn)?)
}

/// The newest mapping of files of a kind with the same columns.
pub(super) fn mapping_for(conn: &mut Conn, kind: &str, header_hash: &str) -> Result<Option<KnownMapping>> {
    let like = kpi_mappings::table.filter(kpi_mappings::kind.eq(kind).and(kpi_mappings::header_hash.eq(header_hash)));
    Ok(like.order(kpi_mappings::used_at.desc()).select(KnownMapping::as_select()).first(conn).optional()?)
}

/// The mapping of a source for files with the same columns.
pub(super) fn mapping_of(conn: &mut Conn, source: &str, kind: &str, header_hash: &str) -> Result<Option<KnownMapping>> {
    let own = kpi_mappings::source.eq(source).and(kpi_mappings::kind.eq(kind)).and(kpi_mappings::header_hash.eq(header_hash));
    Ok(kpi_mappings::table.filter(own).select(KnownMapping::as_select()).first(conn).optional()?)
}

pub(super) fn insert_mapping(tx: &mut WriteTx<'_>, row: &KnownMapping) -> Result<()> {
    diesel::insert_into(kpi_mappings::table).values(row).execute(&mut **tx)?;
    tx.image(row)
}

pub(super) fn update_mapping(tx: &mut WriteTx<'_>, row: &mut KnownMapping) -> Result<()> {
    let seen = row.row_version;
    row.row_version = seen + 1;
    let own = kpi_mappings::table.filter(kpi_mappings::id.eq(&row.id).and(kpi_mappings::row_version.eq(seen)));
    if diesel::update(own).set(&*row).execute(&mut **tx)? == 0 {
        return Err(Error::Stale);
    }
    tx.image(row)
}

/// The files of a person, newest first.
pub(super) fn staged_of(conn: &mut Conn, owner: &str) -> Result<Vec<Staged>> {
    let own = kpi_staged::table.filter(kpi_staged::owner.eq(owner)).order(kpi_staged::made_at.desc()).limit(100);
    Ok(own.select(Staged::as_select()).load(conn)?)
}

/// A file of a person.
pub(super) fn staged(conn: &mut Conn, owner: &str, id: &str) -> Result<Staged> {
    let own = kpi_staged::table.filter(kpi_staged::id.eq(id).and(kpi_staged::owner.eq(owner)));
    Ok(own.select(Staged::as_select()).first(conn)?)
}

pub(super) fn insert_staged(tx: &mut WriteTx<'_>, row: &Staged) -> Result<()> {
    diesel::insert_into(kpi_staged::table).values(row).execute(&mut **tx)?;
    Ok(())
}

pub(super) fn update_staged(tx: &mut WriteTx<'_>, row: &Staged) -> Result<()> {
    diesel::update(kpi_staged::table.find(&row.id)).set(row).execute(&mut **tx)?;
    Ok(())
}

pub(super) fn delete_staged(tx: &mut WriteTx<'_>, id: &str) -> Result<()> {
    diesel::delete(kpi_staged::table.find(id)).execute(&mut **tx)?;
    Ok(())
}

/// Ids of the files that were sent before a moment.
pub(super) fn staged_before(conn: &mut Conn, moment: Instant) -> Result<Vec<String>> {
    Ok(kpi_staged::table.filter(kpi_staged::made_at.lt(moment)).limit(1000).select(kpi_staged::id).load(conn)?)
}

/// Whether a file is known.
pub(super) fn is_staged(conn: &mut Conn, id: &str) -> Result<bool> {
    let found: i64 = kpi_staged::table.filter(kpi_staged::id.eq(id)).count().get_result(conn)?;
    Ok(found > 0)
}
