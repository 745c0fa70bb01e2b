//! Intervals, by what a figure is made of (ISO 10004 7.4): shares, rare events, means, percentiles, indices.

use rand::{RngExt, SeedableRng};
use statrs::function::{beta, gamma};

use super::quantiles::{normal_quantile, t_quantile};

/// Lower and upper end.
pub type Interval = (f64, f64);

/// Wilson's interval of a share at a confidence such as 0.95. `None` without trials. Never the Wald interval, which fails near 0 and 1.
#[must_use]
pub fn wilson(successes: u64, trials: u64, confidence: f64) -> Option<Interval> {
    if trials == 0 || successes > trials {
        return None;
    }
    let z = normal_quantile(0.5 + confidence / 2.0)?;
    let (x, n) = (successes as f64, trials as f64);
    let share = x / n;
    let square = z * z;
    let middle = share + square / (2.0 * n);
    let half = z * (share * (1.0 - share) / n + square / (4.0 * n * n)).sqrt();
    let scale = 1.0 + square / n;
    // At the ends the formula gives exactly 0 and 1; rounding must not go past them.
    let low = if successes == 0 { 0.0 } else { ((middle - half) / scale).max(0.0) };
    let high = if successes == trials { 1.0 } else { ((middle + half) / scale).min(1.0) };
    Some((low, high))
}

/// The exact interval of a share (Clopper and Pearson 1934). `None` without trials.
#[must_use]
pub fn clopper_pearson(successes: u64, trials: u64, confidence: f64) -> Option<Interval> {
    if trials == 0 || successes > trials {
        return None;
    }
    let (x, n, tail) = (successes as f64, trials as f64, f64::midpoint(1.0, -confidence));
    let low = if successes == 0 { 0.0 } else { root(0.0, 1.0, |p| beta_upto(x, n - x + 1.0, p) - tail) };
    let high = if successes == trials { 1.0 } else { root(0.0, 1.0, |p| beta_upto(x + 1.0, n - x, p) - (1.0 - tail)) };
    Some((low, high))
}

/// The exact interval of the expected number of events (Garwood 1936), to be divided by the exposure.
#[must_use]
pub fn poisson_exact(events: u64, confidence: f64) -> Interval {
    let (x, tail) = (events as f64, f64::midpoint(1.0, -confidence));
    // Far above any quantile asked for: mean, and twenty deviations.
    let top = x + 20.0 * (x + 1.0).sqrt() + 50.0;
    let low = if events == 0 { 0.0 } else { root(0.0, top, |mean| gamma_upto(x, mean) - tail) };
    (low, root(0.0, top, |mean| gamma_upto(x + 1.0, mean) - (1.0 - tail)))
}

/// Student's interval of a mean, from a count, a sum and a sum of squares of whole numbers. `None` below two values.
#[must_use]
pub fn mean_interval(count: u64, sum: impl Into<i128>, squares: i128, confidence: f64) -> Option<Interval> {
    let sum: i128 = sum.into();
    let (variance, n) = (variance(count, sum, squares)?, count as f64);
    let half = t_quantile(0.5 + confidence / 2.0, n - 1.0)? * (variance / n).sqrt();
    let mean = sum as f64 / n;
    Some((mean - half, mean + half))
}

/// The variance (n − 1) of whole numbers, from a count, a sum and a sum of squares. `None` below two values.
#[must_use]
pub fn variance(count: u64, sum: i128, squares: i128) -> Option<f64> {
    if count < 2 {
        return None;
    }
    let n = count as f64;
    // Exact in integers, so that nothing cancels: n·Σx² − (Σx)² is n·(n−1) times the variance.
    let spread = i128::from(count).checked_mul(squares)?.checked_sub(sum.checked_mul(sum)?)?;
    Some(spread.max(0) as f64 / (n * (n - 1.0)))
}

/// The percentile interval of a mean by resampling a sparse histogram of (value, count), for few or skewed values. The seed is kept beside
/// the result, so that anybody gets the same one. `None` without values.
#[must_use]
pub fn bootstrap_mean(histogram: &[(i64, u64)], seed: u64, rounds: usize, confidence: f64) -> Option<Interval> {
    let mut upto = Vec::with_capacity(histogram.len());
    let mut total = 0_u64;
    for (value, count) in histogram {
        total = total.checked_add(*count)?;
        upto.push((total, *value));
    }
    if total == 0 || rounds < 2 {
        return None;
    }
    // A named algorithm, so that a seed means the same for ever.
    let mut random = rand::rngs::ChaCha8Rng::seed_from_u64(seed);
    let mut means: Vec<f64> = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let mut sum = 0_i128;
        for _ in 0..total {
            let drawn = random.random_range(0..total);
            sum += i128::from(upto[upto.partition_point(|(end, _)| *end <= drawn)].1);
        }
        means.push(sum as f64 / total as f64);
    }
    means.sort_by(f64::total_cmp);
    let tail = f64::midpoint(1.0, -confidence);
    let at = |share: f64| means[((share * rounds as f64).ceil() as usize).clamp(1, rounds) - 1];
    Some((at(tail), at(1.0 - tail)))
}

/// The nearest-rank quantile of a sparse histogram of ascending (value, count): the smallest value that at least this share is not above.
#[must_use]
pub fn histogram_quantile(histogram: &[(i64, u64)], share: f64) -> Option<i64> {
    let total: u64 = histogram.iter().map(|(_, count)| count).sum();
    let rank = ((share * total as f64).ceil() as u64).clamp(1, total.max(1));
    value_at(histogram, rank)
}

/// The interval of a quantile by order statistics: the ranks whose binomial chance to enclose it is at least the confidence. An end that lies
/// beyond the smallest or largest value is `None`, which means "no bound from so few".
#[must_use]
pub fn quantile_interval(histogram: &[(i64, u64)], share: f64, confidence: f64) -> Option<(Option<i64>, Option<i64>)> {
    let total: u64 = histogram.iter().map(|(_, count)| count).sum();
    if total == 0 || !(share > 0.0 && share < 1.0) {
        return None;
    }
    let tail = f64::midpoint(1.0, -confidence);
    // The largest rank l with P(X < l) <= tail, and the smallest u with P(X >= u) <= tail, X binomial (total, share).
    let below = |rank: u64| if rank == 0 { 0.0 } else { binomial_upto(rank - 1, total, share) };
    let lower = last_true(total + 1, |rank| below(rank) <= tail);
    let upper = last_true(total + 1, |rank| binomial_from(rank, total, share) > tail) + 1;
    let low = (lower >= 1).then(|| value_at(histogram, lower)).flatten();
    let high = (upper <= total).then(|| value_at(histogram, upper)).flatten();
    Some((low, high))
}

/// Net promoter score from promoters, passives and detractors, in points from −100 to 100, with its standard error. `None` without answers.
#[must_use]
pub fn net_promoter(promoters: u64, passives: u64, detractors: u64) -> Option<(f64, f64)> {
    let n = (promoters + passives + detractors) as f64;
    if n == 0.0 {
        return None;
    }
    let (p, d) = (promoters as f64 / n, detractors as f64 / n);
    Some((100.0 * (p - d), 100.0 * ((p + d - (p - d).powi(2)).max(0.0) / n).sqrt()))
}

/// Sums of pairs of answers of the same people on the same scale: first the expectation, then the evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pairs {
    /// How many people answered both.
    pub count: u64,
    /// Sum of the expectations.
    pub before: i64,
    /// Sum of the evaluations.
    pub after: i64,
    /// Sum of squares of the expectations.
    pub before_squares: i64,
    /// Sum of squares of the evaluations.
    pub after_squares: i64,
    /// Sum of the products.
    pub products: i64,
}

/// Ratio of the means, evaluation over expectation, with its interval by the delta method. `None` where the mean expectation is not above 0;
/// the interval is `None` below two pairs.
#[must_use]
pub fn ratio_of_means(pairs: Pairs, confidence: f64) -> Option<(f64, Option<Interval>)> {
    if pairs.count == 0 || pairs.before <= 0 {
        return None;
    }
    let n = pairs.count as f64;
    let (before, after) = (pairs.before as f64 / n, pairs.after as f64 / n);
    let ratio = after / before;
    let spread = |products: i64, a: i64, b: i64| {
        let whole = i128::from(pairs.count) * i128::from(products) - i128::from(a) * i128::from(b);
        whole as f64 / (n * (n - 1.0))
    };
    if pairs.count < 2 {
        return Some((ratio, None));
    }
    let of_before = spread(pairs.before_squares, pairs.before, pairs.before);
    let of_after = spread(pairs.after_squares, pairs.after, pairs.after);
    let both = spread(pairs.products, pairs.before, pairs.after);
    let variance = (of_after - 2.0 * ratio * both + ratio * ratio * of_before) / (n * before * before);
    let half = t_quantile(0.5 + confidence / 2.0, n - 1.0)? * variance.max(0.0).sqrt();
    Some((ratio, Some((ratio - half, ratio + half))))
}

fn value_at(histogram: &[(i64, u64)], rank: u64) -> Option<i64> {
    let mut seen = 0;
    histogram
        .iter()
        .find(|(_, count)| {
            seen += count;
            seen >= rank && *count > 0
        })
        .map(|(value, _)| *value)
}

/// The largest number from 0 up to `end` for which a falling condition holds; 0 where none does.
fn last_true(end: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, end);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if holds(middle) { low = middle } else { high = middle - 1 }
    }
    low
}

/// Chance of at most `k` successes in `n` trials.
pub(super) fn binomial_upto(k: u64, n: u64, p: f64) -> f64 {
    if k >= n { 1.0 } else { beta_upto((n - k) as f64, k as f64 + 1.0, 1.0 - p) }
}

/// Chance of at least `k` successes in `n` trials.
pub(super) fn binomial_from(k: u64, n: u64, p: f64) -> f64 {
    if k == 0 {
        1.0
    } else if k > n {
        0.0
    } else {
        beta_upto(k as f64, (n - k) as f64 + 1.0, p)
    }
}

fn beta_upto(a: f64, b: f64, x: f64) -> f64 {
    beta::checked_beta_reg(a, b, x.clamp(0.0, 1.0)).unwrap_or(f64::NAN)
}

fn gamma_upto(a: f64, x: f64) -> f64 {
    if x <= 0.0 { 0.0 } else { gamma::checked_gamma_lr(a, x).unwrap_or(f64::NAN) }
}

/// Where a rising function passes zero, by halving down to neighbouring numbers.
pub(super) fn root(mut low: f64, mut high: f64, rising: impl Fn(f64) -> f64) -> f64 {
    for _ in 0..2000 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if rising(middle) < 0.0 { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}
