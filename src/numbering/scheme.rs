//! The language of code patterns: literal text, words in braces (`{org}`, `{dept}`, `{type}`) and one serial (`{nnn}`), and reading codes by
//! it the way people write them.
//!
//! Invariant: the border between two pieces of a pattern can always be found again in a code (ISO 9001 clause 7.5.2, identification).

mod matching;

#[cfg(test)]
mod tests;

use crate::error::{Error, Problem, Result};

pub use matching::Matched;

/// Longest pattern, in characters.
const MAX_PATTERN_CHARS: usize = 80;
/// Most digits a serial may have.
const MAX_SERIAL_DIGITS: usize = 9;

/// A parsed pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheme {
    pattern: String,
    parts: Vec<Part>,
}

/// One piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Literal(String),
    Variable(String),
    Serial { width: usize },
}

impl Scheme {
    /// Reads a pattern.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `pattern` when a brace has no partner, a placeholder or character is unknown, the serial is missing or
    /// stands twice, or two pieces have no border between them.
    pub fn parse(pattern: &str) -> Result<Self> {
        let bad = || Error::Invalid(vec![Problem::field("pattern", "code-pattern").with("pattern", pattern)]);
        if pattern.chars().count() > MAX_PATTERN_CHARS {
            return Err(bad());
        }
        let mut parts: Vec<Part> = Vec::new();
        let mut rest = pattern;
        while let Some(c) = rest.chars().next() {
            if let Some(tail) = rest.strip_prefix('{') {
                let (name, tail) = tail.split_once('}').ok_or_else(bad)?;
                add(&mut parts, placeholder(name).ok_or_else(bad)?).ok_or_else(bad)?;
                rest = tail;
            } else {
                let fits = c.is_alphanumeric() || matches!(c, '-' | '.' | '/' | '_');
                fits.then(|| add_literal(&mut parts, c)).flatten().ok_or_else(bad)?;
                rest = rest.strip_prefix(c).unwrap_or_default();
            }
        }
        if !parts.iter().any(|part| matches!(part, Part::Serial { .. })) {
            return Err(bad());
        }
        Ok(Self { pattern: pattern.to_owned(), parts })
    }

    /// The pieces, in order.
    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The pattern as written.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }
}

/// The part a placeholder stands for.
fn placeholder(name: &str) -> Option<Part> {
    if name.is_empty() || !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        return None;
    }
    if name.bytes().all(|b| b == b'n') {
        return (name.len() <= MAX_SERIAL_DIGITS).then_some(Part::Serial { width: name.len() });
    }
    let word = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    word.then(|| Part::Variable(name.to_owned()))
}

/// Adds a placeholder's part; none when it repeats one or could not be told from what stands before it.
fn add(parts: &mut Vec<Part>, part: Part) -> Option<()> {
    let same = |other: &Part| match (&part, other) {
        (Part::Variable(a), Part::Variable(b)) => a == b,
        (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
    };
    let borderless = match parts.last() {
        Some(Part::Variable(_) | Part::Serial { .. }) => true,
        Some(Part::Literal(text)) if matches!(part, Part::Variable(_)) => text.ends_with(char::is_alphanumeric),
        Some(Part::Literal(text)) => text.ends_with(|c: char| c.is_ascii_digit()),
        None => false,
    };
    if borderless || parts.iter().any(same) {
        return None;
    }
    parts.push(part);
    Some(())
}

fn add_literal(parts: &mut Vec<Part>, c: char) -> Option<()> {
    match parts.last_mut() {
        Some(Part::Literal(text)) => text.push(c),
        Some(Part::Variable(_)) if c.is_alphanumeric() => return None,
        Some(Part::Serial { .. }) if c.is_ascii_digit() => return None,
        _ => parts.push(Part::Literal(c.to_string())),
    }
    Some(())
}
