//! What changed between two versions of a text: clause by clause, word by word, in Chinese character by character.
//!
//! Invariants: nothing is lost (the left segments join to the left text, the right ones to the right text); the result
//! depends on the texts alone, never on the clock; the work is bounded by a budget, beyond which whole paragraphs are
//! marked instead of words (ISO 9001 clause 7.5.3.2, control of changes).

mod clauses;
mod fields;
mod tokens;
mod words;

#[cfg(test)]
mod tests;

use clauses::Clause;
use words::Budget;

pub use fields::{FieldChange, compare_fields, compare_lists};

/// How a clause changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// Nothing changed.
    Same,
    /// Title or text changed; it may have moved as well.
    Changed,
    /// Only the right text has it.
    Added,
    /// Only the left text has it.
    Removed,
    /// The same words under another number or in another place.
    Moved,
}

/// What a segment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SegmentKind {
    /// In both texts.
    Equal,
    /// In the right text only.
    Inserted,
    /// In the left text only.
    Deleted,
}

/// A run of text of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// What it is.
    pub kind: SegmentKind,
    /// The text.
    pub text: String,
}

/// One clause of the comparison, in reading order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClauseChange {
    /// Number in the right text, else in the left one.
    pub number: Option<String>,
    /// Title in the right text, else in the left one; empty for the text before the first heading.
    pub title: String,
    /// Number in the left text, where it was another one.
    pub old_number: Option<String>,
    /// Title in the left text, where it was another one.
    pub old_title: Option<String>,
    /// What happened to it.
    pub kind: ChangeKind,
    /// The left text: equal and deleted segments.
    pub left: Vec<Segment>,
    /// The right text: equal and inserted segments.
    pub right: Vec<Segment>,
    /// Both in one: equal segments in the words of the right text, deletions before insertions.
    pub unified: Vec<Segment>,
    /// Inserted places.
    pub insertions: usize,
    /// Deleted places.
    pub deletions: usize,
    /// True where whole paragraphs are marked because the change was too large to be shown by words.
    pub coarse: bool,
}

/// The whole comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// Clauses in the order of the right text, removed ones at their old place.
    pub clauses: Vec<ClauseChange>,
}

impl Comparison {
    /// Number of clauses of a kind.
    pub fn count(&self, kind: ChangeKind) -> usize {
        self.clauses.iter().filter(|clause| clause.kind == kind).count()
    }

    /// Inserted places of all clauses.
    pub fn insertions(&self) -> usize {
        self.clauses.iter().map(|clause| clause.insertions).sum()
    }

    /// Deleted places of all clauses.
    pub fn deletions(&self) -> usize {
        self.clauses.iter().map(|clause| clause.deletions).sum()
    }
}

/// Compares two Markdown texts (without front matter).
pub fn compare(left: &str, right: &str) -> Comparison {
    let (left, right) = (left.replace("\r\n", "\n"), right.replace("\r\n", "\n"));
    let left = clauses::split(&left);
    let right = clauses::split(&right);
    let pairs = clauses::pair(&left, &right);
    let mut budget = Budget::new();
    let clauses = clauses::in_order(&pairs, left.len(), right.len())
        .into_iter()
        .map(|(from, to)| match (from.map(|at| &left[at]), to.map(|at| &right[at])) {
            (Some(from), Some(to)) => both(from, to, pairs.moved.contains(&to.place), &mut budget),
            (Some(only), None) => one_sided(only, ChangeKind::Removed, SegmentKind::Deleted),
            (None, Some(only)) => one_sided(only, ChangeKind::Added, SegmentKind::Inserted),
            (None, None) => one_sided(&Clause::empty(), ChangeKind::Same, SegmentKind::Equal),
        })
        .collect();
    Comparison { clauses }
}

fn both(from: &Clause<'_>, to: &Clause<'_>, moved: bool, budget: &mut Budget) -> ClauseChange {
    let words = words::diff(from.body, to.body, budget);
    let count = |kind| words.unified.iter().filter(|segment| segment.kind == kind).count();
    let (insertions, deletions) = (count(SegmentKind::Inserted), count(SegmentKind::Deleted));
    let retitled = from.title != to.title;
    let renumbered = from.number != to.number;
    let kind = match (insertions + deletions > 0 || retitled, moved || renumbered) {
        (true, _) => ChangeKind::Changed,
        (false, true) => ChangeKind::Moved,
        (false, false) => ChangeKind::Same,
    };
    ClauseChange {
        number: to.number.map(str::to_owned),
        title: to.title.to_owned(),
        old_number: from.number.filter(|_| renumbered).map(str::to_owned),
        old_title: retitled.then(|| from.title.to_owned()),
        kind,
        left: words.left,
        right: words.right,
        unified: words.unified,
        insertions,
        deletions,
        coarse: words.coarse,
    }
}

fn one_sided(clause: &Clause<'_>, kind: ChangeKind, segment: SegmentKind) -> ClauseChange {
    let segments = words::whole(clause.body, segment);
    let (left, right) = match segment {
        SegmentKind::Deleted => (segments.clone(), Vec::new()),
        _ => (Vec::new(), segments.clone()),
    };
    ClauseChange {
        number: clause.number.map(str::to_owned),
        title: clause.title.to_owned(),
        old_number: None,
        old_title: None,
        kind,
        left,
        right,
        insertions: usize::from(segment == SegmentKind::Inserted),
        deletions: usize::from(segment == SegmentKind::Deleted),
        unified: segments,
        coarse: false,
    }
}
