//! The JSON toolkit: who calls ([`ApiVisit`]), bodies, problems, entity tags, paging, the OpenAPI document, health. It knows no slice;
//! the handlers of a slice stand in its `api.rs` and call the services that its pages call.
//!
//! Invariants: `/api/v1` takes bearer tokens and never a cookie; a change of something that exists names the version it saw
//! (`If-Match`: 428 without, 412 when it is stale); errors are `application/problem+json` with stable codes.

mod body;
mod call;
mod document;
mod health;
mod me;
mod page;
mod problem;
mod reply;
mod tag;

pub use body::JsonBody;
pub use call::{ApiResult, ApiVisit};
pub use document::document;
pub use me::openapi;
pub use page::{Page, Paging};
pub use problem::{ApiError, explain, refused};
pub use reply::Reply;
pub use tag::{no_content, tagged};

use actix_web::HttpResponse;
use utoipa::openapi::OpenApi;

use crate::web::{Access, Routes};

/// The routes of the toolkit itself. `contract` answers the whole OpenAPI document; the composition root knows all of it.
pub fn routes(routes: &mut Routes, contract: fn() -> OpenApi) {
    routes.get("/healthz", Access::Public, health::alive);
    routes.get("/readyz", Access::Public, health::ready);
    routes.get("/api/v1/openapi.json", Access::Public, move || async move { show(contract) });
    routes.get("/api/v1/me", Access::SignedIn, me::show);
}

fn show(contract: fn() -> OpenApi) -> HttpResponse {
    HttpResponse::Ok().json(contract())
}
