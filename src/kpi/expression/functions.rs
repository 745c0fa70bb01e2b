//! The functions of the language: how they are written, and which name was probably meant.

/// A function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    If,
    Coalesce,
    Known,
    Abs,
    Sum,
    Last,
    Mean,
    Min,
    Max,
    Count,
    Total,
    Within,
    Between,
    Quantile,
    PerYear,
    Months,
    Days,
}

/// Name, function, how it is written, fewest and most arguments.
pub(super) type Form = (&'static str, Function, &'static str, usize, usize);

/// All functions but `over`, whose window is no expression.
pub(super) const FORMS: [Form; 17] = [
    ("if", Function::If, "if(c, a, b)", 3, 3),
    ("coalesce", Function::Coalesce, "coalesce(a, b)", 2, 8),
    ("known", Function::Known, "known(m)", 1, 1),
    ("abs", Function::Abs, "abs(a)", 1, 1),
    ("sum", Function::Sum, "sum(m)", 1, 1),
    ("last", Function::Last, "last(m)", 1, 1),
    ("mean", Function::Mean, "mean(m)", 1, 1),
    ("min", Function::Min, "min(m) | min(a, b)", 1, 2),
    ("max", Function::Max, "max(m) | max(a, b)", 1, 2),
    ("count", Function::Count, "count(m)", 1, 1),
    ("total", Function::Total, "total(m)", 1, 1),
    ("within", Function::Within, "within(m, t)", 2, 2),
    ("between", Function::Between, "between(m, a, b)", 3, 3),
    ("quantile", Function::Quantile, "quantile(m, q)", 2, 2),
    ("per_year", Function::PerYear, "per_year(a)", 1, 1),
    ("months", Function::Months, "months()", 0, 0),
    ("days", Function::Days, "days()", 0, 0),
];

/// A function by name.
pub(super) fn form(name: &str) -> Option<&'static Form> {
    FORMS.iter().find(|form| form.0 == name)
}

/// The candidate that was probably meant: at most a third of its letters away.
pub(super) fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<String> {
    let name = name.get(..64).unwrap_or(name);
    let scored = candidates.map(|candidate| (distance(name.as_bytes(), candidate.as_bytes()), candidate));
    let (away, best) = scored.min()?;
    (away * 3 <= best.len().max(3)).then(|| best.to_owned())
}

/// How many letters to change, add or leave out (Levenshtein 1965).
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, mine) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, theirs) in b.iter().enumerate() {
            let cost = diagonal + usize::from(mine != theirs);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}
