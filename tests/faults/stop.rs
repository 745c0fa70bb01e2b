//! SIGTERM: what is under way is finished, then the program ends with 0.

use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::place::Place;
use super::program;
use crate::improvement::MAPPING;

fn stopped_while_writing(place: &Place) {
    let file = tempfile::tempdir().unwrap();
    let path = file.path().join("calls.csv");
    super::kill::month(&path, 3, 2_000);
    let mut server = place.serve();
    let address = server.address;
    let (headers, body) = place.upload(MAPPING, &std::fs::read(&path).unwrap());
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let (count, kept) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let name = format!("c-{}", count.fetch_add(1, Ordering::Relaxed));
                    match place.record(address, &name, "") {
                        Ok(reply) if reply.status == 303 => kept.lock().unwrap().push(name),
                        Ok(reply) => assert_eq!(reply.status, 503, "{reply:?}"),
                        Err(_) => return,
                    }
                }
            });
        }
        std::thread::sleep(Duration::from_millis(400));
        // An upload of which half has arrived when the end is asked for.
        let mut upload = program::open(address, "POST", "/kpis/import/direct", &headers, body.len()).unwrap();
        let (half, rest) = body.split_at(body.len() / 2);
        upload.write_all(half).unwrap();
        std::thread::sleep(Duration::from_millis(200));
        server.terminate();
        std::thread::sleep(Duration::from_millis(300));
        upload.write_all(rest).unwrap();
        let finished = program::answer(&mut upload).expect("what was under way is answered");
        assert_eq!(finished.status, 303, "{finished:?}");
    });
    let status = server.ended(Duration::from_secs(20)).expect("it ends within 20 seconds");
    assert_eq!(status.code(), Some(0));
    place.verify();
    let kept = kept.into_inner().unwrap();
    assert!(!kept.is_empty());
    let server = place.serve();
    let there = place.customers(server.address);
    assert!(kept.iter().all(|name| there.contains(name)), "an acknowledged record is gone");
    assert!(place.get(server.address, "/kpis/batches/1").unwrap().body.contains("calls.csv"));
}

#[test]
fn a_stopped_server_finishes_what_it_began_on_sqlite() {
    stopped_while_writing(&Place::sqlite());
}

#[test]
fn a_stopped_server_finishes_what_it_began_on_postgres() {
    if let Some(place) = Place::postgres() {
        stopped_while_writing(&place);
    }
}
