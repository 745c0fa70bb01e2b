//! What an event says, and the exact bytes that are hashed: canonical JSON (RFC 8785) of who, what, when, why, and the image of
//! each row as it now is.

use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::db::Instant;
use crate::error::{Error, Result};

/// The event as the service names it, before it has a place in the log.
#[derive(Debug, Clone)]
pub struct Event {
    pub(crate) action: &'static str,
    pub(crate) object_kind: &'static str,
    pub(crate) object_id: String,
    pub(crate) object_label: String,
    pub(crate) reason: Option<String>,
    pub(crate) details: serde_json::Map<String, serde_json::Value>,
}

impl Event {
    /// `action` is the key of its sentence: `event-<action with dashes>`; `object_label` is how people call the object now.
    pub fn new(action: &'static str, object_kind: &'static str, object_id: &str, object_label: &str) -> Self {
        Self {
            action,
            object_kind,
            object_id: object_id.to_owned(),
            object_label: object_label.to_owned(),
            reason: None,
            details: serde_json::Map::new(),
        }
    }

    /// Why, in the words of who did it.
    #[must_use]
    pub fn because(mut self, reason: Option<&str>) -> Self {
        self.reason = reason.filter(|text| !text.trim().is_empty()).map(str::to_owned);
        self
    }

    /// A detail that the sentence or a reader of the log needs.
    #[must_use]
    pub fn detail(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }
}

/// The image of one row after the change; no `row` = the row is gone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// The fact table.
    pub table: String,
    /// The table's schema number at that time.
    pub schema: i64,
    /// The row's key.
    pub key: String,
    /// The row, column by column.
    pub row: Option<serde_json::Value>,
}

/// The leaf: the whole event as hashed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Leaf {
    /// Version of this form.
    pub v: i64,
    /// Place in the log, from 0.
    pub seq: i64,
    /// When.
    pub at: Instant,
    /// Who: kind, id, name at the time.
    pub actor: LeafActor,
    /// What.
    pub action: String,
    /// On what.
    pub object: LeafObject,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The request it came with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// What else a reader needs.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub details: serde_json::Map<String, serde_json::Value>,
    /// The rows as they now are.
    pub images: Vec<Image>,
}

/// Who acted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LeafActor {
    /// `person`, `token`, `system`, `cli`.
    pub kind: String,
    /// Their id.
    pub id: String,
    /// Their name at the time.
    pub name: String,
}

/// What was acted on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LeafObject {
    /// Kind: `document`, `record`, `user` …
    pub kind: String,
    /// Its id.
    pub id: String,
    /// How people called it at the time.
    pub label: String,
}

/// An event with its images, waiting for its place.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    pub(crate) event: Event,
    pub(crate) images: Vec<Image>,
    pub(crate) actor: LeafActor,
    pub(crate) request: Option<String>,
}

impl Pending {
    pub(crate) fn new(actor: &Actor, event: Event, images: Vec<Image>) -> Self {
        let who = LeafActor { kind: actor.kind().to_owned(), id: actor.id.clone(), name: actor.name.clone() };
        Self { event, images, actor: who, request: actor.request_id.clone() }
    }

    /// The leaf at its place.
    pub(crate) fn leaf(&self, seq: i64, at: Instant) -> Leaf {
        Leaf {
            v: 1,
            seq,
            at,
            actor: self.actor.clone(),
            action: self.event.action.to_owned(),
            object: LeafObject {
                kind: self.event.object_kind.to_owned(),
                id: self.event.object_id.clone(),
                label: self.event.object_label.clone(),
            },
            reason: self.event.reason.clone(),
            request: self.request.clone(),
            details: self.event.details.clone(),
            images: self.images.clone(),
        }
    }
}

/// Canonical JSON: the same value always gives the same bytes.
///
/// # Errors
/// When the value has no JSON form.
pub fn canonical<T: Serialize>(value: &T) -> Result<String> {
    serde_json_canonicalizer::to_string(value).map_err(Error::internal)
}
