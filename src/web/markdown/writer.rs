//! Writes collected events as HTML, table of contents and plain text.

mod blocks;
mod inline;
mod tables;

use std::collections::HashMap;

use pulldown_cmark::{Event, Tag, TagEnd};

use super::heading::Outline;
use super::limits::{Node, line_of};
use super::{MAX_OUTPUT_BYTES, MarkdownError, Outcome, RenderOptions, TocEntry};

/// What the writer hands back; the HTML still goes through the sanitiser.
pub(super) struct Written {
    pub(super) html: String,
    pub(super) toc: Vec<TocEntry>,
    pub(super) plain: String,
}

/// Writes the whole text.
pub(super) fn write(
    nodes: &[Node<'_>],
    outcomes: &[Outcome],
    source: &str,
    options: &RenderOptions<'_>,
) -> Result<Written, MarkdownError> {
    let mut writer = Writer::new(nodes, outcomes, options);
    while let Some(node) = nodes.get(writer.at) {
        writer.step(&node.event);
        writer.at += 1;
        if writer.written() > MAX_OUTPUT_BYTES {
            return Err(MarkdownError::TooLarge { line: line_of(source, node.offset) });
        }
    }
    writer.finish_footnotes();
    Ok(Written { html: writer.html, toc: writer.toc, plain: writer.plain.trim().to_owned() })
}

/// State of one pass over the events.
struct Writer<'w, 'a> {
    nodes: &'w [Node<'a>],
    at: usize,
    outcomes: &'w [Outcome],
    options: &'w RenderOptions<'w>,
    html: String,
    plain: String,
    toc: Vec<TocEntry>,
    outline: Outline,
    last_heading: String,
    tables: usize,
    table: Option<tables::Table>,
    in_code: bool,
    closers: Vec<&'static str>,
    notes: HashMap<String, Note>,
    note_order: Vec<String>,
    notes_numbered: usize,
    /// Text written so far and the name of the footnote being written, one per nested definition.
    aside: Vec<(String, String)>,
    aside_bytes: usize,
}

/// One footnote: its number once it is referred to and its text once it is defined.
#[derive(Default)]
struct Note {
    number: Option<usize>,
    html: Option<String>,
}

impl<'w, 'a> Writer<'w, 'a> {
    fn new(nodes: &'w [Node<'a>], outcomes: &'w [Outcome], options: &'w RenderOptions<'w>) -> Self {
        Self {
            nodes,
            at: 0,
            outcomes,
            options,
            html: String::new(),
            plain: String::new(),
            toc: Vec::new(),
            outline: Outline::default(),
            last_heading: String::new(),
            tables: 0,
            table: None,
            in_code: false,
            closers: Vec::new(),
            notes: HashMap::new(),
            note_order: Vec::new(),
            notes_numbered: 0,
            aside: Vec::new(),
            aside_bytes: 0,
        }
    }

    fn written(&self) -> usize {
        self.html.len() + self.aside_bytes
    }

    fn step(&mut self, event: &Event<'a>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(text),
            Event::Code(text) => self.code(text),
            Event::HardBreak => self.line_break(),
            Event::Rule => self.html.push_str("<hr>\n"),
            Event::InlineHtml(html) if is_break(html) => self.line_break(),
            Event::FootnoteReference(name) => self.footnote_reference(name),
            Event::TaskListMarker(done) => self.task(*done),
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'a>) {
        match tag {
            Tag::Heading { level, .. } => self.heading(*level),
            Tag::Table(alignments) => self.start_table(alignments),
            Tag::TableHead | Tag::TableRow | Tag::TableCell => self.start_table_part(tag),
            Tag::Link { link_type, dest_url, title, .. } => self.start_link(*link_type, dest_url, title),
            Tag::Image { dest_url, title, .. } => self.image(dest_url, title),
            Tag::CodeBlock(_) => self.start_code(),
            Tag::FootnoteDefinition(name) => self.start_note(name),
            Tag::List(first) => self.start_list(*first),
            Tag::Paragraph => self.html.push_str("<p>"),
            Tag::BlockQuote(_) => self.html.push_str("<blockquote>\n"),
            Tag::Item => self.html.push_str("<li>"),
            Tag::Emphasis => self.html.push_str("<em>"),
            Tag::Strong => self.html.push_str("<strong>"),
            Tag::Strikethrough => self.html.push_str("<s>"),
            _ => {}
        }
    }

    fn end(&mut self, tag: &TagEnd) {
        match tag {
            TagEnd::Table | TagEnd::TableHead | TagEnd::TableRow | TagEnd::TableCell => self.end_table_part(*tag),
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::FootnoteDefinition => self.end_note(),
            TagEnd::Paragraph => self.end_block("</p>\n"),
            TagEnd::BlockQuote(_) => self.end_block("</blockquote>\n"),
            TagEnd::List(ordered) => self.end_block(if *ordered { "</ol>\n" } else { "</ul>\n" }),
            TagEnd::Item => self.end_block("</li>\n"),
            TagEnd::Emphasis => self.html.push_str("</em>"),
            TagEnd::Strong => self.html.push_str("</strong>"),
            TagEnd::Strikethrough => self.html.push_str("</s>"),
            TagEnd::Link => {
                let closer = self.closers.pop().unwrap_or_default();
                self.html.push_str(closer);
            }
            _ => {}
        }
    }

    fn end_block(&mut self, closer: &str) {
        self.html.push_str(closer);
        self.plain_break();
    }

    fn plain_break(&mut self) {
        if !self.plain.ends_with('\n') {
            self.plain.push('\n');
        }
    }

    /// The events between the current `Start` and its `End`, and moves onto that `End`.
    fn take_children(&mut self) -> &'w [Node<'a>] {
        let nodes = self.nodes;
        let first = self.at + 1;
        let last = end_of(nodes, self.at);
        self.at = last;
        nodes.get(first..last).unwrap_or_default()
    }
}

/// Index of the `End` that belongs to the `Start` at `start`.
fn end_of(nodes: &[Node<'_>], start: usize) -> usize {
    let mut depth = 0usize;
    for (at, node) in nodes.iter().enumerate().skip(start) {
        match node.event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    nodes.len()
}

/// The words of events, without markup.
fn words_of(nodes: &[Node<'_>]) -> String {
    let mut words = String::new();
    for node in nodes {
        match &node.event {
            Event::Text(text) | Event::Code(text) => words.push_str(text),
            Event::HardBreak => words.push(' '),
            _ => {}
        }
    }
    words.trim().to_owned()
}

/// `<br>` is the only raw HTML with an effect: table cells have no other way to break a line.
fn is_break(html: &str) -> bool {
    let inner = html.trim_start_matches('<').trim_start_matches('/').trim_end_matches('>').trim_end_matches('/');
    inner.trim().eq_ignore_ascii_case("br")
}
