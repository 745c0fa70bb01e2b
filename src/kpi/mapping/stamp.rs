//! When a contact reached the queue: the columns, their format and the zone of the clock that wrote them.
//!
//! Invariant: a compiled format yields a whole date, proved on a probe instant before any file is read.

use std::fmt::Write as _;
use std::str::FromStr;

use chrono::format::{Item, Parsed, StrftimeItems, parse};
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime};
use chrono_tz::Tz;

use super::MappingError;
use super::fields::Months;
use super::raw::RawStamp;

/// Where the time stamp stands and how it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct StampRule {
    /// The columns.
    pub columns: StampColumns,
    /// The format of each column.
    pub(crate) formats: Vec<String>,
    /// The clock that wrote them.
    pub zone: StampZone,
    /// The shape, compiled.
    pub(crate) shape: StampShape,
}

/// One or two columns of a time stamp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StampColumns {
    /// Date and time in one column.
    Single(String),
    /// Date and time in a column each.
    Pair {
        /// Column of the date.
        date: String,
        /// Column of the time.
        time: String,
    },
}

/// The clock that wrote the stamps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StampZone {
    /// The clock on the wall of the centre (the default).
    Centre,
    /// The clock of a zone of the IANA database.
    Named(Tz),
    /// A clock that never changes.
    Fixed(FixedOffset),
    /// Each stamp tells its offset, or is an instant by itself.
    InStamp,
}

/// What the reader does with the text of a stamp.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StampShape {
    /// The common shapes, read without the general parser.
    pub(crate) fast: FastShape,
    /// Any shape; for two columns the formats are joined by a blank.
    pub(crate) items: Vec<Item<'static>>,
    /// The date alone is given; its day is taken as written.
    pub(crate) date_only: bool,
    /// A month is given: its first day counts.
    pub(crate) month: bool,
    /// The format as written, for messages.
    pub(crate) text: String,
}

/// Shapes with a reader of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FastShape {
    /// `2026-10-01T08:30:00Z`
    Zulu,
    /// `2026-10-01T08:30:00`
    Joined,
    /// `2026-10-01 08:30:00`, in one column or two
    Spaced,
    /// Anything else.
    None,
}

const DATE: &str = "%Y-%m-%d";
const TIME: &str = "%H:%M:%S";
const ZONES: &str = "`centre`, an IANA zone such as `Asia/Shanghai`, `UTC`, or an offset such as `+08:00`";

impl StampRule {
    pub(super) fn from_raw(raw: RawStamp, months: Months) -> Result<Self, MappingError> {
        let (columns, formats, field) = columns_and_formats(&raw)?;
        let normal = formats.join(" ").replace("%F", DATE).replace("%T", TIME).replace("%X", TIME);
        let shape = match (compile(&normal, field), months) {
            (Err(_), Months::Allowed) if month_alone(&normal) => month(&normal, field)?,
            (shape, _) => shape?,
        };
        let zone = zone_of(raw.zone.as_deref(), &shape, field)?;
        if shape.date_only && zone != StampZone::Centre {
            return Err(MappingError::Conflict { field: "stamp.zone".to_owned(), other: field.to_owned() });
        }
        Ok(Self { columns, formats, zone, shape })
    }

    /// The stamp in the table of another field, whose name stands in its errors.
    pub(super) fn of_field(name: &str, raw: RawStamp, months: Months) -> Result<Self, MappingError> {
        let renamed = |field: String| field.strip_prefix("stamp").map_or(field.clone(), |rest| format!("{name}{rest}"));
        Self::from_raw(raw, months).map_err(|error| match error {
            MappingError::Value { field, value, expected } => MappingError::Value { field: renamed(field), value, expected },
            MappingError::EitherOr { field, one, other } => MappingError::EitherOr { field: renamed(field), one, other },
            MappingError::Conflict { field, other } => MappingError::Conflict { field: renamed(field), other: renamed(other) },
            MappingError::Format { field, value } => MappingError::Format { field: renamed(field), value },
            other => other,
        })
    }
}

/// A format that tells a month and nothing finer.
fn month_alone(format: &str) -> bool {
    let finer = ["%d", "%e", "%j", "%H", "%I", "%M", "%S", "%s", "%c", "%D", "%x", "%+", "%U", "%V", "%W"];
    ["%m", "%b", "%B", "%h"].iter().any(|month| format.contains(month)) && !finer.iter().any(|part| format.contains(part))
}

/// The shape of a month: its first day.
fn month(format: &str, field: &str) -> Result<StampShape, MappingError> {
    let shape = compile(&format!("{format}-%d"), field)?;
    Ok(StampShape { month: true, text: format.to_owned(), ..shape })
}

fn columns_and_formats(raw: &RawStamp) -> Result<(StampColumns, Vec<String>, &'static str), MappingError> {
    match (&raw.column, &raw.date) {
        (Some(column), None) => {
            let strays =
                [("stamp.date_format", &raw.date_format), ("stamp.time", &raw.time), ("stamp.time_format", &raw.time_format)];
            refuse(&strays, "stamp.column")?;
            let format = raw.format.clone().unwrap_or_else(|| format!("{DATE} {TIME}"));
            Ok((StampColumns::Single(column.clone()), vec![format], "stamp.format"))
        }
        (None, Some(date)) => {
            refuse(&[("stamp.format", &raw.format)], "stamp.date")?;
            let date_format = raw.date_format.clone().unwrap_or_else(|| DATE.to_owned());
            let Some(time) = &raw.time else {
                refuse(&[("stamp.time_format", &raw.time_format)], "stamp.date")?;
                return Ok((StampColumns::Single(date.clone()), vec![date_format], "stamp.date_format"));
            };
            let time_format = raw.time_format.clone().unwrap_or_else(|| TIME.to_owned());
            let columns = StampColumns::Pair { date: date.clone(), time: time.clone() };
            Ok((columns, vec![date_format, time_format], "stamp.date_format"))
        }
        _ => Err(MappingError::EitherOr { field: "stamp".to_owned(), one: "column", other: "date" }),
    }
}

fn refuse(strays: &[(&str, &Option<String>)], other: &str) -> Result<(), MappingError> {
    match strays.iter().find(|stray| stray.1.is_some()) {
        Some(stray) => Err(MappingError::Conflict { field: stray.0.to_owned(), other: other.to_owned() }),
        None => Ok(()),
    }
}

fn compile(format: &str, field: &str) -> Result<StampShape, MappingError> {
    let refused = || MappingError::Format { field: field.to_owned(), value: format.to_owned() };
    // A zone's name in the stamp (%Z) is read by nobody reliably; the mapping names the zone instead.
    if format.contains("%Z") {
        return Err(refused());
    }
    let items = StrftimeItems::new(format).parse_to_owned().map_err(|_| refused())?;
    let probe = probe(&items).ok_or_else(refused)?;
    let fast = match format {
        "%Y-%m-%dT%H:%M:%SZ" => FastShape::Zulu,
        "%Y-%m-%dT%H:%M:%S" => FastShape::Joined,
        "%Y-%m-%d %H:%M:%S" => FastShape::Spaced,
        _ => FastShape::None,
    };
    Ok(StampShape { fast, items, date_only: probe == Probe::Date, month: false, text: format.to_owned() })
}

#[derive(PartialEq)]
enum Probe {
    Date,
    Local,
    Instant,
}

/// Writes a probe instant with the format and reads it back: what comes back is what the format can tell.
fn probe(items: &[Item<'static>]) -> Option<Probe> {
    let instant = DateTime::from_timestamp(1_719_835_509, 0)?.fixed_offset();
    let mut text = String::new();
    write!(text, "{}", instant.format_with_items(items.iter())).ok()?;
    let mut parsed = Parsed::new();
    parse(&mut parsed, &text, items.iter()).ok()?;
    match read(&parsed)? {
        Reading::Date(date) if date == instant.date_naive() => Some(Probe::Date),
        // A format without seconds gives the minute.
        Reading::Local(local) if same_minute(local, instant.naive_utc()) => Some(Probe::Local),
        Reading::Instant(utc) if same_minute(utc, instant.naive_utc()) => Some(Probe::Instant),
        _ => None,
    }
}

fn same_minute(one: NaiveDateTime, other: NaiveDateTime) -> bool {
    one.and_utc().timestamp().div_euclid(60) == other.and_utc().timestamp().div_euclid(60)
}

/// What a parsed stamp tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// A date without a time.
    Date(NaiveDate),
    /// What the clock on the wall showed.
    Local(NaiveDateTime),
    /// An instant, in UTC.
    Instant(NaiveDateTime),
}

/// Reads what the general parser found; `None` when no whole date is in it.
pub(crate) fn read(parsed: &Parsed) -> Option<Reading> {
    if parsed.timestamp().is_some() {
        return parsed.to_naive_datetime_with_offset(0).ok().map(Reading::Instant);
    }
    if let Some(offset) = parsed.offset() {
        let local = parsed.to_naive_datetime_with_offset(offset).ok()?;
        return local.checked_sub_offset(FixedOffset::east_opt(offset)?).map(Reading::Instant);
    }
    let date = parsed.to_naive_date().ok()?;
    if parsed.hour_mod_12().is_none() && parsed.hour_div_12().is_none() && parsed.minute().is_none() {
        return Some(Reading::Date(date));
    }
    Some(Reading::Local(date.and_time(parsed.to_naive_time().ok()?)))
}

fn zone_of(text: Option<&str>, shape: &StampShape, field: &str) -> Result<StampZone, MappingError> {
    let conflict = || MappingError::Conflict { field: "stamp.zone".to_owned(), other: field.to_owned() };
    if probe(&shape.items) == Some(Probe::Instant) {
        return if text.is_none() { Ok(StampZone::InStamp) } else { Err(conflict()) };
    }
    // A literal Z after the time means UTC by ISO 8601, so silence means UTC and another zone is a contradiction.
    let zulu = shape.text.ends_with("%SZ") || shape.text.ends_with("%MZ");
    let zone = match text {
        None if zulu => StampZone::Named(Tz::UTC),
        None | Some("centre") => StampZone::Centre,
        Some("Z" | "UTC") => StampZone::Named(Tz::UTC),
        Some(name) => {
            let refused = || MappingError::Value { field: "stamp.zone".to_owned(), value: name.to_owned(), expected: ZONES };
            match FixedOffset::from_str(name) {
                Ok(offset) => StampZone::Fixed(offset),
                Err(_) => StampZone::Named(Tz::from_str(name).map_err(|_| refused())?),
            }
        }
    };
    if zulu && zone != StampZone::Named(Tz::UTC) {
        return Err(conflict());
    }
    Ok(zone)
}
