//! How the demo's quality manager answers signals: each in the words of what happened, taken from the shipped answers.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::{Stage, calls};
use crate::error::{Error, Result};
use crate::kpi::{self, Signal, SignalDetail, SignalRule};
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
    taken: HashMap<&'static str, usize>,
    /// Centre and day → name of the KPI and the cause told first.
    told: HashMap<(String, String), (String, String)>,
}

impl Voice {
    /// Reads the shipped answers.
    ///
    /// # Errors
    /// When they are damaged: a fault of ours.
    pub(super) fn read() -> Result<Self> {
        let text = shipped::get("records/signals.yaml").ok_or_else(|| Error::internal("the demo's answers are not shipped"))?;
        let answers = serde_saphyr::from_str(&text).map_err(Error::internal)?;
        Ok(Self { answers, taken: HashMap::new(), told: HashMap::new() })
    }

    /// The answer to a signal; a second one of the same centre and day refers to the first.
    fn words(&mut self, stage: &Stage, signal: &Signal, centre: &str) -> Result<String> {
        let name = stage.ledger.db.read(|conn| kpi::definition(conn, &signal.code))?.definition;
        let place = (signal.centre_id.clone(), signal.period.clone());
        if let Some((kpi, cause)) = self.told.get(&place) {
            return Ok(self.answers.same.replace("{kpi}", kpi).replace("{cause}", cause));
        }
        let detail: SignalDetail = signal.detail.to()?;
        let higher = detail.centre_line.is_some_and(|line| detail.value > line);
        let good = higher == (name.direction == "higher");
        let cause = self.cause(stage, signal, centre, good)?;
        self.told.insert(place, (name.zh.clone(), cause.clone()));
        Ok(cause)
    }

    fn cause(&mut self, stage: &Stage, signal: &Signal, centre: &str, good: bool) -> Result<String> {
        let (outlier, shift) = (stage.ago(calls::OUTLIER).to_string(), stage.ago(calls::SHIFT).to_string());
        if centre == "HN" && signal.period == outlier {
            return Ok(self.answers.outlier.clone());
        }
        let waits = signal.code != "aht_s";
        if centre == "HD" && waits && good && signal.period >= shift {
            return Ok(self.answers.shift.clone());
        }
        let single = matches!(signal.rule, SignalRule::Beyond | SignalRule::TwoOfThree);
        let list = match (single, waits, good) {
            (false, false, true) => "briefer",
            (false, false, false) => "lengthier",
            (false, true, true) if !signal.rule.is_of_month() => "better",
            (false, true, _) => "worse",
            (true, true, false) => "crowded",
            (true, true, true) => "quiet",
            (true, false, false) => "longer",
            (true, false, true) => "shorter",
        };
        let turn = self.taken.entry(list).or_default();
        let texts = self.answers.lists.get(list).filter(|texts| !texts.is_empty());
        let text = texts.and_then(|texts| texts.get(*turn % texts.len())).cloned();
        *turn += 1;
        text.ok_or_else(|| Error::Internal(format!("no answers for {list}")))
    }

    /// The quality manager answers the signals of the day, except those of one centre, of which the latest stays open.
    ///
    /// # Errors
    /// When a service refuses.
    pub(super) fn answer(&mut self, stage: &Stage, keep: Option<&str>) -> Result<()> {
        let actor = stage.actor("wangfang")?.clone();
        let (open, centres) = stage.ledger.db.read(|conn| Ok((kpi::open_signals(conn, &actor)?, organisation::centres(conn)?)))?;
        let mut spared = false;
        for signal in open {
            let centre = centres.iter().find(|centre| centre.id == signal.centre_id).map_or("", |centre| centre.code.as_str());
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
