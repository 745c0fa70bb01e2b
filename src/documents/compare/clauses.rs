//! Splits texts into clauses and finds which clause of one text is which of the other.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::web::markdown::split_number;

use super::tokens::{longest_rising, shingles, similarity};

/// Most pairs of unlike clauses that are weighed against each other.
const MAX_WEIGHED_PAIRS: usize = 2_500;
/// Clauses with the same number are the same clause from this similarity on.
const SAME_NUMBER: f64 = 0.25;
/// Clauses with neither number nor title in common are the same clause from this similarity on.
const SAME_TEXT: f64 = 0.6;

/// One heading and the text up to the next.
#[derive(Debug)]
pub(super) struct Clause<'t> {
    pub(super) place: usize,
    pub(super) number: Option<&'t str>,
    pub(super) title: &'t str,
    pub(super) body: &'t str,
}

impl Clause<'_> {
    pub(super) fn empty() -> Self {
        Self { place: 0, number: None, title: "", body: "" }
    }
}

/// The text cut at its headings; what stands before the first one is a clause without title.
pub(super) fn split(text: &str) -> Vec<Clause<'_>> {
    let mut clauses: Vec<Clause<'_>> = Vec::new();
    let mut heading = "";
    let (mut body_start, mut at) = (0, 0);
    let mut fence: Option<char> = None;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        let fenced = trimmed.starts_with("```") || trimmed.starts_with("~~~");
        let marker = trimmed.chars().next().filter(|_| fenced);
        match (fence, marker) {
            (None, Some(c)) => fence = Some(c),
            (Some(open), Some(c)) if open == c => fence = None,
            _ => {}
        }
        if let Some(title) = heading_text(line).filter(|_| fence.is_none()) {
            push(&mut clauses, heading, &text[body_start..at]);
            heading = title;
            body_start = at + line.len();
        }
        at += line.len();
    }
    push(&mut clauses, heading, &text[body_start..]);
    clauses
}

fn push<'t>(clauses: &mut Vec<Clause<'t>>, heading: &'t str, body: &'t str) {
    if heading.is_empty() && body.trim().is_empty() {
        return;
    }
    let place = clauses.len();
    let (number, title) = split_number(heading).map_or((None, heading), |(number, title)| (Some(number), title));
    clauses.push(Clause { place, number, title, body: body.trim_matches('\n') });
}

/// The text of an ATX heading.
fn heading_text(line: &str) -> Option<&str> {
    let indent = line.len() - line.trim_start_matches(' ').len();
    let rest = line[indent.min(line.len())..].trim_end();
    let marks = rest.bytes().take_while(|b| *b == b'#').count();
    let text = rest.get(marks..)?;
    let opened = indent < 4 && (1..=6).contains(&marks) && text.starts_with([' ', '\t']);
    let text = text.trim().trim_end_matches('#').trim();
    (opened && !text.is_empty()).then_some(text)
}

/// Which clause became which.
pub(super) struct Pairs {
    /// Left place of each right clause.
    from: Vec<Option<usize>>,
    /// Right places of clauses that left their order.
    pub(super) moved: HashSet<usize>,
}

/// Pairs by number and title, then by title, then by number, then by likeness of the text.
pub(super) fn pair(left: &[Clause<'_>], right: &[Clause<'_>]) -> Pairs {
    let mut state = Pairing { from: vec![None; right.len()], taken: vec![false; left.len()] };
    state.by_key(left, right, |clause| Some((clause.number, clause.title)));
    state.by_key(left, right, |clause| (!clause.title.is_empty()).then_some((None, clause.title)));
    state.by_number(left, right);
    state.by_likeness(left, right);
    let matched: Vec<(usize, usize)> = state.from.iter().enumerate().filter_map(|(to, from)| from.map(|from| (to, from))).collect();
    let order: Vec<usize> = matched.iter().map(|(_, from)| *from).collect();
    let kept: HashSet<usize> = longest_rising(&order).into_iter().collect();
    let moved = matched.iter().enumerate().filter(|(at, _)| !kept.contains(at)).map(|(_, (to, _))| *to).collect();
    Pairs { from: state.from, moved }
}

struct Pairing {
    from: Vec<Option<usize>>,
    taken: Vec<bool>,
}

impl Pairing {
    fn join(&mut self, from: usize, to: usize) {
        self.from[to] = Some(from);
        self.taken[from] = true;
    }

    fn by_key<'t>(
        &mut self,
        left: &[Clause<'t>],
        right: &[Clause<'t>],
        key: impl Fn(&Clause<'t>) -> Option<(Option<&'t str>, &'t str)>,
    ) {
        let mut known: HashMap<_, VecDeque<usize>> = HashMap::new();
        for clause in left.iter().filter(|clause| !self.taken[clause.place]) {
            if let Some(key) = key(clause) {
                known.entry(key).or_default().push_back(clause.place);
            }
        }
        for clause in right {
            let free = self.from[clause.place].is_none();
            let found = key(clause).filter(|_| free).and_then(|key| known.get_mut(&key)?.pop_front());
            if let Some(from) = found {
                self.join(from, clause.place);
            }
        }
    }

    fn by_number(&mut self, left: &[Clause<'_>], right: &[Clause<'_>]) {
        let mut known: HashMap<&str, &Clause<'_>> = HashMap::new();
        for clause in left.iter().filter(|clause| !self.taken[clause.place]).rev() {
            clause.number.map(|number| known.insert(number, clause));
        }
        for clause in right.iter().filter(|clause| clause.number.is_some()) {
            let found = clause.number.and_then(|number| known.get(number)).copied();
            let Some(from) = found.filter(|from| self.from[clause.place].is_none() && !self.taken[from.place]) else {
                continue;
            };
            let text = similarity(&shingles(from.body), &shingles(clause.body));
            let title = similarity(&shingles(from.title), &shingles(clause.title));
            if text.max(title) >= SAME_NUMBER {
                self.join(from.place, clause.place);
            }
        }
    }

    fn by_likeness(&mut self, left: &[Clause<'_>], right: &[Clause<'_>]) {
        let free_left: Vec<_> = left.iter().filter(|clause| !self.taken[clause.place]).collect();
        let free_right: Vec<_> = right.iter().filter(|clause| self.from[clause.place].is_none()).collect();
        if free_left.len() * free_right.len() > MAX_WEIGHED_PAIRS {
            return;
        }
        let left_sets: Vec<_> = free_left.iter().map(|clause| shingles(clause.body)).collect();
        let right_sets: Vec<_> = free_right.iter().map(|clause| shingles(clause.body)).collect();
        let mut scores = Vec::new();
        for (a, left_set) in left_sets.iter().enumerate() {
            for (b, right_set) in right_sets.iter().enumerate() {
                let score = similarity(left_set, right_set);
                if score >= SAME_TEXT {
                    scores.push((score, a, b));
                }
            }
        }
        scores.sort_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
        for (_, a, b) in scores {
            let (from, to) = (free_left[a].place, free_right[b].place);
            if !self.taken[from] && self.from[to].is_none() {
                self.join(from, to);
            }
        }
    }
}

/// Reading order: that of the right text, each removed clause behind the one it used to follow.
pub(super) fn in_order(pairs: &Pairs, left: usize, right: usize) -> Vec<(Option<usize>, Option<usize>)> {
    let mut to = vec![None; left];
    for (place, from) in pairs.from.iter().enumerate() {
        if let Some(from) = from {
            to[*from] = Some(place);
        }
    }
    let mut behind: Vec<Vec<usize>> = vec![Vec::new(); right + 1];
    let mut anchor = 0;
    for (from, place) in to.iter().enumerate() {
        match place {
            Some(place) if !pairs.moved.contains(place) => anchor = place + 1,
            Some(_) => {}
            None => behind[anchor].push(from),
        }
    }
    let mut order = Vec::with_capacity(left + right);
    for (place, removed) in behind.into_iter().enumerate() {
        if place > 0 {
            order.push((pairs.from[place - 1], Some(place - 1)));
        }
        order.extend(removed.into_iter().map(|from| (Some(from), None)));
    }
    order
}
