//! What a log of contacts tells beyond the call log itself: transfers, blocked calls, offers, written replies, self-service sessions, and
//! customers who come back.
//!
//! A contact is one that reached the queue. It counts as followed when the same customer's next contact came within the window; only
//! contacts whose window ends within the data are looked at.

use std::collections::VecDeque;
use std::io;
use std::path::Path;

use super::super::records::{Record, hash_of};
use super::super::sort::{Event, Sorter};
use super::super::tally::{Delivered, Tallies};
use super::{Counter, names, packed, unpacked};
use crate::kpi::mapping::{Outcome, SourceMapping};

const HOUR: i64 = 3600;
/// Windows in hours, with the names of base and count.
const WINDOWS: [(i64, &str, &str); 3] =
    [(24, "repeat_base_24h", "repeat_24h"), (72, "repeat_base_72h", "repeat_72h"), (168, "repeat_base_168h", "repeat_168h")];
const CONTACT: u8 = 0;
const COMPLETED: u8 = 1;
const LEFT: u8 = 2;

pub(super) struct Contacts {
    delivered: Delivered,
    by_customer: Option<Sorter>,
    by_reason: Option<Sorter>,
}

impl Contacts {
    pub(super) fn new(mapping: &SourceMapping, scratch: &Path) -> Self {
        let rows = &mapping.rows;
        let outcomes: Vec<Outcome> = mapping.calls.iter().flat_map(|calls| calls.outcome.values.values().copied()).collect();
        let mut flows = names(
            rows,
            &[
                ("transferred", &["transferred"]),
                ("offer", &["contact_offers"]),
                ("sale", &["contact_sales"]),
                ("reply_due", &["replies_due"]),
                ("replied", &["replies_in_time"]),
                ("reason", &["repeat_reason_168h"]),
            ],
        );
        if rows.has("customer") {
            flows.extend(WINDOWS.iter().flat_map(|window| [window.1, window.2]));
        }
        if outcomes.contains(&Outcome::Blocked) {
            flows.push("blocked");
        }
        if outcomes.iter().any(|outcome| matches!(outcome, Outcome::SelfServiceCompleted | Outcome::SelfServiceLeft)) {
            flows.extend(["self_service_sessions", "self_service_contained"]);
        }
        Self {
            delivered: Delivered { flows, spreads: Vec::new() },
            by_customer: rows.has("customer").then(|| Sorter::new(scratch)),
            by_reason: rows.has("reason").then(|| Sorter::new(scratch)),
        }
    }

    fn session(&mut self, record: &Record, completed: bool, tallies: &mut Tallies) -> io::Result<()> {
        let day = record.stamp.day;
        match (&mut self.by_customer, record.text("customer")) {
            (Some(sorter), Some(key)) => {
                let what = packed(day, record.place, if completed { COMPLETED } else { LEFT });
                sorter.push(Event { key, time: record.stamp.seconds(), row: record.number, what })?;
            }
            // Nobody can tell whether an unknown customer called afterwards: such a session is left out where customers are known.
            (Some(_), None) => tallies.touch(day, record.place),
            (None, _) => {
                tallies.add(day, record.place, "self_service_sessions", 1);
                tallies.add(day, record.place, "self_service_contained", i64::from(completed));
            }
        }
        Ok(())
    }

    fn contact(&mut self, record: &Record) -> io::Result<()> {
        let Some(customer) = record.text("customer") else { return Ok(()) };
        let what = packed(record.stamp.day, record.place, CONTACT);
        let event = Event { key: customer, time: record.stamp.seconds(), row: record.number, what };
        if let Some(sorter) = &mut self.by_customer {
            sorter.push(event)?;
        }
        match (&mut self.by_reason, record.text("reason")) {
            (Some(sorter), Some(reason)) => {
                sorter.push(Event { key: hash_of(&[&customer.to_le_bytes(), &reason.to_le_bytes()]), ..event })
            }
            _ => Ok(()),
        }
    }
}

impl Counter for Contacts {
    fn delivered(&self) -> Delivered {
        self.delivered.clone()
    }

    fn count(&mut self, record: &Record, tallies: &mut Tallies) -> io::Result<()> {
        let (day, place) = (record.stamp.day, record.place);
        tallies.touch(day, place);
        match record.outcome {
            Some(Outcome::Blocked) => tallies.add(day, place, "blocked", 1),
            Some(Outcome::SelfServiceCompleted) => self.session(record, true, tallies)?,
            Some(Outcome::SelfServiceLeft) => self.session(record, false, tallies)?,
            Some(Outcome::Answered) => {
                self.contact(record)?;
                for (field, name) in [("transferred", "transferred"), ("offer", "contact_offers")] {
                    if record.flag(field) == Some(true) {
                        tallies.add(day, place, name, 1);
                    }
                }
                if record.flag("offer") == Some(true) && record.flag("sale") == Some(true) {
                    tallies.add(day, place, "contact_sales", 1);
                }
            }
            Some(Outcome::Abandoned) => self.contact(record)?,
            Some(Outcome::Waiting) => {}
            Some(Outcome::AbandonedBeforeQueue | Outcome::Ignored) | None => return Ok(()),
        }
        let replies = matches!(record.outcome, Some(Outcome::Answered | Outcome::Waiting));
        if let Some(due) = record.moment("reply_due").filter(|_| replies) {
            tallies.add(due.day, place, "replies_due", 1);
            if let Some(replied) = record.moment("replied") {
                tallies.happened(replied);
                tallies.add(due.day, place, "replies_in_time", i64::from(replied.by(due)));
            }
        }
        Ok(())
    }

    fn finish(self: Box<Self>, tallies: &mut Tallies) -> io::Result<()> {
        if let Some(sorter) = self.by_customer {
            followed(sorter, tallies, customer)?;
        }
        if let Some(sorter) = self.by_reason {
            followed(sorter, tallies, |event, gap, tallies| {
                let (day, place, _) = unpacked(event.what);
                if event.time + 168 * HOUR <= tallies.last_instant() && gap.is_some_and(|gap| gap <= 168 * HOUR) {
                    tallies.add(day, place, "repeat_reason_168h", 1);
                }
            })?;
        }
        Ok(())
    }
}

fn customer(event: Event, gap: Option<i64>, tallies: &mut Tallies) {
    let (day, place, sort) = unpacked(event.what);
    if sort == CONTACT {
        for (hours, base, count) in WINDOWS {
            if event.time + hours * HOUR <= tallies.last_instant() {
                tallies.add(day, place, base, 1);
                tallies.add(day, place, count, i64::from(gap.is_some_and(|gap| gap <= hours * HOUR)));
            }
        }
    } else if event.time + 24 * HOUR <= tallies.last_instant() {
        let contained = sort == COMPLETED && gap.is_none_or(|gap| gap > 24 * HOUR);
        tallies.add(day, place, "self_service_sessions", 1);
        tallies.add(day, place, "self_service_contained", i64::from(contained));
    }
}

/// Tells for each event how long after it the next contact of the same key came.
fn followed(sorter: Sorter, tallies: &mut Tallies, mut tell: impl FnMut(Event, Option<i64>, &mut Tallies)) -> io::Result<()> {
    let mut contact: Option<Event> = None;
    let mut sessions: VecDeque<Event> = VecDeque::new();
    for event in sorter.sorted()? {
        let event = event?;
        let another = contact.iter().chain(sessions.front()).any(|earlier| earlier.key != event.key);
        let is_contact = unpacked(event.what).2 == CONTACT;
        if another || is_contact {
            for earlier in contact.take().into_iter().chain(sessions.drain(..)) {
                tell(earlier, (!another).then_some(event.time - earlier.time), tallies);
            }
        }
        // Sessions that nothing followed for a day are settled, so that one key never fills the memory.
        while let Some(settled) = sessions.pop_front_if(|session| event.time - session.time > 24 * HOUR) {
            tell(settled, None, tallies);
        }
        if is_contact { contact = Some(event) } else { sessions.push_back(event) }
    }
    for earlier in contact.into_iter().chain(sessions) {
        tell(earlier, None, tallies);
    }
    Ok(())
}
