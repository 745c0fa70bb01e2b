//! Agreement of two evaluators, and times to an event that has not happened to everybody yet.

/// Cohen's kappa of a square table of counts (rows: first evaluator, columns: second), with the plain share of agreement. `None` without
/// evaluations, or when chance alone would agree always.
#[must_use]
pub fn kappa(table: &[Vec<u64>]) -> Option<(f64, f64)> {
    let total: u64 = table.iter().flatten().sum();
    if total == 0 || table.iter().any(|row| row.len() != table.len()) {
        return None;
    }
    let n = total as f64;
    let same: u64 = table.iter().enumerate().map(|(i, row)| row[i]).sum();
    let by_chance: f64 = (0..table.len())
        .map(|i| {
            let row: u64 = table[i].iter().sum();
            let column: u64 = table.iter().map(|row| row[i]).sum();
            (row as f64 / n) * (column as f64 / n)
        })
        .sum();
    let agreed = same as f64 / n;
    (by_chance < 1.0).then(|| ((agreed - by_chance) / (1.0 - by_chance), agreed))
}

/// The median time to an event by Kaplan and Meier (1958), from (time, events, censored) in any order: the first time at which at most half
/// are left without it. `None` while more than half are.
#[must_use]
pub fn median_time(times: &[(u32, u64, u64)]) -> Option<u32> {
    let mut sorted: Vec<(u32, u64, u64)> = times.to_vec();
    sorted.sort_unstable();
    let mut at_risk: u64 = sorted.iter().map(|(_, events, censored)| events + censored).sum();
    let mut left = 1.0;
    for group in sorted.chunk_by(|a, b| a.0 == b.0) {
        let events: u64 = group.iter().map(|(_, events, _)| events).sum();
        let gone: u64 = group.iter().map(|(_, events, censored)| events + censored).sum();
        if events > 0 {
            left *= 1.0 - events as f64 / at_risk as f64;
            // A half that rounding left a hair above itself is a half.
            if left <= 0.5 + 1e-12 {
                return Some(group[0].0);
            }
        }
        at_risk -= gone;
    }
    None
}
