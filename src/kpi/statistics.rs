//! Statistics of the KPIs: intervals, control charts and the rules that turn points into signals (ISO 9001 9.1.3; ISO 7870).
//!
//! Control limits are the voice of the process; targets are set by people. Nothing here knows a target.

pub mod agreement;
pub mod compare;
mod constants;
mod control;
pub mod erlang;
mod intervals;
mod quantiles;
mod rules;
mod spread;
mod stratified;
#[cfg(test)]
mod tests;

pub use constants::{a3, c4, s_limits};
pub use control::*;
pub use intervals::*;
pub use quantiles::{normal_quantile, t_quantile};
pub use rules::{Rule, RuleSet, Signal, find};
pub use spread::{Usual, moving_ranges};
pub use stratified::{Drawn, stratified_interval, stratified_mean};
