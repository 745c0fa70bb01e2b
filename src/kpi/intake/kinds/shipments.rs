//! Items carried: promises are judged on the day they fall due, so that what is late and what is still open count as late.

use std::io;

use super::super::clock::DAY;
use super::super::records::Record;
use super::super::stamps::Moment;
use super::super::tally::{Delivered, Tallies};
use super::{Counter, names};
use crate::kpi::mapping::RowMapping;

const LIMIT_DAYS: i64 = 3;

pub(super) struct Shipments {
    delivered: Delivered,
    deliveries: bool,
}

impl Shipments {
    pub(super) fn new(rows: &RowMapping) -> Self {
        let mut flows = names(
            rows,
            &[
                ("promised", &["items_due"]),
                ("delivered", &["items_delivered", "items_72h_due", "items_72h"]),
                ("lost", &["items_lost"]),
                ("damaged", &["items_damaged"]),
                ("claim_due", &["claims_due"]),
                ("claim_paid", &["claims_in_time"]),
            ],
        );
        flows.push("items_handled");
        if rows.has("promised") && rows.has("delivered") {
            flows.push("items_in_time");
        }
        Self { delivered: Delivered { flows, spreads: Vec::new() }, deliveries: rows.has("delivered") }
    }
}

impl Counter for Shipments {
    fn delivered(&self) -> Delivered {
        self.delivered.clone()
    }

    fn count(&mut self, record: &Record, tallies: &mut Tallies) -> io::Result<()> {
        let (accepted, place) = (record.stamp, record.place);
        let items = record.number("count").unwrap_or(1);
        let (promised, delivered) = (record.moment("promised"), record.moment("delivered"));
        tallies.add(accepted.day, place, "items_handled", items);
        let in_time = |limit: Moment| if delivered.is_some_and(|delivered| delivered.by(limit)) { items } else { 0 };
        if let Some(promised) = promised {
            tallies.add(promised.day, place, "items_due", items);
            if self.deliveries {
                tallies.add(promised.day, place, "items_in_time", in_time(promised));
            }
        }
        if self.deliveries {
            let limit = Moment { day: accepted.day + LIMIT_DAYS, utc: accepted.utc.map(|utc| utc + LIMIT_DAYS * DAY) };
            tallies.add(limit.day, place, "items_72h_due", items);
            tallies.add(limit.day, place, "items_72h", in_time(limit));
        }
        if let Some(delivered) = delivered {
            tallies.happened(delivered);
            tallies.add(delivered.day, place, "items_delivered", items);
        }
        if record.flag("lost") == Some(true) {
            let day = record.moment("lost_on").or(promised).unwrap_or(accepted).day;
            tallies.add(day, place, "items_lost", items);
        }
        if record.flag("damaged") == Some(true) {
            tallies.add(delivered.unwrap_or(accepted).day, place, "items_damaged", items);
        }
        if let Some(due) = record.moment("claim_due") {
            tallies.add(due.day, place, "claims_due", 1);
            if let Some(paid) = record.moment("claim_paid") {
                tallies.happened(paid);
                tallies.add(due.day, place, "claims_in_time", i64::from(paid.by(due)));
            }
        }
        Ok(())
    }
}
