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
    #[inline]
    pub(super) fn word(&self, offset: usize) -> u64 {
        let bytes = self.buffer.get(self.start + offset..).and_then(<[u8]>::first_chunk::<8>);
        bytes.map_or(0, |eight| u64::from_le_bytes(*eight))
    }

    /// A field of up to fifteen bytes as one number, zero beyond the field and its length on top. `None` when it is longer.
    #[inline]
    pub(super) fn key(&self) -> Option<u128> {
        let mask = LOW_BYTES.get(self.len())?;
        let sixteen = self.buffer.get(self.start..).and_then(<[u8]>::first_chunk::<16>)?;
        Some(u128::from_le_bytes(*sixteen) & mask | (self.len() as u128) << 120)
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
    #[inline]
    pub(super) fn digits(&self) -> Option<u32> {
        let length = self.len();
        if length.wrapping_sub(1) < 8 { digits(self.word(0), length as u32) } else { None }
    }
}

/// Masks of the first 0 to 15 bytes.
const LOW_BYTES: [u128; 16] = {
    let mut masks = [0; 16];
    let mut length = 1;
    while length < 16 {
        masks[length] = masks[length - 1] << 8 | 0xff;
        length += 1;
    }
    masks
};

/// The number written in the first `length` (1 to 8) bytes of a little-endian word.
#[inline]
pub(super) fn digits(word: u64, length: u32) -> Option<u32> {
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    let text = (word << (64 - 8 * length)) | ZEROS.unbounded_shr(8 * length);
    if !all_digits(text) {
        return None;
    }
    let pairs = (text & 0x0f0f_0f0f_0f0f_0f0f).wrapping_mul((10 << 8) + 1) >> 8;
    let fours = (pairs & 0x00ff_00ff_00ff_00ff).wrapping_mul((100 << 16) + 1) >> 16;
    let eight = (fours & 0x0000_ffff_0000_ffff).wrapping_mul((10_000 << 32) + 1) >> 32;
    Some(eight as u32)
}

/// True when all eight bytes are digits.
#[inline]
pub(super) fn all_digits(text: u64) -> bool {
    let high = text & 0xf0f0_f0f0_f0f0_f0f0;
    let carried = (text.wrapping_add(0x0606_0606_0606_0606) & 0xf0f0_f0f0_f0f0_f0f0) >> 4;
    (high | carried) == 0x3333_3333_3333_3333
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
            prop_assert_eq!(field.trimmed().bytes(), text.trim_ascii().as_bytes());
        }
    }

    #[test]
    fn cuts_the_carriage_return_of_the_last_field_only() {
        let (buffer, ends) = line_of(&["a\r", "", "b\r"]);
        let line = Line::new(&buffer, &ends);
        assert_eq!([line.field(0).bytes(), line.field(1).bytes(), line.field(2).bytes()], [&b"a\r"[..], b"", b"b"]);
        assert_eq!(line.field(2).key(), Some(1 << 120 | u128::from(b'b')));
        assert_eq!(line.field(1).key(), Some(0));
    }
}
