//! What the language means, what it refuses and where, and that nothing that can be typed makes it stumble.

use proptest::prelude::*;

use super::tree::{Kind, Sign};
use super::*;
use crate::kpi::measures::Histogram;
use crate::kpi::quantities::Quantities;
use crate::kpi::vocabulary::Vocabulary;
use crate::text::Lang;

fn vocabulary() -> &'static Vocabulary {
    Vocabulary::shipped()
}

fn program(text: &str) -> Result<Program, ExpressionError> {
    let parameters = Parameters::from([("threshold_s".to_owned(), 20.0)]);
    compile(&parse(text)?, vocabulary(), &parameters)
}

fn quantities() -> Quantities {
    let mut made = Quantities::default();
    for (name, count) in
        [("answered", 90), ("abandoned", 10), ("talk_s", 6000), ("complaints", 0), ("operating_cost_minor", 45_000)]
    {
        made.add_flow(name, count);
    }
    made.add_spread("wait_answered", &Histogram::from_pairs([(0, 40), (20, 30), (21, 20)]));
    made.add_spread("csat", &Histogram::default());
    made.add_spread("servqual_gap", &Histogram::from_pairs([(18, 1), (20, 2), (21, 1)]));
    for (day, count) in [(1, 40), (2, 44), (3, 48)] {
        made.add_level("headcount", chrono::NaiveDate::from_ymd_opt(2026, 3, day).unwrap(), count);
    }
    made
}

fn frames() -> Frames {
    let mut year = quantities();
    year.merge(&quantities());
    Frames::of(Frame::of(vocabulary(), &quantities(), 3.0, 90))
        .with(Window { count: 12, unit: WindowUnit::Months }, Frame::of(vocabulary(), &year, 12.0, 365))
}

fn value(text: &str) -> f64 {
    program(text).unwrap().number(&frames()).unwrap().real()
}

fn absent(text: &str) -> Absent {
    program(text).unwrap().number(&frames()).unwrap_err()
}

/// Where a text is refused and why.
fn refused(text: &str) -> (&str, &'static str) {
    let error = program(text).unwrap_err();
    (&text[error.span.start..error.span.end], error.fault.code())
}

#[test]
fn means_what_it_says() {
    let cases = [
        ("1 + 2 * 3 - 4 / 2", 5.0),
        ("-2 * -3 - -1", 7.0),
        ("within(wait_answered, threshold_s) / (answered + abandoned)", 0.7),
        ("（answered ＋ abandoned）× 2 ÷ 4 − 1", 49.0),
        ("count(wait_answered)", 90.0),
        ("total(wait_answered)", 1020.0),
        ("between(wait_answered, 1, 20)", 30.0),
        ("between(wait_answered, 0.5, 20.9)", 30.0),
        ("quantile(wait_answered, 0.9)", 21.0),
        ("mean(servqual_gap)", -0.25),
        ("within(servqual_gap, -1)", 1.0),
        ("last(headcount)", 48.0),
        ("mean(headcount)", 44.0),
        ("min(headcount) + max(headcount)", 88.0),
        ("per_year(answered) / mean(headcount)", 90.0 * 4.0 / 44.0),
        ("months() * days() / days()", 3.0),
        ("over(12 months, answered) / answered", 2.0),
        ("over(12 months, months())", 12.0),
        ("if(answered > abandoned and not abandoned >= 11, 1, 2)", 1.0),
        ("if(answered = 90 or 1 / 0 > 1, 1, 2)", 1.0),
        ("if(complaints != 0, 1 / complaints, 7)", 7.0),
        ("coalesce(handling_s, talk_s + hold_s, talk_s)", 6000.0),
        ("if(known(handling_s), 1, 0) + if(known(csat), 10, 0)", 10.0),
        ("min(3, 2) + max(answered, 100) + abs(-5)", 107.0),
        ("operating_cost_minor / 100 / answered", 5.0),
        ("9007199254740993 - 9007199254740992", 1.0),
    ];
    for (text, expected) in cases {
        assert!((value(text) - expected).abs() < 1e-12, "{text}: {}", value(text));
    }
}

#[test]
fn no_data_has_a_reason_that_names_the_measure() {
    let slot = |name: &str| vocabulary().slot(name).unwrap();
    assert_eq!(absent("hold_s + talk_s"), Absent::Measure(slot("hold_s")));
    assert_eq!(absent("answered / complaints"), Absent::Zero(Some(slot("complaints"))));
    assert_eq!(absent("1 / (2 - 2)"), Absent::Zero(None));
    assert_eq!(absent("mean(csat)"), Absent::Empty(slot("csat")));
    assert_eq!(absent("last(agents_active)"), Absent::Measure(slot("agents_active")));
    assert_eq!(absent("over(24 months, answered)"), Absent::Window(Window { count: 24, unit: WindowUnit::Months }));
    let huge = "999999999999999999 * 999999999999999999 * 999999999999999999";
    assert_eq!(absent(huge), Absent::Overflow);
    assert_eq!(value("count(csat)"), 0.0, "delivered and empty is zero");
    assert_eq!(value("complaints"), 0.0);
}

#[test]
fn faults_point_at_their_place() {
    let cases = [
        ("", "", "empty"),
        ("answered + ", "", "end"),
        ("answered abandoned", "abandoned", "unexpected"),
        ("(answered", "(", "unclosed"),
        ("count(wait_answered", "(", "unclosed"),
        ("answered)", ")", "unexpected"),
        ("1 < 2 < 3", "<", "chain"),
        ("answered # 2", "#", "character"),
        ("12abc", "12abc", "number"),
        ("1.2.3", "1.2.3", "number"),
        ("1234567890123456789", "1234567890123456789", "number"),
        ("answerd / offered", "answerd", "name-near"),
        ("qqqqqqqqqqqq", "qqqqqqqqqqqq", "name"),
        ("withn(wait_answered, 5)", "withn(wait_answered, 5)", "function-near"),
        ("zzzzzzzzzzz(1)", "zzzzzzzzzzz(1)", "function"),
        ("within(wait_answered)", "within(wait_answered)", "arguments"),
        ("if(1, 2, 3)", "1", "condition"),
        ("answered + (answered > 2)", "(answered > 2)", "truth"),
        ("answered + talk_s", "answered + talk_s", "units"),
        ("1 + answered * talk_s < talk_s", "1 + answered * talk_s < talk_s", "units"),
        ("if(answered > 1, answered, talk_s)", "answered, talk_s", "units"),
        ("headcount * 2", "headcount", "level"),
        ("csat / 2", "csat", "spread"),
        ("count(answered)", "answered", "wants-spread"),
        ("last(answered)", "answered", "wants-level"),
        ("sum(csat)", "csat", "wants-flow"),
        ("known(1)", "1", "wants-measure"),
        ("count(1 + 2)", "1 + 2", "wants-spread"),
        ("within(wait_answered, answered)", "answered", "wants-constant"),
        ("quantile(wait_answered, 90)", "90", "share"),
        ("over(12, answered)", "12", "window"),
        ("over(12 weeks, answered)", "12 weeks", "window"),
        ("over(0 days, answered)", "0 days", "window"),
        ("over(12 months, over(3 months, answered))", "over(3 months, answered)", "nested-window"),
    ];
    for (text, place, code) in cases {
        assert_eq!(refused(text), (place, format!("kpi-expression-{code}").as_str()), "{text}");
    }
    let cubed = ["talk_s"; 9].join(" * ");
    assert_eq!(refused(&cubed).1, "kpi-expression-power");
    assert_eq!(refused(&format!("{}1{}", "(".repeat(40), ")".repeat(40))).1, "kpi-expression-deep");
    assert_eq!(refused(&"- ".repeat(40)).1, "kpi-expression-deep");
    assert_eq!(refused(&vec!["1"; 200].join("+")).1, "kpi-expression-large");
    assert_eq!(refused(&"1".repeat(3000)).1, "kpi-expression-long");
}

#[test]
fn what_is_meant_is_proposed() {
    let near = |text: &str| program(text).unwrap_err().fault.params(vocabulary());
    assert_eq!(near("answerd / offered"), [("name", "answerd".to_owned()), ("near", "answered".to_owned())]);
    assert_eq!(near("treshold_s"), [("name", "treshold_s".to_owned()), ("near", "threshold_s".to_owned())]);
    assert_eq!(
        near("answered + talk_s / answered"),
        [("left.zh", "次"), ("left.en", "contacts"), ("right.zh", "秒 ÷ 次"), ("right.en", "seconds ÷ contacts")]
            .map(|(name, text)| (name, text.to_owned()))
    );
}

#[test]
fn units_come_out() {
    let unit = |text: &str| program(text).unwrap().unit().text(vocabulary(), Lang::En);
    assert_eq!(unit("answered / offered"), "plain number");
    assert_eq!(unit("talk_s / answered"), "seconds ÷ contacts");
    assert_eq!(unit("per_year(proposals) / mean(headcount)"), "proposals ÷ agents ÷ years");
    assert_eq!(unit("handle_sq"), "seconds^2");
    assert_eq!(unit("talk_s * talk_s - handle_sq"), "seconds^2");
    assert!(program("answered > 30").unwrap().is_condition());
}

fn trees() -> impl Strategy<Value = Node> {
    let node = |kind| Node { span: Span::default(), kind };
    let names =
        prop::sample::select(vec!["answered", "abandoned", "talk_s", "complaints", "hold_s", "threshold_s", "headcount", "csat"]);
    let leaf = prop_oneof![
        (0_i64..999_999_999_999_999_999).prop_map(move |n| node(Kind::Whole(n))),
        (0_i64..30).prop_map(move |n| node(Kind::Whole(n))),
        (1_u32..1_000_000).prop_map(move |n| node(Kind::Real(f64::from(2 * n + 1) / 2048.0))),
        names.clone().prop_map(move |name| node(Kind::Name(name.to_owned()))),
        (prop::sample::select(vec!["last", "mean", "count", "total", "known"]), names)
            .prop_map(move |(call, name)| node(Kind::Call(call.to_owned(), vec![node(Kind::Name(name.to_owned()))]))),
        Just(node(Kind::Call("months".to_owned(), vec![]))),
    ];
    leaf.prop_recursive(5, 60, 3, move |inner| {
        let signs = prop::sample::select(vec![
            Sign::Or,
            Sign::And,
            Sign::Less,
            Sign::AtMost,
            Sign::More,
            Sign::AtLeast,
            Sign::Equal,
            Sign::Unequal,
            Sign::Plus,
            Sign::Minus,
            Sign::Times,
            Sign::Over,
        ]);
        prop_oneof![
            4 => (signs, inner.clone(), inner.clone()).prop_map(move |(sign, a, b)| node(Kind::Binary(sign, Box::new(a), Box::new(b)))),
            1 => inner.clone().prop_map(move |a| node(Kind::Negate(Box::new(a)))),
            1 => inner.clone().prop_map(move |a| node(Kind::Not(Box::new(a)))),
            1 => (prop::sample::select(vec!["if", "coalesce", "abs", "min", "per_year"]), prop::collection::vec(inner.clone(), 0..4))
                .prop_map(move |(call, arguments)| node(Kind::Call(call.to_owned(), arguments))),
            1 => (1_u16..30, inner).prop_map(move |(count, a)| {
                node(Kind::Over(Window { count, unit: if count % 2 == 0 { WindowUnit::Months } else { WindowUnit::Days } }, Box::new(a)))
            }),
        ]
    })
}

/// The same tree without its places.
fn bare(mut node: Node) -> Node {
    node.span = Span::default();
    node.kind = match node.kind {
        Kind::Negate(a) => Kind::Negate(Box::new(bare(*a))),
        Kind::Not(a) => Kind::Not(Box::new(bare(*a))),
        Kind::Binary(sign, a, b) => Kind::Binary(sign, Box::new(bare(*a)), Box::new(bare(*b))),
        Kind::Call(name, arguments) => Kind::Call(name, arguments.into_iter().map(bare).collect()),
        Kind::Over(window, a) => Kind::Over(window, Box::new(bare(*a))),
        leaf => leaf,
    };
    node
}

/// Never NaN, never infinite, whatever was typed; a fault lies within the text, on letters' edges.
fn survives(text: &str) {
    match program(text) {
        Ok(program) => {
            for frames in [frames(), Frames::of(Frame::of(vocabulary(), &Quantities::default(), 0.0, 0))] {
                if let Ok(number) = program.number(&frames) {
                    assert!(number.real().is_finite(), "{text}");
                }
            }
        }
        Err(error) => assert!(text.get(error.span.start..error.span.end).is_some(), "{text}: {error:?}"),
    }
}

/// More cases on demand: `PROPTEST_CASES=1000000`.
fn many() -> ProptestConfig {
    ProptestConfig { cases: ProptestConfig::default().cases.max(2000), ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(many())]

    #[test]
    fn printed_and_read_again_it_is_the_same(tree in trees()) {
        let text = tree.to_string();
        prop_assume!(text.len() <= MAX_LENGTH);
        match parse(&text) {
            Ok(read) => prop_assert_eq!(bare(read), tree, "{}", text),
            Err(error) => prop_assert_eq!(error.fault, Fault::Deep, "{}", text),
        }
        survives(&text);
    }

    #[test]
    fn any_text_is_read_or_refused_at_a_place(text in ".{0,60}") {
        survives(&text);
    }

    #[test]
    fn words_in_any_order_are_read_or_refused(words in prop::collection::vec(prop::sample::select(vec![
        "answered", "csat", "headcount", "wait_answered", "talk_s", "0", "1", "20", "0.5", "999999999999999999", "+", "-", "*", "/",
        "(", ")", ",", "<", "=", "and", "or", "not", "if(", "over(12 months,", "mean(", "last(", "within(", "quantile(", "coalesce(",
        "per_year(", "months()", "known(", "min(", "，", "（", "）", "÷", "\u{0}", "é", "数",
    ]), 0..40)) {
        survives(&words.join(" "));
        survives(&words.concat());
    }

    #[test]
    fn hostile_numbers_never_escape(
        flows in prop::collection::vec(any::<i128>(), 6),
        shape in 0_usize..6,
    ) {
        let texts = [
            "answered * abandoned + talk_s * hold_s", "answered / abandoned - talk_s / hold_s", "abs(-answered)",
            "per_year(answered) / (abandoned - abandoned)", "-answered - abandoned",
            "answered * answered * answered / abandoned",
        ];
        let mut made = Quantities::default();
        for (name, count) in ["answered", "abandoned", "talk_s", "hold_s", "complaints", "offered"].iter().zip(&flows) {
            made.add_flow(name, *count);
        }
        let parameters = Parameters::new();
        let unitless = texts[shape].replace("talk_s", "offered").replace("hold_s", "offered");
        let program = compile(&parse(&unitless).unwrap(), vocabulary(), &parameters);
        if let Ok(program) = program {
            let frames = Frames::of(Frame::of(vocabulary(), &made, 1.0, 30));
            prop_assert!(program.number(&frames).is_ok_and(|n| n.real().is_finite()) || program.number(&frames).is_err());
        }
    }
}
