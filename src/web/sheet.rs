//! Tables as files for spreadsheets: CSV in UTF-8 with its mark, or a workbook whose head stays in sight. No cell is run as a formula.

use actix_web::HttpResponse;
use actix_web::http::header;
use chrono::NaiveDate;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use serde::Deserialize;

use super::formula::guard;
use super::query::escape;
use crate::error::{Error, Result};

/// What a spreadsheet needs to know that the file is UTF-8.
const MARK: &[u8] = b"\xEF\xBB\xBF";
/// Most rows of a sheet, the head counted.
const MOST_ROWS: usize = 1_048_576;
/// Longest text of a cell, in characters.
const LONGEST: usize = 32_767;
/// Widest column, in characters.
const WIDEST: usize = 60;
/// Rows that the widths of the columns are taken from.
const LOOKED_AT: usize = 200;

/// What the file is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SheetFormat {
    /// Comma-separated values.
    Csv,
    /// A workbook.
    Xlsx,
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Nothing,
    /// A text.
    Text(String),
    /// A number; what is not finite is nothing.
    Number(f64),
    /// A day.
    Day(NaiveDate),
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        if number.is_finite() { Self::Number(number) } else { Self::Nothing }
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Number(number as f64)
    }
}

impl From<NaiveDate> for Cell {
    fn from(day: NaiveDate) -> Self {
        Self::Day(day)
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(cell: Option<T>) -> Self {
        cell.map_or(Self::Nothing, Into::into)
    }
}

impl Cell {
    fn text(&self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Day(day) => day.to_string(),
        }
    }
}

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// What the file is called, without its ending.
    pub name: String,
    /// The names of the columns.
    pub head: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
}

impl Sheet {
    /// The table as a file.
    ///
    /// # Errors
    /// [`Error::TooLarge`] for more rows than a sheet holds.
    pub fn file(&self, format: SheetFormat) -> Result<SheetFile> {
        let (media_type, ending, bytes) = match format {
            SheetFormat::Csv => ("text/csv; charset=utf-8", "csv", self.csv()?),
            SheetFormat::Xlsx => ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", self.xlsx()?),
        };
        Ok(SheetFile { name: format!("{}.{ending}", self.name.replace(['/', '\\', ' '], "-")), media_type, bytes })
    }

    /// The table as CSV.
    ///
    /// # Errors
    /// Never in practice: writing to memory.
    pub fn csv(&self) -> Result<Vec<u8>> {
        let rows = self.rows.iter().map(|row| row.iter().map(Cell::text).collect());
        Ok([csv_head(self.head.clone())?, csv_piece(&mut { rows })?].concat())
    }

    /// The table as a workbook.
    ///
    /// # Errors
    /// [`Error::TooLarge`] for more rows than a sheet holds.
    pub fn xlsx(&self) -> Result<Vec<u8>> {
        if self.rows.len() >= MOST_ROWS {
            return Err(Error::TooLarge(MOST_ROWS as u64));
        }
        self.workbook().map_err(Error::internal)
    }

    fn workbook(&self) -> std::result::Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        let (head, day) = (Format::new().set_bold(), Format::new().set_num_format("yyyy-mm-dd"));
        for (column, name) in (0_u16..).zip(&self.head) {
            sheet.write_string_with_format(0, column, name, &head)?;
            sheet.set_column_width(column, self.width(usize::from(column)))?;
        }
        sheet.set_freeze_panes(1, 0)?;
        for (row, cells) in (1_u32..).zip(&self.rows) {
            for (column, cell) in (0_u16..).zip(cells) {
                write(sheet, (row, column), cell, &day)?;
            }
        }
        if let (Ok(last), Some(columns)) = (u32::try_from(self.rows.len()), self.head.len().checked_sub(1)) {
            sheet.autofilter(0, 0, last, u16::try_from(columns).unwrap_or(u16::MAX))?;
        }
        book.save_to_buffer()
    }

    /// Wide enough for its first rows; a Chinese character takes two places.
    fn width(&self, column: usize) -> f64 {
        let places = |text: &str| text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
        let cells = self.rows.iter().take(LOOKED_AT).filter_map(|row| row.get(column)).map(|cell| places(&cell.text()));
        let widest = cells.chain(self.head.get(column).map(|name| places(name))).max().unwrap_or(8);
        (widest.clamp(6, WIDEST) + 3) as f64
    }
}

fn write(sheet: &mut Worksheet, (row, column): (u32, u16), cell: &Cell, day: &Format) -> std::result::Result<(), XlsxError> {
    match cell {
        Cell::Nothing => Ok(()),
        Cell::Text(text) => {
            let text: String = text.chars().take(LONGEST).collect();
            sheet.write_string(row, column, text).map(drop)
        }
        Cell::Number(number) => sheet.write_number(row, column, *number).map(drop),
        Cell::Day(date) => {
            // Spreadsheets count days from the end of 1899.
            let since = NaiveDate::from_ymd_opt(1899, 12, 30).map(|first| (*date - first).num_days());
            sheet.write_number_with_format(row, column, since.unwrap_or_default() as f64, day).map(drop)
        }
    }
}

/// A table as a file.
#[derive(Debug)]
pub struct SheetFile {
    name: String,
    media_type: &'static str,
    bytes: Vec<u8>,
}

impl SheetFile {
    /// The file to be saved.
    #[must_use]
    pub fn answer(self) -> HttpResponse {
        HttpResponse::Ok()
            .content_type(self.media_type)
            .insert_header((header::CACHE_CONTROL, "private, no-store"))
            .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename*=UTF-8''{}", escape(&self.name))))
            .body(self.bytes)
    }
}

/// The beginning of a CSV file: the mark and the head.
///
/// # Errors
/// Never in practice: writing to memory.
pub fn csv_head(cells: Vec<String>) -> Result<Vec<u8>> {
    Ok([MARK, &csv_piece(&mut std::iter::once(cells))?].concat())
}

/// Rows of cells as CSV.
///
/// # Errors
/// Never in practice: writing to memory.
pub fn csv_piece(rows: &mut dyn Iterator<Item = Vec<String>>) -> Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.iter().map(|cell| guard(cell))).map_err(Error::internal)?;
    }
    writer.into_inner().map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx};

    use super::*;

    fn sheet() -> Sheet {
        let row = |code: &str, value: Option<f64>| vec![code.into(), value.into(), NaiveDate::from_ymd_opt(2026, 10, 1).into()];
        let rows = vec![row("接通率", Some(-92.5)), row("=1+1", None), row("@x", Some(f64::NAN))];
        Sheet { name: "指标 2026-10".into(), head: ["名称", "值", "日期"].map(str::to_owned).into(), rows }
    }

    #[test]
    fn csv_starts_with_the_mark() {
        let text = String::from_utf8(sheet().csv().unwrap()).unwrap();
        assert_eq!(text, "\u{feff}名称,值,日期\r\n接通率,-92.5,2026-10-01\r\n'=1+1,,2026-10-01\r\n'@x,,2026-10-01\r\n");
    }

    #[test]
    fn a_workbook_holds_texts_numbers_and_days_under_a_head_that_stays() {
        let bytes = sheet().xlsx().unwrap();
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.clone())).unwrap();
        let range = book.worksheet_range_at(0).unwrap().unwrap();
        assert_eq!(range.get((0, 0)), Some(&Data::String("名称".into())));
        assert_eq!(range.get((1, 1)), Some(&Data::Float(-92.5)));
        assert_eq!(range.get((2, 0)), Some(&Data::String("=1+1".into())));
        assert_eq!(range.get((3, 1)), Some(&Data::Empty));
        let Some(Data::DateTime(day)) = range.get((1, 2)) else { panic!("no day") };
        assert!((day.as_f64() - 46_296.0).abs() < 1e-9);
        let mut parts = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let part = std::io::read_to_string(parts.by_name("xl/worksheets/sheet1.xml").unwrap()).unwrap();
        assert!(part.contains("state=\"frozen\"") && !part.contains("<f>"), "{part}");
    }
}
