//! The rows behind a value as JSON.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::Serialize;

use super::read::period;
use crate::actor::Permission;
use crate::api::{ApiResult, ApiVisit};
use crate::error::Error;
use crate::kpi::{self, AskedRows, Behind, Input, MeasureSum};
use crate::web::block;

/// What is behind a value.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = KpiRows)]
pub(crate) struct RowsView {
    /// Code of the KPI.
    code: String,
    /// Code of the centre.
    centre: String,
    /// The period as written.
    period: String,
    /// The files that add to the value, with what each adds to its measures.
    files: Vec<FileView>,
    /// The batch whose rows follow.
    batch: Option<i64>,
    /// The rows of its file, read again, give what is stored.
    agrees: bool,
    /// The columns of the file.
    header: Vec<String>,
    /// The rows asked for.
    rows: Vec<RowView>,
    /// All rows of the file that add to the period.
    total: u64,
}

/// A file behind a value.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = KpiFileShare)]
struct FileView {
    #[serde(flatten)]
    input: Input,
    /// What it adds.
    sums: Vec<MeasureSum>,
}

/// A row of a kept file.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = KpiRow)]
struct RowView {
    /// Its number in the file, from 1.
    number: u64,
    /// The day that it adds to.
    day: NaiveDate,
    /// Its channel.
    channel: String,
    /// Its cells.
    cells: Vec<String>,
    /// What it adds, by measure: to a flow or stock how much, to a spread which value.
    #[schema(value_type = BTreeMap<String, i64>)]
    adds: BTreeMap<String, i128>,
}

impl RowsView {
    /// As it is shown.
    pub(crate) fn of(found: Behind) -> Self {
        let agrees = found.agrees();
        let row = |row: kpi::TracedRow| RowView {
            number: row.number,
            day: row.day,
            channel: row.channel,
            cells: row.cells,
            adds: row.adds,
        };
        Self {
            code: found.known.definition.code.clone(),
            centre: found.centre.code,
            period: found.period.to_string(),
            files: found.files.into_iter().map(|file| FileView { input: file.input, sums: file.sums }).collect(),
            batch: found.chosen,
            agrees,
            header: found.header,
            rows: found.rows.into_iter().map(row).collect(),
            total: found.total,
        }
    }
}

/// The measures behind a value, file by file, and the rows of one kept file with what they add, read from that file again.
#[utoipa::path(get, path = "/api/v1/kpis/{code}/rows", tag = "kpis",
    params(
        ("code" = String, Path, description = "Code of the KPI"),
        ("centre" = String, Query, description = "Code of the centre"),
        ("period" = String, Query, description = "As of values"),
        ("batch" = Option<i64>, Query, description = "The batch whose rows are wanted; the first one behind the value without it"),
        ("skip" = Option<u64>, Query, description = "Rows passed over"),
        ("limit" = Option<u64>, Query, description = "Rows, 100 without it, at most 10,000")
    ),
    responses((status = 200, body = RowsView)))]
pub(crate) async fn behind(visit: ApiVisit, code: web::Path<String>) -> ApiResult {
    let actor = visit
        .read(|r| {
            r.actor.see(Permission::ReadKpis)?;
            Ok(r.actor.clone())
        })
        .await?;
    let centre: String = visit.param("centre")?.ok_or_else(|| Error::field("centre", "required"))?;
    let (skip, take) = (visit.param("skip")?.unwrap_or(0), visit.param("limit")?.unwrap_or(100).min(10_000));
    let asked = AskedRows { code: code.into_inner(), centre, period: period(&visit)?, batch: visit.param("batch")?, skip, take };
    let (site, dir) = (visit.site.clone(), visit.site.config.evidence_dir());
    let found = block(move || kpi::behind(&site.ledger.db, &dir, &actor, &asked)).await?;
    Ok(HttpResponse::Ok().json(RowsView::of(found)))
}
