//! How long a formula takes: `cargo bench --bench formula [ROUNDS]` prints nanoseconds per evaluation of typical expressions over a month
//! of measures, the waits of 20,000 calls among them; it fails above 200.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a bench")]

use std::hint::black_box;
use std::time::Instant;

use cairn::kpi::expression::{Frame, Frames, Parameters, compile, parse};
use cairn::kpi::measures::Histogram;
use cairn::kpi::quantities::Quantities;
use cairn::kpi::vocabulary::Vocabulary;

const EXPRESSIONS: [&str; 7] = [
    "answered / (answered + abandoned)",
    "within(wait_answered, threshold_s) / (answered + abandoned)",
    "(within(wait_answered, threshold_s) + within(wait_abandoned, 5)) / (answered + abandoned)",
    "(talk_s + hold_s + wrap_s) / handled",
    "coalesce(handling_s, talk_s + hold_s + wrap_s) / (coalesce(handling_s, talk_s + hold_s + wrap_s) + waiting_s)",
    "if(answered >= 30, (abandoned - within(wait_abandoned, 5)) / (answered + abandoned - within(wait_abandoned, 5)), 0)",
    "quantile(wait_answered, 0.9)",
];

fn month() -> Quantities {
    let mut made = Quantities::default();
    let counts = [
        ("answered", 20_000),
        ("abandoned", 900),
        ("talk_s", 4_100_000),
        ("hold_s", 300_000),
        ("wrap_s", 800_000),
        ("handled", 20_000),
    ];
    counts.iter().for_each(|(name, count)| made.add_flow(name, *count));
    made.add_flow("waiting_s", 1_500_000);
    made.add_spread("wait_answered", &Histogram::from_pairs((0..200).map(|second| (second, 100))));
    made.add_spread("wait_abandoned", &Histogram::from_pairs((0..300).map(|second| (second, 3))));
    made
}

fn main() {
    let rounds: u32 = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(2_000_000);
    let vocabulary = Vocabulary::shipped();
    let parameters = Parameters::from([("threshold_s".to_owned(), 20.0)]);
    let frames = Frames::of(Frame::of(vocabulary, &month(), 1.0, 31));
    let mut slow = false;
    for text in EXPRESSIONS {
        let program = compile(&parse(text).unwrap(), vocabulary, &parameters).unwrap();
        let began = Instant::now();
        for _ in 0..rounds {
            black_box(black_box(&program).number(black_box(&frames)).unwrap());
        }
        let each = began.elapsed().as_nanos() as f64 / f64::from(rounds);
        slow |= each > 200.0;
        println!("{each:6.1} ns  {text}");
    }
    assert!(!slow, "a formula took more than 200 ns");
}
