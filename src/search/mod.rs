//! Search over code, title and text, in Chinese and Latin alike, on both databases (ISO 9001 7.5.3.2: retrieval).
//!
//! Everything here is derived: slices put their entries when a fact changes, `cairn rebuild` puts them all again. What one may not
//! see is not found: entries of drafts are shown to those who read drafts and to the people named in them.

mod pages;
mod service;
mod store;
pub mod text;

pub use pages::{Source, Sources};
pub use service::{Found, Lookup, find};
pub use store::{Entry, Scope, clear, put, remove};

use crate::ledger::FactTable;
use crate::web::{Access, Routes};

/// Search keeps no facts.
pub const FACTS: &[FactTable] = &[];

/// The routes of this slice.
pub fn routes(routes: &mut Routes) {
    routes.get("/search", Access::SignedIn, pages::search).get("/search/suggest", Access::SignedIn, pages::suggest);
}
