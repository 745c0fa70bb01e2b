//! Locked months as JSON.

use actix_web::HttpResponse;
use serde::Serialize;

use crate::actor::Permission::{ManageKpis, ReadKpis};
use crate::api::{ApiResult, ApiVisit, JsonBody, Page, Reply};
use crate::db::Instant;
use crate::kpi::{self, Lock, LockMonth};

/// A month of a centre whose data are settled, or were settled and opened again.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = KpiLock)]
pub(super) struct LockView {
    /// Code of the centre.
    centre: String,
    /// The month: `2026-10`.
    month: String,
    /// False once it was opened again.
    locked: bool,
    /// Why.
    reason: String,
    /// Who did so, by name.
    changed_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    changed_at: Instant,
}

impl LockView {
    fn of(lock: Lock, centre: String) -> Self {
        Self {
            centre,
            month: lock.month,
            locked: lock.locked,
            reason: lock.reason,
            changed_by: lock.changed_by,
            changed_at: lock.changed_at,
        }
    }

    fn key(&self) -> String {
        format!("{} {}", self.month, self.centre)
    }
}

/// Months that are locked, and those opened again; newest month first.
#[utoipa::path(get, path = "/api/v1/kpi/locks", tag = "kpis",
    params(
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<i64>, Query, description = "Rows at most, 1 to 200")
    ),
    responses((status = 200, body = Page<LockView>)))]
pub(crate) async fn list(visit: ApiVisit) -> ApiResult {
    visit.read(|r| r.actor.see(ReadKpis)).await?;
    let paging = visit.paging()?;
    let found = visit.read(|r| kpi::locks(r.conn, &r.actor)).await?;
    let rows = found.into_iter().map(|found| LockView::of(found.lock, found.centre.code));
    let behind = rows.skip_while(|row| !paging.after.is_empty() && row.key() != paging.after);
    let skipped = usize::from(!paging.after.is_empty());
    let wanted = usize::try_from(paging.wanted()).unwrap_or(0);
    let rows: Vec<LockView> = behind.skip(skipped).take(wanted).collect();
    Ok(HttpResponse::Ok().json(paging.page(rows, LockView::key)))
}

/// Locks a month of a centre: imports and take-backs that touch it are refused.
#[utoipa::path(post, path = "/api/v1/kpi/locks", tag = "kpis", request_body = LockMonth,
    responses((status = 201, body = LockView)))]
pub(crate) async fn lock(visit: ApiVisit, body: JsonBody) -> ApiResult {
    visit.admit(Some(ManageKpis)).await?;
    let command: LockMonth = body.command()?;
    visit
        .change(&body, move |tx| {
            let lock = kpi::lock_month(tx, &command)?;
            Reply::created("/api/v1/kpi/locks", lock.row_version, &LockView::of(lock, command.centre.clone()))
        })
        .await
}

/// Opens a locked month again.
#[utoipa::path(post, path = "/api/v1/kpi/locks/unlock", tag = "kpis", request_body = LockMonth,
    responses((status = 200, body = LockView)))]
pub(crate) async fn unlock(visit: ApiVisit, body: JsonBody) -> ApiResult {
    visit.admit(Some(ManageKpis)).await?;
    let command: LockMonth = body.command()?;
    visit
        .change(&body, move |tx| {
            let lock = kpi::unlock_month(tx, &command)?;
            Reply::done(&LockView::of(lock, command.centre.clone()))
        })
        .await
}
