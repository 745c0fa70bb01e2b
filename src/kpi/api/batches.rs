//! Import batches as JSON: listed, taken in, taken back.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::super::pages::upload::Upload;
use super::view::{BatchView, ImportForm, ImportView, RejectedRows};
use crate::actor::Permission::ImportKpis;
use crate::api::{ApiResult, ApiVisit, JsonBody, Page, Reply, tagged};
use crate::error::{Error, Result};
use crate::kpi::{self, Imported};

/// Import batches, newest first.
#[utoipa::path(get, path = "/api/v1/kpi/batches", tag = "kpis",
    params(
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<i64>, Query, description = "Rows at most, 1 to 200")
    ),
    responses((status = 200, body = Page<BatchView>)))]
pub(crate) async fn list(visit: ApiVisit) -> ApiResult {
    visit.read(|r| r.actor.see(crate::actor::Permission::ReadKpis)).await?;
    let paging = visit.paging()?;
    let below = below(&paging.after)?;
    let wanted = paging.wanted();
    let batches = visit.read(move |r| kpi::batches(r.conn, &r.actor, below, wanted)).await?;
    let page = paging.page(batches, |batch| batch.number.to_string()).map(BatchView::of);
    Ok(HttpResponse::Ok().json(page))
}

fn below(after: &str) -> Result<Option<i64>> {
    if after.is_empty() {
        return Ok(None);
    }
    after.parse().map(Some).map_err(|_| Error::field("after", "bad-cursor"))
}

/// An import batch.
#[utoipa::path(get, path = "/api/v1/kpi/batches/{number}", tag = "kpis", params(("number" = i64, Path, description = "Number of the batch")),
    responses((status = 200, body = BatchView)))]
pub(crate) async fn batch(visit: ApiVisit, number: web::Path<String>) -> ApiResult {
    let batch = visit.read(move |r| kpi::batch(r.conn, &r.actor, number_of(&number)?)).await?;
    Ok(tagged(batch.row_version, &BatchView::of(batch)))
}

/// What is no number names no batch.
fn number_of(text: &str) -> Result<i64> {
    text.parse().map_err(|_| Error::NotFound)
}

/// Why a batch is taken back.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UndoBatch {
    /// Kept in the history of the batch.
    #[serde(default)]
    reason: Option<String>,
}

/// Takes a batch back; what it had replaced counts again.
#[utoipa::path(post, path = "/api/v1/kpi/batches/{number}/undo", tag = "kpis", request_body = UndoBatch,
    params(("number" = i64, Path, description = "Number of the batch"), ("If-Match" = String, Header, description = "ETag of the batch as last seen")),
    responses((status = 200, body = BatchView)))]
pub(crate) async fn undo(visit: ApiVisit, number: web::Path<String>, body: JsonBody) -> ApiResult {
    visit.admit(Some(ImportKpis)).await?;
    let (seen, number) = (visit.seen_version()?, number_of(&number)?);
    let command: UndoBatch = body.command()?;
    let answer = visit
        .change(&body, move |tx| {
            let actor = tx.actor.clone();
            if kpi::batch(tx, &actor, number)?.row_version != seen {
                return Err(Error::Stale);
            }
            let batch = kpi::undo(tx, number, command.reason.as_deref())?;
            Reply::changed(batch.row_version, &BatchView::of(batch))
        })
        .await?;
    let ledger = visit.site.ledger.clone();
    crate::web::block(move || Ok(kpi::settle_now(&ledger, None))).await?;
    Ok(answer)
}

/// The rows with errors of a file that was refused, each with its reasons: for a day, for whoever sent the file.
#[utoipa::path(get, path = "/api/v1/kpi/imports/rows/{id}", tag = "kpis", params(("id" = String, Path, description = "From the problem `kpi-errors-file`")),
    responses((status = 200, body = RejectedRows)))]
pub(crate) async fn rows(visit: ApiVisit, id: web::Path<String>) -> ApiResult {
    let dir = visit.site.config.evidence_dir();
    let bytes = visit.read(move |r| kpi::rejected_rows(&dir, &r.actor, &id)).await?;
    let csv = String::from_utf8(bytes).map_err(Error::internal)?;
    Ok(HttpResponse::Ok().json(RejectedRows { csv }))
}

/// Takes a file of any kind of source in: it streams into measures and evidence, and the fields stand before it. 200 instead of 201 when
/// the very same file was taken in before.
#[utoipa::path(post, path = "/api/v1/kpi/imports", tag = "kpis",
    request_body(content = ImportForm, content_type = "multipart/form-data", description = "The fields, then the file"),
    responses((status = 201, body = ImportView), (status = 200, body = ImportView, description = "Nothing changed")))]
pub(crate) async fn import(visit: ApiVisit, request: HttpRequest, payload: web::Payload) -> ApiResult {
    let actor = visit
        .read(|r| {
            r.actor.require(ImportKpis)?;
            Ok(r.actor.clone())
        })
        .await?;
    let mut upload = Upload::open(&request, payload).await?;
    let once = visit.once(&upload.parts())?;
    let done = upload.import(&visit.site, actor, once).await?;
    let mut answer = match &done {
        Imported::New { .. } => HttpResponse::Created(),
        Imported::Identical(_) => HttpResponse::Ok(),
    };
    answer.insert_header((header::LOCATION, format!("/api/v1/kpi/batches/{}", done.batch().number)));
    Ok(answer.json(ImportView::of(done)))
}
