//! A real quality system of 64 files, read by eye beforehand: what was recognised and every defect found. Runs where the
//! environment names the samples (`CAIRN_SAMPLES`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::*;

const PATTERNS: &str = include_str!("../../../docs-templates/recognise.toml");

const TRAINING_LOG: &str = "records/training_records/training-quality-manual/quality-manual-training-log-example.md";

fn collect(root: &Path, at: &Path, out: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(at).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, out);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            out.push((name, std::fs::read(&path).unwrap()));
        }
    }
}

fn recognised(root: &Path) -> Report {
    let mut files = Vec::new();
    collect(root, root, &mut files);
    let sources: Vec<_> = files.iter().map(|(path, bytes)| SourceFile { path, bytes }).collect();
    recognise(&sources, &Patterns::parse(PATTERNS).unwrap())
}

fn hospital() -> Option<Report> {
    let samples = PathBuf::from(std::env::var_os("CAIRN_SAMPLES")?);
    Some(recognised(&samples.join("documents/hospital-qms")))
}

/// File (by its first ten characters, or whole name) and line of each defect of a kind.
fn places(report: &Report, kind: DefectKind) -> Vec<(String, usize)> {
    let short = |path: &str| if path.starts_with("CSC-") { path.chars().take(10).collect() } else { path.to_owned() };
    report.of_kind(kind).map(|defect| (short(&defect.path).trim_end_matches('-').to_owned(), defect.line)).collect()
}

fn at(expected: &[(&str, usize)]) -> Vec<(String, usize)> {
    expected.iter().map(|(file, line)| ((*file).to_owned(), *line)).collect()
}

#[test]
fn every_file_of_the_hospital_is_recognised_or_kept() {
    let Some(report) = hospital() else { return };
    let documents: Vec<_> = report.files.iter().filter_map(|file| Some((file.path.as_str(), file.document()?))).collect();
    assert_eq!((report.files.len(), documents.len(), super::tests::coded(&report), report.documents.len()), (70, 64, 60, 64));
    for (path, document) in &documents {
        let Some(code) = &document.code else { continue };
        let name: Vec<&str> = path.split('-').take(3).collect();
        assert_eq!(code.value, name.join("-"), "{path}");
        let tier = match name[1] {
            "PL" => 1,
            "PR" => 2,
            "I" => 3,
            _ => 4,
        };
        assert_eq!(document.tier.as_ref().map(|tier| tier.value), Some(tier), "{path}");
        assert!(document.version.is_some(), "{path}");
        assert_eq!(document.language.value, "en", "{path}");
    }
    let uncoded: Vec<_> = documents.iter().filter(|(_, document)| document.code.is_none()).map(|(path, _)| *path).collect();
    assert_eq!(
        uncoded,
        [
            "README.md",
            "Work-Instruction.md",
            "records/training_records/training-onboarding/OnBoardingChecklist_Example.md",
            "records/training_records/training-quality-manual/quality-manual-training-log-example.md"
        ]
    );
    let unused: Vec<_> = report
        .files
        .iter()
        .filter(|file| matches!(&file.disposition, Disposition::Kept { used_by } if used_by.is_empty()))
        .map(|file| file.path.as_str())
        .collect();
    assert_eq!(unused, ["LICENSE"], "every picture is used");
}

#[test]
fn titles_of_the_hospital_are_those_a_reader_would_give() {
    let Some(report) = hospital() else { return };
    let titles: BTreeMap<&str, &str> = report
        .files
        .iter()
        .filter_map(|file| file.document())
        .filter_map(|document| Some((document.code.as_ref()?.value.as_str(), document.title.value.as_str())))
        .collect();
    let expected = "\
CSC-F-001 Training Record|CSC-F-002 Incident Assessment|CSC-F-003 Management Review Report - DD/MM/YYYY
CSC-F-005 <Software Title> - Software Validation Form|CSC-F-006 Urgent Field Safety Notice|CSC-F-007 Internal Audit Plan and Report
CSC-F-008 Design Plan|CSC-F-009 Clinical Risk Management Plan|CSC-F-010 System Requirements Specification
CSC-F-011 Post Market Surveillance Plan|CSC-F-012 Clinical Safety Case Report|CSC-F-013 Hazard Log|CSC-F-014 Literature Review
CSC-F-015 Quality Improvement and patient Safety Submission|CSC-F-016 System Architecture Diagram|CSC-F-017 Software Description
CSC-F-018 Medical Device Regulation Classification|CSC-F-019 Software Design Specification
CSC-F-020 Verification and Validation Plan|CSC-F-021 Verification and Validation Results|CSC-F-022 Unresolved Anomalies
CSC-F-023 Deployment Plan|CSC-F-024 Cybersecurity Risk Management Report|CSC-F-025 Documentation-level evaluation
CSC-F-026 Software Release Activity Record|CSC-F-027 Training data|CSC-F-028 Instructions for Use|CSC-F-029 Service Level Agreement
CSC-F-030 Acceptance Criteria|CSC-F-031 Revision Level History|CSC-I-001 Roles|CSC-I-002 Third Party Software
CSC-I-003 Authorisation Log|CSC-I-004 Schedules|CSC-PL-001 Quality Manual, Policy and Objectives|CSC-PL-002 Process Interaction
CSC-PR-001 Design and Development Procedure|CSC-PR-002 Clinical Risk Management System SOP
CSC-PR-003 Verification and Validation SOP|CSC-PR-004 Labelling and Available Information SOP
CSC-PR-005 Post-Deployment Surveillance SOP|CSC-PR-006 SOP Feedback Management|CSC-PR-008 Machine Learning Operations (MLOps)
CSC-PR-009 SOP Software Validation|CSC-PR-010 SOP Control of Non-Conforming Product|CSC-PR-011 SOP Management Review
CSC-PR-012 Software Deployment SOP|CSC-PR-013 SOP Document and Record Control|CSC-PR-014 Incident Assessment SOP
CSC-PR-015 Human Resources SOP|CSC-PR-016 Corrective and Preventive Action (CAPA)|CSC-PR-017 GitHub Review SOP
CSC-PR-018 Purchasing and Purchase Verification|CSC-PR-020 Onboarding for new starters|CSC-PR-021 SOP Change Management
CSC-PR-022 Control of Q-Pulse Documents|CSC-PR-023 Clinical Investigation SOP|CSC-PR-024 Disclosure of sensitive data SOP
CSC-PR-025 Software Release Guidelines|CSC-PR-027 Internal Audit";
    let expected: BTreeMap<&str, &str> = expected.split(['\n', '|']).filter_map(|entry| entry.split_once(' ')).collect();
    assert_eq!(titles, expected);
}

#[test]
fn defects_of_the_hospital_are_all_listed() {
    use DefectKind::*;
    let Some(report) = hospital() else { return };
    assert_eq!(places(&report, TwoCodes), at(&[("CSC-F-029", 19), ("CSC-F-030", 19), ("CSC-F-031", 18)]));
    let log = TRAINING_LOG;
    assert_eq!(places(&report, DuplicateCode), at(&[(log, 5)]));
    assert_eq!(
        places(&report, TwoVersions),
        at(&[
            ("CSC-F-008", 20),
            ("CSC-F-010", 20),
            ("CSC-F-011", 21),
            ("CSC-F-012", 19),
            ("CSC-PR-001", 14),
            ("CSC-PR-005", 14),
            ("CSC-PR-006", 14)
        ])
    );
    let named = |name: &str| {
        let defects = report.of_kind(TwoValues).filter(|defect| defect.param("name") == name);
        defects.map(|defect| defect.path.chars().take(10).collect::<String>()).collect::<Vec<_>>()
    };
    assert_eq!(named("parent"), ["CSC-F-007-", "CSC-F-015-", "CSC-F-026-", "CSC-F-028-"]);
    assert_eq!(named("title"), ["CSC-F-011-", "CSC-F-018-", "CSC-F-024-", "CSC-F-026-"]);
    assert_eq!(named("parent-version"), ["CSC-F-003-", "CSC-F-007-", "CSC-F-011-"]);
    assert_eq!(named("QMS version"), ["CSC-PL-001"]);
    let dangling: Vec<_> = report.of_kind(DanglingReference).map(|defect| (defect.param("code"), defect.line)).collect();
    assert_eq!(
        dangling,
        [
            ("CSC-PR-007", 194),
            ("CSC-PR-019", 206),
            ("CSC-PR-026", 213),
            ("CSC PR.019", 3),
            ("CSC PR.026", 106),
            ("CSC PR.026", 142),
            ("CSC PR.007", 118),
            ("CSC PR.007", 333),
            ("SOP-0002", 22),
            ("CSC WI.001", 57),
            ("CSC L.001", 60),
            ("CSC C.001", 61)
        ]
    );
}

#[test]
fn loose_ends_of_the_hospital_are_all_listed() {
    use DefectKind::*;
    let Some(report) = hospital() else { return };
    let log = TRAINING_LOG;
    assert_eq!(places(&report, WrongTitle), at(&[("CSC-PL-002", 266), ("CSC-PL-002", 275), ("CSC-PR-012", 132)]));
    assert_eq!(places(&report, NoParent), at(&[("CSC-F-015", 5), ("CSC-F-022", 3), ("CSC-F-024", 3), ("CSC-F-025", 3)]));
    assert_eq!(places(&report, Orphan), at(&[]), "the manual lists every document");
    assert_eq!(places(&report, MissingImage), at(&[("CSC-F-019", 164), ("CSC-F-019", 172), ("README.md", 177)]));
    assert_eq!(
        places(&report, MissingFile),
        at(&[
            ("CSC-F-012", 158),
            ("CSC-I-002", 27),
            ("CSC-I-002", 28),
            ("CSC-I-002", 29),
            ("CSC-I-003", 55),
            ("CSC-I-003", 87),
            ("CSC-I-003", 155),
            ("CSC-I-003", 188),
            ("CSC-I-003", 239),
            ("CSC-PL-001", 80),
            ("CSC-PR-021", 86),
            (log, 62)
        ])
    );
    assert_eq!(places(&report, OtherCase), at(&[("CSC-I-003", 71)]));
    assert_eq!(places(&report, FrontMatter), at(&[("CSC-PR-008", 1)]));
    assert_eq!(places(&report, NoFrontMatter), at(&[("CSC-I-003", 1)]));
    assert_eq!(places(&report, BadLink), at(&[("CSC-PL-002", 80), ("README.md", 141), ("README.md", 145)]));
    assert_eq!(places(&report, RemoteImage), at(&[("CSC-F-019", 180), ("CSC-PL-001", 7)]));
    let counts = [(ForeignReference, 25), (StaleParentVersion, 16), (NoCode, 3), (UnknownTier, 0), (Unreadable, 0)];
    for (kind, count) in counts {
        assert_eq!(report.of_kind(kind).count(), count, "{kind:?}");
    }
    assert_eq!(report.defects.len(), 109);
}

#[test]
fn our_own_system_is_recognised_without_a_defect() {
    let report = recognised(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs-templates/system"));
    assert!(super::tests::coded(&report) > 20 && super::tests::coded(&report) == report.documents.len());
    for group in &report.documents {
        let languages: Vec<_> = group.texts.iter().map(|(language, _)| language.as_str()).collect();
        assert_eq!(languages, ["zh", "en"], "{:?}", group.code);
    }
    assert_eq!(report.defects, []);
}
