//! Values: a KPI is a query over live measures, with its proof (definition version, numerator and denominator, interval, the batches behind
//! it with their evidence). The cost follows the days shown, not the calls behind them (ISO 9001 9.1.1, 9.1.3).

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Known, LimitBook, definition, definitions};
use crate::actor::{Actor, Permission};
use crate::db::Conn;
use crate::error::{Error, Problem, Result};
use crate::kpi::formula::{KpiValue, Missing};
use crate::kpi::measures::Measures;
use crate::kpi::model::Batch;
use crate::kpi::pack::Limits;
use crate::kpi::period::Period;
use crate::kpi::rows::measures_of;
use crate::kpi::scoring::Standing;
use crate::kpi::{store, store_measures};
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
    /// What is divided: contacts, or seconds.
    pub numerator: i64,
    /// What it is divided by: contacts.
    pub denominator: i64,
    /// The quotient: a share from 0 to 1, or seconds; none when there is none.
    pub value: Option<f64>,
    /// The value in its unit: percent, seconds.
    pub in_unit: Option<f64>,
    /// 95 % interval of the quotient.
    #[schema(value_type = Option<Vec<f64>>)]
    pub interval: Option<[f64; 2]>,
    /// Contacts behind it.
    pub n: i64,
    /// Rests on enough contacts to be scored.
    pub scorable: bool,
    /// Why there is none: `no_contacts`, `answered_waits` …
    pub missing: Option<Missing>,
    /// The limits that count at the end of the period, in the unit.
    pub limits: Limits,
    /// Where the value stands against them; `no_target` when none was set.
    pub state: Standing,
    /// The batches behind it.
    pub inputs: Vec<Input>,
}

/// The live measures of a centre, day by day; channels and sources together.
#[derive(Debug, Clone, Default)]
pub struct DayBook(BTreeMap<NaiveDate, Measures>);

impl DayBook {
    /// Reads the days of a centre.
    ///
    /// # Errors
    /// When what is stored cannot be read.
    pub(crate) fn read(conn: &mut Conn, centre_id: &str, from: NaiveDate, to: NaiveDate) -> Result<Self> {
        let mut days: BTreeMap<NaiveDate, Measures> = BTreeMap::new();
        for row in store_measures::live(conn, centre_id, from, to)? {
            days.entry(row.day).or_default().merge(&measures_of(&row)?);
        }
        Ok(Self(days))
    }

    /// Reads the days of all centres, by centre id.
    ///
    /// # Errors
    /// When what is stored cannot be read.
    pub(crate) fn everywhere(conn: &mut Conn, from: NaiveDate, to: NaiveDate) -> Result<BTreeMap<String, Self>> {
        let mut books: BTreeMap<String, Self> = BTreeMap::new();
        for row in store_measures::live_everywhere(conn, from, to)? {
            let book = books.entry(row.centre_id.clone()).or_default();
            book.0.entry(row.day).or_default().merge(&measures_of(&row)?);
        }
        Ok(books)
    }

    /// The sum of a period.
    pub(crate) fn total(&self, period: Period) -> Measures {
        Measures::total(self.0.range(period.from..=period.to).map(|(_, measures)| measures))
    }

    /// Days with data.
    pub(crate) fn days(&self) -> impl Iterator<Item = (NaiveDate, &Measures)> {
        self.0.iter().map(|(day, measures)| (*day, measures))
    }
}

/// One point of a series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Point {
    /// The period as written.
    pub period: String,
    /// Its value.
    pub value: KpiValue,
}

/// The value of a KPI for a centre (by code) and a period.
///
/// # Errors
/// [`Error::NotFound`] for an unknown KPI or centre, or one this actor may not see; [`Error::Conflict`] for a KPI that waits for its data
/// source.
pub fn value(conn: &mut Conn, actor: &Actor, code: &str, centre: &str, period: Period) -> Result<Value> {
    let centre = visible(conn, actor, centre)?;
    let known = definition(conn, code)?;
    let formula = known.definition.formula().ok_or_else(|| unmeasured(code))?;
    let total = DayBook::read(conn, &centre.id, period.from, period.to)?.total(period);
    let limits = LimitBook::of(conn, &centre.id)?.limits(&known.definition, period.to);
    let inputs = store_measures::inputs(conn, &centre.id, period.from, period.to)?;
    Ok(proved(&known, &centre, period, &formula.evaluate(&total), limits, inputs.iter().map(Input::of).collect()))
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

fn proved(known: &Known, centre: &Centre, period: Period, found: &KpiValue, limits: Limits, inputs: Vec<Input>) -> Value {
    let in_unit = found.value.map(|value| value * known.definition.scale());
    Value {
        code: known.definition.code.clone(),
        definition_version: known.version,
        centre: centre.code.clone(),
        period: period.to_string(),
        from: period.from,
        to: period.to,
        unit: known.definition.unit.clone(),
        numerator: found.numerator,
        denominator: found.denominator,
        value: found.value,
        in_unit,
        interval: found.interval.map(|(low, high)| [low, high]),
        n: found.n,
        scorable: found.scorable(),
        missing: found.missing,
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
    let total = DayBook::read(conn, &centre.id, period.from, period.to)?.total(period);
    let book = LimitBook::of(conn, &centre.id)?;
    let inputs: Vec<Input> = store_measures::inputs(conn, &centre.id, period.from, period.to)?.iter().map(Input::of).collect();
    let measured = definitions(conn)?.into_iter().filter_map(|known| Some((known.definition.formula()?, known)));
    let one = |(formula, known): (crate::kpi::formula::Formula, Known)| {
        let limits = book.limits(&known.definition, period.to);
        proved(&known, &centre, period, &formula.evaluate(&total), limits, inputs.clone())
    };
    Ok(measured.map(one).collect())
}

/// The last `months` months of a KPI, the month of `last` being the last one.
///
/// # Errors
/// As [`value`].
pub fn monthly(conn: &mut Conn, actor: &Actor, code: &str, centre: &str, last: NaiveDate, months: u32) -> Result<Vec<Point>> {
    let centre = visible(conn, actor, centre)?;
    let formula = definition(conn, code)?.definition.formula().ok_or_else(|| unmeasured(code))?;
    let periods = months_up_to(last, months);
    let from = periods.first().map_or(last, |period| period.from);
    let book = DayBook::read(conn, &centre.id, from, Period::month_of(last).to)?;
    let point = |period: Period| Point { period: period.to_string(), value: formula.evaluate(&book.total(period)) };
    Ok(periods.into_iter().map(point).collect())
}

/// So many months up to the month of a day.
pub(crate) fn months_up_to(last: NaiveDate, months: u32) -> Vec<Period> {
    let month = Period::month_of(last);
    let back = i32::try_from(months).unwrap_or(1);
    (1 - back..=0).map(|away| month.months_away(away)).collect()
}

/// The days of a KPI that have data, from one day to another.
///
/// # Errors
/// As [`value`].
pub fn daily(conn: &mut Conn, actor: &Actor, code: &str, centre: &str, from: NaiveDate, to: NaiveDate) -> Result<Vec<Point>> {
    let centre = visible(conn, actor, centre)?;
    let formula = definition(conn, code)?.definition.formula().ok_or_else(|| unmeasured(code))?;
    let book = DayBook::read(conn, &centre.id, from, to)?;
    Ok(book.days().map(|(day, measures)| Point { period: day.to_string(), value: formula.evaluate(measures) }).collect())
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
    store::signals_of(conn, &centre.id, code)
}
