//! Links and pictures of a text, Markdown and HTML, and the files they point at.

use std::collections::HashMap;

/// A link target with its line within the body.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) address: String,
    pub(super) line: usize,
    pub(super) image: bool,
}

impl Target {
    /// The address without its fragment: what a text calls the file.
    pub(super) fn path(&self) -> &str {
        self.address.split('#').next().unwrap_or_default()
    }
}

/// Every link and picture target of a masked text, in order.
pub(super) fn targets(masked: &str) -> Vec<Target> {
    let mut found = Vec::new();
    for (at, line) in masked.lines().enumerate() {
        markdown_targets(line, at + 1, &mut found);
        for (attribute, image) in [("src", true), ("href", false)] {
            html_targets(line, attribute, at + 1, image, &mut found);
        }
    }
    found
}

fn markdown_targets(line: &str, at: usize, found: &mut Vec<Target>) {
    let mut from = 0;
    while let Some(open) = line[from..].find("](").map(|open| from + open) {
        let inner = &line[open + 2..];
        from = open + 2;
        let Some(length) = closing(inner) else { continue };
        let address = without_title(inner[..length].trim());
        let image = line[..opening(&line[..open])].ends_with('!');
        found.push(Target { address: address.trim_matches(['<', '>']).to_owned(), line: at, image });
        from += length;
    }
}

/// Place of the bracket that opens the label ending here; brackets inside it are in pairs.
fn opening(before: &str) -> usize {
    let mut depth = 0usize;
    for (at, c) in before.char_indices().rev() {
        match c {
            ']' => depth += 1,
            '[' if depth == 0 => return at,
            '[' => depth -= 1,
            _ => {}
        }
    }
    0
}

/// Length up to the bracket that closes a target; brackets inside it are in pairs.
fn closing(inner: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, c) in inner.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The address of `address "title"`.
fn without_title(inner: &str) -> &str {
    let quote = inner.chars().next_back().filter(|c| matches!(c, '"' | '\''));
    let title = quote.and_then(|quote| inner.find(&format!(" {quote}")));
    title.map_or(inner, |at| inner[..at].trim_end())
}

fn html_targets(line: &str, attribute: &str, at: usize, image: bool, found: &mut Vec<Target>) {
    let lower = line.to_ascii_lowercase();
    let mut from = 0;
    while let Some(start) = lower[from..].find(attribute).map(|start| from + start) {
        from = start + attribute.len();
        let in_tag = lower[..start].rfind('<').is_some_and(|open| !lower[open..start].contains('>'));
        let Some(value) = line[from..].trim_start().strip_prefix('=').filter(|_| in_tag) else { continue };
        let value = value.trim_start();
        let address = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value[1..].split(quote).next(),
            _ => value.split('>').next(),
        };
        if let Some(address) = address.map(str::trim) {
            found.push(Target { address: address.to_owned(), line: at, image });
        }
    }
}

/// What a target is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Elsewhere: http, mailto, a fragment of this page.
    Outside,
    /// A picture or page on another server.
    Remote,
    /// No address, or one that cannot be right.
    Bad,
    /// A file of the folder.
    Found(String),
    /// A file that is not there; the path of one that differs in case only, where there is one.
    Missing(Option<String>),
}

/// The files of a folder by path, for looking targets up.
pub(super) struct Tree<'f> {
    paths: HashMap<&'f str, ()>,
    folded: HashMap<String, &'f str>,
}

impl<'f> Tree<'f> {
    pub(super) fn new(paths: impl Iterator<Item = &'f str> + Clone) -> Self {
        Self {
            paths: paths.clone().map(|path| (path, ())).collect(),
            folded: paths.map(|path| (path.to_lowercase(), path)).collect(),
        }
    }

    /// Where a target of the file `from` leads: beside that file, else from the top of the folder.
    pub(super) fn place(&self, from: &str, address: &str) -> Place {
        let lower = address.to_ascii_lowercase();
        if address.starts_with('#') || ["mailto:", "tel:", "data:"].iter().any(|scheme| lower.starts_with(scheme)) {
            return Place::Outside;
        }
        if address.is_empty() || address.contains(['"', '\n']) {
            return Place::Bad;
        }
        if lower.contains("://") || lower.starts_with("//") {
            return Place::Remote;
        }
        let path = address.split(['#', '?']).next().unwrap_or_default();
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        // A name may hold a % of its own.
        let decoded = decoded(path);
        let candidates = [joined(folder, &decoded), joined("", &decoded), joined(folder, path)];
        let candidates: Vec<String> = candidates.into_iter().flatten().collect();
        if let Some(found) = candidates.iter().find(|path| self.paths.contains_key(path.as_str())) {
            return Place::Found(found.clone());
        }
        Place::Missing(candidates.iter().find_map(|path| self.folded.get(&path.to_lowercase())).map(|path| (*path).to_owned()))
    }
}

/// A path below a folder with `.` and `..` resolved; `None` when it leaves the top.
fn joined(folder: &str, path: &str) -> Option<String> {
    let base = if path.starts_with('/') { "" } else { folder };
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/').chain(path.split(['/', '\\'])) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// `%20` and the like decoded, where they make valid text.
fn decoded(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = path.get(at + 1..at + 3).filter(|_| bytes[at] == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(hex.unwrap_or(bytes[at]));
        at += if hex.is_some() { 3 } else { 1 };
    }
    String::from_utf8(out).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn targets_of_both_kinds_are_found() {
        let text = "[a](b.md) ![c](d e.png \"t\")\n<a href=x/y.pdf>z</a> <img src=\"q.png\" alt=\"\">\n[![i](j.png)](http://k) [e]()\nhref=no";
        let found: Vec<_> = targets(text).into_iter().map(|t| (t.address, t.line, t.image)).collect();
        let expected = [
            ("b.md", 1, false),
            ("d e.png", 1, true),
            ("q.png", 2, true),
            ("x/y.pdf", 2, false),
            ("j.png", 3, true),
            ("http://k", 3, false),
            ("", 3, false),
        ];
        let found: Vec<_> = found.iter().map(|(a, l, i)| (a.as_str(), *l, *i)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn targets_are_looked_up_beside_the_file_and_from_the_top() {
        let tree = Tree::new(["a/b.md", "a/c.png", "d.png"].into_iter());
        assert_eq!(tree.place("a/b.md", "c.png"), Place::Found("a/c.png".into()));
        assert_eq!(tree.place("a/b.md", "../d.png"), Place::Found("d.png".into()));
        assert_eq!(tree.place("a/b.md", "/d.png"), Place::Found("d.png".into()));
        assert_eq!(tree.place("a/b.md", "a/c.png#x"), Place::Found("a/c.png".into()));
        assert_eq!(tree.place("a/b.md", "C.PNG"), Place::Missing(Some("a/c.png".into())));
        assert_eq!(tree.place("a/b.md", "../../etc"), Place::Missing(None));
        assert_eq!(tree.place("a/b.md", "https://x/y"), Place::Remote);
        assert_eq!(tree.place("a/b.md", "#top"), Place::Outside);
        assert_eq!(tree.place("a/b.md", ""), Place::Bad);
    }
}
