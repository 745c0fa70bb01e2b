//! The points of a series before any limit: the value of each day, week or month that has one.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::plan::Grain;
use crate::kpi::daybook::DayBook;
use crate::kpi::method::{Formula, KpiValue};
use crate::kpi::period::Period;
use crate::kpi::service::Known;
use crate::kpi::statistics::compare::Sample;

/// The value of one period.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub(crate) period: Period,
    pub(crate) value: KpiValue,
    /// Count, mean and deviation, of means whose squares are known.
    pub(crate) sample: Option<Sample>,
    /// How far the last event lies back, of days with an event on charts of rare events.
    pub(crate) gap: Option<Gap>,
}

/// What lies between the events of a day and the ones before them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Gap {
    /// Items, the event's own day included.
    pub(crate) items: f64,
    /// Days.
    pub(crate) days: f64,
}

impl Reading {
    /// The name of the point on the time axis and in tables: a week goes by its Monday.
    pub(crate) fn name(&self, grain: Grain) -> String {
        match grain {
            Grain::Day | Grain::Week => self.period.from.to_string(),
            Grain::Month => self.period.to_string(),
        }
    }

    /// A Saturday or Sunday.
    pub(crate) fn is_weekend(&self) -> bool {
        matches!(self.period.from.weekday(), Weekday::Sat | Weekday::Sun)
    }
}

/// The time of the point that a day belongs to.
fn period(grain: Grain, day: NaiveDate) -> Period {
    match grain {
        Grain::Day => Period::day(day),
        Grain::Week => Period::week_of(day),
        Grain::Month => Period::month_of(day),
    }
}

/// The first day of the point that a day belongs to.
pub(super) fn begin(grain: Grain, day: NaiveDate) -> NaiveDate {
    period(grain, day).from
}

/// So many points before the one that begins on a day.
pub(super) fn back(grain: Grain, begin: NaiveDate, points: u64) -> NaiveDate {
    match grain {
        Grain::Day => begin.checked_sub_days(Days::new(points)).unwrap_or(begin),
        Grain::Week => begin.checked_sub_days(Days::new(7 * points)).unwrap_or(begin),
        Grain::Month => Period::month_of(begin).months_away(-i32::try_from(points).unwrap_or(i32::MAX)).from,
    }
}

/// A week or month that is over counts to its end, though nothing happened on its last days.
pub(crate) fn end(grain: Grain, last: NaiveDate, today: NaiveDate) -> NaiveDate {
    let end = period(grain, last).to;
    if end < today { end } else { last }
}

/// The points of a KPI that lie wholly between two days and have a value. A week or month that is not over yet is left out, because its
/// value is still that of another exposure. Of rare events the days before are looked at as well, so that no gap is cut.
pub(crate) fn readings(known: &Known, book: &DayBook, grain: Grain, from: NaiveDate, to: NaiveDate) -> Vec<Reading> {
    let Some(formula) = known.formula.as_ref() else { return Vec::new() };
    if !known.definition.chart.is_between() {
        return plain(formula, book, grain, from, to);
    }
    let earliest = book.days().next().map_or(from, |day| day.min(from));
    let mut found = plain(formula, book, grain, earliest, to);
    measure_gaps(&mut found);
    found.retain(|reading| reading.period.from >= from);
    found
}

/// Tells each day with events how far the ones before them lie back. The first one has nothing before it: how long it took nobody knows.
/// Several events of one day share its gap.
pub(super) fn measure_gaps(readings: &mut [Reading]) {
    let mut items = 0.0;
    let mut last: Option<NaiveDate> = None;
    for reading in readings {
        items += reading.value.denominator.real();
        let events = reading.value.numerator.real();
        if events < 1.0 {
            continue;
        }
        let days = |last: NaiveDate| (reading.period.from - last).num_days() as f64;
        reading.gap = last.map(|last| Gap { items: items / events, days: days(last) / events });
        (items, last) = (0.0, Some(reading.period.from));
    }
}

fn plain(formula: &Formula, book: &DayBook, grain: Grain, from: NaiveDate, to: NaiveDate) -> Vec<Reading> {
    let scope = formula.scope();
    let mut begins: BTreeSet<NaiveDate> =
        book.days().filter(|day| (from..=to).contains(day)).map(|day| begin(grain, day)).collect();
    if grain == Grain::Month {
        begins.extend(book.months());
    }
    let mut found = Vec::with_capacity(begins.len());
    for begin in begins {
        let period = period(grain, begin);
        if period.from < from || period.to > to {
            continue;
        }
        let frames = book.frames_of_point(period, &scope);
        let value = formula.point(&frames);
        if value.value.is_some() {
            found.push(Reading { period, sample: formula.sample(&frames), value, gap: None });
        }
    }
    found
}
