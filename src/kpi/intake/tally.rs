//! Named quantities of centre × day × channel as they grow, for all kinds of sources.
//!
//! What falls due on a day counts only up to the day that the data reach: a file says nothing about what is still to come.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};

use super::CellKey;
use super::plan::Codes;
use super::records::Place;
use super::stamps::Moment;
use crate::kpi::measures::Histogram;
use crate::kpi::quantities::Quantities;

/// The names that a mapping delivers, so that a day without any says zero and not nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Delivered {
    pub(super) flows: Vec<&'static str>,
    pub(super) spreads: Vec<&'static str>,
}

#[derive(Debug, Default)]
struct Cell {
    flows: BTreeMap<&'static str, i128>,
    spreads: BTreeMap<&'static str, BTreeMap<u32, u64>>,
    levels: BTreeMap<&'static str, i64>,
}

/// What a row added to a cell, noted for whoever traces it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    pub(super) day: i64,
    pub(super) place: Place,
    pub(super) name: &'static str,
    /// How much, or of a spread which value.
    pub(super) amount: i64,
}

/// All cells of one file.
#[derive(Debug)]
pub(super) struct Tallies {
    delivered: Delivered,
    cells: HashMap<(i64, Place), Cell, ahash::RandomState>,
    /// The day that the data reach, when the caller knows it.
    asked: Option<i64>,
    /// The last event.
    last_day: Option<i64>,
    last_instant: Option<i64>,
    /// What was added since the last look, when somebody looks.
    pub(super) marks: Option<Vec<Mark>>,
}

impl Tallies {
    pub(super) fn new(delivered: Delivered, as_of: Option<NaiveDate>) -> Self {
        let asked = as_of.map(|day| day.signed_duration_since(NaiveDate::default()).num_days());
        Self { delivered, cells: HashMap::default(), asked, last_day: None, last_instant: None, marks: None }
    }

    /// Notes that something happened then.
    pub(super) fn happened(&mut self, moment: Moment) {
        self.last_day = self.last_day.max(Some(moment.day));
        self.last_instant = self.last_instant.max(Some(moment.seconds()));
    }

    /// The day that the data reach; none for a file without rows.
    pub(super) fn reach(&self) -> Option<i64> {
        self.asked.or(self.last_day)
    }

    /// The last instant of which the data know something.
    pub(super) fn last_instant(&self) -> i64 {
        self.last_instant.unwrap_or(i64::MIN)
    }

    fn mark(&mut self, day: i64, place: Place, name: &'static str, amount: i64) {
        if let Some(marks) = &mut self.marks {
            marks.push(Mark { day, place, name, amount });
        }
    }

    fn cell(&mut self, day: i64, place: Place) -> &mut Cell {
        let delivered = &self.delivered;
        self.cells.entry((day, place)).or_insert_with(|| Cell {
            flows: delivered.flows.iter().map(|name| (*name, 0)).collect(),
            spreads: delivered.spreads.iter().map(|name| (*name, BTreeMap::new())).collect(),
            levels: BTreeMap::new(),
        })
    }

    /// Makes the cell of a day, so that the day says zero of everything.
    pub(super) fn touch(&mut self, day: i64, place: Place) {
        self.cell(day, place);
    }

    /// Adds to a flow.
    pub(super) fn add(&mut self, day: i64, place: Place, name: &'static str, count: i64) {
        self.mark(day, place, name, count);
        *self.cell(day, place).flows.entry(name).or_default() += i128::from(count);
    }

    /// Counts a value of a spread.
    pub(super) fn spread(&mut self, day: i64, place: Place, name: &'static str, value: i64) {
        self.mark(day, place, name, value);
        let value = u32::try_from(value.max(0)).unwrap_or(u32::MAX);
        *self.cell(day, place).spreads.entry(name).or_default().entry(value).or_default() += 1;
    }

    /// Adds to a stock.
    pub(super) fn level(&mut self, day: i64, place: Place, name: &'static str, count: i64) {
        self.mark(day, place, name, count);
        *self.cell(day, place).levels.entry(name).or_default() += count;
    }

    /// The cells up to the day that the data reach.
    pub(super) fn finish(self, centres: &Codes, channels: &Codes) -> BTreeMap<CellKey, Quantities> {
        let reach = self.reach();
        let mut found: BTreeMap<CellKey, Quantities> = BTreeMap::new();
        for ((day, place), cell) in self.cells.into_iter().filter(|((day, _), _)| reach.is_some_and(|reach| *day <= reach)) {
            let day = date(day);
            let key = CellKey { centre: centres.name(place.centre), day, channel: Arc::clone(&channels.name(place.channel)) };
            found.entry(key).or_default().merge(&cell.quantities(day));
        }
        found
    }
}

impl Cell {
    fn quantities(self, day: NaiveDate) -> Quantities {
        let mut found = Quantities::default();
        for (name, count) in self.flows {
            found.add_flow(name, count);
        }
        for (name, values) in self.spreads {
            found.add_spread(name, &Histogram::from_pairs(values));
        }
        for (name, count) in self.levels {
            found.add_level(name, day, count);
        }
        found
    }
}

/// A day counted from 1970-01-01 as a date.
pub(super) fn date(day: i64) -> NaiveDate {
    TimeDelta::try_days(day).and_then(|span| NaiveDate::default().checked_add_signed(span)).unwrap_or_default()
}
