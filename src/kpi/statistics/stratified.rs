//! The mean of a sample drawn from strata that are not drawn in proportion: each stratum's mean counts by the stratum's share of what really
//! happened, however many of it were drawn (Cochran, Sampling Techniques, 5.3 to 5.4).

use super::intervals::Interval;
use super::quantiles::t_quantile;

/// What was drawn of a stratum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drawn {
    /// The share of the stratum in what really happened. Shares need not add to 1: they count in proportion.
    pub share: f64,
    /// How many were drawn.
    pub count: u64,
    /// Their mean.
    pub mean: f64,
    /// Their variance (n − 1); none of a single one, and where the squares are not known.
    pub variance: Option<f64>,
}

/// The mean of strata by their shares. `None` where no stratum has a share, or one with a share has nothing drawn.
#[must_use]
pub fn stratified_mean(strata: &[Drawn]) -> Option<f64> {
    let counting = || strata.iter().filter(|one| one.share > 0.0);
    let whole: f64 = counting().map(|one| one.share).sum();
    let sum: f64 = counting().map(|one| one.share * one.mean).sum();
    (whole > 0.0 && counting().all(|one| one.count > 0)).then_some(sum / whole)
}

/// Student's interval of that mean: the variance is Σ W²·s²/n over the strata, its degrees of freedom are Satterthwaite's. What is drawn is
/// far less than what there is, and is not corrected for being finite. `None` where the variance of a stratum with a share is not known, as
/// of a single one drawn: to guess it from the other strata would claim what nobody saw.
#[must_use]
pub fn stratified_interval(strata: &[Drawn], confidence: f64) -> Option<Interval> {
    let mean = stratified_mean(strata)?;
    let counting = || strata.iter().filter(|one| one.share > 0.0);
    let whole: f64 = counting().map(|one| one.share).sum();
    let (mut variance, mut below, mut free) = (0.0, 0.0, 0.0);
    for one in counting() {
        let n = one.count as f64;
        let part = (one.share / whole).powi(2) * one.variance? / n;
        variance += part;
        below += part * part / (n - 1.0);
        free += n - 1.0;
    }
    // Where nothing varies the interval is a point, whatever the degrees are.
    let degrees = if below > 0.0 { variance * variance / below } else { free };
    let half = t_quantile(0.5 + confidence / 2.0, degrees)? * variance.sqrt();
    Some((mean - half, mean + half))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kpi::statistics::{mean_interval, variance};

    fn of(share: f64, values: &[i128]) -> Drawn {
        let (count, sum, squares) = (values.len() as u64, values.iter().sum(), values.iter().map(|value| value * value).sum());
        Drawn { share, count, mean: sum as f64 / count as f64, variance: variance(count, sum, squares) }
    }

    #[test]
    fn an_example_by_hand() {
        // Means 80, 90 and 70; variances 250/4, 58/3 and 50/2; 0.6·80 + 0.3·90 + 0.1·70 = 82.
        let strata = [of(0.6, &[70, 75, 80, 85, 90]), of(0.3, &[85, 88, 92, 95]), of(0.1, &[65, 70, 75])];
        assert!((stratified_mean(&strata).unwrap() - 82.0).abs() < 1e-12);
        // 0.36·62.5/5 + 0.09·(58/3)/4 + 0.01·25/3 = 4.5 + 0.435 + 0.083333 = 5.018333, with 4.910009277 degrees of freedom. The density
        // of t with so many, integrated by Simpson's rule, leaves 0.025 above 2.584817398: 82 ∓ 2.584817398·√5.018333.
        let (low, high) = stratified_interval(&strata, 0.95).unwrap();
        assert!((low - 76.209_585_933_620).abs() < 1e-8 && (high - 87.790_414_066_380).abs() < 1e-8, "{low} {high}");
    }

    #[test]
    fn one_of_a_stratum_tells_no_variance() {
        let strata = [of(0.7, &[80, 90]), of(0.3, &[70])];
        assert_eq!(stratified_mean(&strata), Some(0.7 * 85.0 + 0.3 * 70.0));
        assert_eq!(stratified_interval(&strata, 0.95), None);
        let without = [of(1.0, &[80, 90]), of(0.0, &[70])];
        assert_eq!(stratified_interval(&without, 0.95), stratified_interval(&without[..1], 0.95), "what has no share is left out");
        assert_eq!(stratified_interval(&[of(0.5, &[80, 80]), of(0.5, &[80, 80, 80])], 0.95), Some((80.0, 80.0)));
        assert_eq!(stratified_mean(&[of(0.0, &[80])]), None);
        assert_eq!(stratified_mean(&[Drawn { share: 1.0, count: 0, mean: 0.0, variance: None }]), None);
    }

    fn values() -> impl Strategy<Value = Vec<i128>> {
        prop::collection::vec(0_i128..=100, 2..40)
    }

    proptest! {
        #[test]
        fn one_stratum_is_the_plain_mean_with_its_interval(values in values(), share in 0.01_f64..50.0) {
            let (count, sum) = (values.len() as u64, values.iter().sum::<i128>());
            let strata = [of(share, &values)];
            prop_assert!((stratified_mean(&strata).unwrap() - sum as f64 / count as f64).abs() < 1e-9);
            let plain = mean_interval(count, sum, values.iter().map(|value| value * value).sum(), 0.95).unwrap();
            let found = stratified_interval(&strata, 0.95).unwrap();
            prop_assert!((found.0 - plain.0).abs() < 1e-8 && (found.1 - plain.1).abs() < 1e-8, "{found:?} {plain:?}");
        }

        #[test]
        fn equal_means_give_that_mean_and_the_interval_lies_around_it(
            strata in prop::collection::vec((0.0_f64..9.0, 2_u64..60, 0.0_f64..400.0), 1..8),
            mean in 0.0_f64..100.0,
        ) {
            let strata: Vec<Drawn> =
                strata.into_iter().map(|(share, count, variance)| Drawn { share, count, mean, variance: Some(variance) }).collect();
            prop_assume!(strata.iter().any(|one| one.share > 0.0));
            prop_assert!((stratified_mean(&strata).unwrap() - mean).abs() < 1e-9);
            let (low, high) = stratified_interval(&strata, 0.95).unwrap();
            prop_assert!(low <= mean + 1e-9 && high >= mean - 1e-9 && low.is_finite() && high.is_finite());
            let other: Vec<Drawn> = strata.iter().map(|one| Drawn { share: one.share * 7.0, ..*one }).collect();
            let scaled = stratified_interval(&other, 0.95).unwrap();
            prop_assert!((scaled.0 - low).abs() < 1e-8 && (scaled.1 - high).abs() < 1e-8, "only proportions count");
        }
    }
}
