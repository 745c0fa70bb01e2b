//! From a cell back to its rows: while a kept file is read again, every row that adds to the cells of a centre between two days is handed
//! out as it stands in the file, with what it adds (ISO 9001 7.1.5.2, 9.1.1: a value is traced to the records that it rests on).

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::blocks::Noting;
use super::error::IntakeError;
use super::plan::Codes;
use super::records::Place;
use super::rows::Rows;
use super::tally::{Mark, date};
use super::text::Line;
use crate::kpi::measures::{Histogram, Measures};
use crate::kpi::quantities::Quantities;

/// The rows that are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Code of the centre.
    pub centre: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// How many of them are passed over.
    pub skip: u64,
    /// How many are handed out after those; all are counted.
    pub take: u64,
}

/// A row that adds to a wanted cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TracedRow {
    /// Its number in the file, from 1.
    pub number: u64,
    /// The first wanted day that it adds to.
    pub day: NaiveDate,
    /// Code of its channel.
    pub channel: String,
    /// Its cells, as the file has them.
    pub cells: Vec<String>,
    /// What it adds, by measure: to a flow or stock how much, to a spread which value.
    pub adds: BTreeMap<String, i128>,
}

/// Hands out the rows of wanted cells.
pub(super) struct Tracer<'t> {
    wanted: &'t Wanted,
    give: &'t mut dyn FnMut(TracedRow) -> Result<(), IntakeError>,
    noting: Option<&'t mut Noting>,
    /// Wanted rows so far.
    total: u64,
}

/// A row that was counted.
pub(super) struct Counted<'c> {
    pub(super) line: Line<'c>,
    pub(super) number: u64,
    /// Of call logs: who counts contacts, and where this one stands.
    pub(super) call: Option<(&'c Rows<'c>, (Place, i64))>,
    /// What else it marked.
    pub(super) marks: &'c [Mark],
    pub(super) centres: &'c Codes,
    pub(super) channels: &'c Codes,
}

impl<'t> Tracer<'t> {
    pub(super) fn new(
        wanted: &'t Wanted,
        give: &'t mut dyn FnMut(TracedRow) -> Result<(), IntakeError>,
        noting: Option<&'t mut Noting>,
    ) -> Self {
        Self { wanted, give, noting, total: 0 }
    }

    pub(super) fn total(&self) -> u64 {
        self.total
    }

    pub(super) fn row(&mut self, row: &Counted<'_>) -> Result<(), IntakeError> {
        let call = row.call.iter().map(|(_, at)| *at);
        let places: Vec<(Place, i64)> = call.chain(row.marks.iter().map(|mark| (mark.place, mark.day))).collect();
        if let Some(noting) = &mut self.noting {
            noting.row(row.number, places.iter().map(|at| at.1));
        }
        let wanted = |(place, day): &(Place, i64)| {
            *row.centres.name(place.centre) == *self.wanted.centre && (self.wanted.from..=self.wanted.to).contains(&date(*day))
        };
        let Some((place, day)) = places.iter().filter(|at| wanted(at)).min_by_key(|at| at.1) else { return Ok(()) };
        self.total += 1;
        let past_skipped = self.total.saturating_sub(self.wanted.skip);
        if past_skipped == 0 || past_skipped > self.wanted.take {
            return Ok(());
        }
        let mut adds = match &row.call {
            Some((rows, at)) if wanted(at) => rows.alone(row.line).map(|measures| added(&measures)).unwrap_or_default(),
            _ => BTreeMap::new(),
        };
        for mark in row.marks.iter().filter(|mark| wanted(&(mark.place, mark.day)) && mark.amount != 0) {
            *adds.entry(mark.name.to_owned()).or_default() += i128::from(mark.amount);
        }
        let cells = (0..row.line.fields()).map(|at| row.line.field(at).text()).collect();
        let channel = row.channels.name(place.channel).to_string();
        (self.give)(TracedRow { number: row.number, day: date(*day), channel, cells, adds })
    }
}

/// What one contact adds: flows by how much, spreads by their only value.
fn added(measures: &Measures) -> BTreeMap<String, i128> {
    let named = Quantities::from(measures);
    let flows = named.flows.into_iter().filter(|(_, count)| *count != 0);
    let only = |(name, spread): (String, Histogram)| spread.iter().next().map(|(value, _)| (name, i128::from(value)));
    flows.chain(named.spreads.into_iter().filter_map(only)).collect()
}
