//! SIGKILL at random moments: a server that several clients write to, and imports from the command line.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::place::Place;
use super::{moment, rounds};
use crate::improvement::MAPPING;

const CLIENTS: usize = 6;

/// What was acknowledged: customers of records, addresses of document versions.
#[derive(Default)]
struct Acknowledged {
    customers: BTreeSet<String>,
    documents: BTreeSet<String>,
}

/// Writes until the server is gone; every third client over the API.
fn write_until_gone(place: &Place, address: std::net::SocketAddr, client: usize, count: &AtomicUsize, all: &Mutex<Acknowledged>) {
    loop {
        let name = format!("c-{}", count.fetch_add(1, Ordering::Relaxed));
        let api = client.is_multiple_of(3);
        let answer = if api { place.document(address, &name) } else { place.record(address, &name, "催件") };
        let Ok(reply) = answer else { return };
        match (api, reply.status) {
            (true, 201) => drop(all.lock().unwrap().documents.insert(reply.header("location").to_owned())),
            (false, 303) => drop(all.lock().unwrap().customers.insert(name)),
            (_, status) => assert_eq!(status, 503, "{reply:?}"),
        }
    }
}

fn killed_while_writing(place: &Place) {
    let (count, all) = (AtomicUsize::new(0), Mutex::new(Acknowledged::default()));
    let mut checked = BTreeSet::new();
    for round in 0..=rounds(3) {
        let mut server = place.serve();
        let address = server.address;
        let there = place.customers(address);
        let lost: Vec<String> = all.lock().unwrap().customers.difference(&there).cloned().collect();
        assert_eq!(lost, Vec::<String>::new(), "acknowledged before round {round}, and gone");
        let news: Vec<String> = all.lock().unwrap().documents.difference(&checked).cloned().collect();
        for version in news {
            let found = place.call(address, &version).unwrap();
            assert_eq!(found.status, 200, "{version} was acknowledged before round {round}: {found:?}");
            checked.insert(version);
        }
        if round == rounds(3) {
            break;
        }
        std::thread::scope(|scope| {
            for client in 0..CLIENTS {
                let (count, all) = (&count, &all);
                scope.spawn(move || write_until_gone(place, address, client, count, all));
            }
            std::thread::sleep(moment(200..1500));
            server.kill();
        });
    }
    let all = all.into_inner().unwrap();
    println!(
        "killed {} times: {} records and {} documents acknowledged, none lost",
        rounds(3),
        all.customers.len(),
        all.documents.len()
    );
    assert!(!all.customers.is_empty() && !all.documents.is_empty());
    place.verify();
}

#[test]
fn a_killed_server_keeps_what_it_acknowledged_on_sqlite() {
    killed_while_writing(&Place::sqlite());
}

#[test]
fn a_killed_server_keeps_what_it_acknowledged_on_postgres() {
    if let Some(place) = Place::postgres() {
        killed_while_writing(&place);
    }
}

/// A month of calls, enough for the reading to take a while.
pub fn month(path: &Path, month: usize, rows: usize) {
    let mut text = String::from("id,at,outcome,wait,talk\n");
    for n in 0..rows {
        let day = n * 28 / rows + 1;
        text.push_str(&format!(
            "{month}-{n},2025-{month:02}-{day:02} 09:{:02}:{:02},answered,{},200\n",
            n / 60 % 60,
            n % 60,
            n % 40
        ));
    }
    std::fs::write(path, text).unwrap();
}

fn live_batches(place: &Place) -> Vec<i64> {
    let listed = place.report(&["kpi", "list", "--json"]);
    let batches = listed["batches"].as_array().unwrap_or_else(|| panic!("{listed}"));
    batches.iter().filter(|batch| batch["state"] == "committed").map(|batch| batch["rows_read"].as_i64().unwrap()).collect()
}

fn killed_while_importing_calls(place: &Place) {
    const ROWS: usize = 40_000;
    let work = tempfile::tempdir().unwrap();
    let (mapping, file) = (work.path().join("mapping.toml"), work.path().join("calls.csv"));
    std::fs::write(&mapping, MAPPING).unwrap();
    let (mapping, log) = (mapping.to_string_lossy(), file.to_string_lossy());
    let import = ["kpi", "import", "--mapping", &mapping, "--centre", "HD", &log];
    for round in 0..rounds(4) {
        let before = live_batches(place).len();
        month(&file, round % 12 + 1, ROWS + round);
        let mut child = place.start(&import);
        std::thread::sleep(moment(50..1200));
        child.kill().unwrap();
        child.wait().unwrap();
        let after = live_batches(place);
        assert!(after.len() == before || after.len() == before + 1, "{after:?}");
        place.verify();
        let again = place.run(&import);
        assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
        let rows = live_batches(place);
        assert_eq!(rows.len(), before + 1);
        assert!(rows.contains(&i64::try_from(ROWS + round).unwrap()), "{rows:?}");
        if round % 12 == 11 {
            for number in 0..12 {
                assert!(place.run(&["kpi", "undo", &(round - number + 1).to_string()]).status.success());
            }
        }
    }
    for left in place.odd_files() {
        let hour_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
        std::fs::File::options().write(true).open(left).unwrap().set_modified(hour_ago).unwrap();
    }
    assert!(place.run(&import).status.success());
    assert_eq!(place.odd_files(), Vec::<std::path::PathBuf>::new(), "a later import clears what a killed one left");
}

#[test]
fn a_killed_import_of_calls_is_whole_or_absent_on_sqlite() {
    killed_while_importing_calls(&Place::sqlite());
}

#[test]
fn a_killed_import_of_calls_is_whole_or_absent_on_postgres() {
    if let Some(place) = Place::postgres() {
        killed_while_importing_calls(&place);
    }
}

fn killed_while_importing_documents(place: &Place) {
    const DOCUMENTS: usize = 25;
    for round in 0..rounds(2) {
        let folder = tempfile::tempdir().unwrap();
        for n in 0..DOCUMENTS {
            let code = format!("QP-{}", 100 + round * DOCUMENTS + n);
            let text = format!("---\ncode: {code}\ntitle: 程序 {n}\ntier: 2\n---\n\n## 1 目的\n\n见 [QP-{}]。\n", 100 + n);
            std::fs::write(folder.path().join(format!("{code}.md")), text).unwrap();
        }
        let path = folder.path().to_string_lossy();
        let import = ["documents", "import", &path, "--as", "effective", "--reason", "接收", "--json"];
        let mut child = place.start(&import);
        std::thread::sleep(moment(50..900));
        child.kill().unwrap();
        child.wait().unwrap();
        place.verify();
        let outcomes = |report: &serde_json::Value| -> Vec<String> {
            report["documents"].as_array().unwrap().iter().map(|d| d["outcome"].as_str().unwrap().to_owned()).collect()
        };
        let again = outcomes(&place.report(&import));
        assert_eq!(again.len(), DOCUMENTS);
        assert!(again.iter().all(|outcome| outcome == "created" || outcome == "same"), "each is whole or absent: {again:?}");
        assert!(outcomes(&place.report(&import)).iter().all(|outcome| outcome == "same"));
    }
    place.verify();
}

#[test]
fn a_killed_import_of_documents_goes_on_where_it_was_on_sqlite() {
    killed_while_importing_documents(&Place::sqlite());
}

#[test]
fn a_killed_import_of_documents_goes_on_where_it_was_on_postgres() {
    if let Some(place) = Place::postgres() {
        killed_while_importing_documents(&place);
    }
}
