//! Errors as `application/problem+json` (RFC 9457), in the caller's language: stable codes for programs, sentences for people, the
//! request's id for whoever looks into the log.

use std::collections::BTreeMap;
use std::fmt;

use actix_web::dev::ServiceResponse;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use serde::Serialize;

use super::call::language;
use crate::error::{Error, Problem};
use crate::text::{Lang, t};
use crate::web::PageError;

/// An error on its way to a caller of the API. The guard, which knows the request, writes the body.
#[derive(Debug, Clone)]
pub struct ApiError(pub Error);

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

/// What a caller gets to read.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// A name for the kind of problem; no address to fetch.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Stable code in kebab case.
    pub code: String,
    /// What happened, in words.
    pub detail: String,
    /// What is wrong with what was sent, place by place.
    pub errors: Vec<FieldProblem>,
    /// The request's id.
    pub request_id: String,
}

/// One thing that is wrong, with its place.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FieldProblem {
    /// The field; empty when it concerns the whole.
    pub field: String,
    /// Stable code in kebab case.
    pub code: String,
    /// What is wrong, in words.
    pub message: String,
    /// The parts of the message: row, column, value, limit.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, String>,
}

impl FieldProblem {
    fn of(problem: &Problem, lang: Lang) -> Self {
        Self {
            field: problem.field.clone(),
            code: problem.code.clone(),
            message: problem.message(lang),
            params: problem.params.iter().cloned().collect(),
        }
    }
}

/// Gives a bare error of the API its body.
pub fn explain(answer: ServiceResponse, id: &str) -> ServiceResponse {
    let (status, request) = (answer.status(), answer.request().clone());
    let error = answer.response().error().and_then(|error| {
        let api = error.as_error::<ApiError>().map(|error| error.0.clone());
        api.or_else(|| error.as_error::<PageError>().map(|error| error.0.clone()))
    });
    if let Some(error @ (Error::Internal(_) | Error::Storage(_))) = &error {
        tracing::error!(request = %id, path = %request.path(), %error, "request failed");
    }
    let allowed = answer.headers().get(header::ALLOW).cloned();
    let mut problem = refused(&request, status, error.as_ref(), id);
    if let Some(allowed) = allowed {
        problem.headers_mut().insert(header::ALLOW, allowed);
    }
    ServiceResponse::new(request, problem)
}

/// The answer that says what went wrong; without an error the status says it.
pub fn refused(request: &HttpRequest, status: StatusCode, error: Option<&Error>, id: &str) -> HttpResponse {
    let lang = language(request);
    let of_status = [("status", status.as_str().to_owned())];
    let code = error.map_or_else(|| of_bare(status), Error::code);
    let told = error.filter(|error| !matches!(error, Error::Internal(_) | Error::Storage(_)));
    let body = ProblemBody {
        kind: format!("urn:cairn:problem:{code}"),
        title: t(lang, "api-title", &of_status),
        status: status.as_u16(),
        code: code.to_owned(),
        detail: told.map_or_else(|| t(lang, "layout-error-text", &of_status), |error| error.message(lang)),
        errors: error.map(Error::problems).unwrap_or_default().iter().map(|p| FieldProblem::of(p, lang)).collect(),
        request_id: id.to_owned(),
    };
    let mut answer = HttpResponse::build(status);
    match error {
        Some(Error::Busy) => drop(answer.insert_header((header::RETRY_AFTER, "2"))),
        Some(Error::TooMany(seconds)) => drop(answer.insert_header((header::RETRY_AFTER, seconds.to_string()))),
        Some(Error::Unauthenticated) => drop(answer.insert_header((header::WWW_AUTHENTICATE, "Bearer"))),
        _ => {}
    }
    answer.insert_header((header::CONTENT_TYPE, "application/problem+json"));
    answer.body(serde_json::to_string(&body).unwrap_or_default())
}

/// The code of an answer that no error of ours caused: no such route, a method it does not have.
fn of_bare(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "not-found",
        StatusCode::METHOD_NOT_ALLOWED => "method-not-allowed",
        StatusCode::BAD_REQUEST => "bad-request",
        status if status.is_client_error() => "refused",
        _ => "internal",
    }
}
