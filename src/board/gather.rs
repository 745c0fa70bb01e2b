//! The board of a month: cards of all centres one may see, by type.

use std::sync::Arc;

use super::model::{Board, CentreMonth, Said, Tile, TypeGroup};
use super::process::judge;
use super::stood::{self, Stood};
use super::{changes, exceptions, review};
use crate::actor::Actor;
use crate::db::Conn;
use crate::error::Result;
use crate::kpi::profile::Profile;
use crate::kpi::{self, Card, CardKpi, Closely, Outline, Period};
use crate::organisation::CentreType;
use chrono::NaiveDate;

/// Months of a spark.
const SPARK: usize = 13;

/// The board of a month as this actor may see it.
///
/// # Errors
/// [`crate::error::Error::NotFound`] for whoever may not read KPIs.
pub fn gather(conn: &mut Conn, actor: &Actor, month: Period, closely: Closely<'_>, today: NaiveDate) -> Result<Board> {
    let signals = kpi::open_counts(conn, actor)?;
    let outlines = kpi::outlines(conn, actor, month, closely)?;
    let groups: Vec<TypeGroup> = CentreType::ALL.iter().filter_map(|of| group(*of, &outlines, &signals)).collect();
    let exceptions = exceptions::exceptions(conn, actor, &groups, month, today)?;
    let mut board = Board { period: month.to_string(), on: today, groups, exceptions, since: None, changes: Vec::new() };
    let last = review::latest(conn, month)?;
    let before = match &last {
        Some(review) => stood::frozen(conn, &review.board_hash)?,
        None => Arc::new(outlines.iter().map(Stood::before).collect()),
    };
    board.since = last.as_ref().map(|review| review.held_on);
    board.changes = changes::changes(conn, actor, &board, last.map(|review| review.frozen_at), &before)?;
    Ok(board)
}

fn group(centre_type: CentreType, outlines: &[Outline], signals: &[(String, i64)]) -> Option<TypeGroup> {
    let own: Vec<&Outline> = outlines.iter().filter(|one| one.card.centre.centre_type == centre_type).collect();
    let profile: &Profile = &own.first()?.card.profile;
    let named = |code: &String| profile.families.iter().find(|family| family.code == *code);
    let mut families: Vec<(Said, u32)> = profile
        .family
        .iter()
        .filter_map(|(code, weight)| Some((named(code)?, weight.weight)))
        .map(|(family, weight)| (Said { zh: family.zh.clone(), en: family.en.clone() }, weight))
        .collect();
    families.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
    Some(TypeGroup {
        centre_type: centre_type.as_str().to_owned(),
        stress: Said { zh: profile.stress_zh.clone(), en: profile.stress_en.clone() },
        qualitative: profile.kind_weight("qualitative"),
        quantitative: profile.kind_weight("quantitative"),
        families,
        centres: own.into_iter().map(|outline| centre(outline, signals)).collect(),
    })
}

fn centre(outline: &Outline, signals: &[(String, i64)]) -> CentreMonth {
    let Outline { card, before, series } = outline;
    let months = |place: usize| series.as_ref().and_then(|all| all.get(place)).map_or(&[][..], Vec::as_slice);
    CentreMonth {
        id: card.centre.id.clone(),
        code: card.centre.code.clone(),
        name: name_of(card),
        total: card.score.total,
        before: before.score.total,
        before_complete: before.score.gaps.is_empty(),
        coverage: card.score.coverage,
        complete: card.score.gaps.is_empty(),
        profile_version: card.profile_version,
        signals: signals
            .iter()
            .find(|(centre, _)| *centre == card.centre.id)
            .map_or(0, |(_, count)| usize::try_from(*count).unwrap_or(0)),
        tiles: card.kpis.iter().enumerate().map(|(place, kpi)| tile(kpi, months(place))).collect(),
        closely: series.is_some(),
    }
}

/// The name of a card's centre.
pub(super) fn name_of(card: &Card) -> Said {
    Said::of(&|lang| card.centre.name(lang).to_owned())
}

fn tile(kpi: &CardKpi, months: &[Option<f64>]) -> Tile {
    let definition = &kpi.known.definition;
    let (variation, assurance) = judge(months, kpi.limits.scale(), &definition.direction);
    Tile {
        code: definition.code.clone(),
        name: Said { zh: definition.zh.clone(), en: definition.en.clone() },
        unit: definition.unit.clone(),
        direction: definition.direction.clone(),
        digits: definition.digits(),
        value: kpi.in_unit,
        limits: kpi.limits,
        state: kpi.state,
        counted: counted(kpi),
        weight: kpi.weight,
        score: kpi.score.as_ref().and_then(|score| score.score),
        definition_version: kpi.known.version,
        months: months[months.len().saturating_sub(SPARK)..].to_vec(),
        variation,
        assurance,
    }
}

/// Whether a KPI outside its allowed range is told: what is not scored is shown, and says nothing, unless it is outside all the same.
pub(super) fn counted(kpi: &CardKpi) -> bool {
    kpi.why.is_none() || kpi.is_out_of_range()
}
