//! The calls of the samples against their oracle, where `CAIRN_SAMPLES` names the folder.

use serde_json::Value;

use super::*;
use crate::kpi::expression::{Frame, Frames};
use crate::kpi::method::{KpiValue, Lack};
use crate::kpi::pack::shipped_definition;
use crate::kpi::quantities::Quantities;
use crate::kpi::statistics::p_chart;
use crate::kpi::vocabulary::Vocabulary;

const CALLS: &str = "
source = 'calls'
[id]
column = 'Call Id'
[centre]
value = 'HD'
[channel]
value = 'voice'
[stamp]
date = 'Date'
time = 'Time'
[outcome]
column = 'Answered (Y/N)'
values = { Y = 'answered', N = 'abandoned' }
[wait]
column = 'Speed of answer in seconds'
empty = 'unknown'
[talk]
column = 'AvgTalkDuration'
[resolved]
column = 'Resolved'
values = { Y = true, N = false }
[csat]
column = 'Satisfaction rating'
";

fn calls() -> Option<(Intake, Value)> {
    let folder = std::path::PathBuf::from(std::env::var_os("CAIRN_SAMPLES")?).join("calls");
    let file = std::fs::File::open(folder.join("calls.csv")).unwrap();
    let mapping = Mapping::from_toml(CALLS).unwrap();
    let intake = measure(file, &mapping, &zones(), &mut std::io::sink()).unwrap();
    Some((intake, serde_json::from_slice(&std::fs::read(folder.join("oracle.json")).unwrap()).unwrap()))
}

fn frames(measures: &Measures) -> Frames {
    Frames::of(Frame::of(Vocabulary::shipped(), &Quantities::from(measures), 1.0, 30))
}

fn value(measures: &Measures, code: &str) -> KpiValue {
    shipped_definition(code).unwrap().formula().unwrap().evaluate(&frames(measures))
}

fn level(measures: &Measures, threshold_s: u32, variant: &str) -> KpiValue {
    let mut definition = shipped_definition("service_level").unwrap().clone();
    definition.variant = Some(variant.to_owned());
    definition.parameters.insert("threshold_s".to_owned(), f64::from(threshold_s));
    definition.formula().unwrap().evaluate(&frames(measures))
}

fn near(found: Option<f64>, expected: &Value) {
    let (found, expected) = (found.unwrap(), expected.as_f64().unwrap());
    assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{found} instead of {expected}");
}

fn compare(measures: &Measures, oracle: &Value) {
    let count = |key: &str| oracle[key].as_u64().unwrap();
    assert_eq!(
        (measures.offered(), measures.answered, measures.abandoned),
        (count("offered"), count("answered"), count("abandoned"))
    );
    assert_eq!((measures.resolved, measures.csat_answers()), (count("resolved"), count("csat_n")));
    let twenty = level(measures, 20, "abandon_negative");
    assert!(twenty.numerator == count("answered_le_20") as i64 && twenty.denominator == count("offered") as i64);
    near(twenty.value, &oracle["sl20_abandon_negative"]);
    near(level(measures, 20, "answered_only").value, &oracle["sl20_answered_only"]);
    near(level(measures, 60, "abandon_negative").value, &oracle["sl60_abandon_negative"]);
    near(value(measures, "abandonment_rate").value, &oracle["abandonment_rate"]);
    near(value(measures, "asa_s").value, &oracle["asa_s"]);
    near(value(measures, "aht_s").value, &oracle["aht_talk_s"]);
    near(value(measures, "csat_mean").value, &oracle["csat_mean"]);
    let gone = level(measures, 20, "abandon_positive");
    assert_eq!(gone.value, None, "abandoned rows carry no wait");
    assert_eq!(gone.missing.map(|missing| missing.reason), Some(Lack::NotDelivered));
}

#[test]
fn the_workbook_of_the_calls_says_what_their_text_says() {
    use crate::kpi::mapping::SourceMapping;
    let Some((intake, oracle)) = calls() else { return };
    let folder = std::path::PathBuf::from(std::env::var_os("CAIRN_SAMPLES").unwrap()).join("calls");
    let file = std::fs::File::open(folder.join("Call-Center-Dataset.xlsx")).unwrap();
    let mapping = SourceMapping::from_toml(CALLS).unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let zones = zones();
    let setting = Setting { scratch: scratch.path(), zones: &zones, names: None, as_of: None };
    let book = super::super::read(file, &mapping, setting, &mut std::io::sink()).unwrap();
    assert_eq!((book.error_count, book.errors.first(), book.workbook), (0, None, true));
    assert_eq!(book.rows, intake.rows);
    assert!(book.quantities.is_empty());
    compare(&book.period("HD", day("2021-01-01"), day("2021-03-31")), &oracle["quarter"]);
    // Every day and so every month and week: the same cells as those of the text, to the second.
    assert_eq!(book.cells, intake.cells);
}

#[test]
fn the_calls_of_a_quarter_and_of_each_month() {
    let Some((intake, oracle)) = calls() else { return };
    assert_eq!((intake.rows, intake.error_count), (oracle["row_count"].as_u64().unwrap(), 0));
    let quarter = intake.period("HD", day("2021-01-01"), day("2021-03-31"));
    compare(&quarter, &oracle["quarter"]);
    for (month, last) in [("2021-01", 31), ("2021-02", 28), ("2021-03", 31)] {
        let measures = intake.period("HD", day(&format!("{month}-01")), day(&format!("{month}-{last}")));
        compare(&measures, &oracle["by_month"][month]);
    }
    for (key, per_mille) in [("p50", 500), ("p80", 800), ("p90", 900), ("p95", 950), ("p99", 990)] {
        let expected = oracle["wait_quantiles_answered_s"][key]["nearest_rank"].as_f64();
        assert_eq!(quarter.wait_answered.percentile(per_mille).map(f64::from), expected, "{key}");
    }
    let interval = value(&quarter, "abandonment_rate").interval.unwrap();
    near(Some(interval.0), &oracle["wilson95"]["abandonment"][0]);
    near(Some(interval.1), &oracle["wilson95"]["abandonment"][1]);
}

#[test]
fn the_weeks_of_the_quarter_as_a_p_chart() {
    use chrono::Datelike;
    let Some((intake, oracle)) = calls() else { return };
    let expected = &oracle["p_chart_weekly_abandonment"];
    let weeks: Vec<(u64, u64)> = expected["weeks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|week| {
            let of_week = |key: &CellKey| {
                format!("{}-W{:02}", key.day.iso_week().year(), key.day.iso_week().week()) == week.as_str().unwrap()
            };
            let measures = Measures::total(intake.cells.iter().filter(|cell| of_week(cell.0)).map(|cell| cell.1));
            (measures.abandoned, measures.offered())
        })
        .collect();
    let chart = p_chart(&weeks).unwrap();
    near(Some(chart.process.centre()), &expected["center"]);
    for (week, point) in chart.points.iter().enumerate() {
        near(point.map(|point| point.value), &expected["p"][week]);
        near(point.map(|point| point.limits.lower), &expected["lcl"][week]);
        near(point.map(|point| point.limits.upper), &expected["ucl"][week]);
    }
}
