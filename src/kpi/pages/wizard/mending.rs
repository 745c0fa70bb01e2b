//! `/kpis/batches/{number}/mend`: rows that a batch left out for their errors, mended in the page.

use std::collections::BTreeMap;

use actix_web::web::Path;
use serde::Serialize;
use serde_json::{Value, json};

use super::header::see;
use crate::actor::Permission;
use crate::error::{Error, Problem, Result};
use crate::kpi::{self, Faulty, Mending};
use crate::text::{Lang, t};
use crate::web::{Area, FormBody, PageResult, View, Visit, block};

#[derive(Serialize)]
struct Cell {
    name: String,
    label: String,
    faulty: bool,
}

#[derive(Serialize)]
struct Row {
    legend: String,
    /// What is wrong with the whole row, where that is no single cell.
    about: Option<String>,
    cells: Vec<Cell>,
}

/// The rows, each cell a field.
pub(crate) async fn show(visit: Visit, number: Path<i64>) -> PageResult {
    let mending = read(&visit, *number).await?;
    page(visit, mending, BTreeMap::new(), None).await
}

/// Takes what was typed as a file of mended rows, and shows what it would do; what is still wrong is told at its cells.
pub(crate) async fn send(visit: Visit, number: Path<i64>, FormBody(form): FormBody) -> PageResult {
    visit.admit(&form).await?;
    let number = *number;
    let (ledger, dir, rule) = (visit.site.ledger.clone(), visit.site.config.evidence_dir(), visit.site.config.uploads);
    let actor = visit.read(|r| r.actor.require(Permission::ImportKpis).map(|()| r.actor.clone())).await?;
    let typed = form.values();
    match block(move || kpi::mend(&ledger, &dir, &actor, number, &typed, rule)).await {
        Ok(staged) => Ok(see(&format!("/kpis/import/{}/preview", staged.id))),
        Err(Error::Invalid(problems)) => {
            let mending = read(&visit, number).await?;
            page(visit, mending, form.values(), Some(problems)).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn read(visit: &Visit, number: i64) -> Result<Mending> {
    let (ledger, dir) = (visit.site.ledger.clone(), visit.site.config.evidence_dir());
    let actor = visit.read(|r| r.actor.see(Permission::ImportKpis).map(|()| r.actor.clone())).await?;
    block(move || kpi::rows_to_mend(&ledger, &dir, &actor, number)).await
}

/// The page. What was typed takes the place of what stands in the file, and what is wrong with it that of what was wrong before.
async fn page(visit: Visit, mending: Mending, typed: BTreeMap<String, String>, refused: Option<Vec<Problem>>) -> PageResult {
    let status = if refused.is_some() { 422 } else { 200 };
    visit
        .page("kpis/mend.html", move |r| {
            let title = t(r.lang, "kpii-mend-title", &[("number", mending.batch.number.to_string())]);
            let view = view(&mending, &typed, refused.as_deref(), r.lang);
            Ok(View::new(Area::Kpis, title, view).status(status))
        })
        .await
}

fn view(mending: &Mending, typed: &BTreeMap<String, String>, refused: Option<&[Problem]>, lang: Lang) -> Value {
    let errors: BTreeMap<String, String> = match refused {
        Some(problems) => problems.iter().map(|problem| (problem.field.clone(), problem.message(lang))).collect(),
        None => {
            let found = mending.rows.iter().filter_map(|row| Some((row.field(row.at?), row.problem.message(lang))));
            found.collect()
        }
    };
    let summary: Vec<Value> =
        refused.unwrap_or_default().iter().map(|problem| json!({"field": problem.field, "text": problem.message(lang)})).collect();
    let mut values: BTreeMap<String, &str> = BTreeMap::new();
    for row in &mending.rows {
        for (at, cell) in row.cells.iter().enumerate() {
            let field = row.field(at);
            let value = typed.get(&field).unwrap_or(cell);
            values.insert(field, value);
        }
    }
    let rows: Vec<Row> = mending.rows.iter().map(|row| row_view(row, mending, &errors, lang)).collect();
    let form = json!({"values": values, "errors": errors, "summary": summary});
    json!({"number": mending.batch.number, "label": mending.batch.label(), "rows": rows, "more": mending.more, "form": form})
}

fn row_view(row: &Faulty, mending: &Mending, errors: &BTreeMap<String, String>, lang: Lang) -> Row {
    let cell = |at: usize| {
        let name = row.field(at);
        let label = mending.header.get(at).cloned().unwrap_or_else(|| t(lang, "kpii-mend-beyond", &[]));
        Cell { faulty: errors.contains_key(&name), label, name }
    };
    Row {
        legend: t(lang, "kpii-mend-row", &[("row", row.row.to_string())]),
        about: row.at.is_none().then(|| row.problem.message(lang)),
        cells: (0..row.cells.len()).map(cell).collect(),
    }
}
