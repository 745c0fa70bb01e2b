//! `/kpis/import`: the import wizard, five steps over one file: source, header, mapping, preview, commit. Every step is a page with a
//! form; nothing is lost on the way, because the file and what was said of it wait on the server.

pub(crate) mod header;
pub(crate) mod mapping;
mod mapping_view;
pub(crate) mod mending;
pub(crate) mod preview;
mod preview_view;
pub(crate) mod source;

use serde::Serialize;

use crate::actor::Permission;
use crate::error::{Error, Result};
use crate::kpi::{self, Staged};
use crate::text::{Lang, t};
use crate::web::Reading;

/// The file that a step is about, and where one stands.
#[derive(Serialize)]
struct Step {
    id: String,
    file_name: String,
    size: String,
    kind: &'static str,
    kind_name: String,
    supplements: Option<i64>,
    steps: Vec<String>,
}

impl Step {
    fn of(staged: &Staged, lang: Lang) -> Self {
        let kind = staged.source_kind().as_str();
        Self {
            id: staged.id.clone(),
            file_name: staged.file_name.clone(),
            size: size(staged.size),
            kind,
            kind_name: t(lang, &format!("kpii-kind-{kind}"), &[]),
            supplements: staged.supplements,
            steps: steps(lang),
        }
    }
}

/// The names of the steps.
fn steps(lang: Lang) -> Vec<String> {
    ["source", "header", "mapping", "preview", "commit"].map(|step| t(lang, &format!("kpii-step-{step}"), &[])).to_vec()
}

/// A size as people read it.
fn size(bytes: i64) -> String {
    let bytes = bytes as f64;
    match bytes {
        small if small < 1e3 => format!("{small} B"),
        medium if medium < 1e6 => format!("{:.1} KB", medium / 1e3),
        large if large < 1e9 => format!("{:.1} MB", large / 1e6),
        huge => format!("{:.2} GB", huge / 1e9),
    }
}

/// The file of this person that waits; what became a batch goes there.
fn waiting(r: &mut Reading<'_>, id: &str) -> Result<Staged> {
    let staged = kpi::staged(r.conn, &r.actor, id)?;
    if staged.batch.is_some() { Err(Error::conflict("kpi-staged-done")) } else { Ok(staged) }
}

/// The centres where this person may import, as choices.
fn centre_choices(r: &mut Reading<'_>) -> Result<Vec<serde_json::Value>> {
    let centres = kpi::centres(r.conn, &r.actor)?;
    let own = centres.into_iter().filter(|centre| centre.active && r.actor.may_at(Permission::ImportKpis, &centre.id));
    Ok(own
        .map(|centre| serde_json::json!({"value": centre.code, "label": format!("{} {}", centre.code, centre.name(r.lang))}))
        .collect())
}
