//! A YAML tree in which every scalar keeps the text it was written with (`1.0` stays `1.0`) and every node its line.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};

/// A node with its line within the YAML, from 1.
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) value: Value,
}

/// A value; scalars as written.
pub(super) enum Value {
    Null,
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

/// What the reader says about bad YAML.
pub(super) struct YamlError {
    pub(super) line: usize,
    pub(super) message: String,
}

/// Reads one YAML document, within tight limits on depth, nodes and aliases.
pub(super) fn parse(source: &str) -> Result<Node, YamlError> {
    let budget = serde_saphyr::budget! { max_depth: 12, max_nodes: 20_000, max_aliases: 50, max_documents: 1 };
    let options = serde_saphyr::options! { budget: budget, with_snippet: false };
    let raw: Spanned<Raw> = serde_saphyr::from_str_with_options(source, options).map_err(|error| YamlError {
        line: error.location().map_or(1, |location| line_of(&location)),
        message: message_of(&error.to_string()),
    })?;
    Ok(raw_node(raw, source))
}

fn line_of(location: &Location) -> usize {
    usize::try_from(location.line()).unwrap_or(1).max(1)
}

/// The first line of the message without its own position, which the caller states.
fn message_of(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
    let plain = match first.split_once(": ") {
        Some((place, rest)) if place.starts_with("line ") => rest,
        _ => first,
    };
    plain.chars().take(160).collect()
}

enum Raw {
    Null,
    Quoted(String),
    Typed,
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Quoted(text.to_owned()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Raw, E> {
        Ok(Raw::Typed)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Raw, E> {
        Ok(Raw::Typed)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Raw, E> {
        Ok(Raw::Typed)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Raw, E> {
        Ok(Raw::Typed)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Raw, E> {
        Ok(Raw::Typed)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Raw, E> {
        Ok(Raw::Typed)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut pairs = Vec::new();
        while let Some(key) = access.next_key()? {
            pairs.push((key, access.next_value()?));
        }
        Ok(Raw::Map(pairs))
    }
}

fn raw_node(raw: Spanned<Raw>, source: &str) -> Node {
    let line = line_of(&raw.referenced);
    let value = match raw.value {
        Raw::Null => Value::Null,
        Raw::Quoted(text) => Value::Text(text),
        Raw::Typed => Value::Text(written(&raw.defined, source)),
        Raw::List(items) => Value::List(items.into_iter().map(|item| raw_node(item, source)).collect()),
        Raw::Map(pairs) => Value::Map(
            pairs
                .into_iter()
                .map(|(key, value)| {
                    let line = line_of(&key.referenced);
                    let value = raw_node(value, source).value;
                    (key.value, Node { line, value })
                })
                .collect(),
        ),
    };
    Node { line, value }
}

/// The text of a number or truth value as it stands in the source.
fn written(location: &Location, source: &str) -> String {
    let span = location.span();
    let range = span.byte_offset().zip(span.byte_len()).and_then(|(start, length)| {
        let start = usize::try_from(start).ok()?;
        source.get(start..start + usize::try_from(length).ok()?)
    });
    range.unwrap_or_default().trim().to_owned()
}
