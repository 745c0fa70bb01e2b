//! Folders in and out: what is recognised, what is refused, that nothing is lost, and that a round trip gives the same bytes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cairn::actor::{Actor, Role};
use cairn::documents::recognise::Patterns;
use cairn::documents::{self, Contents, ImportOptions, ImportReport, Outcome, Standing, State};

use crate::both;
use crate::support::{TestApp, setting};

fn options(standing: Standing) -> ImportOptions {
    ImportOptions { dry_run: false, standing, reason: "接管原有体系".into(), patterns: Patterns::shipped().unwrap() }
}

fn cli() -> Arc<Actor> {
    Arc::new(Actor::cli("fang"))
}

fn import_contents(app: &TestApp, contents: &Contents, options: &ImportOptions) -> ImportReport {
    documents::import(app.ledger(), &cli(), &app.site.config.evidence_dir(), contents, options).unwrap()
}

fn import(app: &TestApp, folder: &Path, standing: Standing) -> ImportReport {
    import_contents(app, &documents::read_folder(folder).unwrap(), &options(standing))
}

fn export(app: &TestApp, folder: &Path, all: bool) -> documents::ExportReport {
    documents::export(&app.ledger().db, &cli(), &app.site.config.evidence_dir(), folder, all).unwrap()
}

/// Every file of a folder by its path.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(path) = waiting.pop() {
        for entry in std::fs::read_dir(path).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                waiting.push(entry.path());
            } else {
                found.insert(entry.path().strip_prefix(folder).unwrap().to_owned(), std::fs::read(entry.path()).unwrap());
            }
        }
    }
    found
}

fn contents(files: &[(&str, &str)]) -> Contents {
    Contents {
        files: files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect(),
        passed: Vec::new(),
    }
}

fn events(app: &TestApp) -> u64 {
    app.ledger().db.read(|conn| cairn::ledger::store::head(conn, false)).unwrap().frontier.size()
}

fn hospital() -> Option<PathBuf> {
    setting("CAIRN_SAMPLES").map(|samples| Path::new(&samples).join("documents/hospital-qms"))
}

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs-templates/system")
}

const MANUAL: &str = "---\ncode: QM-01\ntitle: 手册\ntier: 1\nversion: A/0\n---\n\n## 1 方针\n\n见 [QP-02]。\n";
const PROCEDURE: &str =
    "---\ncode: QP-02\ntitle: 投诉\ntier: 2\nversion: B/1\nparents: [QM-01]\nlegacy_no: 17\n---\n\n## 1 目的\n\n处理投诉。\n";

both! {
    async fn the_hospitals_folder_is_taken_whole(app: TestApp) {
        let Some(folder) = hospital() else { return };
        app.organisation();
        let report = import(app, &folder, Standing::Effective);
        assert_eq!(report.errors.iter().map(|e| (&e.path, &e.problem.code)).collect::<Vec<_>>(), []);
        let texts: Vec<_> = report.documents.iter().flat_map(|document| &document.files).collect();
        assert_eq!(texts.len(), 64, "every Markdown file is in");
        assert_eq!(report.count(Outcome::Created), 64);
        let mut coded = 0;
        for text in &texts {
            let name = text.path.rsplit('/').next().unwrap();
            let Some(rest) = name.strip_prefix("CSC-") else { continue };
            coded += 1;
            let mut parts = rest.splitn(3, '-');
            let (kind, number) = (parts.next().unwrap(), parts.next().unwrap());
            let code = text.code.value.replace([' ', '.'], "-");
            assert_eq!(code, format!("CSC-{kind}-{number}"), "{}", text.path);
            let tier = match kind { "PL" => 1, "PR" => 2, "I" => 3, _ => 4 };
            assert_eq!(text.tier.value, tier, "{}", text.path);
            assert!(!text.title.value.is_empty() && !text.title.value.contains(['#', '*', '\\']), "{}: {}", text.path, text.title.value);
        }
        assert_eq!(coded, 60);
        let title = |path: &str| texts.iter().find(|text| text.path.starts_with(path)).unwrap().title.value.clone();
        assert_eq!(title("CSC-PL-001"), "Quality Manual, Policy and Objectives");
        assert_eq!(title("CSC-F-016"), "System Architecture Diagram");
        assert_eq!(title("CSC-PR-013"), "SOP Document and Record Control");
        assert_eq!(title("CSC-PR-015"), "Human Resources SOP");
        defects_by_eye(&report);
        let again = events(app);
        let second = import(app, &folder, Standing::Effective);
        assert_eq!((second.count(Outcome::Same), second.errors.len()), (64, 0));
        assert_eq!(events(app), again, "a second run changes nothing");
    }

    async fn a_round_trip_gives_the_same_bytes(app: TestApp) {
        let other = TestApp::sqlite();
        let folders = [Some(shipped()), hospital()];
        app.organisation();
        other.organisation();
        for folder in folders.into_iter().flatten() {
            let report = import(app, &folder, Standing::Effective);
            assert_eq!(report.errors.len(), 0, "{:?}", report.errors);
        }
        let place = tempfile::tempdir().unwrap();
        let (first, second) = (place.path().join("first"), place.path().join("second"));
        let written = export(app, &first, false);
        assert_eq!(written.left_out, Vec::<String>::new());
        let report = import(&other, &first, Standing::Effective);
        assert_eq!(report.errors.len(), 0, "{:?}", report.errors);
        assert_eq!(export(&other, &second, false), written);
        let (first, second) = (tree(&first), tree(&second));
        assert_eq!(first.keys().collect::<Vec<_>>(), second.keys().collect::<Vec<_>>());
        for (path, bytes) in &first {
            assert!(second[path] == *bytes, "{} differs:\n{}\n----\n{}", path.display(), String::from_utf8_lossy(bytes), String::from_utf8_lossy(&second[path]));
        }
        // Both languages of every shipped document, and the images of the hospital.
        assert!(first.contains_key(Path::new("QP-02.md")) && first.contains_key(Path::new("QP-02.en.md")));
        if hospital().is_some() {
            assert!(first.contains_key(Path::new("assets/CRMP-diagram.png")), "{:?}", first.keys());
        }
        other.check();
    }

    async fn a_dry_run_leaves_nothing_behind(app: TestApp) {
        app.organisation();
        let before = events(app);
        let contents = contents(&[("QM-01.md", MANUAL), ("QP-02.md", PROCEDURE), ("LICENSE", "x")]);
        let dry = ImportOptions { dry_run: true, ..options(Standing::Effective) };
        let report = import_contents(app, &contents, &dry);
        assert_eq!((report.count(Outcome::Created), report.errors.len()), (2, 0));
        assert_eq!(report.documents[1].label.as_deref(), Some("B/1"));
        assert_eq!(events(app), before);
        assert!(app.ledger().db.read(|conn| documents::by_code(conn, "QM-01")).is_err());
        let evidence = app.site.config.evidence_dir();
        assert!(!evidence.exists() || tree(&evidence).is_empty());
        assert_eq!(report.others.iter().map(|o| (o.path.as_str(), o.kept)).collect::<Vec<_>>(), [("LICENSE", false)]);
    }

    async fn a_changed_file_becomes_a_draft_beside_the_version_in_force(app: TestApp) {
        app.organisation();
        let first = contents(&[("QM-01.md", MANUAL), ("QP-02.md", PROCEDURE)]);
        import_contents(app, &first, &options(Standing::Effective));
        let changed = PROCEDURE.replace("处理投诉", "处理并答复投诉");
        let second = contents(&[("QM-01.md", MANUAL), ("QP-02.md", &changed)]);
        let report = import_contents(app, &second, &options(Standing::Effective));
        assert_eq!((report.count(Outcome::Same), report.count(Outcome::Changed)), (1, 1));
        let versions = app.ledger().db.read(|conn| {
            let document = documents::by_code(conn, "QP 02")?;
            documents::versions(conn, &cli(), &document.id)
        }).unwrap();
        let seen: Vec<(&str, State)> = versions.iter().map(|v| (v.label.as_str(), v.state)).collect();
        assert_eq!(seen, [("B/2", State::Draft), ("B/1", State::Effective)]);
        let extra = versions[0].extras().unwrap();
        assert_eq!(extra.other, [("legacy_no".to_owned(), serde_json::json!("17"))], "what we do not know is kept");
        let third = import_contents(app, &second, &options(Standing::Effective));
        assert_eq!(third.count(Outcome::Same), 2);
    }

    async fn what_cannot_be_taken_is_named_and_the_rest_is_taken(app: TestApp) {
        app.organisation();
        let empty = "---\ncode: QP-07\ntitle: 空\ntier: 2\nparents: [QM-01]\n---\n\n";
        let report = import_contents(app, &contents(&[("QM-01.md", MANUAL), ("QP-07.md", empty)]), &options(Standing::Draft));
        assert_eq!((report.count(Outcome::Created), report.count(Outcome::Refused)), (1, 1));
        assert_eq!((report.errors[0].path.as_str(), report.errors[0].problem.code.as_str()), ("QP-07.md", "import-empty"));
        // Drafts are for those who read drafts.
        let (_, versions) = app.ledger().db.read(|conn| documents::find_visible(conn, &cli(), "QM-01")).unwrap();
        assert_eq!(versions[0].state, State::Draft);
        let staff = app.user("staff", &[Role::Staff]);
        let staff = app.actor(&staff, &[Role::Staff]);
        let refused = documents::import(app.ledger(), &staff, &app.site.config.evidence_dir(), &contents(&[]), &options(Standing::Draft));
        assert!(matches!(refused, Err(cairn::error::Error::Forbidden(_))));
    }

    async fn without_an_organisation_nothing_is_taken(app: TestApp) {
        let folder = contents(&[("QM-01.md", MANUAL)]);
        let refused = documents::import(app.ledger(), &cli(), &app.site.config.evidence_dir(), &folder, &options(Standing::Draft));
        assert_eq!(refused.unwrap_err().code(), "import-no-organisation");
        assert_eq!(events(app), 0);
    }

    async fn images_come_along_and_are_served_with_their_own_type(app: TestApp) {
        app.organisation();
        let png: &[u8] = &[0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0];
        let text = format!("{MANUAL}\n![流程](images/flow.png)\n");
        let mut folder = contents(&[("QM-01.md", &text), ("images/flow.png", "")]);
        folder.files[1].1 = png.to_vec();
        let report = import_contents(app, &folder, &options(Standing::Effective));
        assert_eq!((report.errors.len(), report.others[0].kept), (0, true));
        let id = app.ledger().db.read(|conn| documents::by_code(conn, "QM-01")).unwrap().id;
        let staff = app.signed_in("staff", &[Role::Staff]);
        let image = staff.get(&format!("/documents/{id}/files/images/flow.png")).await;
        assert_eq!((image.header("content-type"), image.header("x-content-type-options")), (Some("image/png"), Some("nosniff")));
        assert_eq!(image.body, png);
        assert_eq!(staff.get(&format!("/documents/{id}/files/images/other.png")).await.status, 404);
    }

    async fn an_export_with_history_holds_every_version(app: TestApp) {
        app.organisation();
        import_contents(app, &contents(&[("QM-01.md", MANUAL)]), &options(Standing::Effective));
        import_contents(app, &contents(&[("QM-01.md", &MANUAL.replace("方针", "质量方针"))]), &options(Standing::Draft));
        let place = tempfile::tempdir().unwrap();
        let report = export(app, place.path(), true);
        assert_eq!((report.documents, report.effective, report.history), (1, 1, 1));
        let files = tree(place.path());
        let names: Vec<String> = files.keys().map(|path| path.display().to_string()).collect();
        assert_eq!(names, [".cairn-export.json", "QM-01.md", "history/QM-01@A-1.md"]);
        let text = String::from_utf8(files[Path::new("QM-01.md")].clone()).unwrap();
        assert!(text.contains("state: effective\neffective: 2026-11-21\n"), "{text}");
        // The same folder again is replaced by the same bytes.
        export(app, place.path(), true);
        assert_eq!(tree(place.path()), files);
    }
}

/// What somebody who reads the folder finds.
fn defects_by_eye(report: &ImportReport) {
    let found = |path: &str, kind: &str, what: &str| {
        let said = |values: &[(&str, String)]| values.iter().any(|(_, value)| value.contains(what)) || what.is_empty();
        report.defects.iter().any(|d| d.path.starts_with(path) && d.kind.code() == kind && said(&d.params))
    };
    assert_eq!(report.defects.len(), 109);
    for (path, kind, what) in [
        ("CSC-F-029", "two-codes", "CSC-F-026"),
        ("CSC-F-030", "two-codes", "CSC-F-026"),
        ("CSC-F-031", "two-codes", "CSC-F-026"),
        ("CSC-F-008", "two-versions", "2.0.2"),
        ("CSC-F-011", "two-versions", "2.0.3"),
        ("CSC-PR-001", "two-versions", "2.0.4"),
        ("CSC-F-007", "two-values", "D PR.005"),
        ("CSC-F-015", "two-values", "CSC PR.019"),
        ("CSC-F-003", "two-values", "2.0.3"),
        ("CSC-F-018", "two-values", "title"),
        ("CSC-F-015", "dangling-reference", "CSC PR.019"),
        ("CSC-PR-001", "dangling-reference", "CSC PR.007"),
        ("CSC-PL-002", "dangling-reference", "CSC PR.026"),
        ("CSC-F-003", "dangling-reference", "CSC-PR-007"),
        ("CSC-PL-002", "wrong-title", ""),
        ("CSC-PR-012", "wrong-title", ""),
        ("CSC-F-007", "foreign-reference", "D PR.005"),
        ("CSC-F-022", "no-parent", "CSC-F-022"),
        ("CSC-F-0", "stale-parent-version", ""),
        ("CSC-PR-008", "front-matter", "colon"),
        ("CSC-I-003", "no-front-matter", ""),
        ("records/training_records/training-quality-manual", "duplicate-code", "CSC-F-001"),
        ("README", "no-code", ""),
        ("README", "missing-image", "Sense_about_science"),
        ("CSC-F-019", "missing-image", "example-ui-mockup-001.png"),
        ("CSC-F-019", "remote-image", "http"),
        ("CSC-PL-001", "missing-file", "MD 796362.pdf"),
        ("CSC-PL-002", "bad-link", ""),
    ] {
        let near: Vec<_> = report.defects.iter().filter(|d| d.path.starts_with(path)).collect();
        assert!(found(path, kind, what), "{path} {kind} {what}: {near:?}");
    }
    assert!(report.defects.iter().all(|d| d.line >= 1));
    // Versions that agree are no defect.
    assert!(!found("CSC-F-001", "two-versions", ""));
    let kept: Vec<&str> = report.others.iter().filter(|o| o.kept).map(|o| o.path.as_str()).collect();
    assert_eq!(kept.len(), 5, "{kept:?}");
}
