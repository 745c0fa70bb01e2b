//! Counts of contacts per whole second: exact, mergeable, and small, since seconds nobody waited take no room.
//!
//! Invariant: the packed bytes are canonical (seconds ascending, no empty bin), so equal histograms have equal bytes. Kept packed as
//! pairs of variable-length integers (distance to the previous second, count), mostly two bytes per bin: a year of days for forty
//! centres fits in a few megabytes.

use std::fmt;

/// A sparse histogram of whole seconds.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Histogram {
    packed: Box<[u8]>,
    total: u64,
}

/// A text that is not a histogram.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("bin {bin} of the histogram text is `{text}`: expected `seconds:count` with seconds ascending and a count above zero")]
pub struct HistogramError {
    /// Which bin, from 1.
    pub bin: usize,
    /// What stands there.
    pub text: String,
}

impl HistogramError {
    /// Stable code of the problem.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "kpi-histogram-text"
    }

    /// Parameters of its text.
    #[must_use]
    pub fn params(&self) -> Vec<(&'static str, String)> {
        vec![("bin", self.bin.to_string()), ("text", self.text.clone())]
    }
}

impl Histogram {
    /// An empty histogram.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Builds one from pairs (second, count) in any order; pairs of the same second add up, zero counts vanish.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (u32, u64)>) -> Self {
        let mut sorted: Vec<(u32, u64)> = pairs.into_iter().collect();
        sorted.sort_unstable_by_key(|pair| pair.0);
        let mut packer = Packer::default();
        for (second, count) in sorted {
            packer.push(second, count);
        }
        packer.finish()
    }

    /// The bins, seconds ascending, every count above zero.
    #[must_use]
    pub fn iter(&self) -> Bins<'_> {
        Bins { rest: &self.packed, second: 0 }
    }

    /// The packed bytes.
    pub(crate) fn packed(&self) -> &[u8] {
        &self.packed
    }

    /// Takes packed bytes back; `None` for bytes that [`Histogram::packed`] never gives.
    pub(crate) fn unpacked(packed: &[u8]) -> Option<Self> {
        let (mut rest, mut total, mut second, mut first) = (packed, 0_u64, 0_u64, true);
        while !rest.is_empty() {
            let (distance, count) = (take(&mut rest)?, take(&mut rest)?);
            second = second.checked_add(distance).filter(|second| *second <= u64::from(u32::MAX))?;
            if count == 0 || (distance == 0 && !first) {
                return None;
            }
            (total, first) = (total.saturating_add(count), false);
        }
        Some(Self { packed: packed.into(), total })
    }

    /// How many contacts were counted.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// True when nothing was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// The sum of all seconds.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.iter().map(|(second, count)| u64::from(second).saturating_mul(count)).fold(0, u64::saturating_add)
    }

    /// The sum of the squares of all seconds.
    #[must_use]
    pub fn sum_of_squares(&self) -> i128 {
        self.iter().map(|(second, count)| i128::from(second) * i128::from(second) * i128::from(count)).sum()
    }

    /// How many took at most `limit` seconds (inclusive).
    #[must_use]
    pub fn within(&self, limit: u32) -> u64 {
        self.iter().take_while(|(second, _)| *second <= limit).map(|(_, count)| count).sum()
    }

    /// The percentile by nearest rank: the smallest second that at least `per_mille` thousandths of the contacts did not exceed
    /// (900 is p90). `None` when nothing was counted.
    #[must_use]
    pub fn percentile(&self, per_mille: u16) -> Option<u32> {
        let rank = (u128::from(self.total) * u128::from(per_mille.min(1000))).div_ceil(1000).max(1);
        let mut seen = 0_u128;
        self.iter()
            .find(|(_, count)| {
                seen += u128::from(*count);
                seen >= rank
            })
            .map(|(second, _)| second)
    }

    /// Adds another histogram.
    pub fn merge(&mut self, other: &Self) {
        if other.is_empty() {
            return;
        }
        if self.is_empty() {
            self.clone_from(other);
            return;
        }
        self.add_ascending(other.iter(), &mut Vec::with_capacity(self.packed.len() + other.packed.len()));
    }

    /// Adds bins that come with seconds ascending. The result is built in `scratch`, whose content is lost, and kept without slack.
    pub(crate) fn add_ascending(&mut self, bins: impl IntoIterator<Item = (u32, u64)>, scratch: &mut Vec<u8>) {
        scratch.clear();
        let mut packer = Packer { packed: std::mem::take(scratch), ..Packer::default() };
        let mut mine = self.iter();
        let mut next = mine.next();
        for (second, count) in bins {
            while let Some((earlier, n)) = next.filter(|bin| bin.0 <= second) {
                packer.push(earlier, n);
                next = mine.next();
            }
            packer.push(second, count);
        }
        while let Some((second, count)) = next {
            packer.push(second, count);
            next = mine.next();
        }
        packer.close();
        *scratch = packer.packed;
        *self = Self { packed: scratch.as_slice().into(), total: packer.total };
    }

    /// The text kept in the database: `0:12,5:3`; empty for an empty histogram.
    #[must_use]
    pub fn to_text(&self) -> String {
        use fmt::Write as _;
        let mut text = String::with_capacity(self.packed.len() * 3);
        for (second, count) in self.iter() {
            let separator = if text.is_empty() { "" } else { "," };
            // Writing to a String cannot fail.
            let _ = write!(text, "{separator}{second}:{count}");
        }
        text
    }

    /// Reads what [`Histogram::to_text`] wrote.
    ///
    /// # Errors
    /// When a bin is malformed, empty or out of order.
    pub fn from_text(text: &str) -> Result<Self, HistogramError> {
        let mut packer = Packer::default();
        let mut previous = None;
        for (index, bin) in text.split(',').enumerate().filter(|_| !text.is_empty()) {
            let parsed =
                bin.split_once(':').and_then(|(second, count)| Some((canonical::<u32>(second)?, canonical::<u64>(count)?)));
            match parsed {
                Some((second, count)) if count > 0 && previous.is_none_or(|last| second > last) => {
                    packer.push(second, count);
                    previous = Some(second);
                }
                _ => return Err(HistogramError { bin: index + 1, text: bin.to_owned() }),
            }
        }
        Ok(packer.finish())
    }
}

fn canonical<T: std::str::FromStr>(digits: &str) -> Option<T> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

impl fmt::Debug for Histogram {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Histogram({})", self.to_text())
    }
}

impl<'a> IntoIterator for &'a Histogram {
    type Item = (u32, u64);
    type IntoIter = Bins<'a>;

    fn into_iter(self) -> Bins<'a> {
        self.iter()
    }
}

/// The bins of a histogram, seconds ascending.
#[derive(Debug, Clone)]
pub struct Bins<'a> {
    rest: &'a [u8],
    second: u32,
}

impl Iterator for Bins<'_> {
    type Item = (u32, u64);

    #[inline]
    fn next(&mut self) -> Option<(u32, u64)> {
        // Mostly both take one byte.
        if let [distance @ ..0x80, count @ ..0x80, rest @ ..] = self.rest {
            (self.rest, self.second) = (rest, self.second.wrapping_add(u32::from(*distance)));
            return Some((self.second, u64::from(*count)));
        }
        self.wide()
    }
}

impl Bins<'_> {
    #[inline(never)]
    fn wide(&mut self) -> Option<(u32, u64)> {
        let distance = take(&mut self.rest)?;
        let count = take(&mut self.rest)?;
        self.second = self.second.wrapping_add(u32::try_from(distance).unwrap_or(u32::MAX));
        Some((self.second, count))
    }
}

/// Writes bins in ascending order; a second pushed again adds to its bin.
#[derive(Default)]
struct Packer {
    packed: Vec<u8>,
    total: u64,
    written: u32,
    /// The last bin, not written yet; without a count, none.
    open: (u32, u64),
}

impl Packer {
    #[inline]
    fn push(&mut self, second: u32, count: u64) {
        self.total = self.total.saturating_add(count);
        if self.open.0 == second {
            self.open.1 = self.open.1.saturating_add(count);
        } else {
            self.close();
            self.open = (second, count);
        }
    }

    #[inline]
    fn close(&mut self) {
        let (second, count) = std::mem::take(&mut self.open);
        if count == 0 {
            return;
        }
        let distance = second - self.written;
        if distance < 0x80 && count < 0x80 {
            self.packed.extend_from_slice(&[distance as u8, count as u8]);
        } else {
            put(&mut self.packed, u64::from(distance));
            put(&mut self.packed, count);
        }
        self.written = second;
    }

    fn finish(mut self) -> Histogram {
        self.close();
        Histogram { packed: self.packed.into_boxed_slice(), total: self.total }
    }
}

#[inline]
fn put(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

#[inline]
fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    let mut shift = 0_u32;
    loop {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7f).unbounded_shl(shift);
        if first & 0x80 == 0 {
            return Some(value);
        }
        shift += 7;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn pairs() -> impl Strategy<Value = Vec<(u32, u64)>> {
        prop::collection::vec((prop_oneof![0_u32..400, any::<u32>()], prop_oneof![0_u64..5, 0_u64..1 << 40]), 0..60)
    }

    proptest! {
        #[test]
        fn equals_a_plain_map(pairs in pairs(), limit in 0_u32..500, per_mille in 0_u16..=1000) {
            let mut map = BTreeMap::<u32, u64>::new();
            for &(second, count) in pairs.iter().filter(|pair| pair.1 > 0) {
                *map.entry(second).or_default() += count;
            }
            let histogram = Histogram::from_pairs(pairs);
            prop_assert_eq!(histogram.iter().collect::<Vec<_>>(), map.clone().into_iter().collect::<Vec<_>>());
            prop_assert_eq!(histogram.total(), map.values().sum::<u64>());
            prop_assert_eq!(histogram.within(limit), map.range(..=limit).map(|bin| bin.1).sum::<u64>());
            let mut seen = 0_u128;
            let expected = map.iter().find(|(_, count)| {
                seen += u128::from(**count);
                seen * 1000 >= u128::from(histogram.total()) * u128::from(per_mille) && seen > 0
            }).map(|bin| *bin.0);
            prop_assert_eq!(histogram.percentile(per_mille), expected);
            prop_assert_eq!(Histogram::unpacked(histogram.packed()), Some(histogram.clone()));
            prop_assert_eq!(Histogram::from_text(&histogram.to_text()).unwrap(), histogram);
        }

        #[test]
        fn merging_is_associative(a in pairs(), b in pairs(), c in pairs()) {
            let [a, b, c] = [a, b, c].map(Histogram::from_pairs);
            let mut left = a.clone();
            left.merge(&b);
            left.merge(&c);
            let mut tail = b.clone();
            tail.merge(&c);
            let mut right = a;
            right.merge(&tail);
            prop_assert_eq!(left, right);
        }
    }

    #[test]
    fn refuses_texts_that_are_not_canonical() {
        for (text, bin) in [("5", 1), ("1:2,1:3", 2), ("2:1,1:1", 2), ("1:0", 1), ("1:2,", 2), ("-1:2", 1), ("+1:2", 1), ("1:x", 1)]
        {
            assert_eq!(Histogram::from_text(text).unwrap_err().bin, bin, "{text}");
        }
        assert!(Histogram::from_text("").unwrap().is_empty());
    }

    #[test]
    fn refuses_bytes_that_were_never_packed() {
        let never: [&[u8]; 5] = [&[1], &[1, 0], &[1, 1, 0, 1], &[0x80], &[0xff, 0xff, 0xff, 0xff, 0x7f, 1]];
        for bytes in never {
            assert_eq!(Histogram::unpacked(bytes), None, "{bytes:?}");
        }
        assert_eq!(Histogram::unpacked(&[]), Some(Histogram::new()));
    }

    #[test]
    fn sums() {
        let histogram = Histogram::from_text("0:12,5:3,20:1").unwrap();
        assert_eq!((histogram.total(), histogram.sum(), histogram.sum_of_squares()), (16, 35, 475));
        assert_eq!((histogram.within(4), histogram.within(5), histogram.within(20)), (12, 15, 16));
        assert_eq!(
            (histogram.percentile(750), histogram.percentile(751), histogram.percentile(1000)),
            (Some(0), Some(5), Some(20))
        );
        assert_eq!(Histogram::new().percentile(500), None);
    }
}
