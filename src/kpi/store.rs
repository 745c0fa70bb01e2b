//! Queries of definitions, profiles, targets and batches.

use chrono::NaiveDate;
use diesel::dsl::exists;
use diesel::prelude::*;

use super::model::{Applicability, Batch, BatchState, DefinitionRow, PhaseRow, ProfileRow, Scorecard, Signal, TargetRow};
use super::model_import::{KnownMapping, Lock};
use crate::db::Conn;
use crate::db::schema::{kpi_applicability, kpi_batches, kpi_definitions, kpi_measures, kpi_profiles, kpi_targets};
use crate::error::{Error, Result};
use crate::ledger::{Fact, FactTable, WriteTx};
use crate::organisation::CentreType;

/// The fact tables of this slice.
pub const FACTS: &[FactTable] = &[
    DefinitionRow::TABLE,
    ProfileRow::TABLE,
    TargetRow::TABLE,
    Batch::TABLE,
    Signal::TABLE,
    Scorecard::TABLE,
    PhaseRow::TABLE,
    Lock::TABLE,
    KnownMapping::TABLE,
    Applicability::TABLE,
];

/// All versions, of all codes or of one: each code where its first version was made, versions rising.
pub(super) fn definition_versions(conn: &mut Conn, code: Option<&str>) -> Result<Vec<DefinitionRow>> {
    let mut query = kpi_definitions::table.into_boxed();
    if let Some(code) = code {
        query = query.filter(kpi_definitions::code.eq(code));
    }
    Ok(query.order(kpi_definitions::id).limit(10_000).select(DefinitionRow::as_select()).load(conn)?)
}

pub(super) fn update_definition(tx: &mut WriteTx<'_>, row: &mut DefinitionRow) -> Result<()> {
    let seen = row.row_version;
    row.row_version = seen + 1;
    let n =
        diesel::update(kpi_definitions::table.filter(kpi_definitions::id.eq(&row.id).and(kpi_definitions::row_version.eq(seen))))
            .set(&*row)
            .execute(&mut **tx)?;
    if n == 0 {
        return Err(Error::Stale);
    }
    tx.image(row)
}

pub(super) fn insert_definition(tx: &mut WriteTx<'_>, row: &DefinitionRow) -> Result<()> {
    diesel::insert_into(kpi_definitions::table).values(row).execute(&mut **tx)?;
    tx.image(row)
}

pub(super) fn profile(conn: &mut Conn, centre_type: CentreType) -> Result<ProfileRow> {
    Ok(kpi_profiles::table
        .filter(kpi_profiles::centre_type.eq(centre_type.as_str()).and(kpi_profiles::in_force.eq(true)))
        .select(ProfileRow::as_select())
        .first(conn)?)
}

pub(super) fn profiles(conn: &mut Conn) -> Result<Vec<ProfileRow>> {
    Ok(kpi_profiles::table.filter(kpi_profiles::in_force.eq(true)).limit(100).select(ProfileRow::as_select()).load(conn)?)
}

/// All versions of the profiles, of all types or of one, versions rising.
pub(super) fn profile_versions(conn: &mut Conn, centre_type: Option<CentreType>) -> Result<Vec<ProfileRow>> {
    let mut query = kpi_profiles::table.into_boxed();
    if let Some(centre_type) = centre_type {
        query = query.filter(kpi_profiles::centre_type.eq(centre_type.as_str()));
    }
    Ok(query.order((kpi_profiles::centre_type, kpi_profiles::version)).limit(10_000).select(ProfileRow::as_select()).load(conn)?)
}

pub(super) fn update_profile(tx: &mut WriteTx<'_>, row: &mut ProfileRow) -> Result<()> {
    let seen = row.row_version;
    row.row_version = seen + 1;
    let n = diesel::update(kpi_profiles::table.filter(kpi_profiles::id.eq(&row.id).and(kpi_profiles::row_version.eq(seen))))
        .set(&*row)
        .execute(&mut **tx)?;
    if n == 0 {
        return Err(Error::Stale);
    }
    tx.image(row)
}

pub(super) fn insert_profile(tx: &mut WriteTx<'_>, row: &ProfileRow) -> Result<()> {
    diesel::insert_into(kpi_profiles::table).values(row).execute(&mut **tx)?;
    tx.image(row)
}

/// All targets of a centre, oldest first.
pub(super) fn targets(conn: &mut Conn, centre_id: &str) -> Result<Vec<TargetRow>> {
    Ok(kpi_targets::table
        .filter(kpi_targets::centre_id.eq(centre_id))
        .order((kpi_targets::code, kpi_targets::starts_on))
        .limit(5000)
        .select(TargetRow::as_select())
        .load(conn)?)
}

/// The targets of all centres, oldest first per KPI.
pub(super) fn all_targets(conn: &mut Conn) -> Result<Vec<TargetRow>> {
    Ok(kpi_targets::table
        .order((kpi_targets::code, kpi_targets::starts_on))
        .limit(100_000)
        .select(TargetRow::as_select())
        .load(conn)?)
}

pub(super) fn target(conn: &mut Conn, code: &str, centre_id: &str, starts_on: NaiveDate) -> Result<Option<TargetRow>> {
    Ok(kpi_targets::table
        .filter(kpi_targets::code.eq(code).and(kpi_targets::centre_id.eq(centre_id)).and(kpi_targets::starts_on.eq(starts_on)))
        .select(TargetRow::as_select())
        .first(conn)
        .optional()?)
}

pub(super) fn insert_target(tx: &mut WriteTx<'_>, row: &TargetRow) -> Result<()> {
    diesel::insert_into(kpi_targets::table).values(row).execute(&mut **tx)?;
    tx.image(row)
}

pub(super) fn update_target(tx: &mut WriteTx<'_>, row: &mut TargetRow) -> Result<()> {
    let seen = row.row_version;
    row.row_version = seen + 1;
    let n = diesel::update(kpi_targets::table.filter(kpi_targets::id.eq(&row.id).and(kpi_targets::row_version.eq(seen))))
        .set(&*row)
        .execute(&mut **tx)?;
    if n == 0 {
        return Err(Error::Stale);
    }
    tx.image(row)
}

/// Batches, newest first, from below a number on: all, or those with measures of some centres, whether they count or not.
pub(super) fn batches(conn: &mut Conn, centres: Option<&[String]>, below: Option<i64>, limit: i64) -> Result<Vec<Batch>> {
    let mut query = kpi_batches::table.filter(kpi_batches::number.lt(below.unwrap_or(i64::MAX))).into_boxed();
    if let Some(centres) = centres {
        let of = kpi_measures::table.filter(kpi_measures::batch_id.eq(kpi_batches::id));
        query = query.filter(exists(of.filter(kpi_measures::centre_id.eq_any(centres))));
    }
    Ok(query.order(kpi_batches::number.desc()).limit(limit).select(Batch::as_select()).load(conn)?)
}

pub(super) fn batch(conn: &mut Conn, id: &str) -> Result<Batch> {
    Ok(kpi_batches::table.find(id).select(Batch::as_select()).first(conn)?)
}

pub(super) fn batch_by_number(conn: &mut Conn, number: i64) -> Result<Batch> {
    Ok(kpi_batches::table.filter(kpi_batches::number.eq(number)).select(Batch::as_select()).first(conn)?)
}

/// The live batch with the same file and the same measures.
pub(super) fn identical(conn: &mut Conn, evidence_hash: &str, measures_hash: &str) -> Result<Option<Batch>> {
    Ok(kpi_batches::table
        .filter(kpi_batches::evidence_hash.eq(evidence_hash))
        .filter(kpi_batches::measures_hash.eq(measures_hash))
        .filter(kpi_batches::state.eq(BatchState::Committed))
        .select(Batch::as_select())
        .first(conn)
        .optional()?)
}

/// The mappings by which a source was imported, of batches that have anything of these days, in whatever state.
pub(super) fn mappings_of(conn: &mut Conn, source: &str, from: NaiveDate, to: NaiveDate) -> Result<Vec<String>> {
    Ok(kpi_batches::table
        .filter(kpi_batches::source.eq(source))
        .filter(kpi_batches::first_day.le(to).and(kpi_batches::last_day.ge(from)))
        .select(kpi_batches::mapping_hash)
        .distinct()
        .load(conn)?)
}

/// The batches whose place a batch took.
pub(super) fn replaced_by(conn: &mut Conn, id: &str) -> Result<Vec<Batch>> {
    Ok(kpi_batches::table
        .filter(kpi_batches::replaced_by.eq(id).and(kpi_batches::state.eq(BatchState::Replaced)))
        .order(kpi_batches::number)
        .limit(1000)
        .select(Batch::as_select())
        .load(conn)?)
}

/// The live supplements of a batch.
pub(super) fn supplements(conn: &mut Conn, number: i64) -> Result<Vec<Batch>> {
    Ok(kpi_batches::table
        .filter(kpi_batches::supplements.eq(number).and(kpi_batches::state.eq(BatchState::Committed)))
        .order(kpi_batches::number)
        .limit(1000)
        .select(Batch::as_select())
        .load(conn)?)
}

pub(super) fn insert_batch(tx: &mut WriteTx<'_>, row: &Batch) -> Result<()> {
    diesel::insert_into(kpi_batches::table).values(row).execute(&mut **tx)?;
    tx.image(row)
}

pub(super) fn update_batch(tx: &mut WriteTx<'_>, row: &mut Batch) -> Result<()> {
    let seen = row.row_version;
    row.row_version = seen + 1;
    let n = diesel::update(kpi_batches::table.filter(kpi_batches::id.eq(&row.id).and(kpi_batches::row_version.eq(seen))))
        .set(&*row)
        .execute(&mut **tx)?;
    if n == 0 {
        return Err(Error::Stale);
    }
    tx.image(row)
}

/// Which KPIs were switched off or on at a centre, oldest first.
pub(super) fn applicability(conn: &mut Conn, centre_id: &str) -> Result<Vec<Applicability>> {
    Ok(kpi_applicability::table
        .filter(kpi_applicability::centre_id.eq(centre_id))
        .order((kpi_applicability::code, kpi_applicability::starts_on))
        .limit(5000)
        .select(Applicability::as_select())
        .load(conn)?)
}

/// The same of all centres.
pub(super) fn applicability_everywhere(conn: &mut Conn) -> Result<Vec<Applicability>> {
    Ok(kpi_applicability::table
        .order((kpi_applicability::code, kpi_applicability::starts_on))
        .limit(100_000)
        .select(Applicability::as_select())
        .load(conn)?)
}

pub(super) fn insert_applicability(tx: &mut WriteTx<'_>, row: &Applicability) -> Result<()> {
    diesel::insert_into(kpi_applicability::table).values(row).execute(&mut **tx)?;
    tx.image(row)
}

pub(super) fn update_applicability(tx: &mut WriteTx<'_>, row: &mut Applicability) -> Result<()> {
    let seen = row.row_version;
    row.row_version = seen + 1;
    let own = kpi_applicability::id.eq(&row.id).and(kpi_applicability::row_version.eq(seen));
    let n = diesel::update(kpi_applicability::table.filter(own)).set(&*row).execute(&mut **tx)?;
    if n == 0 {
        return Err(Error::Stale);
    }
    tx.image(row)
}
