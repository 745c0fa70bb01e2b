//! The value axis: which values fit in, where they are drawn, which ticks they get.

/// A linear axis from values to coordinates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    /// Coordinate of `low`.
    from: f64,
    /// Coordinate of `high`.
    to: f64,
}

impl Axis {
    /// An axis over all finite values, widened by a share of their span; a single value lies in the middle.
    pub(super) fn around(values: impl IntoIterator<Item = f64>, room: f64, (from, to): (f64, f64)) -> Self {
        let finite = values.into_iter().filter(|value| value.is_finite());
        let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        if low > high {
            return Self { low: 0.0, high: 1.0, from, to };
        }
        if low == high {
            let half = if high == 0.0 { 1.0 } else { high.abs() * 0.1 };
            return Self { low: low - half, high: high + half, from, to };
        }
        let span = high - low;
        Self { low: low - span * room, high: high + span * room, from, to }
    }

    /// The same axis cut to what can be: a share has no room below 0 and above 1.
    pub(super) fn within(self, low: f64, high: f64) -> Self {
        let cut = Self { low: self.low.max(low), high: self.high.min(high), ..self };
        if cut.low < cut.high { cut } else { self }
    }

    /// Whether a value lies on the axis.
    pub(super) fn holds(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// The coordinate of a value; values outside lie on the edge.
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        self.from + share * (self.to - self.from)
    }

    /// Round values inside the axis, ascending, that cut it into about so many parts or fewer, and how many decimals they need.
    pub(super) fn ticks(&self, parts: f64) -> (Vec<f64>, usize) {
        let rough = (self.high - self.low) / parts;
        let power = 10_f64.powf(rough.log10().floor());
        let step =
            [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power).into_iter().find(|step| *step >= rough * 0.999).unwrap_or(power);
        let decimals = (-step.log10().floor()).clamp(0.0, 9.0) as usize;
        let (first, last) = ((self.low / step).ceil(), (self.high / step).floor());
        let count = (last - first).clamp(-1.0, 20.0) as i32 + 1;
        ((0..count).map(|number| (first + f64::from(number)) * step).collect(), decimals)
    }
}
