//! What can be wrong with a mapping, each naming its field and the cure.

/// A mapping that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// The text is not TOML, or a key is unknown, missing or of the wrong kind.
    #[error("line {line}, column {column} of the mapping: {message}")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the TOML reader says.
        message: String,
    },
    /// A key has a value it cannot have.
    #[error("`{field}` of the mapping is `{value}`: expected {expected}")]
    Value {
        /// Dotted key.
        field: String,
        /// What stands there.
        value: String,
        /// What may stand there.
        expected: &'static str,
    },
    /// A table must hold exactly one of two keys.
    #[error("`{field}` of the mapping needs either `{one}` or `{other}`, not both and not neither")]
    EitherOr {
        /// Dotted key of the table.
        field: String,
        /// The one key.
        one: &'static str,
        /// The other key.
        other: &'static str,
    },
    /// Two keys contradict each other.
    #[error("`{field}` of the mapping cannot stand beside `{other}`")]
    Conflict {
        /// Dotted key.
        field: String,
        /// Dotted key that it contradicts.
        other: String,
    },
    /// A key has a value that is none of a list.
    #[error("`{field}` of the mapping is `{value}`: expected one of {expected}")]
    OneOf {
        /// Dotted key.
        field: String,
        /// What stands there.
        value: String,
        /// The list.
        expected: String,
    },
    /// A key that means nothing there.
    #[error("`{field}` of the mapping means nothing: expected one of {expected}")]
    UnknownKey {
        /// Dotted key.
        field: String,
        /// The keys that may stand there.
        expected: String,
    },
    /// A key that must be there.
    #[error("the mapping lacks `{field}`")]
    Missing {
        /// Dotted key.
        field: String,
    },
    /// A table whose keys or values are of the wrong kind.
    #[error("`{field}` of the mapping: {message}")]
    Table {
        /// Dotted key of the table.
        field: String,
        /// What the TOML reader says.
        message: String,
    },
    /// A date or time format that yields no full date.
    #[error(
        "`{field}` of the mapping is `{value}`: not a date and time format that tells the whole date (`%Y-%m-%d %H:%M:%S` does)"
    )]
    Format {
        /// Dotted key.
        field: String,
        /// What stands there.
        value: String,
    },
    /// Another error, with its place in the text.
    #[error("line {line}, column {column}: {error}")]
    At {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong there.
        error: Box<MappingError>,
    },
    /// A centre was given by the caller although the mapping reads it from the file.
    #[error("the mapping takes the centre from `{field}`, so `{centre}` cannot be given as well")]
    CentreTwice {
        /// Where the mapping takes it from.
        field: String,
        /// What the caller gave.
        centre: String,
    },
}

impl MappingError {
    /// The same with the place in the text where its key stands, or the nearest table above it.
    #[must_use]
    pub fn located(self, text: &str) -> Self {
        let field = match &self {
            Self::Value { field, .. }
            | Self::EitherOr { field, .. }
            | Self::Conflict { field, .. }
            | Self::Format { field, .. }
            | Self::OneOf { field, .. }
            | Self::UnknownKey { field, .. }
            | Self::Missing { field }
            | Self::Table { field, .. }
            | Self::CentreTwice { field, .. } => field.clone(),
            Self::Syntax { .. } | Self::At { .. } => return self,
        };
        let (line, column) = super::place::of(text, &field);
        Self::At { line, column, error: Box::new(self) }
    }

    /// Stable code of the problem.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "kpi-mapping-syntax",
            Self::Value { .. } => "kpi-mapping-value",
            Self::EitherOr { .. } => "kpi-mapping-either-or",
            Self::Conflict { .. } => "kpi-mapping-conflict",
            Self::OneOf { .. } => "kpi-mapping-one-of",
            Self::UnknownKey { .. } => "kpi-mapping-unknown-key",
            Self::Missing { .. } => "kpi-mapping-missing",
            Self::Table { .. } => "kpi-mapping-table",
            Self::Format { .. } => "kpi-mapping-format",
            Self::CentreTwice { .. } => "kpi-mapping-centre-twice",
            Self::At { error, .. } => error.code(),
        }
    }

    /// Parameters of its text.
    #[must_use]
    pub fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Syntax { line, column, message } => {
                vec![("line", line.to_string()), ("column", column.to_string()), ("message", message.clone())]
            }
            Self::Value { field, value, expected } => {
                vec![("field", field.clone()), ("value", value.clone()), ("expected", (*expected).to_owned())]
            }
            Self::EitherOr { field, one, other } => {
                vec![("field", field.clone()), ("one", (*one).to_owned()), ("other", (*other).to_owned())]
            }
            Self::Conflict { field, other } => vec![("field", field.clone()), ("other", other.clone())],
            Self::OneOf { field, value, expected } => {
                vec![("field", field.clone()), ("value", value.clone()), ("expected", expected.clone())]
            }
            Self::UnknownKey { field, expected } => vec![("field", field.clone()), ("expected", expected.clone())],
            Self::Missing { field } => vec![("field", field.clone())],
            Self::Table { field, message } => vec![("field", field.clone()), ("message", message.clone())],
            Self::Format { field, value } => vec![("field", field.clone()), ("value", value.clone())],
            Self::CentreTwice { field, centre } => vec![("field", field.clone()), ("centre", centre.clone())],
            Self::At { line, column, error } => {
                let mut params = vec![("line", line.to_string()), ("column", column.to_string())];
                params.extend(error.params());
                params
            }
        }
    }
}
