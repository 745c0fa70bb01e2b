//! Cells of a workbook as text: dates in the format that the mapping asks of their column, durations as hours, minutes and seconds,
//! numbers with the fifteen digits that a spreadsheet keeps.

use std::fmt::Write as _;

use calamine::{DataRef, ExcelDateTime};
use chrono::format::{Item, StrftimeItems};
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

use crate::kpi::mapping::{ReadRule, SourceMapping, StampColumns, StampRule};

/// Days after the last that a spreadsheet can show, 9999-12-31.
const END: f64 = 2_958_466.0;
const DAY_MS: f64 = 86_400_000.0;

/// How the dates of a column are written.
#[derive(Debug, Clone)]
pub(super) enum Shape {
    /// In a format; the flag: a plain number is the serial of a date, because the format is not made of digits alone.
    Moment(Vec<Item<'static>>, bool),
    /// As a duration.
    Duration,
    /// As what it looks like.
    Plain,
}

/// The shapes of the columns of a header.
pub(super) fn shapes(mapping: &SourceMapping, header: &[String]) -> Vec<Shape> {
    let mut shapes = vec![Shape::Plain; header.len()];
    let mut set = |column: &str, shape: Shape| {
        if let Some(place) = header.iter().position(|name| name == column).and_then(|at| shapes.get_mut(at)) {
            *place = shape;
        }
    };
    let stamps = std::iter::once(&mapping.rows.stamp).chain(mapping.rows.fields.iter().filter_map(|rule| match &rule.read {
        ReadRule::Moment(stamp) => Some(stamp),
        _ => None,
    }));
    for stamp in stamps {
        for (column, shape) in moments(stamp) {
            set(column, shape);
        }
    }
    for rule in &mapping.rows.fields {
        if let ReadRule::Duration { column, .. } = &rule.read {
            set(column, Shape::Duration);
        }
    }
    if let Some(calls) = &mapping.calls {
        for rule in [&calls.wait, &calls.talk, &calls.hold, &calls.wrap].into_iter().flatten() {
            set(&rule.column, Shape::Duration);
        }
    }
    shapes
}

fn moments(stamp: &StampRule) -> Vec<(&str, Shape)> {
    let shape = |format: Option<&String>| {
        let format = format.map(String::as_str).unwrap_or_default();
        let bare = StrftimeItems::new(format).all(|item| !matches!(item, Item::Literal(_) | Item::Space(_)));
        match StrftimeItems::new(format).parse_to_owned() {
            Ok(items) => Shape::Moment(items, !bare),
            Err(_) => Shape::Plain,
        }
    };
    match &stamp.columns {
        StampColumns::Single(column) => vec![(column, shape(stamp.formats.first()))],
        StampColumns::Pair { date, time } => vec![(date, shape(stamp.formats.first())), (time, shape(stamp.formats.get(1)))],
    }
}

/// Writes cells as text.
pub(super) struct Renderer {
    shapes: Vec<Shape>,
    /// Days count from 1904.
    pub(super) since_1904: bool,
}

impl Renderer {
    pub(super) fn new(shapes: Vec<Shape>, since_1904: bool) -> Self {
        Self { shapes, since_1904 }
    }

    /// Adds the text of a cell.
    pub(super) fn write(&self, column: usize, value: &DataRef<'_>, text: &mut String) {
        let shape = self.shapes.get(column).unwrap_or(&Shape::Plain);
        // Writing to a String cannot fail.
        let _ = match value {
            DataRef::Empty => Ok(()),
            DataRef::String(value) => text.write_str(value),
            DataRef::SharedString(value) => text.write_str(value),
            DataRef::Bool(yes) => text.write_str(if *yes { "TRUE" } else { "FALSE" }),
            DataRef::Int(number) => write!(text, "{number}"),
            DataRef::Error(error) => write!(text, "{error}"),
            DataRef::DurationIso(value) => text.write_str(value),
            DataRef::DateTimeIso(value) => {
                match value.parse::<NaiveDateTime>().or_else(|_| value.parse::<NaiveDate>().map(NaiveDateTime::from)) {
                    Ok(moment) => dated(shape, moment, 1.5, text),
                    Err(_) => text.write_str(value),
                }
            }
            DataRef::DateTime(value) => self.serial(shape, *value, text),
            DataRef::Float(number) => match shape {
                Shape::Moment(_, true) if (1.0..END).contains(number) => self.days(shape, *number, text),
                Shape::Moment(_, true) if (0.0..1.0).contains(number) => self.days(shape, *number, text),
                _ => decimal(*number, text),
            },
        };
    }

    fn serial(&self, shape: &Shape, value: ExcelDateTime, text: &mut String) -> std::fmt::Result {
        let days = value.as_f64();
        match shape {
            Shape::Duration => clock(days, text),
            Shape::Plain if value.is_duration() => clock(days, text),
            _ => self.days(shape, days, text),
        }
    }

    fn days(&self, shape: &Shape, days: f64, text: &mut String) -> std::fmt::Result {
        match moment(days, self.since_1904) {
            Some(moment) => dated(shape, moment, days, text),
            None => decimal(days, text),
        }
    }
}

/// The instant of a serial number of days, to the millisecond.
fn moment(days: f64, since_1904: bool) -> Option<NaiveDateTime> {
    if !(0.0..END).contains(&days) {
        return None;
    }
    let epoch = match since_1904 {
        true => NaiveDate::from_ymd_opt(1904, 1, 1)?,
        // Spreadsheets believe that 1900 was a leap year.
        false if days < 60.0 => NaiveDate::from_ymd_opt(1899, 12, 31)?,
        false => NaiveDate::from_ymd_opt(1899, 12, 30)?,
    };
    NaiveDateTime::from(epoch).checked_add_signed(TimeDelta::milliseconds((days * DAY_MS).round() as i64))
}

fn dated(shape: &Shape, moment: NaiveDateTime, days: f64, text: &mut String) -> std::fmt::Result {
    if let Shape::Moment(items, _) = shape {
        let start = text.len();
        // A format with an offset cannot be filled from a cell, which has none.
        if write!(text, "{}", moment.format_with_items(items.iter())).is_ok() {
            return Ok(());
        }
        text.truncate(start);
    }
    match days {
        _ if days < 1.0 => write!(text, "{}", moment.format("%H:%M:%S")),
        _ if moment.time() == chrono::NaiveTime::MIN => write!(text, "{}", moment.format("%Y-%m-%d")),
        _ => write!(text, "{}", moment.format("%Y-%m-%d %H:%M:%S")),
    }
}

/// A duration in days as hours, minutes and seconds.
fn clock(days: f64, text: &mut String) -> std::fmt::Result {
    if !(0.0..END).contains(&days) {
        return decimal(days, text);
    }
    let seconds = (days * DAY_MS).round() as i64 / 1000;
    write!(text, "{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// A number as a spreadsheet shows it: fifteen digits, without an exponent.
fn decimal(number: f64, text: &mut String) -> std::fmt::Result {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return write!(text, "{}", number as i64);
    }
    match format!("{number:.14e}").parse::<f64>() {
        Ok(kept) => write!(text, "{kept}"),
        Err(_) => write!(text, "{number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl Fn(&mut String) -> std::fmt::Result) -> String {
        let mut text = String::new();
        write(&mut text).unwrap();
        text
    }

    #[test]
    fn serials_are_dates_and_times() {
        let shown = |days| moment(days, false).unwrap().format("%F %T").to_string();
        assert_eq!(shown(44_197.384_004_63), "2021-01-01 09:12:58");
        assert_eq!(shown(1.0), "1900-01-01 00:00:00");
        assert_eq!(shown(61.0), "1900-03-01 00:00:00");
        assert_eq!(moment(42_735.0, true).unwrap().format("%F").to_string(), "2021-01-01");
        assert_eq!((moment(-1.0, false), moment(f64::NAN, false), moment(1e12, false)), (None, None, None));
        for (days, expected) in [(0.384_004_629_629_63, "9:12:58"), (1.5, "36:00:00"), (0.001_655_092_592_592, "0:02:23")] {
            assert_eq!(text(|to| clock(days, to)), expected);
        }
    }

    #[test]
    fn numbers_lose_their_noise() {
        for (number, expected) in
            [(109.0, "109"), (0.1 + 0.2, "0.3"), (184.600_000_000_000_02, "184.6"), (-1.5, "-1.5"), (1e20, "100000000000000000000")]
        {
            assert_eq!(text(|to| decimal(number, to)), expected);
        }
    }

    #[test]
    fn a_date_follows_the_format_of_its_column() {
        let items = StrftimeItems::new("%Y/%m/%d").parse_to_owned().unwrap();
        let moment = moment(44_197.5, false).unwrap();
        assert_eq!(text(|to| dated(&Shape::Moment(items.clone(), true), moment, 44_197.5, to)), "2021/01/01");
        assert_eq!(text(|to| dated(&Shape::Plain, moment, 44_197.5, to)), "2021-01-01 12:00:00");
        let offset = StrftimeItems::new("%Y-%m-%d %z").parse_to_owned().unwrap();
        assert_eq!(text(|to| dated(&Shape::Moment(offset.clone(), true), moment, 44_197.5, to)), "2021-01-01 12:00:00");
    }
}
