//! The scorecard of a centre for a month under the profile of its type. What has no value is never filled in: coverage falls and the card
//! says what is missing and why.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{DefinitionBook, Known, LimitBook, ProfileBook, ProfileVersion, SwitchBook, visible};
use crate::actor::Actor;
use crate::db::Conn;
use crate::error::{Error, Problem, Result};
use crate::kpi::daybook::DayBook;
use crate::kpi::expression::{Frames, Scope};
use crate::kpi::method::{KpiValue, Lack, Missing};
use crate::kpi::pack::{Definition, Family, Limits, Profile};
use crate::kpi::period::Period;
use crate::kpi::scoring::{FamilyInput, Kind, KpiInput, KpiScore, Position, Reading, Scale, Scorecard, Standing, score_card};
use crate::kpi::vocabulary::Vocabulary;
use crate::organisation::{Centre, CentreType};

/// Why a KPI of a card has no score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = KpiWhy)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Its data source is not connected.
    NoSource,
    /// The data of the period lack what it needs.
    Log(Lack),
    /// Too few observations.
    Few,
    /// No target and floor to score against: it is not scored, and the coverage says so.
    NoLimits,
    /// Switched off for this centre: its weight goes to the others of its family.
    NotApplicable,
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
    pub profile: Arc<Profile>,
    /// Families and total.
    pub score: Scorecard,
    /// The KPIs, weighed ones first by falling weight.
    pub kpis: Vec<CardKpi>,
}

/// What cards of a centre need, read once.
#[derive(Clone)]
pub struct CardReader {
    centre: Centre,
    /// Whose profile is used.
    centre_type: CentreType,
    profiles: Arc<ProfileBook>,
    definitions: Arc<DefinitionBook>,
    limits: Arc<LimitBook>,
    switches: Arc<SwitchBook>,
    strict: bool,
}

/// How much of a card is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// Every KPI with its interval.
    Whole,
    /// What the score is made of, without intervals.
    Outline,
}

impl CardReader {
    /// Reads profiles, definitions and limits of a centre.
    ///
    /// # Errors
    /// [`Error::NotFound`] before the pack was installed.
    pub fn of(conn: &mut Conn, centre: Centre) -> Result<Self> {
        let profiles = ProfileBook::read(conn)?;
        if profiles.versions(centre.centre_type).is_empty() {
            return Err(Error::NotFound);
        }
        let (limits, switches) = (LimitBook::of(conn, &centre.id)?, SwitchBook::of(conn, &centre.id)?);
        Ok(Self {
            centre_type: centre.centre_type,
            centre,
            profiles: Arc::new(profiles),
            definitions: Arc::new(DefinitionBook::read(conn)?),
            limits: Arc::new(limits),
            switches: Arc::new(switches),
            strict: false,
        })
    }

    /// The same under the profile of another type: what if the centre were one.
    #[must_use]
    pub fn under(&self, centre_type: CentreType) -> Self {
        Self { centre_type, ..self.clone() }
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
        let (definitions, profiles) = (Arc::new(DefinitionBook::read(conn)?), Arc::new(ProfileBook::read(conn)?));
        let (mut limits, mut switches) = (LimitBook::everywhere(conn)?, SwitchBook::everywhere(conn)?);
        let known = centres.into_iter().filter(|centre| !profiles.versions(centre.centre_type).is_empty());
        let reader = |centre: Centre| Self {
            centre_type: centre.centre_type,
            profiles: profiles.clone(),
            definitions: definitions.clone(),
            limits: Arc::new(limits.remove(&centre.id).unwrap_or_default()),
            switches: Arc::new(switches.remove(&centre.id).unwrap_or_default()),
            strict: false,
            centre,
        };
        Ok(known.map(reader).collect())
    }

    /// The centre.
    pub fn centre(&self) -> &Centre {
        &self.centre
    }

    /// What its definitions look at beside the plain sums of a period.
    pub fn scope(&self) -> Scope {
        self.definitions.scope()
    }

    /// Scores the measures of a period.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the profile cannot be scored.
    pub fn card(&self, frames: &Frames, period: Period) -> Result<Card> {
        self.made(frames, period, Depth::Whole)
    }

    /// Reads the measures of a period and scores them.
    ///
    /// # Errors
    /// As [`CardReader::card`].
    pub fn read(&self, conn: &mut Conn, period: Period) -> Result<Card> {
        let scope = self.scope();
        let book = DayBook::over(conn, &self.centre.id, &[period], &scope)?;
        self.card(&book.frames(period, &scope), period)
    }

    /// The same score with only the KPIs that the profile names, without intervals: for boards of many centres.
    ///
    /// # Errors
    /// As [`CardReader::card`].
    pub fn outline(&self, frames: &Frames, period: Period) -> Result<Card> {
        self.made(frames, period, Depth::Outline)
    }

    /// The values of months in the unit for each KPI of a card. Months that counted by another formula are left out: their values are not
    /// comparable with those after them.
    pub fn series(&self, card: &Card, months: &[(Period, Frames)]) -> Vec<Vec<Option<f64>>> {
        let of_kpi = |kpi: &CardKpi| {
            let (definition, formula) = (&kpi.known.definition, kpi.known.formula.as_ref());
            let value = |(month, frames): &(Period, Frames)| {
                let then = self.definitions.one_on(&definition.code, month.to)?;
                let formula = formula.filter(|_| then.formula == kpi.known.formula)?;
                formula.point(frames).value.map(|value| value * definition.scale())
            };
            months.iter().map(value).collect()
        };
        card.kpis.iter().map(of_kpi).collect()
    }

    fn made(&self, frames: &Frames, period: Period, depth: Depth) -> Result<Card> {
        let ProfileVersion { version, profile } = self.profiles.on(self.centre_type, period.to).ok_or(Error::NotFound)?;
        let wanted = |known: &&Known| depth == Depth::Whole || profile.of_kpi(&known.definition.code).is_some();
        let mut kpis: Vec<CardKpi> =
            self.definitions.on(period.to).filter(wanted).map(|known| self.reading(known, frames, period, depth)).collect();
        let readings = kpis.iter().map(|kpi| (kpi.known.definition.code.as_str(), kpi.limits, kpi.in_unit, kpi.why));
        let score = score_under(profile, readings, self.strict)?;
        for kpi in &mut kpis {
            kpi.score = score.kpis.iter().find(|scored| scored.code == kpi.known.definition.code).cloned();
            kpi.weight = kpi.score.as_ref().map(|scored| scored.weight);
        }
        kpis.sort_by(|a, b| b.weight.unwrap_or(-1.0).total_cmp(&a.weight.unwrap_or(-1.0)));
        Ok(Card { centre: self.centre.clone(), period, profile_version: *version, profile: profile.clone(), score, kpis })
    }

    fn reading(&self, known: &Known, frames: &Frames, period: Period, depth: Depth) -> CardKpi {
        let limits = self.limits.limits(&known.definition, period.to);
        let off = self.switches.off(&known.definition.code, period.to);
        let value = known.formula.as_ref().map(|formula| match depth {
            Depth::Whole => formula.evaluate(frames),
            Depth::Outline => formula.point(frames),
        });
        let in_unit = value.as_ref().and_then(|value| value.value).map(|value| value * known.definition.scale());
        let scale = limits.scale();
        let why = if off { Some(Why::NotApplicable) } else { why(&known.definition, value.as_ref(), &limits, frames) };
        let position = scale.zip(in_unit).map(|(scale, value)| scale.position(value));
        let state = Standing::of(in_unit, scale);
        CardKpi { known: known.clone(), weight: None, value, in_unit, limits, position, state, score: None, why }
    }
}

fn families(profile: &Profile) -> Vec<FamilyInput> {
    let input = |family: &Family| FamilyInput {
        code: family.code.clone(),
        kind: if family.kind == "qualitative" { Kind::Qualitative } else { Kind::Quantitative },
        weight: profile.family.get(&family.code).map_or(0.0, |weight| f64::from(weight.weight)),
    };
    profile.families.iter().map(input).collect()
}

/// Why a KPI has no score.
pub(super) fn why(definition: &Definition, value: Option<&KpiValue>, limits: &Limits, frames: &Frames) -> Option<Why> {
    match (value, limits.scale()) {
        (None, _) => Some(Why::NoSource),
        (Some(KpiValue { missing: Some(missing), .. }), _) => Some(lacking(missing, frames)),
        (Some(value), _) if !definition.scorable(value, limits) => Some(Why::Few),
        (_, None) => Some(Why::NoLimits),
        _ => None,
    }
}

/// The score that KPIs (code, limits, value in the unit, why there is no score) give under a profile.
///
/// # Errors
/// [`Error::Invalid`] when the profile cannot be scored.
pub(super) fn score_under<'k>(
    profile: &Profile,
    kpis: impl Iterator<Item = (&'k str, Limits, Option<f64>, Option<Why>)>,
    strict: bool,
) -> Result<Scorecard> {
    let inputs: Vec<KpiInput> = kpis.filter_map(|kpi| input(profile, kpi)).collect();
    score_card(&families(profile), &inputs, strict).map_err(|error| {
        let problem = Problem::whole(error.code());
        Error::Invalid(vec![error.params().into_iter().fold(problem, |problem, (name, value)| problem.with(name, value))])
    })
}

/// What the kernel scores: the KPIs that the profile names.
fn input(profile: &Profile, (code, limits, in_unit, why): (&str, Limits, Option<f64>, Option<Why>)) -> Option<KpiInput> {
    let (family, weight) = profile.of_kpi(code)?;
    let reading = match (in_unit, why) {
        (_, Some(Why::NotApplicable)) => Reading::NotApplicable,
        (Some(value), None) => Reading::Value(value),
        (Some(value), Some(Why::Few)) => Reading::LowConfidence(value),
        _ => Reading::Missing,
    };
    // Without limits nothing is scored; any usable scale will do.
    let scale = limits.scale().unwrap_or(Scale::Toward { floor: 0.0, target: 1.0 });
    Some(KpiInput { code: code.to_owned(), family: family.to_owned(), weight: f64::from(weight), scale, reading })
}

/// A KPI waits for its data source when nothing at all came of one of the kinds that should deliver what is missing; otherwise the data
/// have a gap.
fn lacking(missing: &Missing, frames: &Frames) -> Why {
    let vocabulary = Vocabulary::shipped();
    let kinds = || missing.measures.iter().filter_map(|name| vocabulary.measure(name)).map(|measure| measure.source);
    let silent = kinds().any(|kind| !frames.period.hears(vocabulary, kind));
    if missing.reason == Lack::NotDelivered && silent { Why::NoSource } else { Why::Log(missing.reason) }
}

/// Which card is asked for.
#[derive(Debug, Clone)]
pub struct AskedCard {
    /// Code of the centre.
    pub centre: String,
    /// The period.
    pub period: Period,
    /// What is missing counts as 0, as in audits.
    pub strict: bool,
}

/// The card of a centre for a period.
///
/// # Errors
/// [`Error::NotFound`] for a centre this actor may not see.
pub fn card(conn: &mut Conn, actor: &Actor, asked: &AskedCard) -> Result<Card> {
    let centre = visible(conn, actor, &asked.centre)?;
    CardReader::of(conn, centre)?.strict(asked.strict).read(conn, asked.period)
}
