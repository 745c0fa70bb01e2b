//! From the text of a time stamp to the day on which the contact counts: the day in the zone of its centre.
//!
//! Invariant: the readers of the common shapes accept a part of what the general one accepts, and read it alike.

use chrono::format::{Parsed, parse};
use chrono::{Datelike, NaiveDate, Timelike};
use chrono_tz::Tz;

use super::clock::{Clock, DAY};
use super::error::{Checked, RowProblem};
use super::text::{Field, Line, all_within, digits};
use crate::kpi::mapping::{FastShape, Reading, StampRule, StampZone, read};

/// Where the stamp stands in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StampAt {
    Single(usize),
    Pair(usize, usize),
}

impl StampAt {
    /// The column that a problem of the stamp is reported for.
    pub(super) fn column(self) -> usize {
        match self {
            Self::Single(column) | Self::Pair(column, _) => column,
        }
    }

    /// The columns of date and time.
    pub(super) fn fields(self) -> (usize, usize) {
        match self {
            Self::Single(column) => (column, column),
            Self::Pair(date, time) => (date, time),
        }
    }
}

/// Reads the stamps of one file.
pub(super) struct StampReader<'m> {
    rule: &'m StampRule,
    at: StampAt,
    /// The clock that wrote the stamps, if it is not the one on the wall of the centre.
    writer: Option<Clock>,
    common: Option<Common>,
    /// The last date read: its ten bytes, with what stands behind them, and its day.
    recent: (u64, u64, i64),
}

/// How a stamp of the common shapes is laid out.
#[derive(Clone, Copy)]
struct Common {
    /// Bytes of the field of the date, and of that of the time.
    date: usize,
    time: usize,
    /// What stands between date and time in one field.
    between: u8,
    /// The bits of date and `between` in their second word.
    kept: u64,
    /// Where the time begins in its field.
    after: usize,
    /// It ends with a `Z`.
    zulu: bool,
}

impl Common {
    fn of(shape: FastShape, at: StampAt) -> Option<Self> {
        let single = |bytes, between, zulu| Self { date: bytes, time: bytes, between, kept: 0xff_ffff, after: 11, zulu };
        match (shape, at) {
            (FastShape::Zulu, StampAt::Single(_)) => Some(single(20, b'T', true)),
            (FastShape::Joined, StampAt::Single(_)) => Some(single(19, b'T', false)),
            (FastShape::Spaced, StampAt::Single(_)) => Some(single(19, b' ', false)),
            (FastShape::Spaced, StampAt::Pair(..)) => {
                Some(Self { date: 10, time: 8, between: 0, kept: 0xffff, after: 0, zulu: false })
            }
            _ => None,
        }
    }
}

/// A day, and the instant if it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    /// The day at the centre, counted from 1970-01-01.
    pub(super) day: i64,
    /// Seconds since 1970-01-01 in UTC.
    pub(super) utc: Option<i64>,
}

impl Moment {
    /// Whether this was at the latest when the other was: to the second where both are known so well, else to the day.
    pub(super) fn by(self, other: Self) -> bool {
        match (self.utc, other.utc) {
            (Some(mine), Some(theirs)) => mine <= theirs,
            _ => self.day <= other.day,
        }
    }

    /// Seconds to sort by.
    pub(super) fn seconds(self) -> i64 {
        self.utc.unwrap_or(self.day * DAY)
    }
}

enum Found {
    /// A date without a time.
    Day(i64),
    /// What the clock showed: day and second of the day.
    Local(i64, i64),
    /// Seconds since 1970-01-01 in UTC.
    Instant(i64),
}

impl<'m> StampReader<'m> {
    pub(super) fn new(rule: &'m StampRule, at: StampAt) -> Self {
        let writer = match rule.zone {
            StampZone::Named(zone) => Some(Clock::new(zone)),
            _ => None,
        };
        Self { rule, at, writer, common: Common::of(rule.shape.fast, at), recent: (0, u64::MAX, 0) }
    }

    /// The day, counted from 1970-01-01, on which the contact counts at a centre with this clock.
    #[inline]
    pub(super) fn day(&mut self, line: Line<'_>, centre: &mut Clock) -> Checked<i64> {
        match self.found(line)? {
            Found::Day(day) => Ok(day),
            Found::Instant(utc) => Ok(centre.day_of_instant(utc)),
            Found::Local(day, second) => self.day_of(day, second, centre),
        }
    }

    /// The same for a stamp of the common shapes, given by its field, or its fields of date and time.
    #[inline(always)]
    pub(super) fn common_day(&mut self, date: Field<'_>, time: Field<'_>, centre: &mut Clock) -> Option<i64> {
        let (day, second) = self.common(date, time)?;
        self.day_of(day, second, centre).ok()
    }

    #[inline(always)]
    fn day_of(&mut self, day: i64, second: i64, centre: &mut Clock) -> Checked<i64> {
        match (self.rule.zone, &mut self.writer) {
            (StampZone::Named(Tz::UTC), _) => Ok(centre.day_of(day, second)),
            (StampZone::Fixed(offset), _) => Ok(centre.day_of_instant(day * DAY + second - i64::from(offset.local_minus_utc()))),
            (_, Some(writer)) if writer.zone() != centre.zone() => match writer.instant(day * DAY + second) {
                Some(utc) => Ok(centre.day_of_instant(utc)),
                None => Err(gap(writer)),
            },
            // The day is the one written, once the time is known to exist.
            _ if centre.shows(day, second) => Ok(day),
            _ => Err(gap(centre)),
        }
    }

    /// The same with the instant.
    pub(super) fn moment(&mut self, line: Line<'_>, centre: &mut Clock) -> Checked<Moment> {
        let local = match self.found(line)? {
            Found::Day(day) => return Ok(Moment { day, utc: None }),
            Found::Instant(utc) => return Ok(Moment { day: centre.day_of_instant(utc), utc: Some(utc) }),
            Found::Local(day, second) => day * DAY + second,
        };
        let utc = match (self.rule.zone, &mut self.writer) {
            (StampZone::Fixed(offset), _) => local - i64::from(offset.local_minus_utc()),
            (_, Some(writer)) => writer.instant(local).ok_or_else(|| gap(writer))?,
            _ => centre.instant(local).ok_or_else(|| gap(centre))?,
        };
        Ok(Moment { day: centre.day_of_instant(utc), utc: Some(utc) })
    }

    /// Whether nothing stands there.
    pub(super) fn is_empty(&self, line: Line<'_>) -> bool {
        line.field(self.at.column()).bytes().trim_ascii().is_empty()
    }

    /// The column that a problem is reported for.
    pub(super) fn column(&self) -> usize {
        self.at.column()
    }

    #[inline]
    fn found(&mut self, line: Line<'_>) -> Checked<Found> {
        let (date, time) = self.at.fields();
        match self.common(line.field(date), line.field(time)) {
            Some((day, second)) => Ok(Found::Local(day, second)),
            None => self.general(line),
        }
    }

    /// Day and second of the day of a stamp of the common shapes.
    #[inline(always)]
    fn common(&mut self, date: Field<'_>, time: Field<'_>) -> Option<(i64, i64)> {
        let common = self.common?;
        let zulu = common.zulu && date.word(12) >> 56 != u64::from(b'Z');
        if date.len() != common.date || time.len() != common.time || zulu {
            return None;
        }
        let (head, tail) = (date.word(0), date.word(8) & common.kept);
        let day = if (head, tail) == (self.recent.0, self.recent.1) {
            self.recent.2
        } else {
            self.another_date(head, tail, common.between)?
        };
        Some((day, time_of_day(time.word(common.after))?))
    }

    /// The day of `2026-10-01`, given as two words, with what stands behind it in the second one.
    fn another_date(&mut self, head: u64, tail: u64, behind: u8) -> Option<i64> {
        let dash = u64::from(b'-');
        if (head >> 32) & 0xff != dash || head >> 56 != dash || tail >> 16 != u64::from(behind) {
            return None;
        }
        let (year, month) = (digits(head, 4)?, digits(head >> 40, 2)?);
        let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, digits(tail, 2)?)?;
        let day = in_range(date).ok()?;
        self.recent = (head, tail, day);
        Some(day)
    }

    #[cold]
    fn general(&self, line: Line<'_>) -> Checked<Found> {
        let shape = &self.rule.shape;
        let text = match self.at {
            StampAt::Single(column) if shape.month => format!("{}-01", line.field(column).text()),
            StampAt::Single(column) => line.field(column).text(),
            StampAt::Pair(date, time) => format!("{} {}", line.field(date).text(), line.field(time).text()),
        };
        let refused = || Box::new(RowProblem::Stamp { format: shape.text.clone() });
        let mut parsed = Parsed::new();
        parse(&mut parsed, &text, shape.items.iter()).map_err(|_| refused())?;
        let found = read(&parsed).ok_or_else(refused)?;
        match found {
            Reading::Date(date) if shape.date_only => Ok(Found::Day(in_range(date)?)),
            Reading::Date(_) => Err(refused()),
            Reading::Local(local) => Ok(Found::Local(in_range(local.date())?, i64::from(local.time().num_seconds_from_midnight()))),
            Reading::Instant(utc) => in_range(utc.date()).map(|_| Found::Instant(utc.and_utc().timestamp())),
        }
    }
}

#[cold]
fn gap(clock: &Clock) -> Box<RowProblem> {
    Box::new(RowProblem::StampGap { zone: clock.zone().name().to_owned() })
}

/// The day, if it lies where a contact can lie.
fn in_range(date: NaiveDate) -> Checked<i64> {
    if (1900..2200).contains(&date.year()) {
        Ok(date.signed_duration_since(NaiveDate::default()).num_days())
    } else {
        Err(RowProblem::StampRange.into())
    }
}

/// The second of the day of `08:30:00`, given as a word.
#[inline(always)]
fn time_of_day(word: u64) -> Option<i64> {
    // Digits become their values, colons zero.
    let values = word ^ 0x3030_3a30_303a_3030;
    if !all_within(values, 0x0905_0009_0500_0902) {
        return None;
    }
    let pairs = values * 10 + (values >> 8);
    let (hour, minute, second) = (pairs & 0xff, pairs >> 24 & 0xff, pairs >> 48 & 0xff);
    (hour < 24).then_some((hour * 3600 + minute * 60 + second) as i64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::text::tests::line_of;
    use super::*;
    use crate::kpi::mapping::Mapping;

    fn rule(stamp: &str) -> StampRule {
        let toml = format!("source='s'\n[channel]\nvalue='voice'\n[outcome]\ncolumn='o'\nvalues={{}}\n[stamp]\n{stamp}");
        Mapping::from_toml(&toml).unwrap().stamp
    }

    fn day_at(rule: &StampRule, fields: &[&str], zone: Tz) -> Checked<NaiveDate> {
        let (buffer, ends) = line_of(fields);
        let at = if fields.len() == 2 { StampAt::Pair(0, 1) } else { StampAt::Single(0) };
        let days = StampReader::new(rule, at).day(Line::new(&buffer, &ends), &mut Clock::new(zone))?;
        Ok(NaiveDate::default() + chrono::TimeDelta::days(days))
    }

    fn date(text: &str) -> Checked<NaiveDate> {
        Ok(text.parse().unwrap())
    }

    #[test]
    fn the_day_is_that_of_the_centre() {
        let zulu = rule("column='t'\nformat='%Y-%m-%dT%H:%M:%SZ'");
        assert_eq!(day_at(&zulu, &["2026-10-01T15:59:59Z"], Tz::Asia__Shanghai), date("2026-10-01"));
        assert_eq!(day_at(&zulu, &["2026-10-01T16:00:00Z"], Tz::Asia__Shanghai), date("2026-10-02"));
        let fixed = rule("column='t'\nzone='+08:00'");
        assert_eq!(day_at(&fixed, &["2026-10-01 06:59:59"], Tz::Europe__London), date("2026-09-30"));
        assert_eq!(day_at(&fixed, &["2026-10-01 07:00:00"], Tz::Europe__London), date("2026-10-01"));
        let named = rule("column='t'\nzone='America/New_York'");
        assert_eq!(day_at(&named, &["2026-11-01 01:30:00"], Tz::Asia__Shanghai), date("2026-11-01"));
        assert_eq!(
            day_at(&named, &["2026-03-08 02:30:00"], Tz::UTC),
            Err(Box::new(RowProblem::StampGap { zone: "America/New_York".into() }))
        );
        let offset = rule("column='t'\nformat='%d.%m.%Y %H:%M %z'");
        assert_eq!(day_at(&offset, &["1.10.2026 23:30 -0500"], Tz::UTC), date("2026-10-02"));
        let epoch = rule("column='t'\nformat='%s'");
        assert_eq!(day_at(&epoch, &["1790870400"], Tz::Asia__Shanghai), date("2026-10-02"));
        let local = rule("date='d'\ntime='t'");
        assert_eq!(day_at(&local, &["2026-10-01", "23:59:59"], Tz::America__New_York), date("2026-10-01"));
        assert_eq!(
            day_at(&local, &["2026-03-29", "02:30:00"], Tz::Europe__Berlin),
            Err(Box::new(RowProblem::StampGap { zone: "Europe/Berlin".into() }))
        );
        let american = rule("column='t'\nformat='%m/%d/%Y %I:%M %p'");
        assert_eq!(day_at(&american, &["2/3/2026 12:05 AM"], Tz::UTC), date("2026-02-03"));
        let only = rule("date='d'\ndate_format='%Y/%m/%d'");
        assert_eq!(day_at(&only, &["2026/1/5"], Tz::America__New_York), date("2026-01-05"));
        assert_eq!(day_at(&only, &["1969/12/30"], Tz::UTC), date("1969-12-30"));
    }

    #[test]
    fn refuses_what_is_no_date() {
        let spaced = rule("column='t'");
        for text in
            ["2026-13-01 00:00:00", "2026-02-30 00:00:00", "2026-01-01 24:00:00", "2026-01-01T00:00:00", "2026-01-01 00:00", ""]
        {
            assert!(day_at(&spaced, &[text], Tz::UTC).is_err_and(|problem| problem.code() == "kpi-row-stamp"), "{text}");
        }
        assert_eq!(day_at(&spaced, &["1899-12-31 00:00:00"], Tz::UTC), Err(Box::new(RowProblem::StampRange)));
        assert_eq!(day_at(&spaced, &["2200-01-01 00:00:00"], Tz::UTC), Err(Box::new(RowProblem::StampRange)));
    }

    proptest! {
        #[test]
        fn the_common_shapes_are_read_like_the_general_ones(
            text in "(19|20|99)[0-9]{2}-[0-9]{2}-[0-9]{2}[T ][0-2][0-9]:[0-6][0-9]:[0-6][0-9]Z?| ?2026-1-1 1:1:1|[0-9:TZ -]{17,21}",
        ) {
            for format in ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"] {
                let fast = rule(&format!("column='t'\nformat='{format}'"));
                let mut general = fast.clone();
                general.shape.fast = FastShape::None;
                let zone = Tz::Asia__Shanghai;
                prop_assert_eq!(day_at(&fast, &[&text], zone), day_at(&general, &[&text], zone));
            }
        }
    }
}
