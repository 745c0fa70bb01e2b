//! The renderer against any text: `cargo +nightly fuzz run markdown`. It is rendered within its bounds or refused; no script gets through.
#![no_main]

use cairn::web::markdown::{Labels, Reference, RenderOptions, render};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let none = |_: &str| None;
    let options = RenderOptions { title: None, labels: Labels::default(), file: &none };
    let resolve = |word: &str| match word.starts_with("QP-") {
        true => Reference::Found { href: "/d/QP-08".into(), title: "程序".into() },
        false => Reference::NotACode,
    };
    if let Ok(made) = render(text, &resolve, &options) {
        let html = made.html.to_ascii_lowercase();
        for tag in ["<script", "<iframe", "<object", "<embed", "<style", "<form", "<base", "<meta", "<link"] {
            assert!(!html.contains(tag), "{text}: {tag}");
        }
    }
});
