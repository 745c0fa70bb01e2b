//! The starter set: the shipped documents as drafts, and the KPI definitions with the centre profiles.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::documents::{self, Bilingual, FormExtra, NewDocument};
use crate::error::{Error, Result};
use crate::ledger::WriteTx;
use crate::organisation::{self, NewUnit};
use crate::text::Lang;
use crate::{kpi, shipped};

const FOLDER: &str = "system/";

/// The units that own the shipped documents.
const UNITS: &str = "units.toml";

/// A document of the starter set.
pub type Draft = NewDocument;

/// A unit of the starter set.
#[derive(Deserialize)]
struct ShippedUnit {
    code: String,
    zh: String,
    en: String,
}

/// The units that own the shipped documents, with their names in both languages.
///
/// # Errors
/// When the shipped list is damaged: a fault of ours.
pub(crate) fn units() -> Result<Vec<NewUnit>> {
    #[derive(Deserialize)]
    struct List {
        unit: Vec<ShippedUnit>,
    }
    let text = shipped::get(UNITS).ok_or_else(|| Error::Internal(format!("{UNITS} is not shipped")))?;
    let list: List = toml::from_str(&text).map_err(|error| Error::Internal(format!("{UNITS}: {error}")))?;
    Ok(list.unit.into_iter().map(|unit| NewUnit { code: unit.code, name: unit.zh, name_en: Some(unit.en) }).collect())
}

/// What the front matter of a shipped document says; both language files say the same but for the title.
#[derive(Deserialize)]
struct Front {
    code: String,
    title: String,
    tier: i64,
    version: String,
    #[serde(default)]
    owner: String,
    #[serde(default)]
    parents: Vec<String>,
    number: Option<String>,
    #[serde(default)]
    fields: Vec<serde_json::Value>,
}

/// Reads the shipped documents in these languages; outside the write, because parsing is slow.
///
/// # Errors
/// When a shipped document is damaged: a fault of ours.
pub(super) fn drafts(languages: &[Lang]) -> Result<Vec<Draft>> {
    let mut drafts: BTreeMap<(i64, String), Draft> = BTreeMap::new();
    for path in shipped::list(FOLDER) {
        let lang = if path.ends_with(".en.md") { Lang::En } else { Lang::Zh };
        if !path.ends_with(".md") || !languages.contains(&lang) {
            continue;
        }
        let source = shipped::get(&path).unwrap_or_default().replace("\r\n", "\n");
        let (front, text) = split(&source).ok_or_else(|| Error::internal(format!("{path}: no front matter")))?;
        let front: Front = serde_saphyr::from_str(front).map_err(|error| Error::Internal(format!("{path}: {error}")))?;
        let draft = drafts.entry((front.tier, front.code.clone())).or_insert_with(|| empty(&front));
        draft.title.set(lang, Some(front.title));
        draft.text.set(lang, Some(text.to_owned()));
    }
    Ok(drafts.into_values().collect())
}

fn empty(front: &Front) -> Draft {
    let form = FormExtra { number: front.number.clone(), fields: front.fields.clone() };
    NewDocument {
        tier: front.tier,
        code: Some(front.code.clone()),
        title: Bilingual::default(),
        text: Bilingual::default(),
        owner: front.owner.clone(),
        parents: front.parents.clone(),
        form: (front.tier == 4).then_some(form),
        label: Some(front.version.clone()),
    }
}

/// Front matter and the text behind it.
fn split(source: &str) -> Option<(&str, &str)> {
    let (front, text) = source.strip_prefix("---\n")?.split_once("\n---\n")?;
    Some((front, text.trim_start_matches('\n')))
}

/// Creates the units that own them, makes them drafts, higher tiers first, and installs the KPI definitions; nothing where nothing was
/// chosen.
///
/// # Errors
/// What the slices say.
pub(super) fn plant(tx: &mut WriteTx<'_>, drafts: &[Draft]) -> Result<()> {
    if drafts.is_empty() {
        return Ok(());
    }
    for unit in units()? {
        organisation::create_unit(tx, &unit)?;
    }
    for draft in drafts {
        documents::create(tx, draft)?;
    }
    kpi::install_pack(tx)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_document_is_there_in_both_languages() {
        let both = drafts(&Lang::ALL).unwrap();
        assert!(both.len() >= 21, "{}", both.len());
        for draft in &both {
            assert!(draft.title.get(Lang::Zh).is_some() && draft.title.get(Lang::En).is_some(), "{:?}", draft.code);
            assert_eq!(draft.form.is_some(), draft.tier == 4, "{:?}", draft.code);
        }
        let zh = drafts(&[Lang::Zh]).unwrap();
        assert_eq!(zh.len(), both.len());
        assert!(zh.iter().all(|draft| draft.text.get(Lang::En).is_none()));
        assert!(drafts(&[]).unwrap().is_empty());
    }

    #[test]
    fn every_owner_that_a_shipped_document_names_is_a_unit() {
        let known = units().unwrap();
        assert!(known.iter().all(|unit| !unit.name.is_empty() && unit.name_en.as_ref().is_some_and(|name| !name.is_empty())));
        let owners: std::collections::BTreeSet<String> = drafts(&Lang::ALL).unwrap().into_iter().map(|draft| draft.owner).collect();
        let codes: std::collections::BTreeSet<String> = known.into_iter().map(|unit| unit.code).collect();
        assert_eq!(owners, codes);
    }
}
