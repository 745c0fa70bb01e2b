//! Texts made to stall a renderer: each is rendered or refused within the caps, and quickly.

use std::time::{Duration, Instant};

use super::corpus_tests::{random, table, texts};
use super::*;

/// The bar is 100 ms for 256 KB on an optimised build: `cargo bench --bench hostile` holds it. Here machines are busy and builds are not
/// optimised: smaller texts, more time.
const OPTIMISED: bool = !cfg!(debug_assertions);
const SIZE: usize = if OPTIMISED { MAX_INPUT_BYTES } else { 32 * 1024 };
const LIMIT: Duration = Duration::from_millis(if OPTIMISED { 400 } else { 4_000 });

fn resolve(text: &str) -> Reference {
    match text.strip_prefix("QP-") {
        Some(rest) if rest.starts_with("08") => Reference::Found { href: "/d/QP-08".into(), title: "程序".into() },
        Some(_) => Reference::Dangling,
        None => Reference::NotACode,
    }
}

/// The faster of two runs: a busy machine slows one, a slow renderer both.
fn best_of_two<T>(run: &dyn Fn() -> T) -> (T, Duration) {
    let started = Instant::now();
    run();
    let first = started.elapsed();
    let started = Instant::now();
    let outcome = run();
    (outcome, first.min(started.elapsed()))
}

#[test]
fn hostile_texts_are_rendered_or_refused() {
    let none = |_: &str| None;
    let options = RenderOptions { title: None, labels: Labels::default(), file: &none };
    let drawn = (0..40).map(|number| (format!("random text {number}"), random(number, SIZE)));
    for (name, text) in texts(SIZE).chain(drawn) {
        assert!(text.len() <= SIZE, "{name}");
        let (outcome, took) = best_of_two(&|| render(&text, &resolve, &options));
        assert!(took < LIMIT, "{name}: {took:?}");
        match outcome {
            Ok(page) => assert!(page.html.len() <= 2 * MAX_OUTPUT_BYTES, "{name}"),
            Err(error) => assert!(error.line().is_some(), "{name}: {error}"),
        }
        eprintln!("{:8.1} ms  {name}", took.as_secs_f64() * 1e3);
    }
}

#[test]
fn refusals_name_the_line_and_the_cure() {
    let none = |_: &str| None;
    let options = RenderOptions { title: None, labels: Labels::default(), file: &none };
    let deep = format!("fine\n\n{}x\n", "> ".repeat(65));
    let error = render(&deep, &resolve, &options).unwrap_err();
    assert_eq!((error.code(), error.line(), error.limit()), ("markdown-too-deep", Some(3), 64));
    assert!(error.to_string().starts_with("line 3: "), "{error}");
    assert!(render(&format!("{}x\n", "> ".repeat(60)), &resolve, &options).is_ok());
    let wide = render(&table(1200, 5_500), &resolve, &options).unwrap_err();
    assert_eq!(wide.code(), "markdown-too-many-elements");
    let quotes = render(&">".repeat(MAX_INPUT_BYTES), &resolve, &options).unwrap_err();
    assert_eq!((quotes.code(), quotes.line()), ("markdown-too-deep", Some(1)));
    let open = render(&format!("fine\n\n[a](x \"{}", "a\n".repeat(20_000)), &resolve, &options).unwrap_err();
    assert_eq!((open.code(), open.line()), ("markdown-unclosed", Some(3)));
    let long = render(&"a".repeat(MAX_INPUT_BYTES + 1), &resolve, &options).unwrap_err();
    assert_eq!((long.code(), long.line()), ("markdown-too-long", None));
}
