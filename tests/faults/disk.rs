//! A full disk: changes are refused with a clear problem, reading goes on, nothing is half-done, and it works again by itself once there
//! is space. Needs the right to mount a small disk of memory; elsewhere a line says that it was left out.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::place::Place;
use super::program::{self, Reply};
use crate::improvement::MAPPING;

/// A disk of 24 MB.
struct Disk {
    path: PathBuf,
}

impl Disk {
    fn mount() -> Option<Self> {
        let path = tempfile::tempdir().unwrap().keep();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=24m", "tmpfs"]).arg(&path).output();
        if mounted.is_ok_and(|done| done.status.success()) {
            return Some(Self { path });
        }
        std::fs::remove_dir(&path).unwrap();
        println!("no disk may be mounted here: what happens on a full one is not tested");
        None
    }

    fn folder(&self) -> tempfile::TempDir {
        tempfile::tempdir_in(&self.path).unwrap()
    }

    fn ballast(&self) -> PathBuf {
        self.path.join("ballast")
    }

    /// Takes all the space there is.
    fn fill(&self) {
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(self.ballast()).unwrap();
        for size in [1 << 16, 1 << 10, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
    }

    fn free(&self) {
        std::fs::remove_file(self.ballast()).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("--lazy").arg(&self.path).status());
        drop(std::fs::remove_dir(&self.path));
    }
}

fn refused(reply: &Reply) {
    assert!(matches!(reply.status, 503 | 507), "{reply:?}");
    assert!(reply.body.contains("<h1") && reply.body.len() > 500, "a page says so: {reply:?}");
}

fn upload(place: &Place, address: SocketAddr, file: &Path) -> Reply {
    let (headers, body) = place.upload(MAPPING, &std::fs::read(file).unwrap());
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    program::send(address, "POST", "/kpis/import/direct", &headers, &body).unwrap()
}

fn batches(place: &Place, address: SocketAddr) -> usize {
    place.get(address, "/kpis/batches").unwrap().body.matches("calls.csv").count()
}

/// Evidence by page and by command: refused, with nothing left of it.
fn evidence_is_refused(place: &Place, disk: &Disk, address: SocketAddr, log: &Path) {
    disk.fill();
    refused(&upload(place, address, log));
    let mapping = log.with_file_name("mapping.toml");
    std::fs::write(&mapping, MAPPING).unwrap();
    let done = place.run(&["kpi", "import", "--mapping", &mapping.to_string_lossy(), "--centre", "HD", &log.to_string_lossy()]);
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(2), "{said}");
    assert!(said.starts_with("cairn: ") && !said.contains("panicked"), "{said}");
    assert_eq!(batches(place, address), 0);
    assert_eq!(place.odd_files(), Vec::<PathBuf>::new(), "nothing half-written stays");
}

/// Records until the disk takes no more: every answer is yes or a clear no.
fn records_are_refused(place: &Place, address: SocketAddr) -> Vec<String> {
    let mut kept = Vec::new();
    let long = "催件。".repeat(2_000);
    for n in 0..200 {
        let name = format!("c-{n}");
        let reply = place.record(address, &name, &long).unwrap();
        if reply.status == 303 {
            kept.push(name);
            continue;
        }
        refused(&reply);
        return kept;
    }
    panic!("the disk never was full");
}

fn full(place: &Place, disk: &Disk) {
    let file = tempfile::tempdir().unwrap();
    let log = file.path().join("calls.csv");
    super::kill::month(&log, 5, 3_000);
    let server = place.serve();
    let address = server.address;
    assert_eq!(place.record(address, "c-first", "").unwrap().status, 303);
    evidence_is_refused(place, disk, address, &log);
    let mut kept = vec!["c-first".to_owned()];
    if place.url.is_none() {
        kept.extend(records_are_refused(place, address));
        // Again and again: a refused write leaves the writer fit for the next.
        for n in 0..5 {
            refused(&place.record(address, &format!("c-no-{n}"), &"催件。".repeat(2_000)).unwrap());
        }
    }
    for page in ["/", "/records/FR-01", "/d/FR-01", "/kpis/batches", "/healthz"] {
        assert_eq!(place.get(address, page).unwrap().status, 200, "{page} is read while the disk is full");
    }
    assert_eq!(place.get(address, "/readyz").unwrap().status, 503, "whoever watches is told");
    disk.free();
    assert_eq!(place.record(address, "c-last", "").unwrap().status, 303, "it works again by itself");
    kept.push("c-last".to_owned());
    let done = upload(place, address, &log);
    assert_eq!(done.status, 303, "{done:?}");
    assert_eq!(batches(place, address), 1);
    assert_eq!(place.get(address, "/readyz").unwrap().status, 200);
    kept.sort();
    assert_eq!(place.customers(address).into_iter().collect::<Vec<_>>(), kept, "what was acknowledged, and nothing else");
    drop(server);
    place.verify();
}

#[test]
fn a_full_disk_refuses_changes_and_nothing_else_on_sqlite() {
    let Some(disk) = Disk::mount() else { return };
    full(&Place::sqlite_in(disk.folder()), &disk);
}

#[test]
fn a_full_disk_refuses_evidence_and_nothing_else_on_postgres() {
    let Some(disk) = Disk::mount() else { return };
    let Some(place) = Place::postgres_in(disk.folder()) else { return };
    full(&place, &disk);
}
