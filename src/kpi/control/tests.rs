//! Charts by kind against published limits; gaps of rare events, subgroups, weekends apart, and what definitions may ask for.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::charted::broken;
use super::fit::{fit, place, series};
use super::readings::{Reading, measure_gaps};
use super::spread::spreads;
use super::*;
use crate::kpi::method::{Figure, IntervalMethod, KpiValue, MethodKind};
use crate::kpi::period::Period;
use crate::kpi::statistics::compare::Sample;
use crate::kpi::statistics::{Process, Rule, RuleSet, c4, find, xmr_chart};

fn reading(day: u64, numerator: i64, denominator: i64) -> Reading {
    let first = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap();
    let value = KpiValue {
        numerator: Figure::Whole(numerator),
        denominator: Figure::Whole(denominator),
        value: Some(numerator as f64 / denominator as f64),
        interval: None,
        method: IntervalMethod::None,
        seed: None,
        n: denominator,
        needed: 0,
        missing: None,
        strata: Vec::new(),
    };
    Reading { period: Period::day(first + Days::new(day)), value, sample: None, gap: None }
}

fn all(counts: &[(i64, i64)]) -> Vec<Reading> {
    (0..).zip(counts).map(|(day, (x, n))| reading(day, *x, *n)).collect()
}

/// Montgomery's orange juice cans: thirty samples of fifty.
const CANS: [i64; 30] =
    [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6];

#[test]
fn a_p_chart_has_the_published_limits_and_signals() {
    let readings = all(&CANS.map(|count| (count, 50)));
    let parameters = fit(ChartKind::P, Split::None, &readings).unwrap();
    assert_eq!((parameters.points, parameters.provisional(), parameters.weekend), (30, false, None));
    let placed = place(ChartKind::P, &parameters, &readings);
    let first = placed[0].unwrap();
    assert!((first.centre - 0.231_333_3).abs() < 1e-6);
    assert!((first.limits.lower - 0.052_427_5).abs() < 1e-6 && (first.limits.upper - 0.410_239_1).abs() < 1e-6, "{first:?}");
    let z: Vec<f64> = placed.iter().map(|placed| placed.unwrap().z).collect();
    let beyond: Vec<usize> = find(&z, RuleSet::of(&[Rule::BeyondLimits])).iter().map(|one| one.point + 1).collect();
    assert_eq!(beyond, [15, 23]);
}

#[test]
fn fewer_than_twelve_points_have_no_limits_and_fewer_than_twenty_provisional_ones() {
    let some = |count: usize| all(&CANS[..count].iter().map(|x| (*x, 50)).collect::<Vec<_>>());
    assert_eq!(fit(ChartKind::PPrime, Split::None, &some(11)), None);
    assert!(fit(ChartKind::PPrime, Split::None, &some(12)).unwrap().provisional());
    assert!(!fit(ChartKind::PPrime, Split::None, &some(20)).unwrap().provisional());
    assert_eq!(fit(ChartKind::PPrime, Split::None, &all(&[(5, 50); 30])), None, "what does not vary has no limits");
}

#[test]
fn frozen_parameters_read_as_they_were_written() {
    let readings = all(&CANS.map(|count| (count, 50)));
    for (kind, split) in [(ChartKind::PPrime, Split::None), (ChartKind::Xmr, Split::Weekday), (ChartKind::UPrime, Split::None)] {
        let parameters = fit(kind, split, &readings).unwrap();
        let text = serde_json::to_string(&parameters).unwrap();
        let again: Parameters = serde_json::from_str(&text).unwrap();
        assert!((again.process.centre() - parameters.process.centre()).abs() < 1e-15, "{text}");
        assert_eq!((again.points, again.weekend.is_some()), (parameters.points, split == Split::Weekday));
    }
}

#[test]
fn weekends_have_their_own_centre() {
    // From a Monday on: 80 of 100 on working days, 60 on weekends, a little more or less.
    let counts: Vec<(i64, i64)> = (0..42).map(|day| (if day % 7 < 5 { 80 } else { 60 } + day % 3, 100)).collect();
    let readings = all(&counts);
    let apart = fit(ChartKind::Xmr, Split::Weekday, &readings).unwrap();
    let (working, weekend) = (apart.process.centre(), apart.weekend.unwrap().centre());
    assert!((working - 0.81).abs() < 0.005 && (weekend - 0.61).abs() < 0.005, "{working} {weekend}");
    let placed = place(ChartKind::Xmr, &apart, &readings);
    assert!((placed[5].unwrap().centre - weekend).abs() < 1e-12 && (placed[7].unwrap().centre - working).abs() < 1e-12);
    let together = fit(ChartKind::Xmr, Split::None, &readings).unwrap();
    let wide = |parameters: &Parameters| parameters.process.sigma(1.0).unwrap();
    assert!(wide(&apart) < wide(&together) / 2.0, "the rhythm of the week hides in the limits of all days together");
}

#[test]
fn gaps_between_rare_events_are_counted_in_items_or_days() {
    // Events on days 2, 5 (two of them) and 9; a hundred items a day.
    let counts: Vec<(i64, i64)> = (0..12)
        .map(|day| {
            (
                match day {
                    2 | 9 => 1,
                    5 => 2,
                    _ => 0,
                },
                100,
            )
        })
        .collect();
    let readings = spaced(&counts);
    assert_eq!(series(ChartKind::G, &readings), [(5, 150.0), (9, 400.0)], "what came before the first event nobody knows");
    assert_eq!(series(ChartKind::T, &readings), [(5, 1.5), (9, 4.0)]);
    let many: Vec<(i64, i64)> = (0..120).map(|day| (i64::from(day % 5 == 0 || day % 7 == 3), 100)).collect();
    let readings = spaced(&many);
    let parameters = fit(ChartKind::T, Split::None, &readings).unwrap();
    let placed = place(ChartKind::T, &parameters, &readings);
    let one = placed.iter().flatten().next().unwrap();
    assert!(one.limits.lower < one.centre && one.centre < one.limits.upper, "{one:?}");
    assert_eq!(placed.iter().flatten().count(), series(ChartKind::T, &readings).len());
    assert_eq!(fit(ChartKind::T, Split::None, &spaced(&many[..50])).unwrap().points, 14, "events are counted, not days");
    assert_eq!(fit(ChartKind::T, Split::None, &spaced(&many[..30])), None);
}

/// The same of rare events.
fn spaced(counts: &[(i64, i64)]) -> Vec<Reading> {
    let mut readings = all(counts);
    measure_gaps(&mut readings);
    readings
}

#[test]
fn weekends_without_limits_of_their_own_are_not_judged_by_those_of_the_week() {
    // 80 of 100 on working days, a little more or less; 60 on the two Saturdays that were worked.
    let counts: Vec<(i64, i64)> = (0..19).map(|day| (if day % 7 < 5 { 80 + day % 3 } else { 60 }, 100)).collect();
    let readings: Vec<Reading> = all(&counts).into_iter().filter(|one| one.period.from.weekday() != Weekday::Sun).collect();
    let parameters = fit(ChartKind::Xmr, Split::Weekday, &readings).unwrap();
    assert_eq!((parameters.points, parameters.weekend, parameters.apart), (15, None, true));
    let placed = place(ChartKind::Xmr, &parameters, &readings);
    let working = |one: &Reading| !one.is_weekend();
    assert!(readings.iter().zip(&placed).all(|(reading, placed)| placed.is_some() == working(reading)));
    assert!(signals(ChartKind::Xmr, &parameters, &readings).is_empty(), "no false signal on a Saturday");
    // A run of working days is not cut by the weekends between them.
    let shifted: Vec<Reading> = readings
        .iter()
        .enumerate()
        .map(|(at, one)| if working(one) { reading(day_of(at), 82, 100) } else { one.clone() })
        .collect();
    let run = signals(ChartKind::Xmr, &parameters, &shifted);
    assert!(run.iter().any(|(_, rule)| *rule == Rule::NineOnOneSide), "{run:?}");
    let kept: Parameters = serde_json::from_str(r#"{"points":15,"process":{"single":{"centre":0.8,"sigma":0.01}}}"#).unwrap();
    assert!(!kept.apart, "limits that were frozen before this was told are read as they were");
}

/// The day of a place in weeks from Monday to Saturday.
fn day_of(at: usize) -> u64 {
    u64::try_from(at / 6 * 7 + at % 6).unwrap()
}

/// Places and rules that are told.
fn signals(kind: ChartKind, parameters: &Parameters, readings: &[Reading]) -> Vec<(usize, Rule)> {
    let found = broken(kind, parameters, readings, &place(kind, parameters, readings), RuleSet::COUNTS);
    found.iter().filter(|one| one.is_told()).map(|one| (one.at, one.rule)).collect()
}

#[test]
fn weekends_are_smoothed_apart() {
    let counts: Vec<(i64, i64)> = (0..42).map(|day| (if day % 7 < 5 { 80 } else { 60 } + day % 3, 100)).collect();
    let readings = all(&counts);
    let parameters = fit(ChartKind::Ewma, Split::Weekday, &readings).unwrap();
    let placed = place(ChartKind::Ewma, &parameters, &readings);
    let weekend = parameters.weekend.unwrap().centre();
    assert!((placed[5].unwrap().centre - weekend).abs() < 1e-12);
    assert!(placed.iter().flatten().all(|one| one.z.abs() < 3.0), "the rhythm of the week is no drift");
}

#[test]
fn every_point_beyond_the_limits_tells_of_itself() {
    let wobble: Vec<(i64, i64)> = (0..20).map(|day| (80 + day % 2, 100)).collect();
    let parameters = fit(ChartKind::Xmr, Split::None, &all(&wobble)).unwrap();
    let readings = all(&[(80, 100), (95, 100), (96, 100), (60, 100), (81, 100)]);
    assert_eq!(signals(ChartKind::Xmr, &parameters, &readings), [1, 2, 3].map(|at| (at, Rule::BeyondLimits)));
    let found = broken(ChartKind::Xmr, &parameters, &readings, &place(ChartKind::Xmr, &parameters, &readings), RuleSet::COUNTS);
    let begins: Vec<usize> = found.iter().filter(|one| !one.goes_on).map(|one| one.at).collect();
    assert_eq!(begins, [1, 3], "a signal is raised where it begins, and again on the other side");
}

#[test]
fn subgroups_are_weighed_by_their_size() {
    let group = |day: u64, mean: f64, count: u64| Reading {
        sample: Some(Sample { count, mean, deviation: 2.0 }),
        ..reading(day, (mean * count as f64) as i64, i64::try_from(count).unwrap())
    };
    let readings: Vec<Reading> = (0..20).map(|day| group(day, 80.0 + (day % 4) as f64, 5 + day % 2 * 4)).collect();
    let parameters = fit(ChartKind::XbarS, Split::None, &readings).unwrap();
    let placed = place(ChartKind::XbarS, &parameters, &readings);
    let width = |at: usize| placed[at].unwrap().limits.upper - placed[at].unwrap().limits.lower;
    assert!((width(0) / width(1) - (9.0_f64 / 5.0).sqrt()).abs() < 1e-9, "limits follow the size of each subgroup");
}

/// NIST's ten flow rates (pmc322).
const FLOW: [i64; 10] = [496, 476, 499, 513, 478, 512, 526, 524, 536, 521];

/// The flow rates as days; what is missing is no number.
fn flow(values: &[f64]) -> Vec<Reading> {
    let mut readings = all(&vec![(0, 10); values.len()]);
    for (reading, value) in readings.iter_mut().zip(values) {
        reading.value.value = Some(*value);
    }
    readings
}

/// The limits that the ten flow rates show.
fn flow_limits() -> (Vec<f64>, Parameters) {
    let values: Vec<f64> = FLOW.iter().map(|tenths| *tenths as f64 / 10.0).collect();
    let process = xmr_chart(&values).unwrap().chart.process;
    (values, Parameters { points: 10, process, weekend: None, apart: false })
}

#[test]
fn moving_ranges_have_the_published_centre_and_limit() {
    let (values, frozen) = flow_limits();
    let ranges = spreads(ChartKind::Xmr, &frozen, &flow(&values));
    assert_eq!(ranges[0], None, "nothing stands before the first point");
    let one = ranges[1].unwrap();
    assert!((one.value - 2.0).abs() < 1e-9 && (one.usual.centre - 1.877_777_777_78).abs() < 1e-9, "{one:?}");
    assert!((one.usual.limits.upper - 6.134_7).abs() < 1e-9 && one.usual.limits.lower == 0.0, "{one:?}");
    assert!(ranges.iter().flatten().all(|one| !one.is_beyond()));
    // Later points are judged by what is frozen, and a range beyond its limit is told as such.
    let later = spreads(ChartKind::Xmr, &frozen, &flow(&[51.0, 57.2, 51.0, f64::NAN, 51.0, 51.5]));
    let told: Vec<Option<bool>> = later.iter().map(|one| one.map(|one| one.is_beyond())).collect();
    assert_eq!(told, [None, Some(true), Some(true), None, None, Some(false)], "what is missing leaves a gap of two ranges");
    assert!(later.iter().flatten().all(|one| one.usual == ranges[1].unwrap().usual), "frozen limits stay as they are");
    assert!(spreads(ChartKind::Ewma, &frozen, &flow(&values)).iter().all(Option::is_none));
}

#[test]
fn ranges_stay_within_the_days_that_are_charted_together() {
    let counts: Vec<(i64, i64)> = (0..42).map(|day| (if day % 7 < 5 { 80 } else { 60 } + day % 3, 100)).collect();
    let readings = all(&counts);
    let apart = fit(ChartKind::Xmr, Split::Weekday, &readings).unwrap();
    let ranges = spreads(ChartKind::Xmr, &apart, &readings);
    assert!(ranges.iter().flatten().all(|one| one.value < 0.03), "no leap from Friday to Saturday: {ranges:?}");
    assert_eq!(ranges.iter().flatten().count(), 40, "the first working day and the first Saturday have none");
    let (monday, saturday) = (ranges[7].unwrap().usual, ranges[12].unwrap().usual);
    assert!((monday.centre - apart.process.moving_range().unwrap().centre).abs() < 1e-12);
    assert!((saturday.centre - apart.weekend.unwrap().moving_range().unwrap().centre).abs() < 1e-12);
}

#[test]
fn deviations_have_limits_by_the_size_of_each_subgroup() {
    let process = Process::Means { centre: 74.001_176, sigma: 0.009_240_036_602_29 / c4(5.0) };
    let parameters = Parameters { points: 25, process, weekend: None, apart: false };
    let group = |count: u64, deviation: f64| Reading { sample: Some(Sample { count, mean: 74.0, deviation }), ..reading(0, 74, 1) };
    let found = spreads(ChartKind::XbarS, &parameters, &[group(5, 0.0148), group(5, 0.0194), group(1, 0.0), group(10, 0.0)]);
    let one = found[0].unwrap();
    // Montgomery's piston rings, as published.
    assert!((one.usual.centre - 0.009_240_036_6).abs() < 1e-10 && one.usual.limits.lower == 0.0, "{one:?}");
    assert!((one.usual.limits.upper - 0.019_302_416_8).abs() < 1e-10, "{one:?}");
    assert!(!one.is_beyond() && found[1].unwrap().is_beyond());
    assert_eq!(found[2], None, "one measurement has no deviation");
    assert!(found[3].unwrap().is_beyond(), "ten measurements that do not vary at all are beyond the lower limit");
    assert!(spreads(ChartKind::XbarS, &parameters, &flow(&[1.0])).iter().all(Option::is_none));
}

#[test]
fn an_ewma_chart_sees_a_small_drift() {
    let readings = all(&CANS.map(|count| (count, 50)));
    let parameters = fit(ChartKind::Ewma, Split::None, &readings).unwrap();
    assert!(matches!(parameters.process, Process::Single { .. }));
    let drifted: Vec<Reading> = (0..).zip(CANS).map(|(day, count)| reading(day, count + 7, 50)).collect();
    let beyond =
        |readings: &[Reading]| place(ChartKind::Ewma, &parameters, readings).iter().flatten().filter(|one| one.z > 3.0).count();
    assert!(beyond(&drifted) > 10 && beyond(&drifted) > beyond(&readings) + 8);
}

#[test]
fn rules_are_listed_by_their_numbers() {
    assert_eq!(
        parse_rules("1, 2、5 we4").unwrap(),
        [Rule::BeyondLimits, Rule::NineOnOneSide, Rule::TwoOfThreeBeyondTwo, Rule::EightOnOneSide]
    );
    assert_eq!(parse_rules("1 1 9"), Err("9".to_owned()));
    assert_eq!(parse_rules(" "), Ok(vec![]));
    for rule in Rule::ALL {
        assert_eq!(parse_rules(code_of_rule(rule)), Ok(vec![rule]));
    }
}

#[test]
fn a_chart_fits_what_a_method_gives() {
    assert!(fits(ChartKind::PPrime, MethodKind::Proportion) && !fits(ChartKind::PPrime, MethodKind::Mean));
    assert!(fits(ChartKind::UPrime, MethodKind::Rate) && !fits(ChartKind::UPrime, MethodKind::Level));
    assert!(fits(ChartKind::XbarS, MethodKind::Mean) && !fits(ChartKind::XbarS, MethodKind::Percentile));
    assert!(fits(ChartKind::T, MethodKind::Level) && !fits(ChartKind::G, MethodKind::Level));
    assert!(MethodKind::ALL.iter().all(|kind| fits(ChartKind::Xmr, *kind) && fits(ChartKind::Auto, *kind)));
}
