//! Scorecards: published editions that are frozen, corrected by new ones and proved from the kept files; the same month under every type.

use actix_web::http::StatusCode;
use cairn::actor::Role;
use cairn::kpi::{self, Batch, Import};

use crate::both;
use crate::support::TestApp;

/// A log of October 2026 with so many answered calls, each waiting so many seconds.
fn import_log(app: &TestApp, source: &str, calls: usize, wait: u32) -> Batch {
    let mapping = format!(
        "source = \"{source}\"\n[centre]\nvalue = \"HD\"\n[channel]\nvalue = \"voice\"\n[stamp]\ncolumn = \"at\"\n[outcome]\ncolumn = \"what\"\n\
         values = {{ a = \"answered\" }}\n[wait]\ncolumn = \"wait\"\n[talk]\ncolumn = \"talk\"\n"
    );
    let rows: String = (0..calls).map(|n| format!("2026-10-{:02} 10:00:{:02},a,{wait},100\n", n % 28 + 1, n % 60)).collect();
    let request = Import { mapping, centre: None, file_name: format!("{source}.csv"), ..Import::default() };
    let file = format!("at,what,wait,talk\n{rows}");
    kpi::import(app.ledger(), &app.site.config.evidence_dir(), &app.system(), &request, file.as_bytes()).unwrap().batch().clone()
}

/// A centre with one month of calls, published by a quality manager; the card and the hash of the kept file.
fn published_month(app: &TestApp) -> (kpi::Scorecard, String) {
    app.with_centre();
    let manager = app.user("limin", &[Role::QualityManager]);
    let batch = import_log(app, "hotline", 100, 10);
    let command = kpi::PublishScorecard { centre: "HD".into(), period: "2026-10".into(), reason: None };
    let actor = app.actor(&manager, &[Role::QualityManager]);
    let row = app.ledger().write(&actor, move |tx| kpi::publish(tx, &command)).unwrap();
    (row, batch.evidence_hash)
}

both! {
    async fn a_published_card_is_frozen_and_proved_from_its_files(app: TestApp) {
        let (_, file) = published_month(app);
        let dir = app.site.config.evidence_dir();
        let proof = kpi::verify(app.ledger(), &dir, &app.system()).unwrap();
        assert!(proof.holds() && proof.scorecards == 1 && proof.values >= 4 && proof.files == 1, "{proof:?}");
        // One byte of the kept file: the file is named, and every value that rests on it.
        let path = cairn::ledger::evidence_path(&dir, &file);
        let mut permissions = std::fs::metadata(&path).unwrap().permissions();
        #[allow(clippy::permissions_set_readonly_false)]
        permissions.set_readonly(false);
        std::fs::set_permissions(&path, permissions).unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        let last = bytes.len() - 2;
        bytes[last] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        let proof = kpi::verify(app.ledger(), &dir, &app.system()).unwrap();
        assert_eq!((proof.bad_files.len(), proof.bad_files[0].fault, &proof.bad_files[0].evidence), (1, kpi::FileFault::Changed, &file));
        assert_eq!(proof.differences.len(), proof.values);
        assert!(proof.differences.iter().all(|found| found.bad_batches == [1] && found.computed.is_none()));
        bytes[last] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
    }

    async fn a_correction_is_a_new_edition_that_says_what_changed(app: TestApp) {
        let (row, _) = published_month(app);
        let manager = app.sign_in("limin").english();
        let again = manager.post("/kpis/HD/publish", &[("period", "2026-10")]).await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        assert!(again.main().contains("Edition 1 says the same"), "{}", again.main());
        for (period, words) in [("2026-11", "not over yet"), ("2026-Q3", "Only a month"), ("2026-03", "no data of this month")] {
            let refused = manager.post("/kpis/HD/publish", &[("period", period)]).await;
            assert!(refused.status.is_client_error() && refused.main().contains(words), "{period}: {}", refused.main());
        }
        // More calls of the same month from a second source: the data say something else by now.
        import_log(app, "second", 400, 90);
        let page = manager.get("/kpis/HD?period=2026-10").await;
        assert!(page.main().contains("publish a correction"), "{}", page.main());
        let bare = manager.post("/kpis/HD/publish", &[("period", "2026-10")]).await;
        assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
        let done = manager.post("/kpis/HD/publish", &[("period", "2026-10"), ("reason", "Night shift was missing")]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        let page = manager.get(done.location()).await;
        let text = page.main();
        for part in ["Edition 2", "Night shift was missing", "What changed", "Service level", "Cases 100 500", "#1 hotline.csv, #2 second.csv"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        // The first edition is what it was.
        let (_, _, first) = app.ledger().db.read(|conn| kpi::published(conn, &app.system(), &row.id)).unwrap();
        let (_, _, second) = app
            .ledger()
            .db
            .read(|conn| kpi::published(conn, &app.system(), done.location().rsplit('/').next().unwrap()))
            .unwrap();
        let level = |card: &kpi::FrozenCard| card.kpis.iter().find(|kpi| kpi.code == "service_level").unwrap().denominator;
        assert_eq!((level(&first), level(&second)), (Some(kpi::Figure::Whole(100)), Some(kpi::Figure::Whole(500))));
        let behind = |card: &kpi::FrozenCard| {
            let level = card.kpis.iter().find(|kpi| kpi.code == "service_level").unwrap();
            let answered = level.measures.iter().find(|measure| measure.measure == "answered").unwrap();
            (answered.sum, level.batches.clone())
        };
        assert_eq!(behind(&first), (Some(kpi::Figure::Whole(100)), vec![1]));
        assert_eq!(behind(&second), (Some(kpi::Figure::Whole(500)), vec![1, 2]));
        assert!(first.changes(&second).iter().any(|change| change.code == "service_level"));
        assert!(kpi::verify(app.ledger(), &app.site.config.evidence_dir(), &app.system()).unwrap().holds());
        let list = manager.get("/kpis/scorecards").await;
        assert_eq!(list.all("tbody th").len(), 2);
    }

    async fn the_same_month_under_every_type_and_strictly(app: TestApp) {
        published_month(app);
        let reader = app.signed_in("sunli", &[Role::Executive]).english();
        let page = reader.get("/kpis/HD?period=2026-10").await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(page.all("#types tbody th").len(), 3);
        assert!(page.main().contains("this centre’s type"), "{}", page.main());
        assert!(!page.text().contains("action=\"/kpis/HD/publish\""), "only who manages KPIs publishes");
        let strict = reader.get("/kpis/HD?period=2026-10&strict=1").await;
        assert!(strict.main().contains("Strict: what is missing counts as 0"), "{}", strict.main());
        assert_ne!(strict.all(".big"), page.all(".big"));
    }
}
