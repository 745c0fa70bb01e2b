//! Daily control charts with frozen limits: the baseline is the sixty days before the window, at least twenty of them with data; the window
//! is the last sixty days. Shares by Laney's p′, means by XmR (ISO 9001 9.1.3).

use chrono::{Days, NaiveDate};

use super::daybook::DayBook;
use super::method::KpiValue;
use super::model::SignalRule;
use super::period::Period;
use super::service::Known;
use super::statistics::{self, Limits, Process, Rule, RuleSet};

/// Days of the window, and of the baseline before it.
const WINDOW: u64 = 60;
/// Fewest points of a baseline.
const BASELINE: usize = 20;

/// One day of the window.
#[derive(Debug, Clone)]
pub(crate) struct DayPoint {
    pub(crate) day: NaiveDate,
    pub(crate) value: KpiValue,
    pub(crate) limits: Option<Limits>,
    /// Distance from the centre line in sigma; NaN without one.
    z: f64,
}

/// A window of days against limits frozen before it.
#[derive(Debug, Clone)]
pub(crate) struct Frozen {
    /// First and last day of the baseline that have data.
    pub(crate) baseline: (NaiveDate, NaiveDate),
    pub(crate) centre: f64,
    pub(crate) points: Vec<DayPoint>,
}

/// First and last day of the window that ends on a day.
pub(crate) fn window(last: NaiveDate) -> (NaiveDate, NaiveDate) {
    (back(last, WINDOW - 1), last)
}

/// First and last day of the baseline before that window.
pub(crate) fn baseline(last: NaiveDate) -> (NaiveDate, NaiveDate) {
    (back(last, 2 * WINDOW - 1), back(last, WINDOW))
}

fn back(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_sub_days(Days::new(days)).unwrap_or(day)
}

/// The chart of a KPI; none when the baseline is too short, or varies so little that it has no limits.
pub(crate) fn frozen(known: &Known, book: &DayBook, last: NaiveDate) -> Option<Frozen> {
    let formula = known.formula.as_ref()?;
    let windows = formula.windows();
    let of = |(from, to): (NaiveDate, NaiveDate)| -> Vec<(NaiveDate, KpiValue)> {
        let days = book.days().filter(|day| (from..=to).contains(day));
        let value = |day| formula.point(&book.frames(Period::day(day), &windows));
        days.map(|day| (day, value(day))).filter(|(_, value)| value.value.is_some()).collect()
    };
    let before = of(baseline(last));
    let (Some((first, _)), Some((end, _))) = (before.first(), before.last()) else { return None };
    let span = (*first, *end);
    if before.len() < BASELINE {
        return None;
    }
    let share = formula.is_share();
    let process = process(share, &before)?;
    let points = of(window(last)).into_iter().map(|(day, value)| day_point(&process, share, day, value));
    Some(Frozen { baseline: span, centre: process.centre(), points: points.collect() })
}

/// The process that the baseline shows; none when it varies so little that it has no limits.
fn process(share: bool, before: &[(NaiveDate, KpiValue)]) -> Option<Process> {
    let found = if share {
        let points: Vec<(u64, u64)> =
            before.iter().filter_map(|(_, v)| Some((v.numerator.count()?, v.denominator.count()?))).collect();
        statistics::p_prime_chart(&points)?.process
    } else {
        let values: Vec<f64> = before.iter().filter_map(|(_, value)| value.value).collect();
        statistics::xmr_chart(&values)?.chart.process
    };
    found.sigma(1.0).filter(|sigma| *sigma > 0.0).map(|_| found)
}

/// A day against the process; durations do not fall below nothing.
fn day_point(process: &Process, share: bool, day: NaiveDate, value: KpiValue) -> DayPoint {
    let size = if share { value.n as f64 } else { 1.0 };
    let plotted = value.value.and_then(|value| process.plot(value, size));
    let limits = plotted.map(|point| Limits { lower: point.limits.lower.max(0.0), upper: point.limits.upper });
    DayPoint { day, value, limits, z: plotted.map_or(f64::NAN, |point| process.z(&point)) }
}

impl Frozen {
    /// What breaks a rule, by point. What goes on from day to day is told once, at its first day.
    pub(crate) fn signals(&self) -> Vec<(usize, SignalRule)> {
        let all = statistics::find(&self.points.iter().map(|point| point.z).collect::<Vec<f64>>(), RuleSet::COUNTS);
        let goes_on =
            |point: usize, rule: Rule| point > 0 && all.iter().any(|other| other.point == point - 1 && other.rule == rule);
        let first = all.iter().filter(|signal| !goes_on(signal.point, signal.rule));
        first.filter_map(|signal| Some((signal.point, rule_of(signal.rule)?))).collect()
    }
}

/// The two rules that daily charts are read by.
fn rule_of(rule: Rule) -> Option<SignalRule> {
    match rule {
        Rule::BeyondLimits => Some(SignalRule::Beyond),
        Rule::NineOnOneSide => Some(SignalRule::Run),
        _ => None,
    }
}
