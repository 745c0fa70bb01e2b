//! The TOML of a mapping, key by key; unknown keys are errors, so that a misspelt one never passes silently.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::fields::RawField;
use super::{DurationRule, EmptyDuration};

/// What decides how the rest is read.
#[derive(Debug, Deserialize)]
pub(super) struct RawKind {
    #[serde(default)]
    pub(super) kind: Option<toml::Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMapping {
    #[serde(default, rename = "kind")]
    pub(super) _kind: Option<String>,
    pub(super) source: String,
    #[serde(default)]
    pub(super) sheet: Option<String>,
    #[serde(default)]
    pub(super) header_row: Option<u32>,
    #[serde(default)]
    pub(super) personal: Vec<String>,
    #[serde(default)]
    pub(super) delimiter: Option<String>,
    #[serde(default)]
    pub(super) encoding: Option<String>,
    #[serde(default)]
    pub(super) id: Option<RawColumn>,
    #[serde(default)]
    pub(super) centre: Option<RawCoded>,
    pub(super) channel: RawCoded,
    pub(super) stamp: RawStamp,
    pub(super) outcome: RawOutcome,
    #[serde(default)]
    pub(super) wait: Option<RawDuration>,
    #[serde(default)]
    pub(super) talk: Option<RawDuration>,
    #[serde(default)]
    pub(super) hold: Option<RawDuration>,
    #[serde(default)]
    pub(super) wrap: Option<RawDuration>,
    #[serde(default)]
    pub(super) resolved: Option<RawResolved>,
    #[serde(default)]
    pub(super) csat: Option<RawRating>,
    #[serde(default)]
    pub(super) revenue: Option<RawRevenue>,
    #[serde(default)]
    pub(super) customer: Option<RawField>,
    #[serde(default)]
    pub(super) reason: Option<RawField>,
    #[serde(default)]
    pub(super) transferred: Option<RawField>,
    #[serde(default)]
    pub(super) offer: Option<RawField>,
    #[serde(default)]
    pub(super) sale: Option<RawField>,
    #[serde(default)]
    pub(super) reply_due: Option<RawField>,
    #[serde(default)]
    pub(super) replied: Option<RawField>,
}

/// The keys that a mapping of any other kind has beside the tables of its fields.
#[derive(Debug, Deserialize)]
pub(super) struct RawRows {
    pub(super) source: String,
    #[serde(default)]
    pub(super) sheet: Option<String>,
    #[serde(default)]
    pub(super) header_row: Option<u32>,
    #[serde(default)]
    pub(super) personal: Vec<String>,
    #[serde(default)]
    pub(super) delimiter: Option<String>,
    #[serde(default)]
    pub(super) encoding: Option<String>,
    #[serde(default)]
    pub(super) id: Option<RawColumn>,
    #[serde(default)]
    pub(super) centre: Option<RawCoded>,
    #[serde(default)]
    pub(super) channel: Option<RawCoded>,
    pub(super) stamp: RawStamp,
}

impl RawRows {
    /// Its keys.
    pub(super) const KEYS: [&str; 11] =
        ["kind", "source", "sheet", "header_row", "personal", "delimiter", "encoding", "id", "centre", "channel", "stamp"];
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawColumn {
    pub(super) column: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCoded {
    #[serde(default)]
    pub(super) value: Option<String>,
    #[serde(default)]
    pub(super) column: Option<String>,
    #[serde(default)]
    pub(super) values: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStamp {
    #[serde(default)]
    pub(super) column: Option<String>,
    #[serde(default)]
    pub(super) format: Option<String>,
    #[serde(default)]
    pub(super) date: Option<String>,
    #[serde(default)]
    pub(super) date_format: Option<String>,
    #[serde(default)]
    pub(super) time: Option<String>,
    #[serde(default)]
    pub(super) time_format: Option<String>,
    #[serde(default)]
    pub(super) zone: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOutcome {
    pub(super) column: String,
    pub(super) values: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDuration {
    pub(super) column: String,
    #[serde(default)]
    pub(super) empty: EmptyDuration,
}

impl From<RawDuration> for DurationRule {
    fn from(raw: RawDuration) -> Self {
        Self { column: raw.column, empty: raw.empty }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawResolved {
    pub(super) column: String,
    pub(super) values: BTreeMap<String, bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRating {
    pub(super) column: String,
    #[serde(default)]
    pub(super) values: Option<BTreeMap<String, u8>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRevenue {
    pub(super) column: String,
    #[serde(default)]
    pub(super) decimals: Option<u8>,
}
