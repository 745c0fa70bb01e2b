//! Text, links, references, images and task boxes.

use std::fmt::Write as _;

use pulldown_cmark::LinkType;

use super::super::Reference;
use super::super::clean::{AMPERSAND, LESS, QUOTE, is_reserved};
use super::super::links::{is_remote, is_site_or_scheme, safe_href};
use super::{Writer, words_of};

impl Writer<'_, '_> {
    /// Running text: escaped; a line end between two Chinese characters leaves no gap.
    pub(super) fn text(&mut self, text: &str) {
        if self.in_code || !text.contains('\n') {
            push_escaped(&mut self.html, text);
            self.plain.push_str(text);
            return;
        }
        let mut before = self.html.chars().next_back();
        let mut pieces = text.split('\n').peekable();
        while let Some(piece) = pieces.next() {
            push_escaped(&mut self.html, piece);
            self.plain.push_str(piece);
            before = piece.chars().next_back().or(before);
            if let Some(next) = pieces.peek() {
                let after = next.chars().next();
                if !(before.is_some_and(is_cjk) && after.is_some_and(is_cjk)) {
                    self.html.push('\n');
                    self.plain.push(' ');
                }
            }
        }
    }

    pub(super) fn code(&mut self, text: &str) {
        self.html.push_str("<code>");
        push_escaped(&mut self.html, text);
        self.html.push_str("</code>");
        self.plain.push_str(text);
    }

    pub(super) fn line_break(&mut self) {
        self.html.push_str("<br>\n");
        self.plain.push(' ');
    }

    pub(super) fn task(&mut self, done: bool) {
        let (mark, label) = if done { ('☑', self.options.labels.done) } else { ('☐', self.options.labels.open) };
        let label = escape(label);
        let _ = write!(self.html, "<span class=\"task\" role=\"img\" aria-label=\"{label}\">{mark}</span> ");
    }

    /// Opens a link. A document reference, a missing file and a forbidden address each get their own form.
    pub(super) fn start_link(&mut self, kind: LinkType, address: &str, title: &str) {
        if kind == LinkType::ShortcutUnknown {
            self.start_reference(address);
            return;
        }
        let address = if kind == LinkType::Email { format!("mailto:{address}") } else { address.to_owned() };
        let title = title_attribute(title);
        let Some(href) = self.href(&address) else {
            let hint = if safe_href(&address).is_some() { self.missing_hint(&address) } else { String::new() };
            if hint.is_empty() {
                self.closers.push("");
            } else {
                let _ = write!(self.html, "<span class=\"missing\"{hint}>");
                self.closers.push("</span>");
            }
            return;
        };
        let href_attribute = escape(&href);
        if is_remote(&href) {
            let _ = write!(self.html, "<a class=\"ext\" href=\"{href_attribute}\" rel=\"noopener noreferrer\"{title}>");
        } else {
            let _ = write!(self.html, "<a href=\"{href_attribute}\"{title}>");
        }
        self.closers.push("</a>");
    }

    /// The address a link may have: a file of the document, an address of this site, or a permitted outside one.
    fn href(&self, address: &str) -> Option<String> {
        let safe = safe_href(address)?;
        if is_remote(&safe) || safe.starts_with(['#', '?']) {
            return Some(safe);
        }
        let served = (self.options.file)(&safe).filter(|served| safe_href(served).is_some());
        served.or_else(|| is_site_or_scheme(&safe).then_some(safe))
    }

    fn missing_hint(&self, address: &str) -> String {
        format!(" title=\"{}: {}\"", escape(self.options.labels.missing), escape(address))
    }

    fn start_reference(&mut self, index: &str) {
        let outcome = index.parse::<usize>().ok().and_then(|at| self.outcomes.get(at));
        match outcome.map(|outcome| &outcome.reference) {
            Some(Reference::Found { href, title }) if safe_href(href).is_some() => {
                let (href, title) = (escape(href), title_attribute(title));
                let _ = write!(self.html, "<a class=\"ref\" href=\"{href}\"{title}>");
                self.closers.push("</a>");
            }
            _ => {
                let title = title_attribute(self.options.labels.dangling);
                let _ = write!(self.html, "<span class=\"dangling\"{title}>[");
                self.closers.push("]</span>");
            }
        }
    }

    /// An image of the document is shown; one from elsewhere becomes a link, because a page requests nothing from outside.
    pub(super) fn image(&mut self, address: &str, title: &str) {
        let alt = words_of(self.take_children());
        self.plain.push_str(&alt);
        let title = title_attribute(title);
        let inside_link = self.closers.last() == Some(&"</a>");
        let safe = safe_href(address);
        let served = safe.as_deref().filter(|safe| !is_remote(safe)).and_then(|safe| (self.options.file)(safe));
        let served = served.filter(|served| safe_href(served).is_some() && !is_remote(served));
        match (served, safe) {
            (Some(src), _) => {
                let (src, alt) = (escape(&src), escape(&alt));
                let _ = write!(self.html, "<img src=\"{src}\" alt=\"{alt}\" loading=\"lazy\"{title}>");
            }
            (None, Some(remote)) if is_remote(&remote) => {
                let text = escape(if alt.is_empty() { &remote } else { &alt });
                if inside_link {
                    self.html.push_str(&text);
                } else {
                    let href = escape(&remote);
                    let _ = write!(self.html, "<a class=\"ext\" href=\"{href}\" rel=\"noopener noreferrer\"{title}>{text}</a>");
                }
            }
            (None, Some(missing)) => {
                let hint = self.missing_hint(&missing);
                let text = escape(if alt.is_empty() { &missing } else { &alt });
                let _ = write!(self.html, "<span class=\"missing\"{hint}>{text}</span>");
            }
            (None, None) => push_escaped(&mut self.html, &alt),
        }
    }
}

/// Escapes for text and for attribute values in double quotes.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_escaped(&mut out, text);
    out.replace('"', QUOTE.encode_utf8(&mut [0; 4]))
}

/// Escapes running text; quotation marks and `>` are harmless there and stay.
fn push_escaped(out: &mut String, text: &str) {
    out.extend(text.chars().map(|c| match c {
        '&' => AMPERSAND,
        '<' => LESS,
        c if is_reserved(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    }));
}

fn title_attribute(title: &str) -> String {
    if title.is_empty() { String::new() } else { format!(" title=\"{}\"", escape(title)) }
}

/// Han characters and full-width punctuation, between which a line end is no space.
fn is_cjk(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{303F}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF00}'..='\u{FF60}' | '\u{20000}'..='\u{3FFFF}')
        || matches!(c, '—' | '…' | '“' | '”' | '‘' | '’')
}
