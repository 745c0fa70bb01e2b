//! The second net: an allow-list sanitiser over HTML that the writer made itself.
//!
//! The writer escapes everything and never copies raw HTML, so nothing should ever be caught here; the list is as
//! narrow as the writer's own vocabulary.
//!
//! Entities are dear for the sanitiser (runs of `&amp;` take quadratic time), so the writer puts noncharacters in their
//! place, which no text may hold, and they become entities when all is clean. A noncharacter can only become text.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(builder);

/// Stands for `&amp;` until the text is clean.
pub(super) const AMPERSAND: char = '\u{FDD0}';
/// Stands for `&lt;` until the text is clean.
pub(super) const LESS: char = '\u{FDD1}';
/// Stands for `&quot;` until the text is clean.
pub(super) const QUOTE: char = '\u{FDD2}';

/// True for the characters that only the writer may write.
pub(super) fn is_reserved(c: char) -> bool {
    matches!(c, AMPERSAND | LESS | QUOTE)
}

/// Removes whatever is outside the renderer's own vocabulary and writes the entities.
pub(super) fn sanitise(html: &str) -> String {
    let clean = CLEANER.clean(html).to_string();
    let mut out = String::with_capacity(clean.len() + clean.len() / 16);
    let mut rest = clean.as_str();
    while let Some(at) = rest.find(is_reserved) {
        let (before, tail) = rest.split_at(at);
        out.push_str(before);
        let mut characters = tail.chars();
        out.push_str(match characters.next() {
            Some(AMPERSAND) => "&amp;",
            Some(LESS) => "&lt;",
            _ => "&quot;",
        });
        rest = characters.as_str();
    }
    out.push_str(rest);
    out
}

const TAGS: [&str; 29] = [
    "a",
    "blockquote",
    "br",
    "code",
    "div",
    "em",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "img",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "section",
    "span",
    "strong",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];

const ATTRIBUTES: [(&str, &[&str]); 14] = [
    ("a", &["href", "title", "rel", "aria-label"]),
    ("div", &["tabindex", "role", "aria-label"]),
    ("h2", &["id"]),
    ("h3", &["id"]),
    ("h4", &["id"]),
    ("h5", &["id"]),
    ("h6", &["id"]),
    ("img", &["src", "alt", "title", "loading"]),
    ("li", &["id"]),
    ("ol", &["start"]),
    ("pre", &["tabindex"]),
    ("section", &["aria-label"]),
    ("span", &["title", "role", "aria-label"]),
    ("th", &["scope"]),
];

const CLASSES: [(&str, &[&str]); 8] = [
    ("a", &["no", "ref", "ext", "back"]),
    ("div", &["scroll"]),
    ("section", &["footnotes"]),
    ("span", &["dangling", "missing", "task"]),
    ("sup", &["fn"]),
    ("td", &["num", "mid"]),
    ("th", &["num", "mid"]),
    ("li", &["task"]),
];

fn builder() -> Builder<'static> {
    let set = |names: &[&'static str]| names.iter().copied().collect::<HashSet<_>>();
    let map =
        |pairs: &[(&'static str, &[&'static str])]| pairs.iter().map(|(tag, names)| (*tag, set(names))).collect::<HashMap<_, _>>();
    let mut attributes = map(&ATTRIBUTES);
    attributes.entry("sup").or_default().insert("id");
    let mut builder = Builder::empty();
    builder
        .tags(set(&TAGS))
        .tag_attributes(attributes)
        .allowed_classes(map(&CLASSES))
        .clean_content_tags(set(&["script", "style"]))
        .url_schemes(set(&["http", "https", "mailto"]))
        .url_relative(UrlRelative::PassThrough)
        .link_rel(None)
        .strip_comments(true);
    builder
}
