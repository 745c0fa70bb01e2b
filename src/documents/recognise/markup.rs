//! Just enough Markdown for recognising: text without code and comments, headings, plain words.

/// The text with code, comments and template tags blanked out; every byte offset and line stays.
pub(super) fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut fence: Option<&str> = None;
    for line in text.split_inclusive('\n') {
        let start = line.trim_start();
        let marker = ["```", "~~~"].into_iter().find(|marker| start.starts_with(marker));
        match (fence, marker) {
            (None, None) => out.push_str(line),
            (None, Some(marker)) => {
                fence = Some(marker);
                blank(&mut out, line);
            }
            (Some(open), closing) => {
                blank(&mut out, line);
                if closing == Some(open) {
                    fence = None;
                }
            }
        }
    }
    let out = without(&out, "<!--", "-->");
    let out = without(&out, "{{", "}}");
    without_code_spans(&out)
}

/// Blanks a piece, line ends apart.
fn blank(out: &mut String, piece: &str) {
    out.extend(piece.bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }));
}

fn without(text: &str, open: &str, close: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(open) {
        let Some(length) = rest[start..].find(close).map(|length| length + close.len()) else { break };
        out.push_str(&rest[..start]);
        blank(&mut out, &rest[start..start + length]);
        rest = &rest[start + length..];
    }
    out.push_str(rest);
    out
}

/// Blanks `code` that opens and closes on one line.
fn without_code_spans(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let mut rest = line;
        while let Some(start) = rest.find('`') {
            let ticks = rest[start..].bytes().take_while(|b| *b == b'`').count();
            let Some(length) = rest[start + ticks..].find(&"`".repeat(ticks)) else { break };
            out.push_str(&rest[..start]);
            let end = start + ticks * 2 + length;
            blank(&mut out, &rest[start..end]);
            rest = &rest[end..];
        }
        out.push_str(rest);
    }
    out
}

/// Level-1 headings with their line (from 1 within the text), Markdown and HTML.
pub(super) fn top_headings(masked: &str) -> Vec<(usize, String)> {
    let mut headings = Vec::new();
    for (at, line) in masked.lines().enumerate() {
        let trimmed = line.trim();
        let lower = trimmed.to_ascii_lowercase();
        if let Some(text) = trimmed.strip_prefix("# ") {
            headings.push((at + 1, plain(text.trim_end_matches('#'))));
        } else if let Some(open) = lower.find("<h1").filter(|_| lower.contains("</h1>")) {
            let inner = trimmed[open..].split_once('>').map_or("", |(_, rest)| rest);
            headings.push((at + 1, plain(inner.split("</").next().unwrap_or_default())));
        }
    }
    headings.retain(|(_, text)| !text.is_empty());
    headings
}

/// Words without emphasis, escapes and line breaks.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut escaped = false;
    for c in text.trim().chars() {
        match c {
            '\\' if !escaped => escaped = true,
            '*' | '`' if !escaped => {}
            c => {
                out.push(c);
                escaped = false;
            }
        }
    }
    let out = out.replace("<br>", " ").replace("<br/>", " ").replace("<br />", " ");
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The cells of a table row; `None` for other lines and for the rule under the header.
pub(super) fn cells(line: &str) -> Option<Vec<&str>> {
    let row = line.trim().strip_prefix('|')?;
    let row = row.strip_suffix('|').unwrap_or(row);
    if row.chars().all(|c| matches!(c, '-' | ':' | '|' | ' ')) && row.contains('-') {
        return None;
    }
    let mut cells = Vec::new();
    let (mut start, mut before) = (0, ' ');
    for (at, c) in row.char_indices() {
        if c == '|' && before != '\\' {
            cells.push(row[start..at].trim());
            start = at + 1;
        }
        before = c;
    }
    cells.push(row[start..].trim());
    Some(cells)
}

/// Share of Chinese among the letters of a text decides its language.
pub(super) fn language_of(text: &str) -> &'static str {
    let han = text.chars().filter(|c| matches!(c, '\u{3400}'..='\u{9FFF}')).count();
    let latin = text.chars().filter(char::is_ascii_alphabetic).count();
    // One Chinese character says about as much as four letters.
    if han * 4 > latin { "zh" } else { "en" }
}
