//! Months kept beside their days, profiles and their versions, targets and switches of a centre, and the executives' board.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::http::StatusCode;
use cairn::actor::{Actor, Role};
use cairn::error::{Error, Result};
use cairn::kpi::{self, Import, Imported, Period, SaveProfile, SetApplicability};
use cairn::organisation::CentreType;

use crate::both;
use crate::kpi::{MAPPING, day, log};
use crate::support::TestApp;

fn import(app: &TestApp, source: &str, file: &[u8], replace: bool) -> Imported {
    let mapping = MAPPING.replace("source = \"hotline\"", &format!("source = \"{source}\""));
    let request = Import { mapping, centre: Some("HD".into()), file_name: format!("{source}.csv"), replace, ..Import::default() };
    let dir = app.site.config.evidence_dir();
    kpi::import(app.ledger(), &dir, &Arc::new(Actor::cli("tester")), &request, file).unwrap()
}

fn offered(app: &TestApp, period: &str) -> i64 {
    let period = Period::parse(period).unwrap();
    let value = app.ledger().db.read(|conn| kpi::value(conn, &Actor::system(), "abandonment_rate", "HD", period)).unwrap();
    value.denominator.rounded()
}

fn months_hold(app: &TestApp) -> bool {
    app.ledger().db.read(kpi::wrong_months).unwrap().is_empty()
}

fn sql(app: &TestApp, statement: &'static str) {
    app.ledger()
        .write_unaudited(move |tx| {
            use diesel::connection::SimpleConnection;
            Ok(tx.batch_execute(statement)?)
        })
        .unwrap();
}

fn card(app: &TestApp, period: &str) -> kpi::Card {
    let period = Period::parse(period).unwrap();
    app.ledger().db.read(|conn| kpi::card(conn, &Actor::system(), "HD", period)).unwrap()
}

/// The newest profile of a type as a command that changes nothing.
fn command(app: &TestApp, centre_type: CentreType, starts_on: &str) -> (i64, SaveProfile) {
    let book = app.ledger().db.read(|conn| kpi::profiles(conn, &Actor::system())).unwrap();
    let newest = book.versions(centre_type).last().unwrap();
    let family: BTreeMap<String, u32> = newest.profile.family.iter().map(|(code, weight)| (code.clone(), weight.weight)).collect();
    let kpi = newest.profile.kpi.clone();
    (newest.version, SaveProfile { family, kpi, starts_on: day(starts_on), reason: "管理评审会议决定".into() })
}

fn save(app: &TestApp, centre_type: CentreType, seen: i64, command: &SaveProfile) -> Result<i64> {
    let command = command.clone();
    app.ledger().write(&app.system(), move |tx| Ok(kpi::save_profile(tx, centre_type, seen, &command)?.version))
}

fn fields(result: Result<i64>) -> Vec<String> {
    result.expect_err("refused").problems().iter().map(|problem| problem.field.clone()).collect()
}

both! {
    async fn months_follow_every_change_of_their_days(app: TestApp) {
        app.with_centre();
        let first = log(&[(day("2026-09-29"), 30, 5), (day("2026-10-01"), 40, 10), (day("2026-10-02"), 30, 0)]);
        import(app, "hotline", &first, false);
        assert_eq!((offered(app, "2026-09"), offered(app, "2026-10"), offered(app, "2026-09-15..2026-10-31")), (35, 80, 115));
        assert!(months_hold(app), "after an import");
        import(app, "second", &log(&[(day("2026-10-02"), 7, 1), (day("2026-11-03"), 9, 0)]), false);
        assert_eq!((offered(app, "2026-10"), offered(app, "2026-10-02"), offered(app, "2026-11")), (88, 38, 9));
        assert!(months_hold(app), "after another source of the same month");
        let other = log(&[(day("2026-09-29"), 1, 1), (day("2026-10-01"), 2, 2), (day("2026-10-02"), 3, 3), (day("2026-10-09"), 4, 4)]);
        import(app, "hotline", &other, true);
        assert_eq!((offered(app, "2026-09"), offered(app, "2026-10")), (2, 26));
        assert!(months_hold(app), "after a replacement");
        app.ledger().write(&app.system(), |tx| kpi::undo(tx, 3, None)).unwrap();
        assert_eq!((offered(app, "2026-09"), offered(app, "2026-10")), (35, 88));
        assert!(months_hold(app), "after taking back what had replaced");
        app.ledger().write(&app.system(), |tx| kpi::undo(tx, 2, None)).unwrap();
        assert_eq!((offered(app, "2026-10"), offered(app, "2026-Q4")), (80, 80));
        assert!(months_hold(app), "a month without days is gone");
    }

    async fn sums_gone_wrong_are_made_again(app: TestApp) {
        app.with_centre();
        import(app, "hotline", &log(&[(day("2026-09-29"), 30, 5), (day("2026-10-01"), 40, 10)]), false);
        let dir = app.site.config.evidence_dir();
        for damage in ["DELETE FROM kpi_months", "UPDATE kpi_months SET month = '2026-08-01' WHERE month = '2026-09-01'"] {
            sql(app, damage);
            assert!(!months_hold(app), "{damage}");
            kpi::rebuild(app.ledger(), &dir, &app.system()).unwrap();
            assert!(months_hold(app), "{damage}");
            assert_eq!((offered(app, "2026-09"), offered(app, "2026-10")), (35, 50));
        }
        // A database from before there were months is filled when it is opened.
        sql(app, "DELETE FROM kpi_months");
        kpi::prepare_months(app.ledger()).unwrap();
        assert_eq!(offered(app, "2026-10"), 50);
    }

    async fn a_profile_that_does_not_add_up_is_refused_with_its_place(app: TestApp) {
        app.with_centre();
        import(app, "hotline", &log(&[(day("2026-10-01"), 90, 4)]), false);
        let (seen, same) = command(app, CentreType::CostControl, "2026-12-01");
        assert_eq!(fields(save(app, CentreType::CostControl, seen, &same)), [""], "nothing is different");
        let mut wrong = same.clone();
        wrong.family.insert("economy".into(), 61);
        assert_eq!(fields(save(app, CentreType::CostControl, seen, &wrong)), ["family", "kind.quantitative"]);
        let mut split = same.clone();
        split.family.insert("economy".into(), 55);
        split.family.insert("satisfaction".into(), 8);
        assert_eq!(fields(save(app, CentreType::CostControl, seen, &split)), ["kind.qualitative", "kind.quantitative"], "5 and 95 stay");
        let mut inside = same.clone();
        inside.kpi.get_mut("skill").unwrap().insert("qa_score".into(), 61);
        inside.reason = " ".into();
        assert_eq!(fields(save(app, CentreType::CostControl, seen, &inside)), ["kpi.skill", "reason"]);
        let mut strange = same;
        strange.kpi.get_mut("skill").unwrap().insert("occupancy".into(), 0);
        assert_eq!(fields(save(app, CentreType::CostControl, seen, &strange)), ["kpi.skill.occupancy"], "it stands in another family");
    }

    async fn a_version_counts_from_its_day_and_old_cards_stay(app: TestApp) {
        app.with_centre();
        import(app, "hotline", &log(&[(day("2026-09-01"), 90, 4), (day("2026-10-01"), 90, 4)]), false);
        let (september, october) = (card(app, "2026-09"), card(app, "2026-10"));
        let publish = kpi::PublishScorecard { centre: "HD".into(), period: "2026-09".into(), reason: None };
        let published = app.ledger().write(&app.system(), move |tx| kpi::publish(tx, &publish)).unwrap();
        let (seen, mut other) = command(app, CentreType::CostControl, "2026-10-01");
        other.family.insert("economy".into(), 50);
        other.family.insert("service_level".into(), 40);
        assert_eq!(save(app, CentreType::CostControl, seen, &other).unwrap(), 2);
        assert!(matches!(save(app, CentreType::CostControl, seen, &other), Err(Error::Stale)), "somebody changed it meanwhile");
        assert_eq!((card(app, "2026-09").score, card(app, "2026-09").profile_version), (september.score, 1));
        let now = card(app, "2026-10");
        assert_eq!((now.profile_version, now.profile.family["service_level"].weight), (2, 40));
        assert_ne!(now.score.total, october.score.total);
        assert_eq!((now.profile.family["service_level"].provenance.as_str(), now.profile.family["skill"].provenance.as_str()), ("organisation", "default"));
        let again = kpi::PublishScorecard { centre: "HD".into(), period: "2026-09".into(), reason: Some("again".into()) };
        let same = app.ledger().write(&app.system(), move |tx| kpi::publish(tx, &again));
        assert!(matches!(same, Err(Error::Conflict(_))), "the published month says the same");
        let (_, _, frozen) = app.ledger().db.read(|conn| kpi::published(conn, &app.system(), &published.id)).unwrap();
        assert_eq!(frozen.profile_version, 1);
        let (seen, mut earlier) = command(app, CentreType::CostControl, "2026-09-01");
        earlier.family.insert("economy".into(), 60);
        earlier.family.insert("service_level".into(), 30);
        assert_eq!(fields(save(app, CentreType::CostControl, seen, &earlier)), ["starts_on"], "not before the version before it");
    }

    async fn a_kpi_that_does_not_apply_gives_its_weight_to_its_family(app: TestApp) {
        let centre = app.with_centre();
        import(app, "hotline", &log(&[(day("2026-09-01"), 90, 4), (day("2026-10-01"), 90, 4)]), false);
        let before = card(app, "2026-10");
        for code in ["fcr", "complaint_rate_per_million"] {
            let off = SetApplicability {
                code: code.into(),
                centre_id: centre.id.clone(),
                starts_on: day("2026-10-01"),
                applies: false,
                reason: "本中心不受理投诉".into(),
            };
            app.ledger().write(&app.system(), move |tx| kpi::set_applicability(tx, &off)).unwrap();
        }
        let after = card(app, "2026-10");
        let family = |card: &kpi::Card| card.score.families.iter().find(|family| family.code == "service_level").unwrap().clone();
        assert!((family(&before).coverage - 0.6).abs() < 1e-9 && (family(&after).coverage - 1.0).abs() < 1e-9, "{:?}", family(&after));
        assert_eq!(family(&before).score, family(&after).score, "what is scored was scored before");
        assert!(after.score.coverage > before.score.coverage);
        let fcr = after.kpis.iter().find(|kpi| kpi.known.definition.code == "fcr").unwrap();
        assert_eq!((fcr.why, fcr.score.as_ref().unwrap().effective_weight), (Some(kpi::Why::NotApplicable), 0.0));
        let earlier = card(app, "2026-09");
        assert_eq!(family(&earlier).coverage, family(&before).coverage, "from its day on");
    }

    async fn profiles_and_targets_are_changed_in_the_browser(app: TestApp) {
        app.with_centre();
        import(app, "hotline", &log(&[(day("2026-10-01"), 90, 4)]), false);
        let manager = app.signed_in("wangfang", &[Role::QualityManager]).english();
        let reader = app.signed_in("sunli", &[Role::Executive]).english();
        let matrix = reader.get("/kpis/profiles").await;
        assert_eq!(matrix.all("thead th").len(), 4);
        assert!(matrix.main().contains("textbook") && matrix.main().contains("default"), "{}", matrix.main());
        assert_eq!(reader.get("/kpis/profiles/nothing").await.status, StatusCode::NOT_FOUND);
        assert_eq!(reader.get("/kpis/profiles/cost_control/edit").await.status, StatusCode::NOT_FOUND);
        let form = manager.get("/kpis/profiles/cost_control/edit").await;
        assert!(form.main().contains("The textbook gives 5"), "{}", form.main());
        let (_, same) = command(app, CentreType::CostControl, "2026-12-01");
        let mut sent: Vec<(String, String)> = same.family.iter().map(|(code, weight)| (format!("family.{code}"), weight.to_string())).collect();
        for (family, kpis) in &same.kpi {
            sent.extend(kpis.iter().map(|(code, weight)| (format!("kpi.{family}.{code}"), weight.to_string())));
        }
        let with = |changes: &[(&str, &str)]| {
            let mut all: BTreeMap<String, String> = sent.iter().cloned().collect();
            all.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
            all
        };
        let post = async |fields: BTreeMap<String, String>| {
            let pairs: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            manager.post("/kpis/profiles/cost_control", &pairs).await
        };
        let day_and_reason = [("version", "1"), ("starts_on", "2026-12-01"), ("reason", "Board decision")];
        let mut wrong = with(&day_and_reason);
        wrong.insert("family.economy".into(), "fifty".into());
        let refused = post(wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("value=\"fifty\""), "what was typed stays");
        assert!(refused.main().contains("Write a whole number from 0 to 100"), "{}", refused.main());
        let mut uneven = with(&day_and_reason);
        uneven.insert("kpi.skill.qa_score".into(), "70".into());
        assert!(post(uneven).await.main().contains("add up to 110; expected 100"));
        let mut right = with(&day_and_reason);
        right.insert("family.economy".into(), "50".into());
        right.insert("family.service_level".into(), "40".into());
        let done = post(right.clone()).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.main());
        let page = manager.get(done.location()).await;
        for part in ["Version 2", "Service level 30 → 40", "Board decision", "decided here"] {
            assert!(page.main().contains(part), "{part}: {}", page.main());
        }
        assert_eq!(post(right).await.status, StatusCode::CONFLICT, "it was changed since");
        let targets = manager.get("/kpis/targets/HD?edit=fcr").await;
        assert_eq!(targets.all("tbody th").len(), 71);
        assert!(!reader.get("/kpis/targets/HD?edit=fcr").await.text().contains("id=\"edit\""));
        let bad = manager.post("/kpis/targets/HD/fcr", &[("target", "70"), ("floor", "80"), ("starts_on", "2026-11-01"), ("reason", "x")]).await;
        assert!(bad.status == StatusCode::UNPROCESSABLE_ENTITY && bad.text().contains("value=\"80\""), "{}", bad.main());
        let set = manager.post("/kpis/targets/HD/fcr", &[("target", "80"), ("floor", "70"), ("starts_on", "2026-11-01"), ("reason", "x")]).await;
        assert_eq!(set.status, StatusCode::SEE_OTHER);
        let off = manager.post("/kpis/targets/HD/occupancy/switch", &[("applies", "no"), ("starts_on", "2026-11-01"), ("reason", "No telephony")]).await;
        assert_eq!(off.status, StatusCode::SEE_OTHER);
        let page = reader.get("/kpis/targets/HD").await;
        assert!(page.main().contains("set for this centre") && page.main().contains("does not apply"), "{}", page.main());
        let bare = manager.post("/kpis/targets/HD/occupancy/switch", &[("applies", "yes"), ("starts_on", "2026-12-01")]).await;
        assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
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
    let mapping = MAPPING.replace("source = \"hotline\"", &format!("source = \"{source}\""));
    let request = Import { mapping, centre: Some(centre.into()), file_name: format!("{source}.csv"), ..Import::default() };
    let dir = app.site.config.evidence_dir();
    kpi::import(app.ledger(), &dir, &Arc::new(Actor::cli("tester")), &request, log(&days).as_slice()).unwrap();
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
    app.ledger().db.read(|conn| cairn::board::gather(conn, actor, month, None, crate::support::start().date_naive())).unwrap()
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
        let freeze = cairn::board::Freeze { title: "x".into(), board };
        let nothing = app.ledger().write(&Arc::new(limited), move |tx| cairn::board::freeze(tx, &freeze));
        assert!(matches!(nothing, Err(Error::Forbidden(_))));
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
