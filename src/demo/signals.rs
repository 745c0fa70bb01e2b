//! How the demo's quality manager answers signals: each in the words of what happened, taken from the shipped answers.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::{Stage, calls};
use crate::error::{Error, Result};
use crate::kpi::definition::Definition;
use crate::kpi::vocabulary::SourceKind;
use crate::kpi::{self, Period, Signal, SignalDetail, SignalRule};
use crate::{organisation, shipped};

/// The shipped answers.
#[derive(Deserialize)]
struct Answers {
    outlier: String,
    shift: String,
    same: String,
    #[serde(flatten)]
    lists: BTreeMap<String, Vec<String>>,
}

/// Answers signals in turn, so that no two neighbours read alike.
pub(super) struct Voice {
    answers: Answers,
    taken: HashMap<String, usize>,
    /// Centre, day and subject → name of the KPI and the cause told first.
    told: HashMap<(String, String, &'static str), (String, String)>,
}

/// The kinds of sources that are answered in words of their own, before all that calls tell.
const SUBJECTS: [(SourceKind, &str); 8] = [
    (SourceKind::Complaints, "complaints"),
    (SourceKind::Shipments, "shipments"),
    (SourceKind::Learning, "learning"),
    (SourceKind::Evaluations, "other"),
    (SourceKind::Surveys, "other"),
    (SourceKind::Improvements, "other"),
    (SourceKind::Workforce, "finance"),
    (SourceKind::Finance, "finance"),
];
const CALLS: &str = "calls";
/// The result that left its range and waits for its cycle: the assistant of South China.
const OPEN: (&str, &str) = ("HN", "self_service_containment");

/// What a KPI is about.
fn subject(definition: &Definition) -> &'static str {
    if definition.code == OPEN.1 {
        return "assistant";
    }
    let kinds = definition.sources();
    SUBJECTS.iter().find(|(kind, _)| kinds.contains(kind)).map_or(CALLS, |(_, subject)| subject)
}

impl Voice {
    /// Reads the shipped answers.
    ///
    /// # Errors
    /// When they are not shipped, or cannot be read.
    pub(super) fn read() -> Result<Self> {
        let text = shipped::get("records/signals.yaml").ok_or_else(|| Error::internal("the answers to signals are not shipped"))?;
        let answers = serde_saphyr::from_str(&text).map_err(Error::internal)?;
        Ok(Self { answers, taken: HashMap::new(), told: HashMap::new() })
    }

    /// The answer to a signal; a second one of the same centre, day and subject refers to the first.
    fn words(&mut self, stage: &Stage, signal: &Signal, centre: &str) -> Result<String> {
        let definition = stage.ledger.db.read(|conn| kpi::definition(conn, &signal.code))?.definition;
        let subject = subject(&definition);
        let place = (signal.centre_id.clone(), signal.period.clone(), subject);
        if let Some((kpi, cause)) = self.told.get(&place).filter(|_| signal.rule != SignalRule::Gate) {
            return Ok(self.answers.same.replace("{kpi}", kpi).replace("{cause}", cause));
        }
        let detail: SignalDetail = signal.detail.to()?;
        let higher = detail.centre_line.is_some_and(|line| detail.value > line);
        let good = higher == (definition.direction == "higher");
        let cause = match (signal.rule, subject) {
            (SignalRule::Gate, _) => self.next(&format!("gate-{}", signal.code))?,
            (rule, _) if rule.is_of_month() => self.next(&format!("{subject}-month"))?,
            (_, CALLS) => self.of_calls(stage, signal, centre, good)?,
            (_, subject) => self.next(&format!("{subject}-{}", if good { "better" } else { "worse" }))?,
        };
        self.told.insert(place, (definition.zh.clone(), cause.clone()));
        Ok(cause)
    }

    fn of_calls(&mut self, stage: &Stage, signal: &Signal, centre: &str, good: bool) -> Result<String> {
        let (outlier, shift) = (stage.ago(calls::OUTLIER).to_string(), stage.ago(calls::SHIFT).to_string());
        if centre == "HN" && signal.period == outlier {
            return Ok(self.answers.outlier.clone());
        }
        let waits = signal.code != "aht_s";
        if centre == "HD" && waits && good && signal.period >= shift {
            return Ok(self.answers.shift.clone());
        }
        let single = matches!(signal.rule, SignalRule::Beyond | SignalRule::TwoOfThree);
        self.next(match (single, waits, good) {
            (false, false, true) => "briefer",
            (false, false, false) => "lengthier",
            (false, true, true) => "better",
            (false, true, false) => "worse",
            (true, true, false) => "crowded",
            (true, true, true) => "quiet",
            (true, false, false) => "longer",
            (true, false, true) => "shorter",
        })
    }

    /// The next answer of a list.
    fn next(&mut self, list: &str) -> Result<String> {
        let turn = self.taken.entry(list.to_owned()).or_default();
        let texts = self.answers.lists.get(list).filter(|texts| !texts.is_empty());
        let text = texts.and_then(|texts| texts.get(*turn % texts.len())).cloned();
        *turn += 1;
        text.ok_or_else(|| Error::Internal(format!("no answers for {list}")))
    }

    /// The quality manager answers the signals of the day. One result stays open; and of one centre the latest signal.
    ///
    /// # Errors
    /// When a service refuses.
    pub(super) fn answer(&mut self, stage: &Stage, keep: Option<&str>) -> Result<()> {
        let actor = stage.actor("wangfang")?.clone();
        let (open, centres) = stage.ledger.db.read(|conn| Ok((kpi::open_signals(conn, &actor)?, organisation::centres(conn)?)))?;
        let last_month = Period::month_of(stage.ago(2)).months_away(-1).to_string();
        let mut spared = false;
        for signal in open {
            let centre = centres.iter().find(|centre| centre.id == signal.centre_id).map_or("", |centre| centre.code.as_str());
            if (centre, signal.code.as_str()) == OPEN && signal.period == last_month {
                continue;
            }
            if keep == Some(centre) && signal.code == "abandonment_rate" && !spared {
                spared = true;
                continue;
            }
            let text = self.words(stage, &signal, centre)?;
            stage.write("wangfang", move |tx| kpi::explain(tx, &signal.id, &text).map(|_| ()))?;
        }
        Ok(())
    }
}
