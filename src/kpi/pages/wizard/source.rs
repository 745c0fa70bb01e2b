//! Step 1: the file itself, uploaded or pasted, and what it is about.

use actix_web::web::{Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::json;

use super::super::upload::Upload;
use super::{Step, centre_choices, size, steps};
use crate::actor::Permission;
use crate::config::Uploads;
use crate::error::{Error, Problem, Result};
use crate::kpi::mapping::SourceKind;
use crate::kpi::{self, NewStaged};
use crate::text::t;
use crate::web::{Area, Flash, Form, FormBody, PageResult, Reading, View, Visit};

/// What a pasted table is called.
const PASTED: &str = "pasted.tsv";

/// The batch whose mended rows are to come.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    supplements: Option<i64>,
}

/// The form, and the files that wait.
pub(crate) async fn form(visit: Visit, asked: Query<Asked>) -> PageResult {
    visit
        .page("kpis/wizard_source.html", move |r| {
            r.actor.see(Permission::ImportKpis)?;
            let view = view(r, None, asked.supplements)?;
            Ok(View::new(Area::Kpis, r.t("kpis-import"), view))
        })
        .await
}

/// Takes the file in and goes on to its header.
pub(crate) async fn send(visit: Visit, request: HttpRequest, payload: Payload) -> PageResult {
    let actor = visit
        .read(|r| {
            r.actor.require(Permission::ImportKpis)?;
            Ok(r.actor.clone())
        })
        .await?;
    let mut upload = Upload::open(&request, payload).await?;
    visit.check_csrf(&upload.form)?;
    let (ledger, dir, rule) = (visit.site.ledger.clone(), visit.site.config.evidence_dir(), visit.site.config.uploads);
    let pasted = upload.form.get("pasted").map(str::to_owned);
    let new = asked(&upload, pasted.is_some());
    // Refused or not, the file is read to its end, so that its sender sees the answer.
    let stage = move |file| match pasted {
        Some(text) => kpi::stage(&ledger, &dir, &actor, &new?, rule, text.as_bytes()),
        None => kpi::stage(&ledger, &dir, &actor, &new?, rule, file),
    };
    let staged = upload.through(rule, stage).await;
    match staged {
        Ok(staged) => Ok(go(&visit, &staged.id)),
        Err(error @ (Error::Invalid(_) | Error::Conflict(_) | Error::TooLarge(_))) => {
            refused(visit, upload.form, error, rule).await
        }
        Err(error) => Err(error.into()),
    }
}

fn go(visit: &Visit, id: &str) -> HttpResponse {
    visit.see_other(&format!("/kpis/import/{id}/header"), Flash::ok("kpii-staged"))
}

fn asked(upload: &Upload, pasted: bool) -> Result<NewStaged> {
    let file_name = match (upload.file_name(), pasted) {
        (Some(_), true) => return Err(Error::field("pasted", "kpi-pasted-and-file")),
        (Some(name), false) => name,
        (None, true) => PASTED,
        (None, false) => return Err(Error::field("file", "required")),
    };
    upload.to_stage(file_name)
}

async fn refused(visit: Visit, form: Form, error: Error, rule: Uploads) -> PageResult {
    let status = error.status();
    let error = match error {
        Error::TooLarge(limit) if limit == rule.largest => {
            let problem = Problem::field("file", "kpi-upload-large").with("limit", limit >> 20).with("setting", Uploads::LIMIT);
            Error::Invalid(vec![problem])
        }
        Error::Conflict(problem) => Error::Invalid(vec![problem]),
        other => other,
    };
    visit
        .page("kpis/wizard_source.html", move |r| {
            let supplements = form.get("supplements").and_then(|text| text.parse().ok());
            let view = view(r, Some((&form, &error)), supplements)?;
            Ok(View::new(Area::Kpis, r.t("kpis-import"), view).status(status))
        })
        .await
}

fn view(r: &mut Reading<'_>, refused: Option<(&Form, &Error)>, supplements: Option<i64>) -> Result<serde_json::Value> {
    let kind = |kind: SourceKind| {
        let word = kind.as_str();
        json!({"value": word, "label": r.t(&format!("kpii-kind-{word}")), "help": r.t(&format!("kpii-kind-{word}-about"))})
    };
    let kinds: Vec<_> = SourceKind::ALL.into_iter().map(kind).collect();
    let completes = match supplements.map(|number| completed(r, number)).transpose() {
        // That it is not there is what the refusal says.
        Err(Error::NotFound) if refused.is_some() => None,
        found => found?,
    };
    let centres = centre_choices(r)?;
    let waiting: Vec<_> = kpi::staged_files(r.conn, &r.actor)?
        .iter()
        .map(|staged| json!({"step": Step::of(staged, r.lang), "at": staged.made_at, "size": size(staged.size)}))
        .collect();
    let mib = r.site.config.uploads.largest >> 20;
    let largest = if mib >= 1024 && mib.is_multiple_of(1024) { format!("{} GiB", mib / 1024) } else { format!("{mib} MiB") };
    let limit = t(r.lang, "kpii-file-help", &[("limit", largest)]);
    let form = super::super::form_view(refused, r.lang);
    Ok(json!({"kinds": kinds, "centres": centres, "waiting": waiting, "form": form, "completes": completes, "file_help": limit,
        "steps": steps(r.lang)}))
}

/// The batch whose mended rows are to come.
fn completed(r: &mut Reading<'_>, number: i64) -> Result<serde_json::Value> {
    let batch = kpi::batch(r.conn, &r.actor, number)?;
    let missing = kpi::rows_missing(r.conn, &batch)?;
    Ok(json!({"number": number, "label": batch.label(), "missing": missing}))
}

/// Throws a file away that waits.
pub(crate) async fn discard(visit: Visit, id: Path<String>, FormBody(form): FormBody) -> PageResult {
    visit.admit(&form).await?;
    let actor = visit.read(|r| Ok(r.actor.clone())).await?;
    let (ledger, dir) = (visit.site.ledger.clone(), visit.site.config.evidence_dir());
    crate::web::block(move || kpi::discard_staged(&ledger, &dir, &actor, &id)).await?;
    Ok(visit.see_other("/kpis/import", Flash::ok("kpii-discarded")))
}
