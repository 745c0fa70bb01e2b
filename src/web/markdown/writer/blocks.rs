//! Headings, lists, code blocks and footnotes.

use std::fmt::Write as _;

use pulldown_cmark::{Event, HeadingLevel};

use super::super::TocEntry;
use super::super::heading::split_number;
use super::super::limits::Node;
use super::inline::escape;
use super::{Note, Writer, end_of, words_of};

impl Writer<'_, '_> {
    /// Writes a heading with its anchor; one that repeats the page's title or is empty is left out.
    pub(super) fn heading(&mut self, level: HeadingLevel) {
        let nodes = self.nodes;
        let start = self.at;
        let end = end_of(nodes, start);
        let words = words_of(nodes.get(start + 1..end).unwrap_or_default());
        let repeats = self.toc.is_empty() && level == HeadingLevel::H1 && self.options.title == Some(words.as_str());
        if words.is_empty() || repeats {
            self.at = end;
            return;
        }
        let (number, title) = numbered(nodes.get(start + 1), &words);
        let anchor = self.outline.anchor(number.as_deref());
        let level = self.outline.level(level as u8);
        let _ = write!(self.html, "<h{level} id=\"{anchor}\">");
        if let Some(number) = &number {
            let _ = write!(self.html, "<a class=\"no\" href=\"#{anchor}\">{number}</a>");
        }
        self.heading_content(start, end, number.is_some());
        let _ = writeln!(self.html, "</h{level}>");
        self.plain_break();
        self.last_heading.clone_from(&title);
        self.toc.push(TocEntry { level, number, title, anchor });
    }

    /// Writes what stands between the tags of a heading, without the number that is already written.
    fn heading_content(&mut self, start: usize, end: usize, numbered: bool) {
        let nodes = self.nodes;
        self.at = start + 1;
        while self.at < end {
            let event = &nodes[self.at].event;
            match event {
                Event::Text(text) if numbered && self.at == start + 1 => {
                    let title = split_number(text).map_or(text.as_ref(), |(_, title)| title);
                    let (number, title) = text.split_at(text.find(title).unwrap_or(0));
                    self.plain.push_str(number);
                    self.text(title);
                }
                other => self.step(other),
            }
            self.at += 1;
        }
    }

    pub(super) fn start_list(&mut self, first: Option<u64>) {
        match first {
            Some(1) => self.html.push_str("<ol>\n"),
            Some(first) => {
                let _ = writeln!(self.html, "<ol start=\"{first}\">");
            }
            None => self.html.push_str("<ul>\n"),
        }
    }

    pub(super) fn start_code(&mut self) {
        self.in_code = true;
        self.html.push_str("<pre tabindex=\"0\"><code>");
    }

    pub(super) fn end_code(&mut self) {
        self.in_code = false;
        self.end_block("</code></pre>\n");
    }

    /// A footnote is written to the side and put at the end, in the order of first reference.
    pub(super) fn start_note(&mut self, name: &str) {
        let html = std::mem::take(&mut self.html);
        self.aside_bytes += html.len();
        self.aside.push((html, name.to_owned()));
    }

    pub(super) fn end_note(&mut self) {
        let Some((html, name)) = self.aside.pop() else { return };
        self.aside_bytes -= html.len();
        let text = std::mem::replace(&mut self.html, html);
        self.aside_bytes += text.len();
        if !self.notes.contains_key(&name) {
            self.note_order.push(name.clone());
        }
        self.notes.entry(name).or_default().html = Some(text);
    }

    pub(super) fn footnote_reference(&mut self, name: &str) {
        if !self.notes.contains_key(name) {
            self.note_order.push(name.to_owned());
        }
        let note = self.notes.entry(name.to_owned()).or_default();
        let first = note.number.is_none();
        let number = *note.number.get_or_insert(self.notes_numbered + 1);
        self.notes_numbered += usize::from(first);
        let id = if first { format!(" id=\"fnr{number}\"") } else { String::new() };
        let _ = write!(self.html, "<sup class=\"fn\"{id}><a href=\"#fn{number}\">{number}</a></sup>");
    }

    /// Writes the footnotes: those referred to in order, then the others, so that no text is lost.
    pub(super) fn finish_footnotes(&mut self) {
        let mut notes: Vec<(usize, Note)> = Vec::new();
        for (order, name) in std::mem::take(&mut self.note_order).into_iter().enumerate() {
            if let Some(note) = self.notes.remove(&name) {
                notes.push((note.number.unwrap_or(usize::MAX / 2 + order), note));
            }
        }
        notes.retain(|(_, note)| note.html.is_some());
        if notes.is_empty() {
            return;
        }
        notes.sort_by_key(|(order, _)| *order);
        let label = escape(self.options.labels.footnotes);
        let back = escape(self.options.labels.back);
        let _ = write!(self.html, "<section class=\"footnotes\" aria-label=\"{label}\">\n<ol>\n");
        for (_, note) in notes {
            let text = note.html.unwrap_or_default();
            match note.number {
                Some(number) => {
                    let link = format!("<a class=\"back\" href=\"#fnr{number}\" aria-label=\"{back} {number}\">↩</a>");
                    let _ = writeln!(self.html, "<li id=\"fn{number}\">{text}{link}</li>");
                }
                None => {
                    let _ = writeln!(self.html, "<li>{text}</li>");
                }
            }
        }
        self.html.push_str("</ol>\n</section>\n");
    }
}

/// Number and title of a heading; the number must stand in its first piece of plain text.
fn numbered(first: Option<&Node<'_>>, words: &str) -> (Option<String>, String) {
    let plain = first.is_some_and(|node| matches!(&node.event, Event::Text(text) if split_number(text).is_some()));
    match split_number(words) {
        Some((number, title)) if plain && !title.is_empty() => (Some(number.to_owned()), title.to_owned()),
        _ => (None, words.to_owned()),
    }
}
