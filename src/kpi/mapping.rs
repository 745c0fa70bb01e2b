//! How to read a file: which column means what. A mapping is a documented TOML text (`docs/KPI-MAPPING.md`), kept with each import
//! so that a figure can be followed to its source (ISO 9001 7.5.3, 9.1.1). [`Mapping`] is that of a call log as its fast reader needs it,
//! [`SourceMapping`] that of any kind of source.
//!
//! Invariant: a [`Mapping`] that exists is consistent in itself; what it still needs is a file whose header has its columns.

pub mod catalogue;
pub mod centres;
pub mod controls;
mod error;
mod fields;
pub mod guess;
mod kinds;
mod place;
mod raw;
mod rows;
mod stamp;

use std::collections::BTreeMap;

use serde::Deserialize;

pub use error::MappingError;
pub use fields::{FieldRule, ReadRule};
pub use kinds::{FieldSpec, FieldType, SourceKind};
pub(in crate::kpi) use rows::ALL_CHANNELS;
pub use rows::{RowMapping, SourceMapping};
pub(crate) use stamp::{FastShape, Reading, read};
pub use stamp::{StampColumns, StampRule, StampZone};

/// Most values of a code table.
const MAX_CODES: usize = 10_000;

/// How to read a call log.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// Name of the source system; part of the key of the measures.
    pub source: String,
    /// The byte between two fields; `None`: found out from the header.
    pub delimiter: Option<u8>,
    /// How text is encoded.
    pub encoding: EncodingRule,
    /// Line on which the column names stand, from 1.
    pub header_row: u32,
    /// Column that identifies a contact, quoted in messages.
    pub id: Option<String>,
    /// The centre; `None`: the caller says it.
    pub centre: Option<Coded>,
    /// The channel.
    pub channel: Coded,
    /// When the contact reached the queue.
    pub stamp: StampRule,
    /// What became of the contact.
    pub outcome: OutcomeRule,
    /// Seconds waited.
    pub wait: Option<DurationRule>,
    /// Seconds talked.
    pub talk: Option<DurationRule>,
    /// Seconds on hold.
    pub hold: Option<DurationRule>,
    /// Seconds of after-contact work.
    pub wrap: Option<DurationRule>,
    /// Whether the contact was resolved.
    pub resolved: Option<ResolvedRule>,
    /// Rating from 1 to 5.
    pub csat: Option<RatingRule>,
    /// Revenue.
    pub revenue: Option<RevenueRule>,
}

/// How text is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncodingRule {
    /// UTF-8 when the first text outside ASCII is valid UTF-8, else GB18030.
    Auto,
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// GB18030, which covers GBK and GB2312.
    Gb18030,
}

/// A code: the same for the whole file, or read from a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coded {
    /// The whole file has this code.
    Constant(String),
    /// A column tells.
    Column {
        /// Its name.
        column: String,
        /// Source value → code; `None`: the values are the codes.
        values: Option<BTreeMap<String, String>>,
    },
}

/// What became of a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Reached a person.
    Answered,
    /// Reached the queue and left it.
    Abandoned,
    /// Left before the queue.
    AbandonedBeforeQueue,
    /// Not a contact of the queue; counted, nothing else.
    Ignored,
    /// Met a busy line and never arrived.
    Blocked,
    /// A session with a machine that reached its end.
    SelfServiceCompleted,
    /// A session with a machine that was given up.
    SelfServiceLeft,
    /// A written contact that still waits for its first reply.
    Waiting,
}

/// Column and table of the outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeRule {
    /// Its column.
    pub column: String,
    /// Source value → outcome.
    pub values: BTreeMap<String, Outcome>,
}

/// Column of a duration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DurationRule {
    /// Its column.
    pub column: String,
    /// What an empty field means.
    pub empty: EmptyDuration,
}

/// What an empty duration means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmptyDuration {
    /// An error in the row.
    #[default]
    Refuse,
    /// Zero seconds.
    Zero,
    /// Not known: for the wait of abandoned contacts, and for talk.
    Unknown,
}

/// Column and table of the resolution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedRule {
    /// Its column.
    pub column: String,
    /// Source value → resolved or not; an empty field that is not listed means not known.
    pub values: BTreeMap<String, bool>,
}

/// Column of the rating.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatingRule {
    /// Its column.
    pub column: String,
    /// Source value → 1 to 5; `None`: the values are 1 to 5.
    pub values: Option<BTreeMap<String, u8>>,
}

/// Column of the revenue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevenueRule {
    /// Its column.
    pub column: String,
    /// Digits of the minor unit (2 for yuan and fen).
    pub decimals: u8,
}

impl Mapping {
    /// Reads a mapping.
    ///
    /// # Errors
    /// [`MappingError`] names line, column and key, what stands there and what may.
    pub fn from_toml(text: &str) -> Result<Self, MappingError> {
        Self::read(text).map_err(|error| error.located(text))
    }

    fn read(text: &str) -> Result<Self, MappingError> {
        let raw: raw::RawMapping = toml::from_str(text).map_err(|error| syntax(text, &error))?;
        Self::of(raw)
    }

    fn of(raw: raw::RawMapping) -> Result<Self, MappingError> {
        let hold = plain(raw.hold, "hold.empty")?;
        let wrap = plain(raw.wrap, "wrap.empty")?;
        Ok(Self {
            source: identifier(raw.source, "source")?,
            delimiter: delimiter(raw.delimiter.as_deref())?,
            encoding: encoding(raw.encoding.as_deref())?,
            header_row: rows::header_row(raw.header_row)?,
            id: raw.id.map(|id| id.column),
            centre: raw.centre.map(|centre| coded(centre, "centre")).transpose()?,
            channel: channel(raw.channel)?,
            stamp: StampRule::from_raw(raw.stamp, fields::Months::Refused)?,
            outcome: outcome(raw.outcome)?,
            wait: raw.wait.map(DurationRule::from),
            talk: raw.talk.map(DurationRule::from),
            hold,
            wrap,
            resolved: raw.resolved.map(|rule| ResolvedRule { column: rule.column, values: rule.values }),
            csat: raw.csat.map(rating).transpose()?,
            revenue: raw.revenue.map(revenue).transpose()?,
        })
    }

    /// The same mapping for a log of one centre that does not name it.
    ///
    /// # Errors
    /// When the mapping takes the centre from a column or has another constant.
    pub fn with_centre(mut self, code: &str) -> Result<Self, MappingError> {
        let twice = |field: &str| Err(MappingError::CentreTwice { field: field.to_owned(), centre: code.to_owned() });
        match &self.centre {
            Some(Coded::Column { .. }) => return twice("centre.column"),
            Some(Coded::Constant(constant)) if constant != code => return twice("centre.value"),
            _ => self.centre = Some(Coded::Constant(code.to_owned())),
        }
        Ok(self)
    }
}

/// The kind of source that a mapping is for, as far as it can be read.
#[must_use]
pub fn kind_of(text: &str) -> Option<SourceKind> {
    let table: toml::Table = toml::from_str(text).ok()?;
    match table.get("kind") {
        None => Some(SourceKind::Interactions),
        Some(word) => SourceKind::parse(word.as_str()?),
    }
}

/// A mapping for another file of the same columns: it says where the column names stand there, and leaves the delimiter to be found out.
/// The text itself where nothing of that differs; none where it is no mapping.
#[must_use]
pub fn adapted(text: &str, seen: &crate::kpi::intake::Glimpse) -> Option<String> {
    let before: toml::Table = toml::from_str(text).ok()?;
    let mut mapping = before.clone();
    guess::place(&mut mapping, seen);
    let written = |delimiter: &toml::Value| delimiter.as_str() == seen.delimiter.map(String::from).as_deref();
    if mapping.get("delimiter").is_some_and(|delimiter| !written(delimiter)) {
        mapping.remove("delimiter");
    }
    // A file of mended rows is written in UTF-8 whatever the first one was.
    if mapping.get("encoding").is_some_and(|encoding| encoding.as_str() != seen.encoding.as_deref()) {
        mapping.remove("encoding");
    }
    if mapping == before { Some(text.to_owned()) } else { toml::to_string(&mapping).ok() }
}

fn syntax(text: &str, error: &toml::de::Error) -> MappingError {
    let (line, column) = place::line_and_column(text, error.span().map_or(0, |span| span.start));
    MappingError::Syntax { line, column, message: error.message().to_owned() }
}

fn value_error(field: &str, value: &str, expected: &'static str) -> MappingError {
    MappingError::Value { field: field.to_owned(), value: value.to_owned(), expected }
}

/// True for a code that can stand in keys and file names: lower-case letters, digits, `-` and `_`, at most 32.
pub(crate) fn is_identifier(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte))
}

const IDENTIFIER: &str = "lower-case letters, digits, `-` and `_`, at most 32 characters";

fn identifier(text: String, field: &str) -> Result<String, MappingError> {
    if is_identifier(&text) { Ok(text) } else { Err(value_error(field, &text, IDENTIFIER)) }
}

fn delimiter(text: Option<&str>) -> Result<Option<u8>, MappingError> {
    match text {
        None | Some("auto") => Ok(None),
        Some("," | ";" | "\t" | "|") => Ok(text.and_then(|one| one.bytes().next())),
        Some(other) => Err(value_error("delimiter", other, "`auto`, `,`, `;`, `\\t` or `|`")),
    }
}

fn encoding(text: Option<&str>) -> Result<EncodingRule, MappingError> {
    match text {
        None | Some("auto") => Ok(EncodingRule::Auto),
        Some("utf-8") => Ok(EncodingRule::Utf8),
        Some("gb18030") => Ok(EncodingRule::Gb18030),
        Some(other) => Err(value_error("encoding", other, "`auto`, `utf-8` or `gb18030`")),
    }
}

fn coded(raw: raw::RawCoded, field: &str) -> Result<Coded, MappingError> {
    match (raw.value, raw.column) {
        (Some(_), None) if raw.values.is_some() => {
            Err(MappingError::Conflict { field: format!("{field}.values"), other: format!("{field}.value") })
        }
        (Some(value), None) => Ok(Coded::Constant(value)),
        (None, Some(column)) => match raw.values {
            Some(values) if values.len() > MAX_CODES => {
                Err(value_error(&format!("{field}.values"), &values.len().to_string(), "at most 10000 values"))
            }
            values => Ok(Coded::Column { column, values }),
        },
        _ => Err(MappingError::EitherOr { field: field.to_owned(), one: "value", other: "column" }),
    }
}

fn channel(raw: raw::RawCoded) -> Result<Coded, MappingError> {
    let rule = coded(raw, "channel")?;
    let codes: Vec<&String> = match &rule {
        Coded::Constant(code) => vec![code],
        Coded::Column { values, .. } => values.iter().flat_map(BTreeMap::values).collect(),
    };
    match codes.into_iter().find(|code| !is_identifier(code)) {
        Some(code) => Err(value_error("channel", code, IDENTIFIER)),
        None => Ok(rule),
    }
}

fn outcome(raw: raw::RawOutcome) -> Result<OutcomeRule, MappingError> {
    let expected = "`answered`, `abandoned`, `abandoned_before_queue`, `ignored`, `blocked`, \
                    `self_service_completed`, `self_service_left` or `waiting`";
    let mut values = BTreeMap::new();
    for (value, name) in raw.values {
        let outcome = match name.as_str() {
            "answered" => Outcome::Answered,
            "abandoned" => Outcome::Abandoned,
            "abandoned_before_queue" => Outcome::AbandonedBeforeQueue,
            "ignored" => Outcome::Ignored,
            "blocked" => Outcome::Blocked,
            "self_service_completed" => Outcome::SelfServiceCompleted,
            "self_service_left" => Outcome::SelfServiceLeft,
            "waiting" => Outcome::Waiting,
            _ => return Err(value_error(&format!("outcome.values.{value}"), &name, expected)),
        };
        values.insert(value, outcome);
    }
    Ok(OutcomeRule { column: raw.column, values })
}

fn plain(raw: Option<raw::RawDuration>, field: &str) -> Result<Option<DurationRule>, MappingError> {
    match raw {
        Some(rule) if rule.empty == EmptyDuration::Unknown => Err(value_error(field, "unknown", "`refuse` or `zero`")),
        rule => Ok(rule.map(DurationRule::from)),
    }
}

fn rating(raw: raw::RawRating) -> Result<RatingRule, MappingError> {
    match raw.values.iter().flatten().find(|pair| !(1..=5).contains(pair.1)) {
        Some((value, rating)) => {
            Err(value_error(&format!("csat.values.{value}"), &rating.to_string(), "a whole number from 1 to 5"))
        }
        None => Ok(RatingRule { column: raw.column, values: raw.values }),
    }
}

fn revenue(raw: raw::RawRevenue) -> Result<RevenueRule, MappingError> {
    match raw.decimals.unwrap_or(2) {
        decimals @ 0..=4 => Ok(RevenueRule { column: raw.column, decimals }),
        other => Err(value_error("revenue.decimals", &other.to_string(), "0 to 4")),
    }
}

#[cfg(test)]
mod tests;
