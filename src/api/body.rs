//! JSON bodies with a limit and a deadline, read into the same command types that forms fill.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;

use super::problem::ApiError;
use crate::error::{Error, Result};
use crate::web::{body, form};

/// Largest JSON body.
const LIMIT: usize = 1 << 20;

/// A body as it was sent. It is judged only when its handler asks for the command: first comes who calls.
pub struct JsonBody(Result<web::BytesMut>);

impl JsonBody {
    /// The command that the body means.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the field; [`Error::TooLarge`] above 1 MiB.
    pub fn command<T: DeserializeOwned>(&self) -> Result<T> {
        parse(self.0.as_ref().map_err(Clone::clone)?)
    }

    /// The command with its texts exactly as they were sent: files keep their line ends.
    ///
    /// # Errors
    /// As [`JsonBody::command`].
    pub fn exactly<T: DeserializeOwned>(&self) -> Result<T> {
        let bytes = self.0.as_ref().map_err(Clone::clone)?;
        serde_json::from_slice(bytes).map_err(|error| form::bad_shape(&error))
    }

    /// What was sent, as it was sent; nothing when it could not be read.
    pub fn bytes(&self) -> &[u8] {
        self.0.as_ref().map_or(&[], |bytes| bytes.as_ref())
    }

    /// Reads a body that may be larger than usual: only after who sends it was admitted.
    pub async fn read(request: &HttpRequest, payload: &mut Payload, limit: usize) -> Self {
        if is_json(request) { Self(body::read(payload, limit).await) } else { Self(Err(not_json())) }
    }
}

fn is_json(request: &HttpRequest) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

fn not_json() -> Error {
    Error::field("content-type", "not-json")
}

impl FromRequest for JsonBody {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = std::result::Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move { Ok(Self::read(&request, &mut payload, LIMIT).await) })
    }
}

/// Line ends become `\n`, as in forms, so that the same text has the same hash by either door.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let mut value: serde_json::Value = serde_json::from_slice(bytes).map_err(|error| form::bad_shape(&error))?;
    if let Some(field) = unkeepable(&value) {
        return Err(Error::field(&field, "control-character"));
    }
    unify(&mut value);
    serde_json::from_value(value).map_err(|error| form::bad_shape(&error))
}

/// The first field with a character that no database keeps.
fn unkeepable(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) => text.contains('\0').then(String::new),
        serde_json::Value::Array(items) => items.iter().find_map(unkeepable),
        serde_json::Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            let inner = if name.contains('\0') { Some(String::new()) } else { unkeepable(value) };
            inner.map(|inner| if inner.is_empty() { name.replace('\0', "") } else { format!("{name}.{inner}") })
        }),
        _ => None,
    }
}

fn unify(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(text) if text.contains('\r') => *text = text.replace("\r\n", "\n"),
        serde_json::Value::Array(items) => items.iter_mut().for_each(unify),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(unify),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_are_those_of_forms() {
        let read: serde_json::Value = parse(br#"{"text":"a\r\nb","list":["c\r\n"]}"#).unwrap();
        assert_eq!(read, serde_json::json!({"text": "a\nb", "list": ["c\n"]}));
    }

    #[test]
    fn a_broken_body_says_where() {
        let error = parse::<serde_json::Value>(b"{\"a\":").unwrap_err();
        assert!(matches!(&error, Error::Invalid(problems) if problems[0].code == "bad-shape"), "{error:?}");
    }
}
