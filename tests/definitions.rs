//! KPI definitions: read, checked while typed, added, changed; a change leaves old values with the old definition.

use std::collections::BTreeMap;

use actix_web::http::Method;
use cairn::actor::{Actor, Role};
use cairn::db::Json;
use cairn::error::Error;
use cairn::kpi::definition::Definition;
use cairn::kpi::pack::Pack;
use cairn::kpi::{self, Period, SaveDefinition};
use serde_json::{Value, json};

use crate::api::problem;
use crate::api_documents::etag;
use crate::both;
use crate::kpi::{day, log};
use crate::support::TestApp;

/// The fields of a whole definition.
fn fields() -> BTreeMap<&'static str, &'static str> {
    BTreeMap::from([
        ("code", "short_wait_share"),
        ("zh", "短等待占比"),
        ("en", "Short waits"),
        ("definition_zh", "等待不超过阈值的应答数 ÷ 应答数。"),
        ("definition_en", "Contacts answered within the threshold ÷ contacts answered."),
        ("family", "service_level"),
        ("unit", "percent"),
        ("direction", "higher"),
        ("n_rule", "P"),
        ("method.kind", "proportion"),
        ("method.numerator", "within(wait_answered, threshold_s)"),
        ("method.denominator", "answered"),
        ("parameters", "threshold_s = 15"),
        ("reason", "新合同"),
    ])
}

fn sent(fields: &BTreeMap<&'static str, &'static str>) -> Vec<(&'static str, &'static str)> {
    fields.iter().map(|(name, value)| (*name, *value)).collect()
}

fn value(app: &TestApp, code: &str, period: &str) -> kpi::Value {
    let period = Period::parse(period).unwrap();
    app.ledger().db.read(|conn| kpi::value(conn, &Actor::system(), code, "HD", period)).unwrap()
}

impl TestApp {
    fn with_calls(&self) {
        self.with_centre();
        self.ledger().write(&self.system(), kpi::install_pack).unwrap();
        let request = kpi::Import {
            mapping: crate::kpi::MAPPING.into(),
            centre: Some("HD".into()),
            file_name: "calls.csv".into(),
            ..kpi::Import::default()
        };
        let file = log(&[(day("2026-09-01"), 40, 10), (day("2026-10-01"), 40, 10)]);
        kpi::import(self.ledger(), &self.site.config.evidence_dir(), &self.system(), &request, &file[..]).unwrap();
    }
}

both! {
    async fn everybody_reads_what_is_measured_and_how(app: TestApp) {
        app.with_calls();
        let staff = app.signed_in("staff", &[Role::Staff]).english();
        let list = staff.get("/kpis/definitions").await;
        assert_eq!(list.status, 200);
        assert_eq!(list.all("main table tbody th").len(), 71);
        assert!(!list.main().contains("New KPI"));
        let one = staff.get("/kpis/definitions/service_level").await.main();
        for told in ["Calls answered within 20 seconds", "within(wait_answered, threshold_s)", "short_abandon_excluded", "Wait until answered", "Cost control"] {
            assert!(one.contains(told), "{told}: {one}");
        }
        let measures = staff.get("/kpis/definitions/measures").await.main();
        assert!(measures.contains("complaints_recurring") && measures.contains("quantile(m, q)"));
        assert_eq!(staff.get("/kpis/definitions/nothing").await.status, 404);
        assert_eq!(staff.get("/kpis/definitions/new").await.status, 404);
    }

    async fn a_manager_adds_a_kpi_and_it_has_values(app: TestApp) {
        app.with_calls();
        let manager = app.signed_in("manager", &[Role::QualityManager]).english();
        assert_eq!(manager.get("/kpis/definitions/new").await.status, 200);
        let wrong = BTreeMap::from([("method.numerator", "within(wait_answerd, threshold_s)"), ("method.denominator", "talk_s"), ("parameters", "threshold_s")]);
        let mut all = fields();
        all.extend(wrong);
        let refused = manager.post("/kpis/definitions", &sent(&all)).await;
        assert_eq!(refused.status, 422);
        assert!(refused.main().contains("Was wait_answered meant?"), "{}", refused.main());
        assert_eq!(refused.all("main mark"), ["wait_answerd"]);
        assert!(refused.main().contains("Line 1 cannot be read. Write it as: threshold_s = 20"));
        let checked = manager.post("/kpis/definitions", &[sent(&fields()), vec![("_check", "1")]].concat()).await;
        assert_eq!(checked.status, 200, "{}", checked.main());
        assert!(checked.main().contains("Nothing wrong was found"));
        let saved = manager.post("/kpis/definitions", &sent(&fields())).await;
        assert_eq!((saved.status.as_u16(), saved.location()), (303, "/kpis/definitions/short_wait_share"), "{}", saved.main());
        let found = value(app, "short_wait_share", "2026-10");
        assert!(found.numerator == 32 && found.denominator == 40, "{found:?}");
        assert!(manager.get("/kpis/HD/short_wait_share?period=2026-10").await.main().contains("80.0"));
        // What stands beside the value is shown with it.
        let mut shown = fields();
        shown.extend([("code", "beside_share"), ("beside", "二十秒内 | Within 20 s | within(wait_answered, 20) / answered\n通话 | Talk | talk_s / answered")]);
        assert_eq!(manager.post("/kpis/definitions", &sent(&shown)).await.status, 303);
        let page = manager.get("/kpis/HD/beside_share?period=2026-10").await;
        assert!(page.main().contains("Within 20 s 80.0% Talk 200.00"), "{}", page.main());
        let twice = manager.post("/kpis/definitions", &sent(&fields())).await;
        assert_eq!(twice.status, 422);
        assert!(twice.main().contains("There is a KPI with this code"));
        let staff = app.signed_in("staff", &[Role::Staff]);
        assert_eq!(staff.post("/kpis/definitions", &sent(&fields())).await.status, 403);
    }

    async fn a_change_leaves_old_values_with_the_old_definition(app: TestApp) {
        app.with_calls();
        let manager = app.signed_in("manager", &[Role::QualityManager]).english();
        assert!(value(app, "service_level", "2026-10").numerator == 32);
        let form = manager.get("/kpis/definitions/service_level/edit").await;
        assert!(form.text().contains("abandon_negative | 放弃计为未达 |"), "{} {}", form.status, form.text());
        let mut all = fields();
        all.remove("code");
        all.extend([("parameters", "threshold_s = 60"), ("method.denominator", "answered + abandoned"), ("starts_on", "2026-10-01"), ("seen", "1")]);
        let saved = manager.post("/kpis/definitions/service_level", &sent(&all)).await;
        assert_eq!(saved.status, 303, "{}", saved.main());
        let (old, new) = (value(app, "service_level", "2026-09"), value(app, "service_level", "2026-10"));
        assert!(old.definition_version == 1 && old.numerator == 32, "{old:?}");
        assert!(new.definition_version == 2 && new.numerator == 40, "{new:?}");
        let page = manager.get("/kpis/definitions/service_level").await;
        assert_eq!(page.all("#versions tbody th").len(), 2);
        // Somebody else changed it meanwhile; a day before the last version is refused.
        let stale = manager.post("/kpis/definitions/service_level", &sent(&all)).await;
        assert!(stale.status == 422 && stale.main().contains("Somebody changed this definition meanwhile"), "{}", stale.main());
        all.extend([("seen", "2"), ("starts_on", "2026-09-01")]);
        let early = manager.post("/kpis/definitions/service_level", &sent(&all)).await;
        assert!(early.status == 422 && early.main().contains("choose that day or a later one"), "{}", early.main());
        // Installing again does not touch what the organisation made its own.
        app.ledger().write(&app.system(), kpi::install_pack).unwrap();
        assert_eq!(value(app, "service_level", "2026-10").definition_version, 2);
    }

    async fn an_expression_is_judged_while_it_is_typed(app: TestApp) {
        app.with_calls();
        let manager = app.signed_in("manager", &[Role::QualityManager]).english();
        let check = async |query: &str| manager.get(&format!("/kpis/definitions/check?{query}")).await.text();
        assert!(check("expression=talk_s/answered").await.contains("Fine: seconds ÷ contacts"));
        assert!(check("expression=answered%3Elimit&parameters=limit%20%3D%205").await.contains("Fine: a condition"));
        let wrong = check("expression=answered%2Btalk_s").await;
        assert!(wrong.contains("contacts and seconds cannot be added") && wrong.contains("<mark>answered+talk_s</mark>"), "{wrong}");
        let hostile = check("expression=%3Cscript%3E").await;
        assert!(!hostile.contains("<script>"), "{hostile}");
        let chinese = app.signed_in("second", &[Role::QualityManager]);
        assert!(chinese.get("/kpis/definitions/check?expression=headcount").await.text().contains("逐日清点的存量"));
        assert_eq!(app.signed_in("staff", &[Role::Staff]).get("/kpis/definitions/check?expression=1").await.status, 404);
    }

    async fn programs_read_add_and_change_definitions(app: TestApp) {
        app.with_calls();
        let program = app.program("wangfang", &[Role::QualityManager], &["read-kpis", "manage-kpis"]);
        let seen = program.get("/api/v1/kpis/asa_s").await;
        let body = seen.json();
        assert_eq!((&body["current"]["version"], &body["current"]["method"]["kind"], &body["current"]["sources"]), (&json!(1), &json!("mean"), &json!(["interactions"])));
        let mut definition = body["current"].clone();
        for derived in ["version", "measured", "sources"] {
            definition.as_object_mut().unwrap().remove(derived);
        }
        definition["parameters"] = json!({"limit_s": 300});
        definition["method"] = json!({"kind": "level", "numerator": "within(wait_answered, limit_s) + talk_s"});
        definition["starts_on"] = json!("2026-10-01");
        let change = |definition: &Value| json!({"definition": definition, "reason": "试算"});
        let path = "/api/v1/kpis/asa_s";
        problem(&program.send_json(Method::PUT, path, &[], &change(&definition)).await, 428, "precondition-required");
        let refused = program.send_json(Method::PUT, path, &[("if-match", &etag(&seen))], &change(&definition)).await;
        let told = problem(&refused, 422, "invalid");
        assert_eq!((&told["errors"][0]["field"], &told["errors"][0]["code"]), (&json!("method.numerator"), &json!("kpi-expression-units")));
        assert_eq!((&told["errors"][0]["params"]["start"], &told["errors"][0]["params"]["end"]), (&json!("0"), &json!("39")));
        definition["method"] = json!({"kind": "level", "numerator": "within(wait_answered, limit_s)"});
        let done = program.send_json(Method::PUT, path, &[("if-match", &etag(&seen))], &change(&definition)).await;
        assert_eq!((done.status.as_u16(), &done.json()["version"]), (200, &json!(2)), "{}", done.text());
        problem(&program.send_json(Method::PUT, path, &[("if-match", &etag(&seen))], &change(&definition)).await, 412, "stale");
        assert_eq!(program.get(path).await.json()["versions"].as_array().unwrap().len(), 2);
        definition["code"] = json!("waits_counted");
        definition.as_object_mut().unwrap().remove("starts_on");
        let made = program.send_json(Method::POST, "/api/v1/kpis", &[], &change(&definition)).await;
        assert_eq!((made.status.as_u16(), made.location()), (201, "/api/v1/kpis/waits_counted"), "{}", made.text());
        let measures = program.get("/api/v1/kpi/measures").await.json();
        assert!(measures["items"].as_array().unwrap().iter().any(|measure| measure["name"] == "headcount" && measure["shape"] == "level"));
        let fine = program.get("/api/v1/kpi/expressions?expression=(talk_s%2Bhold_s)/answered").await.json();
        assert_eq!((&fine["expression"], &fine["unit"]), (&json!("(talk_s + hold_s) / answered"), &json!("seconds ÷ contacts")));
        problem(&program.get("/api/v1/kpi/expressions?expression=1%2B").await, 422, "invalid");
    }

    async fn what_was_stored_before_methods_were_data_still_reads(app: TestApp) {
        app.with_centre();
        app.ledger().write(&app.system(), kpi::install_pack).unwrap();
        let legacy = |code: &str, rest: Value| {
            let shipped = Pack::shipped().unwrap().definitions.into_iter().find(|one| one.code == code).unwrap();
            let mut body = serde_json::to_value(shipped).unwrap();
            for new in ["method", "variant", "parameters", "variants", "beside"] {
                body.as_object_mut().unwrap().remove(new);
            }
            body.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
            body
        };
        let level = Definition::read(legacy("service_level", json!({"measured": true, "method": "ratio", "variant": "answered_only", "threshold_s": 30}))).unwrap();
        assert_eq!((level.variant.as_deref(), level.parameters["threshold_s"]), (Some("answered_only"), 30.0));
        assert!(level.formula().is_some_and(|formula| formula.is_share()));
        let waiting = Definition::read(legacy("csat_top2", json!({"measured": false}))).unwrap();
        assert!(waiting.formula().is_none());
        // A database from before: its rows become new versions, and old periods keep what they had.
        let (old, none) = (Json::of(&legacy("service_level", json!({"measured": true, "method": "ratio", "variant": "answered_only", "threshold_s": 30}))).unwrap(),
            Json::of(&legacy("csat_top2", json!({"measured": false}))).unwrap());
        app.ledger().write_unaudited(move |tx| {
            use diesel::prelude::*;
            use cairn::db::schema::kpi_definitions::dsl::{body, code, kpi_definitions};
            for (which, text) in [("service_level", &old), ("csat_top2", &none)] {
                diesel::update(kpi_definitions.filter(code.eq(which))).set(body.eq(text)).execute(&mut **tx)?;
            }
            Ok(())
        }).unwrap();
        let on = |which: &str, at: &str| app.ledger().db.read(|conn| kpi::definition_on(conn, which, day(at))).unwrap();
        assert_eq!(on("service_level", "2026-10-31").definition.variant.as_deref(), Some("answered_only"));
        assert!(on("csat_top2", "2026-10-31").formula.is_none());
        app.ledger().write(&app.system(), kpi::install_pack).unwrap();
        let level = on("service_level", "2026-10-31");
        assert_eq!((level.version, level.definition.variant.as_deref()), (1, Some("answered_only")));
        assert_eq!(on("service_level", "2026-12-31").version, 2);
        assert_eq!(on("csat_top2", "2026-10-31").version, 2, "what could not be computed says nothing about old periods");
        app.ledger().write(&app.system(), kpi::install_pack).unwrap();
        assert_eq!(on("csat_top2", "2026-10-31").version, 2, "installing again changes nothing");
    }

    async fn a_definition_that_cannot_be_is_refused_whole(app: TestApp) {
        app.with_calls();
        let mut definition = Pack::shipped().unwrap().definitions.remove(0);
        definition.code = "Bad Code".into();
        definition.unit = "cows".into();
        definition.family = "nowhere".into();
        definition.limits.floor = Some(99.0);
        definition.parameters.insert("answered".into(), 1.0);
        let command = SaveDefinition { definition, seen: None, reason: String::new() };
        let refused = app.ledger().write(&app.system(), move |tx| kpi::save_definition(tx, &command)).unwrap_err();
        let Error::Invalid(problems) = refused else { panic!("{refused:?}") };
        let fields: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["code", "family", "unit", "parameters", "floor", "reason"]);
    }
}
