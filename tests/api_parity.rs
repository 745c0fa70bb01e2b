//! One command by two doors: what a person does with forms and a program with JSON leaves the same rows and the same events. Only ids,
//! the hashes that follow from them, and the kind of actor differ.

use std::collections::BTreeMap;

use actix_web::http::Method;
use cairn::actor::Role;
use cairn::ledger::store::events_from;
use serde_json::{Value, json};

use crate::api_documents::etag;
use crate::kpi::{MAPPING, multipart};
use crate::records::{centre, form};
use crate::support::{Answer, TestApp, Visitor};
use crate::wizard;

const SCOPES: &[&str] = &[
    "read-documents",
    "write-documents",
    "review-documents",
    "approve-documents",
    "manage-documents",
    "fill-records",
    "read-kpis",
    "import-kpis",
];

/// The people of a world, each with both a session and a token, so that the two worlds begin alike.
struct Cast<'a> {
    app: &'a TestApp,
    people: BTreeMap<&'static str, (Visitor<'a>, Visitor<'a>, String)>,
    begun: i64,
}

impl<'a> Cast<'a> {
    fn new(app: &'a TestApp) -> Self {
        app.organisation();
        form(app, "FR-02", "A/0", &[]);
        centre(app, "HD", "华东");
        let mut people = BTreeMap::new();
        for (login, role) in [
            ("author", Role::Author),
            ("reviewer", Role::Author),
            ("approver", Role::Approver),
            ("manager", Role::QualityManager),
            ("clerk", Role::Staff),
        ] {
            let id = app.user(login, &[role]).id;
            let (_, token) = app.token(login, &[role], SCOPES);
            people.insert(login, (app.sign_in(login), app.nobody().bearer(&token), id));
        }
        let begun = app.ledger().db.read(|conn| events_from(conn, 0, 10_000)).unwrap().len();
        Self { app, people, begun: i64::try_from(begun).unwrap() }
    }

    fn person(&self, login: &str) -> &Visitor<'a> {
        &self.people[login].0
    }

    fn program(&self, login: &str) -> &Visitor<'a> {
        &self.people[login].1
    }

    fn id(&self, login: &str) -> &str {
        &self.people[login].2
    }

    /// What happened since the beginning, with names in the place of ids and hashes.
    fn told(&self) -> Vec<Value> {
        let events = self.app.ledger().db.read(|conn| events_from(conn, self.begun, 10_000)).unwrap();
        let mut names = BTreeMap::new();
        let plain = |event: cairn::ledger::store::EventRow| {
            let mut leaf: Value = serde_json::from_str(&event.leaf).unwrap();
            leaf["actor"]["kind"] = "somebody".into();
            rename(&mut leaf, &mut names);
            leaf
        };
        events.into_iter().map(plain).collect()
    }
}

/// Ids and hashes by the order in which they are met.
fn rename(value: &mut Value, names: &mut BTreeMap<String, String>) {
    match value {
        Value::String(text) => {
            let id = text.len() == 36 && text.matches('-').count() == 4;
            let hash = text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
            if id || hash {
                let next = format!("{} {}", if id { "id" } else { "hash" }, names.len());
                *text = names.entry(text.clone()).or_insert(next).clone();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, names)),
        Value::Object(fields) => fields.values_mut().for_each(|field| rename(field, names)),
        _ => {}
    }
}

const TEXT: &str = "## 1 目的\r\n\r\n使每一件投诉得到处理。";
const LATER: &str = "## 1 目的\r\n\r\n使每一件投诉在时限内得到处理。";

async fn fill(who: &Visitor<'_>, path: &str, fields: &[(&str, &str)]) -> Answer {
    let answer = who.post(path, fields).await;
    assert_eq!(answer.status, 303, "{path}: {}", answer.main());
    answer
}

async fn by_form(cast: &Cast<'_>) {
    let (author, reviewer, approver) = (cast.person("author"), cast.person("reviewer"), cast.person("approver"));
    let new = [
        ("tier", "2"),
        ("code", "QP-02"),
        ("title.zh", "投诉处理"),
        ("title.en", "Complaints"),
        ("text.zh", TEXT),
        ("owner", ""),
        ("parents", ""),
    ];
    let made = fill(author, "/documents/new", &new).await;
    let id = made.location().split('/').nth(2).unwrap().to_owned();
    let save =
        [("title.zh", "投诉处理程序"), ("title.en", "Complaints"), ("text.zh", LATER), ("parents", "QM-01"), ("row_version", "1")];
    fill(author, &format!("/documents/{id}/edit"), &save).await;
    let submit = |seen: &'static str| {
        let fields = [
            ("reason", "首次发布"),
            ("reviewers[]", cast.id("reviewer")),
            ("approver", cast.id("approver")),
            ("row_version", seen),
        ];
        let id = id.clone();
        async move { fill(author, &format!("/documents/{id}/submit"), &fields).await }
    };
    let decide = format!("/documents/{id}/decide");
    submit("2").await;
    fill(reviewer, &decide, &[("decision", "returned"), ("comment", "缺少时限")]).await;
    submit("4").await;
    fill(reviewer, &decide, &[("decision", "agreed"), ("comment", "")]).await;
    fill(approver, &decide, &[("decision", "approved"), ("comment", "同意")]).await;
    let code = cast.app.ledger().db.read(|conn| cairn::documents::by_code(conn, "QP-02")).unwrap();
    fill(cast.person("manager"), &format!("/documents/{}/withdraw", code.id), &[("reason", "不再使用")]).await;

    let clerk = cast.person("clerk");
    let begun =
        fill(clerk, "/records/FR-02/new", &[("centre", "HD"), ("values.customer", "沈女士"), ("values.amount", "20")]).await;
    let values = [("centre", "HD"), ("values.customer", "沈女士"), ("values.amount", "20"), ("values.channel", "phone")];
    fill(clerk, begun.location(), &[&values[..], &[("row_version", "1")]].concat()).await;
    fill(clerk, begun.location(), &[&values[..], &[("row_version", "2"), ("submit", "true")]].concat()).await;
    fill(clerk, "/records/FR-02/new", &[&values[..], &[("submit", "true")]].concat()).await;
}

async fn sent(who: &Visitor<'_>, method: Method, path: &str, tag: &str, body: Value) -> Answer {
    let answer = who.send_json(method, path, &[("if-match", tag)], &body).await;
    assert!(answer.status.is_success(), "{path}: {}", answer.text());
    answer
}

async fn by_json(cast: &Cast<'_>) {
    let (author, reviewer, approver) = (cast.program("author"), cast.program("reviewer"), cast.program("approver"));
    let new = json!({"tier": 2, "code": "QP-02", "title": {"zh": "投诉处理", "en": "Complaints"}, "text": {"zh": TEXT}});
    let made = sent(author, Method::POST, "/api/v1/documents", "", new).await;
    let path = made.location().to_owned();
    let save = json!({"title": {"zh": "投诉处理程序", "en": "Complaints"}, "text": {"zh": LATER}, "parents": ["QM-01"]});
    let saved = sent(author, Method::PUT, &path, &etag(&made), save).await;
    let submit = json!({"reason": "首次发布", "reviewers": [cast.id("reviewer")], "approver": cast.id("approver")});
    let submitted = sent(author, Method::POST, &format!("{path}/submit"), &etag(&saved), submit.clone()).await;
    let decide = format!("{path}/decision");
    let returned =
        sent(reviewer, Method::POST, &decide, &etag(&submitted), json!({"decision": "returned", "comment": "缺少时限"})).await;
    let submitted = sent(author, Method::POST, &format!("{path}/submit"), &etag(&returned), submit).await;
    let agreed = sent(reviewer, Method::POST, &decide, &etag(&submitted), json!({"decision": "agreed"})).await;
    sent(approver, Method::POST, &decide, &etag(&agreed), json!({"decision": "approved", "comment": "同意"})).await;
    let document = cast.program("manager").get("/api/v1/documents/QP-02").await;
    sent(
        cast.program("manager"),
        Method::POST,
        "/api/v1/documents/QP-02/withdraw",
        &etag(&document),
        json!({"reason": "不再使用"}),
    )
    .await;

    let clerk = cast.program("clerk");
    let draft = json!({"form": "FR-02", "centre": "HD", "values": {"customer": "沈女士", "amount": 20}});
    let begun = sent(clerk, Method::POST, "/api/v1/records", "", draft).await;
    let values = json!({"customer": "沈女士", "amount": 20, "channel": "phone"});
    let saved = sent(clerk, Method::PUT, begun.location(), &etag(&begun), json!({"centre": "HD", "values": values})).await;
    sent(clerk, Method::POST, &format!("{}/submit", begun.location()), &etag(&saved), json!({})).await;
    sent(clerk, Method::POST, "/api/v1/records", "", json!({"form": "FR-02", "centre": "HD", "values": values, "submit": true}))
        .await;
}

/// Logs of calls that are imported by steps, and the rows of them that are taken; none: the file is thrown away. The second takes the place
/// of the first, the third has a row with errors.
const LOGS: [(&str, Option<&str>); 4] = [
    ("C1,2026-10-01 09:00:00,answered,10,200", Some("all")),
    ("C1,2026-10-01 09:00:00,answered,15,200", Some("all")),
    ("C2,2026-10-02 09:00:00,answered,10,200\nC3,2026-10-02 09:01:00,gone,10,", Some("valid")),
    ("C4,2026-10-03 09:00:00,answered,10,200", None),
];

fn log_of(rows: &str) -> Vec<u8> {
    format!("id,at,outcome,wait,talk\n{rows}\n").into_bytes()
}

async fn staged_by_form(cast: &Cast<'_>) {
    let person = cast.person("manager");
    for (rows, taken) in LOGS {
        let at = wizard::staged(person, &[("kind", "interactions")], "calls.csv", &log_of(rows)).await;
        let page = person.get(&format!("{at}/mapping?text=1")).await;
        let how = [("mapping", MAPPING), ("default_centre", "HD"), ("as_of", "2026-10-31"), ("act", "next")];
        let mapped = wizard::post(person, &format!("{at}/mapping"), &page, &how).await;
        assert_eq!(mapped.location(), format!("{at}/preview"), "{}", mapped.main());
        match taken {
            Some(rows) => {
                wizard::preview(person, &at).await;
                let done = wizard::commit(person, &at, rows).await;
                assert_eq!(done.status, 303, "{}", done.main());
            }
            None => drop(fill(person, &format!("{at}/discard"), &[]).await),
        }
    }
}

async fn staged_by_json(cast: &Cast<'_>) {
    let program = cast.program("manager");
    for (rows, taken) in LOGS {
        let file = multipart(&[("kind", "interactions".to_owned())], "calls.csv", &log_of(rows));
        let made = program.send(Method::POST, "/api/v1/kpi/staged", &[], Some(file)).await;
        assert_eq!(made.status, 201, "{}", made.text());
        let at = made.location().to_owned();
        let how = json!({"mapping": MAPPING, "centre": "HD", "as_of": "2026-10-31"});
        sent(program, Method::PUT, &format!("{at}/mapping"), "", how).await;
        match taken {
            Some(rows) => {
                let seen = program.get(&format!("{at}/preview")).await.json()["seen"].clone();
                sent(program, Method::POST, &format!("{at}/commit"), "", json!({"rows": rows, "seen": seen})).await;
            }
            None => drop(sent(program, Method::DELETE, &at, "", json!({})).await),
        }
    }
}

async fn the_same_by_either_door(pages: TestApp, api: TestApp) {
    let (person, program) = (Cast::new(&pages), Cast::new(&api));
    assert_eq!(person.begun, program.begun);
    by_form(&person).await;
    by_json(&program).await;
    staged_by_form(&person).await;
    staged_by_json(&program).await;
    let (by_form, by_json) = (person.told(), program.told());
    let actions = |told: &[Value]| told.iter().map(|leaf| leaf["action"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(actions(&by_form), actions(&by_json));
    assert_eq!(
        actions(&by_form),
        [
            "documents.create",
            "documents.save",
            "documents.submit",
            "documents.return",
            "documents.submit",
            "documents.agree",
            "documents.approve",
            "documents.release",
            "documents.withdraw",
            "records.draft",
            "records.save",
            "records.submit",
            "records.submit",
            "kpi.pack",
            "kpi.import",
            "kpi.mapping",
            "kpi.replace",
            "kpi.import",
            "kpi.import"
        ]
    );
    for (form, json) in by_form.iter().zip(&by_json) {
        assert_eq!(form, json, "{}", form["action"]);
    }
    // The rows are what their last images say.
    pages.check();
    api.check();
}

#[actix_web::test]
async fn the_same_by_either_door_on_sqlite() {
    the_same_by_either_door(TestApp::sqlite(), TestApp::sqlite()).await;
}

#[actix_web::test]
async fn the_same_by_either_door_on_postgres() {
    if let (Some(pages), Some(api)) = (TestApp::postgres(), TestApp::postgres()) {
        the_same_by_either_door(pages, api).await;
    }
}
