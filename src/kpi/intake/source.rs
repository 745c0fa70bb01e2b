//! From the bytes of a file to chunks of whole lines: keeps a copy of the raw bytes on the way, unpacks gzip, drops the byte order
//! mark, and tells the encoding of each chunk.
//!
//! Invariant: a chunk ends with a line end, so its text can be decoded, cut and counted on its own.

use std::io::{self, Cursor, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use encoding_rs::GB18030;
use flate2::read::MultiGzDecoder;

use super::error::IntakeError;
use super::text::PAD;
use crate::kpi::mapping::EncodingRule;

/// Longest record accepted, in bytes.
pub(super) const LONGEST: usize = 1 << 20;

/// Passes reads through and writes a copy of what was read.
struct Tee<'k, R> {
    inner: R,
    keep: &'k mut (dyn Write + Send),
    failed: Arc<Mutex<Option<String>>>,
}

impl<R: Read> Read for Tee<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.keep.write_all(&buffer[..count]).inspect_err(|error| *lock(&self.failed) = Some(error.to_string()))?;
        Ok(count)
    }
}

/// How the text of a chunk is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Text {
    Ascii,
    Utf8,
    Gb18030,
}

/// Whole lines, with [`PAD`] bytes behind them.
pub(super) struct Chunk {
    pub(super) buffer: Vec<u8>,
    pub(super) used: usize,
    pub(super) text: Text,
    /// A quotation mark is among the bytes.
    pub(super) quoted: bool,
}

impl Chunk {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[..self.used]
    }

    /// The same chunk as UTF-8. Bytes that are no text are replaced; [`bad_lines`] finds them.
    pub(super) fn decoded(self) -> Self {
        if self.text != Text::Gb18030 {
            return self;
        }
        let (text, _) = GB18030.decode_without_bom_handling(self.bytes());
        let mut buffer = text.into_owned().into_bytes();
        let used = buffer.len();
        buffer.resize(used + PAD, 0);
        Self { buffer, used, text: Text::Utf8, quoted: self.quoted }
    }

    /// Numbers (from 0) of the lines whose bytes are no text in the encoding of the chunk.
    pub(super) fn bad_lines(&self) -> Vec<u64> {
        let sound = |bytes: &[u8]| match self.text {
            Text::Ascii => true,
            Text::Utf8 => std::str::from_utf8(bytes).is_ok(),
            Text::Gb18030 => GB18030.decode_without_bom_handling_and_without_replacement(bytes).is_some(),
        };
        if sound(self.bytes()) {
            return Vec::new();
        }
        let lines = self.bytes().split(|byte| *byte == b'\n').zip(0..);
        lines.filter(|(line, _)| !sound(line)).map(|(_, number)| number).collect()
    }

    /// Drops the first bytes.
    pub(super) fn skip(&mut self, bytes: usize) {
        self.buffer.copy_within(bytes..self.used, 0);
        self.used -= bytes;
    }
}

/// Chunks of whole lines of a file.
pub(super) struct LineChunks<'r> {
    raw: Box<dyn Read + Send + 'r>,
    keep_failed: Arc<Mutex<Option<String>>>,
    rule: EncodingRule,
    size: usize,
    carry: Vec<u8>,
    ended: bool,
    /// The file is packed with gzip.
    pub(super) gzip: bool,
    /// What the text has turned out to be so far.
    pub(super) text: Text,
}

impl<'r> LineChunks<'r> {
    /// Opens a file; `size` is the size of a chunk in bytes.
    pub(super) fn open(
        reader: impl Read + Send + 'r,
        keep: &'r mut (dyn Write + Send),
        rule: EncodingRule,
        size: usize,
    ) -> Result<Self, IntakeError> {
        let keep_failed = Arc::new(Mutex::new(None));
        let mut tee = Tee { inner: reader, keep, failed: Arc::clone(&keep_failed) };
        let mut magic = Vec::with_capacity(4);
        let first = Read::by_ref(&mut tee).take(4).read_to_end(&mut magic);
        first.map_err(|error| problem(&keep_failed, &error))?;
        let (gzip, archive) =
            (magic.starts_with(&[0x1f, 0x8b]), magic.starts_with(b"PK\x03\x04") || magic.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]));
        if archive {
            return Err(IntakeError::Archive);
        }
        let rest = Cursor::new(magic).chain(tee);
        let raw: Box<dyn Read + Send + 'r> =
            if gzip { Box::new(MultiGzDecoder::new(io::BufReader::with_capacity(1 << 16, rest))) } else { Box::new(rest) };
        let mut chunks = Self { raw, keep_failed, rule, size, carry: Vec::new(), ended: false, gzip, text: Text::Ascii };
        chunks.drop_mark()?;
        Ok(chunks)
    }

    fn drop_mark(&mut self) -> Result<(), IntakeError> {
        let mut start = Vec::with_capacity(3);
        let read = Read::by_ref(&mut self.raw).take(3).read_to_end(&mut start);
        read.map_err(|error| problem(&self.keep_failed, &error))?;
        if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
            return Err(IntakeError::Utf16);
        }
        if start == [0xef, 0xbb, 0xbf] {
            self.rule = EncodingRule::Utf8;
        } else {
            self.carry = start;
        }
        Ok(())
    }

    /// The next chunk, in the given buffer; `None` at the end of the file.
    pub(super) fn next(&mut self, mut buffer: Vec<u8>) -> Result<Option<Chunk>, IntakeError> {
        let mut filled = self.carry.len();
        buffer.resize((self.size + PAD).max(filled + PAD), 0);
        buffer[..filled].copy_from_slice(&self.carry);
        self.carry.clear();
        loop {
            filled = self.fill(&mut buffer, filled)?;
            if self.ended {
                return Ok(self.last(buffer, filled));
            }
            if let Some(end) = memchr::memrchr(b'\n', &buffer[..filled]) {
                self.carry.extend_from_slice(&buffer[end + 1..filled]);
                return Ok(Some(self.chunk(buffer, end + 1)));
            }
            if filled > LONGEST {
                // The caller knows the line.
                return Err(IntakeError::LongRecord { row: 0, limit: LONGEST });
            }
            buffer.resize(filled * 2 + PAD, 0);
        }
    }

    /// Reads until the buffer is full or the file ends.
    fn fill(&mut self, buffer: &mut [u8], mut filled: usize) -> Result<usize, IntakeError> {
        let room = buffer.len() - PAD;
        while filled < room {
            match self.raw.read(&mut buffer[filled..room]) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(problem(&self.keep_failed, &error)),
            }
        }
        Ok(filled)
    }

    fn last(&mut self, mut buffer: Vec<u8>, mut filled: usize) -> Option<Chunk> {
        if filled == 0 {
            return None;
        }
        if buffer[filled - 1] != b'\n' {
            buffer[filled] = b'\n';
            filled += 1;
            buffer.resize(buffer.len() + 1, 0);
        }
        Some(self.chunk(buffer, filled))
    }

    fn chunk(&mut self, buffer: Vec<u8>, used: usize) -> Chunk {
        let bytes = &buffer[..used];
        let (ascii, quoted) = survey(bytes);
        let text = match (self.text, self.rule) {
            _ if ascii => Text::Ascii,
            // The first text outside ASCII decides for the whole file.
            (Text::Ascii, EncodingRule::Utf8) => Text::Utf8,
            (Text::Ascii, EncodingRule::Gb18030) => Text::Gb18030,
            (Text::Ascii, EncodingRule::Auto) if std::str::from_utf8(bytes).is_ok() => Text::Utf8,
            (Text::Ascii, EncodingRule::Auto) => Text::Gb18030,
            (decided, _) => decided,
        };
        if text != Text::Ascii {
            self.text = text;
        }
        Chunk { buffer, used, text, quoted }
    }
}

/// Whether bytes are all ASCII, and whether a quotation mark is among them.
fn survey(bytes: &[u8]) -> (bool, bool) {
    let (mut all, mut quoted) = (0, false);
    for byte in bytes {
        all |= byte;
        quoted |= *byte == b'"';
    }
    (all.is_ascii(), quoted)
}

fn lock(failed: &Mutex<Option<String>>) -> MutexGuard<'_, Option<String>> {
    failed.lock().unwrap_or_else(PoisonError::into_inner)
}

fn problem(keep_failed: &Mutex<Option<String>>, error: &io::Error) -> IntakeError {
    match lock(keep_failed).as_ref() {
        Some(cause) => IntakeError::Keep(cause.clone()),
        None => IntakeError::Read(error.to_string()),
    }
}
