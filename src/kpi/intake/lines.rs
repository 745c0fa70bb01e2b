//! Where the fields and lines of a chunk end: sixty-four bytes at a time become a bit mask, its bits become positions.
//! For text without quotation marks.

use wide::u8x16;

use super::text::{BEFORE, Field, Line};

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
    /// How many of them are line ends.
    lines: usize,
}

impl Separators {
    /// Finds the separators of a text that ends with a line end.
    pub(super) fn find(&mut self, text: &[u8], delimiter: u8) {
        self.positions.resize(self.positions.len().max(1), BEFORE);
        (self.used, self.lines) = (1, 0);
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

    /// The lines, up to so many at a time: as many as follow each other with that number of fields, and any other line alone. `buffer` is
    /// the text given to [`Separators::find`] and what follows it in memory.
    pub(super) fn runs<'a>(&'a self, buffer: &'a [u8], fields: usize, most: usize) -> impl Iterator<Item = Lines<'a>> {
        let mut rest = &self.positions[..self.used];
        let ends = |at: &u32| buffer[*at as usize] == b'\n';
        let fields_of = move |rest: &[u32]| rest.iter().skip(1).position(ends).map(|last| last + 1);
        // Every line ends where it would if all had these fields, and there are no more ends.
        let regular = self.lines * fields + 1 == self.used && rest.chunks(fields).skip(1).all(|line| ends(&line[0]));
        std::iter::from_fn(move || {
            let mut count = if regular { most.min((rest.len() - 1) / fields) } else { 0 };
            while !regular && count < most && fields_of(&rest[count * fields..]) == Some(fields) {
                count += 1;
            }
            let (count, fields) = if count == 0 { (1, fields_of(rest)?) } else { (count, fields) };
            let lines = Lines { buffer, separators: &rest[..=count * fields], fields, count };
            rest = &rest[count * fields..];
            Some(lines)
        })
    }

    /// How many lines there are.
    pub(super) fn count(&self) -> u64 {
        self.lines as u64
    }

    #[inline]
    fn note(&mut self, block: &[u8; BLOCK], delimiter: u8, base: u32) {
        let ends = mask(block, b'\n');
        let found = ends | mask(block, delimiter);
        let count = found.count_ones() as usize;
        if self.positions.len() < self.used + BLOCK {
            self.positions.resize(self.used * 2 + BLOCK, 0);
        }
        // Whole windows are written without asking how many bits are left; what is too much is written over next time.
        let (windows, _) = self.positions[self.used..].as_chunks_mut::<WINDOW>();
        let mut left = found;
        for window in windows.iter_mut().take(count.div_ceil(WINDOW)) {
            for position in window {
                *position = base + left.trailing_zeros();
                left &= left.wrapping_sub(1);
            }
        }
        self.used += count;
        self.lines += ends.count_ones() as usize;
    }
}

/// Lines that follow each other, of the same number of fields.
#[derive(Clone, Copy)]
pub(super) struct Lines<'a> {
    buffer: &'a [u8],
    /// What stands before the first line, then the separators of all of them.
    separators: &'a [u32],
    fields: usize,
    count: usize,
}

impl<'a> Lines<'a> {
    /// How many fields each line has.
    pub(super) fn fields(self) -> usize {
        self.fields
    }

    /// How many lines there are.
    pub(super) fn count(self) -> usize {
        self.count
    }

    /// One of them.
    pub(super) fn line(self, number: usize) -> Line<'a> {
        Line::new(self.buffer, &self.separators[number * self.fields..=(number + 1) * self.fields])
    }

    /// One after the other.
    pub(super) fn each(self) -> impl Iterator<Item = Line<'a>> {
        (0..self.count()).map(move |number| self.line(number))
    }

    /// A field of each of them.
    #[inline(always)]
    pub(super) fn column(self, index: usize) -> Column<'a> {
        let ends = &self.separators[index + 1..];
        let starts = &self.separators[index..][..ends.len()];
        Column { buffer: self.buffer, starts, ends, next: 0, fields: self.fields, last: index + 1 == self.fields }
    }
}

/// The fields of a column, one after the other.
pub(super) struct Column<'a> {
    buffer: &'a [u8],
    /// The separators from the one before the first field on.
    starts: &'a [u32],
    /// The separators from the one after it on, as many.
    ends: &'a [u32],
    next: usize,
    fields: usize,
    last: bool,
}

impl<'a> Iterator for Column<'a> {
    type Item = Field<'a>;

    #[inline(always)]
    fn next(&mut self) -> Option<Field<'a>> {
        let (before, after) = (*self.starts.get(self.next)?, *self.ends.get(self.next)?);
        self.next += self.fields;
        Some(Field::between(self.buffer, before, after, self.last))
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

    fn raw(field: Field<'_>) -> String {
        String::from_utf8_lossy(field.bytes()).into_owned()
    }

    proptest! {
        #[test]
        fn cuts_like_split(text in "([a-z0-9;\r]{0,90}\n|[ab]{0,3};[0-9]{0,3};?\r?\n){0,40}", fields in 1_usize..5, most in 1_usize..9) {
            let mut separators = Separators::default();
            separators.find(text.as_bytes(), b';');
            let mut buffer = text.clone().into_bytes();
            buffer.extend([0; PAD]);
            let (mut found, mut columns) = (Vec::new(), Vec::new());
            for lines in separators.runs(&buffer, fields, most) {
                prop_assert!(lines.count() <= most && (lines.count() == 1 || lines.fields() == fields));
                found.extend(lines.each().map(|line| (0..line.fields()).map(|field| raw(line.field(field))).collect::<Vec<_>>()));
                let by_column: Vec<Vec<String>> = (0..lines.fields()).map(|index| lines.column(index).map(|field| raw(field)).collect()).collect();
                columns.extend((0..lines.count()).map(|at| by_column.iter().map(|column| column[at].clone()).collect::<Vec<_>>()));
            }
            let expected: Vec<Vec<String>> = text
                .split_terminator('\n')
                .map(|line| line.strip_suffix('\r').unwrap_or(line).split(';').map(str::to_owned).collect())
                .collect();
            prop_assert_eq!(found.len() as u64, separators.count());
            prop_assert_eq!(&found, &expected);
            prop_assert_eq!(columns, expected);
        }
    }
}
