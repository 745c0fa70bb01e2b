//! Which day it is in a zone: offsets are looked up once per day of the zone, and exactly around a change of the clocks.
//!
//! Rules: a local time that happened twice is the earlier of the two; a local time that the clocks skipped is refused.

use ahash::AHashMap;
use chrono::{DateTime, LocalResult, NaiveDateTime, Offset, TimeZone};
use chrono_tz::Tz;

pub(super) const DAY: i64 = 86_400;

/// A zone with the offsets of the days asked for so far.
#[derive(Debug, Clone)]
pub(super) struct Clock {
    zone: Tz,
    /// The last day asked for and its offset, if it has just one.
    recent: (i64, Option<i64>),
    days: AHashMap<i64, Option<i64>>,
}

impl Clock {
    pub(super) fn new(zone: Tz) -> Self {
        Self { zone, recent: (i64::MAX, None), days: AHashMap::new() }
    }

    pub(super) fn zone(&self) -> Tz {
        self.zone
    }

    /// The day (counted from 1970-01-01) on which an instant falls.
    #[inline]
    pub(super) fn day_of_instant(&mut self, utc: i64) -> i64 {
        let offset = match self.steady(utc.div_euclid(DAY)) {
            Some(offset) => offset,
            None => self.offset_at(utc),
        };
        (utc + offset).div_euclid(DAY)
    }

    /// The same, for the second of a day in UTC.
    #[inline(always)]
    pub(super) fn day_of(&mut self, day: i64, second: i64) -> i64 {
        match self.steady(day) {
            Some(offset) if (0..DAY).contains(&(second + offset)) => day,
            _ => self.day_of_instant(day * DAY + second),
        }
    }

    /// True when a local time exists.
    #[inline]
    pub(super) fn shows(&mut self, day: i64, second: i64) -> bool {
        self.steady(day).is_some() || self.uncommon_instant(day * DAY + second).is_some()
    }

    /// The instant of a local time; `None` when the clocks skipped it.
    #[inline]
    pub(super) fn instant(&mut self, local: i64) -> Option<i64> {
        match self.steady(local.div_euclid(DAY)) {
            Some(offset) => Some(local - offset),
            None => self.uncommon_instant(local),
        }
    }

    /// The offset, if it is the same from a day before to a day after.
    #[inline(always)]
    fn steady(&mut self, day: i64) -> Option<i64> {
        if self.recent.0 != day {
            self.recent = (day, self.look_up(day));
        }
        self.recent.1
    }

    #[inline(never)]
    fn look_up(&mut self, day: i64) -> Option<i64> {
        if let Some(known) = self.days.get(&day) {
            return *known;
        }
        let first = self.offset_at((day - 1) * DAY);
        let steady = (-23..=48).all(|hour| self.offset_at(day * DAY + hour * 3600) == first);
        let offset = steady.then_some(first);
        self.days.insert(day, offset);
        offset
    }

    fn offset_at(&self, utc: i64) -> i64 {
        let instant = naive(utc);
        i64::from(self.zone.offset_from_utc_datetime(&instant).fix().local_minus_utc())
    }

    #[cold]
    fn uncommon_instant(&self, local: i64) -> Option<i64> {
        match self.zone.offset_from_local_datetime(&naive(local)) {
            LocalResult::Single(offset) | LocalResult::Ambiguous(offset, _) => {
                Some(local - i64::from(offset.fix().local_minus_utc()))
            }
            LocalResult::None => None,
        }
    }
}

/// The clocks of numbered centres, one for each zone.
#[derive(Debug, Clone, Default)]
pub(super) struct Clocks {
    clocks: Vec<Clock>,
    /// By centre: which of them is on its wall.
    on_wall: Vec<usize>,
}

impl Clocks {
    /// How many centres have one.
    pub(super) fn count(&self) -> usize {
        self.on_wall.len()
    }

    /// Gives the next centre the clock of its zone.
    pub(super) fn add(&mut self, zone: Tz) {
        let known = self.clocks.iter().position(|clock| clock.zone == zone);
        self.on_wall.push(known.unwrap_or(self.clocks.len()));
        if known.is_none() {
            self.clocks.push(Clock::new(zone));
        }
    }

    /// The clock of a centre.
    #[inline(always)]
    pub(super) fn of(&mut self, centre: u16) -> &mut Clock {
        &mut self.clocks[self.on_wall[usize::from(centre)]]
    }
}

fn naive(seconds: i64) -> NaiveDateTime {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default().naive_utc()
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use proptest::prelude::*;

    use super::*;

    fn at(year: i32, month: u32, day: u32, hour: u32, minute: u32) -> i64 {
        NaiveDate::from_ymd_opt(year, month, day).unwrap().and_hms_opt(hour, minute, 0).unwrap().and_utc().timestamp()
    }

    #[test]
    fn the_hour_that_happened_twice_and_the_one_that_did_not() {
        let mut clock = Clock::new(Tz::Europe__Berlin);
        assert_eq!(clock.instant(at(2026, 10, 25, 2, 30)), Some(at(2026, 10, 25, 0, 30)));
        assert_eq!(clock.instant(at(2026, 3, 29, 2, 30)), None);
        assert_eq!(clock.instant(at(2026, 3, 29, 3, 0)), Some(at(2026, 3, 29, 1, 0)));
        // Lebanon puts its clocks forward at midnight: 2026-03-29 begins at one.
        let mut beirut = Clock::new(Tz::Asia__Beirut);
        assert_eq!(beirut.instant(at(2026, 3, 29, 0, 15)), None);
        assert_eq!(beirut.day_of_instant(at(2026, 3, 28, 22, 0)), at(2026, 3, 29, 0, 0) / DAY);
        assert_eq!(beirut.day_of_instant(at(2026, 3, 28, 21, 59)), at(2026, 3, 28, 0, 0) / DAY);
    }

    proptest! {
        #[test]
        fn agrees_with_the_zone_at_any_instant(
            utc in -2_000_000_000_i64..4_000_000_000,
            zone in prop::sample::select(vec![
                Tz::UTC, Tz::Asia__Shanghai, Tz::Europe__Berlin, Tz::America__New_York, Tz::Pacific__Apia, Tz::Australia__Lord_Howe, Tz::Africa__Casablanca,
            ]),
        ) {
            let mut clock = Clock::new(zone);
            let local = zone.from_utc_datetime(&naive(utc)).naive_local().and_utc().timestamp();
            prop_assert_eq!(clock.day_of_instant(utc), local.div_euclid(DAY));
            prop_assert_eq!(clock.day_of(utc.div_euclid(DAY), utc.rem_euclid(DAY)), local.div_euclid(DAY));
            prop_assert!(clock.shows(local.div_euclid(DAY), local.rem_euclid(DAY)));
            let earliest = zone.from_local_datetime(&naive(local)).earliest().map(|instant| instant.timestamp());
            prop_assert_eq!(clock.instant(local), earliest);
        }
    }
}
