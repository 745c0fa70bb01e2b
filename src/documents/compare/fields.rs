//! Differences of single values: title, owner, dates, lists of parents.

use super::words::{self, Budget};
use super::{Segment, SegmentKind};

/// A value that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Name of the field, as given.
    pub field: String,
    /// The left value: equal and deleted segments; empty where there was none.
    pub left: Vec<Segment>,
    /// The right value: equal and inserted segments; empty where there is none.
    pub right: Vec<Segment>,
}

/// The values that differ, of (field, left, right); compared by words.
pub fn compare_fields(values: &[(&str, &str, &str)]) -> Vec<FieldChange> {
    let mut budget = Budget::new();
    values
        .iter()
        .filter(|(_, left, right)| left != right)
        .map(|(field, left, right)| {
            let words = words::diff(left, right, &mut budget);
            FieldChange { field: (*field).to_owned(), left: words.left, right: words.right }
        })
        .collect()
}

/// The difference of two lists without order, one segment per entry; `None` when they hold the same.
pub fn compare_lists(field: &str, left: &[String], right: &[String]) -> Option<FieldChange> {
    let mark = |own: &[String], other: &[String], gone: SegmentKind| {
        own.iter()
            .map(|entry| {
                let kind = if other.contains(entry) { SegmentKind::Equal } else { gone };
                Segment { kind, text: entry.clone() }
            })
            .collect::<Vec<_>>()
    };
    let change = FieldChange {
        field: field.to_owned(),
        left: mark(left, right, SegmentKind::Deleted),
        right: mark(right, left, SegmentKind::Inserted),
    };
    let changed = change.left.iter().chain(&change.right).any(|segment| segment.kind != SegmentKind::Equal);
    changed.then_some(change)
}
