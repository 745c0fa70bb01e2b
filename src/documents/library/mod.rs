//! The library: documents as a list, as the register of controlled documents, and as the pyramid with its gaps (ISO 9001 7.5.3: what
//! is controlled can be found, and what is missing is seen).

pub mod map;
mod stones;

use super::model::Version;
use super::service::read::Entry;
use super::{Filter, list as list_documents};
use crate::actor::Actor;
use crate::db::Conn;
use crate::error::Result;

/// Most documents in one register, map or file.
pub const MOST: usize = 5000;
/// Documents fetched at a time.
const STEP: i64 = 500;

/// All documents that pass a filter, not only one page of them; at most [`MOST`].
///
/// # Errors
/// [`crate::error::Error::NotFound`] without the permission to read documents.
pub fn all(conn: &mut Conn, actor: &Actor, filter: &Filter) -> Result<Vec<Entry>> {
    let mut filter = Filter { limit: STEP, ..filter.clone() };
    let mut found: Vec<Entry> = Vec::new();
    loop {
        let mut page = list_documents(conn, actor, &filter)?;
        let more = page.len() > usize::try_from(STEP).unwrap_or(usize::MAX);
        if more {
            page.pop();
        }
        filter.after = page.last().map(|entry| entry.document.code_key.clone());
        found.append(&mut page);
        if !more || found.len() >= MOST {
            found.truncate(MOST);
            return Ok(found);
        }
    }
}

/// The address at which a version is read: the version in force by its code alone, any other by code and label.
pub fn reader_href(code: &str, version: &Version) -> String {
    let path = format!("/d/{}", escape(code, true));
    if version.state == super::State::Effective { path } else { format!("{path}?v={}", escape(&version.label, false)) }
}

/// Percent-encodes what may not stand in a path or a query value.
pub fn escape(text: &str, path: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let plain = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') || path && byte == b'/';
        if plain {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_become_addresses() {
        assert_eq!(escape("SHT/SAL/P-05", true), "SHT/SAL/P-05");
        assert_eq!(escape("A/0", false), "A%2F0");
        assert_eq!(escape("投诉 1", true), "%E6%8A%95%E8%AF%89%201");
    }
}
