//! The test of a cycle: fixed before acting, judged once, kept with its inputs.

use cairn::actor::{Actor, Role};
use cairn::improvement;
use cairn::kpi::statistics::compare::Verdict;
use cairn::kpi::{self, Judgement, SaveDefinition, Stability, TestKind, TestMethod};

use crate::both;
use crate::improvement::{PLAN, calls, calls_in_time, prepared, with_centre};
use crate::support::{TestApp, Visitor};

fn version(app: &TestApp) -> String {
    app.ledger().db.read(|conn| improvement::find(conn, &Actor::system(), "2026-01")).unwrap().row_version.to_string()
}

/// The test of the cycle as it is kept.
fn kept(app: &TestApp) -> (improvement::CycleTest, Option<Judgement>) {
    let cycle = app.ledger().db.read(|conn| improvement::find(conn, &Actor::system(), "2026-01")).unwrap();
    app.ledger().db.read(|conn| improvement::test_of(conn, &Actor::system(), &cycle)).unwrap().unwrap()
}

/// A cycle of the plan, with these changes, that has acted by the first of August.
async fn acted(app: &TestApp, manager: &Visitor<'_>, changed: &[(&str, &str)]) {
    let mut plan: Vec<(&str, &str)> =
        PLAN.iter().copied().filter(|(name, _)| !changed.iter().any(|(other, _)| other == name)).collect();
    plan.extend(changed);
    plan.push(("cause", "早班人手不足"));
    let answer = manager.post("/improvement", &plan).await;
    assert_eq!(answer.status, 303, "{}", answer.main());
    let doer = app.user("chengang", &[Role::Staff]);
    let action = [("title", "早班加 4 人"), ("owner_id", doer.id.as_str()), ("due_on", "2026-08-15")];
    assert_eq!(manager.post("/p/2026-01/actions", &action).await.status, 303);
    assert_eq!(manager.post("/p/2026-01/do", &[("row_version", &version(app))]).await.status, 303);
    let page = manager.get("/p/2026-01").await.text();
    let id = page.split("/actions/").find_map(|rest| rest.split_once("/done").map(|(id, _)| id.to_owned())).unwrap();
    assert_eq!(manager.post(&format!("/p/2026-01/actions/{id}/done"), &[("note", "班表已改")]).await.status, 303);
    let seen = version(app);
    assert_eq!(manager.post("/p/2026-01/check", &[("acted_on", "2026-08-01"), ("row_version", &seen)]).await.status, 303);
}

async fn checked(app: &TestApp, manager: &Visitor<'_>, from: &str, to: &str) -> crate::support::Answer {
    manager.post("/p/2026-01/act", &[("check_from", from), ("check_to", to), ("row_version", &version(app))]).await
}

both! {
    async fn an_effect_is_judged_by_what_was_fixed_before(app: TestApp) {
        prepared(app);
        let manager = app.signed_in("wangfang", &[Role::QualityManager]).english();
        acted(app, &manager, &[("worth", "5"), ("check_days", "28")]).await;
        let (test, judgement) = kept(app);
        assert_eq!((test.kind, test.worth, test.check_days, judgement), (TestKind::Shares, 5.0, Some(28), None));
        assert!(test.fixed_at.is_some());
        let short = checked(app, &manager, "2026-09-01", "2026-09-14").await;
        assert_eq!(short.status, 422);
        assert!(short.main().contains("The check was fixed to take 28 days at least"), "{}", short.main());
        assert_eq!(checked(app, &manager, "2026-09-01", "2026-09-30").await.status, 303);
        // 372 of 620 before, 510 of 600 after: Newcombe's interval of the difference.
        let found = kept(app).1.unwrap();
        assert_eq!((found.verdict, found.method, found.n), (Verdict::Effective, Some(TestMethod::Newcombe), [620, 600]));
        assert!((found.size.unwrap() - 25.0).abs() < 1e-9, "{found:?}");
        let [low, high] = found.interval.unwrap();
        assert!((low - 20.1).abs() < 0.2 && (high - 29.7).abs() < 0.2, "{found:?}");
        assert_eq!(found.before, Stability::Unknown, "thirty-one equal days have no limits");
        let page = manager.get("/p/2026-01").await;
        for part in ["Effective", "It changed after the actions", "620 before, 600 after", "Smallest worthwhile change", "Newcombe"] {
            assert!(page.main().contains(part), "{part}: {}", page.main());
        }
    }

    async fn a_change_smaller_than_was_fixed_is_not_shown(app: TestApp) {
        prepared(app);
        let manager = app.signed_in("wangfang", &[Role::QualityManager]).english();
        acted(app, &manager, &[("worth", "30"), ("direction", "higher")]).await;
        assert_eq!(checked(app, &manager, "2026-09-01", "2026-09-30").await.status, 303);
        assert_eq!(kept(app).1.unwrap().verdict, Verdict::NotShown);
        assert!(manager.get("/p/2026-01").await.main().contains("Not shown"));
    }

    async fn the_other_direction_is_worse(app: TestApp) {
        prepared(app);
        let manager = app.signed_in("wangfang", &[Role::QualityManager]).english();
        acted(app, &manager, &[("direction", "lower")]).await;
        assert_eq!(checked(app, &manager, "2026-09-01", "2026-09-30").await.status, 303);
        assert_eq!(kept(app).1.unwrap().verdict, Verdict::Worse);
    }

    async fn a_time_before_that_was_not_stable_tests_nothing(app: TestApp) {
        prepared(app);
        calls(app, "2026-05-01", 30, 6);
        let manager = app.signed_in("wangfang", &[Role::QualityManager]).english();
        acted(app, &manager, &[("baseline_from", "2026-05-01")]).await;
        assert_eq!(checked(app, &manager, "2026-09-01", "2026-09-30").await.status, 303);
        let found = kept(app).1.unwrap();
        assert_eq!((found.verdict, found.before), (Verdict::NotTestable, Stability::Unstable), "{found:?}");
        assert!(found.size.is_some() && found.interval.is_some(), "the figures are kept all the same");
        let page = manager.get("/p/2026-01").await;
        assert!(page.main().contains("Not testable") && page.main().contains("The time before was not stable"), "{}", page.main());
    }

    async fn days_that_vary_more_than_chance_are_judged_by_limits_frozen_before(app: TestApp) {
        with_centre(app);
        calls_in_time(app, "2026-07-01", 31, &[4, 16]);
        calls_in_time(app, "2026-09-01", 30, &[8, 19]);
        let manager = app.signed_in("wangfang", &[Role::QualityManager]).english();
        acted(app, &manager, &[]).await;
        assert_eq!(checked(app, &manager, "2026-09-01", "2026-09-30").await.status, 303);
        let found = kept(app).1.unwrap();
        assert_eq!((found.verdict, found.method, found.before), (Verdict::NotShown, Some(TestMethod::FrozenLimits), Stability::Stable), "{found:?}");
        assert!(found.dispersion.is_some_and(|times| times > 3.0) && found.p.is_none(), "{found:?}");
        let [low, _] = found.interval.unwrap();
        assert!(low > 0.0 && found.size.is_some_and(|size| size > 15.0), "the sums alone would have called it effective: {found:?}");
        let page = manager.get("/p/2026-01").await;
        assert!(page.main().contains("as much as chance alone would make them") && page.main().contains("Not shown"), "{}", page.main());
    }

    async fn before_and_after_are_measured_by_the_definition_of_the_plan(app: TestApp) {
        prepared(app);
        let manager = app.signed_in("wangfang", &[Role::QualityManager]).english();
        acted(app, &manager, &[("direction", "lower")]).await;
        // From August on everything within two minutes is in time.
        let known = app.ledger().db.read(|conn| kpi::definition(conn, "service_level")).unwrap();
        let mut definition = (*known.definition).clone();
        definition.starts_on = Some("2026-08-01".parse().unwrap());
        definition.parameters.insert("threshold_s".into(), 120.0);
        let save = SaveDefinition { definition, seen: Some(known.version), reason: "Contract".into() };
        app.ledger().write(&app.system(), move |tx| kpi::save_definition(tx, &save)).unwrap();
        assert_eq!(checked(app, &manager, "2026-09-01", "2026-09-30").await.status, 303);
        let found = kept(app).1.unwrap();
        assert!((found.size.unwrap() - 25.0).abs() < 1e-9 && found.definition_version == known.version, "60 % to 85 %: {found:?}");
        assert_eq!(found.verdict, Verdict::Worse, "less was wanted");
        let cycle = app.ledger().db.read(|conn| improvement::find(conn, &Actor::system(), "2026-01")).unwrap();
        let result: improvement::CheckResult = cycle.check_result.unwrap().to().unwrap();
        assert_eq!((result.before.value.map(f64::round), result.after.value.map(f64::round)), (Some(60.0), Some(85.0)));
        assert_eq!((result.verdict, result.before.definition_version), (improvement::Verdict::Worse, result.after.definition_version));
        let [low, high] = result.after.interval.unwrap();
        assert!(low > 80.0 && high < 90.0, "in percent: {low} {high}");
    }

    async fn what_cannot_be_fixed_is_refused(app: TestApp) {
        prepared(app);
        let manager = app.signed_in("wangfang", &[Role::QualityManager]).english();
        let mut plan = PLAN.to_vec();
        plan.extend([("worth", "-1"), ("check_days", "0")]);
        let refused = manager.post("/improvement", &plan).await;
        assert_eq!(refused.status, 422);
        assert!(refused.main().contains("a number from 0 on") && refused.main().contains("from 1 to 400"), "{}", refused.main());
        assert!(refused.text().contains("value=\"-1\""), "what was typed is kept");
    }
}
