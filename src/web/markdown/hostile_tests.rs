//! Texts made to stall a renderer: each is rendered or refused within the caps, and quickly.

use std::time::{Duration, Instant};

use super::*;

/// The bar is 100 ms for 256 KB on an optimised build; an unoptimised one gets smaller texts and more time.
const OPTIMISED: bool = !cfg!(debug_assertions);
const SIZE: usize = if OPTIMISED { MAX_INPUT_BYTES } else { 32 * 1024 };
const LIMIT: Duration = Duration::from_millis(if OPTIMISED { 400 } else { 4_000 });

/// Each is repeated to the full size.
const UNITS: &[&str] = &[
    ">",
    "> ",
    "[",
    "![[[[",
    "![",
    "*a ",
    "_a ",
    "*a_ ",
    "**a *",
    "a***",
    "[*_a",
    "[](",
    "[ (](",
    "](",
    "[a](<b",
    "`",
    "``\\",
    "<",
    "<!--",
    "<![CDATA[",
    "<a ",
    "<a b='",
    "&",
    "&amp;",
    "&客",
    ")\r```",
    "](['",
    "&aaaaaaaa",
    "<客\"",
    "\\<",
    "~~a ",
    "|a",
    "- ",
    "1. ",
    "- a\n",
    "# a\n",
    "## 5.3 a\n\n",
    "[^1]",
    "[^a]: b\n",
    "[a]: b\n",
    "[a]: b \"",
    "]([\n",
    "<a@b.c>",
    "http://a.b ",
    "\0",
    "\t",
    "    a\n",
    "***\n",
    "- - - ",
    "```\n",
    "|a|\n|-|\n",
    "- [x] a\n",
    "a  \n",
    "文",
    "**文**",
    "<div>\n",
    "[QP-08]",
    "[QP-08 5.3] ",
    "[QP-99]",
    "![a](b)",
    "[a](b)",
    "<br>",
    "a\n",
    "\n",
    "`a`",
    "*_`",
    "> - ",
    "1) - ",
    "[^a]: - ",
    "\r",
    "a[^b]",
    "(",
    "\"",
    " '",
    "🙂",
    "客户投诉，",
    "a b ",
    "{% %}",
];

/// The first half of the size repeats the one, the second half the other.
const PAIRS: &[(&str, &str)] = &[
    ("> ", "a\n"),
    (">", ":\n[^"),
    ("- ", "`\"\n"),
    ("](\n[^\n( [^", "a\n"),
    ("[a](x (", "a\n"),
    ("[^>- ]:- ", "[^\n    "),
    ("[a](x \"", "a\n"),
    ("*a **b ", " b** a*"),
    ("[", "]"),
    ("![", "](a)"),
    ("*a", "a*"),
    ("\t- ", "x\n"),
];

fn table(columns: usize, bytes: usize) -> String {
    let mut text = "|a".repeat(columns) + "|\n" + &"|-".repeat(columns) + "|\n";
    while text.len() < bytes {
        text.push_str("|a\n");
    }
    text
}

fn growing(step: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for count in 0.. {
        let more = step(count);
        if text.len() + more.len() > SIZE {
            break;
        }
        text.push_str(&more);
    }
    text
}

/// Texts that are not one piece repeated.
fn shaped() -> Vec<(&'static str, String)> {
    let lines = |count: usize| "a\n".repeat(count);
    let nested = |depth: usize| (0..depth).map(|n| " ".repeat(n * 2) + "- a\n").collect::<String>();
    let cells = "|a|b|c|d|e|\n|-|-|-|-|-|\n".to_owned() + &"|客户|投诉|处理|程序|5|\n".repeat(SIZE / 128);
    vec![
        ("one title over many lines", format!("[a](x \"{}", lines(SIZE / 2 - 10))),
        ("63 quotes then lazy lines", "> ".repeat(63) + &lines(SIZE / 2 - 64)),
        ("31 lists then lazy lines", "- ".repeat(31) + &lines(SIZE / 2 - 64)),
        ("63 quotes on each line", format!("{}a\n", ">".repeat(63)).repeat(SIZE / 65)),
        ("table of 1,200 empty columns", table(1200, 5_500)),
        ("table of 500 empty columns", table(500, SIZE - 10)),
        ("table of many cells", cells),
        ("indented lists", growing(|n| " ".repeat(n * 2) + "- a\n")),
        ("indented lists, then lines", nested(120) + &lines(SIZE / 4)),
        ("growing backticks", growing(|n| "`".repeat(n + 1) + "a")),
        ("chained footnotes", growing(|n| format!("[^{n}]: a[^{}]\n\n", n + 1))),
        ("many link definitions", growing(|n| format!("[a{n}]: b\n"))),
        ("one long definition used often", format!("[x]: {}\n", "x".repeat(1000)) + &"\n[x]".repeat(SIZE / 5)),
        ("long unclosed labels", format!("[{}", "a".repeat(99)).repeat(SIZE / 100)),
        ("long label", format!("[{}]", "a".repeat(SIZE - 10))),
        ("distinct references", growing(|n| format!("[QP-{n}] "))),
        ("numbered headings", growing(|n| format!("## {}.{} a\n", n % 90, n))),
        ("one long line", "投诉 ".repeat(SIZE / 7)),
    ]
}

fn corpus() -> impl Iterator<Item = (String, String)> {
    let half = SIZE / 2;
    let units = UNITS.iter().map(|unit| (format!("{unit:?} repeated"), unit.repeat(SIZE / unit.len())));
    let pairs = PAIRS.iter().map(move |(a, b)| (format!("{a:?} then {b:?}"), a.repeat(half / a.len()) + &b.repeat(half / b.len())));
    units.chain(pairs).chain(shaped().into_iter().map(|(name, text)| (name.to_owned(), text)))
}

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
    for (name, text) in corpus() {
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
