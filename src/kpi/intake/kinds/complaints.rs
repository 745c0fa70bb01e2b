//! The register of complaints. Appeals to the regulator are counted apart from complaints; what falls due counts on the day it is due,
//! open or not; a complaint recurs when the same customer or item had another one with the same cause within 90 days.

use std::io;
use std::path::Path;

use super::super::clock::DAY;
use super::super::records::{Record, hash_of};
use super::super::sort::{Event, Sorter};
use super::super::tally::{Delivered, Tallies};
use super::{Counter, names, packed, unpacked};
use crate::kpi::mapping::RowMapping;

const WINDOW: i64 = 90 * DAY;

pub(super) struct Complaints {
    delivered: Delivered,
    closings: bool,
    replies: bool,
    scratch: std::path::PathBuf,
    same: Option<Sorter>,
}

impl Complaints {
    pub(super) fn new(rows: &RowMapping, scratch: &Path) -> Self {
        let closings = rows.has("closed");
        let mut flows = names(
            rows,
            &[
                ("about_centre", &["complaints_about_centre"]),
                ("external", &["complaints_external"]),
                ("founded", &["complaints_external_valid"]),
                ("first_reply_due", &["first_replies_due"]),
                ("first_reply", &["first_replies_in_time"]),
                ("due", &["complaints_due"]),
                ("closed", &["complaints_closed"]),
                ("reopened", &["complaints_reopened"]),
                ("escalated", &["complaints_escalated"]),
            ],
        );
        flows.push("complaints");
        if rows.has("due") && closings {
            flows.push("complaints_in_time");
        }
        if rows.has("due") && rows.has("external") && (closings || rows.has("first_reply")) {
            flows.push("external_replies_late");
        }
        let known = closings && (rows.has("customer") || rows.has("item"));
        if known {
            flows.push("complaints_recurring");
        }
        Self {
            delivered: Delivered { flows, spreads: Vec::new() },
            closings,
            replies: rows.has("first_reply"),
            scratch: scratch.to_owned(),
            same: known.then(|| Sorter::new(scratch)),
        }
    }

    fn appeal(&self, record: &Record, tallies: &mut Tallies) {
        let (day, place) = (record.stamp.day, record.place);
        tallies.add(day, place, "complaints_external", 1);
        if record.flag("founded") == Some(true) {
            tallies.add(day, place, "complaints_external_valid", 1);
        }
        let answered = record.moment("first_reply").or(record.moment("closed"));
        if let Some(answered) = answered {
            tallies.happened(answered);
        }
        if let Some(due) = record.moment("due").filter(|_| self.closings || self.replies) {
            let late = !answered.is_some_and(|answered| answered.by(due));
            tallies.add(due.day, place, "external_replies_late", i64::from(late));
        }
    }

    fn note(&mut self, record: &Record) -> io::Result<()> {
        let Some(sorter) = &mut self.same else { return Ok(()) };
        let closed = record.moment("closed");
        let what = packed(closed.map_or(0, |closed| closed.day), record.place, u8::from(closed.is_some()));
        let cause = record.text("cause").unwrap_or_default().to_le_bytes();
        for (whose, name) in [("customer", &b"customer"[..]), ("item", b"item")] {
            if let Some(text) = record.text(whose) {
                let key = hash_of(&[name, &text.to_le_bytes(), &cause]);
                sorter.push(Event { key, time: record.stamp.seconds(), row: record.number, what })?;
            }
        }
        Ok(())
    }
}

impl Counter for Complaints {
    fn delivered(&self) -> Delivered {
        self.delivered.clone()
    }

    fn count(&mut self, record: &Record, tallies: &mut Tallies) -> io::Result<()> {
        let (day, place) = (record.stamp.day, record.place);
        tallies.touch(day, place);
        if record.flag("external") == Some(true) {
            self.appeal(record, tallies);
            return Ok(());
        }
        tallies.add(day, place, "complaints", 1);
        for (field, name) in [("about_centre", "complaints_about_centre"), ("escalated", "complaints_escalated")] {
            if record.flag(field) == Some(true) {
                tallies.add(day, place, name, 1);
            }
        }
        let (closed, replied) = (record.moment("closed"), record.moment("first_reply"));
        if let Some(due) = record.moment("first_reply_due") {
            tallies.add(due.day, place, "first_replies_due", 1);
            if self.replies {
                tallies.add(due.day, place, "first_replies_in_time", i64::from(replied.is_some_and(|replied| replied.by(due))));
            }
        }
        if let Some(due) = record.moment("due") {
            tallies.add(due.day, place, "complaints_due", 1);
            if self.closings {
                tallies.add(due.day, place, "complaints_in_time", i64::from(closed.is_some_and(|closed| closed.by(due))));
            }
        }
        for (moment, name) in [(closed, "complaints_closed"), (record.moment("reopened"), "complaints_reopened")] {
            if let Some(moment) = moment {
                tallies.happened(moment);
                tallies.add(moment.day, place, name, 1);
            }
        }
        if let Some(replied) = replied {
            tallies.happened(replied);
        }
        self.note(record)
    }

    fn finish(self: Box<Self>, tallies: &mut Tallies) -> io::Result<()> {
        let Some(sorter) = self.same else { return Ok(()) };
        // A complaint may recur by its customer and by its item: sorted by row, each counts once.
        let mut recurring = Sorter::new(&self.scratch);
        let mut note = |event: Event| match unpacked(event.what).2 {
            0 => Ok(()),
            _ => recurring.push(Event { key: u128::from(event.row), ..event }),
        };
        let mut before: Option<Event> = None;
        for event in sorter.sorted()? {
            let event = event?;
            if let Some(earlier) = before.filter(|earlier| earlier.key == event.key && event.time - earlier.time <= WINDOW) {
                note(earlier)?;
                note(event)?;
            }
            before = Some(event);
        }
        let mut last = None;
        for event in recurring.sorted()? {
            let event = event?;
            if last.replace(event.row) != Some(event.row) {
                let (day, place, _) = unpacked(event.what);
                tallies.add(day, place, "complaints_recurring", 1);
            }
        }
        Ok(())
    }
}
