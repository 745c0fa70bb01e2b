//! What the fields of a mapping are called and mean, by which column names they are recognised, and which cells mean which word
//! (`docs-templates/kpi/fields.toml`).

use std::sync::OnceLock;

use serde::Deserialize;

use super::SourceKind;
use crate::text::Lang;

const FIELDS: &str = include_str!("../../../docs-templates/kpi/fields.toml");

/// A field as people know it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldName {
    kind: String,
    name: String,
    zh: String,
    en: String,
    about_zh: String,
    about_en: String,
    columns: Vec<String>,
}

impl FieldName {
    /// What it is called.
    #[must_use]
    pub fn title(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }

    /// What it means.
    #[must_use]
    pub fn about(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.about_zh,
            Lang::En => &self.about_en,
        }
    }
}

/// A word that cells are turned into.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Word {
    field: String,
    /// The word.
    pub word: String,
    zh: String,
    en: String,
    cells: Vec<String>,
}

impl Word {
    /// What it is called.
    #[must_use]
    pub fn title(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

/// The shipped list.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    field: Vec<FieldName>,
    word: Vec<Word>,
    personal: Vec<String>,
}

/// A name without case, blanks and punctuation.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The name of a column without the seconds behind it.
fn without_unit(column: &str) -> &str {
    let units = ["_s", "_sec", "_seconds", " (s)", "(s)", "（秒）", "(秒)", "_秒"];
    units.iter().find_map(|unit| column.strip_suffix(unit)).filter(|rest| !rest.is_empty()).unwrap_or(column)
}

impl Catalogue {
    /// The list in the program. It is checked by a test; one that cannot be read is empty, so that nothing is recognised.
    #[must_use]
    pub fn shipped() -> &'static Self {
        static SHIPPED: OnceLock<Catalogue> = OnceLock::new();
        SHIPPED.get_or_init(|| toml::from_str(FIELDS).unwrap_or_default())
    }

    /// A field of a kind.
    #[must_use]
    pub fn field(&self, kind: SourceKind, name: &str) -> Option<&FieldName> {
        let own = self.field.iter().find(|field| field.kind == kind.as_str() && field.name == name);
        own.or_else(|| self.field.iter().find(|field| field.kind == "*" && field.name == name))
    }

    /// The words of a field, as far as they are among these; of yes and no, ratings and channels all.
    pub fn words<'a>(&'a self, field: &'a str, among: &'a [&'a str]) -> impl Iterator<Item = &'a Word> {
        self.word.iter().filter(move |word| word.field == field && (among.is_empty() || among.contains(&word.word.as_str())))
    }

    /// What a word of any of these fields is called.
    #[must_use]
    pub fn title_of(&self, fields: &[&str], word: &str, lang: Lang) -> Option<&str> {
        let named = |field: &&str| self.word.iter().find(|known| known.field == **field && known.word == word);
        fields.iter().find_map(named).map(|known| known.title(lang))
    }

    /// The word that a cell means.
    #[must_use]
    pub fn word_of<'a>(&'a self, field: &'a str, among: &'a [&'a str], cell: &str) -> Option<&'a str> {
        let cell = plain(cell);
        let means = |word: &&Word| word.word == cell || word.cells.iter().any(|known| plain(known) == cell);
        self.words(field, among).find(means).map(|word| word.word.as_str())
    }

    /// How well a column's name fits a field: 3 for the very name, 2 for a name with more around it; 0: not at all.
    #[must_use]
    pub fn fit(&self, kind: SourceKind, name: &str, column: &str) -> u8 {
        let Some(field) = self.field(kind, name) else { return 0 };
        let column = plain(without_unit(column));
        let long = |known: &str| known.chars().count() >= if known.is_ascii() { 5 } else { 3 };
        let fits = |known: &String| match plain(known) {
            known if known == column => 3,
            known if long(&known) && column.contains(&known) => 2,
            _ => 0,
        };
        field.columns.iter().map(fits).max().unwrap_or(0).max(if plain(name) == column { 3 } else { 0 })
    }

    /// True for the name of a column that names people.
    #[must_use]
    pub fn is_personal(&self, column: &str) -> bool {
        let column = plain(column);
        self.personal.iter().any(|known| plain(known) == column)
    }
}

#[cfg(test)]
mod tests {
    use super::super::controls::controls;
    use super::*;

    #[test]
    fn every_control_of_every_kind_has_its_name_and_meaning() {
        let list: Catalogue = toml::from_str(FIELDS).unwrap();
        for kind in SourceKind::ALL {
            for control in controls(kind) {
                let field = list.field(kind, control.name).unwrap_or_else(|| panic!("{kind:?} {}", control.name));
                assert!(field.about_zh.ends_with('。') && field.about_en.ends_with('.'), "{}", control.name);
            }
        }
        let known = |field: &FieldName| {
            field.kind == "*"
                || SourceKind::parse(&field.kind).is_some_and(|kind| controls(kind).iter().any(|c| c.name == field.name))
        };
        assert!(list.field.iter().all(known));
    }

    #[test]
    fn names_and_cells_are_recognised_without_case_and_punctuation() {
        let list = Catalogue::shipped();
        assert_eq!(list.fit(SourceKind::Interactions, "outcome", "Answered (Y/N)"), 3);
        assert_eq!(list.fit(SourceKind::Interactions, "wait", "Speed of answer in seconds"), 3);
        assert_eq!(list.fit(SourceKind::Interactions, "talk", "座席通话时长（秒）"), 2);
        assert_eq!(list.fit(SourceKind::Interactions, "wait", "wait_s"), 3);
        assert_eq!(list.fit(SourceKind::Interactions, "hold", "Topic"), 0);
        assert_eq!(list.word_of("outcome", &[], "IVR 挂机"), Some("abandoned_before_queue"));
        assert_eq!(list.word_of("record", &["proposal", "action"], "考试"), None);
        assert!(list.is_personal("Customer ID") && !list.is_personal("渠道"));
    }
}
