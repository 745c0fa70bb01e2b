//! The sums of a month as bytes: variable-length integers, histograms as they lie in memory, so that a board of many centres reads months
//! without parsing texts.
//!
//! Invariant: [`unpack`] gives back exactly what [`pack`] was given; bytes from elsewhere give nothing.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::measures::{Histogram, Measures};
use super::quantities::{Level, Quantities};
use super::totals::Totals;

/// The form of the bytes; another one is not read.
const FORM: u64 = 1;

/// The bytes of sums.
pub(super) fn pack(totals: &Totals) -> Vec<u8> {
    let mut into = Packer(Vec::with_capacity(1024));
    into.number(FORM);
    into.contacts(&totals.contacts);
    let Quantities { flows, levels, spreads } = &totals.named;
    into.number(flows.len() as u64);
    for (name, count) in flows {
        into.text(name);
        into.signed(*count);
    }
    into.number(levels.len() as u64);
    for (name, level) in levels {
        into.text(name);
        into.level(level);
    }
    into.number(spreads.len() as u64);
    for (name, histogram) in spreads {
        into.text(name);
        into.bytes(histogram.packed());
    }
    into.0
}

/// The sums that bytes hold; none for bytes that are not ours.
pub(super) fn unpack(bytes: &[u8]) -> Option<Totals> {
    let mut from = Unpacker(bytes);
    if from.number()? != FORM {
        return None;
    }
    let contacts = from.contacts()?;
    let mut named = Quantities::default();
    for _ in 0..from.number()? {
        named.flows.insert(from.text()?, from.signed()?);
    }
    for _ in 0..from.number()? {
        named.levels.insert(from.text()?, from.level()?);
    }
    for _ in 0..from.number()? {
        named.spreads.insert(from.text()?, Histogram::unpacked(from.bytes()?)?);
    }
    from.0.is_empty().then_some(Totals { contacts, named })
}

struct Packer(Vec<u8>);

impl Packer {
    fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    /// Small numbers of either sign take few bytes; what does not fit sixty-four bits follows in two halves.
    fn signed(&mut self, value: i128) {
        let folded = ((value << 1) ^ (value >> 127)) as u128;
        self.number((folded >> 63) as u64);
        self.number((folded & u128::from(u64::MAX >> 1)) as u64);
        self.number((folded >> 127) as u64);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn level(&mut self, level: &Level) {
        self.number(u64::from(level.days()));
        let mut before = 0;
        for (day, count) in level.iter() {
            let number = day.num_days_from_ce();
            self.signed(i128::from(number - before));
            self.signed(i128::from(count));
            before = number;
        }
    }

    fn contacts(&mut self, m: &Measures) {
        if *m == Measures::default() {
            return self.number(0);
        }
        self.number(1);
        let [one, two, three, four, five] = m.csat;
        let counts = [m.answered, m.abandoned, m.abandoned_before_queue, m.ignored, m.wait_answered_s, m.talk_s, m.hold_s];
        let more = [m.wrap_s, m.handled, m.resolved, m.resolved_known, one, two, three, four, five];
        counts.into_iter().chain(more).for_each(|count| self.number(count));
        self.signed(m.handle_square);
        self.signed(i128::from(m.revenue_minor));
        self.bytes(m.wait_answered.packed());
        self.bytes(m.wait_abandoned.packed());
    }
}

struct Unpacker<'a>(&'a [u8]);

impl<'a> Unpacker<'a> {
    fn number(&mut self) -> Option<u64> {
        let (mut value, mut shift) = (0_u64, 0_u32);
        loop {
            let (first, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u64::from(first & 0x7f).checked_shl(shift)?;
            if first & 0x80 == 0 {
                return Some(value);
            }
            shift += 7;
        }
    }

    fn signed(&mut self) -> Option<i128> {
        let (middle, low, high) = (self.number()?, self.number()?, self.number()?);
        let folded = u128::from(high) << 127 | u128::from(middle) << 63 | u128::from(low);
        Some((folded >> 1) as i128 ^ -((folded & 1) as i128))
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    fn text(&mut self) -> Option<String> {
        String::from_utf8(self.bytes()?.to_vec()).ok()
    }

    fn level(&mut self) -> Option<Level> {
        let mut days = BTreeMap::new();
        let mut number = 0_i32;
        for _ in 0..self.number()? {
            number = number.checked_add(i32::try_from(self.signed()?).ok()?)?;
            days.insert(NaiveDate::from_num_days_from_ce_opt(number)?, i64::try_from(self.signed()?).ok()?);
        }
        Some(Level::of(days))
    }

    fn contacts(&mut self) -> Option<Measures> {
        if self.number()? == 0 {
            return Some(Measures::default());
        }
        Some(Measures {
            answered: self.number()?,
            abandoned: self.number()?,
            abandoned_before_queue: self.number()?,
            ignored: self.number()?,
            wait_answered_s: self.number()?,
            talk_s: self.number()?,
            hold_s: self.number()?,
            wrap_s: self.number()?,
            handled: self.number()?,
            resolved: self.number()?,
            resolved_known: self.number()?,
            csat: [self.number()?, self.number()?, self.number()?, self.number()?, self.number()?],
            handle_square: self.signed()?,
            revenue_minor: i64::try_from(self.signed()?).ok()?,
            wait_answered: Histogram::unpacked(self.bytes()?)?,
            wait_abandoned: Histogram::unpacked(self.bytes()?)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn histogram() -> impl Strategy<Value = Histogram> {
        prop::collection::vec((0_u32..5000, 0_u64..1 << 33), 0..40).prop_map(Histogram::from_pairs)
    }

    prop_compose! {
        fn totals()(
            counts in prop::collection::vec(prop_oneof![0_u64..200, any::<u64>()], 16),
            signed in (any::<i128>(), any::<i64>()),
            waits in (histogram(), histogram()),
            flows in prop::collection::btree_map("[a-z_]{1,12}", prop_oneof![-9_i128..9, any::<i128>()], 0..6),
            levels in prop::collection::btree_map("[a-z]{1,6}", prop::collection::btree_map(0_u32..4000, any::<i64>(), 0..9), 0..4),
            spreads in prop::collection::btree_map("[a-z]{1,6}", histogram(), 0..4),
        ) -> Totals {
            let first = NaiveDate::from_ymd_opt(2020, 1, 1).unwrap();
            let level = |days: BTreeMap<u32, i64>| {
                Level::of(days.into_iter().map(|(day, count)| (first + chrono::Days::new(day.into()), count)).collect())
            };
            let contacts = Measures {
                answered: counts[0], abandoned: counts[1], abandoned_before_queue: counts[2], ignored: counts[3],
                wait_answered_s: counts[4], talk_s: counts[5], hold_s: counts[6], wrap_s: counts[7], handled: counts[8],
                resolved: counts[9], resolved_known: counts[10],
                csat: [counts[11], counts[12], counts[13], counts[14], counts[15]],
                handle_square: signed.0, revenue_minor: signed.1, wait_answered: waits.0, wait_abandoned: waits.1,
            };
            let levels = levels.into_iter().map(|(name, days)| (name, level(days))).collect();
            Totals { contacts, named: Quantities { flows, levels, spreads } }
        }
    }

    proptest! {
        #[test]
        fn bytes_give_back_what_was_packed(made in totals(), cut in 1_usize..40) {
            let bytes = pack(&made);
            prop_assert_eq!(unpack(&bytes), Some(made));
            prop_assert_eq!(unpack(&bytes[..bytes.len().saturating_sub(cut)]), None);
        }

        #[test]
        fn other_bytes_give_nothing_and_harm_nothing(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            if let Some(read) = unpack(&bytes) {
                prop_assert_eq!(unpack(&pack(&read)), Some(read));
            }
        }
    }

    #[test]
    fn nothing_is_small() {
        assert_eq!(pack(&Totals::default()), [1, 0, 0, 0, 0]);
        assert_eq!(unpack(&[2, 0, 0, 0, 0]), None);
    }
}
