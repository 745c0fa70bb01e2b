//! Folders of documents through the API: the report, what a dry run leaves, what is refused; and the command beside a running server.

use actix_web::http::Method;
use cairn::actor::Role;
use serde_json::{Value, json};

use crate::api::problem;
use crate::both;
use crate::support::{Answer, TestApp, Visitor};

const PATH: &str = "/api/v1/documents/imports";
const PNG: &str = "iVBORw0KGgo=";

fn manager(app: &TestApp) -> Visitor<'_> {
    app.organisation();
    app.program("wangfang", &[Role::QualityManager], &["read-documents", "transfer-documents"])
}

pub fn folder() -> Value {
    json!({"files": [
        {"path": "QM-01.md", "text": "---\ncode: QM-01\ntitle: 手册\ntier: 1\nversion: A/0\n---\n\n## 1 方针\n\n见 [QP-02]。\n"},
        {"path": "procedures/QP-02.md", "text": "---\ncode: QP-02\ntitle: 投诉\ntier: 2\nversion: B/1\nparents: [QM-01]\n---\n\n## 1 目的\n\n![流程](flow.png) 与 [QP-77]。\n"},
        {"path": "procedures/flow.png", "base64": PNG},
        {"path": "LICENSE", "text": "x"}
    ], "as": "effective", "reason": "接管原有体系"})
}

async fn send(who: &Visitor<'_>, body: &Value) -> Answer {
    who.send_json(Method::POST, PATH, &[], body).await
}

fn outcomes(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["documents"].as_array().unwrap().iter().map(|d| d["outcome"].as_str().unwrap().to_owned()).collect()
}

both! {
    async fn a_folder_is_taken_over_once(app: TestApp) {
        let manager = manager(app);
        let mut dry = folder();
        dry["dry_run"] = json!(true);
        let told = send(&manager, &dry).await;
        assert_eq!((outcomes(&told), told.json()["dry_run"].clone()), (vec!["created".to_owned(), "created".to_owned()], json!(true)));
        assert_eq!(manager.get("/api/v1/documents").await.json(), json!({"items": []}), "a dry run leaves nothing");
        let done = send(&manager, &folder()).await;
        assert_eq!(outcomes(&done), ["created", "created"]);
        let report = done.json();
        assert_eq!(report["errors"], json!([]));
        assert!(report["defects"].as_array().unwrap().iter().any(|d| d["kind"] == "dangling-reference" && d["path"] == "procedures/QP-02.md"), "{report}");
        let others: Vec<(&Value, &Value)> = report["others"].as_array().unwrap().iter().map(|o| (&o["path"], &o["kept"])).collect();
        assert_eq!(others, [(&json!("LICENSE"), &json!(false)), (&json!("procedures/flow.png"), &json!(true))]);
        let document = manager.get("/api/v1/documents/QP-02").await.json();
        assert_eq!((&document["versions"][0]["label"], &document["versions"][0]["state"]), (&json!("B/1"), &json!("effective")));
        assert_eq!(outcomes(&send(&manager, &folder()).await), ["same", "same"], "a second time changes nothing");
        let mut changed = folder();
        changed["files"][0]["text"] = json!("---\ncode: QM-01\ntitle: 手册\ntier: 1\nversion: A/1\n---\n\n## 1 方针\n\n新的方针，见 [QP-02]。\n");
        let told = send(&manager, &changed).await;
        assert_eq!(outcomes(&told), ["changed", "same"]);
        assert_eq!(told.json()["documents"][0]["state"], "draft", "what is in force is replaced by approval only");
    }

    async fn what_is_no_folder_is_refused(app: TestApp) {
        let manager = manager(app);
        for (files, field) in [
            (json!([{"path": "../a.md", "text": "x"}]), "files[0].path"),
            (json!([{"path": "a.md", "text": "x"}, {"path": "a.md", "text": "y"}]), "files[1].path"),
            (json!([{"path": "a.md"}]), "files[0]"),
            (json!([{"path": "a.md", "text": "x", "base64": "eA=="}]), "files[0]"),
            (json!([{"path": "a.png", "base64": "%%%"}]), "files[0]"),
        ] {
            let refused = problem(&send(&manager, &json!({"files": files})).await, 422, "invalid");
            assert_eq!(refused["errors"][0]["field"], field);
        }
        problem(&send(&manager, &json!({"files": [], "as": "approved"})).await, 422, "invalid");
        problem(&send(&manager, &json!({"files": [], "reason": " "})).await, 422, "invalid");
        let huge = json!({"files": [{"path": "a.md", "text": "x".repeat(33 << 20)}]});
        problem(&send(&manager, &huge).await, 413, "too-large");
        let reader = app.program("reader", &[Role::QualityManager], &["read-documents"]);
        problem(&send(&reader, &huge).await, 403, "not-permitted");
        problem(&send(&app.nobody(), &huge).await, 401, "unauthenticated");
        problem(&send(&app.program("author", &[Role::Author], &["transfer-documents"]), &folder()).await, 403, "not-permitted");
    }

    async fn the_command_imports_beside_a_running_server(app: TestApp) {
        let manager = manager(app);
        let place = tempfile::tempdir().unwrap();
        for number in 1..=40 {
            let text = format!("---\ncode: QP-{number:02}\ntitle: 程序 {number}\ntier: 2\nversion: A/0\n---\n\n## 1 目的\n\n第 {number} 份。\n");
            std::fs::write(place.path().join(format!("QP-{number:02}.md")), text).unwrap();
        }
        let run = |args: &[&str]| {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cairn"));
            command.args(["documents", "import"]).arg(place.path()).args(args).arg("--json").arg("--data").arg(app.folder.path());
            match &app.site.config.database {
                cairn::db::Target::Postgres(url) => command.env("DATABASE_URL", url),
                cairn::db::Target::Sqlite(_) => command.env_remove("DATABASE_URL"),
            };
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap()
        };
        let mut child = run(&["--as", "effective"]);
        let mut written = 0;
        while child.try_wait().unwrap().is_none() {
            app.user(&format!("meanwhile{written}"), &[Role::Staff]);
            assert_eq!(manager.get("/api/v1/documents?limit=1").await.status, 200);
            written += 1;
        }
        let done = child.wait_with_output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        assert!(written > 0, "the server wrote meanwhile");
        let report: Value = serde_json::from_slice(&done.stdout).unwrap();
        assert!(report["documents"].as_array().unwrap().iter().all(|document| document["outcome"] == "created"), "{report}");
        let listed = manager.get("/api/v1/documents?limit=100&state=effective").await.json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 40);
        let again: Value = serde_json::from_slice(&run(&["--as", "effective"]).wait_with_output().unwrap().stdout).unwrap();
        assert!(again["documents"].as_array().unwrap().iter().all(|document| document["outcome"] == "same"), "{again}");
    }
}
