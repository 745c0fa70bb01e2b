//! Documents through the API: the whole life of a version, tags and stale changes, pages of a list, scopes.

use actix_web::http::Method;
use cairn::actor::Role;
use serde_json::{Value, json};

use crate::api::problem;
use crate::both;
use crate::support::{Answer, Visitor};

const WRITE: &[&str] = &["read-documents", "write-documents"];

pub fn etag(answer: &Answer) -> String {
    answer.header("etag").unwrap_or_else(|| panic!("no tag: {}", answer.text())).to_owned()
}

async fn create(author: &Visitor<'_>, code: &str) -> Answer {
    let body = json!({
        "tier": 2, "code": code, "title": {"zh": "客户投诉处理程序", "en": "Complaint handling"},
        "text": {"zh": "## 1 目的\n\n使每一件投诉得到处理。", "en": "## 1 Purpose\r\n\r\nEvery complaint is handled."}
    });
    let answer = author.send_json(Method::POST, "/api/v1/documents", &[], &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer
}

async fn send(who: &Visitor<'_>, method: Method, path: &str, tag: &str, body: Value) -> Answer {
    who.send_json(method, path, &[("if-match", tag)], &body).await
}

both! {
    async fn a_version_lives_from_draft_to_withdrawal(app: TestApp) {
        app.organisation();
        let author = app.program("liyun", &[Role::Author], WRITE);
        let approver = app.program("chenjing", &[Role::Approver], &["read-documents", "approve-documents"]);
        let manager = app.program("wangfang", &[Role::QualityManager], &["read-documents", "manage-documents"]);
        let approver_id = approver.get("/api/v1/me").await.json()["id"].as_str().unwrap().to_owned();
        let made = create(&author, "QP-02").await;
        let path = made.location().to_owned();
        assert_eq!(made.json()["state"], "draft");
        assert_eq!(made.json()["text"]["en"], "## 1 Purpose\n\nEvery complaint is handled.", "line ends as in forms");
        problem(&approver.get(&path).await, 404, "not-found");
        let submit = json!({"reason": "新建", "approver": approver_id});
        let sent = send(&author, Method::POST, &format!("{path}/submit"), &etag(&made), submit).await;
        assert_eq!((sent.status.as_u16(), sent.json()["state"].clone()), (200, json!("in_review")), "{}", sent.text());
        let seen = approver.get(&path).await;
        let answer = json!({"decision": "approved", "content_hash": seen.json()["content_hash"]});
        let approved = send(&approver, Method::POST, &format!("{path}/decision"), &etag(&seen), answer).await;
        assert_eq!((approved.status.as_u16(), approved.json()["state"].clone()), (200, json!("effective")), "{}", approved.text());
        assert_eq!(approved.json()["reviews"][0]["decision"], "approved");
        let document = manager.get("/api/v1/documents/QP-02").await;
        assert_eq!(document.json()["versions"][0]["state"], "effective");
        let revised = send(&author, Method::POST, "/api/v1/documents/QP-02/revisions", &etag(&document), json!({"step": "modification"})).await;
        assert_eq!(revised.status, 201, "{}", revised.text());
        let gone = send(&manager, Method::POST, "/api/v1/documents/QP-02/withdraw", &etag(&document), json!({"reason": "不再使用"})).await;
        assert_eq!(gone.status, 200, "{}", gone.text());
        let states: Vec<Value> = gone.json()["versions"].as_array().unwrap().iter().map(|v| v["state"].clone()).collect();
        assert!(states.contains(&json!("withdrawn")), "{states:?}");
    }

    async fn a_change_names_the_version_it_saw(app: TestApp) {
        app.organisation();
        let author = app.program("liyun", &[Role::Author], WRITE);
        let made = create(&author, "QP-03").await;
        let path = made.location().to_owned();
        let draft = |title: &str| json!({"title": {"zh": title}, "text": {"zh": "## 1 目的\n\n一"}, "owner": "CSQ"});
        problem(&author.send_json(Method::PUT, &path, &[], &draft("甲")).await, 428, "precondition-required");
        let saved = send(&author, Method::PUT, &path, &etag(&made), draft("甲")).await;
        assert_eq!(saved.status, 200, "{}", saved.text());
        assert_ne!(etag(&saved), etag(&made));
        problem(&send(&author, Method::PUT, &path, &etag(&made), draft("乙")).await, 412, "stale");
        problem(&send(&author, Method::PUT, &path, &format!("W/{}", etag(&saved)), draft("乙")).await, 412, "stale");
        let now = author.get(&path).await;
        assert_eq!((etag(&now), now.json()["title"]["zh"].clone()), (etag(&saved), json!("甲")), "the lost race changed nothing");
    }

    async fn a_list_goes_on_where_the_page_before_ended(app: TestApp) {
        app.organisation();
        let author = app.program("liyun", &[Role::Author], WRITE);
        for number in 1..=7 {
            create(&author, &format!("QP-{number:02}")).await;
        }
        let (mut codes, mut next, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let page = author.get(&format!("/api/v1/documents?limit=3&after={next}")).await.json();
            codes.extend(page["items"].as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap().to_owned()));
            pages += 1;
            match page["next"].as_str() {
                Some(cursor) => next = cursor.to_owned(),
                None => break,
            }
        }
        assert_eq!((pages, codes), (3, (1..=7).map(|number| format!("QP-{number:02}")).collect::<Vec<_>>()));
        let found = author.get("/api/v1/documents?tier=2&state=effective").await;
        assert_eq!(found.json(), json!({"items": []}), "nothing is in force yet");
        for bad in ["limit=0", "after=zz", "tier=x", "state=lost"] {
            let refused = problem(&author.get(&format!("/api/v1/documents?{bad}")).await, 422, "invalid");
            assert_eq!(refused["errors"][0]["field"], bad.split('=').next().unwrap());
        }
    }

    async fn a_scope_that_was_not_given_opens_nothing(app: TestApp) {
        app.organisation();
        let author = app.program("liyun", &[Role::Author], WRITE);
        let made = create(&author, "QP-04").await;
        let (_, reader) = app.token("liyun", &[Role::Author], &["read-documents"]);
        let reader = app.nobody().bearer(&reader);
        assert_eq!(reader.get(made.location()).await.status, 200);
        let refused = send(&reader, Method::PUT, made.location(), &etag(&made), json!({"title": {"zh": "乙"}})).await;
        problem(&refused, 403, "not-permitted");
        problem(&reader.send_json(Method::POST, "/api/v1/documents", &[], &json!({"tier": 2})).await, 403, "not-permitted");
        let (_, blind) = app.token("liyun", &[Role::Author], &["use-tokens"]);
        let blind = app.nobody().bearer(&blind);
        for path in ["/api/v1/documents", "/api/v1/documents/QP-04", made.location()] {
            problem(&blind.get(path).await, 404, "not-found");
        }
    }

    async fn what_is_wrong_is_named_field_by_field(app: TestApp) {
        app.organisation();
        let author = app.program("liyun", &[Role::Author], WRITE).english();
        let post = |body: Value| { let author = &author; async move { author.send_json(Method::POST, "/api/v1/documents", &[], &body).await } };
        let refused = problem(&post(json!({"title": {"zh": "甲"}})).await, 422, "invalid");
        assert_eq!((&refused["errors"][0]["field"], &refused["errors"][0]["code"]), (&json!("tier"), &json!("required")));
        let refused = problem(&post(json!({"tier": 2, "titel": {}})).await, 422, "invalid");
        assert_eq!((&refused["errors"][0]["field"], &refused["errors"][0]["code"]), (&json!("titel"), &json!("unknown-field")));
        let refused = problem(&post(json!({"tier": 9, "title": {"zh": "甲"}})).await, 422, "invalid");
        assert_eq!(refused["errors"][0]["field"], "tier");
        let huge = json!({"tier": 2, "title": {"zh": "甲"}, "text": {"zh": "字".repeat(400_000)}});
        problem(&post(huge).await, 413, "too-large");
        let form = author.send(Method::POST, "/api/v1/documents", &[], Some(("text/plain".into(), b"{}".to_vec()))).await;
        problem(&form, 422, "invalid");
    }
}
