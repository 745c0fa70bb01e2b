//! What a process does by itself, told from the points of a baseline; and how a later point stands against it.

use chrono::NaiveDate;
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
/// Weight of the newest point of an EWMA chart.
const LAMBDA: f64 = 0.25;

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
}

impl Parameters {
    /// Fewer points than limits should rest on.
    pub fn provisional(&self) -> bool {
        self.points < ENOUGH
    }

    pub(super) fn of(&self, reading: &Reading) -> &Process {
        self.weekend.as_ref().filter(|_| reading.is_weekend()).unwrap_or(&self.process)
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
    let points = series(kind, baseline).len();
    if points < PROVISIONAL {
        return None;
    }
    if split == Split::Weekday {
        let (weekend, working): (Vec<Reading>, Vec<Reading>) = baseline.iter().cloned().partition(Reading::is_weekend);
        // Weekends that were hardly ever worked have no limits of their own; the days of the week do without them.
        let weekend = if weekend.len() >= 4 { process(kind, &weekend) } else { None };
        return Some(Parameters { points, process: process(kind, &working)?, weekend });
    }
    Some(Parameters { points, process: process(kind, baseline)?, weekend: None })
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
/// since the one before. Several events of one day share its gap.
pub(super) fn series(kind: ChartKind, readings: &[Reading]) -> Vec<(usize, f64)> {
    if !kind.is_between() {
        return readings.iter().enumerate().filter_map(|(at, one)| Some((at, one.value.value?))).collect();
    }
    let mut found = Vec::new();
    let mut exposure: f64 = 0.0;
    let mut last: Option<NaiveDate> = readings.first().map(|one| one.period.from);
    for (at, one) in readings.iter().enumerate() {
        exposure += one.value.denominator.real();
        let events = one.value.numerator.real();
        if events < 1.0 {
            continue;
        }
        let gap = match kind {
            ChartKind::G => exposure,
            _ => last.map_or(0.0, |last| (one.period.from - last).num_days() as f64),
        };
        // The first event has nothing before it: how long it took nobody knows.
        if !found.is_empty() || at > 0 {
            found.push((at, gap / events));
        }
        (exposure, last) = (0.0, Some(one.period.from));
    }
    found
}

/// The points of a phase against its process, by place in the readings.
pub(super) fn place(kind: ChartKind, parameters: &Parameters, readings: &[Reading]) -> Vec<Option<Placed>> {
    let mut placed = vec![None; readings.len()];
    if kind == ChartKind::Ewma {
        smooth(parameters, readings, &mut placed);
        return placed;
    }
    for (at, value) in series(kind, readings) {
        let process = parameters.of(&readings[at]);
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

fn smooth(parameters: &Parameters, readings: &[Reading], placed: &mut [Option<Placed>]) {
    let process = &parameters.process;
    let Some(sigma) = process.sigma(1.0) else { return };
    let values: Vec<(usize, f64)> = series(ChartKind::Ewma, readings);
    let plain: Vec<f64> = values.iter().map(|(_, value)| *value).collect();
    let centre = process.centre();
    for ((at, _), point) in values.iter().zip(statistics::ewma_chart(&plain, centre, sigma, LAMBDA)) {
        let z = 3.0 * (point.value - centre) / (point.limits.upper - centre);
        placed[*at] = Some(Placed { value: point.value, centre, limits: point.limits, z });
    }
}
