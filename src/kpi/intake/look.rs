//! A first look at a file, before anybody has said how to read it: what it is, its first rows, where its column names seem to stand, and
//! what stands in each column.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::sink;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::IntakeError;
use super::header::{DELIMITERS, reader};
use super::source::{LineChunks, Text};
use super::tables::{self, Opened, glimpse};
use crate::kpi::mapping::EncodingRule;

/// Bytes of a text that are looked at.
const LOOKED_AT: usize = 1 << 20;
/// Rows that are looked at.
pub(super) const ROWS: usize = 2000;
/// The column names stand in one of these rows.
pub const HEADER_ROWS: u32 = 20;
/// Rows that are shown.
const SHOWN: usize = 25;
/// Most columns that are looked at.
const COLUMNS: usize = 200;
/// Longest cell that is shown, in characters.
const CELL: usize = 80;
/// Most different values of a column that are listed.
const VALUES: usize = 40;
/// Examples of a column.
const SAMPLES: usize = 3;

/// What was seen of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Glimpse {
    /// It is a workbook.
    pub workbook: bool,
    /// It is packed with gzip.
    pub gzip: bool,
    /// `utf-8`, `gb18030` or `ascii`; of a workbook none.
    pub encoding: Option<String>,
    /// The character between two fields; of a workbook none.
    pub delimiter: Option<char>,
    /// The sheets of a workbook.
    pub sheets: Vec<String>,
    /// The sheet that was looked at.
    pub sheet: Option<String>,
    /// The first rows, each with its number.
    pub first: Vec<(u32, Vec<String>)>,
    /// Row of the column names, from 1.
    pub header_row: u32,
    /// The columns.
    pub columns: Vec<SeenColumn>,
}

/// What was seen of a column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenColumn {
    /// Its name.
    pub name: String,
    /// The first cells that hold something.
    pub samples: Vec<String>,
    /// Different values, sorted.
    pub values: Vec<String>,
    /// There are more of them.
    pub more: bool,
}

impl Glimpse {
    /// The names of the columns.
    #[must_use]
    pub fn header(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.name.clone()).collect()
    }

    /// A column by name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&SeenColumn> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// Looks at a file. `sheet`: of a workbook, which one; none: the first that can be seen. `header_row`: none: the one that looks like it.
///
/// # Errors
/// When it is nothing that can be read: empty, an archive, UTF-16, a workbook that is broken or too large.
pub fn look(file: File, scratch: &Path, sheet: Option<&str>, header_row: Option<u32>) -> Result<Glimpse, IntakeError> {
    let mut nothing = sink();
    let (mut found, rows) = match tables::open(file, &mut nothing, scratch)? {
        Opened::Workbook(book) => {
            let seen = glimpse(book, sheet, ROWS)?;
            (Glimpse { workbook: true, sheets: seen.sheets, sheet: Some(seen.sheet), ..Glimpse::default() }, seen.rows)
        }
        Opened::Text(text) => {
            let mut source = LineChunks::open(text, &mut nothing, EncodingRule::Auto, LOOKED_AT)?;
            let chunk = source.next(Vec::new())?.ok_or(IntakeError::Empty)?.decoded();
            let (delimiter, rows) = cut(chunk.bytes());
            let encoding = match source.text {
                Text::Ascii => "ascii",
                Text::Utf8 => "utf-8",
                Text::Gb18030 => "gb18030",
            };
            let found = Glimpse {
                gzip: source.gzip,
                encoding: Some(encoding.to_owned()),
                delimiter: Some(delimiter),
                ..Glimpse::default()
            };
            (found, rows)
        }
    };
    if rows.is_empty() {
        return Err(IntakeError::Empty);
    }
    found.header_row = header_row.unwrap_or_else(|| names_row(&rows));
    found.columns = columns(&rows, found.header_row);
    found.first = rows.into_iter().take(SHOWN).collect();
    for (_, cells) in &mut found.first {
        cells.truncate(COLUMNS);
        cells.iter_mut().for_each(|cell| *cell = short(cell));
    }
    Ok(found)
}

fn short(cell: &str) -> String {
    cell.chars().take(CELL).collect()
}

type Rows = Vec<(u32, Vec<String>)>;

/// Cuts a text with the delimiter under which most rows are equally wide, the widest of those.
fn cut(text: &[u8]) -> (char, Rows) {
    let mut best: (char, Rows, (usize, usize)) = (',', Vec::new(), (0, 0));
    for delimiter in DELIMITERS {
        let rows = rows_with(text, delimiter);
        let (same, width) = common(&rows);
        let worth = if width > 1 { (same, width) } else { (0, rows.len().min(1)) };
        if worth > best.2 {
            best = (char::from(delimiter), rows, worth);
        }
    }
    (best.0, best.1)
}

fn rows_with(text: &[u8], delimiter: u8) -> Rows {
    let mut records = reader(delimiter).from_reader(text);
    let mut rows = Vec::new();
    let mut record = csv::ByteRecord::new();
    while rows.len() < ROWS && records.read_byte_record(&mut record).unwrap_or(false) {
        // Blank lines before a record count, line ends within its cells do not make it stand lower.
        let inside = record.iter().map(|cell| memchr::memchr_iter(b'\n', cell).count() as u64).sum::<u64>();
        let number = records.position().line().saturating_sub(1 + inside);
        let cells = record.iter().map(|cell| String::from_utf8_lossy(cell.trim_ascii()).into_owned()).collect();
        rows.push((u32::try_from(number).unwrap_or(u32::MAX), cells));
    }
    rows
}

/// How many of the first rows are as wide as most of them, and how wide that is.
fn common(rows: &Rows) -> (usize, usize) {
    let widths: Vec<usize> = rows.iter().take(200).map(|(_, cells)| cells.len()).collect();
    let same = |width: usize| widths.iter().filter(|other| **other == width).count();
    widths.iter().map(|width| (same(*width), *width)).max().unwrap_or_default()
}

/// The first row that looks like column names: nearly as wide as the others, its cells filled, different and no numbers.
fn names_row(rows: &Rows) -> u32 {
    let (_, width) = common(rows);
    let like_names = |cells: &[String]| {
        let filled: Vec<&String> = cells.iter().filter(|cell| !cell.is_empty()).collect();
        let different: BTreeSet<&&String> = filled.iter().collect();
        let worded = filled.iter().filter(|cell| !cell.starts_with(|c: char| c.is_ascii_digit())).count();
        filled.len() * 5 >= width * 4 && different.len() == filled.len() && worded * 10 >= filled.len() * 7
    };
    let found = rows.iter().filter(|(number, _)| *number <= HEADER_ROWS).find(|(_, cells)| like_names(cells));
    found.or(rows.first()).map_or(1, |(number, _)| *number)
}

fn columns(rows: &Rows, header_row: u32) -> Vec<SeenColumn> {
    let Some((_, names)) = rows.iter().find(|(number, _)| *number == header_row) else { return Vec::new() };
    let below: Vec<&Vec<String>> = rows.iter().filter(|(number, _)| *number > header_row).map(|(_, cells)| cells).collect();
    let mut columns: Vec<SeenColumn> = names.iter().take(COLUMNS).enumerate().map(|(at, name)| column(at, name, &below)).collect();
    while columns.last().is_some_and(|column| column.name.is_empty() && column.samples.is_empty()) {
        columns.pop();
    }
    columns
}

fn column(at: usize, name: &str, rows: &[&Vec<String>]) -> SeenColumn {
    let mut values = BTreeSet::new();
    let mut found = SeenColumn { name: name.to_owned(), ..SeenColumn::default() };
    for cell in rows.iter().filter_map(|cells| cells.get(at)).map(|cell| cell.trim()).filter(|cell| !cell.is_empty()) {
        if found.samples.len() < SAMPLES {
            found.samples.push(short(cell));
        }
        if values.len() < VALUES || values.contains(cell) {
            values.insert(cell.to_owned());
        } else {
            found.more = true;
        }
    }
    found.values = values.into_iter().collect();
    found
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, Write};

    use super::*;

    fn seen(bytes: &[u8], header_row: Option<u32>) -> Result<Glimpse, IntakeError> {
        let folder = tempfile::tempdir().unwrap();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.rewind().unwrap();
        look(file, folder.path(), None, header_row)
    }

    #[test]
    fn a_title_above_the_names_is_passed_over() {
        let found = seen("客服日报\n\n工号;日期;结果\n1001;2026-10-01;已接\n1002;2026-10-01;放弃\n".as_bytes(), None).unwrap();
        assert_eq!((found.header_row, found.delimiter, found.encoding.as_deref()), (3, Some(';'), Some("utf-8")));
        assert_eq!(found.header(), ["工号", "日期", "结果"]);
        assert_eq!(found.columns[2].values, ["已接", "放弃"]);
        let chosen = seen("a,b\nc,d\n1,2\n".as_bytes(), Some(2)).unwrap();
        assert_eq!(chosen.header(), ["c", "d"]);
    }

    #[test]
    fn gb18030_and_tabs_are_recognised() {
        let (bytes, _, _) = encoding_rs::GB18030.encode("流水号\t结果\nT1\t已接通\n");
        let found = seen(&bytes, None).unwrap();
        assert_eq!((found.encoding.as_deref(), found.delimiter), (Some("gb18030"), Some('\t')));
        assert_eq!(found.columns[1].samples, ["已接通"]);
        assert!(matches!(seen(b"", None), Err(IntakeError::Empty)));
        assert!(matches!(seen(b"\xd0\xcf\x11\xe0....", None), Err(IntakeError::Archive)));
    }
}
