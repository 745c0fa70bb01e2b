//! What can be wrong with an expression: the place, a stable code, and what its text needs.

use super::tree::Span;
use super::unit::Unit;
use crate::kpi::vocabulary::{Shape, Vocabulary};
use crate::text::Lang;

/// A fault and its place.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{} at byte {}", .fault.code(), .span.start)]
pub struct ExpressionError {
    /// Where.
    pub span: Span,
    /// What.
    pub fault: Fault,
}

/// What stands at a place and should not, or should and does not.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// Nothing is written.
    Empty,
    /// More bytes than allowed.
    Long,
    /// Nested too deeply.
    Deep,
    /// Too many parts.
    Large,
    /// A character that means nothing here.
    Character(char),
    /// A number that cannot be read.
    Number(String),
    /// Something else stands here.
    Unexpected(String),
    /// The text ends too early.
    End,
    /// A bracket that is never closed.
    Unclosed,
    /// Two comparisons in a row.
    Chain,
    /// A name that is neither measure nor parameter; with the nearest that is.
    Name(String, Option<String>),
    /// A function that does not exist; with the nearest that does.
    Function(String, Option<String>),
    /// A function got another number of arguments.
    Arguments(&'static str, &'static str),
    /// A function wants another kind of argument.
    Wants(&'static str, Wanted),
    /// A stock without saying which of its days counts.
    BareLevel(String),
    /// A distribution where a number is needed.
    BareSpread(String),
    /// A window that is not of the form `12 months`.
    Window,
    /// A window inside a window.
    NestedWindow,
    /// A condition where a number is needed.
    Truth,
    /// A number where a condition is needed.
    Condition,
    /// Units that do not go together.
    Units(Unit, Unit),
    /// A unit beyond what makes sense.
    Power,
    /// A share that does not lie between 0 and 1.
    Share,
}

/// What a function wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// A measure of a shape.
    Measure(Shape),
    /// Any measure.
    AnyMeasure,
    /// A number that does not depend on data.
    Constant,
}

impl Fault {
    pub(super) fn at(self, span: Span) -> ExpressionError {
        ExpressionError { span, fault: self }
    }

    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "kpi-expression-empty",
            Self::Long => "kpi-expression-long",
            Self::Deep => "kpi-expression-deep",
            Self::Large => "kpi-expression-large",
            Self::Character(_) => "kpi-expression-character",
            Self::Number(_) => "kpi-expression-number",
            Self::Unexpected(_) => "kpi-expression-unexpected",
            Self::End => "kpi-expression-end",
            Self::Unclosed => "kpi-expression-unclosed",
            Self::Chain => "kpi-expression-chain",
            Self::Name(_, None) => "kpi-expression-name",
            Self::Name(_, Some(_)) => "kpi-expression-name-near",
            Self::Function(_, None) => "kpi-expression-function",
            Self::Function(_, Some(_)) => "kpi-expression-function-near",
            Self::Arguments(..) => "kpi-expression-arguments",
            Self::Wants(_, Wanted::Measure(Shape::Flow)) => "kpi-expression-wants-flow",
            Self::Wants(_, Wanted::Measure(Shape::Level)) => "kpi-expression-wants-level",
            Self::Wants(_, Wanted::Measure(Shape::Spread)) => "kpi-expression-wants-spread",
            Self::Wants(_, Wanted::AnyMeasure) => "kpi-expression-wants-measure",
            Self::Wants(_, Wanted::Constant) => "kpi-expression-wants-constant",
            Self::BareLevel(_) => "kpi-expression-level",
            Self::BareSpread(_) => "kpi-expression-spread",
            Self::Window => "kpi-expression-window",
            Self::NestedWindow => "kpi-expression-nested-window",
            Self::Truth => "kpi-expression-truth",
            Self::Condition => "kpi-expression-condition",
            Self::Units(..) => "kpi-expression-units",
            Self::Power => "kpi-expression-power",
            Self::Share => "kpi-expression-share",
        }
    }

    /// Parameters of its text; what is itself in two languages as `name.zh` and `name.en`.
    #[must_use]
    pub fn params(&self, vocabulary: &Vocabulary) -> Vec<(&'static str, String)> {
        let both = |zh: &'static str, en: &'static str, unit: &Unit| {
            [(zh, unit.text(vocabulary, Lang::Zh)), (en, unit.text(vocabulary, Lang::En))]
        };
        match self {
            Self::Long => vec![("limit", super::MAX_LENGTH.to_string())],
            Self::Deep => vec![("limit", super::MAX_DEPTH.to_string())],
            Self::Large => vec![("limit", super::MAX_NODES.to_string())],
            Self::Character(found) => vec![("found", found.to_string())],
            Self::Number(found) | Self::Unexpected(found) => vec![("found", found.clone())],
            Self::Name(name, near) | Self::Function(name, near) => {
                let near = near.iter().map(|near| ("near", near.clone()));
                std::iter::once(("name", name.clone())).chain(near).collect()
            }
            Self::Arguments(name, form) => vec![("name", (*name).to_owned()), ("form", (*form).to_owned())],
            Self::Wants(name, _) => vec![("name", (*name).to_owned())],
            Self::BareLevel(name) | Self::BareSpread(name) => vec![("name", name.clone())],
            Self::Units(left, right) => [both("left.zh", "left.en", left), both("right.zh", "right.en", right)].concat(),
            _ => Vec::new(),
        }
    }
}
