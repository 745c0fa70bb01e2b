//! What a change answers: kept under its `Idempotency-Key`, so that the same change sent again gets the very same bytes.

use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use serde::{Deserialize, Serialize};

use super::body::JsonBody;
use super::call::{ApiResult, ApiVisit};
use super::tag;
use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::ledger::{Claim, Ledger, Once, WriteTx};
use crate::web::block;

/// How often, and how long, somebody waits who sends what is under way.
const PATIENCE: u32 = 100;
const PAUSE: Duration = Duration::from_millis(200);

/// The answer to a change.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reply {
    status: u16,
    location: Option<String>,
    version: Option<i64>,
    body: String,
}

impl Reply {
    /// 200 with the tag of the version that it became.
    ///
    /// # Errors
    /// When the view has no JSON form.
    pub fn changed<T: Serialize>(version: i64, view: &T) -> Result<Self> {
        Ok(Self { status: 200, location: None, version: Some(version), body: serde_json::to_string(view)? })
    }

    /// 201 with its address and tag.
    ///
    /// # Errors
    /// When the view has no JSON form.
    pub fn created<T: Serialize>(location: &str, version: i64, view: &T) -> Result<Self> {
        Ok(Self { status: 201, location: Some(location.to_owned()), version: Some(version), body: serde_json::to_string(view)? })
    }

    /// 200 with a report of what was done.
    ///
    /// # Errors
    /// When the report has no JSON form.
    pub fn done<T: Serialize>(report: &T) -> Result<Self> {
        Ok(Self { status: 200, location: None, version: None, body: serde_json::to_string(report)? })
    }
}

impl From<Reply> for HttpResponse {
    fn from(reply: Reply) -> Self {
        let mut answer = Self::build(StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK));
        if let Some(location) = &reply.location {
            answer.insert_header((header::LOCATION, location.as_str()));
        }
        if let Some(version) = reply.version {
            answer.insert_header((header::ETAG, tag::of(version)));
        }
        answer.content_type("application/json").body(reply.body)
    }
}

impl ApiVisit {
    /// Changes facts in the name of the token's person, once per `Idempotency-Key`.
    ///
    /// # Errors
    /// As [`ApiVisit::write`] and [`WriteTx::once`].
    pub async fn change<F>(&self, body: &JsonBody, work: F) -> ApiResult
    where
        F: Fn(&mut WriteTx<'_>) -> Result<Reply> + Send + 'static,
    {
        let once = self.once(&[body.bytes()])?;
        let reply = self.write(move |tx| tx.once(once.as_ref(), &work)).await?;
        Ok(reply.into())
    }

    /// The same for work of several writes, each of which may safely happen again: the key is claimed first, and whoever sends it
    /// meanwhile waits for the answer.
    ///
    /// # Errors
    /// What the work says; [`Error::Conflict`] when the first is still under way after a while.
    pub async fn change_at_length<F>(&self, actor: &Arc<Actor>, once: Option<Once>, work: F) -> ApiResult
    where
        F: FnOnce() -> Result<Reply> + Send + 'static,
    {
        let Some(once) = once else { return Ok(block(work).await?.into()) };
        for _ in 0..PATIENCE {
            let (ledger, sender, key) = (self.site.ledger.clone(), actor.id.clone(), once.clone());
            match block(move || ledger.claim(&sender, &key)).await? {
                Claim::Done(answer) => {
                    let reply: Reply = serde_json::from_str(&answer).map_err(Error::from)?;
                    return Ok(reply.into());
                }
                Claim::UnderWay => tokio::time::sleep(PAUSE).await,
                Claim::Mine => {
                    let (ledger, sender) = (self.site.ledger.clone(), actor.id.clone());
                    let reply = block(move || settled(&ledger, &sender, &once, work())).await?;
                    return Ok(reply.into());
                }
            }
        }
        Err(Error::conflict("idempotency-under-way").into())
    }
}

/// Keeps the answer of claimed work, or gives the claim up.
fn settled(ledger: &Ledger, sender: &str, once: &Once, done: Result<Reply>) -> Result<Reply> {
    match &done {
        Ok(reply) => ledger.settle(sender, once, serde_json::to_string(reply)?)?,
        Err(_) => ledger.release(sender, once)?,
    }
    done
}
