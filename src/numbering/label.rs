//! Version labels: `A/0` (letter = edition 版本, digit = modification 修改状态) and `1.0`. A label taken over from elsewhere goes on in
//! its own way, whatever the scheme is.

use crate::error::{Error, Problem, Result};

/// Longest label, in characters.
const LONGEST: usize = 20;

/// A label taken apart: what stands before the edition, edition, separator, modification.
struct Parts<'a> {
    before: &'a str,
    edition: &'a str,
    separator: &'a str,
    modification: u64,
}

/// The last modification of a lettered edition: `A/9` is followed by `B/0`.
const LAST_OF_LETTER: u64 = 9;

/// The label a scheme starts with: its pattern is that label.
pub fn first_label(pattern: &str) -> String {
    let label = pattern.trim();
    if label.is_empty() { "A/0".to_owned() } else { label.to_owned() }
}

/// Refuses a pattern for labels from which the next one could not be told: it needs a number, and may hold only what a label may.
///
/// # Errors
/// [`Error::Invalid`] on `pattern`.
pub fn check_label(pattern: &str) -> Result<()> {
    let label = pattern.trim();
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | ' ' | '(' | ')' | '（' | '）');
    let fits = (1..=LONGEST).contains(&label.chars().count()) && label.chars().all(plain);
    // What goes on only by having `.1` put behind it is a word, not a label.
    if fits && next_modification(label) != format!("{label}.1") {
        return Ok(());
    }
    Err(Error::Invalid(vec![Problem::field("pattern", "label-pattern").with("pattern", pattern).with("max", LONGEST)]))
}

/// The next modification: `A/0` → `A/1`, `A/9` → `B/0`, `1.0` → `1.1`.
pub fn next_modification(label: &str) -> String {
    match parts(label) {
        Some(p) if lettered(p.edition) && p.modification >= LAST_OF_LETTER => next_edition(label),
        Some(p) => format!("{}{}{}{}", p.before, p.edition, p.separator, p.modification + 1),
        None => counted_on(label),
    }
}

/// The next edition: `A/3` → `B/0`, `1.4` → `2.0`.
pub fn next_edition(label: &str) -> String {
    match parts(label) {
        Some(p) => format!("{}{}{}0", p.before, following(p.edition), p.separator),
        None => counted_on(label),
    }
}

fn lettered(edition: &str) -> bool {
    edition.bytes().all(|b| b.is_ascii_uppercase())
}

fn parts(label: &str) -> Option<Parts<'_>> {
    let label = label.trim();
    let head = label.trim_end_matches(|c: char| c.is_ascii_digit());
    let modification = label.get(head.len()..)?.parse().ok()?;
    let separator = head.char_indices().next_back().filter(|(_, c)| !c.is_alphanumeric())?.0;
    let (front, separator) = head.split_at(separator);
    let numbered = front.trim_end_matches(|c: char| c.is_ascii_digit());
    let before = if numbered.len() < front.len() { numbered } else { front.trim_end_matches(|c: char| c.is_ascii_uppercase()) };
    let edition = front.get(before.len()..).filter(|text| !text.is_empty() && text.len() <= 9)?;
    Some(Parts { before, edition, separator, modification })
}

/// `A` → `B`, `Z` → `AA`, `1` → `2`.
fn following(edition: &str) -> String {
    if let Ok(number) = edition.parse::<u64>() {
        return (number + 1).to_string();
    }
    let mut letters: Vec<u8> = edition.bytes().collect();
    for letter in letters.iter_mut().rev() {
        if *letter < b'Z' {
            *letter += 1;
            return String::from_utf8_lossy(&letters).into_owned();
        }
        *letter = b'A';
    }
    format!("A{}", String::from_utf8_lossy(&letters))
}

/// A label of no known shape: its last number plus one, or `.1` behind it.
fn counted_on(label: &str) -> String {
    let label = label.trim();
    let Some(end) = label.rfind(|c: char| c.is_ascii_digit()).map(|at| at + 1) else { return format!("{label}.1") };
    let (head, tail) = label.split_at(end);
    let stem = head.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = head.get(stem.len()..).unwrap_or_default();
    match digits.parse::<u64>() {
        Ok(number) if number < u64::MAX => format!("{stem}{:0width$}{tail}", number + 1, width = digits.len()),
        _ => format!("{label}.1"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_go_on_in_their_own_way() {
        for (label, modification, edition) in [
            ("A/0", "A/1", "B/0"),
            ("A/9", "B/0", "B/0"),
            ("Z/9", "AA/0", "AA/0"),
            ("1.0", "1.1", "2.0"),
            ("1.9", "1.10", "2.0"),
            ("V2.3", "V2.4", "V3.0"),
            ("第3版", "第4版", "第4版"),
            ("02", "03", "03"),
            ("first", "first.1", "first.1"),
        ] {
            assert_eq!(next_modification(label), modification, "{label}");
            assert_eq!(next_edition(label), edition, "{label}");
        }
    }

    #[test]
    fn a_pattern_that_cannot_go_on_is_refused() {
        for pattern in ["A/0", " 1.0 ", "第1版", "V2.3", "02", "Rev. 1"] {
            assert!(check_label(pattern).is_ok(), "{pattern}");
        }
        for pattern in ["", "  ", "first", "A/", "{n}", "A&0", "1.0?", "A\n/0", "123456789012345678901"] {
            assert!(check_label(pattern).is_err(), "{pattern}");
        }
    }
}
