//! One connection type over two databases, and the pool's manager. The derived `establish` would try each backend in turn and
//! hide the real error, so the manager opens the right one by the URL's scheme.

#![expect(missing_docs, reason = "the derive writes items of its own")]

use std::path::PathBuf;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::ManageConnection;

use crate::error::{Error, Result};

/// A connection to whichever database was chosen at run time.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// PostgreSQL.
    Pg(PgConnection),
    /// SQLite, embedded.
    Lite(SqliteConnection),
}

/// One expression of the query DSL compiled for each backend: only for what `MultiConnection` cannot express.
#[macro_export]
macro_rules! each_backend {
    ($conn:expr, |$inner:ident| $body:expr) => {
        match $conn {
            $crate::db::Conn::Pg($inner) => $body,
            $crate::db::Conn::Lite($inner) => $body,
        }
    };
}

/// Which database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The file of an embedded database.
    Sqlite(PathBuf),
    /// A `postgres://` URL.
    Postgres(String),
}

impl Target {
    /// Reads a database URL; an unknown scheme is refused.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the scheme.
    pub fn parse(url: &str) -> Result<Self> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        if let Some(path) = url.strip_prefix("sqlite://") {
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        let scheme = url.split("://").next().unwrap_or(url).to_owned();
        Err(Error::Invalid(vec![crate::error::Problem::field("DATABASE_URL", "unknown-scheme").with("scheme", scheme)]))
    }

    /// Opens a connection with the settings every connection has.
    ///
    /// # Errors
    /// The database's own words when it cannot be reached.
    pub fn connect(&self, read_only: bool) -> std::result::Result<Conn, ConnectionError> {
        match self {
            Self::Sqlite(path) => {
                let mut conn = SqliteConnection::establish(&path.to_string_lossy())?;
                conn.batch_execute(SQLITE_SETTINGS).map_err(ConnectionError::CouldntSetupConfiguration)?;
                if read_only {
                    conn.batch_execute("PRAGMA query_only=ON").map_err(ConnectionError::CouldntSetupConfiguration)?;
                }
                Ok(Conn::Lite(conn))
            }
            Self::Postgres(url) => {
                let mut conn = PgConnection::establish(url)?;
                conn.batch_execute(POSTGRES_SETTINGS).map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(Conn::Pg(conn))
            }
        }
    }
}

/// `busy_timeout` first: the others may wait for a lock.
const SQLITE_SETTINGS: &str = "PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; \
     PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA cache_size=-1500; PRAGMA temp_store=MEMORY;";

const POSTGRES_SETTINGS: &str = "SET TIME ZONE 'UTC'; SET statement_timeout='60s'; SET idle_in_transaction_session_timeout='60s'; SET client_min_messages=warning;";

/// Hands out read connections to the pool.
#[derive(Debug, Clone)]
pub struct Manager(pub Target);

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> std::result::Result<Conn, Self::Error> {
        self.0.connect(true).map_err(diesel::r2d2::Error::ConnectionError)
    }

    fn is_valid(&self, conn: &mut Conn) -> std::result::Result<(), Self::Error> {
        match conn {
            // An embedded database does not drop its connections; a ping would cost a statement per page.
            Conn::Lite(_) => Ok(()),
            Conn::Pg(pg) => pg.batch_execute("SELECT 1").map_err(diesel::r2d2::Error::QueryError),
        }
    }

    fn has_broken(&self, _: &mut Conn) -> bool {
        false
    }
}
