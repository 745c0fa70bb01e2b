//! The TOML of a mapping, key by key; unknown keys are errors, so that a misspelt one never passes silently.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{DurationRule, EmptyDuration};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMapping {
    pub(super) source: String,
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
