//! Whether a title may belong to a document, however shortened or inflected.

use std::collections::HashSet;

/// Words that say what kind of thing it is, not which one.
const EMPTY_WORDS: [&str; 22] = [
    "a",
    "an",
    "and",
    "document",
    "documents",
    "for",
    "form",
    "forms",
    "in",
    "instruction",
    "of",
    "on",
    "or",
    "policy",
    "procedure",
    "process",
    "sop",
    "template",
    "the",
    "to",
    "with",
    "work",
];
/// Letters by which inflected words are taken as the same: preventive, preventative.
const STEM: usize = 5;

/// The meaningful stems of a title: beginnings of words, pairs of Chinese characters.
pub(super) fn stems(title: &str) -> HashSet<String> {
    let lower = title.to_lowercase();
    let mut stems: HashSet<String> = lower
        .split(|c: char| !c.is_alphanumeric() || is_han(c))
        .filter(|word| !word.is_empty() && !EMPTY_WORDS.contains(word))
        .map(|word| word.chars().take(STEM).collect())
        .collect();
    let han: Vec<char> = lower.chars().filter(|c| is_han(*c)).collect();
    stems.extend(han.windows(2).map(|pair| pair.iter().collect::<String>()));
    stems
}

/// True when a name can be meant for one of the titles: a stem in common, or the one contained in the other without gaps.
pub(super) fn may_mean(name: &str, titles: &[String]) -> bool {
    let own = stems(name);
    titles.iter().any(|title| {
        let (a, b) = (squeezed(name), squeezed(title));
        own.intersection(&stems(title)).next().is_some() || a.contains(&b) || b.contains(&a)
    })
}

/// How many stems two titles share.
pub(super) fn shared(left: &str, right: &str) -> usize {
    stems(left).intersection(&stems(right)).count()
}

fn squeezed(text: &str) -> String {
    text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9FFF}')
}

/// The title that follows a code in running text: words in capitals (`CSC PR.012 Change Management SOP`) or a name in quotes or
/// `《》`; empty when there is none.
pub(super) fn title_behind(text: &str) -> String {
    let text = text.trim_start_matches([' ', ':', '*', '_', ']']);
    for (open, close) in [('"', '"'), ('“', '”'), ('《', '》')] {
        if let Some(quoted) = text.strip_prefix(open).and_then(|rest| rest.split_once(close)) {
            return quoted.0.trim().to_owned();
        }
    }
    let mut words = Vec::new();
    for word in text.split(' ') {
        let joins = matches!(word, "and" | "of" | "the" | "for" | "to" | "in" | "&") && !words.is_empty();
        let clean = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        let capital = word.starts_with(|c: char| c.is_ascii_uppercase());
        let named = joins || capital && !clean.is_empty();
        if !named {
            break;
        }
        words.push(clean);
        if clean.len() < word.len() {
            break;
        }
    }
    words.join(" ").trim().to_owned()
}
