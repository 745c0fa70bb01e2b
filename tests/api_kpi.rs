//! KPIs through the API: definitions, values with their proof, cards, call logs in and taken back.

use actix_web::http::Method;
use cairn::actor::Role;
use cairn::kpi::{self, Period};
use serde_json::{Value, json};

use crate::api::problem;
use crate::api_documents::etag;
use crate::both;
use crate::kpi::{MAPPING, day, log, multipart};
use crate::support::{Answer, TestApp, Visitor};

const IMPORT: &[&str] = &["read-kpis", "import-kpis"];

fn manager<'a>(app: &'a TestApp, scopes: &[&str]) -> Visitor<'a> {
    app.with_centre();
    app.program("wangfang", &[Role::QualityManager], scopes)
}

fn october() -> Vec<u8> {
    log(&[(day("2026-10-01"), 40, 10), (day("2026-10-02"), 20, 0)])
}

pub async fn send(who: &Visitor<'_>, file: &[u8], more: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
    let mut fields = vec![("mapping", MAPPING.to_owned()), ("centre", "HD".to_owned())];
    fields.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
    who.send(Method::POST, "/api/v1/kpi/imports", headers, Some(multipart(&fields, "calls.csv", file))).await
}

both! {
    async fn a_log_comes_in_and_values_come_out(app: TestApp) {
        let manager = manager(app, IMPORT);
        let done = send(&manager, &october(), &[], &[]).await;
        assert_eq!(done.status, 201, "{}", done.text());
        let told = done.json();
        assert_eq!((&told["identical"], &told["replaced"], &told["batch"]["number"], &told["batch"]["rows"]), (&json!(false), &json!([]), &json!(1), &json!(70)));
        assert_eq!(manager.get(done.location()).await.json(), told["batch"]);
        let value = manager.get("/api/v1/kpis/service_level/values?centre=HD&period=2026-10").await.json();
        let printed = app.ledger().db.read(|conn| kpi::value(conn, &cairn::actor::Actor::system(), "service_level", "HD", Period::parse("2026-10").unwrap())).unwrap();
        assert_eq!(value, serde_json::to_value(&printed).unwrap(), "what the command line prints");
        assert_eq!((&value["numerator"], &value["denominator"], &value["definition_version"]), (&json!(48), &json!(70), &json!(1)));
        assert!(value["interval"][0].as_f64().unwrap() < value["value"].as_f64().unwrap());
        assert_eq!(value["inputs"][0]["evidence"], told["batch"]["evidence"]);
        let card = manager.get("/api/v1/centres/HD/scorecard?period=2026-10").await.json();
        assert_eq!((&card["centre"], &card["centre_type"], &card["period"]), (&json!("HD"), &json!("cost_control"), &json!("2026-10")));
        let level = card["kpis"].as_array().unwrap().iter().find(|kpi| kpi["code"] == "service_level").unwrap();
        assert_eq!((&level["numerator"], &level["denominator"]), (&json!(48), &json!(70)));
        assert!(level["measures"].as_array().unwrap().contains(&json!({"measure": "answered", "sum": 60})), "{level}");
        assert_eq!((&level["batches"], &level["n"], &card["inputs"]), (&json!([1]), &json!(70), &value["inputs"]));
        let strict = manager.get("/api/v1/centres/HD/scorecard?period=2026-10&strict=true").await.json();
        assert_eq!((&strict["strict"], &card["strict"]), (&json!(true), &json!(false)));
        assert!(strict["total"].as_f64().unwrap() < card["total"].as_f64().unwrap(), "what is missing counts as 0");
        let waiting = card["kpis"].as_array().unwrap().iter().find(|kpi| kpi["code"] == "csat").or_else(|| card["kpis"].as_array().unwrap().iter().find(|kpi| kpi["value"].is_null())).unwrap();
        assert!(waiting["why"].is_string(), "{waiting}");
        assert!(!card["families"].as_array().unwrap().is_empty());
        let known = manager.get("/api/v1/kpis").await.json();
        let level = known["items"].as_array().unwrap().iter().find(|kpi| kpi["code"] == "service_level").unwrap();
        assert_eq!((&level["version"], &level["unit"], &level["measured"]), (&json!(1), &json!("percent"), &json!(true)));
        assert_eq!(manager.get("/api/v1/centres").await.json()["items"][0]["code"], "HD");
    }

    async fn the_same_file_changes_nothing_and_what_overlaps_is_refused(app: TestApp) {
        let manager = manager(app, IMPORT);
        assert_eq!(send(&manager, &october(), &[], &[]).await.status, 201);
        let again = send(&manager, &october(), &[], &[]).await;
        assert_eq!((again.status.as_u16(), again.json()["identical"].clone(), again.json()["batch"]["number"].clone()), (200, json!(true), json!(1)));
        let other = log(&[(day("2026-10-01"), 30, 0), (day("2026-10-02"), 20, 0)]);
        let refused = problem(&send(&manager, &other, &[], &[]).await, 409, "kpi-overlap");
        assert!(refused["detail"].as_str().unwrap().contains("#1 calls.csv"), "{refused}");
        let replaced = send(&manager, &other, &[("replace", "true")], &[]).await;
        assert_eq!((replaced.status.as_u16(), replaced.json()["replaced"].clone()), (201, json!([1])), "{}", replaced.text());
        assert_eq!(manager.get("/api/v1/kpi/batches/1").await.json()["state"], "replaced");
    }

    async fn bad_rows_are_named_by_row_and_column(app: TestApp) {
        let manager = manager(app, IMPORT).english();
        let mut file = october();
        file.extend_from_slice(b"C90,2026-10-01 25:00:00,answered,5,100\nC91,2026-10-01 09:00:00,lost,5,100\n");
        let refused = problem(&send(&manager, &file, &[], &[]).await, 422, "invalid");
        let mut told: Vec<(&Value, &Value)> = refused["errors"].as_array().unwrap().iter().map(|e| (&e["field"], &e["params"]["row"])).collect();
        assert_eq!(told.pop(), Some((&json!("calls.csv"), &Value::Null)), "where the rows can be had");
        assert_eq!(told, [(&json!("calls.csv"), &json!("72")), (&json!("calls.csv"), &json!("73"))]);
        assert!(refused["errors"][0]["message"].as_str().unwrap().contains("column “at”"), "{refused}");
        let fields = [("mapping", "source = 1".to_owned())];
        let refused = manager.send(Method::POST, "/api/v1/kpi/imports", &[], Some(multipart(&fields, "calls.csv", &october()))).await;
        assert_eq!(problem(&refused, 422, "invalid")["errors"][0]["field"], "mapping");
        let refused = manager.send_json(Method::POST, "/api/v1/kpi/imports", &[], &json!({})).await;
        problem(&refused, 422, "invalid");
        let (kind, body) = multipart(&[("mapping", MAPPING.to_owned())], "calls.csv", &october());
        let cut = body[..body.len() - 200].to_vec();
        problem(&manager.send(Method::POST, "/api/v1/kpi/imports", &[], Some((kind, cut))).await, 422, "invalid");
        assert_eq!(manager.get("/api/v1/kpi/batches").await.json(), json!({"items": []}));
    }

    async fn a_batch_is_taken_back_on_the_version_that_was_seen(app: TestApp) {
        let manager = manager(app, IMPORT);
        send(&manager, &october(), &[], &[]).await;
        let seen = manager.get("/api/v1/kpi/batches/1").await;
        let undo = async |tag: &[(&str, &str)]| manager.send_json(Method::POST, "/api/v1/kpi/batches/1/undo", tag, &json!({"reason": "错误文件"})).await;
        problem(&undo(&[]).await, 428, "precondition-required");
        problem(&undo(&[("if-match", "\"7\"")]).await, 412, "stale");
        let done = undo(&[("if-match", &etag(&seen))]).await;
        assert_eq!((done.status.as_u16(), done.json()["state"].clone()), (200, json!("undone")), "{}", done.text());
        problem(&undo(&[("if-match", &etag(&done))]).await, 409, "kpi-not-live");
        let value = manager.get("/api/v1/kpis/service_level/values?centre=HD&period=2026-10").await.json();
        assert_eq!((&value["value"], &value["missing"]), (&Value::Null, &json!("not_delivered")));
        problem(&manager.get("/api/v1/kpi/batches/9").await, 404, "not-found");
        problem(&manager.get("/api/v1/kpi/batches/x").await, 404, "not-found");
    }

    async fn batches_are_listed_page_by_page(app: TestApp) {
        let manager = manager(app, IMPORT);
        for number in 1..=5 {
            assert_eq!(send(&manager, &log(&[(day(&format!("2026-10-{number:02}")), 5, 0)]), &[], &[]).await.status, 201);
        }
        let (mut numbers, mut next) = (Vec::new(), String::new());
        loop {
            let page = manager.get(&format!("/api/v1/kpi/batches?limit=2&after={next}")).await.json();
            numbers.extend(page["items"].as_array().unwrap().iter().map(|item| item["number"].as_i64().unwrap()));
            let Some(cursor) = page["next"].as_str() else { break };
            next = cursor.to_owned();
        }
        assert_eq!(numbers, [5, 4, 3, 2, 1]);
        problem(&manager.get("/api/v1/kpi/batches?after=ff").await, 422, "invalid");
    }

    async fn what_is_not_asked_rightly_is_named(app: TestApp) {
        let manager = manager(app, IMPORT);
        send(&manager, &october(), &[], &[]).await;
        for (path, field) in [("kpis/service_level/values?period=2026-10", "centre"), ("kpis/service_level/values?centre=HD", "period"), ("kpis/service_level/values?centre=HD&period=soon", "period"), ("centres/HD/scorecard", "period")] {
            assert_eq!(problem(&manager.get(&format!("/api/v1/{path}")).await, 422, "invalid")["errors"][0]["field"], field, "{path}");
        }
        for path in ["kpis/moon/values?centre=HD&period=2026-10", "kpis/service_level/values?centre=XX&period=2026-10", "centres/XX/scorecard?period=2026-10"] {
            problem(&manager.get(&format!("/api/v1/{path}")).await, 404, "not-found");
        }
    }

    async fn scopes_limit_what_a_token_does(app: TestApp) {
        let reader = manager(app, &["read-kpis"]);
        problem(&send(&reader, &october(), &[], &[]).await, 403, "not-permitted");
        problem(&reader.send_json(Method::POST, "/api/v1/kpi/batches/1/undo", &[("if-match", "\"1\"")], &json!({})).await, 403, "not-permitted");
        let staff = app.program("zhaoxm", &[Role::Staff], IMPORT);
        problem(&send(&staff, &october(), &[], &[]).await, 403, "not-permitted");
        assert_eq!(staff.get("/api/v1/kpis").await.status, 200);
        let (_, blind) = app.token("wangfang", &[Role::QualityManager], &["read-documents"]);
        let blind = app.nobody().bearer(&blind);
        for path in ["kpis", "centres", "kpi/batches", "kpi/batches/1", "kpis/service_level/values", "centres/HD/scorecard"] {
            problem(&blind.get(&format!("/api/v1/{path}")).await, 404, "not-found");
            problem(&app.nobody().get(&format!("/api/v1/{path}")).await, 401, "unauthenticated");
        }
        problem(&send(&app.nobody(), &october(), &[], &[]).await, 401, "unauthenticated");
    }
}
