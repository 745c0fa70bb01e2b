//! Documents as JSON: the same services and commands as the pages (ISO 9001 7.5). A version is what changes are made to; its tag is
//! the `row_version` that a form carries hidden.

mod change;
mod import;
mod read;
mod view;

use utoipa::OpenApi;

use crate::actor::Permission::{ManageDocuments, ReadDocuments, TransferDocuments, WriteDocuments};
use crate::web::{Access, Routes};

#[derive(OpenApi)]
#[openapi(paths(
    read::list,
    read::document,
    read::version,
    change::create,
    change::revise,
    change::save,
    change::submit,
    change::decide,
    change::withdraw,
    import::import
))]
struct Contract;

/// This slice's part of the OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Contract::openapi()
}

pub(super) fn routes(routes: &mut Routes) {
    let (read, write) = (Access::Scope(ReadDocuments), Access::Scope(WriteDocuments));
    routes.get("/api/v1/documents", read, read::list);
    routes.post("/api/v1/documents", write, change::create);
    routes.post("/api/v1/documents/imports", Access::Scope(TransferDocuments), import::import);
    routes.get("/api/v1/documents/{code}", read, read::document);
    routes.post("/api/v1/documents/{code}/revisions", write, change::revise);
    routes.post("/api/v1/documents/{code}/withdraw", Access::Scope(ManageDocuments), change::withdraw);
    routes.get("/api/v1/versions/{id}", read, read::version);
    routes.route(actix_web::http::Method::PUT, "/api/v1/versions/{id}", write, change::save);
    routes.post("/api/v1/versions/{id}/submit", write, change::submit);
    // Reviewers and approvers alike: the service asks for the right that goes with the answer.
    routes.post("/api/v1/versions/{id}/decision", Access::SignedIn, change::decide);
}
