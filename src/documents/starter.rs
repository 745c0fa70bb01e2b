//! The texts a new document starts from: one template per tier and language, embedded (domain: sections of a procedure).

use rust_embed::RustEmbed;

use super::command::FormExtra;
use crate::error::{Error, Result};
use crate::text::Lang;

#[derive(RustEmbed)]
#[folder = "docs-templates/tiers/"]
struct Files;

/// The text of a tier's template in a language.
///
/// # Errors
/// When the template is damaged: a fault of ours.
pub fn text(tier: i64, lang: Lang) -> Result<String> {
    Ok(split(&source(tier, lang)?).1.to_owned())
}

/// What the template of a form declares.
///
/// # Errors
/// When the template is damaged: a fault of ours.
pub fn form(tier: i64) -> Result<Option<FormExtra>> {
    let source = source(tier, Lang::Zh)?;
    match split(&source).0 {
        Some(front) => serde_saphyr::from_str(front).map(Some).map_err(Error::internal),
        None => Ok(None),
    }
}

fn source(tier: i64, lang: Lang) -> Result<String> {
    let name = match tier {
        1 => "manual",
        2 => "procedure",
        3 => "instruction",
        _ => "form",
    };
    let suffix = if lang == Lang::En { ".en.md" } else { ".md" };
    let file = Files::get(&format!("{name}{suffix}")).ok_or_else(|| Error::internal(format!("no template {name}{suffix}")))?;
    Ok(String::from_utf8_lossy(&file.data).replace("\r\n", "\n"))
}

/// Front matter, if any, and the text behind it.
fn split(source: &str) -> (Option<&str>, &str) {
    let parts = source.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    parts.map_or((None, source), |(front, text)| (Some(front), text.trim_start_matches('\n')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tier_starts_with_a_text_in_both_languages() {
        for tier in 1..=4 {
            for lang in Lang::ALL {
                let text = text(tier, lang).unwrap();
                assert!(text.starts_with("## 1 "), "tier {tier} {lang:?}: {text:.40}");
            }
        }
        let form = form(4).unwrap().unwrap();
        assert!(form.number.is_some() && !form.fields.is_empty());
        assert_eq!(super::form(2).unwrap(), None);
    }
}
