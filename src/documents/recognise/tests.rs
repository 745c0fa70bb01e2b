//! Small folders, one rule each.

use super::*;
use crate::text::Lang;

const PATTERNS: &str = include_str!("../../../docs-templates/recognise.toml");

fn folder(files: &[(&str, &str)]) -> Report {
    let sources: Vec<_> = files.iter().map(|(path, text)| SourceFile { path, bytes: text.as_bytes() }).collect();
    recognise(&sources, &Patterns::parse(PATTERNS).unwrap())
}

fn only(report: &Report) -> &Recognised {
    report.files.iter().find_map(FileReport::document).expect("a document")
}

pub(super) fn coded(report: &Report) -> usize {
    report.documents.iter().filter(|group| group.code.is_some()).count()
}

const MANUAL: (&str, &str) = ("QM-01 质量手册.md", "# 质量手册\n\n见 QP-01、QP-02、WI-01 与 FR-01。\n");

#[test]
fn front_matter_beats_header_beats_heading_beats_file_name() {
    let body = "\n# QP-03 标题三\n\n| 文件编号 | QP-02 | 版本 | B/1 |\n|---|---|---|---|\n| 责任部门 | CSQ | 编制 | 周以宁 |\n\n规定客户投诉的处理。\n";
    let all = folder(&[("QP-04-名称.md", &format!("---\ncode: QP-01\nversion: A/0\ntitle: 标题一\n---\n{body}"))]);
    let document = only(&all);
    assert_eq!(document.code.as_ref().map(|c| (c.value.as_str(), c.origin, c.line)), Some(("QP-01", Origin::FrontMatter, 2)));
    assert_eq!((document.title.value.as_str(), document.title.origin), ("标题一", Origin::FrontMatter));
    assert_eq!(document.version.as_ref().map(|v| v.value.as_str()), Some("A/0"));
    assert_eq!(document.owner.as_ref().map(|o| (o.value.as_str(), o.origin, o.line)), Some(("CSQ", Origin::Header, 11)));
    let codes: Vec<_> = all.of_kind(DefectKind::TwoCodes).map(|d| (d.param("other"), d.line)).collect();
    assert_eq!(codes, [("QP-04", 1), ("QP-03", 7), ("QP-02", 9)]);
    assert_eq!(all.of_kind(DefectKind::TwoVersions).map(|d| d.line).collect::<Vec<_>>(), [9]);
    let header = folder(&[("QP-04-名称.md", body)]);
    let document = only(&header);
    assert_eq!(document.code.as_ref().map(|c| (c.value.as_str(), c.origin)), Some(("QP-02", Origin::Header)));
    assert_eq!((document.title.value.as_str(), document.title.origin), ("标题三", Origin::Heading));
    let name = folder(&[("体系/QP-04-客户_投诉.md", "规定。\n")]);
    let document = only(&name);
    assert_eq!(document.code.as_ref().map(|c| (c.value.as_str(), c.origin)), Some(("QP-04", Origin::FileName)));
    assert_eq!((document.title.value.as_str(), document.tier.as_ref().map(|t| t.value)), ("客户 投诉", Some(2)));
    assert_eq!(document.language.value, "zh");
}

#[test]
fn headers_come_in_several_forms() {
    for text in [
        "文件编号：QP-02\n版本：A/1\n责任部门：CSQ\n\n正文\n",
        "| 文件编号 | 版本 | 责任部门 |\n|---|---|---|\n| QP-02 | A/1 | CSQ |\n\n正文\n",
        "|  |  |\n|---|---|\n| **文件编号** | QP-02 |\n| 版本: | A/1 |\n| 责任部门 | CSQ |\n\n正文\n",
        "| Document ID | qp 02 |\n|---|---|\n| Revision | A/1 |\n| Process owner | CSQ |\n\ntext\n",
    ] {
        let report = folder(&[("a.md", text)]);
        let document = only(&report);
        let facts = [&document.code, &document.version, &document.owner].map(|fact| fact.as_ref().map(|f| f.value.clone()));
        assert_eq!(facts, ["QP-02", "A/1", "CSQ"].map(|value| Some(value.to_owned())), "{text}");
    }
    let far = folder(&[("a.md", "## 1 目的\n\n## 2 记录\n\n| 文件编号 | QP-02 |\n|---|---|\n")]);
    assert_eq!(only(&far).code, None, "a list further down is no header");
}

#[test]
fn separators_fold_in_references() {
    let text = "# Audit\n\nSee CSC PR.013, CSC_PR_014, ＣＳＣ－ＰＲ－０１５, csc pr.016, PR-013, CSC Pl.002, `CSC PR.999` and\n\n```\nCSC PR.998\n```\n<!-- CSC PR.997 -->\nF-16 or PR 12 or ISO 9001-2015 or CSC-PR-013.\n";
    let names = ["CSC-PR-013 a.md", "CSC-PR-014 b.md", "CSC-PR-015 c.md", "CSC-PL-002 d.md"];
    let mut files: Vec<(&str, &str)> = names.iter().map(|name| (*name, "x\n")).collect();
    files.push(("CSC-PR-020 e.md", text));
    let report = folder(&files);
    let document = report.files.iter().find(|file| file.path.contains("020")).and_then(FileReport::document).unwrap();
    let references: Vec<_> = document.references.iter().map(|r| (r.code.as_str(), r.found)).collect();
    assert_eq!(references, [("CSC-PR-013", true), ("CSC-PR-014", true), ("CSC-PR-015", true), ("CSC-PL-002", true)]);
    assert_eq!(report.of_kind(DefectKind::DanglingReference).count(), 0);
}

#[test]
fn dangling_and_foreign_references_name_their_line() {
    let report = folder(&[
        ("CSC-PL-001 Manual.md", "See CSC-PR-001.\n"),
        ("CSC-PR-001 a.md", "Line\n\nSee CSC PR.002, D PR.005 and SOP CSC PR.003.\nSee CSC L.001.\n"),
    ]);
    let found: Vec<_> = report.defects.iter().map(|d| (d.kind.code(), d.param("code"), d.line)).collect();
    assert_eq!(
        found,
        [
            ("dangling-reference", "CSC PR.002", 3),
            ("dangling-reference", "CSC PR.003", 3),
            ("foreign-reference", "D PR.005", 3),
            ("dangling-reference", "CSC L.001", 4)
        ]
    );
    assert_eq!(report.defects[0].message(Lang::En), "CSC PR.002 does not exist here: correct the reference or add the document");
}

#[test]
fn duplicates_keep_the_file_whose_name_carries_the_code() {
    let form = "---\ncode: FR-01\nparents: [QM-01]\n---\n# 登记表\n";
    let report = folder(&[
        MANUAL,
        ("records/2611-001.md", form),
        ("FR-01 登记表.md", form),
        ("QP-01.md", "QM-01"),
        ("QP-02.md", "QM-01"),
        ("WI-01.md", "QM-01"),
    ]);
    let duplicate: Vec<_> = report.of_kind(DefectKind::DuplicateCode).collect();
    assert_eq!((duplicate.len(), duplicate[0].path.as_str(), duplicate[0].line), (1, "records/2611-001.md", 2));
    assert_eq!(duplicate[0].param("other"), "FR-01 登记表.md");
    assert_eq!((coded(&report), report.documents.len()), (5, 6));
}

#[test]
fn languages_are_paired_and_compared() {
    let text =
        |version: &str, title: &str| format!("---\ncode: QP-01\ntitle: {title}\nversion: {version}\nparents: [QM-01]\n---\ntext\n");
    let report = folder(&[MANUAL, ("QP-01.md", &text("A/0", "程序")), ("QP-01.en.md", &text("A/1", "Procedure"))]);
    let group = &report.documents[1];
    let texts: Vec<_> = group.texts.iter().map(|(language, at)| (language.as_str(), report.files[*at].path.as_str())).collect();
    assert_eq!((group.code.as_deref(), texts), (Some("QP-01"), vec![("zh", "QP-01.md"), ("en", "QP-01.en.md")]));
    let differ: Vec<_> =
        report.of_kind(DefectKind::TwoValues).map(|d| (d.param("name"), d.param("value"), d.param("other"), d.line)).collect();
    assert_eq!(differ, [("version", "A/1", "A/0", 4)]);
    assert_eq!(report.of_kind(DefectKind::DuplicateCode).count(), 0);
}

#[test]
fn parents_are_stated_or_follow_from_who_names_whom() {
    let report = folder(&[
        ("QM-01 Manual.md", "QP-01 and FR-01\n"),
        ("QP-01 a.md", "Uses FR-01.\n"),
        ("FR-01 b.md", "x\n"),
        ("WI-01 c.md", "Uses FR-01.\n"),
        ("QP-02 d.md", "---\nparents: [QM-09]\n---\nx\n"),
    ]);
    let parents = |name: &str| {
        let document = report.files.iter().find(|file| file.path.starts_with(name)).and_then(FileReport::document).unwrap();
        (document.parents.iter().map(|parent| parent.code.clone()).collect::<Vec<_>>(), document.parents_stated)
    };
    assert_eq!(parents("QP-01"), (vec!["QM-01".to_owned()], false));
    assert_eq!(parents("FR-01"), (vec!["WI-01".to_owned()], false), "the nearest above");
    assert_eq!(parents("QP-02"), (vec!["QM-09".to_owned()], true));
    let loose: Vec<_> = report.defects.iter().map(|d| (d.kind.code(), d.path.as_str())).collect();
    assert_eq!(
        loose,
        [
            ("orphan", "QP-02 d.md"),
            ("no-parent", "QP-02 d.md"),
            ("dangling-reference", "QP-02 d.md"),
            ("orphan", "WI-01 c.md"),
            ("no-parent", "WI-01 c.md")
        ]
    );
}

#[test]
fn wrong_titles_are_told_from_shortened_ones() {
    let report = folder(&[
        ("CSC-PR-012 Integration and Deployment.md", "# Software Deployment SOP\n"),
        ("CSC-PR-016 Corrective and Preventive Action.md", "# CAPA\n"),
        (
            "CSC-PL-001 Manual.md",
            "CSC PR.012 Change Management SOP\nCSC PR.012 Deployment and Release\nCSC PR.016 Continuous and Preventative Actions\nCSC PR.016 describes Other Things\n\n| Performance Analysis | CSC PR.016 |\n|---|---|\n| CSC PR.012 | Software Delivery |\n",
        ),
    ]);
    let wrong: Vec<_> = report.of_kind(DefectKind::WrongTitle).map(|d| (d.param("code"), d.param("title"), d.line)).collect();
    assert_eq!(wrong, [("CSC-PR-012", "Change Management SOP", 1), ("CSC-PR-016", "Performance Analysis", 6)]);
}

#[test]
fn pictures_and_other_files_are_kept() {
    let text = "# Manual\n\n![a](img/a.png) ![b](img/b.png) ![c](IMG/A.png) [d](../x) `![no](no.png)`\n<img src=\"img/a.png\">\n";
    let report = folder(&[
        ("QM-01 Manual.md", text),
        ("img/a.png", "png"),
        ("img/unused.png", "png"),
        ("plan.docx", "docx"),
        (".git/config", "x"),
        ("~$plan.docx", "x"),
        ("empty.md", ""),
    ]);
    let of = |path: &str| &report.files.iter().find(|file| file.path == path).unwrap().disposition;
    assert_eq!(of("img/a.png"), &Disposition::Kept { used_by: vec!["QM-01 Manual.md".into()] });
    assert_eq!(of("plan.docx"), &Disposition::Kept { used_by: Vec::new() });
    assert_eq!(of(".git/config"), &Disposition::Ignored(Passed::Name));
    assert_eq!(of("empty.md"), &Disposition::Ignored(Passed::Empty));
    assert_eq!(report.files.len(), 7, "no file is lost");
    let targets = |kind| report.of_kind(kind).map(|d| (d.param("target"), d.param("other"))).collect::<Vec<_>>();
    assert_eq!(targets(DefectKind::MissingImage), [("img/b.png", "")]);
    assert_eq!(targets(DefectKind::OtherCase), [("IMG/A.png", "img/a.png")]);
    assert_eq!(report.of_kind(DefectKind::MissingFile).count(), 1);
}

#[test]
fn chinese_windows_files_are_read() {
    let (bytes, _, _) = encoding_rs::GB18030.encode("# 客户投诉处理程序\n\n规定客户投诉的处理。\n");
    let sources = [SourceFile { path: "QP-02.md", bytes: &bytes }, SourceFile { path: "QP-03.md", bytes: b"\xff\xfe\x00\xd8a" }];
    let report = recognise(&sources, &Patterns::parse(PATTERNS).unwrap());
    assert_eq!(only(&report).title.value, "客户投诉处理程序");
    assert!(only(&report).text.starts_with("# 客户"));
    assert_eq!(report.of_kind(DefectKind::Unreadable).map(|d| d.path.as_str()).collect::<Vec<_>>(), ["QP-03.md"]);
}

#[test]
fn tiers_follow_from_code_or_title() {
    let report = folder(&[
        ("a.md", "---\ncode: XX-77\n---\n# 记录控制程序\n"),
        ("b.md", "---\ncode: YY-1\n---\n# Nothing\n"),
        ("c.md", "# 质量手册\n"),
    ]);
    let tiers: Vec<_> =
        report.files.iter().filter_map(FileReport::document).map(|d| d.tier.as_ref().map(|t| (t.value, t.origin))).collect();
    assert_eq!(tiers, [Some((2, Origin::Derived)), None, Some((1, Origin::Derived))]);
    assert_eq!(report.of_kind(DefectKind::UnknownTier).map(|d| d.param("code")).collect::<Vec<_>>(), ["YY-1"]);
}

#[test]
fn patterns_name_what_is_wrong_with_them() {
    let bad = |from: &str, to: &str| Patterns::parse(&PATTERNS.replacen(from, to, 1)).unwrap_err().problems()[0].clone();
    let shape = bad("\"{type}-{nn}\"", "\"{type}{nn}\"");
    assert_eq!(
        shape.message(Lang::En),
        "shapes, entry 5: “{type}{nn}” is no pattern of a code: give it one serial such as {nn}, and a separator between words"
    );
    assert_eq!(bad("tier = 4", "tier = 5").code, "import-patterns-tier");
    assert_eq!(bad("\"CX\"", "\"WI\"").code, "import-patterns-type");
    assert_eq!(bad("[files]", "[file]").code, "import-patterns-toml");
    assert_eq!(bad("shapes = [", "shapes = ").code, "import-patterns-toml");
}

#[test]
fn the_order_of_files_does_not_matter() {
    let files = [MANUAL, ("QP-01.md", "见 FR-01"), ("FR-01.md", "见 QP-09"), ("x.png", "p")];
    let mut reversed = files;
    reversed.reverse();
    assert_eq!(folder(&files), folder(&reversed));
}

proptest::proptest! {
    #[test]
    fn any_files_are_recognised_without_panic(name in "[A-Z]{0,3}[- _.]{0,1}[A-Z]{0,2}[- .]{0,1}[0-9]{0,4}[ 程序]{0,3}\\.md", text in "(---\n[a-z]{1,5}: ?\\PC{0,12}\n---\n)?(\\PC{0,40}\n|[|] \\PC{0,10} [|] \\PC{0,10} [|]\n|# \\PC{0,10}\n|[!]?\\[\\PC{0,5}\\]\\(\\PC{0,9}\\)\n){0,6}") {
        let report = folder(&[(&name, &text), MANUAL]);
        proptest::prop_assert_eq!(report.files.len(), if name == MANUAL.0 { 1 } else { 2 });
    }
}
