//! Forms: the controlled blanks of tier 4 (ISO 9001 7.5.2). A form is a document whose versions declare fields in their front matter; the
//! declaration is theirs, this slice finds the forms that people fill in and checks what is filled in against it.
//!
//! Invariants: a record is made on the version in force; a value that passed the check fits its field's type, limits and options.

mod api;
mod form;

use crate::db::Conn;
use crate::documents;
use crate::error::{Error, Result};
use crate::web::{Access, Routes};

pub use crate::documents::{Definition, Field, Kind, Label, Opt, Values};
pub use api::openapi;
pub use form::Form;

/// Tier of the controlled blanks.
const TIER: i64 = 4;

/// The routes of this slice. Forms have no pages of their own: documents show the blanks, records the filled-in entries.
pub fn routes(routes: &mut Routes) {
    // Whoever fills in needs them as much as whoever reads documents: the handlers ask for either scope.
    routes.get("/api/v1/forms", Access::SignedIn, api::list);
    routes.get("/api/v1/forms/{code}", Access::SignedIn, api::form);
}

/// All forms in force, by code. A form has at most a few hundred neighbours, so the list is not paged.
///
/// # Errors
/// When the database refuses.
pub fn in_force(conn: &mut Conn) -> Result<Vec<Form>> {
    documents::in_force(conn, TIER)?.into_iter().map(Form::of).collect()
}

/// A form in force by its code.
///
/// # Errors
/// [`Error::NotFound`] when no version of it is in force, or it is no form.
pub fn by_code(conn: &mut Conn, code: &str) -> Result<Form> {
    Form::of(documents::in_force_by_code(conn, TIER, code)?.ok_or(Error::NotFound)?)
}

/// A form on the version that is in force, by the document's id; none when it has been withdrawn.
///
/// # Errors
/// When the database refuses.
pub fn current(conn: &mut Conn, document_id: &str) -> Result<Option<Form>> {
    documents::in_force_by_id(conn, document_id)?.map(Form::of).transpose()
}

/// A form on one of its versions, whatever the version's state is now: what a record was made on.
///
/// # Errors
/// [`Error::NotFound`].
pub fn on_version(conn: &mut Conn, version_id: &str) -> Result<Form> {
    Form::of(documents::made_on(conn, version_id)?)
}

/// A form that is or once was in force, by its code: registers outlive their forms.
///
/// # Errors
/// [`Error::NotFound`].
pub fn known(conn: &mut Conn, code: &str) -> Result<Form> {
    Form::of(documents::once_in_force(conn, TIER, code)?.ok_or(Error::NotFound)?)
}
