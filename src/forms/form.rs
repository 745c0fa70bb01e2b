//! A form: a document of tier 4 on one of its versions.

use crate::documents::{Definition, Document, Extra, Version};
use crate::error::Result;
use crate::text::Lang;

/// A form on one of its versions.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// The document.
    pub document_id: String,
    /// Its code.
    pub code: String,
    /// The version.
    pub version_id: String,
    /// The version's label.
    pub label: String,
    /// Chinese title.
    pub title_zh: Option<String>,
    /// English title.
    pub title_en: Option<String>,
    /// What the version holds beside its text: the declaration is ours.
    extra: Extra,
}

impl Form {
    /// A document on a version.
    ///
    /// # Errors
    /// When what is stored is damaged.
    pub(super) fn of((document, version): (Document, Version)) -> Result<Self> {
        Ok(Self {
            extra: version.extras()?,
            document_id: document.id,
            code: document.code,
            version_id: version.id,
            label: version.label,
            title_zh: version.title_zh,
            title_en: version.title_en,
        })
    }

    /// The title in a language, or the only one there is.
    pub fn title(&self, lang: Lang) -> &str {
        let (own, other) = match lang {
            Lang::Zh => (&self.title_zh, &self.title_en),
            Lang::En => (&self.title_en, &self.title_zh),
        };
        own.as_deref().or(other.as_deref()).unwrap_or_default()
    }

    /// What it declares.
    ///
    /// # Errors
    /// [`crate::error::Error::Invalid`] naming the fields whose declaration is wrong.
    pub fn definition(&self) -> Result<Definition> {
        Definition::read(self.extra.form.number.as_deref(), &self.extra.form.fields)
    }
}
