//! One call of the API: whose token, in which language, under which condition; and the two ways a handler works: read or write.

use std::future::{Ready, ready};
use std::str::FromStr;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use serde::de::DeserializeOwned;

use super::body::JsonBody;
use super::page::Paging;
use super::problem::ApiError;
use super::tag;
use crate::actor::Permission;
use crate::error::{Error, Problem, Result};
use crate::ledger::{Once, WriteTx};
use crate::text::Lang;
use crate::web::{Credential, Form, Identity, Reading, RequestId, Site, block, form};

/// What API handlers answer.
pub type ApiResult = std::result::Result<HttpResponse, ApiError>;

/// One call of the API.
pub struct ApiVisit {
    /// Shared parts.
    pub site: Data<Site>,
    /// The language of messages: `Accept-Language`.
    pub lang: Lang,
    /// The request's id.
    pub request_id: String,
    token: Option<String>,
    if_match: Option<String>,
    once_key: Option<String>,
    /// Method and address: part of what makes a change the same.
    target: String,
    query: Form,
}

impl FromRequest for ApiVisit {
    type Error = ApiError;
    type Future = Ready<std::result::Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request).map_err(ApiError::from))
    }
}

impl ApiVisit {
    fn of(request: &HttpRequest) -> Result<Self> {
        let site = request.app_data::<Data<Site>>().ok_or_else(|| Error::internal("no site"))?.clone();
        let text = |name: header::HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
        let bearer = text(header::AUTHORIZATION).and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
        });
        Ok(Self {
            lang: language(request),
            request_id: request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default(),
            token: bearer,
            if_match: text(header::IF_MATCH).map(str::to_owned),
            once_key: text(header::HeaderName::from_static("idempotency-key")).map(str::to_owned),
            target: format!("{} {}", request.method(), request.uri()),
            query: Form::parse(request.query_string().as_bytes()),
            site,
        })
    }

    /// A parameter of the query string, read as what it stands for; none when it is absent or empty.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the parameter.
    pub fn param<T: FromStr>(&self, name: &str) -> Result<Option<T>> {
        let Some(text) = self.query.get(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| Error::Invalid(vec![Problem::field(name, "bad-parameter").with("value", text)]))
    }

    /// The command in a body, with the version that `If-Match` names as its `row_version`.
    ///
    /// # Errors
    /// As [`ApiVisit::seen_version`] and [`JsonBody::command`].
    pub fn command_on_seen<T: DeserializeOwned>(&self, body: &JsonBody) -> Result<T> {
        let seen = self.seen_version()?;
        let mut fields: serde_json::Map<String, serde_json::Value> = body.command()?;
        fields.insert("row_version".to_owned(), seen.into());
        serde_json::from_value(fields.into()).map_err(|error| form::bad_shape(&error))
    }

    /// Which page of a list is asked for.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a cursor that is not ours or a limit out of bounds.
    pub fn paging(&self) -> Result<Paging> {
        Paging::parse(self.query.get("after"), self.query.get("limit"))
    }

    /// The version that a change of something existing says it saw.
    ///
    /// # Errors
    /// [`Error::PreconditionRequired`] without `If-Match`, [`Error::Stale`] for a tag that cannot be of a current version.
    pub fn seen_version(&self) -> Result<i64> {
        tag::seen(self.if_match.as_deref())
    }

    /// The key under which this change is made once, if the caller sent one: `Idempotency-Key`, with what was sent.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a key that is too long or not plain.
    pub fn once(&self, parts: &[&[u8]]) -> Result<Option<Once>> {
        let Some(key) = &self.once_key else { return Ok(None) };
        let whole: Vec<&[u8]> = std::iter::once(self.target.as_bytes()).chain(parts.iter().copied()).collect();
        Once::new(key, &whole).map(Some)
    }

    /// Whether the caller may come at all: the first line of a change, before anything that was sent is judged.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] without a running token, [`Error::Forbidden`] naming the permission that is missing.
    pub async fn admit(&self, permission: Option<Permission>) -> Result<()> {
        self.read(move |reading| permission.map_or(Ok(()), |permission| reading.actor.require(permission))).await
    }

    /// Reads in the name of the token's person.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] without a running token, and what the closure says.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Reading<'_>) -> Result<T> + Send + 'static,
    {
        self.identified(|reading, _| work(reading)).await
    }

    /// The same with who it is, beyond what the actor says.
    pub(super) async fn identified<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Reading<'_>, &Identity) -> Result<T> + Send + 'static,
    {
        let (site, lang, id) = (self.site.clone(), self.lang, self.request_id.clone());
        let token = self.token.clone().ok_or(Error::Unauthenticated)?;
        block(move || {
            site.clone().ledger.db.read(|conn| {
                let now = site.now();
                let shell = site.shell(conn)?;
                let today = shell.today(now);
                let mut identity = (site.hooks.identify)(conn, &Credential::Token(token), now, today)?;
                identity.actor.request_id = Some(id);
                let actor = Arc::new(identity.actor.clone());
                work(&mut Reading { conn, actor, lang, now, today, shell, site: site.clone() }, &identity)
            })
        })
        .await
    }

    /// Changes facts in the name of the token's person.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] without a running token, and what the use case says.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut WriteTx<'_>) -> Result<T> + Send + 'static,
    {
        let actor = self.read(|reading| Ok(reading.actor.clone())).await?;
        self.site.ledger.write_async(&actor, work).await
    }
}

/// The language that a caller asks for.
pub(super) fn language(request: &HttpRequest) -> Lang {
    let header = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    header.and_then(Lang::accepted).unwrap_or_default()
}
