//! Quality evaluations: scores, critical errors, items of courtesy, and what two evaluators said of the same contact.

use std::io;
use std::path::Path;

use super::super::error::RowProblem;
use super::super::records::Record;
use super::super::rows::{Sound, fault};
use super::super::sort::{Event, Sorter};
use super::super::tally::{Delivered, Tallies};
use super::{Counter, names, packed, unpacked};
use crate::kpi::mapping::RowMapping;

const MYSTERY: u16 = 1;
/// Categories of a verdict.
const CATEGORIES: i64 = 100;
const CRITICAL: [(&str, &str); 3] = [
    ("customer_critical", "evaluations_customer_critical"),
    ("business_critical", "evaluations_business_critical"),
    ("compliance_critical", "evaluations_compliance_critical"),
];

pub(super) struct Evaluations {
    delivered: Delivered,
    /// Verdicts by contact, when each row has one evaluator.
    by_contact: Option<Sorter>,
    evaluators: bool,
}

impl Evaluations {
    pub(super) fn new(rows: &RowMapping, scratch: &Path) -> Self {
        let mut flows = names(
            rows,
            &[
                ("courtesy_scored", &["courtesy_scored"]),
                ("courtesy_passed", &["courtesy_passed"]),
                ("need_identified", &["need_scored", "need_identified"]),
                ("points_possible", &["mystery_contacts", "mystery_points", "mystery_possible"]),
            ],
        );
        flows.push("evaluations");
        flows.extend(CRITICAL.iter().filter(|pair| rows.has(pair.0)).map(|pair| pair.1));
        let mut spreads = names(rows, &[("score", &["qa_score"])]);
        let paired = rows.has("second_verdict");
        if rows.has("verdict") && (paired || rows.has("contact")) {
            spreads.push("double_scored");
        }
        let by_contact = (rows.has("contact") && !paired).then(|| Sorter::new(scratch));
        Self { delivered: Delivered { flows, spreads }, by_contact, evaluators: rows.has("evaluator") }
    }
}

impl Counter for Evaluations {
    fn delivered(&self) -> Delivered {
        self.delivered.clone()
    }

    fn check(&self, record: &Record) -> Sound<()> {
        if record.code("record") == Some(MYSTERY) {
            record.need("points_possible")?;
        }
        record.within("points", "points_possible")?;
        record.within("courtesy_passed", "courtesy_scored")?;
        match ["verdict", "second_verdict"].into_iter().find(|name| record.number(name).is_some_and(|number| number >= CATEGORIES))
        {
            Some(name) => fault(record.column(name), RowProblem::Scale { low: 0, high: CATEGORIES - 1 }),
            None => Ok(()),
        }
    }

    fn count(&mut self, record: &Record, tallies: &mut Tallies) -> io::Result<()> {
        let (day, place) = (record.stamp.day, record.place);
        if record.code("record") == Some(MYSTERY) {
            tallies.add(day, place, "mystery_contacts", 1);
            tallies.add(day, place, "mystery_points", record.number("points").unwrap_or(0));
            tallies.add(day, place, "mystery_possible", record.number("points_possible").unwrap_or(0));
            return Ok(());
        }
        tallies.add(day, place, "evaluations", 1);
        if let Some(score) = record.number("score") {
            tallies.spread(day, place, "qa_score", score);
        }
        for (field, name) in CRITICAL {
            if record.flag(field) == Some(true) {
                tallies.add(day, place, name, 1);
            }
        }
        for name in ["courtesy_scored", "courtesy_passed"] {
            if let Some(items) = record.number(name) {
                tallies.add(day, place, name, items);
            }
        }
        if let Some(identified) = record.flag("need_identified") {
            tallies.add(day, place, "need_scored", 1);
            tallies.add(day, place, "need_identified", i64::from(identified));
        }
        let Some(verdict) = record.number("verdict") else { return Ok(()) };
        if let Some(second) = record.number("second_verdict") {
            tallies.spread(day, place, "double_scored", verdict * CATEGORIES + second);
        }
        match (&mut self.by_contact, record.text("contact")) {
            (Some(sorter), Some(key)) => {
                // Behind the time stands who it was, so that a second row of the same evaluator is known.
                let row = if self.evaluators { record.text("evaluator").unwrap_or_default() as u64 } else { record.number };
                sorter.push(Event { key, time: record.stamp.seconds(), row, what: packed(day, place, verdict as u8) })
            }
            _ => Ok(()),
        }
    }

    fn finish(self: Box<Self>, tallies: &mut Tallies) -> io::Result<()> {
        let Some(sorter) = self.by_contact else { return Ok(()) };
        // The first verdict of a contact that waits for that of another evaluator; none once it was paired.
        let mut first: Option<(Event, bool)> = None;
        for event in sorter.sorted()? {
            let event = event?;
            match &mut first {
                Some((earlier, paired)) if earlier.key == event.key => {
                    if !*paired && earlier.row != event.row {
                        let (day, place, second) = unpacked(event.what);
                        let (_, _, verdict) = unpacked(earlier.what);
                        tallies.spread(day, place, "double_scored", i64::from(verdict) * CATEGORIES + i64::from(second));
                        *paired = true;
                    }
                }
                _ => first = Some((event, false)),
            }
        }
        Ok(())
    }
}
