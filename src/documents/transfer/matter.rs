//! Between the front matter of a file and what a version holds. Both ways meet: what was written reads back as the same.

use serde_json::{Map, Value, json};

use super::super::command::FormExtra;
use super::super::front_matter::{FieldSource, FrontMatter, Localised, OptionSource, Simple};
use super::super::model::{Document, State, Version};
use crate::error::Result;
use crate::text::Lang;

/// The front matter of a version's text in a language.
///
/// # Errors
/// When what is stored is damaged.
pub fn of(document: &Document, version: &Version, lang: Lang) -> Result<FrontMatter> {
    let extra = version.extras()?;
    let title = if lang == Lang::En { version.title_en.clone() } else { version.title_zh.clone() };
    let once = version.state.once();
    Ok(FrontMatter {
        code: Some(document.code.clone()),
        title,
        tier: u8::try_from(document.tier).ok(),
        version: Some(version.label.clone()),
        owner: Some(extra.owner.clone()).filter(|owner| !owner.is_empty()),
        language: Some(lang.code().to_owned()),
        parents: version.parent_codes()?,
        // A review is not carried to another installation: there, what is being prepared is a draft.
        state: Some(if once { version.state } else { State::Draft }.as_str().to_owned()),
        effective: version.effective_on,
        reason: version.reason.clone().filter(|_| once),
        number: extra.form.number.clone(),
        fields: extra.form.fields.iter().map(field).collect(),
        files: extra.files.keys().cloned().collect(),
        unknown: extra.other.iter().map(|(key, value)| (key.clone(), simple(value))).collect(),
    })
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

fn simple(value: &Value) -> Simple {
    match value {
        Value::Array(items) => Simple::List(items.iter().filter_map(text_of).collect()),
        value => text_of(value).map_or(Simple::Empty, Simple::Text),
    }
}

/// A value of another system's key as it is kept.
pub fn kept(value: &Simple) -> Value {
    match value {
        Simple::Empty => Value::Null,
        Simple::Text(text) => json!(text),
        Simple::List(items) => json!(items),
    }
}

fn localised(value: Option<&Value>) -> Localised {
    let part = |name: &str| value.and_then(|value| value.get(name)).and_then(text_of);
    Localised { zh: part("zh"), en: part("en") }
}

fn field(value: &Value) -> FieldSource {
    let part = |name: &str| value.get(name).and_then(text_of);
    let options = value.get("options").and_then(Value::as_array).into_iter().flatten();
    FieldSource {
        line: 0,
        id: part("id").unwrap_or_default(),
        label: localised(value.get("label")),
        help: localised(value.get("help")),
        kind: part("type").unwrap_or_default(),
        required: value.get("required").and_then(Value::as_bool).unwrap_or(false),
        options: options
            .map(|option| OptionSource {
                value: option.get("value").and_then(text_of).unwrap_or_default(),
                label: localised(Some(option)),
            })
            .collect(),
        min: part("min"),
        max: part("max"),
        unknown: Vec::new(),
    }
}

/// What a form declares, from its front matter; none when it declares nothing.
pub fn form(matter: &FrontMatter) -> Option<FormExtra> {
    if matter.number.is_none() && matter.fields.is_empty() {
        return None;
    }
    Some(FormExtra { number: matter.number.clone(), fields: matter.fields.iter().map(declared).collect() })
}

fn declared(field: &FieldSource) -> Value {
    let mut map = Map::new();
    map.insert("id".into(), json!(field.id));
    map.insert("label".into(), words(&field.label));
    if field.help.zh.is_some() || field.help.en.is_some() {
        map.insert("help".into(), words(&field.help));
    }
    map.insert("type".into(), json!(field.kind));
    if field.required {
        map.insert("required".into(), json!(true));
    }
    if !field.options.is_empty() {
        let options: Vec<Value> = field.options.iter().map(option).collect();
        map.insert("options".into(), json!(options));
    }
    for (name, bound) in [("min", &field.min), ("max", &field.max)] {
        if let Some(bound) = bound {
            map.insert(name.into(), number(bound));
        }
    }
    Value::Object(map)
}

fn option(option: &OptionSource) -> Value {
    let mut value = words(&option.label);
    if let Value::Object(map) = &mut value {
        map.insert("value".into(), json!(option.value));
    }
    value
}

fn words(text: &Localised) -> Value {
    let pairs = [("zh", &text.zh), ("en", &text.en)];
    Value::Object(pairs.into_iter().filter_map(|(lang, text)| Some((lang.to_owned(), json!(text.as_ref()?)))).collect())
}

/// A bound as a number; what is none stays as it is written, for the form to refuse.
fn number(text: &str) -> Value {
    if let Ok(whole) = text.parse::<i64>() {
        return json!(whole);
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => json!(number),
        _ => json!(text),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::front_matter;
    use super::*;

    #[test]
    fn every_shipped_form_reads_back_as_it_was() {
        for entry in std::fs::read_dir("docs-templates/system").unwrap() {
            let path = entry.unwrap().path();
            let source = std::fs::read_to_string(&path).unwrap();
            let file = front_matter::read(&source);
            let Some(declared) = form(&file.matter) else { continue };
            let mut again = file.matter.clone();
            again.fields = declared.fields.iter().map(field).collect();
            assert_eq!(front_matter::write(&again, file.body), front_matter::write(&file.matter, file.body), "{}", path.display());
        }
    }
}
