//! The command line as other programs meet it: a reader that goes away, a disk that is full, and what a measured file is said to hold.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::faults::program::command;
use crate::kpi::{MAPPING, day, log};
use crate::support::TestApp;

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

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

/// What `cairn kpi measure` says of a small log, line by line.
fn measured(place: &Path, mapping: &str, log: &[u8]) -> Vec<String> {
    let [mapping_file, log_file] = ["mapping.toml", "calls.csv"].map(|name| place.join(name));
    std::fs::write(&mapping_file, mapping).unwrap();
    std::fs::write(&log_file, log).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_cairn"));
    let output = command.args(["kpi", "measure", "--mapping"]).args([&mapping_file, &log_file]).output().unwrap();
    assert!(output.status.success(), "{}", complaint(&output));
    told(&output).lines().map(str::to_owned).collect()
}

/// Adds a column of revenue to a log, with what its first rows brought.
fn with_revenue(log: &[u8], brought: &[&str]) -> Vec<u8> {
    let cells = std::iter::once("revenue").chain(brought.iter().copied()).chain(std::iter::repeat("0"));
    let text = String::from_utf8(log.to_vec()).unwrap();
    text.lines().zip(cells).map(|(line, cell)| format!("{line},{cell}\n")).collect::<String>().into_bytes()
}

#[test]
fn revenue_is_told_where_the_log_tells_it() {
    let place = tempfile::tempdir().unwrap();
    let log = log(&[(day("2026-10-01"), 3, 1), (day("2026-10-02"), 2, 0)]);
    let bare = format!("{MAPPING}\n[centre]\nvalue = \"HD\"\n");
    let telling = format!("{bare}\n[revenue]\ncolumn = \"revenue\"\ndecimals = 2\n");
    let revenue = |lines: Vec<String>| -> Vec<String> { lines.into_iter().filter(|line| line.contains("revenue")).collect() };
    assert_eq!(revenue(measured(place.path(), &bare, &log)), [] as [&str; 0]);
    assert_eq!(revenue(measured(place.path(), &bare, &with_revenue(&log, &["12.30"]))), [] as [&str; 0], "no revenue is mapped");
    // The second day brought nothing; that is no statement about the first.
    let lines = measured(place.path(), &telling, &with_revenue(&log, &["12.30", "0.07"]));
    assert!(lines[0].starts_with("6 rows, 0 errors, 2 cells"), "{lines:?}");
    assert_eq!(revenue(lines), ["contact_revenue_minor 1237"]);
    assert_eq!(revenue(measured(place.path(), &telling, &with_revenue(&log, &[]))), ["contact_revenue_minor 0"]);
}
