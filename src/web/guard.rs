//! The middleware around everything: request ids, cross-site refusal, security headers, panics answered as 500, errors as pages.

use std::panic::AssertUnwindSafe;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use futures_util::FutureExt;

use super::error::PageError;
use super::visit::{RequestId, Visit};
use crate::error::Error;

/// Longest path with its query, in bytes.
const LONGEST_ADDRESS: usize = 8 << 10;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
     font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Wraps every request.
///
/// # Errors
/// Never: what goes wrong becomes an answer.
pub async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let id = crate::db::new_id();
    request.extensions_mut().insert(RequestId(id.clone()));
    if let Some(refused) = cross_site(&request).or_else(|| no_such_address(&request)) {
        return Ok(finish(request.into_response(refused), &id));
    }
    // The request itself belongs to the router until it is answered: a second handle to it would stop the routing.
    let path = request.path().to_owned();
    match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(Ok(answer)) => Ok(finish(explain(answer.map_into_boxed_body(), &id).await, &id)),
        Ok(Err(error)) => Err(bare(error.error_response(), &path, &id)),
        Err(_) => {
            tracing::error!(request = %id, %path, "a handler panicked");
            Err(bare(HttpResponse::InternalServerError().finish(), &path, &id))
        }
    }
}

/// An answer without its request: what is left of a panic.
fn bare(mut answer: HttpResponse, path: &str, id: &str) -> actix_web::Error {
    protect(answer.headers_mut(), path.starts_with("/api/"), id);
    InternalError::from_response("no answer", answer).into()
}

/// Changes must come from our own pages: `Sec-Fetch-Site`, else `Origin`, decide. The API takes no cookies and is exempt.
fn cross_site(request: &ServiceRequest) -> Option<HttpResponse> {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) || request.path().starts_with("/api/") {
        return None;
    }
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let foreign = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => !matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let host = text("host").unwrap_or_default();
            origin.split("://").nth(1).is_none_or(|from| from != host)
        }
        (None, None) => false,
    };
    foreign.then(|| HttpResponse::Forbidden().finish())
}

/// No name, code or word that anything is found by holds a zero byte or is longer than a page of text.
fn no_such_address(request: &ServiceRequest) -> Option<HttpResponse> {
    let nowhere = |asked: &str| asked.len() > LONGEST_ADDRESS || asked.contains("%00");
    request.uri().path_and_query().is_some_and(|asked| nowhere(asked.as_str())).then(|| HttpResponse::NotFound().finish())
}

/// Gives a bare error of a page its page, or sends to the sign-in page.
async fn explain(answer: ServiceResponse, id: &str) -> ServiceResponse {
    let status = answer.status();
    let request = answer.request().clone();
    if request.path().starts_with("/assets/") || !(status.is_client_error() || status.is_server_error()) || has_body(&answer) {
        return answer;
    }
    if request.path().starts_with("/api/") {
        return crate::api::explain(answer, id);
    }
    let error = answer.response().error().and_then(|e| e.as_error::<PageError>()).map(|e| e.0.clone());
    if let Some(error @ (Error::Internal(_) | Error::Storage(_))) = &error {
        tracing::error!(request = %id, path = %request.path(), %error, "request failed");
    }
    if matches!(error, Some(Error::Unauthenticated)) {
        return to_sign_in(&request);
    }
    let retry = answer.headers().get(header::RETRY_AFTER).cloned();
    let mut page = error_page(&request, status, error, id).await;
    if let Some(retry) = retry {
        page.headers_mut().insert(header::RETRY_AFTER, retry);
    }
    ServiceResponse::new(request, page)
}

fn has_body(answer: &ServiceResponse) -> bool {
    answer.headers().contains_key(header::CONTENT_TYPE) && answer.response().error().is_none()
}

fn to_sign_in(request: &HttpRequest) -> ServiceResponse {
    let from = if request.method() == Method::GET { request.uri().to_string() } else { "/".into() };
    let next: String = from
        .bytes()
        .map(|b| if b.is_ascii_alphanumeric() || b"/-_.~".contains(&b) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect();
    let answer = HttpResponse::SeeOther().insert_header((header::LOCATION, format!("/sign-in?next={next}"))).finish();
    ServiceResponse::new(request.clone(), answer)
}

async fn error_page(request: &HttpRequest, status: StatusCode, error: Option<Error>, id: &str) -> HttpResponse {
    let Ok(visit) = Visit::extract(request).into_inner() else { return HttpResponse::build(status).finish() };
    match visit.error(status, error, id).await {
        Ok(html) => HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html),
        Err(error) => {
            tracing::error!(%error, "the error page failed");
            HttpResponse::build(status).finish()
        }
    }
}

fn finish(mut answer: ServiceResponse, id: &str) -> ServiceResponse {
    let api = answer.request().path().starts_with("/api/");
    protect(answer.headers_mut(), api, id);
    answer
}

/// The headers that every answer carries.
fn protect(headers: &mut HeaderMap, api: bool, id: &str) {
    let cacheable = headers.contains_key(header::CACHE_CONTROL);
    let mut set = |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    if !api {
        set(header::X_FRAME_OPTIONS, "DENY");
    }
    if !cacheable {
        set(header::CACHE_CONTROL, "no-store");
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    }
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
}
