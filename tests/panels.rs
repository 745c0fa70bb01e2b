//! Second panels of control charts: moving ranges and standard deviations on the page, in the files and in the API; smoothed charts.

use actix_web::http::StatusCode;
use cairn::actor::Role;
use cairn::kpi::control::{ChartKind, Grain, Split};
use cairn::kpi::{self, FreezePhase, Import, Imported, SaveDefinition, Signal};
use chrono::Days;

use crate::both;
use crate::kpi::{MAPPING, day, log};
use crate::support::TestApp;

const LAST: &str = "2026-10-31";
/// Every fifth caller gave up on this day, on the others every twenty-fifth.
const LEAP: &str = "2026-10-20";
const AFTER: &str = "2026-10-21";

fn take(app: &TestApp, request: &Import, file: &[u8]) -> Vec<Signal> {
    match kpi::import(app.ledger(), &app.site.config.evidence_dir(), &app.system(), request, file).unwrap() {
        Imported::New { signals, .. } => signals,
        Imported::Identical(batch) => panic!("identical to {}", batch.number),
    }
}

/// Ninety days of calls, the last thirty of them after limits were frozen.
fn calls(app: &TestApp, chart: ChartKind) -> Vec<Signal> {
    let days: Vec<_> = (0..90_u64)
        .rev()
        .map(|back| (day(LAST) - Days::new(back), usize::try_from(6 + back * 7 % 5).unwrap()))
        .map(|(date, abandoned)| (date, if date == day(LEAP) { 40 } else { abandoned }))
        .map(|(date, abandoned)| (date, 200 - abandoned, abandoned))
        .collect();
    let request =
        |name: &str| Import { mapping: MAPPING.into(), centre: Some("HD".into()), file_name: name.into(), ..Import::default() };
    take(app, &request("before.csv"), &log(&days[..60]));
    let known = app.ledger().db.read(|conn| kpi::definition(conn, "abandonment_rate")).unwrap();
    let mut definition = (*known.definition).clone();
    (definition.chart, definition.split, definition.starts_on) = (chart, Split::None, Some(day("2026-01-01")));
    let command = SaveDefinition { definition, seen: Some(known.version), reason: "Chart".into() };
    app.ledger().write(&app.system(), move |tx| kpi::save_definition(tx, &command)).unwrap();
    let phase = FreezePhase {
        centre: "HD".into(),
        points: Grain::Day,
        starts_on: day("2026-10-02"),
        baseline_from: day("2026-08-03"),
        baseline_to: day("2026-10-01"),
        reason: "新排班已验证".into(),
    };
    app.ledger().write(&app.system(), move |tx| kpi::freeze(tx, "abandonment_rate", &phase)).unwrap();
    take(app, &request("after.csv"), &log(&days[60..]))
}

/// A row of a file by its first cell, under the heads of the file.
fn cell(file: &str, row: &str, head: &str) -> String {
    let mut lines = file.trim_start_matches('\u{feff}').lines();
    let at =
        lines.next().unwrap().split(',').position(|name| name == head).unwrap_or_else(|| panic!("{head} is no head of {file}"));
    let line = lines.find(|line| line.starts_with(row)).unwrap_or_else(|| panic!("{row} is no row of {file}"));
    line.split(',').nth(at).unwrap().to_owned()
}

fn number(file: &str, row: &str, head: &str) -> f64 {
    cell(file, row, head).parse().unwrap_or_else(|_| panic!("{row} {head}: {file}"))
}

both! {
    async fn moving_ranges_stand_below_single_values(app: TestApp) {
        app.with_centre();
        let raised = calls(app, ChartKind::Xmr);
        let reader = app.signed_in("staff", &[Role::Staff]).english();
        let page = reader.get("/kpis/HD/abandonment_rate?period=2026-10").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        for part in ["id=\"spread-t\">Abandonment rate: Moving range mR</title>", "2 points beyond the limits", "Moving range mR (%)", "Single value X (%)"] {
            assert!(page.text().contains(part), "{part}: {}", page.text());
        }
        assert_eq!(page.all("#control .chart svg").len(), 2);
        let heads = page.all("#control thead th");
        assert!(heads.windows(3).any(|three| three == ["Moving range mR", "M̄R", "mR upper limit"]), "{heads:?}");
        let rows = page.all("#control tbody tr");
        let row = |day: &str| rows.iter().find(|row| row.starts_with(day)).unwrap();
        assert!(row(LEAP).contains("1 Beyond the control limits") && row(LEAP).contains("mR beyond its limit"), "{}", row(LEAP));
        assert!(row(AFTER).contains("mR beyond its limit") && !row(AFTER).contains("1 Beyond"), "{}", row(AFTER));
        // The owner is asked of the leap once, and not of the way back.
        let asked: Vec<&str> = raised.iter().filter(|one| one.code == "abandonment_rate").map(|one| one.period.as_str()).collect();
        assert!(asked.contains(&LEAP) && !asked.contains(&AFTER), "{raised:?}");
        let file = reader.get("/kpis/files/chart.csv?centre=HD&code=abandonment_rate&points=day&period=2026-10").await.text();
        let (value, before) = (number(&file, LEAP, "Value"), number(&file, "2026-10-19", "Value"));
        assert!((number(&file, LEAP, "Moving range mR") - (value - before)).abs() < 1e-9, "{file}");
        assert_eq!(cell(&file, LEAP, "Beyond the limits of the second panel"), "mR");
        assert_eq!(cell(&file, "2026-10-02", "Moving range mR"), "", "a range does not cross the border of a phase: {file}");
        assert_eq!(cell(&file, "2026-10-03", "Beyond the limits of the second panel"), "");
        // The frozen limits of both panels rest on one mean range.
        let usual = number(&file, AFTER, "M̄R");
        assert!((number(&file, AFTER, "mR upper limit") - 3.267 * usual).abs() < 1e-9);
        assert!((number(&file, AFTER, "Upper limit") - number(&file, AFTER, "Centre") - 3.0 * usual / 1.128).abs() < 1e-9);
        let chinese = app.signed_in("sunli", &[Role::Staff]).get("/kpis/HD/abandonment_rate?period=2026-10").await;
        assert!(chinese.text().contains("移动极差 mR（%）") && chinese.text().contains("mR 超出控制限"), "{}", chinese.text());
    }

    async fn a_chart_is_had_as_json(app: TestApp) {
        app.with_centre();
        calls(app, ChartKind::Xmr);
        let program = app.program("wangfang", &[Role::QualityManager], &["read-kpis"]);
        let at = "/api/v1/kpis/abandonment_rate/chart?centre=HD&period=2026-10";
        let chart = program.get(at).await.json();
        assert_eq!((&chart["chart"], &chart["spread"], &chart["unit"], &chart["points"]), (&"xmr".into(), &"moving_range".into(), &"percent".into(), &"day".into()));
        assert_eq!((chart["stretches"].as_array().unwrap().len(), &chart["stretches"][0]["frozen"]), (1, &true.into()), "{chart}");
        let items = chart["items"].as_array().unwrap();
        let item = |day: &str| items.iter().find(|item| item["from"] == day).unwrap();
        assert_eq!((&item(LEAP)["rules"], &item(LEAP)["value"]), (&serde_json::json!(["1"]), &20.0.into()));
        assert!(item("2026-10-02")["spread"].is_null() && item("2026-10-01")["spread"].is_null());
        let spread = &item(AFTER)["spread"];
        assert!(spread["beyond"] == true && spread["lower"].is_null() && spread["value"].as_f64().unwrap() > 10.0, "{spread}");
        assert_eq!(item("2026-10-10")["spread"]["beyond"], false);
        assert!((spread["upper"].as_f64().unwrap() / spread["centre"].as_f64().unwrap() - 3.267).abs() < 1e-9);
        assert_eq!(program.get(&format!("{at}&points=hour")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(program.get("/api/v1/kpis/luck/chart?centre=HD&period=2026-10").await.status, StatusCode::NOT_FOUND);
        assert_eq!(program.get("/api/v1/kpis/abandonment_rate/chart?centre=XX&period=2026-10").await.status, StatusCode::NOT_FOUND);
        let empty = program.get("/api/v1/kpis/fcr/chart?centre=HD&period=2026-10&points=week").await.json();
        assert!(empty["items"].as_array().unwrap().is_empty() && empty["chart"].is_null(), "{empty}");
    }

    async fn what_was_measured_stands_beside_what_was_smoothed(app: TestApp) {
        app.with_centre();
        calls(app, ChartKind::Ewma);
        let reader = app.signed_in("staff", &[Role::Staff]).english();
        let page = reader.get("/kpis/HD/abandonment_rate?period=2026-10").await;
        for part in ["EWMA, λ = 0.25 (%)", "class=\"pt raw\"", "λ 0.25", "The limits widen"] {
            assert!(page.text().contains(part), "{part}: {}", page.text());
        }
        assert_eq!(page.all("#control .chart svg").len(), 1, "nothing stands below it");
        let heads = page.all("#control thead th");
        assert!(heads.windows(2).any(|two| two == ["Value", "EWMA"]), "{heads:?}");
        let file = reader.get("/kpis/files/chart.csv?centre=HD&code=abandonment_rate&points=day&period=2026-10").await.text();
        let (centre, first) = (number(&file, "2026-10-02", "Centre"), number(&file, "2026-10-02", "Measured value"));
        assert!((number(&file, "2026-10-02", "Value") - (centre + 0.25 * (first - centre))).abs() < 1e-9, "{file}");
        let width = |day: &str| number(&file, day, "Upper limit") - number(&file, day, "Lower limit");
        assert!(width("2026-10-02") < width("2026-10-03") && width("2026-10-03") < width("2026-10-20"));
        let program = app.program("wangfang", &[Role::QualityManager], &["read-kpis"]);
        let chart = program.get("/api/v1/kpis/abandonment_rate/chart?centre=HD&period=2026-10").await.json();
        assert_eq!((&chart["lambda"], &chart["spread"]), (&0.25.into(), &serde_json::Value::Null));
    }
}

/// Forty days of evaluations, five of them a day and every fourth day eight; on one day scores lie far apart around the usual mean.
fn evaluations() -> (String, String) {
    let mapping = "kind = \"evaluations\"\nsource = \"qa\"\n[id]\ncolumn = \"id\"\n[centre]\nvalue = \"HD\"\n[stamp]\ndate = \"day\"\n\
                   [score]\ncolumn = \"score\"\n";
    let mut file = String::from("id,day,score\n");
    for back in (0..40_i64).rev() {
        let date = day(LAST) - Days::new(back.unsigned_abs());
        let (count, step) = (if back % 4 == 0 { 8 } else { 5 }, if back == 10 { 8 } else { 2 + back % 2 });
        for n in 0..count {
            file.push_str(&format!("{back}-{n},{date},{}\n", 84 + (n - count / 2) * step));
        }
    }
    (mapping.to_owned(), file)
}

both! {
    async fn deviations_stand_below_means_of_subgroups(app: TestApp) {
        app.with_centre();
        let (mapping, file) = evaluations();
        let raised = take(app, &Import { mapping, file_name: "qa.csv".into(), ..Import::default() }, file.as_bytes());
        let reader = app.signed_in("staff", &[Role::Staff]).english();
        let page = reader.get("/kpis/HD/qa_score?period=2026-10").await;
        for part in ["QA monitoring score: Standard deviation S", "Mean of the subgroup (points)", "S beyond its limit", "σ of one measurement"] {
            assert!(page.text().contains(part), "{part}: {}", page.text());
        }
        let file = reader.get("/kpis/files/chart.csv?centre=HD&code=qa_score&points=day&period=2026-10").await.text();
        // 80, 82, 84, 86 and 88, or three apart; Monday to Sunday, all days together.
        assert!((number(&file, "2026-10-29", "Standard deviation S") - 10.0_f64.sqrt()).abs() < 1e-9, "{file}");
        assert_eq!((cell(&file, "2026-10-21", "Beyond the limits of the second panel").as_str(), cell(&file, "2026-10-21", "Rule").as_str()), ("S", ""));
        let (five, eight) = ("2026-10-29", "2026-10-31");
        assert!(number(&file, five, "S lower limit") == 0.0 && number(&file, eight, "S lower limit") > 0.0, "B3 of eight is not 0: {file}");
        let ratio = |day: &str| number(&file, day, "S upper limit") / number(&file, day, "S centre");
        assert!((ratio(five) - 2.0890).abs() < 5e-5 && (ratio(eight) - 1.8149).abs() < 5e-5, "B4 by the size of each subgroup");
        assert!(raised.iter().all(|one| one.code != "qa_score" || one.period != "2026-10-21"), "shown, not raised: {raised:?}");
    }
}
