//! Control charts as JSON: the points that the page draws, on both panels, with their limits and what they break.

use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::Serialize;

use super::read::period;
use crate::actor::Permission::ReadKpis;
use crate::api::{ApiResult, ApiVisit};
use crate::error::{Error, Problem};
use crate::kpi::control::{ChartKind, Charted, Drawn, Grain, LAMBDA, Parameters, Spread, SpreadKind, Stretch, code_of_rule};
use crate::kpi::{self, AskedChart, FoundChart};

/// A control chart.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = KpiChart)]
pub(super) struct ChartView {
    /// Code of the KPI.
    code: String,
    /// Code of the centre.
    centre: String,
    /// What a point stands for.
    points: Grain,
    /// Unit of all numbers but those of charts of rare events, which count days or items between them.
    unit: String,
    /// The chart that the present limits belong to; none without limits.
    chart: Option<ChartKind>,
    /// What the second panel shows: moving ranges below single values, standard deviations below means.
    spread: Option<SpreadKind>,
    /// Weight of the newest point, of an EWMA chart.
    lambda: Option<f64>,
    /// Stretches with limits of their own, oldest first.
    stretches: Vec<StretchView>,
    /// The points, oldest first.
    items: Vec<PointView>,
}

/// A stretch of the chart.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = KpiChartStretch)]
struct StretchView {
    /// First day of its first point.
    from: Option<NaiveDate>,
    /// The chart.
    chart: ChartKind,
    /// Somebody froze its limits.
    frozen: bool,
    /// First day of the baseline.
    baseline_from: NaiveDate,
    /// Last day of the baseline.
    baseline_to: NaiveDate,
    /// How the process varied in the baseline: its points, centre and spread.
    #[schema(value_type = Object)]
    parameters: Parameters,
}

/// A point of the chart.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = KpiChartPoint)]
struct PointView {
    /// First day.
    from: NaiveDate,
    /// Last day.
    to: NaiveDate,
    /// What was measured.
    measured: Option<f64>,
    /// What is drawn: the measured value, its weighted mean so far (EWMA), or what lies between events (g, t).
    value: Option<f64>,
    /// How many cases it rests on.
    n: i64,
    /// Lower control limit.
    lower: Option<f64>,
    /// Centre line.
    centre: Option<f64>,
    /// Upper control limit.
    upper: Option<f64>,
    /// Numbers of the rules that it breaks: Nelson's, and `we4`.
    rules: Vec<&'static str>,
    /// Its place on the second panel; none for the first point of a stretch, and where one measurement has no deviation.
    spread: Option<SpreadView>,
}

/// A point of the second panel. Beyond its limits it raises no signal.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = KpiChartSpread)]
struct SpreadView {
    /// Moving range or standard deviation.
    value: f64,
    /// Lower limit; moving ranges have none.
    lower: Option<f64>,
    /// Centre line.
    centre: f64,
    /// Upper limit.
    upper: f64,
    /// It lies beyond them.
    beyond: bool,
}

impl SpreadView {
    fn of(spread: Spread, scale: f64) -> Self {
        let limits = spread.usual.limits;
        Self {
            value: spread.value * scale,
            lower: (spread.kind == SpreadKind::Deviation).then_some(limits.lower * scale),
            centre: spread.usual.centre * scale,
            upper: limits.upper * scale,
            beyond: spread.is_beyond(),
        }
    }
}

impl PointView {
    fn of(charted: &Charted, point: &Drawn, at: usize, scale: f64) -> Self {
        let between = charted.stretch_of(at).is_some_and(|stretch| stretch.kind.is_between());
        let drawn = |value: f64| if between { value } else { value * scale };
        Self {
            from: point.reading.period.from,
            to: point.reading.period.to,
            measured: point.reading.value.value.map(|value| value * scale),
            value: point.value.map(drawn),
            n: point.reading.value.n,
            lower: point.limits.map(|limits| drawn(limits.lower)),
            centre: point.centre.map(drawn),
            upper: point.limits.map(|limits| drawn(limits.upper)).filter(|upper| upper.is_finite()),
            rules: point.rules.iter().map(|rule| code_of_rule(*rule)).collect(),
            spread: charted.spread_of(point).map(|spread| SpreadView::of(spread, scale)),
        }
    }
}

impl StretchView {
    fn of(charted: &Charted, stretch: &Stretch) -> Self {
        Self {
            from: charted.points.get(stretch.start).map(|point| point.reading.period.from),
            chart: stretch.kind,
            frozen: stretch.frozen,
            baseline_from: stretch.baseline.0,
            baseline_to: stretch.baseline.1,
            parameters: stretch.parameters,
        }
    }
}

impl ChartView {
    fn of(found: &FoundChart) -> Self {
        let (definition, charted) = (&found.known.definition, found.charted.as_ref());
        let chart = charted.and_then(|charted| charted.stretches.last()).map(|stretch| stretch.kind);
        let point = |charted: &Charted| -> Vec<PointView> {
            let points = charted.points.iter().enumerate();
            points.map(|(at, point)| PointView::of(charted, point, at, definition.scale())).collect()
        };
        let stretches = |charted: &Charted| charted.stretches.iter().map(|stretch| StretchView::of(charted, stretch)).collect();
        Self {
            code: definition.code.clone(),
            centre: found.centre.code.clone(),
            points: found.points,
            unit: definition.unit.clone(),
            chart,
            spread: charted.and_then(Charted::spread),
            lambda: chart.filter(|kind| *kind == ChartKind::Ewma).map(|_| LAMBDA),
            stretches: charted.map(stretches).unwrap_or_default(),
            items: charted.map(point).unwrap_or_default(),
        }
    }
}

/// The control chart of a KPI of a centre that ends with the last day of a period: each point with its limits, the rules that it breaks, and
/// its place on the second panel.
#[utoipa::path(get, path = "/api/v1/kpis/{code}/chart", tag = "kpis",
    params(
        ("code" = String, Path, description = "Code of the KPI"),
        ("centre" = String, Query, description = "Code of the centre"),
        ("period" = String, Query, description = "`2021-01`; quarters, weeks, years, days and ranges too"),
        ("points" = Option<String>, Query, description = "`day`, `week` or `month`; without it what the definition says")
    ),
    responses((status = 200, body = ChartView)))]
pub(crate) async fn show(visit: ApiVisit, code: web::Path<String>) -> ApiResult {
    visit.read(|r| r.actor.see(ReadKpis)).await?;
    let centre: String = visit.param("centre")?.ok_or_else(|| Error::field("centre", "required"))?;
    let (code, points, period) = (code.into_inner(), grain(&visit)?, period(&visit)?);
    let asked = AskedChart { centre, code, points, period };
    let view = visit.read(move |r| Ok(ChartView::of(&kpi::control_chart(r.conn, &r.actor, &asked, r.today)?))).await?;
    Ok(HttpResponse::Ok().json(view))
}

/// What a point is to stand for.
fn grain(visit: &ApiVisit) -> crate::error::Result<Option<Grain>> {
    let Some(text) = visit.param::<String>("points")? else { return Ok(None) };
    let problem = || Error::Invalid(vec![Problem::field("points", "bad-parameter").with("value", &text)]);
    Grain::parse(&text).map(Some).ok_or_else(problem)
}
