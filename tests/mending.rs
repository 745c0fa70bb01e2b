//! Rows with errors mended in the page: what is left out, what is still wrong, what is brought, and what is kept of it.

use cairn::actor::Role;
use cairn::kpi;

use crate::both;
use crate::kpi::day;
use crate::kpi_sources::{rebuilt, register, shipped, table_hash};
use crate::support::{Answer, TestApp, Visitor};
use crate::wizard::{batch, commit, counts, filled, manager, mapped, preview, seen, staged};

/// Imports the sound rows of a register with seven faults by the button that goes on to the others.
async fn left_out(manager: &Visitor<'_>) -> String {
    let (mapping, _) = shipped("complaints");
    let (_, bad, _) = register();
    let path = staged(manager, &[("kind", "complaints")], "台账.csv", bad.as_bytes()).await;
    let page = mapped(manager, &path, &mapping).await;
    assert!(page.text().contains("name=\"then\" value=\"mend\"") && page.main().contains("其余就地修正"), "{}", page.main());
    let seen = seen(manager, &path).await;
    let mut answer = manager.post(&format!("{path}/commit"), &[("rows", "valid"), ("seen", &seen), ("then", "mend")]).await;
    for _ in 0..200 {
        if answer.location().starts_with("/kpis/batches/") {
            break;
        }
        assert_eq!(answer.location(), format!("{path}/commit?then=mend"), "{}", answer.main());
        let next = manager.get(answer.location()).await;
        if next.status == 303 {
            answer = next;
        }
    }
    answer.location().to_owned()
}

/// Sends the page back with some cells changed.
async fn send(manager: &Visitor<'_>, page: &Answer, cells: &[(&str, &str)]) -> Answer {
    let mut fields = filled(page);
    fields.retain(|(name, _)| name != "_csrf" && !cells.iter().any(|(cell, _)| cell == name));
    let mut all: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    all.extend_from_slice(cells);
    manager.post("/kpis/batches/1/mend", &all).await
}

fn waiting(app: &TestApp, login: &str) -> usize {
    let person = app.ledger().db.read(|conn| cairn::people::find_by_login(conn, login)).unwrap();
    app.ledger().db.read(|conn| kpi::staged_files(conn, &app.actor(&person, &[Role::QualityManager]))).unwrap().len()
}

both! {
    async fn rows_are_mended_in_the_page_and_brought(app: TestApp) {
        let manager = manager(app);
        let mend = left_out(&manager).await;
        assert_eq!(mend, "/kpis/batches/1/mend");
        let page = manager.get(&mend).await;
        assert_eq!(page.all("main fieldset legend"), ["第 5 行", "第 99 行", "第 250 行", "第 400 行", "第 401 行", "第 777 行", "第 1000 行"]);
        // The cell that is wrong says so, and stands with the others of its row.
        assert!(page.text().contains("name=\"c5-4\"") && page.text().contains("value=\"2026-13-01\""), "{}", page.main());
        assert_eq!(page.all("main .f.wrong").len(), 7, "{}", page.main());
        let unchanged = send(&manager, &page, &[]).await;
        assert_eq!((unchanged.status.as_u16(), unchanged.main().contains("没有改动任何单元格")), (422, true), "{}", unchanged.main());
        // One cell is mended, one is still wrong: nothing typed is lost, and no file is left waiting.
        let wrong = send(&manager, &page, &[("c5-4", "2026-09-04"), ("c99-5", "可能")]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text().contains("value=\"可能\"") && wrong.text().contains("value=\"2026-09-04\""), "{}", wrong.main());
        assert_eq!(wrong.all("main .f.wrong").len(), 1, "{}", wrong.main());
        assert!(wrong.all("main .errors a").len() == 1 && wrong.text().contains("href=\"#f-c99-5\""), "{}", wrong.main());
        assert_eq!(waiting(app, "manager"), 0);
        let before = table_hash(app);
        let looked = send(&manager, &wrong, &[("c99-5", "否")]).await;
        assert_eq!(looked.status, 303, "{}", looked.main());
        let path = looked.location().trim_end_matches("/preview").to_owned();
        let page = preview(&manager, &path).await;
        assert_eq!((counts(&page)[3].as_str(), table_hash(app)), ("0", before.clone()), "{}", page.main());
        assert_eq!(commit(&manager, &path, "all").await.location(), "/kpis/batches/2");
        let brought = batch(app, 2);
        assert_eq!((brought.supplements, brought.rows_read, brought.file_name.as_str()), (Some(1), 2, "mended-1.csv"));
        assert_ne!(table_hash(app), before);
        assert_eq!(rebuilt(app), [false, false], "what was imported is what is kept");
        // What was brought is not asked for again.
        let page = manager.get(&mend).await;
        assert_eq!(page.all("main fieldset legend").len(), 5, "{}", page.main());
        let rest = [("c250-3", "HD"), ("c400-9", "2026-09-08"), ("c401-4", "2026-09-09"), ("c777-11", "否"), ("c1000-8", "2026-09-17")];
        let looked = send(&manager, &page, &rest).await;
        assert_eq!(looked.status, 303, "{}", looked.main());
        let path = looked.location().trim_end_matches("/preview").to_owned();
        preview(&manager, &path).await;
        assert_eq!(commit(&manager, &path, "all").await.location(), "/kpis/batches/3");
        assert!(manager.get(&mend).await.main().contains("没有待修正的行"));
        assert!(!manager.get("/kpis/batches/1").await.text().contains("/kpis/batches/1/mend"));
        let publish = kpi::PublishScorecard { centre: "HD".into(), period: "2026-09".into(), reason: None };
        app.ledger().write(&app.system(), move |tx| kpi::publish(tx, &publish)).unwrap();
        assert!(kpi::verify(app.ledger(), &app.site.config.evidence_dir(), &app.system()).unwrap().holds());
    }

    async fn only_what_was_left_out_is_mended_by_whoever_may_import(app: TestApp) {
        let manager = manager(app);
        let path = staged(&manager, &[("kind", "interactions"), ("centre", "HD")], "calls.csv", &crate::kpi::log(&[(day("2026-10-01"), 4, 1)])).await;
        let page = mapped(&manager, &path, crate::kpi::MAPPING).await;
        assert!(!page.text().contains("value=\"mend\""), "nothing is wrong");
        commit(&manager, &path, "all").await;
        let whole = manager.get("/kpis/batches/1/mend").await;
        assert_eq!(whole.status, 409, "{}", whole.main());
        let reader = app.signed_in("reader", &[Role::Executive]);
        assert_eq!(reader.get("/kpis/batches/1/mend").await.status, 404);
        assert_eq!(manager.get("/kpis/batches/9/mend").await.status, 404);
    }
}
