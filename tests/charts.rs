//! Control charts: the chart by the kind of data, points by day, week and month, limits that are frozen with a reason, gates.

use actix_web::http::{Method, StatusCode};
use cairn::actor::{Actor, Role};
use cairn::kpi::control::{ChartKind, Grain, Parameters};
use cairn::kpi::{self, FreezePhase, Import, SaveDefinition, Signal, SignalRule};
use chrono::{Days, NaiveDate};
use serde_json::json;

use crate::both;
use crate::kpi::{MAPPING, day, log};
use crate::support::TestApp;

const LAST: &str = "2026-10-31";

/// So many days up to the last one: 8 in 200 abandoned, a little more or less; from `shift` days before the end on 15.
fn days(count: u64, shift: u64) -> Vec<(NaiveDate, usize, usize)> {
    (0..count)
        .rev()
        .map(|back| {
            let wobble = usize::try_from(back * 7 % 5).unwrap();
            let abandoned = if back < shift { 13 + wobble } else { 6 + wobble };
            (day(LAST) - Days::new(back), 200 - abandoned, abandoned)
        })
        .collect()
}

fn import(app: &TestApp, name: &str, days: &[(NaiveDate, usize, usize)]) -> Vec<Signal> {
    let request = Import { mapping: MAPPING.into(), centre: Some("HD".into()), file_name: name.into(), ..Import::default() };
    let done = kpi::import(app.ledger(), &app.site.config.evidence_dir(), &app.system(), &request, &log(days)[..]).unwrap();
    match done {
        kpi::Imported::New { signals, .. } => signals,
        kpi::Imported::Identical(batch) => panic!("identical to {}", batch.number),
    }
}

fn freeze(app: &TestApp, command: FreezePhase) -> cairn::error::Result<kpi::PhaseRow> {
    app.ledger().write(&app.system(), move |tx| kpi::freeze(tx, "abandonment_rate", &command))
}

fn phase(from: &str, to: &str, starts_on: &str) -> FreezePhase {
    FreezePhase {
        centre: "HD".into(),
        points: Grain::Day,
        starts_on: day(starts_on),
        baseline_from: day(from),
        baseline_to: day(to),
        reason: "新排班已验证".into(),
    }
}

/// The chart that is drawn: letters and codes of rules behind the diamonds.
fn rules(page: &str) -> Vec<String> {
    page.split("<text class=\"b mid\"")
        .skip(1)
        .filter_map(|rest| Some(rest.split('>').nth(1)?.split('<').next()?.to_owned()))
        .collect()
}

both! {
    async fn limits_are_frozen_with_a_reason_and_judge_from_their_day(app: TestApp) {
        app.with_centre();
        let manager = app.signed_in("wangfang", &[Role::QualityManager]).english();
        import(app, "before.csv", &days(120, 30)[..90]);
        let page = manager.get("/kpis/HD/abandonment_rate?period=2026-10").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        assert!(page.main().contains("Provisional limits from") && page.main().contains("p′ chart"), "{}", page.main());
        // The form proposes the days of the limits that roll along, and asks for a reason.
        let form = manager.get("/kpis/HD/abandonment_rate/phases").await;
        assert!(form.main().contains("No limits are frozen yet."), "{}", form.main());
        let fields = [("points", "day"), ("baseline_from", "2026-07-04"), ("baseline_to", "2026-10-01"), ("starts_on", "2026-09-22"), ("reason", "")];
        let refused = manager.post("/kpis/HD/abandonment_rate/phases", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("value=\"2026-07-04\""), "what was typed is kept: {}", refused.main());
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, if *name == "reason" { "Baseline of the summer" } else { *value })).collect();
        let done = manager.post("/kpis/HD/abandonment_rate/phases", &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        let page = manager.get(done.location()).await;
        for part in ["Baseline of the summer", "Limits frozen from 90 points between 2026-07-04 and 2026-10-01."] {
            assert!(page.main().contains(part), "{part}: {}", page.main());
        }
        // Frozen limits do not follow the shift: it is a run, told once, with the number of its rule.
        let raised = import(app, "after.csv", &days(120, 30)[90..]);
        let runs: Vec<&Signal> = raised.iter().filter(|signal| signal.code == "abandonment_rate" && signal.rule == SignalRule::Run).collect();
        assert!(!runs.is_empty() && runs.len() <= 2, "told once, of working days and of weekends: {raised:?}");
        let detail: kpi::SignalDetail = runs[0].detail.to().unwrap();
        assert_eq!((detail.chart, detail.rule_number.as_deref(), detail.baseline_to), (Some(ChartKind::PPrime), Some("2"), Some(day("2026-10-01"))));
        let page = manager.get("/kpis/HD/abandonment_rate?period=2026-10").await;
        assert!(rules(&page.text()).iter().any(|codes| codes.split(',').any(|code| code == "2")), "{:?}", rules(&page.text()));
        assert!(page.main().contains("Phase 1 · 90 points") || page.text().contains("Phase 1 · 90 points"));
        assert!(page.main().contains("look for the cause") || page.main().contains("nonconformity"), "{}", page.main());
        let signal = manager.get(&format!("/kpis/signals/{}", runs[0].id)).await;
        assert!(signal.main().contains("dated at the last point of the rule’s window") || signal.main().contains("dated at the last point of the rule's window"), "{}", signal.main());
        // A new phase takes the new level; its rules begin anew.
        freeze(app, phase("2026-10-02", "2026-10-31", "2026-10-20")).unwrap();
        let page = manager.get("/kpis/HD/abandonment_rate/phases").await;
        assert!(page.text().contains("Phase 2 · 30 points"), "{}", page.main());
        assert_eq!(page.all("#phases tbody th").len(), 2);
        let history = app.ledger().db.read(|conn| cairn::ledger::store::history(conn, "kpi", "abandonment_rate", 10)).unwrap();
        assert_eq!(history.iter().filter(|event| event.action == "kpi.phase").count(), 2);
    }

    async fn a_baseline_that_says_nothing_is_refused(app: TestApp) {
        app.with_centre();
        import(app, "calls.csv", &days(60, 0));
        let problem = |done: cairn::error::Result<kpi::PhaseRow>| {
            let error = done.unwrap_err();
            error.problems().iter().map(|problem| (problem.field.clone(), problem.code.clone())).collect::<Vec<_>>()
        };
        let found = problem(freeze(app, phase("2026-10-01", "2026-10-11", "2026-10-12")));
        assert_eq!(found, [("baseline_from".to_owned(), "kpi-phase-few".to_owned())]);
        let found = problem(freeze(app, phase("2026-10-11", "2026-10-01", "2026-10-12")));
        assert_eq!(found, [("baseline_to".to_owned(), "ends-before-start".to_owned())]);
        let found = problem(freeze(app, phase("2026-10-01", "2026-10-31", "2026-09-12")));
        assert_eq!(found, [("starts_on".to_owned(), "kpi-phase-early".to_owned())]);
        let row = freeze(app, phase("2026-10-01", "2026-10-15", "2026-10-16")).unwrap();
        assert!(row.parameters.to::<Parameters>().unwrap().provisional(), "fifteen points are provisional");
        let found = problem(freeze(app, phase("2026-10-01", "2026-10-31", "2026-10-16")));
        assert_eq!(found, [("starts_on".to_owned(), "kpi-phase-order".to_owned())]);
        let reader = app.user("staff", &[Role::Staff]);
        let actor = app.actor(&reader, &[Role::Staff]);
        let command = phase("2026-10-01", "2026-10-31", "2026-10-20");
        assert!(app.ledger().write(&actor, move |tx| kpi::freeze(tx, "abandonment_rate", &command)).is_err());
    }

    async fn points_are_days_weeks_or_months(app: TestApp) {
        app.with_centre();
        import(app, "calls.csv", &days(400, 0));
        let reader = app.signed_in("staff", &[Role::Staff]).english();
        for (points, words, first) in [("day", "By day", "2026-10-31"), ("week", "By week", "2026-10-26"), ("month", "By month", "2026-10")] {
            let page = reader.get(&format!("/kpis/HD/abandonment_rate?period=2026-10&points={points}")).await;
            assert_eq!(page.status, StatusCode::OK);
            assert!(page.all("#control .seg [aria-current]") == [words], "{points}: {:?}", page.all("#control .seg [aria-current]"));
            assert_eq!(page.all("#control tbody th")[0], first, "{points}");
        }
        assert!(!reader.get("/kpis/HD/abandonment_rate/phases").await.text().contains("action=\"/kpis/HD/abandonment_rate/phases\""));
        assert_eq!(reader.get("/kpis/HD/fcr?points=week").await.status, StatusCode::OK);
        assert_eq!(reader.get("/kpis/HD/luck/phases").await.status, StatusCode::NOT_FOUND);
    }

    async fn phases_come_and_go_through_the_api(app: TestApp) {
        app.with_centre();
        let program = app.program("wangfang", &[Role::QualityManager], &["read-kpis", "manage-kpis"]);
        import(app, "calls.csv", &days(90, 0));
        let body = json!({"centre": "HD", "points": "day", "starts_on": "2026-10-01", "baseline_from": "2026-08-03", "baseline_to": "2026-09-30", "reason": "Summer"});
        let done = program.send_json(Method::POST, "/api/v1/kpis/abandonment_rate/phases", &[], &body).await;
        assert_eq!(done.status, StatusCode::CREATED, "{}", done.text());
        assert_eq!((&done.json()["chart"], &done.json()["points"]), (&json!("p_prime"), &json!("day")));
        let list = program.get("/api/v1/kpis/abandonment_rate/phases?centre=HD").await.json();
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
        assert!(list["items"][0]["parameters"]["process"]["share"]["centre"].as_f64().unwrap() > 0.03, "{list}");
        assert_eq!(program.get("/api/v1/kpis/abandonment_rate/phases?centre=XX").await.status, StatusCode::NOT_FOUND);
    }

    async fn a_definition_says_its_chart_rules_gate_and_owner(app: TestApp) {
        app.with_centre();
        let manager = app.signed_in("wangfang", &[Role::QualityManager]).english();
        import(app, "first.csv", &[(day("2026-09-30"), 97, 3)]);
        let known = app.ledger().db.read(|conn| kpi::definition(conn, "abandonment_rate")).unwrap();
        let mut definition = (*known.definition).clone();
        (definition.gate, definition.owner) = (true, Some("Head of the centre".into()));
        definition.starts_on = Some(day("2026-01-01"));
        definition.rules = kpi::control::parse_rules("1, 3").unwrap();
        let mut wrong = definition.clone();
        wrong.chart = ChartKind::XbarS;
        let save = |definition| {
            let command = SaveDefinition { definition, seen: Some(known.version), reason: "Contract".into() };
            app.ledger().write(&app.system(), move |tx| kpi::save_definition(tx, &command))
        };
        assert_eq!(save(wrong).unwrap_err().problems()[0].code, "kpi-definition-chart");
        save(definition).unwrap();
        let page = manager.get("/kpis/definitions/abandonment_rate").await;
        assert!(page.main().contains("1, 3") && page.main().contains("Head of the centre") && page.main().contains("opens a gate"), "{}", page.main());
        let form = manager.get("/kpis/definitions/abandonment_rate/edit").await;
        assert!(form.text().contains("value=\"1, 3\"") && form.text().contains("id=\"f-gate\" name=\"gate\" value=\"on\" checked"), "{}", form.text());
        // Ten calls are too few to be scored, and enough for a gate.
        let raised = import(app, "few.csv", &[(day(LAST), 8, 2)]);
        let gates: Vec<&Signal> = raised.iter().filter(|signal| signal.rule == SignalRule::Gate).collect();
        assert_eq!((gates.len(), gates[0].code.as_str(), gates[0].period.as_str()), (1, "abandonment_rate", "2026-10"));
        let card = manager.get("/kpis/HD?period=2026-10").await;
        assert!(card.main().contains("Open gates") && card.main().contains("Abandonment rate"), "{}", card.main());
        let signal = manager.get(&format!("/kpis/signals/{}", gates[0].id)).await;
        assert!(signal.main().contains("Head of the centre") && signal.main().contains("Gate"), "{}", signal.main());
        let (id, actor) = (gates[0].id.clone(), app.system());
        app.ledger().write(&actor, move |tx| kpi::explain(tx, &id, "Two hours of maintenance")).unwrap();
        assert!(!manager.get("/kpis/HD?period=2026-10").await.main().contains("Open gates"));
        let open = app.ledger().db.read(|conn| kpi::open_signals(conn, &Actor::system())).unwrap();
        assert!(open.iter().all(|signal| signal.rule != SignalRule::Gate));
    }
}

/// Forty evaluations of ten people each; the last one makes a compliance error in every second.
fn evaluations() -> (String, String) {
    let mapping = "kind = \"evaluations\"\nsource = \"qa\"\npersonal = [\"agent\"]\n[id]\ncolumn = \"id\"\n[centre]\nvalue = \"HD\"\n\
                   [stamp]\ndate = \"day\"\n[score]\ncolumn = \"score\"\n[compliance_critical]\ncolumn = \"error\"\n\
                   values = { yes = true, no = false }\n";
    let mut file = String::from("id,day,agent,score,error\n");
    for agent in 0..10 {
        for n in 0..40 {
            let wrong = if agent == 9 { n % 2 == 0 } else { n == agent };
            let error = if wrong { "yes" } else { "no" };
            file.push_str(&format!("{agent}-{n},2026-10-{:02},Agent {agent},{},{error}\n", n % 28 + 1, 80 + (n * 7 + agent) % 15));
        }
    }
    (mapping.to_owned(), file)
}

both! {
    async fn results_by_person_get_a_funnel_and_no_order(app: TestApp) {
        app.with_centre();
        let (mapping, file) = evaluations();
        let request = Import { mapping, file_name: "qa.csv".into(), ..Import::default() };
        kpi::import(app.ledger(), &app.site.config.evidence_dir(), &app.system(), &request, file.as_bytes()).unwrap();
        let manager = app.signed_in("wangfang", &[Role::QualityManager]).english();
        let page = manager.get("/kpis/HD/compliance_accuracy/agents?period=2026-10").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        let names = page.all("#funnel tbody th");
        assert_eq!(names.len(), 10);
        assert!(names.iter().all(|name| name.starts_with("anon-")) && names.is_sorted(), "by pseudonym, not by result: {names:?}");
        assert!(!page.text().contains("Agent 9"), "nobody is named");
        assert_eq!(page.all("#funnel tbody .st").len(), 1, "one lies outside: {}", page.main());
        // 29 errors in 400: the pooled share is 92.75 %; 3 sigma around it for 40 are 80.4 % and 100 %.
        assert!(page.main().contains("92.8") && page.main().contains("80.4") && page.main().contains("50.0"), "{}", page.main());
        let means = manager.get("/kpis/HD/qa_score/agents?period=2026-10&column=agent").await;
        assert_eq!(means.status, StatusCode::OK, "{}", means.text());
        assert_eq!(means.all("#funnel tbody th").len(), 10);
        assert_eq!(manager.get("/kpis/HD/qa_score/agents?period=2026-10&column=nobody").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(manager.get("/kpis/HD/service_level/agents?period=2026-10").await.main().contains("No file behind this KPI"));
        let reader = app.signed_in("staff", &[Role::Staff]);
        assert_eq!(reader.get("/kpis/HD/compliance_accuracy/agents?period=2026-10").await.status, StatusCode::NOT_FOUND);
    }
}
