//! What each kind of method gives, against figures that were published or worked out by hand.

use super::*;
use crate::kpi::expression::{Frame, Frames, Parameters};
use crate::kpi::measures::{Histogram, Measures};
use crate::kpi::pack::shipped_definition;
use crate::kpi::quantities::Quantities;
use crate::kpi::vocabulary::Vocabulary;

fn over(quantities: &Quantities) -> Frames {
    Frames::of(Frame::of(Vocabulary::shipped(), quantities, 1.0, 30))
}

fn made(flows: &[(&str, i128)], spreads: &[(&str, &[(u32, u64)])]) -> Quantities {
    let mut made = Quantities::default();
    flows.iter().for_each(|(name, count)| made.add_flow(name, *count));
    spreads.iter().for_each(|(name, bins)| made.add_spread(name, &Histogram::from_pairs(bins.iter().copied())));
    made
}

fn of(code: &str, quantities: &Quantities) -> KpiValue {
    shipped_definition(code).unwrap().formula().unwrap().evaluate(&over(quantities))
}

fn level(measures: &Measures, variant: &str) -> KpiValue {
    let mut definition = shipped_definition("service_level").unwrap().clone();
    definition.variant = Some(variant.to_owned());
    definition.formula().unwrap().evaluate(&over(&Quantities::from(measures)))
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "{found} instead of {expected}");
}

/// The example of ICMI's article on service level calculations.
fn published() -> Measures {
    Measures {
        answered: 1000,
        abandoned: 60,
        wait_answered: Histogram::from_pairs([(20, 860), (21, 140)]),
        wait_abandoned: Histogram::from_pairs([(5, 10), (20, 10), (21, 40)]),
        ..Measures::default()
    }
}

#[test]
fn six_definitions_of_the_service_level() {
    let expected = [
        ("abandon_negative", 860, 1060, 0.811_320_754_717),
        ("answered_only", 860, 1000, 0.86),
        ("abandon_ignored_le_t", 860, 1040, 0.826_923_076_923),
        ("abandon_positive", 880, 1060, 0.830_188_679_245),
        ("short_abandon_positive", 870, 1060, 0.820_754_716_981),
        ("short_abandon_excluded", 860, 1050, 0.819_047_619_048),
    ];
    for (variant, numerator, denominator, value) in expected {
        let found = level(&published(), variant);
        assert!(found.numerator == numerator && found.denominator == denominator && found.n == denominator, "{variant}: {found:?}");
        assert!((found.value.unwrap() - value).abs() < 1e-12, "{variant}");
        let (low, high) = found.interval.unwrap();
        assert!(low < value && value < high && high - low < 0.05);
        assert_eq!(found.method, IntervalMethod::Wilson);
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
    assert!((level(&measures, "short_abandon_excluded").value.unwrap() - 0.571_428_571_429).abs() < 1e-12);
    let mut net = shipped_definition("abandonment_rate").unwrap().clone();
    net.variant = Some("short_excluded".to_owned());
    let net = net.formula().unwrap().evaluate(&over(&Quantities::from(&measures)));
    assert!(net.numerator == 50 && net.denominator == 350);
}

#[test]
fn says_what_is_missing_instead_of_zero() {
    let nothing = Quantities::default();
    for code in ["answer_rate", "asa_s", "aht_s", "abandonment_rate", "service_level"] {
        let value = of(code, &nothing);
        let missing = value.missing.clone().unwrap();
        assert_eq!((value.value, missing.reason), (None, Lack::NotDelivered), "{code}");
        assert!(!value.scorable() && !missing.measures.is_empty());
    }
    let reason = |value: KpiValue| value.missing.map(|missing| (missing.reason, missing.measures.join(" ")));
    let no_waits = Measures { answered: 5, abandoned: 2, ..Measures::default() };
    let bare = Quantities::from(&no_waits);
    assert_eq!(reason(of("asa_s", &bare)), Some((Lack::NotDelivered, "wait_answered".to_owned())));
    assert_eq!(reason(of("aht_s", &bare)).unwrap().0, Lack::NotDelivered);
    assert_eq!(reason(level(&no_waits, "abandon_negative")), Some((Lack::NotDelivered, "wait_answered".to_owned())));
    let half = Measures { wait_answered: Histogram::from_pairs([(3, 5)]), ..no_waits.clone() };
    assert_eq!(reason(level(&half, "abandon_positive")), Some((Lack::NotDelivered, "wait_abandoned".to_owned())));
    assert!(level(&half, "abandon_negative").numerator == 5);
    let part = Measures { wait_answered: Histogram::from_pairs([(3, 4)]), ..no_waits };
    assert_eq!(reason(level(&part, "abandon_negative")).unwrap().0, Lack::Incomplete);
    let idle = made(&[("complaints", 0), ("complaints_due", 0), ("complaints_in_time", 0)], &[("csat", &[])]);
    assert_eq!(reason(of("complaint_closed_in_time", &idle)).unwrap().0, Lack::NothingToDivide);
    assert_eq!(reason(of("csat_mean", &idle)), Some((Lack::NoValues, "csat".to_owned())));
    let false_data = made(&[("complaints_due", 5), ("complaints_in_time", 6)], &[]);
    assert_eq!(reason(of("complaint_closed_in_time", &false_data)).unwrap().0, Lack::Contradiction);
}

#[test]
fn means_of_sums_have_an_interval_from_thirty_contacts_on() {
    let measures = |n| {
        Quantities::from(&Measures {
            answered: n,
            handled: n,
            talk_s: 10 * n,
            hold_s: n,
            handle_square: i128::from(n) * 125,
            wait_answered_s: 20 * n,
            wait_answered: Histogram::from_pairs([(20, n)]),
            ..Measures::default()
        })
    };
    let few = of("aht_s", &measures(29));
    assert_eq!((few.value, few.interval, few.scorable()), (Some(11.0), None, false));
    let enough = of("aht_s", &measures(30));
    // Standard deviation sqrt(30 * 4 / 29), quantile 2.045229642132703 of t with 29 degrees of freedom.
    let half = 2.045_229_642_132_703 * (4.0_f64 * 30.0 / 29.0).sqrt() / 30.0_f64.sqrt();
    let (low, high) = enough.interval.unwrap();
    near(low, 11.0 - half);
    near(high, 11.0 + half);
    assert_eq!(of("asa_s", &measures(30)).interval, Some((20.0, 20.0)));
}

#[test]
fn few_ratings_are_resampled_with_the_stored_seed() {
    let ratings = made(&[], &[("csat", &[(1, 2), (4, 5), (5, 8)])]);
    let value = of("csat_mean", &ratings);
    assert_eq!((value.method, value.scorable(), value.n), (IntervalMethod::Bootstrap, false, 15));
    assert_eq!(value, of("csat_mean", &ratings), "the same seed, the same interval");
    let (low, high) = value.interval.unwrap();
    assert!(value.seed.is_some() && low < value.value.unwrap() && value.value.unwrap() < high);
    let formula = shipped_definition("csat_mean").unwrap().formula().unwrap();
    let point = formula.point(&over(&ratings));
    assert_eq!((point.value, point.interval), (value.value, None));
}

#[test]
fn shares_of_ratings_and_their_difference() {
    let ratings = made(&[], &[("csat", &[(1, 5), (2, 5), (3, 10), (4, 30), (5, 50)]), ("recommend", &[(0, 2), (7, 1), (9, 7)])]);
    let share = |code: &str| of(code, &ratings).value.unwrap();
    near(share("csat_top2"), 0.8);
    near(share("csat_top_box"), 0.5);
    near(share("dissatisfied_share"), 0.1);
    // Ten answers, 7 promoters, 1 passive, 2 detractors: 50, with the error 100·sqrt((.7 + .2 − .25) / 10).
    let nps = of("nps", &ratings);
    near(nps.value.unwrap(), 0.5);
    let half = 1.959_963_984_540_054 * (0.65_f64 / 10.0).sqrt();
    near(nps.interval.unwrap().0, 0.5 - half);
    assert_eq!((nps.scorable(), nps.needed), (false, 100));
}

#[test]
fn a_ratio_of_means_is_not_a_mean_of_ratios() {
    // Four people: expectation 4 4 5 3, evaluation 4 3 5 4.
    let pairs = made(
        &[
            ("pairs", 4),
            ("pairs_expected", 16),
            ("pairs_evaluated", 16),
            ("pairs_expected_sq", 66),
            ("pairs_evaluated_sq", 66),
            ("pairs_product", 65),
        ],
        &[],
    );
    let value = of("csi_ratio", &pairs);
    near(value.value.unwrap(), 1.0);
    assert_eq!((value.n, value.method), (4, IntervalMethod::Delta));
    // Differences 0 −1 0 1: variance 2/3, so the error is sqrt(2/3/4)/4; t with 3 degrees of freedom 3.182446305284263.
    let half = 3.182_446_305_284_263 * (2.0_f64 / 3.0 / 4.0).sqrt() / 4.0;
    near(value.interval.unwrap().1, 1.0 + half);
}

#[test]
fn rates_have_exact_limits_and_wait_for_enough_events() {
    let definition = shipped_definition("complaint_rate_per_million").unwrap();
    let few = of("complaint_rate_per_million", &made(&[("complaints", 2), ("items_handled", 1_000_000)], &[]));
    near(few.value.unwrap() * definition.scale(), 2.0);
    // Garwood's limits of two events.
    let (low, high) = few.interval.unwrap();
    assert!((low * 1e6 - 0.242_209).abs() < 1e-6 && (high * 1e6 - 7.224_688).abs() < 1e-6, "{low} {high}");
    assert!(!definition.scorable(&few, &definition.limits), "1.5 expected at the target");
    let many = of("complaint_rate_per_million", &made(&[("complaints", 2), ("items_handled", 4_000_000)], &[]));
    assert!(definition.scorable(&many, &definition.limits), "6 expected at the target");
}

#[test]
fn percentiles_of_distributions_together() {
    let counts = [("answered", 90), ("abandoned", 10)];
    let waits = made(&counts, &[("wait_answered", &[(0, 60), (10, 30)]), ("wait_abandoned", &[(30, 5), (40, 5)])]);
    let value = of("wait_p90_s", &waits);
    assert_eq!((value.value, value.n, value.needed, value.scorable()), (Some(10.0), 100, 100, true));
    assert_eq!(value.method, IntervalMethod::OrderStatistics);
    let (low, high) = value.interval.unwrap();
    assert!(low <= 10.0 && high >= 30.0);
}

#[test]
fn agreement_of_two_evaluators() {
    // 45 and 25 agreed, 20 and 10 not: agreement 0.7, by chance (.65·.55 + .35·.45) = 0.515.
    let scored = made(&[], &[("double_scored", &[(0, 45), (1, 20), (100, 10), (101, 25)])]);
    let value = of("evaluator_agreement", &scored);
    let kappa = (0.7 - 0.515) / (1.0 - 0.515);
    near(value.value.unwrap(), kappa);
    let error = (0.7_f64 * 0.3 / 100.0).sqrt() / (1.0 - 0.515);
    near(value.interval.unwrap().0, kappa - 1.959_963_984_540_054 * error);
    assert_eq!(value.method, IntervalMethod::KappaError);
}

#[test]
fn a_median_time_with_open_ones() {
    let times = made(&[], &[("proficiency_days", &[(30, 4), (50, 4), (70, 4)]), ("proficiency_open_days", &[(40, 4), (90, 4)])]);
    let value = of("time_to_proficiency_d", &times);
    // At risk 20, 12 (after 4 events and 4 censored), 8: 0.8, 0.5333, 0.2667.
    assert_eq!((value.value, value.n, value.scorable()), (Some(70.0), 20, true));
    assert_eq!((value.interval, value.method), (Some((50.0, 70.0)), IntervalMethod::BrookmeyerCrowley));
    // Freireich 1963, 6-MP arm: the upper bound never passes a half.
    let ended: &[(u32, u64)] = &[(6, 3), (7, 1), (10, 1), (13, 1), (16, 1), (22, 1), (23, 1)];
    let going_on: &[(u32, u64)] =
        &[(6, 1), (9, 1), (10, 1), (11, 1), (17, 1), (19, 1), (20, 1), (25, 1), (32, 2), (34, 1), (35, 1)];
    let value = of("time_to_proficiency_d", &made(&[], &[("proficiency_days", ended), ("proficiency_open_days", going_on)]));
    assert_eq!((value.value, value.interval, value.method), (Some(23.0), None, IntervalMethod::BrookmeyerCrowley));
    let open = made(&[], &[("proficiency_days", &[(30, 1)]), ("proficiency_open_days", &[(40, 9)])]);
    assert_eq!(of("time_to_proficiency_d", &open).missing.unwrap().reason, Lack::NotReached);
}

#[test]
fn stocks_and_years() {
    let day = |day| chrono::NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
    let mut made = made(&[("proposals", 8), ("leavers", 2), ("training_s", 360_000)], &[]);
    for (on, count) in [(1, 38), (31, 42)] {
        made.add_level("headcount", day(on), count);
        made.add_level("agents_active", day(on), count);
        made.add_level("agents_certified", day(on), count - 2);
    }
    near(of("certification_rate", &made).value.unwrap(), 40.0 / 42.0);
    near(of("proposals_per_head", &made).value.unwrap(), 8.0 * 12.0 / 40.0);
    near(of("attrition_annualised", &made).value.unwrap(), 2.0 * 12.0 / 40.0);
    near(of("training_hours_per_head", &made).value.unwrap(), 2.5);
}

#[test]
fn an_index_and_a_gap() {
    let answers = made(&[], &[("index_score", &[(800, 50), (900, 50)]), ("servqual_gap", &[(18, 10), (20, 20), (21, 10)])]);
    near(of("csi_index", &answers).value.unwrap(), 100.0 * (850.0 - 100.0) / 900.0);
    near(of("servqual_gap", &answers).value.unwrap(), -0.25);
}

#[test]
fn a_method_without_its_parts_says_which() {
    let faults = |method: &Method| {
        let parameters = Parameters::new();
        Formula::of(method, Vocabulary::shipped(), &parameters, 1, 30).map(|_| ()).unwrap_err()
    };
    let bare = Method::of(MethodKind::Proportion);
    assert_eq!(faults(&bare), [FormulaFault::Needed("numerator"), FormulaFault::Needed("denominator")]);
    let text = |text: &str| Some(text.to_owned());
    let mixed = Method { numerator: text("answered"), denominator: text("talk_s"), ..bare.clone() };
    assert!(matches!(faults(&mixed)[..], [FormulaFault::Units(..)]));
    let truth = Method { numerator: text("answered > 1"), denominator: text("answered"), ..bare.clone() };
    assert_eq!(faults(&truth), [FormulaFault::Truth("numerator".to_owned())]);
    let typo = Method { numerator: text("answerd"), denominator: text("answered"), requires: vec!["1".to_owned()], ..bare };
    assert!(matches!(&faults(&typo)[..], [FormulaFault::Expression(part, _), FormulaFault::Condition(_)] if part == "numerator"));
    let percentile = Method { spread: vec!["answered".to_owned()], share: Some(90.0), ..Method::of(MethodKind::Percentile) };
    assert_eq!(faults(&percentile), [FormulaFault::Spread("spread", "answered".to_owned()), FormulaFault::Share]);
    let index = Method { spread: vec!["csat".to_owned()], low: Some(5.0), high: Some(1.0), ..Method::of(MethodKind::Index) };
    assert_eq!(faults(&index), [FormulaFault::Ends]);
}
