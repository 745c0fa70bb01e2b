//! Patterns, reading back, and what patterns are refused.

use proptest::prelude::*;

use super::*;

fn canonical(scheme: &Scheme, code: &str) -> Option<String> {
    let (matched, used) = scheme.matches_start(code)?;
    (used == code.len()).then_some(matched.canonical)
}

#[test]
fn separators_case_and_width_fold() {
    let scheme = Scheme::parse("{org}-PR-{nnn}").unwrap();
    for code in
        ["CSC-PR-013", "CSC PR.013", "CSC_PR_013", "csc pr 013", "ＣＳＣ－ＰＲ－０１３", "CSC.PR.013", "CSC-PR013", "CSC – PR.013"]
    {
        assert_eq!(canonical(&scheme, code).as_deref(), Some("CSC-PR-013"), "{code}");
    }
    for other in ["CSC-PR-13", "CSCPR013", "CSC----PR-013", "CSC PR", "CSC-PR-0133x", ""] {
        assert_eq!(canonical(&scheme, other), None, "{other}");
    }
    let short = Scheme::parse("{type}-{nn}").unwrap();
    assert_eq!(canonical(&short, "QP08").as_deref(), Some("QP-08"));
    let words = Scheme::parse("{org}/{dept}/P-{nn}").unwrap().matches_start("SHT SAL P-123").unwrap().0;
    assert_eq!(words.canonical, "SHT/SAL/P-123");
    assert_eq!(words.variables.into_iter().collect::<Vec<_>>(), [("dept".into(), "SAL".into()), ("org".into(), "SHT".into())]);
}

#[test]
fn a_code_is_found_at_the_start_of_a_file_name() {
    let scheme = Scheme::parse("{org}-{type}-{nnn}").unwrap();
    let (matched, used) = scheme.matches_start("CSC-F-029-Service-Level-Agreement-Template").unwrap();
    assert_eq!((matched.canonical.as_str(), used), ("CSC-F-029", 9));
    let (matched, used) = scheme.matches_start("ＣＳＣ PR.013文件控制").unwrap();
    assert_eq!((matched.canonical.as_str(), used), ("CSC-PR-013", 16));
    assert!(scheme.matches_start("CSC-PR-013a").is_none());
}

#[test]
fn patterns_that_cannot_be_read_back_are_refused() {
    for pattern in [
        "",
        "QP-",
        "QP-{nn",
        "QP-nn}",
        "QP-{{nn}",
        "QP-{Dept}-{nn}",
        "QP-{}-{nn}",
        "QP {nn}",
        "QP[{nn}",
        "{nn}-{nnn}",
        "{a}-{a}-{nn}",
        "{dept}{nn}",
        "{dept}P{nn}",
        "Q{dept}-{nn}",
        "1{nn}",
        "{nn}1",
        "{nnnnnnnnnn}",
    ] {
        assert_eq!(Scheme::parse(pattern).expect_err(pattern).problems()[0].code, "code-pattern", "{pattern}");
    }
}

proptest! {
    #[test]
    fn no_pattern_panics(pattern in "\\PC{0,30}", code in "\\PC{0,30}") {
        if let Ok(scheme) = Scheme::parse(&pattern) {
            let _ = scheme.matches_start(&code);
        }
    }
}
