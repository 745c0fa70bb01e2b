//! The header line: found in the first chunk, its delimiter guessed by which one yields the columns of the mapping.

use csv::{ByteRecord, ReaderBuilder, Terminator};

use super::error::IntakeError;
use super::source::Chunk;

/// The bytes that may stand between two fields.
pub(super) const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A header and how much of the file it took.
pub(super) struct Header {
    pub(super) names: Vec<String>,
    pub(super) delimiter: u8,
    pub(super) bytes: usize,
    pub(super) lines: u64,
}

/// Reads the header from the first chunk, which is UTF-8 already. `row` is the line on which it stands, `names` what is looked for.
pub(super) fn read(chunk: &Chunk, delimiter: Option<u8>, row: u32, names: &[&str]) -> Result<Header, IntakeError> {
    let above = above(chunk.bytes(), row);
    let text = chunk.bytes().get(above..).unwrap_or_default();
    let lines = u64::from(row) - 1;
    let placed = |header: Header| Header { bytes: header.bytes + above, lines: header.lines + lines, ..header };
    if let Some(delimiter) = delimiter {
        return with(text, delimiter).map(placed);
    }
    let found = |header: &Header| names.iter().filter(|name| header.names.iter().any(|column| column == *name)).count();
    let mut best = with(text, DELIMITERS[0])?;
    for delimiter in &DELIMITERS[1..] {
        let header = with(text, *delimiter)?;
        if (found(&header), header.names.len()) > (found(&best), best.names.len()) {
            best = header;
        }
    }
    Ok(placed(best))
}

/// The bytes of the lines above a row.
fn above(text: &[u8], row: u32) -> usize {
    let lines = memchr::memchr_iter(b'\n', text).take(row as usize - 1);
    if row == 1 { 0 } else { lines.last().map_or(0, |end| end + 1) }
}

fn with(bytes: &[u8], delimiter: u8) -> Result<Header, IntakeError> {
    let mut reader = reader(delimiter).from_reader(bytes);
    let mut record = ByteRecord::new();
    let found = reader.read_byte_record(&mut record).map_err(|error| IntakeError::Read(error.to_string()))?;
    if !found {
        return Err(IntakeError::Empty);
    }
    let names = record.iter().map(|name| String::from_utf8_lossy(name.trim_ascii()).into_owned()).collect();
    let end = reader.position();
    let bytes = usize::try_from(end.byte()).unwrap_or(usize::MAX).min(bytes.len());
    Ok(Header { names, delimiter, bytes, lines: end.line() - 1 })
}

/// A reader of quoted text whose lines end with a line feed; a carriage return before it is cut with the last field.
pub(super) fn reader(delimiter: u8) -> ReaderBuilder {
    let mut builder = ReaderBuilder::new();
    builder.delimiter(delimiter).has_headers(false).flexible(true).terminator(Terminator::Any(b'\n')).buffer_capacity(1 << 16);
    builder
}
