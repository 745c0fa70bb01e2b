//! The pictures against known geometry, hostile texts, and the clock.

use super::*;
use crate::kpi::scoring::Scale;
use crate::kpi::statistics::Limits;

#[test]
fn a_gauge_has_range_target_interval_and_value() {
    let drawn =
        gauge(&Gauge { scale: Scale::Toward { floor: 65.0, target: 82.0 }, value: Some(79.0), interval: Some((78.0, 80.0)) });
    assert_eq!(
        drawn,
        "<svg class=\"gauge\" viewBox=\"0 0 240 20\" preserveAspectRatio=\"none\" aria-hidden=\"true\" focusable=\"false\">\
         <rect class=\"rng\" x=\"43.1\" y=\"6\" width=\"153.8\" height=\"8\"/><path class=\"ax\" d=\"M0 10H240\"/>\
         <path class=\"tgt\" d=\"M196.9 1V19\"/><path class=\"ci\" d=\"M160.7 6V14M160.7 10H178.8M178.8 6V14\"/>\
         <rect class=\"pt\" x=\"168.3\" y=\"3\" width=\"3\" height=\"14\"/></svg>"
    );
    let lower = gauge(&Gauge { scale: Scale::Toward { floor: 8.0, target: 3.0 }, value: None, interval: None });
    assert!(lower.contains("<path class=\"tgt\" d=\"M43.1 1V19\"/></svg>"), "{lower}");
    let scale = Scale::Band { outer_low: 65.0, low: 78.0, high: 85.0, outer_high: 95.0 };
    let band = gauge(&Gauge { scale, value: Some(1e300), interval: None });
    assert!(
        band.contains("x=\"10.9\" y=\"6\" width=\"218.2\"") && band.contains("M105.5 1V19") && band.contains("M156.4 1V19"),
        "{band}"
    );
    assert!(band.contains("<rect class=\"pt\" x=\"238.5\""), "a value far outside lies on the edge: {band}");
}

#[test]
fn a_spark_has_gaps_and_a_last_point() {
    let values: Vec<Option<f64>> = (0..15).map(|value| (value != 4).then_some(f64::from(value))).collect();
    let drawn = spark(&values, Some(14.0));
    assert!(drawn.starts_with(
        "<svg class=\"spark\" viewBox=\"0 0 88 28\" aria-hidden=\"true\" focusable=\"false\"><path class=\"tgt\" d=\"M0 4.0H88\"/>"
    ));
    assert!(drawn.contains("d=\"M4.0 26.0L10.7 24.2M24.0 20.5L"), "{drawn}");
    assert!(drawn.ends_with("<circle class=\"pt last\" cx=\"84.0\" cy=\"4.0\" r=\"2.6\"/></svg>"), "{drawn}");
    assert!(spark(&[], None).contains("<path class=\"sp\" d=\"\"/></svg>"));
    assert!(spark(&[Some(0.7)], None).contains("cx=\"4.0\" cy=\"15.0\""));
}

const WORDS: TrendWords<'_> = TrendWords { target: "目标", range: "底线", upper: "上限", centre: "中心", lower: "下限" };

fn points(count: usize) -> Vec<TrendPoint<'static>> {
    (0..count)
        .map(|point| TrendPoint { label: "W", value: Some(0.7 + 0.002 * (point % 7) as f64), ..TrendPoint::default() })
        .collect()
}

#[test]
fn a_trend_has_phases_limits_target_and_signals() {
    let mut series = points(40);
    series[17] = TrendPoint { value: Some(0.611), signal: Some("2"), ..series[17] };
    series[30].value = None;
    let limits = |lower, upper| vec![Some(Limits { lower, upper }); 22];
    let (before, after) = (limits(0.626, 0.69), limits(0.695, 0.739));
    let phases = [
        TrendPhase { start: 0, centre: Some(0.659), centres: &[], limits: &before, name: "第一阶段", mark: None },
        TrendPhase {
            start: 22,
            centre: Some(0.717),
            centres: &[],
            limits: &after,
            name: "第二阶段",
            mark: Some("WI-031 A/2 生效"),
        },
    ];
    let drawn = trend(&Trend {
        id: "fcr",
        title: "一次解决率 <&\">",
        description: "p′",
        panel: Panel::First,
        axis: "",
        points: &series,
        phases: &phases,
        markers: &[TrendMarker { at: 3, label: "A" }, TrendMarker { at: 3, label: "B" }],
        targets: &[0.75],
        range: &[0.64],
        digits: 1,
        share: true,
        words: WORDS,
    });
    for part in [
        "<svg viewBox=\"0 0 1040 392\" role=\"img\" aria-labelledby=\"fcr-t fcr-d\"><title id=\"fcr-t\">一次解决率 &lt;&amp;&quot;&gt;</title>",
        "<rect class=\"phb\" x=\"530.5\" y=\"48.0\" width=\"391.5\" height=\"314.0\" opacity=\".45\"/>",
        "<path class=\"ph\" d=\"M530.5 26V362.0\"/><path class=\"flag\" d=\"M530.5 16l8 5-8 5z\"/><text class=\"a\" x=\"544.5\" y=\"25.0\">WI-031 A/2 生效</text>",
        "<text x=\"544.5\" y=\"41.0\">第二阶段</text>",
        "<text x=\"52.0\" y=\"41.0\">第一阶段</text>",
        "<path class=\"ax\" d=\"M62.9 362.0v5\"/><text class=\"mid\" x=\"62.9\" y=\"382.0\">W</text>",
        "目标 75.0</text>",
        "底线 64.0</text>",
        "<path class=\"flr\" d=\"M52 ",
        "<path class=\"mk\" d=\"M128.1 66V362.0\"/><text class=\"k mid\" x=\"128.1\" y=\"62.0\">A</text>\
         <text class=\"k mid\" x=\"141.1\" y=\"62.0\">B</text>",
        "上限 73.9</text>",
        "<text class=\"b mid\" x=\"432.6\"",
        ">70%</text>",
    ] {
        assert!(drawn.contains(part), "{part}\n{drawn}");
    }
    assert_eq!(drawn.matches("<path class=\"lim\"").count(), 4);
    assert_eq!(drawn.matches("<path class=\"cl\"").count(), 2);
    assert_eq!(drawn.matches("<circle class=\"pt").count(), 38, "forty points, one signal, one gap");
    assert_eq!(drawn.matches("class=\"sig\"").count(), 1);
    assert!(!drawn.contains("style=") && !drawn.contains("NaN"));
    let line = drawn.split("class=\"data\" d=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(line.matches('M').count(), 3, "a new stroke per phase and after the gap");
}

/// A trend of nothing.
const PLAIN: Trend<'static> = Trend {
    id: "t",
    title: "",
    description: "",
    panel: Panel::First,
    axis: "",
    points: &[],
    phases: &[],
    markers: &[],
    targets: &[],
    range: &[],
    digits: 1,
    share: false,
    words: WORDS,
};

#[test]
fn a_trend_of_nothing_and_of_one_value_is_drawn() {
    assert!(trend(&PLAIN).ends_with("</svg>"));
    let one = [TrendPoint { label: "1", value: Some(300.0), signal: Some("1"), ..TrendPoint::default() }];
    let phase = [TrendPhase { start: 5, centre: Some(300.0), centres: &[], limits: &[], name: "", mark: None }];
    let drawn = trend(&Trend { points: &one, phases: &phase, ..PLAIN });
    assert!(drawn.contains("中心 300.0") && !drawn.contains("NaN") && !drawn.contains("inf"), "{drawn}");
}

#[test]
fn what_people_set_far_away_does_not_squeeze_the_process() {
    let series = points(12);
    let phases = [TrendPhase { start: 0, centre: Some(0.706), centres: &[], limits: &[], name: "", mark: None }];
    let drawn = trend(&Trend {
        id: "t",
        title: "",
        description: "",
        panel: Panel::First,
        axis: "",
        points: &series,
        phases: &phases,
        markers: &[],
        targets: &[0.71],
        range: &[0.2],
        digits: 1,
        share: true,
        words: WORDS,
    });
    assert!(drawn.contains("class=\"tgt\"") && !drawn.contains("class=\"flr\""), "{drawn}");
    assert!(drawn.contains(">底线 20.0 ↓</text>") && drawn.contains(">目标 71.0</text>"), "{drawn}");
}

#[test]
fn labels_at_the_right_keep_their_distance() {
    let (series, limits) = (points(12), vec![Some(Limits { lower: 0.7059, upper: 0.7061 }); 12]);
    let phases = [TrendPhase { start: 0, centre: Some(0.706), centres: &[], limits: &limits, name: "", mark: None }];
    let plain = Trend {
        id: "t",
        title: "",
        description: "",
        panel: Panel::First,
        axis: "",
        points: &series,
        phases: &phases,
        markers: &[],
        targets: &[0.706],
        range: &[],
        digits: 1,
        share: true,
        words: WORDS,
    };
    let drawn = trend(&plain);
    let heights: Vec<f64> =
        drawn.split("x=\"932.0\" y=\"").skip(1).map(|rest| rest.split('"').next().unwrap().parse().unwrap()).collect();
    assert_eq!(heights.len(), 4);
    assert!(heights.windows(2).all(|pair| pair[1] - pair[0] > 13.8), "{heights:?}");
}

#[test]
fn ticks_are_few_and_round() {
    use super::scale::Axis;
    for (low, high, expected) in [
        (0.58, 0.78, vec![0.6, 0.65, 0.7, 0.75]),
        (0.0, 1.0, vec![0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (191.0, 333.0, vec![200.0, 250.0, 300.0]),
    ] {
        let (ticks, _) = Axis::around([low, high], 0.0, (0.0, 1.0)).ticks(5.0);
        assert!(
            ticks.len() == expected.len() && ticks.iter().zip(&expected).all(|(one, other)| (one - other).abs() < 1e-9),
            "{ticks:?}"
        );
    }
}

#[test]
fn a_second_panel_has_the_same_width_and_stands_on_nothing() {
    let values = [None, Some(2.0), Some(7.5), None, Some(1.0), Some(3.0)];
    let series: Vec<TrendPoint<'_>> = values
        .iter()
        .map(|value| TrendPoint { label: "W", value: *value, signal: value.filter(|value| *value > 6.0).map(|_| "mR"), raw: None })
        .collect();
    let limits = [None, Some(6.0), Some(6.0), None, Some(5.0), Some(5.0)]
        .map(|upper| upper.map(|upper| Limits { lower: f64::NEG_INFINITY, upper }));
    let centres = [None, Some(1.8), Some(1.8), None, Some(1.5), Some(1.5)];
    let phases = [TrendPhase { start: 0, centre: Some(1.5), centres: &centres, limits: &limits, name: "", mark: None }];
    let drawn = trend(&Trend {
        id: "spread",
        title: "移动极差 mR",
        description: "mR",
        panel: Panel::Second,
        axis: "移动极差 mR（秒）",
        points: &series,
        phases: &phases,
        ..PLAIN
    });
    for part in [
        "<svg viewBox=\"0 0 1040 184\" role=\"img\" aria-labelledby=\"spread-t spread-d\"><title id=\"spread-t\">移动极差 mR</title>",
        ">移动极差 mR（秒）</text>",
        ">上限 5.0</text>",
        ">中心 1.5</text>",
        ">mR</text>",
        ">0</text>",
        "d=\"M52 154.0H922\"",
    ] {
        assert!(drawn.contains(part), "{part}\n{drawn}");
    }
    assert_eq!(drawn.matches("<path class=\"lim\"").count(), 1, "ranges have no lower limit: {drawn}");
    let centre = drawn.split("class=\"cl\" d=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(centre.matches('M').count(), 2, "the centre steps, and is broken where a point is missing: {centre}");
    let line = drawn.split("class=\"data\" d=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(line.matches('M').count(), 2, "{line}");
    assert!(!drawn.contains("下限"));
}

#[test]
fn what_was_measured_stands_behind_what_was_smoothed() {
    let series = [1.0, 4.0, 2.0].map(|raw| TrendPoint { label: "1", value: Some(2.0), raw: Some(raw), signal: None });
    let phase = [TrendPhase { start: 0, centre: Some(2.0), centres: &[], limits: &[], name: "", mark: None }];
    let drawn = trend(&Trend {
        id: "t",
        title: "",
        description: "",
        panel: Panel::First,
        axis: "EWMA",
        points: &series,
        phases: &phase,
        markers: &[],
        targets: &[],
        range: &[],
        digits: 1,
        share: false,
        words: WORDS,
    });
    assert_eq!(drawn.matches("class=\"pt raw\"").count(), 3);
    assert!(drawn.contains(">EWMA</text>") && drawn.contains(">4</text>"), "the axis holds what was measured: {drawn}");
}
