//! Families and the total.

use serde::{Deserialize, Serialize};

use super::{Scale, ScoringError};

/// Whether a family tells of people's ability and perception, or of counted results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = FamilyKind)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Ability, skill, satisfaction.
    Qualitative,
    /// Service level, innovation, economy.
    Quantitative,
}

/// A family of a profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FamilyInput {
    /// Code of the family.
    pub code: String,
    /// Its kind.
    pub kind: Kind,
    /// Percent of the whole.
    pub weight: f64,
}

/// What is known of a KPI in the period.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// A value that may be scored.
    Value(f64),
    /// No value.
    Missing,
    /// A value that rests on too little to be scored.
    LowConfidence(f64),
    /// Switched off in the profile of the centre.
    NotApplicable,
}

/// A KPI of a profile with its reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KpiInput {
    /// Code of the KPI.
    pub code: String,
    /// Code of its family.
    pub family: String,
    /// Weight inside the family.
    pub weight: f64,
    /// Target and floor.
    pub scale: Scale,
    /// What is known.
    pub reading: Reading,
}

/// The score of a KPI.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KpiScore {
    /// Code of the KPI.
    pub code: String,
    /// Code of its family.
    pub family: String,
    /// 0 to 100; `None` when not scored.
    pub score: Option<f64>,
    /// Percent of the whole by the profile.
    pub weight: f64,
    /// Percent of the whole after missing data gave theirs away.
    pub effective_weight: f64,
    /// Points of the total that it brings.
    pub contribution: f64,
    /// Points of the total that it falls short of.
    pub points_lost: f64,
}

/// The score of a family.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FamilyScore {
    /// Code of the family.
    pub code: String,
    /// Its kind.
    pub kind: Kind,
    /// Percent of the whole by the profile.
    pub weight: f64,
    /// Percent of the whole after missing data gave theirs away.
    pub effective_weight: f64,
    /// Scored weight over weight, 0 to 1.
    pub coverage: f64,
    /// 0 to 100; `None` when nothing in it is scored.
    pub score: Option<f64>,
    /// Points of the total that it brings.
    pub contribution: f64,
    /// Points of the total that it falls short of.
    pub points_lost: f64,
}

/// Why a card is incomplete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ScorecardGap)]
#[serde(rename_all = "snake_case")]
pub enum Gap {
    /// Nothing of a kind is scored. The total is then that of the other kind alone.
    KindMissing(Kind),
    /// Less than 80 % of the whole weight is scored.
    Coverage,
    /// Less than 50 % of the weight of this family is scored.
    FamilyCoverage(String),
}

/// The scorecard of a centre for a period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scorecard {
    /// KPIs in the order given.
    pub kpis: Vec<KpiScore>,
    /// Families in the order given.
    pub families: Vec<FamilyScore>,
    /// 0 to 100; `None` when nothing is scored.
    pub total: Option<f64>,
    /// Scored weight over the whole, 0 to 1.
    pub coverage: f64,
    /// Why it is incomplete: then no grade is given and no centre is compared. Empty when complete.
    pub gaps: Vec<Gap>,
    /// What is missing was scored 0.
    pub strict: bool,
}

/// Shares are compared with a little room for rounding.
const ROOM: f64 = 1e-9;

/// What the KPIs of a family come to.
struct Tally {
    /// Weight of the KPIs that are not switched off.
    weight: f64,
    /// Weight of those with a value to score.
    known: f64,
    /// Weight that the score is over: `known`, or all of it in strict mode.
    scored: f64,
    sum: f64,
    /// All KPIs that have weight are switched off.
    off: bool,
}

impl Tally {
    fn of(kpis: &[&KpiInput], strict: bool) -> Self {
        let mut tally = Self { weight: 0.0, known: 0.0, scored: 0.0, sum: 0.0, off: false };
        for kpi in kpis {
            if kpi.reading == Reading::NotApplicable {
                tally.off |= kpi.weight > 0.0;
                continue;
            }
            tally.weight += kpi.weight;
            if let Some(score) = score(kpi, strict) {
                tally.scored += kpi.weight;
                tally.sum += kpi.weight * score;
            }
            if score_of_value(kpi).is_some() {
                tally.known += kpi.weight;
            }
        }
        tally.off &= tally.weight == 0.0;
        tally
    }

    fn coverage(&self) -> f64 {
        if self.weight > 0.0 { self.known / self.weight } else { f64::from(u8::from(self.off)) }
    }

    fn score(&self) -> Option<f64> {
        (self.scored > 0.0).then(|| self.sum / self.scored)
    }
}

fn score_of_value(kpi: &KpiInput) -> Option<f64> {
    match kpi.reading {
        Reading::Value(value) if value.is_finite() => Some(kpi.scale.score(value)),
        _ => None,
    }
}

fn score(kpi: &KpiInput, strict: bool) -> Option<f64> {
    let instead = (strict && kpi.reading != Reading::NotApplicable).then_some(0.0);
    score_of_value(kpi).or(instead)
}

/// Scores the KPIs of a centre under its profile.
///
/// # Errors
/// When the profile cannot be scored: see [`ScoringError`].
pub fn score_card(families: &[FamilyInput], kpis: &[KpiInput], strict: bool) -> Result<Scorecard, ScoringError> {
    check(families, kpis)?;
    let tallies: Vec<Tally> = families
        .iter()
        .map(|family| Tally::of(&kpis.iter().filter(|kpi| kpi.family == family.code).collect::<Vec<_>>(), strict))
        .collect();
    // Families switched off give their weight away first: their absence does not lower the coverage.
    let weights: Vec<f64> = families.iter().map(|family| family.weight).collect();
    let due = give_away(families, &weights, |family| !tallies[family].off);
    let effective = give_away(families, &due, |family| tallies[family].score().is_some());
    let coverage = due.iter().zip(&tallies).map(|(weight, tally)| weight * tally.coverage()).sum::<f64>() / 100.0;
    let whole: f64 = effective.iter().sum();
    // 100, unless a whole kind is missing: then the total is that of the other kind.
    let percent = |weight: f64| if whole > 0.0 { weight / whole } else { 0.0 };
    let family_scores: Vec<FamilyScore> = families
        .iter()
        .zip(&tallies)
        .zip(&effective)
        .map(|((family, tally), weight)| {
            let score = tally.score();
            FamilyScore {
                code: family.code.clone(),
                kind: family.kind,
                weight: family.weight,
                effective_weight: *weight,
                coverage: tally.coverage(),
                score,
                contribution: percent(*weight) * score.unwrap_or(0.0),
                points_lost: percent(*weight) * (100.0 - score.unwrap_or(100.0)),
            }
        })
        .collect();
    let kpi_scores = kpis.iter().map(|kpi| kpi_score(kpi, families, &tallies, &effective, whole, strict)).collect();
    let total = (whole > 0.0).then(|| family_scores.iter().map(|family| family.contribution).sum());
    let gaps = gaps(&family_scores, &tallies, coverage);
    Ok(Scorecard { kpis: kpi_scores, families: family_scores, total, coverage, gaps, strict })
}

fn kpi_score(kpi: &KpiInput, families: &[FamilyInput], tallies: &[Tally], effective: &[f64], whole: f64, strict: bool) -> KpiScore {
    let family = families.iter().position(|family| family.code == kpi.family).unwrap_or_default();
    let (tally, score) = (&tallies[family], score(kpi, strict));
    let share = |of: f64, whole: f64| if whole > 0.0 { of / whole } else { 0.0 };
    let applies = if kpi.reading == Reading::NotApplicable { 0.0 } else { kpi.weight };
    let effective_weight = if score.is_some() { effective[family] * share(kpi.weight, tally.scored) } else { 0.0 };
    let percent = share(effective_weight, whole);
    KpiScore {
        code: kpi.code.clone(),
        family: kpi.family.clone(),
        score,
        weight: families[family].weight * share(applies, tally.weight),
        effective_weight,
        contribution: percent * score.unwrap_or(0.0),
        points_lost: percent * (100.0 - score.unwrap_or(100.0)),
    }
}

/// Gives the weight of families that do not keep theirs to those of the same kind that do, in proportion.
fn give_away(families: &[FamilyInput], weights: &[f64], keeps: impl Fn(usize) -> bool) -> Vec<f64> {
    let sum = |kind: Kind, kept_only: bool| -> f64 {
        let of_kind = (0..families.len()).filter(|family| families[*family].kind == kind && (!kept_only || keeps(*family)));
        of_kind.map(|family| weights[family]).sum()
    };
    (0..families.len())
        .map(|family| {
            let kind = families[family].kind;
            let kept = sum(kind, true);
            if keeps(family) && kept > 0.0 { weights[family] * sum(kind, false) / kept } else { 0.0 }
        })
        .collect()
}

fn gaps(families: &[FamilyScore], tallies: &[Tally], coverage: f64) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for kind in [Kind::Qualitative, Kind::Quantitative] {
        let mut of_kind = families.iter().zip(tallies).filter(|(family, _)| family.kind == kind && family.weight > 0.0).peekable();
        // In strict mode a missing kind has a score, and is missing all the same.
        if of_kind.peek().is_some() && of_kind.all(|(_, tally)| tally.known == 0.0) {
            gaps.push(Gap::KindMissing(kind));
        }
    }
    if coverage < 0.8 - ROOM {
        gaps.push(Gap::Coverage);
    }
    let thin = families.iter().filter(|family| family.weight > 0.0 && family.coverage < 0.5 - ROOM);
    gaps.extend(thin.map(|family| Gap::FamilyCoverage(family.code.clone())));
    gaps
}

fn check(families: &[FamilyInput], kpis: &[KpiInput]) -> Result<(), ScoringError> {
    let weights = families.iter().map(|family| (&family.code, family.weight)).chain(kpis.iter().map(|kpi| (&kpi.code, kpi.weight)));
    for (code, weight) in weights {
        if !(weight >= 0.0 && weight.is_finite()) {
            return Err(ScoringError::Weight { code: code.clone(), weight });
        }
    }
    let sum: f64 = families.iter().map(|family| family.weight).sum();
    if (sum - 100.0).abs() > ROOM {
        return Err(ScoringError::WeightSum { sum });
    }
    for kpi in kpis {
        if !kpi.scale.is_valid() {
            return Err(ScoringError::Scale { kpi: kpi.code.clone() });
        }
        if !families.iter().any(|family| family.code == kpi.family) {
            return Err(ScoringError::Family { kpi: kpi.code.clone(), family: kpi.family.clone() });
        }
    }
    Ok(())
}
