//! What the API shows of KPIs: never the rows themselves. A value is shown as the command line prints it ([`crate::kpi::Value`]).

use chrono::NaiveDate;
use serde::Serialize;

use crate::db::Instant;
use crate::error::{Error, Result};
use crate::kpi::method::{Figure, Stratum};
use crate::kpi::pack::{Definition, Limits};
use crate::kpi::scoring::{FamilyScore, Gap, Position, Standing};
use crate::kpi::vocabulary::SourceKind;
use crate::kpi::{Batch, Card, CardKpi, FrozenCard, Imported, Input, Known, MeasureTotal};
use crate::organisation::Centre;

/// A KPI definition in force.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = KpiDefinition)]
pub(super) struct DefinitionView {
    /// Version of the definition.
    version: i64,
    /// It has a method; the others wait for their data source.
    measured: bool,
    /// The kinds of imports that deliver what it is made of.
    sources: Vec<SourceKind>,
    #[serde(flatten)]
    definition: Definition,
}

impl DefinitionView {
    pub(super) fn of(known: Known) -> Self {
        let sources = known.definition.sources();
        Self { version: known.version, measured: known.formula.is_some(), sources, definition: (*known.definition).clone() }
    }
}

/// A centre.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Centre)]
pub(super) struct CentreView {
    /// Code.
    code: String,
    /// Name.
    name: String,
    /// Name in English.
    name_en: Option<String>,
    /// `cost_control`, `customer_experience` or `profit_creating`.
    centre_type: &'static str,
    /// At work.
    active: bool,
}

impl CentreView {
    pub(super) fn of(centre: Centre) -> Self {
        Self {
            code: centre.code,
            name: centre.name,
            name_en: centre.name_en,
            centre_type: centre.centre_type.as_str(),
            active: centre.active,
        }
    }
}

/// An import batch.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = KpiBatch)]
pub(super) struct BatchView {
    /// Number people call it by.
    number: i64,
    /// `committed`, `replaced` or `undone`.
    state: &'static str,
    /// Source system, from the mapping.
    source: String,
    /// Name of the file.
    file: String,
    /// SHA-256 of the kept file.
    evidence: String,
    /// SHA-256 of the kept mapping.
    mapping: String,
    /// First day with data.
    from: NaiveDate,
    /// Last day with data.
    to: NaiveDate,
    /// Rows read.
    rows: i64,
    /// Rows that the mapping leaves out.
    ignored: i64,
    /// Rows with errors that were left out.
    refused: i64,
    /// The day that the data reach, when it is not that of their last event.
    as_of: Option<NaiveDate>,
    /// SHA-256 of the file as it came, when the kept one was rewritten with pseudonyms.
    original: Option<String>,
    /// Number of the batch whose mended rows it brings.
    supplements: Option<i64>,
    /// Cells of centre, day and channel.
    cells: i64,
    /// SHA-256 over the measures.
    measures: String,
    /// Who imported it, by name.
    imported_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    imported_at: Instant,
}

impl BatchView {
    pub(super) fn of(batch: Batch) -> Self {
        Self {
            number: batch.number,
            state: batch.state.as_str(),
            source: batch.source,
            file: batch.file_name,
            evidence: batch.evidence_hash,
            mapping: batch.mapping_hash,
            from: batch.first_day,
            to: batch.last_day,
            rows: batch.rows_read,
            ignored: batch.rows_ignored,
            refused: batch.rows_refused.unwrap_or(0),
            as_of: batch.as_of,
            original: batch.original_hash,
            supplements: batch.supplements,
            cells: batch.cells,
            measures: batch.measures_hash,
            imported_by: batch.imported_by,
            imported_at: batch.imported_at,
        }
    }
}

/// What an import came to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = KpiImport)]
pub(super) struct ImportView {
    /// The batch.
    batch: BatchView,
    /// The same file was taken in before: nothing changed.
    identical: bool,
    /// Numbers of the batches whose place it took.
    replaced: Vec<i64>,
}

impl ImportView {
    pub(super) fn of(done: Imported) -> Self {
        match done {
            Imported::New { batch, replaced, .. } => Self { batch: BatchView::of(batch), identical: false, replaced },
            Imported::Identical(batch) => Self { batch: BatchView::of(batch), identical: true, replaced: Vec::new() },
        }
    }
}

/// The rows with errors of a file that was refused.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = KpiRejectedRows)]
pub(super) struct RejectedRows {
    /// They and their reasons as CSV, to be mended and imported again.
    pub(super) csv: String,
}

/// The parts of an import, in this order.
#[derive(Debug, utoipa::ToSchema)]
#[schema(as = KpiImportForm)]
#[expect(dead_code, reason = "describes a body that is read as a stream")]
pub(super) struct ImportForm {
    /// How to read the file (TOML).
    mapping: String,
    /// Code of the centre, when the file belongs to one and does not name it.
    centre: Option<String>,
    /// `true` takes the place of the batches that own the same days.
    replace: Option<bool>,
    /// `true` leaves the rows with errors out; otherwise the file is refused for them.
    valid_only: Option<bool>,
    /// The day that the data reach; without it that of their last event.
    as_of: Option<NaiveDate>,
    /// Number of the batch, taken without its rows with errors, whose mended rows the file brings.
    supplements: Option<i64>,
    /// The file: text, text packed with gzip, or a workbook (.xlsx). It comes last.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// The scorecard of a centre.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Scorecard)]
pub(super) struct ScorecardView {
    /// Code of the centre.
    centre: String,
    /// Type of the centre, whose profile is used.
    centre_type: &'static str,
    /// Version of the profile.
    profile_version: i64,
    /// The period as written.
    period: String,
    /// First day.
    from: NaiveDate,
    /// Last day.
    to: NaiveDate,
    /// 0 to 100; none when nothing is scored.
    total: Option<f64>,
    /// Scored weight over the whole, 0 to 1.
    coverage: f64,
    /// No gaps: only then may centres be compared.
    complete: bool,
    /// Why it is incomplete.
    gaps: Vec<Gap>,
    /// The families of the profile.
    families: Vec<FamilyScore>,
    /// What is missing was scored 0.
    strict: bool,
    /// The KPIs, weighed ones first by falling weight.
    kpis: Vec<CardLine>,
    /// The batches behind all values, with the hashes of their kept files.
    inputs: Vec<Input>,
    /// Batches of earlier days, behind the wider windows that values look at.
    earlier: Vec<Input>,
}

/// A KPI of a card.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ScorecardKpi)]
struct CardLine {
    /// Code of the KPI.
    code: String,
    /// Version of the definition.
    definition_version: i64,
    /// Unit of value and limits.
    unit: String,
    /// Percent of the whole; none when the profile does not weigh it.
    weight: Option<f64>,
    /// Percent of the whole after missing data gave theirs away.
    effective_weight: Option<f64>,
    /// What is divided: contacts, answers, seconds, money.
    #[schema(value_type = Option<f64>)]
    numerator: Option<Figure>,
    /// What it is divided by.
    #[schema(value_type = Option<f64>)]
    denominator: Option<Figure>,
    /// The value in its unit.
    value: Option<f64>,
    /// 95 % interval of the quotient.
    #[schema(value_type = Option<Vec<f64>>)]
    interval: Option<[f64; 2]>,
    /// Cases behind it.
    n: Option<i64>,
    /// The limits that count at the end of the period.
    limits: Limits,
    /// Where the value stands.
    position: Option<Position>,
    /// The same in one word: `met`, `in_range`, `out_of_range`, `no_target`, `no_data`.
    state: Standing,
    /// 0 to 100; none when not scored.
    score: Option<f64>,
    /// Points of the total that it brings.
    contribution: Option<f64>,
    /// Points of the total that it falls short of.
    points_lost: Option<f64>,
    /// Why there is no score: `no_source`, `few`, `no_limits`, or what the log lacks.
    why: Option<String>,
    /// What its measures come to in the period.
    measures: Vec<MeasureTotal>,
    /// Numbers of the batches that add to it. Their rows are those of `GET /api/v1/kpis/{code}/rows`.
    batches: Vec<i64>,
    /// The channels whose means it weighs, the heaviest first; none of other methods.
    strata: Vec<Stratum>,
}

impl CardLine {
    fn of(kpi: &CardKpi, frozen: &FrozenCard) -> Result<Self> {
        let (score, value) = (kpi.score.as_ref(), kpi.value.as_ref());
        let behind = frozen.kpis.iter().find(|other| other.code == kpi.known.definition.code);
        Ok(Self {
            code: kpi.known.definition.code.clone(),
            definition_version: kpi.known.version,
            unit: kpi.known.definition.unit.clone(),
            weight: kpi.weight,
            effective_weight: score.map(|score| score.effective_weight),
            numerator: kpi.value.as_ref().map(|value| value.numerator),
            denominator: kpi.value.as_ref().map(|value| value.denominator),
            value: kpi.in_unit,
            interval: value.and_then(|value| value.interval).map(|(low, high)| [low, high]),
            n: value.map(|value| value.n),
            limits: kpi.limits,
            position: kpi.position,
            state: kpi.state,
            score: score.and_then(|score| score.score),
            contribution: score.map(|score| score.contribution),
            points_lost: score.map(|score| score.points_lost),
            why: kpi.why.as_ref().map(word).transpose()?,
            measures: behind.map(|behind| behind.measures.clone()).unwrap_or_default(),
            batches: behind.map(|behind| behind.batches.clone()).unwrap_or_default(),
            strata: value.map(|value| value.strata.clone()).unwrap_or_default(),
        })
    }
}

/// The innermost word of an enum as it is written in JSON.
fn word<T: Serialize>(value: &T) -> Result<String> {
    let mut value = serde_json::to_value(value)?;
    while let serde_json::Value::Object(fields) = value {
        value = fields.into_iter().next().map(|(_, inner)| inner).unwrap_or_default();
    }
    value.as_str().map(str::to_owned).ok_or_else(|| Error::internal("a reason without a word"))
}

impl ScorecardView {
    pub(super) fn of(card: &Card, frozen: FrozenCard) -> Result<Self> {
        Ok(Self {
            centre: card.centre.code.clone(),
            centre_type: card.centre.centre_type.as_str(),
            profile_version: card.profile_version,
            period: card.period.to_string(),
            from: card.period.from,
            to: card.period.to,
            total: card.score.total,
            coverage: card.score.coverage,
            complete: card.score.gaps.is_empty(),
            gaps: card.score.gaps.clone(),
            families: card.score.families.clone(),
            strict: card.score.strict,
            kpis: card.kpis.iter().map(|kpi| CardLine::of(kpi, &frozen)).collect::<Result<_>>()?,
            inputs: frozen.inputs,
            earlier: frozen.earlier,
        })
    }
}
