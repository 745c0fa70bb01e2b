//! Sources beyond call logs: registers, workbooks, personal columns; rows with errors told, left out, downloaded; what undo gives back.

use std::path::Path;
use std::sync::Arc;

use actix_web::http::Method;
use cairn::actor::{Actor, Role};
use cairn::db::Conn;
use cairn::error::{Error, Result};
use cairn::kpi::intake::RowError;
use cairn::kpi::{self, Batch, Import, Imported, RowErrors};
use cairn::ledger::sha256_hex;
use cairn::text::Lang;
use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::json;

use crate::both;
use crate::kpi::{day, multipart};
use crate::support::TestApp;

pub fn shipped(kind: &str) -> (String, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs-templates/kpi/mapping-{kind}.toml"));
    let text = std::fs::read_to_string(path).unwrap();
    let sample = text.lines().filter_map(|line| line.strip_prefix("#:")).map(|line| format!("{line}\n")).collect();
    (text, sample)
}

fn request(mapping: &str, name: &str) -> Import {
    Import { mapping: mapping.into(), file_name: name.into(), ..Import::default() }
}

fn take(app: &TestApp, request: &Import, file: &[u8]) -> Result<Imported> {
    kpi::import(app.ledger(), &app.site.config.evidence_dir(), &Arc::new(Actor::cli("tester")), request, file)
}

fn taken(app: &TestApp, request: &Import, file: &[u8]) -> Batch {
    take(app, request, file).unwrap_or_else(|error| panic!("{}", error.message(Lang::En))).batch().clone()
}

pub fn rebuilt(app: &TestApp) -> Vec<bool> {
    let done = kpi::rebuild(app.ledger(), &app.site.config.evidence_dir(), &app.system()).unwrap();
    done.iter().map(|one| one.repaired).collect()
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    told: String,
}

/// A hash over everything that counts: the measures of live batches and the days that they own.
pub fn table_hash(app: &TestApp) -> String {
    let sql = "SELECT m.source || ' ' || m.centre_id || ' ' || CAST(m.day AS TEXT) || ' ' || m.channel || ' ' || CAST(m.offered AS TEXT) || ' ' || m.extra || ' ' \
               || m.wait_answered AS told FROM kpi_measures m JOIN kpi_batches b ON b.id = m.batch_id WHERE b.state = 'committed' \
               UNION ALL SELECT source || ' ' || centre_id || ' ' || CAST(day AS TEXT) || ' ' || batch_id FROM kpi_cells ORDER BY 1";
    let rows: Vec<Row> = app.ledger().db.read(|conn: &mut Conn| Ok(diesel::sql_query(sql).load(conn)?)).unwrap();
    sha256_hex(rows.iter().map(|row| format!("{}\n", row.told)).collect::<String>().as_bytes())
}

/// A register of a thousand complaints, and the same with seven faults.
pub fn register() -> (String, String, [&'static str; 7]) {
    let (_, sample) = shipped("complaints");
    let header = sample.lines().next().unwrap();
    let mut rows: Vec<Vec<String>> = (0..1000)
        .map(|n| {
            let on = format!("2026-09-{:02}", n % 28 + 1);
            let cells = [
                format!("T{n}"),
                format!("C{}", n % 400),
                format!("Y{n}"),
                "HD".into(),
                on.clone(),
                "否".into(),
                String::new(),
                "否".into(),
            ];
            let more = [on.clone(), on, String::new(), "否".into(), "延误".into()];
            cells.into_iter().chain(more).collect()
        })
        .collect();
    let text =
        |rows: &[Vec<String>]| format!("{header}\n{}\n", rows.iter().map(|row| row.join(",")).collect::<Vec<_>>().join("\n"));
    let good = text(&rows);
    // Rows of the file are numbered from 1, the header included.
    let faults = [
        (5, 4, "2026-13-01"),
        (99, 5, "也许"),
        (250, 3, "XX"),
        (400, 9, "十月"),
        (401, 4, ""),
        (777, 11, "?"),
        (1000, 8, "1.1.26"),
    ];
    for (row, column, cell) in faults {
        rows[row - 2][column] = cell.into();
    }
    (good, text(&rows), ["E5", "F99", "D250", "J400", "E401", "L777", "I1000"])
}

fn cells(error: &Error) -> Vec<String> {
    let cell = |name: &str, problem: &cairn::error::Problem| {
        problem.params.iter().find(|param| param.0 == name).map(|param| param.1.clone())
    };
    error.problems().iter().filter_map(|problem| cell("cell", problem)).collect()
}

fn rows_with_errors(app: &TestApp, actor: &Actor, error: &Error) -> Result<String> {
    let problem = error.problems().iter().find(|problem| problem.code == "kpi-errors-file").expect("the rows can be downloaded");
    let bytes = kpi::rejected_rows(&app.site.config.evidence_dir(), actor, &problem.params[0].1)?;
    Ok(String::from_utf8(bytes).unwrap())
}

both! {
    async fn seven_faults_in_a_thousand_rows(app: TestApp) {
        app.with_centre();
        let (mapping, _) = shipped("complaints");
        let (good, bad, places) = register();
        let bare = table_hash(app);
        let refused = take(app, &request(&mapping, "台账.csv"), bad.as_bytes()).expect_err("it has faults");
        assert_eq!(cells(&refused), places);
        assert_eq!((table_hash(app), rebuilt(app)), (bare.clone(), vec![]), "a refused file changes nothing");
        // The rows with errors can be downloaded, with their reasons in both languages, by whoever sent the file.
        let sent_by = Actor::cli("tester");
        let text = rows_with_errors(app, &sent_by, &refused).unwrap();
        let mut lines = text.trim_start_matches('\u{feff}').lines();
        assert_eq!(lines.next().unwrap(), format!("{},错误原因 reason", good.lines().next().unwrap()));
        let first = lines.next().unwrap();
        assert!(first.contains("2026-13-01") && first.contains("第 5 行 (T3)") && first.contains("row 5 (T3)"), "{first}");
        assert_eq!(lines.count(), 6);
        assert!(!text.contains("C3,"), "customers are pseudonyms here too: {first}");
        assert!(matches!(rows_with_errors(app, &app.system(), &refused), Err(Error::NotFound)));
        // Only the valid rows.
        let valid = Import { row_errors: RowErrors::LeaveOut, ..request(&mapping, "台账.csv") };
        let batch = taken(app, &valid, bad.as_bytes());
        assert_eq!((batch.rows_read, batch.rows_refused), (1000, Some(7)));
        let partly = table_hash(app);
        assert_ne!(partly, bare);
        assert_eq!(rebuilt(app), [false], "the kept file gives the same again, with the same rows left out");
        assert!(matches!(take(app, &valid, bad.as_bytes()).unwrap(), Imported::Identical(same) if same.number == 1));
        // The mended file takes its place; undo gives back what counted before, and then nothing.
        let replace = Import { replace: true, ..request(&mapping, "台账.csv") };
        let mended = taken(app, &replace, good.as_bytes());
        assert_eq!((mended.number, mended.rows_refused), (2, None));
        assert_ne!(table_hash(app), partly);
        for (number, expected) in [(2, &partly), (1, &bare)] {
            app.ledger().write(&app.system(), move |tx| kpi::undo(tx, number, None)).unwrap();
            assert_eq!(&table_hash(app), expected);
        }
        assert_eq!(rebuilt(app), [false, false]);
    }

    async fn every_kind_comes_in_and_is_made_again(app: TestApp) {
        app.with_centre();
        let mut number = 0;
        for kind in ["interactions", "surveys", "evaluations", "learning", "workforce", "finance", "shipments", "complaints", "improvements"] {
            let (mapping, sample) = shipped(kind);
            let as_of = (kind == "learning").then(|| day("2026-03-31"));
            let batch = taken(app, &Import { as_of, ..request(&mapping, &format!("{kind}.csv")) }, sample.as_bytes());
            number += 1;
            assert_eq!((batch.number, batch.rows_read + 1, batch.as_of), (number, sample.lines().count() as i64, as_of), "{kind}");
        }
        assert_eq!(rebuilt(app), [false; 9]);
        let (mapping, sample) = shipped("workforce");
        let again = take(app, &request(&mapping, "again.csv"), sample.as_bytes()).unwrap();
        assert!(matches!(again, Imported::Identical(batch) if batch.number == 5));
        let changed = sample.replace("HD,40,", "HD,41,");
        let owned = take(app, &request(&mapping, "again.csv"), changed.as_bytes()).expect_err("the days are owned");
        assert!(owned.message(Lang::En).contains("#5 workforce.csv (2026-03-02 – 2026-03-03)"), "{}", owned.message(Lang::En));
        // A register of agents is taken as of the day of its import.
        let (mapping, sample) = shipped("learning");
        let later = taken(app, &Import { replace: true, ..request(&mapping, "learning.csv") }, sample.as_bytes());
        assert_eq!((later.as_of, later.last_day), (Some(day("2026-11-21")), day("2026-11-21")));
    }

    async fn a_register_follows_the_one_before_however_old(app: TestApp) {
        app.with_centre();
        let (mapping, sample) = shipped("learning");
        let row = |cells: &str| format!("{cells}\n");
        let begun = [row(sample.lines().next().unwrap()), row("在岗,HD,A1,2023-02-10,,2023-04-01,,,,,"), row("证书,HD,A1,2023-04-01,,,,,,,")].concat();
        let tests = [row("考试,HD,A1,2024-05-14,,,理赔,1,是,92,"), row("考试,HD,A1,2025-05-14,,,理赔,1,是,95,")].concat();
        let as_of = |on: &str, replace: bool| Import { as_of: Some(day(on)), replace, ..request(&mapping, &format!("{on}.csv")) };
        let value = |code: &str, month: &str| {
            let period = kpi::Period::parse(month).unwrap();
            app.ledger().db.read(|conn| kpi::value(conn, &app.system(), code, "HD", period)).unwrap().value
        };
        let old = taken(app, &as_of("2025-06-30", false), (begun.clone() + &tests).as_bytes());
        let counted = table_hash(app);
        assert_eq!((value("certification_rate", "2024-08"), value("certification_rate", "2024-08-15")), (Some(1.0), Some(1.0)));
        // A month later, and more than a year later: what was counted daily is counted by month now.
        let joined = row("在岗,HD,A2,2025-07-01,,,,,,,");
        let later = taken(app, &as_of("2025-07-15", true), (begun.clone() + &tests + &joined).as_bytes());
        assert_eq!((later.number, later.as_of), (2, Some(day("2025-07-15"))));
        taken(app, &as_of("2026-11-21", true), (begun.clone() + &tests + &joined + "在岗,HD,A3,2026-11-02,,,,,,,\n").as_bytes());
        assert_eq!(value("certification_rate", "2026-11"), Some(1.0 / 3.0));
        assert_eq!((value("certification_rate", "2024-08"), value("certification_rate", "2024-08-15")), (Some(1.0), None));
        assert_eq!((value("knowledge_pass_rate", "2024-05"), value("knowledge_pass_rate", "2025-05")), (Some(1.0), Some(1.0)));
        // What happened on a day is not given up, nor what came before the register begins.
        let without = begun.clone() + &row("考试,HD,A1,2025-05-14,,,理赔,1,是,95,");
        let refused = take(app, &as_of("2026-11-22", true), without.as_bytes()).expect_err("a test would be lost");
        let told = refused.message(Lang::En);
        assert!(told.contains("#3 2026-11-21.csv") && told.contains("; 2024-05-14 would be lost"), "{told}");
        let late = begun.replace("2023-02-10", "2024-01-01").replace("2023-04-01", "2024-01-01") + &tests;
        let refused = take(app, &as_of("2026-11-22", true), late.as_bytes()).expect_err("a year would be lost");
        assert!(refused.message(Lang::En).contains("2023-02-28, 2023-03-31 – 2023-04-01"), "{}", refused.message(Lang::En));
        // Taken back, each gives way to the one before, unless its days belong to another by now.
        app.ledger().write(&app.system(), |tx| kpi::undo(tx, 3, None)).unwrap();
        let between = Import { as_of: Some(day("2024-08-15")), ..request(&mapping, "between.csv") };
        let one_test = [row(sample.lines().next().unwrap()), row("考试,HD,A9,2024-07-10,,,理赔,1,是,80,")].concat();
        let between = taken(app, &between, one_test.as_bytes());
        let owned = app.ledger().write(&app.system(), |tx| kpi::undo(tx, 2, None)).expect_err("a day of it is owned");
        assert!(owned.message(Lang::En).contains(&between.file_name), "{}", owned.message(Lang::En));
        for number in [between.number, later.number] {
            app.ledger().write(&app.system(), move |tx| kpi::undo(tx, number, None)).unwrap();
        }
        assert_eq!(table_hash(app), counted);
        assert_eq!(app.ledger().db.read(|conn| kpi::batch(conn, &app.system(), old.number)).unwrap().state, kpi::BatchState::Committed);
        assert!(!rebuilt(app).contains(&true));
    }

    async fn a_median_time_has_an_interval_wherever_it_is_shown(app: TestApp) {
        app.with_centre();
        let (mapping, sample) = shipped("learning");
        // Twelve signed off in March after 30, 50 and 70 days; eight still wait, for 40 and 90 days.
        let hired = |before: &str, days: u64| day(before) - chrono::Days::new(days);
        let signed = (0..12).map(|n| format!("在岗,HD,A{n},{},,2026-03-15,,,,,\n", hired("2026-03-15", [30, 50, 70][n % 3])));
        let open = (0..8).map(|n| format!("在岗,HD,B{n},{},,,,,,,\n", hired("2026-03-31", [40, 90][n % 2])));
        let rows: String = std::iter::once(format!("{}\n", sample.lines().next().unwrap())).chain(signed).chain(open).collect();
        taken(app, &Import { as_of: Some(day("2026-03-31")), ..request(&mapping, "在岗.csv") }, rows.as_bytes());
        let program = app.program("reader", &[Role::Executive], &["read-kpis"]);
        let value = program.get("/api/v1/kpis/time_to_proficiency_d/values?centre=HD&period=2026-03").await.json();
        assert_eq!((&value["value"], &value["interval"], &value["n"]), (&json!(70.0), &json!([50.0, 70.0]), &json!(20)), "{value}");
        assert_eq!(value["interval_method"], "brookmeyer_crowley");
        let page = app.signed_in("sunli", &[Role::Executive]).english().get("/kpis/HD/time_to_proficiency_d?period=2026-03").await;
        for part in ["95 % interval 50–70", "95 % interval by Brookmeyer and Crowley", "a choice of this program"] {
            assert!(page.main().contains(part), "{part}: {}", page.main());
        }
        let file = app.sign_in("sunli").get("/kpis/files/cards.csv?centre=HD&period=2026-03").await.text();
        let line = file.lines().find(|line| line.contains(",time_to_proficiency_d,")).unwrap();
        assert!(line.contains(",50,70,20,"), "{line}");
    }

    async fn who_is_named_in_a_file_is_kept_as_a_pseudonym(app: TestApp) {
        app.with_centre();
        let (mapping, sample) = shipped("interactions");
        let batch = taken(app, &request(&mapping, "在线.csv"), sample.as_bytes());
        assert_eq!(batch.original_hash.as_deref(), Some(sha256_hex(sample.as_bytes()).as_str()));
        assert_ne!(Some(&batch.evidence_hash), batch.original_hash.as_ref());
        let dir = app.site.config.evidence_dir();
        let kept = String::from_utf8(cairn::evidence::read(&dir, &batch.evidence_hash, 1 << 20).unwrap()).unwrap();
        assert!(!kept.contains("1380000"), "{kept}");
        let names: Vec<&str> = kept.lines().skip(1).filter_map(|line| line.split(',').nth(1)).collect();
        assert!(names[0].starts_with("anon-") && names[0] == names[1] && names[0] != names[2] && names[6].is_empty(), "{names:?}");
        assert_eq!(rebuilt(app), [false], "what was kept gives the same without the key");
        let key = app.site.config.data.join("pseudonyms.key");
        assert_eq!(std::fs::metadata(&key).unwrap().len(), 32);
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&key).unwrap().permissions()) & 0o777, 0o600);
        // The same file again is known, although it was rewritten; and so is the rewritten one.
        for file in [sample.as_bytes(), kept.as_bytes()] {
            assert!(matches!(take(app, &request(&mapping, "在线.csv"), file).unwrap(), Imported::Identical(_)));
        }
        let manager = app.signed_in("manager", &[Role::QualityManager]);
        let page = manager.get("/kpis/batches/1").await;
        assert!(page.main().contains(batch.original_hash.as_deref().unwrap()), "{}", page.main());
    }

    async fn the_doors_take_any_file(app: TestApp) {
        app.with_centre();
        let (mapping, _) = shipped("complaints");
        let (_, bad, _) = register();
        let program = app.program("wangfang", &[Role::QualityManager], &["read-kpis", "import-kpis"]).english();
        let send = async |more: &[(&str, &str)]| {
            let mut fields = vec![("mapping", mapping.clone())];
            fields.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
            program.send(Method::POST, "/api/v1/kpi/imports", &[], Some(multipart(&fields, "register.csv", bad.as_bytes()))).await
        };
        let refused = send(&[]).await;
        assert_eq!(refused.status, 422);
        let errors = refused.json()["errors"].as_array().unwrap().clone();
        assert_eq!(errors.len(), 8, "seven rows, and where they can be had");
        assert_eq!((&errors[0]["params"]["cell"], &errors[0]["code"]), (&json!("E5"), &json!("kpi-row-stamp")));
        let id = errors[7]["params"]["id"].as_str().unwrap();
        let rows = program.get(&format!("/api/v1/kpi/imports/rows/{id}")).await;
        assert_eq!((rows.status.as_u16(), rows.json()["csv"].as_str().unwrap().lines().count()), (200, 8));
        assert_eq!(app.program("other", &[Role::QualityManager], &["import-kpis"]).get(&format!("/api/v1/kpi/imports/rows/{id}")).await.status, 404);
        assert_eq!(send(&[("as_of", "soon")]).await.status, 422);
        let done = send(&[("valid_only", "true"), ("as_of", "2026-10-31")]).await;
        assert_eq!(done.status, 201, "{}", done.text());
        assert_eq!((&done.json()["batch"]["refused"], &done.json()["batch"]["as_of"]), (&json!(7), &json!("2026-10-31")));
        // The page: refused with a way to the rows and a box to leave them out.
        let manager = app.signed_in("manager", &[Role::QualityManager]);
        let page = manager.get("/kpis/import/direct").await;
        let token = page.text().split("name=\"_csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let upload = multipart(&[("_csrf", token), ("mapping", mapping.clone())], "台账.csv", bad.as_bytes());
        let refused = manager.send(Method::POST, "/kpis/import/direct", &[], Some(upload)).await;
        assert_eq!(refused.status, 422);
        let link = refused.text().split("href=\"/kpis/import/rows/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        assert!(refused.text().contains("name=\"valid_only\"") && refused.main().contains("原因 7 项"), "{}", refused.main());
        assert_eq!(manager.get(&format!("/kpis/import/rows/{link}")).await.status, 200);
        assert_eq!(manager.get(&format!("/kpis/import/rows/{id}")).await.status, 404, "another sender's rows");
        let batch = manager.get("/kpis/batches/1").await;
        assert!(batch.main().contains("略去 7 行出错数据") && batch.main().contains("数据截至"), "{}", batch.main());
    }
}

#[test]
fn cells_are_addressed_as_spreadsheets_do() {
    let error = |at| RowError {
        row: 12,
        id: None,
        sheet: Some(Arc::from("三月")),
        at,
        column: String::new(),
        value: String::new(),
        problem: cairn::kpi::intake::RowProblem::Whole,
    };
    let told: Vec<String> = [Some(0), Some(25), Some(26), Some(701), Some(702), None].map(|at| error(at).cell()).into();
    assert_eq!(told, ["三月!A12", "三月!Z12", "三月!AA12", "三月!ZZ12", "三月!AAA12", "三月!12"]);
}

#[test]
fn the_workbook_of_the_samples_is_kept_as_it_came() {
    let Some(samples) = std::env::var_os("CAIRN_SAMPLES") else { return };
    let app = TestApp::sqlite();
    app.with_centre();
    let file = std::fs::read(Path::new(&samples).join("calls/Call-Center-Dataset.xlsx")).unwrap();
    let mapping = "source='book'\n[centre]\nvalue='HD'\n[channel]\nvalue='voice'\n[stamp]\ndate='Date'\ntime='Time'\n[outcome]\ncolumn='Answered (Y/N)'\n\
                   values={Y='answered',N='abandoned'}\n[wait]\ncolumn='Speed of answer in seconds'\nempty='unknown'\n[talk]\ncolumn='AvgTalkDuration'\n";
    let batch = taken(&app, &request(mapping, "calls.xlsx"), &file);
    assert_eq!(
        (batch.rows_read, batch.evidence_hash.as_str(), batch.original_hash.clone()),
        (5000, sha256_hex(&file).as_str(), None)
    );
    assert_eq!(rebuilt(&app), [false]);
    app.check();
}
