//! Steps 4 and 5: what the file would do, and the import. Both may take a while; the page says how far the reading is and asks again.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Path, Query};
use serde::Deserialize;
use serde_json::json;

use super::header::see;
use super::preview_view::{self, reading};
use super::{Step, waiting};
use crate::actor::Permission;
use crate::error::Result;
use crate::kpi::{self, Committed, Looked, RowErrors, SeenPreview};
use crate::web::{Area, Flash, FormBody, PageResult, View, Visit, block};

/// Where an import leads: to its batch, or on to the rows that it leaves out.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Then {
    then: Option<String>,
}

impl Then {
    fn mend(&self) -> bool {
        self.then.as_deref() == Some("mend")
    }
}

/// What the file would do; while it is read, how far the reading is.
pub(crate) async fn show(visit: Visit, id: Path<String>) -> PageResult {
    looked(visit, id.into_inner()).await
}

/// Reads the file once more: something else changed meanwhile.
pub(crate) async fn again(visit: Visit, id: Path<String>, FormBody(form): FormBody) -> PageResult {
    visit.admit(&form).await?;
    let (ledger, dir, key) = (visit.site.ledger.clone(), visit.site.config.evidence_dir(), id.clone());
    let actor = visit.read(|r| r.actor.require(Permission::ImportKpis).map(|()| r.actor.clone())).await?;
    block(move || kpi::preview_staged(&ledger, &dir, &actor, &key, true)).await?;
    Ok(see(&format!("/kpis/import/{id}/preview")))
}

async fn looked(visit: Visit, id: String) -> PageResult {
    let (key, ledger, dir) = (id.clone(), visit.site.ledger.clone(), visit.site.config.evidence_dir());
    let (actor, mapped) = visit
        .read(move |r| {
            let staged = waiting(r, &key)?;
            Ok((r.actor.clone(), staged.mapping.is_some()))
        })
        .await?;
    if !mapped {
        return Ok(see(&format!("/kpis/import/{id}/mapping")));
    }
    let key = id.clone();
    match block(move || kpi::preview_staged(&ledger, &dir, &actor, &key, false)).await? {
        Looked::Ready(preview) => {
            visit
                .page("kpis/wizard_preview.html", move |r| {
                    let staged = waiting(r, &id)?;
                    let view = preview_view::view(r, &staged, &preview, &[])?;
                    Ok(View::new(Area::Kpis, r.t("kpii-preview-title"), view))
                })
                .await
        }
        Looked::UnderWay(progress) => under_way(visit, id, Some(progress)).await,
        Looked::Waiting => under_way(visit, id, None).await,
    }
}

/// A page that asks again.
async fn under_way(visit: Visit, id: String, progress: Option<std::sync::Arc<kpi::Progress>>) -> PageResult {
    visit
        .page("kpis/wizard_reading.html", move |r| {
            let staged = kpi::staged(r.conn, &r.actor, &id)?;
            let view = json!({"step": Step::of(&staged, r.lang), "reading": reading(r, progress.as_deref())});
            Ok(View::new(Area::Kpis, r.t("kpii-reading-title"), view))
        })
        .await
}

/// Imports what the preview showed: all rows, or those without errors.
pub(crate) async fn commit(visit: Visit, id: Path<String>, FormBody(form): FormBody) -> PageResult {
    visit.admit(&form).await?;
    let row_errors = if form.get("rows") == Some("valid") { RowErrors::LeaveOut } else { RowErrors::Refuse };
    let seen = SeenPreview::read(form.get("seen").unwrap_or_default());
    let then = Then { then: form.get("then").map(str::to_owned) };
    let (ledger, dir, key) = (visit.site.ledger.clone(), visit.site.config.evidence_dir(), id.clone());
    let actor = visit.read(|r| Ok(r.actor.clone())).await?;
    let done = block(move || kpi::commit_staged(&ledger, &dir, &actor, &key, row_errors, seen)).await?;
    match done {
        Committed::Batch(number, identical) => Ok(finished(&visit, (number, identical), then)),
        _ => Ok(see(&format!("/kpis/import/{id}/commit{}", if then.mend() { "?then=mend" } else { "" }))),
    }
}

/// What became of the import.
pub(crate) async fn committed(visit: Visit, id: Path<String>, then: Query<Then>) -> PageResult {
    let id = id.into_inner();
    let (ledger, dir, key) = (visit.site.ledger.clone(), visit.site.config.evidence_dir(), id.clone());
    let actor = visit.read(|r| Ok(r.actor.clone())).await?;
    let state = block(move || kpi::committed(&ledger, &dir, &actor, &key)).await?;
    match state {
        Committed::Batch(number, identical) => Ok(finished(&visit, (number, identical), then.into_inner())),
        Committed::UnderWay(progress) => under_way(visit, id, Some(progress)).await,
        Committed::Waiting => Ok(see(&format!("/kpis/import/{id}/preview"))),
        Committed::Refused(problems) => refused(visit, id, problems).await,
    }
}

async fn refused(visit: Visit, id: String, problems: Vec<crate::error::Problem>) -> PageResult {
    let (ledger, dir, key) = (visit.site.ledger.clone(), visit.site.config.evidence_dir(), id.clone());
    let actor = visit.read(|r| Ok(r.actor.clone())).await?;
    let looked = block(move || kpi::preview_staged(&ledger, &dir, &actor, &key, false)).await?;
    let preview = match looked {
        Looked::Ready(preview) => preview,
        Looked::UnderWay(progress) => return under_way(visit, id, Some(progress)).await,
        Looked::Waiting => return under_way(visit, id, None).await,
    };
    visit
        .page("kpis/wizard_preview.html", move |r| {
            let staged = waiting(r, &id)?;
            let view = preview_view::view(r, &staged, &preview, &problems)?;
            Ok(View::new(Area::Kpis, r.t("kpii-preview-title"), view).status(409))
        })
        .await
}

fn finished(visit: &Visit, (number, identical): (i64, bool), then: Then) -> HttpResponse {
    let key = if identical { "kpis-identical" } else { "kpis-imported" };
    let next = if then.mend() { "/mend" } else { "" };
    visit.see_other(&format!("/kpis/batches/{number}{next}"), Flash::ok_with(key, &number.to_string()))
}

/// The rows with errors of a batch that left them out.
pub(crate) async fn rejected(visit: Visit, number: Path<String>) -> PageResult {
    let (ledger, dir) = (visit.site.ledger.clone(), visit.site.config.evidence_dir());
    let actor = visit.read(|r| Ok(r.actor.clone())).await?;
    let number: i64 = number.parse().map_err(|_| crate::error::Error::NotFound)?;
    let id: Result<String> = block(move || kpi::rejected_of_batch(&ledger, &dir, &actor, number)).await;
    let mut answer = HttpResponse::SeeOther();
    answer.insert_header((header::LOCATION, format!("/kpis/import/rows/{}", id?)));
    Ok(answer.finish())
}
