//! YAML front matter of a document file: split off, read into a typed struct, written back.
//!
//! Invariants: the body is kept byte for byte; the writer is deterministic, so that export → import → export gives the
//! same bytes; what cannot be read is named with its line and never silently dropped (ISO 9001 clause 7.5.2).

mod read;
mod write;
mod yaml;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::NaiveDate;

pub use write::write;

/// Longest front matter, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;

/// What the front matter of a document says. Absent and empty values are the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FrontMatter {
    /// Document code, as written.
    pub code: Option<String>,
    /// Title in the language of the file.
    pub title: Option<String>,
    /// Tier of the pyramid, 1 to 4.
    pub tier: Option<u8>,
    /// Version label.
    pub version: Option<String>,
    /// Code of the owning unit.
    pub owner: Option<String>,
    /// Language of the text: `zh` or `en`.
    pub language: Option<String>,
    /// Codes of the documents above.
    pub parents: Vec<String>,
    /// State at export.
    pub state: Option<String>,
    /// Date from which the version is in force.
    pub effective: Option<NaiveDate>,
    /// Reason for the change.
    pub reason: Option<String>,
    /// Number scheme of the records (forms only).
    pub number: Option<String>,
    /// Fields of a form, as written; checked by the form definition.
    pub fields: Vec<FieldSource>,
    /// Files that belong to the text, as relative paths.
    pub files: Vec<String>,
    /// Keys of other systems, in their order.
    pub unknown: Vec<(String, Simple)>,
}

/// A value of an unknown key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Simple {
    /// No value.
    Empty,
    /// A scalar, as written.
    Text(String),
    /// A list of scalars.
    List(Vec<String>),
}

impl Simple {
    /// The scalar, where it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Empty | Self::List(_) => None,
        }
    }
}

/// A text in the languages of the product.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Localised {
    /// Chinese text.
    pub zh: Option<String>,
    /// English text.
    pub en: Option<String>,
}

/// One field of a form as the front matter states it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldSource {
    /// Line in the file, from 1 (0 where the field does not come from a file).
    pub line: usize,
    /// Stable id.
    pub id: String,
    /// Label.
    pub label: Localised,
    /// Help text.
    pub help: Localised,
    /// Type: text, longtext, number, date, choice or rating.
    pub kind: String,
    /// Whether a value must be given.
    pub required: bool,
    /// Options of a choice.
    pub options: Vec<OptionSource>,
    /// Smallest number, as written.
    pub min: Option<String>,
    /// Largest number or rating, as written.
    pub max: Option<String>,
    /// Keys a field does not have, as written (a typing error such as `requird`).
    pub unknown: Vec<String>,
}

/// One option of a choice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OptionSource {
    /// Stored value.
    pub value: String,
    /// Label.
    pub label: Localised,
}

/// A file taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document<'t> {
    /// What the front matter says; empty where there is none.
    pub matter: FrontMatter,
    /// Whether the file has a front matter at all.
    pub has_matter: bool,
    /// Line of each key of the front matter, from 1.
    pub lines: BTreeMap<String, usize>,
    /// What could not be read.
    pub problems: Vec<FrontMatterError>,
    /// The text behind the front matter, byte for byte.
    pub body: &'t str,
    /// Line at which the body starts, from 1.
    pub body_line: usize,
}

impl Document<'_> {
    /// Line of a key, or the first line of the file.
    pub fn line_of(&self, key: &str) -> usize {
        self.lines.get(key).copied().unwrap_or(1)
    }
}

/// What is wrong with a front matter; the line is that of the file, from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrontMatterError {
    /// Longer than [`MAX_BYTES`].
    #[error("line {line}: the front matter is longer than {MAX_BYTES} bytes: move long texts into the body")]
    TooLong {
        /// First line of the front matter.
        line: usize,
    },
    /// Not YAML.
    #[error("line {line}: the front matter is not YAML ({message}): write one `key: value` per line")]
    Syntax {
        /// Line of the trouble.
        line: usize,
        /// What the YAML reader says.
        message: String,
    },
    /// YAML, but no mapping; nearly always a missing space behind the colon.
    #[error("line {line}: the front matter holds no `key: value` pairs: put a space behind each colon")]
    NotAMapping {
        /// First line of the front matter.
        line: usize,
    },
    /// A value of the wrong form.
    #[error("line {line}: {key} must be {expected}")]
    Value {
        /// The key.
        key: String,
        /// Line of the key.
        line: usize,
        /// What it must be.
        expected: &'static str,
    },
    /// An unknown key with a nested value; it is not kept.
    #[error("line {line}: {key} is no known key and its nested value is not kept: remove it or make it a plain value")]
    Nested {
        /// The key.
        key: String,
        /// Line of the key.
        line: usize,
    },
}

impl FrontMatterError {
    /// Stable code, the key of the translated message.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "front-matter-too-long",
            Self::Syntax { .. } => "front-matter-syntax",
            Self::NotAMapping { .. } => "front-matter-not-a-mapping",
            Self::Value { .. } => "front-matter-value",
            Self::Nested { .. } => "front-matter-nested",
        }
    }

    /// Line in the file, from 1.
    pub fn line(&self) -> usize {
        match self {
            Self::TooLong { line }
            | Self::Syntax { line, .. }
            | Self::NotAMapping { line }
            | Self::Value { line, .. }
            | Self::Nested { line, .. } => *line,
        }
    }
}

/// Takes a file apart. Never fails: what cannot be read is listed in `problems`, and the body is always there.
///
/// A byte order mark is dropped; lines may end with CR LF; a file without front matter is all body.
pub fn read(text: &str) -> Document<'_> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    match split(text) {
        Some((yaml, body)) => {
            let body_line = 1 + text[..text.len() - body.len()].matches('\n').count();
            read::document(yaml, body, body_line).unwrap_or_else(|| plain(text))
        }
        None => plain(text),
    }
}

fn plain(body: &str) -> Document<'_> {
    Document { matter: FrontMatter::default(), has_matter: false, lines: BTreeMap::new(), problems: Vec::new(), body, body_line: 1 }
}

/// The YAML between the two `---` lines and the body behind them.
fn split(text: &str) -> Option<(&str, &str)> {
    let first = line_end(text);
    if text[..first].trim_end() != "---" || first == text.len() && !text.ends_with('\n') {
        return None;
    }
    let mut start = first;
    while start < text.len() {
        let end = start + line_end(&text[start..]);
        let line = text[start..end].trim_end();
        if line == "---" || line == "..." {
            return Some((&text[first..start], &text[end..]));
        }
        start = end;
    }
    None
}

/// Length of the first line with its line end.
fn line_end(text: &str) -> usize {
    text.find('\n').map_or(text.len(), |at| at + 1)
}
