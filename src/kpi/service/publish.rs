//! Publishing freezes a card: its values with definitions, limits, weights and the batches behind them are kept as a text whose hash stands
//! in the log. What is published never changes; a correction is a new edition that says what changed (ISO 9001 7.5.3, 9.1.3, 9.3.2).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::card::card;
use super::shares::{MeasureTotal, Shares};
use super::{AskedCard, Card, CardKpi, CardReader, Input, Why};
use crate::actor::{Actor, Permission};
use crate::db::{Conn, new_id};
use crate::error::{Error, Problem, Result};
use crate::evidence;
use crate::kpi::method::{Figure, Stratum};
use crate::kpi::model::Scorecard;
use crate::kpi::pack::{Definition, Limits};
use crate::kpi::period::Period;
use crate::kpi::scoring::{FamilyScore, Gap, Standing};
use crate::kpi::store_cards;
use crate::ledger::{Event, WriteTx, sha256_hex};
use crate::organisation::{self, Centre};

/// A card as it was published: everything that its figures follow from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FrozenCard {
    /// Code of the centre.
    pub centre: String,
    /// Its type, whose profile was used.
    pub centre_type: String,
    /// The month as written.
    pub period: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// Version of the profile.
    pub profile_version: i64,
    /// 0 to 100; none when nothing was scored.
    pub total: Option<f64>,
    /// Scored weight over the whole, 0 to 1.
    pub coverage: f64,
    /// Why it is incomplete.
    pub gaps: Vec<Gap>,
    /// The families of the profile.
    pub families: Vec<FamilyScore>,
    /// The KPIs, weighed ones first by falling weight.
    pub kpis: Vec<FrozenKpi>,
    /// The batches behind all values.
    pub inputs: Vec<Input>,
    /// What is missing was scored 0; never of what is published.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub strict: bool,
    /// Batches of earlier days, behind the wider windows that values look at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Input>,
}

/// A KPI of a published card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FrozenKpi {
    /// Code.
    pub code: String,
    /// Version of the definition.
    pub definition_version: i64,
    /// The definition itself.
    #[schema(value_type = Object)]
    pub definition: Definition,
    /// What is divided.
    #[schema(value_type = Option<f64>)]
    pub numerator: Option<Figure>,
    /// What it is divided by.
    #[schema(value_type = Option<f64>)]
    pub denominator: Option<Figure>,
    /// The quotient.
    pub value: Option<f64>,
    /// Its 95 % interval.
    #[schema(value_type = Option<Vec<f64>>)]
    pub interval: Option<[f64; 2]>,
    /// Cases behind it.
    pub n: Option<i64>,
    /// The value in its unit.
    pub in_unit: Option<f64>,
    /// The limits at the end of the period.
    pub limits: Limits,
    /// Where the value stands.
    pub state: Standing,
    /// Percent of the whole; none when the profile does not weigh it.
    pub weight: Option<f64>,
    /// Percent of the whole after missing data gave theirs away.
    pub effective_weight: Option<f64>,
    /// 0 to 100; none when not scored.
    pub score: Option<f64>,
    /// Why it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
    /// Points of the total that it brings.
    pub contribution: Option<f64>,
    /// Points of the total that it falls short of.
    pub points_lost: Option<f64>,
    /// What its measures come to; cards frozen before this was kept have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measures: Vec<MeasureTotal>,
    /// Numbers of the batches that add to it, among the inputs of the card.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub batches: Vec<i64>,
    /// The channels whose means it weighs, the heaviest first; none of other methods.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub strata: Vec<Stratum>,
}

impl FrozenKpi {
    fn of(kpi: &CardKpi, shares: &Shares) -> Self {
        let (value, score) = (kpi.value.as_ref(), kpi.score.as_ref());
        let (measures, batches) = shares.of(&kpi.known);
        Self {
            code: kpi.known.definition.code.clone(),
            definition_version: kpi.known.version,
            definition: (*kpi.known.definition).clone(),
            numerator: value.map(|value| value.numerator),
            denominator: value.map(|value| value.denominator),
            value: value.and_then(|value| value.value),
            interval: value.and_then(|value| value.interval).map(|(low, high)| [low, high]),
            n: value.map(|value| value.n),
            in_unit: kpi.in_unit,
            limits: kpi.limits,
            state: kpi.state,
            weight: kpi.weight,
            effective_weight: score.map(|score| score.effective_weight),
            score: score.and_then(|score| score.score),
            why: kpi.why,
            contribution: score.map(|score| score.contribution),
            points_lost: score.map(|score| score.points_lost),
            measures,
            batches,
            strata: value.map(|value| value.strata.clone()).unwrap_or_default(),
        }
    }
}

impl FrozenKpi {
    /// Whether another one says the same, whichever batches it follows from. Cards frozen before measures were kept have none.
    fn tells_like(&self, other: &Self) -> bool {
        let measures = if other.measures.is_empty() || self.measures.is_empty() { &other.measures } else { &self.measures };
        let (batches, measures) = (other.batches.clone(), measures.clone());
        *other == Self { batches, measures, ..self.clone() }
    }
}

impl FrozenCard {
    fn of(card: &Card, shares: &Shares) -> Self {
        Self {
            centre: card.centre.code.clone(),
            centre_type: card.centre.centre_type.as_str().to_owned(),
            period: card.period.to_string(),
            from: card.period.from,
            to: card.period.to,
            profile_version: card.profile_version,
            total: card.score.total,
            coverage: card.score.coverage,
            gaps: card.score.gaps.clone(),
            families: card.score.families.clone(),
            kpis: told(card).map(|kpi| FrozenKpi::of(kpi, shares)).collect(),
            inputs: shares.inputs.clone(),
            strict: card.score.strict,
            earlier: shares.earlier.clone(),
        }
    }

    /// The text that is kept and hashed.
    ///
    /// # Errors
    /// When a number has no JSON form.
    pub fn text(&self) -> Result<String> {
        Ok(serde_json::to_value(self)?.to_string())
    }

    /// What a later card says otherwise.
    #[must_use]
    pub fn changes(&self, later: &Self) -> Vec<Change> {
        let codes: std::collections::BTreeSet<&str> = self.kpis.iter().chain(&later.kpis).map(|kpi| kpi.code.as_str()).collect();
        let find = |card: &Self, code: &str| card.kpis.iter().find(|kpi| kpi.code == code).cloned();
        let change = |code: &str| {
            let (before, after) = (find(self, code), find(later, code));
            let same = before.as_ref().zip(after.as_ref()).is_some_and(|(before, after)| before.tells_like(after));
            (!same).then(|| Change { code: code.to_owned(), before, after })
        };
        codes.into_iter().filter_map(change).collect()
    }

    /// Whether another card says the same, whichever files it follows from.
    #[must_use]
    pub fn tells_like(&self, other: &Self) -> bool {
        let whole = |card: &Self| (card.total, card.coverage, card.profile_version, card.centre_type.clone(), card.gaps.clone());
        whole(self) == whole(other) && self.changes(other).is_empty()
    }
}

/// A KPI that two editions tell differently.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// Code.
    pub code: String,
    /// In the earlier edition.
    pub before: Option<FrozenKpi>,
    /// In the later one.
    pub after: Option<FrozenKpi>,
}

/// Publishes the card of a centre for a month.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishScorecard {
    /// Code of the centre.
    pub centre: String,
    /// The month: `2026-10`.
    pub period: String,
    /// Why there is a correction; needed from the second edition on.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Freezes a card as the next edition of its month.
///
/// # Errors
/// [`Error::Invalid`] for a period that is no month, or a correction without a reason; [`Error::Conflict`] for a month that is not over,
/// that has no data, or that is published as it stands.
pub fn publish(tx: &mut WriteTx<'_>, command: &PublishScorecard) -> Result<Scorecard> {
    tx.actor.require(Permission::ManageKpis)?;
    let centre = organisation::centre_by_code(tx, &command.centre)?;
    tx.actor.require_at(Permission::ManageKpis, &centre.id)?;
    let period = Period::parse(&command.period)?;
    if !period.is_month() {
        return Err(Error::field("period", "kpi-publish-month"));
    }
    if period.to >= organisation::today(tx)? {
        return Err(Error::conflict("kpi-publish-running"));
    }
    let card = CardReader::of(tx, centre.clone())?.read(tx, period)?;
    let frozen = frozen(tx, &card)?;
    if frozen.inputs.is_empty() {
        return Err(Error::conflict("kpi-publish-empty"));
    }
    let last = store_cards::editions(tx, &centre.id, &frozen.period)?.into_iter().next();
    let card_hash = evidence::keep_text(tx, &frozen.text()?)?;
    let reason = command.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    if let Some(last) = &last {
        if last.card_hash == card_hash {
            return Err(Error::Conflict(Problem::whole("kpi-publish-same").with("edition", last.edition)));
        }
        reason.ok_or_else(|| Error::field("reason", "required"))?;
    }
    let row = Scorecard {
        id: new_id(),
        centre_id: centre.id.clone(),
        period: frozen.period.clone(),
        edition: last.map_or(1, |last| last.edition + 1),
        card_hash,
        total: frozen.total,
        coverage: frozen.coverage,
        complete: frozen.gaps.is_empty(),
        reason: reason.map(str::to_owned),
        published_by: tx.actor.name.clone(),
        published_at: tx.now,
        row_version: 1,
    };
    store_cards::insert(tx, &row)?;
    let label = format!("{} {} #{}", centre.code, row.period, row.edition);
    tx.record(Event::new("kpi.publish", "scorecard", &row.id, &label).because(reason).detail("card", row.card_hash.clone()));
    Ok(row)
}

/// A card that was read, as it would be published.
///
/// # Errors
/// When the database refuses.
pub(crate) fn frozen(conn: &mut Conn, card: &Card) -> Result<FrozenCard> {
    let scope = told(card).filter_map(|kpi| kpi.known.formula.as_ref()).map(|formula| formula.scope()).collect();
    let shares = Shares::behind(conn, card.period, &card.centre.id, &scope)?;
    Ok(FrozenCard::of(card, &shares))
}

/// The KPIs that a published card tells. What neither the profile weighs nor the data tell says nothing about the month.
fn told(card: &Card) -> impl Iterator<Item = &CardKpi> {
    card.kpis.iter().filter(|kpi| kpi.weight.is_some() || kpi.value.as_ref().is_some_and(|value| value.n > 0))
}

/// The card of a centre (by code) for any period, with all that its figures follow from; not published.
///
/// # Errors
/// [`Error::NotFound`] for a centre this actor may not see.
pub fn sheet(conn: &mut Conn, actor: &Actor, asked: &AskedCard) -> Result<FrozenCard> {
    let card = card(conn, actor, asked)?;
    frozen(conn, &card)
}

/// A published card: its row, its centre and what was frozen.
///
/// # Errors
/// [`Error::NotFound`] for a card that is not there or of a centre this actor may not see.
pub fn published(conn: &mut Conn, actor: &Actor, id: &str) -> Result<(Scorecard, Centre, FrozenCard)> {
    actor.see(Permission::ReadKpis)?;
    let row = store_cards::by_id(conn, id)?;
    let centre = organisation::centre(conn, &row.centre_id)?;
    if !actor.may_at(Permission::ReadKpis, &centre.id) {
        return Err(Error::NotFound);
    }
    let card = thaw(conn, &row)?;
    Ok((row, centre, card))
}

/// What was frozen.
///
/// # Errors
/// When the kept text is gone or is not the one that was published.
pub(crate) fn thaw(conn: &mut Conn, row: &Scorecard) -> Result<FrozenCard> {
    let text = evidence::text(conn, &row.card_hash)?;
    if sha256_hex(text.as_bytes()) != row.card_hash {
        return Err(Error::internal(format!("the kept text of card {} {} is not the published one", row.period, row.edition)));
    }
    Ok(serde_json::from_str(&text)?)
}

/// The editions of a centre's month, the newest first.
///
/// # Errors
/// [`Error::NotFound`] for a centre this actor may not see.
pub fn editions(conn: &mut Conn, actor: &Actor, centre: &Centre, period: &str) -> Result<Vec<Scorecard>> {
    if !actor.may_at(Permission::ReadKpis, &centre.id) {
        return Err(Error::NotFound);
    }
    store_cards::editions(conn, &centre.id, period)
}

/// Published cards of the centres that this actor may see, newest month first, after one of them; at most so many.
///
/// # Errors
/// [`Error::NotFound`] for whoever may read none.
pub fn all_published(conn: &mut Conn, actor: &Actor, after: Option<&str>, limit: i64) -> Result<Vec<Scorecard>> {
    let centres: Vec<String> = super::centres(conn, actor)?.into_iter().map(|centre| centre.id).collect();
    let last = after.map(|id| store_cards::by_id(conn, id)).transpose()?;
    store_cards::list(conn, &centres, last.as_ref().map(|row| (row.period.as_str(), row.id.as_str())), limit)
}
