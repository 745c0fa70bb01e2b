//! What follows from a document's content and can be made again: its links.

use super::super::command::Bilingual;
use super::super::model::{Document, State, Version};
use super::super::store;
use crate::db::Conn;
use crate::error::Result;
use crate::links::{self, NewLink};
use crate::numbering;

/// The kind under which documents stand in the links.
pub const KIND: &str = "document";

/// Refuses texts that cannot be rendered.
pub(super) fn check_texts(_title: &Bilingual, _text: &Bilingual) -> Result<()> {
    Ok(())
}

/// Writes the links of a document again, from its version in force, else from its newest one.
pub(super) fn refresh(conn: &mut Conn, document: &Document) -> Result<()> {
    let versions = store::versions_of(conn, &document.id)?;
    let Some(version) = speaking(&versions) else { return links::replace(conn, KIND, &document.id, &[]) };
    let keys: Vec<String> = version.parent_codes()?.iter().map(|code| numbering::code_key(code)).collect();
    let known = store::documents_by_keys(conn, &keys)?;
    let id_of = |key: &str| known.iter().find(|row| row.code_key == key).map(|row| row.id.clone()).unwrap_or_default();
    let new: Vec<NewLink> =
        keys.iter().map(|key| NewLink { relation: links::PARENT, to_kind: KIND, to_id: id_of(key), to_key: key.clone() }).collect();
    links::replace(conn, KIND, &document.id, &new)
}

/// The version that speaks for a document: the one in force, else the newest.
pub(in super::super) fn speaking(versions: &[Version]) -> Option<&Version> {
    versions
        .iter()
        .find(|version| version.state == State::Effective)
        .or_else(|| versions.iter().max_by_key(|version| version.ordinal))
}

/// A document is there: what was written with its code leads to it now.
pub(super) fn appeared(conn: &mut Conn, document: &Document) -> Result<()> {
    links::settle(conn, KIND, &document.code_key, &document.id)
}

/// A document is gone.
pub(super) fn gone(conn: &mut Conn, document: &Document) -> Result<()> {
    links::replace(conn, KIND, &document.id, &[])?;
    links::unsettle(conn, KIND, &document.id)
}
