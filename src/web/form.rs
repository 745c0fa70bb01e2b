//! Forms: the same command types serve pages and API. HTML forms send `""` for nothing, `on` for a tick, strings for numbers, and one
//! name several times for a list; the cure lives here, once.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, Problem, Result};
use crate::ledger::{Once, sha256_hex};

/// The fields of a sent form, in order of sending per name.
#[derive(Debug, Clone, Default)]
pub struct Form {
    fields: BTreeMap<String, Vec<String>>,
}

impl Form {
    /// Reads `application/x-www-form-urlencoded`. Line ends become `\n`, which is what texts are hashed with.
    pub fn parse(body: &[u8]) -> Self {
        let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in form_urlencoded(body) {
            fields.entry(name).or_default().push(value.replace("\r\n", "\n"));
        }
        Self { fields }
    }

    /// The first field with a character that no database keeps.
    pub fn unkeepable(&self) -> Option<&str> {
        let bad = |(_, values): &(&String, &Vec<String>)| values.iter().any(|value| value.contains('\0'));
        self.fields.iter().find(bad).map(|(name, _)| name.trim_end_matches("[]"))
    }

    /// The key of this form as it was rendered and filled in, for the address it was sent to; none when it carries no key.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a key that is not one of ours.
    pub fn once(&self, target: &str) -> Result<Option<Once>> {
        let Some(key) = self.get("_once") else { return Ok(None) };
        let typed: Vec<_> = self.fields.iter().filter(|(name, _)| !name.starts_with('_')).collect();
        let content = serde_json::to_vec(&(key, target, typed))?;
        Once::new(&format!("form {}", sha256_hex(&content)), &[]).map(Some)
    }

    /// The first value of a field; empty = none.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.first().map(String::as_str).filter(|value| !value.trim().is_empty())
    }

    /// All values of a field that are not empty.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.fields.get(name).into_iter().flatten().map(String::as_str).filter(|v| !v.trim().is_empty()).collect()
    }

    /// The fields whose name starts with a prefix, without it: `field.` of record forms.
    pub fn group(&self, prefix: &str) -> BTreeMap<String, String> {
        self.fields
            .iter()
            .filter_map(|(name, values)| Some((name.strip_prefix(prefix)?.to_owned(), values.first()?.clone())))
            .collect()
    }

    /// What was typed, to show it again beside its errors.
    pub fn values(&self) -> BTreeMap<String, String> {
        self.fields.iter().filter_map(|(name, values)| Some((name.clone(), values.first()?.clone()))).collect()
    }

    /// The command that the form means. Empty fields are absent; a name ending in `[]` is a list; text that a numeric or boolean
    /// field expects is read as such.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the field.
    pub fn command<T: DeserializeOwned>(&self) -> Result<T> {
        let mut object = serde_json::Map::new();
        for (name, values) in &self.fields {
            if name.starts_with('_') {
                continue;
            }
            let kept: Vec<Value> = values.iter().filter(|v| !v.trim().is_empty()).map(|v| Value::String(v.clone())).collect();
            if let Some(list) = name.strip_suffix("[]") {
                object.insert(list.to_owned(), Value::Array(kept));
            } else if let Some((outer, inner)) = name.split_once('.') {
                let nested = object.entry(outer.to_owned()).or_insert_with(|| Value::Object(serde_json::Map::new()));
                if let (Value::Object(map), Some(value)) = (nested, kept.into_iter().next()) {
                    map.insert(inner.to_owned(), value);
                }
            } else if let Some(value) = kept.into_iter().next() {
                object.insert(name.clone(), value);
            }
        }
        serde_json::from_value(Value::Object(object)).map_err(|error| bad_shape(&error))
    }
}

/// What serde says about a missing or mistyped field, as a problem of that field.
pub fn bad_shape(error: &serde_json::Error) -> Error {
    let text = error.to_string();
    let quoted = text.split('`').nth(1).unwrap_or_default().to_owned();
    if text.starts_with("missing field") {
        return Error::Invalid(vec![Problem::field(quoted, "required")]);
    }
    if text.starts_with("unknown field") {
        return Error::Invalid(vec![Problem::field(quoted, "unknown-field")]);
    }
    Error::Invalid(vec![Problem::whole("bad-shape").with("detail", text)])
}

/// Decodes urlencoded pairs (WHATWG URL, 5.1).
pub fn form_urlencoded(body: &[u8]) -> Vec<(String, String)> {
    body.split(|b| *b == b'&')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let mut halves = part.splitn(2, |b| *b == b'=');
            (decode(halves.next().unwrap_or_default()), decode(halves.next().unwrap_or_default()))
        })
        .collect()
}

fn decode(text: &[u8]) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(&byte) = rest.next() {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let ahead = rest.as_slice();
                let pair = ahead.get(..2).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
                if let Some(value) = pair {
                    out.push(value);
                    rest = ahead.get(2..).unwrap_or_default().iter();
                } else {
                    out.push(byte);
                }
            }
            other => out.push(other),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Numbers that forms send as text and JSON as numbers: `#[serde(deserialize_with = "lenient::integer")]`.
pub mod lenient {
    use serde::{Deserialize, Deserializer, de::Error as _};
    use serde_json::Value;

    /// A whole number.
    ///
    /// # Errors
    /// When it is none.
    pub fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Number(number) => number.as_i64().ok_or_else(|| D::Error::custom("not a whole number")),
            Value::String(text) => text.trim().parse().map_err(|_| D::Error::custom("not a whole number")),
            _ => Err(D::Error::custom("not a whole number")),
        }
    }

    /// A number.
    ///
    /// # Errors
    /// When it is none, or not finite.
    pub fn float<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        let value = match Value::deserialize(deserializer)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        value.filter(|v| v.is_finite()).ok_or_else(|| D::Error::custom("not a number"))
    }

    /// A tick: `true`, `on`, `yes`, `1`.
    ///
    /// # Errors
    /// When it is neither yes nor no.
    pub fn boolean<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Bool(value) => Ok(value),
            Value::String(text) => Ok(matches!(text.as_str(), "true" | "on" | "yes" | "1")),
            _ => Err(D::Error::custom("neither yes nor no")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize, Debug, PartialEq)]
    struct Command {
        title: String,
        reason: Option<String>,
        #[serde(deserialize_with = "lenient::integer")]
        row_version: i64,
        #[serde(default)]
        reviewers: Vec<String>,
        #[serde(default)]
        values: BTreeMap<String, String>,
    }

    #[test]
    fn a_form_and_json_give_the_same_command() {
        let form = Form::parse(
            "_csrf=x&title=%E6%8A%95%E8%AF%89+1&reason=&row_version=3&reviewers[]=a&reviewers[]=b&values.kind=delay".as_bytes(),
        );
        let json = r#"{"title":"投诉 1","row_version":3,"reviewers":["a","b"],"values":{"kind":"delay"}}"#;
        assert_eq!(form.command::<Command>().unwrap(), serde_json::from_str::<Command>(json).unwrap());
    }

    #[test]
    fn a_missing_field_is_named() {
        let error = Form::parse(b"title=x").command::<Command>().unwrap_err();
        assert_eq!(error.problems(), [Problem::field("row_version", "required")]);
    }

    #[test]
    fn broken_escapes_stay_as_they_are() {
        assert_eq!(form_urlencoded(b"a=%zz%4&b"), [("a".into(), "%zz%4".into()), ("b".into(), String::new())]);
    }
}
