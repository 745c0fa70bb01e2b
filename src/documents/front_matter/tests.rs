//! Reading, writing and the round trip.

use proptest::prelude::*;

use super::*;

const FORM: &str = "---
code: FR-02
title: 客户投诉登记表
tier: 4
version: A/0
owner: CSQ
language: zh
parents: [QP-02]
number: \"{YYMM}-{nnn}\"
fields:
  - id: channel
    label: {zh: 投诉渠道, en: Channel}
    type: choice
    required: true
    options:
      - {value: phone, zh: 电话, en: Telephone}
      - {value: web, zh: 网络, en: Web}
  - id: amount
    label: {zh: 赔付金额, en: Compensation}
    help: {zh: 单位：元, en: In yuan}
    type: number
    min: 0
  - id: satisfaction
    label: {zh: 满意度, en: Satisfaction}
    type: rating
    max: 5
---
## 1 目的
";

#[test]
fn a_form_is_read_and_written_back_unchanged() {
    let file = read(FORM);
    assert_eq!(file.problems, []);
    assert_eq!(file.matter.code.as_deref(), Some("FR-02"));
    assert_eq!(file.matter.number.as_deref(), Some("{YYMM}-{nnn}"));
    assert_eq!((file.body, file.body_line), ("## 1 目的\n", 28));
    let field = &file.matter.fields[0];
    assert_eq!((field.id.as_str(), field.kind.as_str(), field.required, field.line), ("channel", "choice", true, 11));
    assert_eq!(field.options[1].label.zh.as_deref(), Some("网络"));
    assert_eq!(file.matter.fields[2].max.as_deref(), Some("5"));
    assert_eq!(file.line_of("version"), 5);
    assert_eq!(write(&file.matter, file.body), FORM);
}

#[test]
fn scalars_keep_their_spelling() {
    let file = read(
        "---\nversion: 1.10\ncode: 007\neffective: 2026-11-21\nqms_version: 2.2.0  \nsop_id: CSC PR.015\nrecord_version:\ntags: [a, 'b, c']\n---\n",
    );
    assert_eq!(file.problems, []);
    assert_eq!(file.matter.version.as_deref(), Some("1.10"));
    assert_eq!(file.matter.code.as_deref(), Some("007"));
    assert_eq!(file.matter.effective, NaiveDate::from_ymd_opt(2026, 11, 21));
    let unknown: Vec<_> = file.matter.unknown.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(unknown, ["qms_version", "sop_id", "record_version", "tags"]);
    assert_eq!(file.matter.unknown[3].1, Simple::List(vec!["a".into(), "b, c".into()]));
    assert_eq!(
        write(&file.matter, ""),
        "---\ncode: \"007\"\nversion: \"1.10\"\neffective: 2026-11-21\nqms_version: \"2.2.0\"\nsop_id: CSC PR.015\nrecord_version:\ntags: [a, \"b, c\"]\n---\n"
    );
}

#[test]
fn files_without_front_matter_are_all_body() {
    for text in
        ["", "# Title\n", "\n---\na: b\n---\n", "---\nno end", "---", "----\na\n----\n", "---\nOnce upon a time\n---\nthe end\n"]
    {
        let file = read(text);
        assert!(!file.has_matter, "{text:?}");
        assert_eq!((file.body, file.body_line), (text, 1));
    }
    assert_eq!(read("\u{FEFF}# T").body, "# T");
}

#[test]
fn byte_order_mark_and_carriage_returns_are_tolerated() {
    let file = read("\u{FEFF}---\r\ncode: QP-02\r\ntitle: \"a\"\r\n---  \r\n\r\n# T\r\n");
    assert_eq!((file.matter.code.as_deref(), file.matter.title.as_deref()), (Some("QP-02"), Some("a")));
    assert_eq!((file.body, file.body_line), ("\r\n# T\r\n", 5));
    assert_eq!(read("---\n---\nx").body, "x");
    assert_eq!(read("---\ncode: A-1\n...\nx").body, "x");
}

#[test]
fn missing_spaces_are_named_and_recovered() {
    let file = read("---\nqms_version:2.2.0\nsop_version:2.0.2\n---\n\n# T\n");
    assert_eq!(file.problems, [FrontMatterError::NotAMapping { line: 1 }]);
    assert_eq!(file.matter.unknown[1], ("sop_version".into(), Simple::Text("2.0.2".into())));
    assert_eq!((file.body, file.line_of("sop_version")), ("\n# T\n", 3));
}

#[test]
fn problems_name_key_and_line() {
    let file = read("---\ntier: 5\nlanguage: fr\neffective: soon\nparents: {a: b}\nfields: x\nmeta:\n  a: b\ntitle: [x]\n---\n");
    let places: Vec<_> = file.problems.iter().map(|p| (p.code(), p.line())).collect();
    assert_eq!(
        places,
        [
            ("front-matter-value", 2),
            ("front-matter-value", 3),
            ("front-matter-value", 4),
            ("front-matter-value", 5),
            ("front-matter-value", 6),
            ("front-matter-nested", 7),
            ("front-matter-value", 9),
        ]
    );
    let file = read("---\ncode: QP-01\ntitle: a: b\n---\nx");
    assert_eq!((file.problems[0].code(), file.problems[0].line()), ("front-matter-syntax", 3));
    assert_eq!(file.matter.code.as_deref(), Some("QP-01"), "what can be read is kept");
    let file = read("---\ncode: a\ncode: b\n---\nx");
    assert_eq!((file.problems[0].code(), file.problems[0].line()), ("front-matter-syntax", 3));
    let long = format!("---\ntitle: {}\n---\nx", "a".repeat(MAX_BYTES));
    assert_eq!(read(&long).problems, [FrontMatterError::TooLong { line: 1 }]);
    assert_eq!(read(&long).body, "x");
}

#[test]
fn bombs_are_refused() {
    let deep = format!("---\na: {}{}\n---\n", "[".repeat(5000), "]".repeat(5000));
    assert_eq!(read(&deep).problems[0].code(), "front-matter-syntax");
    let mut laughs = String::from("---\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for n in 1..9 {
        let items = vec![format!("*a{}", n - 1); 10].join(", ");
        laughs.push_str(&format!("a{n}: &a{n} [{items}]\n"));
    }
    laughs.push_str("---\n");
    assert!(!read(&laughs).problems.is_empty());
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-z0-9 :#,\\[\\]{}'\"\\\\|>&*!%@`~-]{1,20}",
        "[客户投诉处理程序：，。（） a-z]{1,12}",
        "\\PC{1,20}",
        prop::sample::select(vec![
            "null",
            "yes",
            "1.0",
            "007",
            "~",
            "- a",
            "2026-01-01",
            "a: b",
            "a #b",
            "---",
            "...",
            "A/0",
            "\u{FEFF}x",
            "a\nb",
            "é\u{85}"
        ])
        .prop_map(str::to_owned),
    ]
    .prop_map(|text| text.trim().to_owned())
    .prop_filter("blank is the same as absent", |text| !text.is_empty())
}

fn localised() -> impl Strategy<Value = Localised> {
    (prop::option::of(text()), prop::option::of(text())).prop_map(|(zh, en)| Localised { zh, en })
}

fn field() -> impl Strategy<Value = FieldSource> {
    let options = prop::collection::vec((text(), localised()), 0..3)
        .prop_map(|options| options.into_iter().map(|(value, label)| OptionSource { value, label }).collect());
    (text(), localised(), localised(), text(), any::<bool>(), options, prop::option::of(text())).prop_map(
        |(id, label, help, kind, required, options, max)| FieldSource {
            line: 0,
            id,
            label,
            help,
            kind,
            required,
            options,
            min: Some("0".into()),
            max,
            unknown: Vec::new(),
        },
    )
}

fn matter() -> impl Strategy<Value = FrontMatter> {
    let unknown_value = prop_oneof![
        Just(Simple::Empty),
        text().prop_map(Simple::Text),
        prop::collection::vec(text(), 0..3).prop_map(Simple::List),
    ];
    let texts = (prop::option::of(text()), prop::option::of(text()), prop::option::of(text()), prop::option::of(text()));
    let lists = (prop::collection::vec(text(), 0..3), prop::collection::vec(text(), 0..3), prop::collection::vec(field(), 0..3));
    let rest = (
        prop::option::of(1u8..=4),
        prop::option::of(0i32..40_000),
        prop::collection::btree_map("x_[a-z ]{0,5}[a-z]", unknown_value, 0..3),
    );
    (texts, lists, rest).prop_map(|((code, title, version, reason), (parents, files, fields), (tier, days, unknown))| FrontMatter {
        code,
        title,
        version,
        reason,
        parents,
        files,
        fields,
        tier,
        effective: days.and_then(|days| NaiveDate::from_num_days_from_ce_opt(730_000 + days)),
        language: Some("zh".into()),
        unknown: unknown.into_iter().collect(),
        ..FrontMatter::default()
    })
}

proptest! {
    #[test]
    fn export_import_export_is_identical(matter in matter(), body in "\\PC{0,20}(\r?\n){0,2}(---\n)?\\PC{0,5}") {
        let file = write(&matter, &body);
        let mut back = read(&file);
        prop_assert_eq!(&back.problems, &[]);
        prop_assert_eq!(back.body, &body);
        back.matter.fields.iter_mut().for_each(|field| field.line = 0);
        prop_assert_eq!(&back.matter, &matter);
        prop_assert_eq!(write(&back.matter, back.body), file);
    }

    #[test]
    fn any_text_is_taken_apart(text in "(---\n)?\\PC{0,80}(\n---\n)?\\PC{0,10}") {
        let file = read(&text);
        prop_assert!(text.ends_with(file.body));
    }
}
