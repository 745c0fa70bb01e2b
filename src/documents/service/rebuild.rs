//! Making again what follows from documents: links, search entries, rendered texts (design: everything that is not a fact is derived).

use std::sync::Arc;

use serde::Serialize;

use super::super::store;
use super::{derive, read};
use crate::actor::{Actor, Permission};
use crate::error::Result;
use crate::ledger::Ledger;

/// Documents in one transaction.
const STEP: i64 = 50;

/// What was made again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Rebuilt {
    /// Documents gone through.
    pub documents: usize,
}

/// Makes all of it again, a few documents at a time, so that a server beside it goes on.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without the permission; when the database refuses.
pub fn rebuild(ledger: &Ledger, actor: &Arc<Actor>) -> Result<Rebuilt> {
    actor.require(Permission::TransferDocuments)?;
    ledger.write_unaudited(|tx| store::clear_renditions(tx))?;
    let mut made = Rebuilt::default();
    let mut after = String::new();
    loop {
        let page = ledger.db.read(|conn| read::all_after(conn, actor, &after, STEP))?;
        let Some((last, _)) = page.last() else { return Ok(made) };
        after.clone_from(&last.code_key);
        made.documents += page.len();
        let documents: Vec<_> = page.into_iter().map(|(document, _)| document).collect();
        ledger.write_unaudited(move |tx| documents.iter().try_for_each(|document| derive::refresh(tx, document)))?;
    }
}
