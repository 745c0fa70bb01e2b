//! Workers take turns at reading a file, each a chunk of whole lines at a time, and turn their chunks into measures side by side. From the
//! first quotation mark on, one thread does it all, because a quoted field may hold line ends.

use std::io::{Read, Write};
use std::sync::{Mutex, PoisonError};

use super::bulk::{Bulk, MANY};
use super::cells::Store;
use super::error::{IntakeError, RowError};
use super::lines::{Lines, Separators};
use super::plan::{Plan, wanted};
use super::rows::Rows;
use super::source::{Chunk, LineChunks};
use super::{CentreZones, Intake, MAX_ERRORS, RowNumber, header, quoted, rejects};
use crate::kpi::mapping::Mapping;

/// How the work is cut up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    /// Bytes of a chunk.
    pub(super) chunk: usize,
    /// Threads that turn chunks into measures.
    pub(super) workers: usize,
    /// Read everything as if it were quoted.
    pub(super) sequential: bool,
}

impl Default for Settings {
    /// Chunks of some days of a large log, so that mostly one worker alone meets the cells of a day.
    fn default() -> Self {
        Self { chunk: 1 << 20, workers: 2, sequential: false }
    }
}

/// What one worker found, its cells apart.
pub(super) struct Share {
    rows: u64,
    unplaced: u64,
    errors: Vec<(RowNumber, RowError)>,
    error_count: u64,
    /// Lines of each chunk, by its number.
    lines: Vec<(u64, u64)>,
}

impl Share {
    pub(super) fn of(rows: Rows<'_>, lines: Vec<(u64, u64)>) -> Self {
        Self { rows: rows.rows, unplaced: rows.unplaced, errors: rows.errors, error_count: rows.error_count, lines }
    }
}

/// Reads a whole file.
pub(super) fn run(
    reader: impl Read + Send,
    mapping: &Mapping,
    zones: &CentreZones,
    keep: &mut (dyn Write + Send),
    settings: Settings,
) -> Result<Intake, IntakeError> {
    let mut source = LineChunks::open(reader, keep, mapping.encoding, settings.chunk)?;
    let mut first = source.next(Vec::new())?.ok_or(IntakeError::Empty)?.decoded();
    let header = header::read(&first, mapping.delimiter, mapping.header_row, &wanted(mapping))?;
    first.skip(header.bytes);
    let plan = Plan::bind(mapping, zones, header.names, header.delimiter)?;
    // Rows that were mended are few, and their cells are read as they were.
    let sequential = settings.sequential || rejects::is_mended(&plan.header);
    let store = Store::default();
    let feed = Mutex::new(Feed { source: &mut source, first: Some(first), number: 0, sequential, rest: None });
    let joined: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..settings.workers).map(|_| scope.spawn(|| work(&plan, &store, &feed))).collect();
        workers.into_iter().map(|worker| worker.join().map_err(|_| IntakeError::Worker)).collect()
    });
    let mut found = Found { header_lines: header.lines, shares: joined.into_iter().collect::<Result<_, _>>()? };
    let Feed { number, rest, .. } = feed.into_inner().unwrap_or_else(PoisonError::into_inner);
    let rest = rest
        .unwrap_or(Ok(None))
        .and_then(|rest| rest.map(|chunk| quoted::read(&mut source, chunk, number, &plan, &store)).transpose());
    match rest {
        Ok(share) => found.shares.extend(share),
        Err(error) => return Err(found.place(error)),
    }
    let mut intake = Intake {
        gzip: source.gzip,
        gb18030: source.text == super::source::Text::Gb18030,
        delimiter: plan.delimiter,
        ..Intake::default()
    };
    found.settle(&mut intake);
    drop(plan);
    intake.cells = store.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(intake)
}

/// The file, of which each worker takes the next chunk when it is done with one.
struct Feed<'s, 'r> {
    source: &'s mut LineChunks<'r>,
    /// What was read before the workers began.
    first: Option<Chunk>,
    /// Number of the next chunk.
    number: u64,
    sequential: bool,
    /// Why there is nothing more to take: the chunk that holds the first quotation mark, the end of the file, or an error.
    rest: Option<Result<Option<Chunk>, IntakeError>>,
}

impl Feed<'_, '_> {
    /// The next chunk and its number. The buffer is used again.
    fn take(&mut self, buffer: Vec<u8>) -> Option<(u64, Chunk)> {
        if self.rest.is_some() {
            return None;
        }
        let next = match self.first.take() {
            Some(first) => Ok(Some(first)),
            None => self.source.next(buffer),
        };
        match next {
            Ok(Some(chunk)) if !self.sequential && !chunk.quoted => {
                self.number += 1;
                Some((self.number - 1, chunk))
            }
            rest => {
                self.rest = Some(rest);
                None
            }
        }
    }
}

fn work(plan: &Plan<'_>, store: &Store, feed: &Mutex<Feed<'_, '_>>) -> Share {
    let mut rows = Rows::new(plan, store);
    let (mut bulk, mut separators) = (Bulk::default(), Separators::default());
    let (mut lines, mut buffer) = (Vec::new(), Vec::new());
    loop {
        let taken = feed.lock().unwrap_or_else(PoisonError::into_inner).take(buffer);
        let Some((number, chunk)) = taken else { break };
        let bad = chunk.bad_lines();
        let chunk = chunk.decoded();
        separators.find(chunk.bytes(), plan.delimiter);
        let runs = separators.runs(&chunk.buffer, plan.header.len(), MANY);
        if bad.is_empty() {
            bulk.read(&mut rows, runs, number);
        } else {
            for (line, at) in runs.flat_map(Lines::each).zip(0..) {
                let number = RowNumber { chunk: number, line: at };
                match bad.binary_search(&at) {
                    Ok(_) => rows.report_encoding(number),
                    Err(_) => rows.read(line, number),
                }
            }
        }
        lines.push((number, separators.count()));
        rows.breathe();
        buffer = chunk.buffer;
    }
    rows.finish();
    Share::of(rows, lines)
}

/// What the workers found, before it is put in the order of the file.
struct Found {
    header_lines: u64,
    shares: Vec<Share>,
}

impl Found {
    /// How many lines of the file stand before each chunk, the chunk after the last one included.
    fn lines_before(&self) -> Vec<u64> {
        let mut lines: Vec<(u64, u64)> = self.shares.iter().flat_map(|share| share.lines.iter().copied()).collect();
        lines.sort_unstable();
        let mut before = vec![self.header_lines];
        for (_, count) in lines {
            before.push(before.last().copied().unwrap_or_default() + count);
        }
        before
    }

    /// Tells the line of an error that counts from the last chunk given away.
    fn place(&self, error: IntakeError) -> IntakeError {
        match error {
            IntakeError::LongRecord { row, limit } => {
                let before = self.lines_before().last().copied().unwrap_or_default();
                IntakeError::LongRecord { row: before + row + 1, limit }
            }
            other => other,
        }
    }

    /// Puts the counts and the first errors, by row, into the result.
    fn settle(self, intake: &mut Intake) {
        let before = self.lines_before();
        let mut errors = Vec::new();
        for share in self.shares {
            intake.rows += share.rows;
            intake.ignored_unplaced += share.unplaced;
            intake.error_count += share.error_count;
            errors.extend(share.errors);
        }
        // Stable, so that two errors of one row stay as they were found.
        errors.sort_by_key(|(number, _)| *number);
        intake.errors = errors
            .into_iter()
            .take(MAX_ERRORS)
            .map(|(number, error)| {
                let start = usize::try_from(number.chunk).ok().and_then(|chunk| before.get(chunk)).copied().unwrap_or_default();
                RowError { row: start + number.line + 1, ..error }
            })
            .collect();
    }
}
