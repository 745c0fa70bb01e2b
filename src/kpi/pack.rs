//! Definitions, limits and profiles as data: what the shipped pack (`docs-templates/kpi`) holds and what is kept in the rows' bodies.
//! Every number names its provenance; a pack that contradicts itself is refused as a whole (ISO 9001 9.1.1: what is measured, and how).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::formula::{Formula, ServiceLevelVariant};
use super::scoring::Scale;
use crate::error::{Error, Problem, Result};
use crate::organisation::CentreType;
use crate::text::Lang;

const DEFINITIONS: &str = include_str!("../../docs-templates/kpi/definitions.toml");
const PROFILES: &str = include_str!("../../docs-templates/kpi/profiles.toml");
/// The example mapping that the import page shows.
pub const MAPPING_EXAMPLE: &str = include_str!("../../docs-templates/kpi/mapping-example.toml");

/// A KPI definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = KpiDefinitionBody)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Stable code.
    pub code: String,
    /// Family code.
    pub family: String,
    /// Name in Chinese.
    pub zh: String,
    /// Name in English.
    pub en: String,
    /// `percent`, `seconds`, `ratio`, `score`, `ppm`, `per_head_year`, `money`, `hours`.
    pub unit: String,
    /// `higher`, `lower`, `band`.
    pub direction: String,
    /// Small-sample rule: P, R, M, S, Q, T.
    pub n_rule: String,
    /// Computed from the call log.
    pub measured: bool,
    /// `ratio` or `mean`, of measured ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Variant of a service level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<ServiceLevelVariant>,
    /// Threshold of a service level in seconds, inclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold_s: Option<u32>,
    /// The definition in Chinese words.
    pub definition_zh: String,
    /// The definition in English words.
    pub definition_en: String,
    /// What is met with in practice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usual_target: Option<String>,
    /// How far that can be relied on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_source: Option<String>,
    /// Where the limits come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provenance: Option<String>,
    /// Default limits.
    #[serde(flatten)]
    pub limits: Limits,
}

impl Definition {
    /// Name in a language.
    pub fn name(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }

    /// The definition in words.
    pub fn words(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.definition_zh,
            Lang::En => &self.definition_en,
        }
    }

    /// How it is computed from the measures of call logs; none = it waits for its data source.
    pub fn formula(&self) -> Option<Formula> {
        if !self.measured {
            return None;
        }
        match self.code.as_str() {
            "service_level" => Some(Formula::ServiceLevel { threshold_s: self.threshold_s?, variant: self.variant?, short_s: 5 }),
            "abandonment_rate" => Some(Formula::AbandonmentRate { ignore_up_to_s: None }),
            "answer_rate" => Some(Formula::AnswerRate),
            "asa_s" => Some(Formula::AsaS),
            "aht_s" => Some(Formula::AhtS),
            _ => None,
        }
    }

    /// What one has to multiply a plain ratio with to show it in the unit: 100 for percent, a million for ppm.
    pub fn scale(&self) -> f64 {
        match self.unit.as_str() {
            "percent" => 100.0,
            "ppm" => 1_000_000.0,
            _ => 1.0,
        }
    }

    /// Decimals shown.
    pub fn digits(&self) -> usize {
        match self.unit.as_str() {
            "ratio" | "money" | "ppm" | "per_head_year" => 2,
            _ => 1,
        }
    }
}

/// Target and floor, or a band; in the unit of the definition.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = KpiLimits)]
pub struct Limits {
    /// Score 100 at the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<f64>,
    /// Score 0 at the floor, the edge of the allowed range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<f64>,
    /// Band: 100 from low …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// … to high.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// Band: 0 below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outer_low: Option<f64>,
    /// Band: 0 above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outer_high: Option<f64>,
}

impl Limits {
    /// Checks that they can be scored against in a direction.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the field.
    pub fn check(&self, direction: &str) -> Result<()> {
        let numbers = [self.target, self.floor, self.low, self.high, self.outer_low, self.outer_high];
        if numbers.iter().flatten().any(|number| !number.is_finite()) {
            return Err(Error::field("target", "kpi-limit-number"));
        }
        match (direction, self) {
            ("band", Self { low: Some(low), high: Some(high), outer_low: Some(outer_low), outer_high: Some(outer_high), .. }) => {
                let ordered = outer_low < low && low <= high && high < outer_high;
                if ordered { Ok(()) } else { Err(Error::field("low", "kpi-limit-band")) }
            }
            ("higher", Self { target: Some(target), floor: Some(floor), .. }) if floor < target => Ok(()),
            ("lower", Self { target: Some(target), floor: Some(floor), .. }) if floor > target => Ok(()),
            ("band", _) => Err(Error::field("low", "kpi-limit-band")),
            _ => Err(Error::field("floor", "kpi-limit-order")),
        }
    }

    /// The scale to score on; none when there is nothing to score against.
    pub fn scale(&self) -> Option<Scale> {
        if let (Some(low), Some(high), Some(outer_low), Some(outer_high)) = (self.low, self.high, self.outer_low, self.outer_high) {
            return Some(Scale::Band { outer_low, low, high, outer_high });
        }
        let (floor, target) = (self.floor?, self.target?);
        Some(Scale::Toward { floor, target })
    }
}

/// A family of KPIs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Family {
    /// Code.
    pub code: String,
    /// `qualitative` or `quantitative`.
    pub kind: String,
    /// Name in Chinese.
    pub zh: String,
    /// Name in English.
    pub en: String,
    /// What it covers, Chinese.
    pub covers_zh: String,
    /// What it covers, English.
    pub covers_en: String,
}

impl Family {
    /// Name in a language.
    pub fn name(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

/// A weight in whole percent and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weight {
    /// Whole percent.
    pub weight: u32,
    /// `textbook` or `default`.
    pub provenance: String,
}

/// How much each family and each KPI counts for a centre type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Name in Chinese.
    pub zh: String,
    /// Name in English.
    pub en: String,
    /// Stress in Chinese.
    pub stress_zh: String,
    /// Stress in English.
    pub stress_en: String,
    /// Where the stress comes from.
    pub stress_provenance: String,
    /// Weight per kind.
    pub kind: BTreeMap<String, Weight>,
    /// Weight per family.
    pub family: BTreeMap<String, Weight>,
    /// Weight per KPI within its family.
    pub kpi: BTreeMap<String, BTreeMap<String, u32>>,
    /// The families in order; filled in from the pack.
    #[serde(default)]
    pub families: Vec<Family>,
}

impl Profile {
    /// Weight of a kind in percent.
    pub fn kind_weight(&self, kind: &str) -> u32 {
        self.kind.get(kind).map_or(0, |weight| weight.weight)
    }

    fn check(&self) -> Result<()> {
        let sum = |weights: &BTreeMap<String, Weight>| weights.values().map(|w| w.weight).sum::<u32>();
        let families = self.families.iter().map(|family| &family.code);
        let whole = sum(&self.kind) == 100
            && sum(&self.family) == 100
            && families.eq_by_set(self.family.keys())
            && self.kpi.values().all(|kpis| kpis.values().sum::<u32>() == 100);
        let kinds = self.kind.iter().all(|(kind, weight)| {
            let of_kind = self.families.iter().filter(|family| family.kind == *kind);
            of_kind.filter_map(|family| self.family.get(&family.code)).map(|w| w.weight).sum::<u32>() == weight.weight
        });
        if whole && kinds { Ok(()) } else { Err(bad_pack(&format!("weights of {}", self.en))) }
    }
}

/// Compares two sequences of codes as sets.
trait SameSet<'a>: Iterator<Item = &'a String> + Sized {
    fn eq_by_set(self, other: impl Iterator<Item = &'a String>) -> bool {
        let mine: std::collections::BTreeSet<&String> = self.collect();
        mine == other.collect()
    }
}

impl<'a, I: Iterator<Item = &'a String>> SameSet<'a> for I {}

/// The shipped definitions and profiles.
#[derive(Debug, Clone, PartialEq)]
pub struct Pack {
    /// Definitions in order.
    pub definitions: Vec<Definition>,
    /// Profiles by centre type.
    pub profiles: Vec<(CentreType, Profile)>,
}

#[derive(Deserialize)]
struct DefinitionFile {
    kpi: Vec<Definition>,
}

#[derive(Deserialize)]
struct ProfileFile {
    family: Vec<Family>,
    profile: BTreeMap<String, Profile>,
}

fn bad_pack(detail: &str) -> Error {
    Error::Invalid(vec![Problem::whole("kpi-pack").with("detail", detail)])
}

impl Pack {
    /// The pack embedded in the program.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it contradicts itself.
    pub fn shipped() -> Result<Self> {
        let definitions: DefinitionFile = toml::from_str(DEFINITIONS).map_err(|error| bad_pack(&error.to_string()))?;
        let profiles: ProfileFile = toml::from_str(PROFILES).map_err(|error| bad_pack(&error.to_string()))?;
        let mut pack = Self { definitions: definitions.kpi, profiles: Vec::new() };
        for (name, mut profile) in profiles.profile {
            let centre_type = CentreType::parse(&name).ok_or_else(|| bad_pack(&name))?;
            profile.families.clone_from(&profiles.family);
            profile.check()?;
            pack.profiles.push((centre_type, profile));
        }
        pack.check()?;
        Ok(pack)
    }

    fn check(&self) -> Result<()> {
        for definition in &self.definitions {
            if definition.measured && definition.formula().is_none() {
                return Err(bad_pack(&definition.code));
            }
            if definition.limits != Limits::default() {
                definition.limits.check(&definition.direction).map_err(|_| bad_pack(&definition.code))?;
            }
        }
        let known = |code: &String| self.definitions.iter().any(|definition| definition.code == *code);
        let unknown = self.profiles.iter().flat_map(|(_, p)| p.kpi.values().flat_map(BTreeMap::keys)).find(|code| !known(code));
        unknown.map_or(Ok(()), |code| Err(bad_pack(code)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_pack_is_consistent() {
        let pack = Pack::shipped().unwrap();
        assert_eq!(pack.profiles.len(), 3);
        let measured: Vec<&str> = pack.definitions.iter().filter(|d| d.measured).map(|d| d.code.as_str()).collect();
        assert_eq!(measured, ["service_level", "asa_s", "abandonment_rate", "answer_rate", "aht_s"]);
        let cost = &pack.profiles.iter().find(|(t, _)| *t == CentreType::CostControl).unwrap().1;
        assert_eq!((cost.kind_weight("qualitative"), cost.kind_weight("quantitative")), (5, 95));
    }

    #[test]
    fn limits_that_cannot_be_scored_are_refused() {
        let limits = |target, floor| Limits { target: Some(target), floor: Some(floor), ..Limits::default() };
        assert!(limits(80.0, 60.0).check("higher").is_ok());
        assert!(limits(80.0, 80.0).check("higher").is_err());
        assert!(limits(3.0, 8.0).check("lower").is_ok());
        assert!(limits(8.0, 3.0).check("lower").is_err());
        assert!(limits(8.0, 3.0).check("band").is_err());
    }
}
