//! Control charts: limits that a stable process stays within by itself.

/// The constant d2 for moving ranges of two, rounded as the published charts round it.
const RANGE_OF_TWO: f64 = 1.128;

/// Limits of one point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Lower limit.
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
}

/// A chart of shares with limits for each point.
#[derive(Debug, Clone, PartialEq)]
pub struct PrimeChart {
    /// The centre line: all successes over all trials.
    pub centre: f64,
    /// How much more (or less) the process varies than chance alone would make it; 1 on a plain p chart.
    pub sigma_z: f64,
    /// The share of each point; `None` without trials.
    pub values: Vec<Option<f64>>,
    /// The limits of each point at three sigma, cut to 0 and 1; `None` without trials.
    pub limits: Vec<Option<Limits>>,
}

/// The p chart: shares of varying totals, given as (successes, trials). `None` without any trials.
#[must_use]
pub fn p_chart(points: &[(u64, u64)]) -> Option<PrimeChart> {
    shares(points, false)
}

/// Laney's p′ chart: the p chart with the variation between the points taken into account, the default for shares of large totals.
/// `None` without two points that have trials, and where every point is 0 or every point is 1.
#[must_use]
pub fn p_prime_chart(points: &[(u64, u64)]) -> Option<PrimeChart> {
    shares(points, true)
}

fn shares(points: &[(u64, u64)], laney: bool) -> Option<PrimeChart> {
    let (successes, trials) = points.iter().fold((0.0, 0.0), |sum, (x, n)| (sum.0 + *x as f64, sum.1 + *n as f64));
    if trials == 0.0 {
        return None;
    }
    let centre = successes / trials;
    let sigma = |n: u64| (centre * (1.0 - centre) / n as f64).sqrt();
    let share = |(x, n): &(u64, u64)| (*n > 0).then(|| *x as f64 / *n as f64);
    let values: Vec<Option<f64>> = points.iter().map(share).collect();
    let sigma_z = if laney {
        let z: Vec<f64> = points.iter().zip(&values).filter_map(|((_, n), value)| Some(((*value)? - centre) / sigma(*n))).collect();
        let range = mean_range(&z)?;
        if !range.is_finite() {
            return None;
        }
        range / RANGE_OF_TWO
    } else {
        1.0
    };
    let limit = |(_, n): &(u64, u64)| {
        let half = 3.0 * sigma(*n) * sigma_z;
        (*n > 0).then(|| Limits { lower: (centre - half).max(0.0), upper: (centre + half).min(1.0) })
    };
    Some(PrimeChart { centre, sigma_z, limits: points.iter().map(limit).collect(), values })
}

/// A chart of single values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct XmrChart {
    /// The mean.
    pub centre: f64,
    /// The mean moving range.
    pub range: f64,
    /// Sigma, from the mean moving range.
    pub sigma: f64,
    /// Limits of the values at three sigma.
    pub limits: Limits,
    /// Upper limit of the moving ranges.
    pub range_upper: f64,
}

/// The XmR chart: one number per period. `None` below two values. No moving range is left out.
#[must_use]
pub fn xmr_chart(values: &[f64]) -> Option<XmrChart> {
    let range = mean_range(values)?;
    let centre = values.iter().sum::<f64>() / values.len() as f64;
    let sigma = range / RANGE_OF_TWO;
    let limits = Limits { lower: centre - 3.0 * sigma, upper: centre + 3.0 * sigma };
    Some(XmrChart { centre, range, sigma, limits, range_upper: 3.267 * range })
}

fn mean_range(values: &[f64]) -> Option<f64> {
    let sum: f64 = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum();
    (values.len() >= 2).then(|| sum / (values.len() - 1) as f64)
}
