//! `cairn demo`: a living quality system in one command. The folder is made once and reused; `--reset` makes it anew.

use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, TimeZone, Utc};

use crate::clock::Clock;
use crate::config::{Config, Uploads};
use crate::db::Target;
use crate::error::{Error, Problem, Result};

/// Stands in a finished demo folder; without it the folder is not ours to remove.
const MARKER: &str = "demo.made";
/// The zone of the demo organisation.
const ZONE: chrono_tz::Tz = chrono_tz::Asia::Shanghai;

/// Makes the demo organisation if it is not there, and serves it.
///
/// # Errors
/// When the port is taken, or the folder holds something else.
pub fn run(args: &super::Demo) -> Result<i32> {
    let socket = super::serve::bind(args.listen)?;
    let clock = args.today.map_or(Clock::System, |day| Clock::shifted(morning(day)));
    if args.reset {
        discard(&args.data)?;
    }
    prepare(&args.data, args.today, &clock)?;
    let mut config = Config::load(&args.data, args.listen, true)?;
    config.database = Target::Sqlite(args.data.join("cairn.sqlite"));
    let ledger = crate::app::open(&config, clock)?;
    let site = crate::app::site(config, ledger)?;
    super::say(format!("The demo organisation is ready: http://{}", socket.local_addr()?));
    super::serve::serve(socket, site)
}

/// 09:42 of a day in the demo's zone.
fn morning(day: NaiveDate) -> DateTime<Utc> {
    let local = day.and_hms_opt(9, 42, 0).unwrap_or_default();
    ZONE.from_local_datetime(&local).earliest().map(|at| at.with_timezone(&Utc)).unwrap_or_default()
}

/// Removes a demo folder, and nothing else.
fn discard(data: &Path) -> Result<()> {
    if !data.exists() {
        return Ok(());
    }
    let unfinished = data.join("demo.unfinished").exists();
    if data.join(MARKER).exists() || unfinished {
        return Ok(std::fs::remove_dir_all(data)?);
    }
    Err(not_ours(data))
}

fn not_ours(data: &Path) -> Error {
    Error::Invalid(vec![Problem::field("--data", "not-a-demo").with("folder", data.display())])
}

/// Fills the folder. A stop in the middle leaves the mark of an unfinished demo, which the next start makes anew.
fn prepare(data: &Path, today: Option<NaiveDate>, clock: &Clock) -> Result<()> {
    if data.join(MARKER).exists() {
        return Ok(());
    }
    discard(data)?;
    std::fs::create_dir_all(data)?;
    let unfinished = data.join("demo.unfinished");
    std::fs::write(&unfinished, "")?;
    super::say("Making the demo organisation: two years of documents, records, calls and cycles …");
    let today = today.unwrap_or_else(|| clock.now().with_timezone(&ZONE).date_naive());
    fill(data.to_owned(), today)?;
    std::fs::write(data.join(MARKER), today.to_string())?;
    Ok(std::fs::remove_file(unfinished)?)
}

fn fill(data: PathBuf, today: NaiveDate) -> Result<()> {
    let config = Config {
        listen: ([127, 0, 0, 1], 0).into(),
        database: Target::Sqlite(data.join("cairn.sqlite")),
        base_url: None,
        demo: true,
        uploads: Uploads::default(),
        data,
    };
    let ledger = crate::app::open(&config, Clock::manual(morning(today)))?;
    crate::demo::fill(&ledger, config.evidence_dir(), today)
}
