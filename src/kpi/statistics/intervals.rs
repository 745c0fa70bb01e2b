//! Intervals of shares and means.

use super::quantiles::{normal_quantile, t_quantile};

/// Wilson's interval of a share at a confidence such as 0.95. `None` without trials. Never the Wald interval, which fails near 0 and 1.
#[must_use]
pub fn wilson(successes: u64, trials: u64, confidence: f64) -> Option<(f64, f64)> {
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

/// Student's interval of a mean, from a count, a sum and a sum of squares of whole numbers. `None` below two values.
#[must_use]
pub fn mean_interval(count: u64, sum: u64, squares: i128, confidence: f64) -> Option<(f64, f64)> {
    if count < 2 {
        return None;
    }
    let n = count as f64;
    // Exact in integers, so that nothing cancels: n·Σx² − (Σx)² is n·(n−1) times the variance.
    let spread = i128::from(count).checked_mul(squares)?.checked_sub(i128::from(sum).checked_mul(i128::from(sum))?)?;
    let variance = spread.max(0) as f64 / (n * (n - 1.0));
    let half = t_quantile(0.5 + confidence / 2.0, n - 1.0)? * (variance / n).sqrt();
    let mean = sum as f64 / n;
    Some((mean - half, mean + half))
}
