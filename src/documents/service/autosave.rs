//! Text that its author has not saved yet: kept by the server every few seconds as bookkeeping, offered again when the editor opens.

use std::collections::BTreeMap;

use super::super::store::{self, Autosave};
use crate::actor::Actor;
use crate::db::{Conn, Instant};
use crate::error::{Error, Result};
use crate::ledger::Ledger;

/// Largest kept form, in bytes.
const LIMIT: usize = 2 << 20;
/// The whole form is kept as one entry.
const FORM: &str = "form";

/// A form as it was typed.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Kept {
    /// Field → value.
    pub values: BTreeMap<String, String>,
    /// When it was kept.
    pub at: Instant,
    /// The draft it was typed over.
    pub base: i64,
}

/// Keeps what somebody has typed into the editor of a draft they may edit.
///
/// # Errors
/// [`Error::TooLarge`] above the limit.
pub fn keep(ledger: &Ledger, actor: &Actor, version: &str, values: &BTreeMap<String, String>) -> Result<()> {
    let content = serde_json::to_string(values)?;
    if content.len() > LIMIT {
        return Err(Error::TooLarge(LIMIT as u64));
    }
    let base = values.get("row_version").and_then(|text| text.parse().ok()).unwrap_or_default();
    let (user, version) = (actor.id.clone(), version.to_owned());
    ledger.write_unaudited(move |tx| {
        let row = Autosave {
            user_id: user.clone(),
            version_id: version.clone(),
            lang: FORM.into(),
            content: content.clone(),
            base_version: base,
            saved_at: tx.now,
        };
        store::put_autosave(tx, &row)
    })
}

/// What somebody typed and did not save, if anything.
///
/// # Errors
/// When the database refuses.
pub fn kept(conn: &mut Conn, actor: &Actor, version: &str) -> Result<Option<Kept>> {
    let rows = store::autosaves_of(conn, &actor.id, version)?;
    let row = rows.into_iter().find(|row| row.lang == FORM);
    row.map(|row| Ok(Kept { values: serde_json::from_str(&row.content)?, at: row.saved_at, base: row.base_version })).transpose()
}
