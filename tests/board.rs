//! The executives' board and the management reviews it is frozen for.

use std::sync::Arc;

use actix_web::http::{Method, StatusCode};
use cairn::actor::{Actor, Role};
use cairn::error::Error;
use cairn::kpi::{self, Import, Imported, Period};
use cairn::organisation::CentreType;
use serde_json::json;

use crate::both;
use crate::kpi::{MAPPING, day, log};
use crate::support::TestApp;

pub fn import(app: &TestApp, source: &str, file: &[u8], replace: bool) -> Imported {
    let mapping = MAPPING.replace("source = \"hotline\"", &format!("source = \"{source}\""));
    let request = Import { mapping, centre: Some("HD".into()), file_name: format!("{source}.csv"), replace, ..Import::default() };
    let dir = app.site.config.evidence_dir();
    kpi::import(app.ledger(), &dir, &Arc::new(Actor::cli("tester")), &request, file).unwrap()
}

pub fn card(app: &TestApp, period: &str) -> kpi::Card {
    let asked = kpi::AskedCard { centre: "HD".into(), period: Period::parse(period).unwrap(), strict: false };
    app.ledger().db.read(|conn| kpi::card(conn, &Actor::system(), &asked)).unwrap()
}

/// Twenty months of calls at a centre where one caller in twenty gives up, and more than a third in the last month.
fn months_of_calls(app: &TestApp, centre: &str, source: &str) {
    let mut days = Vec::new();
    for back in 1..=20_i32 {
        let month = Period::parse("2026-11").unwrap().months_away(-back);
        let abandoned = if back == 1 { 120 } else { 10 + usize::try_from(back % 2).unwrap() };
        days.push((month.from, 200, abandoned));
    }
    days.reverse();
    import_at(app, centre, source, &log(&days));
}

fn import_at(app: &TestApp, centre: &str, source: &str, file: &[u8]) {
    let mapping = MAPPING.replace("source = \"hotline\"", &format!("source = \"{source}\""));
    let request = Import { mapping, centre: Some(centre.into()), file_name: format!("{source}.csv"), ..Import::default() };
    kpi::import(app.ledger(), &app.site.config.evidence_dir(), &Arc::new(Actor::cli("tester")), &request, file).unwrap();
}

fn second_centre(app: &TestApp) -> cairn::organisation::Centre {
    let command = cairn::organisation::NewCentre {
        code: "ZB".into(),
        name: "总部客服中心".into(),
        name_en: Some("Head office".into()),
        unit_id: None,
        zone: None,
        centre_type: CentreType::ProfitCreating,
    };
    app.ledger().write(&app.system(), move |tx| cairn::organisation::create_centre(tx, &command)).unwrap()
}

fn gathered(app: &TestApp, actor: &Actor, month: &str) -> cairn::board::Board {
    let month = Period::parse(month).unwrap();
    app.ledger()
        .db
        .read(|conn| cairn::board::gather(conn, actor, month, kpi::Closely::Few, crate::support::start().date_naive()))
        .unwrap()
}

both! {
    async fn the_board_says_what_the_kpi_pages_say(app: TestApp) {
        app.with_centre();
        second_centre(app);
        months_of_calls(app, "HD", "hotline");
        let board = gathered(app, &Actor::system(), "2026-10");
        assert_eq!(board.groups.iter().map(|group| group.centre_type.as_str()).collect::<Vec<_>>(), ["cost_control", "profit_creating"]);
        let centre = &board.groups[0].centres[0];
        let whole = card(app, "2026-10");
        assert_eq!((centre.total, centre.coverage, centre.complete), (whole.score.total, whole.score.coverage, whole.score.gaps.is_empty()));
        assert_eq!(centre.before, card(app, "2026-09").score.total);
        for tile in &centre.tiles {
            let kpi = whole.kpis.iter().find(|kpi| kpi.known.definition.code == tile.code).unwrap();
            let score = kpi.score.as_ref().and_then(|score| score.score);
            assert_eq!((tile.value, tile.state, tile.weight, tile.score), (kpi.in_unit, kpi.state, kpi.weight, score), "{}", tile.code);
        }
        let tile = |code: &str| centre.tiles.iter().find(|tile| tile.code == code).unwrap();
        assert_eq!(tile("abandonment_rate").months.len(), 13);
        assert_eq!(tile("abandonment_rate").months.last().copied().flatten(), tile("abandonment_rate").value);
        assert_eq!(tile("abandonment_rate").variation, Some(cairn::board::Variation::Worse), "a third gave up");
        assert_eq!(tile("abandonment_rate").assurance, None, "the process has changed");
        let earlier = gathered(app, &Actor::system(), "2026-09");
        let before = earlier.groups[0].centres[0].tiles.iter().find(|tile| tile.code == "abandonment_rate").unwrap();
        assert_eq!(before.variation, Some(cairn::board::Variation::Common));
        assert_eq!(before.assurance, Some(cairn::board::Assurance::Misses), "5 % against 3 %");
        assert_eq!((tile("fcr").variation, tile("fcr").value), (None, None));
        let reader = app.signed_in("hewei", &[Role::Executive]).english();
        let page = reader.get("/dashboard?period=2026-10").await;
        assert_eq!(page.status, StatusCode::OK);
        let text = page.main();
        for part in ["October 2026", "special cause, worse", "Exceptions first", "left its allowed range", "Open signals"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(page.text().contains("/kpis/HD/abandonment_rate?period=2026-10"), "a figure leads to its page");
        assert!(!page.text().contains("id=\"freeze\""), "who reads freezes nothing");
        for (what, part) in [("board", "Cost control,HD,"), ("exceptions", "Open signals,"), ("changes", "left its allowed range")] {
            let address = format!("/dashboard/files/{what}.csv?period=2026-10");
            assert!(page.text().contains(&address), "{address}");
            let file = reader.get(&address).await.text();
            assert!(file.contains(part), "{what}: {file}");
        }
    }

    async fn exceptions_lead_to_where_they_are_answered(app: TestApp) {
        app.with_centre();
        months_of_calls(app, "HD", "hotline");
        let board = gathered(app, &Actor::system(), "2026-10");
        let kinds = |kind: &str| board.exceptions.iter().filter(|matter| matter.kind == kind).count();
        assert!(kinds("signals") >= 1 && kinds("incomplete") == 1, "{:?}", board.exceptions);
        let manager = app.signed_in("wangfang", &[Role::QualityManager]);
        let signal = board.exceptions.iter().find(|matter| matter.kind == "signals").unwrap();
        assert_eq!(manager.get(&signal.href).await.status, StatusCode::OK);
        let explained = manager.post(&format!("{}/explain", signal.href), &[("explanation", "线路中断")]).await;
        assert_eq!(explained.status, StatusCode::SEE_OTHER);
        let later = gathered(app, &Actor::system(), "2026-10");
        assert_eq!(later.exceptions.iter().filter(|matter| matter.kind == "signals").count(), kinds("signals") - 1);
    }

    async fn a_review_is_frozen_with_its_minutes(app: TestApp) {
        app.with_centre();
        months_of_calls(app, "HD", "hotline");
        let manager = app.signed_in("wangfang", &[Role::QualityManager]).english();
        let bare = manager.post("/dashboard/reviews", &[("period", "2026-10")]).await;
        assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", bare.main());
        let done = manager.post("/dashboard/reviews", &[("period", "2026-10"), ("title", "Third quarter")]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.main());
        let address = done.location().to_owned();
        let id = address.rsplit('/').next().unwrap().to_owned();
        let before = manager.get(&address).await.all(".tile .v");
        let opened = |id: &str| app.ledger().db.read(|conn| cairn::board::open(conn, &Actor::system(), id)).unwrap();
        let frozen = opened(&id);
        // More calls of the same month change the board, never the review.
        import(app, "second", &log(&[(day("2026-10-20"), 2500, 0)]), false);
        assert_ne!(gathered(app, &Actor::system(), "2026-10").groups, frozen.board.groups);
        assert_eq!((opened(&id).board, manager.get(&address).await.all(".tile .v")), (frozen.board.clone(), before));
        assert_eq!(cairn::ledger::sha256_hex(serde_json::to_value(&frozen.board).unwrap().to_string().as_bytes()), frozen.review.board_hash);
        let later = gathered(app, &Actor::system(), "2026-10");
        assert_eq!(later.since, Some(frozen.review.held_on));
        assert_eq!(gathered(app, &Actor::system(), "2026-09").since, None, "a later review is nothing to compare an earlier month with");
        assert!(later.changes.iter().any(|change| change.text.en.contains("back in its allowed range")), "{:?}", later.changes);
        // Minutes and decisions are added; a decision becomes an action once.
        let notes = format!("{address}/notes");
        assert_eq!(manager.post(&notes, &[("kind", "decision"), ("text", " ")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        for (kind, text) in [("minutes", "All were there."), ("decision", "Hire two people.")] {
            assert_eq!(manager.post(&notes, &[("kind", kind), ("text", text)]).await.status, StatusCode::SEE_OTHER);
        }
        let note = opened(&id).notes.into_iter().find(|note| note.text.starts_with("Hire")).unwrap();
        let owner = app.ledger().db.read(|conn| cairn::people::find_by_login(conn, "wangfang")).unwrap().id;
        let cycle = app
            .ledger()
            .write(&app.actor(&app.ledger().db.read(|conn| cairn::people::find_by_login(conn, "wangfang")).unwrap(), &[Role::QualityManager]), |tx| {
                let command: cairn::improvement::OpenCycle = serde_json::from_value(serde_json::json!({
                    "title": "Fewer lost calls", "problem": "Callers give up", "centre": "HD", "kpi": "abandonment_rate",
                    "baseline_from": "2026-10-01", "baseline_to": "2026-10-31", "goal": 3.0, "due_on": "2027-01-31"
                }))?;
                cairn::improvement::open(tx, &command)
            })
            .unwrap();
        let fields = [("cycle", cycle.number.as_str()), ("owner_id", owner.as_str()), ("due_on", "2026-12-20")];
        let act = format!("{notes}/{}/action", note.id);
        assert_eq!(manager.post(&act, &[("cycle", "none"), ("owner_id", &owner), ("due_on", "2026-12-20")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(manager.post(&act, &fields).await.status, StatusCode::SEE_OTHER);
        assert_eq!(manager.post(&act, &fields).await.status, StatusCode::CONFLICT, "it is an action already");
        let actions = app.ledger().db.read(|conn| cairn::improvement::actions(conn, &cycle)).unwrap();
        assert_eq!(actions.iter().map(|action| action.title.as_str()).collect::<Vec<_>>(), ["Hire two people."]);
        let page = manager.get(&address).await;
        assert!(page.main().contains("All were there.") && page.text().contains(&format!("/p/{}", cycle.number)), "{}", page.main());
        assert!(manager.get("/dashboard/reviews").await.main().contains("Third quarter"));
    }

    async fn an_executive_of_one_centre_sees_that_centre_only(app: TestApp) {
        app.with_centre();
        let other = second_centre(app);
        months_of_calls(app, "HD", "hotline");
        months_of_calls(app, "ZB", "office");
        let manager = app.signed_in("wangfang", &[Role::QualityManager]);
        let done = manager.post("/dashboard/reviews", &[("period", "2026-10"), ("title", "第三季度")]).await;
        let id = done.location().rsplit('/').next().unwrap().to_owned();
        let user = app.user("hewei", &[]);
        let mut limited = (*app.actor(&user, &[Role::Executive])).clone();
        limited.grants[0].centre = Some(other.id.clone());
        let board = gathered(app, &limited, "2026-10");
        assert_eq!(board.centres().map(|centre| centre.code.as_str()).collect::<Vec<_>>(), ["ZB"]);
        let elsewhere = |centre: Option<&String>| centre.is_some_and(|id| *id != other.id);
        assert!(!board.exceptions.iter().any(|matter| elsewhere(matter.centre.as_ref())), "{:?}", board.exceptions);
        assert!(!board.changes.iter().any(|change| elsewhere(change.centre.as_ref())));
        let opened = app.ledger().db.read(|conn| cairn::board::open(conn, &limited, &id)).unwrap();
        assert_eq!((opened.board.centres().count(), opened.whole, opened.notes.len()), (1, false, 0));
        // Who manages that centre alone writes nothing into what speaks of all of them.
        let decision = cairn::board::Write { kind: cairn::board::NoteKind::Decision, text: "Hire two people.".into() };
        let (own, same) = (id.clone(), decision.clone());
        let note = app.ledger().write(&app.system(), move |tx| cairn::board::note(tx, &own, &same)).unwrap().id;
        let mut manages = (*app.actor(&user, &[Role::QualityManager])).clone();
        manages.grants[0].centre = Some(other.id.clone());
        let manages = Arc::new(manages);
        let own = id.clone();
        let written = app.ledger().write(&manages, move |tx| cairn::board::note(tx, &own, &decision));
        assert!(matches!(written, Err(Error::NotFound)), "{written:?}");
        let act = cairn::board::Act { cycle: "none".into(), owner_id: user.id.clone(), due_on: day("2026-12-20") };
        let acted = app.ledger().write(&manages, move |tx| cairn::board::act(tx, &id, &note, &act));
        assert!(matches!(acted, Err(Error::NotFound)), "{acted:?}");
        let freeze = cairn::board::Freeze { title: "x".into(), board };
        let nothing = app.ledger().write(&Arc::new(limited), move |tx| cairn::board::freeze(tx, &freeze));
        assert!(matches!(nothing, Err(Error::Forbidden(_))));
    }

    async fn a_review_of_many_centres_keeps_all_of_them_closely(app: TestApp) {
        app.with_centre();
        months_of_calls(app, "HD", "hotline");
        for n in 1..=kpi::DETAILED {
            app.centre(&format!("C{n}"), CentreType::CostControl);
        }
        assert!(!gathered(app, &Actor::system(), "2026-10").centres().any(|centre| centre.closely), "many are looked at one by one");
        let manager = app.signed_in("wangfang", &[Role::QualityManager]).english();
        let done = manager.post("/dashboard/reviews", &[("period", "2026-10"), ("title", "Third quarter")]).await;
        let address = done.location().to_owned();
        let id = address.rsplit('/').next().unwrap().to_owned();
        let opened = app.ledger().db.read(|conn| cairn::board::open(conn, &Actor::system(), &id)).unwrap();
        assert!(opened.board.centres().all(|centre| centre.closely));
        let page = manager.get(&address).await;
        assert!(page.text().contains(&format!("{address}?centre=HD#centre-HD")) && page.all(".tile").is_empty(), "{}", page.main());
        let closer = manager.get(&format!("{address}?centre=HD")).await;
        assert!(closer.main().contains("special cause, worse"), "{}", closer.main());
        let file = manager.get(&format!("/dashboard/files/board.csv?review={id}")).await.text();
        assert!(file.contains("abandonment_rate,") && file.contains("\"special cause, worse\""), "{file}");
    }

    async fn a_closed_centre_stays_only_in_months_that_it_has_data_of(app: TestApp) {
        app.with_centre();
        let other = second_centre(app);
        months_of_calls(app, "HD", "hotline");
        import_at(app, "ZB", "office", &log(&[(day("2026-09-01"), 90, 4)]));
        let (id, seen) = (other.id.clone(), other.row_version);
        let command = cairn::organisation::NewCentre {
            code: other.code,
            name: other.name,
            name_en: other.name_en,
            unit_id: None,
            zone: None,
            centre_type: other.centre_type,
        };
        app.ledger().write(&app.system(), move |tx| cairn::organisation::change_centre(tx, &id, &command, false, seen)).unwrap();
        let codes = |month: &str| {
            let board = gathered(app, &Actor::system(), month);
            let incomplete = board.exceptions.iter().filter(|matter| matter.kind == "incomplete").count();
            (board.centres().map(|centre| centre.code.clone()).collect::<Vec<_>>(), incomplete)
        };
        assert_eq!(codes("2026-09"), (vec!["HD".to_owned(), "ZB".to_owned()], 2));
        assert_eq!(codes("2026-10"), (vec!["HD".to_owned()], 1), "nothing is missing of what is closed");
    }

    async fn programs_read_the_board_and_freeze_it(app: TestApp) {
        app.with_centre();
        months_of_calls(app, "HD", "hotline");
        let manager = app.program("wangfang", &[Role::QualityManager], &["read-kpis", "manage-kpis", "run-cycles"]);
        let board = manager.get("/api/v1/board?period=2026-10").await.json();
        assert_eq!(board["groups"][0]["centres"][0]["code"], "HD");
        assert_eq!(manager.get("/api/v1/board?period=2026-Q3").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let bare = manager.send_json(Method::POST, "/api/v1/reviews", &[], &json!({"period": "2026-10", "title": " "})).await;
        assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", bare.text());
        let third = json!({"period": "2026-10", "title": "Third quarter"});
        let done = manager.send_json(Method::POST, "/api/v1/reviews", &[], &third).await;
        assert_eq!(done.status, StatusCode::CREATED, "{}", done.text());
        let address = done.location().to_owned();
        let review = manager.get(&address).await.json();
        assert_eq!((&review["title"], &review["whole"], &review["board"]["groups"]), (&json!("Third quarter"), &json!(true), &board["groups"]));
        let decision = json!({"kind": "decision", "text": "Hire two people."});
        let note = manager.send_json(Method::POST, &format!("{address}/notes"), &[], &decision).await;
        assert_eq!(note.status, StatusCode::CREATED, "{}", note.text());
        assert_eq!(manager.get(&address).await.json()["notes"][0]["text"], "Hire two people.");
        let owner = app.ledger().db.read(|conn| cairn::people::find_by_login(conn, "wangfang")).unwrap().id;
        let place = format!("{address}/notes/{}/action", note.json()["id"].as_str().unwrap());
        let nowhere = json!({"cycle": "none", "owner_id": owner, "due_on": "2026-12-20"});
        assert_eq!(manager.send_json(Method::POST, &place, &[], &nowhere).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        app.pass(chrono::Duration::hours(1));
        let fourth = json!({"period": "2026-10", "title": "Fourth quarter"});
        assert_eq!(manager.send_json(Method::POST, "/api/v1/reviews", &[], &fourth).await.status, StatusCode::CREATED);
        let first = manager.get("/api/v1/reviews?limit=1").await.json();
        assert_eq!(first["items"][0]["title"], "Fourth quarter");
        let second = manager.get(&format!("/api/v1/reviews?limit=1&after={}", first["next"].as_str().unwrap())).await.json();
        assert_eq!((&second["items"][0]["title"], second.get("next")), (&json!("Third quarter"), None));
    }

    async fn executives_land_on_the_board(app: TestApp) {
        app.with_centre();
        for (login, roles, place) in [("hewei", &[Role::Executive][..], "/dashboard"), ("limin", &[Role::Executive, Role::Approver][..], "/")] {
            app.user(login, roles);
            let user = app.ledger().db.read(|conn| cairn::people::find_by_login(conn, login)).unwrap();
            let hash = cairn::people::hash_password("long enough 2026").unwrap();
            app.ledger().write(&app.system(), move |tx| cairn::people::set_password(tx, &user.id, &hash)).unwrap();
            let answer = app.nobody().post("/sign-in", &[("login", login), ("password", "long enough 2026")]).await;
            assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, place), "{login}");
        }
    }
}
