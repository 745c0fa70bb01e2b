//! Before and after a change: differences with their intervals, and the verdict of the Check phase (ISO 9001 10.2.1 d, 10.3).
//!
//! Without a control group this says "changed after", never "because of".

use rand::{RngExt, SeedableRng};
use statrs::function::{erf, gamma};

use super::intervals::{Interval, binomial_from, binomial_upto, clopper_pearson, wilson};
use super::quantiles::t_quantile;

/// A difference (or ratio) of after to before, with its interval and the chance of one at least as large if nothing had changed.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Effect {
    /// After minus before; of rates, after over before.
    pub size: f64,
    /// Its interval.
    pub interval: Interval,
    /// Two-sided p value.
    pub p: f64,
}

/// Two shares, given as (successes, trials): the difference with Newcombe's interval made of Wilson's (1998, method 10), and the p value
/// of the pooled z test. `None` without trials on either side.
#[must_use]
pub fn shares(before: (u64, u64), after: (u64, u64), confidence: f64) -> Option<Effect> {
    let (old, new) = (wilson(before.0, before.1, confidence)?, wilson(after.0, after.1, confidence)?);
    let (n_0, n_1) = (before.1 as f64, after.1 as f64);
    let (p_0, p_1) = (before.0 as f64 / n_0, after.0 as f64 / n_1);
    let (size, interval) = difference((p_0, old), (p_1, new));
    let pooled = (before.0 + after.0) as f64 / (n_0 + n_1);
    let error = (pooled * (1.0 - pooled) * (1.0 / n_0 + 1.0 / n_1)).sqrt();
    let p = if error > 0.0 { erf::erfc((size / error).abs() / std::f64::consts::SQRT_2) } else { 1.0 };
    Some(Effect { size, interval, p })
}

/// The difference of two values (after − before) with the interval that squares and recovers their own ones: Newcombe's tenth method where
/// both are Wilson intervals.
#[must_use]
pub fn difference((old, (old_low, old_high)): (f64, Interval), (new, (new_low, new_high)): (f64, Interval)) -> (f64, Interval) {
    let size = new - old;
    (size, (size - (new - new_low).hypot(old_high - old), size + (new_high - new).hypot(old - old_low)))
}

/// Fisher's exact two-sided p value of two shares: the chance of all tables that are no likelier than this one.
#[must_use]
pub fn fisher((x_0, n_0): (u64, u64), (x_1, n_1): (u64, u64)) -> Option<f64> {
    if x_0 > n_0 || x_1 > n_1 {
        return None;
    }
    let (successes, total) = (x_0 + x_1, n_0 + n_1);
    let chance = |x: u64| (ln_choose(n_0, x) + ln_choose(n_1, successes - x) - ln_choose(total, successes)).exp();
    // Tables as likely as this one belong to it in spite of rounding.
    let here = chance(x_0) * (1.0 + 1e-7);
    let (least, most) = (successes.saturating_sub(n_1), successes.min(n_0));
    Some((least..=most).map(chance).filter(|p| *p <= here).sum::<f64>().min(1.0))
}

/// Two counts of events over exposures: the ratio after over before, by the conditional exact test given their total. `None` without
/// exposure on either side or without any event before.
#[must_use]
pub fn rates(before: (u64, f64), after: (u64, f64), confidence: f64) -> Option<Effect> {
    let exposed = before.1 > 0.0 && after.1 > 0.0;
    let total = before.0 + after.0;
    if !exposed || before.0 == 0 {
        return None;
    }
    // Given the total, the events after are binomial; their odds are the ratio times the exposures' ratio.
    let odds = |share: f64| share / (1.0 - share) * before.1 / after.1;
    let (low, high) = clopper_pearson(after.0, total, confidence)?;
    let size = (after.0 as f64 / after.1) / (before.0 as f64 / before.1);
    let share = after.1 / (before.1 + after.1);
    Some(Effect {
        size,
        interval: (odds(low), if high < 1.0 { odds(high) } else { f64::INFINITY }),
        p: binomial_test(after.0, total, share),
    })
}

/// A sample of measurements.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// How many.
    pub count: u64,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation (n − 1).
    pub deviation: f64,
}

/// Two means by Welch's t test: the difference after − before. `None` below two values on a side, or where nothing varies.
#[must_use]
pub fn means(before: Sample, after: Sample, confidence: f64) -> Option<Effect> {
    let (t, degrees) = welch(before, after)?;
    let size = after.mean - before.mean;
    let half = t_quantile(0.5 + confidence / 2.0, degrees)? * error(before, after);
    let p = 2.0 * super::quantiles::t_probability(-t.abs(), degrees);
    Some(Effect { size, interval: (size - half, size + half), p })
}

/// Two means of skewed values by resampling both sides with a seed; values ascend, each with how often it was met. The p value is twice the
/// smaller share of resamplings on either side of no change. `None` below two values on a side.
#[must_use]
pub fn resampled(before: &[(i64, u64)], after: &[(i64, u64)], seed: u64, rounds: usize, confidence: f64) -> Option<Effect> {
    let (old, new) = (Urn::of(before)?, Urn::of(after)?);
    let mut random = rand::rngs::ChaCha8Rng::seed_from_u64(seed);
    let mut sizes: Vec<f64> = (0..rounds).map(|_| new.draw(&mut random) - old.draw(&mut random)).collect();
    sizes.sort_by(f64::total_cmp);
    let tail = f64::midpoint(1.0, -confidence);
    let at = |share: f64| sizes.get(((share * rounds as f64).ceil() as usize).clamp(1, rounds.max(1)) - 1).copied();
    let below = sizes.iter().filter(|size| **size <= 0.0).count() as f64 / rounds as f64;
    let above = sizes.iter().filter(|size| **size >= 0.0).count() as f64 / rounds as f64;
    // No resampling on a side says only that its share is smaller than one in so many.
    let p = (2.0 * below.min(above)).clamp(1.0 / rounds as f64, 1.0);
    Some(Effect { size: new.mean() - old.mean(), interval: (at(tail)?, at(1.0 - tail)?), p })
}

/// Values to be drawn from again and again.
struct Urn {
    upto: Vec<(u64, i64)>,
    total: u64,
    sum: i128,
}

impl Urn {
    fn of(values: &[(i64, u64)]) -> Option<Self> {
        let mut urn = Self { upto: Vec::with_capacity(values.len()), total: 0, sum: 0 };
        for (value, count) in values {
            urn.total = urn.total.checked_add(*count)?;
            urn.sum += i128::from(*value) * i128::from(*count);
            urn.upto.push((urn.total, *value));
        }
        (urn.total >= 2).then_some(urn)
    }

    fn mean(&self) -> f64 {
        self.sum as f64 / self.total as f64
    }

    /// The mean of as many values as there are, drawn one by one.
    fn draw(&self, random: &mut rand::rngs::ChaCha8Rng) -> f64 {
        let mut sum = 0_i128;
        for _ in 0..self.total {
            let drawn = random.random_range(0..self.total);
            sum += i128::from(self.upto[self.upto.partition_point(|(end, _)| *end <= drawn)].1);
        }
        sum as f64 / self.total as f64
    }
}

/// Welch's t and its degrees of freedom, of after − before.
#[must_use]
pub fn welch(before: Sample, after: Sample) -> Option<(f64, f64)> {
    let error = error(before, after);
    if before.count < 2 || after.count < 2 || error <= 0.0 {
        return None;
    }
    let part = |sample: Sample| (sample.deviation.powi(2) / sample.count as f64).powi(2) / (sample.count as f64 - 1.0);
    Some(((after.mean - before.mean) / error, error.powi(4) / (part(before) + part(after))))
}

fn error(before: Sample, after: Sample) -> f64 {
    let part = |sample: Sample| sample.deviation.powi(2) / sample.count as f64;
    (part(before) + part(after)).sqrt()
}

/// What a cycle may say of its effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The whole interval lies on the wanted side of what is worth while.
    Effective,
    /// The interval reaches to both sides.
    NotShown,
    /// The whole interval lies on the unwanted side of no change.
    Worse,
    /// There is nothing to test.
    NotTestable,
}

/// The verdict on a change: `none` is the effect of no change (0 of differences, 1 of ratios), `worth` the smallest change worth while in
/// the wanted direction (its size as given, not its sign), `rising` whether more is better.
#[must_use]
pub fn verdict(effect: Option<Effect>, none: f64, worth: f64, rising: bool) -> Verdict {
    let Some(Effect { interval: (low, high), .. }) = effect else { return Verdict::NotTestable };
    // Seen from the wanted side: how much better at least, and at most.
    let (least, most) = if rising { (low - none, high - none) } else { (none - high, none - low) };
    if least > worth.abs() {
        Verdict::Effective
    } else if most < 0.0 {
        Verdict::Worse
    } else {
        Verdict::NotShown
    }
}

/// The exact two-sided p value of `x` successes: the chance of all results that are no likelier.
fn binomial_test(x: u64, n: u64, p: f64) -> f64 {
    let ln = |k: u64| ln_choose(n, k) + k as f64 * p.ln() + (n - k) as f64 * (-p).ln_1p();
    let here = ln(x) + 1e-7;
    let mode = ((n as f64 + 1.0) * p).floor().min(n as f64) as u64;
    let beyond = |k: u64| ln(k) <= here;
    if x < mode {
        // Rising up to the mode, falling after it: the other tail begins at the first result as unlikely as this one.
        let (mut low, mut high) = (mode, n + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            if beyond(middle) { high = middle } else { low = middle + 1 }
        }
        return (binomial_upto(x, n, p) + binomial_from(high, n, p)).min(1.0);
    }
    if x == mode {
        return 1.0;
    }
    let (mut low, mut high) = (0, mode);
    while low < high {
        let middle = low + (high - low) / 2;
        if beyond(middle) { low = middle + 1 } else { high = middle }
    }
    let far = if low == 0 { 0.0 } else { binomial_upto(low - 1, n, p) };
    (binomial_from(x, n, p) + far).min(1.0)
}

fn ln_choose(n: u64, k: u64) -> f64 {
    let ln = |k: u64| gamma::ln_gamma(k as f64 + 1.0);
    ln(n) - ln(k) - ln(n - k)
}
