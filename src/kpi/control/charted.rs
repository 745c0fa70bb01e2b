//! A series against its phases: frozen ones where somebody froze them, else what the points before the window show.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::fit::{self, ENOUGH, Parameters, Placed, fit, place};
use super::plan::{ChartKind, Grain, Split, choose, usual_rules};
use super::readings::{Reading, back, begin, readings};
use crate::kpi::daybook::DayBook;
use crate::kpi::method::MethodKind;
use crate::kpi::service::Known;
use crate::kpi::statistics::{Limits, Rule, RuleSet, find};

/// Points of the window, and of the baseline before it.
fn spans(grain: Grain) -> (u64, u64) {
    match grain {
        Grain::Day => (60, 60),
        Grain::Week => (26, 26),
        Grain::Month => (13, 24),
    }
}

/// Most points of a window that was widened so that the border of the last phase is seen.
fn most(grain: Grain) -> u64 {
    match grain {
        Grain::Day => 180,
        Grain::Week => 104,
        Grain::Month => 48,
    }
}

/// A phase as somebody froze it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Frozen {
    pub(crate) starts_on: NaiveDate,
    pub(crate) kind: ChartKind,
    pub(crate) baseline: (NaiveDate, NaiveDate),
    pub(crate) parameters: Parameters,
}

/// A stretch of the chart with limits of its own.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stretch {
    /// Place of its first point.
    pub(crate) start: usize,
    pub(crate) kind: ChartKind,
    pub(crate) parameters: Parameters,
    pub(crate) baseline: (NaiveDate, NaiveDate),
    /// Somebody froze it.
    pub(crate) frozen: bool,
    /// Its baseline are the very points that it judges.
    pub(crate) own: bool,
}

/// A point of the chart.
#[derive(Debug, Clone)]
pub(crate) struct Drawn {
    pub(crate) reading: Reading,
    /// What is drawn: the value, or what the chart makes of it.
    pub(crate) value: Option<f64>,
    pub(crate) centre: Option<f64>,
    pub(crate) limits: Option<Limits>,
    /// Rules that it breaks, each dated at the last point of its window.
    pub(crate) rules: Vec<Rule>,
}

/// A series with its limits and signals.
#[derive(Debug, Clone)]
pub(crate) struct Charted {
    pub(crate) grain: Grain,
    pub(crate) stretches: Vec<Stretch>,
    pub(crate) points: Vec<Drawn>,
}

impl Charted {
    /// The stretch that a point belongs to.
    pub(crate) fn stretch_of(&self, point: usize) -> Option<&Stretch> {
        self.stretches.iter().rev().find(|stretch| stretch.start <= point)
    }
}

/// First and last day of the window that ends with a day, and of the baseline before it.
struct Window {
    first: NaiveDate,
    last: NaiveDate,
    baseline: (NaiveDate, NaiveDate),
}

impl Window {
    fn of(grain: Grain, last: NaiveDate, frozen: &[Frozen]) -> Self {
        let (shown, before) = spans(grain);
        let newest = begin(grain, last);
        let usual = back(grain, newest, shown - 1);
        let baseline = (back(grain, usual, before), usual.pred_opt().unwrap_or(usual));
        let reached = frozen.iter().rev().find(|phase| phase.starts_on <= last);
        let border = reached.map(|phase| back(grain, begin(grain, phase.starts_on), shown / 3));
        let widened = border.filter(|day| *day >= back(grain, newest, most(grain) - 1)).map_or(usual, |day| day.min(usual));
        Self { first: widened, last, baseline }
    }
}

/// The first day that has to be read for a chart that ends with a day.
pub(crate) fn first_day_of(grain: Grain, last: NaiveDate, frozen: &[Frozen]) -> NaiveDate {
    let window = Window::of(grain, last, frozen);
    window.first.min(window.baseline.0)
}

/// The process of a KPI in a baseline, and the chart it is read by; none where it has too few points, or varies too little.
pub(crate) fn limits_between(
    known: &Known,
    book: &DayBook,
    grain: Grain,
    (from, to): (NaiveDate, NaiveDate),
) -> (usize, Option<(ChartKind, Parameters)>) {
    let Some(formula) = known.formula.as_ref() else { return (0, None) };
    let before = readings(formula, book, grain, from, to);
    let kind = choose(known.definition.chart, formula, &before);
    let split = if grain == Grain::Day { known.definition.split } else { Split::None };
    let points = fit::series(kind, &before).len();
    (points, fit(kind, split, &before).map(|parameters| (kind, parameters)))
}

/// The chart of a KPI that ends with a day; none when nothing was measured in its window. Without limits the points stand alone.
pub(crate) fn chart(known: &Known, book: &DayBook, grain: Grain, last: NaiveDate, frozen: &[Frozen]) -> Option<Charted> {
    let formula = known.formula.as_ref()?;
    let window = Window::of(grain, last, frozen);
    let shown = readings(formula, book, grain, window.first, window.last);
    if shown.is_empty() {
        return None;
    }
    let stretches = stretches(known, book, grain, &window, frozen, &shown);
    let mut points: Vec<Drawn> = shown
        .into_iter()
        .map(|reading| Drawn { value: reading.value.value, centre: None, limits: None, rules: Vec::new(), reading })
        .collect();
    for (number, stretch) in stretches.iter().enumerate() {
        let end = stretches.get(number + 1).map_or(points.len(), |next| next.start);
        judge(known, stretch, &mut points[stretch.start..end]);
    }
    Some(Charted { grain, stretches, points })
}

fn stretches(known: &Known, book: &DayBook, grain: Grain, window: &Window, frozen: &[Frozen], shown: &[Reading]) -> Vec<Stretch> {
    let mut found: Vec<Stretch> = Vec::new();
    for phase in frozen {
        let start = shown.partition_point(|reading| reading.period.from < phase.starts_on);
        if start == shown.len() {
            continue;
        }
        // A phase that was over before the window began shows nothing of itself.
        found.retain(|before| before.start < start);
        let parameters = phase.parameters;
        found.push(Stretch { start, kind: phase.kind, parameters, baseline: phase.baseline, frozen: true, own: false });
    }
    if found.is_empty() {
        found.extend(provisional(known, book, grain, window, shown));
    }
    found
}

/// What the points before the window show; where there are too few of them, the window's own points, which then are only looked at.
fn provisional(known: &Known, book: &DayBook, grain: Grain, window: &Window, shown: &[Reading]) -> Option<Stretch> {
    let formula = known.formula.as_ref()?;
    let split = if grain == Grain::Day { known.definition.split } else { Split::None };
    let before = readings(formula, book, grain, window.baseline.0, window.baseline.1);
    for (points, own) in [(before.as_slice(), false), (shown, true)] {
        let kind = choose(known.definition.chart, formula, points);
        if let (Some(parameters), Some(first), Some(last)) = (fit(kind, split, points), points.first(), points.last()) {
            let baseline = (first.period.from, last.period.to);
            return Some(Stretch { start: 0, kind, parameters, baseline, frozen: false, own });
        }
        // A long baseline that does not vary has no limits; its successor must not get them either.
        if before.len() >= ENOUGH {
            return None;
        }
    }
    None
}

/// Places the points of a stretch and finds what breaks a rule. What goes on from point to point is told once, where it begins.
fn judge(known: &Known, stretch: &Stretch, points: &mut [Drawn]) {
    let readings: Vec<Reading> = points.iter().map(|point| point.reading.clone()).collect();
    let placed = place(stretch.kind, &stretch.parameters, &readings);
    let least = least(known, &readings);
    for (point, placed) in points.iter_mut().zip(&placed) {
        point.value = placed.map(|placed| placed.value).or(if stretch.kind.is_between() { None } else { point.value });
        point.centre = placed.map(|placed| placed.centre);
        point.limits = placed.map(|placed| Limits { lower: placed.limits.lower.max(least), upper: placed.limits.upper });
    }
    let named = RuleSet::of(&known.definition.rules);
    let rules =
        if known.definition.rules.is_empty() || stretch.kind == ChartKind::Ewma { usual_rules(stretch.kind) } else { named };
    for (at, rule) in broken(stretch, &readings, &placed, rules) {
        points[at].rules.push(rule);
    }
}

/// What limits are cut to: what was never negative and cannot be does not fall below nothing.
fn least(known: &Known, readings: &[Reading]) -> f64 {
    let kind = known.formula.as_ref().map(|formula| formula.kind());
    let signed = matches!(kind, Some(MethodKind::Difference | MethodKind::Kappa));
    let seen = readings.iter().any(|reading| reading.value.value.is_some_and(|value| value < 0.0));
    if signed || seen { f64::NEG_INFINITY } else { 0.0 }
}

fn broken(stretch: &Stretch, readings: &[Reading], placed: &[Option<Placed>], rules: RuleSet) -> Vec<(usize, Rule)> {
    // Days that are charted apart are judged apart; of rare events only the days with one are points.
    let mut groups: BTreeMap<bool, Vec<usize>> = BTreeMap::new();
    for (at, reading) in readings.iter().enumerate() {
        if placed[at].is_some() || !stretch.kind.is_between() {
            groups.entry(stretch.parameters.weekend.is_some() && reading.is_weekend()).or_default().push(at);
        }
    }
    let mut found = Vec::new();
    for places in groups.values() {
        let z: Vec<f64> = places.iter().map(|at| placed[*at].map_or(f64::NAN, |placed| placed.z)).collect();
        let all = find(&z, rules);
        let goes_on = |point: usize, rule: Rule| all.iter().any(|other| other.point + 1 == point && other.rule == rule);
        found.extend(all.iter().filter(|one| !goes_on(one.point, one.rule)).map(|one| (places[one.point], one.rule)));
    }
    found
}

/// Points beyond the limits, and runs, of one side.
pub(crate) type Side = (usize, usize);

/// The chart and process of a span, and what its own points break below and above the centre.
pub(crate) fn phase_of(
    known: &Known,
    book: &DayBook,
    grain: Grain,
    (from, to): (NaiveDate, NaiveDate),
) -> Option<(ChartKind, Parameters, (Side, Side))> {
    let (_, found) = limits_between(known, book, grain, (from, to));
    let (kind, parameters) = found?;
    let (_, low, high) = against(known, book, (kind, &parameters), grain, (from, to))?;
    Some((kind, parameters, (low, high)))
}

/// How the points of a span stand against limits of another one: how many they are, and what they break below and above the centre.
pub(crate) fn against(
    known: &Known,
    book: &DayBook,
    (kind, parameters): (ChartKind, &Parameters),
    grain: Grain,
    (from, to): (NaiveDate, NaiveDate),
) -> Option<(usize, Side, Side)> {
    let shown = readings(known.formula.as_ref()?, book, grain, from, to);
    let placed = place(kind, parameters, &shown);
    let stretch = Stretch { start: 0, kind, parameters: *parameters, baseline: (from, to), frozen: true, own: false };
    let rules = if kind == ChartKind::Ewma { usual_rules(kind) } else { RuleSet::COUNTS };
    let (mut low, mut high) = ((0, 0), (0, 0));
    for (at, rule) in broken(&stretch, &shown, &placed, rules) {
        let side = if placed[at].is_some_and(|placed| placed.z > 0.0) { &mut high } else { &mut low };
        if rule == Rule::BeyondLimits { side.0 += 1 } else { side.1 += 1 }
    }
    let points = placed.iter().flatten().count();
    (points > 0).then_some((points, low, high))
}
