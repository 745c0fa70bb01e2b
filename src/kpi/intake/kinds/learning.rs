//! Learning: first attempts at tests, training, and from the spans of employment, certificates and skills how many agents were active,
//! certified and multi-skilled on each day.
//!
//! Stocks are counted on every day of the last year that the data reach, and on the last day of each month before.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use ahash::AHashMap;
use chrono::Datelike;

use super::super::error::RowProblem;
use super::super::records::{Place, Record};
use super::super::rows::{Sound, fault};
use super::super::tally::{Delivered, Tallies, date};
use super::{Counter, names, words};
use crate::kpi::mapping::RowMapping;

const TEST: u16 = 0;
const TRAINING: u16 = 1;
const CERTIFICATE: u16 = 2;
const SKILL: u16 = 3;
const EMPLOYMENT: u16 = 4;
/// Stocks are counted daily so far back.
const DAILY: i64 = 366;
/// And monthly so far back: ten years.
const MONTHLY: i64 = 3660;

#[derive(Default)]
struct Agent {
    employed: Vec<(i64, i64)>,
    certified: Vec<(i64, i64)>,
    skills: Vec<(i64, i64, u128)>,
}

struct Attempt {
    order: (i64, u64),
    day: i64,
    place: Place,
    passed: Option<bool>,
    score: Option<i64>,
}

pub(super) struct Learning {
    delivered: Delivered,
    sorts: Vec<u16>,
    attempts: bool,
    agents: BTreeMap<(Place, u128), Agent>,
    /// The first attempt of each agent at each test, when the file does not number them.
    first: AHashMap<(u128, u128), Attempt>,
    /// Who waits for the sign-off: day hired, and day left.
    learning: Vec<(Place, i64, Option<i64>)>,
}

impl Learning {
    pub(super) fn new(rows: &RowMapping) -> Self {
        let sorts = words(rows, "record");
        let (mut flows, mut spreads) = (Vec::new(), Vec::new());
        if sorts.contains(&TEST) {
            flows.push("tests_first");
            flows.extend(names(rows, &[("passed", &["tests_first_passed"])]));
            spreads.extend(names(rows, &[("score", &["test_score"])]));
        }
        if sorts.contains(&TRAINING) {
            flows.extend(names(rows, &[("hours", &["training_s"])]));
        }
        if sorts.contains(&EMPLOYMENT) {
            spreads.extend(names(rows, &[("signed_off", &["proficiency_days", "proficiency_open_days"])]));
        }
        Self {
            delivered: Delivered { flows, spreads },
            attempts: rows.has("attempt"),
            sorts,
            agents: BTreeMap::new(),
            first: AHashMap::new(),
            learning: Vec::new(),
        }
    }

    fn test(&mut self, record: &Record, tallies: &mut Tallies) {
        let (day, place) = (record.stamp.day, record.place);
        tallies.touch(day, place);
        let attempt = Attempt {
            order: (record.stamp.seconds(), record.number),
            day,
            place,
            passed: record.flag("passed"),
            score: record.number("score"),
        };
        if self.attempts {
            if record.number("attempt") == Some(1) {
                attempt.count(tallies);
            }
            return;
        }
        let key = (record.text("agent").unwrap_or_default(), record.text("test").unwrap_or_default());
        match self.first.get(&key) {
            Some(known) if known.order <= attempt.order => {}
            _ => drop(self.first.insert(key, attempt)),
        }
    }

    fn employment(&mut self, record: &Record, tallies: &mut Tallies) {
        let (hired, place) = (record.stamp.day, record.place);
        match record.moment("signed_off") {
            Some(signed) => {
                tallies.happened(signed);
                tallies.spread(signed.day, place, "proficiency_days", signed.day - hired);
            }
            None if self.delivered.spreads.contains(&"proficiency_open_days") => {
                self.learning.push((place, hired, record.moment("until").map(|left| left.day)));
            }
            None => {}
        }
    }
}

impl Attempt {
    fn count(&self, tallies: &mut Tallies) {
        tallies.add(self.day, self.place, "tests_first", 1);
        if let Some(passed) = self.passed {
            tallies.add(self.day, self.place, "tests_first_passed", i64::from(passed));
        }
        if let Some(score) = self.score {
            tallies.spread(self.day, self.place, "test_score", score);
        }
    }
}

impl Counter for Learning {
    fn delivered(&self) -> Delivered {
        self.delivered.clone()
    }

    fn check(&self, record: &Record) -> Sound<()> {
        match record.code("record") {
            Some(TEST) if self.attempts => record.need("attempt"),
            Some(TEST | CERTIFICATE | EMPLOYMENT) => record.need("agent"),
            Some(SKILL) => record.need("agent").and_then(|()| record.need("skill")),
            Some(TRAINING) => record.need("hours"),
            _ => Ok(()),
        }?;
        match record.moment("until") {
            Some(until) if until.day < record.stamp.day => fault(record.column("until"), RowProblem::Before { field: "stamp" }),
            _ => Ok(()),
        }
    }

    fn count(&mut self, record: &Record, tallies: &mut Tallies) -> io::Result<()> {
        let (from, to) = (record.stamp.day, record.moment("until").map_or(i64::MAX, |until| until.day));
        let agent = record.text("agent").unwrap_or_default();
        match record.code("record") {
            Some(TEST) => self.test(record, tallies),
            Some(TRAINING) => tallies.add(from, record.place, "training_s", record.number("hours").unwrap_or(0)),
            Some(CERTIFICATE) => self.agents.entry((record.place, agent)).or_default().certified.push((from, to)),
            Some(SKILL) => {
                let skill = record.text("skill").unwrap_or_default();
                self.agents.entry((record.place, agent)).or_default().skills.push((from, to, skill));
            }
            Some(EMPLOYMENT) => {
                self.employment(record, tallies);
                self.agents.entry((record.place, agent)).or_default().employed.push((from, to));
            }
            _ => {}
        }
        Ok(())
    }

    fn finish(self: Box<Self>, tallies: &mut Tallies) -> io::Result<()> {
        let Some(reach) = tallies.reach() else { return Ok(()) };
        for attempt in self.first.values() {
            attempt.count(tallies);
        }
        for (place, hired, left) in &self.learning {
            let end = left.filter(|left| *left <= reach).unwrap_or(reach);
            if end >= *hired {
                tallies.spread(end, *place, "proficiency_open_days", end - hired);
            }
        }
        let counts = |sort: u16| self.sorts.contains(&sort);
        let spans = self.agents.values().flat_map(|agent| {
            agent.employed.iter().chain(&agent.certified).copied().chain(agent.skills.iter().map(|skill| (skill.0, skill.1)))
        });
        let Some(first) = spans.map(|span| span.0).min() else { return Ok(()) };
        let places: BTreeSet<Place> = self.agents.keys().map(|key| key.0).collect();
        for day in days(first, reach) {
            let mut stocks: BTreeMap<Place, [i64; 3]> = places.iter().map(|place| (*place, [0; 3])).collect();
            for ((place, _), agent) in &self.agents {
                let stock = stocks.entry(*place).or_default();
                agent.count(day, counts(EMPLOYMENT), stock);
            }
            for (place, [active, certified, skilled]) in stocks {
                for (sort, name, count) in [
                    (EMPLOYMENT, "agents_active", active),
                    (CERTIFICATE, "agents_certified", certified),
                    (SKILL, "agents_multi_skilled", skilled),
                ] {
                    if counts(sort) {
                        tallies.level(day, place, name, count);
                    }
                }
            }
        }
        Ok(())
    }
}

impl Agent {
    /// Adds the agent to the stocks of a day. Where the file tells who is employed, only those are counted.
    fn count(&self, day: i64, employments: bool, [active, certified, skilled]: &mut [i64; 3]) {
        let on = |spans: &[(i64, i64)]| spans.iter().any(|span| (span.0..=span.1).contains(&day));
        if employments && !on(&self.employed) {
            return;
        }
        *active += 1;
        *certified += i64::from(on(&self.certified));
        let skills: BTreeSet<u128> =
            self.skills.iter().filter(|skill| (skill.0..=skill.1).contains(&day)).map(|skill| skill.2).collect();
        *skilled += i64::from(skills.len() >= 2);
    }
}

/// The days on which stocks are counted.
fn days(first: i64, reach: i64) -> Vec<i64> {
    let monthly = |day: &i64| date(day + 1).day() == 1;
    let start = first.max(reach - MONTHLY);
    (start..=reach).filter(|day| *day > reach - DAILY || monthly(day)).collect()
}
