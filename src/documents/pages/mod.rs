//! Pages of documents: the library, the reader, the comparison, the editor, submission and the acts on a version.

mod acts;
mod compare;
mod edit;
mod files;
mod library;
mod reader;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::actor::Permission;
use crate::error::{Error, Problem, Result};
use crate::text::Lang;
use crate::web::{Access, Form, Routes};

/// Mounts the pages.
pub(super) fn routes(routes: &mut Routes) {
    let anybody = Access::SignedIn;
    let readers = Access::May(Permission::ReadDocuments);
    routes
        .get("/documents", readers, library::index)
        .get("/documents/register.{format}", readers, library::register_file)
        .get("/documents/compare/{id}", readers, compare::show)
        .get("/documents/{id}/files/{path:.*}", readers, files::show);
    routes
        .get("/d/{code:.*}", anybody, reader::show)
        .get("/documents/files/{hash}", anybody, reader::file)
        .get("/documents/new", anybody, edit::blank)
        .post("/documents/new", anybody, edit::create)
        .post("/documents/preview", anybody, edit::preview)
        .get("/documents/{id}/edit", anybody, edit::show)
        .post("/documents/{id}/edit", anybody, edit::save)
        .post("/documents/{id}/autosave", anybody, edit::autosave)
        .get("/documents/{id}/submit", anybody, acts::submission)
        .post("/documents/{id}/submit", anybody, acts::submit)
        .post("/documents/{id}/decide", anybody, acts::decide)
        .post("/documents/{id}/discard", anybody, acts::discard)
        .post("/documents/{id}/revise", anybody, acts::revise)
        .post("/documents/{id}/withdraw", anybody, acts::withdraw);
}

/// A form as its template shows it: what was typed, what is wrong.
#[derive(Debug, Clone, Default, Serialize)]
struct Filled {
    values: BTreeMap<String, serde_json::Value>,
    errors: BTreeMap<String, String>,
    /// For the summary, in order.
    items: Vec<Item>,
}

/// One line of the summary of errors.
#[derive(Debug, Clone, Serialize)]
struct Item {
    field: String,
    text: String,
}

impl Filled {
    fn of(form: &Form) -> Self {
        let values = form.values().into_iter().map(|(name, value)| (name, value.into())).collect();
        Self { values, ..Self::default() }
    }

    fn set(&mut self, name: &str, value: impl Into<serde_json::Value>) {
        self.values.insert(name.to_owned(), value.into());
    }

    /// The same with what is wrong.
    fn with(mut self, problems: &[Problem], lang: Lang) -> Self {
        for problem in problems {
            let text = problem.message(lang);
            self.items.push(Item { field: problem.field.clone(), text: text.clone() });
            self.errors.entry(problem.field.clone()).or_insert(text);
        }
        self
    }
}

/// Choices of a select or of check boxes.
#[derive(Debug, Clone, Serialize)]
struct Choice {
    value: String,
    label: String,
    help: String,
}

/// What a refused form shows; everything else goes on as an error.
fn refused(error: Error) -> Result<Vec<Problem>> {
    match error {
        Error::Invalid(problems) => Ok(problems),
        other => Err(other),
    }
}
