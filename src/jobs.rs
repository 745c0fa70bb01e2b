//! Scheduled work: idempotent, catches up what was missed, safe with several instances.

use std::path::Path;

use crate::error::Result;
use crate::ledger::Ledger;
use crate::{documents, kpi};

/// Everything that is due at this moment. Called every half minute and at start.
///
/// # Errors
/// What the first failing job says; the others have run.
pub fn run_due(ledger: &Ledger, evidence_dir: &Path) -> Result<()> {
    let released = documents::release_due(ledger).map(drop);
    let swept = kpi::sweep_staged(ledger, evidence_dir);
    let settled = kpi::settle(ledger, None).map(drop);
    let closed = kpi::judge_closed_months(ledger);
    released.and(swept).and(settled).and(closed)
}
