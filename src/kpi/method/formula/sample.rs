//! What a mean is taken of, as tests and charts of subgroups need it.

use super::{Formula, value};
use crate::kpi::expression::Frames;
use crate::kpi::method::MethodKind;
use crate::kpi::statistics::compare::Sample;

impl Formula {
    /// Whether count, mean and deviation can be told of what a mean is taken of: of a mean that weighs channels they say nothing of the value.
    #[must_use]
    pub fn knows_spread(&self) -> bool {
        self.kind == MethodKind::Mean && self.layers.is_none() && (!self.spreads.is_empty() || self.squares.is_some())
    }

    /// Count, mean and deviation of what a mean is taken of; `None` for other methods, and where the squares are not known.
    #[must_use]
    pub fn sample(&self, frames: &Frames) -> Option<Sample> {
        if self.kind != MethodKind::Mean || self.layers.is_some() {
            return None;
        }
        let (count, sum, squares) = match self.spreads.first() {
            Some(slot) => {
                let spread = frames.period.spread(*slot)?;
                (spread.count() as f64, spread.total() as f64, spread.squares() as f64)
            }
            None => {
                let parts = self.parts(frames).ok()?;
                let squares = value(self.squares.as_ref(), frames).ok()?;
                (parts.n as f64, parts.numerator.real(), squares.real())
            }
        };
        if count < 1.0 {
            return None;
        }
        let around = (squares - sum * sum / count).max(0.0);
        let deviation = if count > 1.0 { (around / (count - 1.0)).sqrt() } else { 0.0 };
        Some(Sample { count: count as u64, mean: sum / count, deviation })
    }

    /// The values that a mean is taken of, with how often each was met; `None` where only sums are known.
    #[must_use]
    pub fn values(&self, frames: &Frames) -> Option<Vec<(i64, u64)>> {
        let slot = self.spreads.first().filter(|_| self.kind == MethodKind::Mean && self.layers.is_none())?;
        Some(frames.period.spread(*slot)?.bins().collect())
    }
}
