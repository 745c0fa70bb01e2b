//! Changing documents as JSON. What exists is changed on the version that `If-Match` names.

use actix_web::web;

use super::super::command::{Decide, NewDocument, Revise, SaveDraft, Submit, Withdraw};
use super::super::model::{Document, Version};
use super::super::service::{draft, read, review, withdraw as withdrawal};
use super::view::{DocumentView, VersionView};
use crate::actor::Permission::{ManageDocuments, WriteDocuments};
use crate::api::{ApiResult, ApiVisit, JsonBody, created, tagged};
use crate::error::{Error, Result};
use crate::ledger::WriteTx;

/// Creates a document with its first draft; without a text it starts from its tier's template.
#[utoipa::path(post, path = "/api/v1/documents", tag = "documents", request_body = NewDocument,
    responses((status = 201, body = VersionView)))]
pub(super) async fn create(visit: ApiVisit, body: JsonBody) -> ApiResult {
    visit.admit(Some(WriteDocuments)).await?;
    let command: NewDocument = body.command()?;
    let (tag, id, view) = visit
        .write(move |tx| {
            let (document, version) = draft::create(tx, &command)?;
            Ok((version.row_version, version.id.clone(), VersionView::load(tx, &document, &version)?))
        })
        .await?;
    Ok(created(&format!("/api/v1/versions/{id}"), tag, &view))
}

/// Starts a revision: a draft with the content of the version in force.
#[utoipa::path(post, path = "/api/v1/documents/{code}/revisions", tag = "documents", request_body = Revise,
    params(("code" = String, Path, description = "Code"), ("If-Match" = String, Header, description = "ETag of the document as last seen")),
    responses((status = 201, body = VersionView)))]
pub(super) async fn revise(visit: ApiVisit, code: web::Path<String>, body: JsonBody) -> ApiResult {
    visit.admit(Some(WriteDocuments)).await?;
    let seen = visit.seen_version()?;
    let command: Revise = body.command()?;
    let (tag, id, view) = visit
        .write(move |tx| {
            let document = current(tx, &code, seen)?;
            let (document, version) = draft::revise(tx, &document.id, &command)?;
            Ok((version.row_version, version.id.clone(), VersionView::load(tx, &document, &version)?))
        })
        .await?;
    Ok(created(&format!("/api/v1/versions/{id}"), tag, &view))
}

/// Saves the whole content of a draft.
#[utoipa::path(put, path = "/api/v1/versions/{id}", tag = "documents", request_body = SaveDraft,
    params(("id" = String, Path, description = "Id of the version"), ("If-Match" = String, Header, description = "ETag of the version as last seen")),
    responses((status = 200, body = VersionView)))]
pub(super) async fn save(visit: ApiVisit, id: web::Path<String>, body: JsonBody) -> ApiResult {
    visit.admit(Some(WriteDocuments)).await?;
    let command: SaveDraft = visit.command_on_seen(body)?;
    changed(visit, move |tx| draft::save(tx, &id, &command)).await
}

/// Submits a draft to its reviewers and its approver.
#[utoipa::path(post, path = "/api/v1/versions/{id}/submit", tag = "documents", request_body = Submit,
    params(("id" = String, Path, description = "Id of the version"), ("If-Match" = String, Header, description = "ETag of the version as last seen")),
    responses((status = 200, body = VersionView)))]
pub(super) async fn submit(visit: ApiVisit, id: web::Path<String>, body: JsonBody) -> ApiResult {
    visit.admit(Some(WriteDocuments)).await?;
    let command: Submit = visit.command_on_seen(body)?;
    changed(visit, move |tx| review::submit(tx, &id, &command)).await
}

/// Answers a request to review or approve: agreed, approved or returned.
#[utoipa::path(post, path = "/api/v1/versions/{id}/decision", tag = "documents", request_body = Decide,
    params(("id" = String, Path, description = "Id of the version"), ("If-Match" = String, Header, description = "ETag of the version as last seen")),
    responses((status = 200, body = VersionView)))]
pub(super) async fn decide(visit: ApiVisit, id: web::Path<String>, body: JsonBody) -> ApiResult {
    visit.admit(None).await?;
    let seen = visit.seen_version()?;
    let command: Decide = body.command()?;
    changed(visit, move |tx| {
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
    let (tag, view) = visit
        .write(move |tx| {
            let document = current(tx, &code, seen)?;
            let (document, _) = withdrawal::withdraw(tx, &document.id, &command)?;
            let actor = tx.actor.clone();
            let versions = read::versions(tx, &actor, &document.id)?;
            Ok((document.row_version, DocumentView::of(&document, &versions)))
        })
        .await?;
    Ok(tagged(tag, &view))
}

/// Runs a change of a version and shows what it became.
async fn changed<F>(visit: ApiVisit, change: F) -> ApiResult
where
    F: Fn(&mut WriteTx<'_>) -> Result<(Document, Version)> + Send + 'static,
{
    let (tag, view) = visit
        .write(move |tx| {
            let (document, version) = change(tx)?;
            Ok((version.row_version, VersionView::load(tx, &document, &version)?))
        })
        .await?;
    Ok(tagged(tag, &view))
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
