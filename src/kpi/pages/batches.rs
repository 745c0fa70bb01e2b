//! `/kpis/batches`: the import batches, what each holds, and taking one back.

use actix_web::web::{Path, Query};
use serde::{Deserialize, Serialize};

use crate::actor::Permission;
use crate::error::{Error, Result};
use crate::evidence;
use crate::history::{self, Line};
use crate::kpi::{self, Batch, BatchState, KnownMapping};
use crate::web::{Area, Flash, FormBody, PageResult, Reading, View, Visit};

const SHOWN: i64 = 50;

/// Where the list goes on.
#[derive(Debug, Deserialize)]
pub(crate) struct Below {
    below: Option<i64>,
}

#[derive(Serialize)]
struct BatchRow {
    #[serde(flatten)]
    batch: Batch,
    href: String,
    kind: &'static str,
    state_name: String,
}

impl BatchRow {
    fn of(r: &Reading<'_>, batch: Batch) -> Self {
        let kind = match batch.state {
            BatchState::Committed => "active",
            BatchState::Replaced => "superseded",
            BatchState::Undone => "withdrawn",
        };
        let state_name = r.t(&format!("kpis-batch-{}", batch.state.as_str()));
        Self { href: format!("/kpis/batches/{}", batch.number), kind, state_name, batch }
    }
}

#[derive(Serialize)]
struct BatchList {
    rows: Vec<BatchRow>,
    next: Option<String>,
    may_import: bool,
    known: Vec<KnownMapping>,
}

#[derive(Serialize)]
struct BatchView {
    row: BatchRow,
    mapping: String,
    size: i64,
    replaced_by: Option<i64>,
    /// Rows with errors that nobody has brought mended yet, for whoever may.
    missing: i64,
    locked: bool,
    may_undo: bool,
    history: Vec<Line>,
}

/// All batches, newest first.
pub(crate) async fn index(visit: Visit, below: Query<Below>) -> PageResult {
    visit
        .page("kpis/batches.html", move |r| {
            let batches = kpi::batches(r.conn, &r.actor, below.below, SHOWN)?;
            let full = i64::try_from(batches.len()).is_ok_and(|count| count == SHOWN);
            let next = batches.last().filter(|_| full).map(|last| format!("/kpis/batches?below={}", last.number));
            let rows = batches.into_iter().map(|batch| BatchRow::of(r, batch)).collect();
            let known = kpi::known_mappings(r.conn, &r.actor)?;
            let view = BatchList { rows, next, may_import: r.actor.may(Permission::ImportKpis), known };
            Ok(View::new(Area::Kpis, r.t("kpis-batches"), view))
        })
        .await
}

/// One batch.
pub(crate) async fn show(visit: Visit, number: Path<i64>) -> PageResult {
    visit
        .page("kpis/batch.html", move |r| {
            let view = view(r, *number)?;
            Ok(View::new(Area::Kpis, view.row.batch.label(), view))
        })
        .await
}

fn view(r: &mut Reading<'_>, number: i64) -> Result<BatchView> {
    let batch = kpi::batch(r.conn, &r.actor, number)?;
    let mapping = evidence::text(r.conn, &batch.mapping_hash)?;
    let size = evidence::find(r.conn, &batch.evidence_hash)?.size;
    let replaced_by = batch.replaced_by.as_ref().map(|id| kpi::batch_number(r.conn, id)).transpose()?;
    let own = batch.state == BatchState::Committed && kpi::may_undo(r.conn, &r.actor, &batch)?;
    let locked = own && kpi::is_locked(r.conn, &batch)?;
    let missing = if own && batch.supplements.is_none() { kpi::rows_missing(r.conn, &batch)? } else { 0 };
    let may_undo = own && !locked;
    let history = history::of(r.conn, "batch", &batch.id, r.lang, r.shell.zone)?;
    Ok(BatchView { row: BatchRow::of(r, batch), mapping, size, replaced_by, missing, locked, may_undo, history })
}

/// Takes a batch back.
pub(crate) async fn undo(visit: Visit, number: Path<i64>, FormBody(form): FormBody) -> PageResult {
    let (number, reason) = (*number, form.get("reason").map(str::to_owned));
    let back = format!("/kpis/batches/{number}");
    match visit.write(&form, move |tx| kpi::undo(tx, number, reason.as_deref())).await {
        Ok(batch) => {
            let (ledger, undone) = (visit.site.ledger.clone(), batch.id);
            crate::web::block(move || Ok(kpi::settle_now(&ledger, Some(&undone)))).await?;
            Ok(visit.see_other(&back, Flash::ok_with("kpis-undone", &batch.number.to_string())))
        }
        Err(Error::Conflict(problem)) if problem.code != "kpi-not-live" => Err(Error::Conflict(problem).into()),
        Err(Error::Conflict(_)) => Ok(visit.see_other(&back, Flash::bad("kpis-undone-before", &number.to_string()))),
        Err(error) => Err(error.into()),
    }
}
