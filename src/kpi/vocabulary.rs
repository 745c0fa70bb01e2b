//! The vocabulary: the named quantities that imports deliver and KPI expressions are made of, with shape, unit, source and meaning in both
//! languages (`docs-templates/kpi/measures.toml`; ISO 9001 9.1.1: what is measured).
//!
//! Invariant: the list is closed and consistent; a measure's slot is its place in the list, which is what compiled expressions hold.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::text::Lang;

const MEASURES: &str = include_str!("../../docs-templates/kpi/measures.toml");

/// How the values of a measure come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = KpiMeasureShape)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Integers that add up.
    Flow,
    /// A histogram of whole values.
    Spread,
    /// A stock counted on a day.
    Level,
}

/// The kind of import that delivers a measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = KpiSourceKind)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// Calls, chats, mails, self-service sessions.
    Interactions,
    /// Answers of customers.
    Surveys,
    /// Quality monitoring.
    Evaluations,
    /// Tests, certificates, training.
    Learning,
    /// Hours, headcount, forecasts.
    Workforce,
    /// Costs and revenue.
    Finance,
    /// Items on their way.
    Shipments,
    /// The complaint register.
    Complaints,
    /// Proposals and actions.
    Improvements,
}

impl SourceKind {
    /// All kinds, in the order of the vocabulary.
    pub const ALL: [Self; 9] = [
        Self::Interactions,
        Self::Surveys,
        Self::Evaluations,
        Self::Learning,
        Self::Workforce,
        Self::Finance,
        Self::Shipments,
        Self::Complaints,
        Self::Improvements,
    ];

    /// How it is written in mappings and in the vocabulary.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Interactions => "interactions",
            Self::Surveys => "surveys",
            Self::Evaluations => "evaluations",
            Self::Learning => "learning",
            Self::Workforce => "workforce",
            Self::Finance => "finance",
            Self::Shipments => "shipments",
            Self::Complaints => "complaints",
            Self::Improvements => "improvements",
        }
    }
}

/// A measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// Its name in expressions.
    pub name: String,
    /// What delivers it.
    pub source: SourceKind,
    /// How its values come together.
    pub shape: Shape,
    /// The unit of its values: the name of a unit, or its square as `second^2`.
    pub unit: String,
    /// Of a spread: the unit of what it counts.
    #[serde(default)]
    pub counts: Option<String>,
    /// Of a spread: what was added to each value before storing.
    #[serde(default)]
    pub offset: u32,
    /// Name in Chinese.
    pub zh: String,
    /// Name in English.
    pub en: String,
    /// Meaning in Chinese.
    pub meaning_zh: String,
    /// Meaning in English.
    pub meaning_en: String,
}

impl Measure {
    /// Name in a language.
    #[must_use]
    pub fn title(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }

    /// Meaning in a language.
    #[must_use]
    pub fn meaning(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.meaning_zh,
            Lang::En => &self.meaning_en,
        }
    }
}

/// A unit of measures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitName {
    /// Its name in the vocabulary.
    pub name: String,
    /// Name in Chinese.
    pub zh: String,
    /// Name in English.
    pub en: String,
}

/// The place of a measure in the vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(u16);

impl Slot {
    /// The place as a number.
    #[must_use]
    pub fn place(self) -> usize {
        usize::from(self.0)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    unit: Vec<UnitName>,
    measure: Vec<Measure>,
}

/// The closed list of measures and units.
#[derive(Debug)]
pub struct Vocabulary {
    measures: Vec<Measure>,
    units: Vec<UnitName>,
    slots: HashMap<String, Slot>,
}

/// A vocabulary that contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the list of measures: {0}")]
pub struct VocabularyError(pub String);

impl Vocabulary {
    /// The vocabulary in the program. It is checked by a test; one that cannot be read is empty, so that every name is unknown.
    #[must_use]
    pub fn shipped() -> &'static Self {
        static SHIPPED: OnceLock<Vocabulary> = OnceLock::new();
        SHIPPED.get_or_init(|| {
            let none = |_| Self { measures: Vec::new(), units: Vec::new(), slots: HashMap::new() };
            Self::from_toml(MEASURES).unwrap_or_else(none)
        })
    }

    /// Reads a vocabulary.
    ///
    /// # Errors
    /// When the text is no list of measures, a name occurs twice, or a unit is unknown.
    pub fn from_toml(text: &str) -> Result<Self, VocabularyError> {
        let file: File = toml::from_str(text).map_err(|error| VocabularyError(error.to_string()))?;
        let mut slots = HashMap::new();
        let known = |unit: &str| file.unit.iter().any(|named| named.name == unit.strip_suffix("^2").unwrap_or(unit));
        for (place, measure) in (0_u16..).zip(&file.measure) {
            if slots.insert(measure.name.clone(), Slot(place)).is_some() {
                return Err(VocabularyError(format!("{} stands twice", measure.name)));
            }
            let counted = (measure.shape == Shape::Spread) == measure.counts.is_some();
            if !counted || !known(&measure.unit) || !measure.counts.as_deref().is_none_or(known) {
                return Err(VocabularyError(format!("the unit of {}", measure.name)));
            }
        }
        Ok(Self { measures: file.measure, units: file.unit, slots })
    }

    /// All measures; the place of each is its slot.
    #[must_use]
    pub fn measures(&self) -> &[Measure] {
        &self.measures
    }

    /// All units.
    #[must_use]
    pub fn units(&self) -> &[UnitName] {
        &self.units
    }

    /// The slot of a measure.
    #[must_use]
    pub fn slot(&self, name: &str) -> Option<Slot> {
        self.slots.get(name).copied()
    }

    /// A measure by name.
    #[must_use]
    pub fn measure(&self, name: &str) -> Option<&Measure> {
        self.slot(name).map(|slot| self.at(slot))
    }

    /// The measure of a slot of this vocabulary.
    #[must_use]
    pub fn at(&self, slot: Slot) -> &Measure {
        &self.measures[slot.place()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_vocabulary_is_consistent() {
        let vocabulary = Vocabulary::from_toml(MEASURES).unwrap();
        assert!(vocabulary.measures().len() > 100 && vocabulary.units().len() <= 32);
        for measure in vocabulary.measures() {
            let name = &measure.name;
            assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'), "{name}");
            assert!(!name.ends_with("_s") || measure.unit == "second", "{name}");
            assert!(!name.ends_with("_minor") || measure.unit == "minor", "{name}");
            assert!(!name.ends_with("_sq") || measure.unit.ends_with("^2"), "{name}");
            assert!(measure.meaning_zh.ends_with('。') && measure.meaning_en.ends_with('.'), "{name}");
            assert!(!measure.zh.is_empty() && !measure.en.is_empty(), "{name}");
            assert_eq!(vocabulary.measure(name), Some(measure));
        }
        for kind in SourceKind::ALL {
            assert!(vocabulary.measures().iter().any(|measure| measure.source == kind), "{kind:?}");
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }

    #[test]
    fn a_list_that_contradicts_itself_is_refused() {
        let unit = "[[unit]]\nname = \"agent\"\nzh = \"人\"\nen = \"agents\"\n";
        let measure = |name: &str, rest: &str| {
            format!(
                "[[measure]]\nname = \"{name}\"\nsource = \"learning\"\n{rest}\nzh = \"\"\nen = \"\"\nmeaning_zh = \"\"\nmeaning_en = \"\"\n"
            )
        };
        let flow = "shape = \"flow\"\nunit = \"agent\"";
        let read = |measures: &[String]| Vocabulary::from_toml(&format!("{unit}{}", measures.concat()));
        assert!(read(&[measure("a", flow), measure("b", flow)]).is_ok());
        assert!(read(&[measure("a", flow), measure("a", flow)]).unwrap_err().0.contains("a stands twice"));
        assert!(read(&[measure("a", "shape = \"flow\"\nunit = \"cow\"")]).unwrap_err().0.contains("unit of a"));
        assert!(read(&[measure("a", "shape = \"spread\"\nunit = \"agent\"")]).unwrap_err().0.contains("unit of a"));
        assert!(read(&[measure("a", "shape = \"heap\"\nunit = \"agent\"")]).is_err());
    }
}
