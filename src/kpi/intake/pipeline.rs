//! One thread reads and cuts the file into chunks of whole lines, the others turn chunks into measures. From the first quotation mark on,
//! one thread does it all, because a quoted field may hold line ends.

use std::cell::{Cell, RefCell};
use std::io::{self, Read, Write};
use std::rc::Rc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};

use csv::ByteRecord;

use super::cells::Store;
use super::error::{IntakeError, RowError};
use super::header;
use super::lines::Separators;
use super::plan::Plan;
use super::rows::Rows;
use super::source::{Chunk, LONGEST, LineChunks};
use super::text::{Line, PAD};
use super::{CentreZones, Intake, MAX_ERRORS, RowNumber};
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

/// What one worker found, its cells apart.
#[derive(Default)]
struct Share {
    rows: u64,
    unplaced: u64,
    errors: Vec<(RowNumber, RowError)>,
    error_count: u64,
    /// Lines of each chunk, by its number.
    lines: Vec<(u64, u64)>,
}

impl Share {
    fn of(rows: Rows<'_>, lines: Vec<(u64, u64)>) -> Self {
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
    let header = header::read(&first, mapping)?;
    first.skip(header.bytes);
    let plan = Plan::bind(mapping, zones, header.names, header.delimiter)?;
    let store = Store::default();
    let mut shares = Vec::new();
    let outcome = std::thread::scope(|scope| {
        let (give, jobs) = sync_channel::<Job>(settings.workers * 2);
        let (give_back, spare) = channel::<Vec<u8>>();
        let jobs = Mutex::new(jobs);
        let (jobs, store, plan) = (&jobs, &store, &plan);
        let workers: Vec<_> = (0..settings.workers)
            .map(|_| {
                let give_back = give_back.clone();
                scope.spawn(move || work(plan, store, jobs, &give_back))
            })
            .collect();
        let mut reading = Reading { source: &mut source, number: 0, settings };
        let rest = reading.distribute(first, &give, &spare);
        drop(give);
        let rest = rest.and_then(|rest| rest.map(|chunk| reading.sequential(chunk, plan, store)).transpose());
        for worker in workers {
            shares.push(worker.join().map_err(|_| IntakeError::Worker)?);
        }
        rest.map(|share| shares.extend(share))
    });
    let found = Found { header_lines: header.lines, shares };
    outcome.map_err(|error| found.place(error))?;
    let mut intake = Intake { gzip: source.gzip, gb18030: source.text == super::source::Text::Gb18030, delimiter: plan.delimiter, ..Intake::default() };
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
    fn distribute(&mut self, first: Chunk, give: &SyncSender<Job>, spare: &Receiver<Vec<u8>>) -> Result<Option<Chunk>, IntakeError> {
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

    /// Reads the rest of the file as quoted text.
    fn sequential(&mut self, chunk: Chunk, plan: &Plan<'_>, store: &Store) -> Result<Share, IntakeError> {
        let shared = Rc::new(Fed::default());
        let feed = Feed { source: self.source, current: Chunk { used: 0, ..empty() }, at: 0, next: Some(chunk), fed: Rc::clone(&shared) };
        let mut reader = header::reader(plan.delimiter).from_reader(feed);
        let (mut rows, mut record) = (Rows::new(plan, store), ByteRecord::new());
        let (mut buffer, mut ends) = (Vec::new(), Vec::new());
        loop {
            shared.budget.set(LONGEST);
            let found = reader.read_byte_record(&mut record);
            let line = record.position().map_or(1, csv::Position::line) - 1;
            match found {
                Ok(true) => {}
                Ok(false) => break,
                Err(_) => return Err(shared.problem.take().unwrap_or(IntakeError::LongRecord { row: 0, limit: LONGEST })),
            }
            let bad = shared.bad.borrow_mut().extract_if(.., |bad| *bad <= line).collect::<Vec<u64>>();
            for line in bad {
                rows.report_encoding(RowNumber { chunk: self.number, line });
            }
            lay_out(&record, &mut buffer, &mut ends);
            rows.read(Line::new(&buffer, 0, &ends), RowNumber { chunk: self.number, line });
            rows.breathe();
        }
        for line in shared.bad.take() {
            rows.report_encoding(RowNumber { chunk: self.number, line });
        }
        rows.finish();
        Ok(Share::of(rows, Vec::new()))
    }
}
