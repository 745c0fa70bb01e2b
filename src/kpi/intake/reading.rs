//! Reading any source: a call log in plain text goes through its fast reader; everything else, and whatever has to be rewritten on the
//! way, goes row by row.
//!
//! Invariant: a row is checked whole before anything of it counts; what is kept gives the same measures when it is read again.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::{Arc, PoisonError};

use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use super::blocks::{Blocks, Noting, Unpacked};
use super::cells::Store;
use super::error::{IntakeError, RowError, RowProblem};
use super::kinds::{Counter, counter, scratch_failed};
use super::personal::{Pseudonyms, Rewriter};
use super::plan::Plan;
use super::records::{Record, RecordReader};
use super::rejects::Rejects;
use super::rows::{Fault, QUOTED, Rows};
use super::tables::{self, Opened, Table, TextTable, Workbook};
use super::tally::Tallies;
use super::text::{BEFORE, Line, PAD};
use super::trace::{Counted, TracedRow, Tracer, Wanted};
use super::{CentreZones, Intake, MAX_ERRORS};
use crate::kpi::mapping::{EncodingRule, Outcome, SourceMapping};
use crate::kpi::measures::Measures;
use crate::kpi::quantities::CONTACT_REVENUE;

/// What a reading needs beside the file.
#[derive(Clone, Copy)]
pub struct Setting<'s> {
    /// A folder for nameless files: a workbook put aside, runs of a sort.
    pub scratch: &'s Path,
    /// The centres and their zones.
    pub zones: &'s CentreZones,
    /// The key of the pseudonyms; none for a file that was rewritten before.
    pub names: Option<&'s Pseudonyms>,
    /// The day that the data reach; none: that of the last event.
    pub as_of: Option<NaiveDate>,
}

/// Reads a file of any kind to its end. What is to be kept as evidence goes to `keep`: the raw bytes, or the rewritten file when the
/// mapping names personal columns and the setting has a key.
///
/// # Errors
/// When the file cannot be read at all: no header, columns missing, an archive, a broken stream, a disk error.
pub fn read(
    reader: impl Read + Send,
    mapping: &SourceMapping,
    setting: Setting<'_>,
    keep: &mut (dyn Write + Send),
) -> Result<Intake, IntakeError> {
    let rewrite = setting.names.filter(|_| !mapping.rows.personal.is_empty());
    let mut original = Hashed::default();
    let (raw, rewritten): (&mut (dyn Write + Send), Option<(&Pseudonyms, &mut dyn Write)>) = match rewrite {
        Some(names) => (&mut original, Some((names, keep))),
        None => (keep, None),
    };
    let mut found = match tables::open(reader, raw, setting.scratch)? {
        Opened::Text(text) => match mapping.plain_calls() {
            Some(calls) if rewritten.is_none() => {
                super::pipeline::run(text, calls, setting.zones, raw, super::pipeline::Settings::default())?
            }
            _ => {
                let mut table = Table::Text(Box::new(TextTable::open(text, raw, mapping)?));
                rows(&mut table, mapping, setting, Beside { rewritten, ..Beside::default() })?.0
            }
        },
        Opened::Workbook(file) => {
            let mut table = Table::Sheet(Box::new(Workbook::open(file, mapping)?));
            let beside = Beside { rewritten, ..Beside::default() };
            Intake { workbook: true, ..rows(&mut table, mapping, setting, beside)?.0 }
        }
    };
    found.original = rewrite.map(|_| hex::encode(original.0.finalize()));
    tell_revenue(mapping, &mut found);
    Ok(found)
}

/// Where a log tells revenue, answered contacts without any brought nothing; elsewhere what they brought is not known.
fn tell_revenue(mapping: &SourceMapping, found: &mut Intake) {
    if mapping.calls.as_ref().is_none_or(|calls| calls.revenue.is_none()) {
        return;
    }
    for (key, _) in found.cells.iter().filter(|(_, measures)| measures.answered > 0 && measures.revenue_minor == 0) {
        found.quantities.entry(key.clone()).or_default().add_flow(CONTACT_REVENUE, 0);
    }
}

/// Reads a file that was kept once more, and writes the rows with errors, each with its reasons, to a CSV text.
///
/// # Errors
/// As [`read`].
pub fn rejected(
    reader: impl Read + Send,
    mapping: &SourceMapping,
    setting: Setting<'_>,
    to: &mut dyn Write,
    explain: &dyn Fn(&RowError) -> String,
) -> Result<(), IntakeError> {
    let mut nothing = io::sink();
    let mut table = match tables::open(reader, &mut nothing, setting.scratch)? {
        Opened::Text(text) => Table::Text(Box::new(TextTable::open(text, &mut nothing, mapping)?)),
        Opened::Workbook(file) => Table::Sheet(Box::new(Workbook::open(file, mapping)?)),
    };
    let rejects = Rejects::start(to, table.header(), table.delimiter().unwrap_or(b','), explain)?;
    rows(&mut table, mapping, setting, Beside { rejects: Some(rejects), ..Beside::default() }).map(drop)
}

/// What [`trace`] found beside the rows that it gave.
#[derive(Debug)]
pub struct Traced {
    /// What the file came to, or, of a file read by its blocks, the days asked for.
    pub intake: Intake,
    /// The names of the columns.
    pub header: Vec<String>,
    /// Wanted rows, given or not.
    pub total: u64,
    /// The blocks of the file, when they were not known before and it has any.
    pub blocks: Option<Blocks>,
}

/// Reads a file that was kept once more and gives the rows that add to wanted cells, each as it stands in the file. With the blocks that an
/// earlier reading found, only those are read that hold the days asked for.
///
/// # Errors
/// As [`read`]; what the taker refuses.
pub fn trace(
    file: File,
    mapping: &SourceMapping,
    setting: Setting<'_>,
    (wanted, known): (&Wanted, Option<&Blocks>),
    give: &mut dyn FnMut(TracedRow) -> Result<(), IntakeError>,
) -> Result<Traced, IntakeError> {
    // What follows a contact, or comes before it, may lie in any block.
    let known = known.filter(|_| mapping.plain_calls().is_some());
    let broken = |error: io::Error| IntakeError::Read(error.to_string());
    let file = Unpacked::open(file).map_err(broken)?;
    let Some(blocks) = known else {
        let mut noting = Noting::default();
        let reader = noting.reading(file);
        let mut traced = traced(reader, mapping, setting, Tracer::new(wanted, give, Some(&mut noting)))?;
        if !traced.intake.workbook {
            traced.blocks = noting.finish(traced.intake.gb18030);
        }
        return Ok(traced);
    };
    let chosen = blocks.choose(file, wanted.from, wanted.to);
    let number = chosen.numbers();
    let mut renumbered = |row: TracedRow| give(TracedRow { number: number(row.number), ..row });
    let mut mapping = mapping.clone();
    mapping.rows.encoding = if blocks.gb18030 { EncodingRule::Gb18030 } else { EncodingRule::Utf8 };
    traced(chosen, &mapping, setting, Tracer::new(wanted, &mut renumbered, None))
}

fn traced(
    reader: impl Read + Send,
    mapping: &SourceMapping,
    setting: Setting<'_>,
    tracer: Tracer<'_>,
) -> Result<Traced, IntakeError> {
    let mut nothing = io::sink();
    let (mut table, workbook) = match tables::open(reader, &mut nothing, setting.scratch)? {
        Opened::Text(text) => (Table::Text(Box::new(TextTable::open(text, &mut nothing, mapping)?)), false),
        Opened::Workbook(file) => (Table::Sheet(Box::new(Workbook::open(file, mapping)?)), true),
    };
    let header = table.header().to_vec();
    let (mut intake, total) = rows(&mut table, mapping, setting, Beside { tracer: Some(tracer), ..Beside::default() })?;
    tell_revenue(mapping, &mut intake);
    Ok(Traced { intake: Intake { workbook, ..intake }, header, total, blocks: None })
}

/// The hash of the bytes that pass.
#[derive(Default)]
struct Hashed(Sha256);

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Who takes rows while they are read.
#[derive(Default)]
struct Beside<'k> {
    /// The file written again, with pseudonyms.
    rewritten: Option<(&'k Pseudonyms, &'k mut (dyn Write + 'k))>,
    rejects: Option<Rejects<'k>>,
    tracer: Option<Tracer<'k>>,
}

/// What the rows come to, and how many of them were wanted.
fn rows(
    table: &mut Table<'_>,
    mapping: &SourceMapping,
    setting: Setting<'_>,
    beside: Beside<'_>,
) -> Result<(Intake, u64), IntakeError> {
    let header = table.header().to_vec();
    let delimiter = table.delimiter().or(mapping.rows.delimiter).unwrap_or(b',');
    let records = RecordReader::bind(mapping, setting.zones, &header)?;
    let store = Store::default();
    let bind = |calls| Plan::bind(calls, setting.zones, header.clone(), delimiter);
    let plan = mapping.calls.as_ref().map(bind).transpose()?;
    let rewriter = beside
        .rewritten
        .map(|(names, keep)| {
            let place = (delimiter, u64::from(mapping.rows.header_row) - 1);
            Rewriter::start(names, keep, &header, &mapping.rows.personal, place)
        })
        .transpose()?;
    let counter = counter(mapping, setting.scratch);
    let mut tallies = Tallies::new(counter.delivered(), setting.as_of);
    tallies.marks = beside.tracer.as_ref().map(|_| Vec::new());
    let mut reading = Reading {
        id: mapping.rows.id.as_ref().and_then(|id| header.iter().position(|name| name == id)),
        tallies,
        header,
        sheet: table.sheet(),
        records,
        counter,
        calls: plan.as_ref().map(|plan| Rows::new(plan, &store)),
        rewriter,
        rejects: beside.rejects,
        tracer: beside.tracer,
        laid: Laid::default(),
        found: Intake { delimiter, ..Intake::default() },
    };
    let ended = table.each(|row| reading.take(row.line, row.number, row.sound))?;
    let total = reading.tracer.as_ref().map_or(0, Tracer::total);
    let mut found = reading.finish()?;
    (found.gzip, found.gb18030) = (ended.gzip, ended.gb18030);
    drop(plan);
    found.cells = store.into_inner().unwrap_or_else(PoisonError::into_inner);
    // Rows that are no contacts of the queue have a place in the call log, but nothing in it.
    found.cells.retain(|_, measures| *measures != Measures::default());
    Ok((found, total))
}

/// A line made of cells that were written again.
#[derive(Default)]
struct Laid {
    buffer: Vec<u8>,
    ends: Vec<u32>,
}

impl Laid {
    fn line(&mut self, cells: &[String]) -> Line<'_> {
        self.buffer.clear();
        self.ends.clear();
        self.ends.push(BEFORE);
        for cell in cells {
            self.buffer.extend_from_slice(cell.as_bytes());
            self.ends.push(self.buffer.len() as u32);
            self.buffer.push(b'\n');
        }
        self.buffer.extend_from_slice(&[0; PAD]);
        Line::new(&self.buffer, &self.ends)
    }
}

struct Reading<'p, 'k> {
    header: Vec<String>,
    sheet: Option<Arc<str>>,
    id: Option<usize>,
    records: RecordReader<'p>,
    counter: Box<dyn Counter>,
    tallies: Tallies,
    calls: Option<Rows<'p>>,
    rewriter: Option<Rewriter<'k>>,
    rejects: Option<Rejects<'k>>,
    tracer: Option<Tracer<'k>>,
    laid: Laid,
    found: Intake,
}

impl Reading<'_, '_> {
    fn take(&mut self, line: Line<'_>, number: u64, sound: bool) -> Result<(), IntakeError> {
        if line.fields() == 1 && self.header.len() > 1 && line.field(0).bytes().trim_ascii().is_empty() {
            return Ok(());
        }
        self.found.rows += 1;
        let mut laid = std::mem::take(&mut self.laid);
        let line = match &mut self.rewriter {
            Some(rewriter) => laid.line(rewriter.row(line, sound)?),
            None => line,
        };
        match self.row(line, number, sound) {
            Ok(()) => self.trace(line, number)?,
            Err(fault) => self.report(line, number, *fault.map_err(|error| scratch_failed(&error))?)?,
        }
        self.laid = laid;
        Ok(())
    }

    /// Counts a row. The outer error is what is wrong with the row, unless the scratch folder failed.
    fn row(&mut self, line: Line<'_>, number: u64, sound: bool) -> Result<(), io::Result<Box<Fault>>> {
        let whole = |problem| Err(Ok(Box::new(Fault { column: None, problem })));
        if !sound {
            return whole(RowProblem::Encoding);
        }
        if line.fields() != self.header.len() {
            return whole(RowProblem::FieldCount { expected: self.header.len(), found: line.fields() });
        }
        let Some(calls) = &mut self.calls else {
            let record = self.records.read(line, number).map_err(Ok)?;
            self.counter.check(&record).map_err(Ok)?;
            return self.count(&record);
        };
        // What is no contact, and what has no known outcome, is the call log's own affair.
        let beyond = match self.records.outcome(line) {
            None | Some(Outcome::Ignored | Outcome::AbandonedBeforeQueue) => None,
            Some(_) => Some(self.records.read(line, number).map_err(Ok)?),
        };
        calls.try_read(line).map_err(Ok)?;
        calls.breathe();
        match beyond {
            Some(record) => self.count(&record),
            None => Ok(()),
        }
    }

    /// Every row has happened, whatever its kind makes of it.
    fn count(&mut self, record: &Record) -> Result<(), io::Result<Box<Fault>>> {
        self.tallies.happened(record.stamp);
        self.counter.count(record, &mut self.tallies).map_err(Err)
    }

    /// Shows a row that was counted to whoever traces.
    fn trace(&mut self, line: Line<'_>, number: u64) -> Result<(), IntakeError> {
        let Some(tracer) = &mut self.tracer else { return Ok(()) };
        let contact = self.calls.as_ref().filter(|_| self.records.outcome(line).is_some_and(|outcome| outcome != Outcome::Ignored));
        let at = match contact {
            Some(_) => self.records.whereabouts(line).ok(),
            None => None,
        };
        let marks = self.tallies.marks.as_mut().map(std::mem::take).unwrap_or_default();
        tracer.row(&Counted {
            line,
            number,
            call: contact.zip(at),
            marks: &marks,
            centres: &self.records.centres,
            channels: &self.records.channels,
        })
    }

    fn report(&mut self, line: Line<'_>, number: u64, fault: Fault) -> Result<(), IntakeError> {
        self.found.error_count += 1;
        if self.found.errors.len() >= MAX_ERRORS && self.rejects.is_none() {
            return Ok(());
        }
        let quote = |column: usize| line.field(column).text().chars().take(QUOTED).collect::<String>();
        let there = |column: &usize| *column < line.fields();
        let error = RowError {
            row: number,
            id: self.id.filter(there).map(quote),
            sheet: self.sheet.clone(),
            at: fault.column,
            column: fault.column.and_then(|column| self.header.get(column)).cloned().unwrap_or_default(),
            value: fault.column.filter(there).map(quote).unwrap_or_default(),
            problem: fault.problem,
        };
        if let Some(rejects) = &mut self.rejects {
            rejects.row(line, &error)?;
        }
        if self.found.errors.len() < MAX_ERRORS {
            self.found.errors.push(error);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Intake, IntakeError> {
        if let Some(rewriter) = self.rewriter {
            rewriter.finish()?;
        }
        if let Some(rejects) = self.rejects {
            rejects.finish()?;
        }
        if let Some(mut calls) = self.calls {
            calls.finish();
            self.found.ignored_unplaced = calls.unplaced;
        }
        self.counter.finish(&mut self.tallies).map_err(|error| scratch_failed(&error))?;
        let mut quantities: BTreeMap<_, _> = self.tallies.finish(&self.records.centres, &self.records.channels);
        quantities.retain(|_, found| !found.is_empty());
        self.found.quantities = quantities;
        Ok(self.found)
    }
}
