//! Values: a KPI is a query over live measures, with its proof (definition version, numerator and denominator, interval, the batches behind
//! it with their evidence). The cost follows the days shown, not the calls behind them (ISO 9001 9.1.1, 9.1.3).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::shares::Shares;
use super::{DefinitionBook, Known, LimitBook, Versions, definition_on};
use crate::actor::{Actor, Permission};
use crate::db::Conn;
use crate::error::{Error, Problem, Result};
use crate::kpi::daybook::{DayBook, reach};
use crate::kpi::expression::Frames;
use crate::kpi::method::{Figure, IntervalMethod, KpiValue, Lack, Stratum};
use crate::kpi::model::Batch;
use crate::kpi::pack::Limits;
use crate::kpi::period::Period;
use crate::kpi::scoring::Standing;
use crate::kpi::{store_measures, store_signals};
use crate::organisation::{self, Centre};

/// A batch behind a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = KpiInput)]
pub struct Input {
    /// Number of the batch.
    pub batch: i64,
    /// Name of the file.
    pub file: String,
    /// SHA-256 of the kept file.
    pub evidence: String,
    /// Source system.
    pub source: String,
    /// SHA-256 over the measures of the batch.
    pub measures: String,
}

impl Input {
    pub(super) fn of(batch: &Batch) -> Self {
        Self {
            batch: batch.number,
            file: batch.file_name.clone(),
            evidence: batch.evidence_hash.clone(),
            source: batch.source.clone(),
            measures: batch.measures_hash.clone(),
        }
    }
}

/// The value of a KPI for a centre and a period, with its proof.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = KpiValue)]
pub struct Value {
    /// KPI code.
    pub code: String,
    /// Version of the definition.
    pub definition_version: i64,
    /// Code of the centre.
    pub centre: String,
    /// The period as written: `2021-01`.
    pub period: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// Unit of target and floor.
    pub unit: String,
    /// The variant of the definition that counts.
    pub variant: Option<String>,
    /// What is divided: contacts, answers, seconds, money.
    #[schema(value_type = f64)]
    pub numerator: Figure,
    /// What it is divided by.
    #[schema(value_type = f64)]
    pub denominator: Figure,
    /// The quotient: a share from 0 to 1, seconds, points; none when there is none.
    pub value: Option<f64>,
    /// The value in its unit: percent, seconds.
    pub in_unit: Option<f64>,
    /// 95 % interval of the quotient.
    #[schema(value_type = Option<Vec<f64>>)]
    pub interval: Option<[f64; 2]>,
    /// How the interval was computed.
    pub interval_method: IntervalMethod,
    /// The seed of a resampled interval.
    pub seed: Option<u64>,
    /// Observations behind it.
    pub n: i64,
    /// Rests on enough observations to be scored.
    pub scorable: bool,
    /// Why there is none: `not_delivered`, `nothing_to_divide` …
    pub missing: Option<Lack>,
    /// The measures that this concerns.
    pub missing_measures: Vec<String>,
    /// The channels that this concerns.
    pub missing_channels: Vec<String>,
    /// The channels whose means it weighs, the heaviest first; none of other methods.
    pub strata: Vec<Stratum>,
    /// The share of the whole weight that lies in channels with values, 0 to 1; of what weighs channels alone.
    pub channel_coverage: Option<f64>,
    /// Figures shown beside it.
    pub beside: Vec<BesideValue>,
    /// The limits that count at the end of the period, in the unit.
    pub limits: Limits,
    /// Where the value stands against them; `no_target` when none was set.
    pub state: Standing,
    /// The batches behind it.
    pub inputs: Vec<Input>,
}

/// A figure shown beside a value.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = KpiBesideValue)]
pub struct BesideValue {
    /// Name in Chinese.
    pub zh: String,
    /// Name in English.
    pub en: String,
    /// The figure; none when its measures were not delivered.
    pub value: Option<f64>,
}

/// One point of a series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Point {
    /// The period as written.
    pub period: String,
    /// Its value.
    pub value: KpiValue,
}

impl Point {
    fn of(versions: &Versions, book: &DayBook, period: Period) -> Self {
        Self { period: period.to_string(), value: versions.value(book, period) }
    }
}

/// The value of a KPI for a centre (by code) and a period.
///
/// # Errors
/// [`Error::NotFound`] for an unknown KPI or centre, or one this actor may not see; [`Error::Conflict`] for a KPI that waits for its data
/// source.
pub fn value(conn: &mut Conn, actor: &Actor, code: &str, centre: &str, period: Period) -> Result<Value> {
    let known = definition_on(conn, code, period.to)?;
    value_by(conn, actor, &known, centre, period)
}

/// The same by a version of its definition that may not be the one of the period.
///
/// # Errors
/// As [`value`].
pub fn value_by(conn: &mut Conn, actor: &Actor, known: &Known, centre: &str, period: Period) -> Result<Value> {
    let centre = visible(conn, actor, centre)?;
    let formula = known.formula.clone().ok_or_else(|| unmeasured(&known.definition.code))?;
    let scope = formula.scope();
    let frames = DayBook::over(conn, &centre.id, &[period], &scope)?.frames(period, &scope);
    let limits = LimitBook::of(conn, &centre.id)?.limits(&known.definition, period.to);
    let inputs = Shares::behind(conn, period, &centre.id, &scope)?.inputs_of(known);
    Ok(proved(known, &centre, period, &frames, limits, inputs))
}

fn unmeasured(code: &str) -> Error {
    Error::Conflict(Problem::whole("kpi-unmeasured").with("code", code))
}

/// A centre by code, when this actor may read its KPIs.
///
/// # Errors
/// [`Error::NotFound`].
pub fn visible(conn: &mut Conn, actor: &Actor, code: &str) -> Result<Centre> {
    let centre = organisation::centre_by_code(conn, code)?;
    if actor.may_at(Permission::ReadKpis, &centre.id) { Ok(centre) } else { Err(Error::NotFound) }
}

fn proved(known: &Known, centre: &Centre, period: Period, frames: &Frames, limits: Limits, inputs: Vec<Input>) -> Value {
    let definition = &known.definition;
    let nothing = || KpiValue::lacking(Lack::NotDelivered, Vec::new());
    let found = known.formula.as_ref().map_or_else(nothing, |formula| formula.evaluate(frames));
    let in_unit = found.value.map(|value| value * definition.scale());
    let scorable = known.scorable(&found, &limits);
    let beside = definition.beside_values(frames).into_iter().zip(&definition.beside);
    let channel_coverage = found.coverage();
    Value {
        code: definition.code.clone(),
        definition_version: known.version,
        centre: centre.code.clone(),
        period: period.to_string(),
        from: period.from,
        to: period.to,
        unit: definition.unit.clone(),
        variant: definition.variant.clone(),
        numerator: found.numerator,
        denominator: found.denominator,
        value: found.value,
        in_unit,
        interval: found.interval.map(|(low, high)| [low, high]),
        interval_method: found.method,
        seed: found.seed,
        n: found.n,
        scorable,
        missing: found.missing.as_ref().map(|lack| lack.reason),
        missing_measures: found.missing.as_ref().map(|lack| lack.measures.clone()).unwrap_or_default(),
        missing_channels: found.missing.map(|lack| lack.channels).unwrap_or_default(),
        strata: found.strata,
        channel_coverage,
        beside: beside.map(|(value, named)| BesideValue { zh: named.zh.clone(), en: named.en.clone(), value }).collect(),
        state: Standing::of(in_unit, limits.scale()),
        limits,
        inputs,
    }
}

/// All measured KPIs of a centre for a period.
///
/// # Errors
/// As [`value`].
pub fn values(conn: &mut Conn, actor: &Actor, centre: &str, period: Period) -> Result<Vec<Value>> {
    let centre = visible(conn, actor, centre)?;
    let definitions = DefinitionBook::read(conn)?;
    let scope = definitions.scope();
    let frames = DayBook::over(conn, &centre.id, &[period], &scope)?.frames(period, &scope);
    let book = LimitBook::of(conn, &centre.id)?;
    let shares = Shares::behind(conn, period, &centre.id, &scope)?;
    let one =
        |known: &Known| proved(known, &centre, period, &frames, book.limits(&known.definition, period.to), shares.inputs_of(known));
    Ok(definitions.on(period.to).filter(|known| known.formula.is_some()).map(one).collect())
}

/// The versions of a KPI of which the one for a day can be computed.
fn measured(conn: &mut Conn, code: &str, day: NaiveDate) -> Result<Versions> {
    let versions = Versions::of(conn, code)?;
    let known = versions.on(day).is_some_and(|known| known.formula.is_some());
    if known { Ok(versions) } else { Err(unmeasured(code)) }
}

/// The last `months` months of a KPI, each by the definition that counts for it, the month of `last` being the last one.
///
/// # Errors
/// As [`value`].
pub fn monthly(conn: &mut Conn, actor: &Actor, code: &str, centre: &str, last: NaiveDate, months: u32) -> Result<Vec<Point>> {
    let centre = visible(conn, actor, centre)?;
    let versions = measured(conn, code, last)?;
    let periods = months_up_to(last, months);
    let book = DayBook::over(conn, &centre.id, &periods, &versions.scope())?;
    Ok(periods.into_iter().map(|period| Point::of(&versions, &book, period)).collect())
}

/// So many months up to the month of a day.
pub(crate) fn months_up_to(last: NaiveDate, months: u32) -> Vec<Period> {
    let month = Period::month_of(last);
    let back = i32::try_from(months).unwrap_or(1);
    (1 - back..=0).map(|away| month.months_away(away)).collect()
}

/// The days of a KPI that have data, each by the definition that counts for it, from one day to another.
///
/// # Errors
/// As [`value`].
pub fn daily(conn: &mut Conn, actor: &Actor, code: &str, centre: &str, from: NaiveDate, to: NaiveDate) -> Result<Vec<Point>> {
    let centre = visible(conn, actor, centre)?;
    let versions = measured(conn, code, to)?;
    let scope = versions.scope();
    let book = DayBook::read(conn, &centre.id, (reach(Period::day(from), &scope), to), &scope)?;
    let days: Vec<NaiveDate> = book.days().filter(|day| *day >= from).collect();
    Ok(days.into_iter().map(|day| Point::of(&versions, &book, Period::day(day))).collect())
}

/// The weeks of a KPI that have data, each with its Monday; the first and the last one as far as they lie between the two days.
///
/// # Errors
/// As [`value`].
pub fn weekly(
    conn: &mut Conn,
    actor: &Actor,
    code: &str,
    centre: &str,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<(NaiveDate, KpiValue)>> {
    let centre = visible(conn, actor, centre)?;
    let versions = measured(conn, code, to)?;
    let scope = versions.scope();
    let book = DayBook::read(conn, &centre.id, (reach(Period::day(from), &scope), to), &scope)?;
    let mut mondays: Vec<NaiveDate> =
        book.days().filter(|day| *day >= from).map(|day| day.week(chrono::Weekday::Mon).first_day()).collect();
    mondays.dedup();
    let week = |monday: NaiveDate| {
        let sunday = monday.week(chrono::Weekday::Mon).last_day();
        (monday, versions.value(&book, Period::range(monday.max(from), sunday.min(to))))
    };
    Ok(mondays.into_iter().map(week).collect())
}

/// The centres whose KPIs this actor may read, by code.
///
/// # Errors
/// [`Error::NotFound`] for whoever may read none.
pub fn centres(conn: &mut Conn, actor: &Actor) -> Result<Vec<Centre>> {
    actor.see(Permission::ReadKpis)?;
    let all = organisation::centres(conn)?;
    Ok(all.into_iter().filter(|centre| actor.may_at(Permission::ReadKpis, &centre.id)).collect())
}

/// The last day on which a centre has data.
///
/// # Errors
/// When the database refuses.
pub fn last_day(conn: &mut Conn, centre_id: &str) -> Result<Option<NaiveDate>> {
    store_measures::last_day(conn, centre_id)
}

/// The last day on which any centre has data.
///
/// # Errors
/// When the database refuses.
pub fn last_day_anywhere(conn: &mut Conn) -> Result<Option<NaiveDate>> {
    store_measures::last_day_anywhere(conn)
}

/// Signals of a centre that this actor may see, newest first.
///
/// # Errors
/// As [`value`].
pub fn signals_of(conn: &mut Conn, actor: &Actor, centre: &str, code: Option<&str>) -> Result<Vec<crate::kpi::Signal>> {
    let centre = visible(conn, actor, centre)?;
    store_signals::of_centre(conn, &centre.id, code)
}
