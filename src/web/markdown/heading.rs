//! Clause numbers of headings, their anchors and their level in the page.

use std::collections::HashMap;

/// Splits a heading into clause number and title: `5.3 升级处理` is `5.3` and `升级处理`; `A.2 …` counts as well.
///
/// A number needs a space behind it, or a dot or `、` (`5.3升级`, `3、职责`); a lone number has at most two digits, so that
/// `2026 年度目标` stays a title.
pub fn split_number(heading: &str) -> Option<(&str, &str)> {
    let heading = heading.trim();
    let end = number_end(heading)?;
    let (number, rest) = heading.split_at(end);
    let marked = rest.starts_with(['.', '、', '．']) || number.contains('.');
    let title = rest.trim_start_matches(['.', '、', '．']);
    let spaced = title.starts_with(char::is_whitespace) || title.is_empty();
    let joined = marked && title.starts_with(|c: char| !c.is_ascii_alphanumeric());
    (spaced || joined).then(|| (number, title.trim()))
}

/// Byte length of a leading `5`, `5.3.1` or `A.2`.
fn number_end(heading: &str) -> Option<usize> {
    let bytes = heading.as_bytes();
    let mut end = run(bytes, 0);
    let annex = end == 0 && bytes.first().is_some_and(u8::is_ascii_uppercase) && bytes.get(1) == Some(&b'.');
    if annex {
        end = 1;
    }
    if end == 0 || end > 2 {
        return None;
    }
    while bytes.get(end) == Some(&b'.') {
        let digits = run(bytes, end + 1);
        if digits == 0 || digits > 3 {
            break;
        }
        end += 1 + digits;
    }
    (!annex || end > 1).then_some(end)
}

fn run(bytes: &[u8], from: usize) -> usize {
    bytes[from.min(bytes.len())..].iter().take_while(|b| b.is_ascii_digit()).count()
}

/// Fragment of a clause number: `5.3` is `c53`; numbers with a part above nine keep their dots as dashes, so that no two
/// numbers share a fragment (`12` is `c-12`, `1.2` is `c12`, `5.13` is `c5-13`).
pub fn clause_anchor(number: &str) -> String {
    let parts: Vec<&str> = number.split('.').filter(|part| !part.is_empty()).collect();
    if parts.iter().all(|part| part.len() == 1) {
        return format!("c{}", parts.concat().to_lowercase());
    }
    let joined = parts.join("-").to_lowercase();
    if parts.len() == 1 { format!("c-{joined}") } else { format!("c{joined}") }
}

/// Gives every heading its anchor and its level in the page.
#[derive(Default)]
pub(super) struct Outline {
    count: usize,
    used: HashMap<String, usize>,
    open: Vec<(u8, u8)>,
}

impl Outline {
    /// Anchor of the next heading: from its number, else from its position; a repeated one gets `_2`, `_3` ….
    pub(super) fn anchor(&mut self, number: Option<&str>) -> String {
        self.count += 1;
        let base = match number {
            Some(number) => clause_anchor(number),
            None => format!("h{}", self.count),
        };
        let times = self.used.entry(base.clone()).or_insert(0);
        *times += 1;
        if *times == 1 { base } else { format!("{base}_{times}") }
    }

    /// Level in the page (2 to 6): one below the heading above it, whatever the source skipped.
    pub(super) fn level(&mut self, source: u8) -> u8 {
        while self.open.last().is_some_and(|(written, _)| *written >= source) {
            self.open.pop();
        }
        let level = self.open.last().map_or(2, |(_, level)| (level + 1).min(6));
        self.open.push((source, level));
        level
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_from_titles() {
        assert_eq!(split_number("5.3 升级处理"), Some(("5.3", "升级处理")));
        assert_eq!(split_number("5.3升级处理"), Some(("5.3", "升级处理")));
        assert_eq!(split_number("1. Information about"), Some(("1", "Information about")));
        assert_eq!(split_number("3、职责"), Some(("3", "职责")));
        assert_eq!(split_number("A.2 Forms"), Some(("A.2", "Forms")));
        assert_eq!(split_number("2026 年度目标"), None);
        assert_eq!(split_number("3级响应"), None);
        assert_eq!(split_number("A plan"), None);
        assert_eq!(split_number("1.2a x"), None);
        assert_eq!(split_number("Purpose"), None);
        assert_eq!(split_number("7"), Some(("7", "")));
    }

    #[test]
    fn anchors_never_meet() {
        assert_eq!(clause_anchor("5.3"), "c53");
        assert_eq!(clause_anchor("12"), "c-12");
        assert_eq!(clause_anchor("1.2"), "c12");
        assert_eq!(clause_anchor("5.13"), "c5-13");
        assert_eq!(clause_anchor("51.3"), "c51-3");
        let mut outline = Outline::default();
        assert_eq!(outline.anchor(Some("1")), "c1");
        assert_eq!(outline.anchor(None), "h2");
        assert_eq!(outline.anchor(Some("1")), "c1_2");
    }

    #[test]
    fn levels_never_skip() {
        let mut outline = Outline::default();
        let levels: Vec<u8> = [2, 4, 4, 3, 1, 2, 6].into_iter().map(|level| outline.level(level)).collect();
        assert_eq!(levels, [2, 3, 3, 3, 2, 3, 4]);
    }
}
