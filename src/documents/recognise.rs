//! Recognises a folder of Markdown files as documents: code, title, tier, version, owner, language, parents, references,
//! pictures, and the defects a careful reader would find. It works by patterns kept as data (`docs-templates/recognise.toml`).
//!
//! Invariants: front matter beats header table beats heading beats file name; every fact names where it was found; no file is
//! lost (each is a document, kept or ignored with its reason); the result depends on the files alone (ISO 9001 clause 7.5.3).

mod codes;
mod defect;
mod file;
mod folder;
mod header;
mod links;
mod markup;
mod patterns;
mod references;
mod titles;

#[cfg(test)]
mod samples_tests;
#[cfg(test)]
mod tests;

use serde::{Serialize, Serializer};

pub use defect::{Defect, DefectKind, Params, Severity};
pub use folder::recognise;
pub use patterns::Patterns;

/// A file of the folder.
#[derive(Debug, Clone, Copy)]
pub struct SourceFile<'f> {
    /// Path within the folder, with `/` between its parts.
    pub path: &'f str,
    /// Content.
    pub bytes: &'f [u8],
}

/// Where a fact was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// YAML front matter.
    FrontMatter,
    /// Table or `name: value` line near the top.
    Header,
    /// First heading.
    Heading,
    /// Name of the file.
    FileName,
    /// Followed from another fact: the tier from the code, the language from the text.
    Derived,
    /// Nothing says it: the rule for such files.
    Rule,
}

impl Origin {
    /// Stable name.
    pub fn code(self) -> &'static str {
        match self {
            Self::FrontMatter => "front-matter",
            Self::Header => "header",
            Self::Heading => "heading",
            Self::FileName => "file-name",
            Self::Derived => "derived",
            Self::Rule => "rule",
        }
    }
}

impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// A fact and where it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Stated<T> {
    /// The fact.
    pub value: T,
    /// Where it was found.
    #[schema(value_type = String)]
    pub origin: Origin,
    /// Line in the file, from 1.
    pub line: usize,
}

/// A code named by a text or as a parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The code in the spelling of the document it belongs to, else of its shape.
    pub code: String,
    /// As written in the file.
    pub written: String,
    /// Line in the file, from 1.
    pub line: usize,
    /// Whether the folder holds the document.
    pub found: bool,
}

/// A picture or file that a text points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// The target as written.
    pub target: String,
    /// Path within the folder; `None` when it is missing.
    pub path: Option<String>,
    /// Line in the file, from 1.
    pub line: usize,
    /// Shown in the text, rather than linked.
    pub image: bool,
}

/// What was recognised in one Markdown file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognised {
    /// Code; `None` for a text without one.
    pub code: Option<Stated<String>>,
    /// Title.
    pub title: Stated<String>,
    /// Tier; `None` when neither code nor title tells it.
    pub tier: Option<Stated<u8>>,
    /// Version label.
    pub version: Option<Stated<String>>,
    /// Owner as written (a unit code in our own files).
    pub owner: Option<Stated<String>>,
    /// `zh` or `en`.
    pub language: Stated<String>,
    /// Parents: stated ones first, else every document of a higher tier that names this one.
    pub parents: Vec<Reference>,
    /// Whether the parents were stated in the file.
    pub parents_stated: bool,
    /// Codes the text names, each once, in order.
    pub references: Vec<Reference>,
    /// Pictures and files the text points at.
    pub attachments: Vec<Attachment>,
    /// The decoded file, front matter included.
    pub text: String,
}

/// What becomes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disposition {
    /// A document text, with or without a code.
    Document(Box<Recognised>),
    /// Kept beside the documents: pictures, attachments and everything else.
    Kept {
        /// Paths of the texts that point at it.
        used_by: Vec<String>,
    },
    /// Left out.
    Ignored(Passed),
}

/// Why a file is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passed {
    /// Its name, or that of a folder, is among those left out.
    Name,
    /// It holds nothing.
    Empty,
    /// A version that is no longer in force: its own front matter says so.
    History,
}

/// One file of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReport {
    /// Path within the folder.
    pub path: String,
    /// What becomes of it.
    pub disposition: Disposition,
}

impl FileReport {
    /// The document, where it is one.
    pub fn document(&self) -> Option<&Recognised> {
        match &self.disposition {
            Disposition::Document(document) => Some(document),
            Disposition::Kept { .. } | Disposition::Ignored(_) => None,
        }
    }
}

/// One document: the files that hold its texts, one per language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Code in the spelling of its shape; `None` for a text without one.
    pub code: Option<String>,
    /// Language and place in [`Report::files`], Chinese first.
    pub texts: Vec<(String, usize)>,
}

/// The whole folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Every file, by path.
    pub files: Vec<FileReport>,
    /// Documents by code, those without one last.
    pub documents: Vec<Group>,
    /// Defects by path and line.
    pub defects: Vec<Defect>,
}

impl Report {
    /// Defects of a kind.
    pub fn of_kind(&self, kind: DefectKind) -> impl Iterator<Item = &Defect> {
        self.defects.iter().filter(move |defect| defect.kind == kind)
    }
}
