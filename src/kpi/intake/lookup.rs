//! A table from short texts to small numbers, asked for several columns of every row.

use ahash::AHashMap;

use super::text::Field;

/// Places of the quick part; half of them are used at most.
const PLACES: usize = 256;
/// The key of no text: its length would be 255.
const VACANT: (u64, u64) = (u64::MAX, u64::MAX);

/// Text → number. Texts of up to fifteen bytes are compared as two words; longer ones, and those beyond the first hundred, are hashed.
#[derive(Debug, Clone)]
pub(super) struct Lookup {
    keys: Box<[(u64, u64); PLACES]>,
    values: Box<[u16; PLACES]>,
    used: usize,
    others: AHashMap<Vec<u8>, u16>,
}

impl Lookup {
    pub(super) fn new() -> Self {
        Self { keys: Box::new([VACANT; PLACES]), values: Box::new([0; PLACES]), used: 0, others: AHashMap::new() }
    }

    pub(super) fn of<'a>(pairs: impl IntoIterator<Item = (&'a str, u16)>) -> Self {
        let mut table = Self::new();
        for (text, value) in pairs {
            table.insert(text.trim_ascii().as_bytes(), value);
        }
        table
    }

    /// The number of a field, blanks around it disregarded.
    #[inline(always)]
    pub(super) fn find(&self, field: Field<'_>) -> Option<u16> {
        if let Some(key) = field.key() {
            let mut place = place(key);
            loop {
                if self.keys[place] == key {
                    return Some(self.values[place]);
                }
                if self.keys[place] == VACANT {
                    break;
                }
                place = (place + 1) % PLACES;
            }
        }
        self.find_other(field)
    }

    #[cold]
    fn find_other(&self, field: Field<'_>) -> Option<u16> {
        let trimmed = field.trimmed();
        if trimmed.len() < field.len() {
            return self.find(trimmed);
        }
        self.others.get(field.bytes()).copied()
    }

    pub(super) fn insert(&mut self, text: &[u8], value: u16) {
        if text.len() > 15 || self.used * 2 >= PLACES {
            self.others.insert(text.to_vec(), value);
            return;
        }
        let mut bytes = [0_u8; 16];
        bytes[..text.len()].copy_from_slice(text);
        bytes[15] = text.len() as u8;
        let word = |at: usize| bytes[at..].first_chunk().map_or(0, |eight| u64::from_le_bytes(*eight));
        let key = (word(0), word(8));
        let mut place = place(key);
        while self.keys[place] != VACANT && self.keys[place] != key {
            place = (place + 1) % PLACES;
        }
        self.used += usize::from(self.keys[place] == VACANT);
        (self.keys[place], self.values[place]) = (key, value);
    }
}

#[inline]
fn place((first, second): (u64, u64)) -> usize {
    let mixed = (first ^ second.rotate_left(29)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 56) as usize % PLACES
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
        fn equals_a_map(keys in prop::collection::vec("[a-c0-2]{0,3}|[a-z]{7,20}", 0..300), asked in "[a-c0-2]{0,3}") {
            let map: BTreeMap<&str, u16> = keys.iter().map(String::as_str).zip(0..).collect();
            let table = Lookup::of(map.iter().map(|(key, value)| (*key, *value)));
            for key in keys.iter().map(String::as_str).chain([asked.as_str()]) {
                let (buffer, ends) = line_of(&["x", key, "y"]);
                prop_assert_eq!(table.find(Line::new(&buffer, &ends).field(1)), map.get(key).copied());
            }
        }
    }

    #[test]
    fn disregards_blanks_around() {
        let table = Lookup::of([("answered by a person", 3), ("no", 4)]);
        let (buffer, ends) = line_of(&["  no ", " answered by a person", "n o"]);
        let line = Line::new(&buffer, &ends);
        assert_eq!([0, 1, 2].map(|index| table.find(line.field(index))), [Some(4), Some(3), None]);
    }
}
