//! Files that wait to be imported, as JSON: sent, mapped, previewed, imported. The steps, the services and the files are those of the
//! pages; a program waits for an answer where a page asks again.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::super::pages::upload::Upload;
use crate::actor::Actor;
use crate::actor::Permission::ImportKpis;
use crate::api::{ApiResult, ApiVisit, JsonBody, Reply};
use crate::db::Instant;
use crate::error::{Error, Problem, Result};
use crate::kpi::{self, ChangeStaged, Fate, Preview, RowErrors, SeenCell, SeenError, SeenLock, SeenOwner, SeenPreview, Staged};
use crate::text::Lang;
use crate::web::block;

/// A file that waits to be imported: its sender's alone, for a day.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = KpiStaged)]
pub(super) struct StagedView {
    /// Id.
    id: String,
    /// Name of the file.
    file_name: String,
    /// SHA-256 of the file.
    sha256: String,
    /// Bytes.
    size: i64,
    /// What the rows are about.
    kind: String,
    /// Code of the centre, of a file of one centre that does not name it.
    centre: Option<String>,
    /// The names of its columns, as far as they were recognised.
    columns: Vec<String>,
    /// How it is to be read (TOML): what was remembered for files with these columns, until another mapping is given.
    mapping: Option<String>,
    /// The day that the data reach.
    as_of: Option<NaiveDate>,
    /// Number of the batch whose mended rows it brings.
    supplements: Option<i64>,
    /// Number of the batch that it became.
    batch: Option<i64>,
    /// When it was sent.
    #[schema(value_type = String, format = DateTime)]
    sent_at: Instant,
}

impl StagedView {
    fn of(staged: Staged) -> Result<Self> {
        Ok(Self {
            columns: staged.glimpse()?.header(),
            id: staged.id,
            file_name: staged.file_name,
            sha256: staged.sha256,
            size: staged.size,
            kind: staged.kind,
            centre: staged.centre,
            mapping: staged.mapping,
            as_of: staged.as_of,
            supplements: staged.supplements,
            batch: staged.batch,
            sent_at: staged.made_at,
        })
    }
}

/// The parts of a file that is to wait, in this order.
#[derive(Debug, utoipa::ToSchema)]
#[schema(as = KpiStagedForm)]
#[expect(dead_code, reason = "describes a body that is read as a stream")]
pub(super) struct StagedForm {
    /// What the rows are about: `interactions`, `surveys`, …
    kind: String,
    /// Code of the centre, when the file belongs to one and does not name it.
    centre: Option<String>,
    /// Number of the batch, taken without its rows with errors, whose mended rows the file brings.
    supplements: Option<i64>,
    /// The file: text, text packed with gzip, or a workbook (.xlsx). It comes last.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// How a file is to be read.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[schema(as = KpiMapStaged)]
#[serde(deny_unknown_fields)]
pub(super) struct MapStaged {
    /// The mapping (TOML).
    mapping: String,
    /// Code of the centre, when the mapping names none.
    #[serde(default)]
    centre: Option<String>,
    /// The day that the data reach; without it that of their last event.
    #[serde(default)]
    as_of: Option<NaiveDate>,
}

/// Which rows are imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[schema(as = KpiRowsTaken)]
#[serde(rename_all = "snake_case")]
enum RowsTaken {
    /// All of them; the file is refused for a row with an error.
    All,
    /// Those without errors.
    Valid,
}

/// The import of what a preview showed.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[schema(as = KpiCommitStaged)]
#[serde(deny_unknown_fields)]
pub(super) struct CommitStaged {
    /// Which rows.
    rows: RowsTaken,
    /// `seen` of the preview.
    seen: String,
}

/// What an import came to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = KpiCommitted)]
pub(super) struct CommittedView {
    /// Number of the batch.
    batch: i64,
    /// The same file was taken in before: nothing changed.
    identical: bool,
}

/// What a file would do.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = KpiPreview)]
pub(super) struct PreviewView {
    /// To be sent with the import, so that nothing is imported that was not shown.
    seen: String,
    /// All rows can be imported.
    all: bool,
    /// The rows without errors can be imported.
    valid: bool,
    /// Why the file cannot be read, or cannot complete its batch.
    problems: Vec<String>,
    /// Rows read.
    rows: u64,
    /// Rows that the mapping leaves out.
    ignored: u64,
    /// Source system.
    source: String,
    /// Centre-days (of a source) of which nothing was known.
    new: usize,
    /// Centre-days that would change.
    changed: usize,
    /// Centre-days that stay as they are.
    same: usize,
    /// Rows with errors.
    error: u64,
    /// The first centre-days of each sort, with their main figures before and after.
    cells: Vec<SeenCell>,
    /// The first errors.
    errors: Vec<CellFault>,
    /// Where the rows with errors can be had.
    rejected_rows: Option<String>,
    /// The batches that own some of its days; one with `lost` days is covered in part, and in the way.
    owners: Vec<SeenOwner>,
    /// The locked months in the way.
    locks: Vec<SeenLock>,
    /// Codes of centres where the caller may not import.
    foreign: Vec<String>,
    /// Number of the batch that this very file is.
    identical: Option<i64>,
}

/// An error at its cell.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = KpiCellFault)]
struct CellFault {
    /// Address of the cell: `指标!C12`.
    cell: String,
    /// Name of the column.
    column: String,
    /// What stands there.
    value: String,
    /// Stable code.
    code: String,
    /// What is wrong, in words.
    message: String,
}

impl CellFault {
    fn of(error: SeenError, lang: Lang) -> Self {
        let message = error.problem.message(lang);
        Self { cell: error.cell, column: error.column, value: error.value, code: error.problem.code, message }
    }
}

impl PreviewView {
    fn of(preview: Preview, identical: Option<i64>, lang: Lang) -> Self {
        let count = |fate: Fate| preview.counts[fate as usize];
        let told = |problem: &Problem| problem.message(lang);
        Self {
            seen: SeenPreview::written(&preview),
            all: identical.is_none() && preview.takes_all(),
            valid: identical.is_none() && preview.takes_valid(),
            problems: preview.problems.iter().chain(&preview.unfit).map(told).collect(),
            rows: preview.rows,
            ignored: preview.ignored,
            new: count(Fate::New),
            changed: count(Fate::Changed),
            same: count(Fate::Same),
            error: preview.error_count,
            cells: preview.cells,
            errors: preview.errors.into_iter().map(|error| CellFault::of(error, lang)).collect(),
            rejected_rows: preview.rejected.map(|id| format!("/api/v1/kpi/imports/rows/{id}")),
            owners: preview.owners,
            locks: preview.locks,
            foreign: preview.foreign,
            source: preview.source,
            identical,
        }
    }
}

async fn importer(visit: &ApiVisit) -> Result<Arc<Actor>> {
    visit
        .read(|r| {
            r.actor.require(ImportKpis)?;
            Ok(r.actor.clone())
        })
        .await
}

/// Puts a file aside to be mapped, previewed and imported; nothing of it counts yet.
#[utoipa::path(post, path = "/api/v1/kpi/staged", tag = "kpis",
    request_body(content = StagedForm, content_type = "multipart/form-data", description = "The fields, then the file"),
    responses((status = 201, body = StagedView)))]
pub(crate) async fn stage(visit: ApiVisit, request: HttpRequest, payload: web::Payload) -> ApiResult {
    let actor = importer(&visit).await?;
    let mut upload = Upload::open(&request, payload).await?;
    let (ledger, dir, rule) = (visit.site.ledger.clone(), visit.site.config.evidence_dir(), visit.site.config.uploads);
    let new = upload.file_name().ok_or_else(|| Error::field("file", "required")).and_then(|name| upload.to_stage(name));
    let kind = upload.form.get("kind").unwrap_or_default().as_bytes();
    let once = visit.once(&[upload.parts().as_slice(), &[kind]].concat())?;
    // Refused or not, the file is read to its end, so that its sender sees the answer.
    let stage = move |file| kpi::stage(&ledger, &dir, &actor, &kpi::NewStaged { once, ..new? }, rule, file);
    let staged = upload.through(rule, stage).await?;
    let at = format!("/api/v1/kpi/staged/{}", staged.id);
    Ok(HttpResponse::Created().insert_header((header::LOCATION, at)).json(StagedView::of(staged)?))
}

/// A file of the caller that waits, or became a batch.
#[utoipa::path(get, path = "/api/v1/kpi/staged/{id}", tag = "kpis", params(("id" = String, Path, description = "Id of the file")),
    responses((status = 200, body = StagedView)))]
pub(crate) async fn show(visit: ApiVisit, id: web::Path<String>) -> ApiResult {
    let staged = visit.read(move |r| kpi::staged(r.conn, &r.actor, &id)).await?;
    Ok(HttpResponse::Ok().json(StagedView::of(staged)?))
}

/// Says how a file is to be read. A preview of before does not count any more.
#[utoipa::path(put, path = "/api/v1/kpi/staged/{id}/mapping", tag = "kpis", request_body = MapStaged,
    params(("id" = String, Path, description = "Id of the file")), responses((status = 200, body = StagedView)))]
pub(crate) async fn map(visit: ApiVisit, id: web::Path<String>, body: JsonBody) -> ApiResult {
    let actor = importer(&visit).await?;
    let command: MapStaged = body.command()?;
    let centre = command.centre.unwrap_or_default();
    let problems = kpi::mapping_problems(&command.mapping, &centre);
    if !problems.is_empty() {
        return Err(Error::Invalid(problems).into());
    }
    let change = ChangeStaged {
        centre: Some(centre),
        mapping: Some(command.mapping),
        as_of: Some(command.as_of),
        ..ChangeStaged::default()
    };
    let (ledger, dir) = (visit.site.ledger.clone(), visit.site.config.evidence_dir());
    let staged = block(move || kpi::change_staged(&ledger, &dir, &actor, &id, &change)).await?;
    Ok(HttpResponse::Ok().json(StagedView::of(staged)?))
}

/// What a file would do: new, changed and same centre-days, every error at its cell, and what stands in the way. It answers when the file
/// was read.
#[utoipa::path(get, path = "/api/v1/kpi/staged/{id}/preview", tag = "kpis", params(("id" = String, Path, description = "Id of the file")),
    responses((status = 200, body = PreviewView)))]
pub(crate) async fn preview(visit: ApiVisit, id: web::Path<String>) -> ApiResult {
    let actor = visit.read(|r| r.actor.see(ImportKpis).map(|()| r.actor.clone())).await?;
    let (ledger, dir) = (visit.site.ledger.clone(), visit.site.config.evidence_dir());
    let preview = block(move || kpi::await_preview(&ledger, &dir, &actor, &id)).await?;
    let lang = visit.lang;
    let view = visit
        .read(move |r| {
            let identical = kpi::identical_batch(r.conn, &r.actor, &preview)?;
            Ok(PreviewView::of(*preview, identical, lang))
        })
        .await?;
    Ok(HttpResponse::Ok().json(view))
}

/// Imports a file as its preview showed it: all rows, or those without errors. It answers when the batch is there.
#[utoipa::path(post, path = "/api/v1/kpi/staged/{id}/commit", tag = "kpis", request_body = CommitStaged,
    params(("id" = String, Path, description = "Id of the file")), responses((status = 200, body = CommittedView)))]
pub(crate) async fn commit(visit: ApiVisit, id: web::Path<String>, body: JsonBody) -> ApiResult {
    let actor = importer(&visit).await?;
    let command: CommitStaged = body.command()?;
    let once = visit.once(&[body.bytes()])?;
    let rows = if command.rows == RowsTaken::All { RowErrors::Refuse } else { RowErrors::LeaveOut };
    let (ledger, dir, by) = (visit.site.ledger.clone(), visit.site.config.evidence_dir(), Arc::clone(&actor));
    let import = move || {
        let (batch, identical) = kpi::await_import(&ledger, &dir, &by, &id, rows, SeenPreview::read(&command.seen))?;
        Reply::done(&CommittedView { batch, identical })
    };
    visit.change_at_length(&actor, once, import).await
}

/// Throws a file away that waits; answers what it was.
#[utoipa::path(delete, path = "/api/v1/kpi/staged/{id}", tag = "kpis", params(("id" = String, Path, description = "Id of the file")),
    responses((status = 200, body = StagedView)))]
pub(crate) async fn discard(visit: ApiVisit, id: web::Path<String>) -> ApiResult {
    let actor = importer(&visit).await?;
    let key = id.clone();
    let staged = visit.read(move |r| kpi::staged(r.conn, &r.actor, &key)).await?;
    let (ledger, dir) = (visit.site.ledger.clone(), visit.site.config.evidence_dir());
    block(move || kpi::discard_staged(&ledger, &dir, &actor, &id)).await?;
    Ok(HttpResponse::Ok().json(StagedView::of(staged)?))
}
