//! Improvement proposals and corrective actions: what was proposed, decided, put into action, tested for its effect, and whether the cause
//! came back.

use std::collections::BTreeMap;
use std::io;

use super::super::records::{Place, Record};
use super::super::tally::{Delivered, Tallies};
use super::{Counter, names, words};
use crate::kpi::mapping::RowMapping;

const PROPOSAL: u16 = 0;
const ACTION: u16 = 1;
/// A cause that returns within so many days has recurred.
const WATCH_DAYS: i64 = 180;

pub(super) struct Improvements {
    delivered: Delivered,
    implementations: bool,
    recurrences: bool,
    /// Proposals not put into action, by place and day.
    open: BTreeMap<(Place, i64), i64>,
}

impl Improvements {
    pub(super) fn new(rows: &RowMapping) -> Self {
        let sorts = if rows.has("record") { words(rows, "record") } else { vec![PROPOSAL] };
        let (mut flows, mut spreads) = (Vec::new(), Vec::new());
        if sorts.contains(&PROPOSAL) {
            flows.push("proposals");
            flows.extend(names(rows, &[("decided", &["proposals_decided"]), ("adopted", &["proposals_adopted"])]));
            spreads.extend(names(rows, &[("implemented", &["proposal_days", "proposal_open_days"])]));
        }
        if sorts.contains(&ACTION) {
            flows.extend(names(
                rows,
                &[("effective", &["actions_tested", "actions_effective"]), ("recurred", &["actions_watched", "actions_recurred"])],
            ));
        }
        flows.extend(names(rows, &[("saving", &["verified_saving_minor"])]));
        Self {
            delivered: Delivered { flows, spreads },
            implementations: rows.has("implemented"),
            recurrences: rows.has("recurred"),
            open: BTreeMap::new(),
        }
    }

    fn proposal(&mut self, record: &Record, tallies: &mut Tallies) {
        let (day, place) = (record.stamp.day, record.place);
        tallies.add(day, place, "proposals", 1);
        let adopted = record.flag("adopted");
        if let Some(decided) = record.moment("decided") {
            tallies.happened(decided);
            tallies.add(decided.day, place, "proposals_decided", 1);
            if adopted == Some(true) {
                tallies.add(decided.day, place, "proposals_adopted", 1);
            }
        }
        match record.moment("implemented") {
            Some(implemented) => {
                tallies.happened(implemented);
                tallies.spread(implemented.day, place, "proposal_days", implemented.day - day);
            }
            // One that was turned down will never be put into action, and waits for nothing.
            None if self.implementations && adopted != Some(false) => *self.open.entry((place, day)).or_default() += 1,
            None => {}
        }
    }

    fn action(&self, record: &Record, tallies: &mut Tallies) {
        let Some(closed) = record.moment("closed") else { return };
        let place = record.place;
        tallies.happened(closed);
        if let Some(effective) = record.flag("effective") {
            tallies.add(closed.day, place, "actions_tested", 1);
            tallies.add(closed.day, place, "actions_effective", i64::from(effective));
        }
        if self.recurrences {
            let ends = closed.day + WATCH_DAYS;
            let recurred = record.moment("recurred").is_some_and(|recurred| recurred.day <= ends);
            tallies.add(ends, place, "actions_watched", 1);
            tallies.add(ends, place, "actions_recurred", i64::from(recurred));
        }
    }
}

impl Counter for Improvements {
    fn delivered(&self) -> Delivered {
        self.delivered.clone()
    }

    fn count(&mut self, record: &Record, tallies: &mut Tallies) -> io::Result<()> {
        tallies.touch(record.stamp.day, record.place);
        match record.code("record") {
            Some(ACTION) => self.action(record, tallies),
            _ => self.proposal(record, tallies),
        }
        if let Some(saving) = record.number("saving") {
            let on =
                record.moment("saving_on").or(record.moment("implemented")).or(record.moment("closed")).unwrap_or(record.stamp);
            tallies.happened(on);
            tallies.add(on.day, record.place, "verified_saving_minor", saving);
        }
        Ok(())
    }

    fn finish(self: Box<Self>, tallies: &mut Tallies) -> io::Result<()> {
        let Some(reach) = tallies.reach() else { return Ok(()) };
        for ((place, day), count) in self.open {
            for _ in 0..count {
                tallies.spread(reach, place, "proposal_open_days", reach - day);
            }
        }
        Ok(())
    }
}
