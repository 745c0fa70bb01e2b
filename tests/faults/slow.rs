//! Clients that stall: each is cut at its deadline, and nobody else waits for them.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::place::Place;
use super::program;

/// How long until the other side answers or closes.
fn until_cut(mut stream: TcpStream) -> (Duration, String) {
    let begun = Instant::now();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer));
    (begun.elapsed(), String::from_utf8_lossy(&answer).into_owned())
}

#[test]
fn stalled_requests_are_cut_at_their_deadline() {
    let place = Place::sqlite();
    let server = place.serve();
    let address = server.address;
    let mut head = TcpStream::connect(address).unwrap();
    head.write_all(b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Le").unwrap();
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let json = [("Content-Type", "application/json"), ("Authorization", "Bearer x")];
    let mut stalled = vec![
        program::open(address, "POST", "/sign-in", &form, 100).unwrap(),
        program::open(address, "POST", "/documents/new", &form, 100).unwrap(),
        program::open(address, "POST", "/api/v1/documents", &json, 100).unwrap(),
    ];
    for stream in &mut stalled {
        stream.write_all(b"login=wang").unwrap();
    }
    let (upload, body) = place.upload(crate::improvement::MAPPING, &[b'x'; 10_000]);
    let upload: Vec<(&str, &str)> = upload.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut half = program::open(address, "POST", "/kpis/import/direct", &upload, body.len()).unwrap();
    half.write_all(&body[..body.len() / 2]).unwrap();
    stalled.push(half);
    let waiting: Vec<_> = stalled.into_iter().map(|stream| std::thread::spawn(move || until_cut(stream))).collect();
    let (after, _) = until_cut(head);
    assert!(after < Duration::from_secs(15), "a head that stalls: {after:?}");
    let begun = Instant::now();
    assert_eq!(place.get(address, "/").unwrap().status, 200);
    assert!(begun.elapsed() < Duration::from_secs(5), "others are served meanwhile");
    for waiter in waiting {
        let (after, answer) = waiter.join().unwrap();
        assert!(after < Duration::from_secs(40), "a body that stalls: {after:?}");
        assert!(!answer.contains(" 500 "), "{answer}");
    }
    assert_eq!(place.odd_files(), Vec::<std::path::PathBuf>::new());
}
