//! Step 2: what was recognised of the file, and the row in which its column names stand.

use actix_web::web::Path;
use serde_json::json;

use super::{Step, waiting};
use crate::error::{Error, Result};
use crate::kpi::intake::HEADER_ROWS;
use crate::kpi::{self, ChangeStaged};
use crate::text::t;
use crate::web::{Area, Form, FormBody, PageResult, Reading, View, Visit, block};

/// Rows shown.
const ROWS: usize = 12;
/// Columns shown.
const COLUMNS: usize = 30;

/// The first rows, and what was recognised.
pub(crate) async fn show(visit: Visit, id: Path<String>) -> PageResult {
    visit
        .page("kpis/wizard_header.html", move |r| {
            let view = view(r, &id, None)?;
            Ok(View::new(Area::Kpis, r.t("kpii-header-title"), view))
        })
        .await
}

/// Another sheet or another row is looked at again; else it goes on.
pub(crate) async fn save(visit: Visit, id: Path<String>, FormBody(form): FormBody) -> PageResult {
    visit.admit(&form).await?;
    let actor = visit.read(|r| Ok(r.actor.clone())).await?;
    let (ledger, dir, key) = (visit.site.ledger.clone(), visit.site.config.evidence_dir(), id.clone());
    let change = ChangeStaged {
        sheet: form.get("sheet").map(str::to_owned),
        header_row: Some(form.get("header_row").and_then(|text| text.trim().parse().ok()).unwrap_or(0)),
        ..ChangeStaged::default()
    };
    let looks_again = form.get("act") == Some("look");
    match block(move || kpi::change_staged(&ledger, &dir, &actor, &key, &change)).await {
        Ok(_) => {
            let next = if looks_again { "header" } else { "mapping" };
            Ok(see(&format!("/kpis/import/{id}/{next}")))
        }
        Err(error @ Error::Invalid(_)) => refused(visit, id.into_inner(), form, error).await,
        Err(error) => Err(error.into()),
    }
}

/// Goes on without a message.
pub(super) fn see(to: &str) -> actix_web::HttpResponse {
    actix_web::HttpResponse::SeeOther().insert_header((actix_web::http::header::LOCATION, to)).finish()
}

async fn refused(visit: Visit, id: String, form: Form, error: Error) -> PageResult {
    let status = error.status();
    visit
        .page("kpis/wizard_header.html", move |r| {
            let view = view(r, &id, Some((&form, &error)))?;
            Ok(View::new(Area::Kpis, r.t("kpii-header-title"), view).status(status))
        })
        .await
}

fn view(r: &mut Reading<'_>, id: &str, refused: Option<(&Form, &Error)>) -> Result<serde_json::Value> {
    let staged = waiting(r, id)?;
    let seen = staged.glimpse()?;
    let number = |row: u32| json!({"value": row, "label": t(r.lang, "kpii-row", &[("row", row.to_string())])});
    let header_rows: Vec<_> = (1..=HEADER_ROWS).map(number).collect();
    let sheets: Vec<_> = seen.sheets.iter().map(|sheet| json!({"value": sheet, "label": sheet})).collect();
    let mut form = super::super::form_view(refused, r.lang);
    if refused.is_none() {
        form["values"] = json!({"sheet": seen.sheet, "header_row": seen.header_row});
    }
    let rows: Vec<_> = seen
        .first
        .iter()
        .take(ROWS)
        .map(|(row, cells)| json!({"number": row, "names": *row == seen.header_row, "cells": cells.iter().take(COLUMNS).collect::<Vec<_>>()}))
        .collect();
    let hidden = seen.columns.len().saturating_sub(COLUMNS);
    Ok(json!({"step": Step::of(&staged, r.lang), "form": form, "sheets": sheets, "header_rows": header_rows, "rows": rows,
        "facts": facts(r, &seen), "columns": seen.columns.len(), "hidden": hidden, "known": staged.mapping.is_some(),
        "width": seen.first.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0).min(COLUMNS)}))
}

/// What was recognised, in words.
fn facts(r: &Reading<'_>, seen: &kpi::intake::Glimpse) -> Vec<serde_json::Value> {
    let fact = |key: &str, value: String| json!({"label": r.t(key), "value": value});
    let mut facts = Vec::new();
    if seen.workbook {
        facts.push(fact("kpii-format", r.t("kpii-format-workbook")));
    } else {
        facts.push(fact("kpii-format", r.t(if seen.gzip { "kpii-format-gzip" } else { "kpii-format-text" })));
    }
    if let Some(encoding) = &seen.encoding {
        let name = match encoding.as_str() {
            "gb18030" => "GB18030 (GBK)".to_owned(),
            "utf-8" => "UTF-8".to_owned(),
            _ => r.t("kpii-encoding-ascii"),
        };
        facts.push(fact("kpii-encoding", name));
    }
    if let Some(delimiter) = seen.delimiter {
        let key = match delimiter {
            ';' => "kpii-delimiter-semicolon",
            '\t' => "kpii-delimiter-tab",
            '|' => "kpii-delimiter-bar",
            _ => "kpii-delimiter-comma",
        };
        facts.push(fact("kpii-delimiter", r.t(key)));
    }
    facts
}
