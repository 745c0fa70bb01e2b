//! Judging: what raises signals and what withdraws them, whom they reach, and which limits and versions they rest on.

use cairn::actor::{Actor, Grant, Permission, Role, Who};
use cairn::kpi::control::Grain;
use cairn::kpi::{self, Batch, FreezePhase, Import, Imported, SaveDefinition, SetApplicability, Signal, SignalRule, SignalState};
use chrono::{Days, Duration, Months, NaiveDate};
use diesel::connection::SimpleConnection;
use diesel::sql_types::Date;
use diesel::{QueryableByName, RunQueryDsl};

use crate::both;
use crate::kpi::{MAPPING, day, log};
use crate::support::TestApp;

/// A day of calls: answered and abandoned.
type Day = (NaiveDate, usize, usize);

fn import(app: &TestApp, days: &[Day], replace: bool) -> (Batch, Vec<Signal>) {
    let request =
        Import { mapping: MAPPING.into(), centre: Some("HD".into()), file_name: "calls.csv".into(), replace, ..Import::default() };
    match kpi::import(app.ledger(), &app.site.config.evidence_dir(), &app.system(), &request, &log(days)[..]).unwrap() {
        Imported::New { batch, signals, .. } => (batch, signals),
        Imported::Identical(batch) => panic!("identical to {}", batch.number),
    }
}

/// So many days up to one: 6 in 100 abandoned, a little more or less.
fn steady(count: u64, last: &str) -> Vec<Day> {
    let abandoned = |back: u64| usize::try_from(4 + back * 7 % 5).unwrap();
    (0..count).rev().map(|back| (day(last) - Days::new(back), 100 - abandoned(back), abandoned(back))).collect()
}

fn all(app: &TestApp, code: &str) -> Vec<Signal> {
    app.ledger().db.read(|conn| kpi::signals_of(conn, &Actor::system(), "HD", Some(code))).unwrap()
}

fn run_jobs(app: &TestApp) {
    cairn::jobs::run_due(app.ledger(), &app.site.config.evidence_dir()).unwrap();
}

fn sql(app: &TestApp, text: String) {
    app.ledger().write(&app.system(), move |tx| Ok(tx.batch_execute(&text)?)).unwrap();
}

/// Signals that were put into the table by hand; they have to be taken out again.
fn put(app: &TestApp, centre: &str, state: &str, count: usize) {
    let row = |n: usize| {
        format!(
            "('s{n}', 'other', '{centre}', '2027-01-01.{n}', 'range', '{{}}', '{state}', '2026-11-10 01:00:00', '2026-11-11', 1)"
        )
    };
    let rows: Vec<String> = (0..count).map(row).collect();
    let columns = "id, code, centre_id, period, rule, detail, state, raised_at, due_on, row_version";
    sql(app, format!("INSERT INTO kpi_signals ({columns}) VALUES {}", rows.join(", ")));
}

fn take_out(app: &TestApp) {
    sql(app, "DELETE FROM kpi_signals WHERE code = 'other'".to_owned());
}

/// A frozen phase whose parameters are not there.
fn broken_limits(centre: &str) -> String {
    let columns = "id, code, centre_id, grain, starts_on, baseline_from, baseline_to, chart, parameters, reason, frozen_by, frozen_at, row_version";
    let row = "'day', '2026-02-01', '2026-01-01', '2026-01-31', 'xmr', '{}', 'x', 'x', '2026-02-01 01:00:00', 1";
    format!("INSERT INTO kpi_phases ({columns}) VALUES ('p', 'aht_s', '{centre}', {row})")
}

/// Days that wait to be judged.
#[derive(Debug, PartialEq, QueryableByName)]
struct Waiting {
    #[diesel(sql_type = Date)]
    first_day: NaiveDate,
    #[diesel(sql_type = Date)]
    last_day: NaiveDate,
}

both! {
    async fn however_many_signals_there_are_each_is_raised_once(app: TestApp) {
        let centre = app.with_centre();
        let (_, raised) = import(app, &[(day("2026-10-31"), 40, 10)], false);
        assert_eq!(raised.iter().filter(|signal| signal.rule == SignalRule::Range).count(), 1, "{raised:?}");
        put(app, &centre.id, "explained", 600);
        let (_, again) = import(app, &[(day("2026-10-30"), 40, 10)], false);
        assert_eq!(again.iter().filter(|signal| signal.rule == SignalRule::Range).count(), 0, "{again:?}");
        take_out(app);
    }

    async fn a_batch_counts_whatever_becomes_of_its_signals(app: TestApp) {
        let centre = app.with_centre();
        // Limits that cannot be read judge nothing.
        sql(app, broken_limits(&centre.id));
        let (batch, signals) = import(app, &[(day("2026-10-31"), 40, 10)], false);
        assert_eq!((batch.number, signals), (1, Vec::new()), "the batch counts");
        sql(app, "DELETE FROM kpi_phases".to_owned());
        run_jobs(app);
        assert!(all(app, "abandonment_rate").iter().any(|signal| signal.rule == SignalRule::Range), "the jobs make it good");
    }

    async fn of_a_file_that_takes_anothers_place_the_days_that_changed_are_judged(app: TestApp) {
        let centre = app.with_centre();
        let mut days = steady(40, "2026-10-29");
        import(app, &days, false);
        // Limits that cannot be read keep the days waiting.
        sql(app, broken_limits(&centre.id));
        days[30] = (days[30].0, 95, 5);
        days[34] = (days[34].0, 60, 40);
        import(app, &days, true);
        let waiting = || -> Vec<Waiting> {
            let read = diesel::sql_query("SELECT first_day, last_day FROM kpi_unjudged");
            app.ledger().db.read(|conn| Ok(read.load(conn)?)).unwrap()
        };
        assert_eq!(waiting(), [Waiting { first_day: days[30].0, last_day: days[34].0 }]);
        sql(app, "DELETE FROM kpi_phases".to_owned());
        run_jobs(app);
        assert_eq!(waiting(), []);
    }

    async fn a_month_is_judged_after_it_is_over_though_its_data_end_before(app: TestApp) {
        app.with_centre();
        // Friday 20 November; today is the 21st.
        let (_, raised) = import(app, &[(day("2026-11-20"), 40, 10)], false);
        assert!(raised.iter().all(|signal| signal.rule != SignalRule::Range), "the month still goes on: {raised:?}");
        app.pass(Duration::days(11));
        run_jobs(app);
        assert!(all(app, "abandonment_rate").is_empty(), "it waits for its last data");
        app.pass(Duration::days(3));
        for _ in 0..2 {
            run_jobs(app);
            let found = all(app, "abandonment_rate");
            assert_eq!(found.iter().map(|signal| (signal.rule, signal.period.as_str())).collect::<Vec<_>>(), [(SignalRule::Range, "2026-11")]);
        }
    }

    async fn the_first_file_of_a_month_judges_the_one_before(app: TestApp) {
        app.with_centre();
        import(app, &[(day("2026-11-20"), 40, 10)], false);
        app.pass(Duration::days(11));
        let (_, raised) = import(app, &[(day("2026-12-01"), 99, 1)], false);
        assert!(raised.iter().any(|signal| signal.rule == SignalRule::Range && signal.period == "2026-11"), "{raised:?}");
    }

    async fn what_is_booked_by_the_month_is_judged_by_the_month(app: TestApp) {
        app.with_centre();
        let month = |back: u32| day("2026-10-15") - Months::new(back);
        import(app, &(0..=38).rev().map(|back| (month(back), 100, 0)).collect::<Vec<_>>(), false);
        let (mapping, _) = crate::kpi_sources::shipped("finance");
        let book = |months: std::ops::RangeInclusive<u32>, cost: &dyn Fn(u32) -> u32| {
            let line = |back| format!("{},HD,运营成本,{},,\n", month(back).format("%Y-%m"), cost(back));
            let file = format!("月份,中心,科目,金额,数量,业务上线\n{}", months.rev().map(line).collect::<String>());
            let request = Import { mapping: mapping.clone(), file_name: "ledger.csv".into(), ..Import::default() };
            match kpi::import(app.ledger(), &app.site.config.evidence_dir(), &app.system(), &request, file.as_bytes()).unwrap() {
                Imported::New { batch, .. } => batch.number,
                Imported::Identical(batch) => panic!("identical to {}", batch.number),
            }
        };
        book(1..=38, &|back| 500 + back * 7 % 5 * 4);
        assert_eq!(all(app, "cost_per_contact").len(), 0, "a month's cost is not that of its first day");
        let dear = book(0..=0, &|_| 700);
        let raised = all(app, "cost_per_contact");
        let told: Vec<_> = raised.iter().map(|signal| (signal.period.as_str(), signal.rule)).collect();
        assert_eq!(told, [("2026-10", SignalRule::Beyond)]);
        let page = app.signed_in("manager", &[Role::QualityManager]).get(&format!("/kpis/signals/{}", raised[0].id)).await;
        assert!(page.main().contains("7.00") && page.main().contains("2026-10"), "{}", page.main());
        app.ledger().write(&app.system(), move |tx| kpi::undo(tx, dear, None)).unwrap();
        run_jobs(app);
        assert_eq!(all(app, "cost_per_contact")[0].state, SignalState::Withdrawn);
    }

    async fn what_is_taken_back_withdraws_its_signals(app: TestApp) {
        app.with_centre();
        import(app, &steady(120, "2026-10-29"), false);
        let bad = |abandoned: usize| [(day("2026-10-30"), 100 - abandoned, abandoned)];
        let (batch, raised) = import(app, &bad(60), false);
        let beyond = |signal: &&Signal| signal.rule == SignalRule::Beyond && signal.period == "2026-10-30";
        assert!(raised.iter().any(|signal| beyond(&signal) && signal.code == "abandonment_rate"), "{raised:?}");
        let manager = app.signed_in("wangfang", &[Role::QualityManager]).english();
        let (number, reason) = (batch.number, [("reason", "Wrong file")]);
        assert_eq!(manager.post(&format!("/kpis/batches/{number}/undo"), &reason).await.status, 303);
        let gone = all(app, "abandonment_rate").into_iter().find(|signal| beyond(&signal)).unwrap();
        assert_eq!(gone.state, SignalState::Withdrawn);
        let page = manager.get(&format!("/kpis/signals/{}", gone.id)).await;
        assert!(page.main().contains("Withdrawn") && page.main().contains("withdrew the signal"), "{}", page.main());
        let late = app.ledger().write(&app.system(), { let id = gone.id.clone(); move |tx| kpi::explain(tx, &id, "Too late") });
        assert!(late.is_err(), "nobody is asked any more");
        // The corrected file is as bad in another way, and asks again.
        let (_, raised) = import(app, &bad(50), false);
        assert!(raised.iter().any(|signal| beyond(&signal) && signal.code == "abandonment_rate"), "{raised:?}");
        // Replaced by a good one, the signal goes; the rest of the month stays as it was.
        let open = || all(app, "abandonment_rate").into_iter().filter(|signal| signal.state == SignalState::Open).count();
        assert_eq!(open(), 1);
        import(app, &bad(8), true);
        assert_eq!(open(), 0);
        assert_eq!(all(app, "abandonment_rate").iter().filter(beyond).count(), 2, "both are kept, withdrawn");
    }

    async fn a_signal_that_still_holds_stays_open(app: TestApp) {
        app.with_centre();
        let mut days = steady(121, "2026-10-30");
        days[119] = (day("2026-10-29"), 40, 60);
        import(app, &days[..120], false);
        let found = |app: &TestApp| -> Vec<(String, SignalState)> {
            let all = all(app, "abandonment_rate").into_iter().filter(|signal| signal.rule == SignalRule::Beyond);
            all.map(|signal| (signal.period, signal.state)).collect()
        };
        assert_eq!(found(app), [("2026-10-29".to_owned(), SignalState::Open)]);
        let (batch, _) = import(app, &days[120..], false);
        app.ledger().write(&app.system(), move |tx| kpi::undo(tx, batch.number, None)).unwrap();
        run_jobs(app);
        assert_eq!(found(app), [("2026-10-29".to_owned(), SignalState::Open)], "another day was taken back");
        days[119] = (day("2026-10-29"), 45, 55);
        import(app, &days[..120], true);
        assert_eq!(found(app).iter().filter(|(_, state)| *state == SignalState::Open).count(), 1, "its value is another one now");
    }

    async fn a_kpi_that_does_not_apply_raises_nothing(app: TestApp) {
        let centre = app.with_centre();
        import(app, &[(day("2025-12-31"), 97, 3)], false);
        let off = SetApplicability {
            code: "abandonment_rate".into(), centre_id: centre.id, starts_on: day("2026-01-01"), applies: false, reason: "No queue".into(),
        };
        app.ledger().write(&app.system(), move |tx| kpi::set_applicability(tx, &off)).unwrap();
        let mut days = steady(120, "2026-10-31");
        days[119] = (day("2026-10-31"), 20, 80);
        import(app, &days, false);
        assert_eq!(all(app, "abandonment_rate"), []);
        assert!(!all(app, "answer_rate").is_empty(), "others are judged");
    }

    async fn whoever_sees_one_centre_sees_all_its_signals(app: TestApp) {
        app.with_centre();
        let other = app.centre("ZB", cairn::organisation::CentreType::CostControl);
        import(app, &[(day("2026-10-31"), 40, 10)], false);
        put(app, &other.id, "open", 1200);
        let own = app.ledger().db.read(|conn| cairn::organisation::centre_by_code(conn, "HD")).unwrap().id;
        let grant = Grant { role: Role::QualityManager, centre: Some(own.clone()), starts_on: day("2026-01-01"), ends_on: None };
        let actor = Actor { who: Who::Person, id: "u".into(), name: "u".into(), grants: vec![grant], request_id: None };
        let (named, open, counts) = app.ledger().db.read(|conn| Ok((
            kpi::open_named(conn, &actor, Permission::ReadKpis)?, kpi::open_signals(conn, &actor)?, kpi::open_counts(conn, &actor)?,
        ))).unwrap();
        assert!(!named.is_empty() && named.len() == open.len() && named.iter().all(|found| found.signal.centre_id == own));
        assert_eq!(counts, [(own, i64::try_from(named.len()).unwrap())]);
        let everywhere = app.ledger().db.read(|conn| kpi::open_counts(conn, &Actor::system())).unwrap();
        assert!(everywhere.contains(&(other.id, 1200)), "counted beyond what is listed: {everywhere:?}");
        take_out(app);
    }

    async fn limits_of_another_definition_judge_nothing(app: TestApp) {
        app.with_centre();
        import(app, &steady(120, "2026-10-31"), false);
        let command = FreezePhase {
            centre: "HD".into(), points: Grain::Day, starts_on: day("2026-09-15"), baseline_from: day("2026-07-04"),
            baseline_to: day("2026-09-10"), reason: "Summer".into(),
        };
        let row = app.ledger().write(&app.system(), move |tx| kpi::freeze(tx, "service_level", &command)).unwrap();
        assert_eq!(row.definition_version, Some(1));
        let reader = app.signed_in("staff", &[Role::Staff]).english();
        let shown = || async { reader.get("/kpis/HD/service_level?period=2026-10").await.main() };
        assert!(shown().await.contains("Limits frozen from"), "{}", shown().await);
        let known = app.ledger().db.read(|conn| kpi::definition(conn, "service_level")).unwrap();
        let mut definition = (*known.definition).clone();
        (definition.variant, definition.starts_on) = (Some("answered_only".into()), Some(day("2026-10-01")));
        let save = SaveDefinition { definition, seen: Some(known.version), reason: "Contract".into() };
        app.ledger().write(&app.system(), move |tx| kpi::save_definition(tx, &save)).unwrap();
        let page = shown().await;
        assert!(!page.contains("Limits frozen from") && page.contains("Provisional limits"), "{page}");
        assert!(page.contains("were computed in another way"), "{page}");
        let before = reader.get("/kpis/HD/service_level?period=2026-09").await.main();
        assert!(before.contains("Limits frozen from"), "what counted then is judged as it was: {before}");
    }
}
