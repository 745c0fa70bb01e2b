//! A sheet of a workbook, row by row. Formulas give the value that was saved with them; rows that are hidden count, empty ones do not.
//!
//! Invariant: memory holds the texts of the workbook, whose size was measured before, and one row.

use std::fs::File;
use std::io::{BufReader, Seek, SeekFrom};
use std::sync::Arc;

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use super::super::error::IntakeError;
use super::super::rejects;
use super::super::text::{BEFORE, Line, PAD};
use super::render::{Renderer, shapes};
use super::{Row, unpacked};
use crate::kpi::mapping::SourceMapping;

/// Most columns of a sheet.
const MAX_COLUMNS: usize = 16_384;
/// Most columns of a first look.
const SEEN_COLUMNS: usize = 200;

/// A sheet after its header.
pub(in crate::kpi::intake) struct Workbook {
    book: Xlsx<BufReader<File>>,
    renderer: Renderer,
    /// Row of the header, from 0.
    header_row: u32,
    /// The name of the sheet.
    pub(super) sheet: Arc<str>,
    /// The names of the columns.
    pub(super) header: Vec<String>,
}

fn broken(error: &XlsxError) -> IntakeError {
    IntakeError::Workbook(error.to_string())
}

impl Workbook {
    /// Reads as far as the header.
    pub(in crate::kpi::intake) fn open(file: File, mapping: &SourceMapping) -> Result<Self, IntakeError> {
        let book = opened(file)?;
        let sheet = chosen(&book, mapping.rows.sheet.as_deref())?;
        let since_1904 = book.has_1904_epoch();
        let renderer = Renderer::new(Vec::new(), since_1904);
        let header_row = mapping.rows.header_row - 1;
        let mut found = Self { book, renderer, header_row, sheet: Arc::from(sheet), header: Vec::new() };
        found.read_header()?;
        found.renderer = Renderer::new(shapes(mapping, &found.header), since_1904);
        Ok(found)
    }

    fn read_header(&mut self) -> Result<(), IntakeError> {
        let mut header: Vec<String> = Vec::new();
        let mut cells = self.book.worksheet_cells_reader(&self.sheet).map_err(|error| broken(&error))?;
        while let Some(cell) = cells.next_cell().map_err(|error| broken(&error))? {
            let (row, column) = (cell.get_position().0, cell.get_position().1 as usize);
            if row > self.header_row || column >= MAX_COLUMNS {
                break;
            }
            if row == self.header_row {
                header.resize((column + 1).max(header.len()), String::new());
                if let Some(name) = header.get_mut(column) {
                    self.renderer.write(column, cell.get_value(), name);
                    *name = name.trim().to_owned();
                }
            }
        }
        while header.last().is_some_and(String::is_empty) {
            header.pop();
        }
        if header.is_empty() {
            return Err(IntakeError::Empty);
        }
        self.header = header;
        Ok(())
    }

    /// Gives all rows below the header.
    pub(super) fn each(&mut self, take: &mut impl FnMut(Row<'_>) -> Result<(), IntakeError>) -> Result<(), IntakeError> {
        let mut cells = self.book.worksheet_cells_reader(&self.sheet).map_err(|error| broken(&error))?;
        let mut row = Cells::new(&self.header);
        while let Some(cell) = cells.next_cell().map_err(|error| broken(&error))? {
            let (number, column) = cell.get_position();
            if number <= self.header_row {
                continue;
            }
            if number != row.number {
                row.give(take)?;
                if number < row.number {
                    return Err(IntakeError::Workbook(format!("row {} comes after row {}", number + 1, row.number + 1)));
                }
                row.number = number;
            }
            row.put(column as usize, cell.get_value(), &self.renderer);
        }
        row.give(take)
    }
}

fn opened(mut file: File) -> Result<Xlsx<BufReader<File>>, IntakeError> {
    unpacked::check(BufReader::new(&file))?;
    file.seek(SeekFrom::Start(0)).map_err(|error| IntakeError::Read(error.to_string()))?;
    Xlsx::new(BufReader::new(file)).map_err(|error| broken(&error))
}

/// The first rows of a sheet.
pub(in crate::kpi::intake) struct Seen {
    /// All sheets that can be seen, and the one looked at.
    pub(in crate::kpi::intake) sheets: Vec<String>,
    /// The one looked at.
    pub(in crate::kpi::intake) sheet: String,
    /// Its first rows that hold something, each with its number from 1.
    pub(in crate::kpi::intake) rows: Vec<(u32, Vec<String>)>,
}

/// Looks at the first rows of a sheet.
pub(in crate::kpi::intake) fn glimpse(file: File, asked: Option<&str>, most: usize) -> Result<Seen, IntakeError> {
    let mut book = opened(file)?;
    let sheet = chosen(&book, asked)?;
    let shown = |other: &&calamine::Sheet| other.visible == SheetVisible::Visible || other.name == sheet;
    let work_sheets = book.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let sheets = work_sheets.filter(shown).map(|sheet| sheet.name.clone()).collect();
    let renderer = Renderer::new(Vec::new(), book.has_1904_epoch());
    let mut rows: Vec<(u32, Vec<String>)> = Vec::new();
    let mut cells = book.worksheet_cells_reader(&sheet).map_err(|error| broken(&error))?;
    while let Some(cell) = cells.next_cell().map_err(|error| broken(&error))? {
        let (row, column) = (cell.get_position().0 + 1, cell.get_position().1 as usize);
        if rows.last().is_none_or(|(number, _)| *number != row) {
            if rows.len() == most {
                break;
            }
            rows.push((row, Vec::new()));
        }
        if let Some((_, texts)) = rows.last_mut().filter(|_| column < SEEN_COLUMNS) {
            texts.resize((column + 1).max(texts.len()), String::new());
            if let Some(text) = texts.get_mut(column) {
                renderer.write(column, cell.get_value(), text);
                *text = text.trim().to_owned();
            }
        }
    }
    drop(cells);
    rows.retain(|(_, texts)| texts.iter().any(|text| !text.is_empty()));
    Ok(Seen { sheets, sheet, rows })
}

/// The sheet to read: the one asked for, else the first that can be seen.
fn chosen(book: &Xlsx<BufReader<File>>, asked: Option<&str>) -> Result<String, IntakeError> {
    let sheets: Vec<_> = book.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet).collect();
    let found = match asked {
        Some(name) => sheets.iter().find(|sheet| sheet.name == name),
        None => sheets.iter().find(|sheet| sheet.visible == SheetVisible::Visible),
    };
    found.map(|sheet| sheet.name.clone()).ok_or_else(|| IntakeError::NoSheet {
        sheet: asked.unwrap_or_default().to_owned(),
        found: sheets.iter().map(|sheet| sheet.name.clone()).collect(),
    })
}

/// The cells of one row under way.
struct Cells {
    number: u32,
    width: usize,
    /// They are rows with errors that come back.
    mended: bool,
    /// Where the cell of each column stands in the texts.
    places: Vec<(usize, usize)>,
    texts: String,
    buffer: Vec<u8>,
    ends: Vec<u32>,
}

impl Cells {
    fn new(header: &[String]) -> Self {
        Self {
            number: 0,
            width: header.len(),
            mended: rejects::is_mended(header),
            places: vec![(0, 0); header.len()],
            texts: String::new(),
            buffer: Vec::new(),
            ends: Vec::new(),
        }
    }

    /// Notes a cell; what stands right of the header belongs to no column.
    fn put(&mut self, column: usize, value: &DataRef<'_>, renderer: &Renderer) {
        if let Some(place) = self.places.get_mut(column) {
            let start = self.texts.len();
            renderer.write(column, value, &mut self.texts);
            *place = (start, self.texts.len());
        }
    }

    /// Gives the row, if it holds anything.
    fn give(&mut self, take: &mut impl FnMut(Row<'_>) -> Result<(), IntakeError>) -> Result<(), IntakeError> {
        if self.texts.trim().is_empty() {
            self.texts.clear();
            self.places.fill((0, 0));
            return Ok(());
        }
        self.buffer.clear();
        self.ends.clear();
        self.ends.push(BEFORE);
        for (start, end) in self.places.drain(..) {
            let cell = self.texts.get(start..end).unwrap_or_default().as_bytes();
            self.buffer.extend_from_slice(if self.mended { rejects::restored(cell) } else { cell });
            self.ends.push(self.buffer.len() as u32);
            self.buffer.push(b'\n');
        }
        self.buffer.extend_from_slice(&[0; PAD]);
        self.texts.clear();
        self.places.resize(self.width, (0, 0));
        take(Row { line: Line::new(&self.buffer, &self.ends), number: u64::from(self.number) + 1, sound: true })
    }
}
