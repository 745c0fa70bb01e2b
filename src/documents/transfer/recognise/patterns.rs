//! Patterns kept as data: what codes look like, to which tier they belong, under which names other systems say the same thing.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::error::{Error, Result};

const SHIPPED: &str = include_str!("../../../../docs-templates/import.toml");

/// Longest run of letters or digits in a code.
const LONGEST: usize = 6;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Codes {
    tier: i64,
    patterns: Vec<String>,
}

/// Names of the same thing.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Names {
    pub(super) code: Vec<String>,
    pub(super) title: Vec<String>,
    pub(super) version: Vec<String>,
    pub(super) owner: Vec<String>,
    pub(super) parent: Vec<String>,
    pub(super) parent_version: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Uncoded {
    tier: i64,
    #[serde(default)]
    folders: BTreeMap<String, i64>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    codes: Vec<Codes>,
    names: Names,
    #[serde(default)]
    belongs_above: BTreeMap<String, String>,
    uncoded: Uncoded,
}

/// One part of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Word(Vec<char>),
    Letters,
    Digits,
}

/// The patterns of an import.
#[derive(Debug, Clone)]
pub struct Patterns {
    codes: Vec<(i64, Vec<Part>)>,
    pub(super) names: Names,
    pub(super) belongs_above: BTreeMap<String, String>,
    uncoded: Uncoded,
}

/// A code found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// As written.
    pub(super) text: String,
    /// Its parts with dashes between.
    pub(super) code: String,
    /// The tier of its pattern.
    pub(super) tier: i64,
    /// Where it stands, in bytes.
    pub(super) at: usize,
    /// It begins with letters of somebody's choice and has a single letter for its tier: weak evidence in running text.
    pub(super) weak: bool,
}

impl Patterns {
    /// The patterns we ship.
    ///
    /// # Errors
    /// When they are damaged: a fault of ours.
    pub fn shipped() -> Result<Self> {
        Self::parse(SHIPPED).map_err(Error::internal)
    }

    /// Reads patterns.
    ///
    /// # Errors
    /// What is wrong, with its line.
    pub fn parse(text: &str) -> std::result::Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        let mut codes = Vec::new();
        for group in &file.codes {
            for pattern in &group.patterns {
                codes.push((group.tier, parts(pattern)?));
            }
        }
        Ok(Self { codes, names: file.names, belongs_above: file.belongs_above, uncoded: file.uncoded })
    }

    /// The code a text begins with.
    pub(super) fn at_start(&self, text: &str) -> Option<Found> {
        let chars: Vec<(usize, char)> = text.char_indices().collect();
        self.match_at(&chars, 0, text)
    }

    /// All codes of a text, left to right.
    pub(super) fn all(&self, text: &str) -> Vec<Found> {
        let chars: Vec<(usize, char)> = text.char_indices().collect();
        let mut found = Vec::new();
        let mut at = 0;
        while at < chars.len() {
            let starts = chars.get(at).is_some_and(|(_, c)| c.is_ascii_uppercase())
                && at.checked_sub(1).and_then(|before| chars.get(before)).is_none_or(|(_, c)| !c.is_ascii_alphanumeric());
            match starts.then(|| self.match_at(&chars, at, text)).flatten() {
                Some(hit) => {
                    at += hit.text.chars().count();
                    found.push(hit);
                }
                None => at += 1,
            }
        }
        found
    }

    fn match_at(&self, chars: &[(usize, char)], start: usize, text: &str) -> Option<Found> {
        self.codes.iter().find_map(|(tier, parts)| {
            let (end, words) = matched(chars, start, parts)?;
            let from = chars.get(start)?.0;
            let to = chars.get(end).map_or(text.len(), |(at, _)| *at);
            let weak = parts.first() == Some(&Part::Letters)
                && parts.iter().any(|part| matches!(part, Part::Word(word) if word.len() == 1));
            Some(Found { text: text.get(from..to)?.to_owned(), code: words.join("-"), tier: *tier, at: from, weak })
        })
    }

    /// The tier of a document without a code.
    pub(super) fn uncoded_tier(&self, path: &str) -> i64 {
        let folder = path.split('/').rev().skip(1).find_map(|part| self.uncoded.folders.get(&part.to_lowercase()));
        folder.copied().unwrap_or(self.uncoded.tier)
    }
}

fn parts(pattern: &str) -> std::result::Result<Vec<Part>, String> {
    pattern
        .split('-')
        .map(|part| match part {
            "{A}" => Ok(Part::Letters),
            "{n}" => Ok(Part::Digits),
            word if !word.is_empty() && word.chars().all(|c| c.is_ascii_uppercase()) => Ok(Part::Word(word.chars().collect())),
            other => Err(format!("{pattern}: a part is {{A}}, {{n}} or capital letters, not {other}")),
        })
        .collect()
}

/// Where the parts end, and what they are, if all stand here.
fn matched(chars: &[(usize, char)], start: usize, parts: &[Part]) -> Option<(usize, Vec<String>)> {
    let mut at = start;
    let mut words = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 && chars.get(at).is_some_and(|(_, c)| matches!(c, ' ' | '-' | '_' | '.' | '/' | '‐' | '–')) {
            at += 1;
        }
        let end = match part {
            Part::Word(word) => {
                let here = chars.get(at..at + word.len())?;
                here.iter().zip(word).all(|((_, a), b)| a == b).then_some(at + word.len())?
            }
            Part::Letters => run(chars, at, |c| c.is_ascii_uppercase())?,
            Part::Digits => run(chars, at, |c| c.is_ascii_digit())?,
        };
        words.push(chars.get(at..end)?.iter().map(|(_, c)| *c).collect());
        at = end;
    }
    // A longer word is another word.
    let ends = chars.get(at).is_none_or(|(_, c)| !c.is_ascii_alphanumeric());
    ends.then_some((at, words))
}

fn run(chars: &[(usize, char)], at: usize, belongs: impl Fn(char) -> bool) -> Option<usize> {
    let length = chars.get(at..)?.iter().take_while(|(_, c)| belongs(*c)).count();
    (1..=LONGEST).contains(&length).then_some(at + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_whatever_separates_their_parts() {
        let patterns = Patterns::shipped().unwrap();
        for (text, code, tier) in [
            ("CSC PR.013", "CSC-PR-013", 2),
            ("CSC-PL-001-Quality-Manual", "CSC-PL-001", 1),
            ("QP-08", "QP-08", 2),
            ("SHT/SAL/P-05", "SHT-SAL-P-05", 2),
            ("CSC.F.001", "CSC-F-001", 4),
            ("FR-021", "FR-021", 4),
        ] {
            let found = patterns.at_start(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((found.code.as_str(), found.tier), (code, tier), "{text}");
        }
        for text in ["README", "QP", "ISO 13485", "MQP-x", "QP-08a", "SHA-256", "UTF-8"] {
            assert_eq!(patterns.at_start(text), None, "{text}");
        }
        let all = patterns.all("见 QP-08 和 CSC PR.007、D PR.005；WI-031。");
        assert_eq!(all.iter().map(|f| f.code.as_str()).collect::<Vec<_>>(), ["QP-08", "CSC-PR-007", "D-PR-005", "WI-031"]);
    }

    #[test]
    fn the_tier_of_an_uncoded_file_follows_its_folder() {
        let patterns = Patterns::shipped().unwrap();
        assert_eq!(patterns.uncoded_tier("README.md"), 3);
        assert_eq!(patterns.uncoded_tier("records/training/x.md"), 4);
    }

    #[test]
    fn a_damaged_pattern_is_named() {
        let text = SHIPPED.replace("\"QM-{n}\"", "\"QM-{x}\"");
        assert!(Patterns::parse(&text).unwrap_err().contains("QM-{x}"));
    }
}
