//! The scorecard of a centre for a month under the profile of its type. What has no value is never filled in: coverage falls and the card
//! says what is missing and why.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{DefinitionBook, Known, LimitBook, profile, visible};
use crate::actor::Actor;
use crate::db::Conn;
use crate::error::{Error, Problem, Result};
use crate::kpi::daybook::{DayBook, reach};
use crate::kpi::expression::{Frames, Window};
use crate::kpi::method::{KpiValue, Lack, Missing};
use crate::kpi::pack::{Limits, Profile};
use crate::kpi::period::Period;
use crate::kpi::scoring::{FamilyInput, Kind, KpiInput, KpiScore, Position, Reading, Scale, Scorecard, Standing, score_card};
use crate::kpi::store;
use crate::kpi::vocabulary::Vocabulary;
use crate::organisation::{Centre, CentreType};

/// Why a KPI of a card has no score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Its data source is not connected.
    NoSource,
    /// The data of the period lack what it needs.
    Log(Lack),
    /// Too few observations.
    Few,
    /// No target and floor to score against.
    NoLimits,
}

/// A KPI of a card.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CardKpi {
    /// The definition and its version.
    #[serde(skip)]
    pub known: Known,
    /// Percent of the whole; none when the profile does not weigh it.
    pub weight: Option<f64>,
    /// The value, of measured ones.
    pub value: Option<KpiValue>,
    /// The value in its unit.
    pub in_unit: Option<f64>,
    /// The limits that count at the end of the period.
    pub limits: Limits,
    /// Where the value stands.
    pub position: Option<Position>,
    /// The same in one word, with what is lacking.
    pub state: Standing,
    /// Score and contribution.
    pub score: Option<KpiScore>,
    /// Why there is no score.
    pub why: Option<Why>,
}

/// The card of a centre.
#[derive(Debug, Clone)]
pub struct Card {
    /// The centre.
    pub centre: Centre,
    /// The period.
    pub period: Period,
    /// Version of the profile.
    pub profile_version: i64,
    /// The profile.
    pub profile: Profile,
    /// Families and total.
    pub score: Scorecard,
    /// The KPIs, weighed ones first by falling weight.
    pub kpis: Vec<CardKpi>,
}

/// What cards of a centre need, read once.
#[derive(Clone)]
pub struct CardReader {
    centre: Centre,
    profile_version: i64,
    profile: Profile,
    definitions: DefinitionBook,
    limits: LimitBook,
    strict: bool,
}

impl CardReader {
    /// Reads profile, definitions and limits of a centre.
    ///
    /// # Errors
    /// [`Error::NotFound`] before the pack was installed.
    pub fn of(conn: &mut Conn, centre: Centre) -> Result<Self> {
        let (profile_version, profile) = profile(conn, centre.centre_type)?;
        let limits = LimitBook::of(conn, &centre.id)?;
        Ok(Self { centre, profile_version, profile, definitions: DefinitionBook::read(conn)?, limits, strict: false })
    }

    /// The same under the profile of another type: what if the centre were one.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the type has no profile.
    pub fn under(&self, conn: &mut Conn, centre_type: CentreType) -> Result<Self> {
        let (profile_version, profile) = profile(conn, centre_type)?;
        Ok(Self { profile_version, profile, ..self.clone() })
    }

    /// Scores what is missing with 0, as audits do.
    #[must_use]
    pub fn strict(self, strict: bool) -> Self {
        Self { strict, ..self }
    }

    /// The readers of several centres; a centre whose type has no profile is left out.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn all(conn: &mut Conn, centres: Vec<Centre>) -> Result<Vec<Self>> {
        let (known, mut limits) = (DefinitionBook::read(conn)?, LimitBook::everywhere(conn)?);
        let mut profiles = Vec::new();
        for row in store::profiles(conn)? {
            profiles.push((row.centre_type, row.version, row.body.to::<Profile>()?));
        }
        let reader = |centre: Centre| {
            let (_, version, profile) = profiles.iter().find(|(centre_type, ..)| *centre_type == centre.centre_type)?;
            let limits = limits.remove(&centre.id).unwrap_or_default();
            Some(Self {
                centre,
                profile_version: *version,
                profile: profile.clone(),
                definitions: known.clone(),
                limits,
                strict: false,
            })
        };
        Ok(centres.into_iter().filter_map(reader).collect())
    }

    /// The centre.
    pub fn centre(&self) -> &Centre {
        &self.centre
    }

    /// The wider windows that its definitions look at.
    pub fn windows(&self) -> BTreeSet<Window> {
        self.definitions.windows()
    }

    /// Scores the measures of a period.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the profile cannot be scored.
    pub fn card(&self, frames: &Frames, period: Period) -> Result<Card> {
        let families: Vec<FamilyInput> = self
            .profile
            .families
            .iter()
            .map(|family| FamilyInput {
                code: family.code.clone(),
                kind: if family.kind == "qualitative" { Kind::Qualitative } else { Kind::Quantitative },
                weight: self.profile.family.get(&family.code).map_or(0.0, |weight| f64::from(weight.weight)),
            })
            .collect();
        let mut kpis: Vec<CardKpi> = self.definitions.on(period.to).map(|known| self.reading(known, frames, period)).collect();
        let inputs: Vec<KpiInput> = kpis.iter().filter_map(|kpi| self.input(kpi)).collect();
        let score = score_card(&families, &inputs, self.strict).map_err(|error| {
            let problem = Problem::whole(error.code());
            Error::Invalid(vec![error.params().into_iter().fold(problem, |problem, (name, value)| problem.with(name, value))])
        })?;
        for kpi in &mut kpis {
            kpi.score = score.kpis.iter().find(|scored| scored.code == kpi.known.definition.code).cloned();
            kpi.weight = kpi.score.as_ref().map(|scored| scored.weight);
        }
        kpis.sort_by(|a, b| b.weight.unwrap_or(-1.0).total_cmp(&a.weight.unwrap_or(-1.0)));
        Ok(Card {
            centre: self.centre.clone(),
            period,
            profile_version: self.profile_version,
            profile: self.profile.clone(),
            score,
            kpis,
        })
    }

    fn reading(&self, known: &Known, frames: &Frames, period: Period) -> CardKpi {
        let limits = self.limits.limits(&known.definition, period.to);
        let value = known.formula.as_ref().map(|formula| formula.evaluate(frames));
        let in_unit = value.as_ref().and_then(|value| value.value).map(|value| value * known.definition.scale());
        let scale = limits.scale();
        let why = match (&value, scale) {
            (None, _) => Some(Why::NoSource),
            (Some(KpiValue { missing: Some(missing), .. }), _) => Some(lacking(missing, frames)),
            (Some(value), _) if !known.scorable(value, &limits) => Some(Why::Few),
            (_, None) => Some(Why::NoLimits),
            _ => None,
        };
        let position = scale.zip(in_unit).map(|(scale, value)| scale.position(value));
        let state = Standing::of(in_unit, scale);
        CardKpi { known: known.clone(), weight: None, value, in_unit, limits, position, state, score: None, why }
    }

    /// What the kernel scores: the KPIs that the profile names.
    fn input(&self, kpi: &CardKpi) -> Option<KpiInput> {
        let code = &kpi.known.definition.code;
        let (family, weight) = self.profile.kpi.iter().find_map(|(family, kpis)| Some((family, kpis.get(code)?)))?;
        let reading = match (kpi.in_unit, kpi.why) {
            (Some(value), None) => Reading::Value(value),
            (Some(value), Some(Why::Few)) => Reading::LowConfidence(value),
            (_, Some(Why::NoLimits)) => Reading::NotApplicable,
            _ => Reading::Missing,
        };
        // Without limits nothing is scored; any usable scale will do.
        let scale = kpi.limits.scale().unwrap_or(Scale::Toward { floor: 0.0, target: 1.0 });
        Some(KpiInput { code: code.clone(), family: family.clone(), weight: f64::from(*weight), scale, reading })
    }
}

/// A KPI waits for its data source when nothing at all came of one of the kinds that should deliver what is missing; otherwise the data
/// have a gap.
fn lacking(missing: &Missing, frames: &Frames) -> Why {
    let vocabulary = Vocabulary::shipped();
    let kinds = || missing.measures.iter().filter_map(|name| vocabulary.measure(name)).map(|measure| measure.source);
    let silent = kinds().any(|kind| !frames.period.hears(vocabulary, kind));
    if missing.reason == Lack::NotDelivered && silent { Why::NoSource } else { Why::Log(missing.reason) }
}

/// The card of a centre (by code) for a period.
///
/// # Errors
/// [`Error::NotFound`] for a centre this actor may not see.
pub fn card(conn: &mut Conn, actor: &Actor, centre: &str, period: Period) -> Result<Card> {
    let centre = visible(conn, actor, centre)?;
    let reader = CardReader::of(conn, centre)?;
    let windows = reader.windows();
    let book = DayBook::read(conn, &reader.centre().id, reach(period, &windows), period.to)?;
    reader.card(&book.frames(period, &windows), period)
}
