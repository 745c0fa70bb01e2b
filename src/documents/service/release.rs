//! Taking effect: on approval, or at 00:00 of the planned day in the organisation's zone by a job that catches up missed runs.
//! Exactly one version is in force under any race: the predecessor ends in the same event, and the database holds a unique index.

use std::sync::Arc;

use chrono::NaiveDate;

use super::super::model::{Document, State, Version};
use super::super::store;
use super::{content_hash, derive, event, today};
use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::ledger::{Ledger, WriteTx};
use crate::organisation;

/// Versions looked at in one run.
const RUN: i64 = 500;

/// Puts an approved version in force on a day and ends its predecessor on the same.
///
/// # Errors
/// [`Error::Conflict`] when it is not what was approved; [`Error::Stale`] when the race was lost.
pub(super) fn take_effect(
    tx: &mut WriteTx<'_>,
    mut document: Document,
    mut version: Version,
    day: NaiveDate,
) -> Result<(Document, Version)> {
    if version.state != State::Approved {
        return Err(Error::conflict("document-not-approved"));
    }
    if version.content_hash.as_ref() != Some(&content_hash(&document, &version)?) {
        return Err(Error::conflict("document-content-changed"));
    }
    let from = supersede(tx, &document, day)?;
    version.state = State::Effective;
    version.effective_on = Some(day);
    store::update_version(tx, &mut version)?;
    document.effective_version_id = Some(version.id.clone());
    document.owner = version.extras()?.owner;
    store::update_document(tx, &mut document)?;
    derive::refresh(tx, &document)?;
    let mut event = event("documents.release", &document, &version).detail("on", day.to_string());
    if let Some(label) = from {
        event = event.detail("supersedes", label);
    }
    tx.record(event);
    Ok((document, version))
}

/// Ends the version in force, if there is one; answers its label.
pub(super) fn supersede(tx: &mut WriteTx<'_>, document: &Document, day: NaiveDate) -> Result<Option<String>> {
    let Some(mut old) = store::effective_of(tx, &document.id)? else { return Ok(None) };
    old.state = State::Superseded;
    old.ended_on = Some(day);
    store::update_version(tx, &mut old)?;
    Ok(Some(old.label))
}

/// Releases one approved version whose day has come; its effective day is the planned one, however late the job runs.
///
/// # Errors
/// [`Error::Conflict`] when it is not approved (any more) or its day has not come.
pub fn release(tx: &mut WriteTx<'_>, version: &str) -> Result<(Document, Version)> {
    let version = store::version(tx, version)?;
    let document = store::document(tx, &version.document_id)?;
    let today = today(tx)?;
    let day = version.planned_on.unwrap_or(today);
    if day > today {
        return Err(Error::conflict("document-not-due"));
    }
    take_effect(tx, document, version, day)
}

/// Releases everything whose day has come; answers how many versions took effect. Safe with several instances: who loses the race for
/// a version leaves it to the winner.
///
/// # Errors
/// When the database refuses.
pub fn release_due(ledger: &Ledger) -> Result<usize> {
    let now = ledger.clock.now().into();
    let due = ledger.db.read(|conn| {
        let today = organisation::shell(conn)?.today(now);
        store::due(conn, today, RUN)
    })?;
    let system = Arc::new(Actor::system());
    let mut released = 0;
    for id in due {
        match ledger.write(&system, move |tx| release(tx, &id)) {
            Ok(_) => released += 1,
            Err(Error::Conflict(_) | Error::Stale | Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(released)
}
