//! Reading codes by a scheme, folded the way people write them: other separators, case or width.

use std::collections::BTreeMap;

use super::{MAX_SERIAL_DIGITS, Part, Scheme};

/// Longest code, in characters.
const MAX_CODE_CHARS: usize = 120;

/// What a code told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matched {
    /// Values of the words in braces.
    pub variables: BTreeMap<String, String>,
    /// The code in the spelling of the pattern.
    pub canonical: String,
}

impl Scheme {
    /// Reads a code (folded) at the start of a text; returns how many bytes it took. Something other than an ASCII
    /// letter or digit must follow it.
    pub fn matches_start(&self, text: &str) -> Option<(Matched, usize)> {
        let window: Vec<char> = text.chars().take(MAX_CODE_CHARS).collect();
        let folded: Vec<char> = window.iter().copied().map(fold_char).collect();
        let (matched, used) = Reader { chars: &folded }.read(&self.parts, 0, Matched::default())?;
        let ends = folded.get(used).is_none_or(|c| !c.is_ascii_alphanumeric());
        ends.then(|| (matched, window.iter().take(used).map(|c| c.len_utf8()).sum()))
    }
}

/// Full-width forms become ASCII, letters upper case, dashes `-`; one character stays one.
fn fold_char(c: char) -> char {
    let narrow = match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '\u{3000}' | '\u{A0}' => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        _ => c,
    };
    narrow.to_ascii_uppercase()
}

fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '-' | '_' | '.' | '/' | '·')
}

/// Walks the parts of a pattern along a code.
struct Reader<'c> {
    chars: &'c [char],
}

impl Reader<'_> {
    /// Reads `parts` from `at`; returns what was read and where it ends.
    fn read(&self, parts: &[Part], at: usize, matched: Matched) -> Option<(Matched, usize)> {
        let Some((part, rest)) = parts.split_first() else {
            return Some((matched, at));
        };
        match part {
            Part::Literal(text) => {
                let end = self.literal(text, at)?;
                self.read(rest, end, add(matched, text))
            }
            Part::Variable(name) => self.variable(name, rest, at, &matched),
            Part::Serial { width } => {
                let end = self.run(at, |c| c.is_ascii_digit());
                let digits = end - at;
                let padded = digits == *width || digits > *width && self.chars.get(at) != Some(&'0');
                if !padded || digits > MAX_SERIAL_DIGITS {
                    return None;
                }
                let text: String = self.chars.get(at..end)?.iter().collect();
                self.read(rest, end, add(matched, &text))
            }
        }
    }

    /// A run of letters and digits; where the code lacks the separator behind it (`QP08`), its letters alone.
    fn variable(&self, name: &str, rest: &[Part], at: usize, matched: &Matched) -> Option<(Matched, usize)> {
        let longest = self.run(at, char::is_alphanumeric);
        let letters = self.run(at, char::is_alphabetic);
        let tries = if letters < longest { vec![longest, letters] } else { vec![longest] };
        tries.into_iter().filter(|end| *end > at).find_map(|end| {
            let value: String = self.chars.get(at..end)?.iter().collect();
            let mut matched = add(matched.clone(), &value);
            matched.variables.insert(name.to_owned(), value);
            self.read(rest, end, matched)
        })
    }

    fn literal(&self, text: &str, mut at: usize) -> Option<usize> {
        for wanted in text.chars() {
            if is_separator(wanted) {
                at = self.separators(at)?;
            } else if self.chars.get(at) == Some(&fold_char(wanted)) {
                at += 1;
            } else {
                return None;
            }
        }
        Some(at)
    }

    /// Up to three separators; none at all only between a letter and a digit.
    fn separators(&self, at: usize) -> Option<usize> {
        let end = self.run(at, is_separator);
        if end > at {
            return (end - at <= 3).then_some(end);
        }
        let before = at.checked_sub(1).and_then(|i| self.chars.get(i))?;
        let after = self.chars.get(at)?;
        (before.is_alphabetic() && after.is_ascii_digit()).then_some(at)
    }

    fn run(&self, at: usize, wanted: impl Fn(char) -> bool) -> usize {
        at + self.chars.iter().skip(at).take_while(|c| wanted(**c)).count()
    }
}

fn add(mut matched: Matched, text: &str) -> Matched {
    matched.canonical.push_str(text);
    matched
}
