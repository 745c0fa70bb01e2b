//! Rows, commands and pure rules of PDCA cycles.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::db::schema::{cycle_actions, cycle_tests, cycles};
use crate::db::{Instant, Json};
use crate::kpi;
use crate::web::lenient;

crate::text_enum! {
    /// Where a cycle stands.
    Phase {
        /// Problem, cause, baseline, goal and actions are being planned.
        Plan = "plan",
        /// The actions are being carried out.
        Do = "do",
        /// The result is awaited and measured.
        Check = "check",
        /// What follows from it is being decided.
        Act = "act",
        /// Over.
        Closed = "closed",
    }
}

crate::text_enum! {
    /// Where an action stands.
    ActionState {
        /// To be done.
        Open = "open",
        /// Done.
        Done = "done",
        /// Given up, with a reason.
        Dropped = "dropped",
    }
}

crate::text_enum! {
    /// What a cycle ends with.
    ActKind {
        /// The new way becomes a document.
        Standardise = "standardise",
        /// What is left goes into a next cycle.
        CarryOver = "carry_over",
        /// Neither; the conclusion says why.
        None = "none",
    }
}

/// A PDCA cycle.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = cycles, treat_none_as_null = true)]
pub struct Cycle {
    /// Id.
    pub id: String,
    /// `2026-07`: year and serial.
    pub number: String,
    /// Title.
    pub title: String,
    /// What is wrong.
    pub problem: String,
    /// Why it is so; may be empty while planning.
    pub cause: String,
    /// Centre.
    pub centre_id: String,
    /// KPI it is to move.
    pub kpi_code: String,
    /// First day of the baseline.
    pub baseline_from: NaiveDate,
    /// Last day of the baseline.
    pub baseline_to: NaiveDate,
    /// What was measured then ([`Measured`]).
    pub baseline: Json,
    /// Goal in the unit of the KPI.
    pub goal: f64,
    /// By when.
    pub due_on: NaiveDate,
    /// Where it stands.
    pub phase: Phase,
    /// The day from which the actions count as in effect.
    pub acted_on: Option<NaiveDate>,
    /// First day of the check.
    pub check_from: Option<NaiveDate>,
    /// Last day of the check.
    pub check_to: Option<NaiveDate>,
    /// What came of it ([`CheckResult`]).
    pub check_result: Option<Json>,
    /// What is concluded.
    pub conclusion: Option<String>,
    /// What it ends with.
    pub act_kind: Option<ActKind>,
    /// The document that holds the new way.
    pub act_document: Option<String>,
    /// Owner.
    pub owner_id: String,
    /// Owner's name.
    pub owner_name: String,
    /// Opened.
    pub opened_at: Instant,
    /// Plan passed.
    pub do_at: Option<Instant>,
    /// Do passed.
    pub check_at: Option<Instant>,
    /// Check passed.
    pub act_at: Option<Instant>,
    /// Closed.
    pub closed_at: Option<Instant>,
    /// Counts changes.
    pub row_version: i64,
}

crate::fact_table!(Cycle, cycles, 1, key id);

impl Cycle {
    /// How people call it: `2026-07 Title`.
    pub fn label(&self) -> String {
        format!("{} {}", self.number, self.title)
    }

    /// Overdue: not closed after its due date.
    pub fn overdue(&self, today: NaiveDate) -> bool {
        self.phase != Phase::Closed && self.due_on < today
    }
}

/// An action of a cycle.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = cycle_actions, treat_none_as_null = true)]
pub struct Action {
    /// Id.
    pub id: String,
    /// Cycle.
    pub cycle_id: String,
    /// Place in the list, from 1.
    pub ordinal: i64,
    /// What is to be done.
    pub title: String,
    /// Who does it.
    pub owner_id: String,
    /// Their name.
    pub owner_name: String,
    /// By when.
    pub due_on: NaiveDate,
    /// Where it stands.
    pub state: ActionState,
    /// The day it was done or given up.
    pub done_on: Option<NaiveDate>,
    /// What was done, or why it was given up.
    pub note: Option<String>,
    /// Counts changes.
    pub row_version: i64,
}

crate::fact_table!(Action, cycle_actions, 1, key id);

crate::text_enum! {
    /// Which way a change is wanted.
    Direction {
        /// More.
        Higher = "higher",
        /// Less.
        Lower = "lower",
    }
}

/// The test of a cycle: what was fixed before anybody acted, and in the Check phase what it said.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = cycle_tests, treat_none_as_null = true)]
pub struct CycleTest {
    /// Id.
    pub id: String,
    /// Cycle.
    pub cycle_id: String,
    /// Which way a change is wanted.
    pub direction: Direction,
    /// The smallest change that is worth while, in the unit of the KPI.
    pub worth: f64,
    /// Days that the check takes at least.
    pub check_days: Option<i64>,
    /// The test, by the kind of the KPI's data.
    pub kind: kpi::TestKind,
    /// When it was fixed: as the cycle left its plan.
    pub fixed_at: Option<Instant>,
    /// What it said ([`kpi::Judgement`]).
    pub judgement: Option<Json>,
    /// When.
    pub judged_at: Option<Instant>,
    /// Counts changes.
    pub row_version: i64,
}

crate::fact_table!(CycleTest, cycle_tests, 1, key id);

/// A value of the KPI as it was measured, with its inputs; figures in the KPI's unit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// In the unit; none = no data.
    pub value: Option<f64>,
    /// 95 % interval in the unit.
    pub interval: Option<[f64; 2]>,
    /// What is divided.
    pub numerator: i64,
    /// What it is divided by.
    pub denominator: i64,
    /// Contacts behind it.
    pub n: i64,
    /// Version of the definition.
    pub definition_version: i64,
    /// Numbers of the batches behind it.
    pub batches: Vec<i64>,
}

crate::text_enum! {
    /// What can be said of before and after. It never says why.
    Verdict {
        /// Changed in the wanted direction.
        Better = "better",
        /// Changed in the other direction.
        Worse = "worse",
        /// The interval of the difference holds zero.
        Unclear = "unclear",
    }
}

/// Before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckResult {
    /// The baseline.
    pub before: Measured,
    /// The check.
    pub after: Measured,
    /// After less before.
    pub difference: f64,
    /// 95 % interval of the difference.
    pub interval: Option<[f64; 2]>,
    /// The goal is reached.
    pub met: bool,
    /// What can be said.
    pub verdict: Verdict,
}

/// Whether more or less is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// More.
    Higher,
    /// Less.
    Lower,
}

impl From<Direction> for Wanted {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Higher => Self::Higher,
            Direction::Lower => Self::Lower,
        }
    }
}

impl Wanted {
    /// By the definition's direction; a band is read by where goal and baseline stand.
    pub fn of(direction: &str, before: f64, goal: f64) -> Self {
        match direction {
            "higher" => Self::Higher,
            "lower" => Self::Lower,
            _ if goal >= before => Self::Higher,
            _ => Self::Lower,
        }
    }
}

/// Compares before and after.
pub fn compare(before: &Measured, after: &Measured, goal: f64, wanted: Wanted) -> Option<CheckResult> {
    let (old, new) = (before.value?, after.value?);
    let difference = new - old;
    let interval = before.interval.zip(after.interval).map(|(before, after)| {
        let (_, (low, high)) = kpi::difference((old, before.into()), (new, after.into()));
        [low, high]
    });
    let verdict = match interval {
        Some([low, _]) if low > 0.0 => {
            if wanted == Wanted::Higher {
                Verdict::Better
            } else {
                Verdict::Worse
            }
        }
        Some([_, high]) if high < 0.0 => {
            if wanted == Wanted::Lower {
                Verdict::Better
            } else {
                Verdict::Worse
            }
        }
        _ => Verdict::Unclear,
    };
    let met = if wanted == Wanted::Higher { new >= goal } else { new <= goal };
    Some(CheckResult { before: before.clone(), after: after.clone(), difference, interval, met, verdict })
}

/// Opening a cycle.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenCycle {
    /// Title.
    pub title: String,
    /// What is wrong.
    pub problem: String,
    /// Why it is so.
    #[serde(default)]
    pub cause: String,
    /// Code of the centre.
    pub centre: String,
    /// KPI it is to move.
    pub kpi: String,
    /// First day of the baseline.
    pub baseline_from: NaiveDate,
    /// Last day of the baseline.
    pub baseline_to: NaiveDate,
    /// Goal in the KPI's unit.
    #[serde(deserialize_with = "lenient::float")]
    pub goal: f64,
    /// By when.
    pub due_on: NaiveDate,
    /// Owner's id; none = who opens it.
    pub owner_id: Option<String>,
    /// The signal it answers.
    pub signal: Option<String>,
    /// Which way a change is wanted; none = by the KPI's definition.
    #[serde(default)]
    pub direction: Option<Direction>,
    /// The smallest change that is worth while, in the KPI's unit; none = any.
    #[serde(default, deserialize_with = "kpi::optional_number")]
    pub worth: Option<f64>,
    /// Days that the check takes at least.
    #[serde(default, deserialize_with = "optional_days")]
    pub check_days: Option<i64>,
}

fn optional_days<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    lenient::integer(deserializer).map(Some)
}

/// Changing the plan while the cycle is in its first phase.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePlan {
    /// Title.
    pub title: String,
    /// What is wrong.
    pub problem: String,
    /// Why it is so.
    #[serde(default)]
    pub cause: String,
    /// First day of the baseline.
    pub baseline_from: NaiveDate,
    /// Last day of the baseline.
    pub baseline_to: NaiveDate,
    /// Goal in the KPI's unit.
    #[serde(deserialize_with = "lenient::float")]
    pub goal: f64,
    /// By when.
    pub due_on: NaiveDate,
    /// Which way a change is wanted; none = by the KPI's definition.
    #[serde(default)]
    pub direction: Option<Direction>,
    /// The smallest change that is worth while, in the KPI's unit; none = any.
    #[serde(default, deserialize_with = "kpi::optional_number")]
    pub worth: Option<f64>,
    /// Days that the check takes at least.
    #[serde(default, deserialize_with = "optional_days")]
    pub check_days: Option<i64>,
    /// The state that was seen.
    #[serde(deserialize_with = "lenient::integer")]
    pub row_version: i64,
}

/// Adding an action.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddAction {
    /// What is to be done.
    pub title: String,
    /// Who does it.
    pub owner_id: String,
    /// By when.
    pub due_on: NaiveDate,
}

/// Ending an action: what was done, or why it is given up.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndAction {
    /// What was done, or why not.
    #[serde(default)]
    pub note: String,
}

/// Plan → do.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PassPlan {
    /// The state that was seen.
    #[serde(deserialize_with = "lenient::integer")]
    pub row_version: i64,
}

/// Do → check.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PassDo {
    /// The day from which the actions count as in effect.
    pub acted_on: NaiveDate,
    /// The state that was seen.
    #[serde(deserialize_with = "lenient::integer")]
    pub row_version: i64,
}

/// Check → act.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PassCheck {
    /// First day of the check.
    pub check_from: NaiveDate,
    /// Last day of the check.
    pub check_to: NaiveDate,
    /// The state that was seen.
    #[serde(deserialize_with = "lenient::integer")]
    pub row_version: i64,
}

/// Act → closed.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Close {
    /// What it ends with.
    pub act_kind: ActKind,
    /// Code of the document that holds the new way; needed to standardise.
    pub act_document: Option<String>,
    /// What is concluded, and what is carried over.
    #[serde(default)]
    pub conclusion: String,
    /// The state that was seen.
    #[serde(deserialize_with = "lenient::integer")]
    pub row_version: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(successes: i64, trials: i64) -> Measured {
        let (low, high) = crate::kpi::statistics::wilson(successes.unsigned_abs(), trials.unsigned_abs(), 0.95).unwrap();
        Measured { value: Some(successes as f64 / trials as f64), interval: Some([low, high]), ..Measured::default() }
    }

    #[test]
    fn the_difference_of_two_shares_has_newcombes_interval() {
        // Newcombe 1998, example (a): 56/70 less 48/80, method 10: 0.0524 to 0.3339.
        let result = compare(&share(48, 80), &share(56, 70), 0.75, Wanted::Higher).unwrap();
        let [low, high] = result.interval.unwrap();
        assert!((result.difference - 0.2).abs() < 1e-12);
        assert!((low - 0.0524).abs() < 5e-5 && (high - 0.3339).abs() < 5e-5, "{low} {high}");
        assert_eq!((result.verdict, result.met), (Verdict::Better, true));
    }

    #[test]
    fn an_interval_that_holds_zero_says_nothing() {
        let result = compare(&share(48, 80), &share(50, 80), 0.9, Wanted::Higher).unwrap();
        assert_eq!((result.verdict, result.met), (Verdict::Unclear, false));
        assert_eq!(compare(&share(48, 80), &share(60, 80), 0.5, Wanted::Lower).unwrap().verdict, Verdict::Worse);
        assert_eq!(compare(&Measured::default(), &share(1, 2), 0.5, Wanted::Lower), None);
    }
}
