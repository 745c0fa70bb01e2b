//! From a value to a score between 0 and 100.

use serde::{Deserialize, Serialize};

/// What is wanted of a KPI.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Scale {
    /// From the floor (0 points, the edge of the allowed range) to the target (100 points). A floor above the target means that lower
    /// is better.
    Toward {
        /// Edge of the allowed range.
        floor: f64,
        /// What is aimed at.
        target: f64,
    },
    /// 100 points inside the band, falling to 0 at the outer limits, which are the edges of the allowed range.
    Band {
        /// Outer limit below.
        outer_low: f64,
        /// Lower edge of the band.
        low: f64,
        /// Upper edge of the band.
        high: f64,
        /// Outer limit above.
        outer_high: f64,
    },
}

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = KpiPosition)]
#[serde(rename_all = "snake_case")]
pub enum Position {
    /// At the target or better, or inside the band.
    OnTarget,
    /// Short of the target, inside the allowed range.
    InRange,
    /// Outside the allowed range: a nonconformity.
    OutOfRange,
}

/// What people are told of a value. That there is no value and that nothing was set to hold it against are different answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// [`Position::OnTarget`].
    Met,
    /// [`Position::InRange`].
    InRange,
    /// [`Position::OutOfRange`].
    OutOfRange,
    /// There is a value, but no target was set for it.
    NoTarget,
    /// There is no value.
    NoData,
}

impl Standing {
    /// Of a value in its unit against a scale.
    #[must_use]
    pub fn of(value: Option<f64>, scale: Option<Scale>) -> Self {
        let Some(value) = value else { return Self::NoData };
        match scale.map(|scale| scale.position(value)) {
            Some(Position::OnTarget) => Self::Met,
            Some(Position::InRange) => Self::InRange,
            Some(Position::OutOfRange) => Self::OutOfRange,
            None => Self::NoTarget,
        }
    }

    /// As JSON and the state component name it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::InRange => "in_range",
            Self::OutOfRange => "out_of_range",
            Self::NoTarget => "no_target",
            Self::NoData => "no_data",
        }
    }
}

impl Scale {
    /// True when the scale can be used.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        match *self {
            Self::Toward { floor, target } => floor.is_finite() && target.is_finite() && floor != target,
            Self::Band { outer_low, low, high, outer_high } => {
                outer_low < low && low <= high && high < outer_high && (outer_high - outer_low).is_finite()
            }
        }
    }

    /// The score of a value. No score passes 100: over-fulfilment must not pay for a failure elsewhere.
    #[must_use]
    pub fn score(&self, value: f64) -> f64 {
        let linear = |floor: f64, target: f64| (100.0 * (value - floor) / (target - floor)).clamp(0.0, 100.0);
        match *self {
            Self::Toward { floor, target } => linear(floor, target),
            Self::Band { outer_low, low, .. } if value < low => linear(outer_low, low),
            Self::Band { high, outer_high, .. } if value > high => linear(outer_high, high),
            Self::Band { .. } => 100.0,
        }
    }

    /// Where a value stands against target and allowed range. The edges themselves are still allowed.
    #[must_use]
    pub fn position(&self, value: f64) -> Position {
        let (on_target, in_range) = match *self {
            Self::Toward { floor, target } if floor < target => (value >= target, value >= floor),
            Self::Toward { floor, target } => (value <= target, value <= floor),
            Self::Band { outer_low, low, high, outer_high } => {
                ((low..=high).contains(&value), (outer_low..=outer_high).contains(&value))
            }
        };
        match (on_target, in_range) {
            (true, _) => Position::OnTarget,
            (false, true) => Position::InRange,
            (false, false) => Position::OutOfRange,
        }
    }
}
