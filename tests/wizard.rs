//! The import wizard through its pages, as a browser without script walks it: file, header, mapping, preview, import; mended rows; locked
//! months; and whose files they are.

use std::time::Duration;

use actix_web::http::Method;
use cairn::actor::Role;
use cairn::config::Uploads;
use cairn::error::Error;
use cairn::kpi::{self, Batch, LockMonth};

use crate::both;
use crate::kpi::{day, log, multipart};
use crate::kpi_sources::{rebuilt, register, shipped, table_hash};
use crate::support::{Answer, TestApp, Visitor};

/// A file with a title above its Chinese column names.
const CHINESE: &str = "客服中心话务日报,,,,\n\n流水号,日期,结果,排队时长,通话时长\nT1,2026/10/01 09:00:00,已接通,00:00:12,180\n\
    T2,2026/10/01 09:05:00,排队放弃,40,\nT3,2026/10/02 10:00:00,已接通,3,95\n";

async fn token(visitor: &Visitor<'_>) -> String {
    let page = visitor.get("/kpis/import").await;
    page.text().split("name=\"_csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// Sends a file; answers what came back.
pub async fn send(visitor: &Visitor<'_>, fields: &[(&str, &str)], name: &str, file: &[u8]) -> Answer {
    let mut all = vec![("_csrf", token(visitor).await)];
    all.extend(fields.iter().map(|(name, value)| (*name, (*value).to_owned())));
    visitor.send(Method::POST, "/kpis/import", &[], Some(multipart(&all, name, file))).await
}

/// Sends a file that is taken; answers the address of its pages.
pub async fn staged(visitor: &Visitor<'_>, fields: &[(&str, &str)], name: &str, file: &[u8]) -> String {
    let answer = send(visitor, fields, name, file).await;
    assert_eq!(answer.status, 303, "{}", answer.main());
    answer.location().trim_end_matches("/header").to_owned()
}

/// The fields of the form on a page as a browser would send them.
pub fn filled(page: &Answer) -> Vec<(String, String)> {
    let html = scraper::Html::parse_document(&page.text());
    let pick = |selector: &str| scraper::Selector::parse(selector).unwrap();
    let form = html.select(&pick("main form")).next().expect("a form");
    let mut fields = Vec::new();
    for field in form.select(&pick("input, select, textarea")) {
        let (Some(name), value) = (field.attr("name"), field.attr("value").unwrap_or_default().to_owned()) else { continue };
        match field.value().name() {
            "select" => {
                let chosen = field.select(&pick("option[selected]")).next().or_else(|| field.select(&pick("option")).next());
                fields.push((name.to_owned(), chosen.and_then(|o| o.attr("value")).unwrap_or_default().to_owned()));
            }
            "textarea" => fields.push((name.to_owned(), field.text().collect::<String>().trim_start_matches('\n').to_owned())),
            _ if matches!(field.attr("type"), Some("checkbox" | "radio")) && field.attr("checked").is_none() => {}
            _ => fields.push((name.to_owned(), value)),
        }
    }
    fields
}

/// Sends the form of a page back with some fields changed.
pub async fn post(visitor: &Visitor<'_>, path: &str, page: &Answer, changes: &[(&str, &str)]) -> Answer {
    let mut fields = filled(page);
    fields.retain(|(name, _)| name != "_csrf" && !changes.iter().any(|(changed, _)| changed == name));
    let mut all: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    all.extend_from_slice(changes);
    visitor.post(path, &all).await
}

/// Saves the mapping as text and goes on.
pub async fn mapped(visitor: &Visitor<'_>, path: &str, mapping: &str) -> Answer {
    let page = visitor.get(&format!("{path}/mapping?text=1")).await;
    let saved = post(visitor, &format!("{path}/mapping"), &page, &[("mapping", mapping), ("act", "next")]).await;
    assert_eq!(saved.location(), format!("{path}/preview"), "{}", saved.main());
    preview(visitor, path).await
}

/// The preview, once the file was read.
pub async fn preview(visitor: &Visitor<'_>, path: &str) -> Answer {
    for _ in 0..200 {
        let page = visitor.get(&format!("{path}/preview")).await;
        assert_eq!(page.status, 200, "{}", page.main());
        if !page.text().contains("data-refresh") {
            return page;
        }
    }
    panic!("the file was never read");
}

/// What the form of the preview says of what was seen; where there is no form, what it would say.
pub async fn seen(visitor: &Visitor<'_>, path: &str) -> String {
    let mut page = visitor.get(&format!("{path}/preview")).await;
    while page.text().contains("data-refresh") {
        page = visitor.get(&format!("{path}/preview")).await;
    }
    if let Some(rest) = page.text().split("name=\"seen\" value=\"").nth(1) {
        return rest.split('"').next().unwrap().to_owned();
    }
    let id = path.rsplit('/').next().unwrap();
    let kept = std::fs::read(visitor.app.site.config.data.join(format!("staged/{id}.preview"))).unwrap_or_default();
    let preview: serde_json::Value = serde_json::from_slice(&kept).unwrap_or_default();
    let numbers = preview["owners"].as_array().into_iter().flatten().map(|owner| format!(" {}", owner["number"]));
    std::iter::once(preview["key"].as_str().unwrap_or_default().to_owned()).chain(numbers).collect()
}

/// Imports what the preview shows; answers where the last redirect goes, or the page that refuses.
pub async fn commit(visitor: &Visitor<'_>, path: &str, rows: &str) -> Answer {
    let seen = seen(visitor, path).await;
    commit_seen(visitor, path, rows, &seen).await
}

/// Imports what was seen before.
pub async fn commit_seen(visitor: &Visitor<'_>, path: &str, rows: &str, seen: &str) -> Answer {
    let mut answer = visitor.post(&format!("{path}/commit"), &[("rows", rows), ("seen", seen)]).await;
    for _ in 0..200 {
        if answer.location().starts_with("/kpis/batches/") || answer.status == 409 {
            return answer;
        }
        answer = visitor.get(&format!("{path}/commit")).await;
    }
    panic!("the import never ended: {} {}", answer.status, answer.location());
}

/// The four counts above the preview: new, changed, same, with errors.
pub fn counts(page: &Answer) -> Vec<String> {
    page.all(".sum dd")
}

pub fn batch(app: &TestApp, number: i64) -> Batch {
    app.ledger().db.read(|conn| kpi::batch(conn, &app.system(), number)).unwrap()
}

pub fn manager(app: &TestApp) -> Visitor<'_> {
    app.with_centre();
    app.signed_in("manager", &[Role::QualityManager])
}

both! {
    async fn a_chinese_file_walks_through_all_five_steps(app: TestApp) {
        let manager = manager(app);
        let (bytes, _, _) = encoding_rs::GB18030.encode(CHINESE);
        let path = staged(&manager, &[("kind", "interactions"), ("centre", "HD")], "日报.csv", &bytes).await;
        let header = manager.get(&format!("{path}/header")).await;
        assert!(header.main().contains("GB18030") && header.main().contains("逗号"), "{}", header.main());
        assert_eq!(header.all("tr[aria-current] td"), ["流水号", "日期", "结果", "排队时长", "通话时长"], "row 3 has the names");
        let wrong = post(&manager, &format!("{path}/header"), &header, &[("header_row", "99"), ("act", "next")]).await;
        assert_eq!(wrong.status, 422);
        let next = post(&manager, &format!("{path}/header"), &header, &[("act", "next")]).await;
        assert_eq!(next.location(), format!("{path}/mapping"));
        let form = manager.get(&format!("{path}/mapping")).await;
        let sent = filled(&form);
        let field = |name: &str| sent.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        assert_eq!((field("stamp.column"), field("stamp.format")), (Some("日期"), Some("%Y/%m/%d %H:%M:%S")));
        assert_eq!((field("outcome.column"), field("wait.column"), field("channel.value")), (Some("结果"), Some("排队时长"), Some("voice")));
        assert!(form.main().contains("00:00:12"), "a sample stands beside the column");
        // The name of the source is wrong: the form comes back with everything typed.
        let refused = post(&manager, &format!("{path}/mapping"), &form, &[("source", "热线 一"), ("act", "next")]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains("value=\"热线 一\"") && refused.main().contains("source"), "{}", refused.main());
        let saved = post(&manager, &format!("{path}/mapping"), &refused, &[("source", "hotline"), ("act", "next")]).await;
        assert_eq!(saved.location(), format!("{path}/preview"), "{}", saved.main());
        let page = preview(&manager, &path).await;
        assert_eq!(counts(&page), ["2", "0", "0", "0"], "{}", page.main());
        let done = commit(&manager, &path, "all").await;
        assert_eq!(done.location(), "/kpis/batches/1");
        assert_eq!((batch(app, 1).rows_read, batch(app, 1).first_day), (3, day("2026-10-01")));
        // It is remembered: the next file with these columns needs no questions.
        assert!(manager.get("/kpis/batches").await.main().contains("记住的读取方式"));
        let path = staged(&manager, &[("kind", "interactions"), ("centre", "HD")], "日报2.csv", CHINESE.replace("2026/10", "2026/11").as_bytes()).await;
        let form = manager.get(&format!("{path}/mapping")).await;
        assert!(form.main().contains("已套用上次"), "{}", form.main());
    }

    async fn what_the_form_cannot_say_stays_in_the_text(app: TestApp) {
        let manager = manager(app);
        let path = staged(&manager, &[("kind", "interactions"), ("centre", "HD")], "calls.csv", &log(&[(day("2026-10-01"), 4, 1)])).await;
        let text = manager.get(&format!("{path}/mapping?text=1")).await;
        let written = filled(&text).into_iter().find(|(name, _)| name == "mapping").unwrap().1;
        let zoned = written.replace("[stamp]\n", "[stamp]\nzone = \"UTC\"\n");
        assert_ne!(zoned, written);
        let to_form = post(&manager, &format!("{path}/mapping"), &text, &[("mapping", &zoned), ("act", "form")]).await;
        assert_eq!(to_form.location(), format!("{path}/mapping"), "{}", to_form.main());
        let form = manager.get(&format!("{path}/mapping")).await;
        post(&manager, &format!("{path}/mapping"), &form, &[("act", "text")]).await;
        let again = manager.get(&format!("{path}/mapping?text=1")).await;
        assert!(again.text().contains("zone = &quot;UTC&quot;") || again.text().contains("zone = \"UTC\""), "{}", again.main());
        let broken = manager.post(&format!("{path}/mapping"), &[("mapping", "source = \n oops"), ("act", "next")]).await;
        assert_eq!(broken.status, 422);
        assert!(broken.text().contains("oops"), "what was typed is shown again");
    }

    async fn seven_faults_are_shown_at_their_cells_left_out_mended_and_brought(app: TestApp) {
        let manager = manager(app);
        let (mapping, _) = shipped("complaints");
        let (good, bad, places) = register();
        let bare = table_hash(app);
        let path = staged(&manager, &[("kind", "complaints")], "台账.csv", bad.as_bytes()).await;
        let page = mapped(&manager, &path, &mapping).await;
        assert_eq!(page.all("#faulty tbody th"), places);
        assert_eq!(counts(&page)[3], "7");
        assert_eq!(table_hash(app), bare, "a preview changes nothing");
        let refused = commit(&manager, &path, "all").await;
        assert_eq!(refused.status, 409, "{}", refused.main());
        assert_eq!(commit(&manager, &path, "valid").await.location(), "/kpis/batches/1");
        let partly = table_hash(app);
        assert_eq!((batch(app, 1).rows_read, batch(app, 1).rows_refused), (1000, Some(7)));
        // Sent twice it is one batch.
        assert_eq!(commit(&manager, &path, "valid").await.location(), "/kpis/batches/1");
        // The rows with errors are had from the batch, mended, and brought.
        let rows = manager.get("/kpis/batches/1/rejected").await;
        let rows = manager.get(rows.location()).await;
        let header = good.lines().next().unwrap();
        let numbers: Vec<String> = rows.text().trim_start_matches('\u{feff}').lines().skip(1).map(|line| line.split(',').next().unwrap().to_owned()).collect();
        assert_eq!(numbers.len(), 7);
        let of = |wanted: &[String]| -> String {
            let rows = good.lines().filter(|line| wanted.iter().any(|number| line.split(',').next() == Some(number)));
            std::iter::once(header).chain(rows).map(|line| format!("{line}\n")).collect()
        };
        let whole = manager.get("/kpis/batches/1").await;
        assert!(whole.text().contains("/kpis/import?supplements=1") && whole.main().contains("仍略去 7 行"), "{}", whole.main());
        // More rows than were left out are refused.
        let path = staged(&manager, &[("supplements", "1")], "全部.csv", good.as_bytes()).await;
        let page = preview(&manager, &path).await;
        assert!(page.main().contains("只缺 7 行") && !page.text().contains("value=\"all\""), "{}", page.main());
        assert_eq!(commit(&manager, &path, "all").await.status, 409);
        let path = staged(&manager, &[("supplements", "1")], "更正.csv", of(&numbers[..4]).as_bytes()).await;
        let page = preview(&manager, &path).await;
        assert_eq!(counts(&page)[3], "0", "{}", page.main());
        assert_eq!(commit(&manager, &path, "all").await.location(), "/kpis/batches/2");
        let path = staged(&manager, &[("supplements", "1")], "更正2.csv", of(&numbers[4..]).as_bytes()).await;
        preview(&manager, &path).await;
        assert_eq!(commit(&manager, &path, "all").await.location(), "/kpis/batches/3");
        assert_eq!((batch(app, 2).supplements, batch(app, 3).rows_read), (Some(1), 3));
        assert_eq!(rebuilt(app), [false, false, false]);
        // A published card rests on the batch and its supplements, and can be proved.
        let publish = kpi::PublishScorecard { centre: "HD".into(), period: "2026-09".into(), reason: None };
        app.ledger().write(&app.system(), move |tx| kpi::publish(tx, &publish)).unwrap();
        let proof = kpi::verify(app.ledger(), &app.site.config.evidence_dir(), &app.system()).unwrap();
        assert!(proof.holds() && proof.files == 3, "{proof:?}");
        let more = send(&manager, &[("supplements", "3")], "x.csv", of(&numbers).as_bytes()).await;
        assert!(more.status == 422 || more.status == 409, "{}", more.status);
        assert!(more.main().contains("请补全批次 1"), "{}", more.main());
        // A supplement goes alone; the batch takes what is left of them with it.
        let undo = async |number: i64| manager.post(&format!("/kpis/batches/{number}/undo"), &[("reason", "重来")]).await;
        undo(3).await;
        assert_eq!(batch(app, 3).state, kpi::BatchState::Undone);
        undo(1).await;
        assert_eq!((batch(app, 1).state, batch(app, 2).state), (kpi::BatchState::Undone, kpi::BatchState::Undone));
        assert_eq!(table_hash(app), bare);
        assert_ne!(partly, bare);
        assert_eq!(rebuilt(app), [false, false, false]);
    }

    async fn a_changed_file_shows_old_and_new_and_takes_the_place(app: TestApp) {
        let manager = manager(app);
        let days = [(day("2026-10-01"), 40, 10), (day("2026-10-02"), 30, 0)];
        let fields = [("kind", "interactions"), ("centre", "HD")];
        let path = staged(&manager, &fields, "calls.csv", &log(&days)).await;
        mapped(&manager, &path, crate::kpi::MAPPING).await;
        assert_eq!(commit(&manager, &path, "all").await.location(), "/kpis/batches/1");
        let before = table_hash(app);
        // The very same file.
        let path = staged(&manager, &fields, "again.csv", &log(&days)).await;
        let page = mapped(&manager, &path, crate::kpi::MAPPING).await;
        assert!(page.main().contains("与批次 1 完全相同") && !page.text().contains("value=\"all\""), "{}", page.main());
        assert_eq!(counts(&page), ["0", "0", "2", "0"]);
        assert_eq!(commit(&manager, &path, "all").await.location(), "/kpis/batches/1");
        // One day more, one changed.
        let longer = [days[0], (day("2026-10-02"), 33, 0), (day("2026-10-03"), 5, 0)];
        let path = staged(&manager, &fields, "longer.csv", &log(&longer)).await;
        let page = mapped(&manager, &path, crate::kpi::MAPPING).await;
        assert_eq!(counts(&page), ["1", "1", "1", "0"]);
        let changed = page.all("#changed .figure");
        assert!(changed.iter().any(|text| text.split_whitespace().collect::<Vec<_>>().ends_with(&["30", "→", "33"])), "{changed:?}");
        assert!(page.main().contains("将替换以下批次") && page.main().contains("#1 calls.csv"), "{}", page.main());
        assert_eq!(commit(&manager, &path, "all").await.location(), "/kpis/batches/2");
        manager.post("/kpis/batches/2/undo", &[]).await;
        assert_eq!(table_hash(app), before);
        // A file that covers a batch only in part cannot take its place.
        let path = staged(&manager, &fields, "part.csv", &log(&[(day("2026-10-02"), 9, 0)])).await;
        let page = mapped(&manager, &path, crate::kpi::MAPPING).await;
        assert!(page.main().contains("只覆盖以下批次的一部分") && page.main().contains("2026-10-01"), "{}", page.main());
        assert!(!page.text().contains("value=\"all\""));
        let refused = commit(&manager, &path, "all").await;
        assert_eq!(refused.status, 409, "{}", refused.main());
        assert!(refused.main().contains("2026-10-01 会丢失"), "{}", refused.main());
    }

    async fn rows_pasted_from_a_spreadsheet_come_in(app: TestApp) {
        let manager = manager(app);
        let text = String::from_utf8(log(&[(day("2026-10-01"), 3, 1)])).unwrap().replace(',', "\t");
        let csrf = token(&manager).await;
        let fields = [("_csrf", csrf), ("kind", "interactions".to_owned()), ("centre", "HD".to_owned()), ("pasted", text.clone())];
        let both = manager.send(Method::POST, "/kpis/import", &[], Some(multipart(&fields, "x.csv", b"a,b\n1,2\n"))).await;
        assert_eq!(both.status, 422);
        assert!(both.main().contains("二选一"), "{}", both.main());
        let sent = manager.send(Method::POST, "/kpis/import", &[], Some(multipart(&fields, "", b""))).await;
        assert_eq!(sent.status, 303, "{}", sent.main());
        let path = sent.location().trim_end_matches("/header").to_owned();
        assert!(manager.get(&format!("{path}/header")).await.main().contains("制表符"));
        mapped(&manager, &path, crate::kpi::MAPPING).await;
        assert_eq!(commit(&manager, &path, "all").await.location(), "/kpis/batches/1");
        assert_eq!(batch(app, 1).rows_read, 4);
    }

    async fn a_workbook_offers_its_sheets(app: TestApp) {
        let Some(samples) = crate::support::setting("CAIRN_SAMPLES") else { return };
        let manager = manager(app);
        let file = std::fs::read(format!("{samples}/calls/Call-Center-Dataset.xlsx")).unwrap();
        let path = staged(&manager, &[("kind", "interactions"), ("centre", "HD")], "calls.xlsx", &file).await;
        let header = manager.get(&format!("{path}/header")).await;
        assert!(header.main().contains("工作簿") && header.text().contains("name=\"sheet\""), "{}", header.main());
        let form = manager.get(&format!("{path}/mapping")).await;
        let saved = post(&manager, &format!("{path}/mapping"), &form, &[("act", "next")]).await;
        assert_eq!(saved.location(), format!("{path}/preview"), "{}", saved.main());
        let page = preview(&manager, &path).await;
        assert_eq!(counts(&page)[3], "0", "{}", page.main());
        assert_eq!(commit(&manager, &path, "all").await.location(), "/kpis/batches/1");
        assert_eq!(batch(app, 1).rows_read, 5000);
    }

    async fn a_locked_month_refuses_import_and_undo_until_it_is_opened(app: TestApp) {
        let manager = manager(app);
        let fields = [("kind", "interactions"), ("centre", "HD")];
        let path = staged(&manager, &fields, "calls.csv", &log(&[(day("2026-10-01"), 4, 1)])).await;
        mapped(&manager, &path, crate::kpi::MAPPING).await;
        commit(&manager, &path, "all").await;
        let bad = manager.post("/kpis/locks", &[("centre", "HD"), ("month", "2026-13"), ("reason", " ")]).await;
        assert_eq!(bad.status, 422);
        assert!(bad.text().contains("value=\"2026-13\""), "{}", bad.main());
        let locked = manager.post("/kpis/locks", &[("centre", "HD"), ("month", "2026-10"), ("reason", "月报已报送")]).await;
        assert_eq!(locked.location(), "/kpis/locks");
        assert!(manager.get("/kpis/locks").await.main().contains("月报已报送"));
        assert_eq!(manager.post("/kpis/locks", &[("centre", "HD"), ("month", "2026-10"), ("reason", "再次")]).await.status, 409);
        let undo = manager.post("/kpis/batches/1/undo", &[]).await;
        assert_eq!(undo.status, 409);
        assert!(undo.main().contains("2026-10") && undo.main().contains("manager 王") && undo.main().contains("锁定月份"), "{}", undo.main());
        assert!(!manager.get("/kpis/batches/1").await.text().contains("/undo"));
        let path = staged(&manager, &fields, "more.csv", &log(&[(day("2026-10-05"), 4, 1), (day("2026-11-01"), 1, 0)])).await;
        let page = mapped(&manager, &path, crate::kpi::MAPPING).await;
        assert!(page.main().contains("HD 的 2026-10 已由manager 王锁定") && !page.text().contains("value=\"all\""), "{}", page.main());
        assert_eq!(commit(&manager, &path, "all").await.status, 409);
        let staff = app.signed_in("staff", &[Role::Staff]);
        assert_eq!(staff.post("/kpis/locks/unlock", &[("centre", "HD"), ("month", "2026-10"), ("reason", "试试")]).await.status, 403);
        assert_eq!(staff.get("/kpis/locks").await.status, 200);
        let program = app.program("wangfang", &[Role::QualityManager], &["read-kpis", "manage-kpis"]);
        let listed = program.get("/api/v1/kpi/locks").await.json();
        assert_eq!((&listed["items"][0]["month"], &listed["items"][0]["locked"]), (&"2026-10".into(), &true.into()));
        let command = serde_json::json!({"centre": "HD", "month": "2026-10", "reason": "更正数据"});
        assert_eq!(program.send_json(Method::POST, "/api/v1/kpi/locks/unlock", &[], &command).await.status, 200);
        assert_eq!(commit(&manager, &path, "all").await.location(), "/kpis/batches/2");
        // Publishing a card may lock its month.
        let publish = manager.post("/kpis/HD/publish", &[("period", "2026-10"), ("lock", "on")]).await;
        assert_eq!(publish.status, 303, "{}", publish.main());
        assert_eq!(program.send_json(Method::POST, "/api/v1/kpi/locks", &[], &command).await.status, 409);
        assert_eq!(manager.post("/kpis/batches/2/undo", &[]).await.status, 409);
        assert_eq!(program.send_json(Method::POST, "/api/v1/kpi/locks/unlock", &[], &command).await.status, 200);
        assert_eq!(program.send_json(Method::POST, "/api/v1/kpi/locks", &[], &command).await.status, 201);
        let again = LockMonth { centre: "HD".into(), month: "2026-10".into(), reason: "x".into() };
        assert!(matches!(app.ledger().write(&app.system(), move |tx| kpi::lock_month(tx, &again)), Err(Error::Conflict(_))));
    }

    async fn a_locked_month_lets_pass_what_only_repeats_it(app: TestApp) {
        let manager = manager(app);
        let sent = async |october: usize, november: usize| {
            let file = log(&[(day("2026-10-01"), october, 1), (day("2026-11-01"), november, 0)]);
            let path = staged(&manager, &[("kind", "interactions"), ("centre", "HD")], "whole.csv", &file).await;
            (mapped(&manager, &path, crate::kpi::MAPPING).await, path)
        };
        let (_, path) = sent(4, 2).await;
        assert_eq!(commit(&manager, &path, "all").await.location(), "/kpis/batches/1");
        let lock = LockMonth { centre: "HD".into(), month: "2026-10".into(), reason: "月报已报送".into() };
        app.ledger().write(&app.system(), move |tx| kpi::lock_month(tx, &lock)).unwrap();
        let before = table_hash(app);
        let (page, path) = sent(4, 3).await;
        assert!(!page.main().contains("锁定") && counts(&page)[..3] == ["0", "1", "1"], "{}", page.main());
        assert_eq!(commit(&manager, &path, "all").await.location(), "/kpis/batches/2");
        assert!(manager.get("/kpis/batches/2").await.text().contains("/undo"), "only November would change");
        assert_eq!(manager.post("/kpis/batches/2/undo", &[]).await.status, 303);
        assert_eq!((table_hash(app), batch(app, 1).state), (before, kpi::BatchState::Committed));
        assert!(!manager.get("/kpis/batches/1").await.text().contains("/undo"), "October would go");
        let (page, path) = sent(5, 2).await;
        assert!(page.main().contains("HD 的 2026-10 已由"), "{}", page.main());
        let refused = commit(&manager, &path, "all").await;
        assert!(refused.status == 409 && refused.main().contains("2026-10"), "{}", refused.main());
    }

    async fn a_file_that_waits_is_its_senders_alone_for_a_day(app: TestApp) {
        let manager = manager(app);
        let fields = [("kind", "interactions"), ("centre", "HD")];
        let file = log(&[(day("2026-10-01"), 4, 1)]);
        let path = staged(&manager, &fields, "calls.csv", &file).await;
        let other = app.signed_in("other", &[Role::QualityManager]);
        for step in ["header", "mapping", "preview", "commit"] {
            assert_eq!(other.get(&format!("{path}/{step}")).await.status, 404, "{step}");
        }
        assert_eq!(other.post(&format!("{path}/discard"), &[]).await.status, 404);
        let staff = app.signed_in("staff", &[Role::Staff]);
        assert_eq!(staff.get(&format!("{path}/header")).await.status, 404);
        assert_eq!(staff.post(&format!("{path}/commit"), &[("rows", "all")]).await.status, 403);
        let nothing = send(&manager, &[("kind", "interactions")], "", b"").await;
        assert_eq!(nothing.status, 422);
        assert_eq!(send(&manager, &fields, "old.xls", b"\xd0\xcf\x11\xe0....").await.status, 422);
        assert_eq!(send(&manager, &[], "calls.csv", &file).await.status, 422, "the kind is missing");
        let waiting = || std::fs::read_dir(app.site.config.data.join("staged")).unwrap().count();
        assert_eq!(waiting(), 1, "what was refused leaves nothing");
        for number in 0..9 {
            staged(&manager, &fields, &format!("{number}.csv"), &file).await;
        }
        let many = send(&manager, &fields, "11.csv", &file).await;
        assert!(many.status == 422 && many.main().contains("最多 10 个"), "{}", many.main());
        assert_eq!(manager.post(&format!("{path}/discard"), &[]).await.location(), "/kpis/import");
        assert_eq!((manager.get(&format!("{path}/header")).await.status.as_u16(), waiting()), (404, 9));
        app.pass(chrono::Duration::hours(25));
        cairn::jobs::run_due(app.ledger(), &app.site.config.evidence_dir()).unwrap();
        assert_eq!(waiting(), 0);
    }
}

#[actix_web::test]
async fn a_sender_that_drips_or_sends_too_much_is_cut() {
    let rule = Uploads { largest: 50_000, slowest: 16 << 10, patience: Duration::from_millis(400) };
    let app = TestApp::sqlite_with(rule);
    let manager = manager(&app);
    let fields = [("_csrf", token(&manager).await), ("kind", "interactions".to_owned()), ("centre", "HD".to_owned())];
    let file = log(&[(day("2026-10-01"), 200, 0)]);
    let (kind, body) = multipart(&fields, "calls.csv", &file);
    let slow = manager.drip("/kpis/import", (kind.clone(), body.clone()), 100, Duration::from_millis(40)).await;
    assert_eq!(slow.status, 422, "{}", slow.main());
    assert!(slow.main().contains("上传过慢") && slow.main().contains("每秒 16 KiB"), "{}", slow.main());
    let brisk = manager.drip("/kpis/import", (kind, body), 2000, Duration::from_millis(20)).await;
    assert_eq!(brisk.status, 303, "{}", brisk.main());
    let large = multipart(&fields, "large.csv", &vec![b'x'; 60_000]);
    let refused = manager.send(Method::POST, "/kpis/import", &[], Some(large)).await;
    assert_eq!(refused.status, 413, "{}", refused.main());
    assert!(refused.main().contains("CAIRN_UPLOAD_LIMIT_MIB"), "{}", refused.main());
    assert_eq!(std::fs::read_dir(app.site.config.data.join("staged")).unwrap().count(), 1, "what was cut leaves nothing");
    app.check();
}
