//! The scorecard of a centre: KPI against target and floor, KPIs into families, families into the total by the profile of the centre's
//! type (ISO 9001 9.1.3, ISO 18295-1).
//!
//! Missing data, by these rules: (1) a KPI switched off gives its weight to the others of its family, coverage stays; (2) a missing or
//! uncertain one as well, but coverage falls; (3) a family without any score gives its weight to the families of its kind only, so the
//! split between qualitative and quantitative stays; (4) a missing kind, total coverage below 80 % or family coverage below 50 % makes
//! the card incomplete; (5) in strict mode what is missing scores 0. Nothing is ever filled in from elsewhere.

mod card;
mod scale;
#[cfg(test)]
mod tests;

pub use card::{FamilyInput, FamilyScore, Gap, Kind, KpiInput, KpiScore, Reading, Scorecard, score_card};
pub use scale::{Position, Scale, Standing};

/// A profile that cannot be scored.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ScoringError {
    /// Target and floor are equal, or a band is out of order.
    #[error("the scale of `{kpi}` is not usable: target and floor must differ, and a band must rise from outer low to outer high")]
    Scale {
        /// Code of the KPI.
        kpi: String,
    },
    /// A weight is negative or no number.
    #[error("the weight of `{code}` is {weight}: expected a number from 0 on")]
    Weight {
        /// Code of the KPI or family.
        code: String,
        /// The weight.
        weight: f64,
    },
    /// The weights of the families do not make up the whole.
    #[error("the weights of the families add up to {sum}: expected 100")]
    WeightSum {
        /// What they add up to.
        sum: f64,
    },
    /// A KPI names a family that the profile does not have.
    #[error("`{kpi}` belongs to the family `{family}`, which the profile does not have")]
    Family {
        /// Code of the KPI.
        kpi: String,
        /// Code of the family.
        family: String,
    },
}

impl ScoringError {
    /// Stable code of the problem.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Scale { .. } => "kpi-scoring-scale",
            Self::Weight { .. } => "kpi-scoring-weight",
            Self::WeightSum { .. } => "kpi-scoring-weight-sum",
            Self::Family { .. } => "kpi-scoring-family",
        }
    }

    /// Parameters of its text.
    #[must_use]
    pub fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Scale { kpi } => vec![("kpi", kpi.clone())],
            Self::Weight { code, weight } => vec![("code", code.clone()), ("weight", weight.to_string())],
            Self::WeightSum { sum } => vec![("sum", sum.to_string())],
            Self::Family { kpi, family } => vec![("kpi", kpi.clone()), ("family", family.clone())],
        }
    }
}
