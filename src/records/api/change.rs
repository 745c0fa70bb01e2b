//! Filling in records as JSON. A draft is changed on the version that `If-Match` names.

use actix_web::web;

use super::super::{FillRecord, Record, service};
use super::view::RecordView;
use crate::actor::Permission::FillRecords;
use crate::api::{ApiResult, ApiVisit, JsonBody, Reply};
use crate::error::{Error, Result};
use crate::ledger::WriteTx;

/// Begins a record on the form version in force; with `submit` it is checked, numbered and locked at once.
#[utoipa::path(post, path = "/api/v1/records", tag = "records", request_body = FillRecord,
    responses((status = 201, body = RecordView)))]
pub(super) async fn create(visit: ApiVisit, body: JsonBody) -> ApiResult {
    visit.admit(Some(FillRecords)).await?;
    let command: FillRecord = body.command()?;
    if command.form.trim().is_empty() {
        return Err(Error::field("form", "required").into());
    }
    visit
        .change(&body, move |tx| {
            let record = service::fill(tx, &command)?;
            let view = RecordView::load(tx, &record)?;
            Reply::created(&format!("/api/v1/records/{}", record.id), record.row_version, &view)
        })
        .await
}

/// Saves a draft of one's own whole, or with `submit` checks, numbers and locks it. It stays on its form.
#[utoipa::path(put, path = "/api/v1/records/{id}", tag = "records", request_body = FillRecord,
    params(("id" = String, Path, description = "Id of the record"), ("If-Match" = String, Header, description = "ETag of the record as last seen")),
    responses((status = 200, body = RecordView)))]
pub(super) async fn save(visit: ApiVisit, id: web::Path<String>, body: JsonBody) -> ApiResult {
    visit.admit(Some(FillRecords)).await?;
    let command: FillRecord = visit.command_on_seen(&body)?;
    visit.change(&body, move |tx| service::save(tx, &id, &command).and_then(|record| shown(tx, &record))).await
}

/// Submits a draft of one's own as it stands: checks, numbers and locks it.
#[utoipa::path(post, path = "/api/v1/records/{id}/submit", tag = "records",
    params(("id" = String, Path, description = "Id of the record"), ("If-Match" = String, Header, description = "ETag of the record as last seen")),
    responses((status = 200, body = RecordView)))]
pub(super) async fn submit(visit: ApiVisit, id: web::Path<String>, body: JsonBody) -> ApiResult {
    visit.admit(Some(FillRecords)).await?;
    let seen = visit.seen_version()?;
    visit.change(&body, move |tx| service::submit_saved(tx, &id, seen).and_then(|record| shown(tx, &record))).await
}

fn shown(tx: &mut WriteTx<'_>, record: &Record) -> Result<Reply> {
    Reply::changed(record.row_version, &RecordView::load(tx, record)?)
}
