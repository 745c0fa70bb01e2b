//! Where the fields and lines of a chunk end: sixty-four bytes at a time become a bit mask, its bits become positions.
//! For text without quotation marks.

use wide::u8x16;

use super::text::{BEFORE, Line};

const BLOCK: usize = 64;
/// Positions written at a time, more than most blocks have.
const WINDOW: usize = 16;

/// The positions of all delimiters and line ends of a chunk.
#[derive(Default)]
pub(super) struct Separators {
    /// The place before the text, then the position of each delimiter and line end, ascending; room for more behind.
    positions: Vec<u32>,
    /// How many positions there are.
    used: usize,
    /// For each line, the index of the position of its end.
    lines: Vec<u32>,
}

impl Separators {
    /// Finds the separators of a text that ends with a line end.
    pub(super) fn find(&mut self, text: &[u8], delimiter: u8) {
        self.lines.clear();
        self.positions.resize(self.positions.len().max(1), BEFORE);
        self.used = 1;
        let (blocks, rest) = text.as_chunks::<BLOCK>();
        for (number, block) in blocks.iter().enumerate() {
            self.note(block, delimiter, (number * BLOCK) as u32);
        }
        if !rest.is_empty() {
            let mut last = [0; BLOCK];
            last[..rest.len()].copy_from_slice(rest);
            self.note(&last, delimiter, (blocks.len() * BLOCK) as u32);
        }
    }

    /// The lines; `buffer` is the text given to [`Separators::find`] and what follows it in memory.
    pub(super) fn lines<'a>(&'a self, buffer: &'a [u8]) -> impl Iterator<Item = Line<'a>> {
        let mut first = 0;
        self.lines.iter().map(move |last| {
            let separators = &self.positions[first..=*last as usize];
            first = *last as usize;
            Line::new(buffer, separators)
        })
    }

    /// How many lines there are.
    pub(super) fn count(&self) -> u64 {
        self.lines.len() as u64
    }

    #[inline]
    fn note(&mut self, block: &[u8; BLOCK], delimiter: u8, base: u32) {
        let ends = mask(block, b'\n');
        let all = ends | mask(block, delimiter);
        let mut left = ends;
        while left != 0 {
            let before = all & (left & left.wrapping_neg()).wrapping_sub(1);
            self.lines.push(self.used as u32 + before.count_ones());
            left &= left - 1;
        }
        let count = all.count_ones() as usize;
        if self.positions.len() < self.used + BLOCK {
            self.positions.resize(self.used * 2 + BLOCK, 0);
        }
        // Whole windows are written without asking how many bits are left; what is too much is written over next time.
        let (windows, _) = self.positions[self.used..].as_chunks_mut::<WINDOW>();
        let mut left = all;
        for window in windows.iter_mut().take(count.div_ceil(WINDOW)) {
            for position in window {
                *position = base + left.trailing_zeros();
                left &= left.wrapping_sub(1);
            }
        }
        self.used += count;
    }
}

/// A bit for each byte that equals the needle.
#[inline]
fn mask(block: &[u8; BLOCK], needle: u8) -> u64 {
    let (parts, needle) = (block.as_chunks::<16>().0, u8x16::splat(needle));
    let bits = |part: &[u8; 16]| u64::from(u8x16::new(*part).simd_eq(needle).to_bitmask());
    parts.iter().zip((0..).step_by(16)).fold(0, |all, (part, place)| all | bits(part) << place)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::text::PAD;
    use super::*;

    proptest! {
        #[test]
        fn cuts_like_split(text in "([a-z0-9;\r]{0,90}\n){0,40}") {
            let mut separators = Separators::default();
            separators.find(text.as_bytes(), b';');
            let mut buffer = text.clone().into_bytes();
            buffer.extend([0; PAD]);
            let mut found: Vec<Vec<String>> = Vec::new();
            for line in separators.lines(&buffer) {
                found.push((0..line.fields()).map(|field| String::from_utf8_lossy(line.field(field).bytes()).into_owned()).collect());
            }
            let expected: Vec<Vec<String>> = text
                .split_terminator('\n')
                .map(|line| line.strip_suffix('\r').unwrap_or(line).split(';').map(str::to_owned).collect())
                .collect();
            prop_assert_eq!(found.len() as u64, separators.count());
            prop_assert_eq!(found, expected);
        }
    }
}
