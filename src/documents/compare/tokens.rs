//! Words, single Han characters, punctuation; and how alike two texts are.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Cuts a text into tokens: runs of white space, words of alphabetic scripts (with digits and `_`), and everything else
/// character by character. The tokens join to the text.
pub(super) fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let class = class_of(first);
        let length = match class {
            Class::Single => first.len_utf8(),
            _ => rest.find(|c: char| class_of(c) != class).unwrap_or(rest.len()),
        };
        let (token, tail) = rest.split_at(length);
        tokens.push(token);
        rest = tail;
    }
    tokens
}

#[derive(PartialEq, Eq, Clone, Copy)]
enum Class {
    Space,
    Word,
    Single,
}

fn class_of(c: char) -> Class {
    if c.is_whitespace() {
        Class::Space
    } else if is_word(c) {
        Class::Word
    } else {
        Class::Single
    }
}

/// Letters and digits of scripts that part their words by spaces.
fn is_word(c: char) -> bool {
    let own_word =
        matches!(c, '\u{2E80}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}');
    c == '_' || c.is_alphanumeric() && !own_word
}

/// True for white space that is more than a line end: a new paragraph.
pub(super) fn is_paragraph_end(token: &str) -> bool {
    token.bytes().filter(|b| *b == b'\n').count() > 1
}

/// True for a token that carries meaning of its own.
pub(super) fn is_meaningful(token: &str) -> bool {
    token.chars().next().is_some_and(char::is_alphanumeric)
}

/// Hashes of all neighbouring token pairs, white space apart.
pub(super) fn shingles(text: &str) -> HashSet<u64> {
    let words: Vec<&str> = tokens(text).into_iter().filter(|token| is_meaningful(token)).collect();
    let pairs = words.windows(2).map(|pair| hash_of(&pair));
    if words.len() == 1 { std::iter::once(hash_of(&words)).collect() } else { pairs.collect() }
}

fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Share of common pairs, 0 to 1; two empty sets are alike.
pub(super) fn similarity(left: &HashSet<u64>, right: &HashSet<u64>) -> f64 {
    let total = left.len() + right.len();
    if total == 0 {
        return 1.0;
    }
    let (small, large) = if left.len() < right.len() { (left, right) } else { (right, left) };
    let common = small.iter().filter(|hash| large.contains(hash)).count();
    let count = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    2.0 * count(common) / count(total)
}

/// Positions of a longest rising subsequence.
pub(super) fn longest_rising(values: &[usize]) -> Vec<usize> {
    let mut tails: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; values.len()];
    for (at, value) in values.iter().enumerate() {
        let length = tails.partition_point(|tail| values[*tail] < *value);
        before[at] = length.checked_sub(1).map(|last| tails[last]);
        if length == tails.len() {
            tails.push(at);
        } else {
            tails[length] = at;
        }
    }
    let mut rising = Vec::with_capacity(tails.len());
    let mut at = tails.last().copied();
    while let Some(place) = at {
        rising.push(place);
        at = before[place];
    }
    rising.reverse();
    rising
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn tokens_join_to_the_text() {
        let text = "在 4 小时内，完成 first-aid_1 登记\n\n- é OK。";
        assert_eq!(tokens(text).concat(), text);
        assert_eq!(tokens("4小时 OK-go"), ["4", "小", "时", " ", "OK", "-", "go"]);
    }

    #[test]
    fn likeness_goes_from_none_to_all() {
        assert!((similarity(&shingles("a b c"), &shingles("a b c")) - 1.0).abs() < 1e-9);
        assert!(similarity(&shingles("a b c"), &shingles("x y z")) < 1e-9);
        assert!(similarity(&shingles("客户投诉处理"), &shingles("客户投诉受理")) > 0.5);
    }

    #[test]
    fn rising_keeps_the_most() {
        assert_eq!(longest_rising(&[3, 0, 1, 2]), [1, 2, 3]);
        assert_eq!(longest_rising(&[]), Vec::<usize>::new());
    }
}
