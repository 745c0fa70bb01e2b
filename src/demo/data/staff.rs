//! Who works at the demo's centres: every place has somebody, and who leaves hands over to a successor.

use chrono::{NaiveDate, TimeDelta};

use super::centres::CENTRES;
use super::{Span, after};

/// Somebody at a place.
pub(super) struct Agent {
    /// Which of the centre's people, from 1.
    pub(super) number: usize,
    /// Which of its places, from 1.
    pub(super) place: usize,
    pub(super) from: NaiveDate,
    /// Their last day; none while they are there.
    pub(super) until: Option<NaiveDate>,
}

impl Agent {
    pub(super) fn is_there(&self, day: NaiveDate) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }
}

/// The people of a centre, as the whole story knows them.
pub(super) fn agents(place: usize, span: Span) -> Vec<Agent> {
    let centre = &CENTRES[place];
    let first = |number: usize| Agent { number, place: number, from: span.start, until: None };
    let mut agents: Vec<Agent> = (1..=centre.heads).map(first).collect();
    for (turn, ago) in centre.leavers.iter().enumerate() {
        let last = span.today - TimeDelta::days(*ago);
        // A different place each time, so that all who leave were there.
        if let Some(agent) = agents.get_mut(turn * 2 + 1) {
            agent.until = Some(last);
            let place = agent.place;
            agents.push(Agent { number: agents.len() + 1, place, from: after(last, 1), until: None });
        }
    }
    agents
}

/// How many are there on a day.
pub(super) fn headcount(place: usize, span: Span, day: NaiveDate) -> usize {
    agents(place, span).iter().filter(|agent| agent.is_there(day)).count()
}

/// How many left in the week that ends on a day.
pub(super) fn leavers(place: usize, span: Span, day: NaiveDate) -> usize {
    let left = |agent: &&Agent| agent.until.is_some_and(|until| (0..7).contains(&(day - until).num_days()));
    agents(place, span).iter().filter(left).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_again_and_everybody_who_leaves_is_counted_once() {
        let today: NaiveDate = "2026-11-21".parse().unwrap();
        let start = today - TimeDelta::days(430);
        let span = Span { from: start, to: today, start, today };
        for (place, centre) in CENTRES.iter().enumerate() {
            let fridays = start.iter_days().step_by(7).take_while(|day| *day <= today);
            assert_eq!(fridays.map(|day| leavers(place, span, day)).sum::<usize>(), centre.leavers.len());
            assert!(start.iter_days().take(430).all(|day| headcount(place, span, day) == centre.heads));
            assert_eq!(agents(place, span).len(), centre.heads + centre.leavers.len());
        }
    }
}
