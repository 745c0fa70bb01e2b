//! What a form declares, and whether filled-in values fit it. No input or output.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization;

use super::command::FormExtra;
use crate::error::{Error, Problem, Result};
use crate::numbering;
use crate::text::Lang;

/// Longest single line, in characters.
const LINE: usize = 500;
/// Longest text of several lines, in characters.
const TEXT: usize = 20_000;
/// Highest rating a form may ask for.
const RATING: f64 = 10.0;

/// A declaration as its editor shows it: the lines that problems name are lines of this text.
///
/// # Errors
/// Never in practice: writing to memory.
pub fn shown(form: &FormExtra) -> Result<String> {
    Ok(serde_json::to_string_pretty(form)?)
}

/// Reads the declaration of a version.
///
/// # Errors
/// [`Error::Invalid`] on `form`, each problem with the line and the field it stands in.
pub fn check(form: &FormExtra) -> Result<Definition> {
    let mut found = Vec::new();
    if let Some(Err(error)) = form.number.as_deref().map(numbering::check_number) {
        found.extend(error.problems().iter().cloned());
    }
    let read = Definition::read(form.number.as_deref(), &form.fields);
    found.extend(read.as_ref().err().map(|error| error.problems().to_vec()).unwrap_or_default());
    if found.is_empty() {
        return read;
    }
    let text = shown(form)?;
    Err(Error::Invalid(found.iter().map(|problem| placed(problem, &text)).collect()))
}

/// The same problem on the field `form`, with its line in the declaration as shown.
fn placed(problem: &Problem, text: &str) -> Problem {
    let index: Option<usize> = problem.field.strip_prefix("fields[").and_then(|rest| rest.trim_end_matches(']').parse().ok());
    let mut lines = text.lines().zip(1..);
    let line = match index {
        // A field of the list begins on a line of its own, four blanks in.
        Some(index) => lines.filter(|(line, _)| *line == "    {").nth(index),
        None => lines.find(|(line, _)| line.trim_start().starts_with("\"number\"")),
    };
    let place = index.map_or_else(|| problem.field.clone(), |index| (index + 1).to_string());
    let code = if index.is_some() { "form-declaration-field" } else { "form-declaration" };
    Problem::field("form", code)
        .with("line", line.map_or(1, |(_, number)| number))
        .with("place", place)
        .with("detail.zh", problem.message(Lang::Zh))
        .with("detail.en", problem.message(Lang::En))
}

/// Values by field id, as sent: text from pages, text or numbers from programs.
pub type Values = BTreeMap<String, Value>;

/// A word in both languages; at least one is there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = FormLabel)]
pub struct Label {
    /// Chinese.
    pub zh: Option<String>,
    /// English.
    pub en: Option<String>,
}

impl Label {
    /// In a language, or the only one there is.
    pub fn get(&self, lang: Lang) -> &str {
        let (own, other) = match lang {
            Lang::Zh => (&self.zh, &self.en),
            Lang::En => (&self.en, &self.zh),
        };
        own.as_deref().or(other.as_deref()).unwrap_or_default()
    }
}

/// What a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = FormFieldKind)]
pub enum Kind {
    /// One line.
    Text,
    /// Several lines.
    Longtext,
    /// A number, within `min` and `max`.
    Number,
    /// A date without time.
    Date,
    /// One of the options.
    Choice,
    /// 1 to `max`, 5 unless the form says otherwise.
    Rating,
}

/// One option of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = FormOption)]
pub struct Opt {
    /// What is stored.
    #[serde(deserialize_with = "plain")]
    pub value: String,
    /// What people read.
    #[serde(flatten)]
    pub label: Label,
}

/// YAML reads `yes`, `1` and the like as other than text.
fn plain<'de, D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<String, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(text) => Ok(text),
        value @ (Value::Number(_) | Value::Bool(_)) => Ok(value.to_string()),
        _ => Err(serde::de::Error::custom("an option's value is a word or a number")),
    }
}

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = FormField)]
pub struct Field {
    /// Stable name in `snake_case`.
    pub id: String,
    /// What people read.
    pub label: Label,
    /// How to fill it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<Label>,
    /// What it takes.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Must be filled in before submitting.
    #[serde(default)]
    pub required: bool,
    /// Options of a choice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Opt>,
    /// Least number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Greatest number, or the highest rating.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
}

/// What a form declares.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Definition {
    /// Number scheme of its records.
    pub number: Option<String>,
    /// Its fields, in order.
    pub fields: Vec<Field>,
}

impl Definition {
    /// Reads a declaration as front matter holds it.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming each field that is wrong by its place, for example `fields[2]`.
    pub fn read(number: Option<&str>, fields: &[Value]) -> Result<Self> {
        let mut problems = Vec::new();
        let mut read: Vec<Field> = Vec::new();
        let mut seen = BTreeSet::new();
        for (index, value) in fields.iter().enumerate() {
            let place = format!("fields[{index}]");
            match serde_json::from_value::<Field>(value.clone()) {
                Ok(field) => {
                    if !seen.insert(field.id.clone()) {
                        problems.push(Problem::field(place.as_str(), "form-field-twice").with("id", &field.id));
                    }
                    problems
                        .extend(field.faults().into_iter().map(|code| Problem::field(place.as_str(), code).with("id", &field.id)));
                    read.push(field);
                }
                Err(error) => problems.push(Problem::field(place, "form-field-shape").with("detail", error)),
            }
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        Ok(Self { number: number.map(str::to_owned), fields: read })
    }

    /// A field by id.
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// Values that may be submitted: typed, trimmed, empty ones left out.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming each value that does not fit, as `values.<id>`.
    pub fn check(&self, given: &Values) -> Result<Map<String, Value>> {
        let mut problems: Vec<Problem> = given
            .keys()
            .filter(|id| self.field(id).is_none())
            .map(|id| Problem::field(place(id), "value-unknown").with("id", id))
            .collect();
        let mut checked = Map::new();
        for field in &self.fields {
            match field.check(&written(given.get(&field.id))) {
                Ok(Some(value)) => drop(checked.insert(field.id.clone(), value)),
                Ok(None) => {}
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() { Ok(checked) } else { Err(Error::Invalid(problems)) }
    }

    /// Values of a draft: as written, of the fields the form has.
    pub fn keep(&self, given: &Values) -> Map<String, Value> {
        self.fields
            .iter()
            .filter_map(|field| Some((field.id.clone(), written(given.get(&field.id)))).filter(|(_, text)| !text.trim().is_empty()))
            .map(|(id, text)| (id, Value::String(text)))
            .collect()
    }
}

/// The name under which a field is sent and its problem reported.
fn place(id: &str) -> String {
    format!("values.{id}")
}

/// A value as somebody wrote it.
fn written(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

impl Field {
    /// What is wrong with the declaration.
    fn faults(&self) -> Vec<&'static str> {
        let mut faults = Vec::new();
        let word = self.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !word || !self.id.starts_with(|c: char| c.is_ascii_lowercase()) {
            faults.push("form-field-id");
        }
        if self.label.get(Lang::Zh).trim().is_empty() {
            faults.push("form-field-label");
        }
        let values: BTreeSet<&str> = self.options.iter().map(|option| option.value.as_str()).collect();
        if self.kind == Kind::Choice && (self.options.is_empty() || values.len() < self.options.len() || values.contains("")) {
            faults.push("form-field-options");
        }
        if self.min.zip(self.max).is_some_and(|(min, max)| min > max) {
            faults.push("form-field-limits");
        }
        if self.kind == Kind::Rating && !(2.0..=RATING).contains(&self.max.unwrap_or(5.0)) {
            faults.push("form-field-rating");
        }
        faults
    }

    /// The highest rating.
    pub fn top(&self) -> i64 {
        // Declared between 2 and 10, so the cast keeps its value.
        #[expect(clippy::cast_possible_truncation, reason = "checked on reading: 2 to 10")]
        let top = self.max.unwrap_or(5.0) as i64;
        top
    }

    fn problem(&self, code: &str) -> Problem {
        Problem::field(place(&self.id), code).with("label.zh", self.label.get(Lang::Zh)).with("label.en", self.label.get(Lang::En))
    }

    fn check(&self, text: &str) -> std::result::Result<Option<Value>, Problem> {
        let text = text.trim();
        if text.is_empty() {
            return if self.required { Err(self.problem("value-required")) } else { Ok(None) };
        }
        match self.kind {
            Kind::Text => self.line(text),
            Kind::Longtext => self.long(text),
            Kind::Number => self.number(text),
            Kind::Date => self.date(text),
            Kind::Choice => self.choice(text),
            Kind::Rating => self.rating(text),
        }
        .map(Some)
    }

    fn line(&self, text: &str) -> std::result::Result<Value, Problem> {
        if text.chars().count() > LINE {
            return Err(self.problem("value-long").with("max", LINE));
        }
        if text.contains(char::is_control) {
            return Err(self.problem("value-one-line"));
        }
        Ok(Value::from(text))
    }

    fn long(&self, text: &str) -> std::result::Result<Value, Problem> {
        if text.chars().count() > TEXT {
            return Err(self.problem("value-long").with("max", TEXT));
        }
        Ok(Value::from(text))
    }

    fn number(&self, text: &str) -> std::result::Result<Value, Problem> {
        // Full-width digits come from Chinese input methods.
        let plain: String = text.nfkc().collect();
        let digits = plain.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.'));
        let number: f64 =
            plain.parse().ok().filter(|n: &f64| digits && n.is_finite()).ok_or_else(|| self.problem("value-number"))?;
        if let Some(min) = self.min.filter(|min| number < *min) {
            return Err(self.problem("value-min").with("min", min));
        }
        if let Some(max) = self.max.filter(|max| number > *max) {
            return Err(self.problem("value-max").with("max", max));
        }
        // Whole numbers are stored whole, however they were written: 12, 12.0, -0.
        #[expect(clippy::cast_possible_truncation, reason = "whole and far below the greatest exact one")]
        let whole = (number.fract() == 0.0 && number.abs() < 1e15).then_some(number as i64);
        Ok(whole.map_or_else(|| Value::from(number), Value::from))
    }

    fn date(&self, text: &str) -> std::result::Result<Value, Problem> {
        let plain: String = text.nfkc().collect();
        let date: NaiveDate = plain.parse().map_err(|_| self.problem("value-date"))?;
        let year = chrono::Datelike::year(&date);
        if (1900..=2200).contains(&year) { Ok(Value::from(date.to_string())) } else { Err(self.problem("value-date")) }
    }

    fn choice(&self, text: &str) -> std::result::Result<Value, Problem> {
        let known = self.options.iter().any(|option| option.value == text);
        if known { Ok(Value::from(text)) } else { Err(self.problem("value-choice").with("value", text)) }
    }

    fn rating(&self, text: &str) -> std::result::Result<Value, Problem> {
        let plain: String = text.nfkc().collect();
        let rating = plain.parse::<i64>().ok().filter(|rating| (1..=self.top()).contains(rating));
        rating.map(Value::from).ok_or_else(|| self.problem("value-rating").with("max", self.top()))
    }

    /// A stored value in words.
    pub fn show(&self, value: &Value, lang: Lang) -> String {
        let text = written(Some(value));
        match self.kind {
            Kind::Choice => {
                self.options.iter().find(|option| option.value == text).map_or(text, |option| option.label.get(lang).to_owned())
            }
            Kind::Rating => format!("{text} / {}", self.top()),
            _ => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn definition() -> Definition {
        let fields = [
            json!({"id": "channel", "label": {"zh": "渠道", "en": "Channel"}, "type": "choice", "required": true, "options": [{"value": "phone", "zh": "电话", "en": "Telephone"}, {"value": 1, "zh": "一"}]}),
            json!({"id": "minutes", "label": {"zh": "用时", "en": "Minutes"}, "type": "number", "min": 0, "max": 240}),
            json!({"id": "on", "label": {"zh": "日期", "en": "Date"}, "type": "date"}),
            json!({"id": "grade", "label": {"zh": "评分", "en": "Grade"}, "type": "rating", "max": 10}),
            json!({"id": "name", "label": {"zh": "称呼", "en": "Name"}, "type": "text"}),
        ];
        Definition::read(Some("{YYMM}-{nnn}"), &fields).unwrap()
    }

    fn codes(values: Value) -> Vec<(String, String)> {
        let given: Values = serde_json::from_value(values).unwrap();
        let error = definition().check(&given).unwrap_err();
        error.problems().iter().map(|p| (p.field.clone(), p.code.clone())).collect()
    }

    #[test]
    fn text_of_a_page_and_numbers_of_a_program_give_the_same_values() {
        let page: Values =
            serde_json::from_value(json!({"channel": "phone", "minutes": " １２ ", "on": "2026-11-01", "grade": "9"})).unwrap();
        let program: Values =
            serde_json::from_value(json!({"channel": "phone", "minutes": 12, "on": "2026-11-01", "grade": 9, "name": null}))
                .unwrap();
        let checked = definition().check(&page).unwrap();
        assert_eq!(checked, definition().check(&program).unwrap());
        assert_eq!(Value::Object(checked), json!({"channel": "phone", "minutes": 12, "on": "2026-11-01", "grade": 9}));
    }

    #[test]
    fn each_value_that_does_not_fit_is_named() {
        let found = codes(json!({"minutes": "1,000", "on": "2026-02-30", "grade": "11", "name": "a\nb", "moon": "x"}));
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            found,
            [
                pair("values.moon", "value-unknown"),
                pair("values.channel", "value-required"),
                pair("values.minutes", "value-number"),
                pair("values.on", "value-date"),
                pair("values.grade", "value-rating"),
                pair("values.name", "value-one-line"),
            ]
        );
        assert_eq!(codes(json!({"channel": "fax", "minutes": -1})).len(), 2);
        assert_eq!(codes(json!({"channel": "phone", "minutes": 240.5})), [pair("values.minutes", "value-max")]);
        assert_eq!(codes(json!({"channel": "phone", "minutes": "NaN"})), [pair("values.minutes", "value-number")]);
    }

    #[test]
    fn a_draft_keeps_what_was_written() {
        let given: Values = serde_json::from_value(json!({"minutes": "a lot", "on": " ", "moon": "x"})).unwrap();
        assert_eq!(Value::Object(definition().keep(&given)), json!({"minutes": "a lot"}));
    }

    #[test]
    fn a_declaration_is_checked_whole_and_names_its_lines() {
        let fields = vec![
            json!({"id": "a", "label": {"zh": "甲"}, "type": "choice", "options": [{"value": "x", "zh": "一"}]}),
            json!({"id": "b", "label": {"zh": "乙"}, "type": "colour"}),
        ];
        let form = FormExtra { number: Some("{YYMM}".into()), fields };
        let error = check(&form).unwrap_err();
        let text = shown(&form).unwrap();
        let line = |at: usize| -> usize { error.problems()[at].params[0].1.parse().unwrap() };
        assert_eq!(error.problems().len(), 2);
        assert!(text.lines().nth(line(0) - 1).unwrap().contains("{YYMM}"), "{text}");
        assert!(text.lines().nth(line(1)).unwrap().contains("\"b\""), "{text}");
        assert!(error.problems().iter().all(|problem| problem.field == "form"));
        assert!(check(&FormExtra::default()).is_ok());
    }

    #[test]
    fn a_wrong_declaration_names_its_field() {
        let fields = [
            json!({"id": "A b", "label": {}, "type": "text"}),
            json!({"id": "c", "label": {"zh": "丙"}, "type": "choice"}),
            json!({"id": "c", "label": {"zh": "丙"}, "type": "number", "min": 3, "max": 1}),
            json!({"id": "d", "label": {"zh": "丁"}, "type": "rating", "max": 99}),
            json!({"id": "e", "label": {"zh": "戊"}, "type": "colour"}),
        ];
        let error = Definition::read(None, &fields).unwrap_err();
        let found: Vec<(&str, &str)> = error.problems().iter().map(|p| (p.field.as_str(), p.code.as_str())).collect();
        assert_eq!(
            found,
            [
                ("fields[0]", "form-field-id"),
                ("fields[0]", "form-field-label"),
                ("fields[1]", "form-field-options"),
                ("fields[2]", "form-field-twice"),
                ("fields[2]", "form-field-limits"),
                ("fields[3]", "form-field-rating"),
                ("fields[4]", "form-field-shape"),
            ]
        );
    }
}
