//! `cairn rebuild`: makes again what is derived from facts, and says how much.

use std::sync::Arc;

use serde::Serialize;

use crate::actor::Actor;
use crate::error::Result;

/// What was made.
#[derive(Debug, Serialize)]
struct Made {
    documents: crate::documents::Rebuilt,
}

/// Rebuilds and reports.
///
/// # Errors
/// When the database cannot be read or written.
pub fn run(args: &super::Report) -> Result<i32> {
    let (_, ledger) = args.data.open()?;
    let actor = Arc::new(Actor::cli(&crate::config::os_user()));
    let made = Made { documents: crate::documents::rebuild(&ledger, &actor)? };
    if args.json {
        super::say(serde_json::to_string_pretty(&made)?);
        return Ok(0);
    }
    super::say(format!("{} documents: links, search entries and rendered texts made again", made.documents.documents));
    Ok(0)
}
