//! The two languages of the interface. Every sentence a person reads comes from `assets/text/<locale>/*.ftl` (Fluent);
//! a key that one language lacks fails `tests/text.rs`.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, langid, static_loader};

static_loader! {
    static TEXTS = {
        locales: "./assets/text",
        fallback_language: "en",
        // Isolation marks would leak into CSV, titles and tests.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static ZH: LanguageIdentifier = langid!("zh-CN");
static EN: LanguageIdentifier = langid!("en");

/// A language of the interface and of document texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Lang {
    /// Simplified Chinese, `zh-CN`.
    #[default]
    Zh,
    /// English, `en`.
    En,
}

impl Lang {
    /// Both languages, Chinese first.
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// The short code of front matter and columns: `zh`, `en`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// The BCP 47 tag of `<html lang>`: `zh-CN`, `en`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Zh => Self::En,
            Self::En => Self::Zh,
        }
    }

    /// Reads `zh`, `zh-CN`, `zh_Hans`, `en`, `en-GB` …; anything else is none.
    pub fn parse(text: &str) -> Option<Self> {
        match text.get(..2)?.to_ascii_lowercase().as_str() {
            "zh" => Some(Self::Zh),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The first language of an `Accept-Language` header that we speak.
    pub fn accepted(header: &str) -> Option<Self> {
        header.split(',').find_map(|part| Self::parse(part.trim()))
    }

    fn id(self) -> &'static LanguageIdentifier {
        match self {
            Self::Zh => &ZH,
            Self::En => &EN,
        }
    }
}

/// The text of a key. Parameters that look like whole numbers take part in plural rules. A missing key shows itself
/// (and fails the tests), never an empty place.
pub fn t(lang: Lang, key: &str, params: &[(&str, String)]) -> String {
    lookup(lang, key, params).unwrap_or_else(|| key.to_owned())
}

/// Whether a language has a text for the key itself, without falling back to the other.
pub fn has(lang: Lang, key: &str) -> bool {
    // A text that wants parameters is there too: looked up without them it only complains about those.
    match TEXTS.lookup_single_language::<&str>(lang.id(), key, None) {
        Ok(_) => true,
        Err(error) => error.to_string().starts_with("Fluent errors"),
    }
}

fn lookup(lang: Lang, key: &str, params: &[(&str, String)]) -> Option<String> {
    if params.is_empty() {
        return TEXTS.try_lookup(lang.id(), key);
    }
    let args: HashMap<Cow<'static, str>, FluentValue<'_>> =
        params.iter().map(|(name, value)| (Cow::Owned((*name).to_owned()), fluent(value))).collect();
    TEXTS.try_lookup_with_args(lang.id(), key, &args)
}

/// Short whole numbers become numbers so that `{ $n -> [one] … }` works; longer ones keep their digits.
fn fluent(value: &str) -> FluentValue<'static> {
    match value.parse::<u32>() {
        Ok(number) if number.to_string() == value && number < 1000 => FluentValue::from(number),
        _ => FluentValue::from(value.to_owned()),
    }
}
