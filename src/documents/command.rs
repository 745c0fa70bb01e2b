//! Commands of documents: one type each serves form, JSON and command line.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::model::Decision;
use crate::text::Lang;

/// A word or text in both languages; at least one is there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    /// Chinese.
    #[serde(default)]
    pub zh: Option<String>,
    /// English.
    #[serde(default)]
    pub en: Option<String>,
}

impl Bilingual {
    /// In a language; blank counts as none.
    pub fn get(&self, lang: Lang) -> Option<&str> {
        let value = match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        };
        value.as_deref().filter(|text| !text.trim().is_empty())
    }

    /// Sets a language.
    pub fn set(&mut self, lang: Lang, value: Option<String>) {
        match lang {
            Lang::Zh => self.zh = value,
            Lang::En => self.en = value,
        }
    }

    /// Neither language is there.
    pub fn is_empty(&self) -> bool {
        Lang::ALL.into_iter().all(|lang| self.get(lang).is_none())
    }
}

/// What a form (tier 4) declares in its front matter: the number scheme of its records and their fields.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FormExtra {
    /// Number scheme of the filled records, for example `{YYMM}-{nnn}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Fields as declared; `forms` knows their meaning.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub fields: Vec<serde_json::Value>,
}

/// What a version holds beside title, text and parents; part of its hash.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Extra {
    /// Unit code of the owner.
    #[serde(default)]
    pub owner: String,
    /// The form's declaration (tier 4), in the same object.
    #[serde(flatten)]
    pub form: FormExtra,
    /// Files the texts name: path → evidence hash.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, String>,
    /// Keys of another system's front matter, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other: Vec<(String, serde_json::Value)>,
}

/// A new document. Without a text it starts from its tier's template, in the languages that have a title.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDocument {
    /// Tier 1 to 4.
    #[serde(deserialize_with = "crate::web::lenient::integer")]
    pub tier: i64,
    /// Code; none = the next one of the tier's scheme.
    #[serde(default)]
    pub code: Option<String>,
    /// Title, in one language at least.
    #[serde(default)]
    pub title: Bilingual,
    /// Text in Markdown.
    #[serde(default)]
    pub text: Bilingual,
    /// Unit code of the owner.
    #[serde(default)]
    pub owner: String,
    /// Codes of the parents: a list, or one text with commas between.
    #[serde(default, deserialize_with = "codes")]
    pub parents: Vec<String>,
    /// What a form declares: an object, or its YAML.
    #[serde(default, deserialize_with = "form_extra")]
    pub form: Option<FormExtra>,
    /// Version label; none = the first of the tier's scheme.
    #[serde(default)]
    pub label: Option<String>,
}

/// The content of a draft, as a whole.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveDraft {
    /// Title, in one language at least.
    #[serde(default)]
    pub title: Bilingual,
    /// Text in Markdown.
    #[serde(default)]
    pub text: Bilingual,
    /// Unit code of the owner.
    #[serde(default)]
    pub owner: String,
    /// Codes of the parents.
    #[serde(default, deserialize_with = "codes")]
    pub parents: Vec<String>,
    /// What a form declares; none = as it was.
    #[serde(default, deserialize_with = "form_extra")]
    pub form: Option<FormExtra>,
    /// The state of the draft that was seen.
    #[serde(deserialize_with = "crate::web::lenient::integer")]
    pub row_version: i64,
}

crate::text_enum! {
    /// How far a revision goes.
    Step {
        /// Next modification: `A/0` → `A/1`, `1.0` → `1.1`.
        Modification = "modification",
        /// Next edition: `A/3` → `B/0`, `1.4` → `2.0`.
        Edition = "edition",
    }
}

/// Starting a revision of the version in force.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Revise {
    /// Modification or edition.
    pub step: Step,
}

/// Submitting a draft.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Submit {
    /// Why the document changes.
    #[serde(default)]
    pub reason: String,
    /// User ids of the reviewers; may be empty.
    #[serde(default)]
    pub reviewers: Vec<String>,
    /// User id of the approver.
    #[serde(default)]
    pub approver: String,
    /// Day on which it is to take effect; none = on approval.
    #[serde(default)]
    pub planned_on: Option<NaiveDate>,
    /// By when answers are wanted.
    #[serde(default)]
    pub due_on: Option<NaiveDate>,
    /// The state of the draft that was seen.
    #[serde(deserialize_with = "crate::web::lenient::integer")]
    pub row_version: i64,
}

/// Answering a request to review or approve.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    /// `agreed` (reviewer), `approved` (approver), `returned` (both).
    pub decision: Decision,
    /// Required when it is returned.
    #[serde(default)]
    pub comment: Option<String>,
    /// The hash of what was read; another one is a conflict.
    #[serde(default)]
    pub content_hash: Option<String>,
}

/// Withdrawing the version in force.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Withdraw {
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// Taking a document over from elsewhere.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Adopt {
    /// Code.
    pub code: String,
    /// Tier 1 to 4.
    pub tier: i64,
    /// Version label; none = the first (or next) of the tier's scheme.
    #[serde(default)]
    pub label: Option<String>,
    /// Title, in one language at least.
    pub title: Bilingual,
    /// Text in Markdown.
    pub text: Bilingual,
    /// Unit code of the owner.
    #[serde(default)]
    pub owner: String,
    /// Codes of the parents.
    #[serde(default)]
    pub parents: Vec<String>,
    /// What a form declares.
    #[serde(default)]
    pub form: Option<FormExtra>,
    /// Files the texts name: path → evidence hash (their rows were written in the same transaction).
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// Keys of another system's front matter, in their order: kept as they are.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    pub other: Vec<(String, serde_json::Value)>,
    /// Put it in force at once; otherwise it becomes a draft.
    pub effective: bool,
    /// Since when it has been in force; none = today.
    #[serde(default)]
    pub effective_on: Option<NaiveDate>,
    /// Why it is taken over.
    pub reason: String,
}

/// What an adoption did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Adopted {
    /// A new document.
    Created,
    /// A new version of a known document.
    Version,
    /// The open draft of the same importer took the new content.
    Draft,
    /// The same content is there already.
    Same,
}

/// A list of codes, or one text with commas, semicolons or line ends between them.
fn codes<'de, D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Sent {
        List(Vec<String>),
        Text(String),
    }
    let parts = match Sent::deserialize(deserializer)? {
        Sent::List(list) => list,
        Sent::Text(text) => text.split([',', '，', '、', ';', '；', '\n']).map(str::to_owned).collect(),
    };
    Ok(parts.iter().map(|code| code.trim().to_owned()).filter(|code| !code.is_empty()).collect())
}

/// A form's declaration as an object, or as the YAML its author types.
fn form_extra<'de, D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<FormExtra>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Sent {
        Text(String),
        Object(FormExtra),
    }
    match Option::<Sent>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Sent::Object(form)) => Ok(Some(form)),
        Some(Sent::Text(yaml)) => {
            serde_saphyr::from_str(&yaml).map(Some).map_err(|error| serde::de::Error::custom(format!("`form`: {error}")))
        }
    }
}
