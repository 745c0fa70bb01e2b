//! A register as CSV: with the mark that makes spreadsheets read UTF-8, and guarded so that no cell is run as a formula. Pure.

use crate::error::{Error, Result};

/// What a spreadsheet needs to know that the file is UTF-8.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// A cell that a spreadsheet will not run: what begins like a formula gets an apostrophe, unless it is a plain number.
pub(super) fn guard(cell: &str) -> String {
    let dangerous = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let numeric = cell.parse::<f64>().is_ok_and(f64::is_finite)
        && cell.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.'));
    if dangerous && !numeric { format!("'{cell}") } else { cell.to_owned() }
}

/// The beginning of a file: the mark and the head.
///
/// # Errors
/// Never in practice: writing to memory.
pub(super) fn head(cells: Vec<String>) -> Result<Vec<u8>> {
    Ok([MARK, &piece([cells])?].concat())
}

/// Rows of cells.
///
/// # Errors
/// Never in practice: writing to memory.
pub(super) fn piece(rows: impl IntoIterator<Item = Vec<String>>) -> Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.iter().map(|cell| guard(cell))).map_err(Error::internal)?;
    }
    writer.into_inner().map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_guarded_and_numbers_stay() {
        for (cell, guarded) in [("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("\tx", "'\tx"), ("-", "'-"), ("+86 21", "'+86 21")] {
            assert_eq!(guard(cell), guarded);
        }
        for cell in ["-12.5", "+3", "投诉", "", "a=b", "2611-001"] {
            assert_eq!(guard(cell), cell);
        }
        assert_eq!(guard("-1e5"), "'-1e5");
        assert_eq!(guard("-inf"), "'-inf");
    }

    #[test]
    fn the_file_starts_with_the_mark() {
        let bytes = head(vec!["编号".to_owned(), "a,b".to_owned()]).unwrap();
        assert_eq!(bytes, "\u{feff}编号,\"a,b\"\r\n".as_bytes());
    }
}
