//! A series against its phases: frozen ones where somebody froze them, else what the points before the window show.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use super::fit::{self, ENOUGH, Parameters, Placed, fit, place};
use super::plan::{ChartKind, Grain, Split, choose, usual_rules};
use super::readings::{Reading, back, begin, readings};
use super::spread::{Spread, SpreadKind, spreads};
use crate::kpi::daybook::DayBook;
use crate::kpi::definition::Definition;
use crate::kpi::method::MethodKind;
use crate::kpi::period::Period;
use crate::kpi::service::Known;
use crate::kpi::statistics::{Limits, Process, Rule, RuleSet, find};

/// Points of the window, and of the baseline before it; of rare events the baseline reaches further back, or it would hold hardly any.
fn spans(kind: ChartKind, grain: Grain) -> (u64, u64) {
    match (grain, kind.is_between()) {
        (Grain::Day, false) => (60, 60),
        (Grain::Day, true) => (60, 365),
        (Grain::Week, false) => (26, 26),
        (Grain::Week, true) => (26, 104),
        (Grain::Month, false) => (13, 24),
        (Grain::Month, true) => (13, 48),
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
    /// What was charted.
    pub(crate) definition: Arc<Definition>,
    pub(crate) starts_on: NaiveDate,
    pub(crate) kind: ChartKind,
    pub(crate) baseline: (NaiveDate, NaiveDate),
    pub(crate) parameters: Parameters,
}

impl Frozen {
    /// Whether its limits say anything of what is charted now: what is computed in another way is another process.
    pub(crate) fn suits(&self, known: &Known) -> bool {
        self.kind.is_between() == known.definition.chart.is_between() && self.definition.computes_like(&known.definition)
    }
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
    /// Its place on the second panel, where the chart has one.
    pub(crate) spread: Option<Spread>,
    /// Rules that it breaks, each dated at the last point of its window; what goes on from point to point stands where it begins, except
    /// points beyond the limits, each of which tells of itself.
    pub(crate) rules: Vec<Rule>,
    /// Rules that the point before it breaks as well, on the same side.
    pub(crate) going_on: Vec<Rule>,
}

impl Drawn {
    fn of(reading: Reading) -> Self {
        Self {
            value: reading.value.value,
            centre: None,
            limits: None,
            spread: None,
            rules: Vec::new(),
            going_on: Vec::new(),
            reading,
        }
    }

    /// The rules that begin to be broken here: what a signal is raised for.
    pub(crate) fn begun(&self) -> impl Iterator<Item = Rule> {
        self.rules.iter().copied().filter(|rule| !self.going_on.contains(rule))
    }

    /// Whether it breaks a rule, begun here or before.
    pub(crate) fn breaks(&self, rule: Rule) -> bool {
        self.rules.contains(&rule) || self.going_on.contains(&rule)
    }
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

    /// What its second panel shows; phases of another kind of chart leave a gap there.
    pub(crate) fn spread(&self) -> Option<SpreadKind> {
        self.stretches.last()?.kind.spread()
    }

    /// A point of the second panel.
    pub(crate) fn spread_of(&self, point: &Drawn) -> Option<Spread> {
        point.spread.filter(|spread| Some(spread.kind) == self.spread())
    }
}

/// First and last day of the window that ends with a day, and of the baseline before it.
struct Window {
    first: NaiveDate,
    last: NaiveDate,
    baseline: (NaiveDate, NaiveDate),
}

impl Window {
    fn of(kind: ChartKind, grain: Grain, last: NaiveDate, frozen: &[Frozen]) -> Self {
        let (shown, before) = spans(kind, grain);
        let newest = begin(grain, last);
        let usual = back(grain, newest, shown - 1);
        let baseline = (back(grain, usual, before), usual.pred_opt().unwrap_or(usual));
        let reached = frozen.iter().rev().find(|phase| phase.starts_on <= last);
        let border = reached.map(|phase| back(grain, begin(grain, phase.starts_on), shown / 3));
        let widened = border.filter(|day| *day >= back(grain, newest, most(grain) - 1)).map_or(usual, |day| day.min(usual));
        Self { first: widened, last, baseline }
    }
}

/// The first day that has to be read for a chart, by the kind its definition names, that ends with a day.
pub(crate) fn first_day_of(kind: ChartKind, grain: Grain, last: NaiveDate, frozen: &[Frozen]) -> NaiveDate {
    let window = Window::of(kind, grain, last, frozen);
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
    let before = readings(known, book, grain, from, to);
    let kind = choose(known.definition.chart, formula, &before);
    let points = fit::series(kind, &before).len();
    (points, fit(kind, split(known, grain), &before).map(|parameters| (kind, parameters)))
}

/// Which points are charted apart: only days know weekends.
fn split(known: &Known, grain: Grain) -> Split {
    if grain == Grain::Day { known.definition.split } else { Split::None }
}

/// How much more the daily shares or rates of a span vary than chance alone would make them (Laney's sigma z); none of other figures, and
/// of too few days.
pub(crate) fn dispersion(known: &Known, book: &DayBook, (from, to): (NaiveDate, NaiveDate)) -> Option<f64> {
    let kind = match known.formula.as_ref()?.kind() {
        MethodKind::Proportion => ChartKind::PPrime,
        MethodKind::Rate => ChartKind::UPrime,
        _ => return None,
    };
    let days = readings(known, book, Grain::Day, from, to);
    match fit(kind, split(known, Grain::Day), &days)?.process {
        Process::Share { sigma_z, .. } | Process::Rate { sigma_z, .. } => Some(sigma_z),
        Process::Single { .. } | Process::Means { .. } => None,
    }
}

/// The chart of a KPI that ends with a day; none when nothing was measured in its window. Without limits the points stand alone.
pub(crate) fn chart(known: &Known, book: &DayBook, grain: Grain, last: NaiveDate, frozen: &[Frozen]) -> Option<Charted> {
    let frozen: Vec<Frozen> = frozen.iter().filter(|phase| phase.suits(known)).cloned().collect();
    let window = Window::of(known.definition.chart, grain, last, &frozen);
    let shown = readings(known, book, grain, window.first, window.last);
    if shown.is_empty() {
        return None;
    }
    let stretches = stretches(known, book, grain, &window, &frozen, &shown);
    let mut points: Vec<Drawn> = shown.into_iter().map(Drawn::of).collect();
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
    let before = readings(known, book, grain, window.baseline.0, window.baseline.1);
    for (points, own) in [(before.as_slice(), false), (shown, true)] {
        let kind = choose(known.definition.chart, formula, points);
        let found = fit(kind, split(known, grain), points);
        if let (Some(parameters), Some(first), Some(last)) = (found, points.first(), points.last()) {
            let baseline = (first.period.from, last.period.to);
            return Some(Stretch { start: 0, kind, parameters, baseline, frozen: false, own });
        }
        // A long baseline that does not vary has no limits; its successor must not get them either.
        if fit::series(kind, points).len() >= ENOUGH {
            return None;
        }
    }
    None
}

/// Places the points of a stretch and finds what breaks a rule.
fn judge(known: &Known, stretch: &Stretch, points: &mut [Drawn]) {
    let readings: Vec<Reading> = points.iter().map(|point| point.reading.clone()).collect();
    let placed = place(stretch.kind, &stretch.parameters, &readings);
    let least = least(known, &readings);
    for (point, spread) in points.iter_mut().zip(spreads(stretch.kind, &stretch.parameters, &readings)) {
        point.spread = spread;
    }
    for (point, placed) in points.iter_mut().zip(&placed) {
        point.value = placed.map(|placed| placed.value).or(if stretch.kind.is_between() { None } else { point.value });
        point.centre = placed.map(|placed| placed.centre);
        point.limits = placed.map(|placed| Limits { lower: placed.limits.lower.max(least), upper: placed.limits.upper });
    }
    let named = RuleSet::of(&known.definition.rules);
    let rules =
        if known.definition.rules.is_empty() || stretch.kind == ChartKind::Ewma { usual_rules(stretch.kind) } else { named };
    for one in broken(stretch.kind, &stretch.parameters, &readings, &placed, rules) {
        if one.is_told() {
            points[one.at].rules.push(one.rule);
        }
        if one.goes_on {
            points[one.at].going_on.push(one.rule);
        }
    }
}

/// A point judged again by limits that it was judged by before; none where nothing was measured in its time any more. Of rolling limits
/// the points after their baseline are looked at, of frozen ones those since the phase began.
pub(crate) fn judged_again(known: &Known, book: &DayBook, stretch: &Stretch, from: NaiveDate, at: Period) -> Option<Drawn> {
    let grain = known.definition.points;
    let from = from.max(farthest(grain, at.from));
    let mut points: Vec<Drawn> = readings(known, book, grain, from, at.to).into_iter().map(Drawn::of).collect();
    judge(known, stretch, &mut points);
    points.pop().filter(|point| point.reading.period.from == at.from)
}

/// The first day of the farthest point that one is read with.
pub(crate) fn farthest(grain: Grain, begin: NaiveDate) -> NaiveDate {
    back(grain, begin, most(grain))
}

/// The first day of the points that new data of a day may complete: the week or month before it is over by now, though its own data may
/// not have reached its last day.
pub(crate) fn completed_from(grain: Grain, day: NaiveDate) -> NaiveDate {
    match grain {
        Grain::Day => day,
        Grain::Week | Grain::Month => back(grain, begin(grain, day), 1),
    }
}

/// What limits are cut to: what was never negative and cannot be does not fall below nothing.
fn least(known: &Known, readings: &[Reading]) -> f64 {
    let kind = known.formula.as_ref().map(|formula| formula.kind());
    let signed = matches!(kind, Some(MethodKind::Difference | MethodKind::Kappa));
    let seen = readings.iter().any(|reading| reading.value.value.is_some_and(|value| value < 0.0));
    if signed || seen { f64::NEG_INFINITY } else { 0.0 }
}

/// A rule that a point breaks.
pub(super) struct Broken {
    pub(super) at: usize,
    pub(super) rule: Rule,
    /// The point before it breaks it as well, on the same side.
    pub(super) goes_on: bool,
}

impl Broken {
    /// Every point beyond the limits tells of itself; what goes on from point to point is told once, where it begins.
    pub(super) fn is_told(&self) -> bool {
        self.rule == Rule::BeyondLimits || !self.goes_on
    }
}

/// What the points of a stretch break.
pub(super) fn broken(
    kind: ChartKind,
    parameters: &Parameters,
    readings: &[Reading],
    placed: &[Option<Placed>],
    rules: RuleSet,
) -> Vec<Broken> {
    // Days that are charted apart are judged apart, or not at all; of rare events only the days with one are points.
    let mut groups: BTreeMap<bool, Vec<usize>> = BTreeMap::new();
    for (at, reading) in readings.iter().enumerate() {
        if placed[at].is_some() || (!kind.is_between() && parameters.of(reading).is_some()) {
            groups.entry(parameters.is_apart(reading)).or_default().push(at);
        }
    }
    let mut found = Vec::new();
    for places in groups.values() {
        let z: Vec<f64> = places.iter().map(|at| placed[*at].map_or(f64::NAN, |placed| placed.z)).collect();
        let all = find(&z, rules);
        let sided = |rule| matches!(rule, Rule::BeyondLimits | Rule::TwoOfThreeBeyondTwo | Rule::FourOfFiveBeyondOne);
        let alike = |point: usize, rule: Rule| !sided(rule) || (z[point] > 0.0) == (z[point - 1] > 0.0);
        let goes_on =
            |point: usize, rule: Rule| all.iter().any(|other| other.point + 1 == point && other.rule == rule) && alike(point, rule);
        found.extend(all.iter().map(|one| Broken { at: places[one.point], rule: one.rule, goes_on: goes_on(one.point, one.rule) }));
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
    let shown = readings(known, book, grain, from, to);
    let placed = place(kind, parameters, &shown);
    let rules = if kind == ChartKind::Ewma { usual_rules(kind) } else { RuleSet::COUNTS };
    let (mut low, mut high) = ((0, 0), (0, 0));
    for one in broken(kind, parameters, &shown, &placed, rules).iter().filter(|one| one.is_told()) {
        let side = if placed[one.at].is_some_and(|placed| placed.z > 0.0) { &mut high } else { &mut low };
        if one.rule == Rule::BeyondLimits { side.0 += 1 } else { side.1 += 1 }
    }
    let points = placed.iter().flatten().count();
    (points > 0).then_some((points, low, high))
}
