//! Means that weigh channels: a sample that takes more of one channel than of another still tells what happened (ISO 10004 7.4).
//!
//! What counts, and what does not:
//! - a channel with weight and values counts by its share of the weight;
//! - a channel with values and no weight counts nothing: nothing happened there that it could stand for;
//! - a channel with weight and no values is not guessed: the others share its weight as long as they hold the least coverage that the
//!   definition asks for, and the value says how much it covers; below it there is no value, and the channels are named;
//! - what was counted in no channel in particular is no channel: its weight is not covered, its values have none. Where nothing is known by
//!   channel there is no value;
//! - the interval is that of a stratified mean; with a single value in a channel that counts there is none.

use std::collections::BTreeMap;

use super::checked::Reader;
use super::{Formula, FormulaFault, Gap, figure, value};
use crate::kpi::expression::{Frames, Number, Program};
use crate::kpi::mapping::{ALL_CHANNELS, is_identifier};
use crate::kpi::method::value::{Figure, IntervalMethod, KpiValue, Lack, Missing, Stratum};
use crate::kpi::method::{MethodKind, interval};
use crate::kpi::statistics::{Drawn, stratified_interval, variance};
use crate::kpi::vocabulary::Slot;

/// The least share of the weight that channels with values must hold, unless the definition says another.
const LEAST: f64 = 0.9;
/// What rounding may take off a share.
const NEAR: f64 = 1e-9;

#[derive(Debug, Clone, PartialEq)]
enum Weights {
    Measured(Program),
    Fixed(BTreeMap<String, f64>),
}

/// How the means of channels are weighed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layers {
    weights: Weights,
    /// The least share of the weight that channels with values must hold.
    least: f64,
}

/// A channel with what it weighs and what was drawn there.
struct Cell {
    channel: String,
    weight: Number,
    drawn: Option<Drawn>,
}

impl Cell {
    fn counts(&self) -> bool {
        self.channel != ALL_CHANNELS && self.weight.real() > 0.0 && self.drawn.is_some()
    }
}

impl Layers {
    /// Reads how a method weighs channels; none of one that does not.
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let method = reader.method;
        if !method.is_by_channel() {
            return None;
        }
        let weight = reader.number("channel_weight", method.channel_weight.as_ref());
        if method.kind != MethodKind::Mean {
            reader.faults.push(FormulaFault::ChannelsOfMean);
        }
        if method.channel_weight.is_some() && !method.channel_shares.is_empty() {
            reader.faults.push(FormulaFault::TwoWeights);
        }
        if weight.as_ref().is_some_and(|weight| weight.measures().is_empty()) {
            reader.faults.push(FormulaFault::WeightOfNothing);
        }
        let sum: f64 = method.channel_shares.values().sum();
        let named = |channel: &String| is_identifier(channel) && channel != ALL_CHANNELS;
        let fair = method.channel_shares.iter().all(|(channel, share)| named(channel) && *share > 0.0 && *share <= 1.0)
            && (sum - 1.0).abs() < 1e-6;
        if !method.channel_shares.is_empty() && !fair {
            reader.faults.push(FormulaFault::Shares(sum));
        }
        let least = method.channel_coverage.unwrap_or(LEAST);
        if !(least > 0.0 && least <= 1.0) {
            reader.faults.push(FormulaFault::Coverage);
        }
        let weights = match weight {
            Some(weight) => Weights::Measured(weight),
            None => Weights::Fixed(method.channel_shares.clone()),
        };
        Some(Self { weights, least })
    }

    /// The expression that weighs channels.
    pub(super) fn weight(&self) -> Option<&Program> {
        match &self.weights {
            Weights::Measured(weight) => Some(weight),
            Weights::Fixed(_) => None,
        }
    }

    /// Whether there is anything to weigh by in the period at all.
    fn hold(&self, frames: &Frames) -> Result<(), Gap> {
        let Some(weight) = self.weight() else { return Ok(()) };
        if value(Some(weight), frames)?.real() == 0.0 { Err((Lack::NothingToDivide, slots(weight))) } else { Ok(()) }
    }

    /// What a channel weighs. One of which nothing was told that weighs has no weight; one of which a part was told has a gap.
    fn of(&self, channel: &str, frames: &Frames) -> Result<Number, Gap> {
        match &self.weights {
            Weights::Fixed(shares) => Ok(Number::Real(shares.get(channel).copied().unwrap_or(0.0))),
            Weights::Measured(weight) if is_silent(weight, frames) => Ok(Number::Whole(0)),
            Weights::Measured(weight) => {
                let found = value(Some(weight), frames)?;
                if found.real() < 0.0 { Err((Lack::Contradiction, slots(weight))) } else { Ok(found) }
            }
        }
    }

    /// Channels that have a fixed share.
    fn fixed(&self) -> impl Iterator<Item = (&String, f64)> {
        let shares = match &self.weights {
            Weights::Fixed(shares) => Some(shares),
            Weights::Measured(_) => None,
        };
        shares.into_iter().flatten().map(|(channel, share)| (channel, *share))
    }
}

impl Formula {
    /// A channel is looked at over the period alone: wider windows know no channels.
    pub(super) fn looks_wider_by_channel(&self) -> Option<&'static str> {
        let layers = self.layers.as_ref()?;
        let parts = [
            ("numerator", self.numerator.as_ref()),
            ("denominator", self.denominator.as_ref()),
            ("n", self.n.as_ref()),
            ("squares", self.squares.as_ref()),
            ("channel_weight", layers.weight()),
        ];
        parts.into_iter().find(|(_, part)| part.is_some_and(|part| !part.windows().is_empty())).map(|(name, _)| name)
    }

    /// Whether the means of channels are weighed.
    #[must_use]
    pub fn is_by_channel(&self) -> bool {
        self.layers.is_some()
    }

    /// The value with its channels and its interval.
    pub(super) fn stratified(&self, layers: &Layers, frames: &Frames) -> KpiValue {
        // What lacks in all channels together is told as of a plain mean.
        let whole = self.holds(frames).and_then(|()| self.parts(frames).map(drop)).and_then(|()| layers.hold(frames));
        match whole.and_then(|()| self.cells(layers, frames)) {
            Ok(cells) => self.weighed(&cells, layers.least),
            Err((reason, slots)) => self.missing(reason, &slots, frames),
        }
    }

    /// The channels in which anything weighs or was drawn, the heaviest first.
    fn cells(&self, layers: &Layers, frames: &Frames) -> Result<Vec<Cell>, Gap> {
        let mut cells = Vec::new();
        for (channel, own) in frames.channels() {
            let (weight, drawn) = (layers.of(channel, own)?, self.drawn(own)?);
            if weight.real() > 0.0 || drawn.is_some() {
                cells.push(Cell { channel: channel.to_owned(), weight, drawn });
            }
        }
        for (channel, share) in layers.fixed() {
            if !cells.iter().any(|cell| cell.channel == *channel) {
                cells.push(Cell { channel: channel.clone(), weight: Number::Real(share), drawn: None });
            }
        }
        cells.sort_by(|a, b| b.weight.real().total_cmp(&a.weight.real()).then_with(|| a.channel.cmp(&b.channel)));
        let known = || cells.iter().filter(|cell| cell.channel != ALL_CHANNELS);
        if let Some(weight) = layers.weight().filter(|_| !known().any(|cell| cell.weight.real() > 0.0)) {
            return Err((Lack::NoChannels, slots(weight)));
        }
        if !known().any(|cell| cell.drawn.is_some()) {
            let parts = [&self.numerator, &self.denominator].into_iter().flatten().flat_map(slots);
            return Err((Lack::NoChannels, parts.chain(self.spreads.iter().copied()).collect()));
        }
        Ok(cells)
    }

    /// What was drawn of a channel; none where nothing was.
    fn drawn(&self, frames: &Frames) -> Result<Option<Drawn>, Gap> {
        if let Some(slot) = self.spreads.first() {
            let spread = frames.period.spread(*slot).filter(|spread| spread.count() > 0);
            return Ok(spread.map(|spread| Drawn {
                share: 0.0,
                count: spread.count(),
                mean: spread.total() as f64 / spread.count() as f64,
                variance: variance(spread.count(), spread.total(), spread.squares()),
            }));
        }
        if self.denominator.as_ref().is_none_or(|below| is_silent(below, frames)) {
            return Ok(None);
        }
        let parts = match self.quotient(frames) {
            Err((Lack::NothingToDivide, _)) => return Ok(None),
            found => found?,
        };
        let count = u64::try_from(parts.n).unwrap_or(0);
        let whole = |program: &Option<Program>| match value(program.as_ref(), frames) {
            Ok(Number::Whole(sum)) => Some(sum),
            _ => None,
        };
        let squares = whole(&self.numerator).zip(whole(&self.squares));
        let variance = squares.and_then(|(sum, squares)| variance(count, sum, squares));
        Ok((count > 0).then_some(Drawn { share: 0.0, count, mean: parts.value, variance }))
    }

    fn weighed(&self, cells: &[Cell], least: f64) -> KpiValue {
        let weight = |cells: &mut dyn Iterator<Item = &Cell>| cells.map(|cell| cell.weight).fold(Number::Whole(0), plus);
        let (whole, covered) = (weight(&mut cells.iter()), weight(&mut cells.iter().filter(|cell| cell.counts())));
        let share = |cell: &Cell, of: Number| if of.real() > 0.0 { cell.weight.real() / of.real() } else { 0.0 };
        let stratum = |cell: &Cell| Stratum {
            channel: cell.channel.clone(),
            n: cell.drawn.map_or(0, |drawn| i64::try_from(drawn.count).unwrap_or(i64::MAX)),
            mean: cell.drawn.map(|drawn| drawn.mean),
            deviation: cell.drawn.and_then(|drawn| drawn.variance).map(f64::sqrt),
            weight: figure(cell.weight),
            share: share(cell, whole),
            counts: if cell.counts() { share(cell, covered) } else { 0.0 },
        };
        let strata: Vec<Stratum> = cells.iter().map(stratum).collect();
        if covered.real() <= 0.0 || covered.real() / whole.real() < least - NEAR {
            return uncovered(cells, strata);
        }
        let counting = cells.iter().filter(|cell| cell.counts());
        let drawn: Vec<Drawn> = counting.filter_map(|cell| Some(Drawn { share: cell.weight.real(), ..cell.drawn? })).collect();
        let numerator: f64 = drawn.iter().map(|one| one.share * one.mean).sum();
        let value = numerator / covered.real();
        if !value.is_finite() {
            return KpiValue { strata, ..KpiValue::lacking(Lack::Overflow, Vec::new()) };
        }
        let interval = stratified_interval(&drawn, interval::CONFIDENCE);
        KpiValue {
            numerator: Figure::Real(numerator),
            denominator: figure(covered),
            value: Some(value),
            interval: interval.filter(|(low, high)| low.is_finite() && high.is_finite()),
            method: IntervalMethod::Stratified,
            seed: None,
            n: strata.iter().filter(|stratum| stratum.counts > 0.0).map(|stratum| stratum.n).fold(0, i64::saturating_add),
            needed: self.needed,
            missing: None,
            strata,
        }
    }
}

/// No value: too large a part of what happened lies in channels without values, which are named.
fn uncovered(cells: &[Cell], strata: Vec<Stratum>) -> KpiValue {
    let without = cells.iter().filter(|cell| cell.weight.real() > 0.0 && !cell.counts());
    let channels = without.map(|cell| cell.channel.clone()).collect();
    let missing = Missing { reason: Lack::Uncovered, measures: Vec::new(), channels };
    KpiValue { missing: Some(missing), strata, ..KpiValue::lacking(Lack::Uncovered, Vec::new()) }
}

fn slots(program: &Program) -> Vec<Slot> {
    program.measures().iter().copied().collect()
}

/// True when nothing was told of what an expression asks.
fn is_silent(program: &Program, frames: &Frames) -> bool {
    !program.measures().iter().any(|slot| frames.period.knows(*slot))
}

/// Whole as long as both are.
fn plus(one: Number, other: Number) -> Number {
    match (one, other) {
        (Number::Whole(one), Number::Whole(other)) => Number::Whole(one.saturating_add(other)),
        (one, other) => Number::Real(one.real() + other.real()),
    }
}

#[cfg(test)]
mod tests;
