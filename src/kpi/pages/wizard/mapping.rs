//! Step 3: which column means what. The form writes the same mapping text that the command line reads; what the form cannot say is
//! written in the text itself, and stays.

use std::collections::BTreeMap;

use actix_web::web::{Path, Query};
use serde::Deserialize;

use super::header::see;
use super::mapping_view;
use crate::actor::Permission;
use crate::error::{Error, Problem, Result};
use crate::kpi::mapping::centres::CentreNames;
use crate::kpi::mapping::controls::{Choice, Control, Shape, controls};
use crate::kpi::mapping::guess::guess;
use crate::kpi::{self, ChangeStaged, Staged};
use crate::web::{Area, Form, FormBody, PageResult, Reading, View, Visit, block};

/// The form, or the text.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    text: Option<String>,
}

/// The form of the mapping.
pub(crate) async fn show(visit: Visit, id: Path<String>, asked: Query<Asked>) -> PageResult {
    visit
        .page("kpis/wizard_mapping.html", move |r| {
            let staged = super::waiting(r, &id)?;
            let draft = draft(r, &staged)?;
            let view = mapping_view::view(r, &staged, &draft, asked.text.is_some(), None)?;
            Ok(View::new(Area::Kpis, r.t("kpii-mapping-title"), view))
        })
        .await
}

/// The mapping so far, or a first guess.
fn draft(r: &mut Reading<'_>, staged: &Staged) -> Result<String> {
    if let Some(text) = &staged.mapping {
        return Ok(text.clone());
    }
    let centres = kpi::centres(r.conn, &r.actor)?;
    let names = CentreNames::of(centres.iter().map(|centre| {
        let names = vec![centre.name.as_str(), centre.name_en.as_deref().unwrap_or_default()];
        (centre.code.as_str(), names, r.actor.may_at(Permission::ImportKpis, &centre.id))
    }));
    let table = guess(staged.source_kind(), &staged.glimpse()?, staged.centre.as_deref(), &names);
    toml::to_string(&table).map_err(Error::internal)
}

/// Saves what was chosen and goes on to the preview; what is wrong comes back with everything that was typed.
pub(crate) async fn save(visit: Visit, id: Path<String>, FormBody(form): FormBody) -> PageResult {
    visit.admit(&form).await?;
    let id = id.into_inner();
    let (text, problems) = keep(&visit, &id, &form).await?;
    let next = match form.get("act") {
        Some("refresh") => "mapping",
        Some("text") => "mapping?text=1",
        _ if !problems.is_empty() => return refused(visit, id, form, text, problems).await,
        Some("form") => "mapping",
        _ => "preview",
    };
    Ok(see(&format!("/kpis/import/{id}/{next}")))
}

/// Keeps what was chosen, right or wrong; answers the mapping and what is wrong with it.
async fn keep(visit: &Visit, id: &str, form: &Form) -> Result<(String, Vec<Problem>)> {
    let key = id.to_owned();
    let (actor, staged, before) = visit
        .read(move |r| {
            r.actor.require(Permission::ImportKpis)?;
            let staged = super::waiting(r, &key)?;
            let before = draft(r, &staged)?;
            Ok((r.actor.clone(), staged, before))
        })
        .await?;
    let text = match form.get("mapping") {
        Some(text) => text.to_owned(),
        None => written(form, staged.source_kind(), &before)?,
    };
    // Forms of kinds that are no registers do not ask for the day.
    let as_of = match form.values().get("as_of").map(|day| day.trim()) {
        None => Ok(staged.as_of),
        Some("") => Ok(None),
        Some(day) => day.parse().map(Some),
    };
    let centre = centre_beside(&text, form.get("default_centre").map(str::to_owned));
    let mut problems = kpi::mapping_problems(&text, &centre);
    if as_of.is_err() {
        problems.push(Problem::field("as_of", "kpi-as-of"));
    }
    let change = ChangeStaged { centre: Some(centre), mapping: Some(text.clone()), as_of: as_of.ok(), ..ChangeStaged::default() };
    let (ledger, dir, key) = (visit.site.ledger.clone(), visit.site.config.evidence_dir(), id.to_owned());
    block(move || kpi::change_staged(&ledger, &dir, &actor, &key, &change)).await?;
    Ok((text, problems))
}

/// A mapping that names the centre itself needs none beside it.
fn centre_beside(text: &str, centre: Option<String>) -> String {
    let named = toml::from_str::<toml::Table>(text).is_ok_and(|table| table.contains_key("centre"));
    centre.filter(|_| !named).unwrap_or_default()
}

async fn refused(visit: Visit, id: String, form: Form, text: String, problems: Vec<Problem>) -> PageResult {
    visit
        .page("kpis/wizard_mapping.html", move |r| {
            let staged = super::waiting(r, &id)?;
            let as_text = form.get("mapping").is_some();
            let error = Error::Invalid(problems);
            let view = mapping_view::view(r, &staged, &text, as_text, Some((&form, &error)))?;
            Ok(View::new(Area::Kpis, r.t("kpii-mapping-title"), view).status(422))
        })
        .await
}

/// The mapping that a form means: what it says goes into the mapping of before, whose other keys stay.
fn written(form: &Form, kind: kpi::mapping::SourceKind, before: &str) -> Result<String> {
    let mut mapping: toml::Table = toml::from_str(before).unwrap_or_default();
    mapping.insert("kind".into(), kind.as_str().into());
    mapping.insert("source".into(), form.get("source").unwrap_or_default().trim().into());
    let personal: Vec<toml::Value> = form.all("personal[]").into_iter().map(toml::Value::from).collect();
    if personal.is_empty() {
        mapping.remove("personal");
    } else {
        mapping.insert("personal".into(), personal.into());
    }
    for control in controls(kind) {
        let known = control.read(&mapping);
        let choice = chosen(form, &control, &known);
        control.write(&choice, &mut mapping);
    }
    toml::to_string(&mapping).map_err(Error::internal)
}

fn chosen(form: &Form, control: &Control, known: &Choice) -> Choice {
    let name = control.name;
    let text = |key: &str| form.get(&format!("{name}.{key}")).unwrap_or_default().trim().to_owned();
    let mut values = BTreeMap::new();
    if let Shape::Coded(_) | Shape::Table(_) = control.shape {
        let (cells, words) = (form.group(&format!("{name}.cell.")), form.group(&format!("{name}.word.")));
        // What was not shown stays while the column does.
        let same = text("column") == known.column;
        values.extend(known.values.clone().into_iter().filter(|_| same));
        for (number, cell) in cells {
            match words.get(&number).map(|word| word.trim()).filter(|word| !word.is_empty()) {
                Some(word) if same || text("shown") == text("column") => values.insert(cell, word.to_owned()),
                _ => values.remove(&cell),
            };
        }
    }
    Choice {
        column: text("column"),
        second: text("second"),
        format: text("format"),
        second_format: text("second_format"),
        value: text("value"),
        unit: text("unit"),
        empty: text("empty"),
        decimals: text("decimals"),
        scale: [text("low"), text("high")],
        values,
        beyond: known.beyond,
    }
}
