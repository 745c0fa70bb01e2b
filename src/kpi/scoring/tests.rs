//! The worked example of the specification, by hand and from its oracle file, and each rule for missing data by itself.

use super::*;

const FAMILIES: [(&str, Kind); 6] = [
    ("ability", Kind::Qualitative),
    ("skill", Kind::Qualitative),
    ("satisfaction", Kind::Qualitative),
    ("service_level", Kind::Quantitative),
    ("innovation", Kind::Quantitative),
    ("economy", Kind::Quantitative),
];

fn families(weights: [f64; 6]) -> Vec<FamilyInput> {
    FAMILIES.iter().zip(weights).map(|((code, kind), weight)| FamilyInput { code: (*code).into(), kind: *kind, weight }).collect()
}

fn kpi(code: &str, family: usize, weight: f64, floor: f64, target: f64, value: f64) -> KpiInput {
    let scale = Scale::Toward { floor, target };
    KpiInput { code: code.into(), family: FAMILIES[family].0.into(), weight, scale, reading: Reading::Value(value) }
}

/// The worked example: (KPI with its weight in a cost-control centre, weights in the other two types, score).
fn example() -> Vec<(KpiInput, [f64; 2], f64)> {
    let band = Scale::Band { outer_low: 65.0, low: 78.0, high: 85.0, outer_high: 95.0 };
    let mut rows = vec![
        (kpi("certification_rate", 0, 50.0, 70.0, 95.0, 90.0), [50.0, 50.0], 80.0),
        (kpi("knowledge_pass_rate", 0, 50.0, 80.0, 95.0, 94.0), [50.0, 50.0], 1400.0 / 15.0),
        (kpi("qa_score", 1, 60.0, 70.0, 90.0, 86.0), [60.0, 60.0], 80.0),
        (kpi("customer_critical_accuracy", 1, 40.0, 90.0, 98.0, 97.0), [40.0, 40.0], 87.5),
        (kpi("csat_top2", 2, 50.0, 70.0, 85.0, 84.0), [40.0, 50.0], 1400.0 / 15.0),
        (kpi("csi_ratio", 2, 20.0, 0.8, 1.0, 0.96), [30.0, 20.0], 80.0),
        (kpi("complaint_handling_satisfaction", 2, 30.0, 85.0, 95.0, 92.0), [30.0, 30.0], 70.0),
        (kpi("service_level", 3, 40.0, 60.0, 80.0, 76.0), [20.0, 40.0], 80.0),
        (kpi("abandonment_rate", 3, 20.0, 8.0, 3.0, 4.2), [20.0, 20.0], 76.0),
        (kpi("fcr", 3, 20.0, 60.0, 75.0, 71.0), [35.0, 20.0], 1100.0 / 15.0),
        (kpi("complaint_rate_per_million", 3, 20.0, 5.0, 1.5, 2.0), [25.0, 20.0], 300.0 / 3.5),
        (kpi("proposals_per_head", 4, 30.0, 0.0, 1.0, 0.8), [30.0, 20.0], 80.0),
        (kpi("proposal_adoption_rate", 4, 30.0, 10.0, 40.0, 30.0), [30.0, 40.0], 200.0 / 3.0),
        (kpi("self_service_containment", 4, 40.0, 20.0, 60.0, 0.0), [40.0, 40.0], f64::NAN),
        (kpi("utilisation", 5, 35.0, 65.0, 82.0, 79.0), [10.0, 5.0], 1400.0 / 17.0),
        (kpi("occupancy", 5, 15.0, 0.0, 1.0, 88.0), [40.0, 5.0], 70.0),
        (kpi("adherence", 5, 15.0, 80.0, 92.0, 91.0), [20.0, 0.0], 1100.0 / 12.0),
        (kpi("aht_s", 5, 10.0, 420.0, 300.0, 312.0), [0.0, 5.0], 90.0),
        (kpi("cost_per_contact", 5, 25.0, 8.0, 5.0, 5.4), [30.0, 20.0], 260.0 / 3.0),
        (kpi("revenue_per_contact", 5, 0.0, 0.5, 3.0, 1.0), [0.0, 35.0], 20.0),
        (kpi("conversion_rate", 5, 0.0, 2.0, 10.0, 4.0), [0.0, 30.0], 25.0),
    ];
    rows[13].0.reading = Reading::Missing;
    rows[15].0.scale = band;
    rows
}

const WEIGHTS: [[f64; 6]; 3] =
    [[1.0, 1.0, 3.0, 30.0, 5.0, 60.0], [10.0, 15.0, 45.0, 20.0, 5.0, 5.0], [1.0, 1.0, 3.0, 20.0, 15.0, 60.0]];

fn card(profile: usize, change: impl Fn(&mut KpiInput), strict: bool) -> Scorecard {
    let kpis: Vec<KpiInput> = example()
        .into_iter()
        .map(|(mut kpi, others, _)| {
            if profile > 0 {
                kpi.weight = others[profile - 1];
            }
            change(&mut kpi);
            kpi
        })
        .collect();
    score_card(&families(WEIGHTS[profile]), &kpis, strict).unwrap()
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 5e-5, "{found} instead of {expected}");
}

#[test]
fn the_worked_example() {
    let expected = [(81.8203, 0.98), (81.5208, 0.98), (57.0458, 0.94)];
    for (profile, (total, coverage)) in expected.into_iter().enumerate() {
        let card = card(profile, |_| {}, false);
        near(card.total.unwrap(), total);
        near(card.coverage, coverage);
        assert_eq!(card.gaps, []);
        for (kpi, (_, _, score)) in card.kpis.iter().zip(example()) {
            assert_eq!(kpi.score.is_none(), score.is_nan(), "{}", kpi.code);
            assert!(score.is_nan() || (kpi.score.unwrap() - score).abs() < 1e-9, "{}", kpi.code);
        }
        let sum = |part: fn(&KpiScore) -> f64| card.kpis.iter().map(part).sum::<f64>();
        near(sum(|kpi| kpi.contribution), total);
        near(sum(|kpi| kpi.points_lost), 100.0 - total);
        near(sum(|kpi| kpi.effective_weight), 100.0);
        near(sum(|kpi| kpi.weight), 100.0);
        near(card.families.iter().map(|family| family.contribution).sum(), total);
    }
    let families = card(0, |_| {}, false).families;
    for (family, score) in families.iter().zip([86.6667, 83.0, 83.6667, 79.0095, 73.3333, 83.7402]) {
        near(family.score.unwrap(), score);
    }
    near(card(2, |_| {}, false).families[5].score.unwrap(), 43.9510);
}

#[test]
fn without_any_survey() {
    let expected = [(81.8553, 0.95), (82.4808, 0.53), (57.0808, 0.91)];
    for (profile, (total, coverage)) in expected.into_iter().enumerate() {
        let mute = |kpi: &mut KpiInput| {
            if kpi.family == "satisfaction" {
                kpi.reading = Reading::LowConfidence(0.9);
            }
        };
        let card = card(profile, mute, false);
        near(card.total.unwrap(), total);
        near(card.coverage, coverage);
        assert!(card.gaps.contains(&Gap::FamilyCoverage("satisfaction".into())));
        assert_eq!(card.gaps.contains(&Gap::Coverage), profile == 1);
    }
}

#[test]
fn switched_off_keeps_the_coverage_and_missing_does_not() {
    let set = |reading: Reading| {
        move |kpi: &mut KpiInput| {
            if kpi.code == "fcr" {
                kpi.reading = reading;
            }
        }
    };
    let (off, missing) = (card(0, set(Reading::NotApplicable), false), card(0, set(Reading::Missing), false));
    assert_eq!(off.total, missing.total);
    near(off.coverage, 0.98);
    near(missing.coverage, 0.92);
    near(off.kpis[7].weight, 15.0);
    near(missing.kpis[7].weight, 12.0);
    near(missing.kpis[7].effective_weight, 15.0);
    let family_off = card(
        0,
        |kpi| {
            if kpi.family == "satisfaction" {
                kpi.reading = Reading::NotApplicable
            }
        },
        false,
    );
    near(family_off.total.unwrap(), 81.8553);
    near(family_off.coverage, 0.98);
    assert_eq!(family_off.gaps, []);
}

#[test]
fn a_missing_kind_leaves_the_other_kind_alone_and_says_so() {
    let only = |kpi: &mut KpiInput| {
        if !["service_level", "abandonment_rate", "aht_s"].contains(&kpi.code.as_str()) {
            kpi.reading = Reading::Missing;
        }
    };
    let card = card(0, only, false);
    // Service level (0.4·80 + 0.2·76)/0.6 with weight 30 + 5/3, handle time 90 with weight 60 + 10/3, over 95.
    let expected = (472.0 / 6.0 * (30.0 + 5.0 / 3.0) + 90.0 * (60.0 + 10.0 / 3.0)) / 95.0;
    near(card.total.unwrap(), expected);
    near(card.coverage, 0.3 * 0.6 + 0.6 * 0.1);
    assert!(card.gaps.contains(&Gap::KindMissing(Kind::Qualitative)) && card.gaps.contains(&Gap::Coverage));
    near(card.kpis.iter().map(|kpi| kpi.contribution).sum(), expected);
    let nothing = super::score_card(&families(WEIGHTS[0]), &[], false).unwrap();
    assert_eq!((nothing.total, nothing.coverage, nothing.gaps.len()), (None, 0.0, 9));
}

#[test]
fn strict_counts_what_is_missing_as_zero() {
    let card = card(0, |_| {}, true);
    near(card.total.unwrap(), 81.8203 - 73.3333 * 0.05 + (0.3 * 80.0 + 0.3 * 200.0 / 3.0) * 0.05);
    near(card.coverage, 0.98);
    assert_eq!(card.kpis[13].score, Some(0.0));
}

#[test]
fn scales() {
    let lower = Scale::Toward { floor: 8.0, target: 3.0 };
    assert_eq!([9.0, 8.0, 3.0, 1.0].map(|value| lower.score(value)), [0.0, 0.0, 100.0, 100.0]);
    assert_eq!([8.1, 8.0, 3.0].map(|value| lower.position(value)), [Position::OutOfRange, Position::InRange, Position::OnTarget]);
    let band = Scale::Band { outer_low: 0.65, low: 0.78, high: 0.85, outer_high: 0.95 };
    assert_eq!([0.6, 0.65, 0.78, 0.8, 0.85, 0.95, 2.0].map(|value| band.score(value)), [0.0, 0.0, 100.0, 100.0, 100.0, 0.0, 0.0]);
    near(band.score(0.715), 50.0);
    assert_eq!([0.64, 0.7, 0.8].map(|value| band.position(value)), [Position::OutOfRange, Position::InRange, Position::OnTarget]);
    let text = r#"{"outer_low":0.65,"low":0.78,"high":0.85,"outer_high":0.95}"#;
    assert_eq!(serde_json::from_str::<Scale>(text).unwrap(), band);
    assert_eq!(serde_json::from_str::<Scale>(r#"{"floor":8,"target":3}"#).unwrap(), lower);
    assert!(serde_json::from_str::<Scale>(r#"{"floor":8,"target":3,"low":1}"#).is_err());
}

#[test]
fn refuses_profiles_that_cannot_be_scored() {
    let (all, good) = (families(WEIGHTS[0]), kpi("fcr", 3, 20.0, 60.0, 75.0, 71.0));
    let with = |change: fn(&mut KpiInput)| {
        let mut kpi = good.clone();
        change(&mut kpi);
        super::score_card(&all, &[kpi], false).unwrap_err().code()
    };
    assert_eq!(with(|kpi| kpi.scale = Scale::Toward { floor: 3.0, target: 3.0 }), "kpi-scoring-scale");
    assert_eq!(with(|kpi| kpi.scale = Scale::Band { outer_low: 1.0, low: 1.0, high: 2.0, outer_high: 3.0 }), "kpi-scoring-scale");
    assert_eq!(with(|kpi| kpi.weight = -1.0), "kpi-scoring-weight");
    assert_eq!(with(|kpi| kpi.family = "luck".into()), "kpi-scoring-family");
    assert_eq!(super::score_card(&all[1..], &[], false).unwrap_err().code(), "kpi-scoring-weight-sum");
}

/// The same example in the samples, with every intermediate result. Runs where `CAIRN_SAMPLES` names the folder.
#[test]
fn the_oracle_of_the_samples() {
    let Some(folder) = std::env::var_os("CAIRN_SAMPLES") else { return };
    let read = |name: &str| -> serde_json::Value {
        let path = std::path::Path::new(&folder).join("oracles/scorecard").join(name);
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    };
    let (input, oracle) = (read("input.json"), read("oracle.json"));
    for (scenario, results) in [("all", &oracle["profiles"]), ("no survey", &oracle["scenario_no_survey"]["profiles"])] {
        for (name, profile) in input["profiles"].as_object().unwrap() {
            let kpis: Vec<KpiInput> =
                input["kpis"].as_array().unwrap().iter().map(|kpi| sample_kpi(kpi, profile, scenario == "no survey")).collect();
            let weights = FAMILIES.map(|(code, _)| profile["family_weights"][code].as_f64().unwrap());
            let card = super::score_card(&families(weights), &kpis, false).unwrap();
            compare(&card, &results[name], &oracle["kpi_scores"], &format!("{scenario}, {name}"));
        }
    }
}

fn sample_kpi(kpi: &serde_json::Value, profile: &serde_json::Value, no_survey: bool) -> KpiInput {
    let code = kpi["code"].as_str().unwrap();
    let number = |key: &str| kpi[key].as_f64().unwrap();
    let scale = match kpi["direction"].as_str().unwrap() {
        "band" => Scale::Band {
            outer_low: number("outer_low"),
            low: number("low"),
            high: number("high"),
            outer_high: number("outer_high"),
        },
        _ => Scale::Toward { floor: number("floor"), target: number("target") },
    };
    let missing = no_survey && kpi["family"] == "satisfaction";
    let reading = kpi["value"].as_f64().filter(|_| !missing).map_or(Reading::Missing, Reading::Value);
    let weight = profile["kpi_weights"][code].as_f64().unwrap_or_else(|| number("weight"));
    KpiInput { code: code.into(), family: kpi["family"].as_str().unwrap().into(), weight, scale, reading }
}

fn compare(card: &Scorecard, expected: &serde_json::Value, scores: &serde_json::Value, name: &str) {
    let close = |found: Option<f64>, expected: &serde_json::Value, what: &str| match (found, expected.as_f64()) {
        (Some(found), Some(expected)) => {
            assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1e-3), "{name}, {what}: {found} {expected}")
        }
        (found, expected) => assert_eq!(found, expected, "{name}, {what}"),
    };
    close(card.total, &expected["total"], "total");
    close(Some(card.coverage), &expected["coverage"], "coverage");
    assert_eq!(!card.gaps.is_empty(), expected["incomplete"].as_bool().unwrap(), "{name}");
    for family in &card.families {
        let oracle = &expected["families"][&family.code];
        close(family.score, &oracle["score"], &family.code);
        close(Some(family.coverage), &oracle["coverage"], &family.code);
        close(Some(family.effective_weight), &oracle["effective_weight"], &family.code);
        close(Some(family.contribution), &expected["contribution"][&family.code], &family.code);
    }
    for kpi in card.kpis.iter().filter(|kpi| kpi.score.is_some()) {
        close(kpi.score, &scores[&kpi.code], &kpi.code);
    }
}
