//! Links: who refers to whom, as kind and id pairs; the traceability matrix (ISO 9001 8.5.2). Derived: each slice writes the links of its
//! own objects again whenever they change, and `rebuild` makes them all.
//!
//! Invariant: a link whose target is not there keeps the key it was written with and an empty id, until the target appears.

mod store;

pub use store::{Link, NewLink, dangling, from, of_kind, replace, settle, to, unsettle};

/// The target stands above in the pyramid.
pub const PARENT: &str = "parent";
/// The text names the target.
pub const REFERENCE: &str = "reference";
