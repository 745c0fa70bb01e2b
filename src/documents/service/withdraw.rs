//! Taking a version out of force without a successor (ISO 9001 7.5.3.2: unintended use of obsolete documents).

use super::super::command::Withdraw;
use super::super::model::{Document, State, Version};
use super::super::store;
use super::{derive, event, reason, today};
use crate::actor::Permission;
use crate::error::{Error, Result};
use crate::ledger::WriteTx;

/// Withdraws the version in force.
///
/// # Errors
/// [`Error::Invalid`] without a reason; [`Error::Conflict`] when nothing is in force.
pub fn withdraw(tx: &mut WriteTx<'_>, document: &str, command: &Withdraw) -> Result<(Document, Version)> {
    tx.actor.require(Permission::ManageDocuments)?;
    let mut document = store::document(tx, document)?;
    let reason = reason(&command.reason)?;
    let mut version = store::effective_of(tx, &document.id)?.ok_or_else(|| Error::conflict("document-not-effective"))?;
    version.state = State::Withdrawn;
    version.ended_on = Some(today(tx)?);
    store::update_version(tx, &mut version)?;
    document.effective_version_id = None;
    store::update_document(tx, &mut document)?;
    derive::refresh(tx, &document)?;
    tx.record(event("documents.withdraw", &document, &version).because(Some(&reason)));
    Ok((document, version))
}
