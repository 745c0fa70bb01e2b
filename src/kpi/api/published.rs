//! Published scorecards as JSON.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use crate::actor::Permission::{ManageKpis, ReadKpis};
use crate::api::{ApiResult, ApiVisit, JsonBody, Page, Reply, tagged};
use crate::db::Instant;
use crate::kpi::{self, FrozenCard, FrozenKpi, PublishScorecard, Scorecard, SignalRule};

/// A published scorecard.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = PublishedScorecard)]
pub(super) struct PublishedView {
    /// Id.
    id: String,
    /// Month as written.
    period: String,
    /// 1, and one more with every correction.
    edition: i64,
    /// SHA-256 of the frozen card.
    card_hash: String,
    /// 0 to 100; none when nothing was scored.
    total: Option<f64>,
    /// Scored weight over the whole, 0 to 1.
    coverage: f64,
    /// No gaps: only then may centres be compared.
    complete: bool,
    /// Why there is a correction.
    reason: Option<String>,
    /// Who published it, by name.
    published_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    published_at: Instant,
    /// Results that may not stand, whatever the total is; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    gates: Option<Vec<GateView>>,
    /// What was frozen; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<FrozenCard>,
}

/// A result of the month that may not stand.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = PublishedGate)]
pub(super) struct GateView {
    /// Code of the KPI.
    code: String,
    /// `gate` of what may not happen at all; `range` of any other result outside its allowed range.
    #[schema(value_type = String)]
    rule: SignalRule,
    /// The value in its unit.
    in_unit: Option<f64>,
}

impl GateView {
    fn all(card: &FrozenCard) -> Vec<Self> {
        let view = |(kpi, rule): (&FrozenKpi, SignalRule)| Self { code: kpi.code.clone(), rule, in_unit: kpi.in_unit };
        card.gates().into_iter().map(view).collect()
    }
}

impl PublishedView {
    fn of(row: Scorecard, card: Option<FrozenCard>) -> Self {
        Self {
            id: row.id,
            period: row.period,
            edition: row.edition,
            card_hash: row.card_hash,
            total: row.total,
            coverage: row.coverage,
            complete: row.complete,
            reason: row.reason,
            published_by: row.published_by,
            published_at: row.published_at,
            gates: card.as_ref().map(GateView::all),
            card,
        }
    }
}

/// Published scorecards of the centres that this person may see, newest month first.
#[utoipa::path(get, path = "/api/v1/scorecards", tag = "kpis",
    params(
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<i64>, Query, description = "Rows at most, 1 to 200")
    ),
    responses((status = 200, body = Page<PublishedView>)))]
pub(crate) async fn list(visit: ApiVisit) -> ApiResult {
    visit.read(|r| r.actor.see(ReadKpis)).await?;
    let paging = visit.paging()?;
    let (after, wanted) = (Some(paging.after.clone()).filter(|id| !id.is_empty()), paging.wanted());
    let rows = visit.read(move |r| kpi::all_published(r.conn, &r.actor, after.as_deref(), wanted)).await?;
    Ok(HttpResponse::Ok().json(paging.page(rows, |row| row.id.clone()).map(|row| PublishedView::of(row, None))))
}

/// A published scorecard with everything that its figures follow from.
#[utoipa::path(get, path = "/api/v1/scorecards/{id}", tag = "kpis", params(("id" = String, Path, description = "Id of the published card")),
    responses((status = 200, body = PublishedView)))]
pub(crate) async fn show(visit: ApiVisit, id: web::Path<String>) -> ApiResult {
    let (row, _, card) = visit.read(move |r| kpi::published(r.conn, &r.actor, &id)).await?;
    Ok(tagged(row.row_version, &PublishedView::of(row, Some(card))))
}

/// Freezes the scorecard of a centre for a month; a correction is a new edition and needs a reason.
#[utoipa::path(post, path = "/api/v1/scorecards", tag = "kpis", request_body = PublishScorecard,
    responses((status = 201, body = PublishedView)))]
pub(crate) async fn publish(visit: ApiVisit, body: JsonBody) -> ApiResult {
    visit.admit(Some(ManageKpis)).await?;
    let command: PublishScorecard = body.command()?;
    visit
        .change(&body, move |tx| {
            let row = kpi::publish(tx, &command)?;
            let location = format!("/api/v1/scorecards/{}", row.id);
            Reply::created(&location, row.row_version, &PublishedView::of(row, None))
        })
        .await
}
