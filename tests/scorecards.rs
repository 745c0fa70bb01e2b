//! Scorecards: published editions that are frozen, corrected by new ones and proved from the kept files; the same month under every type.

use std::sync::Arc;

use actix_web::http::StatusCode;
use cairn::actor::{Actor, Role};
use cairn::kpi::{self, Batch, Import, Period};

use crate::both;
use crate::support::TestApp;

/// A log of a month of 2026 with so many answered calls, each waiting so many seconds.
fn import_month(app: &TestApp, source: &str, month: u32, calls: usize, wait: u32) -> Batch {
    let mapping = format!(
        "source = \"{source}\"\n[centre]\nvalue = \"HD\"\n[channel]\nvalue = \"voice\"\n[stamp]\ncolumn = \"at\"\n[outcome]\ncolumn = \"what\"\n\
         values = {{ a = \"answered\" }}\n[wait]\ncolumn = \"wait\"\n[talk]\ncolumn = \"talk\"\n"
    );
    let rows: String =
        (0..calls).map(|n| format!("2026-{month:02}-{:02} 10:00:{:02},a,{wait},100\n", n % 28 + 1, n % 60)).collect();
    let request = Import { mapping, centre: None, file_name: format!("{source}.csv"), ..Import::default() };
    let file = format!("at,what,wait,talk\n{rows}");
    kpi::import(app.ledger(), &app.site.config.evidence_dir(), &app.system(), &request, file.as_bytes()).unwrap().batch().clone()
}

/// The same of October.
fn import_log(app: &TestApp, source: &str, calls: usize, wait: u32) -> Batch {
    import_month(app, source, 10, calls, wait)
}

/// The KPIs of a published card that have a value.
fn told(app: &TestApp, row: &kpi::Scorecard) -> Vec<String> {
    let (_, _, card) = app.ledger().db.read(|conn| kpi::published(conn, &app.system(), &row.id)).unwrap();
    card.kpis.into_iter().filter(|kpi| kpi.value.is_some()).map(|kpi| kpi.code).collect()
}

/// Publishes October 2026 of the centre.
fn publish_month(app: &TestApp, actor: &Arc<Actor>) -> kpi::Scorecard {
    let command = kpi::PublishScorecard { centre: "HD".into(), period: "2026-10".into(), reason: None };
    app.ledger().write(actor, move |tx| kpi::publish(tx, &command)).unwrap()
}

/// A centre with one month of calls, published by a quality manager; the card and the hash of the kept file.
fn published_month(app: &TestApp) -> (kpi::Scorecard, String) {
    app.with_centre();
    let manager = app.user("limin", &[Role::QualityManager]);
    let batch = import_log(app, "hotline", 100, 10);
    (publish_month(app, &app.actor(&manager, &[Role::QualityManager])), batch.evidence_hash)
}

both! {
    async fn a_published_card_is_frozen_and_proved_from_its_files(app: TestApp) {
        let (row, file) = published_month(app);
        let dir = app.site.config.evidence_dir();
        let proof = kpi::verify(app.ledger(), &dir, &app.system()).unwrap();
        assert!(proof.holds() && proof.scorecards == 1 && proof.values >= 4 && proof.scores == 1 && proof.files == 1, "{proof:?}");
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
        let fallen: Vec<&str> = proof.differences.iter().filter_map(|found| found.code.as_deref()).collect();
        assert_eq!(fallen, told(app, &row), "the values that have one, no others");
        assert_eq!(proof.differences.last().unwrap().code, None, "the score falls with them");
        assert!(proof.differences.iter().all(|found| found.bad_batches == [1] && found.computed.is_none()));
        bytes[last] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
    }

    async fn only_what_rests_on_a_lost_file_falls(app: TestApp) {
        app.with_centre();
        let calls = import_log(app, "hotline", 100, 10);
        let answers = "source = \"survey\"\nkind = \"surveys\"\n[centre]\nvalue = \"HD\"\n[stamp]\ndate = \"on\"\n[csat]\ncolumn = \"csat\"\n";
        let rows: String = (0..60).map(|n| format!("2026-10-{:02},{}\n", n % 28 + 1, n % 5 + 1)).collect();
        let request = Import { mapping: answers.into(), file_name: "answers.csv".into(), ..Import::default() };
        let dir = app.site.config.evidence_dir();
        kpi::import(app.ledger(), &dir, &app.system(), &request, format!("on,csat\n{rows}").as_bytes()).unwrap();
        publish_month(app, &app.system());
        assert!(kpi::verify(app.ledger(), &dir, &app.system()).unwrap().holds());
        let path = cairn::ledger::evidence_path(&dir, &calls.evidence_hash);
        let kept = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let proof = kpi::verify(app.ledger(), &dir, &app.system()).unwrap();
        let fallen: Vec<&str> = proof.differences.iter().filter_map(|found| found.code.as_deref()).collect();
        assert!(fallen.contains(&"service_level") && !fallen.iter().any(|code| code.starts_with("csat")), "{fallen:?}");
        std::fs::write(&path, kept).unwrap();
    }

    async fn a_wider_window_is_proved_from_the_months_that_it_looks_at(app: TestApp) {
        app.with_centre();
        let early = import_month(app, "hotline", 8, 100, 5);
        import_log(app, "hotline", 100, 5);
        let mut definition = cairn::kpi::pack::Pack::shipped().unwrap().definitions.into_iter().find(|known| known.code == "answer_rate").unwrap();
        definition.code = "answers_in_three_months".into();
        let method = definition.method.as_mut().unwrap();
        (method.numerator, method.denominator) = (Some("over(3 months, answered)".into()), Some("over(3 months, offered)".into()));
        let command = kpi::SaveDefinition { definition, seen: None, reason: "rolling".into() };
        app.ledger().write(&app.system(), move |tx| kpi::save_definition(tx, &command)).unwrap();
        let row = publish_month(app, &app.system());
        let (_, _, card) = app.ledger().db.read(|conn| kpi::published(conn, &app.system(), &row.id)).unwrap();
        assert_eq!((card.inputs.len(), card.earlier.len(), card.earlier[0].batch), (1, 1, early.number));
        let dir = app.site.config.evidence_dir();
        assert!(kpi::verify(app.ledger(), &dir, &app.system()).unwrap().holds());
        let value = app.ledger().db.read(|conn| kpi::value(conn, &app.system(), "answers_in_three_months", "HD", Period::parse("2026-10").unwrap())).unwrap();
        assert_eq!((value.n, value.inputs.len()), (200, 2));
        let path = cairn::ledger::evidence_path(&dir, &early.evidence_hash);
        let kept = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let proof = kpi::verify(app.ledger(), &dir, &app.system()).unwrap();
        let fallen: Vec<&str> = proof.differences.iter().filter_map(|found| found.code.as_deref()).collect();
        assert_eq!(fallen, ["answers_in_three_months"], "{proof:?}");
        std::fs::write(&path, kept).unwrap();
    }

    async fn a_card_that_is_not_what_was_published_is_named(app: TestApp) {
        use cairn::db::schema::texts::dsl::{content, texts};
        use diesel::prelude::*;
        let (row, _) = published_month(app);
        // Whoever owns the database can take its guards away.
        let keep = |text: &str| {
            let (hash, text) = (row.card_hash.clone(), text.to_owned());
            app.ledger().write(&app.system(), move |tx| {
                let lite = matches!(**tx, cairn::db::Conn::Lite(_));
                let (off, on) = if lite {
                    ("DROP TRIGGER texts_no_update", "BEGIN SELECT RAISE(ABORT, 'texts are never changed'); END")
                } else {
                    ("DROP TRIGGER texts_no_update ON texts", "FOR EACH ROW EXECUTE FUNCTION cairn_refuse()")
                };
                let kept = cairn::evidence::text(tx, &hash)?;
                diesel::sql_query(off).execute(&mut **tx)?;
                diesel::update(texts.find(&hash)).set(content.eq(&text)).execute(&mut **tx)?;
                diesel::sql_query(format!("CREATE TRIGGER texts_no_update BEFORE UPDATE ON texts {on}")).execute(&mut **tx)?;
                Ok(kept)
            })
        };
        let published = keep("{}").unwrap();
        let proof = kpi::verify(app.ledger(), &app.site.config.evidence_dir(), &app.system()).unwrap();
        assert_eq!((proof.bad_cards.len(), &proof.bad_cards[0].card, proof.holds()), (1, &row.card_hash, false));
        keep(&published).unwrap();
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

    async fn an_edition_tells_its_gates_as_it_froze_them(app: TestApp) {
        app.with_centre();
        // Nobody is answered in time: out of the allowed range, whatever the total is.
        import_log(app, "hotline", 100, 90);
        let first = publish_month(app, &app.system());
        let mut definition = cairn::kpi::pack::shipped_definition("service_level").unwrap().clone();
        (definition.gate, definition.starts_on) = (true, Some("2026-10-01".parse().unwrap()));
        let command = kpi::SaveDefinition { definition, seen: Some(1), reason: "may not happen".into() };
        app.ledger().write(&app.system(), move |tx| kpi::save_definition(tx, &command)).unwrap();
        let command = kpi::PublishScorecard { centre: "HD".into(), period: "2026-10".into(), reason: Some("gate".into()) };
        let second = app.ledger().write(&app.system(), move |tx| kpi::publish(tx, &command)).unwrap();
        let reader = app.signed_in("sunli", &[Role::Executive]).english();
        let program = app.program("reader", &[Role::Executive], &["read-kpis"]);
        for (row, rule, words) in [(&first, "range", "Month out of range"), (&second, "gate", "Gate: month out of range")] {
            let page = reader.get(&format!("/kpis/scorecards/{}", row.id)).await;
            let told = page.all("#gates li");
            let level = told.iter().find(|line| line.contains("Service level")).unwrap();
            assert!(level.contains(words) && level.contains("0.0"), "{told:?}");
            let api = program.get(&format!("/api/v1/scorecards/{}", row.id)).await.json();
            let gates = api["gates"].as_array().unwrap();
            assert_eq!(gates.len(), told.len(), "{gates:?}");
            let level = gates.iter().find(|gate| gate["code"] == "service_level").unwrap();
            assert_eq!((&level["rule"], &level["in_unit"]), (&rule.into(), &0.0.into()));
            let file = reader.get(&format!("/kpis/files/published.csv?id={}", row.id)).await.text();
            let line = file.lines().find(|line| line.contains(",service_level,")).unwrap();
            assert!(line.contains(words), "{line}");
            assert!(file.lines().filter(|line| line.contains("Month out of range") || line.contains("Gate:")).count() == told.len(), "{file}");
        }
        assert!(program.get("/api/v1/scorecards").await.json()["items"][0].get("gates").is_none(), "lists carry no cards");
        assert!(kpi::verify(app.ledger(), &app.site.config.evidence_dir(), &app.system()).unwrap().holds());
    }
}
