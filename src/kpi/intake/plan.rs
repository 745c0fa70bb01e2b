//! A mapping bound to the header of one file: column numbers instead of names, tables ready to be asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use ahash::AHashMap;
use chrono_tz::Tz;

use super::clock::Clocks;
use super::error::{Checked, IntakeError, RowProblem};
use super::lookup::Lookup;
use super::stamps::StampAt;
use super::text::Field;
use super::{CentreZones, MAX_CENTRES, MAX_CHANNELS};
use crate::kpi::mapping::{Coded, DurationRule, EmptyDuration, Mapping, Outcome, StampColumns, StampRule, is_identifier};

/// What the reader of rows needs to know, the same for every worker.
pub(super) struct Plan<'m> {
    pub(super) mapping: &'m Mapping,
    pub(super) zones: &'m CentreZones,
    pub(super) header: Vec<String>,
    pub(super) delimiter: u8,
    pub(super) id: Option<usize>,
    pub(super) outcome: usize,
    pub(super) outcomes: Lookup,
    pub(super) centre: Option<usize>,
    pub(super) centres: Codes,
    pub(super) channel: Option<usize>,
    pub(super) channels: Codes,
    pub(super) stamp: StampAt,
    pub(super) wait: Option<(usize, EmptyDuration)>,
    pub(super) talk: Option<(usize, EmptyDuration)>,
    pub(super) hold: Option<(usize, EmptyDuration)>,
    pub(super) wrap: Option<(usize, EmptyDuration)>,
    pub(super) resolved: Option<(usize, Lookup)>,
    pub(super) csat: Option<(usize, Option<Lookup>)>,
    pub(super) revenue: Option<(usize, u8)>,
}

pub(super) const OUTCOMES: [Outcome; 8] = [
    Outcome::Answered,
    Outcome::Abandoned,
    Outcome::AbandonedBeforeQueue,
    Outcome::Ignored,
    Outcome::Blocked,
    Outcome::SelfServiceCompleted,
    Outcome::SelfServiceLeft,
    Outcome::Waiting,
];

impl<'m> Plan<'m> {
    /// Binds a mapping to a header.
    pub(super) fn bind(
        mapping: &'m Mapping,
        zones: &'m CentreZones,
        header: Vec<String>,
        delimiter: u8,
    ) -> Result<Self, IntakeError> {
        let columns = Columns { header: &header };
        columns.check(&wanted(mapping))?;
        let stamp = columns.stamp(&mapping.stamp);
        let duration = |rule: &Option<DurationRule>| rule.as_ref().map(|rule| (columns.at(&rule.column), rule.empty));
        let outcomes = mapping.outcome.values.iter().map(|(text, outcome)| {
            let number = OUTCOMES.iter().zip(0_u16..).find(|pair| pair.0 == outcome).map_or(0, |pair| pair.1);
            (text.as_str(), number)
        });
        let centre = mapping.centre.as_ref().ok_or(IntakeError::NoCentre)?;
        let ratings =
            |values: &BTreeMap<String, u8>| Lookup::of(values.iter().map(|(text, rating)| (text.as_str(), u16::from(*rating) - 1)));
        Ok(Self {
            id: mapping.id.as_ref().map(|id| columns.at(id)),
            outcome: columns.at(&mapping.outcome.column),
            outcomes: Lookup::of(outcomes),
            centre: columns.of(centre),
            centres: Codes::centres(centre, zones)?,
            channel: columns.of(&mapping.channel),
            channels: Codes::of(&mapping.channel, MAX_CHANNELS),
            stamp,
            wait: duration(&mapping.wait),
            talk: duration(&mapping.talk),
            hold: duration(&mapping.hold),
            wrap: duration(&mapping.wrap),
            resolved: mapping.resolved.as_ref().map(|rule| {
                (columns.at(&rule.column), Lookup::of(rule.values.iter().map(|(text, yes)| (text.as_str(), u16::from(*yes)))))
            }),
            csat: mapping.csat.as_ref().map(|rule| (columns.at(&rule.column), rule.values.as_ref().map(ratings))),
            revenue: mapping.revenue.as_ref().map(|rule| (columns.at(&rule.column), rule.decimals)),
            mapping,
            zones,
            delimiter,
            header,
        })
    }
}

/// The names of the columns that a mapping reads.
pub(in crate::kpi) fn wanted(mapping: &Mapping) -> Vec<&str> {
    let mut names = vec![mapping.outcome.column.as_str()];
    match &mapping.stamp.columns {
        StampColumns::Single(column) => names.push(column),
        StampColumns::Pair { date, time } => names.extend([date.as_str(), time.as_str()]),
    }
    for code in [mapping.centre.as_ref(), Some(&mapping.channel)].into_iter().flatten() {
        if let Coded::Column { column, .. } = code {
            names.push(column);
        }
    }
    names.extend(mapping.id.as_deref());
    names.extend(
        [&mapping.wait, &mapping.talk, &mapping.hold, &mapping.wrap].into_iter().flatten().map(|rule| rule.column.as_str()),
    );
    names.extend(mapping.resolved.iter().map(|rule| rule.column.as_str()));
    names.extend(mapping.csat.iter().map(|rule| rule.column.as_str()));
    names.extend(mapping.revenue.iter().map(|rule| rule.column.as_str()));
    names
}

pub(super) struct Columns<'h> {
    pub(super) header: &'h [String],
}

impl Columns<'_> {
    /// Refuses a header that lacks a column, or has it twice.
    pub(super) fn check(&self, names: &[&str]) -> Result<(), IntakeError> {
        let mut missing: Vec<String> = Vec::new();
        for name in names {
            match self.header.iter().filter(|column| column == name).count() {
                0 if missing.iter().any(|known| known == name) => {}
                0 => missing.push((*name).to_owned()),
                1 => {}
                _ => return Err(IntakeError::DuplicateColumn { column: (*name).to_owned() }),
            }
        }
        if missing.is_empty() { Ok(()) } else { Err(IntakeError::MissingColumns { missing, found: self.header.to_vec() }) }
    }

    /// Where a stamp stands.
    pub(super) fn stamp(&self, rule: &StampRule) -> StampAt {
        match &rule.columns {
            StampColumns::Single(column) => StampAt::Single(self.at(column)),
            StampColumns::Pair { date, time } => StampAt::Pair(self.at(date), self.at(time)),
        }
    }

    /// The number of a column that `check` has found.
    pub(super) fn at(&self, name: &str) -> usize {
        self.header.iter().position(|column| column == name).unwrap_or_default()
    }

    pub(super) fn of(&self, code: &Coded) -> Option<usize> {
        match code {
            Coded::Constant(_) => None,
            Coded::Column { column, .. } => Some(self.at(column)),
        }
    }
}

/// Codes met in a file, numbered; each worker has its own copy, which grows when the values are the codes themselves.
#[derive(Clone)]
pub(super) struct Codes {
    lookup: Lookup,
    names: Vec<Arc<str>>,
    numbers: AHashMap<Arc<str>, u16>,
    open: bool,
    limit: usize,
}

impl Codes {
    pub(super) fn of(code: &Coded, limit: usize) -> Self {
        let mut codes = Self { lookup: Lookup::new(), names: Vec::new(), numbers: AHashMap::new(), open: false, limit };
        match code {
            Coded::Constant(name) => {
                codes.number(name);
            }
            Coded::Column { values: None, .. } => codes.open = true,
            Coded::Column { values: Some(values), .. } => {
                for (text, name) in values {
                    let number = codes.number(name);
                    codes.lookup.insert(text.trim_ascii().as_bytes(), number);
                }
            }
        }
        codes
    }

    pub(super) fn centres(code: &Coded, zones: &CentreZones) -> Result<Self, IntakeError> {
        let codes = Self::of(code, MAX_CENTRES);
        match codes.names.iter().find(|name| zones.zone(name).is_none()) {
            Some(unknown) => Err(IntakeError::UnknownCentre { code: unknown.to_string() }),
            None => Ok(codes),
        }
    }

    fn number(&mut self, name: &str) -> u16 {
        if let Some(known) = self.numbers.get(name) {
            return *known;
        }
        let (name, number) = (Arc::<str>::from(name), u16::try_from(self.names.len()).unwrap_or(u16::MAX));
        self.names.push(Arc::clone(&name));
        self.numbers.insert(name, number);
        number
    }

    #[inline]
    pub(super) fn find(&self, field: Field<'_>) -> Option<u16> {
        self.lookup.find(field)
    }

    pub(super) fn name(&self, number: u16) -> Arc<str> {
        self.names.get(usize::from(number)).cloned().unwrap_or_else(|| Arc::from(""))
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// Takes in a centre that no table names.
    #[cold]
    pub(super) fn learn_centre(&mut self, field: Field<'_>, zones: &CentreZones) -> Checked<u16> {
        let text = field.text();
        if !self.open || text.is_empty() {
            return Err(RowProblem::Centre.into());
        }
        if zones.zone(&text).is_none() {
            return Err(RowProblem::CentreUnknown.into());
        }
        if self.names.len() >= self.limit {
            return Err(RowProblem::CentreMany.into());
        }
        Ok(self.learn(&text))
    }

    /// Takes in a channel that no table names.
    #[cold]
    pub(super) fn learn_channel(&mut self, field: Field<'_>) -> Checked<u16> {
        let text = field.text();
        if !self.open || !is_identifier(&text) || self.names.len() >= self.limit {
            return Err(RowProblem::Channel.into());
        }
        Ok(self.learn(&text))
    }

    fn learn(&mut self, text: &str) -> u16 {
        let number = self.number(text);
        self.lookup.insert(text.as_bytes(), number);
        number
    }

    /// Gives the centres that have no clock yet theirs.
    pub(super) fn hang(&self, clocks: &mut Clocks, zones: &CentreZones) {
        for name in self.names.iter().skip(clocks.count()) {
            clocks.add(zones.zone(name).unwrap_or(Tz::UTC));
        }
    }
}
