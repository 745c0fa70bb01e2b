//! What the API shows of records: never the rows themselves.

use serde::Serialize;
use serde_json::{Map, Value};

use super::super::Record;
use crate::db::{Conn, Instant};
use crate::error::Result;
use crate::forms;
use crate::organisation::{self, Centre};

/// A record in its register.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct RecordLine {
    /// Id.
    id: String,
    /// Number in its register; none while it is a draft.
    number: Option<String>,
    /// `draft` or `submitted`.
    state: &'static str,
    /// Code of the centre it belongs to.
    centre: Option<String>,
    /// Who filled it in.
    author: String,
    /// Since.
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
    /// When it was submitted.
    #[schema(value_type = Option<String>, format = DateTime)]
    submitted_at: Option<Instant>,
    /// Values by field id: as written in a draft, typed once submitted.
    #[schema(value_type = Object)]
    values: Map<String, Value>,
}

/// A record.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct RecordView {
    /// Code of its form.
    form: String,
    /// Label of the form version that it was made on.
    form_version: String,
    /// SHA-256 of what was submitted.
    content_hash: Option<String>,
    /// What its register shows of it.
    #[serde(flatten)]
    line: RecordLine,
}

impl RecordLine {
    pub(super) fn of(record: &Record, centres: &[Centre]) -> Result<Self> {
        let centre = centres.iter().find(|centre| Some(&centre.id) == record.centre_id.as_ref());
        Ok(Self {
            id: record.id.clone(),
            number: record.number.clone(),
            state: record.state.as_str(),
            centre: centre.map(|centre| centre.code.clone()),
            author: record.author_name.clone(),
            created_at: record.created_at,
            submitted_at: record.submitted_at,
            values: record.values()?,
        })
    }
}

impl RecordView {
    /// The whole record. The caller has checked that it may be seen.
    pub(super) fn load(conn: &mut Conn, record: &Record) -> Result<Self> {
        let form = forms::on_version(conn, &record.form_version_id)?;
        let centre = record.centre_id.as_ref().map(|id| organisation::centre(conn, id)).transpose()?;
        Ok(Self {
            form: form.code,
            form_version: form.label,
            content_hash: record.content_hash.clone(),
            line: RecordLine::of(record, centre.as_slice())?,
        })
    }
}
