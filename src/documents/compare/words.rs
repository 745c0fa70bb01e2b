//! The word-level difference of two passages, within a budget of work.

use std::collections::HashMap;
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::tokens::{is_meaningful, is_paragraph_end, longest_rising, tokens};
use super::{Segment, SegmentKind};

/// Token pairs that one comparison may weigh in all.
const TOTAL_WORK: usize = 9_000_000;
/// Token pairs above which a passage is first cut into lines.
const DIRECT_WORK: usize = 1_000_000;

/// Work left for this comparison.
pub(super) struct Budget {
    left: usize,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self { left: TOTAL_WORK }
    }

    /// Takes the work of weighing `a` against `b`, or says that there is too little left.
    fn take(&mut self, a: usize, b: usize) -> bool {
        let work = a.saturating_mul(b);
        let enough = work <= self.left;
        if enough {
            self.left -= work;
        }
        enough
    }
}

/// The difference of one passage.
pub(super) struct Words {
    pub(super) left: Vec<Segment>,
    pub(super) right: Vec<Segment>,
    pub(super) unified: Vec<Segment>,
    pub(super) coarse: bool,
}

/// One step of the difference: token ranges of both sides; `equal` ranges hold the same words.
#[derive(Debug, Clone)]
struct Step {
    equal: bool,
    left: Range<usize>,
    right: Range<usize>,
}

/// A whole passage as one segment.
pub(super) fn whole(text: &str, kind: SegmentKind) -> Vec<Segment> {
    if text.is_empty() { Vec::new() } else { vec![Segment { kind, text: text.to_owned() }] }
}

/// Compares two passages.
pub(super) fn diff(left: &str, right: &str, budget: &mut Budget) -> Words {
    let (left_tokens, right_tokens) = (tokens(left), tokens(right));
    let mut ids = HashMap::new();
    let left_ids = numbered(&left_tokens, &mut ids);
    let right_ids = numbered(&right_tokens, &mut ids);
    let mut differ = Differ { left: &left_ids, right: &right_ids, budget, steps: Vec::new(), coarse: false };
    differ.passage(0..left_ids.len(), 0..right_ids.len(), &left_tokens, &right_tokens);
    let coarse = differ.coarse;
    let steps = without_islands(joined(differ.steps), &right_tokens);
    segments(&steps, &left_tokens, &right_tokens, coarse)
}

/// Numbers tokens so that equal ones have equal numbers; white space within a paragraph is all alike.
fn numbered<'t>(tokens: &[&'t str], ids: &mut HashMap<&'t str, u32>) -> Vec<u32> {
    tokens
        .iter()
        .map(|token| {
            let blank = token.starts_with(char::is_whitespace);
            let key = match (blank, is_paragraph_end(token)) {
                (true, true) => "\n\n",
                (true, false) => " ",
                (false, _) => token,
            };
            let next = u32::try_from(ids.len()).unwrap_or(u32::MAX);
            *ids.entry(key).or_insert(next)
        })
        .collect()
}

struct Differ<'d> {
    left: &'d [u32],
    right: &'d [u32],
    budget: &'d mut Budget,
    steps: Vec<Step>,
    coarse: bool,
}

impl Differ<'_> {
    fn step(&mut self, equal: bool, left: Range<usize>, right: Range<usize>) {
        if !left.is_empty() || !right.is_empty() {
            self.steps.push(Step { equal, left, right });
        }
    }

    /// Compares two token ranges: by words where that is cheap, else line by line and then by words within.
    fn passage(&mut self, left: Range<usize>, right: Range<usize>, left_tokens: &[&str], right_tokens: &[&str]) {
        let same = |(a, b): &(&u32, &u32)| a == b;
        let (a, b) = (&self.left[left.clone()], &self.right[right.clone()]);
        let head = a.iter().zip(b).take_while(same).count();
        let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(same).count();
        let (left_core, right_core) = (left.start + head..left.end - tail, right.start + head..right.end - tail);
        self.step(true, left.start..left_core.start, right.start..right_core.start);
        if left_core.len().saturating_mul(right_core.len()) <= DIRECT_WORK {
            self.words(left_core.clone(), right_core.clone());
        } else {
            self.lines(left_core.clone(), right_core.clone(), left_tokens, right_tokens);
        }
        self.step(true, left_core.end..left.end, right_core.end..right.end);
    }

    fn words(&mut self, left: Range<usize>, right: Range<usize>) {
        if left.is_empty() || right.is_empty() {
            self.step(false, left, right);
            return;
        }
        if !self.budget.take(left.len(), right.len()) {
            self.coarse = true;
            self.step(false, left, right);
            return;
        }
        let ops = capture_diff_slices(Algorithm::Myers, &self.left[left.clone()], &self.right[right.clone()]);
        for op in ops {
            let (old, new) = (op.old_range(), op.new_range());
            let equal = matches!(op, DiffOp::Equal { .. });
            self.step(equal, left.start + old.start..left.start + old.end, right.start + new.start..right.start + new.end);
        }
    }

    /// Lines that stand once in both texts are fixed points; what lies between two of them is compared by words.
    fn lines(&mut self, left: Range<usize>, right: Range<usize>, left_tokens: &[&str], right_tokens: &[&str]) {
        let left_lines = line_ranges(left_tokens, left.clone());
        let right_lines = line_ranges(right_tokens, right.clone());
        let fixed = self.fixed_points(&left_lines, &right_lines);
        let (mut left_at, mut right_at) = (left.start, right.start);
        for (a, b) in fixed {
            let (left_line, right_line) = (left_lines[a].clone(), right_lines[b].clone());
            self.words(left_at..left_line.start, right_at..right_line.start);
            self.step(true, left_line.clone(), right_line.clone());
            (left_at, right_at) = (left_line.end, right_line.end);
        }
        self.words(left_at..left.end, right_at..right.end);
    }

    /// Places of equal lines that stand once on each side, in rising order on both.
    fn fixed_points(&self, left: &[Range<usize>], right: &[Range<usize>]) -> Vec<(usize, usize)> {
        let mut seen: HashMap<&[u32], (usize, usize, usize, usize)> = HashMap::new();
        for (at, line) in left.iter().enumerate() {
            let entry = seen.entry(&self.left[line.clone()]).or_default();
            (entry.0, entry.1) = (entry.0 + 1, at);
        }
        for (at, line) in right.iter().enumerate() {
            let entry = seen.entry(&self.right[line.clone()]).or_default();
            (entry.2, entry.3) = (entry.2 + 1, at);
        }
        let mut once: Vec<(usize, usize)> =
            seen.into_values().filter(|(l, _, r, _)| (*l, *r) == (1, 1)).map(|(_, a, _, b)| (a, b)).collect();
        once.sort_unstable();
        let order: Vec<usize> = once.iter().map(|(_, b)| *b).collect();
        longest_rising(&order).into_iter().map(|at| once[at]).collect()
    }
}

/// Token ranges of the lines of a passage; the white space with the line end belongs to the line before it.
fn line_ranges(tokens: &[&str], range: Range<usize>) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = range.start;
    for at in range.clone() {
        if tokens[at].contains('\n') {
            lines.push(start..at + 1);
            start = at + 1;
        }
    }
    if start < range.end {
        lines.push(start..range.end);
    }
    lines
}

/// Neighbouring steps of one kind as one.
fn joined(steps: Vec<Step>) -> Vec<Step> {
    let mut out: Vec<Step> = Vec::with_capacity(steps.len());
    for step in steps {
        match out.last_mut() {
            Some(last) if last.equal == step.equal => {
                last.left.end = step.left.end;
                last.right.end = step.right.end;
            }
            _ => out.push(step),
        }
    }
    out
}

/// Turns small equal islands between larger changes into changes, so that a rewritten sentence reads as one.
fn without_islands(mut steps: Vec<Step>, right_tokens: &[&str]) -> Vec<Step> {
    let size = |step: &Step| step.left.len().max(step.right.len());
    for at in 1..steps.len().saturating_sub(1) {
        if !steps[at].equal {
            continue;
        }
        let island = &right_tokens[steps[at].right.clone()];
        if island.iter().any(|token| is_paragraph_end(token)) {
            continue;
        }
        let words = island.iter().filter(|token| is_meaningful(token)).count();
        let marks = island.iter().filter(|token| !token.starts_with(char::is_whitespace)).count();
        let around = size(&steps[at - 1]).min(size(&steps[at + 1]));
        let drowned = marks == 0 || words == 0 && around >= 2 || words <= 2 && marks <= 2 && around >= 5;
        if drowned {
            steps[at].equal = false;
        }
    }
    joined(steps)
}

fn segments(steps: &[Step], left_tokens: &[&str], right_tokens: &[&str], coarse: bool) -> Words {
    let mut words = Words { left: Vec::new(), right: Vec::new(), unified: Vec::new(), coarse };
    for step in steps {
        let old = left_tokens[step.left.clone()].concat();
        let new = right_tokens[step.right.clone()].concat();
        if step.equal {
            let segment = |text: &str| Segment { kind: SegmentKind::Equal, text: text.to_owned() };
            words.left.push(segment(&old));
            words.right.push(segment(&new));
            words.unified.push(segment(&new));
            continue;
        }
        if !old.is_empty() {
            let deleted = Segment { kind: SegmentKind::Deleted, text: old };
            words.left.push(deleted.clone());
            words.unified.push(deleted);
        }
        if !new.is_empty() {
            let inserted = Segment { kind: SegmentKind::Inserted, text: new };
            words.right.push(inserted.clone());
            words.unified.push(inserted);
        }
    }
    words
}
