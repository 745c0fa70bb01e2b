//! The fields of a mapping that are read row by row: which columns each one takes and how its cells are read.
//!
//! Invariant: a [`FieldRule`] that exists fits what its field holds; a key that means nothing for the field was refused.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::kinds::{FieldSpec, FieldType};
use super::raw::RawStamp;
use super::{EmptyDuration, MAX_CODES, MappingError, StampColumns, StampRule, value_error};

/// Words that mean yes or no where a mapping has no table of its own.
const YES: [&str; 8] = ["是", "Y", "y", "yes", "Yes", "TRUE", "true", "1"];
const NO: [&str; 8] = ["否", "N", "n", "no", "No", "FALSE", "false", "0"];
/// Largest value of a scale: the gaps of a scale are kept with an offset of twenty.
const LARGEST_SCALE: i64 = 10;

/// How one field is read.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldRule {
    /// What it is.
    pub spec: &'static FieldSpec,
    /// Its columns and how their cells are read.
    pub read: ReadRule,
}

/// How the cells of a field are read.
#[derive(Debug, Clone, PartialEq)]
pub enum ReadRule {
    /// Any text.
    Text {
        /// Its column.
        column: String,
    },
    /// The same text in every row.
    Same(String),
    /// One of a few words, by number in the list of the field.
    Code {
        /// Its column.
        column: String,
        /// Cell → number of the word.
        table: BTreeMap<String, u16>,
    },
    /// The same word in every row.
    SameCode(u16),
    /// Yes or no.
    YesNo {
        /// Its column.
        column: String,
        /// Cell → yes.
        table: BTreeMap<String, bool>,
    },
    /// A whole number.
    Whole {
        /// Its column.
        column: String,
        /// What an empty cell means.
        empty: EmptyDuration,
    },
    /// Points from 0 to 100.
    Points {
        /// Its column.
        column: String,
        /// What an empty cell means.
        empty: EmptyDuration,
    },
    /// A rating.
    Rating {
        /// Its column.
        column: String,
        /// Least and greatest rating.
        scale: (i64, i64),
        /// Cell → rating; `None`: the cells are the ratings.
        table: Option<BTreeMap<String, i64>>,
    },
    /// An amount.
    Money {
        /// Its column.
        column: String,
        /// Digits of the minor unit.
        decimals: u8,
        /// What an empty cell means.
        empty: EmptyDuration,
    },
    /// A duration.
    Duration {
        /// Its column.
        column: String,
        /// Seconds of one, where a cell holds a plain number.
        unit_s: u32,
        /// What an empty cell means.
        empty: EmptyDuration,
    },
    /// A day or an instant.
    Moment(StampRule),
    /// So many seconds after the stamp of the row.
    After(u32),
    /// Expectations and perceptions, item by item.
    Pair {
        /// Columns of the expectations.
        expected: Vec<String>,
        /// Columns of the perceptions, in the same order.
        perceived: Vec<String>,
        /// Least and greatest rating.
        scale: (i64, i64),
    },
    /// Ratings with weights.
    Index {
        /// Their columns.
        columns: Vec<String>,
        /// Their weights.
        weights: Vec<u32>,
        /// Least and greatest rating.
        scale: (i64, i64),
    },
}

impl FieldRule {
    /// The columns that the field reads.
    pub fn columns(&self) -> Vec<&str> {
        match &self.read {
            ReadRule::Text { column }
            | ReadRule::Code { column, .. }
            | ReadRule::YesNo { column, .. }
            | ReadRule::Whole { column, .. }
            | ReadRule::Points { column, .. }
            | ReadRule::Rating { column, .. }
            | ReadRule::Money { column, .. }
            | ReadRule::Duration { column, .. } => vec![column],
            ReadRule::Moment(rule) => match &rule.columns {
                StampColumns::Single(column) => vec![column],
                StampColumns::Pair { date, time } => vec![date, time],
            },
            ReadRule::Pair { expected, perceived, .. } => expected.iter().chain(perceived).map(String::as_str).collect(),
            ReadRule::Index { columns, .. } => columns.iter().map(String::as_str).collect(),
            ReadRule::Same(_) | ReadRule::SameCode(_) | ReadRule::After(_) => Vec::new(),
        }
    }
}

/// One column or several.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Columns {
    One(String),
    Many(Vec<String>),
}

impl Columns {
    fn list(self) -> Vec<String> {
        match self {
            Self::One(column) => vec![column],
            Self::Many(columns) => columns,
        }
    }
}

/// The table of a field, key by key; which keys a field takes depends on what it holds.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawField {
    column: Option<String>,
    value: Option<String>,
    values: Option<BTreeMap<String, toml::Value>>,
    empty: Option<EmptyDuration>,
    decimals: Option<u8>,
    unit: Option<String>,
    scale: Option<(i64, i64)>,
    columns: Option<Vec<String>>,
    weights: Option<Vec<u32>>,
    expected: Option<Columns>,
    perceived: Option<Columns>,
    format: Option<String>,
    date: Option<String>,
    date_format: Option<String>,
    time: Option<String>,
    time_format: Option<String>,
    zone: Option<String>,
    after_hours: Option<u32>,
    after_days: Option<u32>,
}

impl RawField {
    fn keys(&self) -> Vec<&'static str> {
        let all = [
            ("column", self.column.is_some()),
            ("value", self.value.is_some()),
            ("values", self.values.is_some()),
            ("empty", self.empty.is_some()),
            ("decimals", self.decimals.is_some()),
            ("unit", self.unit.is_some()),
            ("scale", self.scale.is_some()),
            ("columns", self.columns.is_some()),
            ("weights", self.weights.is_some()),
            ("expected", self.expected.is_some()),
            ("perceived", self.perceived.is_some()),
            ("format", self.format.is_some()),
            ("date", self.date.is_some()),
            ("date_format", self.date_format.is_some()),
            ("time", self.time.is_some()),
            ("time_format", self.time_format.is_some()),
            ("zone", self.zone.is_some()),
            ("after_hours", self.after_hours.is_some()),
            ("after_days", self.after_days.is_some()),
        ];
        all.into_iter().filter(|key| key.1).map(|key| key.0).collect()
    }
}

/// Reads the table of a field. `months`: a month alone is a day, its first.
pub(super) fn rule(spec: &'static FieldSpec, raw: RawField, months: Months) -> Result<FieldRule, MappingError> {
    let name = spec.name;
    let allowed = spec.holds.keys();
    if let Some(stray) = raw.keys().into_iter().find(|key| !allowed.contains(key)) {
        return Err(MappingError::UnknownKey { field: format!("{name}.{stray}"), expected: listed(allowed) });
    }
    let empty = raw.empty.unwrap_or(if spec.required { EmptyDuration::Refuse } else { EmptyDuration::Unknown });
    let column = |raw: &RawField| raw.column.clone().ok_or(MappingError::Missing { field: format!("{name}.column") });
    let read = match spec.holds {
        FieldType::Text => match either(name, raw.value, raw.column)? {
            Given::Value(value) => ReadRule::Same(value),
            Given::Column(column) => ReadRule::Text { column },
        },
        FieldType::Code(words) => code(name, words, raw)?,
        FieldType::YesNo => ReadRule::YesNo { column: column(&raw)?, table: yes_no(name, raw.values)? },
        FieldType::Whole => ReadRule::Whole { column: column(&raw)?, empty },
        FieldType::Points => ReadRule::Points { column: column(&raw)?, empty },
        FieldType::Rating(low, high, _) => {
            let scale = scale(name, raw.scale, (low, high))?;
            ReadRule::Rating { column: column(&raw)?, scale, table: ratings(name, raw.values, scale)? }
        }
        FieldType::Money => ReadRule::Money { column: column(&raw)?, decimals: decimals(name, raw.decimals)?, empty },
        FieldType::Duration => ReadRule::Duration { column: column(&raw)?, unit_s: unit(name, raw.unit.as_deref())?, empty },
        FieldType::Moment => moment(name, raw, months)?,
        FieldType::Pair => pair(name, raw)?,
        FieldType::Index => index(name, raw)?,
    };
    Ok(FieldRule { spec, read })
}

/// Whether a month alone may stand for its first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Months {
    /// It may: monthly figures.
    Allowed,
    /// The whole date is needed.
    Refused,
}

enum Given {
    Value(String),
    Column(String),
}

fn either(name: &str, value: Option<String>, column: Option<String>) -> Result<Given, MappingError> {
    match (value, column) {
        (Some(value), None) => Ok(Given::Value(value)),
        (None, Some(column)) => Ok(Given::Column(column)),
        _ => Err(MappingError::EitherOr { field: name.to_owned(), one: "value", other: "column" }),
    }
}

fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn one_of(field: String, value: &str, words: &[&str]) -> MappingError {
    MappingError::OneOf { field, value: value.to_owned(), expected: listed(words) }
}

fn code(name: &str, words: &'static [&'static str], raw: RawField) -> Result<ReadRule, MappingError> {
    let number = |field: String, word: &str| {
        let found = words.iter().zip(0_u16..).find(|pair| *pair.0 == word).map(|pair| pair.1);
        found.ok_or_else(|| one_of(field, word, words))
    };
    match either(name, raw.value, raw.column)? {
        Given::Value(_) if raw.values.is_some() => {
            Err(MappingError::Conflict { field: format!("{name}.values"), other: format!("{name}.value") })
        }
        Given::Value(word) => Ok(ReadRule::SameCode(number(format!("{name}.value"), &word)?)),
        Given::Column(column) => {
            let Some(values) = raw.values else {
                return Ok(ReadRule::Code { column, table: words.iter().map(|word| (*word).to_owned()).zip(0..).collect() });
            };
            let mut table = BTreeMap::new();
            for (cell, word) in bounded(name, values)? {
                let field = format!("{name}.values.{cell}");
                let Some(word) = word.as_str() else { return Err(one_of(field, &word.to_string(), words)) };
                table.insert(cell, number(field, word)?);
            }
            Ok(ReadRule::Code { column, table })
        }
    }
}

fn bounded(name: &str, values: BTreeMap<String, toml::Value>) -> Result<BTreeMap<String, toml::Value>, MappingError> {
    if values.len() > MAX_CODES {
        return Err(value_error(&format!("{name}.values"), &values.len().to_string(), "at most 10000 values"));
    }
    Ok(values)
}

fn yes_no(name: &str, values: Option<BTreeMap<String, toml::Value>>) -> Result<BTreeMap<String, bool>, MappingError> {
    let Some(values) = values else {
        let yes = YES.iter().map(|word| ((*word).to_owned(), true));
        return Ok(yes.chain(NO.iter().map(|word| ((*word).to_owned(), false))).collect());
    };
    let one = |(cell, value): (String, toml::Value)| match value.as_bool() {
        Some(yes) => Ok((cell, yes)),
        None => Err(value_error(&format!("{name}.values.{cell}"), &value.to_string(), "`true` or `false`")),
    };
    bounded(name, values)?.into_iter().map(one).collect()
}

fn ratings(
    name: &str,
    values: Option<BTreeMap<String, toml::Value>>,
    scale: (i64, i64),
) -> Result<Option<BTreeMap<String, i64>>, MappingError> {
    let Some(values) = values else { return Ok(None) };
    let one = |(cell, value): (String, toml::Value)| match value.as_integer() {
        Some(rating) if (scale.0..=scale.1).contains(&rating) => Ok((cell, rating)),
        _ => Err(value_error(&format!("{name}.values.{cell}"), &value.to_string(), "a whole rating of the scale")),
    };
    bounded(name, values)?.into_iter().map(one).collect::<Result<_, _>>().map(Some)
}

fn scale(name: &str, given: Option<(i64, i64)>, usual: (i64, i64)) -> Result<(i64, i64), MappingError> {
    match given {
        None => Ok(usual),
        Some((low, high)) if 0 <= low && low < high && high <= LARGEST_SCALE => Ok((low, high)),
        Some((low, high)) => {
            Err(value_error(&format!("{name}.scale"), &format!("[{low}, {high}]"), "two whole numbers from 0 to 10, ascending"))
        }
    }
}

fn decimals(name: &str, given: Option<u8>) -> Result<u8, MappingError> {
    match given.unwrap_or(2) {
        decimals @ 0..=4 => Ok(decimals),
        other => Err(value_error(&format!("{name}.decimals"), &other.to_string(), "0 to 4")),
    }
}

fn unit(name: &str, given: Option<&str>) -> Result<u32, MappingError> {
    match given {
        None | Some("seconds") => Ok(1),
        Some("minutes") => Ok(60),
        Some("hours") => Ok(3600),
        Some("days") => Ok(86_400),
        Some(other) => Err(one_of(format!("{name}.unit"), other, &["seconds", "minutes", "hours", "days"])),
    }
}

fn moment(name: &str, raw: RawField, months: Months) -> Result<ReadRule, MappingError> {
    let after = match (raw.after_hours, raw.after_days) {
        (Some(_), Some(_)) => {
            return Err(MappingError::Conflict { field: format!("{name}.after_days"), other: format!("{name}.after_hours") });
        }
        (Some(hours), None) => Some(("after_hours", hours, 3600)),
        (None, days) => days.map(|days| ("after_days", days, 86_400)),
    };
    if let Some((key, count, seconds)) = after {
        if raw.column.is_some() || raw.date.is_some() {
            return Err(MappingError::Conflict { field: format!("{name}.{key}"), other: format!("{name}.column") });
        }
        let after = count.checked_mul(seconds).filter(|seconds| *seconds <= 10 * 366 * 86_400 && name != "stamp");
        let refused = || value_error(&format!("{name}.{key}"), &count.to_string(), "at most ten years after the stamp of the row");
        return after.map(ReadRule::After).ok_or_else(refused);
    }
    let stamp = RawStamp {
        column: raw.column,
        format: raw.format,
        date: raw.date,
        date_format: raw.date_format,
        time: raw.time,
        time_format: raw.time_format,
        zone: raw.zone,
    };
    StampRule::of_field(name, stamp, months).map(ReadRule::Moment)
}

fn pair(name: &str, raw: RawField) -> Result<ReadRule, MappingError> {
    let need = |columns: Option<Columns>, key: &str| {
        columns.map(Columns::list).ok_or(MappingError::Missing { field: format!("{name}.{key}") })
    };
    let (expected, perceived) = (need(raw.expected, "expected")?, need(raw.perceived, "perceived")?);
    if expected.len() != perceived.len() || expected.is_empty() {
        return Err(value_error(&format!("{name}.perceived"), &perceived.len().to_string(), "as many columns as `expected` has"));
    }
    Ok(ReadRule::Pair { expected, perceived, scale: scale(name, raw.scale, (1, 5))? })
}

fn index(name: &str, raw: RawField) -> Result<ReadRule, MappingError> {
    let columns = raw.columns.filter(|columns| !columns.is_empty());
    let columns = columns.ok_or(MappingError::Missing { field: format!("{name}.columns") })?;
    let weights = raw.weights.unwrap_or_else(|| vec![1; columns.len()]);
    if weights.len() != columns.len() || weights.iter().any(|weight| !(1..=1000).contains(weight)) {
        return Err(value_error(
            &format!("{name}.weights"),
            &format!("{weights:?}"),
            "a whole weight from 1 to 1000 for each column",
        ));
    }
    Ok(ReadRule::Index { columns, weights, scale: scale(name, raw.scale, (1, 5))? })
}
