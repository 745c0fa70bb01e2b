//! The demo's call logs: daily calls of three fictional centres, the same for the same day. They hold one real shift (East China
//! after its on-call roster changed) and one outlier (a day on which South China's lines failed).

use std::fmt::Write;

use chrono::{Datelike, Days, NaiveDate, NaiveTime, Weekday};

use super::dice::Dice;

/// Days before today on which East China's new roster began: the real shift.
pub(super) const SHIFT: u64 = 176;
/// Days before today on which South China's lines failed: the outlier.
pub(super) const OUTLIER: u64 = 9;

/// How a centre's calls behave.
struct Plan {
    code: &'static str,
    /// Calls on a working day.
    volume: u64,
    /// Mean wait in seconds of those who wait.
    wait: f64,
    /// Mean patience in seconds.
    patience: f64,
    /// Median talk in seconds.
    talk: f64,
    /// Mean work after the call in seconds.
    wrap: f64,
}

const PLANS: [Plan; 3] = [
    Plan { code: "HD", volume: 170, wait: 46.0, patience: 420.0, talk: 205.0, wrap: 42.0 },
    Plan { code: "ZB", volume: 90, wait: 17.0, patience: 560.0, talk: 268.0, wrap: 55.0 },
    Plan { code: "HN", volume: 125, wait: 27.0, patience: 500.0, talk: 232.0, wrap: 48.0 },
];

/// The mapping that reads these logs.
pub(super) const MAPPING: &str = r#"source = "hotline"

[id]
column = "call_id"

[centre]
column = "centre"

[centre.values]
"HD" = "HD"
"ZB" = "ZB"
"HN" = "HN"

[channel]
value = "voice"

[stamp]
column = "queued_at"
format = "%Y-%m-%d %H:%M:%S"
zone = "centre"

[outcome]
column = "outcome"

[outcome.values]
"answered" = "answered"
"abandoned" = "abandoned"

[wait]
column = "wait_s"

[talk]
column = "talk_s"

[hold]
column = "hold_s"

[wrap]
column = "wrap_s"
"#;

/// The log of all centres from a day to a day, as a call platform would export it.
pub(super) fn log(from: NaiveDate, to: NaiveDate, today: NaiveDate) -> String {
    let mut csv = String::from("call_id,centre,queued_at,outcome,wait_s,talk_s,hold_s,wrap_s\n");
    let mut day = from;
    while day <= to {
        for (index, plan) in PLANS.iter().enumerate() {
            write_day(&mut csv, plan, index as u64, day, today);
        }
        let Some(next) = day.checked_add_days(Days::new(1)) else { break };
        day = next;
    }
    csv
}

fn write_day(csv: &mut String, plan: &Plan, index: u64, day: NaiveDate, today: NaiveDate) {
    let number = u64::try_from(day.num_days_from_ce()).unwrap_or_default();
    let mut dice = Dice::new(number * 31 + index * 1_000_003);
    let ago = u64::try_from((today - day).num_days()).unwrap_or_default();
    // Staffing of a day is never quite right: this is the system's own variation.
    let crowd = dice.spread(1.0, 0.09) * load(plan.code, ago);
    let calls = (plan.volume as f64 * weekday(day) * dice.spread(1.0, 0.05)) as u64;
    for call in 0..calls {
        write_call(csv, plan, &mut dice, day, (number, call), crowd);
    }
}

/// How many calls there are on a day of the week, against an ordinary day.
pub(super) fn weekday(day: NaiveDate) -> f64 {
    match day.weekday() {
        Weekday::Mon => 1.15,
        Weekday::Sat => 0.7,
        Weekday::Sun => 0.6,
        _ => 1.0,
    }
}

/// How crowded a centre is on a day, beside its ordinary variation.
fn load(code: &str, ago: u64) -> f64 {
    match code {
        "HD" if ago <= SHIFT => 0.58,
        "HN" if ago == OUTLIER => 7.5,
        _ => 1.0,
    }
}

fn write_call(csv: &mut String, plan: &Plan, dice: &mut Dice, day: NaiveDate, (number, call): (u64, u64), crowd: f64) {
    // Between 08:00 and 20:00, most of them in the late morning and the afternoon.
    let hour = 8.0 + 12.0 * (dice.share() + dice.share() + dice.share()) / 3.0;
    let time = NaiveTime::from_num_seconds_from_midnight_opt((hour * 3600.0) as u32, 0).unwrap_or_default();
    let asked = if dice.share() < 0.42 { 0.0 } else { dice.exponential(plan.wait * crowd) };
    let patience = 4.0 + dice.exponential(plan.patience);
    let (talk, hold, wrap) = (dice.spread(plan.talk, 0.55), dice.share(), dice.exponential(plan.wrap));
    let hold = if hold < 0.25 { dice.exponential(38.0) } else { 0.0 };
    let (code, at) = (plan.code, day.and_time(time).format("%Y-%m-%d %H:%M:%S"));
    // Writing to a String cannot fail.
    let _ = if patience < asked {
        writeln!(csv, "{code}{number}-{call:04},{code},{at},abandoned,{patience:.0},,,")
    } else {
        writeln!(csv, "{code}{number}-{call:04},{code},{at},answered,{asked:.0},{talk:.0},{hold:.0},{wrap:.0}")
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Share answered within 20 s of all offered, for one centre.
    fn level(csv: &str, code: &str) -> f64 {
        let rows: Vec<Vec<&str>> =
            csv.lines().skip(1).map(|l| l.split(',').collect()).filter(|r: &Vec<&str>| r[1] == code).collect();
        let quick = rows.iter().filter(|r| r[3] == "answered" && r[4].parse::<u64>().unwrap() <= 20).count();
        quick as f64 / rows.len() as f64
    }

    #[test]
    fn the_logs_hold_a_shift_and_an_outlier_and_never_change() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        let ago = |days| today - Days::new(days);
        let before = log(ago(SHIFT + 60), ago(SHIFT + 1), today);
        let after = log(ago(SHIFT), ago(SHIFT - 60), today);
        assert!(level(&after, "HD") - level(&before, "HD") > 0.08, "{} {}", level(&before, "HD"), level(&after, "HD"));
        assert!((level(&after, "ZB") - level(&before, "ZB")).abs() < 0.03);
        let outlier = log(ago(OUTLIER), ago(OUTLIER), today);
        let usual = log(ago(OUTLIER + 20), ago(OUTLIER + 1), today);
        assert!(level(&usual, "HN") - level(&outlier, "HN") > 0.2);
        assert_eq!(outlier, log(ago(OUTLIER), ago(OUTLIER), today));
    }
}
