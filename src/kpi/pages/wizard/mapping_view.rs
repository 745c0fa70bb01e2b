//! What the mapping step shows: a row for each field with its meaning, the columns to choose from, an example of what stands there, and
//! the words that its cells are turned into.

use serde_json::{Value, json};

use super::{Step, centre_choices};
use crate::error::{Error, Result};
use crate::kpi::intake::{Glimpse, SeenColumn};
use crate::kpi::mapping::catalogue::Catalogue;
use crate::kpi::mapping::controls::{Choice, Control, Shape, Target, controls};
use crate::kpi::mapping::guess::{MOMENTS, TIMES, format_of};
use crate::kpi::mapping::{SourceKind, SourceMapping};
use crate::kpi::{self, Staged};
use crate::text::Lang;
use crate::web::{Form, Reading};

/// Kinds whose stocks and deadlines are counted up to a day.
const REGISTERS: [SourceKind; 4] = [SourceKind::Learning, SourceKind::Shipments, SourceKind::Complaints, SourceKind::Improvements];

/// The view of the step.
pub(super) fn view(
    r: &mut Reading<'_>,
    staged: &Staged,
    text: &str,
    as_text: bool,
    refused: Option<(&Form, &Error)>,
) -> Result<Value> {
    let seen = staged.glimpse()?;
    let mapping: toml::Table = toml::from_str(text).unwrap_or_default();
    let kind = staged.source_kind();
    let centres = centre_choices(r)?;
    let remembered = refused.is_none() && kpi::is_remembered(r.conn, staged)?;
    let page = Page { lang: r.lang, kind, seen: &seen, centres: &centres };
    let fields: Vec<Value> = controls(kind).iter().map(|control| page.field(control, &control.read(&mapping))).collect();
    let (needed, more): (Vec<_>, Vec<_>) = fields.into_iter().partition(|field| field["open"] == true);
    let personal: Vec<&str> = match mapping.get("personal").and_then(toml::Value::as_array) {
        Some(list) => list.iter().filter_map(toml::Value::as_str).collect(),
        None => Vec::new(),
    };
    let used: Vec<String> = SourceMapping::from_toml(text)
        .map(|mapping| mapping.columns().into_iter().map(str::to_owned).collect())
        .unwrap_or_default();
    let idle: Vec<String> = seen.header().into_iter().filter(|name| !name.is_empty() && !used.contains(name)).collect();
    let columns: Vec<Value> = seen
        .columns
        .iter()
        .filter(|column| !column.name.is_empty())
        .map(|column| json!({"value": column.name, "label": column.name, "help": column.samples.first(), "on": personal.contains(&column.name.as_str())}))
        .collect();
    let mut form = super::super::form_view(refused, r.lang);
    if let (Some((_, error)), false) = (refused, as_text) {
        point(&mut form, error);
    }
    if refused.is_none() {
        form["values"] = json!({"source": mapping.get("source").and_then(toml::Value::as_str), "default_centre": staged.centre, "as_of": staged.as_of});
    }
    Ok(json!({"step": Step::of(staged, r.lang), "form": form, "needed": needed, "more": more, "columns": columns, "idle": idle,
        "text": text, "as_text": as_text, "centres": centres, "register": REGISTERS.contains(&kind), "remembered": remembered}))
}

/// What is wrong with a key of the mapping is wrong with its field in the form.
fn point(form: &mut Value, error: &Error) {
    for (place, problem) in error.problems().iter().enumerate() {
        let key = problem.params.iter().find(|(name, _)| name == "field").map(|(_, key)| key.split('.').next().unwrap_or_default());
        if let Some(field) = key.filter(|_| problem.field == "mapping") {
            form["summary"][place]["field"] = field.into();
        }
    }
}

struct Page<'p> {
    lang: Lang,
    kind: SourceKind,
    seen: &'p Glimpse,
    centres: &'p [Value],
}

impl Page<'_> {
    fn field(&self, control: &Control, choice: &Choice) -> Value {
        let list = Catalogue::shipped();
        let known = list.field(self.kind, control.name);
        let column = self.seen.column(&choice.column);
        let second = self.seen.column(&choice.second);
        let chosen = !choice.column.is_empty() || !choice.value.is_empty() || choice.beyond;
        let lost = (!choice.column.is_empty() && column.is_none()).then_some(&choice.column);
        json!({
            "name": control.name,
            "title": known.map_or(control.name, |known| known.title(self.lang)),
            "about": known.map(|known| known.about(self.lang)),
            "required": control.required,
            "open": chosen || control.required || matches!(control.name, "centre" | "channel" | "id"),
            "beyond": choice.beyond,
            "shape": shape_name(control.shape),
            "unit_choice": control.shape == Shape::Duration(true),
            "column": choice.column,
            "lost": lost,
            "second": choice.second,
            "value": choice.value,
            "values_of_all": self.constants(control.shape),
            "format": choice.format,
            "formats": formats(column, MOMENTS, &choice.format),
            "second_format": choice.second_format,
            "second_formats": formats(second, TIMES, &choice.second_format),
            "unit": choice.unit,
            "empty": choice.empty,
            "decimals": choice.decimals,
            "low": choice.scale[0],
            "high": choice.scale[1],
            "sample": column.map(|column| column.samples.join(" · ")),
            "second_sample": second.map(|column| column.samples.join(" · ")),
            "table": self.table(control, choice, column),
            "words": self.words(control),
        })
    }

    /// What may stand in every row.
    fn constants(&self, shape: Shape) -> Option<Vec<Value>> {
        match shape {
            Shape::Coded(target) => Some(self.targets(target, "")),
            _ => None,
        }
    }

    fn words(&self, control: &Control) -> Vec<Value> {
        match control.shape {
            Shape::Coded(target) | Shape::Table(target) => self.targets(target, control.name),
            _ => Vec::new(),
        }
    }

    fn targets(&self, target: Target, field: &str) -> Vec<Value> {
        let list = Catalogue::shipped();
        let named = |field: &str, among: &[&str]| -> Vec<Value> {
            list.words(field, among).map(|word| json!({"value": word.word, "label": word.title(self.lang)})).collect()
        };
        match target {
            Target::Centres => self.centres.to_vec(),
            Target::Channels => named("channel", &[]),
            Target::YesNo => named("yes", &[]),
            Target::Rating(low, high) => {
                (low..=high).rev().map(|rating| json!({"value": rating.to_string(), "label": rating})).collect()
            }
            Target::Words(words) => {
                let own = [field, "outcome", "status", "record", "absence_cause", "account"];
                let title = |word: &'static str| list.title_of(&own, word, self.lang).unwrap_or(word);
                words.iter().map(|word| json!({"value": word, "label": title(word)})).collect()
            }
        }
    }

    /// The cells of the chosen column, each with its word.
    fn table(&self, control: &Control, choice: &Choice, column: Option<&SeenColumn>) -> Option<Vec<Value>> {
        let (Shape::Coded(target) | Shape::Table(target)) = control.shape else { return None };
        let column = column?;
        let figures = matches!(target, Target::Rating(..)) && column.values.iter().all(|cell| cell.parse::<f64>().is_ok());
        if figures && choice.values.is_empty() {
            return None;
        }
        let beyond = choice.values.keys().filter(|cell| !column.values.contains(cell));
        let cells = column.values.iter().chain(beyond);
        Some(cells.map(|cell| json!({"cell": cell, "word": choice.values.get(cell)})).collect())
    }
}

fn shape_name(shape: Shape) -> &'static str {
    match shape {
        Shape::Column => "column",
        Shape::Text => "text",
        Shape::Moment => "moment",
        Shape::Coded(_) => "coded",
        Shape::Table(_) => "table",
        Shape::Duration(_) => "duration",
        Shape::Number => "number",
        Shape::Money => "money",
        Shape::Pair => "pair",
        Shape::Written => "written",
    }
}

/// The formats to choose from: those that fit the cells first.
fn formats(column: Option<&SeenColumn>, among: &[&'static str], chosen: &str) -> Vec<Value> {
    let fits =
        column.map(|column| among.iter().filter(|format| format_of(column, &[format]).is_some()).copied().collect::<Vec<_>>());
    let fits = fits.unwrap_or_default();
    let others = among.iter().filter(|format| !fits.contains(format));
    let mut all: Vec<&str> = fits.iter().chain(others).copied().collect();
    if !chosen.is_empty() && !all.contains(&chosen) {
        all.insert(0, chosen);
    }
    all.into_iter().map(|format| json!({"value": format, "label": example(format), "fits": fits.contains(&format)})).collect()
}

/// A format as a day looks in it.
fn example(format: &str) -> String {
    match chrono::DateTime::from_timestamp(1_793_435_709, 0) {
        Some(moment) => moment.format(format).to_string(),
        None => format.to_owned(),
    }
}
