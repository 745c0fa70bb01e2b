//! `cairn kpi verify`: published values are computed again from the kept files, and every difference is named. What is stored in between
//! (measures, cells, rendered cards) is not trusted.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::batches::reread;
use super::publish::{FrozenCard, thaw};
use crate::actor::{Actor, Permission};
use crate::error::Result;
use crate::evidence;
use crate::kpi::daybook::frames_of;
use crate::kpi::intake::CellKey;
use crate::kpi::model::{Batch, Scorecard};
use crate::kpi::period::Period;
use crate::kpi::totals::Totals;
use crate::kpi::{store, store_cards};
use crate::ledger::{Ledger, evidence_path, file_hash};
use crate::organisation::{self, Centre};

/// What is wrong with a kept file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileFault {
    /// It is not there, or cannot be read.
    Missing,
    /// Its bytes are not those that were imported.
    Changed,
    /// It does not give the measures that the batch recorded.
    Measures,
}

/// A kept file that does not prove what it should.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadFile {
    /// Number of the batch.
    pub batch: i64,
    /// Name of the file when it was imported.
    pub file: String,
    /// The hash under which it is kept.
    pub evidence: String,
    /// What is wrong.
    pub fault: FileFault,
}

/// A published value that cannot be confirmed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// Code of the centre.
    pub centre: String,
    /// The month.
    pub period: String,
    /// The edition.
    pub edition: i64,
    /// Code of the KPI.
    pub code: String,
    /// As published.
    pub published: Option<f64>,
    /// As computed again; none when a file behind it is bad.
    pub computed: Option<f64>,
    /// Batches whose files are bad.
    pub bad_batches: Vec<i64>,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Proof {
    /// Published cards looked at.
    pub scorecards: usize,
    /// Values computed again.
    pub values: usize,
    /// Files read again.
    pub files: usize,
    /// Files that do not prove what they should.
    pub bad_files: Vec<BadFile>,
    /// Values that cannot be confirmed.
    pub differences: Vec<Difference>,
}

impl Proof {
    /// Everything published follows from the kept files.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.bad_files.is_empty() && self.differences.is_empty()
    }
}

/// A published card and the sums of its month, as the files give them.
struct Checked {
    row: Scorecard,
    card: FrozenCard,
    sums: Totals,
    bad: Vec<i64>,
}

/// Computes every published value again, file by file.
///
/// # Errors
/// When the database refuses, or a kept card cannot be read.
pub fn verify(ledger: &Ledger, evidence_dir: &Path, actor: &Actor) -> Result<Proof> {
    actor.require(Permission::ReadKpis)?;
    let centres = ledger.db.read(organisation::centres)?;
    let mut cards = read_cards(ledger, &centres)?;
    let mut proof = Proof { scorecards: cards.len(), ..Proof::default() };
    let mut wanted: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (index, checked) in cards.iter().enumerate() {
        for input in &checked.card.inputs {
            wanted.entry(input.batch).or_default().push(index);
        }
    }
    for (number, users) in wanted {
        let batch = ledger.db.read(|conn| store::batch_by_number(conn, number))?;
        proof.files += 1;
        let fault = add_file(ledger, evidence_dir, &centres, &batch, &users, &mut cards)?;
        if let Some(fault) = fault {
            users.iter().for_each(|index| cards[*index].bad.push(number));
            let (file, evidence) = (batch.file_name, batch.evidence_hash);
            proof.bad_files.push(BadFile { batch: number, file, evidence, fault });
        }
    }
    for checked in &cards {
        compare(checked, &mut proof);
    }
    Ok(proof)
}

fn read_cards(ledger: &Ledger, centres: &[Centre]) -> Result<Vec<Checked>> {
    let ids: Vec<String> = centres.iter().map(|centre| centre.id.clone()).collect();
    let mut all = Vec::new();
    let mut after: Option<Scorecard> = None;
    loop {
        let page = ledger.db.read(|conn| {
            let place = after.as_ref().map(|row| (row.period.as_str(), row.id.as_str()));
            let rows = store_cards::list(conn, &ids, place, 200)?;
            rows.into_iter().map(|row| Ok((thaw(conn, &row)?, row))).collect::<Result<Vec<_>>>()
        })?;
        let Some((_, last)) = page.last() else { return Ok(all) };
        after = Some(last.clone());
        all.extend(page.into_iter().map(|(card, row)| Checked { row, card, sums: Totals::default(), bad: Vec::new() }));
    }
}

/// Adds what a file gives to the cards that rest on it; says when it does not give what it should.
fn add_file(
    ledger: &Ledger,
    dir: &Path,
    centres: &[Centre],
    batch: &Batch,
    users: &[usize],
    cards: &mut [Checked],
) -> Result<Option<FileFault>> {
    match file_hash(&evidence_path(dir, &batch.evidence_hash)) {
        Err(_) => return Ok(Some(FileFault::Missing)),
        Ok(hash) if hash != batch.evidence_hash => return Ok(Some(FileFault::Changed)),
        Ok(_) => {}
    }
    let mapping = ledger.db.read(|conn| evidence::text(conn, &batch.mapping_hash))?;
    let Ok(Some(read)) = reread(dir, centres, batch, &mapping) else { return Ok(Some(FileFault::Measures)) };
    let of_batch =
        |card: &FrozenCard| card.inputs.iter().all(|input| input.batch != batch.number || input.measures == batch.measures_hash);
    if !users.iter().all(|index| of_batch(&cards[*index].card)) {
        return Ok(Some(FileFault::Measures));
    }
    for index in users {
        let Checked { card, sums, .. } = &mut cards[*index];
        let own = |key: &CellKey| *key.centre == *card.centre && (card.from..=card.to).contains(&key.day);
        read.calls.iter().filter(|(key, _)| own(key)).for_each(|(_, cell)| sums.contacts.merge(cell));
        read.quantities.iter().filter(|(key, _)| own(key)).for_each(|(_, cell)| sums.named.merge(cell));
    }
    Ok(None)
}

fn compare(checked: &Checked, proof: &mut Proof) {
    let (from, to) = (checked.card.from, checked.card.to);
    let frames = frames_of(&checked.sums, Period::range(from, to));
    for kpi in &checked.card.kpis {
        // What looks further back than its month rests on more than the files of the month.
        let Some(formula) = kpi.definition.formula().filter(|formula| formula.windows().is_empty()) else { continue };
        proof.values += 1;
        let found = formula.evaluate(&frames);
        let same =
            (Some(found.numerator), Some(found.denominator)) == (kpi.numerator, kpi.denominator) && near(found.value, kpi.value);
        if !checked.bad.is_empty() || !same {
            proof.differences.push(Difference {
                centre: checked.card.centre.clone(),
                period: checked.card.period.clone(),
                edition: checked.row.edition,
                code: kpi.code.clone(),
                published: kpi.value,
                computed: found.value.filter(|_| checked.bad.is_empty()),
                bad_batches: checked.bad.clone(),
            });
        }
    }
}

/// Equal but for the last bit that writing a number down may cost.
fn near(one: Option<f64>, other: Option<f64>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() <= 1e-12 * one.abs().max(other.abs()),
        (one, other) => one.is_none() && other.is_none(),
    }
}
