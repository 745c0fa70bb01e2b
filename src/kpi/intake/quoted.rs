//! Text with quotation marks, read in order by one thread: fields may hold delimiters and line ends.

use std::cell::{Cell, RefCell};
use std::io::{self, Read};
use std::rc::Rc;

use csv::ByteRecord;

use super::cells::Store;
use super::error::IntakeError;
use super::pipeline::Share;
use super::plan::Plan;
use super::rows::Rows;
use super::source::{Chunk, LONGEST, LineChunks};
use super::text::{BEFORE, Line, PAD};
use super::{RowNumber, header, rejects};

/// Reads the rest of a file, which begins with a given chunk; `number` is what that chunk is called in row numbers.
pub(super) fn read(
    source: &mut LineChunks<'_>,
    first: Chunk,
    number: u64,
    plan: &Plan<'_>,
    store: &Store,
) -> Result<Share, IntakeError> {
    let mut rows = Rows::new(plan, store);
    each(source, first, Cut::of(plan.delimiter, &plan.header), |record| {
        match record {
            Record::Sound(fields, line) => rows.read(fields, RowNumber { chunk: number, line }),
            Record::Unsound(_, line) => rows.report_encoding(RowNumber { chunk: number, line }),
        }
        rows.breathe();
        Ok(())
    })?;
    rows.finish();
    Ok(Share::of(rows, Vec::new()))
}

/// How the fields of a text are told apart and read.
#[derive(Clone, Copy)]
pub(super) struct Cut {
    delimiter: u8,
    /// They are rows with errors that come back.
    mended: bool,
}

impl Cut {
    /// That of a text with a header.
    pub(super) fn of(delimiter: u8, header: &[String]) -> Self {
        Self { delimiter, mended: rejects::is_mended(header) }
    }
}

/// A record and the line on which it begins, from 0.
pub(super) enum Record<'a> {
    /// Its bytes are text.
    Sound(Line<'a>, u64),
    /// Some of its bytes are no text in the encoding of the file.
    Unsound(Line<'a>, u64),
}

/// Gives the records of the rest of a file, which begins with a given chunk.
pub(super) fn each(
    source: &mut LineChunks<'_>,
    first: Chunk,
    cut: Cut,
    mut take: impl FnMut(Record<'_>) -> Result<(), IntakeError>,
) -> Result<(), IntakeError> {
    let notes = Rc::new(Notes::default());
    let mut feed = Feed { source, text: Vec::new(), used: 0, at: 0, lines: 0, notes: Rc::clone(&notes) };
    feed.load(first);
    let mut reader = header::reader(cut.delimiter).from_reader(feed);
    let (mut record, mut buffer, mut ends, mut next) = (ByteRecord::new(), Vec::new(), Vec::new(), 0);
    loop {
        notes.left.set(LONGEST);
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(_) => return Err(notes.problem.take().unwrap_or(IntakeError::LongRecord { row: next, limit: LONGEST })),
        }
        next = reader.position().line() - 1;
        // The record begins as many lines back as it has line ends, blank lines before it disregarded.
        let inside = memchr::memchr_iter(b'\n', record.as_slice()).count() as u64;
        let line = next - 1 - inside;
        lay_out(&record, cut, &mut buffer, &mut ends);
        let fields = Line::new(&buffer, &ends);
        take(if notes.bad_before(next) { Record::Unsound(fields, line) } else { Record::Sound(fields, line) })?;
    }
}

/// Puts the fields of a record side by side, as a line without quotation marks has them.
fn lay_out(record: &ByteRecord, cut: Cut, buffer: &mut Vec<u8>, ends: &mut Vec<u32>) {
    buffer.clear();
    ends.clear();
    ends.push(BEFORE);
    for field in record {
        buffer.extend_from_slice(if cut.mended { rejects::restored(field) } else { field });
        ends.push(buffer.len() as u32);
        buffer.push(b'\n');
    }
    buffer.extend_from_slice(&[0; PAD]);
}

/// What the feed tells besides its bytes.
#[derive(Default)]
struct Notes {
    /// Bytes that may still be read before the current record must end.
    left: Cell<usize>,
    /// Lines whose bytes are no text, counted from the first line fed.
    bad_lines: RefCell<Vec<u64>>,
    problem: Cell<Option<IntakeError>>,
}

impl Notes {
    /// Whether a line before this one is no text; each is told once.
    fn bad_before(&self, line: u64) -> bool {
        let mut bad = self.bad_lines.borrow_mut();
        let before = bad.len();
        if before > 0 {
            bad.retain(|bad| *bad >= line);
        }
        bad.len() < before
    }
}

/// Gives the decoded text of the chunks as a stream.
struct Feed<'s, 'r> {
    source: &'s mut LineChunks<'r>,
    text: Vec<u8>,
    used: usize,
    at: usize,
    lines: u64,
    notes: Rc<Notes>,
}

impl Feed<'_, '_> {
    fn load(&mut self, chunk: Chunk) {
        let bad = chunk.bad_lines();
        self.notes.bad_lines.borrow_mut().extend(bad.iter().map(|line| self.lines + line));
        let chunk = chunk.decoded();
        self.lines += memchr::memchr_iter(b'\n', chunk.bytes()).count() as u64;
        (self.used, self.text, self.at) = (chunk.used, chunk.buffer, 0);
    }
}

impl Read for Feed<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.notes.left.get() == 0 {
            return Err(io::ErrorKind::InvalidData.into());
        }
        if self.at == self.used {
            match self.source.next(std::mem::take(&mut self.text)) {
                Ok(Some(chunk)) => self.load(chunk),
                Ok(None) => return Ok(0),
                Err(error) => {
                    self.notes.problem.set(Some(error));
                    return Err(io::ErrorKind::Other.into());
                }
            }
        }
        let count = buffer.len().min(self.used - self.at);
        buffer[..count].copy_from_slice(&self.text[self.at..self.at + count]);
        self.at += count;
        self.notes.left.set(self.notes.left.get().saturating_sub(count));
        Ok(count)
    }
}
