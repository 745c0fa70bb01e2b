//! What months say of a process: limits from the months before the last one (XmR), the last month judged against them, and the target held
//! against the limits (ISO 9001 9.1.3).

use super::model::{Assurance, Variation};
use crate::kpi::scoring::Scale;
use crate::kpi::statistics::{RuleSet, find, xmr_chart};

/// Fewest months from which limits are made.
const FEWEST: usize = 12;

/// What the last of these months says of a KPI with this direction (`higher`, `lower`, `band`), and whether the target will be hit; neither
/// with too few months before it, or no value in it.
pub(super) fn judge(months: &[Option<f64>], scale: Option<Scale>, direction: &str) -> (Option<Variation>, Option<Assurance>) {
    let Some((Some(last), before)) = months.split_last() else { return (None, None) };
    let before: Vec<f64> = before.iter().flatten().copied().collect();
    if before.len() < FEWEST {
        return (None, None);
    }
    let Some(chart) = xmr_chart(&before) else { return (None, None) };
    let points: Vec<Option<(f64, f64)>> = before.iter().chain([last]).map(|value| Some((*value, 1.0))).collect();
    let plotted = chart.chart.with(&points);
    let Some(Some(point)) = plotted.points.last() else { return (None, None) };
    let special = find(&plotted.z(), RuleSet::MEASUREMENTS).iter().any(|signal| signal.point == before.len());
    let variation = match better(*last, plotted.process.centre(), scale, direction) {
        _ if !special => Variation::Common,
        Some(true) => Variation::Better,
        Some(false) => Variation::Worse,
        None => Variation::Changed,
    };
    // The limits of a process that has just changed do not say what it will do from now on.
    let steady = scale.filter(|_| variation == Variation::Common);
    (Some(variation), steady.map(|scale| assurance(point.limits.lower, point.limits.upper, scale)))
}

/// Whether a month that differs from the centre line differs in the wanted direction: that of its target, else that of its definition;
/// none where neither more nor less is wanted.
fn better(last: f64, centre: f64, scale: Option<Scale>, direction: &str) -> Option<bool> {
    match (scale, direction) {
        (Some(Scale::Toward { floor, target }), _) => Some((target > floor) == (last > centre)),
        (Some(Scale::Band { low, high, .. }), _) => Some((low..=high).contains(&last)),
        (None, "higher") => Some(last > centre),
        (None, "lower") => Some(last < centre),
        (None, _) => None,
    }
}

fn assurance(lower: f64, upper: f64, scale: Scale) -> Assurance {
    let (hits, misses) = match scale {
        Scale::Toward { floor, target } if target > floor => (lower >= target, upper < target),
        Scale::Toward { target, .. } => (upper <= target, lower > target),
        Scale::Band { low, high, .. } => (lower >= low && upper <= high, upper < low || lower > high),
    };
    match (hits, misses) {
        (true, _) => Assurance::Hits,
        (_, true) => Assurance::Misses,
        _ => Assurance::Either,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months(last: f64) -> Vec<Option<f64>> {
        // Mean moving range 2 around 81: limits 81 ± 2.66 · 2, from 75.7 to 86.3.
        let mut months: Vec<Option<f64>> = (0..12).map(|n| Some(if n % 2 == 0 { 80.0 } else { 82.0 })).collect();
        months.push(Some(last));
        months
    }

    const fn toward(floor: f64, target: f64) -> Option<Scale> {
        Some(Scale::Toward { floor, target })
    }

    #[test]
    fn the_last_month_is_judged_against_the_months_before_it() {
        assert_eq!(judge(&months(81.0), toward(60.0, 80.0), "higher").0, Some(Variation::Common));
        assert_eq!(judge(&months(90.0), toward(60.0, 80.0), "higher"), (Some(Variation::Better), None), "it has changed");
        assert_eq!(judge(&months(70.0), toward(60.0, 80.0), "higher").0, Some(Variation::Worse));
        assert_eq!(judge(&months(90.0), toward(95.0, 80.0), "higher").0, Some(Variation::Worse), "less is better");
        let band = Some(Scale::Band { outer_low: 60.0, low: 85.0, high: 95.0, outer_high: 99.0 });
        assert_eq!(judge(&months(90.0), band, "higher").0, Some(Variation::Better));
    }

    #[test]
    fn without_a_target_the_direction_of_the_definition_says_what_is_better() {
        let found = |last: f64, direction: &str| judge(&months(last), None, direction).0;
        assert_eq!((found(90.0, "higher"), found(70.0, "higher")), (Some(Variation::Better), Some(Variation::Worse)));
        assert_eq!((found(90.0, "lower"), found(70.0, "lower")), (Some(Variation::Worse), Some(Variation::Better)));
        assert_eq!((found(90.0, "band"), found(81.0, "band")), (Some(Variation::Changed), Some(Variation::Common)));
    }

    #[test]
    fn the_target_is_held_against_the_limits() {
        for (target, expected) in [(75.0, Assurance::Hits), (80.0, Assurance::Either), (87.0, Assurance::Misses)] {
            assert_eq!(judge(&months(81.0), toward(50.0, target), "higher").1, Some(expected), "{target}");
        }
        for (target, expected) in [(87.0, Assurance::Hits), (80.0, Assurance::Either), (75.0, Assurance::Misses)] {
            assert_eq!(judge(&months(81.0), toward(99.0, target), "higher").1, Some(expected), "less is better: {target}");
        }
    }

    #[test]
    fn few_months_say_nothing() {
        assert_eq!(judge(&months(81.0)[1..], toward(60.0, 80.0), "higher"), (None, None));
        assert_eq!(judge(&[], None, "band"), (None, None));
        let mut missing = months(81.0);
        missing[12] = None;
        assert_eq!(judge(&missing, toward(60.0, 80.0), "higher"), (None, None));
    }
}
