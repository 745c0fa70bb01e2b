//! Parents, orphans, versions that have gone on, and the two languages of one document.

use std::collections::{HashMap, HashSet};

use crate::documents::recognise::file::same_label;
use crate::documents::recognise::references::Known;
use crate::documents::recognise::{DefectKind, Patterns, Reference, Stated};

use super::Folder;

/// What the folder knows about a code.
#[derive(Default)]
struct Facts {
    tier: Option<u8>,
    version: Option<String>,
    named_by: HashSet<String>,
}

impl Folder<'_> {
    /// Settles parents and finds what hangs loose.
    pub(super) fn relate(&mut self, known: &Known, patterns: &Patterns) {
        let stated: Vec<Vec<(Reference, Option<String>)>> =
            (0..self.entries.len()).map(|at| self.stated_parents(at, known, patterns)).collect();
        let facts = self.facts(&stated);
        for (at, stated) in stated.into_iter().enumerate() {
            self.settle(at, stated, &facts, known);
        }
        self.languages_agree();
        self.front_matter_is_usual();
    }

    /// The parents a file states, looked up.
    fn stated_parents(&mut self, at: usize, known: &Known, patterns: &Patterns) -> Vec<(Reference, Option<String>)> {
        let entry = &mut self.entries[at];
        let mut parents = Vec::new();
        for stated in entry.draft.parents.clone() {
            let code = patterns.code_of_cell(&stated.value, &known.orgs);
            let key = code.as_ref().and_then(|code| known.key_of(code));
            let found = key.is_some();
            let spelling = key.as_deref().and_then(|key| known.spelling(key)).map(str::to_owned);
            let spelling = spelling.or_else(|| code.map(|code| code.canonical)).unwrap_or_else(|| stated.value.clone());
            if !found {
                entry.defect(DefectKind::DanglingReference, stated.line, vec![("code", stated.value.clone())]);
            }
            parents.push((Reference { code: spelling, written: stated.value, line: stated.line, found }, key));
        }
        parents
    }

    fn facts(&self, stated: &[Vec<(Reference, Option<String>)>]) -> HashMap<String, Facts> {
        let mut facts: HashMap<String, Facts> = HashMap::new();
        for entry in &self.entries {
            if let Some(key) = entry.key() {
                let own = facts.entry(key.to_owned()).or_default();
                own.tier = own.tier.or(entry.draft.tier.as_ref().map(|tier| tier.value));
                own.version = own.version.take().or(entry.draft.version.as_ref().map(|version| version.value.clone()));
            }
        }
        for (entry, stated) in self.entries.iter().zip(stated) {
            let name = entry.key().unwrap_or(entry.draft.path);
            let parents = stated.iter().filter_map(|(_, key)| key.as_ref());
            for key in entry.found.keys.iter().chain(parents).filter(|key| *key != name) {
                if let Some(facts) = facts.get_mut(key) {
                    facts.named_by.insert(name.to_owned());
                }
            }
        }
        facts
    }

    fn settle(&mut self, at: usize, stated: Vec<(Reference, Option<String>)>, facts: &HashMap<String, Facts>, known: &Known) {
        let entry = &mut self.entries[at];
        let Some(code) = entry.code.clone() else {
            entry.parents = stated.into_iter().map(|(reference, _)| reference).collect();
            let explained = entry.defects.iter().any(|defect| defect.kind == DefectKind::DuplicateCode);
            if !explained {
                entry.defect(DefectKind::NoCode, 1, Vec::new());
            }
            return;
        };
        let name = vec![("code", code.value.canonical.clone())];
        let Some(tier) = entry.draft.tier.as_ref().map(|tier| tier.value) else {
            entry.defect(DefectKind::UnknownTier, code.line, name);
            entry.parents = stated.into_iter().map(|(reference, _)| reference).collect();
            return;
        };
        let own = facts.get(&code.value.key);
        if own.is_none_or(|own| own.named_by.is_empty()) && tier > 1 {
            entry.defect(DefectKind::Orphan, code.line, name.clone());
        }
        entry.stale_parent(&stated, facts);
        entry.parents = if stated.is_empty() {
            implied(own, tier, facts, known)
        } else {
            stated.into_iter().map(|(reference, _)| reference).collect()
        };
        let blank = entry.draft.parents_blank;
        if tier > 1 && (blank.is_some() || !entry.parents.iter().any(|parent| parent.found)) {
            entry.defect(DefectKind::NoParent, blank.unwrap_or(code.line), name);
        }
    }

    /// The texts of one document say the same in both languages.
    fn languages_agree(&mut self) {
        let mut first: HashMap<String, usize> = HashMap::new();
        for at in 0..self.entries.len() {
            let Some(key) = self.entries[at].key().map(str::to_owned) else { continue };
            let base = *first.entry(key).or_insert(at);
            if base == at {
                continue;
            }
            let pairs = [
                ("version", text(&self.entries[base].draft.version), text(&self.entries[at].draft.version)),
                ("owner", text(&self.entries[base].draft.owner), text(&self.entries[at].draft.owner)),
                ("tier", number(&self.entries[base].draft.tier), number(&self.entries[at].draft.tier)),
                ("parents", list(&self.entries[base].parents), list(&self.entries[at].parents)),
            ];
            for (name, value, other) in pairs.into_iter().filter(|(_, value, other)| value != other) {
                let line = self.entries[at].draft.document.line_of(name);
                let params = vec![("name", name.to_owned()), ("value", value), ("other", other)];
                self.entries[at].defect(DefectKind::TwoValues, line, params);
            }
        }
    }

    /// A document without front matter stands out where most have one.
    fn front_matter_is_usual(&mut self) {
        let coded = self.entries.iter().filter(|entry| entry.code.is_some());
        let (with, all) = coded.fold((0, 0), |(with, all), entry| (with + usize::from(entry.draft.document.has_matter), all + 1));
        if with * 2 <= all {
            return;
        }
        for entry in self.entries.iter_mut().filter(|entry| entry.code.is_some() && !entry.draft.document.has_matter) {
            entry.defect(DefectKind::NoFrontMatter, 1, Vec::new());
        }
    }
}

impl super::Entry<'_> {
    /// The parent has another version than the one this document names.
    fn stale_parent(&mut self, stated: &[(Reference, Option<String>)], facts: &HashMap<String, Facts>) {
        let ([(parent, Some(key))], Some(named)) = (stated, self.draft.parent_version.clone()) else { return };
        let actual = facts.get(key).and_then(|facts| facts.version.clone());
        if let Some(actual) = actual.filter(|actual| !same_label(actual, &named.value)) {
            let params = vec![("code", parent.code.clone()), ("version", named.value), ("other", actual)];
            self.defect(DefectKind::StaleParentVersion, named.line, params);
        }
    }
}

/// The nearest documents above that name this one.
fn implied(own: Option<&Facts>, tier: u8, facts: &HashMap<String, Facts>, known: &Known) -> Vec<Reference> {
    let above = |key: &&String| facts.get(*key).and_then(|facts| facts.tier).filter(|above| *above < tier);
    let named_by = own.map(|own| &own.named_by);
    let nearest = named_by.and_then(|keys| keys.iter().filter_map(|key| above(&key)).max());
    let mut parents: Vec<Reference> = named_by
        .into_iter()
        .flatten()
        .filter(|key| nearest.is_some() && above(key) == nearest)
        .filter_map(|key| known.spelling(key))
        .map(|code| Reference { code: code.to_owned(), written: code.to_owned(), line: 1, found: true })
        .collect();
    parents.sort_by(|a, b| a.code.cmp(&b.code));
    parents
}

fn text(stated: &Option<Stated<String>>) -> String {
    stated.as_ref().map_or(String::new(), |stated| stated.value.clone())
}

fn number(stated: &Option<Stated<u8>>) -> String {
    stated.as_ref().map_or(String::new(), |stated| stated.value.to_string())
}

fn list(parents: &[Reference]) -> String {
    parents.iter().map(|parent| parent.code.as_str()).collect::<Vec<_>>().join(", ")
}
