//! Periods as people write them: a month `2021-01`, a quarter `2021-Q1`, an ISO week `2021-W05`, a day `2021-01-05`, a year `2021`, or a
//! range of days `2021-01-01..2021-01-31`. Both ends belong to it; days are those of the centre's zone.

use std::fmt;

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use super::expression::months_of_days;
use crate::error::{Error, Problem, Result};

/// A period of whole days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Kind {
    Day,
    Week,
    Month,
    Quarter,
    Year,
    Range,
}

impl Period {
    /// Reads a period.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming what stands there and the forms that may.
    pub fn parse(text: &str) -> Result<Self> {
        read(text.trim()).ok_or_else(|| Error::Invalid(vec![Problem::field("period", "kpi-period").with("value", text)]))
    }

    /// The month of a day.
    pub fn month_of(day: NaiveDate) -> Self {
        let from = day.with_day(1).unwrap_or(day);
        Self { from, to: end(from, 1), kind: Kind::Month }
    }

    /// One day.
    pub fn day(day: NaiveDate) -> Self {
        Self { from: day, to: day, kind: Kind::Day }
    }

    /// The week of a day, from Monday (ISO 8601).
    pub fn week_of(day: NaiveDate) -> Self {
        let week = day.week(chrono::Weekday::Mon);
        Self { from: week.first_day(), to: week.last_day(), kind: Kind::Week }
    }

    /// From one day to another, both included.
    pub fn range(from: NaiveDate, to: NaiveDate) -> Self {
        Self { from, to, kind: Kind::Range }
    }

    /// So many months before (or after) this month.
    #[must_use]
    pub fn months_away(self, months: i32) -> Self {
        let by = Months::new(months.unsigned_abs());
        let from = if months < 0 { self.from.checked_sub_months(by) } else { self.from.checked_add_months(by) };
        Self::month_of(from.unwrap_or(self.from))
    }

    /// How many months it has: whole ones where it begins and ends with a month, else by its days and a mean year.
    pub fn months(self) -> f64 {
        let after = self.to.succ_opt().unwrap_or(self.to);
        if self.from.day() == 1 && after.day() == 1 && self.from <= self.to {
            let count = (after.year() - self.from.year()) * 12 + after.month0() as i32 - self.from.month0() as i32;
            return f64::from(count);
        }
        let days = u32::try_from((self.to - self.from).num_days() + 1).unwrap_or(0);
        months_of_days(days)
    }

    /// Whether it is a calendar month.
    pub fn is_month(self) -> bool {
        self.kind == Kind::Month
    }
}

fn end(from: NaiveDate, months: u32) -> NaiveDate {
    from.checked_add_months(Months::new(months)).and_then(|next| next.pred_opt()).unwrap_or(from)
}

fn read(text: &str) -> Option<Period> {
    if let Some((from, to)) = text.split_once("..") {
        let (from, to) = (day(from)?, day(to)?);
        return (from <= to).then(|| Period::range(from, to));
    }
    if let Some(one) = day(text) {
        return Some(Period::day(one));
    }
    let Some((year, rest)) = text.split_once('-') else {
        let from = NaiveDate::from_ymd_opt(digits(text, 4)?, 1, 1)?;
        return Some(Period { from, to: end(from, 12), kind: Kind::Year });
    };
    let year = digits(year, 4)?;
    if let Some(week) = rest.strip_prefix('W') {
        let from = NaiveDate::from_isoywd_opt(year, u32::try_from(digits(week, 2)?).ok()?, Weekday::Mon)?;
        return Some(Period { from, to: from.checked_add_days(Days::new(6))?, kind: Kind::Week });
    }
    if let Some(quarter) = rest.strip_prefix('Q') {
        let quarter = u32::try_from(digits(quarter, 1)?).ok().filter(|quarter| (1..=4).contains(quarter))?;
        let from = NaiveDate::from_ymd_opt(year, quarter * 3 - 2, 1)?;
        return Some(Period { from, to: end(from, 3), kind: Kind::Quarter });
    }
    let from = NaiveDate::from_ymd_opt(year, u32::try_from(digits(rest, 2)?).ok()?, 1)?;
    Some(Period { from, to: end(from, 1), kind: Kind::Month })
}

fn day(text: &str) -> Option<NaiveDate> {
    (text.len() == 10).then(|| text.parse().ok()).flatten()
}

fn digits(text: &str, count: usize) -> Option<i32> {
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

impl fmt::Display for Period {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = self.from;
        match self.kind {
            Kind::Day => write!(to, "{from}"),
            Kind::Week => write!(to, "{}-W{:02}", from.iso_week().year(), from.iso_week().week()),
            Kind::Month => write!(to, "{}", from.format("%Y-%m")),
            Kind::Quarter => write!(to, "{}-Q{}", from.year(), from.month0() / 3 + 1),
            Kind::Year => write!(to, "{}", from.year()),
            Kind::Range => write!(to, "{from}..{}", self.to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_reads_back_as_written() {
        for (text, from, to) in [
            ("2021-01", "2021-01-01", "2021-01-31"),
            ("2021-02", "2021-02-01", "2021-02-28"),
            ("2021-Q1", "2021-01-01", "2021-03-31"),
            ("2021-Q4", "2021-10-01", "2021-12-31"),
            ("2020-W53", "2020-12-28", "2021-01-03"),
            ("2021-W05", "2021-02-01", "2021-02-07"),
            ("2021-01-05", "2021-01-05", "2021-01-05"),
            ("2021", "2021-01-01", "2021-12-31"),
            ("2021-01-05..2021-03-01", "2021-01-05", "2021-03-01"),
        ] {
            let period = Period::parse(text).unwrap();
            assert_eq!((period.from.to_string().as_str(), period.to.to_string().as_str()), (from, to), "{text}");
            assert_eq!(period.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for text in ["", "2021-13", "2021-Q5", "2021-W54", "2021-02-30", "21-01", "2021-03-01..2021-01-01", "2021-1", "x"] {
            assert!(Period::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn months_step_over_the_year() {
        assert_eq!(Period::parse("2026-01").unwrap().months_away(-1).to_string(), "2025-12");
        assert_eq!(Period::parse("2025-12").unwrap().months_away(1).to_string(), "2026-01");
    }
}
