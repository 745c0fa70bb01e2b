//! What can go wrong, with stable codes. One enum for every layer; `web` and `api` each give it a face.
//!
//! A [`Problem`] names the place (field, row, clause) and carries a code that is also the key of its text
//! (`problem-<code>` in `assets/text`), so that pages, the API and the command line say the same thing.

use std::fmt;

use crate::text::{Lang, t};

/// The result of everything below the handlers.
pub type Result<T> = std::result::Result<T, Error>;

/// One thing that is wrong with what was sent, tied to its place.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[schema(as = PlaceProblem)]
pub struct Problem {
    /// The field, column or file it belongs to; empty when it concerns the whole.
    pub field: String,
    /// Stable code in kebab case; the text key is `problem-<code>`.
    pub code: String,
    /// Parameters of the text, in order.
    #[schema(value_type = Vec<Vec<String>>)]
    pub params: Vec<(String, String)>,
}

impl Problem {
    /// A problem of one field.
    pub fn field(field: impl Into<String>, code: &str) -> Self {
        Self { field: field.into(), code: code.to_owned(), params: Vec::new() }
    }

    /// A problem of the whole.
    pub fn whole(code: &str) -> Self {
        Self::field("", code)
    }

    /// The same problem with one more parameter for its text.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.params.push((name.to_owned(), value.to_string()));
        self
    }

    /// What to tell a person, in their language. A parameter that is itself in two languages is given as `label.zh` and `label.en`;
    /// its text knows it as `label`.
    pub fn message(&self, lang: Lang) -> String {
        let other = format!(".{}", lang.other().code());
        let spoken = self.params.iter().filter(|(name, _)| !name.ends_with(&other));
        let params: Vec<(&str, String)> =
            spoken.map(|(name, value)| (name.split('.').next().unwrap_or(name), value.clone())).collect();
        t(lang, &format!("problem-{}", self.code), &params)
    }
}

/// What went wrong.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// It is not there, or this actor may not see it (404).
    #[error("not found")]
    NotFound,
    /// Nobody is signed in (401, or the sign-in page).
    #[error("not signed in")]
    Unauthenticated,
    /// It can be seen, but this actor may not do that (403).
    #[error("not allowed: {}", .0.code)]
    Forbidden(Problem),
    /// What was sent is not acceptable (422).
    #[error("invalid: {}", codes(.0))]
    Invalid(Vec<Problem>),
    /// The state of the object does not allow it (409).
    #[error("conflict: {}", .0.code)]
    Conflict(Problem),
    /// Somebody changed it meanwhile (412, or the conflict page).
    #[error("changed meanwhile")]
    Stale,
    /// A change without `If-Match` (428).
    #[error("precondition required")]
    PreconditionRequired,
    /// Too many attempts; try again after so many seconds (429).
    #[error("too many attempts, again in {0} s")]
    TooMany(i64),
    /// The body is larger than its route allows (413).
    #[error("larger than {0} bytes")]
    TooLarge(u64),
    /// The write queue is full or the database locked for long (503 with Retry-After).
    #[error("busy")]
    Busy,
    /// The disk or database refused to store (507). Nothing was kept.
    #[error("storage: {0}")]
    Storage(String),
    /// A fault of ours (500). The text is for the log, never for a user.
    #[error("internal: {0}")]
    Internal(String),
}

fn codes(problems: &[Problem]) -> String {
    let all: Vec<String> = problems.iter().map(|p| format!("{}:{}", p.field, p.code)).collect();
    all.join(", ")
}

impl Error {
    /// One field is wrong.
    pub fn field(field: &str, code: &str) -> Self {
        Self::Invalid(vec![Problem::field(field, code)])
    }

    /// The state does not allow it.
    pub fn conflict(code: &str) -> Self {
        Self::Conflict(Problem::whole(code))
    }

    /// Seen, but not permitted.
    pub fn forbidden(code: &str) -> Self {
        Self::Forbidden(Problem::whole(code))
    }

    /// A fault of ours; the text goes to the log only.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::Internal(cause.to_string())
    }

    /// The stable code of the API and the log.
    pub fn code(&self) -> &str {
        match self {
            Self::NotFound => "not-found",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden(problem) | Self::Conflict(problem) => &problem.code,
            Self::Invalid(_) => "invalid",
            Self::Stale => "stale",
            Self::PreconditionRequired => "precondition-required",
            Self::TooMany(_) => "too-many",
            Self::TooLarge(_) => "too-large",
            Self::Busy => "busy",
            Self::Storage(_) => "storage",
            Self::Internal(_) => "internal",
        }
    }

    /// The HTTP status that says it.
    pub fn status(&self) -> u16 {
        match self {
            Self::NotFound => 404,
            Self::Unauthenticated => 401,
            Self::Forbidden(_) => 403,
            Self::Invalid(_) => 422,
            Self::Conflict(_) => 409,
            Self::Stale => 412,
            Self::PreconditionRequired => 428,
            Self::TooMany(_) => 429,
            Self::TooLarge(_) => 413,
            Self::Busy => 503,
            Self::Storage(_) => 507,
            Self::Internal(_) => 500,
        }
    }

    /// What to tell a person, in their language: never our internals.
    pub fn message(&self, lang: Lang) -> String {
        match self {
            Self::Forbidden(problem) | Self::Conflict(problem) => problem.message(lang),
            Self::Invalid(problems) if problems.len() == 1 => problems.first().map(|p| p.message(lang)).unwrap_or_default(),
            Self::TooMany(seconds) => t(lang, "error-too-many", &[("seconds", seconds.to_string())]),
            Self::TooLarge(bytes) => t(lang, "error-too-large", &[("bytes", bytes.to_string())]),
            other => t(lang, &format!("error-{}", other.code()), &[]),
        }
    }

    /// The problems by field, if it is about what was sent.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Invalid(problems) => problems,
            Self::Forbidden(problem) | Self::Conflict(problem) => std::slice::from_ref(problem),
            _ => &[],
        }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull => Self::Storage(error.to_string()),
            _ => Self::Internal(error.to_string()),
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(error.to_string())
    }
}
