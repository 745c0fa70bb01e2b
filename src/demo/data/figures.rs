//! Hours by the week and by the day, amounts by the day.

use std::fmt::Write;

use chrono::{Datelike, NaiveDate, Weekday};

use super::centres::{CENTRES, Centre};
use super::{Span, after, dice, rounds, staff};

/// Hours a week that a place is paid for.
const PAID: f64 = 40.0;

/// The hours of the weeks, each told on its Friday; rows with a cause tell of paid time not available for contacts. Hours logged in to the
/// hotline are told day by day.
pub(super) fn workforce(span: Span) -> String {
    let mut csv = String::from(
        "日期,中心,在册,离职,付薪工时,排班工时,遵从工时,登录工时,可用工时,有效工时,处理工时,等待工时,缺勤工时,缺勤原因,预测量,实际量\n",
    );
    for (day, place, centre) in rounds(span, Weekday::Fri) {
        week(&mut csv, span, (place, centre), day);
    }
    for (day, place, centre) in days(span) {
        let hours = centre.answered(day) / dice(10, place, day).spread(centre.an_hour, 0.04);
        let _ = writeln!(csv, "{day},{},,,,,,{hours:.1},,,,,,,,", centre.code);
    }
    csv
}

fn week(csv: &mut String, span: Span, (place, centre): (usize, &Centre), day: NaiveDate) {
    let mut dice = dice(3, place, day);
    let mut near = |value: f64, sigma: f64| dice.spread(value, sigma);
    let (heads, left) = (staff::headcount(place, span, day), staff::leavers(place, span, day));
    let paid = heads as f64 * PAID;
    let (utilised, occupied) = (near(centre.utilised, 0.009), near(centre.occupied, 0.012).min(0.97));
    let adherent = near(centre.adherent - 0.015 * centre.slipped(span.ago(day)), 0.007).min(1.0);
    let (scheduled, available) = (paid * 0.93, paid * (utilised + 0.045));
    let calls: f64 = (0..7).map(|ahead| centre.answered(after(day, ahead))).sum();
    let (actual, missed, worked) = (near(calls, 0.05), near(1.0, 0.045), available * 0.94);
    // Writing to a String cannot fail.
    let _ = writeln!(
        csv,
        "{day},{},{heads},{left},{paid:.1},{scheduled:.1},{:.1},,{available:.1},{:.1},{:.1},{:.1},,,{:.0},{actual:.0}",
        centre.code,
        scheduled * adherent,
        paid * utilised,
        worked * occupied,
        worked * (1.0 - occupied),
        actual * missed,
    );
    for (cause, share) in [("休假", 0.44), ("培训", 0.18), ("会议", 0.12), ("小休", 0.26)] {
        let _ = writeln!(csv, "{day},{},,,,,,,,,,,{:.1},{cause},,", centre.code, (paid - available) * share);
    }
}

/// All days of a span with every centre.
fn days(span: Span) -> impl Iterator<Item = (NaiveDate, usize, &'static Centre)> {
    span.days().flat_map(|day| CENTRES.iter().enumerate().map(move |(place, centre)| (day, place, centre)))
}

/// Costs as they are booked to the days.
pub(super) fn finance(span: Span) -> String {
    let mut csv = String::from("日期,中心,科目,金额\n");
    for (day, place, centre) in days(span) {
        let mut dice = dice(4, place, day);
        let cost = centre.answered(day) * dice.spread(centre.cost, 0.03);
        let other = centre.heads as f64 * 185.0;
        for (account, amount) in [
            ("热线运营成本", cost),
            ("赔付", cost * dice.spread(0.041, 0.15)),
            ("返工", cost * dice.spread(0.016, 0.2)),
            ("工单与在线成本", other),
        ] {
            let _ = writeln!(csv, "{day},{},{account},{amount:.2}", centre.code);
        }
    }
    csv
}

/// What the sales and service centre earns on a contact, in yuan; offers on a contact; sales on an offer.
const REVENUE: f64 = 8.3;
const OFFERS: f64 = 0.36;
const SALES: f64 = 0.081;
/// Days before today on which its newest service began.
const NEW_SERVICE: i64 = 205;

/// Revenue, offers and sales of the days.
pub(super) fn sales(span: Span) -> String {
    let mut csv = String::from("日期,中心,科目,金额,数量,业务上线\n");
    let begun = span.today - chrono::TimeDelta::days(NEW_SERVICE);
    for (day, place, centre) in days(span).filter(|(_, _, centre)| centre.code == "HN") {
        let mut dice = dice(5, place, day);
        // Before the festivals more is sent.
        let season = if matches!(day.month(), 1 | 6 | 11) { 1.06 } else { 1.0 };
        let revenue = centre.answered(day) * dice.spread(REVENUE * season, 0.04);
        let new = if day >= begun { revenue * dice.spread(0.11, 0.12) } else { 0.0 };
        let offers = centre.answered(day) * dice.spread(OFFERS, 0.05);
        let sold = (0..offers as u64).filter(|_| dice.chance(SALES * season)).count();
        let code = centre.code;
        let _ = writeln!(csv, "{day},{code},业务收入,{:.2},,2022-03-01", revenue - new);
        if new > 0.0 {
            let _ = writeln!(csv, "{day},{code},业务收入,{new:.2},,{begun}");
        }
        let _ = writeln!(csv, "{day},{code},推荐,,{},\n{day},{code},成交,,{sold},", offers as u64);
    }
    csv
}
