//! `cairn verify`: is the log whole, and do rows, texts and files agree with it?

use crate::error::Result;
use crate::ledger::verify;

/// Verifies and reports; the exit code says what was found.
///
/// # Errors
/// When the database cannot be read.
pub fn run(args: &super::Report) -> Result<i32> {
    let (config, ledger) = args.data.open()?;
    let facts = crate::app::facts();
    let report = ledger.db.read(|conn| verify::verify(conn, &facts, &config.evidence_dir()))?;
    if args.json {
        super::say(serde_json::to_string_pretty(&report)?);
        return Ok(report.exit_code());
    }
    super::say(format!("{} events, root {}", report.events, report.root));
    super::say(format!("{} rows, {} texts and {} evidence files compared", report.rows, report.texts, report.files));
    if report.faults.is_empty() {
        super::say("Consistent. There is no checkpoint kept outside, so a cut tail cannot be excluded.");
    }
    for fault in &report.faults {
        super::say(format!("TAMPERED {}: {}", fault.kind, fault.place));
    }
    Ok(report.exit_code())
}
