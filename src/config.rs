//! What the installation decides: one struct, filled from the command line and the environment. The only reader of the environment.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rand::RngExt;

use crate::db::Target;
use crate::error::{Error, Result};

/// The settings of one installation.
#[derive(Debug, Clone)]
pub struct Config {
    /// Data folder: embedded database, evidence, secret.
    pub data: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Which database: `DATABASE_URL`, else SQLite in the data folder.
    pub database: Target,
    /// The address people use, `CAIRN_BASE_URL`; https makes cookies `Secure` and `__Host-`.
    pub base_url: Option<String>,
    /// Demo: the sign-in page offers the demo people (loopback only).
    pub demo: bool,
    /// How large and how slow an upload may be.
    pub uploads: Uploads,
}

/// How large an upload may be, and how fast it has to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uploads {
    /// Most bytes of a file, `CAIRN_UPLOAD_LIMIT_MIB`; ten million calls are about one gigabyte.
    pub largest: u64,
    /// Fewest bytes per second, `CAIRN_UPLOAD_KIB_PER_S`, averaged over each stretch of patience; 0: as slow as it likes.
    pub slowest: u64,
    /// The first stretch is not judged; every later one is.
    pub patience: Duration,
}

impl Default for Uploads {
    fn default() -> Self {
        Self { largest: 4 << 30, slowest: 16 << 10, patience: Duration::from_secs(30) }
    }
}

impl Uploads {
    /// The name of the setting that says how large an upload may be.
    pub const LIMIT: &str = "CAIRN_UPLOAD_LIMIT_MIB";

    fn load() -> Result<Self> {
        let usual = Self::default();
        let number = |name: &str, unit: u32, usual: u64| match env(name) {
            None => Ok(usual),
            Some(text) => text.trim().parse::<u64>().map(|count| count << unit).map_err(|_| Error::field(name, "whole-number")),
        };
        let largest = number(Self::LIMIT, 20, usual.largest)?;
        Ok(Self { largest, slowest: number("CAIRN_UPLOAD_KIB_PER_S", 10, usual.slowest)?, ..usual })
    }
}

impl Config {
    /// Reads the environment on top of the command line's folder and address.
    ///
    /// # Errors
    /// When `DATABASE_URL` has an unknown scheme or `CAIRN_BASE_URL` is no http(s) address.
    pub fn load(data: &Path, listen: SocketAddr, demo: bool) -> Result<Self> {
        let database = match env("DATABASE_URL") {
            Some(url) => Target::parse(&url)?,
            None => Target::Sqlite(data.join("cairn.sqlite")),
        };
        let base_url = env("CAIRN_BASE_URL").map(|url| url.trim_end_matches('/').to_owned());
        if let Some(url) = &base_url
            && !(url.starts_with("http://") || url.starts_with("https://"))
        {
            return Err(Error::field("CAIRN_BASE_URL", "not-an-address"));
        }
        Ok(Self { data: data.to_owned(), listen, database, base_url, demo, uploads: Uploads::load()? })
    }

    /// Whether people reach Cairn over https.
    pub fn secure(&self) -> bool {
        self.base_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }

    /// Where evidence files lie.
    pub fn evidence_dir(&self) -> PathBuf {
        self.data.join("evidence")
    }
}

/// A key of this installation: 256 random bits in a file that its owner alone may read, made when it is not there.
///
/// # Errors
/// When the file cannot be read or written, or is not a key.
pub fn own_key(path: &Path) -> io::Result<[u8; 32]> {
    if !path.exists() {
        let key: [u8; 32] = rand::rng().random();
        // Written whole before it has its name, so that two processes at once end up with one key; a nameless file is its owner's alone.
        let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
        file.write_all(&key)?;
        file.as_file().sync_all()?;
        match file.persist_noclobber(path) {
            Ok(_) => {}
            Err(taken) if taken.error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(other) => return Err(other.error),
        }
    }
    let bytes = std::fs::read(path)?;
    bytes.try_into().map_err(|_| io::Error::new(io::ErrorKind::InvalidData, format!("{} is not a key of 32 bytes", path.display())))
}

/// The operating system's user, for the command line's events.
pub fn os_user() -> String {
    env("USER").or_else(|| env("LOGNAME")).or_else(|| env("USERNAME")).unwrap_or_else(|| "unknown".into())
}

/// The log filter, `CAIRN_LOG`, for example `info` or `cairn=debug`.
pub fn log_filter() -> String {
    env("CAIRN_LOG").unwrap_or_else(|| "warn,cairn=info".into())
}

#[expect(clippy::disallowed_methods, reason = "this is the one reader of the environment")]
fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
