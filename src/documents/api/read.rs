//! Reading documents as JSON.

use actix_web::{HttpResponse, web};

use super::super::list::Filter;
use super::super::model::State;
use super::super::service::read;
use super::view::{DocumentLine, DocumentView, VersionView};
use crate::actor::Permission;
use crate::api::{ApiResult, ApiVisit, Page, tagged};
use crate::error::{Error, Problem, Result};

/// Documents in code order: the version in force, else the newest that this person may see.
#[utoipa::path(get, path = "/api/v1/documents", tag = "documents",
    params(
        ("tier" = Option<i64>, Query, description = "Tier 1 to 4"),
        ("state" = Option<String>, Query, description = "Documents with a version in this state; that version is shown"),
        ("owner" = Option<String>, Query, description = "Unit code of the owner"),
        ("query" = Option<String>, Query, description = "A piece of code or title"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<i64>, Query, description = "Rows at most, 1 to 200")
    ),
    responses((status = 200, body = Page<DocumentLine>)))]
pub(super) async fn list(visit: ApiVisit) -> ApiResult {
    let paging = visit.paging()?;
    let filter = filter(&visit, &paging.after, paging.limit)?;
    let entries = visit.read(move |r| read::list(r.conn, &r.actor, &filter)).await?;
    let page = paging.page(entries, |entry| entry.document.code_key.clone()).map(DocumentLine::of);
    Ok(HttpResponse::Ok().json(page))
}

fn filter(visit: &ApiVisit, after: &str, limit: i64) -> Result<Filter> {
    let state = visit.param::<String>("state")?;
    let known = state.as_deref().map(|name| {
        State::parse(name).ok_or_else(|| Error::Invalid(vec![Problem::field("state", "bad-parameter").with("value", name)]))
    });
    Ok(Filter {
        tier: visit.param("tier")?,
        state: known.transpose()?,
        owner: visit.param("owner")?,
        query: visit.param("query")?,
        after: Some(after.to_owned()),
        before: None,
        limit,
    })
}

/// A document with the versions that this person may see. Separators in the code do not matter.
#[utoipa::path(get, path = "/api/v1/documents/{code}", tag = "documents", params(("code" = String, Path, description = "Code")),
    responses((status = 200, body = DocumentView)))]
pub(super) async fn document(visit: ApiVisit, code: web::Path<String>) -> ApiResult {
    let (document, versions) = visit.read(move |r| read::find_visible(r.conn, &r.actor, &code)).await?;
    Ok(tagged(document.row_version, &DocumentView::of(&document, &versions)))
}

/// A version with its texts, its reviewers and its approver.
#[utoipa::path(get, path = "/api/v1/versions/{id}", tag = "documents", params(("id" = String, Path, description = "Id of the version")),
    responses((status = 200, body = VersionView)))]
pub(super) async fn version(visit: ApiVisit, id: web::Path<String>) -> ApiResult {
    let (tag, view) = visit
        .read(move |r| {
            // A token without the scope does not even show its person's own drafts.
            r.actor.see(Permission::ReadDocuments)?;
            let (document, version) = read::version(r.conn, &r.actor, &id)?;
            Ok((version.row_version, VersionView::load(r.conn, &document, &version)?))
        })
        .await?;
    Ok(tagged(tag, &view))
}
