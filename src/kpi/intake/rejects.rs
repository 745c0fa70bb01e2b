//! The rows of a file that have errors, as a CSV text with the reasons in a column of their own: to be mended and imported again, as
//! often as it takes.
//!
//! Invariant: a cell that was made harmless for spreadsheets is read again as it was.

use std::io::Write;

use super::error::{IntakeError, RowError};
use super::text::Line;
use crate::web::formula::{begins_like_formula, is_plain_number};

/// Name of the column of the reasons, in both languages.
pub const REASON: &str = "错误原因 reason";
/// Says that the text is UTF-8; spreadsheets ask for it.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Most rows written: whoever has more of them has the wrong mapping.
const MOST: usize = 20_000;

/// Writes rows with errors.
pub(super) struct Rejects<'w> {
    written: usize,
    to: csv::Writer<&'w mut (dyn Write + 'w)>,
    width: usize,
    /// Where the reasons of an earlier round stand.
    reason: Option<usize>,
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
        let reason = header.iter().position(|name| name == REASON);
        Ok(Self { written: 0, to, width: header.len(), reason, explain })
    }

    /// Writes a row and why it is here.
    pub(super) fn row(&mut self, line: Line<'_>, error: &RowError) -> Result<(), IntakeError> {
        self.written += 1;
        if self.written > MOST {
            return Ok(());
        }
        // In a row with cells too many the reason of before is pushed to the end.
        let past = self.reason.map(|at| if line.fields() > self.width { line.fields() - 1 } else { at });
        for at in (0..line.fields().max(self.width)).filter(|at| past != Some(*at)) {
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

/// True for the header of a file of rows with errors.
pub(super) fn is_mended(header: &[String]) -> bool {
    header.iter().any(|name| name == REASON)
}

/// A cell that a spreadsheet would run as a formula is written as a text.
pub(super) fn harmless(cell: String) -> String {
    if is_formula(&cell) && !is_plain_number(&cell) { format!("'{cell}") } else { cell }
}

/// A cell of mended rows as it was before it was made harmless.
pub(super) fn restored(cell: &[u8]) -> &[u8] {
    cell.strip_prefix(b"'").filter(|rest| is_formula(&String::from_utf8_lossy(rest))).unwrap_or(cell)
}

/// True for a cell that begins like a formula, whatever apostrophes stand before it: those of the file itself are kept.
fn is_formula(cell: &str) -> bool {
    begins_like_formula(cell.trim_start_matches('\''))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_harmless_is_read_as_it_was() {
        for (cell, written) in [
            ("=1+1", "'=1+1"),
            ("-放弃", "'-放弃"),
            ("＝1+1", "'＝1+1"),
            ("＠热线", "'＠热线"),
            ("\n=1", "'\n=1"),
            ("-inf", "'-inf"),
            ("'=x", "''=x"),
            ("'＋x", "''＋x"),
            ("-1.5", "-1.5"),
            ("'abc", "'abc"),
            ("", ""),
        ] {
            assert_eq!(harmless(cell.to_owned()), written);
            assert_eq!(restored(written.as_bytes()), cell.as_bytes(), "{written}");
        }
        assert_eq!(restored(b"'-5"), b"-5", "what was mended to a number");
    }
}
