//! The register of documents as a CSV file that spreadsheets open as it is meant: UTF-8 with a byte order mark, and no cell that a
//! spreadsheet would take for a formula.

use super::super::service::read::Entry;
use crate::error::{Error, Result};
use crate::text::{Lang, t};

/// The register as CSV, with a heading row in the reader's language.
///
/// # Errors
/// When it cannot be written: a fault of ours.
pub fn register(entries: &[Entry], lang: Lang) -> Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(b"\xEF\xBB\xBF".to_vec());
    let heads =
        ["code", "title", "tier", "owner", "version", "state", "effective"].map(|key| t(lang, &format!("library-{key}"), &[]));
    writer.write_record(&heads).map_err(Error::internal)?;
    for Entry { document, version, .. } in entries {
        let state = t(lang, &format!("state-{}", version.state.as_str().replace('_', "-")), &[]);
        let day = version.effective_on.map(|day| day.to_string()).unwrap_or_default();
        let tier = document.tier.to_string();
        let cells = [&document.code, version.title(lang), &tier, &document.owner, &version.label, &state, &day];
        writer.write_record(cells.map(guarded)).map_err(Error::internal)?;
    }
    writer.into_inner().map_err(|error| Error::internal(error.error()))
}

/// A text that begins like a formula is shown, not computed.
fn guarded(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::guarded;

    #[test]
    fn formulas_are_disarmed() {
        assert_eq!(guarded("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")");
        assert_eq!(guarded("@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(guarded("QP-08"), "QP-08");
    }
}
