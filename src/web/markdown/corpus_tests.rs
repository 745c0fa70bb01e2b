//! Texts made to stall a renderer. The unit tests and `benches/hostile.rs` render them.

/// Each is repeated to the full size.
pub const UNITS: &[&str] = &[
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

/// A table of so many columns whose rows have one cell.
pub fn table(columns: usize, bytes: usize) -> String {
    let mut text = "|a".repeat(columns) + "|\n" + &"|-".repeat(columns) + "|\n";
    while text.len() < bytes {
        text.push_str("|a\n");
    }
    text
}

fn growing(size: usize, step: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for count in 0.. {
        let more = step(count);
        if text.len() + more.len() > size {
            break;
        }
        text.push_str(&more);
    }
    text
}

/// Texts that are not one piece repeated.
fn shaped(size: usize) -> Vec<(&'static str, String)> {
    let lines = |count: usize| "a\n".repeat(count);
    let nested = |depth: usize| (0..depth).map(|n| " ".repeat(n * 2) + "- a\n").collect::<String>();
    let cells = "|a|b|c|d|e|\n|-|-|-|-|-|\n".to_owned() + &"|客户|投诉|处理|程序|5|\n".repeat(size / 128);
    vec![
        ("one title over many lines", format!("[a](x \"{}", lines(size / 2 - 10))),
        ("63 quotes then lazy lines", "> ".repeat(63) + &lines(size / 2 - 64)),
        ("31 lists then lazy lines", "- ".repeat(31) + &lines(size / 2 - 64)),
        ("63 quotes on each line", format!("{}a\n", ">".repeat(63)).repeat(size / 65)),
        ("table of 1,200 empty columns", table(1200, 5_500)),
        ("table of 500 empty columns", table(500, size - 10)),
        ("table of many cells", cells),
        ("indented lists", growing(size, |n| " ".repeat(n * 2) + "- a\n")),
        ("indented lists, then lines", nested(120) + &lines(size / 4)),
        ("growing backticks", growing(size, |n| "`".repeat(n + 1) + "a")),
        ("chained footnotes", growing(size, |n| format!("[^{n}]: a[^{}]\n\n", n + 1))),
        ("many link definitions", growing(size, |n| format!("[a{n}]: b\n"))),
        ("one long definition used often", format!("[x]: {}\n", "x".repeat(1000)) + &"\n[x]".repeat(size / 5)),
        ("long unclosed labels", format!("[{}", "a".repeat(99)).repeat(size / 100)),
        ("long label", format!("[{}]", "a".repeat(size - 10))),
        ("distinct references", growing(size, |n| format!("[QP-{n}] "))),
        ("numbered headings", growing(size, |n| format!("## {}.{} a\n", n % 90, n))),
        ("one long line", "投诉 ".repeat(size / 7)),
    ]
}

/// Every text with its name, none longer than `size` bytes.
pub fn texts(size: usize) -> impl Iterator<Item = (String, String)> {
    let half = size / 2;
    let units = UNITS.iter().map(move |unit| (format!("{unit:?} repeated"), unit.repeat(size / unit.len())));
    let pairs = PAIRS.iter().map(move |(a, b)| (format!("{a:?} then {b:?}"), a.repeat(half / a.len()) + &b.repeat(half / b.len())));
    units.chain(pairs).chain(shaped(size).into_iter().map(|(name, text)| (name.to_owned(), text)))
}

/// A text of random pieces, the same for the same number: what nobody thought of.
pub fn random(number: u64, size: usize) -> String {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let few: Vec<&str> = (0..next() % 6 + 1).filter_map(|_| UNITS.get((next() % UNITS.len() as u64) as usize).copied()).collect();
    let mut text = String::with_capacity(size);
    while let Some(unit) = few.get((next() % few.len() as u64) as usize) {
        let times = if next() % 16 == 0 { 500 } else { 1 };
        if text.len() + unit.len() * times > size {
            break;
        }
        text.push_str(&unit.repeat(times));
    }
    text
}
