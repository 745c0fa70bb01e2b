//! Finds codes in file names, cells and running text.

use std::collections::HashSet;

use crate::numbering::{Matched, Scheme, code_key};

use super::Patterns;

/// Longest word that can be an organisation or a type.
const MAX_WORD: usize = 6;

/// A code found at the start of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Code {
    /// In the spelling of its shape.
    pub(super) canonical: String,
    /// Key for comparison.
    pub(super) key: String,
    /// Organisation, where the shape has one.
    pub(super) org: Option<String>,
    /// Tier by its type; `None` for a type that no tier names.
    pub(super) tier: Option<u8>,
    /// Bytes of the text it took.
    pub(super) length: usize,
}

impl Patterns {
    /// The code a text starts with. Where several shapes fit, the first with a known type wins; an unknown type is taken only for an
    /// organisation in `orgs`.
    pub(super) fn code_at_start(&self, text: &str, orgs: &HashSet<String>) -> Option<Code> {
        let mut unknown = None;
        for shape in &self.shapes {
            let Some((matched, length)) = shape.matches_start(text) else { continue };
            let Some(code) = self.code(shape, &matched, length) else { continue };
            // Three words belong together only when no space parts them: not `SOP CSC PR.021`.
            if matched.variables.contains_key("dept") && text[..length].contains(' ') {
                continue;
            }
            if code.tier.is_some() {
                return Some(code);
            }
            let known_org = code.org.as_ref().is_some_and(|org| orgs.contains(org));
            unknown = unknown.or(known_org.then_some(code));
        }
        unknown
    }

    /// The code that is the whole of a text, apart from a remark behind it (`D PR.005 (QPulse)`).
    pub(super) fn code_of_cell(&self, text: &str, orgs: &HashSet<String>) -> Option<Code> {
        let text = text.trim();
        let code = self.code_at_start(text, orgs)?;
        let rest = text[code.length..].trim_start();
        (rest.is_empty() || rest.starts_with(['(', '（'])).then_some(code)
    }

    /// The first code anywhere in a name, whatever its case, with its place.
    pub(super) fn first_code(&self, name: &str, orgs: &HashSet<String>) -> Option<(usize, Code)> {
        let mut before = ' ';
        let starts = name.char_indices().filter(|(_, c)| {
            let starts = c.is_alphabetic() && !before.is_ascii_alphanumeric();
            before = *c;
            starts
        });
        starts.map(|(at, _)| at).find_map(|at| Some((at, self.code_at_start(&name[at..], orgs)?)))
    }

    fn code(&self, shape: &Scheme, matched: &Matched, length: usize) -> Option<Code> {
        let word = |name: &str| matched.variables.get(name).cloned();
        let wordlike = |word: &Option<String>| {
            word.as_ref().is_none_or(|word| word.len() <= MAX_WORD && word.starts_with(char::is_alphabetic))
        };
        let (org, dept, kind) = (word("org"), word("dept"), word("type"));
        if ![&org, &dept, &kind].into_iter().all(wordlike) {
            return None;
        }
        let tier = match &kind {
            Some(kind) => self.types.get(kind).copied(),
            // A shape without {type} names the type in its own letters: QP-{nn}.
            None => {
                shape.pattern().split(|c: char| !c.is_alphabetic()).find_map(|part| self.types.get(&part.to_uppercase()).copied())
            }
        };
        let canonical = matched.canonical.clone();
        Some(Code { key: code_key(&canonical), canonical, org, tier, length })
    }
}

/// Places at which a word starts that could be a code: a capital letter behind something that is no letter, digit or `_`.
pub(super) fn word_starts(text: &str) -> impl Iterator<Item = usize> {
    let mut before = ' ';
    text.char_indices().filter_map(move |(at, c)| {
        let starts = (c.is_ascii_uppercase() || matches!(c, 'Ａ'..='Ｚ')) && !(before.is_ascii_alphanumeric() || before == '_');
        before = c;
        starts.then_some(at)
    })
}
