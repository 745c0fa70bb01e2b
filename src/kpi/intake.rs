//! Reading a source: one pass over a file of any size turns rows into [`Measures`] and [`Quantities`] per centre, day and channel, keeps
//! what is evidence on the way, and names row, column and value of what it refuses (ISO 9001 9.1.1, 7.5.3). [`measure`] is the fast reader
//! of call logs, [`read`] reads any kind of source from text or a workbook.
//!
//! Invariant: memory follows the number of cells, not of rows; the result does not depend on how the file was cut into pieces.

mod blocks;
mod bulk;
mod cells;
mod clock;
mod error;
mod header;
mod kinds;
mod lines;
mod look;
mod lookup;
mod numbers;
mod personal;
mod pipeline;
mod plan;
mod quoted;
mod reading;
mod records;
mod rejects;
mod rows;
mod sort;
mod source;
mod stamps;
mod tables;
mod tally;
#[cfg(test)]
mod tests;
mod text;
mod trace;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::sync::Arc;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::mapping::Mapping;
use super::measures::Measures;
use super::quantities::Quantities;
pub use blocks::Blocks;
pub use error::{IntakeError, RowError, RowProblem};
pub use look::{Glimpse, HEADER_ROWS, SeenColumn, look};
pub use personal::Pseudonyms;
pub(in crate::kpi) use plan::wanted;
pub use reading::{Setting, Traced, read, rejected, trace};
pub(in crate::kpi) use rejects::REASON;
pub use trace::{TracedRow, Wanted};

/// How many errors are told one by one; the rest is counted.
pub const MAX_ERRORS: usize = 200;
/// Most centres of one file.
const MAX_CENTRES: usize = 10_000;
/// Most channels of one file.
const MAX_CHANNELS: usize = 64;
/// Most people of one file that is read by person.
const MAX_PEOPLE: usize = 250;

/// Whose measures they are: a centre, a day in its zone, a channel.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellKey {
    /// Code of the centre.
    pub centre: Arc<str>,
    /// Day in the zone of the centre.
    pub day: NaiveDate,
    /// Code of the channel.
    pub channel: Arc<str>,
}

/// The centres that a file may name, each with its zone.
#[derive(Debug, Clone, Default)]
pub struct CentreZones {
    zones: BTreeMap<String, Tz>,
    others: Option<Tz>,
}

impl CentreZones {
    /// The centres of an organisation; any other code is refused.
    pub fn new(centres: impl IntoIterator<Item = (String, Tz)>) -> Self {
        Self { zones: centres.into_iter().collect(), others: None }
    }

    /// Any code is a centre in this zone: for measuring a file without an organisation.
    #[must_use]
    pub fn any(zone: Tz) -> Self {
        Self { zones: BTreeMap::new(), others: Some(zone) }
    }

    /// The zone of a centre; `None` when there is no such centre.
    #[must_use]
    pub fn zone(&self, code: &str) -> Option<Tz> {
        self.zones.get(code).copied().or(self.others)
    }
}

/// What a file came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intake {
    /// The measures. Rows with errors are in none of them.
    pub cells: BTreeMap<CellKey, Measures>,
    /// Named quantities beyond the measures of calls.
    pub quantities: BTreeMap<CellKey, Quantities>,
    /// Rows read, the header and blank lines not counted.
    pub rows: u64,
    /// Ignored rows whose centre, channel or time could not be read, which does not matter for them.
    pub ignored_unplaced: u64,
    /// The first [`MAX_ERRORS`] errors, by row.
    pub errors: Vec<RowError>,
    /// How many errors there are in all.
    pub error_count: u64,
    /// SHA-256 of the file as it came, when it was rewritten on the way; hexadecimal.
    pub original: Option<String>,
    /// The file is a workbook.
    pub workbook: bool,
    /// The file was packed with gzip.
    pub gzip: bool,
    /// The text was GB18030 (GBK, GB2312); otherwise UTF-8 or ASCII.
    pub gb18030: bool,
    /// The byte between two fields.
    pub delimiter: u8,
}

impl Intake {
    /// The measures of a centre from one day to another (both included), all channels together.
    #[must_use]
    pub fn period(&self, centre: &str, from: NaiveDate, to: NaiveDate) -> Measures {
        let cells = self.cells.iter().filter(|(key, _)| &*key.centre == centre && (from..=to).contains(&key.day));
        Measures::total(cells.map(|(_, measures)| measures))
    }

    /// The centre × day pairs that the file touches, each once, in order.
    #[must_use]
    pub fn days(&self) -> Vec<(Arc<str>, NaiveDate)> {
        let keys = self.cells.keys().chain(self.quantities.keys());
        let mut days: Vec<_> = keys.map(|key| (Arc::clone(&key.centre), key.day)).collect();
        days.sort_unstable();
        days.dedup();
        days
    }
}

/// Where a row stands: a chunk of the file and a line of it, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct RowNumber {
    chunk: u64,
    line: u64,
}

/// Reads a call log to its end. Every raw byte also goes to `keep`, as it was read ([`std::io::sink`] when no copy is wanted).
///
/// A file whose [`Intake::error_count`] is above zero has been read to its end, but must not be imported.
///
/// # Errors
/// When the file cannot be read as a call log at all: no header, columns missing, an archive, a broken gzip stream, a disk error.
pub fn measure(
    reader: impl Read + Send,
    mapping: &Mapping,
    zones: &CentreZones,
    keep: &mut (dyn Write + Send),
) -> Result<Intake, IntakeError> {
    pipeline::run(reader, mapping, zones, keep, pipeline::Settings::default())
}
