//! Whose token it is, and what it may do: the first thing a program asks.

use serde::Serialize;
use utoipa::OpenApi;

use super::call::{ApiResult, ApiVisit};
use crate::actor::{Permission, Role, Who};

/// The person behind a token, and the token's limits.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Me {
    /// The person's id.
    id: String,
    /// Name.
    name: String,
    /// Name in English.
    name_en: Option<String>,
    /// Roles that run today.
    grants: Vec<Granted>,
    /// What the token was made for.
    scopes: Vec<String>,
    /// What of it the person may do today.
    permissions: Vec<&'static str>,
}

/// A role that runs today.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Granted {
    /// Role.
    role: Role,
    /// Id of the centre it is limited to; none = the whole organisation.
    centre_id: Option<String>,
}

/// Whose token it is, and what it may do today.
#[utoipa::path(get, path = "/api/v1/me", tag = "people", responses((status = 200, body = Me)))]
pub(super) async fn show(visit: ApiVisit) -> ApiResult {
    let me = visit
        .identified(|reading, identity| {
            let actor = &reading.actor;
            let scopes = if let Who::Token { scopes, .. } = &actor.who { scopes.clone() } else { Vec::new() };
            Ok(Me {
                id: actor.id.clone(),
                name: actor.name.clone(),
                name_en: identity.name_en.clone(),
                grants: actor.grants.iter().map(|g| Granted { role: g.role, centre_id: g.centre.clone() }).collect(),
                permissions: Permission::ALL.into_iter().filter(|p| actor.may(*p)).map(Permission::as_str).collect(),
                scopes,
            })
        })
        .await?;
    Ok(actix_web::HttpResponse::Ok().json(me))
}

#[derive(OpenApi)]
#[openapi(paths(show), components(schemas(super::problem::ProblemBody)))]
struct Contract;

/// This toolkit's part of the OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Contract::openapi()
}
