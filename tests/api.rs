//! The API: tokens and their limits, problems, paging, entity tags, the OpenAPI document, health, and the same command by two doors.

use actix_web::http::Method;
use cairn::actor::Role;
use cairn::people::{self, NewToken, TokenRow};
use serde_json::{Value, json};

use crate::both;
use crate::support::{Answer, TestApp, Visitor, start};

impl TestApp {
    /// A token of an existing person; its last day is a week from now.
    pub fn token(&self, login: &str, roles: &[Role], scopes: &[&str]) -> (TokenRow, String) {
        let user = self.ledger().db.read(|conn| people::find_by_login(conn, login)).unwrap();
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let command = NewToken { name: "报表".into(), scopes, expires_on: start().date_naive() + chrono::Days::new(7) };
        let today = start().date_naive();
        self.ledger().write(&self.actor(&user, roles), move |tx| people::create_token(tx, &command, today)).unwrap()
    }

    /// A program that calls with a new person's token.
    pub fn program(&self, login: &str, roles: &[Role], scopes: &[&str]) -> Visitor<'_> {
        self.user(login, roles);
        let (_, token) = self.token(login, roles, scopes);
        self.nobody().bearer(&token)
    }
}

/// Checks the shape of a problem and answers it.
pub fn problem(answer: &Answer, status: u16, code: &str) -> Value {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    let body = answer.json();
    assert_eq!((body["status"].as_u64(), body["code"].as_str()), (Some(u64::from(status)), Some(code)), "{body}");
    assert_eq!(body["type"], format!("urn:cairn:problem:{code}"));
    assert_eq!(body["request_id"].as_str(), answer.header("x-request-id"));
    for text in [&body["title"], &body["detail"]] {
        assert!(
            text.as_str().is_some_and(|text| !text.is_empty() && !text.contains("problem-") && !text.contains("error-")),
            "{body}"
        );
    }
    body
}

both! {
    async fn a_token_acts_for_its_person_within_its_scopes(app: TestApp) {
        app.organisation();
        let program = app.program("limin", &[Role::QualityManager], &["read-documents", "import-kpis", "manage-people"]);
        let me = program.get("/api/v1/me").await;
        assert_eq!(me.status, 200, "{}", me.text());
        assert_eq!(me.header("cache-control"), Some("no-store"));
        let me = me.json();
        assert_eq!(me["name"], "limin 王");
        assert_eq!(me["grants"], json!([{"role": "quality_manager", "centre_id": null}]));
        assert_eq!(me["permissions"], json!(["read-documents", "import-kpis"]), "a scope gives nothing that the person may not do");
    }

    async fn revoked_expired_forged_and_foreign_tokens_are_refused(app: TestApp) {
        app.organisation();
        app.user("limin", &[Role::Staff]);
        let (row, token) = app.token("limin", &[Role::Staff], &["read-documents"]);
        let (_, other) = app.token("limin", &[Role::Staff], &["read-documents"]);
        let program = app.nobody().bearer(&token);
        assert_eq!(program.get("/api/v1/me").await.status, 200);
        let id = token.split('_').nth(1).unwrap();
        let secret = other.split('_').nth(2).unwrap();
        for forged in [format!("cairn_{id}_{secret}"), format!("cairn_{id}_"), "cairn__".into(), "x".into(), token.to_uppercase(), format!("{token}0")] {
            let answer = app.nobody().bearer(&forged).get("/api/v1/me").await;
            problem(&answer, 401, "unauthenticated");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
        let person = app.ledger().db.read(|conn| people::find_by_login(conn, "limin")).unwrap();
        let owner = app.actor(&person, &[Role::Staff]);
        app.ledger().write(&owner, move |tx| people::revoke_token(tx, &row.id)).unwrap();
        problem(&program.get("/api/v1/me").await, 401, "unauthenticated");
        let program = app.nobody().bearer(&other);
        app.pass(chrono::Duration::days(7));
        assert_eq!(program.get("/api/v1/me").await.status, 200, "the last day counts");
        app.pass(chrono::Duration::days(1));
        problem(&program.get("/api/v1/me").await, 401, "unauthenticated");
    }

    async fn a_deactivated_person_takes_their_tokens_along(app: TestApp) {
        app.organisation();
        app.user("admin", &[Role::Administrator]);
        let program = app.program("limin", &[Role::Staff], &["read-documents"]);
        assert_eq!(program.get("/api/v1/me").await.status, 200);
        let person = app.ledger().db.read(|conn| people::find_by_login(conn, "limin")).unwrap();
        app.ledger().write(&app.system(), move |tx| people::deactivate(tx, &person.id, false, start().date_naive())).unwrap();
        problem(&program.get("/api/v1/me").await, 401, "unauthenticated");
    }

    async fn a_session_cookie_opens_no_door_of_the_api(app: TestApp) {
        app.organisation();
        let person = app.signed_in("limin", &[Role::QualityManager]);
        problem(&person.get("/api/v1/me").await, 401, "unauthenticated");
    }

    async fn the_secret_of_a_token_is_in_no_event(app: TestApp) {
        app.organisation();
        app.user("limin", &[Role::Staff]);
        let (_, token) = app.token("limin", &[Role::Staff], &["read-documents"]);
        let secret = token.split('_').nth(2).unwrap();
        let hash = cairn::ledger::sha256_hex(secret.as_bytes());
        let events = app.ledger().db.read(|conn| cairn::ledger::store::events_from(conn, 0, 1000)).unwrap();
        assert!(events.iter().any(|event| event.action == "token.create"));
        assert!(events.iter().all(|event| !event.leaf.contains(secret) && !event.leaf.contains(&hash)));
    }

    async fn problems_speak_the_callers_language(app: TestApp) {
        app.organisation();
        let missing = problem(&app.nobody().get("/api/v1/no-such-thing").await, 404, "not-found");
        assert_eq!(missing["title"], "没有找到");
        let missing = problem(&app.nobody().english().get("/api/v1/no-such-thing").await, 404, "not-found");
        assert_eq!(missing["title"], "There is no such thing");
    }

    async fn health_tells_what_works(app: TestApp) {
        let alive = app.nobody().get("/healthz").await;
        assert_eq!((alive.status.as_u16(), alive.json()), (200, json!({"status": "alive"})));
        let ready = app.nobody().get("/readyz").await;
        assert_eq!(ready.status, 200, "{}", ready.text());
        let checks: Vec<(String, bool)> = ready.json()["checks"].as_array().unwrap().iter()
            .map(|check| (check["name"].as_str().unwrap().to_owned(), check["ok"].as_bool().unwrap())).collect();
        assert_eq!(checks, [("database".into(), true), ("migrations".into(), true), ("disk".into(), true)]);
        assert!(std::fs::read_dir(app.folder.path()).unwrap().all(|e| !e.unwrap().file_name().to_string_lossy().starts_with("probe")));
    }
}

/// The document and the routes name the same operations, and every schema that one refers to is there.
#[test]
fn the_document_describes_exactly_the_routes_there_are() {
    let document = serde_json::to_value(cairn::app::openapi()).unwrap();
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
    let paths = document["paths"].as_object().unwrap();
    let mut described: Vec<String> = paths
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase())))
        .collect();
    let mut mounted: Vec<String> = cairn::app::endpoints()
        .iter()
        .filter(|endpoint| endpoint.path.starts_with("/api/") && endpoint.path != "/api/v1/openapi.json")
        .map(|endpoint| format!("{} {}", endpoint.method, endpoint.path))
        .collect();
    described.sort();
    mounted.sort();
    assert_eq!(described, mounted);
    assert_eq!(document["components"]["securitySchemes"]["token"], json!({"type": "http", "scheme": "bearer"}));
    for (path, item) in paths {
        for (method, operation) in item.as_object().unwrap() {
            complete(method, path, operation);
            assert!(operation["security"].is_array(), "{method} {path} says who may call it");
            assert!(operation["summary"].as_str().is_some_and(|text| text.len() > 10), "{method} {path} says what it does");
        }
    }
    let tagged = |path: &str, method: &str, status: &str| {
        document["paths"][path][method]["responses"][status]["headers"]["ETag"]["schema"]["type"] == json!("string")
    };
    assert!(tagged("/api/v1/documents/{code}", "get", "200") && tagged("/api/v1/records/{id}", "put", "200"));
    assert!(!tagged("/api/v1/documents", "get", "200"), "a list has no version");
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let text = document.to_string();
    for reference in text.split("#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(schemas.contains_key(name), "the schema {name} is referred to but not there");
    }
}

/// An operation tells what it takes and what it answers, in success and in failure.
fn complete(method: &str, path: &str, operation: &Value) {
    let parameters: Vec<&str> =
        operation["parameters"].as_array().into_iter().flatten().map(|parameter| parameter["name"].as_str().unwrap()).collect();
    for name in path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()) {
        assert!(parameters.contains(&name), "{method} {path} describes {name}");
    }
    let responses = operation["responses"].as_object().unwrap();
    let success = responses.iter().find(|(status, _)| status.starts_with('2')).map(|(_, response)| response);
    assert!(
        success.is_some_and(|answer| answer["content"]["application/json"]["schema"].is_object()),
        "{method} {path} describes its answer"
    );
    for (status, response) in responses.iter().filter(|(status, _)| !status.starts_with('2')) {
        let problem = &response["content"]["application/problem+json"]["schema"]["$ref"];
        assert_eq!(problem, "#/components/schemas/Problem", "{method} {path} {status}");
    }
    let failures: &[&str] =
        if parameters.contains(&"If-Match") { &["401", "404", "412", "428", "default"] } else { &["401", "default"] };
    assert!(failures.iter().all(|status| responses.contains_key(*status)), "{method} {path} describes how it fails");
    if method == "post" {
        assert!(parameters.contains(&"Idempotency-Key"), "{method} {path} takes a key");
    }
    if matches!(method, "post" | "put") && !path.ends_with("/records/{id}/submit") {
        assert!(operation["requestBody"]["content"].is_object(), "{method} {path} describes its body");
    }
}

#[actix_web::test]
async fn the_document_is_served_to_anybody() {
    let app = TestApp::sqlite();
    let answer = app.nobody().get("/api/v1/openapi.json").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["info"]["title"], "Cairn");
    let refused = app.nobody().send_json(Method::POST, "/api/v1/openapi.json", &[], &json!({})).await;
    problem(&refused, 404, "not-found");
}
