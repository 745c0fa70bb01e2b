//! Answers to surveys: each question on its own, so that an answer left out lowers nothing but its own count.

use std::io;

use super::super::records::Record;
use super::super::tally::{Delivered, Tallies};
use super::{Counter, names};
use crate::kpi::mapping::RowMapping;

/// Kept with the gaps, so that none is negative.
const OFFSET: i64 = 20;
const DIMENSIONS: [(&str, &str); 5] = [
    ("tangibles", "servqual_tangibles"),
    ("reliability", "servqual_reliability"),
    ("responsiveness", "servqual_responsiveness"),
    ("assurance", "servqual_assurance"),
    ("empathy", "servqual_empathy"),
];
const ANSWERED: u16 = 0;
const UNANSWERED: u16 = 1;

pub(super) struct Surveys {
    delivered: Delivered,
    invitations: bool,
}

impl Surveys {
    pub(super) fn new(rows: &RowMapping) -> Self {
        let flows = names(
            rows,
            &[
                ("status", &["survey_invited", "survey_responded"]),
                (
                    "fulfilment",
                    &["pairs", "pairs_expected", "pairs_evaluated", "pairs_expected_sq", "pairs_evaluated_sq", "pairs_product"],
                ),
                ("first_contact", &["fcr_answers", "fcr_resolved"]),
                ("handling", &["handling_answers", "handling_satisfied"]),
            ],
        );
        let mut spreads = names(rows, &[("csat", &["csat"]), ("recommend", &["recommend"]), ("effort", &["effort"])]);
        spreads.extend(names(rows, &[("index", &["index_score"])]));
        let dimensions: Vec<&'static str> = DIMENSIONS.iter().filter(|pair| rows.has(pair.0)).map(|pair| pair.1).collect();
        if !dimensions.is_empty() {
            spreads.push("servqual_gap");
        }
        spreads.extend(dimensions);
        Self { delivered: Delivered { flows, spreads }, invitations: rows.has("status") }
    }
}

impl Counter for Surveys {
    fn delivered(&self) -> Delivered {
        self.delivered.clone()
    }

    fn count(&mut self, record: &Record, tallies: &mut Tallies) -> io::Result<()> {
        let (day, place) = (record.stamp.day, record.place);
        tallies.touch(day, place);
        if self.invitations {
            // An empty status says as little as one that is invalid.
            let Some(status @ (ANSWERED | UNANSWERED)) = record.code("status") else { return Ok(()) };
            tallies.add(day, place, "survey_invited", 1);
            if status == UNANSWERED {
                return Ok(());
            }
            tallies.add(day, place, "survey_responded", 1);
        }
        for (field, name) in [("csat", "csat"), ("recommend", "recommend"), ("effort", "effort"), ("index", "index_score")] {
            if let Some(value) = record.number(field) {
                tallies.spread(day, place, name, value);
            }
        }
        for (expected, evaluated) in record.pairs("fulfilment").iter().copied() {
            let sums = [
                ("pairs", 1),
                ("pairs_expected", expected),
                ("pairs_evaluated", evaluated),
                ("pairs_expected_sq", expected * expected),
                ("pairs_evaluated_sq", evaluated * evaluated),
                ("pairs_product", expected * evaluated),
            ];
            for (name, value) in sums {
                tallies.add(day, place, name, value);
            }
        }
        for (field, name) in DIMENSIONS {
            for (expected, perceived) in record.pairs(field) {
                let gap = perceived - expected + OFFSET;
                tallies.spread(day, place, name, gap);
                tallies.spread(day, place, "servqual_gap", gap);
            }
        }
        for (field, answers, yes) in
            [("first_contact", "fcr_answers", "fcr_resolved"), ("handling", "handling_answers", "handling_satisfied")]
        {
            if let Some(said) = record.flag(field) {
                tallies.add(day, place, answers, 1);
                tallies.add(day, place, yes, i64::from(said));
            }
        }
        Ok(())
    }
}
