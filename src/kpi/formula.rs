//! The KPIs computed from the measures of call logs: each is a numerator, a denominator, a value with its interval, and the reason when
//! there is none (ISO 9001 9.1.1, 9.1.3).
//!
//! Invariant: a value is computed from sums of the whole period, never from averaged ratios; nothing is divided by zero, and a figure
//! whose inputs the log lacks is missing rather than zero.

use serde::{Deserialize, Serialize};

use super::measures::Measures;
use super::statistics::{mean_interval, wilson};

/// Fewest contacts for which a figure is scored.
pub const SCORED_FROM: i64 = 30;

/// How a KPI is computed. Kept with the definition as data, so that old values keep the definition they were computed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kpi", rename_all = "snake_case", deny_unknown_fields)]
pub enum Formula {
    /// Share answered within a threshold.
    ServiceLevel {
        /// Seconds, inclusive.
        threshold_s: u32,
        /// What happens to abandoned contacts.
        #[serde(default)]
        variant: ServiceLevelVariant,
        /// Seconds up to which an abandonment counts as short, inclusive; only for the two short variants.
        #[serde(default = "five")]
        short_s: u32,
    },
    /// Share of offered contacts abandoned in the queue.
    AbandonmentRate {
        /// Leaves abandonments of at most so many seconds out of both parts.
        #[serde(default)]
        ignore_up_to_s: Option<u32>,
    },
    /// Share of offered contacts answered.
    AnswerRate,
    /// Average speed of answer in seconds, zero waits included.
    AsaS,
    /// Average handle time in seconds: talk, hold and after-contact work.
    AhtS,
}

fn five() -> u32 {
    5
}

/// The six definitions of the service level in use. With A answered, B abandoned, T the threshold and S the short limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ServiceLevelVariant {
    /// A within T / (A + B).
    #[default]
    AbandonNegative,
    /// A within T / A.
    AnsweredOnly,
    /// A within T / (A + B − B within T).
    AbandonIgnoredLeT,
    /// (A within T + B within T) / (A + B).
    AbandonPositive,
    /// (A within T + B within S) / (A + B).
    ShortAbandonPositive,
    /// A within T / (A + B − B within S).
    ShortAbandonExcluded,
}

/// How the value and its interval were computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// A share, with Wilson's interval.
    ProportionWilson,
    /// A mean, with the t interval.
    MeanT,
}

/// Why there is no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = KpiMissing)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// Nothing to divide by.
    NoContacts,
    /// The log does not tell how long answered contacts waited.
    AnsweredWaits,
    /// The log does not tell how long abandoned contacts waited.
    AbandonedWaits,
    /// The log does not tell how long contacts were handled.
    HandleTimes,
}

impl Missing {
    /// Stable code of the reason.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NoContacts => "kpi-missing-contacts",
            Self::AnsweredWaits => "kpi-missing-answered-waits",
            Self::AbandonedWaits => "kpi-missing-abandoned-waits",
            Self::HandleTimes => "kpi-missing-handle-times",
        }
    }
}

/// The value of a KPI for a centre and a period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KpiValue {
    /// Code of the KPI.
    pub code: &'static str,
    /// What is divided: contacts, or seconds.
    pub numerator: i64,
    /// What it is divided by: contacts.
    pub denominator: i64,
    /// The quotient: a share from 0 to 1, or seconds.
    pub value: Option<f64>,
    /// The 95 % interval of the value.
    pub interval: Option<(f64, f64)>,
    /// How many contacts stand behind it.
    pub n: i64,
    /// How it was computed.
    pub method: Method,
    /// Why there is no value.
    pub missing: Option<Missing>,
}

impl KpiValue {
    /// True when the value rests on enough contacts to be scored; otherwise it is shown with low confidence and counts as missing.
    #[must_use]
    pub fn scorable(&self) -> bool {
        self.value.is_some() && self.n >= SCORED_FROM
    }

    fn missing(code: &'static str, method: Method, missing: Missing) -> Self {
        Self { code, numerator: 0, denominator: 0, value: None, interval: None, n: 0, method, missing: Some(missing) }
    }

    fn share(code: &'static str, numerator: u64, denominator: u64) -> Self {
        if denominator == 0 {
            return Self::missing(code, Method::ProportionWilson, Missing::NoContacts);
        }
        Self {
            code,
            numerator: whole(numerator),
            denominator: whole(denominator),
            value: Some(numerator as f64 / denominator as f64),
            interval: wilson(numerator, denominator, 0.95),
            n: whole(denominator),
            method: Method::ProportionWilson,
            missing: None,
        }
    }

    fn mean(code: &'static str, sum: u64, squares: i128, count: u64) -> Self {
        if count == 0 {
            return Self::missing(code, Method::MeanT, Missing::NoContacts);
        }
        // Waits and handle times are skewed: below thirty contacts the t interval would claim more than it knows.
        let interval = if whole(count) >= SCORED_FROM { mean_interval(count, sum, squares, 0.95) } else { None };
        Self {
            code,
            numerator: whole(sum),
            denominator: whole(count),
            value: Some(sum as f64 / count as f64),
            interval,
            n: whole(count),
            method: Method::MeanT,
            missing: None,
        }
    }
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl Formula {
    /// Code of the KPI.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::ServiceLevel { .. } => "service_level",
            Self::AbandonmentRate { .. } => "abandonment_rate",
            Self::AnswerRate => "answer_rate",
            Self::AsaS => "asa_s",
            Self::AhtS => "aht_s",
        }
    }

    /// True for a share (0 to 1), false for seconds.
    #[must_use]
    pub fn is_share(&self) -> bool {
        matches!(self, Self::ServiceLevel { .. } | Self::AbandonmentRate { .. } | Self::AnswerRate)
    }

    /// Computes the KPI from the measures of a period.
    #[must_use]
    pub fn evaluate(&self, measures: &Measures) -> KpiValue {
        let code = self.code();
        match *self {
            Self::ServiceLevel { threshold_s, variant, short_s } => service_level(code, measures, threshold_s, variant, short_s),
            Self::AbandonmentRate { ignore_up_to_s } => abandonment(code, measures, ignore_up_to_s),
            Self::AnswerRate => KpiValue::share(code, measures.answered, measures.offered()),
            Self::AsaS if !answered_waits_known(measures) => KpiValue::missing(code, Method::MeanT, Missing::AnsweredWaits),
            Self::AsaS => {
                KpiValue::mean(code, measures.wait_answered_s, measures.wait_answered.sum_of_squares(), measures.answered)
            }
            Self::AhtS if measures.handled == 0 && measures.answered > 0 => {
                KpiValue::missing(code, Method::MeanT, Missing::HandleTimes)
            }
            Self::AhtS => KpiValue::mean(code, measures.handle_s(), measures.handle_square, measures.handled),
        }
    }
}

fn answered_waits_known(measures: &Measures) -> bool {
    measures.wait_answered.total() == measures.answered
}

fn abandoned_waits_known(measures: &Measures) -> bool {
    measures.wait_abandoned.total() == measures.abandoned
}

fn service_level(
    code: &'static str,
    measures: &Measures,
    threshold_s: u32,
    variant: ServiceLevelVariant,
    short_s: u32,
) -> KpiValue {
    use ServiceLevelVariant as Variant;
    if !answered_waits_known(measures) {
        return KpiValue::missing(code, Method::ProportionWilson, Missing::AnsweredWaits);
    }
    if !matches!(variant, Variant::AbandonNegative | Variant::AnsweredOnly) && !abandoned_waits_known(measures) {
        return KpiValue::missing(code, Method::ProportionWilson, Missing::AbandonedWaits);
    }
    let (answered, offered) = (measures.answered, measures.offered());
    let within = measures.wait_answered.within(threshold_s);
    let gone = |limit: u32| measures.wait_abandoned.within(limit);
    let (numerator, denominator) = match variant {
        Variant::AbandonNegative => (within, offered),
        Variant::AnsweredOnly => (within, answered),
        Variant::AbandonIgnoredLeT => (within, offered - gone(threshold_s)),
        Variant::AbandonPositive => (within + gone(threshold_s), offered),
        Variant::ShortAbandonPositive => (within + gone(short_s), offered),
        Variant::ShortAbandonExcluded => (within, offered - gone(short_s)),
    };
    KpiValue::share(code, numerator, denominator)
}

fn abandonment(code: &'static str, measures: &Measures, ignore_up_to_s: Option<u32>) -> KpiValue {
    let Some(limit) = ignore_up_to_s else {
        return KpiValue::share(code, measures.abandoned, measures.offered());
    };
    if !abandoned_waits_known(measures) {
        return KpiValue::missing(code, Method::ProportionWilson, Missing::AbandonedWaits);
    }
    let short = measures.wait_abandoned.within(limit);
    KpiValue::share(code, measures.abandoned - short, measures.offered() - short)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kpi::measures::Histogram;

    fn published() -> Measures {
        // The example of ICMI's article on service level calculations.
        Measures {
            answered: 1000,
            abandoned: 60,
            wait_answered: Histogram::from_pairs([(20, 860), (21, 140)]),
            wait_abandoned: Histogram::from_pairs([(5, 10), (20, 10), (21, 40)]),
            ..Measures::default()
        }
    }

    fn level(measures: &Measures, variant: ServiceLevelVariant) -> KpiValue {
        Formula::ServiceLevel { threshold_s: 20, variant, short_s: 5 }.evaluate(measures)
    }

    #[test]
    fn six_definitions_of_the_service_level() {
        use ServiceLevelVariant as V;
        let expected = [
            (V::AbandonNegative, 860, 1060, 0.811_320_754_717),
            (V::AnsweredOnly, 860, 1000, 0.86),
            (V::AbandonIgnoredLeT, 860, 1040, 0.826_923_076_923),
            (V::AbandonPositive, 880, 1060, 0.830_188_679_245),
            (V::ShortAbandonPositive, 870, 1060, 0.820_754_716_981),
            (V::ShortAbandonExcluded, 860, 1050, 0.819_047_619_048),
        ];
        for (variant, numerator, denominator, value) in expected {
            let found = level(&published(), variant);
            assert_eq!((found.numerator, found.denominator, found.n), (numerator, denominator, denominator), "{variant:?}");
            assert!((found.value.unwrap() - value).abs() < 1e-12, "{variant:?}");
            let (low, high) = found.interval.unwrap();
            assert!(low < value && value < high && high - low < 0.05);
        }
    }

    #[test]
    fn a_published_example_with_short_abandonments_left_out() {
        let measures = Measures {
            answered: 300,
            abandoned: 100,
            wait_answered: Histogram::from_pairs([(1, 200), (99, 100)]),
            wait_abandoned: Histogram::from_pairs([(2, 50), (50, 50)]),
            ..Measures::default()
        };
        assert!((level(&measures, ServiceLevelVariant::ShortAbandonExcluded).value.unwrap() - 0.571_428_571_429).abs() < 1e-12);
        let net = Formula::AbandonmentRate { ignore_up_to_s: Some(5) }.evaluate(&measures);
        assert_eq!((net.numerator, net.denominator), (50, 350));
    }

    #[test]
    fn says_what_is_missing_instead_of_zero() {
        let nothing = Measures::default();
        for formula in [Formula::AnswerRate, Formula::AsaS, Formula::AhtS, Formula::AbandonmentRate { ignore_up_to_s: None }] {
            let value = formula.evaluate(&nothing);
            assert_eq!((value.value, value.missing), (None, Some(Missing::NoContacts)), "{formula:?}");
            assert!(!value.scorable());
        }
        let no_waits = Measures { answered: 5, abandoned: 2, ..Measures::default() };
        assert_eq!(Formula::AsaS.evaluate(&no_waits).missing, Some(Missing::AnsweredWaits));
        assert_eq!(Formula::AhtS.evaluate(&no_waits).missing, Some(Missing::HandleTimes));
        assert_eq!(level(&no_waits, ServiceLevelVariant::default()).missing, Some(Missing::AnsweredWaits));
        let half = Measures { wait_answered: Histogram::from_pairs([(3, 5)]), ..no_waits };
        assert_eq!(level(&half, ServiceLevelVariant::AbandonPositive).missing, Some(Missing::AbandonedWaits));
        assert_eq!(level(&half, ServiceLevelVariant::AbandonNegative).numerator, 5);
    }

    #[test]
    fn means_have_an_interval_from_thirty_contacts_on() {
        let measures = |n| Measures {
            answered: n,
            handled: n,
            talk_s: 10 * n,
            hold_s: n,
            handle_square: i128::from(n) * 125,
            wait_answered_s: 20 * n,
            wait_answered: Histogram::from_pairs([(20, n)]),
            ..Measures::default()
        };
        let few = Formula::AhtS.evaluate(&measures(29));
        assert_eq!((few.value, few.interval, few.scorable()), (Some(11.0), None, false));
        let enough = Formula::AhtS.evaluate(&measures(30));
        // Standard deviation sqrt(30 * 4 / 29), quantile 2.045229642132703 of t with 29 degrees of freedom.
        let half = 2.045_229_642_132_703 * (4.0_f64 * 30.0 / 29.0).sqrt() / 30.0_f64.sqrt();
        let (low, high) = enough.interval.unwrap();
        assert!((low - (11.0 - half)).abs() < 1e-9 && (high - (11.0 + half)).abs() < 1e-9);
        assert_eq!(Formula::AsaS.evaluate(&measures(30)).interval, Some((20.0, 20.0)));
    }

    #[test]
    fn definitions_are_kept_as_data() {
        let text = r#"{"kpi":"service_level","threshold_s":20,"variant":"abandon_ignored_le_t"}"#;
        let formula: Formula = serde_json::from_str(text).unwrap();
        assert_eq!(formula, Formula::ServiceLevel { threshold_s: 20, variant: ServiceLevelVariant::AbandonIgnoredLeT, short_s: 5 });
        assert_eq!(serde_json::from_str::<Formula>(&serde_json::to_string(&formula).unwrap()).unwrap(), formula);
        assert_eq!(serde_json::to_string(&Formula::AhtS).unwrap(), r#"{"kpi":"aht_s"}"#);
    }
}
