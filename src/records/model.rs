//! Rows and commands of records.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::actor::{Actor, Permission, may};
use crate::db::schema::records;
use crate::db::{Instant, Json};
use crate::error::Result;
use crate::forms::Values;

crate::text_enum! {
    /// Where a record stands.
    State {
        /// Being filled in by its author.
        Draft = "draft",
        /// Locked.
        Submitted = "submitted",
    }
}

/// A filled-in form.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = records, treat_none_as_null = true)]
pub struct Record {
    /// Id.
    pub id: String,
    /// The form (a document of tier 4).
    pub form_id: String,
    /// The version of the form it was made on.
    pub form_version_id: String,
    /// Number in its register; none while it is a draft.
    pub number: Option<String>,
    /// Draft or submitted.
    pub state: State,
    /// The centre it belongs to.
    pub centre_id: Option<String>,
    /// Values by field id: as written in a draft, typed once submitted.
    pub content: Json,
    /// Who filled it in.
    pub author_id: String,
    /// Their name at the time.
    pub author_name: String,
    /// Since.
    pub created_at: Instant,
    /// When it was submitted.
    pub submitted_at: Option<Instant>,
    /// SHA-256 of what was submitted.
    pub content_hash: Option<String>,
    /// Counts changes.
    pub row_version: i64,
}

crate::fact_table!(Record, records, 1, key id);

impl Record {
    /// Values by field id.
    ///
    /// # Errors
    /// When what is stored is no object.
    pub fn values(&self) -> Result<Map<String, Value>> {
        self.content.to()
    }

    /// Whether somebody may see it: their own, or by permission at its centre.
    pub fn visible_to(&self, actor: &Actor) -> bool {
        let by_right = match &self.centre_id {
            Some(centre) => actor.may_at(Permission::ReadRecords, centre),
            None => Reach::of(actor) == Reach::All,
        };
        self.author_id == actor.id || by_right
    }
}

/// How far somebody's reading of records reaches; their own they always see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// The whole organisation.
    All,
    /// These centres.
    Centres(Vec<String>),
}

impl Reach {
    pub(super) fn of(actor: &Actor) -> Self {
        if !actor.may(Permission::ReadRecords) {
            return Self::Centres(Vec::new());
        }
        if actor.person().is_none() {
            return Self::All;
        }
        let centres: Option<Vec<String>> = actor
            .grants
            .iter()
            .filter(|grant| may(grant.role, Permission::ReadRecords))
            .map(|grant| grant.centre.clone())
            .collect();
        centres.map_or(Self::All, Self::Centres)
    }
}

/// Filling in a form: a new record, or the next state of a draft.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FillRecord {
    /// Code of the form; for an existing draft its form stays.
    #[serde(default)]
    pub form: String,
    /// Code of the centre it belongs to.
    #[serde(default)]
    pub centre: Option<String>,
    /// Values by field id: text, numbers, dates as `2026-11-21`, options and ratings by their value.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub values: Values,
    /// Submit: check everything, number and lock it. Otherwise it is kept as a draft.
    #[serde(default, deserialize_with = "crate::web::lenient::boolean")]
    pub submit: bool,
    /// The state of the draft that was seen.
    #[serde(default, deserialize_with = "seen")]
    pub row_version: Option<i64>,
}

fn seen<'de, D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<i64>, D::Error> {
    match Option::<Value>::deserialize(deserializer)? {
        None | Some(Value::Null) => Ok(None),
        Some(value) => crate::web::lenient::integer(value).map(Some).map_err(serde::de::Error::custom),
    }
}

/// What a register is filtered by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The form's document id.
    pub form_id: String,
    /// Draft or submitted.
    pub state: Option<State>,
    /// Centre id.
    pub centre_id: Option<String>,
    /// Submitted (drafts: begun) from this instant.
    pub from: Option<Instant>,
    /// And before this one.
    pub until: Option<Instant>,
    /// Words in number, author or values.
    pub text: Option<String>,
    /// Stored values whose label holds the words: field id and value.
    pub options: Vec<(String, String)>,
    /// Only records older than this id (paging by key, newest first).
    pub before: Option<String>,
}

/// How many records a form has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// The form's document id.
    pub form_id: String,
    /// Its code.
    pub code: String,
    /// Submitted records.
    pub submitted: i64,
    /// When the last one was submitted.
    pub last: Option<Instant>,
}

/// A draft that waits for its author.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Serialize)]
pub struct Draft {
    /// The record.
    pub id: String,
    /// Code of its form.
    pub code: String,
    /// Chinese title of the form version it was begun on.
    pub title_zh: Option<String>,
    /// English title.
    pub title_en: Option<String>,
    /// Since.
    pub created_at: Instant,
}
