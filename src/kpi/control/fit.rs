//! What a process does by itself, told from the points of a baseline; and how a later point stands against it.

use serde::{Deserialize, Serialize};

use super::plan::{ChartKind, Split};
use super::readings::Reading;
use crate::kpi::statistics::{
    self, Limits, Process, Subgroup, between_events_chart, c_chart, gap_of, means_chart, p_chart, p_prime_chart, u_chart,
    u_prime_chart, xmr_chart,
};

/// Fewest points of a baseline.
pub(crate) const ENOUGH: usize = 20;
/// Fewest points of a baseline whose limits are provisional.
pub(crate) const PROVISIONAL: usize = 12;
/// Fewest days of weekends that are charted apart.
const WEEKENDS: usize = 4;
/// Weight of the newest point of an EWMA chart.
pub(crate) const LAMBDA: f64 = 0.25;

/// What is frozen with a phase: how the process varies, and weekends where these are charted apart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Parameters {
    /// Points of the baseline.
    pub points: usize,
    /// All days, or Monday to Friday.
    pub process: Process,
    /// Saturday and Sunday, where they are charted apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weekend: Option<Process>,
    /// Weekends are charted apart, even where they have no limits: what is said of the days of the week is not said of them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub apart: bool,
}

impl Parameters {
    /// Fewer points than limits should rest on.
    pub fn provisional(&self) -> bool {
        self.points < ENOUGH
    }

    /// The process that a point belongs to; none for a weekend that is charted apart and has no limits.
    pub(super) fn of(&self, reading: &Reading) -> Option<&Process> {
        match &self.weekend {
            Some(weekend) if reading.is_weekend() => Some(weekend),
            None if self.apart && reading.is_weekend() => None,
            _ => Some(&self.process),
        }
    }

    /// Whether a point belongs to the weekends that are charted apart.
    pub(super) fn is_apart(&self, reading: &Reading) -> bool {
        (self.apart || self.weekend.is_some()) && reading.is_weekend()
    }
}

/// A point of the chart itself: what is drawn, how far it lies from the centre, between which limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Placed {
    pub(super) value: f64,
    pub(super) centre: f64,
    pub(super) limits: Limits,
    pub(super) z: f64,
}

/// The process that a baseline shows; none below so many points as provisional limits need, and none where it varies so little that it has
/// no limits.
pub(super) fn fit(kind: ChartKind, split: Split, baseline: &[Reading]) -> Option<Parameters> {
    // A gap between rare events reaches over days of both kinds.
    if split == Split::None || kind.is_between() {
        let points = series(kind, baseline).len();
        let process = if points < PROVISIONAL { None } else { process(kind, baseline) };
        return process.map(|process| Parameters { points, process, weekend: None, apart: false });
    }
    let (weekend, working): (Vec<Reading>, Vec<Reading>) = baseline.iter().cloned().partition(Reading::is_weekend);
    // Weekends that were hardly ever worked, or that do not vary, have no limits; the days of the week do without them.
    let apart = if weekend.len() >= WEEKENDS { process(kind, &weekend) } else { None };
    let points = series(kind, &working).len() + if apart.is_some() { weekend.len() } else { 0 };
    let process = if points < PROVISIONAL { None } else { process(kind, &working) };
    process.map(|process| Parameters { points, process, weekend: apart, apart: true })
}

fn process(kind: ChartKind, readings: &[Reading]) -> Option<Process> {
    let values = || -> Vec<f64> { readings.iter().filter_map(|reading| reading.value.value).collect() };
    let shares = || -> Vec<(u64, u64)> {
        readings.iter().filter_map(|one| Some((one.value.numerator.count()?, one.value.denominator.count()?))).collect()
    };
    let rates = || -> Vec<(u64, f64)> {
        readings.iter().filter_map(|one| Some((one.value.numerator.count()?, one.value.denominator.real()))).collect()
    };
    let found = match kind {
        ChartKind::P => p_chart(&shares())?.process,
        ChartKind::PPrime => p_prime_chart(&shares())?.process,
        ChartKind::U => u_chart(&rates())?.process,
        ChartKind::UPrime => u_prime_chart(&rates())?.process,
        ChartKind::C => {
            let counts: Vec<u64> = readings.iter().filter_map(|one| one.value.numerator.count()).collect();
            c_chart(&counts)?.process
        }
        ChartKind::XbarS => means_chart(&readings.iter().map(subgroup).collect::<Vec<_>>())?.means.process,
        ChartKind::G | ChartKind::T => {
            let gaps: Vec<f64> = series(kind, readings).into_iter().map(|(_, gap)| gap).collect();
            between_events_chart(&gaps)?.chart.process
        }
        ChartKind::Xmr | ChartKind::Ewma | ChartKind::Auto => xmr_chart(&values())?.chart.process,
    };
    found.sigma(1.0).filter(|sigma| *sigma > 0.0).map(|_| found)
}

fn subgroup(reading: &Reading) -> Option<Subgroup> {
    reading.sample.map(|sample| Subgroup { count: sample.count, mean: sample.mean, deviation: sample.deviation })
}

/// The points that a chart draws, by place in the readings: each reading with its value; of rare events each day with one, with the gap
/// since the one before.
pub(super) fn series(kind: ChartKind, readings: &[Reading]) -> Vec<(usize, f64)> {
    let value = |one: &Reading| match kind {
        ChartKind::G => one.gap.map(|gap| gap.items),
        ChartKind::T => one.gap.map(|gap| gap.days),
        _ => one.value.value,
    };
    readings.iter().enumerate().filter_map(|(at, one)| Some((at, value(one)?))).collect()
}

/// The points of a phase against its process, by place in the readings.
pub(super) fn place(kind: ChartKind, parameters: &Parameters, readings: &[Reading]) -> Vec<Option<Placed>> {
    let mut placed = vec![None; readings.len()];
    if kind == ChartKind::Ewma {
        smooth(parameters, readings, &mut placed);
        return placed;
    }
    for (at, value) in series(kind, readings) {
        let Some(process) = parameters.of(&readings[at]) else { continue };
        placed[at] = if kind.is_between() { between(process, value) } else { plain(kind, process, &readings[at], value) };
    }
    placed
}

fn plain(kind: ChartKind, process: &Process, reading: &Reading, value: f64) -> Option<Placed> {
    let size = match kind {
        ChartKind::P | ChartKind::PPrime | ChartKind::U | ChartKind::UPrime => reading.value.denominator.real(),
        ChartKind::XbarS => reading.sample.map_or(1.0, |sample| sample.count as f64),
        _ => 1.0,
    };
    let plotted = process.plot(value, size)?;
    Some(Placed { value, centre: process.centre(), limits: plotted.limits, z: process.z(&plotted) })
}

/// A gap: judged where it is near symmetric, drawn as it is.
fn between(process: &Process, gap: f64) -> Option<Placed> {
    let plotted = process.plot(gap.max(0.0).powf(1.0 / 3.6), 1.0)?;
    let limits = Limits { lower: gap_of(plotted.limits.lower), upper: gap_of(plotted.limits.upper) };
    Some(Placed { value: gap, centre: gap_of(process.centre()), limits, z: process.z(&plotted) })
}

/// Days of the week and weekends that are charted apart are smoothed apart.
fn smooth(parameters: &Parameters, readings: &[Reading], placed: &mut [Option<Placed>]) {
    let (weekends, working): (Vec<_>, Vec<_>) =
        series(ChartKind::Ewma, readings).into_iter().partition(|(at, _)| parameters.is_apart(&readings[*at]));
    smooth_group(&parameters.process, &working, placed);
    if let Some(process) = &parameters.weekend {
        smooth_group(process, &weekends, placed);
    }
}

fn smooth_group(process: &Process, values: &[(usize, f64)], placed: &mut [Option<Placed>]) {
    let Some(sigma) = process.sigma(1.0) else { return };
    let plain: Vec<f64> = values.iter().map(|(_, value)| *value).collect();
    let centre = process.centre();
    for ((at, _), point) in values.iter().zip(statistics::ewma_chart(&plain, centre, sigma, LAMBDA)) {
        let z = 3.0 * (point.value - centre) / (point.limits.upper - centre);
        placed[*at] = Some(Placed { value: point.value, centre, limits: point.limits, z });
    }
}
