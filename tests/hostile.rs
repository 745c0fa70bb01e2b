//! Hostile input through every door: forms, addresses, JSON, uploads, tokens. It is refused in words, never with a fault of ours, and never
//! reaches what it names.

mod doors;
mod tokens;

use actix_web::http::Method;
use cairn::actor::{Permission, Role};
use cairn::web::Endpoint;
use serde_json::{Value, json};

use crate::access::World;
use crate::support::{Answer, TestApp, Visitor};

/// What is typed into every field. A text of 70,000 characters is longer than any field but a document.
fn payloads() -> [String; 7] {
    [
        "a\0b".into(),
        "x".repeat(70_000),
        "../../../../etc/passwd".into(),
        "'\"><script>alert(1)</script>{{7*7}}".into(),
        "-99999999999999999999999999".into(),
        "\u{202e}\u{feff}\u{fffd}🙂\r\n\u{b}".into(),
        "9999-99-99".into(),
    ]
}

/// A form of a page: where it goes, and what its fields hold.
struct Sent {
    method: String,
    action: String,
    fields: Vec<(String, String)>,
}

fn forms(page: &Answer, at: &str) -> Vec<Sent> {
    let html = scraper::Html::parse_document(&page.text());
    let select = |css: &str| scraper::Selector::parse(css).unwrap();
    let (form, field, option) =
        (select("form"), select("input[name], textarea[name], select[name], button[name]"), select("option[value]"));
    let read = |form: scraper::ElementRef<'_>| {
        let fields = form.select(&field).filter_map(|field| {
            let text = || field.text().collect::<String>();
            let value = match field.value().name() {
                "textarea" => text(),
                "select" => {
                    field.select(&option).last().and_then(|option| option.value().attr("value")).unwrap_or_default().to_owned()
                }
                _ => field.value().attr("value").unwrap_or("on").to_owned(),
            };
            Some((field.value().attr("name")?.to_owned(), value))
        });
        Sent {
            method: form.value().attr("method").unwrap_or("get").to_owned(),
            action: form.value().attr("action").unwrap_or(at).to_owned(),
            fields: fields.filter(|(name, _)| name != "_csrf").collect(),
        }
    };
    html.select(&form).map(read).collect()
}

fn everybody(world: &World) -> Visitor<'_> {
    world.app.signed_in("everybody", &Role::ALL)
}

/// Every form of every page, once each.
async fn all_forms(world: &World, visitor: &Visitor<'_>) -> Vec<Sent> {
    let mut all: Vec<Sent> = Vec::new();
    let pages = cairn::app::endpoints().into_iter().filter(|e| e.method == Method::GET && !e.path.starts_with("/api/"));
    for endpoint in pages {
        let path = world.address(endpoint.path);
        let page = visitor.get(&path).await;
        assert!(page.status.as_u16() < 500, "{path}");
        for form in forms(&page, &path) {
            let names = |form: &Sent| form.fields.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
            let known = |other: &Sent| other.action == form.action && names(other) == names(&form);
            // Signing out ends the test; what the browser sends as parts has a test of its own.
            if form.action != "/sign-out" && !all.iter().any(known) {
                all.push(form);
            }
        }
    }
    all
}

async fn send(visitor: &Visitor<'_>, form: &Sent, fields: &[(&str, &str)]) -> Answer {
    if form.method.eq_ignore_ascii_case("post") {
        return visitor.post(&form.action, fields).await;
    }
    let query: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", cairn::web::escape(name), cairn::web::escape(value))).collect();
    // An address of more than 65,534 bytes is no address even to the library.
    let query = query.join("&");
    visitor.get(&format!("{}?{}", form.action, &query[..query.len().min(60_000)])).await
}

/// Nothing of ours leaks, nothing of theirs runs.
fn harmless(answer: &Answer, what: &str) {
    assert!(answer.status.as_u16() < 500, "{what}: {} {}", answer.status, answer.text());
    let text = answer.text();
    assert!(!text.contains("<script>alert(1)") && !text.contains("root:x:0:0"), "{what}: {text}");
}

async fn fields_of_every_form(app: TestApp) {
    let world = World::new(app);
    let visitor = everybody(&world);
    let all = all_forms(&world, &visitor).await;
    assert!(all.len() > 25, "{} forms", all.len());
    let mut sent = 0;
    for form in &all {
        for payload in payloads() {
            for (place, (name, _)) in form.fields.iter().enumerate() {
                let mut fields: Vec<(&str, &str)> =
                    form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                fields[place].1 = &payload;
                let answer = send(&visitor, form, &fields).await;
                let shown: String = payload.chars().take(20).collect();
                harmless(&answer, &format!("{} {} {name}={shown:?}", form.method, form.action));
                if payload.contains('\0') {
                    assert!(matches!(answer.status.as_u16(), 403 | 404 | 413 | 422), "{} {name}: {}", form.action, answer.status);
                }
                sent += 1;
            }
        }
    }
    println!("{sent} hostile forms to {} addresses", all.len());
    world.app.check();
}

#[actix_web::test]
async fn no_form_field_breaks_anything_on_sqlite() {
    fields_of_every_form(TestApp::sqlite()).await;
}

#[actix_web::test]
async fn no_form_field_breaks_anything_on_postgres() {
    if let Some(app) = TestApp::postgres() {
        fields_of_every_form(app).await;
    }
}

async fn addresses(app: TestApp) {
    let world = World::new(app);
    let visitor = everybody(&world);
    let (_, token) = world.token("everybody", &Permission::ALL);
    let program = world.app.nobody().bearer(&token);
    let parts = [
        "%00",
        "..%2f..%2f..%2f..%2fetc%2fpasswd",
        "..%2fsecret.key",
        "%2e%2e%5csecret.key",
        "%ff%fe",
        "'%20OR%201=1--",
        "%F0%9F%99%82",
    ];
    let long = "x".repeat(5_000);
    for endpoint in cairn::app::endpoints().iter().filter(|endpoint| endpoint.path.contains('{')) {
        for part in parts.iter().copied().chain([long.as_str()]) {
            let path = filled(endpoint, part);
            let who = if endpoint.path.starts_with("/api/") { &program } else { &visitor };
            let answer = match endpoint.method {
                Method::GET => who.get(&path).await,
                _ if endpoint.path.starts_with("/api/") => {
                    who.send_json(endpoint.method.clone(), &path, &[("if-match", "\"1\"")], &json!({})).await
                }
                _ => who.post(&path, &[("row_version", "1"), ("reason", "x")]).await,
            };
            harmless(&answer, &format!("{} {path}", endpoint.method));
            assert!(!answer.body.windows(4).any(|four| four == b"SQLi"), "{path}");
            if part == "%00" {
                assert!(matches!(answer.status.as_u16(), 403 | 404), "{path}: {}", answer.status);
            }
        }
    }
    let key = std::fs::read(world.app.folder.path().join("secret.key")).unwrap();
    for path in ["/assets/../secret.key", "/assets/..%2f..%2fsecret.key", "/documents/files/..%2f..%2fsecret.key"] {
        let answer = visitor.get(path).await;
        assert!(answer.status == 404 && answer.body != key, "{path}: {}", answer.status);
    }
}

fn filled(endpoint: &Endpoint, part: &str) -> String {
    let mut path = String::new();
    let mut rest = endpoint.path;
    while let Some((before, behind)) = rest.split_once('{') {
        path.push_str(before);
        path.push_str(part);
        rest = behind.split_once('}').unwrap().1;
    }
    path + rest
}

#[actix_web::test]
async fn no_address_breaks_anything_on_sqlite() {
    addresses(TestApp::sqlite()).await;
}

#[actix_web::test]
async fn no_address_breaks_anything_on_postgres() {
    if let Some(app) = TestApp::postgres() {
        addresses(app).await;
    }
}

/// The properties of a schema, through one reference.
fn properties(document: &Value, schema: &Value) -> Vec<String> {
    let schema = match schema["$ref"].as_str() {
        Some(reference) => &document["components"]["schemas"][reference.rsplit('/').next().unwrap()],
        None => schema,
    };
    schema["properties"].as_object().map(|fields| fields.keys().cloned().collect()).unwrap_or_default()
}

async fn json_bodies(app: TestApp) {
    let world = World::new(app);
    everybody(&world);
    let (_, token) = world.token("everybody", &Permission::ALL);
    let program = world.app.nobody().bearer(&token);
    let document = serde_json::to_value(cairn::app::openapi()).unwrap();
    let values = [
        json!("a\0b"),
        json!("x".repeat(70_000)),
        json!(null),
        json!(1e308),
        json!(-1),
        json!([]),
        json!({}),
        json!([[{"a": [1]}]]),
        json!({"zh": "a\0b"}),
        json!({"zh": 7}),
        json!("2026-13-45"),
        json!(true),
    ];
    for endpoint in cairn::app::endpoints().iter().filter(|e| e.path.starts_with("/api/") && e.method != Method::GET) {
        let path = world.address(endpoint.path);
        let pattern = endpoint.path.replace(":.*}", "}");
        let body =
            &document["paths"][&pattern][endpoint.method.as_str().to_lowercase()]["requestBody"]["content"]["application/json"];
        let names = properties(&document, &body["schema"]);
        let whole: Value = names.iter().map(|name| (name.clone(), json!("x"))).collect::<serde_json::Map<_, _>>().into();
        for name in &names {
            for value in &values {
                for mut body in [json!({}), whole.clone()] {
                    body[name] = value.clone();
                    let answer = program.send_json(endpoint.method.clone(), &path, &[("if-match", "\"1\"")], &body).await;
                    let shown: String = value.to_string().chars().take(30).collect();
                    harmless(&answer, &format!("{} {path} {name}={shown}", endpoint.method));
                }
            }
        }
        for text in [
            "",
            "{",
            "[]",
            "null",
            "\"\\ud800\"",
            &"[".repeat(200_000),
            &format!("{{\"a\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000)),
            "{\"a\":1e999}",
        ] {
            let sent = Some(("application/json".to_owned(), text.as_bytes().to_vec()));
            let answer = program.send(endpoint.method.clone(), &path, &[("if-match", "\"1\"")], sent).await;
            harmless(&answer, &format!("{} {path}", endpoint.method));
            assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
        }
    }
    world.app.check();
}

#[actix_web::test]
async fn no_json_breaks_anything_on_sqlite() {
    json_bodies(TestApp::sqlite()).await;
}

#[actix_web::test]
async fn no_json_breaks_anything_on_postgres() {
    if let Some(app) = TestApp::postgres() {
        json_bodies(app).await;
    }
}
