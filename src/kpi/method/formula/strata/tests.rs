//! Means that weigh channels, against an example by hand and what must hold of any.

use proptest::prelude::*;

use crate::kpi::expression::{Frame, Frames};
use crate::kpi::measures::Histogram;
use crate::kpi::method::{Formula, FormulaFault, IntervalMethod, KpiValue, Lack, Method, MethodKind};
use crate::kpi::pack::shipped_definition;
use crate::kpi::quantities::Quantities;
use crate::kpi::vocabulary::Vocabulary;

/// A channel with contacts answered, when they were told, and the scores of evaluations.
struct Channel<'a>(&'a str, Option<i128>, &'a [u32]);

const VOICE: Channel<'_> = Channel("voice", Some(600), &[70, 75, 80, 85, 90]);
const CHAT: Channel<'_> = Channel("chat", Some(300), &[85, 88, 92, 95]);
const MAIL: Channel<'_> = Channel("email", Some(100), &[65, 70, 75]);

fn frames(channels: &[Channel<'_>]) -> Frames {
    let frame = |quantities: &Quantities| Frame::of(Vocabulary::shipped(), quantities, 1.0, 31);
    let own = |Channel(_, answered, scores): &Channel<'_>| {
        let mut made = Quantities::default();
        answered.iter().for_each(|count| made.add_flow("answered", *count));
        made.add_spread("qa_score", &Histogram::from_pairs(scores.iter().map(|score| (*score, 1))));
        made
    };
    let parts: Vec<Quantities> = channels.iter().map(own).collect();
    let all = Frames::of(frame(&Quantities::total(&parts)));
    channels.iter().zip(&parts).fold(all, |frames, (channel, own)| frames.with_channel(channel.0, frame(own)))
}

fn method(change: impl Fn(&mut Method)) -> Result<Formula, Vec<FormulaFault>> {
    let mut method = Method { spread: vec!["qa_score".to_owned()], ..Method::of(MethodKind::Mean) };
    method.channel_weight = Some("answered".to_owned());
    change(&mut method);
    Formula::of(&method, Vocabulary::shipped(), &[].into(), 1, 30)
}

fn of(channels: &[Channel<'_>]) -> KpiValue {
    method(|_| {}).unwrap().evaluate(&frames(channels))
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-8, "{found} instead of {expected}");
}

fn reason(value: &KpiValue) -> (Lack, String, String) {
    assert_eq!(value.value, None);
    let missing = value.missing.as_ref().unwrap();
    (missing.reason, missing.measures.join(" "), missing.channels.join(" "))
}

#[test]
fn the_shipped_variant_gives_the_example_by_hand() {
    let mut definition = shipped_definition("qa_score").unwrap().clone();
    let sample = [MAIL, VOICE, CHAT];
    let plain = definition.formula().unwrap().evaluate(&frames(&sample));
    near(plain.value.unwrap(), 970.0 / 12.0);
    assert!(plain.strata.is_empty() && plain.coverage().is_none());
    definition.variant = Some("by_channel".to_owned());
    let formula = definition.formula().unwrap();
    let value = formula.evaluate(&frames(&sample));
    // 0.6·80 + 0.3·90 + 0.1·70, as 82,000 points over 1,000 contacts; the interval as in the test of the statistics.
    near(value.value.unwrap(), 82.0);
    near(value.numerator.real(), 82_000.0);
    assert!(value.denominator == 1000 && value.n == 12 && !value.scorable());
    assert_eq!((value.method, value.coverage()), (IntervalMethod::Stratified, Some(1.0)));
    let (low, high) = value.interval.unwrap();
    near(low, 76.209_585_933_620);
    near(high, 87.790_414_066_380);
    let told: Vec<(&str, i64, Option<f64>, f64)> =
        value.strata.iter().map(|one| (one.channel.as_str(), one.n, one.mean, one.share)).collect();
    assert_eq!(told, [("voice", 5, Some(80.0), 0.6), ("chat", 4, Some(90.0), 0.3), ("email", 3, Some(70.0), 0.1)]);
    assert!(value.strata.iter().all(|one| (one.counts - one.share).abs() < 1e-12));
    near(value.strata[0].deviation.unwrap(), 62.5_f64.sqrt());
    let point = formula.point(&frames(&sample));
    assert_eq!((point.value, point.interval, point.strata.len()), (value.value, None, 3));
    assert!(formula.sample(&frames(&sample)).is_none() && formula.values(&frames(&sample)).is_none() && !formula.knows_spread());
    assert_eq!(formula.scope().by_channel, formula.measures());
}

#[test]
fn a_channel_without_values_is_covered_by_the_others_up_to_a_limit() {
    let mail = Channel("email", Some(100), &[]);
    let value = of(&[VOICE, CHAT, mail]);
    near(value.value.unwrap(), (600.0 * 80.0 + 300.0 * 90.0) / 900.0);
    near(value.coverage().unwrap(), 0.9);
    assert_eq!((value.n, value.strata[2].mean, value.strata[2].counts), (9, None, 0.0));
    near(value.strata.iter().map(|one| one.counts).sum(), 1.0);
    let mail = Channel("email", Some(101), &[]);
    let value = of(&[VOICE, CHAT, mail]);
    assert_eq!(reason(&value), (Lack::Uncovered, String::new(), "email".to_owned()));
    assert_eq!(value.strata.len(), 3, "what is known is told");
    let mail = Channel("email", Some(101), &[]);
    let looser = method(|method| method.channel_coverage = Some(0.5)).unwrap().evaluate(&frames(&[VOICE, CHAT, mail]));
    assert!(looser.value.is_some());
}

#[test]
fn values_where_nothing_happened_count_for_nothing() {
    let ghost = |answered| Channel("ticket", answered, &[0, 0, 0]);
    for answered in [None, Some(0)] {
        let value = of(&[VOICE, CHAT, MAIL, ghost(answered)]);
        near(value.value.unwrap(), 82.0);
        assert_eq!((value.n, value.strata.len(), value.strata[3].share, value.strata[3].n), (12, 4, 0.0, 3));
    }
}

#[test]
fn a_single_value_in_a_channel_has_a_mean_and_no_interval() {
    let value = of(&[VOICE, CHAT, Channel("email", Some(100), &[70])]);
    near(value.value.unwrap(), 82.0);
    assert_eq!((value.interval, value.method, value.strata[2].deviation), (None, IntervalMethod::Stratified, None));
}

#[test]
fn what_knows_no_channel_is_no_channel() {
    let scores: &[u32] = &[80, 90];
    assert_eq!(reason(&of(&[Channel("voice", Some(9), &[]), Channel("all", None, scores)])).0, Lack::NoChannels);
    assert_eq!(reason(&of(&[Channel("voice", Some(9), &[]), Channel("all", None, scores)])).1, "qa_score");
    assert_eq!(reason(&of(&[Channel("all", Some(9), &[]), Channel("voice", None, scores)])).1, "answered");
    assert_eq!(reason(&of(&[Channel("all", Some(9), scores)])).0, Lack::NoChannels, "all together are no stratum");
    // A part of the contacts without a channel is not covered; evaluations without one have no weight.
    let value = of(&[VOICE, Channel("all", Some(30), scores)]);
    near(value.value.unwrap(), 80.0);
    near(value.coverage().unwrap(), 600.0 / 630.0);
    assert_eq!(reason(&of(&[VOICE, Channel("all", Some(300), scores)])), (Lack::Uncovered, String::new(), "all".to_owned()));
}

#[test]
fn what_is_not_delivered_at_all_is_told_as_ever() {
    assert_eq!(reason(&of(&[])).0, Lack::NotDelivered);
    assert_eq!(reason(&of(&[Channel("voice", Some(5), &[])])), (Lack::NoValues, "qa_score".to_owned(), String::new()));
    assert_eq!(reason(&of(&[Channel("voice", None, &[80])])), (Lack::NotDelivered, "answered".to_owned(), String::new()));
    assert_eq!(reason(&of(&[Channel("voice", Some(0), &[80])])).0, Lack::NothingToDivide);
}

#[test]
fn fixed_shares_take_the_place_of_what_happened() {
    let formula = |shares: &[(&str, f64)]| {
        let shares: std::collections::BTreeMap<String, f64> =
            shares.iter().map(|(name, share)| ((*name).to_owned(), *share)).collect();
        method(|method| (method.channel_weight, method.channel_shares) = (None, shares.clone()))
    };
    let fixed = formula(&[("voice", 0.5), ("chat", 0.5)]).unwrap();
    let value = fixed.evaluate(&frames(&[VOICE, CHAT, MAIL]));
    near(value.value.unwrap(), 85.0);
    assert_eq!((value.n, value.strata.len(), value.strata[2].share), (9, 3, 0.0));
    let absent = formula(&[("voice", 0.5), ("chat", 0.3), ("fax", 0.2)]).unwrap().evaluate(&frames(&[VOICE, CHAT, MAIL]));
    assert_eq!(reason(&absent), (Lack::Uncovered, String::new(), "fax".to_owned()));
    for wrong in [&[("voice", 0.6), ("chat", 0.5)][..], &[("voice", 1.2), ("chat", -0.2)], &[("all", 1.0)], &[("Voice Mail", 1.0)]]
    {
        assert!(matches!(formula(wrong).unwrap_err()[..], [FormulaFault::Shares(_)]), "{wrong:?}");
    }
}

#[test]
fn sums_weigh_channels_like_distributions() {
    let mut method = Method::of(MethodKind::Mean);
    method.numerator = Some("talk_s".to_owned());
    method.denominator = Some("handled".to_owned());
    method.squares = Some("handle_sq".to_owned());
    method.channel_weight = Some("answered".to_owned());
    let formula = Formula::of(&method, Vocabulary::shipped(), &[].into(), 1, 30).unwrap();
    let frame = |flows: &[(&str, i128)]| {
        let mut made = Quantities::default();
        flows.iter().for_each(|(name, sum)| made.add_flow(name, *sum));
        Frame::of(Vocabulary::shipped(), &made, 1.0, 31)
    };
    let voice = [("answered", 60), ("handled", 3), ("talk_s", 300), ("handle_sq", 30_200)];
    let chat = [("answered", 40), ("handled", 2), ("talk_s", 100), ("handle_sq", 5_008)];
    let all = [("answered", 100), ("handled", 5), ("talk_s", 400), ("handle_sq", 35_208)];
    let made = Frames::of(frame(&all)).with_channel("voice", frame(&voice)).with_channel("chat", frame(&chat));
    let value = formula.evaluate(&made.with_channel("bot", frame(&[("answered", 0)])));
    near(value.value.unwrap(), 0.6 * 100.0 + 0.4 * 50.0);
    assert_eq!((value.n, value.strata.len()), (5, 2));
    near(value.strata[0].deviation.unwrap(), 10.0);
    assert!(value.interval.is_some());
}

#[test]
fn what_cannot_weigh_channels_is_named() {
    let fault = |change: &dyn Fn(&mut Method)| method(change).unwrap_err();
    assert_eq!(fault(&|method| method.kind = MethodKind::Percentile), [FormulaFault::ChannelsOfMean]);
    assert_eq!(fault(&|method| method.channel_weight = Some("2".into())), [FormulaFault::WeightOfNothing]);
    assert_eq!(fault(&|method| method.channel_coverage = Some(0.0)), [FormulaFault::Coverage]);
    let wide = fault(&|method| method.channel_weight = Some("over(3 months, answered)".into()));
    assert_eq!(wide, [FormulaFault::ChannelsOfWindow("channel_weight")]);
    assert_eq!(fault(&|method| method.channel_shares = [("voice".to_owned(), 1.0)].into()), [FormulaFault::TwoWeights]);
    assert!(matches!(fault(&|method| method.channel_weight = Some("answerd".into()))[..], [FormulaFault::Expression(..)]));
    assert!(matches!(fault(&|method| method.channel_weight = Some("answered > 1".into()))[..], [FormulaFault::Truth(_)]));
}

proptest! {
    #[test]
    fn shares_add_to_one_and_equal_means_give_that_mean(
        weights in prop::collection::vec(1_i128..5000, 1..9),
        sizes in prop::collection::vec(1_usize..30, 9),
        score in 0_u32..=100,
    ) {
        let names: Vec<String> = (0..weights.len()).map(|number| format!("c{number}")).collect();
        let scores: Vec<Vec<u32>> = sizes.iter().map(|size| (0..*size as u32).map(|n| score.saturating_add(n % 2)).collect()).collect();
        let same: Vec<Vec<u32>> = sizes.iter().map(|_| vec![score]).collect();
        let channels = |scores: &[Vec<u32>]| -> KpiValue {
            let all: Vec<Channel<'_>> = names.iter().zip(&weights).zip(scores).map(|((name, weight), scores)| Channel(name, Some(*weight), scores)).collect();
            of(&all)
        };
        let value = channels(&scores);
        let sum = |of: fn(&crate::kpi::method::Stratum) -> f64| value.strata.iter().map(of).sum::<f64>();
        prop_assert!((sum(|one| one.share) - 1.0).abs() < 1e-9 && (sum(|one| one.counts) - 1.0).abs() < 1e-9);
        prop_assert!((channels(&same).value.unwrap() - f64::from(score)).abs() < 1e-9);
        let (least, most) = value.strata.iter().filter_map(|one| one.mean).fold((f64::MAX, f64::MIN), |(low, high), mean| (low.min(mean), high.max(mean)));
        prop_assert!((least - 1e-9..=most + 1e-9).contains(&value.value.unwrap()));
    }

    #[test]
    fn one_channel_is_the_plain_mean(scores in prop::collection::vec(0_u32..=100, 1..60), answered in 1_i128..1_000_000) {
        let value = of(&[Channel("voice", Some(answered), &scores)]);
        let mean = scores.iter().map(|score| f64::from(*score)).sum::<f64>() / scores.len() as f64;
        prop_assert!((value.value.unwrap() - mean).abs() < 1e-9);
        prop_assert_eq!((value.n, value.coverage()), (scores.len() as i64, Some(1.0)));
    }
}
