//! What is behind a value: its measures by file, and the rows of a kept file that add to them, read from that file again. Every number ends
//! at rows (ISO 9001 7.1.5.2, 9.1.1).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::Serialize;

use super::import::{read_mapping, zones};
use super::{Input, Known, definition_on, visible};
use crate::actor::Actor;
use crate::db::{Db, new_id};
use crate::error::{Error, Problem, Result};
use crate::evidence;
use crate::kpi::daybook::reach;
use crate::kpi::intake::{self, Blocks, IntakeError, Setting, Traced, TracedRow, Wanted};
use crate::kpi::mapping::SourceMapping;
use crate::kpi::measures::Measures;
use crate::kpi::model::Batch;
use crate::kpi::period::Period;
use crate::kpi::quantities::Quantities;
use crate::kpi::rows::totals_of;
use crate::kpi::store_measures;
use crate::kpi::totals::Totals;
use crate::kpi::vocabulary::{Measure, Vocabulary};
use crate::organisation::{self, Centre};

/// Most rows handed out at a time.
pub const MOST_ROWS: u64 = 100_000;

/// Which rows are asked for.
#[derive(Debug, Clone)]
pub struct AskedRows {
    /// Code of the KPI.
    pub code: String,
    /// Code of the centre.
    pub centre: String,
    /// The period.
    pub period: Period,
    /// Number of the batch; none: the first one behind the value.
    pub batch: Option<i64>,
    /// Rows passed over.
    pub skip: u64,
    /// Rows handed out after those, at most [`MOST_ROWS`].
    pub take: u64,
}

/// What one measure of a value comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = KpiMeasureSum)]
pub struct MeasureSum {
    /// Name of the measure.
    pub measure: String,
    /// As stored: a sum, the number of values of a spread, the last count of a stock.
    #[schema(value_type = Option<i64>)]
    pub stored: Option<i128>,
    /// As the rows of the file give it; none where the file was not read.
    #[schema(value_type = Option<i64>)]
    pub rows: Option<i128>,
}

/// A file behind a value, with what it adds.
#[derive(Debug, Clone)]
pub struct FileShare {
    /// The batch.
    pub input: Input,
    /// What it adds to the measures of the value.
    pub sums: Vec<MeasureSum>,
}

/// What is behind a value.
#[derive(Debug, Clone)]
pub struct Behind {
    /// The KPI.
    pub known: Known,
    /// The centre.
    pub centre: Centre,
    /// The period.
    pub period: Period,
    /// The files that add to it, by number.
    pub files: Vec<FileShare>,
    /// The file whose rows follow; none when nothing was delivered.
    pub chosen: Option<i64>,
    /// Its columns.
    pub header: Vec<String>,
    /// Its rows.
    pub rows: Vec<TracedRow>,
    /// All of its rows that add to the period.
    pub total: u64,
    /// Why its rows cannot be shown.
    pub fault: Option<Problem>,
}

impl Behind {
    /// Whether the rows of the chosen file give what is stored.
    #[must_use]
    pub fn agrees(&self) -> bool {
        let chosen = self.files.iter().find(|file| Some(file.input.batch) == self.chosen);
        self.fault.is_none() && chosen.is_none_or(|file| file.sums.iter().all(|sum| sum.stored == sum.rows))
    }
}

/// What has to be known of a file before its rows are read.
struct Chosen {
    batch: Batch,
    mapping: SourceMapping,
}

/// The measures and rows behind a value.
///
/// # Errors
/// [`Error::NotFound`] for an unknown KPI, centre or batch, or one this actor may not see; [`Error::Conflict`] for a KPI that waits for its
/// data source.
pub fn behind(db: &Db, evidence_dir: &Path, actor: &Actor, asked: &AskedRows) -> Result<Behind> {
    let (mut found, chosen, centres) = db.read(|conn| {
        let centre = visible(conn, actor, &asked.centre)?;
        let known = definition_on(conn, &asked.code, asked.period.to)?;
        let used = used(&known)?;
        let from = first_day(&known, asked.period);
        let mut by_batch: BTreeMap<String, Totals> = BTreeMap::new();
        for row in store_measures::live(conn, &centre.id, from, asked.period.to)? {
            by_batch.entry(row.batch_id.clone()).or_default().take(totals_of(&row)?);
        }
        let (mut files, mut batches) = (Vec::new(), Vec::new());
        for batch in store_measures::inputs(conn, &centre.id, from, asked.period.to)? {
            let sums = by_batch.get(&batch.id).map(|totals| sums(&used, &totals.quantities())).unwrap_or_default();
            if sums.iter().any(|sum| sum.stored.is_some()) {
                files.push(FileShare { input: Input::of(&batch), sums });
                batches.push(batch);
            }
        }
        let chosen = match asked.batch {
            Some(number) => Some(batches.into_iter().find(|batch| batch.number == number).ok_or(Error::NotFound)?),
            None => batches.into_iter().next(),
        };
        let chosen = chosen.map(|batch| {
            let text = evidence::text(conn, &batch.mapping_hash)?;
            Ok::<_, Error>(Chosen { mapping: read_mapping(&text, batch.default_centre.as_deref())?, batch })
        });
        let chosen = chosen.transpose()?;
        let number = chosen.as_ref().map(|chosen| chosen.batch.number);
        let (period, header, rows) = (asked.period, Vec::new(), Vec::new());
        let found = Behind { known, centre, period, files, chosen: number, header, rows, total: 0, fault: None };
        Ok((found, chosen, organisation::centres(conn)?))
    })?;
    if let Some(chosen) = chosen {
        let (centre, from, to) = (asked.centre.clone(), first_day(&found.known, asked.period), asked.period.to);
        let wanted = Wanted { centre, from, to, skip: asked.skip, take: asked.take.min(MOST_ROWS) };
        match read_rows(evidence_dir, &centres, &chosen, &wanted, &mut found.rows) {
            Ok(traced) => take(&mut found, chosen.batch.number, traced),
            Err(fault) => found.fault = Some(fault),
        }
    }
    Ok(found)
}

/// The first day that a value looks at: earlier than its period where the formula has a wider window.
fn first_day(known: &Known, period: Period) -> NaiveDate {
    known.formula.as_ref().map_or(period.from, |formula| reach(period, &formula.scope()))
}

/// The measures that a value is made of.
///
/// # Errors
/// [`Error::Conflict`] for a KPI that waits for its data source.
pub(super) fn used(known: &Known) -> Result<Vec<&'static Measure>> {
    let formula = known.formula.as_ref();
    let formula =
        formula.ok_or_else(|| Error::Conflict(Problem::whole("kpi-unmeasured").with("code", known.definition.code.clone())))?;
    let slots: BTreeSet<_> = formula.measures().into_iter().collect();
    Ok(slots.into_iter().map(|slot| Vocabulary::shipped().at(slot)).collect())
}

/// What each of them comes to.
pub(super) fn sums(used: &[&Measure], quantities: &Quantities) -> Vec<MeasureSum> {
    let sum = |measure: &&Measure| {
        let name = &measure.name;
        let flow = quantities.flows.get(name).copied();
        let spread = || quantities.spreads.get(name).map(|spread| i128::from(spread.total()));
        let level = || quantities.levels.get(name).and_then(|level| level.last()).map(i128::from);
        MeasureSum { measure: name.clone(), stored: flow.or_else(spread).or_else(level), rows: None }
    };
    used.iter().map(sum).collect()
}

/// Sets what the rows gave beside what is stored.
fn take(found: &mut Behind, number: i64, traced: Traced) {
    let days = first_day(&found.known, found.period)..=found.period.to;
    let own = |key: &intake::CellKey| *key.centre == *found.centre.code && days.contains(&key.day);
    let contacts = Measures::total(traced.intake.cells.iter().filter(|(key, _)| own(key)).map(|(_, measures)| measures));
    let mut totals = Totals::of(contacts);
    traced.intake.quantities.iter().filter(|(key, _)| own(key)).for_each(|(_, named)| totals.named.merge(named));
    let used = used(&found.known).unwrap_or_default();
    let read = sums(&used, &totals.quantities());
    if let Some(file) = found.files.iter_mut().find(|file| file.input.batch == number) {
        file.sums.iter_mut().zip(read).for_each(|(sum, read)| sum.rows = read.stored);
    }
    (found.header, found.total) = (traced.header, traced.total);
}

fn read_rows(
    evidence_dir: &Path,
    centres: &[Centre],
    chosen: &Chosen,
    wanted: &Wanted,
    rows: &mut Vec<TracedRow>,
) -> std::result::Result<Traced, Problem> {
    let batch = &chosen.batch;
    let gone = |_| Problem::whole("kpi-rows-unreadable").with("batch", batch.label());
    let (zones, scratch) = (zones(centres).map_err(gone)?, evidence::scratch(evidence_dir).map_err(gone)?);
    let file = evidence::open(evidence_dir, &batch.evidence_hash).map_err(gone)?;
    let setting = Setting { scratch: &scratch, zones: &zones, names: None, as_of: batch.as_of };
    let index = index_path(evidence_dir, batch);
    let known = fs::read(&index).ok().and_then(|bytes| serde_json::from_slice::<Blocks>(&bytes).ok());
    let mut give = |row| {
        rows.push(row);
        Ok(())
    };
    let traced = intake::trace(file, &chosen.mapping, setting, (wanted, known.as_ref()), &mut give);
    let traced = traced.map_err(|_: IntakeError| gone(Error::NotFound))?;
    if let (None, Some(blocks)) = (&known, &traced.blocks) {
        keep_index(&index, blocks);
    }
    Ok(traced)
}

/// Where the blocks of a batch's file are noted: beside the evidence, made again when they are gone.
fn index_path(evidence_dir: &Path, batch: &Batch) -> PathBuf {
    evidence_dir.with_file_name("row-index").join(format!("{}.json", batch.id))
}

/// Keeps what was found for the next reader. A reader needs no index, so that one that cannot be kept is no fault of this one.
fn keep_index(path: &Path, blocks: &Blocks) {
    let write = || -> Result<()> {
        let temporary = path.with_file_name(format!("{}.new", new_id()));
        fs::create_dir_all(path.parent().unwrap_or(path))?;
        fs::write(&temporary, serde_json::to_vec(blocks)?)?;
        Ok(fs::rename(temporary, path)?)
    };
    if let Err(error) = write() {
        tracing::warn!(%error, "the index of a file's rows was not kept");
    }
}
