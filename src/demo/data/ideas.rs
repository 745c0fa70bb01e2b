//! The register of improvement proposals and corrective actions.

use std::fmt::Write;

use chrono::{Months, NaiveDate};

use super::centres::{CENTRES, Centre};
use super::{Span, after, cell, dice, yes};
use crate::demo::dice::Dice;

/// The register as it stands on the last day of the span: proposals come in the first half of a month and are decided on its last day.
pub(super) fn improvements(span: Span) -> String {
    let mut csv = String::from("编号,类别,中心,日期,决定日期,采纳,实施日期,关闭日期,有效,复发日期,核实收益\n");
    let months = (0..).map_while(|count| span.start.checked_add_months(Months::new(count))).take_while(|month| *month <= span.to);
    for month in months {
        for (place, centre) in CENTRES.iter().enumerate() {
            let mut dice = dice(7, place, month);
            for number in 0..dice.events(centre.proposals).max(1) {
                proposal(&mut csv, span, centre, &mut dice, (month, number));
            }
            action(&mut csv, span, centre, &mut dice, month);
        }
    }
    csv
}

fn proposal(csv: &mut String, span: Span, centre: &Centre, dice: &mut Dice, (month, number): (NaiveDate, u64)) {
    let made = after(month, dice.between(1, 11));
    let decided = month.checked_add_months(Months::new(1)).and_then(|next| next.pred_opt()).unwrap_or(month);
    let (adopted, days, saving) = (dice.chance(centre.adopted), dice.between(18, 70), dice.between(8, 120) * 100);
    if made > span.to {
        return;
    }
    let (code, decided_on) = (centre.code, span.known(Some(decided)));
    let decision = if decided_on.is_some() { yes(adopted) } else { "" };
    let done = span.known(adopted.then(|| after(decided, days)));
    let saved = if done.is_some() { saving.to_string() } else { String::new() };
    let _ = writeln!(
        csv,
        "P{code}{}-{number:02},提案,{code},{made},{},{decision},{},,,,{saved}",
        month.format("%y%m"),
        cell(decided_on),
        cell(done),
    );
}

/// One corrective action a month: closed with a test of its effect; now and then its cause returns.
fn action(csv: &mut String, span: Span, centre: &Centre, dice: &mut Dice, month: NaiveDate) {
    let (begun, days) = (after(month, dice.between(3, 20)), dice.between(30, 55));
    let (effective, returned, later) = (dice.chance(0.82), dice.chance(0.08), dice.between(40, 160));
    if begun > span.to {
        return;
    }
    let closed = span.known(Some(after(begun, days)));
    let verdict = if closed.is_some() { yes(effective) } else { "" };
    let back = closed.and_then(|closed| span.known(returned.then(|| after(closed, later))));
    let code = centre.code;
    let _ = writeln!(csv, "A{code}{},措施,{code},{begun},,,,{},{verdict},{},", month.format("%y%m"), cell(closed), cell(back),);
}
