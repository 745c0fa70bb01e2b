//! What an expression says, before its names are looked up.

/// First byte and the byte after the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, utoipa::ToSchema)]
#[schema(as = KpiExpressionSpan)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
}

impl Span {
    /// From the beginning of this to the end of another.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start, end: other.end }
    }
}

/// A part of an expression and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// What a part is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A whole number.
    Whole(i64),
    /// A number with decimals.
    Real(f64),
    /// A measure or a parameter.
    Name(String),
    /// `−x`.
    Negate(Box<Node>),
    /// `not x`.
    Not(Box<Node>),
    /// Two parts and a sign between them.
    Binary(Sign, Box<Node>, Box<Node>),
    /// `name(…)`.
    Call(String, Vec<Node>),
    /// `over(12 months, x)`.
    Over(Window, Box<Node>),
}

/// A sign between two parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// `or`
    Or,
    /// `and`
    And,
    /// `<`
    Less,
    /// At most.
    AtMost,
    /// `>`
    More,
    /// At least.
    AtLeast,
    /// `=`
    Equal,
    /// Not equal.
    Unequal,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Times,
    /// `/`
    Over,
}

impl Sign {
    /// How tightly it binds.
    pub(super) fn strength(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Less | Self::AtMost | Self::More | Self::AtLeast | Self::Equal | Self::Unequal => 4,
            Self::Plus | Self::Minus => 5,
            Self::Times | Self::Over => 6,
        }
    }

    /// How it is printed.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Or => "or",
            Self::And => "and",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
            Self::Equal => "=",
            Self::Unequal => "!=",
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Times => "*",
            Self::Over => "/",
        }
    }
}

/// A rolling window that ends with the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    /// How many.
    pub count: u16,
    /// Of what.
    pub unit: WindowUnit,
}

/// What a window is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WindowUnit {
    /// Months.
    Months,
    /// Days.
    Days,
}

impl std::fmt::Display for Window {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let unit = if self.unit == WindowUnit::Months { "months" } else { "days" };
        write!(formatter, "{} {unit}", self.count)
    }
}
