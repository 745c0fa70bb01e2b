//! The demo organisation: two years of a fictional express company, made through the same services as anybody's work, on an
//! injected clock that walks up to today.

mod calls;
mod cast;
mod cycles;
mod data;
mod dice;
mod papers;
mod reviews;
mod signals;
mod story;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{Days, NaiveDate, TimeZone, Utc};

use crate::actor::Actor;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::ledger::{Ledger, WriteTx};

pub use cast::order;

/// How many days the demo looks back.
const HISTORY: u64 = 730;

/// Where the demo is played: the clock moves, people act.
struct Stage {
    ledger: Ledger,
    clock: Clock,
    evidence: PathBuf,
    today: NaiveDate,
    actors: HashMap<&'static str, Arc<Actor>>,
}

impl Stage {
    /// A day so many days before today.
    fn ago(&self, days: u64) -> NaiveDate {
        self.today.checked_sub_days(Days::new(days)).unwrap_or(self.today)
    }

    /// A day so many days after today.
    fn ahead(&self, days: u64) -> NaiveDate {
        self.today.checked_add_days(Days::new(days)).unwrap_or(self.today)
    }

    fn actor(&self, login: &str) -> Result<&Arc<Actor>> {
        self.actors.get(login).ok_or_else(|| Error::Internal(format!("nobody is called {login}")))
    }

    fn id(&self, login: &str) -> String {
        self.actors.get(login).map(|actor| actor.id.clone()).unwrap_or_default()
    }

    fn write<T, F>(&self, login: &str, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut WriteTx<'_>) -> Result<T> + Send + 'static,
    {
        self.ledger.write(self.actor(login)?, work)
    }

    /// Moves to a day and minute of the organisation's zone, doing what falls due on the way.
    fn go(&self, day: NaiveDate, minute: u32) -> Result<()> {
        let local = day.and_hms_opt(minute / 60, minute % 60, 0).unwrap_or_default();
        if let Some(at) = cast::ZONE.from_local_datetime(&local).earliest() {
            self.clock.set(at.with_timezone(&Utc));
        }
        crate::jobs::run_due(&self.ledger, &self.evidence)
    }
}

/// Fills an empty installation whose ledger runs on a standing clock.
///
/// # Errors
/// When the installation is not empty, or a service refuses what the story does.
pub fn fill(ledger: &Ledger, evidence: PathBuf, today: NaiveDate) -> Result<()> {
    let clock = ledger.clock.clone();
    let mut stage = Stage { ledger: ledger.clone(), clock, evidence, today, actors: HashMap::new() };
    stage.go_first()?;
    stage.actors = cast::enter(ledger, stage.ago(HISTORY))?;
    story::play(&stage)
}

impl Stage {
    fn go_first(&self) -> Result<()> {
        let local = self.ago(HISTORY).and_hms_opt(8, 30, 0).unwrap_or_default();
        let at = cast::ZONE.from_local_datetime(&local).earliest().ok_or_else(|| Error::internal("no such instant"))?;
        self.clock.set(at.with_timezone(&Utc));
        Ok(())
    }
}
