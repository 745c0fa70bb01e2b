//! The rows of a file that have errors, as a CSV text with the reasons in a column of their own: to be mended and imported again.

use std::io::Write;

use super::error::{IntakeError, RowError};
use super::text::Line;

/// Name of the column of the reasons, in both languages.
const REASON: &str = "错误原因 reason";
/// Says that the text is UTF-8; spreadsheets ask for it.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Most rows written: whoever has more of them has the wrong mapping.
const MOST: usize = 20_000;

/// Writes rows with errors.
pub(super) struct Rejects<'w> {
    written: usize,
    to: csv::Writer<&'w mut (dyn Write + 'w)>,
    width: usize,
    explain: &'w dyn Fn(&RowError) -> String,
}

fn failed(error: impl ToString) -> IntakeError {
    IntakeError::Keep(error.to_string())
}

impl<'w> Rejects<'w> {
    /// Writes the header: that of the file, and the column of the reasons.
    pub(super) fn start(
        to: &'w mut (dyn Write + 'w),
        header: &[String],
        delimiter: u8,
        explain: &'w dyn Fn(&RowError) -> String,
    ) -> Result<Self, IntakeError> {
        to.write_all(MARK).map_err(failed)?;
        let mut to = csv::WriterBuilder::new().delimiter(delimiter).flexible(true).from_writer(to);
        let names = header.iter().filter(|name| *name != REASON).map(String::as_str);
        to.write_record(names.chain([REASON])).map_err(failed)?;
        Ok(Self { written: 0, to, width: header.len(), explain })
    }

    /// Writes a row and why it is here.
    pub(super) fn row(&mut self, line: Line<'_>, error: &RowError) -> Result<(), IntakeError> {
        self.written += 1;
        if self.written > MOST {
            return Ok(());
        }
        for at in 0..line.fields().max(self.width) {
            let cell = if at < line.fields() { line.field(at).text() } else { String::new() };
            self.to.write_field(harmless(cell)).map_err(failed)?;
        }
        self.to.write_field((self.explain)(error)).map_err(failed)?;
        self.to.write_record(None::<&[u8]>).map_err(failed)
    }

    /// Writes what is buffered.
    pub(super) fn finish(mut self) -> Result<(), IntakeError> {
        self.to.flush().map_err(failed)
    }
}

/// A cell that a spreadsheet would run as a formula is written as a text.
fn harmless(cell: String) -> String {
    let number = cell.parse::<f64>().is_ok();
    if !number && cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}
