//! `cairn rebuild`: makes again what is derived from facts, and says how much.

use std::sync::Arc;

use serde::Serialize;

use crate::actor::Actor;
use crate::error::Result;

/// What was made.
#[derive(Debug, Serialize)]
struct Made {
    /// Documents whose links, search entries and rendered texts were made.
    documents: usize,
    /// Records whose search entries were made.
    records: usize,
    /// Batches of call data whose measures were made from the kept files.
    batches: usize,
    /// Of them those whose stored measures had been others.
    repaired: usize,
}

/// Rebuilds and reports.
///
/// # Errors
/// When the database cannot be read or written.
pub fn run(args: &super::Report) -> Result<i32> {
    let (config, ledger) = args.data.open()?;
    let actor = Arc::new(Actor::cli(&crate::config::os_user()));
    let documents = crate::documents::rebuild(&ledger, &actor)?.documents;
    let records = crate::records::rebuild(&ledger, &actor)?;
    let batches = crate::kpi::rebuild(&ledger, &config.evidence_dir(), &actor)?;
    let made = Made { documents, records, batches: batches.len(), repaired: batches.iter().filter(|batch| batch.repaired).count() };
    if args.json {
        super::say(serde_json::to_string_pretty(&made)?);
        return Ok(0);
    }
    super::say(format!("{} documents: links, search entries and rendered texts made again", made.documents));
    super::say(format!("{} records: search entries made again", made.records));
    super::say(format!("{} batches of call data: measures made again, {} of them had been others", made.batches, made.repaired));
    Ok(0)
}
