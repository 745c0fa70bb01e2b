//! A mapping of any kind of source: what all of them have, and the fields of its kind. That of interactions holds the mapping of a call
//! log besides.

use std::collections::BTreeSet;

use super::fields::{self, FieldRule, Months, RawField, ReadRule};
use super::kinds::{FieldSpec, SourceKind};
use super::raw::{RawKind, RawMapping, RawRows};
use super::{Coded, EncodingRule, Mapping, MappingError, Outcome, StampColumns, StampRule};
use super::{channel, coded, delimiter, encoding, identifier, syntax, value_error};

/// Most columns that a mapping may mark as personal.
const MAX_PERSONAL: usize = 100;
/// The channel of a source that knows none.
pub(in crate::kpi) const ALL_CHANNELS: &str = "all";

/// A mapping of any kind.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceMapping {
    /// What every kind has, and the fields that are read row by row.
    pub rows: RowMapping,
    /// The call log within a mapping of interactions.
    pub calls: Option<Mapping>,
}

/// How the rows of a source are read.
#[derive(Debug, Clone, PartialEq)]
pub struct RowMapping {
    /// What the rows are about.
    pub kind: SourceKind,
    /// Name of the source system; part of the key of the measures.
    pub source: String,
    /// The byte between two fields; `None`: found out from the header.
    pub delimiter: Option<u8>,
    /// How text is encoded.
    pub encoding: EncodingRule,
    /// The sheet of a workbook; `None`: its first visible one.
    pub sheet: Option<String>,
    /// Row of the column names, from 1.
    pub header_row: u32,
    /// Columns whose cells are replaced by pseudonyms.
    pub personal: Vec<String>,
    /// Column that identifies a row, quoted in messages.
    pub id: Option<String>,
    /// The centre; `None`: the caller says it.
    pub centre: Option<Coded>,
    /// The channel.
    pub channel: Coded,
    /// The day, or the instant, of the row.
    pub stamp: StampRule,
    /// The fields of the kind.
    pub fields: Vec<FieldRule>,
}

impl SourceMapping {
    /// The kinds of measures that such a file delivers: its own, and the ratings that a call log may carry.
    #[must_use]
    pub fn kinds(&self) -> BTreeSet<SourceKind> {
        let rated = self.calls.as_ref().is_some_and(|calls| calls.csat.is_some());
        std::iter::once(self.rows.kind).chain(rated.then_some(SourceKind::Surveys)).collect()
    }

    /// Reads a mapping of any kind.
    ///
    /// # Errors
    /// [`MappingError`] names line, column and key, what stands there and what may.
    pub fn from_toml(text: &str) -> Result<Self, MappingError> {
        Self::read(text).map_err(|error| error.located(text))
    }

    fn read(text: &str) -> Result<Self, MappingError> {
        let raw: RawKind = toml::from_str(text).map_err(|error| syntax(text, &error))?;
        let kind = match raw.kind {
            None => SourceKind::Interactions,
            Some(word) => SourceKind::parse(word.get_ref()).ok_or_else(|| MappingError::OneOf {
                field: "kind".to_owned(),
                value: word.get_ref().clone(),
                expected: SourceKind::ALL.map(|kind| format!("`{}`", kind.as_str())).join(", "),
            })?,
        };
        if kind == SourceKind::Interactions { interactions(text) } else { others(text, kind) }
    }

    /// The same mapping for a file of one centre that does not name it.
    ///
    /// # Errors
    /// When the mapping takes the centre from a column or has another constant.
    pub fn with_centre(mut self, code: &str) -> Result<Self, MappingError> {
        let twice = |field: &str| Err(MappingError::CentreTwice { field: field.to_owned(), centre: code.to_owned() });
        match &self.rows.centre {
            Some(Coded::Column { .. }) => return twice("centre.column"),
            Some(Coded::Constant(constant)) if constant != code => return twice("centre.value"),
            _ => self.rows.centre = Some(Coded::Constant(code.to_owned())),
        }
        self.calls = self.calls.map(|calls| calls.with_centre(code)).transpose()?;
        Ok(self)
    }

    /// The same mapping with a column of people in the place of the channel, for results by person.
    #[must_use]
    pub fn by_person(mut self, column: &str) -> Self {
        let people = Coded::Column { column: column.to_owned(), values: None };
        if let Some(calls) = &mut self.calls {
            calls.channel = people.clone();
        }
        self.rows.channel = people;
        self
    }

    /// The call log, when nothing but its own reader is needed.
    #[must_use]
    pub fn plain_calls(&self) -> Option<&Mapping> {
        let calls = self.calls.as_ref()?;
        let beyond = |outcome: &Outcome| {
            matches!(outcome, Outcome::Blocked | Outcome::SelfServiceCompleted | Outcome::SelfServiceLeft | Outcome::Waiting)
        };
        let plain = self.rows.fields.is_empty() && self.rows.personal.is_empty() && !calls.outcome.values.values().any(beyond);
        plain.then_some(calls)
    }

    /// The columns that the mapping names, each once or more often.
    #[must_use]
    pub fn columns(&self) -> Vec<&str> {
        let mut names = self.rows.columns();
        if let Some(calls) = &self.calls {
            names.extend(crate::kpi::intake::wanted(calls));
        }
        names
    }
}

impl RowMapping {
    /// True when a column of people stands in the place of the channel.
    #[must_use]
    pub fn is_by_person(&self) -> bool {
        matches!(&self.channel, Coded::Column { column, .. } if self.personal.contains(column))
    }

    /// The rule of a field, if the mapping names it.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FieldRule> {
        self.fields.iter().find(|rule| rule.spec.name == name)
    }

    /// True when the mapping names the field.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.field(name).is_some()
    }

    /// The columns that are read.
    #[must_use]
    pub fn columns(&self) -> Vec<&str> {
        let mut names = self.placing();
        names.extend(self.id.as_deref());
        names.extend(self.fields.iter().flat_map(FieldRule::columns));
        names.extend(self.personal.iter().map(String::as_str));
        names
    }

    /// Refuses a personal column that is read as something else than a text: its cells do not say what they said. `calls`: the columns
    /// that a call log reads besides.
    fn check_personal(&self, calls: &[&str]) -> Result<(), MappingError> {
        if self.personal.len() > MAX_PERSONAL {
            return Err(value_error("personal", &self.personal.len().to_string(), "at most 100 columns"));
        }
        let clash = |other: String| Err(MappingError::Conflict { field: "personal".to_owned(), other });
        for name in &self.personal {
            let reads = |rule: &&FieldRule| !matches!(rule.read, ReadRule::Text { .. }) && rule.columns().contains(&name.as_str());
            if let Some(rule) = self.fields.iter().find(reads) {
                return clash(format!("{}.column", rule.spec.name));
            }
            let common = self.placing().contains(&name.as_str()) || calls.contains(&name.as_str());
            if common && self.id.as_ref() != Some(name) {
                return clash(name.clone());
            }
        }
        Ok(())
    }

    /// The columns that say where and when a row counts.
    fn placing(&self) -> Vec<&str> {
        let mut names: Vec<&str> = match &self.stamp.columns {
            StampColumns::Single(column) => vec![column],
            StampColumns::Pair { date, time } => vec![date, time],
        };
        for code in [self.centre.as_ref(), Some(&self.channel)].into_iter().flatten() {
            if let Coded::Column { column, .. } = code {
                names.push(column);
            }
        }
        names
    }
}

/// The row of the column names.
pub(super) fn header_row(given: Option<u32>) -> Result<u32, MappingError> {
    match given.unwrap_or(1) {
        row @ 1..=1000 => Ok(row),
        other => Err(value_error("header_row", &other.to_string(), "a row from 1 to 1000")),
    }
}

fn interactions(text: &str) -> Result<SourceMapping, MappingError> {
    let mut raw: RawMapping = toml::from_str(text).map_err(|error| syntax(text, &error))?;
    let tables = [
        ("customer", raw.customer.take()),
        ("reason", raw.reason.take()),
        ("transferred", raw.transferred.take()),
        ("offer", raw.offer.take()),
        ("sale", raw.sale.take()),
        ("reply_due", raw.reply_due.take()),
        ("replied", raw.replied.take()),
    ];
    let mut fields = Vec::new();
    for (name, table) in tables {
        let spec = SourceKind::Interactions.fields().iter().find(|spec| spec.name == name);
        if let (Some(spec), Some(table)) = (spec, table) {
            fields.push(fields::rule(spec, table, Months::Refused)?);
        }
    }
    let (sheet, personal) = (raw.sheet.take(), std::mem::take(&mut raw.personal));
    let calls = Mapping::of(raw)?;
    let rows = RowMapping {
        kind: SourceKind::Interactions,
        source: calls.source.clone(),
        delimiter: calls.delimiter,
        encoding: calls.encoding,
        sheet,
        header_row: calls.header_row,
        personal,
        id: calls.id.clone(),
        centre: calls.centre.clone(),
        channel: calls.channel.clone(),
        stamp: calls.stamp.clone(),
        fields,
    };
    rows.check_personal(&crate::kpi::intake::wanted(&calls))?;
    requires(&rows, needs(SourceKind::Interactions))?;
    Ok(SourceMapping { rows, calls: Some(calls) })
}

fn others(text: &str, kind: SourceKind) -> Result<SourceMapping, MappingError> {
    let raw: RawRows = toml::from_str(text).map_err(|error| syntax(text, &error))?;
    let table: toml::Table = toml::from_str(text).map_err(|error| syntax(text, &error))?;
    let months = match kind {
        SourceKind::Finance | SourceKind::Workforce => Months::Allowed,
        _ => Months::Refused,
    };
    let specs = kind.fields();
    let mut fields = Vec::new();
    for (name, value) in table {
        if RawRows::KEYS.contains(&name.as_str()) {
            continue;
        }
        let Some(spec) = specs.iter().find(|spec| spec.name == name) else { return Err(unknown(name, specs)) };
        let told = |error: toml::de::Error| MappingError::Table { field: name.clone(), message: error.message().to_owned() };
        fields.push(fields::rule(spec, value.try_into::<RawField>().map_err(told)?, months)?);
    }
    if let Some(spec) = specs.iter().find(|spec| spec.required && fields.iter().all(|rule| rule.spec != *spec)) {
        return Err(MappingError::Missing { field: spec.name.to_owned() });
    }
    let rows = RowMapping {
        kind,
        source: identifier(raw.source, "source")?,
        delimiter: delimiter(raw.delimiter.as_deref())?,
        encoding: encoding(raw.encoding.as_deref())?,
        sheet: raw.sheet,
        header_row: header_row(raw.header_row)?,
        personal: raw.personal,
        id: raw.id.map(|id| id.column),
        centre: raw.centre.map(|centre| coded(centre, "centre")).transpose()?,
        channel: raw.channel.map(channel).transpose()?.unwrap_or_else(|| Coded::Constant(ALL_CHANNELS.to_owned())),
        stamp: StampRule::from_raw(raw.stamp, months)?,
        fields,
    };
    rows.check_personal(&[])?;
    requires(&rows, needs(kind))?;
    Ok(SourceMapping { rows, calls: None })
}

/// Fields that mean nothing without another.
pub(super) fn needs(kind: SourceKind) -> &'static [(&'static str, &'static str)] {
    match kind {
        SourceKind::Interactions => &[("reason", "customer"), ("sale", "offer"), ("replied", "reply_due")],
        SourceKind::Surveys => &[],
        SourceKind::Evaluations => &[
            ("courtesy_passed", "courtesy_scored"),
            ("second_verdict", "verdict"),
            ("contact", "verdict"),
            ("points", "points_possible"),
        ],
        SourceKind::Learning => &[("until", "agent"), ("skill", "agent"), ("test", "agent")],
        SourceKind::Workforce => &[("actual", "forecast"), ("forecast", "actual"), ("absence_cause", "absence")],
        SourceKind::Finance => &[],
        SourceKind::Shipments => &[("claim_paid", "claim_due"), ("lost_on", "lost")],
        SourceKind::Complaints => &[("first_reply", "first_reply_due"), ("founded", "external")],
        SourceKind::Improvements => {
            &[("adopted", "decided"), ("effective", "closed"), ("recurred", "closed"), ("saving_on", "saving")]
        }
    }
}

fn requires(rows: &RowMapping, needs: &[(&str, &str)]) -> Result<(), MappingError> {
    let lacking = needs.iter().find(|(field, other)| rows.has(field) && !rows.has(other));
    match lacking {
        Some((_, other)) => Err(MappingError::Missing { field: (*other).to_owned() }),
        None => Ok(()),
    }
}

fn unknown(name: String, specs: &[FieldSpec]) -> MappingError {
    let mut names: Vec<&str> = RawRows::KEYS.to_vec();
    names.extend(specs.iter().map(|spec| spec.name));
    let expected = names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    MappingError::UnknownKey { field: name, expected }
}
