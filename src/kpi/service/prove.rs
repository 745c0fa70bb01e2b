//! `cairn kpi verify`: published values are computed again from the kept files, and every difference is named. What is stored in between
//! (measures, cells, rendered cards) is not trusted.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use serde::Serialize;

use super::ProfileBook;
use super::batches::reread;
use super::card::{Why, score_under, why};
use super::publish::{FrozenCard, FrozenKpi, thaw};
use crate::actor::{Actor, Permission};
use crate::error::Result;
use crate::evidence;
use crate::kpi::daybook::{ByChannel, first_day, frames_of};
use crate::kpi::expression::{Frames, Scope, Window};
use crate::kpi::intake::CellKey;
use crate::kpi::method::{Figure, KpiValue, Stratum};
use crate::kpi::model::{Batch, Scorecard};
use crate::kpi::period::Period;
use crate::kpi::rows::Cells;
use crate::kpi::totals::Totals;
use crate::kpi::{store, store_cards};
use crate::ledger::{Ledger, evidence_path, file_hash};
use crate::organisation::{self, Centre, CentreType};

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

/// A published card whose kept text is not the one that was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadCard {
    /// The month.
    pub period: String,
    /// The edition.
    pub edition: i64,
    /// The hash that the log holds.
    pub card: String,
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
    /// Code of the KPI; none for the score of the whole card.
    pub code: Option<String>,
    /// As published.
    pub published: Option<f64>,
    /// As computed again; none when a file behind it is bad.
    pub computed: Option<f64>,
    /// Batches behind it whose files are bad.
    pub bad_batches: Vec<i64>,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Proof {
    /// Published cards looked at.
    pub scorecards: usize,
    /// Values computed again.
    pub values: usize,
    /// Scores of cards computed again.
    pub scores: usize,
    /// Files read again.
    pub files: usize,
    /// Cards that are not what was published.
    pub bad_cards: Vec<BadCard>,
    /// Files that do not prove what they should.
    pub bad_files: Vec<BadFile>,
    /// Values and scores that cannot be confirmed.
    pub differences: Vec<Difference>,
}

impl Proof {
    /// Everything published follows from the kept files.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.bad_cards.is_empty() && self.bad_files.is_empty() && self.differences.is_empty()
    }
}

/// A published card and the sums that its values are made of, as the files give them.
struct Checked {
    row: Scorecard,
    card: FrozenCard,
    sums: Totals,
    /// Of the channels, where a formula asks for them.
    channels: ByChannel,
    /// Of the wider windows that end with the month.
    wider: BTreeMap<Window, Totals>,
    bad: Vec<i64>,
}

impl Checked {
    fn of(row: Scorecard, card: FrozenCard) -> Self {
        let formulas = card.kpis.iter().filter_map(|kpi| kpi.definition.formula());
        let scope: Scope = formulas.map(|formula| formula.scope()).collect();
        let wider = scope.windows.iter().map(|window| (*window, Totals::default())).collect();
        Self { row, card, sums: Totals::default(), channels: ByChannel::of(&scope), wider, bad: Vec::new() }
    }

    fn batches(&self) -> impl Iterator<Item = &super::Input> {
        self.card.inputs.iter().chain(&self.card.earlier)
    }

    /// Adds the cells of its centre to the sums whose days they lie in.
    fn add(&mut self, cells: &Cells) {
        let Self { card, sums, channels, wider, .. } = self;
        let add = |from: NaiveDate, sums: &mut Totals| {
            let own = |key: &CellKey| *key.centre == *card.centre && (from..=card.to).contains(&key.day);
            cells.calls.iter().filter(|(key, _)| own(key)).for_each(|(_, cell)| sums.contacts.merge(cell));
            cells.quantities.iter().filter(|(key, _)| own(key)).for_each(|(_, cell)| sums.named.merge(cell));
        };
        add(card.from, sums);
        if channels.is_asked() {
            let own = |key: &&CellKey| *key.centre == *card.centre && (card.from..=card.to).contains(&key.day);
            cells.keys().into_iter().filter(own).for_each(|key| channels.add_day(key.day, &key.channel, &cells.totals(key)));
        }
        wider.iter_mut().for_each(|(window, sums)| add(first_day(*window, card.to), sums));
    }

    fn frames(&self) -> Frames {
        frames_of(&self.sums, &self.channels, Period::range(self.card.from, self.card.to), &self.wider)
    }

    /// The bad batches that add to a value; all of them where the card does not say which do.
    fn bad_behind(&self, kpi: &FrozenKpi) -> Vec<i64> {
        let adds = |number: &i64| kpi.batches.is_empty() || kpi.batches.contains(number);
        self.bad.iter().copied().filter(adds).collect()
    }

    fn difference(&self, code: Option<&str>, [published, computed]: [Option<f64>; 2], bad_batches: Vec<i64>) -> Difference {
        Difference {
            centre: self.card.centre.clone(),
            period: self.card.period.clone(),
            edition: self.row.edition,
            code: code.map(str::to_owned),
            published,
            computed: computed.filter(|_| bad_batches.is_empty()),
            bad_batches,
        }
    }
}

/// Computes every published value and score again, file by file.
///
/// # Errors
/// When the database refuses.
pub fn verify(ledger: &Ledger, evidence_dir: &Path, actor: &Actor) -> Result<Proof> {
    actor.require(Permission::ReadKpis)?;
    let (centres, profiles) = ledger.db.read(|conn| Ok((organisation::centres(conn)?, ProfileBook::read(conn)?)))?;
    let mut proof = Proof::default();
    let mut cards = read_cards(ledger, &centres, &mut proof)?;
    let mut wanted: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (index, checked) in cards.iter().enumerate() {
        for input in checked.batches() {
            wanted.entry(input.batch).or_default().push(index);
        }
    }
    for (number, users) in wanted {
        let batch = ledger.db.read(|conn| store::batch_by_number(conn, number))?;
        let mapping = ledger.db.read(|conn| evidence::text(conn, &batch.mapping_hash))?;
        proof.files += 1;
        if let Some(fault) = add_file(evidence_dir, &centres, (&batch, &mapping), &users, &mut cards) {
            users.iter().for_each(|index| cards[*index].bad.push(number));
            let (file, evidence) = (batch.file_name, batch.evidence_hash);
            proof.bad_files.push(BadFile { batch: number, file, evidence, fault });
        }
    }
    for checked in &cards {
        compare(checked, &profiles, &mut proof)?;
    }
    Ok(proof)
}

fn read_cards(ledger: &Ledger, centres: &[Centre], proof: &mut Proof) -> Result<Vec<Checked>> {
    let ids: Vec<String> = centres.iter().map(|centre| centre.id.clone()).collect();
    let mut all = Vec::new();
    let mut after: Option<Scorecard> = None;
    loop {
        let page = ledger.db.read(|conn| {
            let place = after.as_ref().map(|row| (row.period.as_str(), row.id.as_str()));
            let rows = store_cards::list(conn, &ids, place, 200)?;
            Ok(rows.into_iter().map(|row| (thaw(conn, &row), row)).collect::<Vec<_>>())
        })?;
        let Some((_, last)) = page.last() else { return Ok(all) };
        after = Some(last.clone());
        for (card, row) in page {
            proof.scorecards += 1;
            match card {
                Ok(card) => all.push(Checked::of(row, card)),
                Err(_) => proof.bad_cards.push(BadCard { period: row.period, edition: row.edition, card: row.card_hash }),
            }
        }
    }
}

/// Adds what a file gives to the cards that rest on it; says when it does not give what it should.
fn add_file(
    dir: &Path,
    centres: &[Centre],
    (batch, mapping): (&Batch, &str),
    users: &[usize],
    cards: &mut [Checked],
) -> Option<FileFault> {
    match file_hash(&evidence_path(dir, &batch.evidence_hash)) {
        Err(_) => return Some(FileFault::Missing),
        Ok(hash) if hash != batch.evidence_hash => return Some(FileFault::Changed),
        Ok(_) => {}
    }
    let Ok(Some(read)) = reread(dir, centres, batch, mapping) else { return Some(FileFault::Measures) };
    let of_batch =
        |card: &Checked| card.batches().all(|input| input.batch != batch.number || input.measures == batch.measures_hash);
    if !users.iter().all(|index| of_batch(&cards[*index])) {
        return Some(FileFault::Measures);
    }
    users.iter().for_each(|index| cards[*index].add(&read));
    None
}

/// What a bad file would give is missing from the sums: whatever rests on it falls, and nothing else.
fn compare(checked: &Checked, profiles: &ProfileBook, proof: &mut Proof) -> Result<()> {
    let frames = checked.frames();
    let mut readings = Vec::new();
    for kpi in &checked.card.kpis {
        let found = kpi.definition.formula().map(|formula| formula.evaluate(&frames));
        if let Some(found) = &found {
            proof.values += 1;
            if !same(kpi, found) {
                let bad = checked.bad_behind(kpi);
                proof.differences.push(checked.difference(Some(&kpi.code), [kpi.value, found.value], bad));
            }
        }
        let in_unit = found.as_ref().and_then(|found| found.value).map(|value| value * kpi.definition.scale());
        // That a KPI was switched off stands in the card alone.
        let off = kpi.why.filter(|why| *why == Why::NotApplicable);
        let why = off.or_else(|| why(&kpi.definition, found.as_ref(), &kpi.limits, &frames));
        readings.push((kpi.code.as_str(), kpi.limits, in_unit, why));
    }
    let centre_type = CentreType::ALL.iter().copied().find(|centre_type| centre_type.as_str() == checked.card.centre_type);
    let versions = centre_type.map_or(&[][..], |centre_type| profiles.versions(centre_type));
    let Some(profile) = versions.iter().find(|known| known.version == checked.card.profile_version) else { return Ok(()) };
    proof.scores += 1;
    let total = score_under(&profile.profile, readings.into_iter(), false)?.total;
    if !near(total, checked.card.total) {
        proof.differences.push(checked.difference(None, [checked.card.total, total], checked.bad.clone()));
    }
    Ok(())
}

fn same(kpi: &FrozenKpi, found: &KpiValue) -> bool {
    let parts = [(kpi.numerator, found.numerator), (kpi.denominator, found.denominator)];
    parts.into_iter().all(|(published, found)| published.is_some_and(|published| same_figure(published, found)))
        && near(found.value, kpi.value)
        && same_strata(&kpi.strata, &found.strata)
}

/// Whole figures are the same or not; others as far as writing them down keeps them.
fn same_figure(one: Figure, other: Figure) -> bool {
    match (one, other) {
        (Figure::Whole(one), Figure::Whole(other)) => one == other,
        (one, other) => near(Some(one.real()), Some(other.real())),
    }
}

/// A card of channels that give the same whole by chance is not proved.
fn same_strata(published: &[Stratum], found: &[Stratum]) -> bool {
    let same = |one: &Stratum, other: &Stratum| {
        let (name, figures) = ((&one.channel, one.n) == (&other.channel, other.n), same_figure(one.weight, other.weight));
        name && figures && near(one.mean, other.mean) && near(Some(one.counts), Some(other.counts))
    };
    published.len() == found.len() && published.iter().zip(found).all(|(one, other)| same(one, other))
}

/// Equal but for what adding up in another order and writing a number down may cost.
fn near(one: Option<f64>, other: Option<f64>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() <= 1e-12 * one.abs().max(other.abs()),
        (one, other) => one.is_none() && other.is_none(),
    }
}
