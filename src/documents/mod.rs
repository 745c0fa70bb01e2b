//! Documents: the four-tier pyramid (ISO 9001 7.5). A document has versions; a version goes draft → in review → approved → effective →
//! superseded or withdrawn, and back to draft when it is returned.
//!
//! Invariants: readers see exactly one version in force; revising makes a new draft and never touches it; at most one version is being
//! prepared; an approval binds to the SHA-256 of content and metadata, and the approver is neither author nor submitter; what is
//! approved never changes; drafts are there only for their author, reviewers, approver, quality managers and auditors.

mod api;
mod command;
pub mod compare;
mod declaration;
pub mod front_matter;
pub mod library;
mod list;
mod model;
mod pages;
pub mod recognise;
mod render;
mod service;
mod starter;
mod store;
mod transfer;

pub use api::openapi;
pub use command::{Adopt, Adopted, Bilingual, Decide, Extra, FormExtra, NewDocument, Revise, SaveDraft, Step, Submit, Withdraw};
pub use declaration::{Definition, Field, Kind, Label, Opt, Values};
pub use list::Filter;
pub use model::{Decision, Document, DocumentFile, Duty, Origin, Review, State, Version};
pub use recognise::Patterns;
pub use render::href;
pub use service::adopt::adopt;
pub use service::content_hash;
pub use service::derive::{KIND, prepare};
pub use service::draft::{create, discard, for_editing, revise, save};
pub use service::export::{ExportReport, export};
pub use service::import::{ImportOptions, ImportReport, Outcome, Standing, import};
pub use service::published::{effective_since, in_force, in_force_by_code, in_force_by_id, in_other_hands, made_on, once_in_force};
pub use service::read::{
    Entry, OverdueRequest, Pending, Wait, all_after, by_code, by_id, effective_text, effective_version, find_visible, list,
    overdue_requests, pending_for, reviews, text, version, version_by_id, versions,
};
pub use service::reader::{Acts, Asked, Neighbour, ReaderView, reader_view};
pub use service::rebuild::{Rebuilt, rebuild};
pub use service::release::{release, release_due};
pub use service::review::{decide, submit};
pub use service::withdraw::withdraw;
pub use store::FACTS;
pub use transfer::folder::{Contents, read as read_folder};

use crate::web::Routes;

/// The routes of this slice.
pub fn routes(routes: &mut Routes) {
    api::routes(routes);
    pages::routes(routes);
}
