//! Records: what was filled in on a form, the evidence of tier 4 (ISO 9001 7.5.3; 9002 7.5.3: protected from alteration).
//!
//! States: draft → submitted. Invariants: a record is made on the form version in force; a submitted record never changes; its number is
//! unique in its register, and the numbers of a period have no gaps; the month is the organisation's, not the server's.

mod api;
mod find;
mod model;
mod pages;
mod pages_entry;
mod pages_export;
mod service;
mod store;

use crate::ledger::{Fact, FactTable};
use crate::web::{Access, Routes};

pub use api::openapi;
pub use find::rebuild;
pub use model::{Counted, Draft, FillRecord, Filter, Record, State};
pub use service::{counts_by_form, discard, drafts_of, fill, get, list, recent, save, submit_saved};

/// The fact tables of this slice.
pub const FACTS: &[FactTable] = &[Record::TABLE];

/// The routes of this slice.
pub fn routes(routes: &mut Routes) {
    api::routes(routes);
    routes.get("/records", Access::SignedIn, pages::index);
    routes.get("/records/{form}", Access::SignedIn, pages::register);
    routes.get("/records/{form}/export.{format}", Access::SignedIn, pages_export::export);
    routes.get("/records/{form}/new", Access::SignedIn, pages_entry::blank);
    routes.post("/records/{form}/new", Access::SignedIn, pages_entry::create);
    routes.get("/r/{id}", Access::SignedIn, pages_entry::show);
    routes.post("/r/{id}", Access::SignedIn, pages_entry::change);
    routes.post("/r/{id}/discard", Access::SignedIn, pages_entry::discard);
}
