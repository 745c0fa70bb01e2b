//! Many at once: one version in force, whoever is quicker.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use cairn::actor::Role;
use cairn::documents::{self, State};
use cairn::ledger::store;
use futures_util::future::join_all;

use crate::both;
use crate::documents::{Cast, cast, current, submitted};
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

fn author<'a>(app: &'a TestApp, cast: &Cast<'_>) -> std::sync::Arc<cairn::actor::Actor> {
    let user = app.ledger().db.read(|conn| cairn::people::find(conn, &cast.ids[0])).unwrap();
    app.actor(&user, &[Role::Author])
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
}
