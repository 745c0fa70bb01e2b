//! Slice search.

use crate::ledger::FactTable;
use crate::web::Routes;

/// The fact tables of this slice.
pub const FACTS: &[FactTable] = &[];

/// The routes of this slice.
pub fn routes(_: &mut Routes<'_>) {}
