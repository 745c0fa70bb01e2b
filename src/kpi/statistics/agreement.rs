//! Agreement of two evaluators, and times to an event that has not happened to everybody yet.

use super::quantiles::normal_quantile;

/// Cohen's kappa of a square table of counts (rows: first evaluator, columns: second), with the plain share of agreement. `None` without
/// evaluations, or when chance alone would agree always.
#[must_use]
pub fn kappa(table: &[Vec<u64>]) -> Option<(f64, f64)> {
    let total: u64 = table.iter().flatten().sum();
    if total == 0 || table.iter().any(|row| row.len() != table.len()) {
        return None;
    }
    let n = total as f64;
    let same: u64 = table.iter().enumerate().map(|(i, row)| row[i]).sum();
    let by_chance: f64 = (0..table.len())
        .map(|i| {
            let row: u64 = table[i].iter().sum();
            let column: u64 = table.iter().map(|row| row[i]).sum();
            (row as f64 / n) * (column as f64 / n)
        })
        .sum();
    let agreed = same as f64 / n;
    (by_chance < 1.0).then(|| ((agreed - by_chance) / (1.0 - by_chance), agreed))
}

/// A time at which something happened, and what Kaplan and Meier (1958) know then.
struct Step {
    time: u32,
    /// The share to whom it has not happened.
    left: f64,
    /// Greenwood's sum (1926): the variance of the logarithm of that share.
    variance: f64,
}

/// A half that rounding left a hair above itself is a half.
const HALF: f64 = 0.5 + 1e-12;

/// The steps of the curve, from (time, events, censored) in any order.
fn steps(times: &[(u32, u64, u64)]) -> Vec<Step> {
    let mut sorted: Vec<(u32, u64, u64)> = times.to_vec();
    sorted.sort_unstable();
    let mut at_risk: u64 = sorted.iter().map(|(_, events, censored)| events + censored).sum();
    let (mut left, mut variance) = (1.0, 0.0);
    let mut steps = Vec::new();
    for group in sorted.chunk_by(|a, b| a.0 == b.0) {
        let events: u64 = group.iter().map(|(_, events, _)| events).sum();
        let gone: u64 = group.iter().map(|(_, events, censored)| events + censored).sum();
        if events > 0 {
            let (happened, before) = (events as f64, at_risk as f64);
            left *= 1.0 - happened / before;
            variance += happened / (before * (before - happened));
            steps.push(Step { time: group[0].0, left, variance });
        }
        at_risk -= gone;
    }
    steps
}

/// The median time to an event by Kaplan and Meier, from (time, events, censored) in any order: the first time at which at most half are
/// left without it. `None` while more than half are.
#[must_use]
pub fn median_time(times: &[(u32, u64, u64)]) -> Option<u32> {
    steps(times).into_iter().find(|step| step.left <= HALF).map(|step| step.time)
}

/// The interval of that median by Brookmeyer and Crowley (1982): the times at which the lower and the upper bound of the share left pass one
/// half, the bounds being Greenwood's on the scale of log(−log). An end that the bound never reaches is `None`: "no bound from so few".
#[must_use]
pub fn median_time_interval(times: &[(u32, u64, u64)], confidence: f64) -> Option<(Option<u32>, Option<u32>)> {
    let z = normal_quantile(0.5 + confidence / 2.0)?;
    let steps = steps(times);
    // Once nobody is left the scale ends, and nothing is said any more.
    let passes = |side: f64| {
        let bound = |step: &Step| {
            let gone = -step.left.ln();
            (-(gone.ln() + side * z * step.variance.sqrt() / gone).exp()).exp()
        };
        steps.iter().find(|step| step.left > 0.0 && bound(step) <= HALF).map(|step| step.time)
    };
    Some((passes(1.0), passes(-1.0)))
}
