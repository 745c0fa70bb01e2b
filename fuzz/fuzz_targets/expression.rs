//! The expression language of KPIs against any text: `cargo +nightly fuzz run expression`. A text is read or refused at a place within it;
//! what is read is printed and read again as the same; what is computed is a finite number or has a reason for being none.
#![no_main]

use std::sync::LazyLock;

use cairn::kpi::expression::{Fault, Frame, Frames, Parameters, compile, parse};
use cairn::kpi::measures::Histogram;
use cairn::kpi::quantities::Quantities;
use cairn::kpi::vocabulary::Vocabulary;
use libfuzzer_sys::{Corpus, fuzz_target};

/// A month of some measures, and one of none.
static FRAMES: LazyLock<[Frames; 2]> = LazyLock::new(|| {
    let mut made = Quantities::default();
    for (name, count) in [("answered", 20_000), ("abandoned", 0), ("talk_s", 4_100_000), ("handled", -1), ("offered", i128::MAX)] {
        made.add_flow(name, count);
    }
    made.add_spread("wait_answered", &Histogram::from_pairs((0..200).map(|second| (second, u64::from(second)))));
    [made, Quantities::default()].map(|month| Frames::of(Frame::of(Vocabulary::shipped(), &month, 1.0, 31)))
});

fuzz_target!(|text: &str| -> Corpus {
    let tree = match parse(text) {
        Ok(tree) => tree,
        Err(error) => {
            assert!(text.get(error.span.start..error.span.end).is_some(), "{text}: {error:?}");
            return Corpus::Keep;
        }
    };
    let printed = tree.to_string();
    match parse(&printed) {
        Ok(again) => assert_eq!(again.to_string(), printed, "{text}"),
        // Printed with the parentheses that it needs, a text may be longer and deeper than it was.
        Err(error) => assert!(matches!(error.fault, Fault::Deep | Fault::Long | Fault::Large), "{text}: {printed}: {error:?}"),
    }
    let parameters = Parameters::from([("threshold_s".to_owned(), 20.0)]);
    match compile(&tree, Vocabulary::shipped(), &parameters) {
        Err(error) => assert!(text.get(error.span.start..error.span.end).is_some(), "{text}: {error:?}"),
        Ok(program) => {
            for frames in FRAMES.iter() {
                if let Ok(number) = program.number(frames) {
                    assert!(number.real().is_finite(), "{text}");
                }
            }
        }
    }
    Corpus::Keep
});
