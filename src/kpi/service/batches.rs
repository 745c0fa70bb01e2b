//! Batches: listed, taken back, and made again from what was kept.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;

use super::overlap::{self, Place};
use super::{judging, locks, months};
use crate::actor::{Actor, Permission};
use crate::db::Conn;
use crate::error::{Error, Problem, Result};
use crate::evidence;
use crate::kpi::intake::{self, CellKey, Setting};
use crate::kpi::model::{Batch, BatchState, CellRow, MeasureRow};
use crate::kpi::quantities::Level;
use crate::kpi::rows::{Cells, measures_hash, totals_of};
use crate::kpi::{store, store_measures};
use crate::ledger::{Event, Ledger, WriteTx};
use crate::organisation::{self, Centre};

/// Batches with data of centres that this actor may see, newest first, below a number; at most so many.
///
/// # Errors
/// [`Error::NotFound`] for whoever may not read KPIs.
pub fn batches(conn: &mut Conn, actor: &Actor, below: Option<i64>, limit: i64) -> Result<Vec<Batch>> {
    let readable = readable(conn, actor)?;
    store::batches(conn, readable.as_deref(), below, limit)
}

/// A batch by its number.
///
/// # Errors
/// [`Error::NotFound`], also for a batch of other centres alone.
pub fn batch(conn: &mut Conn, actor: &Actor, number: i64) -> Result<Batch> {
    actor.see(Permission::ReadKpis)?;
    visible_batch(conn, actor, number)
}

/// A batch with data of a centre that this actor may see, or import for.
///
/// # Errors
/// [`Error::NotFound`].
pub(super) fn visible_batch(conn: &mut Conn, actor: &Actor, number: i64) -> Result<Batch> {
    let batch = store::batch_by_number(conn, number)?;
    if is_visible(conn, actor, &batch)? { Ok(batch) } else { Err(Error::NotFound) }
}

/// Whether a batch has data of a centre that this actor may see, or import for.
///
/// # Errors
/// When the database refuses.
pub(super) fn is_visible(conn: &mut Conn, actor: &Actor, batch: &Batch) -> Result<bool> {
    Ok(store_measures::centres_of(conn, &batch.id)?.iter().any(|centre| knows(actor, centre)))
}

/// Whether this actor may see the data of a centre, or import for it.
pub(super) fn knows(actor: &Actor, centre: &str) -> bool {
    actor.may_at(Permission::ReadKpis, centre) || actor.may_at(Permission::ImportKpis, centre)
}

/// The ids of the centres that this actor may see; none: all of them.
fn readable(conn: &mut Conn, actor: &Actor) -> Result<Option<Vec<String>>> {
    actor.see(Permission::ReadKpis)?;
    let all = organisation::centres(conn)?;
    let own: Vec<String> =
        all.iter().filter(|centre| actor.may_at(Permission::ReadKpis, &centre.id)).map(|centre| centre.id.clone()).collect();
    Ok((own.len() < all.len()).then_some(own))
}

/// A measure of a centre, day and channel, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMeasure {
    /// Code of the centre.
    pub centre: String,
    /// The day.
    pub day: NaiveDate,
    /// Code of the channel.
    pub channel: String,
    /// Name of the measure.
    pub measure: String,
    /// The sum of a flow, the count of a stock, the number of values of a spread.
    pub count: i128,
    /// The values of a spread, `value:count,…`.
    pub spread: Option<String>,
}

/// The measures of a batch at the centres that this actor may see.
///
/// # Errors
/// [`Error::NotFound`].
pub fn measures_of(conn: &mut Conn, actor: &Actor, number: i64) -> Result<Vec<StoredMeasure>> {
    let batch = batch(conn, actor, number)?;
    let mut centres = organisation::centres(conn)?;
    centres.retain(|centre| actor.may_at(Permission::ReadKpis, &centre.id));
    let codes: BTreeMap<String, String> = centres.into_iter().map(|centre| (centre.id, centre.code)).collect();
    let mut found = Vec::new();
    for row in store_measures::of_batch(conn, &batch.id)? {
        let Some(centre) = codes.get(&row.centre_id) else { continue };
        let named = totals_of(&row)?.into_quantities();
        let one = |measure: String, count: i128, spread: Option<String>| StoredMeasure {
            centre: centre.clone(),
            day: row.day,
            channel: row.channel.clone(),
            measure,
            count,
            spread,
        };
        found.extend(named.flows.into_iter().map(|(name, count)| one(name, count, None)));
        let last = |(name, level): (String, Level)| level.last().map(|count| one(name, i128::from(count), None));
        found.extend(named.levels.into_iter().filter_map(last));
        found.extend(named.spreads.into_iter().map(|(name, spread)| one(name, spread.total().into(), Some(spread.to_text()))));
    }
    Ok(found)
}

/// The number of a batch.
///
/// # Errors
/// [`Error::NotFound`].
pub(crate) fn batch_number(conn: &mut Conn, id: &str) -> Result<i64> {
    Ok(store::batch(conn, id)?.number)
}

/// The mapping of the newest batch that this actor may see.
///
/// # Errors
/// [`Error::NotFound`] for whoever may not read KPIs.
pub(crate) fn last_mapping(conn: &mut Conn, actor: &Actor) -> Result<Option<String>> {
    batches(conn, actor, None, 1)?.first().map(|batch| evidence::text(conn, &batch.mapping_hash)).transpose()
}

/// Whether this actor may take a batch back: they may import at every centre it touches.
///
/// # Errors
/// When the database refuses.
pub(crate) fn may_undo(conn: &mut Conn, actor: &Actor, batch: &Batch) -> Result<bool> {
    let centres = store_measures::centres_of(conn, &batch.id)?;
    Ok(centres.iter().all(|centre| actor.may_at(Permission::ImportKpis, centre)))
}

/// Takes a batch back, and its supplements with it. What it had replaced counts again.
///
/// # Errors
/// [`Error::Conflict`] when it does not count any more, when a locked month would change, or when days of what it had replaced belong to others.
pub fn undo(tx: &mut WriteTx<'_>, number: i64, reason: Option<&str>) -> Result<Batch> {
    tx.actor.require(Permission::ImportKpis)?;
    let actor = Arc::clone(&tx.actor);
    let mut batch = visible_batch(tx, &actor, number)?;
    let mut supplements = store::supplements(tx, number)?;
    for one in std::iter::once(&batch).chain(&supplements) {
        for centre in store_measures::centres_of(tx, &one.id)? {
            tx.actor.require_at(Permission::ImportKpis, &centre)?;
        }
    }
    if batch.state != BatchState::Committed {
        return Err(Error::Conflict(Problem::whole("kpi-not-live").with("batch", batch.label())));
    }
    let replaced = store::replaced_by(tx, &batch.id)?;
    let changed = overlap::undone(tx, &std::iter::once(&batch).chain(&supplements).collect::<Vec<_>>(), &replaced)?;
    locks::check(tx, &changed)?;
    for supplement in &mut supplements {
        take_back(tx, supplement)?;
        tx.record(Event::new("kpi.undo", "batch", &supplement.id, &supplement.label()).because(reason).detail("with", number));
    }
    take_back(tx, &mut batch)?;
    let mut restored = Vec::new();
    for old in &replaced {
        let days = store_measures::days_of(tx, &old.id)?;
        overlap::free(tx, old, &days.into_iter().collect())?;
    }
    for mut old in replaced {
        old.state = BatchState::Committed;
        old.replaced_by = None;
        store::update_batch(tx, &mut old)?;
        let cells = owned_by(tx, &old)?;
        store_measures::insert_cells(tx, &cells)?;
        restored.push(old.number);
    }
    months::renew(tx, &months::of_days(changed.iter()))?;
    judging::note(tx, &batch.id, &changed, true)?;
    tx.record(Event::new("kpi.undo", "batch", &batch.id, &batch.label()).because(reason).detail("restored", restored));
    Ok(batch)
}

fn take_back(tx: &mut WriteTx<'_>, batch: &mut Batch) -> Result<()> {
    batch.state = BatchState::Undone;
    store_measures::delete_cells(tx, &batch.id)?;
    store::update_batch(tx, batch)
}

fn owned_by(conn: &mut Conn, batch: &Batch) -> Result<Vec<CellRow>> {
    let days = store_measures::days_of(conn, &batch.id)?;
    Ok(cell_rows(batch, days))
}

/// What a batch's rebuilding found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Rebuilt {
    /// Number of the batch.
    pub number: i64,
    /// The stored measures were not what the kept file gives, and were written again.
    pub repaired: bool,
}

/// Makes the measures and cells of every batch again from its kept file and mapping.
///
/// # Errors
/// [`Error::Conflict`] naming a batch whose kept file does not give the measures that its record names: that is tampering, not derived
/// data gone stale.
pub fn rebuild(ledger: &Ledger, evidence_dir: &Path, actor: &Arc<Actor>) -> Result<Vec<Rebuilt>> {
    actor.require(Permission::ManageOrganisation)?;
    let centres = ledger.db.read(organisation::centres)?;
    let mut done = Vec::new();
    let mut below = None;
    loop {
        let page = ledger.db.read(|conn| store::batches(conn, None, below, 100))?;
        let Some(last) = page.last() else { break };
        below = Some(last.number);
        for mut batch in page {
            done.push(loop {
                match rebuild_one(ledger, evidence_dir, actor, &centres, &batch)? {
                    Some(rebuilt) => break rebuilt,
                    None => batch = ledger.db.read(|conn| store::batch(conn, &batch.id))?,
                }
            });
        }
    }
    months::repair(ledger, actor)?;
    Ok(done)
}

/// Makes one batch again; none when it was replaced or taken back meanwhile.
fn rebuild_one(ledger: &Ledger, dir: &Path, actor: &Arc<Actor>, centres: &[Centre], batch: &Batch) -> Result<Option<Rebuilt>> {
    let text = ledger.db.read(|conn| evidence::text(conn, &batch.mapping_hash))?;
    let Some(read_cells) = reread(dir, centres, batch, &text)? else {
        return Err(Error::Conflict(Problem::whole("kpi-rebuild-differs").with("batch", batch.label())));
    };
    let (stored, cells) =
        ledger.db.read(|conn| Ok((stored_cells(conn, centres, batch)?, store_measures::cells_of(conn, &batch.id)?)))?;
    let expected: Vec<CellRow> =
        if batch.state == BatchState::Committed { places(centres, batch, &read_cells)? } else { Vec::new() };
    let repaired = stored.as_ref() != Some(&read_cells) || cells != expected;
    if repaired {
        let rows = all_rows(centres, batch, &read_cells)?;
        let (id, seen) = (batch.id.clone(), batch.row_version);
        let written = ledger.write(actor, move |tx| {
            if store::batch(tx, &id)?.row_version != seen {
                return Ok(false);
            }
            store_measures::delete_cells(tx, &id)?;
            store_measures::delete_measures(tx, &id)?;
            store_measures::insert_measures(tx, &rows)?;
            store_measures::insert_cells(tx, &expected)?;
            Ok(true)
        })?;
        if !written {
            return Ok(None);
        }
    }
    Ok(Some(Rebuilt { number: batch.number, repaired }))
}

/// Reads a kept file again with its mapping; none when it does not give the measures that its batch names.
///
/// # Errors
/// When file or mapping cannot be read at all.
pub(super) fn reread(dir: &Path, centres: &[Centre], batch: &Batch, mapping: &str) -> Result<Option<Cells>> {
    let mapping = super::import::read_mapping(mapping, batch.default_centre.as_deref())?;
    let file = evidence::open(dir, &batch.evidence_hash)?;
    let (scratch, zones) = (evidence::scratch(dir)?, super::import::zones(centres)?);
    // What is kept was rewritten already: its pseudonyms are what they are.
    let setting = Setting { scratch: &scratch, zones: &zones, names: None, as_of: batch.as_of };
    let read = intake::read(file, &mapping, setting, &mut std::io::sink()).map_err(Error::internal)?;
    let refused = batch.rows_refused.map_or(Ok(0), u64::try_from).map_err(Error::internal)?;
    let cells = Cells { calls: read.cells, quantities: read.quantities };
    let faithful = read.error_count == refused && measures_hash(&batch.source, &cells)? == batch.measures_hash;
    Ok(faithful.then_some(cells))
}

/// The stored measures by cell; none when a row cannot be read.
fn stored_cells(conn: &mut Conn, centres: &[Centre], batch: &Batch) -> Result<Option<Cells>> {
    let codes: BTreeMap<&str, &str> = centres.iter().map(|centre| (centre.id.as_str(), centre.code.as_str())).collect();
    let mut cells = Cells::default();
    for row in store_measures::of_batch(conn, &batch.id)? {
        let Some(code) = codes.get(row.centre_id.as_str()) else { return Ok(None) };
        let key = CellKey { centre: Arc::from(*code), day: row.day, channel: Arc::from(row.channel.as_str()) };
        if cells.take(key, &row).is_err() {
            return Ok(None);
        }
    }
    Ok(Some(cells))
}

fn all_rows(centres: &[Centre], batch: &Batch, cells: &Cells) -> Result<Vec<MeasureRow>> {
    cells.keys().into_iter().map(|key| cells.row(&batch.id, &batch.source, id_of(centres, &key.centre)?, key)).collect()
}

fn places(centres: &[Centre], batch: &Batch, cells: &Cells) -> Result<Vec<CellRow>> {
    let mut rows = BTreeSet::new();
    for key in cells.keys() {
        rows.insert((id_of(centres, &key.centre)?.to_owned(), key.day));
    }
    Ok(cell_rows(batch, rows.into_iter().collect()))
}

/// The cells of a batch on its days.
pub(super) fn cell_rows(batch: &Batch, places: Vec<Place>) -> Vec<CellRow> {
    let row =
        |(centre_id, day)| CellRow { source: batch.source.clone(), centre_id, day, batch_id: batch.id.clone(), part: batch.part() };
    places.into_iter().map(row).collect()
}

fn id_of<'a>(centres: &'a [Centre], code: &str) -> Result<&'a str> {
    centres.iter().find(|centre| centre.code == code).map(|centre| centre.id.as_str()).ok_or(Error::NotFound)
}
