//! Before and after a change of a process: the test by the kind of data, whether the time before was stable, and the verdict of the Check
//! phase (ISO 9001 10.2.1 d, 10.3). Without a control group it says that something changed after, never because of.
//!
//! Invariant: the same days, definition and seed give the same answer.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::control::{self, ChartKind, Grain};
use super::daybook::{DayBook, reach};
use super::expression::Frames;
use super::method::{Formula, MethodKind};
use super::period::Period;
use super::service::{Known, definition_version};
use super::statistics::compare::{self, Effect, Verdict, verdict};
use crate::db::Conn;
use crate::error::{Error, Result};

const CONFIDENCE: f64 = 0.95;
/// Resamplings of a bootstrap.
const ROUNDS: usize = 2000;
/// From so many values on each side on, the mean of skewed times is near enough to normal.
const MANY: u64 = 1000;
/// Most values on both sides that are drawn again in each resampling: it costs as much as they are.
const MOST: u64 = 10 * MANY;
/// Daily shares and rates that vary so much more than chance alone would make them are no sums of independent cases: chance gives about 1,
/// told from a month of days give or take a sixth.
const OVERDISPERSED: f64 = 1.5;

crate::text_enum! {
    /// The test that a KPI allows, by the kind of its data.
    TestKind {
        /// Two shares: the difference with Newcombe's interval.
        Shares = "shares",
        /// Two counts over exposures: the ratio by the exact conditional test.
        Rates = "rates",
        /// Two means: Welch's t test, or resampling of few skewed values.
        Means = "means",
        /// Anything else: the days after against limits frozen before.
        Series = "series",
    }
}

crate::text_enum! {
    /// How an effect was computed.
    TestMethod {
        /// Newcombe's tenth method.
        Newcombe = "newcombe",
        /// Exact test of the ratio of two rates.
        ExactRatio = "exact_ratio",
        /// Welch's t test.
        Welch = "welch",
        /// Resampling with the seed that is told.
        Bootstrap = "bootstrap",
        /// Limits frozen before.
        FrozenLimits = "frozen_limits",
    }
}

crate::text_enum! {
    /// Whether the time before was one process. Where it was not, a test answers nothing.
    Stability {
        /// No run, and hardly a point beyond the limits.
        Stable = "stable",
        /// It shifted or jumped.
        Unstable = "unstable",
        /// Too few days to say.
        Unknown = "unknown",
    }
}

/// What is asked, fixed before anybody acts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Question {
    /// The days before.
    pub before: (NaiveDate, NaiveDate),
    /// The days after.
    pub after: (NaiveDate, NaiveDate),
    /// More is wanted.
    pub rising: bool,
    /// The smallest change that is worth while, in the unit of the KPI.
    pub worth: f64,
    /// Version of the definition that both are measured by.
    pub version: i64,
}

/// How the days stand against limits frozen before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signals {
    /// Days after that were judged.
    pub points: usize,
    /// Signals on the wanted side: runs, and points beyond the limits.
    pub wanted: usize,
    /// Signals on the other side.
    pub unwanted: usize,
}

/// What can be said of before and after, with everything it rests on. Sizes are in the unit of the KPI, of rates the ratio.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// How it was computed; none = there was nothing to test.
    pub method: Option<TestMethod>,
    /// After less before; of rates after over before.
    pub size: Option<f64>,
    /// Its 95 % interval.
    pub interval: Option<[f64; 2]>,
    /// Two-sided p value.
    pub p: Option<f64>,
    /// Observations before and after.
    pub n: [i64; 2],
    /// Whether the time before was stable.
    pub before: Stability,
    /// The days after against limits frozen before.
    pub signals: Option<Signals>,
    /// The seed of a bootstrap.
    pub seed: Option<u64>,
    /// Version of the definition.
    pub definition_version: i64,
    /// How much more the days before vary than chance alone would make them, where that took the verdict from the test of sums.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispersion: Option<f64>,
}

/// The test that the data of a KPI allow.
pub fn test_kind(known: &Known) -> TestKind {
    known.formula.as_ref().map_or(TestKind::Series, |formula| kind_of(formula))
}

fn kind_of(formula: &Formula) -> TestKind {
    match formula.kind() {
        MethodKind::Proportion => TestKind::Shares,
        MethodKind::Rate => TestKind::Rates,
        MethodKind::Mean if formula.knows_spread() => TestKind::Means,
        _ => TestKind::Series,
    }
}

/// Judges a change of a KPI of a centre (by id).
///
/// # Errors
/// [`Error::NotFound`] for a code that nobody defined.
pub fn judge(conn: &mut Conn, centre_id: &str, code: &str, question: &Question) -> Result<Judgement> {
    let known = definition_version(conn, code, question.version)?;
    let formula = known.formula.clone().ok_or(Error::NotFound)?;
    let scope = formula.scope();
    let first = question.before.0.min(question.after.0);
    let days = (reach(Period::day(first), &scope), question.before.1.max(question.after.1));
    let book = DayBook::read(conn, centre_id, days, &scope)?;
    Ok(judged(&known, &formula, &book, question))
}

fn judged(known: &Known, formula: &Formula, book: &DayBook, question: &Question) -> Judgement {
    let scope = formula.scope();
    let frames = |(from, to): (NaiveDate, NaiveDate)| book.frames(Period::range(from, to), &scope);
    let (before, after) = (frames(question.before), frames(question.after));
    let (stability, signals) = series(known, book, question);
    let mut found = Judgement {
        verdict: Verdict::NotTestable,
        method: None,
        size: None,
        interval: None,
        p: None,
        n: [formula.point(&before).n, formula.point(&after).n],
        before: stability,
        signals,
        seed: None,
        definition_version: known.version,
        dispersion: None,
    };
    match kind_of(formula) {
        TestKind::Series => {
            let size = change(known, (&before, &after));
            found.size = size;
            by_limits(&mut found, size, question);
        }
        kind => {
            of_sums(&mut found, known, kind, (&before, &after), question);
            found.dispersion = control::dispersion(known, book, question.before).filter(|sigma_z| *sigma_z > OVERDISPERSED);
            if found.dispersion.is_some() {
                // Size and interval stay as they are, and say nothing of chance: neither does their p value.
                (found.verdict, found.method, found.p) = (Verdict::NotTestable, None, None);
                by_limits(&mut found, change(known, (&before, &after)), question);
            }
        }
    }
    // A time before that was no one process tells nothing, whatever the figures are.
    if stability == Stability::Unstable {
        found.verdict = Verdict::NotTestable;
    }
    found
}

/// Tests of sums: what they find in the plain figures is told in the unit, and ratios as they are.
fn of_sums(found: &mut Judgement, known: &Known, kind: TestKind, (before, after): (&Frames, &Frames), question: &Question) {
    let Some(formula) = known.formula.as_ref() else { return };
    let scale = known.definition.scale();
    let (old, new) = (formula.point(before), formula.point(after));
    let counts = |value: &super::method::KpiValue| Some((value.numerator.count()?, value.denominator.count()?));
    let rates = |value: &super::method::KpiValue| Some((value.numerator.count()?, value.denominator.real()));
    let (method, effect, none, worth) = match kind {
        TestKind::Shares => {
            let effect = counts(&old).zip(counts(&new)).and_then(|(old, new)| compare::shares(old, new, CONFIDENCE));
            (TestMethod::Newcombe, effect, 0.0, question.worth / scale)
        }
        TestKind::Rates => {
            let effect = rates(&old).zip(rates(&new)).and_then(|(old, new)| compare::rates(old, new, CONFIDENCE));
            let worth = old.value.map_or(0.0, |rate| question.worth / scale / rate);
            (TestMethod::ExactRatio, effect, 1.0, worth)
        }
        _ => {
            let (method, effect) = means(found, known, before, after);
            (method, effect, 0.0, question.worth / scale)
        }
    };
    let unit = if kind == TestKind::Rates { 1.0 } else { scale };
    found.verdict = verdict(effect, none, worth, question.rising);
    found.method = effect.map(|_| method);
    found.size = effect.map(|effect| effect.size * unit);
    found.interval = effect.map(|effect| [effect.interval.0 * unit, effect.interval.1 * unit]);
    found.interval = found.interval.filter(|interval| interval.iter().all(|end| end.is_finite()));
    found.p = effect.map(|effect| effect.p);
}

/// Welch's test; few values, whose mean may be far from normal, are resampled where they are known one by one.
fn means(found: &mut Judgement, known: &Known, before: &Frames, after: &Frames) -> (TestMethod, Option<Effect>) {
    let Some(formula) = known.formula.as_ref() else { return (TestMethod::Welch, None) };
    let (old, new) = (formula.sample(before), formula.sample(after));
    if old.zip(new).is_some_and(|(old, new)| is_resampled(old.count, new.count))
        && let (Some(old), Some(new)) = (formula.values(before), formula.values(after))
    {
        let seed = known.definition.seed();
        found.seed = Some(seed);
        return (TestMethod::Bootstrap, compare::resampled(&old, &new, seed, ROUNDS, CONFIDENCE));
    }
    (TestMethod::Welch, old.zip(new).and_then(|(old, new)| compare::means(old, new, CONFIDENCE)))
}

/// Whether the values of two samples are drawn again: few on a side, whose mean may be far from normal, and not too many to draw.
fn is_resampled(old: u64, new: u64) -> bool {
    old.min(new) < MANY && old.saturating_add(new) <= MOST
}

/// After less before in the unit of the KPI.
fn change(known: &Known, (before, after): (&Frames, &Frames)) -> Option<f64> {
    let formula = known.formula.as_ref()?;
    let value = |frames| formula.point(frames).value.map(|value| value * known.definition.scale());
    value(after).zip(value(before)).map(|(new, old)| new - old)
}

/// The verdict by limits frozen before, of a change of this size: where there are such limits.
fn by_limits(found: &mut Judgement, size: Option<f64>, question: &Question) {
    let Some(signals) = found.signals else { return };
    found.method = Some(TestMethod::FrozenLimits);
    found.verdict = of_series(signals, size, question);
}

/// Signals on one side only, and a mean that moved to that side: where it is the wanted one, as far as is worth while.
fn of_series(signals: Signals, size: Option<f64>, question: &Question) -> Verdict {
    let wanted = size.map(|size| if question.rising { size } else { -size });
    let better = wanted.is_some_and(|size| size > 0.0 && size >= question.worth.abs());
    let worse = wanted.is_some_and(|size| size < 0.0);
    match (signals.wanted, signals.unwanted) {
        (1.., 0) if better => Verdict::Effective,
        (0, 1..) if worse => Verdict::Worse,
        _ => Verdict::NotShown,
    }
}

/// Whether the days before were stable among themselves, and how the days after stand against their limits.
fn series(known: &Known, book: &DayBook, question: &Question) -> (Stability, Option<Signals>) {
    let Some((kind, parameters, before)) = control::phase_of(known, book, Grain::Day, question.before) else {
        return (Stability::Unknown, None);
    };
    let (low, high) = before;
    let runs = low.1 + high.1;
    // One point of twenty-five may lie beyond: more than chance alone gives, less than a process that is none.
    let stable = runs == 0 && (low.0 + high.0) * 25 <= parameters.points;
    let after = control::against(known, book, (kind, &parameters), Grain::Day, question.after);
    let signals = after.map(|(points, low, high)| {
        let (low, high) = (low.0 + low.1, high.0 + high.1);
        // Of gaps between rare events more is fewer events.
        let above_is_more = !matches!(kind, ChartKind::G | ChartKind::T);
        let (wanted, unwanted) = if question.rising == above_is_more { (high, low) } else { (low, high) };
        Signals { points, wanted, unwanted }
    });
    (if stable { Stability::Stable } else { Stability::Unstable }, signals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_as_many_values_are_drawn_again_as_are_quickly_drawn() {
        assert!(is_resampled(40, 60) && is_resampled(999, 9_001));
        assert!(!is_resampled(1000, 1000), "near enough to normal");
        assert!(!is_resampled(999, 9_002) && !is_resampled(10, u64::MAX), "Welch's test instead");
    }

    #[test]
    fn signals_count_only_with_a_mean_that_moved_to_their_side() {
        let day = NaiveDate::default();
        let question = Question { before: (day, day), after: (day, day), rising: true, worth: 2.0, version: 1 };
        let said = |wanted, unwanted, size| of_series(Signals { points: 20, wanted, unwanted }, Some(size), &question);
        assert_eq!(said(1, 0, 3.0), Verdict::Effective);
        assert_eq!(said(1, 0, 1.0), Verdict::NotShown, "less than is worth while");
        assert_eq!(said(0, 1, -1.0), Verdict::Worse);
        assert_eq!(said(0, 1, 3.0), Verdict::NotShown, "one bad day of better ones is no worsening");
        assert_eq!((said(0, 0, 3.0), said(1, 1, 3.0)), (Verdict::NotShown, Verdict::NotShown));
        let falling = Question { rising: false, ..question };
        assert_eq!(of_series(Signals { points: 20, wanted: 0, unwanted: 2 }, Some(0.5), &falling), Verdict::Worse);
        assert_eq!(of_series(Signals { points: 20, wanted: 2, unwanted: 0 }, Some(-2.0), &falling), Verdict::Effective);
    }
}
