//! From a YAML tree to the typed front matter.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::yaml::{self, Node, Value};
use super::{Document, FieldSource, FrontMatter, FrontMatterError, Localised, MAX_BYTES, OptionSource, Simple};

/// Line of the file at which the YAML starts.
const FIRST_LINE: usize = 2;

/// Reads the YAML between the `---` lines; `None` when it is prose between two rules.
pub(super) fn document<'t>(source: &str, body: &'t str, body_line: usize) -> Option<Document<'t>> {
    let mut reader = Reader::default();
    if source.len() > MAX_BYTES {
        reader.problems.push(FrontMatterError::TooLong { line: 1 });
    } else {
        match yaml::parse(source) {
            Ok(Node { value: Value::Map(pairs), .. }) => pairs.into_iter().for_each(|(key, node)| reader.pair(key, node)),
            Ok(Node { value: Value::Null, .. }) => {}
            Ok(_) if !looks_like_pairs(source) => return None,
            Ok(_) => {
                reader.problems.push(FrontMatterError::NotAMapping { line: 1 });
                reader.recover(source);
            }
            Err(_) if !looks_like_pairs(source) && !source.contains(": ") => return None,
            Err(error) => {
                let line = error.line + FIRST_LINE - 1;
                reader.problems.push(FrontMatterError::Syntax { line, message: error.message });
                reader.recover(source);
            }
        }
    }
    Some(Document { matter: reader.matter, has_matter: true, lines: reader.lines, problems: reader.problems, body, body_line })
}

/// Every line with content starts with a word and a colon.
fn looks_like_pairs(source: &str) -> bool {
    source.lines().filter(|line| !line.trim().is_empty()).all(|line| loose_pair(line).is_some())
}

/// Key and value of `key:value`, however spaced.
fn loose_pair(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    (!key.is_empty() && key.chars().all(word)).then(|| (key, value.trim().trim_matches(['"', '\''])))
}

#[derive(Default)]
struct Reader {
    matter: FrontMatter,
    lines: BTreeMap<String, usize>,
    problems: Vec<FrontMatterError>,
}

impl Reader {
    /// Takes what single lines still tell when the whole is not a mapping.
    fn recover(&mut self, source: &str) {
        for (at, line) in source.lines().enumerate() {
            if let Some((key, value)) = loose_pair(line) {
                let value = if value.is_empty() { Value::Null } else { Value::Text(value.to_owned()) };
                let node = Node { line: at + 1, value };
                if !self.lines.contains_key(key) && !matches!(key, "fields" | "parents" | "files") {
                    self.pair(key.to_owned(), node);
                }
            }
        }
    }

    fn pair(&mut self, key: String, node: Node) {
        let line = node.line + FIRST_LINE - 1;
        self.lines.insert(key.clone(), line);
        let node = Node { line, value: node.value };
        match key.as_str() {
            "code" => self.matter.code = self.text(&key, node),
            "title" => self.matter.title = self.text(&key, node),
            "version" => self.matter.version = self.text(&key, node),
            "owner" => self.matter.owner = self.text(&key, node),
            "state" => self.matter.state = self.text(&key, node),
            "reason" => self.matter.reason = self.text(&key, node),
            "number" => self.matter.number = self.text(&key, node),
            "tier" => self.matter.tier = self.checked(&key, node, "a tier from 1 to 4", tier),
            "language" => self.matter.language = self.checked(&key, node, "zh or en", language),
            "effective" => self.matter.effective = self.checked(&key, node, "a date such as 2026-11-21", date),
            "parents" => self.matter.parents = self.list(&key, node),
            "files" => self.matter.files = self.list(&key, node),
            "fields" => self.fields(node),
            _ => self.unknown(key, node),
        }
    }

    fn problem(&mut self, key: &str, line: usize, expected: &'static str) {
        self.problems.push(FrontMatterError::Value { key: key.to_owned(), line, expected });
    }

    fn text(&mut self, key: &str, node: Node) -> Option<String> {
        match node.value {
            Value::Null => None,
            Value::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Value::List(_) | Value::Map(_) => {
                self.problem(key, node.line, "one plain value");
                None
            }
        }
    }

    fn checked<T>(&mut self, key: &str, node: Node, expected: &'static str, read: fn(&str) -> Option<T>) -> Option<T> {
        let line = node.line;
        let text = self.text(key, node)?;
        let value = read(&text);
        if value.is_none() {
            self.problem(key, line, expected);
        }
        value
    }

    /// A list of scalars; one scalar counts as a list of one.
    fn list(&mut self, key: &str, node: Node) -> Vec<String> {
        let line = node.line;
        match simple(node.value) {
            Some(Simple::Empty) => Vec::new(),
            Some(Simple::Text(text)) => vec![text.trim().to_owned()].into_iter().filter(|text| !text.is_empty()).collect(),
            Some(Simple::List(items)) => items,
            None => {
                self.problem(key, line, "a list such as [QM-01, QM-02]");
                Vec::new()
            }
        }
    }

    fn unknown(&mut self, key: String, node: Node) {
        match simple(node.value) {
            Some(value) => self.matter.unknown.push((key, value)),
            None => self.problems.push(FrontMatterError::Nested { key, line: node.line }),
        }
    }

    fn fields(&mut self, node: Node) {
        let line = node.line;
        match node.value {
            Value::Null => {}
            Value::List(items) => {
                for item in items {
                    let line = item.line + FIRST_LINE - 1;
                    match item.value {
                        Value::Map(pairs) => {
                            let field = self.field(line, pairs);
                            self.matter.fields.push(field);
                        }
                        _ => self.problem("fields", line, "a list of fields, each with id, label and type"),
                    }
                }
            }
            _ => self.problem("fields", line, "a list of fields, each with id, label and type"),
        }
    }

    fn field(&mut self, line: usize, pairs: Vec<(String, Node)>) -> FieldSource {
        let mut field = FieldSource { line, ..FieldSource::default() };
        for (key, node) in pairs {
            let node = Node { line: node.line + FIRST_LINE - 1, value: node.value };
            match key.as_str() {
                "id" => field.id = self.text(&key, node).unwrap_or_default(),
                "type" => field.kind = self.text(&key, node).unwrap_or_default(),
                "label" => field.label = self.localised(&key, node),
                "help" => field.help = self.localised(&key, node),
                "required" => field.required = self.checked(&key, node, "true or false", truth).unwrap_or_default(),
                "min" => field.min = self.text(&key, node),
                "max" => field.max = self.text(&key, node),
                "options" => field.options = self.options(node),
                _ => field.unknown.push(key),
            }
        }
        field
    }

    fn options(&mut self, node: Node) -> Vec<OptionSource> {
        let line = node.line;
        let Value::List(items) = node.value else {
            self.problem("options", line, "a list of {value, zh, en}");
            return Vec::new();
        };
        let mut options = Vec::new();
        for item in items {
            let line = item.line + FIRST_LINE - 1;
            match item.value {
                Value::Text(text) => {
                    let label = Localised { zh: Some(text.clone()), en: Some(text.clone()) };
                    options.push(OptionSource { value: text, label });
                }
                Value::Map(pairs) => {
                    let mut option = OptionSource::default();
                    for (key, node) in pairs {
                        let text = self.text(&key, Node { line, value: node.value });
                        match key.as_str() {
                            "value" => option.value = text.unwrap_or_default(),
                            "zh" => option.label.zh = text,
                            "en" => option.label.en = text,
                            _ => self.problem(&key, line, "one of value, zh, en"),
                        }
                    }
                    options.push(option);
                }
                _ => self.problem("options", line, "a list of {value, zh, en}"),
            }
        }
        options
    }

    /// `{zh: …, en: …}`, or one text for both languages.
    fn localised(&mut self, key: &str, node: Node) -> Localised {
        let line = node.line;
        let mut texts = Localised::default();
        match node.value {
            Value::Null => {}
            Value::Text(text) => texts = Localised { zh: Some(text.clone()), en: Some(text) },
            Value::Map(pairs) => {
                for (language, node) in pairs {
                    let text = self.text(key, Node { line, value: node.value });
                    match language.as_str() {
                        "zh" => texts.zh = text,
                        "en" => texts.en = text,
                        _ => self.problem(key, line, "a text per language, zh and en"),
                    }
                }
            }
            Value::List(_) => self.problem(key, line, "a text per language, zh and en"),
        }
        texts
    }
}

fn simple(value: Value) -> Option<Simple> {
    Some(match value {
        Value::Null => Simple::Empty,
        Value::Text(text) => Simple::Text(text),
        Value::List(items) => {
            let texts = items.into_iter().map(|item| match item.value {
                Value::Text(text) => Some(text),
                Value::Null | Value::List(_) | Value::Map(_) => None,
            });
            Simple::List(texts.collect::<Option<Vec<_>>>()?)
        }
        Value::Map(_) => return None,
    })
}

fn tier(text: &str) -> Option<u8> {
    text.parse().ok().filter(|tier| (1..=4).contains(tier))
}

fn language(text: &str) -> Option<String> {
    let short = text.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    matches!(short.as_str(), "zh" | "en").then_some(short)
}

fn date(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

fn truth(text: &str) -> Option<bool> {
    match text {
        "true" | "yes" => Some(true),
        "false" | "no" => Some(false),
        _ => None,
    }
}
