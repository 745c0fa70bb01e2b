//! Migrations: one portable tree (`migrations/shared`) merged by version with the few folders that cannot be portable
//! (full-text index, guards of the log). A database newer than the program is refused in one sentence.

use diesel::backend::Backend;
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::conn::Conn;
use crate::error::{Error, Result};

const SHARED: EmbeddedMigrations = embed_migrations!("migrations/shared");
const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

struct Merged(&'static EmbeddedMigrations);

impl<DB: Backend> MigrationSource<DB> for Merged {
    fn migrations(&self) -> diesel::migration::Result<Vec<Box<dyn Migration<DB>>>> {
        let mut all: Vec<Box<dyn Migration<DB>>> = MigrationSource::<DB>::migrations(&SHARED)?;
        all.extend(MigrationSource::<DB>::migrations(self.0)?);
        all.sort_by(|a, b| a.name().version().cmp(&b.name().version()));
        Ok(all)
    }
}

/// Applies what is missing; answers the versions applied now.
///
/// # Errors
/// When a step fails, or when the database knows a version that this program does not.
pub fn run(conn: &mut Conn) -> Result<Vec<String>> {
    match conn {
        Conn::Lite(lite) => apply(lite, &Merged(&SQLITE)),
        Conn::Pg(pg) => apply(pg, &Merged(&POSTGRES)),
    }
}

/// Whether every step that this program knows has been applied; changes nothing.
///
/// # Errors
/// [`Error::Conflict`] when steps are missing.
pub fn complete(conn: &mut Conn) -> Result<()> {
    let missing = match conn {
        Conn::Lite(lite) => lite.has_pending_migration(Merged(&SQLITE)),
        Conn::Pg(pg) => pg.has_pending_migration(Merged(&POSTGRES)),
    };
    if missing.map_err(Error::internal)? { Err(Error::conflict("database-older")) } else { Ok(()) }
}

/// Takes every step back, newest first (tests: each step must go down and up again).
///
/// # Errors
/// When a step fails.
pub fn revert_all(conn: &mut Conn) -> Result<()> {
    let done = match conn {
        Conn::Lite(lite) => lite.revert_all_migrations(Merged(&SQLITE)).map(|_| ()),
        Conn::Pg(pg) => pg.revert_all_migrations(Merged(&POSTGRES)).map(|_| ()),
    };
    done.map_err(Error::internal)
}

fn apply<DB, C>(conn: &mut C, source: &Merged) -> Result<Vec<String>>
where
    DB: Backend,
    C: MigrationHarness<DB>,
{
    let known: Vec<MigrationVersion<'static>> = MigrationSource::<DB>::migrations(source)
        .map_err(Error::internal)?
        .iter()
        .map(|step| step.name().version().as_owned())
        .collect();
    let applied = conn.applied_migrations().map_err(Error::internal)?;
    if let Some(newer) = applied.iter().find(|version| !known.contains(version)) {
        return Err(Error::Conflict(crate::error::Problem::whole("database-newer").with("version", newer)));
    }
    let now = conn.run_pending_migrations(Wrapper(source)).map_err(Error::internal)?;
    Ok(now.iter().map(ToString::to_string).collect())
}

/// The harness takes the source by value.
struct Wrapper<'a>(&'a Merged);

impl<DB: Backend> MigrationSource<DB> for Wrapper<'_> {
    fn migrations(&self) -> diesel::migration::Result<Vec<Box<dyn Migration<DB>>>> {
        self.0.migrations()
    }
}
