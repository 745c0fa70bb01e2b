//! The second panels of charts of measurements: moving ranges below single values, standard deviations below means (ISO 7870-2).
//!
//! Centre and limits follow from the process alone, so that limits that were frozen for the first panel are frozen for the second as well.

use super::constants::{c4, s_limits};
use super::control::{Limits, Process};

/// The constant d2 for moving ranges of two, rounded as the published charts round it.
pub(super) const RANGE_OF_TWO: f64 = 1.128;
/// D4 for moving ranges of two, rounded in the same way.
const RANGE_LIMIT: f64 = 3.267;

/// What is usual on a second panel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Usual {
    /// The centre line.
    pub centre: f64,
    /// The limits; the lower one is 0 where there is none.
    pub limits: Limits,
}

impl Usual {
    /// Whether a value lies strictly beyond the limits.
    #[must_use]
    pub fn is_left_by(&self, value: f64) -> bool {
        value < self.limits.lower || value > self.limits.upper
    }
}

impl Process {
    /// Moving ranges of single values: mean range, and 3.267 of it; `None` for another process.
    #[must_use]
    pub fn moving_range(&self) -> Option<Usual> {
        let Self::Single { sigma, .. } = *self else { return None };
        let centre = sigma * RANGE_OF_TWO;
        Some(Usual { centre, limits: Limits { lower: 0.0, upper: RANGE_LIMIT * centre } })
    }

    /// Standard deviations of `n` measurements: c4·σ, which is S̄ where all subgroups have one size, and B3 and B4 of it; `None` for another
    /// process and below two measurements.
    #[must_use]
    pub fn deviation(&self, n: f64) -> Option<Usual> {
        let Self::Means { sigma, .. } = *self else { return None };
        let (lower, upper) = s_limits(n)?;
        let centre = sigma * c4(n);
        Some(Usual { centre, limits: Limits { lower: lower * centre, upper: upper * centre } })
    }
}

/// Each value's distance from the one before it. The first one has none, and neither has what is missing nor what follows it.
#[must_use]
pub fn moving_ranges(values: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut before = None;
    let mut range = |value: &Option<f64>| {
        let value = value.filter(|value| value.is_finite());
        let found = value.zip(before).map(|(value, before): (f64, f64)| (value - before).abs());
        before = value;
        found
    };
    values.iter().map(&mut range).collect()
}
