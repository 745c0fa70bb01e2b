//! One Markdown file: what its front matter, its header table, its headings and its links say.

use std::collections::BTreeMap;

use crate::documents::front_matter::{self, FrontMatter};
use crate::text::Lang;

use super::patterns::{Names, Patterns};

/// Header tables stand in the first lines of a text.
const HEADER_LINES: usize = 60;

/// A value with the line it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) value: String,
    pub(super) line: usize,
}

/// What one place (front matter, header table) says.
#[derive(Debug, Clone, Default)]
pub(super) struct Statement {
    pub(super) code: Option<Said>,
    pub(super) title: Option<Said>,
    pub(super) version: Option<Said>,
    pub(super) owner: Option<Said>,
    pub(super) parents: Vec<Said>,
    pub(super) parent_version: Option<Said>,
}

/// A link of a text to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileLink {
    pub(super) target: String,
    pub(super) image: bool,
    pub(super) line: usize,
}

/// A file as read.
#[derive(Debug, Clone)]
pub(super) struct Parsed {
    pub(super) path: String,
    pub(super) matter: FrontMatter,
    pub(super) problems: Vec<(usize, String)>,
    pub(super) front: Statement,
    pub(super) table: Statement,
    /// First-level headings.
    pub(super) headings: Vec<Said>,
    pub(super) links: Vec<FileLink>,
    pub(super) lang: Lang,
    pub(super) body: String,
    pub(super) body_line: usize,
}

/// Reads a file.
pub(super) fn parse(path: &str, text: &str, patterns: &Patterns) -> Parsed {
    let text = text.replace("\r\n", "\n");
    let document = front_matter::read(&text);
    let matter = document.matter.clone();
    let body = document.body;
    // The line stands beside the message already.
    let said = |problem: &front_matter::FrontMatterError| {
        let message = problem.to_string();
        message.split_once(": ").map_or_else(|| message.clone(), |(_, rest)| rest.to_owned())
    };
    let problems = document.problems.iter().map(|problem| (problem.line(), said(problem))).collect();
    let lang = language(path, &matter, body);
    let (headings, links) = walk(body, document.body_line);
    Parsed {
        path: path.to_owned(),
        front: front(&document, patterns),
        table: table(body, document.body_line, &patterns.names),
        problems,
        headings,
        links,
        lang,
        body: body.trim_start_matches('\n').to_owned(),
        body_line: document.body_line + (body.len() - body.trim_start_matches('\n').len()),
        matter,
    }
}

fn language(path: &str, matter: &FrontMatter, body: &str) -> Lang {
    let stem = path.rsplit('/').next().unwrap_or(path);
    let suffix = [(".en.md", Lang::En), (".zh.md", Lang::Zh)].into_iter().find(|(end, _)| stem.to_lowercase().ends_with(end));
    if let Some(lang) = matter.language.as_deref().and_then(Lang::parse).or(suffix.map(|(_, lang)| lang)) {
        return lang;
    }
    let (mut han, mut latin) = (0_usize, 0_usize);
    for c in body.chars() {
        match c {
            '\u{4e00}'..='\u{9fff}' => han += 1,
            c if c.is_ascii_alphabetic() => latin += 1,
            _ => {}
        }
    }
    // A Chinese text holds many Latin names; a character says as much as a word.
    if han * 4 > latin { Lang::Zh } else { Lang::En }
}

/// Our own keys and those of other systems, by the names they go by.
fn front(document: &front_matter::Document<'_>, patterns: &Patterns) -> Statement {
    let matter = &document.matter;
    let said =
        |key: &str, value: Option<&String>| value.map(|value| Said { value: value.trim().to_owned(), line: document.line_of(key) });
    let other: BTreeMap<String, (&str, &str)> =
        matter.unknown.iter().filter_map(|(key, value)| Some((folded(key), (key.as_str(), value.text()?)))).collect();
    let above = |key: &str| {
        patterns
            .belongs_above
            .get(key)
            .is_some_and(|with| other.contains_key(&folded(with)) || matter.unknown.iter().any(|(k, _)| k == with))
    };
    let pick = |names: &[String], own_only: bool| {
        names.iter().find_map(|name| {
            let (key, value) = other.get(&folded(name))?;
            if value.trim().is_empty() || own_only && above(key) {
                return None;
            }
            Some(Said { value: value.trim().to_owned(), line: document.line_of(key) })
        })
    };
    let parents = if matter.parents.is_empty() {
        pick(&patterns.names.parent, false).into_iter().collect()
    } else {
        matter.parents.iter().map(|code| Said { value: code.clone(), line: document.line_of("parents") }).collect()
    };
    let above_version = patterns.belongs_above.keys().find(|key| above(key)).and_then(|key| pick(std::slice::from_ref(key), false));
    Statement {
        code: said("code", matter.code.as_ref()).or_else(|| pick(&patterns.names.code, true)),
        title: said("title", matter.title.as_ref()),
        version: said("version", matter.version.as_ref()).or_else(|| pick(&patterns.names.version, true)),
        owner: said("owner", matter.owner.as_ref()).or_else(|| pick(&patterns.names.owner, true)),
        parents,
        parent_version: above_version,
    }
}

/// The rows of two columns in the first lines whose first cell is one of the names.
fn table(body: &str, first_line: usize, names: &Names) -> Statement {
    let mut rows: Vec<(String, Said)> = Vec::new();
    for (index, line) in body.lines().take(HEADER_LINES).enumerate() {
        let Some(inner) = line.trim().strip_prefix('|').and_then(|line| line.strip_suffix('|')) else { continue };
        let cells: Vec<&str> = inner.split('|').map(str::trim).collect();
        if let [name, value] = cells.as_slice() {
            let value = plain(value);
            if !value.is_empty() {
                rows.push((folded(name), Said { value, line: first_line + index }));
            }
        }
    }
    let pick = |names: &[String]| {
        names.iter().find_map(|name| rows.iter().find(|(key, _)| *key == folded(name)).map(|(_, said)| said.clone()))
    };
    Statement {
        code: pick(&names.code),
        title: pick(&names.title),
        version: pick(&names.version),
        owner: pick(&names.owner),
        parents: pick(&names.parent).into_iter().collect(),
        parent_version: pick(&names.parent_version),
    }
}

/// A name without case, stars, colons and underscores.
fn folded(name: &str) -> String {
    let kept: String =
        name.chars().filter(|c| !matches!(c, '*' | ':' | '：' | '`')).map(|c| if c == '_' { ' ' } else { c }).collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// A cell or heading without marks of emphasis and escapes.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.peek().is_some_and(char::is_ascii_punctuation) => out.extend(chars.next()),
            '*' | '`' => {}
            c => out.push(c),
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// First-level headings and links to files, outside code.
fn walk(body: &str, first_line: usize) -> (Vec<Said>, Vec<FileLink>) {
    let (mut headings, mut links) = (Vec::new(), Vec::new());
    let mut fenced = false;
    for (index, text) in body.lines().enumerate() {
        let line = first_line + index;
        let start = text.trim_start();
        if start.starts_with("```") || start.starts_with("~~~") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        if let Some(title) = text.strip_prefix("# ") {
            headings.push(Said { value: plain(title), line });
        }
        markdown_links(text, line, &mut links);
        html_images(text, line, &mut links);
    }
    (headings, links)
}

fn markdown_links(text: &str, line: usize, links: &mut Vec<FileLink>) {
    for (at, _) in text.match_indices("](") {
        let Some(rest) = text.get(at + 2..) else { continue };
        let mut depth = 0_i32;
        let end = rest.find(|c| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            depth < 0
        });
        let Some(inner) = end.and_then(|end| rest.get(..end)) else { continue };
        // A title may follow the address.
        let target = inner.split(" \"").next().unwrap_or(inner).trim().trim_start_matches('<').trim_end_matches('>');
        let before = text.get(..at).unwrap_or_default();
        let image = before.rfind('[').is_some_and(|open| before.get(..open).is_some_and(|head| head.ends_with('!')));
        push(target, image, line, links);
    }
}

fn html_images(text: &str, line: usize, links: &mut Vec<FileLink>) {
    for tag in text.split("<img").skip(1) {
        let source = tag.split('>').next().and_then(|tag| tag.split("src=").nth(1));
        if let Some(source) = source {
            let quote = source.chars().next().filter(|c| matches!(c, '"' | '\''));
            let target = match quote {
                Some(quote) => source.get(1..).and_then(|rest| rest.split(quote).next()),
                None => source.split_whitespace().next(),
            };
            push(target.unwrap_or_default(), true, line, links);
        }
    }
}

fn push(target: &str, image: bool, line: usize, links: &mut Vec<FileLink>) {
    let target = target.split('#').next().unwrap_or_default().trim();
    let elsewhere =
        target.contains("://") || target.starts_with("//") || target.starts_with("mailto:") || target.starts_with("data:");
    // `{{…}}` is a place holder of a template, not a file.
    if !target.is_empty() && !elsewhere && !target.contains("{{") {
        links.push(FileLink { target: target.to_owned(), image, line });
    }
}
