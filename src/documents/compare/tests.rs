//! Clauses, words, Chinese characters, and the bound on the work.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

fn marked(segments: &[Segment]) -> String {
    segments
        .iter()
        .map(|segment| match segment.kind {
            SegmentKind::Equal => segment.text.clone(),
            SegmentKind::Inserted => format!("{{+{}+}}", segment.text),
            SegmentKind::Deleted => format!("[-{}-]", segment.text),
        })
        .collect()
}

fn outline(comparison: &Comparison) -> Vec<(Option<&str>, &str, ChangeKind)> {
    comparison.clauses.iter().map(|c| (c.number.as_deref(), c.title.as_str(), c.kind)).collect()
}

const B1: &str = "## 1 目的\n\n规定步骤。\n\n## 4.2 投诉管理员\n\n在 4 小时内完成登记与分级，指定处理人，并把受理编号告知客户。\n\n## 5.3 升级处理\n\n有下列情形之一的，处理人应当升级，不得自行结案：需要多个部门共同处理。\n";
const B2: &str = "## 1 目的\n\n规定步骤。\n\n## 4.2 投诉管理员\n\n在 2 小时内完成登记与分级，指定处理人，并把受理编号和办理步骤告知客户。\n\n## 5.3 升级处理\n\n有下列情形之一的，处理人应在 4 小时内完成现场核实并升级，不得自行结案：需要两个以上部门共同处理。\n\n## 5.4 外部评审\n\n由质量总监提请第三方评审。\n";

#[test]
fn chinese_changes_are_marked_by_character() {
    let change = compare(B1, B2);
    use ChangeKind::{Added, Changed, Same};
    assert_eq!(
        outline(&change),
        [
            (Some("1"), "目的", Same),
            (Some("4.2"), "投诉管理员", Changed),
            (Some("5.3"), "升级处理", Changed),
            (Some("5.4"), "外部评审", Added)
        ]
    );
    let clause = &change.clauses[1];
    assert_eq!(marked(&clause.left), "在 [-4-] 小时内完成登记与分级，指定处理人，并把受理编号告知客户。");
    assert_eq!(marked(&clause.right), "在 {+2+} 小时内完成登记与分级，指定处理人，并把受理编号{+和办理步骤+}告知客户。");
    assert_eq!((clause.insertions, clause.deletions, clause.coarse), (2, 1, false));
    let clause = &change.clauses[2];
    assert_eq!(marked(&clause.left), "有下列情形之一的，处理人应[-当-]升级，不得自行结案：需要[-多-]个部门共同处理。");
    assert_eq!(
        marked(&clause.right),
        "有下列情形之一的，处理人应{+在 4 小时内完成现场核实并+}升级，不得自行结案：需要{+两+}个{+以上+}部门共同处理。"
    );
    assert_eq!((change.insertions(), change.deletions(), change.count(Same)), (6, 3, 1));
}

#[test]
fn words_of_latin_scripts_stay_whole() {
    let change = compare("The owner reviews it yearly.", "The auditor reviews it twice a year.");
    assert_eq!(marked(&change.clauses[0].unified), "The [-owner-]{+auditor+} reviews it [-yearly-]{+twice a year+}.");
}

#[test]
fn rewrapped_paragraphs_are_the_same() {
    let change = compare("one two\nthree", "one two three\n");
    assert_eq!(outline(&change), [(None, "", ChangeKind::Same)]);
    assert_eq!(compare("a\r\n\r\nb", "a\n\nb").count(ChangeKind::Same), 1);
    assert_eq!(compare("a\n\nb", "a\nb").count(ChangeKind::Changed), 1, "a new paragraph is a change");
}

#[test]
fn clauses_are_followed_through_numbers_and_titles() {
    use ChangeKind::{Added, Changed, Moved, Removed, Same};
    let left = "## 5.1 Receive\n\nalpha beta\n\n## 5.2 Judge\n\ngamma delta\n\n## 6 Old\n\nis dropped here\n";
    let right = "## 5.1 Receive\n\nalpha beta\n\n## 5.2 Verify\n\nquite new words\n\n## 5.3 Judge\n\ngamma delta\n";
    let change = compare(left, right);
    assert_eq!(
        outline(&change),
        [
            (Some("5.1"), "Receive", Same),
            (Some("5.2"), "Verify", Added),
            (Some("5.3"), "Judge", Moved),
            (Some("6"), "Old", Removed)
        ]
    );
    assert_eq!(change.clauses[2].old_number.as_deref(), Some("5.2"));
    let retitled = compare("## 3 Duties\n\na b c d\n", "## 3 Responsibilities\n\na b c d\n");
    assert_eq!(outline(&retitled), [(Some("3"), "Responsibilities", Changed)]);
    assert_eq!(retitled.clauses[0].old_title.as_deref(), Some("Duties"));
    let swapped = compare("## A\n\none\n\n## B\n\ntwo\n\n## C\n\nthree\n", "## C\n\nthree\n\n## A\n\none\n\n## B\n\ntwo\n");
    assert_eq!(outline(&swapped), [(None, "C", Moved), (None, "A", Same), (None, "B", Same)]);
    let alike = compare("## Old name\n\na b c d e f g h\n", "## Other\n\na b c d e f g x\n");
    assert_eq!(outline(&alike), [(None, "Other", Changed)]);
    let code = compare("```\n# no heading\n```\n", "```\n# no heading\n```\n\n# One\n");
    assert_eq!(code.clauses.len(), 2);
}

#[test]
fn a_rewritten_sentence_reads_as_one_change() {
    let change = compare("客户可以随时来电查询。", "处理人的每一步都应留下书面记录。");
    assert_eq!(change.deletions() + change.insertions(), 2, "{}", marked(&change.clauses[0].unified));
}

#[test]
fn values_and_lists_are_compared() {
    let changes =
        compare_fields(&[("title", "投诉程序", "投诉处理程序"), ("owner", "CSQ", "CSQ"), ("effective", "", "2026-11-21")]);
    assert_eq!(changes.len(), 2);
    assert_eq!((marked(&changes[0].left), marked(&changes[0].right)), ("投诉程序".into(), "投诉{+处理+}程序".into()));
    assert_eq!((marked(&changes[1].left), marked(&changes[1].right)), (String::new(), "{+2026-11-21+}".into()));
    let parents = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
    let change = compare_lists("parents", &parents(&["QM-01"]), &parents(&["QM-01", "QM-02"])).unwrap();
    assert_eq!(marked(&change.right), "QM-01{+QM-02+}");
    assert_eq!(compare_lists("parents", &parents(&["A", "B"]), &parents(&["B", "A"])), None);
}

#[test]
fn large_and_unlike_texts_stay_within_the_bound() {
    // The bar is 100 ms for 256 KB on an optimised build; an unoptimised one gets smaller texts and more time.
    let optimised = !cfg!(debug_assertions);
    let size = if optimised { 256 * 1024 } else { 48 * 1024 };
    let fill = |unit: &str| unit.repeat(size / unit.len());
    let numbered = |step: usize| (0..size / 12).map(|n| format!("词{} 语句\n", n * step % 9973)).collect::<String>();
    let paragraphs =
        |word: &str| (0..size / 130).map(|n| format!("第{n}段，{}。\n\n", word.repeat(20 + n % 7))).collect::<String>();
    let headings = |word: &str| (0..size / 13).map(|n| format!("## {n} {word}\n")).collect::<String>();
    let unlike = |seed: u32| {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            char::from_u32(0x4E00 + (state >> 16) % 50).unwrap_or('一')
        };
        (0..size / 3000).map(|n| format!("## {n} 条\n{}\n", (0..950).map(|_| next()).collect::<String>())).collect::<String>()
    };
    let cases = [
        ("unlike characters", fill("客户"), fill("投诉")),
        ("shifted characters", fill("客户投诉处理"), fill("诉处理客户投")),
        ("unlike lines", numbered(7), numbered(11)),
        ("changed paragraphs", paragraphs("甲乙"), paragraphs("甲丙")),
        ("many clauses", headings("a"), headings("b")),
        ("many new clauses", headings("a").replace("## ", "## x"), headings("b").replace("## ", "## y")),
        ("one long word", "a".repeat(size), "b".repeat(size)),
        ("clauses of unlike characters", unlike(1), unlike(2)),
        ("blank", " ".repeat(size), "\n".repeat(size)),
        ("nothing to something", String::new(), fill("客户投诉。\n")),
        ("spread changes", fill("客户投诉处理程序\n"), fill("客户投诉处理程序\n").replacen("程序", "规程", 900)),
    ];
    let limit = Duration::from_millis(if optimised { 400 } else { 4_000 });
    for (name, left, right) in cases {
        let mut best = Duration::MAX;
        for _ in 0..2 {
            let started = Instant::now();
            let change = compare(&left, &right);
            best = best.min(started.elapsed());
            assert_eq!(change.clauses.is_empty(), name == "blank", "{name}");
        }
        eprintln!("{:8.1} ms  {name}", best.as_secs_f64() * 1e3);
        assert!(best < limit, "{name}: {best:?}");
    }
}

#[test]
fn a_small_change_in_a_large_text_is_still_shown_by_words() {
    let paragraphs: Vec<String> = (0..4000).map(|n| format!("第 {n} 段规定客户投诉的处理步骤与时限。\n\n")).collect();
    let left = paragraphs.concat();
    let right = left.replace("第 1234 段规定", "第 1234 段明确规定").replace("第 3999 段规定客户", "第 3999 段规定用户");
    let change = compare(&left, &right);
    let clause = &change.clauses[0];
    assert!(!clause.coarse);
    let changes: Vec<_> = clause.unified.iter().filter(|s| s.kind != SegmentKind::Equal).map(|s| s.text.as_str()).collect();
    assert_eq!(changes, ["明确", "客", "用"]);
}

fn passage() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "客", "户", "投诉", "the ", "owner", "，", "。", "\n", "\n\n", "## 1 A\n", "## B\n", "- ", "4", " ",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn both_sides_join_to_their_texts(left in passage(), right in passage()) {
        let change = compare(&left, &right);
        let words = |text: &str| text.split_whitespace().collect::<String>();
        let bodies = |side: fn(&ClauseChange) -> &Vec<Segment>| {
            let mut all: Vec<String> = change.clauses.iter().map(|c| words(&side(c).iter().map(|s| s.text.as_str()).collect::<String>())).collect();
            all.sort();
            all.retain(|text| !text.is_empty());
            all
        };
        let expected = |text: &str| {
            let mut all: Vec<String> = clauses::split(text).iter().map(|c| words(c.body)).collect();
            all.sort();
            all.retain(|text| !text.is_empty());
            all
        };
        prop_assert_eq!(bodies(|c| &c.left), expected(&left));
        prop_assert_eq!(bodies(|c| &c.right), expected(&right));
        let same = compare(&left, &left);
        prop_assert_eq!(same.count(ChangeKind::Same), same.clauses.len());
    }
}
