//! The deterministic writer: one order of keys, one way to quote.

use std::fmt::Write as _;

use super::{FieldSource, FrontMatter, Localised, Simple};

/// Writes front matter and body as a file. The body follows byte for byte.
pub fn write(matter: &FrontMatter, body: &str) -> String {
    let mut out = String::from("---\n");
    let scalars = [
        ("code", matter.code.clone()),
        ("title", matter.title.clone()),
        ("tier", matter.tier.map(|tier| tier.to_string())),
        ("version", matter.version.clone()),
        ("owner", matter.owner.clone()),
        ("language", matter.language.clone()),
    ];
    scalars.iter().for_each(|(key, value)| scalar_line(&mut out, key, value.as_deref()));
    list_line(&mut out, "parents", &matter.parents);
    scalar_line(&mut out, "state", matter.state.as_deref());
    scalar_line(&mut out, "effective", matter.effective.map(|date| date.to_string()).as_deref());
    scalar_line(&mut out, "reason", matter.reason.as_deref());
    scalar_line(&mut out, "number", matter.number.as_deref());
    if !matter.fields.is_empty() {
        out.push_str("fields:\n");
        matter.fields.iter().for_each(|field| field_lines(&mut out, field));
    }
    list_line(&mut out, "files", &matter.files);
    for (key, value) in &matter.unknown {
        let key = scalar(key, true);
        let _ = match value {
            Simple::Empty => writeln!(out, "{key}:"),
            Simple::Text(text) => writeln!(out, "{key}: {}", scalar(text, false)),
            Simple::List(items) => writeln!(out, "{key}: [{}]", flow(items)),
        };
    }
    out.push_str("---\n");
    out.push_str(body);
    out
}

fn scalar_line(out: &mut String, key: &str, value: Option<&str>) {
    if let Some(value) = value {
        // A tier and a date are written bare although a general YAML reader takes them for a number and a date.
        let text = if matches!(key, "tier" | "effective") { value.to_owned() } else { scalar(value, false) };
        let _ = writeln!(out, "{key}: {text}");
    }
}

fn list_line(out: &mut String, key: &str, items: &[String]) {
    if !items.is_empty() {
        let _ = writeln!(out, "{key}: [{}]", flow(items));
    }
}

fn flow(items: &[String]) -> String {
    items.iter().map(|item| scalar(item, true)).collect::<Vec<_>>().join(", ")
}

fn field_lines(out: &mut String, field: &FieldSource) {
    let _ = writeln!(out, "  - id: {}", scalar(&field.id, false));
    localised_line(out, "label", &field.label);
    localised_line(out, "help", &field.help);
    let _ = writeln!(out, "    type: {}", scalar(&field.kind, false));
    if field.required {
        out.push_str("    required: true\n");
    }
    if !field.options.is_empty() {
        out.push_str("    options:\n");
        for option in &field.options {
            let mut pairs = vec![format!("value: {}", scalar(&option.value, true))];
            pairs.extend(languages(&option.label));
            let _ = writeln!(out, "      - {{{}}}", pairs.join(", "));
        }
    }
    for (key, bound) in [("min", &field.min), ("max", &field.max)] {
        if let Some(bound) = bound {
            let bare = !bound.is_empty() && bound.bytes().all(|b| b.is_ascii_digit() || b == b'.');
            let text = if bare { bound.clone() } else { scalar(bound, false) };
            let _ = writeln!(out, "    {key}: {text}");
        }
    }
}

fn localised_line(out: &mut String, key: &str, texts: &Localised) {
    let pairs = languages(texts);
    if !pairs.is_empty() {
        let _ = writeln!(out, "    {key}: {{{}}}", pairs.join(", "));
    }
}

fn languages(texts: &Localised) -> Vec<String> {
    [("zh", &texts.zh), ("en", &texts.en)]
        .into_iter()
        .filter_map(|(language, text)| text.as_ref().map(|text| format!("{language}: {}", scalar(text, true))))
        .collect()
}

/// A scalar, plain where every YAML reader takes it for the same text, else in double quotes.
fn scalar(text: &str, in_flow: bool) -> String {
    if is_plain(text, in_flow) {
        return text.to_owned();
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}') => {
                let _ = write!(out, "\\U{:08X}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn is_plain(text: &str, in_flow: bool) -> bool {
    let starts_well = text.starts_with(|c: char| c.is_alphabetic());
    let ends_well = !text.ends_with([' ', ':']);
    let harmless = |c: char| {
        c == ' '
            || c.is_alphanumeric()
            || matches!(c, '-' | '_' | '.' | '/' | '(' | ')' | '+' | '=' | ';')
            || (!c.is_ascii() && !c.is_control() && !c.is_whitespace() && c < '\u{FE00}')
            || (!in_flow && c == ',')
            || matches!(c, '\u{FF00}'..='\u{FFEF}' | '\u{3000}'..='\u{303F}') && !c.is_whitespace()
    };
    starts_well && ends_well && text.chars().all(harmless) && !reads_as_other_type(text)
}

/// Words that some YAML reader takes for nothing, a truth value or a number.
fn reads_as_other_type(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    matches!(lower.as_str(), "null" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n" | "nan" | "inf" | "infinity")
}
