//! Errors as pages. The handler's `?` ends here; the guard, which knows language and templates, writes the page.

use std::fmt;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};

use crate::error::Error;

/// An error on its way to a page.
#[derive(Debug, Clone)]
pub struct PageError(pub Error);

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Error> for PageError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Bare; the guard replaces the body.
    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status_code());
        match &self.0 {
            Error::Busy => drop(answer.insert_header((header::RETRY_AFTER, "2"))),
            Error::TooMany(seconds) => drop(answer.insert_header((header::RETRY_AFTER, seconds.to_string()))),
            _ => {}
        }
        answer.finish()
    }
}
