//! Tables of any file: delimited text or a sheet of a workbook, given row by row in the layout of a line, so that whoever counts rows
//! need not know where they come from.

mod render;
mod unpacked;
mod workbook;

use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

use super::error::IntakeError;
use super::header::{self, Header};
use super::quoted::{self, Record};
use super::source::{Chunk, LineChunks};
use super::text::Line;
use crate::kpi::mapping::SourceMapping;
pub(super) use workbook::{Workbook, glimpse};

/// Bytes of a chunk of text.
const CHUNK: usize = 1 << 18;
/// Largest workbook as a file.
const LARGEST_WORKBOOK: u64 = 1 << 30;
/// How workbooks begin.
const ZIP: &[u8] = b"PK\x03\x04";

/// A file that was looked at: text is read as it comes, a workbook was put aside, because it is read from its end.
pub(super) enum Opened<R> {
    /// Text; the first bytes are given again.
    Text(io::Chain<Cursor<Vec<u8>>, R>),
    /// A workbook.
    Workbook(std::fs::File),
}

/// Looks at the first bytes of a file. A workbook is copied to `keep` and to a nameless file in the scratch folder.
pub(super) fn open<R: Read>(mut reader: R, keep: &mut dyn Write, scratch: &Path) -> Result<Opened<R>, IntakeError> {
    let broken = |error: io::Error| IntakeError::Read(error.to_string());
    let mut magic = Vec::with_capacity(ZIP.len());
    Read::by_ref(&mut reader).take(ZIP.len() as u64).read_to_end(&mut magic).map_err(broken)?;
    let workbook = magic == ZIP;
    let mut whole = Cursor::new(magic).chain(reader);
    if !workbook {
        return Ok(Opened::Text(whole));
    }
    let kept = |error: io::Error| IntakeError::Keep(error.to_string());
    let mut aside = tempfile::tempfile_in(scratch).map_err(kept)?;
    let (mut buffer, mut size) = (vec![0; 1 << 16], 0);
    loop {
        let count = match whole.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(broken(error)),
        };
        size += count as u64;
        if size > LARGEST_WORKBOOK {
            return Err(IntakeError::WorkbookSize { part: "file".to_owned(), limit: LARGEST_WORKBOOK >> 20 });
        }
        keep.write_all(&buffer[..count]).map_err(kept)?;
        aside.write_all(&buffer[..count]).map_err(kept)?;
    }
    aside.seek(SeekFrom::Start(0)).map_err(kept)?;
    Ok(Opened::Workbook(aside))
}

/// A table whose header was read.
pub(super) enum Table<'r> {
    /// Delimited text.
    Text(Box<TextTable<'r>>),
    /// A sheet.
    Sheet(Box<Workbook>),
}

/// Delimited text after its header.
pub(super) struct TextTable<'r> {
    source: LineChunks<'r>,
    first: Option<Chunk>,
    header: Header,
}

impl<'r> TextTable<'r> {
    /// Reads as far as the header.
    pub(super) fn open(
        reader: impl Read + Send + 'r,
        keep: &'r mut (dyn Write + Send),
        mapping: &SourceMapping,
    ) -> Result<Self, IntakeError> {
        let rows = &mapping.rows;
        let mut source = LineChunks::open(reader, keep, rows.encoding, CHUNK)?;
        let mut first = source.next(Vec::new())?.ok_or(IntakeError::Empty)?.decoded();
        let header = header::read(&first, rows.delimiter, rows.header_row, &mapping.columns())?;
        first.skip(header.bytes);
        Ok(Self { source, first: Some(first), header })
    }
}

/// A row of a table and its number in the file, from 1.
pub(super) struct Row<'a> {
    /// Its cells.
    pub(super) line: Line<'a>,
    /// Its number.
    pub(super) number: u64,
    /// Its bytes are text.
    pub(super) sound: bool,
}

impl Table<'_> {
    /// The names of the columns.
    pub(super) fn header(&self) -> &[String] {
        match self {
            Self::Text(table) => &table.header.names,
            Self::Sheet(table) => &table.header,
        }
    }

    /// The byte between two fields; of a sheet none.
    pub(super) fn delimiter(&self) -> Option<u8> {
        match self {
            Self::Text(table) => Some(table.header.delimiter),
            Self::Sheet(_) => None,
        }
    }

    /// The name of the sheet.
    pub(super) fn sheet(&self) -> Option<Arc<str>> {
        match self {
            Self::Text(_) => None,
            Self::Sheet(table) => Some(Arc::clone(&table.sheet)),
        }
    }

    /// Gives all rows below the header.
    pub(super) fn each(&mut self, mut take: impl FnMut(Row<'_>) -> Result<(), IntakeError>) -> Result<Ended, IntakeError> {
        match self {
            Self::Sheet(table) => table.each(&mut take).map(|()| Ended::default()),
            Self::Text(table) => {
                let Some(first) = table.first.take() else { return Ok(Ended::default()) };
                let above = table.header.lines;
                let placed = |error| match error {
                    IntakeError::LongRecord { row, limit } => IntakeError::LongRecord { row: row + above + 1, limit },
                    other => other,
                };
                let row = |record: Record<'_>| match record {
                    Record::Sound(line, number) => take(Row { line, number: number + above + 1, sound: true }),
                    Record::Unsound(line, number) => take(Row { line, number: number + above + 1, sound: false }),
                };
                let cut = quoted::Cut::of(table.header.delimiter, &table.header.names);
                quoted::each(&mut table.source, first, cut, row).map_err(placed)?;
                let gb18030 = table.source.text == super::source::Text::Gb18030;
                Ok(Ended { gzip: table.source.gzip, gb18030 })
            }
        }
    }
}

/// What a table that was read to its end turned out to be.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ended {
    /// Packed with gzip.
    pub(super) gzip: bool,
    /// Text in GB18030.
    pub(super) gb18030: bool,
}
