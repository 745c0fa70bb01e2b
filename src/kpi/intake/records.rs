//! Rows of any source as typed records: each field of the mapping read and checked before anything of the row counts.

use ahash::AHashMap;
use sha2::{Digest, Sha256};

use super::clock::{Clock, Clocks, DAY};
use super::error::{Checked, IntakeError, RowProblem};
use super::lookup::Lookup;
use super::numbers::{duration_in, money};
use super::plan::{Codes, Columns, OUTCOMES};
use super::rows::{At, Sound, fault};
use super::stamps::{Moment, StampReader};
use super::text::{Field, Line};
use super::{CentreZones, MAX_CHANNELS, MAX_PEOPLE};
use crate::kpi::mapping::{EmptyDuration, Outcome, ReadRule, RowMapping, SourceMapping};

/// Largest whole number of a cell: sums of a billion rows stay far below what a flow holds.
const LARGEST: i64 = 1_000_000_000_000;

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// A hash of a text, which tells texts apart.
    Text(u128),
    /// The number of a word in the list of the field.
    Code(u16),
    /// Yes or no.
    Flag(bool),
    /// A count, seconds, minor units, points, a rating.
    Number(i64),
    /// A day or an instant.
    Moment(Moment),
    /// Expectations and perceptions.
    Pairs(Vec<(i64, i64)>),
}

/// Where a row counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    /// Number of the centre.
    pub(super) centre: u16,
    /// Number of the channel.
    pub(super) channel: u16,
}

/// A row.
#[derive(Debug, Clone)]
pub(super) struct Record {
    fields: &'static [crate::kpi::mapping::FieldSpec],
    /// The values by field; none: empty, or not in the mapping.
    values: Vec<Option<Value>>,
    /// Their columns.
    columns: Vec<usize>,
    /// Its number in the file.
    pub(super) number: u64,
    /// Where it counts.
    pub(super) place: Place,
    /// Its day.
    pub(super) stamp: Moment,
    /// What became of the contact, of interactions.
    pub(super) outcome: Option<Outcome>,
}

impl Record {
    fn at(&self, name: &str) -> usize {
        let found = self.fields.iter().position(|spec| spec.name == name);
        debug_assert!(found.is_some(), "no field `{name}`");
        found.unwrap_or(usize::MAX)
    }

    fn value(&self, name: &str) -> Option<&Value> {
        self.values.get(self.at(name)).and_then(Option::as_ref)
    }

    pub(super) fn text(&self, name: &str) -> Option<u128> {
        if let Some(Value::Text(hash)) = self.value(name) { Some(*hash) } else { None }
    }

    pub(super) fn code(&self, name: &str) -> Option<u16> {
        if let Some(Value::Code(number)) = self.value(name) { Some(*number) } else { None }
    }

    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        if let Some(Value::Flag(yes)) = self.value(name) { Some(*yes) } else { None }
    }

    pub(super) fn number(&self, name: &str) -> Option<i64> {
        if let Some(Value::Number(number)) = self.value(name) { Some(*number) } else { None }
    }

    pub(super) fn moment(&self, name: &str) -> Option<Moment> {
        if let Some(Value::Moment(moment)) = self.value(name) { Some(*moment) } else { None }
    }

    pub(super) fn pairs(&self, name: &str) -> &[(i64, i64)] {
        if let Some(Value::Pairs(pairs)) = self.value(name) { pairs } else { &[] }
    }

    /// Refuses a row that lacks a field which rows of its sort need.
    pub(super) fn need(&self, name: &'static str) -> Sound<()> {
        match self.value(name) {
            Some(_) => Ok(()),
            None => self.refuse(name, RowProblem::Needed { field: name }),
        }
    }

    /// Refuses a field that says more than another one.
    pub(super) fn within(&self, name: &str, whole: &'static str) -> Sound<()> {
        match (self.number(name), self.number(whole)) {
            (Some(part), Some(all)) if part > all => self.refuse(name, RowProblem::Above { field: whole }),
            _ => Ok(()),
        }
    }

    /// The column of a field.
    pub(super) fn column(&self, name: &str) -> usize {
        self.columns.get(self.at(name)).copied().unwrap_or_default()
    }

    fn refuse(&self, name: &str, problem: RowProblem) -> Sound<()> {
        fault(self.column(name), problem)
    }
}

/// How a field is read from a bound row.
enum Bound<'m> {
    Text(usize),
    Fixed(Value),
    Code(usize, Lookup, bool),
    Flag(usize, Lookup),
    Whole(usize, EmptyDuration),
    Points(usize, EmptyDuration),
    Rating(usize, (i64, i64), Option<Lookup>),
    Money(usize, u8, EmptyDuration),
    Duration(usize, u32, EmptyDuration),
    Moment(StampReader<'m>),
    After(i64),
    Pair(Vec<(usize, usize)>, (i64, i64)),
    Index(Vec<(usize, i64)>, (i64, i64)),
}

struct BoundField<'m> {
    name: &'static str,
    /// Its place in the list of the kind.
    place: usize,
    column: usize,
    read: Bound<'m>,
}

/// Reads the rows of one file.
pub(super) struct RecordReader<'m> {
    mapping: &'m RowMapping,
    zones: &'m CentreZones,
    centre: Option<usize>,
    pub(super) centres: Codes,
    channel: Option<usize>,
    pub(super) channels: Codes,
    clocks: Clocks,
    stamp: StampReader<'m>,
    outcome: Option<(usize, Lookup)>,
    fields: Vec<BoundField<'m>>,
    texts: AHashMap<Vec<u8>, u128>,
}

impl<'m> RecordReader<'m> {
    /// Binds a mapping to a header that has its columns.
    pub(super) fn bind(mapping: &'m SourceMapping, zones: &'m CentreZones, header: &[String]) -> Result<Self, IntakeError> {
        let rows = &mapping.rows;
        let columns = Columns { header };
        columns.check(&mapping.columns())?;
        let centre = rows.centre.as_ref().ok_or(IntakeError::NoCentre)?;
        let centres = Codes::centres(centre, zones)?;
        let mut clocks = Clocks::default();
        centres.hang(&mut clocks, zones);
        let outcome = mapping.calls.as_ref().map(|calls| {
            let number = |outcome: &Outcome| OUTCOMES.iter().zip(0_u16..).find(|pair| pair.0 == outcome).map_or(0, |pair| pair.1);
            let table = calls.outcome.values.iter().map(|(text, outcome)| (text.as_str(), number(outcome)));
            (columns.at(&calls.outcome.column), Lookup::of(table))
        });
        let specs = rows.kind.fields();
        let field = |rule: &'m crate::kpi::mapping::FieldRule| BoundField {
            name: rule.spec.name,
            place: specs.iter().position(|spec| spec.name == rule.spec.name).unwrap_or_default(),
            column: rule.columns().first().map_or(0, |name| columns.at(name)),
            read: bound(&rule.read, rule.spec.required, &columns),
        };
        Ok(Self {
            mapping: rows,
            zones,
            centre: columns.of(centre),
            clocks,
            centres,
            channel: columns.of(&rows.channel),
            channels: Codes::of(&rows.channel, if rows.is_by_person() { MAX_PEOPLE } else { MAX_CHANNELS }),
            stamp: StampReader::new(&rows.stamp, columns.stamp(&rows.stamp)),
            outcome,
            fields: rows.fields.iter().map(field).collect(),
            texts: AHashMap::new(),
        })
    }

    /// What became of the contact of a row, as far as the mapping knows.
    pub(super) fn outcome(&self, line: Line<'_>) -> Option<Outcome> {
        let (column, table) = self.outcome.as_ref()?;
        table.find(line.field(*column)).and_then(|found| OUTCOMES.get(usize::from(found)).copied())
    }

    /// Reads a row.
    pub(super) fn read(&mut self, line: Line<'_>, number: u64) -> Sound<Record> {
        let outcome = match &self.outcome {
            None => None,
            Some((column, table)) => match table.find(line.field(*column)) {
                Some(found) => OUTCOMES.get(usize::from(found)).copied(),
                None => return fault(*column, RowProblem::Outcome),
            },
        };
        let place = self.place(line)?;
        let clock = self.clocks.of(place.centre);
        let stamp = self.stamp.moment(line, clock).at(self.stamp.column())?;
        let fields = self.mapping.kind.fields();
        let (mut values, mut columns) = (vec![None; fields.len()], vec![self.stamp.column(); fields.len()]);
        for field in &mut self.fields {
            let context = &mut Context { clock, stamp, texts: &mut self.texts };
            if let (Some(value), Some(column)) = (values.get_mut(field.place), columns.get_mut(field.place)) {
                (*value, *column) = (field.value(line, context)?, field.column);
            }
        }
        Ok(Record { fields, values, columns, number, place, stamp, outcome })
    }

    /// Where a row counts, and its day.
    pub(super) fn whereabouts(&mut self, line: Line<'_>) -> Sound<(Place, i64)> {
        let place = self.place(line)?;
        let clock = self.clocks.of(place.centre);
        Ok((place, self.stamp.moment(line, clock).at(self.stamp.column())?.day))
    }

    fn place(&mut self, line: Line<'_>) -> Sound<Place> {
        let centre = match self.centre {
            None => 0,
            Some(column) => match self.centres.find(line.field(column)) {
                Some(number) => number,
                None => {
                    let number = self.centres.learn_centre(line.field(column), self.zones).at(column)?;
                    self.centres.hang(&mut self.clocks, self.zones);
                    number
                }
            },
        };
        let channel = match self.channel {
            None => 0,
            Some(column) => match self.channels.find(line.field(column)) {
                Some(number) => number,
                None => self.channels.learn_channel(line.field(column)).at(column)?,
            },
        };
        Ok(Place { centre, channel })
    }
}

/// What a field may need beside its cell.
struct Context<'c> {
    clock: &'c mut Clock,
    stamp: Moment,
    texts: &'c mut AHashMap<Vec<u8>, u128>,
}

/// Texts whose hash is remembered.
const REMEMBERED: usize = 4096;

impl Context<'_> {
    fn hash(&mut self, text: &[u8]) -> u128 {
        if let Some(known) = self.texts.get(text) {
            return *known;
        }
        let hash = hash_of(&[text]);
        if self.texts.len() >= REMEMBERED {
            self.texts.clear();
        }
        self.texts.insert(text.to_vec(), hash);
        hash
    }

    fn after(&mut self, seconds: i64) -> Moment {
        match self.stamp.utc {
            Some(utc) => Moment { day: self.clock.day_of_instant(utc + seconds), utc: Some(utc + seconds) },
            None => Moment { day: self.stamp.day + (seconds + DAY - 1).div_euclid(DAY), utc: None },
        }
    }
}

/// A hash that tells texts apart.
pub(super) fn hash_of(parts: &[&[u8]]) -> u128 {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().first_chunk::<16>().map_or(0, |bytes| u128::from_le_bytes(*bytes))
}

fn bound<'m>(read: &'m ReadRule, required: bool, columns: &Columns<'_>) -> Bound<'m> {
    let codes = |table: &std::collections::BTreeMap<String, u16>| Lookup::of(table.iter().map(|(text, n)| (text.as_str(), *n)));
    match read {
        ReadRule::Text { column } => Bound::Text(columns.at(column)),
        ReadRule::Same(text) => Bound::Fixed(Value::Text(hash_of(&[text.as_bytes()]))),
        ReadRule::Code { column, table } => Bound::Code(columns.at(column), codes(table), required),
        ReadRule::SameCode(number) => Bound::Fixed(Value::Code(*number)),
        ReadRule::YesNo { column, table } => {
            Bound::Flag(columns.at(column), Lookup::of(table.iter().map(|(text, yes)| (text.as_str(), u16::from(*yes)))))
        }
        ReadRule::Whole { column, empty } => Bound::Whole(columns.at(column), *empty),
        ReadRule::Points { column, empty } => Bound::Points(columns.at(column), *empty),
        ReadRule::Rating { column, scale, table } => {
            let table = table.as_ref().map(|table| Lookup::of(table.iter().map(|(text, n)| (text.as_str(), *n as u16))));
            Bound::Rating(columns.at(column), *scale, table)
        }
        ReadRule::Money { column, decimals, empty } => Bound::Money(columns.at(column), *decimals, *empty),
        ReadRule::Duration { column, unit_s, empty } => Bound::Duration(columns.at(column), *unit_s, *empty),
        ReadRule::Moment(rule) => Bound::Moment(StampReader::new(rule, columns.stamp(rule))),
        ReadRule::After(seconds) => Bound::After(i64::from(*seconds)),
        ReadRule::Pair { expected, perceived, scale } => {
            Bound::Pair(expected.iter().zip(perceived).map(|(e, p)| (columns.at(e), columns.at(p))).collect(), *scale)
        }
        ReadRule::Index { columns: names, weights, scale } => {
            Bound::Index(names.iter().zip(weights).map(|(name, weight)| (columns.at(name), i64::from(*weight))).collect(), *scale)
        }
    }
}

impl BoundField<'_> {
    fn value(&mut self, line: Line<'_>, context: &mut Context<'_>) -> Sound<Option<Value>> {
        let name = self.name;
        match &mut self.read {
            Bound::Fixed(value) => Ok(Some(value.clone())),
            Bound::Text(column) => {
                let text = line.field(*column).bytes().trim_ascii();
                Ok((!text.is_empty()).then(|| Value::Text(context.hash(text))))
            }
            Bound::Code(column, table, required) => {
                listed(line.field(*column), table, name, *required).at(*column).map(|code| code.map(Value::Code))
            }
            Bound::Flag(column, table) => {
                listed(line.field(*column), table, name, false).at(*column).map(|yes| yes.map(|yes| Value::Flag(yes == 1)))
            }
            Bound::Whole(column, empty) => filled(line.field(*column), *empty, name, whole).at(*column),
            Bound::Points(column, empty) => filled(line.field(*column), *empty, name, points).at(*column),
            Bound::Rating(column, scale, table) => {
                rating(line.field(*column), *scale, table.as_ref()).at(*column).map(|rating| rating.map(Value::Number))
            }
            Bound::Money(column, decimals, empty) => {
                filled(line.field(*column), *empty, name, |field| money(field, *decimals)).at(*column)
            }
            Bound::Duration(column, unit, empty) => {
                filled(line.field(*column), *empty, name, |field| duration_in(field.bytes().trim_ascii(), *unit)).at(*column)
            }
            Bound::Moment(stamps) if stamps.is_empty(line) => Ok(None),
            Bound::Moment(stamps) => {
                stamps.moment(line, context.clock).at(stamps.column()).map(|moment| Some(Value::Moment(moment)))
            }
            Bound::After(seconds) => Ok(Some(Value::Moment(context.after(*seconds)))),
            Bound::Pair(columns, scale) => pairs(line, columns, *scale),
            Bound::Index(columns, scale) => index(line, columns, *scale),
        }
    }
}

fn is_empty(field: Field<'_>) -> bool {
    field.bytes().trim_ascii().is_empty()
}

/// The number that a table gives; none for an empty cell that it does not list.
fn listed(field: Field<'_>, table: &Lookup, name: &'static str, required: bool) -> Checked<Option<u16>> {
    match table.find(field) {
        Some(number) => Ok(Some(number)),
        None if is_empty(field) && required => Err(RowProblem::Needed { field: name }.into()),
        None if is_empty(field) => Ok(None),
        None => Err(RowProblem::Listed { field: name }.into()),
    }
}

fn filled(
    field: Field<'_>,
    empty: EmptyDuration,
    name: &'static str,
    read: impl Fn(Field<'_>) -> Checked<i64>,
) -> Checked<Option<Value>> {
    match (is_empty(field), empty) {
        (false, _) => read(field).map(|number| Some(Value::Number(number))),
        (true, EmptyDuration::Unknown) => Ok(None),
        (true, EmptyDuration::Zero) => Ok(Some(Value::Number(0))),
        (true, EmptyDuration::Refuse) => Err(RowProblem::Needed { field: name }.into()),
    }
}

fn whole(field: Field<'_>) -> Checked<i64> {
    money(field, 0).ok().filter(|number| (0..=LARGEST).contains(number)).ok_or_else(|| RowProblem::Whole.into())
}

/// Points to four decimals, rounded half up to whole ones.
fn points(field: Field<'_>) -> Checked<i64> {
    let fine = money(field, 4).ok().filter(|fine| (0..=1_000_000).contains(fine));
    fine.map(|fine| (fine + 5000) / 10_000).ok_or_else(|| RowProblem::Points.into())
}

fn rating(field: Field<'_>, (low, high): (i64, i64), table: Option<&Lookup>) -> Checked<Option<i64>> {
    let refused = || Box::new(RowProblem::Scale { low, high });
    match table {
        Some(table) => match table.find(field) {
            Some(rating) => Ok(Some(i64::from(rating))),
            None if is_empty(field) => Ok(None),
            None => Err(refused()),
        },
        None if is_empty(field) => Ok(None),
        None => money(field, 0).ok().filter(|rating| (low..=high).contains(rating)).map(Some).ok_or_else(refused),
    }
}

fn pairs(line: Line<'_>, columns: &[(usize, usize)], scale: (i64, i64)) -> Sound<Option<Value>> {
    let mut pairs = Vec::new();
    for (expected, perceived) in columns {
        let read = |column: usize| rating(line.field(column), scale, None).at(column);
        if let (Some(expected), Some(perceived)) = (read(*expected)?, read(*perceived)?) {
            pairs.push((expected, perceived));
        }
    }
    Ok((!pairs.is_empty()).then_some(Value::Pairs(pairs)))
}

/// The weighted mean of the items that were answered, in hundredths of a point.
fn index(line: Line<'_>, columns: &[(usize, i64)], scale: (i64, i64)) -> Sound<Option<Value>> {
    let (mut sum, mut weights) = (0, 0);
    for (column, weight) in columns {
        if let Some(rating) = rating(line.field(*column), scale, None).at(*column)? {
            sum += 100 * rating * weight;
            weights += weight;
        }
    }
    Ok((weights > 0).then(|| Value::Number((2 * sum + weights) / (2 * weights))))
}
