//! Texts made to stall a renderer: each is rendered or refused within the caps, and quickly.

use std::time::{Duration, Instant};

use super::*;

const SIZE: usize = 256 * 1024;

fn repeat(unit: &str) -> String {
    unit.repeat(SIZE / unit.len())
}

fn two(first: &str, second: &str) -> String {
    let half = SIZE / 2;
    first.repeat(half / first.len()) + &second.repeat(half / second.len())
}

fn table(columns: usize, bytes: usize) -> String {
    let mut text = "|a".repeat(columns) + "|\n" + &"|-".repeat(columns) + "|\n";
    while text.len() < bytes {
        text.push_str("|a\n");
    }
    text
}

fn growing(mut step: impl FnMut(usize) -> String) -> String {
    let mut text = String::new();
    let mut count = 0;
    loop {
        let more = step(count);
        if text.len() + more.len() > SIZE {
            return text;
        }
        text.push_str(&more);
        count += 1;
    }
}

fn corpus() -> Vec<(String, String)> {
    let mut texts: Vec<(String, String)> = [
        ">", "> ", "[", "![[[[", "![", "*a ", "_a ", "*a_ ", "**a *", "a***", "[*_a", "[](", "[ (](", "](", "[a](<b", "`",
        "``\\", "<", "<!--", "<![CDATA[", "<a ", "<a b='", "&", "&amp;", "\\<", "~~a ", "|a", "- ", "1. ", "- a\n",
        "# a\n", "## 5.3 a\n\n", "[^1]", "[^a]: b\n", "[a]: b\n", "[a]: b \"", "]([\n", "<a@b.c>", "http://a.b ", "\0",
        "\t", "    a\n", "***\n", "- - - ", "```\n", "|a|\n|-|\n", "- [x] a\n", "a  \n", "文", "**文**", "<div>\n",
        "[QP-08]", "[QP-08 5.3] ", "[QP-99]", "![a](b)", "[a](b)", "<br>", "a\n", "\n", "`a`", "*_`", "> - ", "1) - ",
        "[^a]: - ", "\r", "a[^b]", "(", "\"", " '", "🙂", "客户投诉，", "a b ", "{% %}",
    ]
    .iter()
    .map(|unit| (format!("{unit:?} repeated"), repeat(unit)))
    .collect();
    let two_parts = [
        ("> ", "a\n"), (">", ":\n[^"), ("- ", "`\"\n"), ("](\n[^\n( [^", "a\n"), ("[a](x (", "a\n"), ("[^>- ]:- ", "[^\n    "),
        ("[a](x \"", "a\n"), ("*a **b ", " b** a*"), ("[", "]"), ("![", "](a)"), ("*a", "a*"), ("\t- ", "x\n"),
    ];
    texts.extend(two_parts.iter().map(|(a, b)| (format!("{a:?} then {b:?}"), two(a, b))));
    texts.push(("one title over many lines".into(), format!("[a](x \"{}", "a\n".repeat(SIZE / 2 - 10))));
    texts.push(("64 quotes then lazy lines".into(), "> ".repeat(64) + &"a\n".repeat(SIZE / 2 - 64)));
    texts.push(("64 lists then lazy lines".into(), "- ".repeat(63) + "a\n" + &"a\n".repeat(SIZE / 2 - 100)));
    texts.push(("64 quotes on each line".into(), repeat(&format!("{}a\n", ">".repeat(63)))));
    texts.push(("table of 1,200 empty columns".into(), table(1200, 5_500)));
    texts.push(("table of 500 empty columns".into(), table(500, SIZE - 10)));
    texts.push(("table of 14,000 cells".into(), growing_table()));
    texts.push(("indented lists".into(), growing(|n| " ".repeat(n * 2) + "- a\n")));
    texts.push(("indented lists, then lines".into(), (0..300).map(|n| " ".repeat(n * 2) + "- a\n").collect::<String>() + &"a\n".repeat(80_000)));
    texts.push(("growing backticks".into(), growing(|n| "`".repeat(n + 1) + "a")));
    texts.push(("chained footnotes".into(), growing(|n| format!("[^{n}]: a[^{}]\n\n", n + 1))));
    texts.push(("many link definitions".into(), growing(|n| format!("[a{n}]: b\n"))));
    texts.push(("one long definition used often".into(), format!("[x]: {}\n", "x".repeat(1000)) + &"\n[x]".repeat(60_000)));
    texts.push(("long unclosed labels".into(), repeat(&format!("[{}", "a".repeat(99)))));
    texts.push(("long label".into(), format!("[{}]", "a".repeat(SIZE - 10))));
    texts.push(("distinct references".into(), growing(|n| format!("[QP-{n}] "))));
    texts.push(("numbered headings".into(), growing(|n| format!("## {}.{} a\n", n % 90, n))));
    texts.push(("line of 250 KB".into(), "投诉 ".repeat(SIZE / 7)));
    texts
}

fn growing_table() -> String {
    let mut text = "|a|b|c|d|e|\n|-|-|-|-|-|\n".to_owned();
    text.push_str(&"|客户|投诉|处理|程序|5|\n".repeat(2000));
    text
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
    // The bar is 100 ms on an optimised build; an unoptimised one on a loaded machine is given room.
    let limit = if cfg!(debug_assertions) { Duration::from_secs(8) } else { Duration::from_millis(400) };
    let none = |_: &str| None;
    let options = RenderOptions { title: None, labels: Labels::default(), file: &none };
    for (name, text) in corpus() {
        assert!(text.len() <= SIZE, "{name}");
        let (outcome, took) = best_of_two(&|| render(&text, &resolve, &options));
        assert!(took < limit, "{name}: {took:?}");
        match outcome {
            Ok(page) => assert!(page.html.len() <= 2 * MAX_OUTPUT_BYTES, "{name}"),
            Err(error) => assert!(error.line().is_some() && error.limit() < SIZE * 10, "{name}: {error}"),
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
    assert_eq!((error.code(), error.line()), ("markdown-too-deep", Some(3)));
    assert!(error.to_string().starts_with("line 3: "), "{error}");
    assert!(render(&format!("{}x\n", "> ".repeat(60)), &resolve, &options).is_ok());
    let wide = render(&table(1200, 5_500), &resolve, &options).unwrap_err();
    assert_eq!(wide.code(), "markdown-too-many-elements");
    let long = render(&"a".repeat(SIZE + 1), &resolve, &options).unwrap_err();
    assert_eq!((long.code(), long.line()), ("markdown-too-long", None));
}
