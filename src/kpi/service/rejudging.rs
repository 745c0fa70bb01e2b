//! Judging again: what a signal was raised for is looked at once more when its data changed, by the definition and the limits of then. A
//! signal that does not hold any more is withdrawn, unless somebody has answered it.

use chrono::NaiveDate;

use super::Known;
use super::judging::{Found, Sight, of_point, out_of_range};
use super::signals::{SignalDetail, label};
use crate::db::Conn;
use crate::error::Result;
use crate::kpi::control::{self, Grain, Stretch};
use crate::kpi::daybook::{DayBook, reach};
use crate::kpi::model::{Signal, SignalRule, SignalState};
use crate::kpi::period::Period;
use crate::kpi::statistics::Rule;
use crate::kpi::store_signals;
use crate::ledger::{Event, WriteTx};

/// An open signal, as it is read.
pub(super) struct Asked {
    signal: Signal,
    pub(super) period: Period,
    detail: SignalDetail,
}

impl Asked {
    /// Those from a month on, of KPIs that what is new concerns.
    ///
    /// # Errors
    /// When what is stored cannot be read.
    pub(super) fn from(conn: &mut Conn, sight: &Sight, centre_id: &str, first: NaiveDate) -> Result<Vec<Self>> {
        let open = store_signals::open_from(conn, centre_id, &Period::month_of(first).to_string())?;
        let mut asked = Vec::new();
        for signal in open {
            let one = Self { period: Period::parse(&signal.period)?, detail: signal.detail.to()?, signal };
            if one.known(sight).is_none_or(|known| sight.concerns(known)) {
                asked.push(one);
            }
        }
        Ok(asked)
    }

    fn known<'a>(&self, sight: &'a Sight) -> Option<&'a Known> {
        sight.definitions.version(&self.signal.code, self.detail.definition_version)
    }

    /// The points that are looked at again, and their days; none of a month against its allowed range.
    pub(super) fn points(&self, sight: &Sight) -> Option<(Grain, (NaiveDate, NaiveDate))> {
        if self.signal.rule.is_of_month() {
            return None;
        }
        let known = self.known(sight)?;
        let grain = known.definition.points;
        let before = control::farthest(grain, self.period.from);
        let from = self.detail.baseline_from.map_or(before, |day| day.min(before));
        let scope = known.formula.as_ref().map(|formula| formula.scope()).unwrap_or_default();
        Some((grain, (reach(Period::day(from), &scope), self.period.to)))
    }

    /// What it was raised for, judged again by the same definition and limits.
    fn again(&self, sight: &Sight, book: &DayBook) -> Result<Option<Found>> {
        let Some(known) = self.known(sight) else { return Ok(None) };
        if self.signal.rule.is_of_month() {
            let found = out_of_range(known, &book.frames(self.period, &sight.scope), &sight.limits, self.period);
            return Ok(found.filter(|found| found.rule == self.signal.rule));
        }
        let Some(baseline) = self.detail.baseline_from.zip(self.detail.baseline_to) else { return Ok(None) };
        let Some((stretch, since)) = limits_of(sight, known, book, baseline, self.period.from)? else { return Ok(None) };
        let point = control::judged_again(known, book, &stretch, since, self.period);
        let rule = Rule::ALL.into_iter().find(|rule| SignalRule::of(*rule) == self.signal.rule);
        let broken = point.zip(rule).filter(|(point, rule)| point.breaks(*rule));
        Ok(broken.and_then(|(point, rule)| of_point(known, &stretch, &point, rule)))
    }
}

/// The limits that a point was judged by, and the first day that is judged by them; none where their baseline shows none any more.
fn limits_of(
    sight: &Sight,
    known: &Known,
    book: &DayBook,
    baseline: (NaiveDate, NaiveDate),
    day: NaiveDate,
) -> Result<Option<(Stretch, NaiveDate)>> {
    let grain = known.definition.points;
    let frozen = sight.phases.frozen(&known.definition.code, grain)?;
    if let Some(phase) = frozen.iter().rev().find(|phase| phase.starts_on <= day && phase.baseline == baseline) {
        let stretch = Stretch { start: 0, kind: phase.kind, parameters: phase.parameters, baseline, frozen: true, own: false };
        return Ok(Some((stretch, phase.starts_on)));
    }
    let since = baseline.1.succ_opt().unwrap_or(baseline.1);
    let (_, found) = control::limits_between(known, book, grain, baseline);
    Ok(found.map(|(kind, parameters)| (Stretch { start: 0, kind, parameters, baseline, frozen: false, own: false }, since)))
}

/// The signals that do not hold any more. Where another value breaks the same rule, that is found instead.
///
/// # Errors
/// When a frozen phase cannot be read.
pub(super) fn review(sight: &Sight, book: &DayBook, asked: Vec<Asked>, found: &mut Vec<Found>) -> Result<Vec<Signal>> {
    let mut gone = Vec::new();
    for one in asked {
        let now = one.again(sight, book)?;
        if now.as_ref().is_some_and(|now| now.detail.is_of_same(&one.detail)) {
            continue;
        }
        gone.push(one.signal);
        found.extend(now);
    }
    Ok(gone)
}

/// Withdraws signals that nobody has answered meanwhile.
///
/// # Errors
/// When the database refuses.
pub(super) fn withdraw(tx: &mut WriteTx<'_>, gone: &[Signal]) -> Result<()> {
    for signal in gone {
        let mut row = store_signals::signal(tx, &signal.id)?;
        if row.state != SignalState::Open {
            continue;
        }
        row.state = SignalState::Withdrawn;
        store_signals::update(tx, &mut row)?;
        let label = label(tx, &row)?;
        tx.record(Event::new("kpi.withdraw", "signal", &row.id, &label));
    }
    Ok(())
}
