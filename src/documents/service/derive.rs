//! What follows from a document's content and can be made again: its renditions, its links, what search finds of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::command::Bilingual;
use super::super::model::{Document, State, Version};
use super::super::render::{self, Rendition, Source};
use super::super::store;
use crate::db::Conn;
use crate::error::Result;
use crate::links::{self, NewLink};
use crate::search::{self, Scope};
use crate::text::Lang;
use crate::{evidence, numbering};

/// The kind under which documents stand in the links.
pub const KIND: &str = "document";

/// Refuses texts that cannot be rendered. What was rendered before the write is held, so this costs nothing here.
pub(super) fn check_texts(title: &Bilingual, text: &Bilingual, files: &BTreeMap<String, String>) -> Result<()> {
    for lang in Lang::ALL {
        if let Some(content) = text.get(lang) {
            render::render(content, &Source { lang, title: title.get(lang).unwrap_or_default().trim(), files })?;
        }
    }
    Ok(())
}

/// Renders texts before a write, so that the write finds them held.
///
/// # Errors
/// [`crate::error::Error::Invalid`] naming field and line of a text that cannot be rendered.
pub fn prepare(title: &Bilingual, text: &Bilingual) -> Result<()> {
    check_texts(title, text, &BTreeMap::new())
}

/// The rendition of a version in one of its languages: held, stored, or made now.
pub(in super::super) fn rendition(conn: &mut Conn, version: &Version, lang: Lang) -> Result<Option<Arc<Rendition>>> {
    let Some(hash) = version.text_hash(lang) else { return Ok(None) };
    let extra = version.extras()?;
    let source = Source { lang, title: version.title(lang), files: &extra.files };
    let key = source.key(hash);
    if let Some(known) = render::held(&key) {
        return Ok(Some(known));
    }
    if let Some(stored) = store::rendition(conn, &key)? {
        return Ok(Some(render::hold(&key, stored)));
    }
    render::render(&evidence::text(conn, hash)?, &source).map(Some)
}

/// Writes what follows from a document again: its links, its renditions, what search finds of it.
pub(super) fn refresh(conn: &mut Conn, document: &Document) -> Result<()> {
    let versions = store::versions_of(conn, &document.id)?;
    store_renditions(conn, &versions)?;
    index(conn, document, &versions)?;
    let Some(version) = speaking(&versions) else { return links::replace(conn, KIND, &document.id, &[]) };
    let parents: Vec<String> = version.parent_codes()?.iter().map(|code| numbering::code_key(code)).collect();
    let mut references = Vec::new();
    for lang in version.languages() {
        let made = rendition(conn, version, lang)?;
        let named = made.iter().flat_map(|made| made.mentions.iter().map(|mention| numbering::code_key(&mention.code)));
        references.extend(named.filter(|key| *key != document.code_key && !parents.contains(key)));
    }
    references.sort_unstable();
    references.dedup();
    let keys: Vec<String> = parents.iter().chain(&references).cloned().collect();
    let known = store::documents_by_keys(conn, &keys)?;
    let link = |relation, key: &String| {
        let to_id = known.iter().find(|row| row.code_key == *key).map(|row| row.id.clone()).unwrap_or_default();
        NewLink { relation, to_kind: KIND, to_id, to_key: key.clone() }
    };
    let parents = parents.iter().map(|key| link(links::PARENT, key));
    let new: Vec<NewLink> = parents.chain(references.iter().map(|key| link(links::REFERENCE, key))).collect();
    links::replace(conn, KIND, &document.id, &new)
}

/// Stores the renditions of the versions people read now.
fn store_renditions(conn: &mut Conn, versions: &[Version]) -> Result<()> {
    for version in versions.iter().filter(|version| version.state.open() || version.state == State::Effective) {
        let extra = version.extras()?;
        for lang in version.languages() {
            let key =
                Source { lang, title: version.title(lang), files: &extra.files }.key(version.text_hash(lang).unwrap_or_default());
            if let Some(made) = rendition(conn, version, lang)? {
                store::keep_rendition(conn, &key, &made)?;
            }
        }
    }
    Ok(())
}

/// What search finds: the version in force for everybody, the one being prepared for who may see it.
fn index(conn: &mut Conn, document: &Document, versions: &[Version]) -> Result<()> {
    let in_force = versions.iter().find(|version| version.state == State::Effective);
    let open = versions.iter().find(|version| version.state.open());
    put(conn, document, in_force, Scope::InForce)?;
    put(conn, document, open, Scope::Draft)
}

fn put(conn: &mut Conn, document: &Document, version: Option<&Version>, scope: Scope) -> Result<()> {
    let Some(version) = version else { return search::remove(conn, KIND, &document.id, scope) };
    let mut texts = [None, None];
    for (slot, lang) in texts.iter_mut().zip(Lang::ALL) {
        if let Some(hash) = version.text_hash(lang) {
            *slot = Some((hash, evidence::text(conn, hash)?));
        }
    }
    let mut seen_by = vec![version.author_id.clone()];
    if scope == Scope::Draft {
        seen_by.extend(store::reviews_of(conn, &version.id)?.into_iter().map(|review| review.user_id));
    }
    let titles: Vec<&str> = [&version.title_zh, &version.title_en].into_iter().flatten().map(String::as_str).collect();
    let [zh, en] = texts.each_ref().map(|slot| slot.as_ref().map(|(hash, text)| (*hash, text.as_str())));
    // A draft is opened by its label; the blank between does not break, for codes may hold ordinary ones.
    let code = match scope {
        Scope::InForce | Scope::Record => document.code.clone(),
        Scope::Draft => format!("{}\u{a0}{}", document.code, version.label),
    };
    let entry =
        search::Entry { kind: KIND, object_id: &document.id, scope, code: &code, titles: &titles, zh, en, seen_by: &seen_by };
    search::put(conn, &entry)
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
    search::remove(conn, KIND, &document.id, Scope::Draft)?;
    search::remove(conn, KIND, &document.id, Scope::InForce)?;
    links::unsettle(conn, KIND, &document.id)
}
