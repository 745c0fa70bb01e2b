//! The command line as other programs meet it: a reader that goes away, a disk that is full.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Output, Stdio};

use crate::faults::program::command;
use crate::support::TestApp;

fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// An installation that knows the shipped KPIs, in a folder of its own.
fn installed() -> TestApp {
    let app = TestApp::sqlite();
    app.organisation();
    app.ledger().write(&app.system(), cairn::kpi::install_pack).unwrap();
    app
}

/// Everything that prints more than a line.
const COMMANDS: [&[&str]; 4] = [&["kpi", "list"], &["kpi", "definitions", "--json"], &["kpi", "list", "--json"], &["verify"]];

#[test]
fn a_command_whose_reader_goes_away_ends_quietly() {
    let app = installed();
    for arguments in COMMANDS {
        let mut child = command(app.folder.path(), None, arguments).spawn().unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        // 128 and the number of SIGPIPE: what a shell tells of `yes | head`.
        assert_eq!((ended.status.code(), complaint(&ended).as_str()), (Some(141), ""), "{arguments:?}");
    }
    // In the middle of a text that is longer than what a pipe holds.
    let mut child = command(app.folder.path(), None, &["kpi", "definitions", "--json"]).spawn().unwrap();
    let mut first = String::new();
    BufReader::with_capacity(16, child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert_eq!(first, "[\n");
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), complaint(&ended).as_str()), (Some(141), ""));
}

#[test]
fn an_error_that_nobody_reads_keeps_its_exit_code() {
    let place = tempfile::tempdir().unwrap();
    let unknown = ["kpi", "show", "service_level", "--centre", "XX", "--period", "2026-10"];
    let mut child = command(place.path(), None, &unknown).spawn().unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    assert_eq!(child.wait().unwrap().code(), Some(2));
}

#[test]
fn what_cannot_be_printed_is_an_error() {
    let app = installed();
    let full = File::options().write(true).open("/dev/full").unwrap();
    let ended = command(app.folder.path(), None, &["kpi", "list"]).stdout(Stdio::from(full)).output().unwrap();
    assert_eq!(ended.status.code(), Some(2));
    assert!(complaint(&ended).starts_with("cairn: standard output: "), "{}", complaint(&ended));
}
