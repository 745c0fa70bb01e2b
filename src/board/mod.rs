//! The executives' board: the centres by type with score and core KPIs of a month, exceptions first, what changed since the last management
//! review, and the board frozen for a review with its minutes and decisions (ISO 9001 9.1.3, 9.3).
//!
//! Invariants: a board shows what its reader may see, and only centres of one type side by side; a frozen board is a kept text whose hash
//! stands in the log and never changes; its minutes are added to, never rewritten.

mod api;
mod changes;
mod exceptions;
mod gather;
mod model;
mod pages;
mod pages_files;
mod process;
mod review;
mod stood;
mod store;
mod view;

pub use api::openapi;
pub use exceptions::exceptions;
pub use gather::gather;
pub use model::{Assurance, Board, CentreMonth, Change, Matter, Note, NoteKind, Review, Tile, Tone, TypeGroup, Variation};
pub use review::{Act, Freeze, Opened, Write, act, freeze, list, note, open};
pub use store::FACTS;

use crate::actor::Permission::{ManageKpis, ReadKpis};
use crate::web::{Access, Routes};

/// The routes of the board.
pub fn routes(routes: &mut Routes) {
    api::routes(routes);
    let (read, manage) = (Access::May(ReadKpis), Access::May(ManageKpis));
    routes
        .get("/dashboard", read, pages::show)
        .get("/dashboard/files/{what}.{format}", read, pages_files::show)
        .get("/dashboard/reviews", read, pages::reviews)
        .post("/dashboard/reviews", manage, pages::freeze)
        .get("/dashboard/reviews/{id}", read, pages::review)
        .post("/dashboard/reviews/{id}/notes", manage, pages::write)
        .post("/dashboard/reviews/{id}/notes/{note}/action", manage, pages::act);
}
