//! KPIs as JSON: definitions, values with their proof, cards, call logs in (ISO 9001 9.1.1, 9.1.3). The same services as the pages and the
//! command line.

mod batches;
mod chart;
mod definitions;
mod locks;
mod phases;
pub(crate) mod profiles;
mod published;
mod read;
pub(crate) mod rows;
mod staged;
mod view;

use utoipa::OpenApi;

use crate::actor::Permission::{ImportKpis, ManageKpis, ReadKpis};
use crate::web::{Access, Routes};

#[derive(OpenApi)]
#[openapi(paths(
    read::definitions,
    definitions::history,
    definitions::create,
    definitions::change,
    definitions::measures,
    definitions::expression,
    profiles::list,
    profiles::show,
    profiles::change,
    read::values,
    chart::show,
    phases::list,
    phases::freeze,
    rows::behind,
    read::centres,
    read::scorecard,
    published::list,
    published::show,
    published::publish,
    locks::list,
    locks::lock,
    locks::unlock,
    batches::list,
    batches::batch,
    batches::import,
    batches::rows,
    batches::undo,
    staged::stage,
    staged::show,
    staged::map,
    staged::preview,
    staged::commit,
    staged::discard
))]
struct Contract;

/// This slice's part of the OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Contract::openapi()
}

pub(super) fn routes(routes: &mut Routes) {
    let (read, import, manage) = (Access::Scope(ReadKpis), Access::Scope(ImportKpis), Access::Scope(ManageKpis));
    routes
        .get("/api/v1/kpis", read, read::definitions)
        .post("/api/v1/kpis", manage, definitions::create)
        .get("/api/v1/kpis/{code}", read, definitions::history)
        .get("/api/v1/kpis/{code}/values", read, read::values)
        .get("/api/v1/kpis/{code}/chart", read, chart::show)
        .get("/api/v1/kpis/{code}/phases", read, phases::list)
        .post("/api/v1/kpis/{code}/phases", manage, phases::freeze)
        .get("/api/v1/kpis/{code}/rows", read, rows::behind)
        .get("/api/v1/centres", read, read::centres)
        .get("/api/v1/centres/{code}/scorecard", read, read::scorecard)
        .get("/api/v1/scorecards", read, published::list)
        .get("/api/v1/scorecards/{id}", read, published::show)
        .post("/api/v1/scorecards", Access::Scope(ManageKpis), published::publish)
        .get("/api/v1/kpi/measures", read, definitions::measures)
        .get("/api/v1/kpi/expressions", read, definitions::expression)
        .get("/api/v1/kpi/locks", read, locks::list)
        .post("/api/v1/kpi/locks", Access::Scope(ManageKpis), locks::lock)
        .post("/api/v1/kpi/locks/unlock", Access::Scope(ManageKpis), locks::unlock)
        .get("/api/v1/kpi/profiles", read, profiles::list)
        .get("/api/v1/kpi/profiles/{type}", read, profiles::show)
        .get("/api/v1/kpi/batches", read, batches::list)
        .get("/api/v1/kpi/batches/{number}", read, batches::batch)
        .post("/api/v1/kpi/batches/{number}/undo", import, batches::undo)
        .post("/api/v1/kpi/imports", import, batches::import)
        .get("/api/v1/kpi/imports/rows/{id}", import, batches::rows)
        .post("/api/v1/kpi/staged", import, staged::stage)
        .get("/api/v1/kpi/staged/{id}", import, staged::show)
        .route(actix_web::http::Method::PUT, "/api/v1/kpi/staged/{id}/mapping", import, staged::map)
        .get("/api/v1/kpi/staged/{id}/preview", import, staged::preview)
        .post("/api/v1/kpi/staged/{id}/commit", import, staged::commit)
        .route(actix_web::http::Method::DELETE, "/api/v1/kpi/staged/{id}", import, staged::discard);
    routes.route(actix_web::http::Method::PUT, "/api/v1/kpis/{code}", manage, definitions::change).route(
        actix_web::http::Method::PUT,
        "/api/v1/kpi/profiles/{type}",
        manage,
        profiles::change,
    );
}
