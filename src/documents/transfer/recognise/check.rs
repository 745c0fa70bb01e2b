//! The defects: what a file says twice and differently, what it names that is not there, what hangs on nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::patterns::Patterns;
use super::read::{Parsed, Said};
use super::{Defect, Folder, Source, defect, key, seen_family, stem};
use crate::numbering::code_key;

/// Front matter against header table against file name.
pub(super) fn stated_twice(file: &Parsed, code: &str, source: Source, patterns: &Patterns, defects: &mut Vec<Defect>) {
    let same = |a: &str, b: &str| key(a, patterns) == key(b, patterns);
    if source != Source::Rule {
        let name = patterns.at_start(stem(&file.path));
        if let Some(said) = file.table.code.as_ref().filter(|said| source == Source::FrontMatter && !same(&said.value, code)) {
            defects.push(defect(&file.path, said.line, "two-codes", code, &said.value));
        }
        if let Some(found) = name.filter(|found| source != Source::FileName && !same(&found.code, code)) {
            let line = file.front.code.as_ref().or(file.table.code.as_ref()).map_or(1, |said| said.line);
            defects.push(defect(&file.path, line, "two-codes", code, &found.text));
        }
    }
    differ(file, "two-versions", file.front.version.as_ref(), file.table.version.as_ref(), |a, b| a == b, defects);
    differ(file, "two-parents", file.front.parents.first(), file.table.parents.first(), same, defects);
    differ(
        file,
        "two-parent-versions",
        file.front.parent_version.as_ref(),
        file.table.parent_version.as_ref(),
        |a, b| a == b,
        defects,
    );
}

fn differ(
    file: &Parsed,
    kind: &'static str,
    front: Option<&Said>,
    table: Option<&Said>,
    same: impl Fn(&str, &str) -> bool,
    defects: &mut Vec<Defect>,
) {
    if let (Some(front), Some(table)) = (front, table)
        && !same(&front.value, &table.value)
    {
        defects.push(defect(&file.path, table.line, kind, &front.value, &table.value));
    }
}

/// Files that a text names: as written → path in the folder. What is not there is a defect; other documents are no files of it.
pub(super) fn files(file: &Parsed, there: &BTreeSet<&str>, defects: &mut Vec<Defect>) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let stated = file.matter.files.iter().map(|path| (path.as_str(), false, 1));
    for (target, image, line) in file.links.iter().map(|link| (link.target.as_str(), link.image, link.line)).chain(stated) {
        let decoded = decode(target);
        let resolved = resolve(&file.path, &decoded).or_else(|| resolve(&file.path, target));
        match resolved.filter(|path| there.contains(path.as_str())) {
            Some(path) if path.to_lowercase().ends_with(".md") => {}
            Some(path) => drop(found.insert(target.to_owned(), path)),
            // Addresses of a site (`/…` without an ending, `?…`) are no files.
            None if image || looks_like_a_file(target) => {
                defects.push(defect(&file.path, line, if image { "missing-image" } else { "missing-file" }, target, ""));
            }
            None => {}
        }
    }
    found
}

fn looks_like_a_file(target: &str) -> bool {
    let name = target.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').is_some_and(|(stem, end)| {
        !stem.is_empty() && (1..=5).contains(&end.len()) && end.bytes().all(|b| b.is_ascii_alphanumeric())
    })
}

/// A path as a text in a file names it, from the top of the folder; none when it leads out of it.
fn resolve(file: &str, target: &str) -> Option<String> {
    let (mut parts, rest): (Vec<&str>, &str) = match target.strip_prefix('/') {
        Some(rest) => (Vec::new(), rest),
        None => (file.rsplit_once('/').map(|(folder, _)| folder.split('/').collect()).unwrap_or_default(), target),
    };
    for part in rest.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn decode(text: &str) -> String {
    crate::web::form::form_urlencoded(text.replace('+', "%2B").replace('&', "%26").replace('=', "%3D").as_bytes())
        .into_iter()
        .next()
        .map(|(name, _)| name)
        .unwrap_or_default()
}

/// What only shows when all documents are known: references to nothing, documents with nothing above them.
pub(super) fn folder(parsed: &[Parsed], folder: &mut Folder, patterns: &Patterns) {
    let known: BTreeSet<String> = folder.documents.iter().map(|document| key(&document.code.value, patterns)).collect();
    let mut defects = Vec::new();
    for (file, document) in parsed.iter().zip(&folder.documents) {
        if document.tier.value > 1 && document.parents.is_empty() {
            defects.push(defect(&file.path, 1, "orphan", &document.code.value, ""));
        }
        for parent in document.parents.iter().filter(|parent| !known.contains(&key(parent, patterns))) {
            let said = file.front.parents.first().or(file.table.parents.first());
            defects.push(defect(&file.path, said.map_or(1, |said| said.line), "dangling", parent, ""));
        }
        let mut seen = BTreeSet::new();
        for (index, line) in file.body.lines().enumerate() {
            for found in
                patterns.all(line).into_iter().filter(|found| !found.weak || seen_family(&document.code.value, &found.code))
            {
                let wanted = code_key(&found.code);
                // Once per text is enough; the header table's own codes are judged elsewhere.
                if !known.contains(&wanted) && seen.insert(wanted) {
                    defects.push(defect(&file.path, file.body_line + index, "dangling", &found.text, ""));
                }
            }
        }
    }
    folder.defects.extend(defects);
}
