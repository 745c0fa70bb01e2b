//! Methods: how a KPI is computed from measures, as data. Each kind of method knows its parts, its interval and what n means for it
//! (ISO 9001 9.1.1, 9.1.3; ISO 10004 7.4).
//!
//! Invariant: a [`Formula`] that exists is checked; its value is computed from sums of the whole period, and what cannot be computed has a
//! reason that names the measures.

mod formula;
mod interval;
#[cfg(test)]
mod tests;
mod value;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use formula::{Formula, FormulaFault};
pub use value::{Figure, IntervalMethod, KpiValue, Lack, Missing, Stratum};

crate::text_enum! {
    /// The kind of a method.
    MethodKind {
        /// Share of things counted: numerator ÷ denominator, Wilson's interval.
        Proportion = "proportion",
        /// Events per exposure: numerator ÷ denominator, exact Poisson interval.
        Rate = "rate",
        /// Mean of a distribution, or sum ÷ n with a sum of squares; t interval, or bootstrap of few.
        Mean = "mean",
        /// Numerator ÷ denominator of a full census, no interval.
        Ratio = "ratio",
        /// Percentile of one or more distributions, interval by order statistics.
        Percentile = "percentile",
        /// (Numerator − minus) ÷ denominator.
        Difference = "difference",
        /// Mean of pairs over mean of the same pairs, delta method.
        RatioOfMeans = "ratio_of_means",
        /// Mean of a distribution as points from 0 at `low` to 100 at `high`.
        Index = "index",
        /// Cohen's kappa of double scorings.
        Kappa = "kappa",
        /// Median time by Kaplan and Meier, with censored times.
        SurvivalMedian = "survival_median",
        /// A count or a stock as it is.
        Level = "level",
    }
}

/// A method: its kind and its parts. Parts are expressions unless their text says otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = KpiMethod)]
#[serde(deny_unknown_fields)]
pub struct Method {
    /// The kind.
    #[schema(value_type = String)]
    pub kind: MethodKind,
    /// What is divided; of a level, the whole value; of a ratio of means, the sum that stands above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numerator: Option<String>,
    /// What it is divided by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denominator: Option<String>,
    /// What is taken off the numerator: the other share of a difference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minus: Option<String>,
    /// How many observations stand behind it, where that is not the denominator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<String>,
    /// Sum of the squares of what the numerator sums up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub squares: Option<String>,
    /// Sum of the squares of what the denominator sums up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub squares_below: Option<String>,
    /// Sum of the products of the pairs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub products: Option<String>,
    /// Names of distributions; several are taken together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spread: Vec<String>,
    /// Name of the distribution of censored times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub censored: Option<String>,
    /// Share of a percentile: 0.9.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// Value that makes 0 points of an index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Value that makes 100 points of an index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// Of a mean: what weighs the mean of each channel, measured in that channel (contacts answered, say). The sample then need not be in
    /// proportion: each channel counts by its share of what really happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_weight: Option<String>,
    /// The same as fixed shares by code of the channel, which add to 1.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub channel_shares: BTreeMap<String, f64>,
    /// The smallest share of the weight whose channels must have values, or there is no value at all; 0.9 unless it is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_coverage: Option<f64>,
    /// Conditions without which there is no value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<String>,
}

impl Method {
    /// A method of a kind, still without parts.
    #[must_use]
    pub fn of(kind: MethodKind) -> Self {
        Self {
            kind,
            numerator: None,
            denominator: None,
            minus: None,
            n: None,
            squares: None,
            squares_below: None,
            products: None,
            spread: Vec::new(),
            censored: None,
            share: None,
            low: None,
            high: None,
            channel_weight: None,
            channel_shares: BTreeMap::new(),
            channel_coverage: None,
            requires: Vec::new(),
        }
    }

    /// Whether the means of channels are weighed.
    #[must_use]
    pub fn is_by_channel(&self) -> bool {
        self.channel_weight.is_some() || !self.channel_shares.is_empty()
    }

    /// The same with the parts of a variant.
    #[must_use]
    pub fn with(&self, variant: &Variant) -> Self {
        let mut method = self.clone();
        for (mine, theirs) in [(&mut method.numerator, &variant.numerator), (&mut method.denominator, &variant.denominator)] {
            if theirs.is_some() {
                mine.clone_from(theirs);
            }
        }
        if variant.channel_weight.is_some() || !variant.channel_shares.is_empty() {
            method.channel_weight.clone_from(&variant.channel_weight);
            method.channel_shares.clone_from(&variant.channel_shares);
        }
        method.requires.extend(variant.requires.iter().cloned());
        method
    }
}

/// One of several definitions of the same KPI that are in use. Figures of different variants must not be compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = KpiVariant)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Stable id.
    pub id: String,
    /// Name in Chinese.
    pub zh: String,
    /// Name in English.
    pub en: String,
    /// Takes the place of the method's numerator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numerator: Option<String>,
    /// Takes the place of the method's denominator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denominator: Option<String>,
    /// Further conditions without which there is no value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<String>,
    /// Weighs the means of channels by this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_weight: Option<String>,
    /// Weighs the means of channels by fixed shares, which add to 1.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub channel_shares: BTreeMap<String, f64>,
}

/// A figure that is shown beside the value and not scored: a response rate, both means of a ratio.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = KpiBeside)]
#[serde(deny_unknown_fields)]
pub struct Beside {
    /// Name in Chinese.
    pub zh: String,
    /// Name in English.
    pub en: String,
    /// What it is.
    pub expression: String,
}
