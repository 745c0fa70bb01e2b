//! The live measures of a centre day by day or month by month, and the frames that formulas are evaluated over. Its cost follows the days
//! and months read, not the contacts behind them.

mod channels;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{Days, Months, NaiveDate};

use super::compact::unpack;
use super::expression::{Frame, Frames, Scope, Window, WindowUnit};
pub(in crate::kpi) use channels::ByChannel;

use super::model::{MeasureRow, MonthRow};
use super::period::Period;
use super::rows::totals_of;
use super::store_months::Sums;
use super::totals::Totals;
use super::vocabulary::Vocabulary;
use super::{store_measures, store_months};
use crate::db::Conn;
use crate::error::{Error, Result};

/// The days of a centre; channels and sources together, and channels apart where formulas ask for them. Whole months may stand as their
/// sums.
#[derive(Debug, Clone, Default)]
pub struct DayBook {
    /// First day that was read, so that a window reaching further back is known to be cut.
    from: Option<NaiveDate>,
    /// The sums of months, by their first day.
    months: BTreeMap<NaiveDate, Totals>,
    days: BTreeMap<NaiveDate, Totals>,
    channels: ByChannel,
    made: Made,
}

/// The frames of points, by their first and last day, made once: the charts of all KPIs look at the same days and months.
#[derive(Debug, Default)]
struct Made(Mutex<BTreeMap<(NaiveDate, NaiveDate), Arc<Frames>>>);

impl Clone for Made {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// What has to be read for spans of days: months from one day to another, and single days, those of months that a span cuts among them.
struct Wanted {
    from: NaiveDate,
    to: NaiveDate,
    cut: Option<(NaiveDate, NaiveDate)>,
}

impl Wanted {
    fn of(periods: &[Period], scope: &Scope) -> Option<Self> {
        let spans = periods.iter().flat_map(|period| {
            let wider = scope.windows.iter().map(|window| (first_day(*window, period.to), period.to));
            wider.chain([(period.from, period.to)])
        });
        spans.fold(None, |wanted: Option<Self>, (from, to)| {
            let mut wanted = wanted.unwrap_or(Self { from, to, cut: None });
            (wanted.from, wanted.to) = (wanted.from.min(from), wanted.to.max(to));
            let (first, last) = (Period::month_of(from), Period::month_of(to));
            let cut = [(first, first.from != from), (last, last.to != to)];
            for (month, _) in cut.into_iter().filter(|(_, cut)| *cut) {
                let (from, to) = wanted.cut.unwrap_or((month.from, month.to));
                wanted.cut = Some((from.min(month.from), to.max(month.to)));
            }
            Some(wanted)
        })
    }

    /// The same with days one by one.
    fn with_days(wanted: Option<Self>, days: Option<(NaiveDate, NaiveDate)>) -> Option<Self> {
        let Some((from, to)) = days else { return wanted };
        let Some(wanted) = wanted else { return Some(Self { from, to, cut: days }) };
        let cut = wanted.cut.map_or((from, to), |cut| (cut.0.min(from), cut.1.max(to)));
        Some(Self { from: wanted.from.min(from), to: wanted.to.max(to), cut: Some(cut) })
    }
}

impl DayBook {
    fn of(scope: &Scope) -> Self {
        Self { channels: ByChannel::of(scope), ..Self::default() }
    }

    /// Reads the days of a centre from one to another.
    ///
    /// # Errors
    /// When what is stored cannot be read.
    pub(crate) fn read(conn: &mut Conn, centre_id: &str, (from, to): (NaiveDate, NaiveDate), scope: &Scope) -> Result<Self> {
        let mut book = Self { from: Some(from), ..Self::of(scope) };
        for row in store_measures::live(conn, centre_id, from, to)? {
            book.take_day(&row)?;
        }
        Ok(book)
    }

    /// Reads what the sums over periods and the windows that end with them need: whole months as such, days where a span cuts a month.
    ///
    /// # Errors
    /// When what is stored cannot be read.
    pub(crate) fn over(conn: &mut Conn, centre_id: &str, periods: &[Period], scope: &Scope) -> Result<Self> {
        Self::over_and_days(conn, centre_id, (periods, scope), None)
    }

    /// The same, and a span of days one by one.
    ///
    /// # Errors
    /// When what is stored cannot be read.
    pub(crate) fn over_and_days(
        conn: &mut Conn,
        centre_id: &str,
        (periods, scope): (&[Period], &Scope),
        days: Option<(NaiveDate, NaiveDate)>,
    ) -> Result<Self> {
        let Some(wanted) = Wanted::with_days(Wanted::of(periods, scope), days) else { return Ok(Self::default()) };
        let mut book = match wanted.cut {
            Some(days) => Self::read(conn, centre_id, days, scope)?,
            None => Self::of(scope),
        };
        book.from = Some(wanted.from);
        for kind in book.kinds() {
            for row in store_months::of_centre(conn, centre_id, (wanted.from, wanted.to), *kind)? {
                book.take_month(&row)?;
            }
        }
        Ok(book)
    }

    /// The same of all centres, by centre id.
    ///
    /// # Errors
    /// When what is stored cannot be read.
    pub(crate) fn everywhere(conn: &mut Conn, periods: &[Period], scope: &Scope) -> Result<BTreeMap<String, Self>> {
        let mut books: BTreeMap<String, Self> = BTreeMap::new();
        let Some(wanted) = Wanted::of(periods, scope) else { return Ok(books) };
        let rows = match wanted.cut {
            Some((from, to)) => store_measures::live_everywhere(conn, from, to)?,
            None => Vec::new(),
        };
        for row in rows {
            books.entry(row.centre_id.clone()).or_insert_with(|| Self::of(scope)).take_day(&row)?;
        }
        for kind in Self::of(scope).kinds() {
            for row in store_months::everywhere(conn, (wanted.from, wanted.to), *kind)? {
                books.entry(row.centre_id.clone()).or_insert_with(|| Self::of(scope)).take_month(&row)?;
            }
        }
        books.values_mut().for_each(|book| book.from = Some(wanted.from));
        Ok(books)
    }

    /// The sums of months that are to be read.
    fn kinds(&self) -> &'static [Sums] {
        if self.channels.is_asked() { &[Sums::Together, Sums::ByChannel] } else { &[Sums::Together] }
    }

    fn take_day(&mut self, row: &MeasureRow) -> Result<()> {
        let totals = totals_of(row)?;
        self.channels.add_day(row.day, &row.channel, &totals);
        self.days.entry(row.day).or_default().take(totals);
        Ok(())
    }

    fn take_month(&mut self, row: &MonthRow) -> Result<()> {
        let totals = sums(row)?;
        if row.channel.is_empty() {
            self.months.insert(row.month, totals);
        } else {
            self.channels.add_month(row.month, &row.channel, &totals);
        }
        Ok(())
    }

    /// Whether anything was delivered of a month.
    pub(crate) fn has_data(&self, month: Period) -> bool {
        self.months.contains_key(&month.from) || self.days.range(month.from..=month.to).next().is_some()
    }

    /// The sum of a span of days.
    fn total(&self, from: NaiveDate, to: NaiveDate) -> Totals {
        Totals::total(parts(&self.months, &self.days, from, to))
    }

    /// What formulas need for a period: its own frame, those of its channels where they ask for them, and those of the wider windows that
    /// end with it, as far as the book goes back.
    pub(crate) fn frames(&self, period: Period, scope: &Scope) -> Frames {
        let frame = |from: NaiveDate, months: f64| {
            Frame::of(Vocabulary::shipped(), &self.total(from, period.to).into_quantities(), months, days(from, period.to))
        };
        let mut frames = with_channels(Frames::of(frame(period.from, period.months())), &self.channels, period);
        for window in &scope.windows {
            let from = first_day(*window, period.to);
            if self.from.is_some_and(|read| read <= from) {
                frames = frames.with(*window, frame(from, window.months()));
            }
        }
        frames
    }

    /// The same for the points of a chart, which share those without wider windows.
    pub(crate) fn frames_of_point(&self, period: Period, scope: &Scope) -> Arc<Frames> {
        if !scope.windows.is_empty() {
            return Arc::new(self.frames(period, scope));
        }
        let mut made = self.made.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(made.entry((period.from, period.to)).or_insert_with(|| Arc::new(self.frames(period, scope))))
    }

    /// First days of the months that stand as their sums.
    pub(crate) fn months(&self) -> impl Iterator<Item = NaiveDate> {
        self.months.keys().copied()
    }

    /// Days with data.
    pub(crate) fn days(&self) -> impl Iterator<Item = NaiveDate> {
        self.days.keys().copied()
    }
}

/// What a span of days is made of: whole months where their sums are known, else single days.
fn parts<'m, T>(
    months: &'m BTreeMap<NaiveDate, T>,
    days: &'m BTreeMap<NaiveDate, T>,
    from: NaiveDate,
    to: NaiveDate,
) -> Vec<&'m T> {
    let mut found = Vec::new();
    let mut day = from;
    while day <= to {
        let month = Period::month_of(day);
        let whole = day == month.from && month.to <= to;
        match months.get(&month.from).filter(|_| whole) {
            Some(sum) => found.push(sum),
            None => found.extend(days.range(day..=month.to.min(to)).map(|(_, sum)| sum)),
        }
        let Some(next) = month.to.succ_opt() else { break };
        day = next;
    }
    found
}

fn sums(row: &MonthRow) -> Result<Totals> {
    unpack(&row.totals).ok_or_else(|| Error::internal(format!("the sums of {} cannot be read; run `cairn rebuild`", row.month)))
}

/// The frames of the channels of a period beside its own.
fn with_channels(frames: Frames, channels: &ByChannel, period: Period) -> Frames {
    let (months, days) = (period.months(), days(period.from, period.to));
    channels.between(period.from, period.to).into_iter().fold(frames, |frames, (channel, quantities)| {
        frames.with_channel(channel, Frame::of(Vocabulary::shipped(), &quantities, months, days))
    })
}

/// The frames of sums that were added up elsewhere: of a period, of its channels, and of the wider windows that end with it.
pub(crate) fn frames_of(totals: &Totals, channels: &ByChannel, period: Period, wider: &BTreeMap<Window, Totals>) -> Frames {
    let frame =
        |totals: &Totals, from, months| Frame::of(Vocabulary::shipped(), &totals.quantities(), months, days(from, period.to));
    let own = with_channels(Frames::of(frame(totals, period.from, period.months())), channels, period);
    let with = |frames: Frames, (window, totals): (&Window, &Totals)| {
        frames.with(*window, frame(totals, first_day(*window, period.to), window.months()))
    };
    wider.iter().fold(own, with)
}

/// How many days there are from one to another, both counted.
fn days(from: NaiveDate, to: NaiveDate) -> u32 {
    u32::try_from((to - from).num_days() + 1).unwrap_or(0)
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
pub(crate) fn reach(period: Period, scope: &Scope) -> NaiveDate {
    scope.windows.iter().map(|window| first_day(*window, period.to)).fold(period.from, NaiveDate::min)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kpi::measures::Measures;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn over(windows: &[Window]) -> Scope {
        Scope { windows: windows.iter().copied().collect(), ..Scope::default() }
    }

    #[test]
    fn windows_end_with_the_period() {
        let months = |count| Window { count, unit: WindowUnit::Months };
        assert_eq!(first_day(months(12), day("2026-03-31")), day("2025-04-01"));
        assert_eq!(first_day(months(1), day("2026-02-28")), day("2026-02-01"));
        assert_eq!(first_day(Window { count: 90, unit: WindowUnit::Days }, day("2026-03-31")), day("2026-01-01"));
        let period = Period::parse("2026-03").unwrap();
        assert_eq!(reach(period, &over(&[months(3), months(12)])), day("2025-04-01"));
        assert_eq!(reach(period, &Scope::default()), period.from);
    }

    #[test]
    fn a_window_that_was_not_read_is_left_out() {
        let year = Window { count: 12, unit: WindowUnit::Months };
        let scope = over(&[year]);
        let period = Period::parse("2026-03").unwrap();
        let book = |from: &str| DayBook { from: Some(day(from)), ..DayBook::default() };
        assert!(book("2025-04-01").frames(period, &scope).at(Some(year)).is_some());
        assert!(book("2026-01-01").frames(period, &scope).at(Some(year)).is_none());
    }

    #[test]
    fn whole_months_stand_for_their_days() {
        let sum = |calls: u64| Totals::of(Measures { answered: calls, ..Measures::default() });
        let mut book = DayBook { from: Some(day("2026-01-01")), ..DayBook::default() };
        for number in 0..90 {
            book.days.insert(day("2026-01-01") + Days::new(number), sum(1));
        }
        let by_days = |from: &str, to: &str| book.total(day(from), day(to)).contacts.answered;
        let mut rolled = book.clone();
        rolled.months = BTreeMap::from([(day("2026-01-01"), sum(31)), (day("2026-02-01"), sum(28))]);
        rolled.days.retain(|on, _| *on >= day("2026-03-01"));
        for (from, to) in [("2026-01-01", "2026-01-31"), ("2026-01-01", "2026-03-31"), ("2026-02-01", "2026-03-17")] {
            assert_eq!(rolled.total(day(from), day(to)).contacts.answered, by_days(from, to), "{from} {to}");
        }
        assert_eq!(by_days("2026-03-05", "2026-03-04"), 0);
    }

    #[test]
    fn channels_are_kept_apart_of_what_is_asked_for_alone() {
        let slot = |name| Vocabulary::shipped().slot(name).unwrap();
        let scope = Scope { by_channel: [slot("answered")].into(), ..Scope::default() };
        let row = |calls| Totals::of(Measures { answered: calls, talk_s: 9, handled: calls, ..Measures::default() });
        let mut book = DayBook::of(&scope);
        book.channels.add_month(day("2026-01-01"), "voice", &row(31));
        for (on, channel, calls) in [("2026-01-03", "voice", 7), ("2026-02-01", "voice", 2), ("2026-02-01", "chat", 5)] {
            book.channels.add_day(day(on), channel, &row(calls));
        }
        let sums = |from: &str, to: &str| {
            let found = book.channels.between(day(from), day(to));
            found.into_iter().map(|(channel, sum)| (channel.to_owned(), sum.flows["answered"])).collect::<Vec<_>>()
        };
        assert_eq!(sums("2026-01-01", "2026-02-28"), [("chat".to_owned(), 5), ("voice".to_owned(), 33)]);
        assert_eq!(sums("2026-01-02", "2026-01-31"), [("voice".to_owned(), 7)], "a cut month is made of its days");
        let frames = book.frames(Period::parse("2026-02").unwrap(), &scope);
        let knows = |name| frames.channels().map(|(_, own)| own.period.knows(slot(name))).collect::<Vec<_>>();
        assert_eq!((knows("answered"), knows("talk_s")), (vec![true, true], vec![false, false]));
        let mut plain = DayBook::of(&Scope::default());
        plain.channels.add_day(day("2026-02-01"), "chat", &row(5));
        assert_eq!(plain.frames(Period::parse("2026-02").unwrap(), &Scope::default()).channels().count(), 0);
    }

    #[test]
    fn only_months_that_a_span_cuts_are_read_by_day() {
        let period = |text: &str| Period::parse(text).unwrap();
        let wanted = |periods: &[&str], windows: &[Window]| {
            let periods: Vec<Period> = periods.iter().map(|text| period(text)).collect();
            let wanted = Wanted::of(&periods, &over(windows)).unwrap();
            (wanted.from.to_string(), wanted.to.to_string(), wanted.cut.map(|(from, to)| format!("{from} {to}")))
        };
        let year = Window { count: 12, unit: WindowUnit::Months };
        assert_eq!(wanted(&["2026-03"], &[year]), ("2025-04-01".into(), "2026-03-31".into(), None));
        assert_eq!(wanted(&["2025-12", "2026-Q1"], &[]), ("2025-12-01".into(), "2026-03-31".into(), None));
        let cut = ("2026-03-30".into(), "2026-04-05".into(), Some("2026-03-01 2026-04-30".into()));
        assert_eq!(wanted(&["2026-W14"], &[]), cut);
        let days = Window { count: 90, unit: WindowUnit::Days };
        assert_eq!(wanted(&["2026-03"], &[days]), ("2026-01-01".into(), "2026-03-31".into(), None));
        assert_eq!(wanted(&["2026-04"], &[days]).2, Some("2026-01-01 2026-01-31".into()));
    }
}
