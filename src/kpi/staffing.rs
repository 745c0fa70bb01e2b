//! How many agents a queue needs: a question of "what if", answered by Erlang's formulas and never stored.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

use super::statistics::erlang::{Goal, Impatient, Load, Waiting, erlang_b, staffing};
use crate::error::{Error, Problem, Result};

/// The fields of a question: name, what stands there at first, least and most that is answered.
pub const FIELDS: [(&str, &str, f64, f64); 9] = [
    ("contacts", "100", 0.1, 100_000.0),
    ("minutes", "30", 1.0, 1440.0),
    ("handle", "180", 1.0, 86_400.0),
    ("level", "80", 1.0, 99.9),
    ("threshold", "20", 0.0, 86_400.0),
    ("occupancy", "85", 10.0, 100.0),
    ("shrinkage", "30", 0.0, 90.0),
    ("patience", "", 1.0, 86_400.0),
    ("blocked", "1", 0.01, 50.0),
];
/// Above this load, in erlang, one queue is planned in parts.
const HEAVIEST: f64 = 2000.0;
/// Staffings shown on each side of the answer.
const AROUND: u32 = 5;

/// Contacts, goal and patience.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Question {
    /// What arrives.
    pub load: Load,
    /// What has to be reached.
    pub goal: Goal,
    /// How long people wait on average before they give up, in seconds; none when it is not known.
    pub patience_s: Option<f64>,
    /// Highest share of contacts that may find all lines busy.
    pub blocked: f64,
}

/// One staffing and the queue it gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Agents at their desks.
    pub agents: u32,
    /// Agents on the roster.
    pub rostered: u32,
    /// Nobody gives up (Erlang C); none where the queue grows without end.
    pub patient: Option<Waiting>,
    /// People give up (Erlang A); none without a patience.
    pub impatient: Option<Impatient>,
    /// It reaches the goal.
    pub reaches: bool,
}

/// The fewest agents that reach the goal, and their neighbours.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Offered load in erlang.
    pub erlang: f64,
    /// The fewest agents that reach the goal when nobody gives up.
    pub patient: u32,
    /// The fewest agents that reach it: with the patience given, else as above.
    pub agents: u32,
    /// The staffings around it.
    pub rows: Vec<Row>,
    /// Lines with which at most the share wanted finds all of them busy: those that talk and those that wait.
    pub lines: u32,
}

impl Question {
    /// Reads what was typed; a field left out has its first value.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming every field that is no number or out of its range.
    pub fn read(typed: &BTreeMap<String, String>) -> Result<Self> {
        let mut problems = Vec::new();
        let read = FIELDS.map(|(name, first, least, most)| {
            let text = typed.get(name).map_or(first, |text| text.trim());
            let value = text.nfkc().collect::<String>().parse::<f64>().ok().filter(|value| (least..=most).contains(value));
            if value.is_none() && !(text.is_empty() && name == "patience") {
                problems.push(Problem::field(name, "number-range").with("least", least).with("most", most));
            }
            value
        });
        let [contacts, minutes, handle, level, threshold, occupancy, shrinkage, patience_s, blocked] = read;
        let number = |value: Option<f64>| value.unwrap_or_default();
        let load = Load::of(number(contacts), number(minutes) * 60.0, number(handle));
        if problems.is_empty() && load.erlang() > HEAVIEST {
            problems.push(Problem::field("contacts", "staffing-load").with("most", HEAVIEST));
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let share = |value: Option<f64>| number(value) / 100.0;
        let goal = Goal {
            service_level: share(level),
            threshold_s: number(threshold),
            occupancy: share(occupancy),
            shrinkage: share(shrinkage),
        };
        Ok(Self { load, goal, patience_s, blocked: share(blocked) })
    }

    /// Answers it; none for a goal that no number of agents reaches.
    #[must_use]
    pub fn answer(&self) -> Option<Answer> {
        let patient = staffing(self.load, self.goal)?.agents;
        let agents = if self.patience_s.is_some() { self.fewest()? } else { patient };
        let rows = (agents.saturating_sub(AROUND).max(1)..=agents + AROUND).map(|agents| self.row(agents)).collect();
        Some(Answer { erlang: self.load.erlang(), patient, agents, rows, lines: self.lines(agents) })
    }

    fn row(&self, agents: u32) -> Row {
        let patient = Waiting::of(self.load, agents);
        let impatient = self.patience_s.and_then(|patience_s| Impatient::of(self.load, agents, patience_s));
        let threshold = self.goal.threshold_s;
        let (level, occupancy) = match (&impatient, &patient) {
            (Some(queue), _) => (queue.answered_within(threshold), queue.occupancy),
            (None, Some(queue)) if self.patience_s.is_none() => (queue.within(threshold), queue.occupancy()),
            _ => (0.0, 1.0),
        };
        let reaches = level >= self.goal.service_level && occupancy <= self.goal.occupancy;
        // A whole number that rounding left a hair above itself stays itself.
        let rostered = (f64::from(agents) / (1.0 - self.goal.shrinkage) - 1e-9).ceil() as u32;
        Row { agents, rostered, patient, impatient, reaches }
    }

    /// More agents never make it worse: the step is found by halving.
    fn fewest(&self) -> Option<u32> {
        let (mut fails, mut reaches) = (0, 1);
        while !self.row(reaches).reaches {
            fails = reaches;
            reaches = reaches.checked_mul(2).filter(|agents| *agents <= 65_536)?;
        }
        while reaches - fails > 1 {
            let middle = u32::midpoint(fails, reaches);
            if self.row(middle).reaches { reaches = middle } else { fails = middle }
        }
        Some(reaches)
    }

    fn lines(&self, agents: u32) -> u32 {
        let row = self.row(agents);
        let wait = row.impatient.map(|queue| queue.mean_wait_s).or(row.patient.map(Waiting::asa_s)).unwrap_or_default();
        let held = Load { handle_s: self.load.handle_s + wait, ..self.load }.erlang();
        (1..).find(|lines| erlang_b(held, *lines) <= self.blocked).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_example_of_pyworkforce() {
        let answer = Question::read(&asked(&[])).unwrap().answer().unwrap();
        let row = answer.rows.iter().find(|row| row.agents == answer.agents).unwrap();
        assert_eq!((answer.agents, row.rostered, answer.patient), (14, 20, 14));
        let queue = row.patient.unwrap();
        assert!((queue.within(20.0) - 0.888_350_019_179_466_9).abs() < 1e-12 && row.reaches);
        assert!((queue.waits - 0.174_131_933_595_049_8).abs() < 1e-12);
        assert!(answer.rows.iter().all(|row| row.reaches == (row.agents >= 14)));
        // With fewer than ten agents ten erlang pile up.
        assert!(answer.rows.iter().all(|row| row.patient.is_some() == (row.agents > 10)));
        assert!(erlang_b(10.0, answer.lines) <= 0.01 && answer.lines > 14, "{}", answer.lines);
    }

    #[test]
    fn who_gives_up_needs_fewer_agents() {
        // Garnett, Mandelbaum, Reiman 2002: 48 contacts a minute of one minute, 50 agents, patience of two minutes.
        let typed = [("contacts", "48"), ("minutes", "1"), ("handle", "60"), ("occupancy", "100"), ("patience", "120")];
        let answer = Question::read(&asked(&typed)).unwrap().answer().unwrap();
        assert!(answer.agents < answer.patient, "{} {}", answer.agents, answer.patient);
        let fifty = answer.rows.iter().find(|row| row.agents == 50).unwrap();
        assert!((fifty.impatient.as_ref().unwrap().abandons - 0.030_912).abs() < 1e-5);
    }

    #[test]
    fn every_wrong_field_is_named() {
        let typed = [("contacts", "many"), ("level", "100"), ("patience", "-3"), ("handle", "１８０")];
        let Err(Error::Invalid(problems)) = Question::read(&asked(&typed)) else { panic!("refused") };
        assert_eq!(problems.iter().map(|problem| problem.field.as_str()).collect::<Vec<_>>(), ["contacts", "level", "patience"]);
        let heavy = Question::read(&asked(&[("contacts", "100000"), ("minutes", "1")]));
        assert!(matches!(heavy, Err(Error::Invalid(problems)) if problems[0].code == "staffing-load"));
    }
}
