//! Control charts of KPIs: which chart and rules a definition is read by, what its process did in a baseline, and how later points stand
//! against limits that were frozen then (ISO 9001 9.1.3; ISO 7870).
//!
//! Invariants: limits never follow the points that they judge once a phase is frozen; the windows of rules do not cross phases; working
//! days and weekends that are charted apart are judged apart.

mod charted;
mod fit;
mod plan;
mod readings;
mod spread;
#[cfg(test)]
mod tests;

pub(crate) use charted::{
    Charted, Drawn, Frozen, Stretch, against, chart, completed_from, dispersion, farthest, first_day_of, judged_again,
    limits_between, phase_of,
};
pub use fit::Parameters;
pub(crate) use fit::{ENOUGH, LAMBDA, PROVISIONAL};
pub(crate) use plan::fits;
pub use plan::{ChartKind, Grain, Split, code_of_rule, parse_rules, usual_rules};
pub(crate) use readings::end;
pub(crate) use spread::Spread;
pub use spread::SpreadKind;
