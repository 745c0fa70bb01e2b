//! Rules that turn points of a control chart into signals.
//!
//! Conventions: beyond a limit means strictly beyond; a point on the centre line ends a run, and so does a missing point; a signal is
//! dated at the last point of its window. Windows do not cross a change of the limits: call once per phase.

use super::control::Limits;

/// A rule of Nelson (1984).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Rule 1: a point beyond the limits.
    BeyondLimits,
    /// Rule 2: nine points in a row on one side of the centre line.
    NineOnOneSide,
}

impl Rule {
    /// Its number in Nelson's list.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::BeyondLimits => 1,
            Self::NineOnOneSide => 2,
        }
    }
}

/// A signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Signal {
    /// Index of the point, from 0.
    pub point: usize,
    /// The rule that it breaks.
    pub rule: Rule,
}

/// The signals of a phase, by point. `limits` has an entry for each point; a point without limits can only belong to runs.
#[must_use]
pub fn signals(values: &[Option<f64>], centre: f64, limits: &[Option<Limits>]) -> Vec<Signal> {
    const RUN: usize = 9;
    let mut found = Vec::new();
    let (mut run, mut side) = (0, std::cmp::Ordering::Equal);
    for (point, value) in values.iter().enumerate() {
        let now = value.and_then(|value| value.partial_cmp(&centre)).unwrap_or(std::cmp::Ordering::Equal);
        run = match now {
            std::cmp::Ordering::Equal => 0,
            _ if now == side => run + 1,
            _ => 1,
        };
        side = now;
        let limits = limits.get(point).copied().flatten();
        if let (Some(value), Some(limits)) = (value, limits)
            && (*value < limits.lower || *value > limits.upper)
        {
            found.push(Signal { point, rule: Rule::BeyondLimits });
        }
        if run >= RUN {
            found.push(Signal { point, rule: Rule::NineOnOneSide });
        }
    }
    found
}
