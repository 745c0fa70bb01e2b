//! Recognition by example.

use super::*;

fn folder(files: &[(&str, &str)]) -> Folder {
    let files: Vec<(String, Vec<u8>)> = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    recognise(&files, &Patterns::shipped().unwrap())
}

fn defects(folder: &Folder) -> Vec<(&str, usize, &str, &str)> {
    folder.defects.iter().map(|d| (d.path.as_str(), d.line, d.kind, d.what.as_str())).collect()
}

#[test]
fn front_matter_goes_before_the_table_and_the_table_before_the_name() {
    let text = "---\ntemplate_id: CSC F.030\ntemplate_version: 2.0.1\nsop_id: CSC PR.012\nsop_version: 1.9\n---\n\n# Acceptance\n\n| **Template ID** | CSC F.026 |\n|---|---|\n| **Template Version** | 2.0.2 |\n| **SOP ID** | CSC PR.012 |\n| **SOP Version** | 2.0.1 |\n";
    let found = folder(&[
        ("CSC-F-030-Acceptance.md", text),
        ("CSC-PR-012-Deployment.md", "# Deployment\n\n|**Document Id**|CSC PR.012|\n"),
    ]);
    let form = &found.documents[0];
    assert_eq!((form.code.value.as_str(), form.code.source), ("CSC F.030", Source::FrontMatter));
    assert_eq!((form.tier.value, form.title.value.as_str()), (4, "Acceptance"));
    assert_eq!(form.version.as_ref().unwrap().value, "2.0.1");
    assert_eq!(form.parents, ["CSC PR.012"]);
    let procedure = &found.documents[1];
    assert_eq!((procedure.code.value.as_str(), procedure.code.source, procedure.tier.value), ("CSC PR.012", Source::Table, 2));
    let path = "CSC-F-030-Acceptance.md";
    assert_eq!(
        defects(&found),
        [
            // Here there is no document of that code either.
            (path, 10, "dangling", "CSC F.026"),
            (path, 10, "two-codes", "CSC F.030"),
            (path, 12, "two-versions", "2.0.1"),
            (path, 14, "two-parent-versions", "1.9"),
            ("CSC-PR-012-Deployment.md", 1, "orphan", "CSC PR.012"),
        ]
    );
}

#[test]
fn references_are_folded_and_dangling_ones_named() {
    let found = folder(&[
        ("QM-01.md", "---\ncode: QM-01\ntitle: 手册\ntier: 1\n---\n\n见 QP 02、QP.02 与 [QP-99 5.3]。"),
        ("QP-02.md", "---\ncode: QP-02\ntitle: 程序\ntier: 2\nparents: [QM-01]\n---\n\n正文。"),
    ]);
    assert_eq!(defects(&found), [("QM-01.md", 7, "dangling", "QP-99")]);
    assert_eq!(found.documents[0].references, ["QP-02", "QP-99"]);
}

#[test]
fn two_languages_are_one_document_and_a_duplicate_is_another() {
    let front = |lang: &str| format!("---\ncode: QP-02\ntitle: T\ntier: 2\nlanguage: {lang}\nparents: [QM-01]\n---\n\nx");
    let found = folder(&[
        ("QM-01.md", "---\ncode: QM-01\ntitle: M\ntier: 1\n---\n\nx"),
        ("QP-02.en.md", &front("en")),
        ("QP-02.md", &front("zh")),
        ("copies/QP-02 (2).md", &front("zh")),
    ]);
    let codes: Vec<(&str, &str)> = found.documents.iter().map(|d| (d.path.as_str(), d.code.value.as_str())).collect();
    assert_eq!(
        codes,
        [("QM-01.md", "QM-01"), ("QP-02.en.md", "QP-02"), ("QP-02.md", "QP-02"), ("copies/QP-02 (2).md", "QP-02--2")]
    );
    assert!(defects(&found).iter().any(|d| d.2 == "duplicate"), "{:?}", defects(&found));
}

#[test]
fn files_are_resolved_kept_or_ignored() {
    let text = "# T\n\n![a](images/a%20b.png) <img src=\"/logo.png\">\n![gone](images/c.png) [pdf](x/MD 1.pdf) [site](https://example.org/a.png)\n";
    let found = folder(&[("docs/QP-01.md", text), ("docs/images/a b.png", "x"), ("logo.png", "x"), ("LICENSE", "x")]);
    let files = &found.documents[0].files;
    assert_eq!(files.get("images/a%20b.png").unwrap(), "docs/images/a b.png");
    assert_eq!(files.get("/logo.png").unwrap(), "logo.png");
    let others: Vec<(&str, bool)> = found.others.iter().map(|o| (o.path.as_str(), o.kept)).collect();
    assert_eq!(others, [("LICENSE", false), ("docs/images/a b.png", true), ("logo.png", true)]);
    let missing: Vec<(usize, &str)> =
        found.defects.iter().filter(|d| d.kind.starts_with("missing")).map(|d| (d.line, d.what.as_str())).collect();
    assert_eq!(missing, [(4, "x/MD 1.pdf"), (4, "images/c.png")]);
}

#[test]
fn what_has_no_code_is_taken_by_its_name() {
    let found = folder(&[("README.md", "text"), ("a/README.md", "text"), ("records/Check List.md", "# **Check** \\<List\\>\n")]);
    let seen: Vec<(&str, &str, i64)> =
        found.documents.iter().map(|d| (d.code.value.as_str(), d.title.value.as_str(), d.tier.value)).collect();
    assert_eq!(seen, [("README", "README", 3), ("a-README", "README", 3), ("Check-List", "Check <List>", 4)]);
    assert_eq!(found.defects.iter().filter(|d| d.kind == "no-code").count(), 3);
}

#[test]
fn among_several_headings_the_one_like_the_file_name_is_the_title() {
    let found = folder(&[("CSC-PL-001-Quality-Manual.md", "# CSC-QMS\n\n# Quality Manual, Policy and Objectives\n")]);
    assert_eq!(found.documents[0].title.value, "Quality Manual, Policy and Objectives");
}

#[test]
fn other_encodings_are_read_or_named() {
    let gbk = encoding_rs::GB18030.encode("# 客户投诉\n").0.into_owned();
    let files = vec![("QP-01.md".to_owned(), gbk), ("QP-02.md".to_owned(), vec![0xff, 0xfe, 0x00, 0x81])];
    let found = recognise(&files, &Patterns::shipped().unwrap());
    assert_eq!(found.documents[0].title.value, "客户投诉");
    assert_eq!(found.others, [OtherFile { path: "QP-02.md".into(), kept: false, reason: "encoding" }]);
}
