//! Evaluation: one step per node, nothing allocated, no name looked up. Whole numbers stay exact; what cannot be computed is the reason why.

use super::compile::{Code, Comparison, Part, Program};
use super::frame::{Entry, Frame, Frames, Spread, Stock};
use super::tree::Window;
use crate::kpi::vocabulary::Slot;

/// A number: exact while it is whole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// A whole number.
    Whole(i128),
    /// A finite number with decimals.
    Real(f64),
}

impl Number {
    /// As a floating-point number.
    #[must_use]
    pub fn real(self) -> f64 {
        match self {
            Self::Whole(number) => number as f64,
            Self::Real(number) => number,
        }
    }

    /// The largest whole number that is not above it.
    #[must_use]
    pub fn floor(self) -> i128 {
        match self {
            Self::Whole(number) => number,
            Self::Real(number) => number.floor() as i128,
        }
    }

    fn is_zero(self) -> bool {
        self.real() == 0.0
    }
}

/// Why there is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// The measure was not delivered.
    Measure(Slot),
    /// A division by nothing; with the first measure of the divisor.
    Zero(Option<Slot>),
    /// A distribution without values.
    Empty(Slot),
    /// The data of a wider window are not at hand.
    Window(Window),
    /// Beyond what can be computed.
    Overflow,
}

type Found = Result<Number, Absent>;

impl Program {
    /// The number, or why there is none.
    ///
    /// # Errors
    /// Why there is none.
    pub fn number(&self, frames: &Frames) -> Found {
        self.value(self.root, frames)
    }

    /// Whether a condition holds.
    ///
    /// # Errors
    /// Why that cannot be told.
    pub fn holds(&self, frames: &Frames) -> Result<bool, Absent> {
        Ok(!self.value(self.root, frames)?.is_zero())
    }

    pub(super) fn value(&self, place: u16, frames: &Frames) -> Found {
        let value = |place: u16| self.value(place, frames);
        match self.nodes[usize::from(place)] {
            Code::Constant(number) => Ok(number),
            Code::Flow(window, slot) => match frame(frames, window)?.entry(slot) {
                Entry::Flow(count) => Ok(Number::Whole(*count)),
                _ => Err(Absent::Measure(slot)),
            },
            Code::Stock(window, slot, part) => stock(frame(frames, window)?, slot, part),
            Code::Count(window, slot) => Ok(Number::Whole(i128::from(spread(frames, window, slot)?.count()))),
            Code::Total(window, slot) => Ok(Number::Whole(spread(frames, window, slot)?.total())),
            Code::Mean(window, slot) => mean(spread(frames, window, slot)?, slot),
            Code::Within(window, slot, limit) => {
                let limit = whole(value(limit)?);
                Ok(Number::Whole(i128::from(spread(frames, window, slot)?.within(limit))))
            }
            Code::Between(window, slot, low, high) => {
                let (low, high) = (whole_up(value(low)?), whole(value(high)?));
                let spread = spread(frames, window, slot)?;
                let below = low.checked_sub(1).map_or(0, |below| spread.within(below));
                Ok(Number::Whole(i128::from(spread.within(high).saturating_sub(below))))
            }
            Code::Quantile(window, slot, share) => {
                let found = spread(frames, window, slot)?.quantile(share).ok_or(Absent::Empty(slot))?;
                Ok(Number::Whole(i128::from(found)))
            }
            Code::Months(window) => finite(frame(frames, window)?.months),
            Code::Days(window) => Ok(Number::Whole(i128::from(frame(frames, window)?.days))),
            Code::PerYear(window, inner) => {
                let months = frame(frames, window)?.months;
                finite(value(inner)?.real() * 12.0 / months)
            }
            _ => self.composed(place, frames),
        }
    }

    /// Parts that are made of other parts.
    fn composed(&self, place: u16, frames: &Frames) -> Found {
        let value = |place: u16| self.value(place, frames);
        match self.nodes[usize::from(place)] {
            Code::Add(a, b) => exact(value(a)?, value(b)?, i128::checked_add, |a, b| a + b),
            Code::Subtract(a, b) => exact(value(a)?, value(b)?, i128::checked_sub, |a, b| a - b),
            Code::Multiply(a, b) => exact(value(a)?, value(b)?, i128::checked_mul, |a, b| a * b),
            Code::Divide(a, b, named) => {
                let (a, b) = (value(a)?, value(b)?);
                if b.is_zero() { Err(Absent::Zero(named)) } else { finite(a.real() / b.real()) }
            }
            Code::Negate(a) => exact(Number::Whole(0), value(a)?, i128::checked_sub, |_, a| -a),
            Code::Abs(a) => match value(a)? {
                Number::Whole(number) => number.checked_abs().map(Number::Whole).ok_or(Absent::Overflow),
                Number::Real(number) => Ok(Number::Real(number.abs())),
            },
            Code::Least(a, b) => value(a).and_then(|a| value(b).map(|b| if order(a, b).is_le() { a } else { b })),
            Code::Most(a, b) => value(a).and_then(|a| value(b).map(|b| if order(a, b).is_ge() { a } else { b })),
            Code::Compare(comparison, a, b) => Ok(truth(comparison.holds(order(value(a)?, value(b)?)))),
            Code::And(a, b) => {
                if value(a)?.is_zero() {
                    Ok(truth(false))
                } else {
                    value(b)
                }
            }
            Code::Or(a, b) => {
                if value(a)?.is_zero() {
                    value(b)
                } else {
                    Ok(truth(true))
                }
            }
            Code::Not(a) => Ok(truth(value(a)?.is_zero())),
            Code::If(condition, a, b) => {
                if value(condition)?.is_zero() {
                    value(b)
                } else {
                    value(a)
                }
            }
            Code::Coalesce(a, b) => value(a).or_else(|_| value(b)),
            Code::Known(window, slot) => Ok(truth(frame(frames, window)?.knows(slot))),
            // Everything else was answered before.
            _ => Err(Absent::Overflow),
        }
    }
}

#[inline]
fn frame(frames: &Frames, window: Option<Window>) -> Result<&Frame, Absent> {
    match window {
        None => Ok(&frames.period),
        Some(wider) => frames.at(window).ok_or(Absent::Window(wider)),
    }
}

fn spread(frames: &Frames, window: Option<Window>, slot: Slot) -> Result<&Spread, Absent> {
    frame(frames, window)?.spread(slot).ok_or(Absent::Measure(slot))
}

fn stock(frame: &Frame, slot: Slot, part: Part) -> Found {
    let Entry::Stock(Stock { last, sum, days, min, max }) = frame.entry(slot) else { return Err(Absent::Measure(slot)) };
    match part {
        Part::Last => Ok(Number::Whole(i128::from(*last))),
        Part::Mean => finite(*sum as f64 / f64::from(*days)),
        Part::Min => Ok(Number::Whole(i128::from(*min))),
        Part::Max => Ok(Number::Whole(i128::from(*max))),
    }
}

fn mean(spread: &Spread, slot: Slot) -> Found {
    if spread.count() == 0 { Err(Absent::Empty(slot)) } else { finite(spread.total() as f64 / spread.count() as f64) }
}

fn finite(number: f64) -> Found {
    if number.is_finite() { Ok(Number::Real(number)) } else { Err(Absent::Overflow) }
}

fn truth(holds: bool) -> Number {
    Number::Whole(i128::from(holds))
}

#[inline]
fn exact(a: Number, b: Number, whole: fn(i128, i128) -> Option<i128>, real: fn(f64, f64) -> f64) -> Found {
    match (a, b) {
        (Number::Whole(a), Number::Whole(b)) => whole(a, b).map(Number::Whole).ok_or(Absent::Overflow),
        _ => finite(real(a.real(), b.real())),
    }
}

fn order(a: Number, b: Number) -> std::cmp::Ordering {
    match (a, b) {
        (Number::Whole(a), Number::Whole(b)) => a.cmp(&b),
        // Both are finite; −0 equals 0.
        _ => a.real().partial_cmp(&b.real()).unwrap_or(std::cmp::Ordering::Equal),
    }
}

/// A limit as a whole number, downwards.
fn whole(number: Number) -> i64 {
    let floor = number.floor();
    i64::try_from(floor).unwrap_or(if floor < 0 { i64::MIN } else { i64::MAX })
}

/// A limit as a whole number, upwards.
fn whole_up(number: Number) -> i64 {
    match number {
        Number::Whole(_) => whole(number),
        Number::Real(real) => whole(Number::Real(real.ceil())),
    }
}

impl Comparison {
    fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::More => order.is_gt(),
            Self::AtLeast => order.is_ge(),
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
        }
    }
}
