//! A compiled method: parts are programs, evaluation looks up no name.

use std::collections::BTreeSet;

use super::interval;
use super::value::{Figure, IntervalMethod, KpiValue, Lack};
use super::{Method, MethodKind};
use crate::kpi::expression::{Absent, ExpressionError, Frames, Number, Parameters, Program, Scope, Spread, Unit};
use crate::kpi::statistics::{Pairs, agreement};
use crate::kpi::vocabulary::{Slot, Vocabulary};

mod checked;
mod sample;
mod strata;
mod survival;

/// What is wrong with a method: the part, and what.
#[derive(Debug, Clone, PartialEq)]
pub enum FormulaFault {
    /// An expression, with the place in it.
    Expression(String, ExpressionError),
    /// The kind needs this part.
    Needed(&'static str),
    /// The part names no distribution.
    Spread(&'static str, String),
    /// Numerator and denominator of a share are counted in different units.
    Units(Unit, Unit),
    /// A part must be a condition.
    Condition(String),
    /// A part must be a number, not a condition.
    Truth(String),
    /// The share of a percentile lies outside 0 to 1.
    Share,
    /// The ends of an index are the same, or the wrong way round.
    Ends,
    /// Channels are weighed of something that is no mean.
    ChannelsOfMean,
    /// A part looks at a wider window, which knows no channels.
    ChannelsOfWindow(&'static str),
    /// Channels are weighed in two ways.
    TwoWeights,
    /// The weight of channels names no measure.
    WeightOfNothing,
    /// The fixed shares of channels are no shares, or add to this.
    Shares(f64),
    /// The least coverage is no share.
    Coverage,
}

/// A compiled method.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula {
    kind: MethodKind,
    numerator: Option<Program>,
    denominator: Option<Program>,
    minus: Option<Program>,
    n: Option<Program>,
    squares: Option<Program>,
    squares_below: Option<Program>,
    products: Option<Program>,
    spreads: Vec<Slot>,
    censored: Option<Slot>,
    share: f64,
    ends: (f64, f64),
    requires: Vec<Program>,
    /// How the means of channels are weighed.
    layers: Option<strata::Layers>,
    seed: u64,
    /// Fewest observations to be scored.
    needed: i64,
}

/// Why there is no value, and the measures it concerns.
type Gap = (Lack, Vec<Slot>);

/// What a value is made of before its interval is asked for.
struct Parts {
    numerator: Figure,
    denominator: Figure,
    value: f64,
    n: i64,
}

impl Formula {
    /// Checks a method and compiles it. The seed is that of its bootstraps, `needed` the fewest observations to be scored.
    ///
    /// # Errors
    /// Everything that is wrong, part by part.
    pub fn of(
        method: &Method,
        vocabulary: &Vocabulary,
        parameters: &Parameters,
        seed: u64,
        needed: i64,
    ) -> Result<Self, Vec<FormulaFault>> {
        let mut reader = checked::Reader { method, vocabulary, parameters, faults: Vec::new() };
        let formula = Self {
            kind: method.kind,
            numerator: reader.number("numerator", method.numerator.as_ref()),
            denominator: reader.number("denominator", method.denominator.as_ref()),
            minus: reader.number("minus", method.minus.as_ref()),
            n: reader.number("n", method.n.as_ref()),
            squares: reader.number("squares", method.squares.as_ref()),
            squares_below: reader.number("squares_below", method.squares_below.as_ref()),
            products: reader.number("products", method.products.as_ref()),
            spreads: method.spread.iter().filter_map(|name| reader.spread("spread", name)).collect(),
            censored: method.censored.as_ref().and_then(|name| reader.spread("censored", name)),
            share: method.share.unwrap_or(0.5),
            ends: (method.low.unwrap_or(0.0), method.high.unwrap_or(100.0)),
            requires: reader.conditions(),
            layers: strata::Layers::read(&mut reader),
            seed,
            needed,
        };
        formula.lacks(method, &mut reader.faults);
        reader.faults.extend(formula.looks_wider_by_channel().map(FormulaFault::ChannelsOfWindow));
        if reader.faults.is_empty() { Ok(formula) } else { Err(reader.faults) }
    }

    /// The kind of the method.
    #[must_use]
    pub fn kind(&self) -> MethodKind {
        self.kind
    }

    /// True for a share of things counted, which control charts treat as such.
    #[must_use]
    pub fn is_share(&self) -> bool {
        self.kind == MethodKind::Proportion
    }

    /// The measures it is made of.
    #[must_use]
    pub fn measures(&self) -> BTreeSet<Slot> {
        let programs = self.programs().flat_map(|program| program.measures().iter().copied());
        programs.chain(self.spreads.iter().copied()).chain(self.censored).collect()
    }

    /// What it looks at beside the plain sums of a period.
    #[must_use]
    pub fn scope(&self) -> Scope {
        let windows = self.programs().flat_map(|program| program.windows().iter().copied()).collect();
        Scope { windows, by_channel: self.layers.as_ref().map(|_| self.measures()).unwrap_or_default() }
    }

    fn programs(&self) -> impl Iterator<Item = &Program> {
        let parts = [&self.numerator, &self.denominator, &self.minus, &self.n, &self.squares, &self.squares_below, &self.products];
        let weight = self.layers.iter().filter_map(strata::Layers::weight);
        parts.into_iter().flatten().chain(&self.requires).chain(weight)
    }

    /// The value with its interval.
    #[must_use]
    pub fn evaluate(&self, frames: &Frames) -> KpiValue {
        if let Some(layers) = &self.layers {
            return self.stratified(layers, frames);
        }
        self.told(frames, |parts, spread| self.interval(parts, spread, frames))
    }

    /// The value without an interval, for series of points.
    #[must_use]
    pub fn point(&self, frames: &Frames) -> KpiValue {
        if let Some(layers) = &self.layers {
            return KpiValue { interval: None, method: IntervalMethod::None, ..self.stratified(layers, frames) };
        }
        self.told(frames, |_, _| (None, IntervalMethod::None))
    }

    fn told(&self, frames: &Frames, interval: impl Fn(&Parts, Option<&Spread>) -> interval::Told) -> KpiValue {
        let found: Result<KpiValue, Gap> = self.holds(frames).and_then(|()| self.parts(frames)).map(|parts| {
            let spread = self.spreads.first().and_then(|slot| frames.period.spread(*slot));
            let (interval, method) = interval(&parts, spread);
            KpiValue {
                numerator: parts.numerator,
                denominator: parts.denominator,
                value: Some(parts.value),
                interval: interval.filter(|(low, high)| low.is_finite() && high.is_finite()),
                method,
                seed: (method == IntervalMethod::Bootstrap).then_some(self.seed),
                n: parts.n,
                needed: self.needed,
                missing: None,
                strata: Vec::new(),
            }
        });
        found.unwrap_or_else(|(reason, slots)| self.missing(reason, &slots, frames))
    }

    /// What is missing, by name. When measures were not delivered all of those are named, not only the first one met.
    fn missing(&self, reason: Lack, slots: &[Slot], frames: &Frames) -> KpiValue {
        let vocabulary = Vocabulary::shipped();
        let named = |slot: &Slot| vocabulary.at(*slot).name.clone();
        let mut names: Vec<String> = slots.iter().map(named).collect();
        if reason == Lack::NotDelivered {
            let lacking = self.measures().into_iter().filter(|slot| !frames.period.knows(*slot) && !slots.contains(slot));
            names.extend(lacking.map(|slot| named(&slot)));
        }
        KpiValue::lacking(reason, names)
    }

    fn holds(&self, frames: &Frames) -> Result<(), Gap> {
        for condition in &self.requires {
            match condition.holds(frames) {
                Ok(true) => {}
                Ok(false) => return Err((Lack::Incomplete, condition.measures().iter().copied().collect())),
                Err(absent) => return Err(lack(absent)),
            }
        }
        Ok(())
    }

    fn parts(&self, frames: &Frames) -> Result<Parts, Gap> {
        match self.kind {
            MethodKind::Proportion => {
                let parts = self.quotient(frames)?;
                if parts.value < 0.0 || parts.value > 1.0 { Err(self.contradiction()) } else { Ok(parts) }
            }
            MethodKind::Rate => {
                let parts = self.quotient(frames)?;
                if parts.value < 0.0 { Err(self.contradiction()) } else { Ok(parts) }
            }
            MethodKind::Ratio | MethodKind::RatioOfMeans => self.quotient(frames),
            MethodKind::Mean if self.spreads.is_empty() => self.quotient(frames),
            MethodKind::Difference => self.difference(frames),
            MethodKind::Mean | MethodKind::Index => self.of_spread(frames),
            MethodKind::Percentile => self.percentile(frames),
            MethodKind::Kappa => self.kappa(frames),
            MethodKind::SurvivalMedian => self.survival(frames),
            MethodKind::Level => {
                let value = value(self.numerator.as_ref(), frames)?;
                let n = self.count(frames, value)?;
                Ok(Parts { numerator: figure(value), denominator: Figure::Whole(1), value: value.real(), n })
            }
        }
    }

    fn contradiction(&self) -> Gap {
        (Lack::Contradiction, self.measures().into_iter().collect())
    }

    fn quotient(&self, frames: &Frames) -> Result<Parts, Gap> {
        let above = value(self.numerator.as_ref(), frames)?;
        let below = value(self.denominator.as_ref(), frames)?;
        if below.real() == 0.0 {
            return Err(self.nothing());
        }
        if below.real() < 0.0 {
            return Err(self.contradiction());
        }
        let quotient = above.real() / below.real();
        if !quotient.is_finite() {
            return Err((Lack::Overflow, Vec::new()));
        }
        let n = match self.kind {
            MethodKind::Rate => self.count(frames, above)?,
            _ => self.count(frames, below)?,
        };
        Ok(Parts { numerator: figure(above), denominator: figure(below), value: quotient, n })
    }

    fn nothing(&self) -> Gap {
        let below = self.denominator.as_ref().map(|program| program.measures().iter().copied().collect());
        (Lack::NothingToDivide, below.unwrap_or_default())
    }

    /// How many observations: the part `n`, else what is given.
    fn count(&self, frames: &Frames, otherwise: Number) -> Result<i64, Gap> {
        let n = match &self.n {
            Some(program) => value(Some(program), frames)?,
            None => otherwise,
        };
        Ok(i64::try_from(n.floor()).unwrap_or(i64::MAX))
    }

    fn difference(&self, frames: &Frames) -> Result<Parts, Gap> {
        let [above, minus, below] = [&self.numerator, &self.minus, &self.denominator].map(|part| value(part.as_ref(), frames));
        let (above, minus, below) = (above?, minus?, below?);
        if below.real() == 0.0 {
            return Err(self.nothing());
        }
        let (plus, taken, count) = (above.real(), minus.real(), below.real());
        if plus < 0.0 || taken < 0.0 || plus + taken > count {
            return Err(self.contradiction());
        }
        let numerator = match (above, minus) {
            (Number::Whole(a), Number::Whole(b)) => Number::Whole(a - b),
            _ => Number::Real(plus - taken),
        };
        let n = self.count(frames, below)?;
        Ok(Parts { numerator: figure(numerator), denominator: figure(below), value: (plus - taken) / count, n })
    }

    fn spread<'f>(&self, frames: &'f Frames) -> Result<(&'f Spread, Slot), Gap> {
        let slot = *self.spreads.first().ok_or((Lack::NotDelivered, Vec::new()))?;
        let spread = frames.period.spread(slot).ok_or((Lack::NotDelivered, vec![slot]))?;
        if spread.count() == 0 { Err((Lack::NoValues, vec![slot])) } else { Ok((spread, slot)) }
    }

    fn of_spread(&self, frames: &Frames) -> Result<Parts, Gap> {
        let (spread, _) = self.spread(frames)?;
        let mean = spread.total() as f64 / spread.count() as f64;
        let value = if self.kind == MethodKind::Index { self.points(mean) } else { mean };
        let n = i64::try_from(spread.count()).unwrap_or(i64::MAX);
        Ok(Parts { numerator: figure(Number::Whole(spread.total())), denominator: Figure::Whole(n), value, n })
    }

    fn points(&self, mean: f64) -> f64 {
        100.0 * (mean - self.ends.0) / (self.ends.1 - self.ends.0)
    }

    /// All values of the distributions named, together.
    fn bins(&self, frames: &Frames) -> Result<Vec<(i64, u64)>, Gap> {
        let mut bins = Vec::new();
        for slot in &self.spreads {
            bins.extend(frames.period.spread(*slot).ok_or((Lack::NotDelivered, vec![*slot]))?.bins());
        }
        bins.sort_unstable();
        Ok(bins)
    }

    fn percentile(&self, frames: &Frames) -> Result<Parts, Gap> {
        let bins = self.bins(frames)?;
        let count: u64 = bins.iter().map(|(_, count)| count).sum();
        let value = if count == 0 { None } else { crate::kpi::statistics::histogram_quantile(&bins, self.share) };
        let value = value.ok_or_else(|| (Lack::NoValues, self.spreads.clone()))?;
        let n = i64::try_from(count).unwrap_or(i64::MAX);
        Ok(Parts { numerator: Figure::Whole(value), denominator: Figure::Whole(1), value: value as f64, n })
    }

    /// Kappa of the table that the stored pairs make: first category × 100 + second.
    fn kappa(&self, frames: &Frames) -> Result<Parts, Gap> {
        let (spread, slot) = self.spread(frames)?;
        let (kappa, _) = kappa_of(spread).ok_or((Lack::Contradiction, vec![slot]))?;
        let n = i64::try_from(spread.count()).unwrap_or(i64::MAX);
        Ok(Parts { numerator: Figure::Real(kappa), denominator: Figure::Whole(1), value: kappa, n })
    }

    fn interval(&self, parts: &Parts, spread: Option<&Spread>, frames: &Frames) -> interval::Told {
        let nothing = (None, IntervalMethod::None);
        let whole = |program: &Option<Program>| match value(program.as_ref(), frames) {
            Ok(Number::Whole(number)) => Some(number),
            _ => None,
        };
        let told = match self.kind {
            MethodKind::Proportion => parts.numerator.count().zip(parts.denominator.count()).map(|(x, n)| interval::share(x, n)),
            MethodKind::Rate => parts.numerator.count().map(|events| interval::rate(events, parts.denominator.real())),
            MethodKind::Mean => match spread {
                Some(spread) => Some(interval::spread(spread, self.seed)),
                None => (|| {
                    let (count, sum) = (u64::try_from(parts.n).ok()?, whole(&self.numerator)?);
                    Some(interval::mean(count, sum, whole(&self.squares)?))
                })(),
            },
            MethodKind::Index => spread.map(|spread| {
                let (interval, method) = interval::spread(spread, self.seed);
                (interval.map(|(low, high)| (self.points(low), self.points(high))), method)
            }),
            MethodKind::Percentile => self.bins(frames).ok().map(|bins| interval::percentile(&bins, self.share)),
            MethodKind::Difference => (|| {
                let count = |program| u64::try_from(whole(program)?).ok();
                Some(interval::difference(count(&self.numerator)?, count(&self.minus)?, count(&self.denominator)?))
            })(),
            MethodKind::RatioOfMeans => (|| {
                let sum = |program| i64::try_from(whole(program)?).ok();
                Some(interval::pairs(Pairs {
                    count: u64::try_from(parts.n).ok()?,
                    before: sum(&self.denominator)?,
                    after: sum(&self.numerator)?,
                    before_squares: sum(&self.squares_below)?,
                    after_squares: sum(&self.squares)?,
                    products: sum(&self.products)?,
                }))
            })(),
            MethodKind::Kappa => spread
                .and_then(|spread| Some((kappa_of(spread)?, spread.count())))
                .map(|((kappa, agreed), count)| interval::kappa(kappa, agreed, count)),
            MethodKind::SurvivalMedian => self.times(frames).ok().map(|times| interval::survival(&times)),
            MethodKind::Ratio | MethodKind::Level => None,
        };
        told.unwrap_or(nothing)
    }
}

/// Kappa and the plain share of agreement.
fn kappa_of(spread: &Spread) -> Option<(f64, f64)> {
    let cells: Vec<(usize, usize, u64)> = spread
        .bins()
        .map(|(value, count)| Some((usize::try_from(value / 100).ok()?, usize::try_from(value % 100).ok()?, count)))
        .collect::<Option<_>>()?;
    let size = cells.iter().map(|(first, second, _)| first.max(second) + 1).max().filter(|size| *size <= 100)?;
    let mut table = vec![vec![0; size]; size];
    for (first, second, count) in cells {
        table[first][second] += count;
    }
    agreement::kappa(&table)
}

fn value(program: Option<&Program>, frames: &Frames) -> Result<Number, Gap> {
    program.ok_or((Lack::NotDelivered, Vec::new()))?.number(frames).map_err(lack)
}

fn lack(absent: Absent) -> Gap {
    match absent {
        Absent::Measure(slot) => (Lack::NotDelivered, vec![slot]),
        Absent::Zero(slot) => (Lack::NothingToDivide, slot.into_iter().collect()),
        Absent::Empty(slot) => (Lack::NoValues, vec![slot]),
        Absent::Window(_) => (Lack::Window, Vec::new()),
        Absent::Overflow => (Lack::Overflow, Vec::new()),
    }
}

fn figure(number: Number) -> Figure {
    match number {
        Number::Whole(whole) => i64::try_from(whole).map_or(Figure::Real(whole as f64), Figure::Whole),
        Number::Real(real) => Figure::Real(real),
    }
}
