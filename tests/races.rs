//! Many at once: one version in force whoever is quicker, and a form that was sent twice has one effect.

use std::collections::BTreeMap;

use actix_web::http::{Method, StatusCode};
use cairn::actor::Role;
use cairn::documents::{self, State};
use cairn::ledger::store;
use futures_util::future::join_all;

use crate::both;
use crate::documents::{Cast, cast, create, current, submitted};
use crate::support::{Answer, TestApp, Visitor};

const CLIENTS: usize = 64;

/// How often each status was answered.
fn statuses(answers: &[Answer]) -> BTreeMap<u16, usize> {
    let mut counted = BTreeMap::new();
    for answer in answers {
        *counted.entry(answer.status.as_u16()).or_default() += 1;
    }
    counted
}

fn in_force(app: &TestApp, code: &str) -> usize {
    current(app, code).1.iter().filter(|version| version.state == State::Effective).count()
}

fn releases(app: &TestApp, document: &str) -> usize {
    let events = app.ledger().db.read(|conn| store::history(conn, "document", document, 500)).unwrap();
    events.iter().filter(|event| event.action == "documents.release").count()
}

fn author(app: &TestApp, cast: &Cast<'_>) -> std::sync::Arc<cairn::actor::Actor> {
    let user = app.ledger().db.read(|conn| cairn::people::find(conn, &cast.ids[0])).unwrap();
    app.actor(&user, &[Role::Author])
}

/// The hidden key of the form that goes to an address.
fn once(page: &Answer, action: &str) -> String {
    let html = scraper::Html::parse_document(&page.text());
    let field = scraper::Selector::parse(&format!("form[action='{action}'] input[name=_once]")).unwrap();
    html.select(&field)
        .next()
        .unwrap_or_else(|| panic!("no key in {action}: {}", page.text()))
        .value()
        .attr("value")
        .unwrap()
        .to_owned()
}

/// Sends a rendered form eight times in parallel, and once more later: every answer is the first one.
async fn eight_times(visitor: &Visitor<'_>, page: &str, action: &str, fields: &[(&str, &str)]) -> String {
    let key = once(&visitor.get(page).await, action);
    let mut all = vec![("_once", key.as_str())];
    all.extend_from_slice(fields);
    let mut answers = join_all((0..8).map(|_| visitor.post(action, &all))).await;
    answers.push(visitor.post(action, &all).await);
    let first = answers[0].location().to_owned();
    for answer in &answers {
        assert_eq!((answer.status.as_u16(), answer.location()), (303, first.as_str()), "{action}: {}", answer.main());
    }
    first
}

both! {
    async fn many_approve_one_version(app: TestApp) {
        let cast = cast(app);
        let version = submitted(app, &author(app, &cast), "QP-07", &cast.ids[2], None);
        let path = format!("/documents/{}/decide", version.id);
        let tabs: Vec<Visitor<'_>> = (0..CLIENTS).map(|_| app.sign_in("limin")).collect();
        let answers = join_all(tabs.iter().map(|tab| tab.post(&path, &[("decision", "approved"), ("comment", "")]))).await;
        let counted = statuses(&answers);
        assert_eq!(counted.get(&303), Some(&1), "{counted:?}");
        assert!(counted.keys().all(|status| matches!(status, 303 | 403 | 409 | 412 | 422)), "{counted:?}");
        assert_eq!((in_force(app, "QP-07"), releases(app, &version.document_id)), (1, 1));
    }

    async fn many_release_what_was_approved_while_others_read(app: TestApp) {
        let cast = cast(app);
        let author = author(app, &cast);
        let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 25).unwrap();
        let codes = ["QP-07", "QP-08", "QP-09", "QP-10"];
        let mut made = Vec::new();
        for code in codes {
            let version = submitted(app, &author, code, &cast.ids[2], Some(day));
            let done = cast.approver.post(&format!("/documents/{}/decide", version.id), &[("decision", "approved")]).await;
            assert_eq!(done.status, StatusCode::SEE_OTHER);
            made.push(version);
        }
        app.pass(chrono::Duration::days(10));
        let reader = app.signed_in("sunli", &[Role::Staff]);
        // Several servers: each its own writer on the same database.
        let servers: Vec<_> = (0..4)
            .map(|_| {
                let db = cairn::db::Db::open(app.site.config.database.clone(), 2).unwrap();
                cairn::ledger::Ledger::open(db, app.clock.clone()).unwrap()
            })
            .collect();
        let jobs: Vec<_> = (0..16)
            .map(|n| {
                let ledger = servers[n % servers.len()].clone();
                std::thread::spawn(move || documents::release_due(&ledger))
            })
            .collect();
        let answers = join_all((0..CLIENTS).map(|n| reader.get(["/d/QP-07", "/d/QP-10", "/documents", "/"][n % 4]))).await;
        assert!(answers.iter().all(|answer| matches!(answer.status.as_u16(), 200 | 404)), "{:?}", statuses(&answers));
        let released: usize = jobs.into_iter().map(|job| job.join().unwrap().unwrap_or(0)).sum();
        assert!(released <= codes.len(), "{released}");
        documents::release_due(app.ledger()).unwrap();
        for (code, version) in codes.into_iter().zip(&made) {
            assert_eq!((in_force(app, code), releases(app, &version.document_id)), (1, 1), "{code}");
        }
    }

    async fn a_form_sent_twice_creates_one(app: TestApp) {
        let cast = cast(app);
        crate::records::form(app, "FR-01", "A/0", &[]);
        crate::records::centre(app, "HD", "华东客服中心");
        let all = app.signed_in("everybody", &Role::ALL);
        let numbers = |app: &TestApp| app.ledger().db.read(|conn| documents::all_after(conn, &cairn::actor::Actor::system(), "", 100)).unwrap().len();
        let before = numbers(app);
        eight_times(&all, "/documents/new", "/documents/new", &[("tier", "2"), ("title.zh", "程序")]).await;
        assert_eq!(numbers(app), before + 1);
        let filled = [("values.channel", "phone"), ("values.customer", "沈女士"), ("submit", "true")];
        eight_times(&all, "/records/FR-01/new", "/records/FR-01/new", &filled).await;
        assert_eq!(all.get("/records/FR-01").await.all("#results tbody th").len(), 1);
        crate::improvement::calls(app, "2026-07-01", 31, 12);
        let cycle = eight_times(&all, "/improvement/new", "/improvement", &crate::improvement::PLAN).await;
        assert!(cycle.starts_with("/p/"), "{cycle}");
        assert_eq!(all.get("/improvement").await.text().matches(&format!("href=\"{cycle}\"")).count(), 1);
        let action = [("title", "加人"), ("owner_id", cast.ids[3].as_str()), ("due_on", "2026-12-01")];
        eight_times(&all, &cycle, &format!("{cycle}/actions"), &action).await;
        let events = app.ledger().db.read(|conn| store::events_from(conn, 0, 1000)).unwrap();
        assert_eq!(events.iter().filter(|event| event.action == "cycle.action").count(), 1);
        eight_times(&all, "/people/new", "/people", &[("name", "孙丽"), ("login", "sunli")]).await;
        eight_times(&all, "/organisation", "/organisation/units", &[("code", "KF"), ("name", "客服部")]).await;
        eight_times(&all, "/organisation/centres/new", "/organisation/centres", &[("code", "HN"), ("name", "华南"), ("centre_type", "cost_control")]).await;
    }

    async fn a_call_log_sent_twice_is_one_batch(app: TestApp) {
        app.organisation();
        crate::records::centre(app, "HD", "华东客服中心");
        let all = app.signed_in("everybody", &Role::ALL);
        let page = scraper::Html::parse_document(&all.get("/kpis/import/direct").await.text());
        let hidden = |name: &str| {
            let field = scraper::Selector::parse(&format!("form[action='/kpis/import/direct'] input[name={name}]")).unwrap();
            page.select(&field).next().unwrap().value().attr("value").unwrap().to_owned()
        };
        let fields = [("_csrf", hidden("_csrf")), ("_once", hidden("_once")), ("mapping", crate::improvement::MAPPING.to_owned()), ("centre", "HD".to_owned())];
        let file = (1..2_000).fold("id,at,outcome,wait,talk\n".to_owned(), |file, n| file + &format!("{n},2026-10-{:02} 09:00:00,answered,1,1\n", n % 28 + 1));
        let send = || all.send(Method::POST, "/kpis/import/direct", &[], Some(crate::kpi::multipart(&fields, "calls.csv", file.as_bytes())));
        let mut answers = join_all((0..6).map(|_| send())).await;
        answers.push(send().await);
        assert!(answers.iter().all(|answer| (answer.status.as_u16(), answer.location()) == (303, "/kpis/batches/1")), "{answers:?}");
        let batches = app.ledger().db.read(|conn| cairn::kpi::batches(conn, &app.system(), None, 10)).unwrap();
        assert_eq!(batches.len(), 1);
    }

    async fn the_same_form_with_other_content_is_another(app: TestApp) {
        let cast = cast(app);
        let key = once(&cast.author.get("/documents/new").await, "/documents/new");
        let send = async |title: &str| create(&cast.author, &[("_once", &key), ("tier", "2"), ("title.zh", title)]).await;
        let (one, again, other) = (send("甲").await, send("甲").await, send("乙").await);
        assert_eq!(one, again);
        assert_ne!(one, other);
        let elsewhere = app.signed_in("everybody", &Role::ALL);
        let theirs = create(&elsewhere, &[("_once", &key), ("tier", "2"), ("title.zh", "甲")]).await;
        assert_ne!(one, theirs, "a key is its sender's own");
    }
}
