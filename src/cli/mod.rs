//! The command line: one file per command. Every command takes `--data DIR`; what reports takes `--json`.

mod demo;
mod kpi;
mod kpi_cards;
mod kpi_locks;
mod kpi_rows;
mod serve;
mod user;
mod verify;

mod documents;
mod rebuild;

use std::fmt::Display;
use std::io::{ErrorKind, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::clock::Clock;
use crate::config::Config;
use crate::error::Result;
use crate::ledger::Ledger;
use crate::text::Lang;

/// Cairn runs the quality system of a customer-service organisation, and proves it.
#[derive(Debug, Parser)]
#[command(name = "cairn", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a demo organisation in a folder of its own and serve it.
    Demo(Demo),
    /// Serve an installation; an empty one shows the set-up page behind a one-time code.
    Serve(Serve),
    /// Import call logs, take batches back, show values with their proof.
    Kpi(kpi::Kpi),
    /// Create people, grant roles, set passwords.
    User(user::User),
    /// Check the log, every row, every text and every evidence file. Exit 0 consistent with an outside checkpoint, 1 tampered, 3 consistent but no outside checkpoint.
    Verify(Report),
    /// Documents as folders of Markdown: import, export.
    #[command(subcommand)]
    Documents(documents::Command),
    /// Make everything again that is derived from facts: links, search entries, rendered texts. The result is equal.
    Rebuild(Report),
}

/// Where the data lie.
#[derive(Debug, Clone, Args)]
pub struct Data {
    /// Data folder: embedded database, evidence, signing key.
    #[arg(long, value_name = "DIR", default_value = "cairn-data")]
    pub data: PathBuf,
}

/// A server.
#[derive(Debug, Clone, Args)]
pub struct Serve {
    #[command(flatten)]
    data: Data,
    /// Address to listen on.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

/// The demo.
#[derive(Debug, Clone, Args)]
pub struct Demo {
    /// Folder of the demo organisation.
    #[arg(long, value_name = "DIR", default_value = "cairn-demo")]
    data: PathBuf,
    /// Address to listen on.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Make the demo anew.
    #[arg(long)]
    reset: bool,
    /// The day on which the demo lives; today when left out.
    #[arg(long, value_name = "DATE")]
    today: Option<chrono::NaiveDate>,
}

/// A command that reports.
#[derive(Debug, Clone, Args)]
pub struct Report {
    #[command(flatten)]
    data: Data,
    /// Report as JSON.
    #[arg(long)]
    json: bool,
}

impl Data {
    /// Opens the installation for a command; the machine's clock.
    ///
    /// # Errors
    /// When the database cannot be opened.
    pub fn open(&self) -> Result<(Config, Ledger)> {
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let config = Config::load(&self.data, listen, false)?;
        let ledger = crate::app::open(&config, Clock::System)?;
        Ok((config, ledger))
    }
}

/// Runs the command line; answers the exit code.
pub fn run() -> i32 {
    let filter = crate::config::log_filter();
    let targets = filter.parse::<Targets>();
    // Who serves goes on when nobody reads the log any more.
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false).log_internal_errors(false);
    let usual = || Targets::new().with_default(Level::WARN).with_target("cairn", Level::INFO);
    tracing_subscriber::registry().with(lines).with(targets.as_ref().map_or_else(|_| usual(), Clone::clone)).init();
    if let Err(error) = targets {
        tracing::warn!(%filter, %error, "CAIRN_LOG is not understood: write it like warn,cairn=info");
    }
    let done = match Cli::parse().command {
        Command::Demo(args) => demo::run(&args),
        Command::Serve(args) => serve::run(&args.data.data, args.listen),
        Command::Kpi(args) => kpi::run(&args),
        Command::User(args) => user::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Documents(command) => documents::run(&command),
        Command::Rebuild(args) => rebuild::run(&args),
    };
    done.unwrap_or_else(|error| {
        say_error(&error);
        2
    })
}

/// Tells an error on the console: every problem on its own line, with its place.
fn say_error(error: &crate::error::Error) {
    let problems = error.problems();
    if problems.is_empty() {
        complain(&format_args!("cairn: {error}"));
    }
    for problem in problems {
        let place = if problem.field.is_empty() { String::new() } else { format!("{}: ", problem.field) };
        complain(&format_args!("cairn: {place}{}", problem.message(Lang::En)));
    }
}

/// What a shell tells of a program that wrote to a pipe nobody reads any more: 128 and the number of SIGPIPE.
const NOBODY_READS: i32 = 141;

/// Prints a line of a report. When nobody reads any more, as behind `| head`, the command is over.
pub fn say(line: impl Display) {
    print(&line);
}

fn print(line: &dyn Display) {
    let Err(error) = writeln!(std::io::stdout(), "{line}") else { return };
    if error.kind() == ErrorKind::BrokenPipe {
        std::process::exit(NOBODY_READS);
    }
    complain(&format_args!("cairn: standard output: {error}"));
    std::process::exit(2);
}

/// Prints a line on standard error; when nobody reads that either, there is nobody to tell.
fn complain(line: &dyn Display) {
    drop(writeln!(std::io::stderr(), "{line}"));
}
