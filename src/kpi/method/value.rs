//! What the evaluation of a KPI gives.

use serde::{Deserialize, Serialize, Serializer};

/// A numerator or denominator: exact while it is whole.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Figure {
    /// A whole number.
    Whole(i64),
    /// A number with decimals.
    Real(f64),
}

impl Figure {
    /// As a floating-point number.
    #[must_use]
    pub fn real(self) -> f64 {
        match self {
            Self::Whole(number) => number as f64,
            Self::Real(number) => number,
        }
    }

    /// As the nearest whole number.
    #[must_use]
    pub fn rounded(self) -> i64 {
        match self {
            Self::Whole(number) => number,
            Self::Real(number) => number.round() as i64,
        }
    }

    /// As a count; none when it is negative or not whole.
    #[must_use]
    pub fn count(self) -> Option<u64> {
        match self {
            Self::Whole(number) => u64::try_from(number).ok(),
            Self::Real(_) => None,
        }
    }
}

impl PartialEq<i64> for Figure {
    fn eq(&self, other: &i64) -> bool {
        *self == Self::Whole(*other)
    }
}

impl std::fmt::Display for Figure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Whole(number) => write!(formatter, "{number}"),
            Self::Real(number) => write!(formatter, "{number:.2}"),
        }
    }
}

impl Serialize for Figure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Whole(number) => serializer.serialize_i64(*number),
            Self::Real(number) => serializer.serialize_f64(*number),
        }
    }
}

/// How the interval was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = KpiIntervalMethod)]
#[serde(rename_all = "snake_case")]
pub enum IntervalMethod {
    /// Wilson's interval of a share.
    Wilson,
    /// The exact interval of a Poisson count.
    PoissonExact,
    /// Student's interval of a mean.
    T,
    /// Resampling with the seed of the definition.
    Bootstrap,
    /// Order statistics of a percentile.
    OrderStatistics,
    /// The delta method for a ratio of means.
    Delta,
    /// The standard error of a difference of shares.
    DifferenceError,
    /// The standard error of Cohen's kappa.
    KappaError,
    /// Student's interval of a stratified mean, with Satterthwaite's degrees of freedom.
    Stratified,
    /// Brookmeyer and Crowley's interval of a median time, on Greenwood's log(−log) scale: a choice of ours.
    BrookmeyerCrowley,
    /// A full census, or nothing to say.
    None,
}

impl IntervalMethod {
    /// The key of its text; none of a census.
    #[must_use]
    pub fn key(self) -> Option<&'static str> {
        Some(match self {
            Self::Wilson => "kpis-interval-wilson",
            Self::PoissonExact => "kpis-interval-poisson",
            Self::T => "kpis-interval-t",
            Self::Bootstrap => "kpis-interval-bootstrap",
            Self::OrderStatistics => "kpis-interval-order-statistics",
            Self::Delta => "kpis-interval-delta",
            Self::DifferenceError => "kpis-interval-difference-error",
            Self::KappaError => "kpis-interval-kappa-error",
            Self::Stratified => "kpis-interval-stratified",
            Self::BrookmeyerCrowley => "kpis-interval-brookmeyer-crowley",
            Self::None => return None,
        })
    }
}

/// Why there is no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = KpiMissing)]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    /// Measures were not delivered.
    NotDelivered,
    /// There is nothing to divide by.
    NothingToDivide,
    /// A distribution without values.
    NoValues,
    /// A condition of the definition does not hold: the data are there in part only.
    Incomplete,
    /// More than half of the times are still open, so that there is no median.
    NotReached,
    /// The days of a wider window are not at hand.
    Window,
    /// The inputs contradict each other: more successes than trials, a negative count.
    Contradiction,
    /// Beyond what can be computed.
    Overflow,
    /// The channels are not known in which something was counted.
    NoChannels,
    /// Too large a part of what happened lies in channels without values.
    Uncovered,
}

impl Lack {
    /// Stable code of the reason; the text key is `kpis-lacks-<code>`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotDelivered => "kpis-lacks-not-delivered",
            Self::NothingToDivide => "kpis-lacks-nothing-to-divide",
            Self::NoValues => "kpis-lacks-no-values",
            Self::Incomplete => "kpis-lacks-incomplete",
            Self::NotReached => "kpis-lacks-not-reached",
            Self::Window => "kpis-lacks-window",
            Self::Contradiction => "kpis-lacks-contradiction",
            Self::Overflow => "kpis-lacks-overflow",
            Self::NoChannels => "kpis-lacks-no-channels",
            Self::Uncovered => "kpis-lacks-uncovered",
        }
    }
}

/// Why there is no value, and which measures it concerns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// Why.
    pub reason: Lack,
    /// Names of the measures.
    pub measures: Vec<String>,
    /// Codes of the channels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
}

/// A channel of a mean that is weighed by channels: what was drawn there, and what it counts for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = KpiStratum)]
pub struct Stratum {
    /// Code of the channel.
    pub channel: String,
    /// How many values there are.
    pub n: i64,
    /// Their mean; none without any.
    pub mean: Option<f64>,
    /// Their standard deviation (n − 1); none below two, and where the squares are not known.
    pub deviation: Option<f64>,
    /// What the channel is weighed by: contacts, or a fixed share.
    #[schema(value_type = f64)]
    pub weight: Figure,
    /// Its share of the whole weight, 0 to 1.
    pub share: f64,
    /// What its mean counts for, 0 to 1: its share of the weight of the channels that have values and a weight.
    pub counts: f64,
}

impl Stratum {
    /// The share of the whole weight that lies in channels that count; none without channels.
    #[must_use]
    pub fn coverage(strata: &[Self]) -> Option<f64> {
        let weight = |counting: bool| {
            let asked = strata.iter().filter(|stratum| !counting || stratum.counts > 0.0);
            asked.map(|stratum| stratum.weight.real()).sum::<f64>()
        };
        let whole = weight(false);
        (whole > 0.0).then(|| weight(true) / whole)
    }
}

/// The value of a KPI for a centre and a period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KpiValue {
    /// What is divided.
    pub numerator: Figure,
    /// What it is divided by.
    pub denominator: Figure,
    /// The quotient: a share from 0 to 1, seconds, points; before the factor of the unit.
    pub value: Option<f64>,
    /// The 95 % interval of the value.
    pub interval: Option<(f64, f64)>,
    /// How the interval was computed.
    pub method: IntervalMethod,
    /// The seed of a bootstrap.
    pub seed: Option<u64>,
    /// How many observations stand behind it.
    pub n: i64,
    /// How many it takes to be scored; 0 of a census.
    pub needed: i64,
    /// Why there is no value.
    pub missing: Option<Missing>,
    /// The channels that were weighed, the heaviest first; none of other methods.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub strata: Vec<Stratum>,
}

impl KpiValue {
    pub(in crate::kpi) fn lacking(reason: Lack, measures: Vec<String>) -> Self {
        let nothing = Figure::Whole(0);
        Self {
            numerator: nothing,
            denominator: nothing,
            value: None,
            interval: None,
            method: IntervalMethod::None,
            seed: None,
            n: 0,
            needed: 0,
            missing: Some(Missing { reason, measures, channels: Vec::new() }),
            strata: Vec::new(),
        }
    }

    /// The share of the whole weight that lies in channels with values; none of methods that weigh no channels.
    #[must_use]
    pub fn coverage(&self) -> Option<f64> {
        Stratum::coverage(&self.strata)
    }

    /// True when the value rests on enough to be scored; otherwise it is shown with low confidence and counts as missing.
    #[must_use]
    pub fn scorable(&self) -> bool {
        self.value.is_some() && self.n >= self.needed
    }
}
