//! Files that belong to documents.

use super::super::store;
use super::read;
use crate::actor::Actor;
use crate::db::Conn;
use crate::error::{Error, Result};

/// Largest file of a document, in bytes.
pub const LARGEST: u64 = 20 << 20;

/// The evidence hash of a file that a version names which this actor may see: of the newest such version.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn hash_of(conn: &mut Conn, actor: &Actor, document: &str, path: &str) -> Result<String> {
    let versions = read::versions(conn, actor, document)?;
    let speaking = versions.iter().find(|version| version.state == super::super::State::Effective);
    for version in speaking.into_iter().chain(&versions) {
        if let Some(hash) = version.extras()?.files.get(path) {
            return Ok(hash.clone());
        }
    }
    // Files added in the editor have a row before a version names them: those are for who sees what is being prepared.
    if !versions.iter().any(|version| version.state.open()) {
        return Err(Error::NotFound);
    }
    let rows = store::files_of(conn, document)?;
    rows.into_iter().rev().find(|row| row.path == path).map(|row| row.hash).ok_or(Error::NotFound)
}
