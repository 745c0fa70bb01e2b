//! What is wrong in a folder of documents, each with file and line.

use serde::{Serialize, Serializer};

use crate::text::{Lang, t};

/// How much a defect matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[schema(as = DefectSeverity)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Notice,
    /// A reader would be misled.
    Warning,
    /// The document cannot be told from another one or has no place in the pyramid.
    Error,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $severity:ident;)+) => {
        /// Kind of a defect.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum DefectKind { $($(#[$doc])* $name),+ }

        impl DefectKind {
            /// Every kind.
            pub const ALL: [Self; [$($code),+].len()] = [$(Self::$name),+];

            /// Stable code; its text is `library-defect-<code>`.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }

            /// How much it matters.
            pub fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity),+ }
            }
        }
    };
}

kinds! {
    /// Two places of the file state different codes.
    TwoCodes = "two-codes", Error;
    /// Another file has the code.
    DuplicateCode = "duplicate-code", Error;
    /// A code of which no tier knows the type.
    UnknownTier = "unknown-tier", Error;
    /// Two places of the file state different versions.
    TwoVersions = "two-versions", Warning;
    /// Another fact is stated twice, differently.
    TwoValues = "two-values", Warning;
    /// A code that no file of the folder has.
    DanglingReference = "dangling-reference", Warning;
    /// A code named together with the title of something else.
    WrongTitle = "wrong-title", Warning;
    /// No other document names it.
    Orphan = "orphan", Warning;
    /// Nothing above it.
    NoParent = "no-parent", Warning;
    /// A picture that is not there.
    MissingImage = "missing-image", Warning;
    /// A linked file that is not there.
    MissingFile = "missing-file", Warning;
    /// A picture or file whose name differs in upper and lower case.
    OtherCase = "other-case", Warning;
    /// Front matter that cannot be read.
    FrontMatter = "front-matter", Warning;
    /// A text that is neither UTF-8, UTF-16 nor GB18030.
    Unreadable = "unreadable", Warning;
    /// A code of another organisation.
    ForeignReference = "foreign-reference", Notice;
    /// The version of the parent has gone on.
    StaleParentVersion = "stale-parent-version", Notice;
    /// A link without address or with a broken one.
    BadLink = "bad-link", Notice;
    /// A picture on another server.
    RemoteImage = "remote-image", Notice;
    /// Other documents have a front matter, this one does not.
    NoFrontMatter = "no-front-matter", Notice;
    /// A text without code.
    NoCode = "no-code", Notice;
}

impl Serialize for DefectKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// One defect. Its text is `library-defect-<code of the kind>` with its parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Defect {
    /// What is wrong.
    #[schema(value_type = String)]
    pub kind: DefectKind,
    /// How much it matters.
    pub severity: Severity,
    /// The file.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// Names and values for the text.
    #[serde(serialize_with = "as_map")]
    #[schema(value_type = Object)]
    pub params: Params,
}

/// Names and values for a text.
pub type Params = Vec<(&'static str, String)>;

impl Defect {
    /// A defect of a kind.
    pub(super) fn new(kind: DefectKind, path: &str, line: usize, params: Params) -> Self {
        Self { kind, severity: kind.severity(), path: path.to_owned(), line, params }
    }

    /// The value of a parameter; empty when it has none of that name.
    pub fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value.as_str())
    }

    /// What to tell a person, without file and line.
    pub fn message(&self, lang: Lang) -> String {
        t(lang, &format!("library-defect-{}", self.kind.code()), &self.params)
    }
}

fn as_map<S: Serializer>(params: &Params, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(params.iter().map(|(name, value)| (name, value)))
}
