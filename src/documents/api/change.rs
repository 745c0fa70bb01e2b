//! Changing documents as JSON. What exists is changed on the version that `If-Match` names.

use actix_web::web;

use super::super::command::{Decide, NewDocument, Revise, SaveDraft, Submit, Withdraw};
use super::super::model::{Document, Version};
use super::super::service::{draft, read, review, withdraw as withdrawal};
use super::view::{DocumentView, VersionView};
use crate::actor::Permission::{ManageDocuments, WriteDocuments};
use crate::api::{ApiResult, ApiVisit, JsonBody, Reply};
use crate::error::{Error, Result};
use crate::ledger::WriteTx;

/// Creates a document with its first draft; without a text it starts from its tier's template.
#[utoipa::path(post, path = "/api/v1/documents", tag = "documents", request_body = NewDocument,
    responses((status = 201, body = VersionView)))]
pub(super) async fn create(visit: ApiVisit, body: JsonBody) -> ApiResult {
    visit.admit(Some(WriteDocuments)).await?;
    let command: NewDocument = body.command()?;
    visit
        .change(&body, move |tx| {
            let made = draft::create(tx, &command)?;
            begun(tx, made)
        })
        .await
}

/// Starts a revision: a draft with the content of the version in force.
#[utoipa::path(post, path = "/api/v1/documents/{code}/revisions", tag = "documents", request_body = Revise,
    params(("code" = String, Path, description = "Code"), ("If-Match" = String, Header, description = "ETag of the document as last seen")),
    responses((status = 201, body = VersionView)))]
pub(super) async fn revise(visit: ApiVisit, code: web::Path<String>, body: JsonBody) -> ApiResult {
    visit.admit(Some(WriteDocuments)).await?;
    let seen = visit.seen_version()?;
    let command: Revise = body.command()?;
    visit
        .change(&body, move |tx| {
            let document = current(tx, &code, seen)?;
            let made = draft::revise(tx, &document.id, &command)?;
            begun(tx, made)
        })
        .await
}

/// A new draft with its address.
fn begun(tx: &mut WriteTx<'_>, (document, version): (Document, Version)) -> Result<Reply> {
    let view = VersionView::load(tx, &document, &version)?;
    Reply::created(&format!("/api/v1/versions/{}", version.id), version.row_version, &view)
}

/// Saves the whole content of a draft.
#[utoipa::path(put, path = "/api/v1/versions/{id}", tag = "documents", request_body = SaveDraft,
    params(("id" = String, Path, description = "Id of the version"), ("If-Match" = String, Header, description = "ETag of the version as last seen")),
    responses((status = 200, body = VersionView)))]
pub(super) async fn save(visit: ApiVisit, id: web::Path<String>, body: JsonBody) -> ApiResult {
    visit.admit(Some(WriteDocuments)).await?;
    let command: SaveDraft = visit.command_on_seen(&body)?;
    changed(visit, &body, move |tx| draft::save(tx, &id, &command)).await
}

/// Submits a draft to its reviewers and its approver.
#[utoipa::path(post, path = "/api/v1/versions/{id}/submit", tag = "documents", request_body = Submit,
    params(("id" = String, Path, description = "Id of the version"), ("If-Match" = String, Header, description = "ETag of the version as last seen")),
    responses((status = 200, body = VersionView)))]
pub(super) async fn submit(visit: ApiVisit, id: web::Path<String>, body: JsonBody) -> ApiResult {
    visit.admit(Some(WriteDocuments)).await?;
    let command: Submit = visit.command_on_seen(&body)?;
    changed(visit, &body, move |tx| review::submit(tx, &id, &command)).await
}

/// Answers a request to review or approve: agreed, approved or returned.
#[utoipa::path(post, path = "/api/v1/versions/{id}/decision", tag = "documents", request_body = Decide,
    params(("id" = String, Path, description = "Id of the version"), ("If-Match" = String, Header, description = "ETag of the version as last seen")),
    responses((status = 200, body = VersionView)))]
pub(super) async fn decide(visit: ApiVisit, id: web::Path<String>, body: JsonBody) -> ApiResult {
    visit.admit(None).await?;
    let seen = visit.seen_version()?;
    let command: Decide = body.command()?;
    changed(visit, &body, move |tx| {
        let actor = tx.actor.clone();
        let (_, version) = read::version(tx, &actor, &id)?;
        same(version.row_version, seen)?;
        review::decide(tx, &id, &command)
    })
    .await
}

/// Withdraws the version in force.
#[utoipa::path(post, path = "/api/v1/documents/{code}/withdraw", tag = "documents", request_body = Withdraw,
    params(("code" = String, Path, description = "Code"), ("If-Match" = String, Header, description = "ETag of the document as last seen")),
    responses((status = 200, body = DocumentView)))]
pub(super) async fn withdraw(visit: ApiVisit, code: web::Path<String>, body: JsonBody) -> ApiResult {
    visit.admit(Some(ManageDocuments)).await?;
    let seen = visit.seen_version()?;
    let command: Withdraw = body.command()?;
    visit
        .change(&body, move |tx| {
            let document = current(tx, &code, seen)?;
            let (document, _) = withdrawal::withdraw(tx, &document.id, &command)?;
            let actor = tx.actor.clone();
            let versions = read::versions(tx, &actor, &document.id)?;
            Reply::changed(document.row_version, &DocumentView::of(&document, &versions))
        })
        .await
}

/// Runs a change of a version and shows what it became.
async fn changed<F>(visit: ApiVisit, body: &JsonBody, change: F) -> ApiResult
where
    F: Fn(&mut WriteTx<'_>) -> Result<(Document, Version)> + Send + 'static,
{
    visit
        .change(body, move |tx| {
            let (document, version) = change(tx)?;
            Reply::changed(version.row_version, &VersionView::load(tx, &document, &version)?)
        })
        .await
}

/// The document, if it is still as it was seen.
fn current(tx: &mut WriteTx<'_>, code: &str, seen: i64) -> Result<Document> {
    let actor = tx.actor.clone();
    let (document, _) = read::find_visible(tx, &actor, code)?;
    same(document.row_version, seen)?;
    Ok(document)
}

fn same(now: i64, seen: i64) -> Result<()> {
    if now == seen { Ok(()) } else { Err(Error::Stale) }
}
