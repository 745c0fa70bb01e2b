//! The starter set: the shipped documents as drafts, and the KPI definitions with the centre profiles.

use crate::error::Result;
use crate::ledger::WriteTx;
use crate::text::Lang;

/// A document of the starter set.
#[derive(Debug, Clone)]
pub struct Draft {
}

/// Reads the shipped documents in these languages; outside the write, because parsing is slow.
///
/// # Errors
/// When a shipped document is damaged: a fault of ours.
pub(super) fn drafts(_languages: &[Lang]) -> Result<Vec<Draft>> {
    Ok(Vec::new())
}

/// Makes them drafts.
///
/// # Errors
/// What the slices say.
pub(super) fn plant(_tx: &mut WriteTx<'_>, _drafts: &[Draft]) -> Result<()> {
    Ok(())
}
