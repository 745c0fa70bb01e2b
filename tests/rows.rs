//! Every number ends at rows: the rows behind a value are read from the kept file, with what each adds; and everything shown can be had as
//! a file for spreadsheets.

use std::io::Cursor;

use actix_web::http::StatusCode;
use cairn::actor::Role;
use cairn::kpi::{self, AskedRows, Behind, Import, Period};
use cairn::organisation::{Centre, CentreType};
use cairn::people::{self, NewGrant, NewUser};
use calamine::{Data, Reader, Xlsx};

use crate::both;
use crate::support::{TestApp, start};

const MAPPING: &str = "source = \"hotline\"\n[centre]\ncolumn = \"centre\"\n[channel]\nvalue = \"voice\"\n[stamp]\ncolumn = \"at\"\n[outcome]\n\
    column = \"what\"\nvalues = { a = \"answered\", x = \"abandoned\", t = \"ignored\" }\n[wait]\ncolumn = \"wait\"\n[talk]\ncolumn = \"talk\"\n";

/// Calls of three months, 2,400 each, one of four lost, every tenth a test call, one in six of another centre; row `n` stands on line
/// `n` + 2 until a note goes over two lines.
fn log() -> String {
    let row = |n: usize| {
        let (month, day, minute) = (8 + n / 2400, n % 28 + 1, n / 60 % 60);
        let what = if n % 10 == 9 {
            "t"
        } else if n.is_multiple_of(4) {
            "x"
        } else {
            "a"
        };
        let centre = if n % 6 == 5 { "NB" } else { "HD" };
        let note = if n == 3000 { "\"=two\nlines\"" } else { "" };
        format!("{centre},2026-{month:02}-{day:02} 10:{minute:02}:{:02},{what},{},100,{note}\n", n % 60, n % 40)
    };
    format!("centre,at,what,wait,talk,note\n{}", (0..7200).map(row).collect::<String>())
}

fn import(app: &TestApp, file: &[u8], name: &str) -> kpi::Batch {
    let request = Import { mapping: MAPPING.into(), file_name: name.into(), ..Import::default() };
    kpi::import(app.ledger(), &app.site.config.evidence_dir(), &app.system(), &request, file).unwrap().batch().clone()
}

fn behind(app: &TestApp, period: &str, skip: u64, take: u64) -> Behind {
    let asked = AskedRows {
        code: "service_level".into(),
        centre: "HD".into(),
        period: Period::parse(period).unwrap(),
        batch: None,
        skip,
        take,
    };
    kpi::behind(&app.ledger().db, &app.site.config.evidence_dir(), &app.system(), &asked).unwrap()
}

/// The rows of September at HD, as anybody can count them in the file.
fn september() -> Vec<usize> {
    (2400..4800).filter(|n| n % 6 != 5 && n % 10 != 9).collect()
}

/// Somebody who sees one centre.
fn executive(app: &TestApp, login: &str, centre: &Centre) {
    let command = NewUser { login: login.into(), name: login.into(), ..NewUser::default() };
    let grant = NewGrant { role: Role::Executive, centre_id: Some(centre.id.clone()), starts_on: None, ends_on: None };
    app.ledger()
        .write(&app.system(), move |tx| people::bootstrap(tx, &command, None, std::slice::from_ref(&grant), start().date_naive()))
        .unwrap();
}

both! {
    async fn rows_behind_a_value_are_found_with_and_without_the_index(app: TestApp) {
        app.with_centre();
        app.centre("NB", CentreType::CustomerExperience);
        let batch = import(app, log().as_bytes(), "log.csv");
        let wanted = september();
        for round in ["read whole", "by its blocks"] {
            let found = behind(app, "2026-09", 0, 10_000);
            assert!(found.agrees() && found.total == wanted.len() as u64, "{round}: {} {:?}", found.total, found.files);
            let numbers: Vec<u64> = found.rows.iter().map(|row| row.number).collect();
            // The note of row 3000 takes two lines.
            let expected: Vec<u64> = wanted.iter().map(|n| *n as u64 + 2 + u64::from(*n > 3000)).collect();
            assert_eq!(numbers, expected, "{round}");
            let lost = found.rows.iter().find(|row| row.adds.contains_key("abandoned")).unwrap();
            assert_eq!((lost.adds.get("offered"), lost.adds.get("answered"), lost.cells[2].as_str()), (Some(&1), None, "x"));
            let page = behind(app, "2026-09", 500, 20);
            assert_eq!((page.rows.as_slice(), page.total), (&found.rows[500..520], found.total));
            assert!(behind(app, "2026-09-03", 0, 1000).rows.iter().all(|row| row.cells[1].starts_with("2026-09-03")));
        }
        let index = app.site.config.evidence_dir().with_file_name("row-index").join(format!("{}.json", batch.id));
        assert!(index.exists());
        std::fs::write(&index, "not an index").unwrap();
        assert!(behind(app, "2026-09", 0, 1).agrees());
    }

    async fn packed_files_and_gb18030_end_at_rows_too(app: TestApp) {
        app.with_centre();
        app.centre("NB", CentreType::CustomerExperience);
        let text = log().replace(",note\n", ",备注\n").replace("=two", "两");
        let (bytes, ..) = encoding_rs::GB18030.encode(&text);
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut packed, &bytes).unwrap();
        import(app, &packed.finish().unwrap(), "log.csv.gz");
        for _ in 0..2 {
            let found = behind(app, "2026-09", 0, 10_000);
            assert!(found.agrees() && found.rows.len() == september().len());
            assert_eq!(found.header[5], "备注");
            assert!(found.rows.iter().any(|row| row.cells[5] == "两\nlines"));
        }
    }

    async fn a_page_leads_from_the_value_to_its_rows(app: TestApp) {
        app.with_centre();
        let other = app.centre("NB", CentreType::CustomerExperience);
        import(app, log().as_bytes(), "log.csv");
        app.user("limin", &[Role::QualityManager]);
        let manager = app.sign_in("limin").english();
        let value = manager.get("/kpis/HD/service_level?period=2026-09").await;
        assert!(value.text().contains("/kpis/HD/service_level/rows?period=2026-09"), "{}", value.main());
        let page = manager.get("/kpis/HD/service_level/rows?period=2026-09").await;
        let text = page.main();
        assert_eq!(page.status, StatusCode::OK);
        for part in ["log.csv", "give exactly the measures", "1–100 of 1840", "2026-09-21 10:40:00"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let next = manager.get("/kpis/HD/service_level/rows?period=2026-09&batch=1&from=1700").await;
        assert!(next.main().contains("1701–1800 of 1840"), "{}", next.main());
        let file = manager.get("/kpis/HD/service_level/rows.csv?period=2026-09&batch=1").await.text();
        assert_eq!(file.lines().count(), 1 + 1840 + 1);
        assert!(file.contains("'=two"), "a formula is guarded");
        assert_eq!(manager.get("/kpis/HD/service_level/rows?batch=7").await.status, StatusCode::NOT_FOUND);
        // Another centre's executive sees neither.
        executive(app, "zhou", &other);
        let executive = app.sign_in("zhou");
        assert_eq!(executive.get("/kpis/HD/service_level/rows?period=2026-09").await.status, StatusCode::NOT_FOUND);
        assert_eq!(executive.get("/kpis/HD/service_level/rows.xlsx?period=2026-09").await.status, StatusCode::NOT_FOUND);
        let own = executive.get("/kpis/files/batch.csv?number=1").await.text();
        assert!(own.contains("NB,") && !own.contains("HD,"));
    }

    async fn everything_shown_can_be_had_as_a_file(app: TestApp) {
        app.with_centre();
        app.centre("NB", CentreType::CustomerExperience);
        import(app, log().as_bytes(), "log.csv");
        app.user("limin", &[Role::QualityManager]);
        let manager = app.sign_in("limin").english();
        let month = "period=2026-09";
        let published = manager.post("/kpis/HD/publish", &[("period", "2026-09"), ("lock", "yes")]).await;
        assert_eq!(published.status, StatusCode::SEE_OTHER, "{}", published.main());
        for what in [
            format!("cards.FORMAT?{month}"),
            format!("cards.FORMAT?centre=HD&{month}"),
            format!("series.FORMAT?centre=HD&code=service_level&{month}"),
            format!("series.FORMAT?centre=HD&code=asa_s&points=day&{month}"),
            "definitions.FORMAT".into(),
            "vocabulary.FORMAT".into(),
            "batches.FORMAT".into(),
            "batch.FORMAT?number=1".into(),
            "signals.FORMAT".into(),
            "targets.FORMAT?centre=HD".into(),
            "profiles.FORMAT".into(),
            "scorecards.FORMAT".into(),
            "locks.FORMAT".into(),
            format!("cards.FORMAT?centre=HD&strict=1&{month}"),
            format!("chart.FORMAT?centre=HD&code=service_level&points=day&{month}"),
            "staffing.FORMAT?contacts=120&patience=90".into(),
            format!("agents.FORMAT?centre=HD&code=service_level&{month}"),
        ] {
            let address = format!("/kpis/files/{what}");
            let csv = manager.get(&address.replace("FORMAT", "csv")).await;
            assert_eq!(csv.status, StatusCode::OK, "{address}");
            assert_eq!(csv.body.get(..3), Some(&[0xEF, 0xBB, 0xBF][..]), "{address}");
            let book = manager.get(&address.replace("FORMAT", "xlsx")).await;
            let mut book: Xlsx<_> = Xlsx::new(Cursor::new(book.body.to_vec())).unwrap();
            let range = book.worksheet_range_at(0).unwrap().unwrap();
            let mut lines = csv::ReaderBuilder::new().from_reader(&csv.body[3..]);
            assert_eq!(range.height(), lines.records().count() + 1, "{address}");
        }
        let card = manager.get(&format!("/kpis/files/cards.xlsx?centre=HD&{month}")).await;
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(card.body.to_vec())).unwrap();
        let range = book.worksheet_range_at(0).unwrap().unwrap();
        let level = range.rows().find(|row| row[2] == Data::String("service_level".into())).unwrap();
        let value = app.ledger().db.read(|conn| kpi::value(conn, &app.system(), "service_level", "HD", Period::parse("2026-09")?));
        let Data::Float(shown) = level[4] else { panic!("{level:?}") };
        assert!((shown - value.unwrap().in_unit.unwrap()).abs() < 1e-9);
        let text = async |what: &str| manager.get(&format!("/kpis/files/{what}")).await.text();
        assert!(text("scorecards.csv").await.contains("2026-09,HD,HD centre,1,"));
        assert!(text("locks.csv").await.contains("2026-09,HD,HD centre,Locked,"));
        let profiles = text("profiles.csv").await;
        for part in ["Cost control,1,,Kind,qualitative,Qualitative,5,textbook,", "Cost control,1,,KPI,utilisation,"] {
            assert!(profiles.contains(part), "{part}: {profiles}");
        }
        let chart = text(&format!("chart.csv?centre=HD&code=service_level&points=day&{month}")).await;
        let first = chart.lines().nth(1).unwrap();
        assert!(first.starts_with("2026-") && first.contains("percent") && first.contains("p′ chart"), "{first}");
        let staffing = text("staffing.csv?contacts=120&patience=90").await;
        assert!(staffing.lines().count() > 5 && staffing.contains("Not reached") && staffing.contains(",Reached"), "{staffing}");
        let impossible = manager.get("/kpis/files/staffing.csv?contacts=none").await;
        assert_eq!(impossible.status, StatusCode::UNPROCESSABLE_ENTITY);
        let strict = text(&format!("cards.csv?centre=HD&strict=1&{month}")).await;
        assert!(strict != text(&format!("cards.csv?centre=HD&{month}")).await && strict.contains("#1"), "{strict}");
        for (page, file) in [
            ("/kpis/targets/HD", "targets.csv?centre=HD"),
            ("/kpis/profiles", "profiles.csv"),
            ("/kpis/scorecards", "scorecards.csv"),
            ("/kpis/locks", "locks.csv"),
            ("/kpis/staffing", "staffing.csv"),
            ("/kpis/HD/service_level?period=2026-09", "chart.csv?centre=HD"),
            ("/kpis/HD?period=2026-09&strict=1", "strict=1"),
        ] {
            assert!(manager.get(page).await.text().contains(file), "{page} leads to {file}");
        }
        assert_eq!(manager.get("/kpis/files/batch.csv?number=99").await.status, StatusCode::NOT_FOUND);
        assert_eq!(manager.get("/kpis/files/salaries.csv").await.status, StatusCode::NOT_FOUND);
        assert_eq!(manager.get("/kpis/files/series.csv?centre=HD").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}
