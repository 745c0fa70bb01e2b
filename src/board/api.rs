//! The board and its reviews as JSON: the same services and commands as the pages (ISO 9001 9.1.3, 9.3).

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::OpenApi;

use super::gather;
use super::model::{Board, Note, NoteKind, Review};
use super::review::{self, Act, Freeze, Opened, Write};
use crate::actor::Permission::{ManageKpis, ReadKpis};
use crate::api::{ApiResult, ApiVisit, JsonBody, Page, Reply, tagged};
use crate::db::Instant;
use crate::error::{Error, Result};
use crate::kpi::{Closely, Period};
use crate::web::{Access, Routes};

#[derive(OpenApi)]
#[openapi(paths(board, list, show, freeze, write, act))]
struct Contract;

/// This part of the OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Contract::openapi()
}

pub(super) fn routes(routes: &mut Routes) {
    let (read, manage) = (Access::Scope(ReadKpis), Access::Scope(ManageKpis));
    routes
        .get("/api/v1/board", read, board)
        .get("/api/v1/reviews", read, list)
        .post("/api/v1/reviews", manage, freeze)
        .get("/api/v1/reviews/{id}", read, show)
        .post("/api/v1/reviews/{id}/notes", manage, write)
        .post("/api/v1/reviews/{id}/notes/{note}/action", manage, act);
}

/// A board frozen for a management review.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = BoardReview)]
struct ReviewView {
    /// Id.
    id: String,
    /// The month: `2026-10`.
    period: String,
    /// What it was frozen for.
    title: String,
    /// SHA-256 of the kept board.
    board_hash: String,
    /// Who froze it, by name.
    frozen_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    frozen_at: Instant,
}

impl ReviewView {
    fn of(row: Review) -> Self {
        Self {
            id: row.id,
            period: row.period,
            title: row.title,
            board_hash: row.board_hash,
            frozen_by: row.frozen_by,
            frozen_at: row.frozen_at,
        }
    }
}

/// A note of a review.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = BoardNote)]
struct NoteView {
    /// Id.
    id: String,
    /// Place, from 1.
    ordinal: i64,
    /// `minutes` or `decision`.
    kind: NoteKind,
    /// In words.
    text: String,
    /// Who wrote it, by name.
    written_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    written_at: Instant,
    /// Number of the cycle that carries a decision out.
    cycle: Option<String>,
}

impl NoteView {
    fn of(note: Note) -> Self {
        Self {
            id: note.id,
            ordinal: note.ordinal,
            kind: note.kind,
            text: note.text,
            written_by: note.written_by,
            written_at: note.written_at,
            cycle: note.cycle,
        }
    }
}

/// A review with what was frozen and what was said of it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = BoardReviewWhole)]
struct OpenedView {
    /// The review.
    #[serde(flatten)]
    review: ReviewView,
    /// What was frozen, without the centres that this person may not see.
    board: Board,
    /// Minutes and decisions, in order; none of a board that is seen in part.
    notes: Vec<NoteView>,
    /// Nothing was left out.
    whole: bool,
}

/// The month that is asked for; there is no usual one, because a program should say what it means.
fn month(text: Option<&str>) -> Result<Period> {
    let period = Period::parse(text.ok_or_else(|| Error::field("period", "required"))?)?;
    if period.is_month() { Ok(period) } else { Err(Error::field("period", "kpi-publish-month")) }
}

/// The executives' board of a month: centres by type with score and core KPIs, exceptions, what changed since the last review.
#[utoipa::path(get, path = "/api/v1/board", tag = "kpis",
    params(("period" = String, Query, description = "A month: `2026-10`")),
    responses((status = 200, body = Board)))]
async fn board(visit: ApiVisit) -> ApiResult {
    visit.read(|r| r.actor.see(ReadKpis)).await?;
    let month = month(visit.param::<String>("period")?.as_deref())?;
    let board = visit.read(move |r| gather::gather(r.conn, &r.actor, month, Closely::All, r.today)).await?;
    Ok(HttpResponse::Ok().json(board))
}

/// Boards frozen for management reviews, newest first.
#[utoipa::path(get, path = "/api/v1/reviews", tag = "kpis",
    params(
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<i64>, Query, description = "Rows at most, 1 to 200")
    ),
    responses((status = 200, body = Page<ReviewView>)))]
async fn list(visit: ApiVisit) -> ApiResult {
    visit.read(|r| r.actor.see(ReadKpis)).await?;
    let paging = visit.paging()?;
    let (after, wanted) = (Some(paging.after.clone()).filter(|id| !id.is_empty()), paging.wanted());
    let rows = visit.read(move |r| review::list(r.conn, &r.actor, after.as_deref(), wanted)).await?;
    Ok(HttpResponse::Ok().json(paging.page(rows, |row| row.id.clone()).map(ReviewView::of)))
}

/// A review: the frozen board with minutes and decisions.
#[utoipa::path(get, path = "/api/v1/reviews/{id}", tag = "kpis", params(("id" = String, Path, description = "Id of the review")),
    responses((status = 200, body = OpenedView)))]
async fn show(visit: ApiVisit, id: web::Path<String>) -> ApiResult {
    let Opened { review, board, notes, whole } = visit.read(move |r| review::open(r.conn, &r.actor, &id)).await?;
    let (version, notes) = (review.row_version, notes.into_iter().map(NoteView::of).collect());
    Ok(tagged(version, &OpenedView { review: ReviewView::of(review), board, notes, whole }))
}

/// Freezes the board of a month.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[schema(as = FreezeBoard)]
#[serde(deny_unknown_fields)]
struct FreezeBody {
    /// The month: `2026-10`.
    period: String,
    /// What it is frozen for.
    title: String,
}

/// Freezes the board of a month for a management review.
#[utoipa::path(post, path = "/api/v1/reviews", tag = "kpis", request_body = FreezeBody, responses((status = 201, body = ReviewView)))]
async fn freeze(visit: ApiVisit, body: JsonBody) -> ApiResult {
    visit.admit(Some(ManageKpis)).await?;
    let FreezeBody { period, title } = body.command()?;
    let month = month(Some(&period))?;
    let board = visit.read(move |r| gather::gather(r.conn, &r.actor, month, Closely::All, r.today)).await?;
    let command = Freeze { title, board };
    visit
        .change(&body, move |tx| {
            let row = review::freeze(tx, &command)?;
            let location = format!("/api/v1/reviews/{}", row.id);
            Reply::created(&location, row.row_version, &ReviewView::of(row))
        })
        .await
}

/// Adds to the minutes of a review, or a decision.
#[utoipa::path(post, path = "/api/v1/reviews/{id}/notes", tag = "kpis", request_body = Write,
    params(("id" = String, Path, description = "Id of the review")),
    responses((status = 201, body = NoteView)))]
async fn write(visit: ApiVisit, id: web::Path<String>, body: JsonBody) -> ApiResult {
    visit.admit(Some(ManageKpis)).await?;
    let command: Write = body.command()?;
    visit
        .change(&body, move |tx| {
            let note = review::note(tx, &id, &command)?;
            Reply::created(&format!("/api/v1/reviews/{id}"), note.row_version, &NoteView::of(note))
        })
        .await
}

/// Makes a decision an action of a cycle, once.
#[utoipa::path(post, path = "/api/v1/reviews/{id}/notes/{note}/action", tag = "kpis", request_body = Act,
    params(("id" = String, Path, description = "Id of the review"), ("note" = String, Path, description = "Id of the decision")),
    responses((status = 200, body = NoteView)))]
async fn act(visit: ApiVisit, path: web::Path<(String, String)>, body: JsonBody) -> ApiResult {
    visit.admit(Some(ManageKpis)).await?;
    let command: Act = body.command()?;
    let (id, note) = path.into_inner();
    visit.change(&body, move |tx| Reply::done(&NoteView::of(review::act(tx, &id, &note, &command)?))).await
}
