//! Phases of control charts as JSON: what was frozen, and freezing new limits.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use crate::actor::Permission::{ManageKpis, ReadKpis};
use crate::api::{ApiResult, ApiVisit, JsonBody, Page, Reply};
use crate::db::Instant;
use crate::error::Error;
use crate::kpi::control::{ChartKind, Grain};
use crate::kpi::{self, FreezePhase, PhaseRow};

/// A phase: limits that were frozen from a day on.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = KpiPhase)]
pub(super) struct PhaseView {
    /// Id.
    id: String,
    /// Code of the KPI.
    code: String,
    /// What a point stands for.
    points: Grain,
    /// First day that is judged by these limits.
    starts_on: chrono::NaiveDate,
    /// First day of the baseline.
    baseline_from: chrono::NaiveDate,
    /// Last day of the baseline.
    baseline_to: chrono::NaiveDate,
    /// The chart.
    chart: ChartKind,
    /// How the process varied in the baseline: its points, centre and spread.
    #[schema(value_type = Object)]
    parameters: serde_json::Value,
    /// Why.
    reason: String,
    /// Who froze it.
    frozen_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    frozen_at: Instant,
    /// Version of the definition that the limits were computed by.
    definition_version: Option<i64>,
}

impl PhaseView {
    fn of(row: PhaseRow) -> crate::error::Result<Self> {
        Ok(Self {
            parameters: row.parameters.to()?,
            id: row.id,
            code: row.code,
            points: row.grain,
            starts_on: row.starts_on,
            baseline_from: row.baseline_from,
            baseline_to: row.baseline_to,
            chart: row.chart,
            reason: row.reason,
            frozen_by: row.frozen_by,
            frozen_at: row.frozen_at,
            definition_version: row.definition_version,
        })
    }
}

/// The phases of a KPI of a centre, oldest first.
#[utoipa::path(get, path = "/api/v1/kpis/{code}/phases", tag = "kpis",
    params(
        ("code" = String, Path, description = "Code of the KPI"),
        ("centre" = String, Query, description = "Code of the centre")
    ),
    responses((status = 200, body = Page<PhaseView>)))]
pub(crate) async fn list(visit: ApiVisit, code: web::Path<String>) -> ApiResult {
    visit.read(|r| r.actor.see(ReadKpis)).await?;
    let centre: String = visit.param("centre")?.ok_or_else(|| Error::field("centre", "required"))?;
    let rows = visit.read(move |r| kpi::phases(r.conn, &r.actor, &centre, &code)).await?;
    let items = rows.into_iter().map(PhaseView::of).collect::<crate::error::Result<Vec<_>>>()?;
    Ok(HttpResponse::Ok().json(Page { items, next: None }))
}

/// Freezes the limits that the process showed in a baseline, from a day on.
#[utoipa::path(post, path = "/api/v1/kpis/{code}/phases", tag = "kpis", request_body = FreezePhase,
    params(("code" = String, Path, description = "Code of the KPI")),
    responses((status = 201, body = PhaseView)))]
pub(crate) async fn freeze(visit: ApiVisit, code: web::Path<String>, body: JsonBody) -> ApiResult {
    visit.admit(Some(ManageKpis)).await?;
    let command: FreezePhase = body.command()?;
    visit
        .change(&body, move |tx| {
            let row = kpi::freeze(tx, &code, &command)?;
            let location = format!("/api/v1/kpis/{}/phases?centre={}", row.code, command.centre);
            Reply::created(&location, row.row_version, &PhaseView::of(row)?)
        })
        .await
}
