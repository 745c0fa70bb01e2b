//! Bodies with a limit and a deadline: actix itself never gives up on a body that stalls.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::StreamExt;

use super::error::PageError;
use super::form::Form;
use crate::error::{Error, Result};

/// Longest silence inside a body.
const IDLE: Duration = Duration::from_secs(30);
/// Longest time for a whole body of a form or a JSON command.
const TOTAL: Duration = Duration::from_secs(60);
/// Largest form: a document text of 1 MiB, escaped, fits.
pub const FORM_LIMIT: usize = 4 << 20;

/// Reads a body whole.
///
/// # Errors
/// [`Error::TooLarge`] above the limit; [`Error::Invalid`] when it stalls.
pub async fn read(payload: &mut Payload, limit: usize) -> Result<web::BytesMut> {
    let whole = async {
        let mut body = web::BytesMut::new();
        while let Some(chunk) = next(payload).await? {
            if body.len() + chunk.len() > limit {
                return Err(Error::TooLarge(limit as u64));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    };
    tokio::time::timeout(TOTAL, whole).await.map_err(|_| stalled())?
}

/// The next piece of a body, within the idle deadline.
///
/// # Errors
/// [`Error::Invalid`] when it stalls or breaks off.
pub async fn next(payload: &mut Payload) -> Result<Option<web::Bytes>> {
    match tokio::time::timeout(IDLE, payload.next()).await {
        Ok(Some(Ok(chunk))) => Ok(Some(chunk)),
        Ok(Some(Err(_))) | Err(_) => Err(stalled()),
        Ok(None) => Ok(None),
    }
}

fn stalled() -> Error {
    Error::field("body", "body-stalled")
}

/// A sent form.
pub struct FormBody(pub Form);

impl FromRequest for FormBody {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = std::result::Result<Self, PageError>>>>;

    fn from_request(_: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let mut payload = payload.take();
        Box::pin(async move {
            let form = Form::parse(&read(&mut payload, FORM_LIMIT).await?);
            match form.unkeepable() {
                Some(field) => Err(Error::field(field, "control-character").into()),
                None => Ok(Self(form)),
            }
        })
    }
}
