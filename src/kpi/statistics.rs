//! Statistics of the KPIs: intervals, control charts and the rules that turn points into signals (ISO 9001 9.1.3; ISO 7870).
//!
//! Control limits are the voice of the process; targets are set by people. Nothing here knows a target.

mod control;
mod intervals;
mod quantiles;
mod rules;
#[cfg(test)]
mod tests;

pub use control::{Limits, PrimeChart, XmrChart, p_chart, p_prime_chart, xmr_chart};
pub use intervals::{mean_interval, wilson};
pub use quantiles::{normal_quantile, t_quantile};
pub use rules::{Rule, Signal, signals};
