//! What the demo's centres deliver beside their call logs: month by month the files of eight kinds of sources, made by a seeded generator
//! and imported through the same mappings and services as anybody's.
//!
//! They hold one quarter in which the head office's service slipped, one month with a gate that opened, and one family that is weak.

mod centres;
mod customers;
mod figures;
mod ideas;
mod items;
mod quality;
mod register;
mod staff;
mod targets;

use chrono::{Datelike, Days, Months, NaiveDate};

use self::centres::{CENTRES, Centre};
use super::Stage;
use super::dice::Dice;
use super::story::Acts;
use crate::error::{Error, Result};
use crate::{kpi, shipped};

/// Whole months of which everything is known.
const MEASURED: u32 = 14;

/// The days of a file, and the days of the story around it.
#[derive(Clone, Copy)]
struct Span {
    from: NaiveDate,
    to: NaiveDate,
    /// First day of which anything is known: where registers begin.
    start: NaiveDate,
    today: NaiveDate,
}

impl Span {
    fn days(self) -> impl Iterator<Item = NaiveDate> {
        self.from.iter_days().take_while(move |day| *day <= self.to)
    }

    fn ago(self, day: NaiveDate) -> i64 {
        (self.today - day).num_days()
    }

    /// A moment of a register as it stands on the last day of the file: what is still to come is not in it.
    fn known(self, day: Option<NaiveDate>) -> Option<NaiveDate> {
        day.filter(|day| *day <= self.to)
    }
}

/// The dice of a centre's day, different for every kind of file.
fn dice(what: u64, place: usize, day: NaiveDate) -> Dice {
    let number = u64::try_from(day.num_days_from_ce()).unwrap_or_default();
    Dice::new(number * 131 + place as u64 * 7_000_003 + what * 1_000_000_007)
}

/// A day so many days later.
fn after(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days)).unwrap_or(day)
}

/// The days of a span on a weekday, with every centre.
fn rounds(span: Span, weekday: chrono::Weekday) -> impl Iterator<Item = (NaiveDate, usize, &'static Centre)> {
    let days = span.days().filter(move |day| day.weekday() == weekday);
    days.flat_map(|day| CENTRES.iter().enumerate().map(move |(place, centre)| (day, place, centre)))
}

fn yes(is: bool) -> &'static str {
    if is { "是" } else { "否" }
}

/// A day, or nothing.
fn cell(day: Option<NaiveDate>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

/// A file that comes every month.
struct Feed {
    name: &'static str,
    mapping: &'static str,
    rows: fn(Span) -> String,
    /// It tells all since the register began, and takes the place of the month before.
    register: bool,
}

const fn monthly(name: &'static str, mapping: &'static str, rows: fn(Span) -> String) -> Feed {
    Feed { name, mapping, rows, register: false }
}

const fn register(name: &'static str, mapping: &'static str, rows: fn(Span) -> String) -> Feed {
    Feed { name, mapping, rows, register: true }
}

const FEEDS: [Feed; 10] = [
    monthly("survey", "kpi/mapping-surveys.toml", customers::surveys),
    monthly("quality", "kpi/mapping-evaluations.toml", quality::evaluations),
    monthly("workforce", "kpi/mapping-workforce.toml", figures::workforce),
    monthly("waybills", "records/waybills.toml", items::waybills),
    monthly("assistant", "records/self-service.toml", items::sessions),
    register("complaints", "records/complaints.toml", customers::complaints),
    register("learning", "records/learning.toml", register::learning),
    register("improvements", "kpi/mapping-improvements.toml", ideas::improvements),
    monthly("finance", "records/finance.toml", figures::finance),
    monthly("sales", "records/sales.toml", figures::sales),
];

/// The first day of which everything is known.
pub(super) fn start(stage: &Stage) -> NaiveDate {
    let month = stage.today.with_day(1).unwrap_or(stage.today);
    month.checked_sub_months(Months::new(MEASURED)).unwrap_or(month)
}

/// The targets of the centres, set on the day from which they are measured whole.
pub(super) fn set_targets(stage: &Stage, acts: &mut Acts) {
    acts.add(start(stage), 500, targets::set);
}

/// The files from a day to a day of one month, on the day they are handed over.
pub(super) fn acts(stage: &Stage, acts: &mut Acts, handed_over: NaiveDate, (from, to): (NaiveDate, NaiveDate)) {
    let start = start(stage);
    if from < start {
        return;
    }
    for (feed, minute) in FEEDS.iter().zip(515..) {
        acts.add(handed_over, minute, move |stage| import(stage, feed, Span { from, to, start, today: stage.today }));
    }
}

fn import(stage: &Stage, feed: &Feed, span: Span) -> Result<()> {
    let mapping = shipped::get(feed.mapping).ok_or_else(|| Error::Internal(format!("{} is not shipped", feed.mapping)))?;
    let request = kpi::Import {
        mapping: mapping.replace("{year}", &span.from.format("%Y").to_string()),
        file_name: format!("{}-{}.csv", feed.name, span.from.format("%Y-%m")),
        replace: feed.register,
        row_errors: kpi::RowErrors::LeaveOut,
        as_of: Some(span.to),
        ..kpi::Import::default()
    };
    let rows = (feed.rows)(span);
    kpi::import(&stage.ledger, &stage.evidence, stage.actor("wangfang")?, &request, rows.as_bytes()).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: &str, to: &str) -> Span {
        let day = |text: &str| text.parse().unwrap();
        Span { from: day(from), to: day(to), start: day("2025-09-01"), today: day("2026-11-21") }
    }

    #[test]
    fn the_file_of_a_month_is_the_same_wherever_it_is_made_and_every_row_is_whole() {
        let month = span("2026-10-01", "2026-10-31");
        for feed in &FEEDS {
            let rows = (feed.rows)(month);
            assert_eq!(rows, (feed.rows)(month), "{}", feed.name);
            let mut lines = rows.lines();
            let columns = lines.next().unwrap().split(',').count();
            assert!(lines.clone().count() >= 3, "{}", feed.name);
            assert!(lines.all(|line| line.split(',').count() == columns), "{}", feed.name);
        }
    }

    #[test]
    fn a_register_of_a_later_month_says_all_that_the_earlier_one_said() {
        let (earlier, later) = (span("2026-09-01", "2026-09-30"), span("2026-10-01", "2026-10-31"));
        for feed in FEEDS.iter().filter(|feed| feed.register) {
            let number = |line: &str| line.split(',').next().map(str::to_owned);
            let (before, after) = ((feed.rows)(earlier), (feed.rows)(later));
            let known: std::collections::BTreeSet<_> = after.lines().map(number).collect();
            assert!(before.lines().all(|line| known.contains(&number(line))), "{}", feed.name);
            assert!(before.lines().count() < after.lines().count(), "{}", feed.name);
            // Dates of what is planned (a time limit, the end of a certificate) are known in advance; what happened is not.
            let ahead =
                before.lines().flat_map(|line| line.split(',')).any(|cell| cell.starts_with("2026-") && cell > "2026-09-30");
            assert!(feed.name != "improvements" || !ahead, "{}: nothing is told in advance", feed.name);
        }
    }
}
