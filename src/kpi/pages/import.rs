//! `/kpis/import`: a call log through the browser. The file streams from the body into the reader and the evidence folder in one pass; who
//! may not import is told so before a byte of it is read.

use actix_web::http::header;
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::upload::Upload;
use crate::actor::Permission;
use crate::error::{Error, Problem, Result};
use crate::kpi::pack::MAPPING_EXAMPLE;
use crate::kpi::{self, Imported};
use crate::text::Lang;
use crate::web::{Area, Flash, Form, PageResult, Reading, View, Visit};

/// The form, with the mapping of the last import.
pub(crate) async fn form(visit: Visit) -> PageResult {
    visit
        .page("kpis/import.html", move |r| {
            r.actor.see(Permission::ImportKpis)?;
            let view = view(r, None)?;
            Ok(View::new(Area::Kpis, r.t("kpis-import"), view))
        })
        .await
}

/// Takes the file in.
pub(crate) async fn send(visit: Visit, request: HttpRequest, payload: Payload) -> PageResult {
    let actor = visit
        .read(|r| {
            r.actor.require(Permission::ImportKpis)?;
            Ok(r.actor.clone())
        })
        .await?;
    let mut upload = Upload::open(&request, payload).await?;
    visit.check_csrf(&upload.form)?;
    match upload.import(&visit.site, actor, None).await {
        Ok(done) => Ok(finished(&visit, &done)),
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => refused(visit, upload.form, error).await,
        Err(error) => Err(error.into()),
    }
}

/// The rows with errors of a file that was refused.
pub(crate) async fn rows(visit: Visit, id: Path<String>) -> PageResult {
    let dir = visit.site.config.evidence_dir();
    let bytes = visit.read(move |r| kpi::rejected_rows(&dir, &r.actor, &id)).await?;
    Ok(as_file(bytes))
}

/// A CSV text to be saved.
fn as_file(bytes: Vec<u8>) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    answer.content_type("text/csv; charset=utf-8");
    answer.insert_header((header::CACHE_CONTROL, "private, no-store"));
    answer.insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"rows-with-errors.csv\""));
    answer.body(bytes)
}

fn finished(visit: &Visit, done: &Imported) -> HttpResponse {
    let number = done.batch().number.to_string();
    let key = match done {
        Imported::New { .. } => "kpis-imported",
        Imported::Identical(_) => "kpis-identical",
    };
    visit.see_other(&format!("/kpis/batches/{number}"), Flash::ok_with(key, &number))
}

async fn refused(visit: Visit, form: Form, error: Error) -> PageResult {
    let status = error.status();
    visit
        .page("kpis/import.html", move |r| {
            let view = view(r, Some((&form, &error)))?;
            Ok(View::new(Area::Kpis, r.t("kpis-import"), view).status(status))
        })
        .await
}

fn view(r: &mut Reading<'_>, refused: Option<(&Form, &Error)>) -> Result<serde_json::Value> {
    let centres: Vec<_> = kpi::centres(r.conn, &r.actor)?
        .into_iter()
        .filter(|centre| centre.active && r.actor.may_at(Permission::ImportKpis, &centre.id))
        .map(|centre| json!({"value": centre.code, "label": format!("{} {}", centre.code, centre.name(r.lang))}))
        .collect();
    let mapping = match refused {
        Some((form, _)) => form.get("mapping").unwrap_or_default().to_owned(),
        None => kpi::last_mapping(r.conn, &r.actor)?.unwrap_or_else(|| MAPPING_EXAMPLE.to_owned()),
    };
    let problems = refused.map(|(_, error)| error.problems()).unwrap_or_default();
    let (files, told): (Vec<&Problem>, Vec<&Problem>) = problems.iter().partition(|problem| problem.code == "kpi-errors-file");
    let rows = files.first().and_then(|problem| problem.params.first()).map(|(_, id)| format!("/kpis/import/rows/{id}"));
    let told: Vec<_> = told.into_iter().map(|problem| told_in(problem, r.lang)).collect();
    let owned = refused.is_some_and(|(_, error)| matches!(error, Error::Conflict(_)));
    let mut form = super::form_view(refused, r.lang);
    if let Some(values) = form.get_mut("values").and_then(|values| values.as_object_mut()) {
        values.insert("mapping".into(), mapping.into());
    }
    Ok(json!({"centres": centres, "form": form, "problems": told, "rows": rows, "owned": owned, "example": MAPPING_EXAMPLE}))
}

fn told_in(problem: &Problem, lang: Lang) -> serde_json::Value {
    json!({"file": problem.field, "text": problem.message(lang)})
}
