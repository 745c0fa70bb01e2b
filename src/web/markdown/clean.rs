//! The second net: an allow-list sanitiser over HTML that the writer made itself.
//!
//! The writer escapes everything and never copies raw HTML, so nothing should ever be caught here; the list is as
//! narrow as the writer's own vocabulary.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(builder);

/// Removes whatever is outside the renderer's own vocabulary.
pub(super) fn sanitise(html: &str) -> String {
    CLEANER.clean(html).to_string()
}

const TAGS: [&str; 29] = [
    "a", "blockquote", "br", "code", "div", "em", "h2", "h3", "h4", "h5", "h6", "hr", "img", "li", "ol", "p", "pre",
    "s", "section", "span", "strong", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
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
    let map = |pairs: &[(&'static str, &[&'static str])]| {
        pairs.iter().map(|(tag, names)| (*tag, set(names))).collect::<HashMap<_, _>>()
    };
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
