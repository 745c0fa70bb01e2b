//! A KPI definition as data: names, family, unit, direction, method with its expressions, variant and parameters, small-sample rule, limits,
//! and where each number comes from (ISO 9001 9.1.1). Versions are rows; a body that was stored before methods were data still reads.
//!
//! Invariant: what [`Definition::problems`] finds nothing wrong with can be computed, scored and shown.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::control::{ChartKind, Grain, Split};
use super::expression::{Frames, Number, Parameters};
use super::method::{Beside, Formula, FormulaFault, KpiValue, Method, Variant};
use super::scoring::Scale;
use super::statistics::Rule;
use super::vocabulary::{Slot, SourceKind, Vocabulary};
use crate::error::{Error, Problem, Result};
use crate::text::Lang;

mod check;

pub use check::{check_expression, expression_problem, problems_of};

/// Units a KPI can have, with the factor from the plain quotient and the decimals shown.
pub const UNITS: &[(&str, f64, usize)] = &[
    ("percent", 100.0, 1),
    ("seconds", 1.0, 1),
    ("ratio", 1.0, 2),
    ("score", 1.0, 1),
    ("points", 1.0, 2),
    ("net_points", 100.0, 1),
    ("ppm", 1_000_000.0, 2),
    ("per_10k", 10_000.0, 2),
    ("per_head_year", 1.0, 2),
    ("per_hour", 1.0, 2),
    ("money", 1.0, 2),
    ("hours", 1.0, 1),
    ("days", 1.0, 0),
    ("kappa", 1.0, 2),
    ("count", 1.0, 0),
];

/// Small-sample rules.
pub const RULES: &[&str] = &["P", "R", "M", "S", "Q", "T", "A"];

/// Directions.
pub const DIRECTIONS: &[&str] = &["higher", "lower", "band"];

/// Where a number may come from.
pub const SOURCES: &[&str] = &["standard", "regulation", "published", "practice", "textbook", "default"];

/// Fewest observations for which a figure is scored, unless the definition says otherwise.
const SCORED_FROM: i64 = 30;
/// Fewest events that should be expected at the target for a rate to be scored.
const EXPECTED: f64 = 5.0;
/// Seed of resampled intervals, unless the definition says otherwise.
const SEED: u64 = 20_260_101;

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
    /// `percent`, `seconds`, `ratio`, `score`, `ppm`, `money` …
    pub unit: String,
    /// `higher`, `lower`, `band`.
    pub direction: String,
    /// Small-sample rule: P, R, M, S, Q, T, A.
    pub n_rule: String,
    /// Fewest observations to be scored, where it is not the usual number of the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scored_from: Option<i64>,
    /// Seed of resampled intervals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// The first day of periods that this version counts for; none = all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_on: Option<NaiveDate>,
    /// How it is computed; none = it waits for its data source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
    /// Which of the variants counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// Thresholds and other numbers that the expressions name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: Parameters,
    /// The definitions of this KPI that are in use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<Variant>,
    /// Figures shown beside the value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<Beside>,
    /// The control chart that it is read by.
    #[serde(default, skip_serializing_if = "ChartKind::is_auto")]
    pub chart: ChartKind,
    /// What one point of its chart stands for where signals are raised: the time in which its data come together. A cost that is booked
    /// once a month says nothing of a day.
    #[serde(default, skip_serializing_if = "Grain::is_day")]
    pub points: Grain,
    /// The rules that its points are read by; none = the usual ones of the chart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// Days that are charted apart.
    #[serde(default, skip_serializing_if = "Split::is_none")]
    pub split: Split,
    /// A month outside the allowed range opens a gate, whatever the total of the card and however few it rests on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gate: bool,
    /// Who answers for it: a role or a department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
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
    /// Shipped with the program (`shipped`) or the organisation's own (`own`).
    #[serde(default = "shipped", skip_serializing_if = "is_shipped")]
    pub origin: String,
    /// Default limits.
    #[serde(flatten)]
    pub limits: Limits,
}

fn shipped() -> String {
    "shipped".to_owned()
}

fn is_shipped(origin: &str) -> bool {
    origin == "shipped"
}

impl Definition {
    /// Reads a stored body. One from before methods were data becomes what it meant: a call-log KPI gets the shipped method of its code
    /// with its own variant and threshold, any other waits for its source.
    ///
    /// # Errors
    /// When the body is no definition.
    pub fn read(mut body: serde_json::Value) -> Result<Self> {
        if let Some(fields) = body.as_object_mut()
            && let Some(measured) = fields.remove("measured")
        {
            fields.remove("method");
            let threshold = fields.remove("threshold_s");
            if measured.as_bool() == Some(true) {
                let code = fields.get("code").and_then(serde_json::Value::as_str).unwrap_or_default();
                let model = super::pack::shipped_definition(code).ok_or(Error::NotFound)?;
                fields.insert("method".to_owned(), serde_json::to_value(&model.method)?);
                fields.insert("variants".to_owned(), serde_json::to_value(&model.variants)?);
                fields.entry("variant").or_insert(serde_json::to_value(&model.variant)?);
                let mut parameters = serde_json::to_value(&model.parameters)?;
                if let (Some(own), Some(all)) = (threshold, parameters.as_object_mut()) {
                    all.insert("threshold_s".to_owned(), own);
                }
                fields.insert("parameters".to_owned(), parameters);
            }
        }
        Ok(serde_json::from_value(body)?)
    }

    /// Whether another version is computed in the same way, whatever else differs: then their values are of one process.
    pub fn computes_like(&self, other: &Self) -> bool {
        let way = |one: &Self| (one.method.clone(), one.variant.clone(), one.parameters.clone(), one.variants.clone());
        way(self) == way(other)
    }

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

    /// The variant that counts.
    pub fn chosen(&self) -> Option<&Variant> {
        let id = self.variant.as_ref()?;
        self.variants.iter().find(|variant| variant.id == *id)
    }

    /// The method with the parts of the chosen variant.
    pub fn effective(&self) -> Option<Method> {
        let method = self.method.as_ref()?;
        Some(self.chosen().map_or_else(|| method.clone(), |variant| method.with(variant)))
    }

    /// The compiled method; none = it waits for its data source, or cannot be computed.
    pub fn formula(&self) -> Option<Formula> {
        self.compiled()?.ok()
    }

    pub(super) fn compiled(&self) -> Option<std::result::Result<Formula, Vec<FormulaFault>>> {
        let method = self.effective()?;
        let (seed, needed) = (self.seed(), self.needed(&method));
        Some(Formula::of(&method, Vocabulary::shipped(), &self.parameters, seed, needed))
    }

    /// The seed of everything that is resampled.
    pub fn seed(&self) -> u64 {
        self.seed.unwrap_or(SEED)
    }

    /// Fewest observations to be scored by the small-sample rule.
    fn needed(&self, method: &Method) -> i64 {
        match (self.n_rule.as_str(), self.scored_from) {
            ("R" | "T", None) => 0,
            ("Q", None) => {
                let share = method.share.unwrap_or(0.5).clamp(0.0, 0.999_999);
                // 10 / (1 − 0.9) is a hair below 100 in binary.
                (10.0 / (1.0 - share) - 1e-6).ceil() as i64
            }
            (_, Some(own)) => own,
            _ => SCORED_FROM,
        }
    }

    /// Whether its values rest on cases that can be counted; what is divided of a full census are seconds or money.
    pub fn counts_cases(&self) -> bool {
        self.n_rule != "T"
    }

    /// True when a value rests on enough to be scored against limits: a rate when enough events are expected at its target.
    pub fn scorable(&self, value: &KpiValue, limits: &Limits) -> bool {
        if self.n_rule != "R" || self.scored_from.is_some() {
            return value.scorable();
        }
        let expected = limits.target.map(|target| target / self.scale() * value.denominator.real());
        let expected = expected.filter(|expected| *expected > 0.0).unwrap_or(value.n as f64);
        value.value.is_some() && expected >= EXPECTED
    }

    /// What one has to multiply a plain ratio with to show it in the unit: 100 for percent, a million for ppm.
    pub fn scale(&self) -> f64 {
        UNITS.iter().find(|(unit, ..)| *unit == self.unit).map_or(1.0, |(_, scale, _)| *scale)
    }

    /// Decimals shown.
    pub fn digits(&self) -> usize {
        UNITS.iter().find(|(unit, ..)| *unit == self.unit).map_or(1, |(.., digits)| *digits)
    }

    /// True for a share shown in percent.
    pub fn is_percent(&self) -> bool {
        self.unit == "percent"
    }

    /// The kinds of imports that deliver what it is made of.
    pub fn sources(&self) -> Vec<SourceKind> {
        let slots = self.formula().map(|formula| formula.measures()).unwrap_or_default();
        let mut kinds: Vec<SourceKind> = slots.into_iter().map(|slot: Slot| Vocabulary::shipped().at(slot).source).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }

    /// The figures shown beside the value, in their order.
    pub fn beside_values(&self, frames: &Frames) -> Vec<Option<f64>> {
        let value = |beside: &Beside| check_expression(&beside.expression, &self.parameters).ok()?.number(frames).ok();
        self.beside.iter().map(|beside| value(beside).map(Number::real)).collect()
    }

    /// Everything that is wrong with it, by field.
    pub fn problems(&self, families: &[String]) -> Vec<Problem> {
        problems_of(self, families)
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
