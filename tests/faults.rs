//! Faults: the real program is killed, stopped, and given a full disk. What was acknowledged stays, nothing is half-done, and a second
//! run of what was cut off succeeds. A few rounds here; `CAIRN_FAULT_ROUNDS=500` for a long run.

mod disk;
mod kill;
mod place;
pub mod program;
mod slow;
mod stop;

use crate::support::setting;

/// How often each fault strikes.
fn rounds(usual: usize) -> usize {
    setting("CAIRN_FAULT_ROUNDS").and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// A random number of milliseconds.
fn moment(range: std::ops::Range<u64>) -> std::time::Duration {
    std::time::Duration::from_millis(rand::RngExt::random_range(&mut rand::rng(), range))
}
