//! What a file would do, before it does it: read to its end, and compared cell by cell with what counts now. Nothing of it is kept but
//! this answer, beside the file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufWriter, Seek, Write};
use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::import::{Import, RowErrors, as_of, bad_file, bad_row, names, read_mapping, zones};
use super::overlap::Place;
use super::progress::{Counted, Progress};
use super::{batches, locks, overlap, rejects, staging, supplement};
use crate::actor::{Actor, Permission};
use crate::db::Conn;
use crate::error::{Error, Problem, Result};
use crate::evidence;
use crate::kpi::intake::{self, Intake, Setting};
use crate::kpi::model_import::Staged;
use crate::kpi::quantities::Quantities;
use crate::kpi::rows::{Cells, measures_hash, totals_of};
use crate::kpi::totals::Totals;
use crate::kpi::vocabulary::{SourceKind, Vocabulary};
use crate::kpi::{store, store_measures};
use crate::ledger::{Ledger, sha256_hex};
use crate::organisation::{self, Centre};

/// Cells shown of each sort.
const SHOWN: usize = 200;
/// Figures shown of a cell.
const FIGURES: usize = 4;

/// What a file would do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Preview {
    /// What decides it; another mapping is another preview.
    pub key: String,
    /// Why the file cannot be read at all.
    pub problems: Vec<Problem>,
    /// Rows read.
    pub rows: u64,
    /// Rows that the mapping leaves out.
    pub ignored: u64,
    /// Rows with errors.
    pub error_count: u64,
    /// The first of them.
    pub errors: Vec<SeenError>,
    /// Under which name the rows with errors can be downloaded.
    pub rejected: Option<String>,
    /// First and last day with data.
    pub days: Option<(NaiveDate, NaiveDate)>,
    /// Source system.
    pub source: String,
    /// How many cells (source × centre × day) are new, change, stay the same.
    pub counts: [usize; 3],
    /// The first cells of each sort.
    pub cells: Vec<SeenCell>,
    /// The batches that own some of its days.
    pub owners: Vec<SeenOwner>,
    /// The locked months that it touches.
    pub locks: Vec<SeenLock>,
    /// Codes of centres where this person may not import; nothing is compared there.
    pub foreign: Vec<String>,
    /// Why it cannot complete the batch that it should.
    pub unfit: Option<Problem>,
    /// SHA-256 of what would be kept, and of the measures.
    pub hashes: [String; 2],
}

/// A row with an error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeenError {
    /// Address of the cell: `指标!C12`.
    pub cell: String,
    /// Number of the column, from 0; none when it is about the whole row.
    #[serde(default)]
    pub at: Option<usize>,
    /// Name of the column.
    pub column: String,
    /// What stands there.
    pub value: String,
    /// What is wrong.
    pub problem: Problem,
}

/// What becomes of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = KpiFate)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// There was nothing.
    New,
    /// There was something else.
    Changed,
    /// It is there already.
    Same,
}

/// A source × centre × day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = KpiSeenCell)]
pub struct SeenCell {
    /// What becomes of it.
    pub fate: Fate,
    /// Code of the centre.
    pub centre: String,
    /// The day.
    pub day: NaiveDate,
    /// Its main figures; of a change those that differ.
    pub figures: Vec<SeenFigure>,
}

/// A figure before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = KpiSeenFigure)]
pub struct SeenFigure {
    /// Name of the measure.
    pub name: String,
    /// Before; none: there was none.
    pub old: Option<String>,
    /// After.
    pub new: Option<String>,
}

/// A batch that owns some of the days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = KpiSeenOwner)]
pub struct SeenOwner {
    /// Its number.
    pub number: i64,
    /// How people call it.
    pub label: String,
    /// The days in question.
    pub days: String,
    /// Its days that would be lost; none: the file covers all of it and takes its place.
    pub lost: Option<String>,
}

/// A locked month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = KpiSeenLock)]
pub struct SeenLock {
    /// Code of the centre.
    pub centre: String,
    /// The month.
    pub month: String,
    /// Who locked it.
    pub by: String,
}

impl Preview {
    /// Nothing stands in the way but rows with errors.
    fn free(&self) -> bool {
        let covered = self.owners.iter().all(|owner| owner.lost.is_none());
        self.problems.is_empty() && covered && self.locks.is_empty() && self.foreign.is_empty() && self.unfit.is_none()
    }

    /// All its rows can be imported.
    #[must_use]
    pub fn takes_all(&self) -> bool {
        self.free() && self.error_count == 0 && self.counts.iter().sum::<usize>() > 0
    }

    /// It can be imported without its rows with errors.
    #[must_use]
    pub fn takes_valid(&self) -> bool {
        self.free() && self.error_count > 0 && self.rows > self.error_count
    }

    /// A preview of a file that cannot be read.
    pub(super) fn refused(key: String, problems: Vec<Problem>) -> Self {
        Self { key, problems, ..Self::default() }
    }
}

/// What decides what a file does.
pub(super) fn key(staged: &Staged) -> Result<String> {
    let parts = (&staged.sha256, &staged.mapping, &staged.centre, &staged.as_of, &staged.supplements);
    Ok(sha256_hex(&serde_json::to_vec(&parts)?))
}

/// The import that a file asks for.
pub(super) fn request(staged: &Staged, row_errors: RowErrors) -> Result<Import> {
    let Some(mapping) = staged.mapping.clone() else { return Err(Error::field("mapping", "required")) };
    Ok(Import {
        mapping,
        centre: staged.centre.clone(),
        file_name: staged.file_name.clone(),
        // A batch may only be replaced whole; what is not covered is refused then.
        replace: staged.supplements.is_none(),
        replaces: None,
        row_errors,
        as_of: staged.as_of,
        supplements: staged.supplements,
        header: Some(staged.glimpse()?.header()),
    })
}

/// Reads a file and compares it with what counts now.
///
/// # Errors
/// [`Error::Invalid`] when mapping or file cannot be read at all.
pub(super) fn make(ledger: &Ledger, dir: &Path, actor: &Arc<Actor>, staged: &Staged, progress: &Progress) -> Result<Preview> {
    let request = request(staged, RowErrors::LeaveOut)?;
    let mapping = read_mapping(&request.mapping, request.centre.as_deref())?;
    let centres = ledger.db.read(organisation::centres)?;
    let (zones, as_of) = (zones(&centres)?, as_of(ledger, &request, &mapping, &centres)?);
    let (scratch, names) = (evidence::scratch(dir)?, names(dir, &mapping)?);
    let setting = Setting { scratch: &scratch, zones: &zones, names: names.as_ref(), as_of };
    let open = || File::open(staging::path(dir, &staged.id));
    let mut kept = Rewritten::when(names.is_some(), &scratch)?;
    let mut read =
        intake::read(Counted::new(open()?, progress), &mapping, setting, &mut kept).map_err(|error| bad_file("file", &error))?;
    let rejected = match read.error_count {
        0 => None,
        _ => Some(rejects::keep(dir, actor, kept.reread()?.map_or_else(open, Ok)?, &mapping, Setting { names: None, ..setting })?),
    };
    let cells = Cells { calls: std::mem::take(&mut read.cells), quantities: std::mem::take(&mut read.quantities) };
    let source = mapping.rows.source.as_str();
    let hashes = [kept.hash().unwrap_or_else(|| staged.sha256.clone()), measures_hash(source, &cells)?];
    let mut preview = Preview { key: key(staged)?, rejected, source: source.to_owned(), hashes, ..told(&read, &cells) };
    if cells.keys().is_empty() && read.error_count == 0 {
        return Err(Error::Invalid(vec![Problem::field("file", "kpi-file-no-rows")]));
    }
    ledger.db.read(|conn| compare(conn, actor, (staged, mapping.rows.kind), &centres, &cells, &mut preview))?;
    Ok(preview)
}

/// What would be kept of a file that is rewritten with pseudonyms: its hash, and its text for the rows with errors.
struct Rewritten(Option<(BufWriter<File>, Sha256)>);

impl Rewritten {
    fn when(rewritten: bool, scratch: &Path) -> Result<Self> {
        let file = rewritten.then(|| tempfile::tempfile_in(scratch)).transpose()?;
        Ok(Self(file.map(|file| (BufWriter::new(file), Sha256::new()))))
    }

    fn reread(&mut self) -> Result<Option<File>> {
        let Some((file, _)) = &mut self.0 else { return Ok(None) };
        file.rewind()?;
        Ok(Some(file.get_ref().try_clone()?))
    }

    fn hash(self) -> Option<String> {
        self.0.map(|(_, hash)| hex::encode(hash.finalize()))
    }
}

impl Write for Rewritten {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if let Some((file, hash)) = &mut self.0 {
            file.write_all(bytes)?;
            hash.update(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn told(read: &Intake, cells: &Cells) -> Preview {
    let error = |error: &intake::RowError| SeenError {
        cell: error.cell(),
        at: error.at,
        column: error.column.clone(),
        value: error.value.clone(),
        problem: bad_row("", error),
    };
    let days: BTreeSet<NaiveDate> = cells.keys().iter().map(|key| key.day).collect();
    Preview {
        rows: read.rows,
        ignored: cells.calls.values().map(|m| m.ignored).sum::<u64>() + read.ignored_unplaced,
        error_count: read.error_count,
        errors: read.errors.iter().map(error).collect(),
        days: days.first().copied().zip(days.last().copied()),
        ..Preview::default()
    }
}

/// The sums of a day by channel.
type DaySums = BTreeMap<String, Totals>;

/// The sums of a file by centre and day.
fn by_day(cells: &Cells) -> BTreeMap<&str, BTreeMap<NaiveDate, DaySums>> {
    let mut sums: BTreeMap<&str, BTreeMap<NaiveDate, DaySums>> = BTreeMap::new();
    for key in cells.keys() {
        let day = sums.entry(&key.centre).or_default().entry(key.day).or_default();
        let sum = day.entry(key.channel.to_string()).or_default();
        if let Some(measures) = cells.calls.get(key) {
            sum.contacts.merge(measures);
        }
        if let Some(quantities) = cells.quantities.get(key) {
            sum.named.merge(quantities);
        }
    }
    sums
}

/// The sums of a day, all channels together.
fn together(day: &DaySums) -> Quantities {
    Totals::total(day.values()).into_quantities()
}

fn compare(
    conn: &mut Conn,
    actor: &Actor,
    (staged, kind): (&Staged, SourceKind),
    centres: &[Centre],
    cells: &Cells,
    preview: &mut Preview,
) -> Result<()> {
    let (mut places, mut changed): (BTreeSet<Place>, BTreeSet<Place>) = Default::default();
    let mut shown = [0; 3];
    for (code, days) in by_day(cells) {
        let centre = centres.iter().find(|centre| centre.code == code).ok_or(Error::NotFound)?;
        // What is there at a centre of others is none of this person's business.
        if !actor.may_at(Permission::ImportKpis, &centre.id) {
            preview.foreign.push(code.to_owned());
            continue;
        }
        let old = live(conn, &preview.source, &centre.id, &days)?;
        for (day, new) in days {
            let (fate, figures) = judged(old.get(&day), new, staged.supplements.is_some());
            places.insert((centre.id.clone(), day));
            if fate != Fate::Same {
                changed.insert((centre.id.clone(), day));
            }
            preview.counts[fate as usize] += 1;
            if shown[fate as usize] < SHOWN {
                shown[fate as usize] += 1;
                preview.cells.push(SeenCell { fate, centre: code.to_owned(), day, figures });
            }
        }
    }
    let code = |id: &str| centres.iter().find(|centre| centre.id == id).map(|centre| centre.code.clone()).unwrap_or_default();
    let locks = locks::on(conn, &changed)?.into_iter();
    preview.locks = locks.map(|lock| SeenLock { centre: code(&lock.centre_id), month: lock.month, by: lock.changed_by }).collect();
    beside(conn, actor, (staged, kind), &places, preview)
}

fn live(
    conn: &mut Conn,
    source: &str,
    centre_id: &str,
    days: &BTreeMap<NaiveDate, DaySums>,
) -> Result<BTreeMap<NaiveDate, DaySums>> {
    let mut sums: BTreeMap<NaiveDate, DaySums> = BTreeMap::new();
    if let (Some((from, _)), Some((to, _))) = (days.first_key_value(), days.last_key_value()) {
        for row in store_measures::live_of(conn, source, centre_id, *from, *to)? {
            sums.entry(row.day).or_default().entry(row.channel.clone()).or_default().take(totals_of(&row)?);
        }
    }
    Ok(sums)
}

/// What becomes of a cell, with its main figures. A supplement adds to what is there.
fn judged(old: Option<&DaySums>, mut new: DaySums, adds: bool) -> (Fate, Vec<SeenFigure>) {
    let Some(old) = old else { return (Fate::New, figures(None, &together(&new))) };
    if adds {
        for (channel, sum) in old {
            new.entry(channel.clone()).or_default().merge(sum);
        }
    }
    match *old == new {
        true => (Fate::Same, figures(None, &together(&new))),
        false => (Fate::Changed, figures(Some(&together(old)), &together(&new))),
    }
}

/// The first measures of the vocabulary that were delivered; beside older ones those that differ. Histograms only where nothing else tells.
fn figures(old: Option<&Quantities>, new: &Quantities) -> Vec<SeenFigure> {
    let found = figures_by(old, new, counted);
    if found.is_empty() { figures_by(old, new, spread) } else { found }
}

type Figure = fn(&Quantities, &str) -> Option<String>;

fn figures_by(old: Option<&Quantities>, new: &Quantities, figure: Figure) -> Vec<SeenFigure> {
    let seen =
        |name: &str| SeenFigure { name: name.to_owned(), old: old.and_then(|old| figure(old, name)), new: figure(new, name) };
    let told = |seen: &SeenFigure| match old {
        Some(_) => seen.old != seen.new,
        None => seen.new.as_deref().is_some_and(|new| new != "0"),
    };
    let names = Vocabulary::shipped().measures().iter().map(|measure| seen(&measure.name));
    names.filter(told).take(FIGURES).collect()
}

fn counted(quantities: &Quantities, name: &str) -> Option<String> {
    let level = || quantities.levels.get(name).and_then(|level| level.last()).map(|count| count.to_string());
    quantities.flows.get(name).map(ToString::to_string).or_else(level)
}

fn spread(quantities: &Quantities, name: &str) -> Option<String> {
    quantities.spreads.get(name).map(|spread| format!("n {} Σ {}", spread.total(), spread.sum()))
}

/// Whose days they are, and whether the batch to be completed can be.
fn beside(
    conn: &mut Conn,
    actor: &Actor,
    (staged, kind): (&Staged, SourceKind),
    places: &BTreeSet<Place>,
    preview: &mut Preview,
) -> Result<()> {
    let own = |owner: &overlap::Owner| {
        staged.supplements.is_some_and(|main| owner.batch.number == main || owner.batch.supplements == Some(main))
    };
    let owners = overlap::owners(conn, actor, (kind, &preview.source), places)?.into_iter().filter(|owner| !own(owner));
    // Nothing may be replaced by a supplement: a foreign owner keeps its days.
    let seen = |owner: overlap::Owner| SeenOwner {
        number: owner.batch.number,
        label: owner.batch.label(),
        lost: if staged.supplements.is_some() { Some(owner.days.clone()) } else { owner.lost },
        days: owner.days,
    };
    preview.owners = owners.map(seen).collect();
    if let Some(number) = staged.supplements {
        let rows = i64::try_from(preview.rows.saturating_sub(preview.error_count)).map_err(Error::internal)?;
        preview.unfit = match supplement::check(conn, actor, number, &preview.source, rows) {
            Err(Error::Conflict(problem)) => Some(problem),
            other => other.map(|()| None)?,
        };
    }
    Ok(())
}

/// The number of the live batch that this very file is, if any that this actor may see.
///
/// # Errors
/// When the database refuses.
pub fn identical_batch(conn: &mut Conn, actor: &Actor, preview: &Preview) -> Result<Option<i64>> {
    let [kept, measures] = &preview.hashes;
    match store::identical(conn, kept, measures)? {
        Some(batch) if batches::is_visible(conn, actor, &batch)? => Ok(Some(batch.number)),
        _ => Ok(None),
    }
}
