//! Records: filling in forms, numbers, registers, and who may see what.

use std::sync::Arc;

use cairn::actor::{Actor, Role};
use cairn::documents::{self, Adopt, Bilingual, FormExtra};
use cairn::error::Error;
use cairn::organisation::{self, Centre, CentreType, NewCentre};
use cairn::records::{self, FillRecord, Record, State};
use cairn::text::Lang;
use chrono::{TimeZone, Utc};
use serde_json::json;

use crate::both;
use crate::support::{Answer, TestApp, Visitor};

/// Puts a version of a form in force.
pub fn form(app: &TestApp, code: &str, label: &str, more: &[serde_json::Value]) {
    let mut fields = vec![
        json!({"id": "channel", "label": {"zh": "渠道", "en": "Channel"}, "type": "choice", "required": true,
               "options": [{"value": "phone", "zh": "电话", "en": "Telephone"}, {"value": "web", "zh": "网络", "en": "Web"}]}),
        json!({"id": "customer", "label": {"zh": "客户称呼", "en": "Customer"}, "type": "text", "required": true}),
        json!({"id": "need", "label": {"zh": "诉求", "en": "Need"}, "type": "longtext"}),
        json!({"id": "amount", "label": {"zh": "赔付金额", "en": "Compensation"}, "type": "number", "min": 0}),
        json!({"id": "received_on", "label": {"zh": "接待日期", "en": "Received on"}, "type": "date"}),
        json!({"id": "grade", "label": {"zh": "满意度", "en": "Satisfaction"}, "type": "rating", "max": 5}),
    ];
    fields.extend_from_slice(more);
    let both = |zh: &str, en: &str| Bilingual { zh: Some(zh.into()), en: Some(en.into()) };
    let command = Adopt {
        code: code.into(),
        tier: 4,
        label: Some(label.into()),
        title: both("投诉登记表", "Complaint register"),
        text: both("## 1 目的\n\n登记投诉。\n", "## 1 Purpose\n\nTo register complaints.\n"),
        form: Some(FormExtra { number: Some("{YYMM}-{nnn}".into()), fields }),
        effective: true,
        reason: "采用".into(),
        ..Adopt::default()
    };
    app.ledger().write(&app.system(), move |tx| documents::adopt(tx, &command)).unwrap();
}

pub fn centre(app: &TestApp, code: &str, name: &str) -> Centre {
    let command = NewCentre {
        code: code.into(),
        name: name.into(),
        name_en: None,
        unit_id: None,
        zone: None,
        centre_type: CentreType::CostControl,
    };
    app.ledger().write(&app.system(), move |tx| organisation::create_centre(tx, &command)).unwrap()
}

const FILLED: [(&str, &str); 4] =
    [("values.channel", "phone"), ("values.customer", "沈女士"), ("values.amount", "20"), ("submit", "true")];

fn command(code: &str) -> FillRecord {
    serde_json::from_value(json!({"form": code, "values": {"channel": "web", "customer": "周先生"}, "submit": true})).unwrap()
}

fn fill(app: &TestApp, actor: &Arc<Actor>, command: FillRecord) -> Result<Record, Error> {
    app.ledger().write(actor, move |tx| records::fill(tx, &command))
}

fn record(app: &TestApp, answer: &Answer) -> Record {
    let id = answer.location().strip_prefix("/r/").unwrap_or_else(|| panic!("{answer:?}")).to_owned();
    app.ledger().db.read(|conn| records::get(conn, &Actor::system(), &id)).unwrap()
}

fn numbers(answer: &Answer) -> Vec<String> {
    answer.all("#results tbody th")
}

fn staff(app: &TestApp) -> Visitor<'_> {
    app.organisation();
    form(app, "FR-02", "A/0", &[]);
    app.signed_in("zhaoxm", &[Role::Staff])
}

both! {
    async fn a_record_is_begun_saved_submitted_and_locked(app: TestApp) {
        let visitor = staff(app);
        let blank = visitor.get("/records/FR-02/new").await;
        assert_eq!(blank.status, 200);
        assert!(blank.main().contains("FR-02 A/0") && blank.main().contains("赔付金额"), "{}", blank.main());
        let begun = visitor.post("/records/FR-02/new", &[("values.customer", "沈女士"), ("values.amount", "about 20"), ("submit", "")]).await;
        assert_eq!(begun.status, 303, "{}", begun.main());
        let draft = record(app, &begun);
        assert_eq!((draft.state, draft.number.clone(), draft.row_version), (State::Draft, None, 1));
        let path = format!("/r/{}", draft.id);
        let shown = visitor.get(&path).await;
        assert!(shown.text().contains("value=\"about 20\"") && shown.text().contains("value=\"沈女士\""));
        let submitted = visitor.post(&path, &[&FILLED[..], &[("row_version", "1")]].concat()).await;
        assert_eq!(submitted.status, 303, "{}", submitted.main());
        let locked = record(app, &submitted);
        assert_eq!(locked.number.as_deref(), Some("2611-001"));
        assert_eq!(serde_json::Value::Object(locked.values().unwrap()), json!({"channel": "phone", "customer": "沈女士", "amount": 20}));
        assert_eq!(locked.content_hash.as_ref().map(String::len), Some(64));
        let again = visitor.post(&path, &[&FILLED[..], &[("row_version", "2")]].concat()).await;
        assert_eq!(again.status, 409);
        assert!(again.main().contains("已经提交并锁定"), "{}", again.main());
        assert_eq!(record(app, &submitted), locked, "nothing changed");
        let page = visitor.get(&path).await.main();
        for text in ["2611-001", "电话", "沈女士", "提交后不可更改", "zhaoxm 王 提交了 FR-02 2611-001（A/0 版表单）", "zhaoxm 王 开始填写 FR-02（A/0 版）"] {
            assert!(page.contains(text), "{text}: {page}");
        }
        let discarded = visitor.post(&format!("{path}/discard"), &[]).await;
        assert_eq!(discarded.status, 409);
    }

    async fn a_draft_saved_in_two_places_loses_no_text(app: TestApp) {
        let visitor = staff(app);
        let begun = visitor.post("/records/FR-02/new", &[("values.customer", "沈女士")]).await;
        let path = begun.location().to_owned();
        assert_eq!(visitor.post(&path, &[("values.customer", "甲"), ("row_version", "1")]).await.status, 303);
        let late = visitor.post(&path, &[("values.customer", "乙"), ("row_version", "1")]).await;
        assert_eq!(late.status, 409);
        assert!(late.text().contains("value=\"乙\""));
        assert_eq!(visitor.post(&format!("{path}/discard"), &[]).await.status, 303);
        assert_eq!(visitor.get(&path).await.status, 404);
    }

    async fn what_does_not_fit_is_named_and_keeps_what_was_typed(app: TestApp) {
        let visitor = staff(app);
        let sent = [("values.customer", "沈女士"), ("values.amount", "1,000"), ("values.received_on", "2026-02-30"), ("submit", "true")];
        let refused = visitor.post("/records/FR-02/new", &sent).await;
        assert_eq!(refused.status, 422);
        let page = refused.main();
        for text in ["有 3 处需要改正", "请填写“渠道”", "“赔付金额”要填数字", "“接待日期”要填日期"] {
            assert!(page.contains(text), "{text}: {page}");
        }
        assert!(refused.text().contains("href=\"#f-values.amount\"") && refused.text().contains("value=\"1,000\""));
        assert!(refused.text().contains("value=\"沈女士\""));
        let unknown = visitor.post("/records/FR-02/new", &[&FILLED[..], &[("values.moon", "x"), ("centre", "XX")]].concat()).await;
        assert_eq!(unknown.status, 422);
        let english = app.sign_in("zhaoxm").english();
        let refused = english.post("/records/FR-02/new", &sent).await.main();
        assert!(refused.contains("“Compensation” must be a number"), "{refused}");
        let counts = app.ledger().db.read(|conn| records::counts_by_form(conn, &Actor::system())).unwrap();
        assert_eq!(counts, []);
    }

    async fn numbers_have_no_gaps_under_concurrent_submits(app: TestApp) {
        app.organisation();
        form(app, "FR-02", "A/0", &[]);
        let user = app.user("zhaoxm", &[Role::Staff]);
        let actor = app.actor(&user, &[Role::Staff]);
        let threads: Vec<_> = (0..32)
            .map(|n| {
                let (ledger, actor) = (app.ledger().clone(), actor.clone());
                let mut command = command("FR-02");
                if n % 4 == 3 {
                    // Refused: must not use up a number.
                    command.values.remove("customer");
                }
                std::thread::spawn(move || ledger.write(&actor, move |tx| records::fill(tx, &command)).map(|record| record.number.unwrap()))
            })
            .collect();
        let answers: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        let mut drawn: Vec<String> = answers.iter().filter_map(|answer| answer.clone().ok()).collect();
        drawn.sort();
        let expected: Vec<String> = (1..=24).map(|n| format!("2611-{n:03}")).collect();
        assert_eq!(drawn, expected);
        assert!(answers.iter().filter_map(|answer| answer.as_ref().err()).all(|error| error.code() == "invalid"));
    }

    async fn the_month_is_the_organisations(app: TestApp) {
        app.organisation();
        form(app, "FR-02", "A/0", &[]);
        let user = app.user("zhaoxm", &[Role::Staff]);
        let actor = app.actor(&user, &[Role::Staff]);
        let number = || fill(app, &actor, command("FR-02")).unwrap().number.unwrap();
        assert_eq!(number(), "2611-001");
        app.clock.set(Utc.with_ymd_and_hms(2026, 11, 30, 15, 59, 59).unwrap());
        assert_eq!(number(), "2611-002", "still November in Shanghai");
        app.clock.set(Utc.with_ymd_and_hms(2026, 11, 30, 16, 0, 0).unwrap());
        assert_eq!(number(), "2612-001", "December has begun in Shanghai, not in UTC");
    }

    async fn staff_see_their_own_records_only(app: TestApp) {
        let visitor = staff(app);
        let own = visitor.post("/records/FR-02/new", &FILLED).await;
        let other = app.signed_in("chenjing", &[Role::Staff]);
        assert_eq!(other.get(own.location()).await.status, 404);
        assert_eq!(other.post(own.location(), &FILLED).await.status, 404);
        assert_eq!(numbers(&other.get("/records/FR-02").await), Vec::<String>::new());
        assert_eq!(numbers(&visitor.get("/records/FR-02").await), ["2611-001"]);
        for (login, role) in [("limin", Role::QualityManager), ("auditor", Role::Auditor), ("boss", Role::Executive)] {
            let reader = app.signed_in(login, &[role]);
            assert_eq!(reader.get(own.location()).await.status, 200, "{login}");
            assert_eq!(numbers(&reader.get("/records/FR-02").await), ["2611-001"], "{login}");
        }
        let boss = app.sign_in("boss");
        assert_eq!(boss.get("/records/FR-02/new").await.status, 404, "executives read");
        assert_eq!(boss.post("/records/FR-02/new", &FILLED).await.status, 403);
        let draft = visitor.post("/records/FR-02/new", &[("values.customer", "沈女士")]).await;
        let manager = app.sign_in("limin");
        assert!(manager.get(draft.location()).await.main().contains("正在填写，尚未提交"));
        assert_eq!(manager.post(draft.location(), &FILLED).await.status, 403, "a draft belongs to its author");
    }

    async fn a_grant_for_a_centre_reaches_its_records(app: TestApp) {
        app.organisation();
        form(app, "FR-02", "A/0", &[]);
        let (hd, zb) = (centre(app, "HD", "华东客服中心"), centre(app, "ZB", "总部客服中心"));
        let user = app.user("zhaoxm", &[]);
        let id = user.id.clone();
        let grant = cairn::people::NewGrant { role: Role::QualityManager, centre_id: Some(hd.id.clone()), starts_on: None, ends_on: None };
        app.ledger().write(&app.system(), move |tx| cairn::people::grant(tx, &id, &grant, crate::support::start().date_naive())).unwrap();
        let at = |code: &str| FillRecord { centre: Some(code.into()), ..command("FR-02") };
        let mine = fill(app, &app.system(), at("HD")).unwrap();
        let theirs = fill(app, &app.system(), at("ZB")).unwrap();
        assert_eq!(theirs.centre_id.as_ref(), Some(&zb.id));
        let visitor = app.sign_in("zhaoxm");
        assert_eq!(visitor.get(&format!("/r/{}", mine.id)).await.status, 200);
        assert_eq!(visitor.get(&format!("/r/{}", theirs.id)).await.status, 404);
        assert_eq!(numbers(&visitor.get("/records/FR-02").await), ["2611-001"]);
        assert_eq!(visitor.post("/records/FR-02/new", &[&FILLED[..], &[("centre", "ZB")]].concat()).await.status, 403);
        assert_eq!(visitor.post("/records/FR-02/new", &[&FILLED[..], &[("centre", "HD")]].concat()).await.status, 303);
    }

    async fn a_register_is_filtered_paged_and_exported(app: TestApp) {
        app.organisation();
        form(app, "FR-02", "A/0", &[]);
        centre(app, "HD", "华东客服中心");
        app.user("limin", &[Role::QualityManager]);
        let user = app.user("zhaoxm", &[Role::Staff]);
        let actor = app.actor(&user, &[Role::Staff]);
        let make = |values: serde_json::Value, centre: Option<&str>| {
            let all: FillRecord = serde_json::from_value(json!({"form": "FR-02", "values": values, "centre": centre, "submit": true})).unwrap();
            fill(app, &actor, all).unwrap();
        };
        make(json!({"channel": "phone", "customer": "=HYPERLINK(\"x\")", "amount": -0.0, "grade": 4}), None);
        app.pass(chrono::Duration::days(2));
        make(json!({"channel": "web", "customer": "沈女士", "need": "要求100%赔付", "amount": 12.5}), Some("HD"));
        make(json!({"channel": "phone", "customer": "周先生\\", "received_on": "2026-11-20"}), Some("HD"));
        fill(app, &actor, FillRecord { submit: false, ..command("FR-02") }).unwrap();
        let manager = app.sign_in("limin");
        let found = async |query: &str| numbers(&manager.get(&format!("/records/FR-02?{query}")).await);
        assert_eq!(found("").await, ["未编号", "2611-003", "2611-002", "2611-001"]);
        assert_eq!(found("state=submitted&centre=HD").await, ["2611-003", "2611-002"]);
        assert_eq!(found("state=draft").await, ["未编号"]);
        assert_eq!(found("to=2026-11-21").await, ["2611-001"]);
        assert_eq!(found("from=2026-11-23&to=2026-11-23&state=submitted").await, ["2611-003", "2611-002"]);
        assert_eq!(found("q=%E6%B2%88").await, ["2611-002"], "a word of a value");
        assert_eq!(found("q=%E7%94%B5%E8%AF%9D").await, ["2611-003", "2611-001"], "the label of an option");
        assert_eq!(found("q=100%25").await, ["2611-002"], "% is no wildcard");
        assert_eq!(found("q=0%250").await, Vec::<String>::new());
        assert_eq!(found("q=11-003").await, ["2611-003"]);
        assert_eq!(found("q=%5C").await, ["2611-003"], "a backslash is a character");
        assert_eq!(found("centre=XX").await, Vec::<String>::new());
        assert_eq!(manager.get("/records/FR-02?from=x").await.status, 422);
        let csv = manager.get("/records/FR-02/export.csv?state=submitted").await;
        assert_eq!(csv.status, 200);
        assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
        let text = csv.text();
        assert!(text.starts_with("\u{feff}编号,状态,客服中心,填写人,日期,渠道,客户称呼,诉求,赔付金额,接待日期,满意度\r\n"), "{text}");
        assert!(text.contains("2611-001,已提交,,zhaoxm 王,2026-11-21 09:42,电话,\"'=HYPERLINK(\"\"x\"\")\",,0,,4\r\n"), "{text}");
        assert!(text.contains("2611-002,已提交,华东客服中心,zhaoxm 王,2026-11-23 09:42,网络,沈女士,要求100%赔付,12.5,,\r\n"), "{text}");
        assert_eq!(text.lines().count(), 4);
        for _ in 0..60 {
            fill(app, &actor, command("FR-02")).unwrap();
        }
        let first = manager.get("/records/FR-02?state=submitted").await;
        assert_eq!(numbers(&first).len(), 50);
        let html = first.text();
        let next = html.split("rel=\"next\" href=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().replace("&amp;", "&");
        assert_eq!(numbers(&manager.get(&next).await).len(), 13);
    }

    async fn a_record_shows_the_version_it_was_made_on(app: TestApp) {
        let visitor = staff(app);
        let old = visitor.post("/records/FR-02/new", &FILLED).await;
        let draft = visitor.post("/records/FR-02/new", &[("values.customer", "沈女士")]).await;
        form(app, "FR-02", "A/1", &[json!({"id": "waybill", "label": {"zh": "运单号", "en": "Shipment"}, "type": "text", "required": true})]);
        assert!(visitor.get(old.location()).await.main().contains("FR-02 A/0"));
        let page = visitor.get(draft.location()).await.main();
        assert!(page.contains("表单已更新到 A/1") && page.contains("运单号"), "{page}");
        assert_eq!(visitor.post(draft.location(), &FILLED).await.status, 422, "the new field is wanted");
        let submitted = visitor.post(draft.location(), &[&FILLED[..], &[("values.waybill", "YL1")]].concat()).await;
        assert_eq!(submitted.status, 303);
        assert!(visitor.get(draft.location()).await.main().contains("FR-02 A/1"));
        let forms = visitor.get("/records").await.main();
        assert!(forms.contains("投诉登记表") && forms.contains("A/1"), "{forms}");
        assert_eq!(visitor.get("/records/FR-99").await.status, 404);
        assert_eq!(visitor.get("/records/FR-99/new").await.status, 404);
    }

    async fn a_code_with_slashes_has_its_register(app: TestApp) {
        app.organisation();
        form(app, "YL/CSQ/F-01", "A/0", &[]);
        let visitor = app.signed_in("zhaoxm", &[Role::Staff]);
        let made = visitor.post("/records/YL%2FCSQ%2FF-01/new", &FILLED).await;
        assert_eq!(made.status, 303, "{}", made.main());
        assert_eq!(numbers(&visitor.get("/records/YL%2FCSQ%2FF-01").await), ["2611-001"]);
        assert!(visitor.get("/records").await.text().contains("/records/YL%2FCSQ%2FF-01/new"));
    }

    async fn form_and_json_make_the_same_record(app: TestApp) {
        let visitor = staff(app);
        let by_form = record(app, &visitor.post("/records/FR-02/new", &FILLED).await);
        let user = app.ledger().db.read(|conn| cairn::people::find_by_login(conn, "zhaoxm")).unwrap();
        let json: FillRecord =
            serde_json::from_value(json!({"form": "FR-02", "values": {"channel": "phone", "customer": "沈女士", "amount": 20}, "submit": true})).unwrap();
        let by_json = fill(app, &app.actor(&user, &[Role::Staff]), json).unwrap();
        assert_eq!(by_form.content, by_json.content);
        assert_eq!(by_json.number.as_deref(), Some("2611-002"));
        let recent = app.ledger().db.read(|conn| records::recent(conn, &Actor::system(), &by_form.form_id, 5)).unwrap();
        assert_eq!(recent.iter().map(|record| record.id.clone()).collect::<Vec<_>>(), [by_json.id, by_form.id]);
        assert_eq!(cairn::history::line(&app.ledger().db.read(|conn| cairn::ledger::store::history(conn, "record", &recent[0].id, 1)).unwrap()[0], Lang::En, chrono_tz::UTC).sentence, "zhaoxm 王 submitted FR-02 2611-002 (form version A/0)");
    }
}

both! {
    async fn a_register_is_exported_whole_however_long_it_is(app: TestApp) {
        use diesel::connection::SimpleConnection;
        let visitor = staff(app);
        let one = record(app, &visitor.post("/records/FR-02/new", &FILLED).await);
        let many = format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100100) \
             INSERT INTO records (id, form_id, form_version_id, number, state, centre_id, content, author_id, author_name, created_at, submitted_at, content_hash, row_version) \
             SELECT '0' || i, form_id, form_version_id, 'N' || i, state, centre_id, content, author_id, author_name, created_at, submitted_at, content_hash, 1 \
             FROM records, n WHERE records.id = '{}'", one.id);
        app.ledger().write_unaudited(move |tx| Ok(tx.batch_execute(&many)?)).unwrap();
        let file = visitor.get("/records/FR-02/export.csv").await;
        assert_eq!(file.status, 200);
        let text = file.text();
        assert!(text.starts_with('\u{feff}') && text.ends_with("\r\n"));
        assert_eq!(text.lines().count(), 100_102, "the head and every row");
        app.ledger().write_unaudited(|tx| Ok(tx.batch_execute("DELETE FROM records WHERE id LIKE '0%' AND number LIKE 'N%'")?)).unwrap();
    }

    async fn a_register_says_what_its_numbers_mean_and_what_an_empty_list_is(app: TestApp) {
        let visitor = staff(app);
        let empty = visitor.get("/records/FR-02").await.main();
        assert!(empty.contains("2611-003") && empty.contains("每月从头编起") && empty.contains("还没有记录"), "{empty}");
        let filtered = visitor.get("/records/FR-02?state=submitted&from=2026-01-01").await.main();
        assert!(filtered.contains("没有符合条件的记录"), "{filtered}");
        assert!(app.sign_in("zhaoxm").english().get("/records/FR-02").await.main().contains("begin again every month"));
    }
}
