//! Texts made to stall the renderer, at full size in optimised code: `cargo bench --bench hostile -- [RANDOM TEXTS]`. Each is rendered or
//! refused; the best of three runs counts. Prints the slowest and fails when one takes longer than 100 ms.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench")]

#[path = "../src/web/markdown/corpus_tests.rs"]
mod corpus;

use std::time::{Duration, Instant};

use cairn::web::markdown::{Labels, MAX_INPUT_BYTES, Reference, RenderOptions, render};

const BAR: Duration = Duration::from_millis(100);
const RUNS: usize = 3;

fn resolve(text: &str) -> Reference {
    match text.strip_prefix("QP-") {
        Some(rest) if rest.starts_with("08") => Reference::Found { href: "/d/QP-08".into(), title: "程序".into() },
        Some(_) => Reference::Dangling,
        None => Reference::NotACode,
    }
}

fn best(text: &str) -> (Duration, bool) {
    let none = |_: &str| None;
    let options = RenderOptions { title: None, labels: Labels::default(), file: &none };
    let run = || {
        let begun = Instant::now();
        let rendered = render(text, &resolve, &options).is_ok();
        (begun.elapsed(), rendered)
    };
    (0..RUNS).map(|_| run()).min().unwrap()
}

fn main() {
    let random: u64 = std::env::args().filter_map(|text| text.parse().ok()).next().unwrap_or(500);
    let drawn = (0..random).map(|number| (format!("random text {number}"), corpus::random(number, MAX_INPUT_BYTES)));
    let mut all: Vec<(Duration, bool, String)> = corpus::texts(MAX_INPUT_BYTES)
        .chain(drawn)
        .map(|(name, text)| {
            let (took, rendered) = best(&text);
            (took, rendered, name)
        })
        .collect();
    all.sort_by(|a, b| b.cmp(a));
    for (took, rendered, name) in all.iter().take(20) {
        println!("{:7.1} ms  {}  {name}", took.as_secs_f64() * 1e3, if *rendered { "rendered" } else { "refused " });
    }
    println!("{} texts of {MAX_INPUT_BYTES} bytes, the slowest in {:.1} ms", all.len(), all[0].0.as_secs_f64() * 1e3);
    std::process::exit(i32::from(all[0].0 > BAR));
}
