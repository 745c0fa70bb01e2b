//! Pictures of KPIs as SVG: spark, gauge, trend and funnel. Geometry and classes only; colour comes from the style sheet through the classes
//! `ax grid data pt raw cl lim tgt flr ph phb flag mk sig rng ci sp`. A picture never stands alone: the page puts a table beside it.
//!
//! Invariant: the same input gives the same bytes; no inline style, no link, no script; every text from outside is escaped.

mod funnel;
mod gauge;
mod panel;
mod pen;
mod scale;
mod spark;
#[cfg(test)]
mod tests;
mod trend;

pub use funnel::{Funnel, funnel};
pub use gauge::{Gauge, gauge};
pub use spark::spark;
pub use trend::{Panel, Trend, TrendMarker, TrendPhase, TrendPoint, TrendWords, trend};
