//! The profile of a centre type: how much each family and each KPI counts, and where each number comes from (ISO 9001 9.1.1, 9.3.2).
//!
//! Invariants of what [`Profile::problems`] finds nothing wrong with: families make up 100, KPIs of a family make up 100, and the families
//! of a kind make up its weight, which is kept where the textbook gives it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::error::Problem;
use crate::text::Lang;

/// A family of KPIs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = KpiFamily)]
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

/// A number that the organisation decided, in the words of provenance.
pub const DECIDED: &str = "organisation";

/// A weight in whole percent and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = KpiWeight)]
#[serde(deny_unknown_fields)]
pub struct Weight {
    /// Whole percent.
    pub weight: u32,
    /// `textbook`, `default` or `organisation`.
    pub provenance: String,
    /// Why the organisation decided so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Weight per KPI, by family.
pub type KpiWeights = BTreeMap<String, BTreeMap<String, u32>>;

/// How much each family and each KPI counts for a centre type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = KpiProfile)]
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
    pub kpi: KpiWeights,
    /// Why the organisation decided on the weight of a KPI, by family; what does not stand here is a default.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub kpi_reasons: BTreeMap<String, BTreeMap<String, String>>,
    /// The families in order; filled in from the pack.
    #[serde(default)]
    pub families: Vec<Family>,
    /// The first day of periods that this version counts for; none = all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_on: Option<NaiveDate>,
}

impl Profile {
    /// Stress in a language.
    pub fn stress(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.stress_zh,
            Lang::En => &self.stress_en,
        }
    }

    /// Weight of a kind in percent.
    pub fn kind_weight(&self, kind: &str) -> u32 {
        self.kind.get(kind).map_or(0, |weight| weight.weight)
    }

    /// Where the weight of a KPI comes from.
    pub fn provenance(&self, family: &str, kpi: &str) -> (&str, Option<&str>) {
        match self.kpi_reasons.get(family).and_then(|reasons| reasons.get(kpi)) {
            Some(reason) => (DECIDED, Some(reason)),
            None => ("default", None),
        }
    }

    /// The family and weight of a KPI, if the profile names it.
    pub fn of_kpi(&self, code: &str) -> Option<(&str, u32)> {
        self.kpi.iter().find_map(|(family, kpis)| Some((family.as_str(), *kpis.get(code)?)))
    }

    /// The weights of the families of a kind together.
    pub fn kind_sum(&self, kind: &str) -> u32 {
        let own = self.families.iter().filter(|family| family.kind == kind);
        own.filter_map(|family| self.family.get(&family.code)).fold(0, |sum, weight| sum.saturating_add(weight.weight))
    }

    /// The same profile with other weights from a day on: what differs is the organisation's decision, for this reason.
    #[must_use]
    pub fn decided(&self, family: &BTreeMap<String, u32>, kpi: &KpiWeights, starts_on: NaiveDate, reason: &str) -> Self {
        let mut next = Self { kpi: kpi.clone(), starts_on: Some(starts_on), ..self.clone() };
        let decision = |weight| Weight { weight, provenance: DECIDED.to_owned(), reason: Some(reason.to_owned()) };
        for (code, weight) in family.iter().filter(|(code, weight)| self.family.get(*code).is_none_or(|old| old.weight != **weight))
        {
            next.family.insert(code.clone(), decision(*weight));
        }
        let kinds: Vec<(String, u32)> = next.kind.keys().map(|kind| (kind.clone(), next.kind_sum(kind))).collect();
        for (kind, sum) in kinds {
            let free = self.kind.get(&kind).is_some_and(|old| old.provenance != "textbook" && old.weight != sum);
            if free {
                next.kind.insert(kind, decision(sum));
            }
        }
        next.kpi_reasons.clear();
        for (family, code, weight) in
            kpi.iter().flat_map(|(family, all)| all.iter().map(move |(code, weight)| (family, code, weight)))
        {
            let before = self.kpi.get(family).and_then(|all| all.get(code));
            let why = if before == Some(weight) { self.provenance(family, code).1 } else { Some(reason) };
            if let Some(why) = why {
                next.kpi_reasons.entry(family.clone()).or_default().insert(code.clone(), why.to_owned());
            }
        }
        next
    }

    /// Everything that is wrong with its sums, by field: `family`, `kind.<kind>`, `kpi.<family>`.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let sum = self.family.values().fold(0_u32, |sum, weight| sum.saturating_add(weight.weight));
        if sum != 100 {
            problems.push(Problem::field("family", "kpi-profile-sum").with("sum", sum));
        }
        for (kind, weight) in &self.kind {
            let found = self.kind_sum(kind);
            if found != weight.weight {
                let code = if kind == "qualitative" { "kpi-profile-qualitative" } else { "kpi-profile-quantitative" };
                let problem = Problem::field(format!("kind.{kind}"), code);
                problems.push(problem.with("sum", found).with("expected", weight.weight));
            }
        }
        for family in &self.families {
            let sum =
                self.kpi.get(&family.code).map_or(0, |kpis| kpis.values().fold(0_u32, |sum, weight| sum.saturating_add(*weight)));
            if sum != 100 {
                problems.push(Problem::field(format!("kpi.{}", family.code), "kpi-profile-kpis").with("sum", sum));
            }
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kpi::pack::Pack;
    use crate::organisation::CentreType;

    fn shipped(centre_type: CentreType) -> Profile {
        Pack::shipped().unwrap().profiles.into_iter().find(|(own, _)| *own == centre_type).unwrap().1
    }

    fn weights(profile: &Profile, changed: &[(&str, u32)]) -> BTreeMap<String, u32> {
        let mut all: BTreeMap<String, u32> = profile.family.iter().map(|(code, weight)| (code.clone(), weight.weight)).collect();
        all.extend(changed.iter().map(|(code, weight)| ((*code).to_owned(), *weight)));
        all
    }

    fn codes(profile: &Profile) -> Vec<String> {
        profile.problems().into_iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn the_split_of_the_textbook_is_kept_and_another_one_follows_the_families() {
        let day = NaiveDate::from_ymd_opt(2027, 1, 1).unwrap();
        let cost = shipped(CentreType::CostControl);
        let inside = cost.decided(&weights(&cost, &[("economy", 50), ("service_level", 40)]), &cost.kpi, day, "why");
        assert_eq!(codes(&inside), Vec::<String>::new());
        assert_eq!(
            (inside.family["economy"].provenance.as_str(), inside.family["skill"].provenance.as_str()),
            (DECIDED, "default")
        );
        let across = cost.decided(&weights(&cost, &[("economy", 50), ("satisfaction", 13)]), &cost.kpi, day, "why");
        assert_eq!(codes(&across), ["kind.qualitative", "kind.quantitative"]);
        let experience = shipped(CentreType::CustomerExperience);
        let freely =
            experience.decided(&weights(&experience, &[("satisfaction", 55), ("service_level", 10)]), &experience.kpi, day, "why");
        assert_eq!(codes(&freely), Vec::<String>::new());
        assert_eq!((freely.kind_weight("qualitative"), freely.kind["qualitative"].provenance.as_str()), (80, DECIDED));
    }

    #[test]
    fn sums_are_named_with_their_place_and_reasons_stay_with_their_numbers() {
        let day = NaiveDate::from_ymd_opt(2027, 1, 1).unwrap();
        let cost = shipped(CentreType::CostControl);
        let mut kpi = cost.kpi.clone();
        kpi.get_mut("skill").unwrap().insert("qa_score".into(), 70);
        let wrong = cost.decided(&weights(&cost, &[("economy", 61)]), &kpi, day, "first");
        assert_eq!(codes(&wrong), ["family", "kind.quantitative", "kpi.skill"]);
        kpi.get_mut("skill").unwrap().insert("customer_critical_accuracy".into(), 30);
        let first = cost.decided(&weights(&cost, &[]), &kpi, day, "first");
        assert_eq!(first.provenance("skill", "qa_score"), (DECIDED, Some("first")));
        let second = first.decided(&weights(&first, &[]), &first.kpi, day, "second");
        assert_eq!(second.provenance("skill", "qa_score"), (DECIDED, Some("first")));
        assert_eq!(second.provenance("ability", "certification_rate"), ("default", None));
    }
}
