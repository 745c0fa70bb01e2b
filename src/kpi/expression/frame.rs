//! What expressions are evaluated over: the quantities of a period laid out by slot, so that no name is looked up and a share of a
//! histogram is a search in running counts.

use super::tree::{Window, WindowUnit};
use crate::kpi::measures::Histogram;
use crate::kpi::quantities::{Level, Quantities};
use crate::kpi::vocabulary::{Shape, Slot, SourceKind, Vocabulary};

/// A histogram with running counts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spread {
    /// Values ascending, each with how many are at most that.
    upto: Vec<(i64, u64)>,
    sum: i128,
    squares: i128,
}

impl Spread {
    /// From a histogram whose values were stored with an offset.
    #[must_use]
    pub fn of(histogram: &Histogram, offset: u32) -> Self {
        let mut made = Self::default();
        let mut count = 0_u64;
        for (stored, n) in histogram {
            let value = i64::from(stored) - i64::from(offset);
            count = count.saturating_add(n);
            made.upto.push((value, count));
            made.sum += i128::from(value) * i128::from(n);
            made.squares += i128::from(value) * i128::from(value) * i128::from(n);
        }
        made
    }

    /// How many values there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.upto.last().map_or(0, |(_, count)| *count)
    }

    /// Their sum.
    #[must_use]
    pub fn total(&self) -> i128 {
        self.sum
    }

    /// The sum of their squares.
    #[must_use]
    pub fn squares(&self) -> i128 {
        self.squares
    }

    /// How many are at most a limit.
    #[must_use]
    pub fn within(&self, limit: i64) -> u64 {
        let place = self.upto.partition_point(|(value, _)| *value <= limit);
        place.checked_sub(1).map_or(0, |place| self.upto[place].1)
    }

    /// The quantile by nearest rank: the smallest value that at least this share is not above. `None` without values.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<i64> {
        let count = self.count();
        let rank = ((share * count as f64).ceil() as u64).clamp(1, count.max(1));
        let place = self.upto.partition_point(|(_, upto)| *upto < rank);
        self.upto.get(place).map(|(value, _)| *value)
    }

    /// Values with their counts.
    pub fn bins(&self) -> impl Iterator<Item = (i64, u64)> {
        let before = std::iter::once(0).chain(self.upto.iter().map(|(_, upto)| *upto));
        self.upto.iter().zip(before).map(|((value, upto), before)| (*value, upto - before))
    }
}

/// A stock over a period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stock {
    pub(super) last: i64,
    pub(super) sum: i128,
    pub(super) days: u32,
    pub(super) min: i64,
    pub(super) max: i64,
}

impl Stock {
    fn of(level: &Level) -> Option<Self> {
        Some(Self { last: level.last()?, sum: level.sum(), days: level.days(), min: level.min()?, max: level.max()? })
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Entry {
    Absent,
    Flow(i128),
    Stock(Stock),
    Spread(Box<Spread>),
}

/// The quantities of one period.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    entries: Vec<Entry>,
    pub(super) months: f64,
    pub(super) days: u32,
}

impl Frame {
    /// Lays out the quantities of a period of so many months and days. Names that the vocabulary does not have are left out.
    #[must_use]
    pub fn of(vocabulary: &Vocabulary, quantities: &Quantities, months: f64, days: u32) -> Self {
        let mut entries = vec![Entry::Absent; vocabulary.measures().len()];
        let mut put = |name: &str, shape: Shape, entry: &dyn Fn(u32) -> Option<Entry>| {
            let known = vocabulary.slot(name).map(|slot| (slot, vocabulary.at(slot))).filter(|(_, measure)| measure.shape == shape);
            if let Some((slot, measure)) = known {
                entries[slot.place()] = entry(measure.offset).unwrap_or(Entry::Absent);
            }
        };
        for (name, count) in &quantities.flows {
            put(name, Shape::Flow, &|_| Some(Entry::Flow(*count)));
        }
        for (name, level) in &quantities.levels {
            put(name, Shape::Level, &|_| Stock::of(level).map(Entry::Stock));
        }
        for (name, histogram) in &quantities.spreads {
            put(name, Shape::Spread, &|offset| Some(Entry::Spread(Box::new(Spread::of(histogram, offset)))));
        }
        Self { entries, months, days }
    }

    #[inline]
    pub(super) fn entry(&self, slot: Slot) -> &Entry {
        self.entries.get(slot.place()).unwrap_or(&Entry::Absent)
    }

    /// The histogram of a slot, when one was delivered.
    #[must_use]
    pub fn spread(&self, slot: Slot) -> Option<&Spread> {
        match self.entry(slot) {
            Entry::Spread(spread) => Some(spread),
            _ => None,
        }
    }

    /// True when any measure of a kind of import was delivered.
    #[must_use]
    pub fn hears(&self, vocabulary: &Vocabulary, kind: SourceKind) -> bool {
        self.entries.iter().zip(vocabulary.measures()).any(|(entry, measure)| measure.source == kind && *entry != Entry::Absent)
    }

    /// True when the measure was delivered.
    #[must_use]
    pub fn knows(&self, slot: Slot) -> bool {
        *self.entry(slot) != Entry::Absent
    }
}

/// The frame of a period and those of the wider windows that end with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Frames {
    /// The period itself.
    pub period: Frame,
    wider: Vec<(Window, Frame)>,
    channels: Vec<(String, Self)>,
}

impl Frames {
    /// Of a period alone.
    #[must_use]
    pub fn of(period: Frame) -> Self {
        Self { period, wider: Vec::new(), channels: Vec::new() }
    }

    /// With the frame of one channel of the period.
    #[must_use]
    pub fn with_channel(mut self, channel: &str, frame: Frame) -> Self {
        self.channels.push((channel.to_owned(), Self::of(frame)));
        self
    }

    /// The channels of the period, as far as they were asked for.
    pub fn channels(&self) -> impl Iterator<Item = (&str, &Self)> {
        self.channels.iter().map(|(channel, frames)| (channel.as_str(), frames))
    }

    /// With the frame of a wider window.
    #[must_use]
    pub fn with(mut self, window: Window, frame: Frame) -> Self {
        self.wider.push((window, frame));
        self
    }

    /// The frame of a window; `None` is the period.
    #[inline]
    #[must_use]
    pub fn at(&self, window: Option<Window>) -> Option<&Frame> {
        match window {
            None => Some(&self.period),
            Some(window) => self.wider.iter().find(|(known, _)| *known == window).map(|(_, frame)| frame),
        }
    }
}

impl Window {
    /// How many months it has, days by their share of a mean year.
    #[must_use]
    pub fn months(self) -> f64 {
        match self.unit {
            WindowUnit::Months => f64::from(self.count),
            WindowUnit::Days => months_of_days(u32::from(self.count)),
        }
    }
}

/// So many days as months of a mean year.
pub(crate) fn months_of_days(days: u32) -> f64 {
    f64::from(days) * 12.0 / 365.25
}
