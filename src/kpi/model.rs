//! Rows of the KPI slice. Facts: definitions, profiles, targets, batches, signals. Derived: measures and cells, made again from the kept
//! file and its mapping by [`super::rebuild`].

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::control::{ChartKind, Grain};
use super::statistics::Rule;
use crate::db::schema::{
    kpi_applicability, kpi_batches, kpi_cells, kpi_definitions, kpi_measures, kpi_months, kpi_phases, kpi_profiles, kpi_scorecards,
    kpi_signals, kpi_targets, kpi_unjudged,
};
use crate::db::{Instant, Json};
use crate::organisation::CentreType;

crate::text_enum! {
    /// What became of an import batch.
    BatchState {
        /// Its measures count.
        Committed = "committed",
        /// Another batch took its place.
        Replaced = "replaced",
        /// Taken back.
        Undone = "undone",
    }
}

crate::text_enum! {
    /// What became of a signal.
    SignalState {
        /// Waits for an explanation or a cycle.
        Open = "open",
        /// Explained in words.
        Explained = "explained",
        /// A PDCA cycle was opened from it.
        Cycle = "cycle",
        /// Nothing asks for an answer any more: the data that it came of were taken back or corrected.
        Withdrawn = "withdrawn",
    }
}

crate::text_enum! {
    /// Why a signal was raised.
    SignalRule {
        /// The monthly result is outside its allowed range.
        Range = "range",
        /// One daily point beyond the frozen control limits (Nelson rule 1).
        Beyond = "beyond",
        /// Nine daily points in a row on one side of the frozen centre (Nelson rule 2).
        Run = "run",
        /// The month opens a gate, whatever the total of the card.
        Gate = "gate",
        /// Six points in a row rising or falling (Nelson 3).
        Trend = "trend",
        /// Fourteen points going up and down in turn (Nelson 4).
        Alternating = "alternating",
        /// Two of three points beyond two sigma on one side (Nelson 5, Western Electric 2).
        TwoOfThree = "two_of_three",
        /// Four of five points beyond one sigma on one side (Nelson 6, Western Electric 3).
        FourOfFive = "four_of_five",
        /// Fifteen points within one sigma (Nelson 7).
        Within = "within",
        /// Eight points beyond one sigma on either side (Nelson 8).
        Outside = "outside",
        /// Eight points in a row on one side (Western Electric 4).
        RunOfEight = "run_of_eight",
    }
}

impl SignalRule {
    /// The rule of a control chart as a reason for a signal.
    pub fn of(rule: Rule) -> Self {
        match rule {
            Rule::BeyondLimits => Self::Beyond,
            Rule::NineOnOneSide => Self::Run,
            Rule::EightOnOneSide => Self::RunOfEight,
            Rule::SixTrending => Self::Trend,
            Rule::FourteenAlternating => Self::Alternating,
            Rule::TwoOfThreeBeyondTwo => Self::TwoOfThree,
            Rule::FourOfFiveBeyondOne => Self::FourOfFive,
            Rule::FifteenWithinOne => Self::Within,
            Rule::EightBeyondOne => Self::Outside,
        }
    }

    /// A month against what management allows, not a point against its process.
    pub fn is_of_month(self) -> bool {
        matches!(self, Self::Range | Self::Gate)
    }
}

/// A KPI definition in one version.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = kpi_definitions)]
pub struct DefinitionRow {
    /// Id.
    pub id: String,
    /// Stable code, for example `service_level`.
    pub code: String,
    /// Version, from 1.
    pub version: i64,
    /// Family code.
    pub family: String,
    /// Name in Chinese.
    pub name: String,
    /// Name in English.
    pub name_en: String,
    /// Unit of target, floor and band.
    pub unit: String,
    /// `higher`, `lower` or `band`.
    pub direction: String,
    /// The whole definition ([`super::pack::Definition`]).
    pub body: Json,
    /// The version that counts.
    pub in_force: bool,
    /// Counts changes.
    pub row_version: i64,
}

crate::fact_table!(DefinitionRow, kpi_definitions, 1, key id);

/// The profile of a centre type in one version.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = kpi_profiles)]
pub struct ProfileRow {
    /// Id.
    pub id: String,
    /// Centre type.
    pub centre_type: CentreType,
    /// Version, from 1.
    pub version: i64,
    /// Families and weights ([`super::pack::Profile`]).
    pub body: Json,
    /// The version that counts.
    pub in_force: bool,
    /// Counts changes.
    pub row_version: i64,
}

crate::fact_table!(ProfileRow, kpi_profiles, 1, key id);

/// A centre's own target for a KPI, from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = kpi_targets)]
pub struct TargetRow {
    /// Id.
    pub id: String,
    /// KPI code.
    pub code: String,
    /// Centre.
    pub centre_id: String,
    /// First day on which it counts.
    pub starts_on: NaiveDate,
    /// Target and floor, or the band ([`super::pack::Limits`]).
    pub body: Json,
    /// Counts changes.
    pub row_version: i64,
}

crate::fact_table!(TargetRow, kpi_targets, 1, key id);

/// Whether a KPI applies to a centre, from a day on; one that does not gives its weight to the others of its family.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = kpi_applicability)]
pub struct Applicability {
    /// Id.
    pub id: String,
    /// Centre.
    pub centre_id: String,
    /// KPI code.
    pub code: String,
    /// First day of periods for which this counts.
    pub starts_on: NaiveDate,
    /// It applies.
    pub applies: bool,
    /// Why.
    pub reason: String,
    /// Counts changes.
    pub row_version: i64,
}

crate::fact_table!(Applicability, kpi_applicability, 1, key id);

/// An import batch: one file read with one mapping.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize, Deserialize)]
#[diesel(table_name = kpi_batches, treat_none_as_null = true)]
pub struct Batch {
    /// Id.
    pub id: String,
    /// Number people call it by, from 1 without gaps.
    pub number: i64,
    /// Source system, from the mapping.
    pub source: String,
    /// Name of the file.
    pub file_name: String,
    /// The kept file.
    pub evidence_hash: String,
    /// The kept mapping.
    pub mapping_hash: String,
    /// The centre given beside the mapping, by code.
    pub default_centre: Option<String>,
    /// First day with data.
    pub first_day: NaiveDate,
    /// Last day with data.
    pub last_day: NaiveDate,
    /// Rows read.
    pub rows_read: i64,
    /// Rows that the mapping leaves out.
    pub rows_ignored: i64,
    /// Centre × day × channel cells.
    pub cells: i64,
    /// SHA-256 over the measures, sorted.
    pub measures_hash: String,
    /// What became of it.
    pub state: BatchState,
    /// The batch that took its place.
    pub replaced_by: Option<String>,
    /// Who imported it, by name.
    pub imported_by: String,
    /// When.
    pub imported_at: Instant,
    /// Counts changes.
    pub row_version: i64,
    /// SHA-256 of the file as it came, when the kept one was rewritten with pseudonyms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_hash: Option<String>,
    /// Rows with errors that were left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_refused: Option<i64>,
    /// The day that the data reach, when it is not that of their last event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<NaiveDate>,
    /// Number of the batch whose mended rows this one brings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supplements: Option<i64>,
}

crate::fact_table!(Batch, kpi_batches, 1, key id);

impl Batch {
    /// How people call it: `#12 calls.csv`.
    pub fn label(&self) -> String {
        format!("#{} {}", self.number, self.file_name)
    }

    /// Its part of the cells that it touches: 0 of their owner, the number of a supplement.
    pub(super) fn part(&self) -> i64 {
        if self.supplements.is_some() { self.number } else { 0 }
    }

    /// Rows that count or were passed over knowingly: all but those with errors.
    pub(super) fn rows_taken(&self) -> i64 {
        self.rows_read - self.rows_refused.unwrap_or(0)
    }
}

/// A signal: something to explain or to improve.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = kpi_signals, treat_none_as_null = true)]
pub struct Signal {
    /// Id.
    pub id: String,
    /// KPI code.
    pub code: String,
    /// Centre.
    pub centre_id: String,
    /// Month or day it is dated at.
    pub period: String,
    /// Why.
    pub rule: SignalRule,
    /// Value, limits and inputs at the time ([`super::SignalDetail`]).
    pub detail: Json,
    /// What became of it.
    pub state: SignalState,
    /// When it was raised.
    pub raised_at: Instant,
    /// By when it should be answered.
    pub due_on: NaiveDate,
    /// The explanation.
    pub explanation: Option<String>,
    /// Who explained it, by name.
    pub explained_by: Option<String>,
    /// When.
    pub explained_at: Option<Instant>,
    /// The cycle opened from it.
    pub cycle_id: Option<String>,
    /// Counts changes.
    pub row_version: i64,
}

crate::fact_table!(Signal, kpi_signals, 1, key id);

/// Days of a centre whose data changed and that are still to be judged.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = kpi_unjudged)]
pub(crate) struct Unjudged {
    pub(super) id: String,
    /// The batch that changed them.
    pub(super) batch_id: String,
    pub(super) centre_id: String,
    pub(super) first_day: NaiveDate,
    pub(super) last_day: NaiveDate,
    /// What was there before may be gone, and signals with it.
    pub(super) again: bool,
}

/// A phase of a control chart: limits that somebody froze, from a day on. It never changes; the next one takes over from its own day.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = kpi_phases)]
pub struct PhaseRow {
    /// Id.
    pub id: String,
    /// KPI code.
    pub code: String,
    /// Centre.
    pub centre_id: String,
    /// What a point stands for.
    pub grain: Grain,
    /// First day that is judged by these limits.
    pub starts_on: NaiveDate,
    /// First day of the baseline.
    pub baseline_from: NaiveDate,
    /// Last day of the baseline.
    pub baseline_to: NaiveDate,
    /// The chart.
    pub chart: ChartKind,
    /// How the process varied in the baseline ([`super::control::Parameters`]).
    pub parameters: Json,
    /// Why.
    pub reason: String,
    /// Who froze it, by name.
    pub frozen_by: String,
    /// When.
    pub frozen_at: Instant,
    /// Counts changes.
    pub row_version: i64,
    /// Version of the definition; none in phases from before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition_version: Option<i64>,
}

crate::fact_table!(PhaseRow, kpi_phases, 1, key id);

/// What was published for a centre and a month, in one edition. It never changes.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = kpi_scorecards)]
pub struct Scorecard {
    /// Id.
    pub id: String,
    /// Centre.
    pub centre_id: String,
    /// Month as written: `2026-10`.
    pub period: String,
    /// 1, and one more with every correction.
    pub edition: i64,
    /// SHA-256 of the kept card ([`super::FrozenCard`]).
    pub card_hash: String,
    /// 0 to 100; none when nothing was scored.
    pub total: Option<f64>,
    /// Scored weight over the whole, 0 to 1.
    pub coverage: f64,
    /// No gaps.
    pub complete: bool,
    /// Why there is a correction.
    pub reason: Option<String>,
    /// Who published it, by name.
    pub published_by: String,
    /// When.
    pub published_at: Instant,
    /// Counts changes.
    pub row_version: i64,
}

crate::fact_table!(Scorecard, kpi_scorecards, 1, key id);

/// The measures of one cell of a batch, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = kpi_measures)]
pub(crate) struct MeasureRow {
    pub(super) batch_id: String,
    pub(super) source: String,
    pub(super) centre_id: String,
    pub(super) day: NaiveDate,
    pub(super) channel: String,
    pub(super) offered: i64,
    pub(super) answered: i64,
    pub(super) abandoned: i64,
    pub(super) abandoned_early: i64,
    pub(super) handled: i64,
    pub(super) talk_s: i64,
    pub(super) hold_s: i64,
    pub(super) wrap_s: i64,
    pub(super) handle_sq: String,
    pub(super) wait_answered: String,
    pub(super) wait_abandoned: String,
    pub(super) extra: String,
}

/// Which live batch owns a source × centre × day, and which supplements stand beside it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Queryable, Selectable, Insertable)]
#[diesel(table_name = kpi_cells)]
pub(crate) struct CellRow {
    pub(super) source: String,
    pub(super) centre_id: String,
    pub(super) day: NaiveDate,
    pub(super) batch_id: String,
    pub(super) part: i64,
}

/// What the live days of a centre's month come to, together or in one channel.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = kpi_months)]
pub(crate) struct MonthRow {
    pub(super) centre_id: String,
    /// Its first day.
    pub(super) month: NaiveDate,
    /// The channel; empty of all channels together.
    pub(super) channel: String,
    /// Packed sums ([`super::compact`]).
    pub(super) totals: Vec<u8>,
}
