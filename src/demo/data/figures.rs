//! Hours by the week, and amounts by the month.

use std::fmt::Write;

use chrono::{Datelike, Months, NaiveDate, Weekday};

use super::centres::{CENTRES, Centre};
use super::{Span, dice, rounds, staff};

/// Hours a week that a place is paid for.
const PAID: f64 = 40.0;

/// The hours of the weeks, each told on its Friday; rows with a cause tell of paid time not available for contacts.
pub(super) fn workforce(span: Span) -> String {
    let mut csv = String::from(
        "日期,中心,在册,离职,付薪工时,排班工时,遵从工时,登录工时,可用工时,有效工时,处理工时,等待工时,缺勤工时,缺勤原因,预测量,实际量\n",
    );
    for (day, place, centre) in rounds(span, Weekday::Fri) {
        let mut dice = dice(3, place, day);
        let mut near = |value: f64, sigma: f64| dice.spread(value, sigma);
        let (heads, left) = (staff::headcount(place, span, day), staff::leavers(place, span, day));
        let paid = heads as f64 * PAID;
        let (utilised, occupied) = (near(centre.utilised, 0.009), near(centre.occupied, 0.012).min(0.97));
        let adherent = near(centre.adherent - 0.015 * centre.slipped(span.ago(day)), 0.007).min(1.0);
        let (scheduled, available) = (paid * 0.93, paid * (utilised + 0.045));
        let (actual, missed, worked) = (near(centre.answered(7), 0.05), near(1.0, 0.045), available * 0.94);
        let staffed = actual / near(centre.an_hour, 0.02);
        let _ = writeln!(
            csv,
            "{day},{},{heads},{left},{paid:.1},{scheduled:.1},{:.1},{staffed:.1},{available:.1},{:.1},{:.1},{:.1},,,{:.0},{actual:.0}",
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
    csv
}

/// The share of its month that a span covers: of a running month costs are told as far as they have come.
fn elapsed(span: Span) -> (i64, f64) {
    let next = span.from.checked_add_months(Months::new(1)).unwrap_or(span.to);
    let days = (span.to - span.from).num_days() + 1;
    (days, days as f64 / (next - span.from).num_days() as f64)
}

/// Costs of the month.
pub(super) fn finance(span: Span) -> String {
    let mut csv = String::from("月份,中心,科目,金额\n");
    let ((days, share), month) = (elapsed(span), span.from.format("%Y-%m"));
    for (place, centre) in CENTRES.iter().enumerate() {
        let mut dice = dice(4, place, span.from);
        let cost = centre.answered(days) * dice.spread(centre.cost, 0.02);
        let other = centre.heads as f64 * 5_600.0 * share;
        for (account, amount) in [
            ("热线运营成本", cost),
            ("赔付", cost * dice.spread(0.041, 0.12)),
            ("返工", cost * dice.spread(0.016, 0.15)),
            ("工单与在线成本", other),
        ] {
            let _ = writeln!(csv, "{month},{},{account},{amount:.2}", centre.code);
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

/// Revenue, offers and sales of the month.
pub(super) fn sales(span: Span) -> String {
    let mut csv = String::from("月份,中心,科目,金额,数量,业务上线\n");
    let ((days, _), month) = (elapsed(span), span.from.format("%Y-%m"));
    for (place, centre) in CENTRES.iter().enumerate().filter(|(_, centre)| earns(centre)) {
        let mut dice = dice(5, place, span.from);
        // Before the festivals more is sent.
        let season = if matches!(span.from.month(), 1 | 6 | 11) { 1.06 } else { 1.0 };
        let revenue = centre.answered(days) * dice.spread(REVENUE * season, 0.025);
        let new = if span.ago(span.from) < NEW_SERVICE { revenue * dice.spread(0.11, 0.1) } else { 0.0 };
        let offers = centre.answered(days) * dice.spread(OFFERS, 0.03);
        let sold = offers * dice.spread(SALES * season, 0.04);
        let begun = since(span.today, NEW_SERVICE);
        let _ = writeln!(csv, "{month},{},业务收入,{:.2},,2022-03-01", centre.code, revenue - new);
        if new > 0.0 {
            let _ = writeln!(csv, "{month},{},业务收入,{new:.2},,{begun}", centre.code);
        }
        let _ = writeln!(csv, "{month},{0},推荐,,{offers:.0},\n{month},{0},成交,,{sold:.0},", centre.code);
    }
    csv
}

fn earns(centre: &Centre) -> bool {
    centre.code == "HN"
}

fn since(today: NaiveDate, ago: i64) -> NaiveDate {
    today.checked_sub_signed(chrono::TimeDelta::days(ago)).unwrap_or(today)
}
