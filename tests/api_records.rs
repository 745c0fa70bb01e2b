//! Records and forms through the API: what a form asks for, drafts and their tags, submission, registers page by page, scopes.

use actix_web::http::Method;
use cairn::actor::Role;
use serde_json::{Value, json};

use crate::api::problem;
use crate::api_documents::etag;
use crate::both;
use crate::records::{centre, form};
use crate::support::{Answer, TestApp, Visitor};

const FILL: &[&str] = &["fill-records"];

fn filled(submit: bool) -> Value {
    json!({"form": "FR-02", "values": {"channel": "phone", "customer": "沈女士", "amount": 20}, "submit": submit})
}

fn clerk<'a>(app: &'a TestApp, scopes: &[&str]) -> Visitor<'a> {
    app.organisation();
    form(app, "FR-02", "A/0", &[]);
    app.program("zhaoxm", &[Role::Staff], scopes)
}

async fn post(who: &Visitor<'_>, body: &Value) -> Answer {
    who.send_json(Method::POST, "/api/v1/records", &[], body).await
}

async fn begin(who: &Visitor<'_>) -> Answer {
    let answer = post(who, &filled(false)).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer
}

both! {
    async fn a_program_learns_the_form_and_fills_it_in(app: TestApp) {
        let clerk = clerk(app, FILL);
        let forms = clerk.get("/api/v1/forms").await.json();
        assert_eq!(forms, json!({"items": [{"code": "FR-02", "title": {"zh": "投诉登记表", "en": "Complaint register"}, "version": "A/0"}]}));
        let form = clerk.get("/api/v1/forms/FR-02").await.json();
        assert_eq!((&form["number"], &form["fields"][0]["id"], &form["fields"][0]["options"][1]["value"]), (&json!("{YYMM}-{nnn}"), &json!("channel"), &json!("web")));
        problem(&clerk.get("/api/v1/forms/FR-99").await, 404, "not-found");
        let begun = begin(&clerk).await;
        let path = begun.location().to_owned();
        assert_eq!(path, format!("/api/v1/records/{}", begun.json()["id"].as_str().unwrap()));
        assert_eq!((begun.json()["state"].clone(), begun.json()["number"].clone(), begun.json()["form_version"].clone()), (json!("draft"), Value::Null, json!("A/0")));
        let change = json!({"values": {"channel": "web", "customer": "周先生"}});
        let saved = clerk.send_json(Method::PUT, &path, &[("if-match", &etag(&begun))], &change).await;
        assert_eq!((saved.status.as_u16(), saved.json()["values"].clone()), (200, json!({"channel": "web", "customer": "周先生"})), "{}", saved.text());
        let submit = format!("{path}/submit");
        let done = clerk.send_json(Method::POST, &submit, &[("if-match", &etag(&saved))], &json!({})).await;
        assert_eq!((done.status.as_u16(), done.json()["number"].clone(), done.json()["state"].clone()), (200, json!("2611-001"), json!("submitted")), "{}", done.text());
        assert_eq!(done.json()["content_hash"].as_str().map(str::len), Some(64));
        let read = clerk.get(&path).await;
        assert_eq!((read.json(), etag(&read)), (done.json(), etag(&done)));
        problem(&clerk.send_json(Method::POST, &submit, &[("if-match", &etag(&done))], &json!({})).await, 409, "record-locked");
        let at_once = post(&clerk, &filled(true)).await;
        assert_eq!((at_once.status.as_u16(), at_once.json()["number"].clone(), at_once.json()["values"]["amount"].clone()), (201, json!("2611-002"), json!(20)));
    }

    async fn a_change_of_a_draft_names_what_it_saw(app: TestApp) {
        let clerk = clerk(app, FILL);
        let begun = begin(&clerk).await;
        let path = begun.location().to_owned();
        let change = json!({"values": {"customer": "甲"}});
        problem(&clerk.send_json(Method::PUT, &path, &[], &change).await, 428, "precondition-required");
        problem(&clerk.send_json(Method::POST, &format!("{path}/submit"), &[], &json!({})).await, 428, "precondition-required");
        let saved = clerk.send_json(Method::PUT, &path, &[("if-match", &etag(&begun))], &change).await;
        assert_eq!(saved.status, 200, "{}", saved.text());
        problem(&clerk.send_json(Method::PUT, &path, &[("if-match", &etag(&begun))], &change).await, 412, "stale");
        problem(&clerk.send_json(Method::POST, &format!("{path}/submit"), &[("if-match", &etag(&begun))], &json!({})).await, 412, "stale");
        let refused = clerk.send_json(Method::POST, &format!("{path}/submit"), &[("if-match", &etag(&saved))], &json!({})).await;
        let refused = problem(&refused, 422, "invalid");
        assert_eq!((&refused["errors"][0]["field"], &refused["errors"][0]["code"]), (&json!("values.channel"), &json!("value-required")));
        assert_eq!(clerk.get(&path).await.json()["state"], "draft");
    }

    async fn what_does_not_fit_is_named(app: TestApp) {
        let clerk = clerk(app, FILL);
        let wrong = json!({"form": "FR-02", "centre": "XX", "values": {"channel": "phone", "customer": "甲"}});
        assert_eq!(problem(&post(&clerk, &wrong).await, 422, "invalid")["errors"][0]["field"], "centre");
        let wrong = json!({"form": "FR-02", "values": {"channel": "fax", "customer": "甲", "amount": -1, "moon": "x"}, "submit": true});
        let refused = problem(&post(&clerk, &wrong).await, 422, "invalid");
        let fields: Vec<&str> = refused["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
        assert_eq!(fields, ["values.moon", "values.channel", "values.amount"]);
        problem(&post(&clerk, &json!({"form": "FR-77", "values": {}})).await, 404, "not-found");
        assert_eq!(problem(&post(&clerk, &json!({"form": "FR-02", "colour": 1})).await, 422, "invalid")["errors"][0]["field"], "colour");
    }

    async fn a_register_is_listed_page_by_page(app: TestApp) {
        let clerk = clerk(app, FILL);
        let hd = centre(app, "HD", "华东");
        for number in 0..7 {
            let mut body = filled(number != 3);
            if number % 2 == 0 {
                body["centre"] = json!(hd.code);
            }
            assert_eq!(post(&clerk, &body).await.status, 201);
        }
        let manager = app.program("wangfang", &[Role::QualityManager], &["read-records"]);
        let list = async |query: &str| {
            let (mut numbers, mut next, mut pages) = (Vec::new(), String::new(), 0);
            loop {
                let answer = manager.get(&format!("/api/v1/records?form=FR-02&limit=3&after={next}{query}")).await;
                assert_eq!(answer.status, 200, "{}", answer.text());
                let page = answer.json();
                numbers.extend(page["items"].as_array().unwrap().iter().map(|item| item["number"].as_str().unwrap_or("draft").to_owned()));
                pages += 1;
                match page["next"].as_str() {
                    Some(cursor) => next = cursor.to_owned(),
                    None => return (pages, numbers),
                }
            }
        };
        assert_eq!(list("").await, (3, ["2611-006", "2611-005", "2611-004", "draft", "2611-003", "2611-002", "2611-001"].map(str::to_owned).to_vec()));
        assert_eq!(list("&state=draft").await.1, ["draft"]);
        assert_eq!(list("&centre=HD&state=submitted").await.1, ["2611-006", "2611-004", "2611-003", "2611-001"]);
        assert_eq!(list("&from=2026-11-21&to=2026-11-21").await.1.len(), 7);
        assert_eq!(list("&from=2026-11-22").await.1.len(), 0);
        for (query, field) in [("", "form"), ("form=FR-02&state=lost", "state"), ("form=FR-02&centre=XX", "centre"), ("form=FR-02&from=soon", "from"), ("form=FR-02&limit=0", "limit"), ("form=FR-02&after=zz", "after")] {
            let refused = problem(&manager.get(&format!("/api/v1/records?{query}")).await, 422, "invalid");
            assert_eq!(refused["errors"][0]["field"], field, "{query}");
        }
    }

    async fn own_records_and_scopes(app: TestApp) {
        let clerk = clerk(app, FILL);
        let begun = begin(&clerk).await;
        let other = app.program("qianlei", &[Role::Staff], FILL);
        problem(&other.get(begun.location()).await, 404, "not-found");
        assert_eq!(other.get("/api/v1/records?form=FR-02").await.json(), json!({"items": []}));
        let change = other.send_json(Method::PUT, begun.location(), &[("if-match", &etag(&begun))], &json!({"values": {}})).await;
        problem(&change, 404, "not-found");
        let auditor = app.program("audit", &[Role::Auditor], &["read-records"]);
        assert_eq!(auditor.get(begun.location()).await.status, 200);
        problem(&auditor.send_json(Method::PUT, begun.location(), &[("if-match", &etag(&begun))], &json!({"values": {}})).await, 403, "not-permitted");
        problem(&post(&auditor, &filled(false)).await, 403, "not-permitted");
        let (_, blind) = app.token("zhaoxm", &[Role::Staff], &["read-kpis"]);
        let blind = app.nobody().bearer(&blind);
        for path in [begun.location(), "/api/v1/records?form=FR-02", "/api/v1/forms", "/api/v1/forms/FR-02"] {
            problem(&blind.get(path).await, 404, "not-found");
            problem(&app.nobody().get(path).await, 401, "unauthenticated");
        }
        app.pass(chrono::Duration::days(8));
        problem(&clerk.get(begun.location()).await, 401, "unauthenticated");
    }
}
