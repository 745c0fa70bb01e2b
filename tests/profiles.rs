//! Months kept beside their days, profiles and their versions, targets and switches of a centre.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use cairn::actor::{Actor, Role};
use cairn::error::{Error, Result};
use cairn::kpi::{self, Period, SaveProfile, SetApplicability};
use cairn::organisation::CentreType;

use crate::board::{card, import};
use crate::both;
use crate::kpi::{day, log};
use crate::support::TestApp;

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

    async fn a_weighed_kpi_without_a_target_is_missing_data(app: TestApp) {
        let centre = app.with_centre();
        import(app, "hotline", &log(&[(day("2026-10-01"), 90, 4)]), false);
        let (seen, mut weighed) = command(app, CentreType::CostControl, "2026-10-01");
        let service = weighed.kpi.get_mut("service_level").unwrap();
        service.insert("fcr".into(), 10);
        service.insert("asa_s".into(), 10);
        save(app, CentreType::CostControl, seen, &weighed).unwrap();
        let coverage = || {
            let card = card(app, "2026-10");
            let asa = card.kpis.iter().find(|kpi| kpi.known.definition.code == "asa_s").unwrap();
            let family = card.score.families.iter().find(|family| family.code == "service_level").unwrap();
            (asa.why, (family.coverage * 100.0).round())
        };
        assert_eq!(coverage(), (Some(kpi::Why::NoLimits), 60.0), "its weight is not given away unseen");
        let limits: kpi::SetTarget = serde_json::from_value(serde_json::json!({
            "code": "asa_s", "centre_id": centre.id, "target": 20, "floor": 60, "starts_on": "2026-10-01", "reason": "管理评审会议决定"
        }))
        .unwrap();
        app.ledger().write(&app.system(), move |tx| kpi::set_target(tx, &limits)).unwrap();
        assert_eq!(coverage(), (None, 70.0));
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
