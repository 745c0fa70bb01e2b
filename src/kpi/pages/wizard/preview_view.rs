//! What the preview shows: counts, cells before and after, errors by address, and what stands in the way, each with its cure.

use serde_json::{Value, json};

use super::{Step, size};
use crate::error::{Problem, Result};
use crate::kpi::vocabulary::Vocabulary;
use crate::kpi::{self, Fate, Preview, Progress, SeenCell, SeenError, SeenPreview, Staged};
use crate::text::{Lang, t};
use crate::web::Reading;

/// The view of the step.
pub(super) fn view(r: &mut Reading<'_>, staged: &Staged, preview: &Preview, refused: &[Problem]) -> Result<Value> {
    let identical = kpi::identical_batch(r.conn, &r.actor, preview)?;
    let lang = r.lang;
    let of =
        |fate: Fate| preview.cells.iter().filter(|cell| cell.fate == fate).map(|cell| cell_view(cell, lang)).collect::<Vec<_>>();
    let [new, changed, same] = preview.counts;
    let problems = preview.problems.iter().chain(refused).chain(&preview.unfit);
    let told: Vec<Value> = problems.map(|problem| json!({"text": problem.message(lang)})).collect();
    let valid = preview.rows.saturating_sub(preview.error_count);
    let locks: Vec<String> = preview.locks.iter().map(|lock| told_lock(lock, lang)).collect();
    let replaced: Vec<_> = preview.owners.iter().filter(|owner| owner.lost.is_none() && identical.is_none()).collect();
    let in_part: Vec<_> = preview.owners.iter().filter(|owner| owner.lost.is_some()).collect();
    Ok(json!({
        "step": Step::of(staged, lang),
        "problems": told,
        "readable": preview.problems.is_empty(),
        "source": preview.source,
        "days": preview.days,
        "rows": preview.rows,
        "ignored": preview.ignored,
        "counts": {"new": new, "changed": changed, "same": same, "error": preview.error_count},
        "new": of(Fate::New),
        "changed": of(Fate::Changed),
        "same": of(Fate::Same),
        "errors": preview.errors.iter().map(|error| error_view(error, lang)).collect::<Vec<_>>(),
        "more_errors": preview.error_count.saturating_sub(preview.errors.len() as u64),
        "rejected": preview.rejected.as_ref().map(|id| format!("/kpis/import/rows/{id}")),
        "replaced": replaced,
        "in_part": in_part,
        "locks": locks,
        "foreign": preview.foreign,
        "identical": identical,
        "may_all": identical.is_none() && preview.takes_all(),
        "may_valid": identical.is_none() && preview.takes_valid(),
        "valid": valid,
        "seen": SeenPreview::written(preview),
    }))
}

fn told_lock(lock: &impl serde::Serialize, lang: Lang) -> String {
    let lock = serde_json::to_value(lock).unwrap_or_default();
    let part = |name: &str| lock[name].as_str().unwrap_or_default().to_owned();
    t(lang, "kpii-lock-line", &[("centre", part("centre")), ("month", part("month")), ("by", part("by"))])
}

fn cell_view(cell: &SeenCell, lang: Lang) -> Value {
    let title = |name: &str| Vocabulary::shipped().measure(name).map_or(name, |measure| measure.title(lang)).to_owned();
    let figures: Vec<Value> =
        cell.figures.iter().map(|figure| json!({"title": title(&figure.name), "old": figure.old, "new": figure.new})).collect();
    json!({"centre": cell.centre, "day": cell.day, "figures": figures})
}

fn error_view(error: &SeenError, lang: Lang) -> Value {
    json!({"cell": error.cell, "column": error.column, "value": error.value, "text": error.problem.message(lang)})
}

/// How far a reading is.
pub(super) fn reading(r: &Reading<'_>, progress: Option<&Progress>) -> Value {
    let Some(progress) = progress.filter(|progress| !progress.waits()) else {
        return json!({"waits": true, "text": r.t("kpii-reading-waits")});
    };
    let whole = |bytes: u64| size(i64::try_from(bytes).unwrap_or(i64::MAX));
    let params = [("done", whole(progress.bytes())), ("total", whole(progress.total)), ("rows", progress.lines().to_string())];
    let key = match (progress.imports, progress.lines()) {
        (true, _) => "kpii-importing-far",
        (false, 0) => "kpii-reading-far",
        (false, _) => "kpii-reading-far-rows",
    };
    json!({"waits": false, "text": t(r.lang, key, &params), "done": progress.bytes(), "total": progress.total.max(1)})
}
