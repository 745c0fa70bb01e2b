//! Texts as pages: rendered once per text, kept by a key that names everything the result depends on, and held in memory up to a bound.
//!
//! References are rendered as links; which of them lead nowhere is known only when the page is shown, so that a stored rendition never
//! goes stale when a document appears or goes.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Problem, Result};
use crate::ledger::sha256_hex;
use crate::text::{Lang, t};
use crate::web::markdown::{self, Labels, MarkdownError, Reference, RenderOptions};

/// Raised whenever the renderer's output changes.
const REVISION: u32 = 1;
/// Bytes of rendered text held in memory.
const HELD: usize = 4 << 20;

/// A heading of the table of contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    /// Level in the page, 2 to 6.
    pub level: u8,
    /// Clause number.
    pub number: Option<String>,
    /// Title without its number.
    pub title: String,
    /// Fragment.
    pub anchor: String,
}

/// A bracketed reference that may be a document code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// Between the brackets.
    pub text: String,
    /// Code part as written.
    pub code: String,
    /// Address it was rendered with.
    pub href: String,
}

/// A rendered text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendition {
    /// Safe HTML.
    pub html: String,
    /// Contents.
    pub toc: Vec<Heading>,
    /// References in order.
    pub mentions: Vec<Mention>,
}

impl Rendition {
    /// Bytes that it takes in memory, about.
    fn size(&self) -> usize {
        let heading =
            |heading: &Heading| heading.title.len() + heading.anchor.len() + heading.number.as_ref().map_or(0, String::len);
        let mention = |mention: &Mention| mention.text.len() + mention.code.len() + mention.href.len();
        let texts =
            self.html.len() + self.toc.iter().map(heading).sum::<usize>() + self.mentions.iter().map(mention).sum::<usize>();
        texts + self.toc.len() * size_of::<Heading>() + self.mentions.len() * size_of::<Mention>() + 500
    }
}

/// One text to be rendered.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Its language.
    pub lang: Lang,
    /// The title in that language.
    pub title: &'a str,
    /// Files it may name: path → evidence hash.
    pub files: &'a BTreeMap<String, String>,
}

impl Source<'_> {
    /// The key of the rendition of a text with this hash.
    pub fn key(&self, text_hash: &str) -> String {
        let files: Vec<String> = self.files.iter().map(|(path, hash)| format!("{path}\u{0}{hash}")).collect();
        let parts = [&REVISION.to_string(), self.lang.code(), self.title, text_hash, &files.join("\u{0}")];
        sha256_hex(parts.join("\u{1}").as_bytes())
    }
}

/// Held renditions by key, and the bytes they take.
#[derive(Default)]
struct Held {
    by_key: HashMap<String, Arc<Rendition>>,
    bytes: usize,
}

static CACHE: LazyLock<Mutex<Held>> = LazyLock::new(Mutex::default);

/// A rendition held in memory.
pub fn held(key: &str) -> Option<Arc<Rendition>> {
    CACHE.lock().unwrap_or_else(PoisonError::into_inner).by_key.get(key).cloned()
}

/// Holds a rendition; when the bound is reached, the memory is emptied and fills again with what is read.
pub fn hold(key: &str, rendition: Rendition) -> Arc<Rendition> {
    let rendition = Arc::new(rendition);
    let size = rendition.size();
    let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    if cache.bytes + size > HELD {
        *cache = Held::default();
    }
    if cache.by_key.insert(key.to_owned(), rendition.clone()).is_none() {
        cache.bytes += size;
    }
    rendition
}

/// Renders a text, or takes what is held. Slow for long texts: call it before a write, never for the first time inside one.
///
/// # Errors
/// [`Error::Invalid`] naming the line and the cure when the text cannot be rendered within bounds.
pub fn render(text: &str, source: &Source<'_>) -> Result<Arc<Rendition>> {
    let key = source.key(&sha256_hex(text.as_bytes()));
    if let Some(known) = held(&key) {
        return Ok(known);
    }
    let word = |name: &str| t(source.lang, name, &[]);
    let words =
        ["table", "dangling", "footnotes", "back", "done", "open", "missing"].map(|name| word(&format!("documents-text-{name}")));
    let [table, dangling, footnotes, back, done, open, missing] = &words;
    let file = |path: &str| source.files.get(path).map(|hash| format!("/documents/files/{hash}"));
    let options = RenderOptions {
        title: Some(source.title),
        labels: Labels { table, dangling, footnotes, back, done, open, missing },
        file: &file,
    };
    let rendered = markdown::render(text, &resolve, &options).map_err(|error| refused(&error, source.lang))?;
    let mentions = rendered.references.into_iter().map(|r| Mention { href: target(&r.text), text: r.text, code: r.code }).collect();
    let toc =
        rendered.toc.into_iter().map(|h| Heading { level: h.level, number: h.number, title: h.title, anchor: h.anchor }).collect();
    Ok(hold(&key, Rendition { html: rendered.html, toc, mentions }))
}

fn refused(error: &MarkdownError, lang: Lang) -> Error {
    let line = error.line().unwrap_or_default();
    let problem = Problem::field(format!("text.{}", lang.code()), error.code()).with("line", line).with("limit", error.limit());
    Error::Invalid(vec![problem])
}

/// What could be a code is rendered as a link.
fn resolve(text: &str) -> Reference {
    let (code, _) = markdown::split_reference(text);
    let plain = code.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '.' | ' '));
    let shaped = code.starts_with(|c: char| c.is_ascii_uppercase()) && code.bytes().any(|b| b.is_ascii_digit());
    if plain && shaped { Reference::Found { href: target(text), title: String::new() } } else { Reference::NotACode }
}

/// Where a reference leads.
fn target(text: &str) -> String {
    let (code, clause) = markdown::split_reference(text);
    let fragment = clause.map(|clause| format!("#{}", markdown::clause_anchor(clause))).unwrap_or_default();
    format!("{}{fragment}", href(code))
}

/// The address of a document.
pub fn href(code: &str) -> String {
    let mut path = String::from("/d/");
    for byte in code.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_./~".contains(&byte) {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
    }
    path
}

/// The HTML as shown: references that lead nowhere are marked, and what was no code after all stays as written.
pub fn shown(rendition: &Rendition, exists: &dyn Fn(&str) -> bool, hint: &str) -> String {
    let mut html = rendition.html.clone();
    for mention in rendition.mentions.iter().filter(|mention| !exists(&mention.code)) {
        let coded = mention.code.contains(['-', '/', '_', '.']);
        html = replace_link(&html, &mention.href, &|inner| match coded {
            true => format!("<span class=\"dangling\" title=\"{hint}\">[{inner}]</span>"),
            false => format!("[{inner}]"),
        });
    }
    html
}

/// Puts something else in place of every link to an address.
fn replace_link(html: &str, href: &str, with: &dyn Fn(&str) -> String) -> String {
    let mark = format!("href=\"{href}\"");
    let (mut out, mut rest) = (String::with_capacity(html.len()), html);
    while let Some(at) = rest.find(&mark) {
        let parts = rest.get(..at).and_then(|head| head.rfind("<a ")).zip(rest.get(at..).and_then(|tail| tail.find("</a>")));
        let Some((start, length)) = parts else { break };
        let end = at + length;
        let inner = rest.get(at..end).and_then(|tag| tag.split_once('>')).map(|(_, inner)| inner).unwrap_or_default();
        out.push_str(rest.get(..start).unwrap_or_default());
        out.push_str(&with(inner));
        rest = rest.get(end + "</a>".len()..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_marked_when_shown() {
        let files = BTreeMap::new();
        let source = Source { lang: Lang::En, title: "T", files: &files };
        let made = render("See [QP-02 5.3], [QP-99], [A4] and [note].", &source).unwrap();
        let html = shown(&made, &|code| code == "QP-02", "gone");
        assert!(html.contains("href=\"/d/QP-02#c53\""), "{html}");
        assert!(html.contains("<span class=\"dangling\" title=\"gone\">[QP-99]</span>"), "{html}");
        assert!(html.contains(" [A4] and [note]."), "{html}");
        let later = shown(&made, &|_| true, "gone");
        assert!(later.contains("href=\"/d/QP-99\""), "{later}");
    }
}
