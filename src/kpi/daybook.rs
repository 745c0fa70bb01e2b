//! The live measures of a centre day by day, and the frames that formulas are evaluated over. Its cost follows the days read, not the
//! contacts behind them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, Months, NaiveDate};

use super::expression::{Frame, Frames, Window, WindowUnit};
use super::period::Period;
use super::rows::totals_of;
use super::store_measures;
use super::totals::Totals;
use super::vocabulary::Vocabulary;
use crate::db::Conn;
use crate::error::Result;

/// The days of a centre; channels and sources together.
#[derive(Debug, Clone, Default)]
pub struct DayBook {
    /// First day that was read, so that a window reaching further back is known to be cut.
    from: Option<NaiveDate>,
    days: BTreeMap<NaiveDate, Totals>,
}

impl DayBook {
    /// Reads the days of a centre.
    ///
    /// # Errors
    /// When what is stored cannot be read.
    pub(crate) fn read(conn: &mut Conn, centre_id: &str, from: NaiveDate, to: NaiveDate) -> Result<Self> {
        let mut days: BTreeMap<NaiveDate, Totals> = BTreeMap::new();
        for row in store_measures::live(conn, centre_id, from, to)? {
            days.entry(row.day).or_default().merge(&totals_of(&row)?);
        }
        Ok(Self { from: Some(from), days })
    }

    /// Reads the days of all centres, by centre id.
    ///
    /// # Errors
    /// When what is stored cannot be read.
    pub(crate) fn everywhere(conn: &mut Conn, from: NaiveDate, to: NaiveDate) -> Result<BTreeMap<String, Self>> {
        let mut books: BTreeMap<String, Self> = BTreeMap::new();
        for row in store_measures::live_everywhere(conn, from, to)? {
            let book = books.entry(row.centre_id.clone()).or_default();
            book.from = Some(from);
            book.days.entry(row.day).or_default().merge(&totals_of(&row)?);
        }
        Ok(books)
    }

    /// The sum of a span of days.
    fn total(&self, from: NaiveDate, to: NaiveDate) -> Totals {
        if from > to {
            return Totals::default();
        }
        Totals::total(self.days.range(from..=to).map(|(_, totals)| totals))
    }

    /// What formulas need for a period: its own frame and those of the wider windows that end with it, as far as the book goes back.
    pub(crate) fn frames(&self, period: Period, windows: &BTreeSet<Window>) -> Frames {
        let frame = |from: NaiveDate, months: f64| {
            let days = u32::try_from((period.to - from).num_days() + 1).unwrap_or(0);
            Frame::of(Vocabulary::shipped(), &self.total(from, period.to).quantities(), months, days)
        };
        let mut frames = Frames::of(frame(period.from, period.months()));
        for window in windows {
            let from = first_day(*window, period.to);
            if self.from.is_some_and(|read| read <= from) {
                frames = frames.with(*window, frame(from, window.months()));
            }
        }
        frames
    }

    /// Days with data.
    pub(crate) fn days(&self) -> impl Iterator<Item = NaiveDate> {
        self.days.keys().copied()
    }
}

/// The frame of sums that were added up elsewhere.
pub(crate) fn frames_of(totals: &Totals, period: Period) -> Frames {
    let days = u32::try_from((period.to - period.from).num_days() + 1).unwrap_or(0);
    Frames::of(Frame::of(Vocabulary::shipped(), &totals.quantities(), period.months(), days))
}

/// The first day of a window that ends on a day.
pub(crate) fn first_day(window: Window, last: NaiveDate) -> NaiveDate {
    match window.unit {
        WindowUnit::Days => last.checked_sub_days(Days::new(u64::from(window.count) - 1)).unwrap_or(last),
        WindowUnit::Months => {
            let after = last.succ_opt().unwrap_or(last);
            after.checked_sub_months(Months::new(u32::from(window.count))).unwrap_or(last)
        }
    }
}

/// The first day that has to be read for a period and the windows that end with it.
pub(crate) fn reach(period: Period, windows: &BTreeSet<Window>) -> NaiveDate {
    windows.iter().map(|window| first_day(*window, period.to)).fold(period.from, NaiveDate::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn windows_end_with_the_period() {
        let months = |count| Window { count, unit: WindowUnit::Months };
        assert_eq!(first_day(months(12), day("2026-03-31")), day("2025-04-01"));
        assert_eq!(first_day(months(1), day("2026-02-28")), day("2026-02-01"));
        assert_eq!(first_day(Window { count: 90, unit: WindowUnit::Days }, day("2026-03-31")), day("2026-01-01"));
        let period = Period::parse("2026-03").unwrap();
        assert_eq!(reach(period, &BTreeSet::from([months(3), months(12)])), day("2025-04-01"));
        assert_eq!(reach(period, &BTreeSet::new()), period.from);
    }

    #[test]
    fn a_window_that_was_not_read_is_left_out() {
        let year = Window { count: 12, unit: WindowUnit::Months };
        let windows = BTreeSet::from([year]);
        let period = Period::parse("2026-03").unwrap();
        let book = |from: &str| DayBook { from: Some(day(from)), days: BTreeMap::new() };
        assert!(book("2025-04-01").frames(period, &windows).at(Some(year)).is_some());
        assert!(book("2026-01-01").frames(period, &windows).at(Some(year)).is_none());
    }
}
