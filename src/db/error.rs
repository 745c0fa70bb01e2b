//! What a database says, in the words of [`Error`]: not there, already there, busy, full, or a fault of ours.

use crate::error::{Error, Problem};

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::DatabaseErrorKind as Kind;
        use diesel::result::Error as Db;
        match &error {
            Db::NotFound => Self::NotFound,
            Db::DatabaseError(Kind::UniqueViolation, info) => {
                Self::Conflict(Problem::whole("already-exists").with("what", info.constraint_name().unwrap_or("")))
            }
            Db::DatabaseError(_, info) => {
                let text = info.message();
                if text.contains("is locked") || text.contains("deadlock") || text.contains("serialize") {
                    Self::Busy
                } else if text.contains("is full") || text.contains("disk I/O") || text.contains("No space") {
                    Self::Storage(text.to_owned())
                } else if text.contains("invalid byte sequence") {
                    // A zero byte in a text: refused at the doors, and here where one of them forgot.
                    Self::Invalid(vec![Problem::whole("control-character")])
                } else {
                    Self::Internal(error.to_string())
                }
            }
            _ => Self::Internal(error.to_string()),
        }
    }
}
