//! Items that fell due, and sessions of the assistant on the web.

use std::fmt::Write;

use chrono::{NaiveTime, Weekday};

use super::centres::CENTRES;
use super::{Span, after, cell, dice, rounds};

/// The items of each week, under its Monday: those in time, late ones, those lost and those damaged.
pub(super) fn waybills(span: Span) -> String {
    let mut csv = String::from("日期,中心,承诺日期,签收日期,丢失,损毁,件数\n");
    for (week, place, centre) in rounds(span, Weekday::Mon) {
        let mut dice = dice(8, place, week);
        let items = dice.spread(centre.items * 7.0, 0.03);
        let late = items * (1.0 - dice.spread(centre.in_time, 0.005).min(0.99));
        let (lost, damaged) = (dice.events(items * 3.2e-6) as f64, dice.events(items * 2.4e-5) as f64);
        let next = after(week, 7);
        for (delivered, lost, damaged, count) in [
            (Some(week), "否", "否", items - late),
            (Some(next), "否", "否", late),
            (None, "是", "否", lost),
            (Some(week), "否", "是", damaged),
        ] {
            if count >= 1.0 {
                let _ = writeln!(csv, "{week},{},{week},{},{lost},{damaged},{count:.0}", centre.code, cell(delivered));
            }
        }
    }
    csv
}

/// Sessions of a day.
const SESSIONS: f64 = 17.0;

/// The sessions of each day with how they ended.
pub(super) fn sessions(span: Span) -> String {
    let mut csv = String::from("会话号,中心,开始时间,结果\n");
    for day in span.days() {
        for (place, centre) in CENTRES.iter().enumerate() {
            let mut dice = dice(9, place, day);
            let contained = centre.contained(span.ago(day));
            for number in 0..dice.events(SESSIONS) {
                let second = dice.between(25_200, 82_800) as u32;
                let time = NaiveTime::from_num_seconds_from_midnight_opt(second, 0).unwrap_or_default();
                let ended = match dice.share() {
                    share if share < contained => "自助完成",
                    share if share < contained + 0.7 * (1.0 - contained) => "转人工",
                    _ => "中途离开",
                };
                let _ = writeln!(csv, "A{0}{1}-{number:02},{0},{day} {time},{ended}", centre.code, day.format("%y%m%d"));
            }
        }
    }
    csv
}
