//! Scheduled work: idempotent, catches up what was missed, safe with several instances.

use crate::documents;
use crate::error::Result;
use crate::ledger::Ledger;

/// Everything that is due at this moment. Called every half minute and at start.
///
/// # Errors
/// What the first failing job says; the others have run.
pub fn run_due(ledger: &Ledger) -> Result<()> {
    documents::release_due(ledger)?;
    Ok(())
}
