//! Evaluations of monitored calls, some by two evaluators, and mystery contacts.

use std::fmt::Write;

use chrono::{Datelike, Weekday};

use super::{Span, dice, rounds, yes};

/// Calls evaluated in a week, and those of them scored twice.
const EVALUATED: u64 = 14;
const TWICE: u64 = 3;
/// Items on courtesy of the form.
const ITEMS: u64 = 6;
/// From so many points on an evaluation is passed.
const PASS: f64 = 80.0;
const EVALUATORS: [&str; 3] = ["Z01", "Z02", "Z03"];
/// Days before today of the week in which East China broke a rule on personal data: its gate opened.
const BREACH: std::ops::RangeInclusive<i64> = 210..=216;

/// The evaluations of the weeks, told every Tuesday; mystery contacts on the second one of a month.
pub(super) fn evaluations(span: Span) -> String {
    let mut csv = String::from(
        "质检号,中心,日期,类别,得分,客户关键差错,业务关键差错,合规关键差错,用语项数,用语达标,需求识别,录音号,质检员,结论,神秘得分,神秘满分\n",
    );
    for (day, place, centre) in rounds(span, Weekday::Tue) {
        let mut dice = dice(6, place, day);
        let slipped = centre.slipped(span.ago(day));
        let (code, short) = (centre.code, day.format("%y%m%d"));
        for number in 0..EVALUATED {
            let critical = dice.chance(centre.critical + 0.01 * slipped);
            let breach = number == 4 && code == "HD" && BREACH.contains(&span.ago(day));
            let mean = centre.quality - 3.0 * slipped - if critical { 22.0 } else { 0.0 };
            let score = dice.normal(mean, 6.0).clamp(20.0, 100.0);
            let (business, need) = (dice.chance(0.03), dice.chance(0.955 - 0.03 * slipped));
            let courtesy = (0..ITEMS).filter(|_| dice.chance(0.965)).count();
            let mut row = |evaluator: u64, score: f64, mark: &str| {
                let _ = writeln!(
                    csv,
                    "E{code}{short}-{number:02}{mark},{code},{day},质检,{score:.1},{},{},{},{ITEMS},{courtesy},{},R{code}{short}-{number:02},{},{},,",
                    yes(critical),
                    yes(business),
                    yes(breach),
                    yes(need),
                    EVALUATORS[evaluator as usize % EVALUATORS.len()],
                    u8::from(score >= PASS),
                );
            };
            row(number, score, "");
            if number < TWICE {
                row(number + 1, dice.normal(score, 2.0).clamp(20.0, 100.0), "b");
            }
        }
        if (8..15).contains(&day.day()) {
            for number in 0..3 {
                let points = dice.between(15, 20);
                let _ = writeln!(csv, "M{code}{short}-{number},{code},{day},神秘客户,,,,,,,,,,,{points},20");
            }
        }
    }
    csv
}
