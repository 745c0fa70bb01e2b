//! The folder as a whole: which file is which document, who names whom, what is missing.

mod relations;

use std::collections::{HashMap, HashSet};

use crate::documents::front_matter;

use super::codes::Code;
use super::file::{Draft, draft};
use super::links::{Place, Target, Tree, targets};
use super::references::{Found, Known, find};
use super::{
    Attachment, Defect, DefectKind, Disposition, FileReport, Group, Origin, Params, Passed, Patterns, Recognised, Report,
    SourceFile, Stated,
};

/// What a file is before it is read.
enum Sort {
    Text(String),
    Unreadable,
    Other,
    Ignored(Passed),
}

/// Recognises the files of a folder. The order of `files` does not matter.
pub fn recognise(files: &[SourceFile<'_>], patterns: &Patterns) -> Report {
    let mut files: Vec<SourceFile<'_>> = files.to_vec();
    files.sort_by_key(|file| file.path);
    let sorts: Vec<Sort> = files.iter().map(|file| sort(file, patterns)).collect();
    let texts: Vec<(&str, &str)> = files.iter().zip(&sorts).filter_map(|(file, sort)| text_of(file.path, sort)).collect();
    let mut folder = Folder::new(&texts, patterns);
    folder.own_codes();
    let known = folder.known();
    let tree = Tree::new(files.iter().map(|file| file.path));
    folder.look_around(&known, &tree, patterns);
    folder.relate(&known, patterns);
    folder.report(&files, &sorts)
}

fn text_of<'s>(path: &'s str, sort: &'s Sort) -> Option<(&'s str, &'s str)> {
    match sort {
        Sort::Text(text) => Some((path, text)),
        Sort::Unreadable | Sort::Other | Sort::Ignored(_) => None,
    }
}

fn sort(file: &SourceFile<'_>, patterns: &Patterns) -> Sort {
    let ignored = |part: &str| patterns.files.ignored.iter().any(|name| name == part) || part.starts_with("~$");
    if file.path.split('/').any(ignored) {
        return Sort::Ignored(Passed::Name);
    }
    if file.bytes.is_empty() {
        return Sort::Ignored(Passed::Empty);
    }
    let ending = file.path.rsplit_once('.').map_or(String::new(), |(_, ending)| ending.to_lowercase());
    if !patterns.files.texts.contains(&ending) {
        return Sort::Other;
    }
    match decode(file.bytes) {
        Some(text) if gone(&text) => Sort::Ignored(Passed::History),
        Some(text) => Sort::Text(text),
        None => Sort::Unreadable,
    }
}

/// Whether a text says of itself that it is in force no longer.
fn gone(text: &str) -> bool {
    matches!(front_matter::read(text).matter.state.as_deref(), Some("superseded" | "withdrawn"))
}

/// UTF-8, UTF-16 with a byte order mark, or GB18030.
fn decode(bytes: &[u8]) -> Option<String> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (!text.contains('\0')).then(|| text.replace("\r\n", "\n"));
    }
    let encoding = encoding_rs::Encoding::for_bom(bytes).map_or(encoding_rs::GB18030, |(encoding, _)| encoding);
    let (text, _, broken) = encoding.decode(bytes);
    (!broken && !text.contains('\0')).then(|| text.replace("\r\n", "\n"))
}

/// One text with what the folder knows about it.
struct Entry<'t> {
    draft: Draft<'t>,
    code: Option<Stated<Code>>,
    found: Found,
    attachments: Vec<Attachment>,
    parents: Vec<super::Reference>,
    defects: Vec<Defect>,
}

impl Entry<'_> {
    fn key(&self) -> Option<&str> {
        self.code.as_ref().map(|code| code.value.key.as_str())
    }

    fn defect(&mut self, kind: DefectKind, line: usize, params: Params) {
        self.defects.push(Defect::new(kind, self.draft.path, line, params));
    }
}

struct Folder<'t> {
    entries: Vec<Entry<'t>>,
}

impl<'t> Folder<'t> {
    fn new(texts: &[(&'t str, &'t str)], patterns: &Patterns) -> Self {
        let entries = texts.iter().map(|(path, text)| {
            let mut draft = draft(path, text, patterns);
            let defects = std::mem::take(&mut draft.defects);
            let code = draft.codes.first().cloned();
            Entry { draft, code, found: Found::default(), attachments: Vec::new(), parents: Vec::new(), defects }
        });
        let mut folder = Self { entries: entries.collect() };
        folder.pair_by_name(texts);
        folder
    }

    /// Beside `QP-02.en.md`, `QP-02.md` is the Chinese text, however few Chinese characters it has.
    fn pair_by_name(&mut self, texts: &[(&str, &str)]) {
        let english: HashSet<&str> = texts.iter().filter_map(|(path, _)| path.rsplit_once('.')?.0.strip_suffix(".en")).collect();
        for entry in &mut self.entries {
            let stem = entry.draft.path.rsplit_once('.').map_or(entry.draft.path, |(stem, _)| stem);
            let language = &mut entry.draft.language;
            if language.origin == Origin::Derived && english.contains(stem) {
                *language = Stated { value: "zh".to_owned(), origin: Origin::FileName, line: 1 };
            }
        }
    }

    /// Settles who owns a code: of several files in one language, the one whose name carries it, else the first.
    fn own_codes(&mut self) {
        let mut owners: HashMap<(String, String), usize> = HashMap::new();
        for (at, entry) in self.entries.iter().enumerate() {
            let Some(key) = entry.key() else { continue };
            let owner = owners.entry((key.to_owned(), entry.draft.language.value.clone())).or_insert(at);
            let named = |entry: &Entry<'_>| {
                entry.draft.codes.iter().any(|code| code.origin == Origin::FileName && Some(code.value.key.as_str()) == entry.key())
            };
            if named(entry) && !named(&self.entries[*owner]) {
                *owner = at;
            }
        }
        for at in 0..self.entries.len() {
            let Some(code) = self.entries[at].code.clone() else { continue };
            let owner = owners.get(&(code.value.key.clone(), self.entries[at].draft.language.value.clone())).copied();
            if let Some(owner) = owner.filter(|owner| *owner != at) {
                let other = self.entries[owner].draft.path.to_owned();
                let entry = &mut self.entries[at];
                entry.code = None;
                entry.defect(DefectKind::DuplicateCode, code.line, vec![("code", code.value.canonical), ("other", other)]);
            } else {
                self.entries[at].two_codes(&code);
            }
        }
    }

    fn known(&self) -> Known {
        let mut known = Known::new();
        for entry in &self.entries {
            if let Some(code) = &entry.code {
                known.add(&code.value, &entry.draft.titles);
            }
        }
        known
    }

    /// References, pictures and linked files of each text.
    fn look_around(&mut self, known: &Known, tree: &Tree<'_>, patterns: &Patterns) {
        for entry in &mut self.entries {
            let own = entry.key().map(str::to_owned);
            let mut found = find(&entry.draft, own.as_deref(), known, patterns);
            if let Some(spelling) = own.as_deref().and_then(|own| known.spelling(own)) {
                found.references.retain(|reference| reference.code != spelling);
            }
            entry.defects.append(&mut found.defects);
            entry.found = found;
            entry.attach(tree);
        }
    }

    fn report(self, files: &[SourceFile<'_>], sorts: &[Sort]) -> Report {
        let mut defects = Vec::new();
        let mut users: HashMap<String, Vec<String>> = HashMap::new();
        let mut documents: HashMap<&str, Disposition> = HashMap::new();
        for entry in self.entries {
            for path in entry.attachments.iter().filter_map(|attachment| attachment.path.clone()) {
                let users = users.entry(path).or_default();
                if users.last().map(String::as_str) != Some(entry.draft.path) {
                    users.push(entry.draft.path.to_owned());
                }
            }
            let path = entry.draft.path;
            defects.extend(entry.defects.iter().cloned());
            documents.insert(path, Disposition::Document(Box::new(entry.into_recognised())));
        }
        let mut reports = Vec::with_capacity(files.len());
        for (file, sort) in files.iter().zip(sorts) {
            let path = file.path.to_owned();
            let kept = |used_by: Option<Vec<String>>| Disposition::Kept { used_by: used_by.unwrap_or_default() };
            let disposition = match sort {
                Sort::Ignored(reason) => Disposition::Ignored(*reason),
                Sort::Unreadable => {
                    defects.push(Defect::new(DefectKind::Unreadable, &path, 1, Vec::new()));
                    kept(users.remove(&path))
                }
                Sort::Other => kept(users.remove(&path)),
                Sort::Text(text) => {
                    let mut disposition = documents.remove(file.path).unwrap_or_else(|| kept(None));
                    if let Disposition::Document(document) = &mut disposition {
                        document.text.clone_from(text);
                    }
                    disposition
                }
            };
            reports.push(FileReport { path, disposition });
        }
        defects.sort_by(|a, b| (&a.path, a.line, a.kind).cmp(&(&b.path, b.line, b.kind)));
        Report { documents: groups(&reports), files: reports, defects }
    }
}

/// Files of one code together, Chinese text first; texts without a code each on its own, last.
fn groups(files: &[FileReport]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (at, file) in files.iter().enumerate() {
        let Some(document) = file.document() else { continue };
        let text = (document.language.value.clone(), at);
        let code = document.code.as_ref().map(|code| code.value.clone());
        let place = code.as_ref().and_then(|code| places.get(code)).copied();
        match place {
            Some(place) => groups[place].texts.push(text),
            None => {
                if let Some(code) = &code {
                    places.insert(code.clone(), groups.len());
                }
                groups.push(Group { code, texts: vec![text] });
            }
        }
    }
    groups.iter_mut().for_each(|group| group.texts.sort_by(|a, b| b.0.cmp(&a.0)));
    groups.sort_by(|a, b| (a.code.is_none(), &a.code).cmp(&(b.code.is_none(), &b.code)));
    groups
}

impl Entry<'_> {
    fn two_codes(&mut self, code: &Stated<Code>) {
        let others: Vec<_> = self.draft.codes.iter().filter(|other| other.value.key != code.value.key).cloned().collect();
        for other in others {
            let params = vec![
                ("code", code.value.canonical.clone()),
                ("other", other.value.canonical),
                ("origin", other.origin.code().to_owned()),
            ];
            self.defect(DefectKind::TwoCodes, other.line, params);
        }
    }

    fn attach(&mut self, tree: &Tree<'_>) {
        let lines: Vec<&str> = self.draft.document.body.lines().collect();
        // An address made by a template is known only when the template is filled in.
        let settled = |target: &Target| lines.get(target.line - 1).is_none_or(|line| !line.contains("{{"));
        let mut all = targets(&self.draft.masked);
        all.retain(settled);
        all.iter_mut().for_each(|target| target.line += self.draft.document.body_line - 1);
        let line = self.draft.document.line_of("files");
        let listed = self.draft.document.matter.files.iter();
        let listed: Vec<Target> = listed
            .filter(|path| !all.iter().any(|target| target.path() == path.as_str()))
            .map(|path| Target { address: path.clone(), line, image: false })
            .collect();
        for target in all.into_iter().chain(listed) {
            self.attach_one(tree, &target);
        }
    }

    fn attach_one(&mut self, tree: &Tree<'_>, target: &Target) {
        let (line, address) = (target.line, target.address.clone());
        let attachment = |path: Option<String>| Attachment { target: target.path().to_owned(), path, line, image: target.image };
        match tree.place(self.draft.path, &target.address) {
            Place::Outside => {}
            Place::Remote if target.image => self.defect(DefectKind::RemoteImage, line, vec![("target", address)]),
            Place::Remote => {}
            Place::Bad => self.defect(DefectKind::BadLink, line, vec![("target", format!("{address:?}"))]),
            Place::Found(path) => self.attachments.push(attachment(Some(path))),
            Place::Missing(similar) => {
                self.attachments.push(attachment(None));
                let (kind, params): (DefectKind, Params) = match similar {
                    Some(path) => (DefectKind::OtherCase, vec![("target", address), ("other", path)]),
                    None if target.image => (DefectKind::MissingImage, vec![("target", address)]),
                    None => (DefectKind::MissingFile, vec![("target", address)]),
                };
                self.defect(kind, line, params);
            }
        }
    }

    fn into_recognised(self) -> Recognised {
        Recognised {
            code: self.code.map(|code| Stated { value: code.value.canonical, origin: code.origin, line: code.line }),
            title: self.draft.title,
            tier: self.draft.tier,
            version: self.draft.version,
            owner: self.draft.owner,
            language: self.draft.language,
            parents_stated: !self.draft.parents.is_empty(),
            parents: self.parents,
            references: self.found.references,
            attachments: self.attachments,
            text: String::new(),
        }
    }
}
