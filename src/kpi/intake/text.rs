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

/// One line: where it starts, and where each of its fields ends.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    buffer: &'a [u8],
    start: usize,
    ends: &'a [u32],
    last: usize,
}

impl<'a> Line<'a> {
    /// A line whose fields end at `ends`, the last one before its carriage return if it has one.
    #[inline]
    pub(super) fn new(buffer: &'a [u8], start: usize, ends: &'a [u32]) -> Self {
        let end = ends.last().map_or(start, |end| *end as usize);
        let returned = end > start && buffer.get(end - 1) == Some(&b'\r');
        Self { buffer, start, ends, last: end - usize::from(returned) }
    }

    #[inline]
    pub(super) fn fields(&self) -> usize {
        self.ends.len()
    }

    #[inline]
    pub(super) fn field(&self, index: usize) -> Field<'a> {
        let start = if index == 0 { self.start } else { self.ends[index - 1] as usize + 1 };
        let end = if index + 1 == self.ends.len() { self.last.max(start) } else { self.ends[index] as usize };
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

    /// The first sixteen bytes, zero beyond the field.
    #[inline]
    pub(super) fn words(&self) -> (u64, u64) {
        let length = self.len();
        let high = if length > 8 { self.word(8) & low_bytes(length - 8) } else { 0 };
        (self.word(0) & low_bytes(length), high)
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

#[inline]
fn low_bytes(count: usize) -> u64 {
    if count >= 8 { u64::MAX } else { (1 << (8 * count)) - 1 }
}

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

    /// A line made of fields, for tests: the buffer and the ends.
    pub(in crate::kpi::intake) fn line_of(fields: &[&str]) -> (Vec<u8>, Vec<u32>) {
        let mut buffer = Vec::new();
        let mut ends = Vec::new();
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
            let field = Line::new(&buffer, 0, &ends).field(0);
            let plain = !text.is_empty() && text.len() <= 8 && text.bytes().all(|byte| byte.is_ascii_digit());
            prop_assert_eq!(field.digits(), plain.then(|| text.parse().unwrap()));
            prop_assert_eq!(field.trimmed().bytes(), text.trim_ascii().as_bytes());
        }
    }

    #[test]
    fn cuts_the_carriage_return_of_the_last_field_only() {
        let (buffer, ends) = line_of(&["a\r", "", "b\r"]);
        let line = Line::new(&buffer, 0, &ends);
        assert_eq!([line.field(0).bytes(), line.field(1).bytes(), line.field(2).bytes()], [&b"a\r"[..], b"", b"b"]);
        assert_eq!(line.field(2).words(), (u64::from(b'b'), 0));
    }
}
