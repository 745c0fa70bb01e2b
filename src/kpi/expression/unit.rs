//! Units of measures as products of powers: contacts ÷ seconds is a unit of its own, contacts + seconds is none.

use crate::kpi::vocabulary::Vocabulary;
use crate::text::Lang;

/// Most units a vocabulary may have.
const MOST: usize = 32;
/// Highest power.
const HIGHEST: i8 = 8;

/// A product of powers of the units of the vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Unit([i8; MOST]);

impl Unit {
    /// No unit: a plain number, a share.
    pub const NONE: Self = Self([0; MOST]);

    /// A unit as the vocabulary writes it: `second`, `second^2`.
    #[must_use]
    pub fn named(vocabulary: &Vocabulary, text: &str) -> Option<Self> {
        let (name, power) = text.strip_suffix("^2").map_or((text, 1), |name| (name, 2));
        let place = vocabulary.units().iter().position(|unit| unit.name == name)?;
        let mut powers = [0; MOST];
        *powers.get_mut(place)? = power;
        Some(Self(powers))
    }

    /// True for a plain number.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::NONE
    }

    /// The unit of a product; `None` beyond the highest power.
    #[must_use]
    pub fn times(self, other: Self) -> Option<Self> {
        self.with(other, 1)
    }

    /// The unit of a quotient; `None` beyond the highest power.
    #[must_use]
    pub fn over(self, other: Self) -> Option<Self> {
        self.with(other, -1)
    }

    fn with(mut self, other: Self, sign: i8) -> Option<Self> {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += sign * theirs;
            if mine.abs() > HIGHEST {
                return None;
            }
        }
        Some(self)
    }

    /// What a person reads: `contacts ÷ seconds`.
    #[must_use]
    pub fn text(&self, vocabulary: &Vocabulary, lang: Lang) -> String {
        let part = |sign: i8| -> Vec<String> {
            let powers = vocabulary.units().iter().zip(self.0).filter(|(_, power)| power * sign > 0);
            let name = |(unit, power): (&crate::kpi::vocabulary::UnitName, i8)| {
                let name = if lang == Lang::Zh { &unit.zh } else { &unit.en };
                match power.abs() {
                    1 => name.clone(),
                    power => format!("{name}^{power}"),
                }
            };
            powers.map(name).collect()
        };
        let (above, below) = (part(1), part(-1));
        let above = match (above.is_empty(), lang) {
            (false, _) => above.join(" × "),
            (true, Lang::Zh) => "纯数".to_owned(),
            (true, Lang::En) => "plain number".to_owned(),
        };
        if below.is_empty() { above } else { format!("{above} ÷ {}", below.join(" ÷ ")) }
    }
}
