//! Call logs in, values with their proof out: imports, what they refuse, replacing and taking back, the card and the signals.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use actix_web::http::{Method, StatusCode};
use cairn::actor::{Actor, Role};
use cairn::error::{Error, Result};
use cairn::kpi::{self, Batch, BatchState, Import, Imported, Period, SignalRule, SignalState};
use cairn::organisation::{self, Centre, CentreType, NewCentre};
use cairn::text::Lang;
use chrono::{Days, NaiveDate};

use crate::both;
use crate::support::TestApp;

/// The mapping of the small logs below.
pub const MAPPING: &str = r#"
source = "hotline"
[id]
column = "id"
[channel]
value = "voice"
[stamp]
column = "at"
[outcome]
column = "outcome"
values = { answered = "answered", abandoned = "abandoned", test = "ignored" }
[wait]
column = "wait"
empty = "unknown"
[talk]
column = "talk"
empty = "unknown"
"#;

const SAMPLE: &str = r#"
source = "phone"
[id]
column = "Call Id"
[channel]
value = "voice"
[stamp]
date = "Date"
time = "Time"
[outcome]
column = "Answered (Y/N)"
values = { Y = "answered", N = "abandoned" }
[wait]
column = "Speed of answer in seconds"
empty = "unknown"
[talk]
column = "AvgTalkDuration"
empty = "unknown"
[resolved]
column = "Resolved"
values = { Y = true, N = false }
"#;

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

impl TestApp {
    pub fn centre(&self, code: &str, centre_type: CentreType) -> Centre {
        let command = NewCentre {
            code: code.into(),
            name: format!("{code} 客服中心"),
            name_en: Some(format!("{code} centre")),
            unit_id: None,
            zone: None,
            centre_type,
        };
        self.ledger().write(&self.system(), move |tx| organisation::create_centre(tx, &command)).unwrap()
    }

    pub fn with_centre(&self) -> Centre {
        self.organisation();
        self.centre("HD", CentreType::CostControl)
    }

    fn import_as(&self, actor: &Arc<Actor>, request: &Import, file: &[u8]) -> Result<Imported> {
        kpi::import(self.ledger(), &self.site.config.evidence_dir(), actor, request, file)
    }

    fn import(&self, file: &[u8], replace: bool) -> Result<Imported> {
        let request = Import {
            mapping: MAPPING.into(),
            centre: Some("HD".into()),
            file_name: "calls.csv".into(),
            replace,
            ..Import::default()
        };
        self.import_as(&Arc::new(Actor::cli("tester")), &request, file)
    }

    fn new_batch(&self, file: &[u8], replace: bool) -> (Batch, Vec<kpi::Signal>) {
        match self.import(file, replace).unwrap() {
            Imported::New { batch, signals, .. } => (batch, signals),
            Imported::Identical(batch) => panic!("identical to {}", batch.number),
        }
    }

    fn value(&self, code: &str, period: &str) -> kpi::Value {
        let period = Period::parse(period).unwrap();
        self.ledger().db.read(|conn| kpi::value(conn, &Actor::system(), code, "HD", period)).unwrap()
    }

    fn undo(&self, number: i64) -> Result<Batch> {
        self.ledger().write(&self.system(), move |tx| kpi::undo(tx, number, Some("错误文件")))
    }

    /// Files in the evidence folder, those under way included.
    fn kept(&self) -> usize {
        fn count(folder: PathBuf) -> usize {
            let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
            entries.map(|entry| entry.unwrap().path()).map(|path| if path.is_dir() { count(path) } else { 1 }).sum()
        }
        count(self.site.config.evidence_dir())
    }
}

/// A log: so many answered and abandoned calls on each day; every fifth answered call waits 60 s, the others 10 s.
pub fn log(days: &[(NaiveDate, usize, usize)]) -> Vec<u8> {
    let mut text = String::from("id,at,outcome,wait,talk\n");
    let mut id = 0;
    for (day, answered, abandoned) in days {
        for n in 0..answered + abandoned {
            id += 1;
            let (outcome, wait, talk) =
                if n < *answered { ("answered", if n % 5 == 4 { "60" } else { "10" }, "200") } else { ("abandoned", "30", "") };
            text.push_str(&format!("C{id},{day} 09:{:02}:00,{outcome},{wait},{talk}\n", n % 60));
        }
    }
    text.into_bytes()
}

fn problems(result: Result<Imported>) -> Vec<String> {
    let error = result.expect_err("refused");
    let told = error.problems().iter().filter(|problem| problem.code != "kpi-errors-file");
    told.map(|problem| format!("{}: {}", problem.field, problem.message(Lang::En))).collect()
}

both! {
    async fn values_follow_from_the_file(app: TestApp) {
        app.with_centre();
        let (batch, _) = app.new_batch(&log(&[(day("2026-10-01"), 40, 10), (day("2026-10-02"), 20, 0), (day("2026-11-01"), 5, 5)]), false);
        assert_eq!((batch.number, batch.rows_read, batch.cells), (1, 80, 3));
        let level = app.value("service_level", "2026-10");
        assert_eq!((level.numerator.rounded(), level.denominator.rounded(), level.n), (48, 70, 70));
        assert!((level.value.unwrap() - 48.0 / 70.0).abs() < 1e-12);
        let [low, high] = level.interval.unwrap();
        assert!(low < level.value.unwrap() && level.value.unwrap() < high);
        assert_eq!(level.inputs.len(), 1);
        assert_eq!((level.inputs[0].batch, level.inputs[0].evidence.as_str()), (1, batch.evidence_hash.as_str()));
        assert_eq!(app.value("abandonment_rate", "2026-10-01").numerator, 10);
        assert_eq!(app.value("asa_s", "2026-10-02").value, Some(20.0));
        assert_eq!(app.value("aht_s", "2026-Q4").numerator, 65 * 200);
        let empty = app.value("service_level", "2026-09");
        assert_eq!((empty.value, empty.inputs.len()), (None, 0));
    }

    async fn a_log_gives_the_oracle_by_month_week_and_quarter(app: TestApp) {
        #[allow(clippy::disallowed_methods, reason = "the test runner says where the samples are")]
        let Ok(samples) = std::env::var("CAIRN_SAMPLES") else { return };
        app.with_centre();
        let file = std::fs::read(format!("{samples}/calls/calls.csv")).unwrap();
        let oracle: serde_json::Value = serde_json::from_slice(&std::fs::read(format!("{samples}/calls/oracle.json")).unwrap()).unwrap();
        let request = Import { mapping: SAMPLE.into(), centre: Some("HD".into()), file_name: "calls.csv".into(), ..Import::default() };
        app.import_as(&app.system(), &request, &file).unwrap();
        let mut periods: Vec<(String, serde_json::Value)> = vec![("2021-Q1".into(), oracle["quarter"].clone())];
        for part in ["by_month", "by_iso_week"] {
            periods.extend(oracle[part].as_object().unwrap().iter().map(|(period, figures)| (period.clone(), figures.clone())));
        }
        assert!(periods.len() > 15);
        for (period, figures) in &periods {
            for (code, key) in [("service_level", "sl20_abandon_negative"), ("abandonment_rate", "abandonment_rate"), ("asa_s", "asa_s"), ("aht_s", "aht_talk_s")] {
                let (found, expected) = (app.value(code, period), figures[key].as_f64().unwrap());
                assert!((found.value.unwrap() - expected).abs() <= 1e-9 * expected.abs(), "{code} {period}: {:?} {expected}", found.value);
            }
            assert_eq!(app.value("answer_rate", period).numerator, figures["answered"].as_i64().unwrap());
            assert_eq!(app.value("answer_rate", period).denominator, figures["offered"].as_i64().unwrap());
        }
    }

    async fn bad_rows_are_named_and_leave_nothing(app: TestApp) {
        app.with_centre();
        let mut file = log(&[(day("2026-10-01"), 2, 0)]);
        file.extend_from_slice(b"C90,2026-10-01 25:00:00,answered,5,100\nC91,2026-10-01 09:00:00,lost,5,100\nC92,2026-10-01 09:00:00,answered,soon,100\nC93,2026-10-01 09:00:00\n");
        let told = problems(app.import(&file, false));
        assert_eq!(told.len(), 4, "{told:?}");
        assert!(told[0].starts_with("calls.csv: row 4 (C90), column “at”: “2026-10-01 25:00:00”"), "{}", told[0]);
        assert!(told[1].contains("row 5 (C91), column “outcome”: “lost”") && told[1].contains("outcome.values"), "{}", told[1]);
        assert!(told[2].contains("row 6 (C92), column “wait”: “soon”") && told[2].contains("expected seconds"), "{}", told[2]);
        assert!(told[3].contains("row 7") && told[3].contains('2') && told[3].contains('5'), "{}", told[3]);
        assert_eq!(app.kept(), 0, "a refused file leaves nothing behind");
        assert_eq!(app.ledger().db.read(|conn| kpi::batches(conn, &Actor::system(), None, 10)).unwrap(), []);
    }

    async fn the_same_file_again_changes_nothing(app: TestApp) {
        app.with_centre();
        let file = log(&[(day("2026-10-01"), 40, 10)]);
        let (batch, _) = app.new_batch(&file, false);
        let events = || app.ledger().db.read(|conn| cairn::ledger::store::head(conn, false)).unwrap().frontier.size();
        let before = events();
        let again = app.import(&file, false).unwrap();
        assert!(matches!(again, Imported::Identical(known) if known.id == batch.id));
        assert_eq!(events(), before);
        assert_eq!(app.kept(), 1);
    }

    async fn an_owned_day_is_refused_unless_the_whole_batch_is_replaced(app: TestApp) {
        app.with_centre();
        let (first, _) = app.new_batch(&log(&[(day("2026-10-01"), 40, 10), (day("2026-10-02"), 30, 0)]), false);
        let other = log(&[(day("2026-10-02"), 10, 10), (day("2026-10-03"), 10, 0)]);
        let told = problems(app.import(&other, false));
        assert!(told[0].contains("#1 calls.csv (2026-10-02)") && told[0].contains("--replace"), "{told:?}");
        let told = problems(app.import(&other, true));
        assert!(told[0].contains("2026-10-01 would be lost") && told[0].contains("Take batch 1 back"), "{told:?}");
        assert_eq!(app.value("abandonment_rate", "2026-10").numerator, 10);

        let whole = log(&[(day("2026-10-01"), 20, 20), (day("2026-10-02"), 10, 10), (day("2026-10-03"), 10, 0)]);
        let Imported::New { batch, replaced, .. } = app.import(&whole, true).unwrap() else { panic!("new") };
        assert_eq!((batch.number, replaced), (2, vec![1]));
        let old = app.ledger().db.read(|conn| kpi::batch(conn, &Actor::system(), 1)).unwrap();
        assert_eq!((old.state, old.replaced_by), (BatchState::Replaced, Some(batch.id.clone())));
        assert_eq!(app.value("abandonment_rate", "2026-10").numerator, 30);

        // Taken back, the old one counts again.
        app.undo(2).unwrap();
        assert_eq!(app.value("abandonment_rate", "2026-10").numerator, 10);
        assert_eq!(app.value("abandonment_rate", "2026-10").inputs[0].batch, first.number);
        assert!(matches!(app.undo(2), Err(Error::Conflict(_))));
        app.undo(1).unwrap();
        assert_eq!(app.value("abandonment_rate", "2026-10").value, None);
        assert_eq!(app.new_batch(&other, false).0.number, 3);
    }

    async fn another_source_of_the_same_day_adds_up(app: TestApp) {
        app.with_centre();
        app.new_batch(&log(&[(day("2026-10-01"), 40, 10)]), false);
        let mapping = MAPPING.replace("source = \"hotline\"", "source = \"chat\"").replace("value = \"voice\"", "value = \"chat\"");
        let request = Import { mapping, centre: Some("HD".into()), file_name: "chat.csv".into(), ..Import::default() };
        app.import_as(&app.system(), &request, &log(&[(day("2026-10-01"), 10, 0)])).unwrap();
        let rate = app.value("answer_rate", "2026-10-01");
        assert_eq!((rate.numerator.rounded(), rate.denominator.rounded(), rate.inputs.len()), (50, 60, 2));
    }

    async fn packed_semicolons_and_gb18030_give_the_same(app: TestApp) {
        app.with_centre();
        let mapping = MAPPING.replace("answered = \"answered\", abandoned = \"abandoned\"", "\"已接通\" = \"answered\", \"放弃\" = \"abandoned\"");
        let text = String::from_utf8(log(&[(day("2026-10-01"), 40, 10)])).unwrap();
        let text = text.replace("answered", "已接通").replace("abandoned", "放弃").replace(',', ";");
        let (gb, _, _) = encoding_rs::GB18030.encode(&text);
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(&gb).unwrap();
        let request = Import { mapping, centre: Some("HD".into()), file_name: "话务.csv.gz".into(), ..Import::default() };
        app.import_as(&app.system(), &request, &packer.finish().unwrap()).unwrap();
        let level = app.value("service_level", "2026-10");
        assert_eq!((level.numerator.rounded(), level.denominator.rounded()), (32, 50));
    }

    async fn what_is_derived_can_be_made_again(app: TestApp) {
        app.with_centre();
        app.new_batch(&log(&[(day("2026-10-01"), 40, 10)]), false);
        app.new_batch(&log(&[(day("2026-10-02"), 40, 10)]), false);
        app.undo(2).unwrap();
        let dir = app.site.config.evidence_dir();
        let rebuild = || kpi::rebuild(app.ledger(), &dir, &app.system()).unwrap();
        assert!(rebuild().iter().all(|one| !one.repaired));
        app.ledger().write_unaudited(|tx| {
            use diesel::connection::SimpleConnection;
            Ok(tx.batch_execute("UPDATE kpi_measures SET answered = answered + 1; DELETE FROM kpi_cells")?)
        }).unwrap();
        assert_eq!(rebuild().iter().filter(|one| one.repaired).count(), 2);
        assert_eq!(app.value("answer_rate", "2026-10").numerator, 40);
        assert!(rebuild().iter().all(|one| !one.repaired));
    }

    async fn importing_needs_the_permission_at_every_centre_of_the_file(app: TestApp) {
        app.with_centre();
        let file = log(&[(day("2026-10-01"), 4, 1)]);
        let request = Import { mapping: MAPPING.into(), centre: Some("HD".into()), file_name: "calls.csv".into(), ..Import::default() };
        let staff = app.user("staff", &[Role::Staff]);
        let refused = app.import_as(&app.actor(&staff, &[Role::Staff]), &request, &file);
        assert!(matches!(refused, Err(Error::Forbidden(_))));
        let other = app.centre("ZB", CentreType::ProfitCreating);
        let manager = app.user("manager", &[Role::QualityManager]);
        let mut limited = (*app.actor(&manager, &[Role::QualityManager])).clone();
        limited.grants[0].centre = Some(other.id);
        let limited = Arc::new(limited);
        assert!(matches!(app.import_as(&limited, &request, &file), Err(Error::Forbidden(_))));
        let elsewhere = Import { centre: Some("ZB".into()), ..request };
        assert!(app.import_as(&limited, &elsewhere, &file).is_ok());
        assert_eq!(app.kept(), 1);
        let seen = app.ledger().db.read(|conn| kpi::value(conn, &limited, "answer_rate", "HD", Period::parse("2026-10").unwrap()));
        assert!(matches!(seen, Err(Error::NotFound)));
    }

    async fn a_card_is_incomplete_and_says_what_is_missing(app: TestApp) {
        app.with_centre();
        app.new_batch(&log(&[(day("2026-10-01"), 90, 4)]), false);
        let card = app.ledger().db.read(|conn| kpi::card(conn, &Actor::system(), &kpi::AskedCard { centre: "HD".into(), period: Period::parse("2026-10").unwrap(), strict: false })).unwrap();
        // Of the service level family, service level 40 and abandonment 20 of 100; of economy, handle time 10 of 100.
        assert!((card.score.coverage - (0.3 * 0.6 + 0.6 * 0.1)).abs() < 1e-9, "{}", card.score.coverage);
        assert!(!card.score.gaps.is_empty());
        let kpi = |code: &str| card.kpis.iter().find(|kpi| kpi.known.definition.code == code).unwrap();
        let level = kpi("service_level");
        let expected = 100.0 * (72.0 / 94.0 * 100.0 - 60.0) / 20.0;
        assert!((level.score.as_ref().unwrap().score.unwrap() - expected).abs() < 1e-9);
        assert_eq!(kpi("fcr").why, Some(kpi::Why::NoSource));
        assert_eq!(kpi("aht_s").score.as_ref().unwrap().score, Some(100.0));
    }

    async fn a_centres_own_target_counts_from_its_day(app: TestApp) {
        let centre = app.with_centre();
        app.new_batch(&log(&[(day("2026-09-01"), 90, 4), (day("2026-10-01"), 90, 4)]), false);
        let command = kpi::SetTarget { code: "service_level".into(), centre_id: centre.id, starts_on: day("2026-10-01"), target: Some(90.0), floor: Some(70.0),
            low: None, high: None, outer_low: None, outer_high: None, reason: "合同约定".into() };
        let wrong = kpi::SetTarget { floor: Some(95.0), ..command.clone() };
        app.ledger().write(&app.system(), move |tx| kpi::set_target(tx, &command)).unwrap();
        let refused = app.ledger().write(&app.system(), move |tx| kpi::set_target(tx, &wrong));
        assert!(matches!(refused, Err(Error::Invalid(_))));
        assert_eq!(app.value("service_level", "2026-09").limits.target, Some(80.0));
        assert_eq!(app.value("service_level", "2026-10").limits.target, Some(90.0));
    }

    async fn a_month_out_of_range_raises_one_signal_that_wants_an_answer(app: TestApp) {
        app.with_centre();
        let (_, signals) = app.new_batch(&log(&[(day("2026-10-31"), 40, 10)]), false);
        let range: Vec<&kpi::Signal> = signals.iter().filter(|s| s.rule == SignalRule::Range).collect();
        assert_eq!(range.len(), 1, "{signals:?}");
        assert_eq!((range[0].code.as_str(), range[0].period.as_str(), range[0].due_on), ("abandonment_rate", "2026-10", day("2026-11-26")));
        let detail: kpi::SignalDetail = range[0].detail.to().unwrap();
        assert!((detail.value - 20.0).abs() < 1e-9 && detail.upper == Some(8.0));
        // The same month again raises no second one.
        let (_, again) = app.new_batch(&log(&[(day("2026-10-30"), 40, 10)]), false);
        assert!(again.iter().all(|s| s.rule != SignalRule::Range));
        let manager = app.user("manager", &[Role::QualityManager]);
        let actor = app.actor(&manager, &[Role::QualityManager]);
        let open = |actor: &Actor| app.ledger().db.read(|conn| kpi::open_signals(conn, actor)).unwrap();
        assert_eq!(open(&actor).len(), 1);
        assert_eq!(open(&app.actor(&manager, &[Role::Staff])).len(), 0);
        let id = range[0].id.clone();
        let explained = app.ledger().write(&actor, { let id = id.clone(); move |tx| kpi::explain(tx, &id, "系统升级当日停机两小时") }).unwrap();
        assert_eq!(explained.state, SignalState::Explained);
        assert_eq!(open(&actor).len(), 0);
        let twice = app.ledger().write(&actor, move |tx| kpi::explain(tx, &id, "又一次"));
        assert!(matches!(twice, Err(Error::Conflict(_))));
    }

    async fn a_shift_and_an_outlier_are_told_once_against_limits_frozen_before(app: TestApp) {
        app.with_centre();
        let last = day("2026-10-31");
        let days: Vec<(NaiveDate, usize, usize)> = (0..120_u64).rev().map(|back| {
            let date = last - Days::new(back);
            let wobble = usize::try_from(back % 3).unwrap();
            // 8 in 200 before, one bad day, then 14 in 200 for the last twelve days.
            let abandoned = match back { 40 => 60, 0..12 => 14 + wobble, _ => 7 + wobble };
            (date, 200 - abandoned, abandoned)
        }).collect();
        let (before, window) = days.split_at(60);
        assert!(app.new_batch(&log(before), false).1.is_empty(), "a stable process is left alone");
        let (_, signals) = app.new_batch(&log(window), false);
        let of = |rule: SignalRule| -> Vec<(String, String)> {
            signals.iter().filter(|s| s.rule == rule && s.code == "abandonment_rate").map(|s| (s.code.clone(), s.period.clone())).collect()
        };
        let outlier = (last - Days::new(40)).to_string();
        assert!(of(SignalRule::Beyond).iter().any(|(_, period)| *period == outlier), "{signals:?}");
        // Working days are charted apart from weekends: the ninth of them after the shift is the day before the last one.
        assert_eq!(of(SignalRule::Run), [("abandonment_rate".to_owned(), (last - Days::new(1)).to_string())]);
    }

    async fn the_pages_show_card_tiles_and_proof(app: TestApp) {
        app.with_centre();
        let nobody_yet = app.signed_in("staff", &[Role::Staff]);
        let empty = nobody_yet.get("/kpis").await;
        assert_eq!(empty.status, 200, "{}", empty.text());
        app.new_batch(&log(&[(day("2026-09-30"), 90, 4), (day("2026-10-31"), 80, 20)]), false);
        let overview = nobody_yet.get("/kpis").await;
        assert!(overview.main().contains("HD 客服中心") && overview.main().contains("成本控制型"), "{}", overview.main());
        assert!(!overview.text().contains("/kpis/import"), "staff may not import");
        let card = nobody_yet.get("/kpis/HD?period=2026-10").await;
        assert_eq!(card.status, 200);
        assert!(card.main().contains("2026年10月") && card.main().contains("覆盖率 24%") && card.main().contains("不完整"), "{}", card.main());
        let tiles = card.all(".tile h3");
        assert_eq!(tiles, ["服务水平", "放弃率", "平均处理时长", "平均应答时长", "等待 90 分位", "接通率"]);
        assert_eq!(card.all(".tile .v")[1], "20.0 %");
        // A value without a target is not the same as no value.
        let states = |page: &crate::support::Answer| page.all(".tile .st");
        assert!(states(&card).contains(&"未设目标".to_owned()), "{:?}", states(&card));
        assert!(!states(&card).contains(&"无数据".to_owned()));
        let before = nobody_yet.get("/kpis/HD?period=2026-08").await;
        assert!(states(&before).iter().all(|state| state == "无数据" || state.starts_with("待处理信号")), "{:?}", states(&before));
        assert!(states(&before).iter().filter(|state| *state == "无数据").count() >= 3);
        let json = |period: &str| serde_json::to_value(app.value("asa_s", period)).unwrap()["state"].clone();
        assert_eq!((json("2026-10"), json("2026-08")), ("no_target".into(), "no_data".into()));
        assert_eq!(card.all(".score tbody tr").len(), 6);
        // Another month of the same centre is one step away, and the way back keeps the month.
        assert!(card.text().contains("action=\"/kpis/HD\"") && card.text().contains("value=\"2026-10\""), "{}", card.text());
        assert!(nobody_yet.get("/kpis/HD/fcr?period=2026-10").await.text().contains("href=\"/kpis/HD?period=2026-10\""));
        assert!(card.main().contains("尚未接入数据来源"));
        let english = app.sign_in("staff").english();
        let one = english.get("/kpis/HD/abandonment_rate?period=2026-10").await;
        let text = one.main();
        assert!(text.contains("Abandonment rate") && text.contains("20 ÷ 100") && text.contains("#1") && text.contains("Target ≤ 3, floor 8"), "{text}");
        assert!(text.contains("Month out of range"), "{text}");
        assert_eq!(one.all(".chart svg title")[0], "Abandonment rate");
        assert_eq!(english.get("/kpis/HD/asa_s?period=2026-10").await.all(".band .st"), ["No target set"]);
        assert_eq!(english.get("/kpis/HD/fcr").await.status, 200);
        for (path, status) in [("/kpis/XX", 404), ("/kpis/HD/luck", 404), ("/kpis/HD?period=soon", 422), ("/kpis/batches/9", 404)] {
            assert_eq!(english.get(path).await.status, status, "{path}");
        }
        let batch = english.get("/kpis/batches/1").await;
        assert!(batch.main().contains("calls.csv") && !batch.text().contains("/undo"), "{}", batch.main());
        assert_eq!(english.get("/kpis/import/direct").await.status, 404);
    }

    async fn a_file_comes_in_through_the_browser(app: TestApp) {
        app.with_centre();
        let manager = app.signed_in("manager", &[Role::QualityManager]);
        let page = manager.get("/kpis/import/direct").await;
        assert!(page.text().contains("进线时间"), "the example mapping is offered");
        let token = page.text().split("name=\"_csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let upload = |replace: bool, file: Vec<u8>| {
            let mut fields = vec![("_csrf", token.clone()), ("centre", "HD".to_owned()), ("mapping", MAPPING.to_owned())];
            if replace {
                fields.push(("replace", "on".to_owned()));
            }
            multipart(&fields, "C:\\log\\calls.csv", &file)
        };
        let send = async |body: (String, Vec<u8>)| manager.send(Method::POST, "/kpis/import/direct", &[], Some(body)).await;
        let bad = send(upload(false, b"id,at,outcome,wait,talk\nC1,2026-10-01 09:00:00,lost,1,1\n".to_vec())).await;
        assert_eq!(bad.status, 422, "{}", bad.text());
        assert!(bad.main().contains("calls.csv") && bad.main().contains("第 2 行 (C1)") && bad.main().contains("outcome.values"), "{}", bad.main());
        assert_eq!(app.kept(), 0);
        let days = [(day("2026-10-01"), 400, 40), (day("2026-10-02"), 400, 40)];
        let good = send(upload(false, log(&days))).await;
        assert_eq!((good.status.as_u16(), good.location()), (303, "/kpis/batches/1"), "{}", good.text());
        assert_eq!(app.value("answer_rate", "2026-10").numerator, 800);
        let again = send(upload(false, log(&days))).await;
        assert_eq!(again.location(), "/kpis/batches/1");
        let changed = log(&[(day("2026-10-01"), 300, 40), (day("2026-10-02"), 300, 40)]);
        let owned = send(upload(false, changed.clone())).await;
        assert_eq!(owned.status, 409);
        assert!(owned.main().contains("#1 calls.csv (2026-10-01 – 2026-10-02)") && owned.text().contains("name=\"replace\""), "{}", owned.main());
        assert_eq!(send(upload(true, changed)).await.location(), "/kpis/batches/2");
        let undone = manager.post("/kpis/batches/2/undo", &[("reason", "文件有误")]).await;
        assert_eq!(undone.location(), "/kpis/batches/2");
        assert_eq!(app.value("answer_rate", "2026-10").numerator, 800);
        // Neither a foreign token nor a broken body nor somebody without the right gets in.
        let foreign = multipart(&[("_csrf", "x".to_owned()), ("mapping", MAPPING.to_owned())], "calls.csv", &log(&days));
        assert_eq!(send(foreign).await.status, 403);
        let (kind, mut body) = upload(false, log(&[(day("2026-10-09"), 9, 0)]));
        body.truncate(body.len() - 40);
        assert_eq!(send((kind, body)).await.status, 422);
        assert_eq!(app.value("answer_rate", "2026-10-09").value, None);
        let staff = app.signed_in("staff", &[Role::Staff]);
        assert_eq!(staff.send(Method::POST, "/kpis/import/direct", &[], Some(upload(false, log(&days)))).await.status, 403);
        assert_eq!(staff.post("/kpis/batches/1/undo", &[]).await.status, 403);
        assert_eq!(app.kept(), 2, "the two files that were imported");
    }

    async fn a_signal_is_answered_and_a_target_set_on_the_pages(app: TestApp) {
        app.with_centre();
        let (_, signals) = app.new_batch(&log(&[(day("2026-10-31"), 80, 20)]), false);
        let path = format!("/kpis/signals/{}", signals[0].id);
        let manager = app.signed_in("manager", &[Role::QualityManager]);
        let page = manager.get(&path).await;
        assert!(page.main().contains("20.0") && page.main().contains("待处理"), "{}", page.main());
        assert!(page.text().contains(&format!("/improvement/new?signal={}", signals[0].id)));
        let explain = format!("{path}/explain");
        let empty = manager.post(&explain, &[("explanation", " ")]).await;
        assert_eq!(empty.status, 422);
        let staff = app.signed_in("staff", &[Role::Staff]);
        assert_eq!(staff.post(&explain, &[("explanation", "没事")]).await.status, 403);
        let done = manager.post(&explain, &[("explanation", "系统升级停机")]).await;
        assert_eq!(done.location(), path);
        assert!(staff.get(&path).await.main().contains("系统升级停机"));
        assert_eq!(manager.post(&explain, &[("explanation", "再说一次")]).await.status, 409);

        let target = "/kpis/HD/abandonment_rate/target";
        let wrong = manager.post(target, &[("target", "5"), ("floor", "4"), ("starts_on", "2026-10-01"), ("reason", "合同")]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text().contains("value=\"4\""), "what was typed is kept");
        let set = manager.post(target, &[("target", "5"), ("floor", "25"), ("starts_on", "2026-10-01"), ("reason", "合同")]).await;
        assert_eq!(set.status, 303, "{}", set.main());
        assert_eq!(app.value("abandonment_rate", "2026-10").limits.floor, Some(25.0));
        assert_eq!(staff.post(target, &[("target", "5"), ("floor", "25"), ("starts_on", "2026-10-01"), ("reason", "合同")]).await.status, 403);
    }

    async fn the_command_line_imports_beside_a_running_server(app: TestApp) {
        app.with_centre();
        let manager = app.signed_in("manager", &[Role::QualityManager]);
        let (mapping, file) = (app.folder.path().join("mapping.toml"), app.folder.path().join("calls.csv"));
        std::fs::write(&mapping, MAPPING).unwrap();
        let days: Vec<(NaiveDate, usize, usize)> = (0..40_u64).map(|n| (day("2026-09-01") + Days::new(n), 40, 4)).collect();
        std::fs::write(&file, log(&days)).unwrap();
        let run = |args: &[&str]| {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cairn"));
            command.args(args).arg("--data").arg(app.folder.path());
            if let cairn::db::Target::Postgres(url) = &app.site.config.database {
                command.env("DATABASE_URL", url);
            } else {
                command.env_remove("DATABASE_URL");
            }
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap()
        };
        let (mapping, file) = (mapping.to_string_lossy().into_owned(), file.to_string_lossy().into_owned());
        let mut child = run(&["kpi", "import", "--mapping", &mapping, "--centre", "HD", &file]);
        let mut written = 0;
        while child.try_wait().unwrap().is_none() {
            app.user(&format!("meanwhile{written}"), &[Role::Staff]);
            written += 1;
        }
        let done = child.wait_with_output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        assert!(String::from_utf8_lossy(&done.stdout).starts_with("Batch 1: 1760 rows from 2026-09-01 to 2026-10-10"));
        assert!(written > 0, "the server wrote meanwhile");
        let page = manager.get("/kpis/HD/answer_rate?period=2026-09").await;
        assert!(page.main().contains("1200 ÷ 1320"), "{} {}", page.status, page.text());
        let shown = run(&["kpi", "show", "answer_rate", "--centre", "HD", "--period", "2026-09", "--json"]).wait_with_output().unwrap();
        let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
        assert_eq!((shown["numerator"].as_i64(), shown["denominator"].as_i64(), shown["inputs"][0]["batch"].as_i64()), (Some(1200), Some(1320), Some(1)));
        let again = run(&["kpi", "import", "--mapping", &mapping, "--centre", "HD", &file]).wait_with_output().unwrap();
        assert!(again.status.success() && String::from_utf8_lossy(&again.stdout).starts_with("Identical to batch 1"));
        let wrong = run(&["kpi", "import", "--mapping", &mapping, "--centre", "XX", &file]).wait_with_output().unwrap();
        assert!(!wrong.status.success() && String::from_utf8_lossy(&wrong.stderr).contains("no centre “XX”"), "{}", String::from_utf8_lossy(&wrong.stderr));
    }
}

/// A form with a file as browsers send it.
pub fn multipart(fields: &[(&str, String)], name: &str, file: &[u8]) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    for (field, value) in fields {
        body.extend_from_slice(format!("--cut\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").as_bytes());
    }
    let head =
        format!("--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n");
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--cut--\r\n");
    ("multipart/form-data; boundary=cut".into(), body)
}

both! {
    async fn staffing_answers_from_its_address_and_names_what_is_wrong(app: TestApp) {
        app.organisation();
        let visitor = app.signed_in("limin", &[Role::Staff]).english();
        let page = visitor.get("/kpis/staffing").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.main());
        let text = page.main();
        for part in ["14 agents at their desks", "20 on the roster", "88.8%", "10.00 erlang"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let impatient = visitor.get("/kpis/staffing?contacts=48&minutes=1&handle=60&occupancy=100&patience=120").await;
        assert!(impatient.main().contains("If nobody gave up (Erlang C) it would take 52 agents"), "{}", impatient.main());
        let wrong = visitor.get("/kpis/staffing?contacts=x&level=100").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.main().contains("Write a number from 1 to 99.9"), "{}", wrong.main());
        assert!(wrong.text().contains("value=\"x\""), "nothing typed is lost");
    }
}
