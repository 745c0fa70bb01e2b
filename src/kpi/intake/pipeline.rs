//! One thread reads and cuts the file into chunks of whole lines, the others turn chunks into measures. From the first quotation mark on,
//! one thread does it all, because a quoted field may hold line ends.

use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use super::cells::Store;
use super::error::{IntakeError, RowError};
use super::lines::Separators;
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

type Job = (u64, Chunk);

/// Reads a whole file.
pub(super) fn run(
    reader: impl Read,
    mapping: &Mapping,
    zones: &CentreZones,
    keep: &mut dyn Write,
    settings: Settings,
) -> Result<Intake, IntakeError> {
    let mut source = LineChunks::open(reader, keep, mapping.encoding, settings.chunk)?;
    let mut first = source.next(Vec::new())?.ok_or(IntakeError::Empty)?.decoded();
    let header = header::read(&first, mapping.delimiter, mapping.header_row, &wanted(mapping))?;
    first.skip(header.bytes);
    let plan = Plan::bind(mapping, zones, header.names, header.delimiter)?;
    // Rows that were mended are few, and their cells are read as they were.
    let settings = Settings { sequential: settings.sequential || rejects::is_mended(&plan.header), ..settings };
    let store = Store::default();
    let mut shares = Vec::new();
    let outcome = std::thread::scope(|scope| {
        let (give, jobs) = sync_channel::<Job>(1);
        let (give_back, spare) = channel::<Vec<u8>>();
        // Owned by the workers alone, so that giving ends with an error when there are none left.
        let jobs = Arc::new(Mutex::new(jobs));
        let (store, plan) = (&store, &plan);
        let workers: Vec<_> = (0..settings.workers)
            .map(|_| {
                let (jobs, give_back) = (Arc::clone(&jobs), give_back.clone());
                scope.spawn(move || work(plan, store, &jobs, &give_back))
            })
            .collect();
        drop(jobs);
        let mut reading = Reading { source: &mut source, number: 0, settings };
        let rest = reading.distribute(first, &give, &spare);
        drop(give);
        let number = reading.number;
        let rest = rest.and_then(|rest| rest.map(|chunk| quoted::read(&mut source, chunk, number, plan, store)).transpose());
        for worker in workers {
            shares.push(worker.join().map_err(|_| IntakeError::Worker)?);
        }
        rest.map(|share| shares.extend(share))
    });
    let found = Found { header_lines: header.lines, shares };
    outcome.map_err(|error| found.place(error))?;
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

fn work(plan: &Plan<'_>, store: &Store, jobs: &Mutex<Receiver<Job>>, give_back: &Sender<Vec<u8>>) -> Share {
    let mut rows = Rows::new(plan, store);
    let mut separators = Separators::default();
    let mut lines = Vec::new();
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((number, chunk)) = job else { break };
        let bad = chunk.bad_lines();
        let chunk = chunk.decoded();
        separators.find(chunk.bytes(), plan.delimiter);
        for (line, at) in separators.lines(&chunk.buffer).zip(0..) {
            if !bad.is_empty() && bad.binary_search(&at).is_ok() {
                rows.report_encoding(RowNumber { chunk: number, line: at });
                continue;
            }
            rows.read(line, RowNumber { chunk: number, line: at });
        }
        lines.push((number, separators.count()));
        rows.breathe();
        // The reader may have ended already.
        let _ = give_back.send(chunk.buffer);
    }
    rows.finish();
    Share::of(rows, lines)
}

struct Reading<'s, 'r> {
    source: &'s mut LineChunks<'r>,
    /// Number of the next chunk.
    number: u64,
    settings: Settings,
}

impl Reading<'_, '_> {
    /// Hands chunks to the workers; returns the first one that holds a quotation mark.
    fn distribute(
        &mut self,
        first: Chunk,
        give: &SyncSender<Job>,
        spare: &Receiver<Vec<u8>>,
    ) -> Result<Option<Chunk>, IntakeError> {
        let mut next = Some(first);
        while let Some(chunk) = next {
            if self.settings.sequential || memchr::memchr(b'"', chunk.bytes()).is_some() {
                return Ok(Some(chunk));
            }
            give.send((self.number, chunk)).map_err(|_| IntakeError::Worker)?;
            self.number += 1;
            next = self.source.next(spare.try_recv().unwrap_or_default())?;
        }
        Ok(None)
    }
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
