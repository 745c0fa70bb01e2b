//! A line cut into fields, and numbers read from a field eight bytes at a time.
//!
//! Invariant: a buffer holds [`PAD`] readable bytes after its last field, so that a word can be loaded at any field.

/// Bytes that follow the text in every buffer.
pub(super) const PAD: usize = 16;

/// One field of a line.
#[derive(Clone, Copy)]
pub(super) struct Field<'a> {
    buffer: &'a [u8],
    start: usize,
    end: usize,
}

/// One line: the separator before it, and the one after each of its fields.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    buffer: &'a [u8],
    separators: &'a [u32],
    /// Where the last field ends.
    last: usize,
}

/// The position "before" the first byte of a buffer.
pub(super) const BEFORE: u32 = u32::MAX;

impl<'a> Line<'a> {
    /// A line between separators, whose last field ends before its carriage return if it has one.
    #[inline]
    pub(super) fn new(buffer: &'a [u8], separators: &'a [u32]) -> Self {
        let end = separators.last().map_or(0, |end| *end as usize);
        let returned = end > 0 && buffer.get(end - 1) == Some(&b'\r');
        Self { buffer, separators, last: end - usize::from(returned) }
    }

    #[inline]
    pub(super) fn fields(&self) -> usize {
        self.separators.len() - 1
    }

    #[inline]
    pub(super) fn field(&self, index: usize) -> Field<'a> {
        let start = self.separators[index].wrapping_add(1) as usize;
        let end = self.separators[index + 1] as usize;
        let end = if index + 2 == self.separators.len() { self.last.max(start) } else { end };
        Field { buffer: self.buffer, start, end }
    }
}

impl<'a> Field<'a> {
    /// The field between two separators; the last one of a line ends before its carriage return if it has one.
    #[inline(always)]
    pub(super) fn between(buffer: &'a [u8], before: u32, after: u32, last: bool) -> Self {
        let (start, end) = (before.wrapping_add(1) as usize, after as usize);
        let returned = last && end > start && buffer[end - 1] == b'\r';
        Self { buffer, start, end: end - usize::from(returned) }
    }

    #[inline]
    pub(super) fn bytes(&self) -> &'a [u8] {
        &self.buffer[self.start..self.end]
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.end - self.start
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Eight bytes from an offset on, those beyond the field included.
    #[inline(always)]
    pub(super) fn word(&self, offset: usize) -> u64 {
        let from = self.start + offset;
        let bytes = self.buffer.get(from..from + 8).and_then(<[u8]>::first_chunk);
        bytes.map_or(0, |eight| u64::from_le_bytes(*eight))
    }

    /// A field of up to fifteen bytes as two words, zero beyond the field and its length on top. `None` when it is longer.
    #[inline(always)]
    pub(super) fn key(&self) -> Option<(u64, u64)> {
        let length = self.len();
        let (first, second) = match length {
            0..=8 => (self.word(0) & LOW_BYTES[length], 0),
            9..=15 => (self.word(0), self.word(8) & LOW_BYTES[length - 8]),
            _ => return None,
        };
        Some((first, second | (length as u64) << 56))
    }

    /// One to four characters as [`small_number`] reads them: the last one on top, digits as their values, zeros before them.
    #[inline(always)]
    pub(super) fn small(&self) -> u32 {
        let four = self.buffer.get(self.start..self.start + 4).and_then(<[u8]>::first_chunk);
        match (self.len(), four) {
            (length @ 1..=4, Some(four)) => (u32::from_le_bytes(*four) ^ 0x3030_3030) << (32 - 8 * length as u32),
            _ => NOT_SMALL,
        }
    }

    /// The text without blanks around it; bytes that are no text are replaced.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(self.bytes().trim_ascii()).into_owned()
    }

    /// The same field without blanks around it.
    pub(super) fn trimmed(&self) -> Self {
        let bytes = self.bytes();
        let start = self.start + (bytes.len() - bytes.trim_ascii_start().len());
        Self { buffer: self.buffer, start, end: (start + bytes.trim_ascii().len()).min(self.end) }
    }

    /// The number, when the field is one to eight digits.
    #[inline(always)]
    pub(super) fn digits(&self) -> Option<u32> {
        let length = self.len();
        if length.wrapping_sub(1) < 8 { digits(self.word(0), length as u32) } else { None }
    }
}

/// What [`Field::small`] gives for a field of another length.
const NOT_SMALL: u32 = u32::MAX;

/// The number that [`Field::small`] was given; nonsense if it was none.
#[inline(always)]
pub(super) fn small_number(text: u32) -> u32 {
    let pairs = text.wrapping_mul(10).wrapping_add(text >> 8);
    (pairs & 0xff) * 100 + (pairs >> 16 & 0xff)
}

/// Has bits if [`Field::small`] was given no number.
#[inline(always)]
pub(super) fn not_small(text: u32) -> u32 {
    (text | text.wrapping_add(0x7676_7676)) & 0x8080_8080
}

/// Masks of the first 0 to 8 bytes.
const LOW_BYTES: [u64; 9] = {
    let mut masks = [0; 9];
    let mut length = 1;
    while length < 9 {
        masks[length] = masks[length - 1] << 8 | 0xff;
        length += 1;
    }
    masks
};

/// The number written in the first `length` (1 to 8) bytes of a little-endian word.
#[inline(always)]
pub(super) fn digits(word: u64, length: u32) -> Option<u32> {
    // Digits become their values; what is shifted in before them are zeros.
    let values = (word ^ 0x3030_3030_3030_3030) << (64 - 8 * length);
    if !all_within(values, 0x0909_0909_0909_0909) {
        return None;
    }
    let pairs = values * 10 + (values >> 8);
    let fours = (pairs & 0x00ff_00ff_00ff_00ff) * 100 + (pairs >> 16 & 0x00ff_00ff_00ff_00ff);
    let eight = (fours & 0xffff) * 10_000 + (fours >> 32 & 0xffff);
    Some(eight as u32)
}

/// True when no byte of a word is larger than that byte of the limit, which is 127 at most.
#[inline(always)]
pub(super) fn all_within(word: u64, limit: u64) -> bool {
    // A byte above its limit carries into its top bit, or has it already.
    let over = word.wrapping_add(0x7f7f_7f7f_7f7f_7f7f - limit);
    (word | over) & 0x8080_8080_8080_8080 == 0
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A line made of fields, for tests: the buffer and the separators.
    pub(in crate::kpi::intake) fn line_of(fields: &[&str]) -> (Vec<u8>, Vec<u32>) {
        let mut buffer = Vec::new();
        let mut ends = vec![BEFORE];
        for field in fields {
            buffer.extend_from_slice(field.as_bytes());
            ends.push(u32::try_from(buffer.len()).unwrap());
            buffer.push(b',');
        }
        buffer.extend_from_slice(&[b'7'; PAD]);
        (buffer, ends)
    }

    proptest! {
        #[test]
        fn reads_digits_as_the_standard_library_does(text in "[0-9]{0,9}|[0-9 .:/;a-]{0,9}") {
            let (buffer, ends) = line_of(&[&text, "9"]);
            let field = Line::new(&buffer, &ends).field(0);
            let plain = !text.is_empty() && text.len() <= 8 && text.bytes().all(|byte| byte.is_ascii_digit());
            prop_assert_eq!(field.digits(), plain.then(|| text.parse().unwrap()));
            let small = (not_small(field.small()) == 0).then(|| small_number(field.small()));
            prop_assert_eq!(small, (plain && text.len() <= 4).then(|| text.parse().unwrap()));
            prop_assert_eq!(field.trimmed().bytes(), text.trim_ascii().as_bytes());
        }
    }

    #[test]
    fn cuts_the_carriage_return_of_the_last_field_only() {
        let (buffer, ends) = line_of(&["a\r", "", "b\r"]);
        let line = Line::new(&buffer, &ends);
        assert_eq!([line.field(0).bytes(), line.field(1).bytes(), line.field(2).bytes()], [&b"a\r"[..], b"", b"b"]);
        assert_eq!(line.field(2).key(), Some((u64::from(b'b'), 1 << 56)));
        assert_eq!(line.field(1).key(), Some((0, 0)));
    }
}
