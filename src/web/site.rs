//! What every handler shares: the ledger, the templates, the keys, and the few hooks that the composition root sets so that the
//! toolkit need not know a slice.

use std::sync::Arc;

use actix_web::web::Data;
use chrono::NaiveDate;
use chrono_tz::Tz;

use super::kept::KeptPages;
use super::templates::Templates;
use crate::actor::Actor;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Conn, Instant};
use crate::error::{Error, Result};
use crate::ledger::Ledger;
use crate::text::Lang;

/// How somebody says who they are.
#[derive(Debug, Clone)]
pub enum Credential {
    /// A session cookie whose signature holds.
    Session {
        /// Session row.
        session: String,
        /// Person.
        user: String,
    },
    /// An API token as sent.
    Token(String),
}

/// Who that is, as the session page shows them.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The actor with today's grants.
    pub actor: Actor,
    /// Post shown under the name, in both languages.
    pub post: (String, Option<String>),
    /// Name in English, if they have one.
    pub name_en: Option<String>,
    /// The language they chose.
    pub lang: Lang,
    /// The session row was last touched long ago and wants a touch.
    pub stale_touch: bool,
    /// Root of the log when they were identified: what is read after it may be newer, never older. Not read for tokens.
    pub root: Option<String>,
}

impl Identity {
    /// Their name as a reader of this language reads it.
    pub fn name(&self, lang: Lang) -> &str {
        self.name_en.as_deref().filter(|_| lang == Lang::En).unwrap_or(&self.actor.name)
    }
}

/// What the shell shows of the organisation.
#[derive(Debug, Clone, Default)]
pub struct Shell {
    /// Name in both languages; none before set-up.
    pub name: Option<(String, Option<String>)>,
    /// The organisation's zone.
    pub zone: Tz,
    /// Demo organisation.
    pub demo: bool,
}

impl Shell {
    /// The day it is in the organisation's zone.
    pub fn today(&self, now: Instant) -> NaiveDate {
        now.utc().with_timezone(&self.zone).date_naive()
    }

    /// The organisation's name in a language.
    pub fn name(&self, lang: Lang) -> Option<&str> {
        let (zh, en) = self.name.as_ref()?;
        Some(if lang == Lang::En { en.as_deref().unwrap_or(zh) } else { zh })
    }
}

/// Counts beside the areas: area key → open items of this actor.
pub type Counts = Vec<(&'static str, i64)>;

/// What the composition root tells the toolkit.
#[derive(Clone, Copy)]
pub struct Hooks {
    /// Finds out who it is; revocation bites here, on every request.
    pub identify: fn(&mut Conn, &Credential, Instant, NaiveDate) -> Result<Identity>,
    /// Touches the session row.
    pub touch: fn(&Ledger, &str) -> Result<()>,
    /// The organisation.
    pub shell: fn(&mut Conn) -> Result<Shell>,
    /// The open items of a person.
    pub counts: fn(&mut Conn, &Actor, NaiveDate) -> Result<Counts>,
}

/// Shared by all handlers of a process.
pub struct Site {
    /// Installation.
    pub config: Config,
    /// The log and the write path.
    pub ledger: Ledger,
    /// Compiled templates.
    pub templates: Templates,
    /// Signs session cookies.
    pub secret: Vec<u8>,
    /// The composition root's hooks.
    pub hooks: Hooks,
    shell: Cached<Arc<Shell>>,
    counts: std::sync::Mutex<CountsByActor>,
    pub(super) kept: KeptPages,
    /// At most two password hashes are computed at a time, so that a flood of sign-ins cannot starve the pages.
    pub hashing: tokio::sync::Semaphore,
}

/// Root of the log and day at which an actor's counts were read.
type CountsByActor = std::collections::HashMap<String, (String, NaiveDate, Arc<Counts>)>;

struct Cached<T>(std::sync::Mutex<Option<(u64, Instant, T)>>);

/// Writes of other processes are seen after this long.
const CACHE_SECONDS: i64 = 2;

impl Site {
    /// Puts the shared parts together.
    pub fn new(config: Config, ledger: Ledger, templates: Templates, secret: Vec<u8>, hooks: Hooks) -> Data<Self> {
        Data::new(Self {
            config,
            ledger,
            templates,
            secret,
            hooks,
            shell: Cached(std::sync::Mutex::new(None)),
            counts: std::sync::Mutex::default(),
            kept: KeptPages::default(),
            hashing: tokio::sync::Semaphore::new(2),
        })
    }

    /// The present.
    pub fn now(&self) -> Instant {
        Instant::new(self.ledger.clock.now())
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.ledger.clock
    }

    /// The organisation; read again after every write of this process, and after two seconds.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn shell(&self, conn: &mut Conn) -> Result<Arc<Shell>> {
        let (generation, now) = (self.ledger.generation(), self.now());
        if let Some((seen, at, shell)) = lock(&self.shell.0)?.as_ref()
            && fresh(*seen, *at, generation, now)
        {
            return Ok(shell.clone());
        }
        // Read without the lock: one slow query must not hold up every page.
        let shell = Arc::new((self.hooks.shell)(conn)?);
        *lock(&self.shell.0)? = Some((generation, now, shell.clone()));
        Ok(shell)
    }

    /// The open items of an actor at a root of the log; they are facts, so they stay the same until it changes.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn counts(&self, conn: &mut Conn, actor: &Actor, today: NaiveDate, root: &str) -> Result<Arc<Counts>> {
        if let Some((seen, on, counts)) = lock(&self.counts)?.get(&actor.id)
            && (seen.as_str(), *on) == (root, today)
        {
            return Ok(counts.clone());
        }
        let counts = Arc::new((self.hooks.counts)(conn, actor, today)?);
        let mut all = lock(&self.counts)?;
        if all.len() > 2000 {
            all.clear();
        }
        all.insert(actor.id.clone(), (root.to_owned(), today, counts.clone()));
        Ok(counts)
    }
}

fn lock<T>(cache: &std::sync::Mutex<T>) -> Result<std::sync::MutexGuard<'_, T>> {
    cache.lock().map_err(|_| Error::Internal("poisoned cache".into()))
}

fn fresh(seen: u64, at: Instant, generation: u64, now: Instant) -> bool {
    seen == generation && (now.utc() - at.utc()).num_seconds().abs() < CACHE_SECONDS
}
