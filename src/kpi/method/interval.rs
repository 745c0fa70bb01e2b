//! Intervals of the kinds of methods, at 95 %.

use super::value::IntervalMethod;
use crate::kpi::expression::Spread;
use crate::kpi::statistics::{
    Interval, Pairs, agreement, bootstrap_mean, mean_interval, net_promoter, normal_quantile, poisson_exact, quantile_interval,
    ratio_of_means, wilson,
};

/// Confidence of all intervals.
pub(super) const CONFIDENCE: f64 = 0.95;
/// Resamplings of a bootstrap.
const ROUNDS: usize = 2000;
/// Fewest observations for Student's interval.
const ENOUGH: u64 = 30;

pub(super) type Told = (Option<Interval>, IntervalMethod);

pub(super) fn share(numerator: u64, denominator: u64) -> Told {
    (wilson(numerator, denominator, CONFIDENCE), IntervalMethod::Wilson)
}

pub(super) fn rate(events: u64, exposure: f64) -> Told {
    let (low, high) = poisson_exact(events, CONFIDENCE);
    (Some((low / exposure, high / exposure)), IntervalMethod::PoissonExact)
}

/// Of sums only: below thirty observations the t interval of a skewed time would claim more than it knows.
pub(super) fn mean(count: u64, sum: i128, squares: i128) -> Told {
    let interval = if count >= ENOUGH { mean_interval(count, sum, squares, CONFIDENCE) } else { None };
    (interval, IntervalMethod::T)
}

/// Of a distribution: few values are resampled, with a seed that anybody can use again.
pub(super) fn spread(spread: &Spread, seed: u64) -> Told {
    if spread.count() >= ENOUGH {
        return mean(spread.count(), spread.total(), spread.squares());
    }
    let bins: Vec<(i64, u64)> = spread.bins().collect();
    let interval = if spread.count() < 2 { None } else { bootstrap_mean(&bins, seed, ROUNDS, CONFIDENCE) };
    (interval, IntervalMethod::Bootstrap)
}

pub(super) fn percentile(bins: &[(i64, u64)], share: f64) -> Told {
    let ends = quantile_interval(bins, share, CONFIDENCE);
    let interval = ends.and_then(|(low, high)| Some((low? as f64, high? as f64)));
    (interval, IntervalMethod::OrderStatistics)
}

pub(super) fn difference(plus: u64, minus: u64, count: u64) -> Told {
    let error = net_promoter(plus, count - plus - minus, minus).map(|(points, error)| (points / 100.0, error / 100.0));
    (error.and_then(|(value, error)| around(value, error)), IntervalMethod::DifferenceError)
}

pub(super) fn pairs(pairs: Pairs) -> Told {
    (ratio_of_means(pairs, CONFIDENCE).and_then(|(_, interval)| interval), IntervalMethod::Delta)
}

/// Of a median time, in the same form as its own times: (time, events, censored).
pub(super) fn survival(times: &[(u32, u64, u64)]) -> Told {
    let ends = agreement::median_time_interval(times, CONFIDENCE);
    let interval = ends.and_then(|(low, high)| Some((f64::from(low?), f64::from(high?))));
    (interval, IntervalMethod::BrookmeyerCrowley)
}

/// From kappa and the plain share of agreement over so many double scorings.
pub(super) fn kappa(kappa: f64, agreed: f64, count: u64) -> Told {
    // kappa = (agreed − chance) / (1 − chance), so 1 − chance = (1 − agreed) / (1 − kappa).
    let interval = if agreed >= 1.0 || kappa >= 1.0 {
        None
    } else {
        let beyond_chance = (1.0 - agreed) / (1.0 - kappa);
        around(kappa, (agreed * (1.0 - agreed) / count as f64).sqrt() / beyond_chance)
    };
    (interval.map(|(low, high)| (low.max(-1.0), high.min(1.0))), IntervalMethod::KappaError)
}

fn around(value: f64, error: f64) -> Option<Interval> {
    let half = normal_quantile(0.5 + CONFIDENCE / 2.0)? * error;
    Some((value - half, value + half))
}
