//! The register of learning: who is in post, certificates, skills, tests and training. Every year begins a register of its own.

use std::fmt::Write;

use chrono::{Datelike, NaiveDate};

use super::centres::{CENTRES, Centre};
use super::staff::{Agent, agents};
use super::{Span, after, cell, dice, yes};

const TESTS: [(&str, u32); 2] = [("业务知识", 8), ("服务规范", 10)];
/// Days for which a certificate is valid.
const VALID: u64 = 365;

/// The register of the year as it stands on the last day of the span.
pub(super) fn learning(span: Span) -> String {
    let mut csv = String::from("类别,中心,工号,日期,截止,科目,第几次,通过,得分,时数\n");
    let year = NaiveDate::from_ymd_opt(span.from.year(), 1, 1).unwrap_or(span.start);
    let begun = year.max(span.start);
    for (place, centre) in CENTRES.iter().enumerate() {
        for agent in agents(place, span) {
            let there = |day: NaiveDate| agent.until.is_none_or(|until| day <= until);
            if agent.from > span.to || !there(begun) {
                continue;
            }
            let id = format!("{}{:03}", centre.code, agent.number);
            let mut row = |sort: &str, (from, until): (NaiveDate, Option<NaiveDate>), rest: &str| {
                // What ended before the register, or begins after it, is not in it.
                if from <= span.to && until.is_none_or(|until| until >= begun.max(from)) {
                    let _ = writeln!(csv, "{sort},{},{id},{},{},{rest}", centre.code, from.max(begun), cell(until));
                }
            };
            row("在岗", (agent.from, agent.until), ",,,,");
            for (from, until) in certificates(&agent, centre, span) {
                row("证书", (from, Some(until)), ",,,,");
            }
            row("技能", (agent.from, None), "热线,,,,");
            if agent.place % 5 != 3 {
                row("技能", (agent.from, None), "在线,,,,");
            }
            lessons(&mut csv, span, (place, centre), &agent, begun);
        }
    }
    csv
}

/// The certificates of an agent, each renewed when it ends. Those of different places end all over the year.
fn certificates(agent: &Agent, centre: &Centre, span: Span) -> Vec<(NaiveDate, NaiveDate)> {
    let (mut from, mut lasts) = (agent.from, 20 + agent.number as u64 * 53 % 340);
    let mut found = Vec::new();
    while from <= span.to && !centre.uncertified.contains(&agent.place) {
        let until = after(from, lasts);
        found.push((from, until));
        (from, lasts) = (after(until, 1), VALID);
    }
    found
}

/// Two tests and two trainings a month; who fails sits again after five days.
fn lessons(csv: &mut String, span: Span, (place, centre): (usize, &Centre), agent: &Agent, begun: NaiveDate) {
    let id = format!("{}{:03}", centre.code, agent.number);
    let told = (Span { from: begun, ..span }).days().filter(|day| agent.is_there(*day));
    for day in told {
        if [5, 19].contains(&day.day()) {
            let _ = writeln!(csv, "培训,{},{id},{day},,,,,,{}", centre.code, if day.day() == 5 { "2.0" } else { "1.5" });
        }
        let Some((subject, _)) = TESTS.iter().find(|test| test.1 == day.day()) else { continue };
        let mut dice = dice(20 + agent.number as u64, place, day);
        let passed = dice.chance(centre.passed - 0.01 * centre.slipped(span.ago(day)));
        let score = if passed { dice.normal(90.0, 4.0).clamp(80.0, 100.0) } else { dice.normal(70.0, 6.0).clamp(40.0, 79.0) };
        let _ = writeln!(csv, "考试,{},{id},{day},,{subject},1,{},{score:.0},", centre.code, yes(passed));
        let again = after(day, 5);
        if !passed && again <= span.to {
            let _ = writeln!(csv, "考试,{},{id},{again},,{subject},2,是,84,", centre.code);
        }
    }
}
