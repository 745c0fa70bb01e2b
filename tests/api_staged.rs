//! Imports by steps through the API: a file that waits, its mapping, its preview, and the import of what the preview showed.

use actix_web::http::Method;
use cairn::actor::Role;
use serde_json::{Value, json};

use crate::api::problem;
use crate::both;
use crate::kpi::{MAPPING, day, log, multipart};
use crate::kpi_sources::{register, shipped};
use crate::support::{Answer, Visitor};

const SCOPES: &[&str] = &["read-kpis", "import-kpis"];
const PATH: &str = "/api/v1/kpi/staged";

async fn send(who: &Visitor<'_>, fields: &[(&str, &str)], headers: &[(&str, &str)], file: &[u8]) -> Answer {
    let fields: Vec<(&str, String)> = fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    who.send(Method::POST, PATH, headers, Some(multipart(&fields, "calls.csv", file))).await
}

async fn staged(who: &Visitor<'_>, fields: &[(&str, &str)], file: &[u8], mapping: &Value) -> String {
    let sent = send(who, fields, &[], file).await;
    assert_eq!(sent.status, 201, "{}", sent.text());
    let at = sent.location().to_owned();
    let mapped = who.send_json(Method::PUT, &format!("{at}/mapping"), &[], mapping).await;
    assert_eq!(mapped.status, 200, "{}", mapped.text());
    at
}

async fn preview(who: &Visitor<'_>, at: &str) -> Value {
    let answer = who.get(&format!("{at}/preview")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

async fn commit(who: &Visitor<'_>, at: &str, rows: &str, seen: &Value) -> Answer {
    who.send_json(Method::POST, &format!("{at}/commit"), &[], &json!({"rows": rows, "seen": seen})).await
}

both! {
    async fn a_file_is_sent_mapped_previewed_and_imported(app: TestApp) {
        app.with_centre();
        let program = app.program("wangfang", &[Role::QualityManager], SCOPES);
        let file = log(&[(day("2026-10-01"), 40, 10), (day("2026-10-02"), 20, 0)]);
        let how = json!({"mapping": MAPPING, "centre": "HD"});
        let at = staged(&program, &[("kind", "interactions")], &file, &how).await;
        let told = program.get(&at).await.json();
        assert_eq!((&told["columns"], &told["batch"]), (&json!(["id", "at", "outcome", "wait", "talk"]), &Value::Null), "{told}");
        let shown = preview(&program, &at).await;
        assert_eq!((&shown["new"], &shown["all"], &shown["valid"], &shown["rows"]), (&json!(2), &json!(true), &json!(false), &json!(70)), "{shown}");
        assert_eq!((&shown["cells"][0]["centre"], &shown["cells"][0]["fate"]), (&json!("HD"), &json!("new")));
        problem(&commit(&program, &at, "all", &json!("unseen")).await, 409, "kpi-staged-unseen");
        let done = commit(&program, &at, "all", &shown["seen"]).await;
        assert_eq!((done.status.as_u16(), done.json()), (200, json!({"batch": 1, "identical": false})), "{}", done.text());
        assert_eq!(commit(&program, &at, "all", &shown["seen"]).await.json()["batch"], 1, "sent again it is the same batch");
        assert_eq!(program.get(&at).await.json()["batch"], 1);
        // A changed file says what it replaces; what came between is not replaced unseen.
        let at = staged(&program, &[("kind", "interactions")], &log(&[(day("2026-10-01"), 41, 9), (day("2026-10-02"), 20, 0)]), &how).await;
        let shown = preview(&program, &at).await;
        assert_eq!((&shown["changed"], &shown["same"], &shown["owners"][0]["number"]), (&json!(1), &json!(1), &json!(1)), "{shown}");
        let seen = shown["seen"].as_str().unwrap().split(' ').next().unwrap();
        problem(&commit(&program, &at, "all", &json!(seen)).await, 409, "kpi-overlap-unseen");
        assert_eq!(commit(&program, &at, "all", &shown["seen"]).await.json()["batch"], 2);
        assert_eq!(program.get("/api/v1/kpi/batches/1").await.json()["state"], "replaced");
    }

    async fn rows_with_errors_are_told_at_their_cells(app: TestApp) {
        app.with_centre();
        let program = app.program("wangfang", &[Role::QualityManager], SCOPES).english();
        let (mapping, _) = shipped("complaints");
        let (_, bad, places) = register();
        let at = staged(&program, &[("kind", "complaints")], bad.as_bytes(), &json!({"mapping": mapping})).await;
        let shown = preview(&program, &at).await;
        let cells: Vec<&str> = shown["errors"].as_array().unwrap().iter().map(|error| error["cell"].as_str().unwrap()).collect();
        assert_eq!((cells.as_slice(), &shown["error"], &shown["all"], &shown["valid"]), (&places[..], &json!(7), &json!(false), &json!(true)));
        assert!(shown["errors"][0]["message"].as_str().unwrap().contains("2026-13-01"), "{shown}");
        let rows = program.get(shown["rejected_rows"].as_str().unwrap()).await.json();
        assert_eq!(rows["csv"].as_str().unwrap().lines().count(), 8);
        let refused = problem(&commit(&program, &at, "all", &shown["seen"]).await, 422, "invalid");
        assert!(refused["errors"].as_array().unwrap().len() >= 7, "{refused}");
        assert_eq!(commit(&program, &at, "valid", &shown["seen"]).await.json()["batch"], 1);
    }

    async fn what_waits_is_its_senders_and_is_sent_once(app: TestApp) {
        app.with_centre();
        let program = app.program("wangfang", &[Role::QualityManager], SCOPES);
        let other = app.program("other", &[Role::QualityManager], SCOPES);
        let file = log(&[(day("2026-10-01"), 4, 1)]);
        let fields = [("kind", "interactions"), ("centre", "HD")];
        let key = [("idempotency-key", "staged-1")];
        let first = send(&program, &fields, &key, &file).await;
        let second = send(&program, &fields, &key, &file).await;
        assert_eq!((first.status.as_u16(), first.location()), (201, second.location()));
        let at = first.location();
        assert_eq!(std::fs::read_dir(app.site.config.data.join("staged")).unwrap().count(), 1, "the second file is gone");
        problem(&send(&program, &fields, &key, b"id,at\n1,2\n").await, 422, "invalid");
        problem(&send(&program, &[("kind", "gossip")], &[], &file).await, 422, "invalid");
        for path in [at.to_owned(), format!("{at}/preview")] {
            problem(&other.get(&path).await, 404, "not-found");
        }
        problem(&other.send_json(Method::DELETE, at, &[], &json!({})).await, 404, "not-found");
        problem(&commit(&other, at, "all", &json!("x")).await, 404, "not-found");
        let wrong = program.send_json(Method::PUT, &format!("{at}/mapping"), &[], &json!({"mapping": "source = 1"})).await;
        assert_eq!(problem(&wrong, 422, "invalid")["errors"][0]["field"], "mapping");
        let placeless = program.send_json(Method::PUT, &format!("{at}/mapping"), &[], &json!({"mapping": MAPPING})).await;
        assert_eq!(problem(&placeless, 422, "invalid")["errors"][0]["code"], "kpi-file-no-centre");
        assert!(preview(&program, at).await["problems"][0].is_string(), "nobody has said how to read it");
        assert_eq!(program.send_json(Method::DELETE, at, &[], &json!({})).await.json()["file_name"], "calls.csv");
        problem(&program.get(at).await, 404, "not-found");
    }
}
