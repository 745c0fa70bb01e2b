//! Boards and cards of many centres in process: `cargo bench --bench board -- [CENTRES] [MONTHS] [TIMES …]`. Fills a database with daily
//! measures of every kind of source, with so many times as many contacts behind them, and times pages that are made anew each time.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a bench"
)]

use std::fmt::Write as _;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Instant;

use actix_web::cookie::Cookie;
use actix_web::test::{self, TestRequest};
use actix_web::{App, body::MessageBody};
use cairn::actor::{Actor, Role};
use cairn::clock::Clock;
use cairn::config::{Config, Uploads};
use cairn::db::{Db, Target};
use cairn::kpi::vocabulary::{Shape, Vocabulary};
use cairn::kpi::{self, SaveDefinition};
use cairn::ledger::Ledger;
use cairn::organisation::{self, CentreType, NewCentre, NewOrganisation};
use cairn::people::{self, NewGrant, NewUser};
use cairn::web::session;
use chrono::{Datelike, Days, NaiveDate};
use diesel::connection::SimpleConnection;

const RUNS: usize = 25;
/// Contacts of a centre on a day, of which a hundred centres and two years make about a million.
const CONTACTS: u64 = 14;

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

fn main() {
    let numbers: Vec<usize> = std::env::args().skip(1).filter_map(|text| text.parse().ok()).collect();
    let centres = numbers.first().copied().unwrap_or(100);
    let months = numbers.get(1).copied().unwrap_or(24);
    let times: &[usize] = if numbers.len() > 2 { &numbers[2..] } else { &[1, 10, 100] };
    for times in times {
        actix_web::rt::System::new().block_on(measure(centres, months, *times as u64));
    }
}

/// The first and the last day that are filled: whole months up to the end of the last one.
fn span(months: usize) -> (NaiveDate, NaiveDate) {
    let first = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
    let last = first + chrono::Months::new(u32::try_from(months).unwrap());
    (first, last - Days::new(1))
}

async fn measure(centres: usize, months: usize, times: u64) {
    let folder = tempfile::tempdir().unwrap();
    let (first, last) = span(months);
    let today = last + Days::new(5);
    let clock = Clock::manual(today.and_hms_opt(9, 0, 0).unwrap().and_utc());
    let target = Target::Sqlite(folder.path().join("cairn.sqlite"));
    let config = Config {
        data: folder.path().to_owned(),
        listen: (Ipv4Addr::LOCALHOST, 0).into(),
        database: target.clone(),
        base_url: None,
        demo: false,
        uploads: Uploads::default(),
    };
    let ledger = Ledger::open(Db::open(target, 4).unwrap(), clock).unwrap();
    let codes = organisation_of(&ledger, centres, first);
    let begun = Instant::now();
    let contacts = fill(&ledger, (first, last), times);
    let filled = begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    kpi::prepare_months(&ledger).unwrap();
    println!(
        "{centres} centres, {months} months, {:.1} million contacts: filled in {filled:.1} s, months summed in {:.1} s",
        contacts as f64 / 1e6,
        begun.elapsed().as_secs_f64()
    );
    let site = cairn::app::site(config, ledger).unwrap();
    let service = test::init_service(cairn::guarded!(App::new()).configure(cairn::app::configure(site.clone()))).await;
    let signed = people::sign_in_as(&site.ledger, "board", "127.0.0.1", "bench").unwrap();
    let token = session::sign(&site.secret, &signed.user.id, &signed.session, site.now()).unwrap();
    let month = last.format("%Y-%m");
    let scorecard = format!("/kpis/{}?period={month}", codes[0]);
    let pages = [
        ("dashboard", format!("/dashboard?period={month}")),
        ("dashboard, one centre closely", format!("/dashboard?period={month}&centre={}", codes[0])),
        ("centres", format!("/kpis?period={month}")),
        ("scorecard", scorecard.clone()),
        ("scorecard of a year", format!("/kpis/{}?period={}", codes[0], last.year())),
    ];
    let seen = async |name: &str, path: &str| {
        let mut took = Vec::new();
        let mut size = 0;
        for run in 0..RUNS {
            // Another address each time, so that no page is answered from memory.
            let request = TestRequest::get().uri(&format!("{path}&run={name}{run}").replace(' ', "-"));
            let request = request.cookie(Cookie::new(session::cookie_name(false), token.clone())).to_request();
            let begun = Instant::now();
            let answer = test::call_service(&service, request).await;
            assert_eq!(answer.status().as_u16(), 200, "{path}");
            size = answer.into_body().try_into_bytes().map_or(0, |bytes| bytes.len());
            took.push(begun.elapsed().as_secs_f64() * 1e3);
        }
        took.sort_by(f64::total_cmp);
        println!("  {name:<30} median {:6.1} ms, worst {:6.1} ms, {:4} KB", took[RUNS / 2], took[RUNS - 1], size / 1024);
    };
    for (name, path) in &pages {
        seen(name, path).await;
    }
    weigh_channels(&site.ledger, first);
    seen("scorecard that weighs channels", &scorecard).await;
}

/// Lets a KPI weigh channels, so that their sums are read beside those of all channels together.
fn weigh_channels(ledger: &Ledger, first: NaiveDate) {
    let known = ledger.db.read(|conn| kpi::definition_on(conn, "qa_score", first)).unwrap();
    let mut definition = known.definition.as_ref().clone();
    definition.variant = Some("by_channel".into());
    definition.starts_on = Some(first);
    let save = SaveDefinition { definition, seen: Some(known.version), reason: "by channel".into() };
    ledger.write(&Arc::new(Actor::system()), move |tx| kpi::save_definition(tx, &save)).unwrap();
}

/// Organisation, centres of the three types in turn, and somebody who reads the board.
fn organisation_of(ledger: &Ledger, centres: usize, first: NaiveDate) -> Vec<String> {
    let system = Arc::new(Actor::system());
    let company =
        NewOrganisation {
            code: "YL".into(), name: "远岚速运".into(), name_en: None, zone: "Asia/Shanghai".into(), demo: false
        };
    let types = [CentreType::CostControl, CentreType::CustomerExperience, CentreType::ProfitCreating];
    ledger
        .write(&system, move |tx| {
            organisation::set_up(tx, &company)?;
            kpi::install_pack(tx)?;
            let grants = [NewGrant { role: Role::Executive, centre_id: None, starts_on: None, ends_on: None }];
            let user = NewUser { login: "board".into(), name: "何蔚".into(), post: "副总裁".into(), ..NewUser::default() };
            people::bootstrap(tx, &user, None, &grants, first)?;
            let mut codes = Vec::new();
            for number in 0..centres {
                let code = format!("C{number:03}");
                let (name, centre_type) = (format!("{code} 客服中心"), types[number % types.len()]);
                let new = NewCentre { code: code.clone(), name, name_en: None, unit_id: None, zone: None, centre_type };
                organisation::create_centre(tx, &new)?;
                codes.push(code);
            }
            Ok(codes)
        })
        .unwrap()
}

/// Daily measures of all centres in one batch; gives how many contacts they stand for.
fn fill(ledger: &Ledger, (first, last): (NaiveDate, NaiveDate), times: u64) -> u64 {
    let ids: Vec<String> = ledger.db.read(organisation::centres).unwrap().into_iter().map(|centre| centre.id).collect();
    let batch = "INSERT INTO texts (hash, content) VALUES ('m', ''); \
         INSERT INTO evidence (hash, name, media_type, size, kept_at) VALUES ('e', 'calls.csv', 'text/csv', 1, '2024-01-01 00:00:00'); \
         INSERT INTO kpi_batches (id, number, source, file_name, evidence_hash, mapping_hash, first_day, last_day, rows_read, rows_ignored, \
         cells, measures_hash, state, imported_by, imported_at, row_version) VALUES ('b', 1, 'bench', 'calls.csv', 'e', 'm', '2024-01-01', \
         '2024-01-01', 1, 0, 1, 'h', 'committed', 'bench', '2024-01-01 00:00:00', 1);";
    ledger.write_unaudited(move |tx| Ok(tx.batch_execute(batch)?)).unwrap();
    let mut contacts = 0;
    for (number, id) in ids.into_iter().enumerate() {
        let mut dice = Dice(number as u64 + 1);
        let mut sql = String::new();
        for (place, day) in first.iter_days().take_while(|day| *day <= last).enumerate() {
            contacts += row(&mut sql, &mut dice, &id, day, CONTACTS * times, place % 400 == 0);
        }
        sql.push(';');
        let cells = "INSERT OR IGNORE INTO kpi_cells (source, centre_id, day, batch_id, part) SELECT source, centre_id, day, batch_id, 0 FROM kpi_measures;";
        ledger.write_unaudited(move |tx| Ok(tx.batch_execute(&sql)?)).unwrap();
        ledger.write_unaudited(move |tx| Ok(tx.batch_execute(cells)?)).unwrap();
    }
    contacts
}

/// A day of a centre as a row of an insert; every so often a new statement begins.
fn row(sql: &mut String, dice: &mut Dice, centre: &str, day: NaiveDate, contacts: u64, begin: bool) -> u64 {
    let contacts = contacts * (8 + dice.below(5)) / 10 + 1;
    let abandoned = contacts / 20;
    let answered = contacts - abandoned;
    let (waits, seconds) = waits(dice, answered);
    let (gone, _) = waits_of(dice, abandoned, 120);
    let extra = extra(dice, day, contacts, seconds);
    if begin {
        let ended = if sql.is_empty() { "" } else { ";" };
        let _ = write!(sql, "{ended}INSERT INTO kpi_measures VALUES ");
    } else {
        sql.push(',');
    }
    let (talk, square) = (answered * 240, u128::from(answered) * 70_000);
    let _ = write!(
        sql,
        "('b','bench','{centre}','{day}','voice',{contacts},{answered},{abandoned},0,{answered},{talk},{answered},{},'{square}',\
         '{waits}','{gone}','{extra}')",
        answered * 30
    );
    contacts
}

/// Half of the answered callers do not wait at all; the others wait up to five minutes, mostly short.
fn waits(dice: &mut Dice, answered: u64) -> (String, u64) {
    waits_of(dice, answered, 300)
}

fn waits_of(dice: &mut Dice, count: u64, longest: u64) -> (String, u64) {
    let mut bins = std::collections::BTreeMap::<u64, u64>::new();
    // A few hundred draws give the shape, however many contacts they stand for.
    let draws = count.min(400);
    let mut left = count;
    for draw in 0..draws {
        let share = left / (draws - draw);
        left -= share;
        let second = if dice.below(2) == 0 { 0 } else { dice.below(longest).min(dice.below(longest)) };
        *bins.entry(second).or_default() += share;
    }
    let seconds = bins.iter().map(|(second, n)| second * n).sum();
    let texts: Vec<String> = bins.iter().filter(|(_, n)| **n > 0).map(|(second, n)| format!("{second}:{n}")).collect();
    (texts.join(","), seconds)
}

/// What the other sources deliver: every measure of the vocabulary.
fn extra(dice: &mut Dice, day: NaiveDate, contacts: u64, seconds: u64) -> String {
    let calls = ["offered", "answered", "abandoned", "abandoned_early", "wait_answered_s", "talk_s", "hold_s", "wrap_s", "handled"];
    let more = ["resolved", "resolved_known", "handle_sq", "wait_answered", "wait_abandoned", "csat"];
    let (mut flows, mut levels, mut spreads) = (Vec::new(), Vec::new(), Vec::new());
    for measure in Vocabulary::shipped().measures() {
        let name = measure.name.as_str();
        if calls.contains(&name) || more.contains(&name) {
            continue;
        }
        match measure.shape {
            Shape::Flow => flows.push(format!("\"{name}\":{}", contacts / 2 + dice.below(contacts + 1))),
            Shape::Level => levels.push(format!("\"{name}\":{{\"{day}\":{}}}", 40 + dice.below(9))),
            Shape::Spread => {
                let bins: Vec<String> =
                    (1..=5).map(|value| format!("{}:{}", value + measure.offset, 1 + dice.below(contacts + 1))).collect();
                spreads.push(format!("\"{name}\":\"{}\"", bins.join(",")));
            }
        }
    }
    let known = contacts / 3;
    format!(
        "{{\"ignored\":0,\"wait_answered_s\":{seconds},\"resolved\":{},\"resolved_known\":{known},\"csat\":[1,1,2,{known},{known}],\
         \"revenue_minor\":0,\"named\":{{\"f\":{{{}}},\"l\":{{{}}},\"s\":{{{}}}}}}}",
        known * 7 / 10,
        flows.join(","),
        levels.join(","),
        spreads.join(",")
    )
}
