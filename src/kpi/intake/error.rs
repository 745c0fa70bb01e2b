//! What can be wrong with a call log: problems of a row name row, column and value; problems of the file end the reading.

use std::fmt;
use std::sync::Arc;

/// One thing that is wrong with one row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowError {
    /// Line of the file on which the row starts, from 1 (the header included).
    pub row: u64,
    /// What the identifying column holds, when the mapping names one.
    pub id: Option<String>,
    /// The sheet, in a workbook.
    pub sheet: Option<Arc<str>>,
    /// Number of the column, from 0; none when it is about the whole row.
    pub at: Option<usize>,
    /// Name of the column; empty when it is about the whole row.
    pub column: String,
    /// What stands there, cut to 80 characters.
    pub value: String,
    /// What is wrong with it.
    pub problem: RowProblem,
}

/// What is wrong with a value, and so what was expected.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowProblem {
    /// The row has more or fewer fields than the header.
    FieldCount {
        /// Fields of the header.
        expected: usize,
        /// Fields of the row.
        found: usize,
    },
    /// Bytes that are no text in the encoding of the file.
    Encoding,
    /// Not in the table of outcomes.
    Outcome,
    /// Not in the table of centres.
    Centre,
    /// A centre that the organisation does not have.
    CentreUnknown,
    /// More different centres than a file may hold.
    CentreMany,
    /// Not in the table of channels, or not a channel code.
    Channel,
    /// Not a date or time in the format of the mapping.
    Stamp {
        /// That format.
        format: String,
    },
    /// A date before 1900 or after 2199.
    StampRange,
    /// A local time that the clocks skipped.
    StampGap {
        /// The zone in which they did.
        zone: String,
    },
    /// Not a duration.
    Duration,
    /// A duration above one year.
    DurationRange,
    /// Empty where a duration is needed.
    DurationEmpty,
    /// Not in the table of resolutions.
    Resolved,
    /// Not a rating.
    Rating,
    /// Not in the table of a field.
    Listed {
        /// The field.
        field: &'static str,
    },
    /// Empty where a field is needed.
    Needed {
        /// The field.
        field: &'static str,
    },
    /// More than another field of the row says there are.
    Above {
        /// The other field.
        field: &'static str,
    },
    /// A moment before another one of the row.
    Before {
        /// The other field.
        field: &'static str,
    },
    /// Not a whole number from 0 on.
    Whole,
    /// Not points from 0 to 100.
    Points,
    /// Not a rating of a scale.
    Scale {
        /// Least rating.
        low: i64,
        /// Greatest rating.
        high: i64,
    },
    /// Not an amount of money with so many decimals.
    Money {
        /// How many decimals the currency has.
        decimals: u8,
    },
}

/// A value read from a field, or what is wrong with it; boxed so that the good case stays in registers.
pub(super) type Checked<T> = Result<T, Box<RowProblem>>;

impl RowProblem {
    /// Stable code of the problem.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::FieldCount { .. } => "kpi-row-field-count",
            Self::Encoding => "kpi-row-encoding",
            Self::Outcome => "kpi-row-outcome",
            Self::Centre => "kpi-row-centre",
            Self::CentreUnknown => "kpi-row-centre-unknown",
            Self::CentreMany => "kpi-row-centre-many",
            Self::Channel => "kpi-row-channel",
            Self::Stamp { .. } => "kpi-row-stamp",
            Self::StampRange => "kpi-row-stamp-range",
            Self::StampGap { .. } => "kpi-row-stamp-gap",
            Self::Duration => "kpi-row-duration",
            Self::DurationRange => "kpi-row-duration-range",
            Self::DurationEmpty => "kpi-row-duration-empty",
            Self::Resolved => "kpi-row-resolved",
            Self::Rating => "kpi-row-rating",
            Self::Listed { .. } => "kpi-row-listed",
            Self::Needed { .. } => "kpi-row-needed",
            Self::Above { .. } => "kpi-row-above",
            Self::Before { .. } => "kpi-row-before",
            Self::Whole => "kpi-row-whole",
            Self::Points => "kpi-row-points",
            Self::Scale { .. } => "kpi-row-scale",
            Self::Money { .. } => "kpi-row-money",
        }
    }
}

impl fmt::Display for RowProblem {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FieldCount { expected, found } => write!(to, "the row has {found} fields, the header has {expected}"),
            Self::Encoding => {
                to.write_str("not text in the encoding of the file: set `encoding` in the mapping, or save the file as UTF-8")
            }
            Self::Outcome => to.write_str("expected a value of the table `outcome.values`"),
            Self::Centre => to.write_str("expected a value of the table `centre.values`"),
            Self::CentreUnknown => to.write_str("no such centre: add it, or correct the table `centre.values`"),
            Self::CentreMany => to.write_str("too many different centres: is `centre.column` the right column?"),
            Self::Channel => to.write_str("expected a value of the table `channel.values`, or a channel code"),
            Self::Stamp { format } => write!(to, "expected a date and time written as `{format}`"),
            Self::StampRange => to.write_str("expected a date from 1900 to 2199"),
            Self::StampGap { zone } => write!(to, "the clocks of {zone} skipped this time: correct `stamp.zone`"),
            Self::Duration => to.write_str("expected seconds, or h:mm:ss, or mm:ss"),
            Self::DurationRange => to.write_str("expected a duration of at most one year"),
            Self::DurationEmpty => to.write_str("empty, but a duration is needed: say `empty` in the mapping if it may be"),
            Self::Resolved => to.write_str("expected a value of the table `resolved.values`"),
            Self::Rating => to.write_str("expected a whole rating from 1 to 5, or a value of the table `csat.values`"),
            Self::Listed { field } => write!(to, "expected a value of the table `{field}.values`"),
            Self::Needed { field } => write!(to, "empty, but `{field}` is needed"),
            Self::Above { field } => write!(to, "more than `{field}` of the row"),
            Self::Before { field } => write!(to, "before `{field}` of the row"),
            Self::Whole => to.write_str("expected a whole number from 0 on"),
            Self::Points => to.write_str("expected points from 0 to 100"),
            Self::Scale { low, high } => write!(to, "expected a whole rating from {low} to {high}, or a value of the table"),
            Self::Money { decimals } => {
                write!(to, "expected an amount with at most {decimals} decimals and no thousands separator")
            }
        }
    }
}

impl RowError {
    /// An error about a whole row, which is named later.
    pub(super) fn of_row(problem: RowProblem) -> Self {
        Self { row: 0, id: None, sheet: None, at: None, column: String::new(), value: String::new(), problem }
    }

    /// The address of the cell as spreadsheets write it: `C12`, `Sheet1!C12`; of the row when it is about all of it: `12`.
    #[must_use]
    pub fn cell(&self) -> String {
        let column = self.at.map(letters).unwrap_or_default();
        match &self.sheet {
            Some(sheet) => format!("{sheet}!{column}{}", self.row),
            None => format!("{column}{}", self.row),
        }
    }

    /// Stable code of the problem.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.problem.code()
    }

    /// Parameters of its text.
    #[must_use]
    pub fn params(&self) -> Vec<(&'static str, String)> {
        let id = self.id.clone().unwrap_or_default();
        let mut params =
            vec![("row", self.row.to_string()), ("id", id), ("column", self.column.clone()), ("value", self.value.clone())];
        params.push(("cell", self.cell()));
        match &self.problem {
            RowProblem::FieldCount { expected, found } => {
                params.extend([("expected", expected.to_string()), ("found", found.to_string())]);
            }
            RowProblem::Stamp { format } => params.push(("format", format.clone())),
            RowProblem::StampGap { zone } => params.push(("zone", zone.clone())),
            RowProblem::Money { decimals } => params.push(("decimals", decimals.to_string())),
            RowProblem::Listed { field }
            | RowProblem::Needed { field }
            | RowProblem::Above { field }
            | RowProblem::Before { field } => params.push(("field", (*field).to_owned())),
            RowProblem::Scale { low, high } => params.extend([("low", low.to_string()), ("high", high.to_string())]),
            _ => {}
        }
        params
    }
}

/// The letters of a column, from 0: A to Z, AA and on.
fn letters(mut column: usize) -> String {
    let mut text = Vec::new();
    loop {
        text.push(b'A' + (column % 26) as u8);
        match (column / 26).checked_sub(1) {
            Some(next) => column = next,
            None => break,
        }
    }
    text.iter().rev().map(|letter| char::from(*letter)).collect()
}

impl fmt::Display for RowError {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.sheet {
            Some(_) => write!(to, "{}", self.cell())?,
            None => write!(to, "row {}", self.row)?,
        }
        if let Some(id) = &self.id {
            write!(to, " ({id})")?;
        }
        if !self.column.is_empty() {
            write!(to, ", column `{}`: `{}`", self.column, self.value)?;
        }
        write!(to, ": {}", self.problem)
    }
}

impl std::error::Error for RowError {}

/// A file that cannot be read as a call log at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IntakeError {
    /// The file could not be read to its end (a broken disk, a damaged gzip file).
    #[error("the file could not be read: {0}")]
    Read(String),
    /// The copy kept as evidence could not be written.
    #[error("the copy kept as evidence could not be written: {0}")]
    Keep(String),
    /// There is no header line.
    #[error("the file is empty: a header line with the column names is needed")]
    Empty,
    /// An old spreadsheet or another archive.
    #[error("this is an old workbook or an archive: save the sheet as .xlsx or CSV")]
    Archive,
    /// A workbook that cannot be read.
    #[error("the workbook could not be read: {0}")]
    Workbook(String),
    /// A workbook that unpacks to more than may be.
    #[error("`{part}` of the workbook unpacks to more than {limit} MiB: save the sheet as CSV")]
    WorkbookSize {
        /// The part of it.
        part: String,
        /// The limit.
        limit: u64,
    },
    /// The workbook has no such sheet.
    #[error("the workbook has no sheet `{sheet}`; it has {}", quoted(found))]
    NoSheet {
        /// The sheet asked for; empty: any visible one.
        sheet: String,
        /// The sheets that it has.
        found: Vec<String>,
    },
    /// UTF-16 text.
    #[error("the text is UTF-16: save it as UTF-8")]
    Utf16,
    /// Columns of the mapping that the header lacks.
    #[error("the header has no column {}; it has {}", quoted(missing), quoted(found))]
    MissingColumns {
        /// The columns that the mapping names and the header lacks.
        missing: Vec<String>,
        /// The columns of the header.
        found: Vec<String>,
    },
    /// A column of the mapping that stands twice in the header.
    #[error("the header has the column `{column}` twice")]
    DuplicateColumn {
        /// Its name.
        column: String,
    },
    /// The mapping names a centre that the organisation does not have.
    #[error("the mapping names the centre `{code}`, which does not exist")]
    UnknownCentre {
        /// Its code.
        code: String,
    },
    /// Neither the mapping nor the caller says which centre it is.
    #[error("neither the mapping nor the command says which centre the file belongs to")]
    NoCentre,
    /// A line of more than a megabyte, or a quotation that never ends.
    #[error("the record that starts on line {row} is longer than {limit} bytes: is a quotation mark left open?")]
    LongRecord {
        /// Line of the file, from 1.
        row: u64,
        /// The limit in bytes.
        limit: usize,
    },
    /// A worker stopped unexpectedly.
    #[error("a worker stopped unexpectedly")]
    Worker,
}

fn quoted(names: &[String]) -> String {
    let all: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    all.join(", ")
}

impl IntakeError {
    /// Stable code of the problem.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read(_) => "kpi-file-read",
            Self::Keep(_) => "kpi-file-keep",
            Self::Empty => "kpi-file-empty",
            Self::Archive => "kpi-file-archive",
            Self::Workbook(_) => "kpi-file-workbook",
            Self::WorkbookSize { .. } => "kpi-file-workbook-size",
            Self::NoSheet { .. } => "kpi-file-no-sheet",
            Self::Utf16 => "kpi-file-utf16",
            Self::MissingColumns { .. } => "kpi-file-missing-columns",
            Self::DuplicateColumn { .. } => "kpi-file-duplicate-column",
            Self::UnknownCentre { .. } => "kpi-file-unknown-centre",
            Self::NoCentre => "kpi-file-no-centre",
            Self::LongRecord { .. } => "kpi-file-long-record",
            Self::Worker => "kpi-file-worker",
        }
    }

    /// Parameters of its text.
    #[must_use]
    pub fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::WorkbookSize { part, limit } => vec![("part", part.clone()), ("limit", limit.to_string())],
            Self::NoSheet { sheet, found } => vec![("sheet", sheet.clone()), ("found", quoted(found))],
            Self::Read(cause) | Self::Keep(cause) | Self::Workbook(cause) => vec![("cause", cause.clone())],
            Self::MissingColumns { missing, found } => vec![("missing", quoted(missing)), ("found", quoted(found))],
            Self::DuplicateColumn { column } => vec![("column", column.clone())],
            Self::UnknownCentre { code } => vec![("code", code.clone())],
            Self::LongRecord { row, limit } => vec![("row", row.to_string()), ("limit", limit.to_string())],
            Self::Empty | Self::Archive | Self::Utf16 | Self::NoCentre | Self::Worker => Vec::new(),
        }
    }
}
