//! Reading KPIs as JSON.

use actix_web::{HttpResponse, web};

use super::view::{CentreView, DefinitionView, ScorecardView};
use crate::actor::Permission;
use crate::api::{ApiResult, ApiVisit, Page};
use crate::error::{Error, Result};
use crate::kpi::service::frozen;
use crate::kpi::{self, AskedCard, Period, Value as KpiValue};

/// The period that is asked for; there is no usual one, because a program should say what it means.
pub(super) fn period(visit: &ApiVisit) -> Result<Period> {
    let text: String = visit.param("period")?.ok_or_else(|| Error::field("period", "required"))?;
    Period::parse(&text)
}

/// All KPI definitions in force, in the order of the pack.
#[utoipa::path(get, path = "/api/v1/kpis", tag = "kpis", responses((status = 200, body = Page<DefinitionView>)))]
pub(crate) async fn definitions(visit: ApiVisit) -> ApiResult {
    let known = visit
        .read(|r| {
            r.actor.see(Permission::ReadKpis)?;
            kpi::definitions(r.conn)
        })
        .await?;
    Ok(HttpResponse::Ok().json(Page { items: known.into_iter().map(DefinitionView::of).collect(), next: None }))
}

/// The value of a KPI for a centre and a period, with numerator, denominator, 95 % interval and the batches behind it.
#[utoipa::path(get, path = "/api/v1/kpis/{code}/values", tag = "kpis",
    params(
        ("code" = String, Path, description = "Code of the KPI, for example `service_level`"),
        ("centre" = String, Query, description = "Code of the centre"),
        ("period" = String, Query, description = "`2021-01`, `2021-Q1`, `2021-W05`, `2021`, `2021-01-05` or `2021-01-05..2021-01-20`")
    ),
    responses((status = 200, body = KpiValue)))]
pub(crate) async fn values(visit: ApiVisit, code: web::Path<String>) -> ApiResult {
    visit.read(|r| r.actor.see(Permission::ReadKpis)).await?;
    let centre: String = visit.param("centre")?.ok_or_else(|| Error::field("centre", "required"))?;
    let period = period(&visit)?;
    let value = visit.read(move |r| kpi::value(r.conn, &r.actor, &code, &centre, period)).await?;
    Ok(HttpResponse::Ok().json(value))
}

/// The centres whose KPIs this person may read, by code.
#[utoipa::path(get, path = "/api/v1/centres", tag = "kpis", responses((status = 200, body = Page<CentreView>)))]
pub(crate) async fn centres(visit: ApiVisit) -> ApiResult {
    let centres = visit.read(|r| kpi::centres(r.conn, &r.actor)).await?;
    Ok(HttpResponse::Ok().json(Page { items: centres.into_iter().map(CentreView::of).collect(), next: None }))
}

/// The scorecard of a centre for a period under the profile of its type: families, total, coverage, what is missing and why, down to the
/// measures and batches of each KPI and the kept files of these.
#[utoipa::path(get, path = "/api/v1/centres/{code}/scorecard", tag = "kpis",
    params(
        ("code" = String, Path, description = "Code of the centre"),
        ("period" = String, Query, description = "`2021-01`; quarters, weeks, years, days and ranges too"),
        ("strict" = Option<bool>, Query, description = "What is missing counts as 0, as in audits")
    ),
    responses((status = 200, body = ScorecardView)))]
pub(crate) async fn scorecard(visit: ApiVisit, code: web::Path<String>) -> ApiResult {
    visit.read(|r| r.actor.see(Permission::ReadKpis)).await?;
    let asked = AskedCard { centre: code.into_inner(), period: period(&visit)?, strict: visit.param("strict")?.unwrap_or(false) };
    let view = visit
        .read(move |r| {
            let card = kpi::card(r.conn, &r.actor, &asked)?;
            let frozen = frozen(r.conn, &card)?;
            ScorecardView::of(&card, frozen)
        })
        .await?;
    Ok(HttpResponse::Ok().json(view))
}
