//! Recognising documents in a folder of Markdown files: code, title, tier, version, owner and links, each with where it was found; and
//! the defects a quality manager wants to see before taking the folder over. Front matter goes before the header table, the header table
//! before the file name. No input or output: what is looked at is given.
//!
//! Invariant: every file is answered for, as a document, as a file of one, or as ignored with its reason.

mod check;
mod patterns;
mod read;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::documents::front_matter::FrontMatter;
use crate::numbering::code_key;
use crate::text::Lang;

pub use patterns::Patterns;
use read::{Parsed, Said, plain};

/// Longest code made from the name of a file.
const LONGEST_CODE: usize = 60;

/// Where a value was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The front matter.
    FrontMatter,
    /// The header table.
    Table,
    /// A first-level heading.
    Heading,
    /// The name of the file.
    FileName,
    /// The pattern of its code.
    Pattern,
    /// Nothing says it: the rule for such files.
    Rule,
}

/// A value and where it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recognised<T> {
    /// The value.
    pub value: T,
    /// Where it was found.
    pub source: Source,
}

/// One file that is a document's text in one language.
#[derive(Debug, Clone, Serialize)]
pub struct FoundDocument {
    /// Path in the folder.
    pub path: String,
    /// Language of the text.
    pub lang: &'static str,
    /// Code.
    pub code: Recognised<String>,
    /// Title.
    pub title: Recognised<String>,
    /// Tier, 1 to 4.
    pub tier: Recognised<i64>,
    /// Version label, if one is stated.
    pub version: Option<Recognised<String>>,
    /// Unit code of the owner, if one is stated.
    pub owner: Option<Recognised<String>>,
    /// Codes of the documents above.
    pub parents: Vec<String>,
    /// Codes that the text names.
    pub references: Vec<String>,
    /// Files that the text names: as written → path in the folder.
    pub files: BTreeMap<String, String>,
    /// What the front matter says, for what is not recognised but kept.
    #[serde(skip)]
    pub matter: FrontMatter,
    /// The text without front matter.
    #[serde(skip)]
    pub body: String,
    #[serde(skip)]
    parsed_lang: Lang,
}

impl FoundDocument {
    /// Language of the text.
    pub fn language(&self) -> Lang {
        self.parsed_lang
    }
}

/// A file that is no document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OtherFile {
    /// Path in the folder.
    pub path: String,
    /// Kept because a document names it.
    pub kept: bool,
    /// Why: `library-passed-<reason>`.
    pub reason: &'static str,
}

/// Something a quality manager should know. The text is `library-defect-<kind>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Defect {
    /// Path in the folder.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// What it is.
    pub kind: &'static str,
    /// What is meant: a code, a version, a path.
    pub what: String,
    /// What stands against it.
    pub against: String,
}

/// A folder as recognised.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Folder {
    /// The documents, by path.
    pub documents: Vec<FoundDocument>,
    /// All other files, by path.
    pub others: Vec<OtherFile>,
    /// Defects, by path and line.
    pub defects: Vec<Defect>,
}

/// Looks through a folder: relative paths with `/`, and bytes.
pub fn recognise(files: &[(String, Vec<u8>)], patterns: &Patterns) -> Folder {
    let mut folder = Folder::default();
    let mut parsed = Vec::new();
    for (path, bytes) in files.iter().filter(|(path, _)| path.to_lowercase().ends_with(".md")) {
        let Some(text) = decoded(bytes) else {
            folder.others.push(OtherFile { path: path.clone(), kept: false, reason: "encoding" });
            folder.defects.push(defect(path, 1, "encoding", "", ""));
            continue;
        };
        let file = read::parse(path, &text, patterns);
        if matches!(file.matter.state.as_deref(), Some("superseded" | "withdrawn")) {
            folder.others.push(OtherFile { path: path.clone(), kept: false, reason: "history" });
            continue;
        }
        parsed.push(file);
    }
    let there: BTreeSet<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
    let codes = codes(&parsed, patterns, &mut folder.defects);
    for (file, code) in parsed.iter().zip(codes) {
        let document = document(file, code, patterns, &there, &mut folder.defects);
        folder.documents.push(document);
    }
    check::folder(&parsed, &mut folder, patterns);
    others(files, &mut folder);
    folder.defects.sort();
    folder.defects.dedup();
    folder
}

fn defect(path: &str, line: usize, kind: &'static str, what: &str, against: &str) -> Defect {
    Defect { path: path.to_owned(), line, kind, what: what.to_owned(), against: against.to_owned() }
}

/// UTF-8, else GB18030 without a fault.
fn decoded(bytes: &[u8]) -> Option<String> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.to_owned()),
        Err(_) => encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes).map(|text| text.into_owned()),
    }
}

/// The name of a file without folder, language and ending.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    let name = name.get(..name.len().saturating_sub(3)).unwrap_or(name);
    name.strip_suffix(".en").or_else(|| name.strip_suffix(".zh")).unwrap_or(name)
}

/// A code of a file, how it is known, and its tier if its pattern tells.
struct Code {
    code: Recognised<String>,
    tier: Option<i64>,
}

/// One code per file: two files with the same code and language cannot both have it; it stays with the one whose name says so.
fn codes(parsed: &[Parsed], patterns: &Patterns, defects: &mut Vec<Defect>) -> Vec<Code> {
    let mut all: Vec<Option<Code>> = parsed.iter().map(|file| stated(file, patterns)).collect();
    let mut holders: BTreeMap<(String, Lang), Vec<usize>> = BTreeMap::new();
    for (index, (file, code)) in parsed.iter().zip(&all).enumerate() {
        if let Some(code) = code {
            holders.entry((key(&code.code.value, patterns), file.lang)).or_default().push(index);
        }
    }
    for ((wanted, _), indexes) in holders.iter().filter(|(_, indexes)| indexes.len() > 1) {
        let named = |index: &usize| {
            parsed
                .get(*index)
                .and_then(|file| patterns.at_start(stem(&file.path)))
                .is_some_and(|found| code_key(&found.code) == *wanted)
        };
        let keeper = indexes.iter().copied().find(|index| named(index)).or_else(|| indexes.first().copied()).unwrap_or_default();
        for index in indexes.iter().copied().filter(|index| *index != keeper) {
            let (Some(file), Some(holder)) = (parsed.get(index), parsed.get(keeper)) else { continue };
            let line = file.front.code.as_ref().or(file.table.code.as_ref()).map_or(1, |said| said.line);
            defects.push(defect(&file.path, line, "duplicate", wanted, &holder.path));
            if let Some(slot) = all.get_mut(index) {
                *slot = None;
            }
        }
    }
    let mut taken: BTreeSet<(String, Lang)> = holders.keys().cloned().collect();
    parsed
        .iter()
        .zip(all)
        .map(|(file, code)| {
            code.unwrap_or_else(|| {
                if file.front.code.is_none() && file.table.code.is_none() {
                    defects.push(defect(&file.path, 1, "no-code", stem(&file.path), ""));
                }
                Code { code: Recognised { value: made(file, &mut taken), source: Source::Rule }, tier: None }
            })
        })
        .collect()
}

/// Codes of our patterns are compared without regard to separators, even missing ones.
fn key(code: &str, patterns: &Patterns) -> String {
    patterns.at_start(code).map_or_else(|| code_key(code), |found| code_key(&found.code))
}

fn stated(file: &Parsed, patterns: &Patterns) -> Option<Code> {
    let sources = [(&file.front.code, Source::FrontMatter), (&file.table.code, Source::Table)];
    for (said, source) in sources {
        if let Some(said) = said {
            let found = patterns.at_start(&said.value);
            // What follows a code in its cell is a remark; a code of no known pattern is taken whole.
            let value = found.as_ref().map_or_else(|| said.value.clone(), |found| found.text.clone());
            return Some(Code { code: Recognised { value, source }, tier: found.map(|found| found.tier) });
        }
    }
    let name = stem(&file.path);
    let found = patterns.at_start(name)?;
    // The name of a file cannot hold a slash; its dashes are as good.
    Some(Code { code: Recognised { value: found.text, source: Source::FileName }, tier: Some(found.tier) })
}

/// A code from the name of the file; with its folders before it where that is taken.
fn made(file: &Parsed, taken: &mut BTreeSet<(String, Lang)>) -> String {
    let mut name = clean(stem(&file.path));
    let mut folders = file.path.rsplit('/').skip(1);
    for number in 2.. {
        if taken.insert((code_key(&name), file.lang)) {
            break;
        }
        name = match folders.next() {
            Some(folder) => clean(&format!("{folder}-{name}")),
            None => clean(&format!("{number}-{}", stem(&file.path))),
        };
    }
    name
}

fn clean(name: &str) -> String {
    let name: String = name
        .chars()
        .map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' })
        .take(LONGEST_CODE)
        .collect();
    name.trim_matches(['-', '.']).to_owned()
}

fn document(file: &Parsed, code: Code, patterns: &Patterns, there: &BTreeSet<&str>, defects: &mut Vec<Defect>) -> FoundDocument {
    for (line, message) in &file.problems {
        defects.push(defect(&file.path, *line, "front-matter", message, ""));
    }
    check::stated_twice(file, &code.code.value, code.code.source, patterns, defects);
    let tier = match (file.matter.tier, code.tier) {
        (Some(tier), _) if (1..=4).contains(&tier) => Recognised { value: i64::from(tier), source: Source::FrontMatter },
        (_, Some(tier)) => Recognised { value: tier, source: Source::Pattern },
        _ => {
            defects.push(defect(&file.path, 1, "unknown-tier", &code.code.value, ""));
            Recognised { value: patterns.uncoded_tier(&file.path), source: Source::Rule }
        }
    };
    FoundDocument {
        path: file.path.clone(),
        lang: file.lang.code(),
        title: title(file, patterns),
        tier,
        version: first(&file.front.version, &file.table.version),
        owner: first(&file.front.owner, &file.table.owner),
        parents: parents(file, &code.code.value, patterns),
        references: references(file, &code.code.value, patterns),
        files: check::files(file, there, defects),
        matter: file.matter.clone(),
        body: file.body.clone(),
        parsed_lang: file.lang,
        code: code.code,
    }
}

fn first(front: &Option<Said>, table: &Option<Said>) -> Option<Recognised<String>> {
    let of = |said: &Option<Said>, source| said.as_ref().map(|said| Recognised { value: said.value.clone(), source });
    of(front, Source::FrontMatter).or_else(|| of(table, Source::Table))
}

/// Front matter, table, the first-level heading that is most like the name of the file, the name itself.
fn title(file: &Parsed, patterns: &Patterns) -> Recognised<String> {
    if let Some(title) = first(&file.front.title, &file.table.title) {
        return title;
    }
    let name = stem(&file.path);
    let words = patterns.at_start(name).and_then(|found| name.get(found.text.len()..)).unwrap_or(name).replace(['-', '_'], " ");
    let words = words.trim();
    let likeness = |said: &&Said| {
        let heading = said.value.to_lowercase();
        words.to_lowercase().split(' ').filter(|word| heading.contains(*word)).count()
    };
    let best = file.headings.iter().filter(|said| !said.value.is_empty()).rev().max_by_key(likeness);
    match best {
        Some(said) => Recognised { value: shortened(&said.value), source: Source::Heading },
        None => Recognised { value: shortened(if words.is_empty() { name } else { words }), source: Source::FileName },
    }
}

fn shortened(title: &str) -> String {
    plain(title).chars().take(200).collect()
}

fn parents(file: &Parsed, own: &str, patterns: &Patterns) -> Vec<String> {
    let said = if file.front.parents.is_empty() { &file.table.parents } else { &file.front.parents };
    let mut codes: Vec<String> = Vec::new();
    for said in said {
        let found: Vec<String> = patterns.all(&said.value).into_iter().map(|found| found.text).collect();
        codes.extend(if found.is_empty() { vec![said.value.clone()] } else { found });
    }
    let mut seen = BTreeSet::from([key(own, patterns)]);
    codes.retain(|code| seen.insert(key(code, patterns)));
    codes
}

/// Codes that the text names, each once, without its own.
fn references(file: &Parsed, own: &str, patterns: &Patterns) -> Vec<String> {
    let mut seen = BTreeSet::from([key(own, patterns)]);
    let found = patterns.all(&file.body).into_iter().filter(|found| !found.weak || seen_family(own, &found.code));
    found.map(|found| found.code).filter(|code| seen.insert(code_key(code))).collect()
}

/// `CSC-I-004` in a text of `CSC PR.013`: the same letters lead.
fn seen_family(own: &str, code: &str) -> bool {
    let lead = |code: &str| code.chars().take_while(char::is_ascii_uppercase).collect::<String>();
    !lead(own).is_empty() && lead(own) == lead(code)
}

/// Files that are no documents: named by one, or ignored.
fn others(files: &[(String, Vec<u8>)], folder: &mut Folder) {
    let named: BTreeSet<&str> = folder.documents.iter().flat_map(|document| document.files.values()).map(String::as_str).collect();
    let mut others: Vec<OtherFile> = Vec::new();
    for (path, _) in files.iter().filter(|(path, _)| !path.to_lowercase().ends_with(".md")) {
        let kept = named.contains(path.as_str());
        others.push(OtherFile { path: path.clone(), kept, reason: if kept { "named" } else { "unnamed" } });
    }
    folder.others.extend(others);
    folder.others.sort_by(|a, b| a.path.cmp(&b.path));
}
