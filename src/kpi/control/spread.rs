//! The second panel of a chart: how much the points vary from one to the next (mR), or the measurements within a point (S).
//!
//! Only rule 1 is read on it, because ranges and deviations are skewed and successive ranges share a point, so that runs and zones say
//! nothing there. A point beyond its limits is shown, in the picture, the table, the files and the API, and raises no signal: what makes a
//! range leap makes the first panel leap as well, and nobody should be asked twice for one cause.
//!
//! Invariant: a range lies within one stretch, and within the days that are charted together.

use super::fit::Parameters;
use super::plan::ChartKind;
use super::readings::Reading;
use crate::kpi::statistics::{Usual, moving_ranges};

/// What a second panel shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SpreadKind {
    /// Distances of single values from the one before.
    MovingRange,
    /// Standard deviations within subgroups.
    Deviation,
}

impl SpreadKind {
    /// The letter that people know it by.
    pub fn letter(self) -> &'static str {
        match self {
            Self::MovingRange => "mR",
            Self::Deviation => "S",
        }
    }
}

impl ChartKind {
    /// What stands below the chart; charts of counts need nothing there, because their spread follows from their centre.
    pub fn spread(self) -> Option<SpreadKind> {
        match self {
            Self::Xmr => Some(SpreadKind::MovingRange),
            Self::XbarS => Some(SpreadKind::Deviation),
            _ => None,
        }
    }
}

/// A point of the second panel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub(crate) kind: SpreadKind,
    pub(crate) value: f64,
    pub(crate) usual: Usual,
}

impl Spread {
    /// It lies beyond its limits.
    pub(crate) fn is_beyond(&self) -> bool {
        self.usual.is_left_by(self.value)
    }
}

/// The second panel of a stretch, by place in its readings: a range has none to begin with, and a subgroup of one measurement has no
/// deviation. Days without data are no points, so that a Monday follows the Friday where nobody works at weekends.
pub(super) fn spreads(kind: ChartKind, parameters: &Parameters, readings: &[Reading]) -> Vec<Option<Spread>> {
    let mut found = vec![None; readings.len()];
    match kind.spread() {
        Some(SpreadKind::MovingRange) => {
            for apart in [false, true] {
                let places: Vec<usize> = (0..readings.len()).filter(|at| parameters.is_apart(&readings[*at]) == apart).collect();
                let values: Vec<Option<f64>> = places.iter().map(|at| readings[*at].value.value).collect();
                for (at, range) in places.into_iter().zip(moving_ranges(&values)) {
                    let usual = parameters.of(&readings[at]).and_then(|process| process.moving_range());
                    found[at] = range.zip(usual).map(|(value, usual)| Spread { kind: SpreadKind::MovingRange, value, usual });
                }
            }
        }
        Some(SpreadKind::Deviation) => {
            for (reading, spread) in readings.iter().zip(&mut found) {
                let Some((sample, process)) = reading.sample.zip(parameters.of(reading)) else { continue };
                let usual = process.deviation(sample.count as f64);
                *spread = usual.map(|usual| Spread { kind: SpreadKind::Deviation, value: sample.deviation, usual });
            }
        }
        None => {}
    }
    found
}
