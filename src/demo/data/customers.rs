//! What customers say: weekly surveys, call-backs after complaints, and the register of complaints.

use std::fmt::Write;

use chrono::{NaiveDate, Weekday};

use super::centres::Centre;
use super::{Span, after, cell, dice, rounds, yes};
use crate::demo::dice::Dice;

/// Invitations of a week, and those of them answered.
const INVITED: u64 = 84;
const ANSWERED: f64 = 0.38;
/// What customers expect, on a scale of ten.
const EXPECTED: f64 = 8.6;
const RATINGS: [&str; 5] = ["非常不满意", "不满意", "一般", "满意", "非常满意"];
/// Days for which a file is the newest of its kind.
const NEWEST: i64 = 27;
/// How a rating shows in the other answers, on a scale of ten.
const MOOD: [f64; 5] = [-4.5, -3.2, -1.7, 0.1, 0.7];

/// The answers of the weeks: every Wednesday customers of the week are asked.
pub(super) fn surveys(span: Span) -> String {
    let mut csv = String::from("问卷号,中心,日期,状态,满意度,推荐,省力,期待,实际,可靠期待,可靠感知,速度,态度,一次解决,处理满意\n");
    for (day, place, centre) in rounds(span, Weekday::Wed) {
        let mut dice = dice(1, place, day);
        let slipped = centre.slipped(span.ago(day));
        for number in 0..INVITED {
            let head = format!("{}{}-{number:03},{},{day}", centre.code, day.format("%y%m%d"), centre.code);
            // Writing to a String cannot fail.
            let _ = if dice.chance(ANSWERED) {
                writeln!(csv, "{head},已答,{}", answer(centre, &mut dice, slipped))
            } else {
                writeln!(csv, "{head},未答,,,,,,,,,,,")
            };
        }
        for number in 0..centre.call_backs {
            let satisfied = if dice.chance(centre.handled_well - 0.03 * slipped) { "满意" } else { "不满意" };
            let _ = writeln!(csv, "{0}{1}-H{number:02},{0},{day},已答,,,,,,,,,,,{satisfied}", centre.code, day.format("%y%m%d"));
        }
    }
    if span.ago(span.to) <= NEWEST {
        misread(&mut csv, span.to);
    }
    csv
}

/// Two answers of the newest file that were written down wrongly: they are left out until somebody mends them.
fn misread(csv: &mut String, day: NaiveDate) {
    let number = day.format("%y%m%d");
    let _ = writeln!(csv, "HD{number}-W01,HD,{day},已答,很满意,9,6,9,9,4,5,9,9,是,");
    let _ = writeln!(csv, "HD{number}-W02,HD,待补,已答,满意,8,6,9,8,4,4,8,9,是,");
}

fn answer(centre: &Centre, dice: &mut Dice, slipped: f64) -> String {
    let rating = rating(dice, centre.satisfied - 0.055 * slipped);
    let mood = MOOD[rating - 1];
    let ten = |value: f64| value.round().clamp(1.0, 10.0) as u8;
    let five = |value: f64| value.round().clamp(1.0, 5.0) as u8;
    let recommend = dice.normal(8.5 + mood, 0.9).round().clamp(0.0, 10.0) as u8;
    let effort = dice.normal(5.7 + mood * 0.6, 0.7).round().clamp(1.0, 7.0) as u8;
    let expected = ten(dice.normal(EXPECTED, 0.9));
    let found = ten(dice.normal(EXPECTED * (centre.fulfilled - 0.02 * slipped) + mood, 0.9));
    let reliable = (five(dice.normal(4.4, 0.5)), five(dice.normal(4.3 + mood * 0.5, 0.5)));
    let (speed, manner) = (ten(dice.normal(8.5 + mood, 0.9)), ten(dice.normal(9.1 + mood, 0.7)));
    let resolved = yes(dice.chance(centre.resolved - 0.04 * slipped));
    let (rating, (hoped, felt)) = (RATINGS[rating - 1], reliable);
    format!("{rating},{recommend},{effort},{expected},{found},{hoped},{felt},{speed},{manner},{resolved},")
}

/// A rating from 1 to 5.
fn rating(dice: &mut Dice, satisfied: f64) -> usize {
    let drawn = dice.share();
    let rest = (drawn - satisfied) / (1.0 - satisfied);
    match drawn {
        drawn if drawn < satisfied * 0.55 => 5,
        drawn if drawn < satisfied => 4,
        _ if rest < 0.6 => 3,
        _ if rest < 0.86 => 2,
        _ => 1,
    }
}

const CAUSES: [&str; 6] = ["延误", "破损", "派送服务", "丢失短少", "理赔进度", "客服态度"];
/// Days before today of the week in which an appeal came whose answer was late: the gate that opened.
const LATE_APPEAL: std::ops::RangeInclusive<i64> = 246..=252;
const WEEK: u64 = 7;

/// The register of complaints as it stands on the last day of the span. It is kept by weeks, each under its Monday.
pub(super) fn complaints(span: Span) -> String {
    let mut csv =
        String::from("编号,客户,运单,中心,受理周,申诉,有责,针对客服,响应期限周,首次响应周,办结期限周,办结周,重开周,升级,原因\n");
    for (week, place, centre) in rounds(Span { from: span.start, ..span }, Weekday::Mon) {
        let mut dice = dice(2, place, week);
        let mean = centre.complaints * (1.0 + 0.25 * centre.slipped(span.ago(week))) * centre.items * WEEK as f64 / 1e6;
        for number in 0..dice.events(mean) {
            complaint(&mut csv, span, centre, &mut dice, (week, number));
        }
        let late = centre.code == "HD" && LATE_APPEAL.contains(&span.ago(week));
        if late || dice.chance(0.2) {
            appeal(&mut csv, span, centre, &mut dice, (week, late));
        }
    }
    csv
}

fn complaint(csv: &mut String, span: Span, centre: &Centre, dice: &mut Dice, (week, number): (NaiveDate, u64)) {
    // Some customers come back with the same cause.
    let regular = dice.chance(0.05).then(|| dice.between(1, 40));
    let customer = regular.unwrap_or_else(|| dice.between(100_000, 999_999));
    let cause = regular.map_or_else(|| dice.between(0, 5), |known| known % 6);
    let replied = if dice.chance(0.965) { 0 } else { WEEK };
    let closed = match dice.share() {
        share if share < 0.55 => 0,
        share if share < 0.95 => WEEK,
        _ => 2 * WEEK,
    };
    let (reopened, escalated) = (dice.chance(0.02), dice.chance(0.035));
    let closed = after(week, closed.max(replied));
    let reopened = span.known(reopened.then(|| after(closed, WEEK)));
    let (replied, done) = (span.known(Some(after(week, replied))), span.known(Some(closed)));
    let id = format!("T{}{}-{number:02}", centre.code, week.format("%y%m%d"));
    let _ = writeln!(
        csv,
        "{id},K{customer},Y{id},{},{week},否,,{},{week},{},{},{},{},{},{}",
        centre.code,
        yes(cause == 5),
        cell(replied),
        after(week, WEEK),
        cell(done),
        cell(reopened),
        yes(escalated),
        CAUSES[cause as usize % CAUSES.len()],
    );
}

/// An appeal to the regulator; it has to be answered by the next week.
fn appeal(csv: &mut String, span: Span, centre: &Centre, dice: &mut Dice, (week, late): (NaiveDate, bool)) {
    let weeks = if late { 2 } else { dice.between(0, 1) };
    let (founded, customer) = (yes(dice.chance(0.3)), dice.between(100_000, 999_999));
    let (due, answered) = (after(week, WEEK), cell(span.known(Some(after(week, weeks * WEEK)))));
    let id = format!("S{}{}", centre.code, week.format("%y%m%d"));
    let head = format!("{id},K{customer},Y{id},{},{week},是,{founded},否", centre.code);
    let _ = writeln!(csv, "{head},{due},{answered},{due},{answered},,否,延误");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn satisfaction_slips_at_the_head_office_for_a_quarter_and_comes_back() {
        let today: NaiveDate = "2026-11-21".parse().unwrap();
        let satisfied = |from: i64, to: i64| {
            let day = |ago: i64| today - chrono::TimeDelta::days(ago);
            let csv = surveys(Span { from: day(from), to: day(to), start: day(430), today });
            let own: Vec<&str> = csv.lines().filter_map(|line| line.split(',').nth(4).filter(|_| line.contains(",ZB,"))).collect();
            let answers = own.iter().filter(|cell| !cell.is_empty()).count();
            own.iter().filter(|cell| cell.ends_with("满意") && !cell.contains('不')).count() as f64 / answers as f64
        };
        let (before, during, since) = (satisfied(400, 270), satisfied(240, 190), satisfied(165, 10));
        assert!(before - during > 0.02 && since - during > 0.02, "{before} {during} {since}");
    }
}
