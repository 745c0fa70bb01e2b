//! The only place that knows there are two databases: connections, pools, settings, migrations, column types.
//!
//! SQLite has one writer (the ledger's thread, `BEGIN IMMEDIATE`) and many read-only connections; PostgreSQL the same shape.

mod conn;
pub mod counter;
mod error;
pub mod migrate;
pub mod schema;
mod types;

use std::sync::Arc;
use std::time::Duration;

use diesel::r2d2::Pool;

pub use conn::{Conn, Manager, MultiBackend, Target};
pub use types::{Instant, Json, new_id};

use crate::error::{Error, Result};

/// The oldest bundled SQLite without the WAL-reset fault (3.51.3).
const SQLITE_FLOOR: i32 = 3_051_003;

/// An opened, migrated database.
#[derive(Clone)]
pub struct Db {
    target: Arc<Target>,
    readers: Pool<Manager>,
}

impl Db {
    /// Opens the database, applies missing migrations, and fills the pool lazily.
    ///
    /// # Errors
    /// When it cannot be reached, is newer than the program, or SQLite is too old.
    pub fn open(target: Target, readers: u32) -> Result<Self> {
        if let Target::Sqlite(path) = &target {
            check_sqlite()?;
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
        }
        let mut first = target.connect(false).map_err(|e| Error::Storage(format!("cannot open the database: {e}")))?;
        let applied = migrate::run(&mut first)?;
        if !applied.is_empty() {
            tracing::info!(steps = applied.len(), "database migrated");
        }
        drop(first);
        let readers = Pool::builder()
            .max_size(readers)
            .min_idle(Some(1))
            .connection_timeout(Duration::from_secs(5))
            .test_on_check_out(true)
            .build(Manager(target.clone()))
            .map_err(|e| Error::Storage(format!("cannot open the database: {e}")))?;
        Ok(Self { target: Arc::new(target), readers })
    }

    /// Runs queries on a read-only connection.
    ///
    /// # Errors
    /// [`Error::Busy`] when no connection is free within five seconds, and what the closure says.
    pub fn read<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        let mut conn = self.readers.get().map_err(|_| Error::Busy)?;
        work(&mut conn)
    }

    /// A connection that may write: for the ledger's thread alone.
    pub(crate) fn writer(&self) -> Result<Conn> {
        self.target.connect(false).map_err(|e| Error::Storage(e.to_string()))
    }

    /// Which database this is.
    pub fn target(&self) -> &Target {
        &self.target
    }
}

fn check_sqlite() -> Result<()> {
    let version = libsqlite3_sys::SQLITE_VERSION_NUMBER;
    if version < SQLITE_FLOOR {
        return Err(Error::Internal(format!("SQLite {version} is too old")));
    }
    Ok(())
}
