//! Figures that come as figures: hours and headcount of the workforce, amounts of finance.

use std::io;

use super::super::records::Record;
use super::super::rows::Sound;
use super::super::tally::{Delivered, Tallies};
use super::{Counter, names, words};
use crate::kpi::mapping::RowMapping;

const HOURS: [(&str, &str); 8] = [
    ("paid", "paid_s"),
    ("scheduled", "scheduled_s"),
    ("adherent", "adherent_s"),
    ("staffed", "staffed_s"),
    ("available", "available_s"),
    ("productive", "productive_s"),
    ("handling", "handling_s"),
    ("waiting", "waiting_s"),
];
/// By the words of `absence_cause`.
const CAUSES: [&str; 5] =
    ["shrinkage_leave_s", "shrinkage_training_s", "shrinkage_meeting_s", "shrinkage_break_s", "shrinkage_other_s"];

/// Hours, headcount, leavers, forecasts: a row is an agent's day, a team's day or an interval.
pub(super) struct Workforce {
    delivered: Delivered,
}

impl Workforce {
    pub(super) fn new(rows: &RowMapping) -> Self {
        let mut flows: Vec<&'static str> = HOURS.iter().filter(|pair| rows.has(pair.0)).map(|pair| pair.1).collect();
        flows.extend(names(
            rows,
            &[
                ("absence", &["shrinkage_s"]),
                ("absence_cause", &CAUSES),
                ("leavers", &["leavers"]),
                ("forecast", &["forecast", "forecast_actual", "forecast_error"]),
            ],
        ));
        Self { delivered: Delivered { flows, spreads: Vec::new() } }
    }
}

impl Counter for Workforce {
    fn delivered(&self) -> Delivered {
        self.delivered.clone()
    }

    fn count(&mut self, record: &Record, tallies: &mut Tallies) -> io::Result<()> {
        let (day, place) = (record.stamp.day, record.place);
        tallies.touch(day, place);
        for (field, name) in HOURS {
            if let Some(seconds) = record.number(field) {
                tallies.add(day, place, name, seconds);
            }
        }
        if let Some(seconds) = record.number("absence") {
            tallies.add(day, place, "shrinkage_s", seconds);
            if let Some(name) = record.code("absence_cause").and_then(|cause| CAUSES.get(usize::from(cause))) {
                tallies.add(day, place, name, seconds);
            }
        }
        if let Some(leavers) = record.number("leavers") {
            tallies.add(day, place, "leavers", leavers);
        }
        if let Some(heads) = record.number("headcount") {
            tallies.level(day, place, "headcount", heads);
        }
        // An interval without a forecast, or one still to come, tells nothing about how good forecasts are.
        if let (Some(forecast), Some(actual)) = (record.number("forecast"), record.number("actual")) {
            tallies.add(day, place, "forecast", forecast);
            tallies.add(day, place, "forecast_actual", actual);
            tallies.add(day, place, "forecast_error", (actual - forecast).abs());
        }
        Ok(())
    }
}

/// The measures of an account.
struct Account {
    amounts: &'static [&'static str],
    counts: &'static [&'static str],
}

const fn amounts(amounts: &'static [&'static str]) -> Account {
    Account { amounts, counts: &[] }
}

const fn counts(counts: &'static [&'static str]) -> Account {
    Account { amounts: &[], counts }
}

const REVENUE: u16 = 1;
/// By the words of `account`.
const ACCOUNTS: [Account; 8] = [
    amounts(&["operating_cost_minor"]),
    amounts(&["revenue_minor"]),
    amounts(&["revenue_minor", "new_service_revenue_minor"]),
    amounts(&["compensation_minor"]),
    amounts(&["rework_minor"]),
    counts(&["offers_made"]),
    counts(&["sales"]),
    counts(&[]),
];
/// A service is new for so many days.
const NEW_DAYS: i64 = 365;

/// Amounts by account.
pub(super) struct Finance {
    delivered: Delivered,
}

impl Finance {
    pub(super) fn new(rows: &RowMapping) -> Self {
        let mut flows: Vec<&'static str> = words(rows, "account")
            .into_iter()
            .filter_map(|word| ACCOUNTS.get(usize::from(word)))
            .flat_map(|account| account.amounts.iter().chain(account.counts).copied())
            .collect();
        flows.extend(names(rows, &[("service_since", &["new_service_revenue_minor"])]));
        Self { delivered: Delivered { flows, spreads: Vec::new() } }
    }
}

impl Counter for Finance {
    fn delivered(&self) -> Delivered {
        self.delivered.clone()
    }

    fn check(&self, record: &Record) -> Sound<()> {
        match record.code("account").and_then(|word| ACCOUNTS.get(usize::from(word))) {
            Some(account) if !account.amounts.is_empty() => record.need("amount"),
            Some(account) if !account.counts.is_empty() => record.need("count"),
            _ => Ok(()),
        }
    }

    fn count(&mut self, record: &Record, tallies: &mut Tallies) -> io::Result<()> {
        let (day, place) = (record.stamp.day, record.place);
        let Some(word) = record.code("account") else { return Ok(()) };
        let Some(account) = ACCOUNTS.get(usize::from(word)) else { return Ok(()) };
        if account.amounts.is_empty() && account.counts.is_empty() {
            return Ok(());
        }
        let amount = record.number("amount").unwrap_or(0);
        for name in account.amounts {
            tallies.add(day, place, name, amount);
        }
        for name in account.counts {
            tallies.add(day, place, name, record.number("count").unwrap_or(0));
        }
        let new = record.moment("service_since").is_some_and(|since| (0..NEW_DAYS).contains(&(day - since.day)));
        if word == REVENUE && new {
            tallies.add(day, place, "new_service_revenue_minor", amount);
        }
        Ok(())
    }
}
