//! A table from short texts to small numbers, asked for several columns of every row: keys of up to sixteen bytes are compared as two words.

use ahash::AHashMap;

use super::text::Field;

#[derive(Debug, Clone, Copy)]
struct Slot {
    low: u64,
    high: u64,
    length: u8,
    value: u16,
}

const VACANT: Slot = Slot { low: 0, high: 0, length: u8::MAX, value: 0 };

/// Text → number.
#[derive(Debug, Clone)]
pub(super) struct Lookup {
    slots: Vec<Slot>,
    used: usize,
    long: AHashMap<Vec<u8>, u16>,
}

impl Lookup {
    pub(super) fn new() -> Self {
        Self { slots: vec![VACANT; 32], used: 0, long: AHashMap::new() }
    }

    pub(super) fn of<'a>(pairs: impl IntoIterator<Item = (&'a str, u16)>) -> Self {
        let mut table = Self::new();
        for (text, value) in pairs {
            table.insert(text.trim_ascii().as_bytes(), value);
        }
        table
    }

    /// The number of a field, blanks around it disregarded.
    #[inline]
    pub(super) fn find(&self, field: Field<'_>) -> Option<u16> {
        self.find_exact(field).or_else(|| self.find_exact(field.trimmed()))
    }

    #[inline]
    fn find_exact(&self, field: Field<'_>) -> Option<u16> {
        if field.len() > 16 {
            return self.long.get(field.bytes()).copied();
        }
        let (low, high) = field.words();
        let length = field.len() as u8;
        let mut at = self.place(low, high, length);
        loop {
            let slot = self.slots[at];
            if slot.low == low && slot.high == high && slot.length == length {
                return Some(slot.value);
            }
            if slot.length == u8::MAX {
                return None;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    pub(super) fn insert(&mut self, text: &[u8], value: u16) {
        if text.len() > 16 {
            self.long.insert(text.to_vec(), value);
            return;
        }
        if self.used * 4 >= self.slots.len() {
            self.grow();
        }
        let mut bytes = [0_u8; 16];
        bytes[..text.len()].copy_from_slice(text);
        let (low, high) = (u128::from_le_bytes(bytes) as u64, (u128::from_le_bytes(bytes) >> 64) as u64);
        self.put(Slot { low, high, length: text.len() as u8, value });
    }

    fn put(&mut self, slot: Slot) {
        let mut at = self.place(slot.low, slot.high, slot.length);
        while self.slots[at].length != u8::MAX {
            if (self.slots[at].low, self.slots[at].high, self.slots[at].length) == (slot.low, slot.high, slot.length) {
                self.slots[at] = slot;
                return;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
        self.slots[at] = slot;
        self.used += 1;
    }

    fn grow(&mut self) {
        let wider = vec![VACANT; self.slots.len() * 2];
        let old = std::mem::replace(&mut self.slots, wider);
        self.used = 0;
        for slot in old.into_iter().filter(|slot| slot.length != u8::MAX) {
            self.put(slot);
        }
    }

    /// The size of the table is a power of two, at least 32.
    #[inline]
    fn place(&self, low: u64, high: u64, length: u8) -> usize {
        let mixed = (low ^ high.rotate_left(29) ^ u64::from(length)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 40) as usize & (self.slots.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::text::Line;
    use super::super::text::tests::line_of;
    use super::*;

    proptest! {
        #[test]
        fn equals_a_map(keys in prop::collection::vec("[a-c0-2]{0,3}|[a-z]{7,20}", 0..80), asked in "[a-c0-2]{0,3}") {
            let map: BTreeMap<&str, u16> = keys.iter().map(String::as_str).zip(0..).collect();
            let table = Lookup::of(map.iter().map(|(key, value)| (*key, *value)));
            for key in keys.iter().map(String::as_str).chain([asked.as_str()]) {
                let (buffer, ends) = line_of(&["x", key, "y"]);
                prop_assert_eq!(table.find(Line::new(&buffer, 0, &ends).field(1)), map.get(key).copied());
            }
        }
    }

    #[test]
    fn disregards_blanks_around() {
        let table = Lookup::of([("answered by a person", 3), ("no", 4)]);
        let (buffer, ends) = line_of(&["  no ", " answered by a person", "n o"]);
        let line = Line::new(&buffer, 0, &ends);
        assert_eq!([0, 1, 2].map(|index| table.find(line.field(index))), [Some(4), Some(3), None]);
    }
}
