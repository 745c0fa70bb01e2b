//! Every route for everybody: nobody, a person who was deactivated, each role, and a token without the scope. The table below says what
//! each of them gets; a route that is not in it fails, and so does a row that disagrees with what the route says of itself.
//!
//! Requests are plausible and empty: a page of something that exists, a change with a right form token and no fields. So somebody who
//! may change gets 422, 303, 409 or the like, and somebody who may not gets 403 or 404. 303 for nobody is the way to the sign-in page.

use std::collections::BTreeMap;

use actix_web::http::Method;
use cairn::actor::{Permission, Role, may};
use cairn::documents::{self, Adopt, Bilingual, FormExtra};
use cairn::organisation::{self, CentreType, NewCentre};
use cairn::people::{self, NewToken};
use cairn::web::{Access, Endpoint};

use crate::support::{Answer, TestApp, Visitor, start};

/// Who asks, in the order of the table's columns; then the token without a scope.
const COLUMNS: [&str; 9] =
    ["nobody", "gone", "administrator", "quality_manager", "author", "approver", "auditor", "executive", "staff"];

/// Route, then what each column gets.
const TABLE: &str = include_str!("access/table.txt");

/// What stands for the parameters of addresses.
struct World {
    app: TestApp,
    places: BTreeMap<&'static str, String>,
}

impl World {
    fn new(app: TestApp) -> Self {
        app.organisation();
        for role in Role::ALL {
            app.user(role.as_str(), &[role]);
        }
        app.user("gone", &[Role::QualityManager]);
        app.user("other", &[Role::Administrator, Role::Staff]);
        let mut world = Self { app, places: BTreeMap::new() };
        world.people();
        world.documents();
        world.centre();
        world.places();
        world
    }

    fn places(&mut self) {
        for (pattern, value) in [("/assets/{path:.*}", "cairn.css"), ("/ledger/{seq}", "1")] {
            self.places.insert(pattern, value.to_owned());
        }
    }

    fn centre(&mut self) {
        let command = NewCentre {
            code: "HD".into(),
            name: "华东客服中心".into(),
            name_en: None,
            unit_id: None,
            zone: None,
            centre_type: CentreType::ALL[0],
        };
        let id = self.app.ledger().write(&self.app.system(), move |tx| Ok(organisation::create_centre(tx, &command)?.id)).unwrap();
        self.places.insert("/organisation/centres/{id}", id);
    }

    fn people(&mut self) {
        let ledger = self.app.ledger();
        let other = ledger.db.read(|conn| people::find_by_login(conn, "other")).unwrap();
        let grants = ledger.db.read(|conn| people::grants_of(conn, &other.id)).unwrap();
        let staff = grants.iter().find(|grant| grant.role == "staff").unwrap().id.clone();
        let session = people::sign_in_as(ledger, "other", "127.0.0.1", "test").unwrap().session;
        let (token, _) = self.token("other", &[Permission::ReadDocuments]);
        self.places.insert("/people/{id}", other.id);
        self.places.insert("{grant}", staff);
        self.places.insert("/account/sessions/{id}", session);
        self.places.insert("/account/tokens/{id}", token);
    }

    fn documents(&mut self) {
        let form = FormExtra {
            number: Some("{YYMM}-{nnn}".into()),
            fields: vec![serde_json::json!({"id": "note", "label": {"zh": "备注", "en": "Note"}, "type": "text"})],
        };
        for (code, tier, form) in [("QP-01", 2, None), ("FR-01", 4, Some(form))] {
            let command = Adopt {
                code: code.into(),
                tier,
                title: Bilingual { zh: Some("文件控制程序".into()), en: None },
                text: Bilingual { zh: Some("## 1 目的\n\n使用现行版本。".into()), en: None },
                form,
                effective: true,
                reason: "接收".into(),
                ..Adopt::default()
            };
            self.app.ledger().write(&self.app.system(), move |tx| documents::adopt(tx, &command).map(|_| ())).unwrap();
        }
        let version = self.app.ledger().db.read(|conn| {
            let document = documents::by_code(conn, "QP-01")?;
            Ok(documents::effective_version(conn, &document.id)?.unwrap().id)
        });
        self.places.insert("{code}", "QP-01".into());
        self.places.insert("{form}", "FR-01".into());
        self.places.insert("/api/v1/versions/{id}", version.unwrap());
    }

    fn token(&self, login: &str, scopes: &[Permission]) -> (String, String) {
        let user = self.app.ledger().db.read(|conn| people::find_by_login(conn, login)).unwrap();
        let scopes = scopes.iter().map(|scope| scope.as_str().to_owned()).collect();
        let today = start().date_naive();
        let command = NewToken { name: "程序".into(), scopes, expires_on: today + chrono::Days::new(30) };
        let owner = self.app.actor(&user, &[Role::Staff]);
        let (row, text) = self.app.ledger().write(&owner, move |tx| people::create_token(tx, &command, today)).unwrap();
        (row.id, text)
    }

    /// The address of a route: each parameter gets something that exists.
    fn address(&self, pattern: &str) -> String {
        let mut address = String::new();
        let mut rest = pattern;
        while let Some(at) = rest.find('{') {
            let end = at + rest[at..].find('}').unwrap() + 1;
            let whole = format!("{}{}", &pattern[..pattern.len() - rest.len()], &rest[..end]);
            let value = self.places.get(whole.as_str()).or_else(|| self.places.get(&rest[at..end]));
            address.push_str(&rest[..at]);
            address
                .push_str(value.unwrap_or_else(|| panic!("{pattern}: say in tests/access.rs what stands for {}", &rest[at..end])));
            rest = &rest[end..];
        }
        address + rest
    }

    /// Asks as a column of the table; a fresh session each time, because some requests end it.
    async fn ask(&self, endpoint: &Endpoint, who: &str) -> Answer {
        let path = self.address(endpoint.path);
        if endpoint.path.starts_with("/api/") {
            let visitor = match who {
                "nobody" => self.app.nobody(),
                "no scope" => self.app.nobody().bearer(&self.token("quality_manager", &[Permission::UseTokens]).1),
                _ => self.app.nobody().bearer(&self.token(who, &Permission::ALL).1),
            };
            self.leave(who);
            return call(&visitor, endpoint, &path).await;
        }
        let visitor = if who == "nobody" { self.app.nobody() } else { self.app.sign_in(who) };
        self.leave(who);
        let answer = if endpoint.method == Method::GET { visitor.get(&path).await } else { visitor.post(&path, &[]).await };
        self.come_back(who);
        answer
    }

    fn leave(&self, who: &str) {
        self.set_active(who, false);
    }

    fn come_back(&self, who: &str) {
        self.set_active(who, true);
    }

    /// The person of the column `gone` is deactivated after the session or token was made.
    fn set_active(&self, who: &str, active: bool) {
        if who == "gone" {
            let gone = self.app.ledger().db.read(|conn| people::find_by_login(conn, "gone")).unwrap();
            self.app
                .ledger()
                .write(&self.app.system(), move |tx| people::deactivate(tx, &gone.id, active, start().date_naive()))
                .unwrap();
        }
    }
}

async fn call(visitor: &Visitor<'_>, endpoint: &Endpoint, path: &str) -> Answer {
    if endpoint.method == Method::GET {
        return visitor.get(path).await;
    }
    visitor.send_json(endpoint.method.clone(), path, &[("if-match", "\"1\"")], &serde_json::json!({})).await
}

/// The table's rows: route → expected statuses.
fn table() -> BTreeMap<String, Vec<u16>> {
    TABLE
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let (route, statuses) = line.split_once(" | ").unwrap_or_else(|| panic!("not a row: {line}"));
            let route = route.split_whitespace().collect::<Vec<_>>().join(" ");
            (route, statuses.split_whitespace().map(|status| status.parse().unwrap()).collect())
        })
        .collect()
}

fn name(endpoint: &Endpoint) -> String {
    format!("{} {}", endpoint.method, endpoint.path)
}

/// What a route says of itself, against what was answered.
fn contradicts(endpoint: &Endpoint, who: &str, answer: &Answer) -> Option<String> {
    let status = answer.status.as_u16();
    let refused = matches!(status, 401 | 403 | 404);
    let to_sign_in = status == 401 || (status == 303 && answer.location().starts_with("/sign-in?next="));
    let wrong = |text: &str| Some(format!("{}: {who} got {status}, but {text}", name(endpoint)));
    if status >= 500 {
        return wrong("nothing may fail inside");
    }
    let outside = matches!(who, "nobody" | "gone");
    match endpoint.access {
        Access::Public if outside && to_sign_in => wrong("the route is for anybody"),
        Access::Public => None,
        _ if outside && !to_sign_in => wrong("only somebody signed in may come"),
        _ if outside => None,
        Access::SignedIn => None,
        Access::May(permission) | Access::Scope(permission) => {
            let allowed = Role::parse(who).is_some_and(|role| may(role, permission));
            // The role may, the object says no: not its author, not asked.
            let by_object = status == 403 && endpoint.path.starts_with("/api/") && answer.json()["code"] != "not-permitted";
            match (allowed, refused && !by_object) {
                (true, true) => wrong("the role holds the permission"),
                (false, false) => wrong("it holds no permission for that"),
                _ => None,
            }
        }
    }
}

async fn every_route_for_everybody(app: TestApp) {
    let world = World::new(app);
    let expected = table();
    let endpoints = cairn::app::endpoints();
    let (mut faults, mut rows) = (Vec::new(), Vec::new());
    for endpoint in &endpoints {
        let api = endpoint.path.starts_with("/api/");
        let scoped = matches!(endpoint.access, Access::Scope(_)).then_some("no scope");
        let mut statuses = Vec::new();
        for who in COLUMNS.into_iter().chain(scoped) {
            let answer = world.ask(endpoint, who).await;
            if api {
                world.come_back(who);
            }
            faults.extend(contradicts(endpoint, who, &answer));
            statuses.push(answer.status.as_u16());
        }
        let row = name(endpoint);
        if expected.get(&row) != Some(&statuses) {
            let listed = expected.get(&row).map_or("is not in the table".to_owned(), |row| format!("{row:?} expected"));
            let shown: Vec<String> = statuses.iter().map(ToString::to_string).collect();
            rows.push(format!("{row} | {}      ({listed})", shown.join(" ")));
        }
    }
    let known: Vec<String> = endpoints.iter().map(name).collect();
    let gone: Vec<&String> = expected.keys().filter(|row| !known.contains(row)).collect();
    assert!(faults.is_empty(), "routes and answers disagree:\n{}", faults.join("\n"));
    assert!(rows.is_empty(), "{} rows of the table differ; this was answered:\n{}", rows.len(), rows.join("\n"));
    assert_eq!(gone, Vec::<&String>::new(), "rows of routes that are no more");
    world.app.check();
}

#[actix_web::test]
async fn every_route_for_everybody_on_sqlite() {
    every_route_for_everybody(TestApp::sqlite()).await;
}

#[actix_web::test]
async fn every_route_for_everybody_on_postgres() {
    if let Some(app) = TestApp::postgres() {
        every_route_for_everybody(app).await;
    }
}

/// Mounting is listing: what is listed answers, and an address beside it does not.
#[actix_web::test]
async fn what_is_not_listed_does_not_answer() {
    let world = World::new(TestApp::sqlite());
    let admin = world.app.sign_in("administrator");
    for path in ["/admin", "/api/v1/users", "/api/v2/documents", "/debug", "/metrics", "/.env", "/api", "/documents.json"] {
        assert_eq!(admin.get(path).await.status, 404, "{path}");
    }
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        assert_eq!(admin.send(method.clone(), "/people", &[], None).await.status, 404, "{method}");
    }
}
