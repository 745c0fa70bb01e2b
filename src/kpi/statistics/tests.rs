//! Published values, typed in, and the oracle file of the samples where `CAIRN_SAMPLES` names its folder.

use serde_json::Value;

use super::*;

fn near(found: f64, expected: f64, digits: f64) {
    assert!((found - expected).abs() <= digits * expected.abs().max(1e-3), "{found} instead of {expected}");
}

#[test]
fn wilson_as_published_by_newcombe() {
    for (x, n, low, high) in [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)] {
        let (found_low, found_high) = wilson(x, n, 0.95).unwrap();
        assert!((found_low - low).abs() < 5e-5 && (found_high - high).abs() < 5e-5, "{x}/{n}");
    }
    assert_eq!((wilson(0, 0, 0.95), wilson(3, 2, 0.95)), (None, None));
    assert_eq!(wilson(5, 5, 0.95).unwrap().1, 1.0);
}

#[test]
fn quantiles() {
    let normal = [
        (0.5, 0.0),
        (0.6, 0.253_347_103_135_8),
        (0.95, 1.644_853_626_951_47),
        (0.975, 1.959_963_984_540_05),
        (0.995, 2.575_829_303_548_9),
        (0.001, -3.090_232_306_167_81),
        (1e-10, -6.361_340_902_404_06),
        (1e-20, -9.262_340_089_798_41),
    ];
    for (p, z) in normal {
        near(normal_quantile(p).unwrap(), z, 1e-13);
    }
    // Computed with forty digits.
    let student = [
        (0.975, 1.0, 12.706_204_736_174_7),
        (0.975, 1.5, 6.016_663_104_427_93),
        (0.975, 2.0, 4.302_652_729_749_46),
        (0.975, 5.0, 2.570_581_835_636_32),
        (0.975, 10.0, 2.228_138_851_986_27),
        (0.975, 29.0, 2.045_229_642_132_7),
        (0.975, 99.0, 1.984_216_951_586_42),
        (0.975, 499.0, 1.964_729_390_987_69),
        (0.975, 500.0, 1.964_719_837_467_37),
        (0.975, 4053.0, 1.960_549_468_819_18),
        (0.995, 3.0, 5.840_909_309_733_36),
        (0.9, 7.0, 1.414_923_927_650_51),
        (0.6, 12.0, 0.259_032_745_676_887),
        (0.01, 4.0, -3.746_947_387_979_2),
        (0.9995, 29.0, 3.659_405_019_466_33),
        (0.9999, 800.0, 3.736_324_759_778_16),
        (0.999_999, 2.0, 707.105_720_525_934),
    ];
    for (p, degrees, t) in student {
        near(t_quantile(p, degrees).unwrap(), t, 1e-11);
    }
    assert_eq!(t_quantile(0.5, 9.0), Some(0.0));
    for (p, degrees) in [(0.0, 5.0), (1.0, 5.0), (f64::NAN, 5.0), (0.9, 0.5), (0.9, f64::NAN)] {
        assert_eq!(t_quantile(p, degrees), None);
    }
}

#[test]
fn the_interval_of_a_mean() {
    // 2, 4, 4, 4, 5, 5, 7, 9: mean 5, variance 32/7.
    let (low, high) = mean_interval(8, 40, 232, 0.95).unwrap();
    let half = t_quantile(0.975, 7.0).unwrap() * (32.0_f64 / 7.0 / 8.0).sqrt();
    near(low, 5.0 - half, 1e-12);
    near(high, 5.0 + half, 1e-12);
    assert_eq!(mean_interval(1, 5, 25, 0.95), None);
    // A tiny spread on a large mean does not drown: one million values of 1,000,000 and one of 1,000,001.
    let n = 1_000_001_u64;
    let (low, high) = mean_interval(n, 1_000_000 * n + 1, 1_000_000_000_000 * i128::from(n) + 2_000_001, 0.95).unwrap();
    near(high - low, 2.0 * 1.959_966_4 * 1e-6, 1e-5);
}

const FLOW: [f64; 10] = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1];

#[test]
fn xmr_as_published_by_nist() {
    let chart = xmr_chart(&FLOW).unwrap();
    for (found, published) in
        [(chart.centre, 50.81), (chart.range, 1.8778), (chart.limits.upper, 55.8041), (chart.limits.lower, 45.8159)]
    {
        assert!((found - published).abs() < 5.1e-5, "{found} {published}");
    }
    assert_eq!(signals(&FLOW.map(Some), chart.centre, &[Some(chart.limits); 10]), []);
    assert_eq!(xmr_chart(&[1.0]), None);
}

#[test]
fn charts_of_little_or_no_variation() {
    assert_eq!(p_chart(&[]), None);
    assert_eq!(p_chart(&[(0, 0)]), None);
    assert_eq!(p_prime_chart(&[(5, 10)]), None);
    assert_eq!(p_prime_chart(&[(10, 10), (20, 20)]), None);
    let gap = p_prime_chart(&[(5, 10), (0, 0), (6, 10)]).unwrap();
    assert_eq!((gap.values[1], gap.limits[1]), (None, None));
    assert_eq!(p_chart(&[(0, 10), (0, 20)]).unwrap().limits[0], Some(Limits { lower: 0.0, upper: 0.0 }));
}

#[test]
fn a_run_ends_at_the_centre_and_at_a_missing_point() {
    let eight = [Some(1.0); 8];
    let run = |between: Option<f64>| {
        let values: Vec<Option<f64>> = eight.iter().copied().chain([between, Some(1.0)]).collect();
        signals(&values, 0.0, &[])
    };
    assert_eq!(run(Some(0.0)), []);
    assert_eq!(run(None), []);
    assert_eq!(run(Some(-1.0)), []);
    let rule = Rule::NineOnOneSide;
    assert_eq!(run(Some(2.0)), [Signal { point: 8, rule }, Signal { point: 9, rule }]);
}

fn oracle() -> Option<(Value, std::path::PathBuf)> {
    let folder = std::path::PathBuf::from(std::env::var_os("CAIRN_SAMPLES")?).join("oracles/statistics");
    Some((serde_json::from_slice(&std::fs::read(folder.join("oracle.json")).unwrap()).unwrap(), folder))
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn points_from_one(value: &Value) -> Vec<usize> {
    numbers(value).into_iter().map(|number| number as usize).collect()
}

fn beyond(found: &[Signal], rule: Rule) -> Vec<usize> {
    found.iter().filter(|signal| signal.rule == rule).map(|signal| signal.point + 1).collect()
}

#[test]
fn intervals_of_the_samples() {
    let Some((oracle, _)) = oracle() else { return };
    for (share, expected) in oracle["wilson"].as_object().unwrap() {
        let (x, n) = share.split_once('/').unwrap();
        let (low, high) = wilson(x.parse().unwrap(), n.parse().unwrap(), 0.95).unwrap();
        let expected = numbers(&expected["ci95"]);
        near(low, expected[0], 1e-9);
        near(high, expected[1], 1e-9);
    }
}

#[test]
fn charts_of_the_samples() {
    let Some((oracle, folder)) = oracle() else { return };
    let expected = &oracle["nist_xmr_pmc322"]["computed"];
    let xmr = xmr_chart(&numbers(&oracle["nist_xmr_pmc322"]["x"])).unwrap();
    for (found, key) in [
        (xmr.centre, "center"),
        (xmr.range, "mr_bar"),
        (xmr.sigma, "sigma"),
        (xmr.limits.upper, "ucl"),
        (xmr.limits.lower, "lcl"),
        (xmr.range_upper, "mr_ucl"),
    ] {
        near(found, expected[key].as_f64().unwrap(), 1e-9);
    }
    let table = |name: &str, separator: char, x: usize, n: usize| -> Vec<(u64, u64)> {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        let cells = text.lines().skip(1).map(|line| line.split(separator).map(str::trim).collect::<Vec<_>>());
        cells.map(|cells| (cells[x].parse().unwrap(), cells[n].parse().unwrap())).collect()
    };
    let juice = &table("orangejuice.txt", '\t', 1, 2)[..30];
    let (expected, chart) = (&oracle["montgomery_orangejuice_p"], p_chart(juice).unwrap());
    near(chart.centre, expected["center"].as_f64().unwrap(), 1e-9);
    near(chart.limits[0].unwrap().upper, expected["ucl"].as_f64().unwrap(), 1e-9);
    near(chart.limits[0].unwrap().lower, expected["lcl"].as_f64().unwrap(), 1e-9);
    let found = signals(&chart.values, chart.centre, &chart.limits);
    assert_eq!(beyond(&found, Rule::BeyondLimits), points_from_one(&expected["beyond_3s"]));
    near(p_prime_chart(juice).unwrap().sigma_z, expected["laney_sigma_z"].as_f64().unwrap(), 1e-9);

    let accidents = table("nhs_accidents.csv", ',', 1, 2);
    let expected = &oracle["laney_p_nhs_accidents"];
    for (chart, limits, found) in [
        (p_chart(&accidents).unwrap(), "p_limits_pt1", "p_signals"),
        (p_prime_chart(&accidents).unwrap(), "laney_limits_pt1", "laney_signals"),
    ] {
        near(chart.centre, expected["center"].as_f64().unwrap(), 1e-9);
        near(chart.limits[0].unwrap().lower, numbers(&expected[limits])[0], 1e-9);
        near(chart.limits[0].unwrap().upper, numbers(&expected[limits])[1], 1e-9);
        let signals = signals(&chart.values, chart.centre, &chart.limits);
        assert_eq!(beyond(&signals, Rule::BeyondLimits), points_from_one(&expected[found]));
    }
    near(p_prime_chart(&accidents).unwrap().sigma_z, expected["sigma_z"].as_f64().unwrap(), 1e-9);
}

#[test]
fn rules_of_the_samples() {
    let Some((oracle, _)) = oracle() else { return };
    for set in ["run_rules_synthetic", "run_rules_synthetic_2"] {
        let z: Vec<Option<f64>> = numbers(&oracle[set]["z"]).into_iter().map(Some).collect();
        let found = signals(&z, 0.0, &vec![Some(Limits { lower: -3.0, upper: 3.0 }); z.len()]);
        assert_eq!(beyond(&found, Rule::BeyondLimits), points_from_one(&oracle[set]["rules"]["N1_beyond_3s"]));
        assert_eq!(beyond(&found, Rule::NineOnOneSide), points_from_one(&oracle[set]["rules"]["N2_9_same_side"]));
    }
}
