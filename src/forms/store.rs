//! Queries of forms: tier 4 documents on one of their versions.

use diesel::prelude::*;

use super::model::Definition;
use crate::db::schema::{document_versions, documents};
use crate::db::{Conn, Json};
use crate::error::Result;
use crate::text::Lang;

/// Tier of the controlled blanks.
const TIER: i64 = 4;

/// A form on one of its versions.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Form {
    /// The document.
    pub document_id: String,
    /// Its code.
    pub code: String,
    /// The version.
    pub version_id: String,
    /// The version's label.
    pub label: String,
    /// Chinese title.
    pub title_zh: Option<String>,
    /// English title.
    pub title_en: Option<String>,
    /// What the version holds beside its text: `number` and `fields` are ours.
    pub extra: Json,
}

impl Form {
    /// The title in a language, or the only one there is.
    pub fn title(&self, lang: Lang) -> &str {
        let (own, other) = match lang {
            Lang::Zh => (&self.title_zh, &self.title_en),
            Lang::En => (&self.title_en, &self.title_zh),
        };
        own.as_deref().or(other.as_deref()).unwrap_or_default()
    }

    /// What it declares.
    ///
    /// # Errors
    /// [`crate::error::Error::Invalid`] naming the fields whose declaration is wrong.
    pub fn definition(&self) -> Result<Definition> {
        #[derive(serde::Deserialize)]
        struct Declared {
            #[serde(default)]
            number: Option<String>,
            #[serde(default)]
            fields: Vec<serde_json::Value>,
        }
        let declared: Declared = self.extra.to()?;
        Definition::read(declared.number.as_deref(), &declared.fields)
    }
}

type Columns = (
    documents::id,
    documents::code,
    document_versions::id,
    document_versions::label,
    document_versions::title_zh,
    document_versions::title_en,
    document_versions::extra,
);

const COLUMNS: Columns = (
    documents::id,
    documents::code,
    document_versions::id,
    document_versions::label,
    document_versions::title_zh,
    document_versions::title_en,
    document_versions::extra,
);

pub(super) fn in_force(conn: &mut Conn) -> Result<Vec<Form>> {
    Ok(documents::table
        .inner_join(document_versions::table)
        .filter(documents::tier.eq(TIER).and(document_versions::state.eq("effective")))
        .order(documents::code_key)
        .limit(2000)
        .select(COLUMNS)
        .load(conn)?)
}

pub(super) fn by_code(conn: &mut Conn, code: &str) -> Result<Option<Form>> {
    Ok(documents::table
        .inner_join(document_versions::table)
        .filter(documents::tier.eq(TIER).and(documents::code.eq(code)).and(document_versions::state.eq("effective")))
        .select(COLUMNS)
        .first(conn)
        .optional()?)
}

pub(super) fn current(conn: &mut Conn, document_id: &str) -> Result<Option<Form>> {
    Ok(documents::table
        .inner_join(document_versions::table)
        .filter(documents::id.eq(document_id).and(document_versions::state.eq("effective")))
        .select(COLUMNS)
        .first(conn)
        .optional()?)
}

pub(super) fn on_version(conn: &mut Conn, version_id: &str) -> Result<Option<Form>> {
    Ok(documents::table
        .inner_join(document_versions::table)
        .filter(document_versions::id.eq(version_id))
        .select(COLUMNS)
        .first(conn)
        .optional()?)
}

/// The version in force, else the last one that was.
pub(super) fn latest(conn: &mut Conn, code: &str) -> Result<Option<Form>> {
    Ok(documents::table
        .inner_join(document_versions::table)
        .filter(documents::tier.eq(TIER).and(documents::code.eq(code)))
        .filter(document_versions::state.eq_any(["effective", "superseded", "withdrawn"]))
        .order(document_versions::ordinal.desc())
        .select(COLUMNS)
        .first(conn)
        .optional()?)
}
