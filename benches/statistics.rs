//! How long charts and staffing take: `cargo bench --bench statistics [FILE]` draws XmR limits and looks for Western Electric signals in
//! 10,000 series of 100 points, and staffs 10,000 half hours under Erlang C. The series are written to FILE, for `benches/statistics.py`
//! FILE, which does the same with numpy and pyworkforce; both print how many signals and agents they found, which must be equal.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a bench")]

use std::time::Instant;

use cairn::kpi::statistics::erlang::{Goal, Load, staffing};
use cairn::kpi::statistics::{RuleSet, find, xmr_chart};

const SERIES: usize = 10_000;
const POINTS: usize = 100;
const ROUNDS: usize = 7;

/// Sums of four uniform numbers, nearly normal; every tenth series shifts at its middle.
fn series() -> Vec<f64> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut uniform = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let value = |at: usize| {
        let noise: f64 = (0..4).map(|_| uniform()).sum();
        let shift = if (at / POINTS).is_multiple_of(10) && at % POINTS >= POINTS / 2 { 1.5 } else { 0.0 };
        300.0 + 10.0 * (noise + shift)
    };
    (0..SERIES * POINTS).map(value).collect()
}

fn best<T>(mut work: impl FnMut() -> T) -> (f64, T) {
    let mut found = work();
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        found = work();
        best = best.min(begun.elapsed().as_secs_f64());
    }
    (best, found)
}

fn signals(values: &[f64]) -> usize {
    let of = |series: &[f64]| find(&xmr_chart(series).unwrap().chart.z(), RuleSet::WESTERN_ELECTRIC).len();
    values.chunks(POINTS).map(of).sum()
}

fn agents() -> u64 {
    let goal = Goal { service_level: 0.8, threshold_s: 20.0, occupancy: 0.85, shrinkage: 0.3 };
    let half_hour = |n: usize| u64::from(staffing(Load::of(20.0 + (n % 200) as f64, 1800.0, 180.0), goal).unwrap().agents);
    (0..SERIES).map(half_hour).sum()
}

fn main() {
    let values = series();
    if let Some(path) = std::env::args().skip(1).find(|argument| !argument.starts_with("--")) {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        std::fs::write(path, bytes).unwrap();
    }
    let (seconds, found) = best(|| signals(&values));
    println!("XmR and Western Electric, {SERIES} series of {POINTS}: {:.1} ms, {found} signals", seconds * 1e3);
    let (seconds, found) = best(agents);
    println!("Erlang C staffing, {SERIES} half hours: {:.2} ms, {found} agents", seconds * 1e3);
}
