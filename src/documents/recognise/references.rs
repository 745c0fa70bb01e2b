//! The codes a text names: found, dangling, of another system, or under a wrong title.

use std::collections::{HashMap, HashSet};

use super::codes::{Code, word_starts};
use super::file::Draft;
use super::header::known_name;
use super::markup::{cells, plain};
use super::titles::{may_mean, stems, title_behind};
use super::{Defect, DefectKind, Patterns, Reference};

/// Fewest meaningful words by which a name beside a code is judged.
const MIN_STEMS: usize = 2;

/// The documents of the folder, for looking codes up.
pub(super) struct Known {
    /// Spelling and titles by key.
    documents: HashMap<String, (String, Vec<String>)>,
    /// Keys by their ending without the organisation, where it is unique.
    endings: HashMap<String, Option<String>>,
    /// Organisations that own codes here.
    pub(super) orgs: HashSet<String>,
}

impl Known {
    pub(super) fn new() -> Self {
        Self { documents: HashMap::new(), endings: HashMap::new(), orgs: HashSet::new() }
    }

    pub(super) fn add(&mut self, code: &Code, titles: &[String]) {
        let entry = self.documents.entry(code.key.clone()).or_insert_with(|| (code.canonical.clone(), Vec::new()));
        entry.1.extend(titles.iter().cloned());
        if let Some(org) = &code.org {
            self.orgs.insert(org.clone());
            if let Some((_, ending)) = code.key.split_once('-') {
                let same = |known: &Option<String>| known.as_ref() == Some(&code.key);
                self.endings
                    .entry(ending.to_owned())
                    .and_modify(|known| {
                        if !same(known) {
                            *known = None
                        }
                    })
                    .or_insert_with(|| Some(code.key.clone()));
            }
        }
    }

    /// Key of the document a code means.
    pub(super) fn key_of(&self, code: &Code) -> Option<String> {
        if self.documents.contains_key(&code.key) {
            return Some(code.key.clone());
        }
        self.endings.get(&code.key).cloned().flatten()
    }

    pub(super) fn spelling(&self, key: &str) -> Option<&str> {
        self.documents.get(key).map(|(spelling, _)| spelling.as_str())
    }

    fn titles(&self, key: &str) -> &[String] {
        self.documents.get(key).map_or(&[], |(_, titles)| titles)
    }
}

/// What the body of a text refers to.
#[derive(Default)]
pub(super) struct Found {
    /// Each code once, in order.
    pub(super) references: Vec<Reference>,
    /// Keys of the documents named.
    pub(super) keys: HashSet<String>,
    pub(super) defects: Vec<Defect>,
}

/// Finds the codes in the body of a draft whose own key is `own`.
pub(super) fn find(draft: &Draft<'_>, own: Option<&str>, known: &Known, patterns: &Patterns) -> Found {
    let mut search = Search { draft, known, patterns, found: Found::default(), reported: HashSet::new() };
    for (at, line) in draft.masked.lines().enumerate() {
        if line.bytes().any(|b| b.is_ascii_digit() || b >= 0x80) {
            search.line(line, draft.document.body_line + at, own);
        }
    }
    search.found
}

struct Search<'s, 't> {
    draft: &'s Draft<'t>,
    known: &'s Known,
    patterns: &'s Patterns,
    found: Found,
    reported: HashSet<(String, usize)>,
}

impl Search<'_, '_> {
    fn line(&mut self, line: &str, number: usize, own: Option<&str>) {
        let mut end = 0;
        for at in word_starts(line) {
            if at < end {
                continue;
            }
            let Some(code) = self.patterns.code_at_start(&line[at..], &self.known.orgs) else { continue };
            let written = &line[at..at + code.length];
            let key = self.known.key_of(&code);
            if key.is_none() && !self.is_credible(&code, written) {
                continue;
            }
            end = at + code.length;
            let title = title_behind(&line[end..]);
            self.reference(&code, key.clone(), written, number);
            if let Some(key) = key.filter(|key| Some(key.as_str()) != own || !title.is_empty()) {
                self.judge_title(&key, &title, number);
            }
        }
        self.judge_row(line, number);
    }

    /// Whether something of the shape of a code that no document has is meant as one: short types without organisation
    /// (`F-16`) and loose spellings (`PR 12`) are not.
    fn is_credible(&self, code: &Code, written: &str) -> bool {
        if let Some(org) = &code.org {
            let word = written.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
            let capitals = !word.contains(char::is_lowercase);
            return self.known.orgs.contains(org) || capitals && code.tier.is_some();
        }
        let kind = code.canonical.chars().take_while(|c| c.is_alphabetic()).count();
        code.tier.is_some() && kind >= 2 && written.contains(['-', '.', '_', '/']) && !written.contains(' ')
    }

    fn reference(&mut self, code: &Code, key: Option<String>, written: &str, line: usize) {
        let spelling = key.as_deref().and_then(|key| self.known.spelling(key)).unwrap_or(&code.canonical).to_owned();
        let found = key.is_some();
        if !self.found.references.iter().any(|reference| reference.code == spelling) {
            self.found.references.push(Reference { code: spelling.clone(), written: written.to_owned(), line, found });
        }
        match key {
            Some(key) => {
                self.found.keys.insert(key);
            }
            None => {
                let foreign = code.org.as_ref().is_some_and(|org| !self.known.orgs.contains(org));
                let kind = if foreign { DefectKind::ForeignReference } else { DefectKind::DanglingReference };
                if self.reported.insert((spelling, line)) {
                    self.defect(kind, line, vec![("code", written.trim().to_owned())]);
                }
            }
        }
    }

    fn defect(&mut self, kind: DefectKind, line: usize, params: Vec<(&'static str, String)>) {
        self.found.defects.push(Defect::new(kind, self.draft.path, line, params));
    }

    /// A table row that gives a code and, beside it, a name.
    fn judge_row(&mut self, line: &str, number: usize) {
        let Some(row) = cells(line) else { return };
        let row: Vec<String> = row.into_iter().map(plain).collect();
        for (at, cell) in row.iter().enumerate() {
            let Some(code) = self.patterns.code_of_cell(cell, &self.known.orgs) else { continue };
            let Some(key) = self.known.key_of(&code) else { continue };
            let behind = row.get(at + 1).filter(|name| !name.is_empty());
            let name = behind.or_else(|| at.checked_sub(1).and_then(|before| row.get(before)));
            if let Some(name) = name.filter(|name| !known_name(name, self.patterns)) {
                self.judge_title(&key, name, number);
            }
        }
    }

    fn judge_title(&mut self, key: &str, name: &str, line: usize) {
        let titles = self.known.titles(key);
        let codelike = self.patterns.first_code(name, &self.known.orgs).is_some();
        if stems(name).len() < MIN_STEMS || codelike || titles.is_empty() || may_mean(name, titles) {
            return;
        }
        let code = self.known.spelling(key).unwrap_or(key).to_owned();
        let params = vec![("code", code), ("title", name.to_owned()), ("other", titles[0].clone())];
        let repeated = self.found.defects.iter().any(|defect| defect.kind == DefectKind::WrongTitle && defect.line == line);
        if !repeated {
            self.defect(DefectKind::WrongTitle, line, params);
        }
    }
}
