//! Records as JSON: the same services and commands as the pages (ISO 9001 7.5.3).

mod change;
mod read;
mod view;

use utoipa::OpenApi;

use crate::actor::Permission::FillRecords;
use crate::web::{Access, Routes};

#[derive(OpenApi)]
#[openapi(paths(read::list, read::record, change::create, change::save, change::submit))]
struct Contract;

/// This slice's part of the OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Contract::openapi()
}

pub(super) fn routes(routes: &mut Routes) {
    let fill = Access::Scope(FillRecords);
    // Own records are read with the scope to fill in, others' with the scope to read: the handlers ask for either.
    routes.get("/api/v1/records", Access::SignedIn, read::list);
    routes.get("/api/v1/records/{id}", Access::SignedIn, read::record);
    routes.post("/api/v1/records", fill, change::create);
    routes.route(actix_web::http::Method::PUT, "/api/v1/records/{id}", fill, change::save);
    routes.post("/api/v1/records/{id}/submit", fill, change::submit);
}
