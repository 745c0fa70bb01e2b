//! Between what was recognised in a folder and what an import takes: every text becomes part of a document with a code and a tier.
//!
//! Invariant: every file is answered for, as a document, as a file of one, or as ignored with its reason.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::super::front_matter::{self, FrontMatter};
use super::super::recognise::{
    Defect, DefectKind, Disposition, FileReport, Origin, Passed, Patterns, Recognised, Report, SourceFile, Stated, recognise,
};
use crate::numbering::code_key;
use crate::text::Lang;

/// Longest code made from the name of a file, in characters.
const LONGEST_CODE: usize = 60;
/// Longest title taken from a heading or the name of a file, in characters.
const LONGEST_TITLE: usize = 200;

/// One file that is a document's text in one language.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FoundDocument {
    /// Path in the folder.
    pub path: String,
    /// Language of the text: `zh` or `en`.
    pub lang: &'static str,
    /// Code.
    pub code: Stated<String>,
    /// Title.
    pub title: Stated<String>,
    /// Tier, 1 to 4.
    pub tier: Stated<u8>,
    /// Version label, if one is stated.
    pub version: Option<Stated<String>>,
    /// Unit code of the owner, if one is stated.
    pub owner: Option<Stated<String>>,
    /// Codes of the documents above.
    pub parents: Vec<String>,
    /// Whether the file itself names the documents above; else they are those that name this one.
    pub parents_stated: bool,
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
    language: Lang,
}

impl FoundDocument {
    /// Language of the text.
    pub fn language(&self) -> Lang {
        self.language
    }
}

/// A file that is no document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OtherFile {
    /// Path in the folder.
    pub path: String,
    /// Kept because a document names it.
    pub kept: bool,
    /// Why: `library-passed-<reason>`.
    pub reason: &'static str,
}

/// A folder as an import takes it.
#[derive(Debug, Clone)]
pub struct Folder {
    /// The texts of each document, Chinese first; in order of tier and code.
    pub documents: Vec<Vec<FoundDocument>>,
    /// All other files, by path.
    pub others: Vec<OtherFile>,
    /// Defects, by path and line.
    pub defects: Vec<Defect>,
}

/// Looks through a folder: relative paths with `/`, and bytes.
pub fn find(files: &[(String, Vec<u8>)], patterns: &Patterns) -> Folder {
    let sources: Vec<SourceFile<'_>> = files.iter().map(|(path, bytes)| SourceFile { path, bytes }).collect();
    let report = recognise(&sources, patterns);
    let kept: BTreeSet<&str> = report.files.iter().filter(|file| used(file)).map(|file| file.path.as_str()).collect();
    let mut documents: BTreeMap<String, Vec<FoundDocument>> = BTreeMap::new();
    // Documents with a code come first: a name made here gives way to theirs.
    for at in report.documents.iter().flat_map(|group| group.texts.iter().map(|(_, at)| *at)) {
        let Some((file, text)) = report.files.get(at).and_then(|file| Some((file, file.document()?))) else { continue };
        let language = Lang::parse(&text.language.value).unwrap_or_default();
        let code = text.code.clone().unwrap_or_else(|| {
            let taken = |key: &str| documents.get(key).is_some_and(|texts| texts.iter().any(|text| text.language == language));
            Stated { value: made(&file.path, taken), origin: Origin::Rule, line: 1 }
        });
        documents.entry(code_key(&code.value)).or_default().push(document(file, text, code, language, &kept, patterns));
    }
    let mut documents: Vec<Vec<FoundDocument>> = documents.into_values().collect();
    documents.iter_mut().for_each(|texts| texts.sort_by_key(|text| text.language));
    // Two languages may disagree on the tier; the first speaks for both.
    documents.sort_by_key(|texts| texts.first().map(|text| text.tier.value));
    let others = others(&report);
    Folder { documents, others, defects: report.defects }
}

fn used(file: &FileReport) -> bool {
    matches!(&file.disposition, Disposition::Kept { used_by } if !used_by.is_empty())
}

fn document(
    file: &FileReport,
    text: &Recognised,
    code: Stated<String>,
    language: Lang,
    kept: &BTreeSet<&str>,
    patterns: &Patterns,
) -> FoundDocument {
    let read = front_matter::read(&text.text);
    let mut title = text.title.clone();
    if matches!(title.origin, Origin::Heading | Origin::FileName) {
        title.value = title.value.chars().take(LONGEST_TITLE).collect();
    }
    let tier = text.tier.clone();
    let rule = || Stated { value: patterns.uncoded_tier(&file.path), origin: Origin::Rule, line: 1 };
    // Our own files say what is above them; one that names nothing has nothing.
    let implied = !text.parents_stated && read.matter.code.is_none();
    let own = code_key(&code.value);
    let above = text.parents.iter().filter(|parent| (text.parents_stated || implied) && code_key(&parent.code) != own);
    let parents = above.map(|parent| parent.code.clone()).collect();
    let files = text.attachments.iter().filter_map(|file| Some((file.target.clone(), file.path.clone()?)));
    FoundDocument {
        path: file.path.clone(),
        lang: language.code(),
        code,
        title,
        tier: tier.unwrap_or_else(rule),
        version: text.version.clone(),
        owner: text.owner.clone(),
        parents,
        parents_stated: text.parents_stated,
        references: text.references.iter().map(|reference| reference.code.clone()).collect(),
        files: files.filter(|(_, path)| kept.contains(path.as_str())).collect(),
        body: read.body.trim_start_matches('\n').to_owned(),
        matter: read.matter,
        language,
    }
}

/// A code from the name of the file; with its folders before it where that is taken.
fn made(path: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut parts = path.rsplit('/');
    let name = parts.next().unwrap_or(path);
    let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let stem = name.strip_suffix(".en").or_else(|| name.strip_suffix(".zh")).unwrap_or(name);
    let mut code = clean(stem);
    for number in 2.. {
        if !taken(&code_key(&code)) {
            break;
        }
        code = match parts.next() {
            Some(folder) => clean(&format!("{folder}-{code}")),
            None => clean(&format!("{number}-{stem}")),
        };
    }
    code
}

fn clean(name: &str) -> String {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name: String = name.chars().map(|c| if fits(c) { c } else { '-' }).take(LONGEST_CODE).collect();
    name.trim_matches(['-', '.']).to_owned()
}

/// Files that are no documents: named by one, or ignored.
fn others(report: &Report) -> Vec<OtherFile> {
    let unreadable: BTreeSet<&str> = report.of_kind(DefectKind::Unreadable).map(|defect| defect.path.as_str()).collect();
    let reason = |file: &FileReport| match &file.disposition {
        Disposition::Document(_) => None,
        Disposition::Ignored(Passed::Name) => Some("name"),
        Disposition::Ignored(Passed::Empty) => Some("empty"),
        Disposition::Ignored(Passed::History) => Some("history"),
        Disposition::Kept { .. } if used(file) => Some("named"),
        Disposition::Kept { .. } if unreadable.contains(file.path.as_str()) => Some("encoding"),
        Disposition::Kept { .. } => Some("unnamed"),
    };
    let found = report.files.iter().filter_map(|file| Some((file, reason(file)?)));
    found.map(|(file, reason)| OtherFile { path: file.path.clone(), kept: used(file), reason }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> Folder {
        let files: Vec<(String, Vec<u8>)> =
            files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
        find(&files, &Patterns::shipped().unwrap())
    }

    fn seen(folder: &Folder) -> Vec<(&str, &str, u8)> {
        let texts = folder.documents.iter().flatten();
        texts.map(|text| (text.path.as_str(), text.code.value.as_str(), text.tier.value)).collect()
    }

    #[test]
    fn what_has_no_code_is_taken_by_its_name() {
        let found =
            folder(&[("README.md", "text"), ("a/README.md", "text"), ("records/Log.md", "# Log\n"), ("b/Notes.en.md", "x")]);
        let expected = [
            ("a/README.md", "a-README", 3),
            ("b/Notes.en.md", "Notes", 3),
            ("README.md", "README", 3),
            ("records/Log.md", "Log", 4),
        ];
        assert_eq!(seen(&found), expected);
        assert_eq!(found.defects.iter().filter(|defect| defect.kind == DefectKind::NoCode).count(), 4);
        let again = folder(&[("x.md", "---\ncode: a-README\ntier: 3\n---\ntext")]);
        assert_eq!(again.documents[0][0].code.value, "a-README", "what was made once is a code from then on");
    }

    #[test]
    fn two_languages_are_one_document_and_a_duplicate_is_another() {
        let front = |lang: &str| format!("---\ncode: QP-02\ntitle: T\ntier: 2\nlanguage: {lang}\nparents: [QM-01]\n---\n\nx");
        let found = folder(&[
            ("QP-02.en.md", &front("en")),
            ("QP-02.md", &front("zh")),
            ("copies/QP-02.md", &front("zh")),
            ("LICENSE", "x"),
        ]);
        let expected = [("copies/QP-02.md", "copies-QP-02", 2), ("QP-02.md", "QP-02", 2), ("QP-02.en.md", "QP-02", 2)];
        assert_eq!(seen(&found), expected);
        assert_eq!(found.others, [OtherFile { path: "LICENSE".into(), kept: false, reason: "unnamed" }]);
    }

    #[test]
    fn parents_follow_from_who_names_whom_unless_the_file_is_ours() {
        let manual = ("QM-01 Manual.md", "See QP-01 and QP-02.");
        let found = folder(&[manual, ("QP-01 a.md", "x"), ("QP-02 b.md", "---\ncode: QP-02\ntier: 2\n---\nx")]);
        let parents: Vec<_> = found.documents.iter().flatten().map(|text| text.parents.join(" ")).collect();
        assert_eq!(parents, ["", "QM-01", ""]);
    }

    #[test]
    fn files_are_resolved_kept_or_ignored() {
        let text =
            "---\nfiles: [\"b.pdf\"]\n---\n# T\n\n![a](images/a%20b.png) <img src=\"/logo.png\"> [m](m.pdf#page=2) [d](QP-02.md)\n";
        let old = "---\ncode: QP-01\nstate: superseded\n---\nold";
        let found = folder(&[
            ("docs/QP-01.md", text),
            ("docs/QP-02.md", "x"),
            ("docs/images/a b.png", "x"),
            ("docs/m.pdf", "x"),
            ("docs/b.pdf", "x"),
            ("logo.png", "x"),
            ("history/QP-01@A-0.md", old),
            ("Thumbs.db", "x"),
            ("empty.md", ""),
        ]);
        let files: Vec<(&str, &str)> = found.documents[0][0].files.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        let expected = [
            ("/logo.png", "logo.png"),
            ("b.pdf", "docs/b.pdf"),
            ("images/a%20b.png", "docs/images/a b.png"),
            ("m.pdf", "docs/m.pdf"),
        ];
        assert_eq!(files, expected);
        let ignored: Vec<(&str, &str)> = found.others.iter().filter(|o| !o.kept).map(|o| (o.path.as_str(), o.reason)).collect();
        assert_eq!(ignored, [("Thumbs.db", "name"), ("empty.md", "empty"), ("history/QP-01@A-0.md", "history")]);
    }
}
