//! Markdown to safe HTML: the one renderer of every document text, preview and help page.
//!
//! Invariants: raw HTML never reaches the output; nesting, the number of elements and the size of the output are
//! capped *before* the sanitiser sees anything, because its cost grows faster than its input; what cannot be rendered
//! within those caps is refused with the line and the cure. Headings carry stable anchors (`5.3` is `#c53`), so that a
//! clause can be linked to and compared (ISO 9001 clause 7.5.2, identification).
//!
//! The output is meant to be stored beside the version and never made again per request.

mod clean;
mod heading;
mod limits;
mod links;
mod writer;

#[cfg(test)]
mod corpus_tests;
#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;

use pulldown_cmark::{BrokenLink, CowStr, LinkType, Options, Parser};

pub use heading::{clause_anchor, split_number};
pub use links::{is_remote, safe_href};

/// Longest text that is rendered, in bytes.
pub const MAX_INPUT_BYTES: usize = 256 * 1024;
/// Deepest nesting of lists, quotes and emphasis.
pub const MAX_NESTING: usize = 64;
/// Largest output before sanitising, in bytes.
pub const MAX_OUTPUT_BYTES: usize = 2 * 1024 * 1024;
/// Most elements (paragraphs, cells, links, emphases …) that one text may produce.
pub const MAX_ELEMENTS: usize = 12_000;
/// A shortcut reference longer than this is never a document code.
const MAX_REFERENCE_CHARS: usize = 80;

/// What a bracketed shortcut such as `[QP-08 5.3]` turned out to be; given by the caller's resolver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// A document that exists: where it is read and the title shown on hover.
    Found {
        /// Address of the document or clause.
        href: String,
        /// Title of the document.
        title: String,
    },
    /// It looks like a document code, but there is no such document.
    Dangling,
    /// Ordinary bracketed text; it stays as written.
    NotACode,
}

/// One bracketed reference of a text, in order of first appearance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundReference {
    /// The text between the brackets, for example `QP-08 5.3`.
    pub text: String,
    /// Code part of the text (`QP-08`).
    pub code: String,
    /// Clause part of the text (`5.3`), where given.
    pub clause: Option<String>,
    /// False when no such document exists.
    pub exists: bool,
    /// Line of the first appearance, from 1.
    pub line: usize,
}

/// One heading of the table of contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TocEntry {
    /// Level in the page, 2 to 6 (the page title is level 1).
    pub level: u8,
    /// Clause number as written, for example `5.3`.
    pub number: Option<String>,
    /// Heading without its number.
    pub title: String,
    /// Fragment without `#`.
    pub anchor: String,
}

/// A rendered text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Sanitised HTML, to be shown unescaped.
    pub html: String,
    /// Headings in order.
    pub toc: Vec<TocEntry>,
    /// Bracketed document references in order of first appearance, each text once.
    pub references: Vec<FoundReference>,
    /// The words of the text without markup, for the search index.
    pub plain: String,
}

/// Words the renderer puts into the output, in the language of the reader.
#[derive(Debug, Clone, Copy)]
pub struct Labels<'a> {
    /// Name of a table for screen readers; its number and the heading above follow (`表格 2：受理与分级`).
    pub table: &'a str,
    /// Hover text of a reference to a document that does not exist.
    pub dangling: &'a str,
    /// Name of the footnote section.
    pub footnotes: &'a str,
    /// Name of the link from a footnote back to the text.
    pub back: &'a str,
    /// Name of a ticked box.
    pub done: &'a str,
    /// Name of an empty box.
    pub open: &'a str,
    /// Hover text of an image or file that is not there.
    pub missing: &'a str,
}

impl Default for Labels<'static> {
    fn default() -> Self {
        Self {
            table: "Table",
            dangling: "No such document",
            footnotes: "Footnotes",
            back: "Back to the text",
            done: "done",
            open: "open",
            missing: "File missing",
        }
    }
}

/// How one text is rendered.
#[derive(Clone, Copy)]
pub struct RenderOptions<'a> {
    /// Title shown by the page as its `h1`: a first level-1 heading that repeats it is left out.
    pub title: Option<&'a str>,
    /// Words put into the output.
    pub labels: Labels<'a>,
    /// Address under which a relative file (image or link target) is served; `None` when there is no such file.
    pub file: &'a dyn Fn(&str) -> Option<String>,
}

/// Why a text is not rendered. Every kind names the place where it can and the cure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MarkdownError {
    /// The text is longer than [`MAX_INPUT_BYTES`].
    #[error(
        "the text has {bytes} bytes, more than {MAX_INPUT_BYTES}: split it into several documents or attach the long part as a file"
    )]
    TooLong {
        /// Length of the text in bytes.
        bytes: usize,
    },
    /// Lists, quotes or emphasis are nested deeper than [`MAX_NESTING`].
    #[error("line {line}: more than {MAX_NESTING} levels of lists, quotes or emphasis inside each other: flatten this passage")]
    TooDeep {
        /// Line, from 1.
        line: usize,
    },
    /// More than [`MAX_ELEMENTS`] elements.
    #[error(
        "line {line}: the text has more than {MAX_ELEMENTS} cells, links and other elements up to here: split the document or attach the table as a file"
    )]
    TooManyElements {
        /// Line at which the limit is passed, from 1.
        line: usize,
    },
    /// More than [`MAX_OUTPUT_BYTES`] of HTML.
    #[error("line {line}: the page grows beyond {MAX_OUTPUT_BYTES} bytes here: split the document or shorten the repeated part")]
    TooLarge {
        /// Line at which the limit is passed, from 1.
        line: usize,
    },
    /// A link title that is opened and runs on over very many lines.
    #[error("the paragraph at line {line}: a link title is opened and not closed: close the quotation mark or bracket after `](`")]
    Unclosed {
        /// First line of the paragraph, from 1.
        line: usize,
    },
}

impl MarkdownError {
    /// Stable code, the key of the translated message.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "markdown-too-long",
            Self::TooDeep { .. } => "markdown-too-deep",
            Self::TooManyElements { .. } => "markdown-too-many-elements",
            Self::TooLarge { .. } => "markdown-too-large",
            Self::Unclosed { .. } => "markdown-unclosed",
        }
    }

    /// Line of the trouble, from 1, where it has one.
    pub fn line(&self) -> Option<usize> {
        match self {
            Self::TooLong { .. } => None,
            Self::TooDeep { line } | Self::TooManyElements { line } | Self::TooLarge { line } | Self::Unclosed { line } => {
                Some(*line)
            }
        }
    }

    /// The limit that was passed, for the message (`bytes`, levels or elements; 0 where there is none).
    pub fn limit(&self) -> usize {
        match self {
            Self::TooLong { .. } => MAX_INPUT_BYTES,
            Self::TooDeep { .. } => MAX_NESTING,
            Self::TooManyElements { .. } => MAX_ELEMENTS,
            Self::TooLarge { .. } => MAX_OUTPUT_BYTES,
            Self::Unclosed { .. } => 0,
        }
    }
}

/// Renders a document text (without front matter).
///
/// `resolve` is asked once for each distinct bracketed shortcut (`[QP-08]`, `[QP-08 5.3]`), never for those inside code.
///
/// # Errors
/// [`MarkdownError`] when the text passes one of the limits of this module.
pub fn render(text: &str, resolve: &dyn Fn(&str) -> Reference, options: &RenderOptions<'_>) -> Result<Rendered, MarkdownError> {
    if text.len() > MAX_INPUT_BYTES {
        return Err(MarkdownError::TooLong { bytes: text.len() });
    }
    let text = &*with_plain_line_ends(text);
    limits::check_source(text)?;
    let seen = RefCell::new(Seen::default());
    let callback = |link: BrokenLink<'_>| seen.borrow_mut().resolve(&link, resolve);
    let parser = Parser::new_with_broken_link_callback(text, parser_options(), Some(callback));
    let nodes = limits::collect(parser.into_offset_iter(), text)?;
    let seen = seen.into_inner();
    let written = writer::write(&nodes, &seen.outcomes, text, options)?;
    Ok(Rendered {
        html: clean::sanitise(&written.html),
        toc: written.toc,
        references: seen.into_references(text),
        plain: written.plain,
    })
}

/// Carriage returns become line feeds: the parser takes quadratic time over lines that end with a carriage return alone.
fn with_plain_line_ends(text: &str) -> Cow<'_, str> {
    if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")) } else { Cow::Borrowed(text) }
}

/// Splits a reference text into code and clause: `QP-08 5.3` is `QP-08` and `5.3`.
pub fn split_reference(text: &str) -> (&str, Option<&str>) {
    let text = text.trim();
    match text.rsplit_once(char::is_whitespace) {
        Some((code, clause)) if is_clause(clause) => (code.trim_end(), Some(clause)),
        _ => (text, None),
    }
}

fn is_clause(text: &str) -> bool {
    let digits = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    digits && text.starts_with(|c: char| c.is_ascii_digit()) && !text.ends_with('.') && text.len() <= 20
}

fn parser_options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES | Options::ENABLE_TASKLISTS
}

/// Outcomes of the shortcut references met while parsing; a link of the event stream points into `outcomes`.
#[derive(Default)]
struct Seen {
    index: HashMap<String, Option<usize>>,
    outcomes: Vec<Outcome>,
}

/// One distinct shortcut that is a document code.
struct Outcome {
    text: String,
    reference: Reference,
    offset: usize,
}

impl Seen {
    fn resolve(
        &mut self,
        link: &BrokenLink<'_>,
        resolve: &dyn Fn(&str) -> Reference,
    ) -> Option<(CowStr<'static>, CowStr<'static>)> {
        let text = link.reference.trim();
        let shortcut = matches!(link.link_type, LinkType::Shortcut);
        if !shortcut || text.is_empty() || text.contains('\n') || text.chars().count() > MAX_REFERENCE_CHARS {
            return None;
        }
        let known = match self.index.get(text) {
            Some(known) => *known,
            None => self.ask(text, link.span.start, resolve),
        };
        known.map(|at| (CowStr::from(at.to_string()), CowStr::from("")))
    }

    fn ask(&mut self, text: &str, offset: usize, resolve: &dyn Fn(&str) -> Reference) -> Option<usize> {
        let reference = resolve(text);
        let known = (reference != Reference::NotACode).then_some(self.outcomes.len());
        if known.is_some() {
            self.outcomes.push(Outcome { text: text.to_owned(), reference, offset });
        }
        self.index.insert(text.to_owned(), known);
        known
    }

    fn into_references(self, text: &str) -> Vec<FoundReference> {
        let mut outcomes = self.outcomes;
        outcomes.sort_by_key(|outcome| outcome.offset);
        let mut lines = limits::Lines::new(text);
        outcomes
            .into_iter()
            .map(|outcome| {
                let (code, clause) = split_reference(&outcome.text);
                FoundReference {
                    code: code.to_owned(),
                    clause: clause.map(str::to_owned),
                    exists: matches!(outcome.reference, Reference::Found { .. }),
                    line: lines.line_at(outcome.offset),
                    text: outcome.text,
                }
            })
            .collect()
    }
}
