//! The pages of the KPIs. Handlers translate; what is shown is put together here in the page's language.

pub(super) mod agents;
pub(super) mod batches;
pub(super) mod centre;
mod control;
pub(super) mod definition_edit;
mod definition_form;
pub(super) mod definitions;
mod editions;
mod figures;
pub(super) mod files;
pub(super) mod import;
pub(super) mod locks;
pub(super) mod measure;
pub(super) mod overview;
pub(super) mod phases;
pub(super) mod profiles;
pub(super) mod rows;
pub(super) mod scorecards;
pub(super) mod signals;
pub(super) mod staffing;
mod strata;
pub(super) mod targets;
pub(super) mod upload;
pub(super) mod wizard;
pub(crate) mod words;

use std::collections::BTreeMap;

use serde_json::json;

use crate::error::Error;
use crate::text::Lang;
use crate::web::Form;

/// What a form shows: nothing at first; refused, what was typed, the errors by field and their summary.
fn form_view(refused: Option<(&Form, &Error)>, lang: Lang) -> serde_json::Value {
    let Some((form, error)) = refused else { return json!({"values": {}, "errors": {}, "summary": []}) };
    let problems = error.problems();
    let errors: BTreeMap<&str, String> =
        problems.iter().filter(|problem| !problem.field.is_empty()).map(|p| (p.field.as_str(), p.message(lang))).collect();
    let summary: Vec<_> = problems.iter().map(|problem| json!({"field": problem.field, "text": problem.message(lang)})).collect();
    json!({"values": form.values(), "errors": errors, "summary": summary})
}
