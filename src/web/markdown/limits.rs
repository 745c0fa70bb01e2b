//! What is refused before it costs anything: deep nesting, floods of elements, link titles that never close.
//!
//! The parser is linear on nearly every input. Two families are not (a third, lone carriage returns, is replaced before): many lines under deeply nested containers (each
//! line is matched against each open container), and link titles that run over many lines (at each line end the parser
//! walks from the link to that line again). Both are estimated from the source, in one pass and without parsing. The rest is
//! capped while the events stream in, so that a hostile text stops early.

use std::ops::Range;

use pulldown_cmark::{CowStr, Event, Tag, TagEnd};

use super::{MAX_ELEMENTS, MAX_NESTING, MarkdownError};

/// Lines times depth beyond which a deeply nested source is not even parsed.
const MAX_NESTED_WORK: usize = 2_000_000;
/// Bytes times lines the parser may walk in search of the ends of link titles.
const MAX_TITLE_WORK: usize = 16_000_000;

/// One event of the text and the byte at which it starts.
pub(super) struct Node<'a> {
    pub(super) event: Event<'a>,
    pub(super) offset: usize,
}

/// Line numbers of ascending byte offsets, counted once.
pub(super) struct Lines<'a> {
    text: &'a str,
    offset: usize,
    line: usize,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, offset: 0, line: 1 }
    }

    /// Line (from 1) of a byte offset, which must not be smaller than the one asked before.
    pub(super) fn line_at(&mut self, offset: usize) -> usize {
        let end = offset.min(self.text.len()).max(self.offset);
        self.line += memchr::memchr_iter(b'\n', &self.text.as_bytes()[self.offset..end]).count();
        self.offset = end;
        self.line
    }
}

/// Line (from 1) of one byte offset.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    Lines::new(text).line_at(offset)
}

/// Estimates from the source alone whether parsing would take more than linear time.
pub(super) fn check_source(text: &str) -> Result<(), MarkdownError> {
    let (mut deepest, mut deepest_line, mut lines) = (0, 1, 0);
    for line in text.split('\n') {
        lines += 1;
        let depth = container_depth(line.as_bytes());
        if depth > deepest {
            (deepest, deepest_line) = (depth, lines);
        }
    }
    if deepest > MAX_NESTING && deepest.saturating_mul(lines) > MAX_NESTED_WORK {
        return Err(MarkdownError::TooDeep { line: deepest_line });
    }
    check_titles(text)
}

/// How deep the containers of a line may be nested: its quote, list and footnote markers, and its indentation where a
/// list marker follows.
fn container_depth(line: &[u8]) -> usize {
    let (mut at, mut blanks, mut markers, mut reach) = (0, 0usize, 0, None);
    while let Some(byte) = line.get(at) {
        match byte {
            b' ' => blanks += 1,
            b'\t' => blanks += 4,
            _ => {
                let Some(length) = marker_length(&line[at..]) else { break };
                if *byte != b'>' && reach.is_none() {
                    reach = Some(blanks.saturating_sub(markers) / 2);
                }
                markers += 1;
                at += length - 1;
            }
        }
        at += 1;
    }
    let reach = reach.unwrap_or(0);
    if markers > 1 && is_rule(line) { 0 } else { markers + reach }
}

/// Length of a quote, list or footnote-definition marker at the start of `rest`.
fn marker_length(rest: &[u8]) -> Option<usize> {
    let blank_at = |at: usize| rest.get(at).is_none_or(|b| matches!(b, b' ' | b'\t'));
    match rest.first()? {
        b'>' => Some(1),
        b'-' | b'+' | b'*' if blank_at(1) => Some(1),
        b'0'..=b'9' => {
            let digits = rest.iter().take(10).take_while(|b| b.is_ascii_digit()).count();
            let dotted = matches!(rest.get(digits), Some(b'.' | b')'));
            (digits < 10 && dotted && blank_at(digits + 1)).then_some(digits + 1)
        }
        b'[' if rest.get(1) == Some(&b'^') => {
            let close = memchr::memchr(b']', &rest[..rest.len().min(1000)])?;
            (rest.get(close + 1) == Some(&b':')).then_some(close + 2)
        }
        _ => None,
    }
}

fn is_rule(line: &[u8]) -> bool {
    let mut marks = line.iter().filter(|b| !matches!(b, b' ' | b'\t'));
    let first = marks.next().copied();
    matches!(first, Some(b'-' | b'*')) && marks.all(|b| Some(*b) == first)
}

/// Refuses paragraphs in which link titles are opened again and again without an end.
fn check_titles(text: &str) -> Result<(), MarkdownError> {
    let (mut work, mut offset) = (0usize, 0);
    for paragraph in paragraphs(text) {
        let links = memchr::memmem::find_iter(paragraph.as_bytes(), b"](").count();
        if links > 0 {
            let (sum, longest) = title_searches(paragraph.as_bytes());
            work = work.saturating_add(sum.min(links.saturating_mul(longest)));
        }
        if work > MAX_TITLE_WORK {
            return Err(MarkdownError::Unclosed { line: line_of(text, offset) });
        }
        offset += paragraph.len();
    }
    Ok(())
}

/// The text cut behind each blank line.
fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut end = 0;
        let length = loop {
            let line_end = memchr::memchr(b'\n', &rest.as_bytes()[end..]).map_or(rest.len(), |at| end + at + 1);
            let blank = rest[end..line_end].trim().is_empty();
            end = line_end;
            if blank || end == rest.len() {
                break end;
            }
        };
        let (paragraph, tail) = rest.split_at(length);
        rest = tail;
        Some(paragraph)
    })
}

/// Sum and maximum of the work (bytes times lines) from each title opener to the byte that would end it.
fn title_searches(paragraph: &[u8]) -> (usize, usize) {
    let end = (paragraph.len(), 0);
    let (mut double, mut single, mut round) = (end, end, end);
    let (mut sum, mut longest, mut lines) = (0usize, 0, 0);
    for at in (0..paragraph.len()).rev() {
        let byte = paragraph[at];
        let opens = at > 0 && paragraph[at - 1].is_ascii_whitespace();
        let (next, lines_behind) = match byte {
            b'"' => std::mem::replace(&mut double, (at, lines)),
            b'\'' => std::mem::replace(&mut single, (at, lines)),
            b'(' | b')' => std::mem::replace(&mut round, (at, lines)),
            b'\n' => {
                lines += 1;
                continue;
            }
            _ => continue,
        };
        if opens && byte != b')' {
            let work = (next - at).saturating_mul(lines - lines_behind);
            sum = sum.saturating_add(work);
            longest = longest.max(work);
        }
    }
    (sum, longest)
}

/// Takes the events of the parser in, joined runs of text as one, and stops at the first that passes a limit.
pub(super) fn collect<'a>(
    events: impl Iterator<Item = (Event<'a>, Range<usize>)>,
    text: &str,
) -> Result<Vec<Node<'a>>, MarkdownError> {
    let mut collected = Collected { nodes: Vec::new(), run: String::new(), run_offset: 0 };
    let (mut depth, mut elements) = (0usize, 0usize);
    for (event, range) in events {
        let offset = range.start;
        match &event {
            Event::Html(_) | Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => continue,
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        elements += usize::from(is_element(&event));
        if depth > MAX_NESTING {
            return Err(MarkdownError::TooDeep { line: line_of(text, offset) });
        }
        if elements > MAX_ELEMENTS {
            return Err(MarkdownError::TooManyElements { line: line_of(text, offset) });
        }
        collected.push(event, offset);
    }
    collected.end_run();
    Ok(collected.nodes)
}

/// Whether an event makes an element of its own.
fn is_element(event: &Event<'_>) -> bool {
    !matches!(event, Event::Text(_) | Event::End(_) | Event::SoftBreak)
}

/// Events with their runs of text joined; a soft break becomes a line end inside the run.
struct Collected<'a> {
    nodes: Vec<Node<'a>>,
    run: String,
    run_offset: usize,
}

impl<'a> Collected<'a> {
    fn push(&mut self, event: Event<'a>, offset: usize) {
        let text = match &event {
            Event::Text(text) => text.as_ref(),
            Event::SoftBreak => "\n",
            _ => {
                self.end_run();
                self.nodes.push(Node { event, offset });
                return;
            }
        };
        if self.run.is_empty() {
            self.run_offset = offset;
        }
        self.run.push_str(text);
    }

    fn end_run(&mut self) {
        if !self.run.is_empty() {
            let text = CowStr::from(std::mem::take(&mut self.run));
            self.nodes.push(Node { event: Event::Text(text), offset: self.run_offset });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_counts_markers_and_indentation() {
        assert_eq!(container_depth(b"> > - a"), 3);
        assert_eq!(container_depth(b"        - a"), 5);
        assert_eq!(container_depth(b"- - - - -"), 0);
        assert_eq!(container_depth(b"[^1]: - 1. x"), 3);
        assert_eq!(container_depth(b"2026. x"), 1);
        assert_eq!(container_depth(b"plain > text"), 0);
    }

    #[test]
    fn ordinary_quotes_cost_nothing() {
        let text = "See [a](b \"title\") and [c](d 'other') (really), it's \"fine\".\n".repeat(2000);
        assert!(check_source(&text).is_ok());
    }

    #[test]
    fn titles_without_an_end_name_their_paragraph() {
        let one_line = format!("fine\n\n{}", "[a](x \"".repeat(20_000));
        assert!(check_source(&one_line).is_ok(), "each is ended by the next");
        let many_lines = format!("fine\n\n[a](x \"{}", "a\n".repeat(20_000));
        assert_eq!(check_source(&many_lines), Err(MarkdownError::Unclosed { line: 3 }));
    }
}
