//! History in plain words: events as sentences, on every object's page and on the ledger page.

use crate::web::Routes;

/// The routes of the ledger page.
pub fn routes(_: &mut Routes<'_>) {}
