//! Control charts: limits that a stable process stays within by itself (ISO 7870-2; Laney 2002; Nelson 1984, 1994).
//!
//! Each chart tells its centre line and, point by point, value, sigma and limits. A point without exposure has none of these. Limits of
//! another span of time are had with [`Chart::with`]: the centre and the spread are frozen, sigma follows each point's own size.

use super::constants::c4;
use super::spread::RANGE_OF_TWO;

/// Limits of one point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Lower limit.
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
}

/// A point of a chart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plotted {
    /// The value, in the unit of the chart.
    pub value: f64,
    /// Its sigma.
    pub sigma: f64,
    /// Its limits, cut to what is possible.
    pub limits: Limits,
}

/// A chart with the centre line and the limits of every point; `None` for a point that has no value.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// What stays the same when the limits are frozen.
    pub process: Process,
    /// The points.
    pub points: Vec<Option<Plotted>>,
}

/// How a stable process varies.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Process {
    /// Shares: successes of trials. p chart with `sigma_z` 1, otherwise Laney's p′.
    Share {
        /// All successes over all trials.
        centre: f64,
        /// How much more (or less) the process varies than chance alone would make it.
        sigma_z: f64,
    },
    /// Events per exposure. u chart with `sigma_z` 1, otherwise Laney's u′; c chart where every exposure is 1.
    Rate {
        /// All events over all exposure.
        centre: f64,
        /// As for shares.
        sigma_z: f64,
    },
    /// One number per period: XmR.
    Single {
        /// The mean.
        centre: f64,
        /// Mean moving range over 1.128.
        sigma: f64,
    },
    /// Means of subgroups: X̄ of X̄-S.
    Means {
        /// Mean of all measurements.
        centre: f64,
        /// Sigma of one measurement.
        sigma: f64,
    },
}

impl Process {
    /// The centre line.
    #[inline]
    #[must_use]
    pub fn centre(&self) -> f64 {
        match *self {
            Self::Share { centre, .. } | Self::Rate { centre, .. } | Self::Single { centre, .. } | Self::Means { centre, .. } => {
                centre
            }
        }
    }

    /// Sigma of a point of this size (trials, exposure, measurements); `None` without any.
    #[inline]
    #[must_use]
    pub fn sigma(&self, size: f64) -> Option<f64> {
        let sigma = match *self {
            Self::Share { centre, sigma_z } => (centre * (1.0 - centre) / size).sqrt() * sigma_z,
            Self::Rate { centre, sigma_z } => (centre / size).sqrt() * sigma_z,
            Self::Single { sigma, .. } => sigma,
            Self::Means { sigma, .. } => sigma / size.sqrt(),
        };
        (size > 0.0 && sigma.is_finite()).then_some(sigma)
    }

    /// A value of this size, with its limits.
    #[inline]
    #[must_use]
    pub fn plot(&self, value: f64, size: f64) -> Option<Plotted> {
        let sigma = self.sigma(size)?;
        let (centre, half) = (self.centre(), 3.0 * sigma);
        let (least, most) = match self {
            Self::Share { .. } => (0.0, 1.0),
            Self::Rate { .. } => (0.0, f64::INFINITY),
            Self::Single { .. } | Self::Means { .. } => (f64::NEG_INFINITY, f64::INFINITY),
        };
        let limits = Limits { lower: (centre - half).max(least), upper: (centre + half).min(most) };
        value.is_finite().then_some(Plotted { value, sigma, limits })
    }

    /// A point's distance from the centre line, in its own sigma. Where nothing varies, a point that differs all the same lies infinitely
    /// far away.
    #[inline]
    #[must_use]
    pub fn z(&self, point: &Plotted) -> f64 {
        let (centre, distance) = (self.centre(), point.value - self.centre());
        // The mean of equal values may differ from them in its last digit.
        let same = distance.abs() <= 1e-12 * centre.abs();
        if same { 0.0 } else { distance / point.sigma }
    }
}

impl Chart {
    /// Each point's distance from the centre line in sigma, NaN where there is none: what [`super::find`] takes.
    #[must_use]
    pub fn z(&self) -> Vec<f64> {
        self.points.iter().map(|point| point.as_ref().map_or(f64::NAN, |point| self.process.z(point))).collect()
    }

    /// Later points against these frozen limits, given as (value, size).
    #[must_use]
    pub fn with(&self, points: &[Option<(f64, f64)>]) -> Self {
        let plot = |point: &Option<(f64, f64)>| point.and_then(|(value, size)| self.process.plot(value, size));
        Self { process: self.process, points: points.iter().map(plot).collect() }
    }

    fn of(process: Process, points: &[Option<(f64, f64)>]) -> Self {
        Self { process, points: Vec::new() }.with(points)
    }
}

/// The p chart: shares of varying totals, given as (successes, trials). `None` without any trials.
#[must_use]
pub fn p_chart(points: &[(u64, u64)]) -> Option<Chart> {
    counted(points, false, |centre, sigma_z| Process::Share { centre, sigma_z })
}

/// Laney's p′ chart: the p chart with the variation between the points taken into account, the default for shares. `None` without two
/// points that have trials, and where every point is 0 or every point is 1.
#[must_use]
pub fn p_prime_chart(points: &[(u64, u64)]) -> Option<Chart> {
    counted(points, true, |centre, sigma_z| Process::Share { centre, sigma_z })
}

/// The u chart: events per exposure, given as (events, exposure). `None` without any exposure.
#[must_use]
pub fn u_chart(points: &[(u64, f64)]) -> Option<Chart> {
    counted(points, false, |centre, sigma_z| Process::Rate { centre, sigma_z })
}

/// Laney's u′ chart. `None` without two points that have an exposure, and without any event.
#[must_use]
pub fn u_prime_chart(points: &[(u64, f64)]) -> Option<Chart> {
    counted(points, true, |centre, sigma_z| Process::Rate { centre, sigma_z })
}

/// The c chart: counts of equal exposure.
#[must_use]
pub fn c_chart(counts: &[u64]) -> Option<Chart> {
    u_chart(&counts.iter().map(|count| (*count, 1.0)).collect::<Vec<_>>())
}

/// Something counted: how often in how much.
trait Size: Copy {
    fn size(self) -> f64;
}

impl Size for u64 {
    fn size(self) -> f64 {
        self as f64
    }
}

impl Size for f64 {
    fn size(self) -> f64 {
        self
    }
}

fn counted<S: Size>(points: &[(u64, S)], laney: bool, process: fn(f64, f64) -> Process) -> Option<Chart> {
    let (events, size) = points.iter().fold((0.0, 0.0), |sum, (x, n)| (sum.0 + *x as f64, sum.1 + n.size()));
    if size <= 0.0 {
        return None;
    }
    let plain = process(events / size, 1.0);
    let value = |(x, n): &(u64, S)| (n.size() > 0.0).then(|| (*x as f64 / n.size(), n.size()));
    let values: Vec<Option<(f64, f64)>> = points.iter().map(value).collect();
    if !laney {
        return Some(Chart::of(plain, &values));
    }
    let z: Vec<f64> =
        values.iter().flatten().map(|(value, n)| Some((value - plain.centre()) / plain.sigma(*n)?)).collect::<Option<_>>()?;
    let sigma_z = mean_range(&z).filter(|range| range.is_finite())? / RANGE_OF_TWO;
    Some(Chart::of(process(plain.centre(), sigma_z), &values))
}

/// A chart of single values; its second panel is [`Process::moving_range`].
#[derive(Debug, Clone, PartialEq)]
pub struct XmrChart {
    /// The values.
    pub chart: Chart,
    /// The mean moving range.
    pub range: f64,
}

/// The XmR chart: one number per period. `None` below two values. No moving range is left out.
#[must_use]
pub fn xmr_chart(values: &[f64]) -> Option<XmrChart> {
    let range = mean_range(values)?;
    let centre = values.iter().sum::<f64>() / values.len() as f64;
    let points: Vec<Option<(f64, f64)>> = values.iter().map(|value| Some((*value, 1.0))).collect();
    Some(XmrChart { chart: Chart::of(Process::Single { centre, sigma: range / RANGE_OF_TWO }, &points), range })
}

/// A chart of the means of subgroups; its second panel is [`Process::deviation`].
#[derive(Debug, Clone, PartialEq)]
pub struct MeansChart {
    /// The chart of the means.
    pub means: Chart,
    /// The mean standard deviation of the subgroups.
    pub deviation: f64,
}

/// A subgroup of measurements as sums of whole numbers or decimals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Subgroup {
    /// How many measurements.
    pub count: u64,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation (n − 1).
    pub deviation: f64,
}

impl Subgroup {
    /// From the measurements themselves; `None` without any.
    #[must_use]
    pub fn of(values: &[f64]) -> Option<Self> {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        (!values.is_empty()).then(|| Self {
            count: values.len() as u64,
            mean,
            deviation: if n > 1.0 { (squares / (n - 1.0)).sqrt() } else { 0.0 },
        })
    }
}

/// The X̄-S chart. Sigma is the mean of the deviations, each cured of its bias by c4 and weighted by its degrees of freedom; with subgroups
/// of one size that is S̄ / c4. `None` without two measurements in any subgroup.
#[must_use]
pub fn means_chart(groups: &[Option<Subgroup>]) -> Option<MeansChart> {
    let some = || groups.iter().flatten();
    let (sum, count) = some().fold((0.0, 0.0), |all, group| (all.0 + group.mean * group.count as f64, all.1 + group.count as f64));
    let spread = some().filter(|group| group.count >= 2).map(|group| (group.deviation, group.count as f64));
    let (weighted, plain, freedom, several) = spread.fold((0.0, 0.0, 0.0, 0.0), |all, (deviation, n)| {
        (all.0 + (n - 1.0) * deviation / c4(n), all.1 + deviation, all.2 + n - 1.0, all.3 + 1.0)
    });
    if freedom <= 0.0 {
        return None;
    }
    let sigma = weighted / freedom;
    let points: Vec<Option<(f64, f64)>> = groups.iter().map(|group| group.map(|group| (group.mean, group.count as f64))).collect();
    Some(MeansChart { means: Chart::of(Process::Means { centre: sum / count, sigma }, &points), deviation: plain / several })
}

/// An EWMA point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Smoothed {
    /// The weighted mean of all points so far.
    pub value: f64,
    /// Limits of this point: narrow at first, wide once the weights have settled.
    pub limits: Limits,
    /// Limits that the points tend to.
    pub settled: Limits,
}

/// The EWMA chart for small drifts: weight `lambda` of the newest point, limits at three sigma of the smoothed value.
#[must_use]
pub fn ewma_chart(values: &[f64], centre: f64, sigma: f64, lambda: f64) -> Vec<Smoothed> {
    let settled_half = 3.0 * sigma * (lambda / (2.0 - lambda)).sqrt();
    let mut mean = centre;
    let mut left = 1.0;
    let point = |value: &f64| {
        mean += lambda * (value - mean);
        left *= (1.0 - lambda) * (1.0 - lambda);
        let half = settled_half * f64::sqrt(1.0 - left);
        let around = |half: f64| Limits { lower: centre - half, upper: centre + half };
        Smoothed { value: mean, limits: around(half), settled: around(settled_half) }
    };
    values.iter().map(point).collect()
}

/// The g and t charts for rare events: the gaps between events (items, or days), made nearly symmetric by the power 1/3.6 (Nelson 1994), as
/// an XmR chart; its limits go back to gaps by [`gap_of`]. `None` below two gaps.
#[must_use]
pub fn between_events_chart(gaps: &[f64]) -> Option<XmrChart> {
    xmr_chart(&gaps.iter().map(|gap| gap.max(0.0).powf(1.0 / 3.6)).collect::<Vec<_>>())
}

/// The gap that a transformed value stands for.
#[must_use]
pub fn gap_of(transformed: f64) -> f64 {
    transformed.max(0.0).powf(3.6)
}

fn mean_range(values: &[f64]) -> Option<f64> {
    let sum: f64 = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum();
    (values.len() >= 2).then(|| sum / (values.len() - 1) as f64)
}
