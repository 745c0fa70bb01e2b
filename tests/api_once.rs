//! `Idempotency-Key`: the same request sent again, or ten times at once, has one effect and one answer.

use std::collections::BTreeMap;

use actix_web::http::Method;
use cairn::actor::Role;
use cairn::db::Db;
use cairn::documents::{self, Filter};
use cairn::error::Error;
use cairn::ledger::{Ledger, Once, WriteTx};
use cairn::records::FillRecord;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::api::problem;
use crate::api_documents::etag;
use crate::both;
use crate::kpi::{day, log};
use crate::records::form;
use crate::support::{Answer, TestApp, Visitor};

const SCOPES: &[&str] =
    &["read-documents", "write-documents", "fill-records", "read-kpis", "import-kpis", "transfer-documents", "manage-documents"];

fn manager(app: &TestApp) -> Visitor<'_> {
    app.with_centre();
    form(app, "FR-02", "A/0", &[]);
    app.program("wangfang", &[Role::QualityManager], SCOPES)
}

fn events(app: &TestApp) -> u64 {
    app.ledger().db.read(|conn| cairn::ledger::store::head(conn, false)).unwrap().frontier.size()
}

/// The same request ten times at once.
async fn ten_times(who: &Visitor<'_>, method: Method, path: &str, headers: &[(&str, &str)], body: &Value) -> Vec<Answer> {
    join_all((0..10).map(|_| who.send_json(method.clone(), path, headers, body))).await
}

fn all_the_same(answers: &[Answer], status: u16) {
    for answer in answers {
        assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
        assert_eq!(answer.text(), answers[0].text());
        for header in ["location", "etag", "content-type"] {
            assert_eq!(answer.header(header), answers[0].header(header), "{header}");
        }
    }
}

fn register(app: &TestApp) -> i64 {
    app.ledger()
        .db
        .read(|conn| cairn::records::counts_by_form(conn, &cairn::actor::Actor::system()))
        .unwrap()
        .iter()
        .map(|counted| counted.submitted)
        .sum()
}

fn papers(app: &TestApp) -> Vec<String> {
    let filter = Filter { limit: 100, ..Filter::default() };
    let found = app.ledger().db.read(|conn| documents::list(conn, &cairn::actor::Actor::system(), &filter)).unwrap();
    found.into_iter().map(|entry| entry.document.code).collect()
}

both! {
    async fn a_record_sent_ten_times_at_once_is_one(app: TestApp) {
        let manager = manager(app);
        let before = events(app);
        let body = json!({"form": "FR-02", "values": {"channel": "phone", "customer": "沈女士"}, "submit": true});
        let answers = ten_times(&manager, Method::POST, "/api/v1/records", &[("idempotency-key", "k-1")], &body).await;
        all_the_same(&answers, 201);
        assert_eq!((events(app) - before, register(app)), (1, 1));
        let draft = json!({"form": "FR-02", "values": {"channel": "phone", "customer": "沈女士"}});
        let begun = manager.send_json(Method::POST, "/api/v1/records", &[("idempotency-key", "k-2")], &draft).await;
        let (path, tag) = (format!("{}/submit", begun.location()), etag(&begun));
        let answers = ten_times(&manager, Method::POST, &path, &[("idempotency-key", "k-3"), ("if-match", &tag)], &json!({})).await;
        all_the_same(&answers, 200);
        assert_eq!((events(app) - before, register(app)), (3, 2));
    }

    async fn a_document_sent_ten_times_at_once_is_one(app: TestApp) {
        let manager = manager(app);
        let before = events(app);
        let body = json!({"tier": 2, "title": {"zh": "客户投诉处理程序"}, "text": {"zh": "## 1 目的"}});
        let answers = ten_times(&manager, Method::POST, "/api/v1/documents", &[("idempotency-key", "k-1")], &body).await;
        all_the_same(&answers, 201);
        assert_eq!((events(app) - before, papers(app)), (1, vec!["FR-02".to_owned(), "QP-01".to_owned()]));
        let document = manager.get("/api/v1/documents/FR-02").await;
        let headers = [("idempotency-key", "k-4"), ("if-match", &etag(&document))];
        let answers = ten_times(&manager, Method::POST, "/api/v1/documents/FR-02/revisions", &headers, &json!({"step": "modification"})).await;
        all_the_same(&answers, 201);
        assert_eq!(events(app) - before, 2);
    }

    async fn a_folder_sent_ten_times_at_once_is_taken_over_once(app: TestApp) {
        let manager = manager(app);
        let answers = ten_times(&manager, Method::POST, "/api/v1/documents/imports", &[("idempotency-key", "k-1")], &crate::api_imports::folder()).await;
        all_the_same(&answers, 200);
        assert_eq!(answers[0].json()["documents"][0]["outcome"], "created");
        assert_eq!(papers(app), ["FR-02", "QM-01", "QP-02"]);
        let document = manager.get("/api/v1/documents/QP-02").await.json();
        assert_eq!(document["versions"].as_array().unwrap().len(), 1);
        let refused = json!({"files": [{"path": "../a.md", "text": "x"}]});
        for _ in 0..2 {
            problem(&manager.send_json(Method::POST, "/api/v1/documents/imports", &[("idempotency-key", "k-2")], &refused).await, 422, "invalid");
        }
    }

    async fn a_log_sent_ten_times_at_once_is_one_batch(app: TestApp) {
        let manager = manager(app);
        let file = log(&[(day("2026-10-01"), 40, 10)]);
        let send = || crate::api_kpi::send(&manager, &file, &[], &[("idempotency-key", "k-1")]);
        let answers = join_all((0..10).map(|_| send())).await;
        all_the_same(&answers, 201);
        assert_eq!(manager.get("/api/v1/kpi/batches").await.json()["items"].as_array().unwrap().len(), 1);
        let undone = manager.send_json(Method::POST, "/api/v1/kpi/batches/1/undo", &[("if-match", "\"1\"")], &json!({})).await;
        assert_eq!(undone.status, 200, "{}", undone.text());
        let after = [send().await];
        assert_eq!((after[0].status.as_u16(), after[0].text()), (201, answers[0].text()), "the first answer, whatever happened since");
        assert_eq!(manager.get("/api/v1/kpi/batches").await.json()["items"].as_array().unwrap().len(), 1);
        let other = log(&[(day("2026-10-02"), 40, 10)]);
        let reused = crate::api_kpi::send(&manager, &other, &[], &[("idempotency-key", "k-1")]).await;
        assert_eq!(problem(&reused, 422, "invalid")["errors"][0]["code"], "idempotency-key-reused");
    }

    async fn two_servers_on_one_database_know_each_others_keys(app: TestApp) {
        manager(app);
        let other = Ledger::open(Db::open(app.site.config.database.clone(), 2).unwrap(), app.clock.clone()).unwrap();
        let person = app.ledger().db.read(|conn| cairn::people::find_by_login(conn, "wangfang")).unwrap();
        let actor = app.actor(&person, &[Role::QualityManager]);
        let before = events(app);
        let send = |ledger: Ledger, key: usize| {
            let actor = actor.clone();
            std::thread::spawn(move || {
                let once = Once::new(&format!("k-{key}"), &[b"the same"]).unwrap();
                let command: FillRecord = serde_json::from_value(json!({"form": "FR-02", "values": {"channel": "phone", "customer": "甲"}, "submit": true})).unwrap();
                let fill = move |tx: &mut WriteTx<'_>| tx.once(Some(&once), |tx| Ok(cairn::records::fill(tx, &command)?.number.unwrap()));
                // A race between two servers may end in "busy"; whoever was told so sends it again.
                loop {
                    match ledger.write(&actor, fill.clone()) {
                        Err(Error::Busy) => {}
                        done => return (key, done.unwrap()),
                    }
                }
            })
        };
        let sent: Vec<_> = (0..40).map(|n| send(if n % 2 == 0 { app.ledger().clone() } else { other.clone() }, n / 2 % 5)).collect();
        let mut numbers = BTreeMap::new();
        for thread in sent {
            let (key, number) = thread.join().unwrap();
            assert_eq!(numbers.entry(key).or_insert_with(|| number.clone()), &number, "one key, one record");
        }
        assert_eq!((numbers.len(), register(app), events(app) - before), (5, 5, 5));
    }

    async fn a_key_is_its_senders_for_a_day_and_for_one_content(app: TestApp) {
        let manager = manager(app);
        let body = |customer: &str| json!({"form": "FR-02", "values": {"channel": "phone", "customer": customer}, "submit": true});
        let send = async |who: &Visitor<'_>, key: &str, customer: &str| who.send_json(Method::POST, "/api/v1/records", &[("idempotency-key", key)], &body(customer)).await;
        let first = send(&manager, "k", "甲").await;
        assert_eq!(send(&manager, "k", "甲").await.text(), first.text());
        let reused = problem(&send(&manager, "k", "乙").await, 422, "invalid");
        assert_eq!((&reused["errors"][0]["field"], &reused["errors"][0]["code"]), (&json!("idempotency-key"), &json!("idempotency-key-reused")));
        let elsewhere = manager.send_json(Method::POST, "/api/v1/documents", &[("idempotency-key", "k")], &json!({"tier": 2, "title": {"zh": "甲"}})).await;
        problem(&elsewhere, 422, "invalid");
        let clerk = app.program("zhaoxm", &[Role::Staff], &["fill-records"]);
        assert_eq!(send(&clerk, "k", "乙").await.status, 201, "another sender's key is another key");
        assert_eq!(register(app), 2);
        for bad in ["", &"x".repeat(201)] {
            assert_eq!(problem(&send(&manager, bad, "甲").await, 422, "invalid")["errors"][0]["code"], "bad-idempotency-key");
        }
        let refused = manager.send_json(Method::POST, "/api/v1/records", &[("idempotency-key", "r")], &json!({"form": "FR-02", "submit": true})).await;
        problem(&refused, 422, "invalid");
        assert_eq!(send(&manager, "r", "甲").await.status, 201, "what was refused leaves its key free");
        app.pass(chrono::Duration::hours(25));
        let later = send(&manager, "k", "甲").await;
        assert_eq!(later.status, 201);
        assert_ne!(later.text(), first.text(), "after a day the key is forgotten");
    }
}
