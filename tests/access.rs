//! Every route for everybody: nobody, a person who was deactivated, each role, and a token without the scope. The table below says what
//! each of them gets; a route that is not in it fails, and so does a row that disagrees with what the route says of itself.
//!
//! Requests are plausible and empty: a page of something that exists, a change with a right form token and no fields. So somebody who
//! may change gets 422, 303, 409 or the like, and somebody who may not gets 403 or 404. 303 for nobody is the way to the sign-in page.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::http::Method;
use cairn::actor::{Actor, Permission, Role, may};
use cairn::documents::{self, Adopt, Bilingual, NewDocument};
use cairn::ledger::WriteTx;
use cairn::people::{self, NewToken};
use cairn::records::{self, FillRecord};
use cairn::web::{Access, Endpoint};
use cairn::{board, evidence, improvement, kpi, organisation};

use crate::improvement::{MAPPING, PLAN, prepared};
use crate::support::{Answer, TestApp, Visitor, start};

/// Who asks, in the order of the table's columns; then the token without a scope.
const COLUMNS: [&str; 9] =
    ["nobody", "gone", "administrator", "quality_manager", "author", "approver", "auditor", "executive", "staff"];

/// Route, then what each column gets.
const TABLE: &str = include_str!("access/table.txt");

/// What a change is sent where an empty form would be refused before anybody is asked for.
fn fields(route: &str) -> &'static [(&'static str, &'static str)] {
    match route {
        "POST /documents/{id}/decide" => &[("decision", "agreed")],
        "POST /documents/{id}/discard" => &[("row_version", "0")],
        "POST /documents/{id}/revise" => &[("step", "modification")],
        _ => &[],
    }
}

fn lost_calls(app: &TestApp) {
    let line = |n: usize| match n % 5 {
        0 => format!("{n},2026-10-31 09:00:00,abandoned,30,\n"),
        _ => format!("{n},2026-10-31 09:00:00,answered,10,200\n"),
    };
    let file = (0..50).fold("id,at,outcome,wait,talk\n".to_owned(), |file, n| file + &line(n));
    let request =
        kpi::Import { mapping: MAPPING.into(), centre: Some("HD".into()), file_name: "10.csv".into(), ..kpi::Import::default() };
    kpi::import(app.ledger(), &app.site.config.evidence_dir(), &Arc::new(Actor::cli("tester")), &request, file.as_bytes()).unwrap();
}

fn zh(text: &str) -> Bilingual {
    Bilingual { zh: Some(text.into()), en: None }
}

/// What stands for the parameters of addresses.
pub struct World {
    pub app: TestApp,
    places: BTreeMap<&'static str, String>,
}

impl World {
    pub fn new(app: TestApp) -> Self {
        // Organisation, one centre, two batches of calls; and a day on which a fifth of the callers gave up.
        prepared(&app);
        lost_calls(&app);
        for role in Role::ALL {
            app.user(role.as_str(), &[role]);
        }
        app.user("gone", &[Role::QualityManager]);
        app.user("other", &[Role::Administrator, Role::Staff]);
        let places =
            [("/ledger/{seq}", "1"), ("{code:.*}", "QP-01"), ("{form}", "FR-01"), ("{format}", "csv"), ("{what}", "cards")];
        let places = places.into_iter().map(|(pattern, value)| (pattern, value.to_owned())).collect();
        let mut world = Self { app, places };
        let style = cairn::web::assets::url("cairn.css").unwrap();
        world.put(&["/assets/{path:.*}"], style.trim_start_matches("/assets/"));
        world.people();
        world.documents();
        world.record();
        world.centre();
        world.rows();
        world
    }

    fn change<T: Send + 'static>(&self, work: impl Fn(&mut WriteTx<'_>) -> cairn::error::Result<T> + Send + 'static) -> T {
        self.app.ledger().write(&self.app.system(), work).unwrap()
    }

    fn put(&mut self, patterns: &[&'static str], value: &str) {
        for pattern in patterns {
            self.places.insert(pattern, value.to_owned());
        }
    }

    /// A person's own actor, as a service sees it.
    fn person(&self, role: Role) -> Arc<Actor> {
        let user = self.app.ledger().db.read(|conn| people::find_by_login(conn, role.as_str())).unwrap();
        self.app.actor(&user, &[role])
    }

    /// The rows with errors of a file that the quality manager sent; they are nobody else's.
    fn rows(&mut self) {
        let file = "id,at,outcome,wait,talk\n1,2026-10-31 09:00:00,lost,1,1\n";
        let request = kpi::Import { mapping: MAPPING.into(), centre: Some("HD".into()), ..kpi::Import::default() };
        let dir = self.app.site.config.evidence_dir();
        let sender = self.person(Role::QualityManager);
        let refused =
            kpi::import(self.app.ledger(), &dir, &sender, &request, file.as_bytes()).expect_err("an outcome that is unknown");
        let rows = refused.problems().iter().find(|problem| problem.code == "kpi-errors-file").unwrap().params[0].1.clone();
        self.put(&["/kpis/import/rows/{id}", "/api/v1/kpi/imports/rows/{id}"], &rows);
        // A file of the same person that waits.
        let new = kpi::NewStaged { file_name: "w.csv".into(), kind: "interactions".into(), ..kpi::NewStaged::default() };
        let rule = self.app.site.config.uploads;
        let staged = kpi::stage(self.app.ledger(), &dir, &sender, &new, rule, file.as_bytes()).unwrap();
        self.put(&["/kpis/import/{id}"], &staged.id);
        let staged = kpi::stage(self.app.ledger(), &dir, &sender, &new, rule, file.as_bytes()).unwrap();
        self.put(&["/api/v1/kpi/staged/{id}"], &staged.id);
    }

    /// A centre with its KPIs, a signal, a batch and a cycle with an action.
    fn centre(&mut self) {
        let ledger = self.app.ledger();
        let centre = ledger.db.read(|conn| organisation::centre_by_code(conn, "HD")).unwrap();
        let signals = ledger.db.read(|conn| kpi::signals_of(conn, &Actor::system(), "HD", None)).unwrap();
        let plan: serde_json::Value = PLAN.iter().map(|(name, value)| ((*name).to_owned(), serde_json::json!(value))).collect();
        let command: improvement::OpenCycle = serde_json::from_value(plan).unwrap();
        let manager = self.person(Role::QualityManager);
        let cycle = ledger.write(&manager, move |tx| improvement::open(tx, &command)).unwrap();
        let publish = kpi::PublishScorecard { centre: "HD".into(), period: "2026-10".into(), reason: None };
        let card = ledger.write(&manager, move |tx| kpi::publish(tx, &publish)).unwrap();
        let board = ledger
            .db
            .read(|conn| board::gather(conn, &manager, kpi::Period::parse("2026-10")?, kpi::Closely::All, start().date_naive()))
            .unwrap();
        let freeze = board::Freeze { title: "管理评审".into(), board };
        let review = ledger.write(&manager, move |tx| board::freeze(tx, &freeze)).unwrap().id;
        let (id, decision) = (review.clone(), board::Write { kind: board::NoteKind::Decision, text: "加人".into() });
        let note = ledger.write(&manager, move |tx| board::note(tx, &id, &decision)).unwrap().id;
        let number = cycle.number.clone();
        let action =
            improvement::AddAction { title: "加人".into(), owner_id: manager.id.clone(), due_on: "2026-12-01".parse().unwrap() };
        let action = ledger.write(&manager, move |tx| improvement::add_action(tx, &number, &action)).unwrap();
        self.put(&["/dashboard/files/{what}"], "board");
        self.put(&["/dashboard/reviews/{id}", "/api/v1/reviews/{id}"], &review);
        self.put(&["/dashboard/reviews/{id}/notes/{note}", "/api/v1/reviews/{id}/notes/{note}"], &note);
        self.put(&["/organisation/centres/{id}"], &centre.id);
        self.put(&["/kpis/{centre}", "/api/v1/centres/{code}"], "HD");
        self.put(&["/api/v1/kpis/{code}", "/kpis/definitions/{code}"], "service_level");
        self.put(&["/api/v1/kpi/batches/{number}"], "1");
        self.put(&["/kpis/{centre}/{code}"], "service_level");
        self.put(&["/kpis/targets/{centre}"], "HD");
        self.put(&["/kpis/targets/{centre}/{code}"], "service_level");
        self.put(&["/kpis/profiles/{type}", "/api/v1/kpi/profiles/{type}"], "cost_control");
        self.put(&["/kpis/batches/{number}"], "1");
        self.put(&["/kpis/signals/{id}"], &signals.first().expect("the outlier is a signal").id);
        self.put(&["/kpis/scorecards/{id}", "/api/v1/scorecards/{id}"], &card.id);
        self.put(&["/improvement/{id}"], &cycle.id);
        self.put(&["/p/{number}"], &cycle.number);
        self.put(&["{action}"], &action.id);
    }

    /// A draft record of the staff column.
    fn record(&mut self) {
        let command = FillRecord { form: "FR-01".into(), ..FillRecord::default() };
        let staff = self.person(Role::Staff);
        let record = self.app.ledger().write(&staff, move |tx| records::fill(tx, &command)).unwrap();
        self.put(&["/r/{id}", "/api/v1/records/{id}"], &record.id);
        self.put(&["/api/v1/forms/{code}"], "FR-01");
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

    /// A procedure in force with a file, a form in force, and a draft of the author column.
    fn documents(&mut self) {
        crate::records::form(&self.app, "FR-01", "A/0", &[]);
        let png = [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a];
        let stored = evidence::store_bytes(&self.app.site.config.evidence_dir(), &png).unwrap();
        let hash = stored.hash.clone();
        let command = Adopt {
            code: "QP-01".into(),
            tier: 2,
            title: zh("文件控制程序"),
            text: zh("## 1 目的\n\n![流程](flow.png)"),
            files: BTreeMap::from([("flow.png".into(), hash.clone())]),
            effective: true,
            reason: "接收".into(),
            ..Adopt::default()
        };
        self.change(move |tx| {
            evidence::keep(tx, &stored, "flow.png", "image/png")?;
            documents::adopt(tx, &command).map(|_| ())
        });
        let (document, version) = self
            .app
            .ledger()
            .db
            .read(|conn| {
                let document = documents::by_code(conn, "QP-01")?;
                let version = documents::effective_version(conn, &document.id)?.unwrap();
                Ok((document.id, version.id))
            })
            .unwrap();
        let author = self.person(Role::Author);
        let command = NewDocument { tier: 2, code: Some("QP-09".into()), title: zh("培训程序"), ..NewDocument::default() };
        let draft = self.app.ledger().write(&author, move |tx| Ok(documents::create(tx, &command)?.1.id)).unwrap();
        self.put(&["{code}"], "QP-01");
        self.put(&["/documents/files/{hash}"], &hash);
        self.put(&["/documents/{id}/files/{path:.*}"], "flow.png");
        self.put(&["/api/v1/versions/{id}"], &version);
        self.put(&["/documents/compare/{id}"], &document);
        self.put(&["/documents/{id}"], &draft);
        self.put(&["document"], &document);
    }

    pub fn token(&self, login: &str, scopes: &[Permission]) -> (String, String) {
        let user = self.app.ledger().db.read(|conn| people::find_by_login(conn, login)).unwrap();
        let scopes = scopes.iter().map(|scope| scope.as_str().to_owned()).collect();
        let today = start().date_naive();
        let command = NewToken { name: "程序".into(), scopes, expires_on: today + chrono::Days::new(30) };
        let owner = self.app.actor(&user, &[Role::Staff]);
        let (row, text) = self.app.ledger().write(&owner, move |tx| people::create_token(tx, &command, today)).unwrap();
        (row.id, text)
    }

    /// The address of a route: each parameter gets something that exists.
    pub fn address(&self, pattern: &str) -> String {
        let mut address = String::new();
        let mut rest = pattern;
        while let Some(at) = rest.find('{') {
            let end = at + rest[at..].find('}').unwrap() + 1;
            let whole = format!("{}{}", &pattern[..pattern.len() - rest.len()], &rest[..end]);
            // What is done to a whole document, not to one of its versions.
            let of_document = ["/files/", "/revise", "/withdraw"].iter().any(|act| rest[end..].starts_with(act));
            let whole = if whole == "/documents/{id}" && of_document { "document".to_owned() } else { whole };
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
        let answer = if endpoint.method == Method::GET {
            visitor.get(&path).await
        } else {
            visitor.post(&path, fields(&name(endpoint))).await
        };
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
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
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
            // The role may, the object says no: not its author, not asked, somebody else's draft.
            let api_change = endpoint.path.starts_with("/api/") && endpoint.method != Method::GET;
            let by_object = api_change && (status == 404 || (status == 403 && answer.json()["code"] != "not-permitted"));
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

/// Who comes is asked before what they sent is judged.
#[actix_web::test]
async fn nobody_is_turned_away_whatever_was_sent() {
    let world = World::new(TestApp::sqlite());
    let nonsense =
        ["row_version", "decision", "step", "tier", "role", "starts_on", "due_on", "active", "expires_on"].map(|name| (name, "?"));
    let mut asked = 0;
    for endpoint in cairn::app::endpoints().iter().filter(|e| e.method != Method::GET && e.access != Access::Public) {
        let path = world.address(endpoint.path);
        if endpoint.path.starts_with("/api/") {
            let body = Some(("application/json".to_owned(), b"{\"row_version\":".to_vec()));
            let answer = world.app.nobody().send(endpoint.method.clone(), &path, &[("idempotency-key", "")], body).await;
            assert_eq!(answer.status, 401, "{}", name(endpoint));
        } else {
            let answer = world.app.nobody().post(&path, &nonsense).await;
            let away = answer.status == 303 && answer.location().starts_with("/sign-in?next=");
            assert!(away, "{}: {} {}", name(endpoint), answer.status, answer.location());
        }
        asked += 1;
    }
    assert!(asked > 40, "{asked} routes were asked");
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
