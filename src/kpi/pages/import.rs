//! `/kpis/import`: a call log through the browser. The file streams from the body into the reader and the evidence folder in one pass; who
//! may not import is told so before a byte of it is read.

use actix_web::HttpRequest;
use actix_web::web::Payload;
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

fn finished(visit: &Visit, done: &Imported) -> actix_web::HttpResponse {
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
        None => kpi::last_mapping(r.conn)?.unwrap_or_else(|| MAPPING_EXAMPLE.to_owned()),
    };
    let told = refused.map(|(_, error)| error.problems().iter().map(|problem| told(problem, r.lang)).collect::<Vec<_>>());
    let owned = refused.is_some_and(|(_, error)| matches!(error, Error::Conflict(_)));
    let mut form = super::form_view(refused, r.lang);
    if let Some(values) = form.get_mut("values").and_then(|values| values.as_object_mut()) {
        values.insert("mapping".into(), mapping.into());
    }
    Ok(json!({"centres": centres, "form": form, "problems": told.unwrap_or_default(), "owned": owned, "example": MAPPING_EXAMPLE}))
}

fn told(problem: &Problem, lang: Lang) -> serde_json::Value {
    json!({"file": problem.field, "text": problem.message(lang)})
}
