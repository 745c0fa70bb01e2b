//! The expression language of KPI definitions: numbers, measures, parameters, + − × ÷, parentheses, comparison, `if`, and aggregates over a
//! window (ISO 9001 9.1.1: what is measured, and how).
//!
//! ```text
//! within(wait_answered, threshold_s) / (answered + abandoned)
//! proposals / mean(headcount) × 12 ÷ months()
//! over(12 months, complaints) / over(12 months, items_handled)
//! coalesce(handling_s, talk_s + hold_s + wrap_s)
//! ```
//!
//! Invariants: a [`Program`] that exists is checked: every name is known, units agree, length, depth and nodes are bounded. It evaluates
//! without allocating and in at most one step per node. A result is a finite number or the reason why there is none, never NaN or infinity.

mod compile;
mod error;
mod evaluate;
mod frame;
mod functions;
mod parse;
mod print;
mod scope;
#[cfg(test)]
mod tests;
mod token;
mod tree;
mod unit;

pub use compile::{Parameters, Program, compile};
pub use error::{ExpressionError, Fault, Wanted};
pub use evaluate::{Absent, Number};
pub(super) use frame::months_of_days;
pub use frame::{Frame, Frames, Spread};
pub use parse::parse;
pub use scope::Scope;
pub use tree::{Node, Span, Window, WindowUnit};
pub use unit::Unit;

/// Longest text of an expression, in bytes.
pub const MAX_LENGTH: usize = 2000;
/// Most nodes of an expression, and so most steps of its evaluation.
pub const MAX_NODES: usize = 300;
/// Deepest nesting.
pub const MAX_DEPTH: usize = 24;
