//! Remembered mappings: how files of a source, kind and header were read last, so that the next file like it needs no questions
//! (ISO 9001 7.5.3: the mapping itself is a kept text).

use super::batches::batch;
use crate::actor::{Actor, Permission};
use crate::db::{Conn, new_id};
use crate::error::Result;
use crate::evidence;
use crate::kpi::mapping::{SourceKind, adapted};
use crate::kpi::model::Batch;
use crate::kpi::model_import::{KnownMapping, Staged};
use crate::kpi::store_import as store;
use crate::ledger::{Event, WriteTx, sha256_hex};

/// Most that are listed.
const LISTED: i64 = 200;

/// What tells headers apart: their names, in order.
pub(super) fn fingerprint(header: &[String]) -> String {
    sha256_hex(header.join("\u{1f}").as_bytes())
}

/// Remembered mappings, newest first.
///
/// # Errors
/// [`crate::error::Error::NotFound`] for whoever may not read KPIs.
pub fn known_mappings(conn: &mut Conn, actor: &Actor) -> Result<Vec<KnownMapping>> {
    actor.see(Permission::ReadKpis)?;
    store::mappings(conn, LISTED)
}

/// The text of the mapping that fits files of this kind with these columns.
///
/// # Errors
/// When the database refuses.
pub(super) fn mapping_for(conn: &mut Conn, kind: SourceKind, header: &[String]) -> Result<Option<String>> {
    let known = store::mapping_for(conn, kind.as_str(), &fingerprint(header))?;
    known.map(|known| evidence::text(conn, &known.mapping_hash)).transpose()
}

/// Whether a file is to be read as the last one with the same columns was.
///
/// # Errors
/// When the database refuses, or what was seen of the file cannot be read.
pub fn is_remembered(conn: &mut Conn, staged: &Staged) -> Result<bool> {
    let seen = staged.glimpse()?;
    let known = mapping_for(conn, staged.source_kind(), &seen.header())?.and_then(|text| adapted(&text, &seen));
    Ok(known.is_some() && known == staged.mapping)
}

/// The text of the mapping of a batch.
///
/// # Errors
/// [`crate::error::Error::NotFound`].
pub(super) fn mapping_of_batch(conn: &mut Conn, actor: &Actor, number: i64) -> Result<String> {
    let batch = batch(conn, actor, number)?;
    evidence::text(conn, &batch.mapping_hash)
}

/// Remembers how a batch was read, unless it is known.
pub(super) fn remember(tx: &mut WriteTx<'_>, batch: &Batch, kind: SourceKind, header: &[String]) -> Result<()> {
    let header_hash = fingerprint(header);
    let known = store::mapping_of(tx, &batch.source, kind.as_str(), &header_hash)?;
    if known.as_ref().is_some_and(|known| known.mapping_hash == batch.mapping_hash) {
        return Ok(());
    }
    let width = i64::try_from(header.len()).map_err(crate::error::Error::internal)?;
    let mut row = KnownMapping {
        id: known.as_ref().map_or_else(new_id, |known| known.id.clone()),
        source: batch.source.clone(),
        kind: kind.as_str().to_owned(),
        header_hash,
        width,
        mapping_hash: batch.mapping_hash.clone(),
        used_by: tx.actor.name.clone(),
        used_at: tx.now,
        row_version: known.as_ref().map_or(1, |known| known.row_version),
    };
    if known.is_some() {
        store::update_mapping(tx, &mut row)?
    } else {
        store::insert_mapping(tx, &row)?
    }
    tx.record(Event::new("kpi.mapping", "batch", &batch.id, &format!("{} ({})", batch.source, batch.label())));
    Ok(())
}
