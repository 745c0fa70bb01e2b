//! A value against its target and allowed range: wash for the range, dashes for the target, whisker for the interval, bar for the value.

use super::pen::Pen;
use super::scale::Axis;
use crate::kpi::scoring::Scale;

/// What a gauge shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gauge {
    /// Target and allowed range.
    pub scale: Scale,
    /// The value, if there is one.
    pub value: Option<f64>,
    /// Its interval.
    pub interval: Option<(f64, f64)>,
}

/// Draws a gauge. A value far outside lies on the edge.
#[must_use]
pub fn gauge(gauge: &Gauge) -> String {
    let (low, high, targets, room) = match gauge.scale {
        Scale::Toward { floor, target } => (floor.min(target), floor.max(target), [Some(target), None], 0.28),
        Scale::Band { outer_low, low, high, outer_high } => (outer_low, outer_high, [Some(low), Some(high)], 0.05),
    };
    let axis = Axis::around([low, high], room, (0.0, 240.0));
    let mut pen = Pen::new(512);
    pen.raw("<svg class=\"gauge\" viewBox=\"0 0 240 20\" preserveAspectRatio=\"none\" aria-hidden=\"true\" focusable=\"false\">");
    pen.raw("<rect class=\"rng\" x=\"").number(axis.at(low)).raw("\" y=\"6\" width=\"");
    pen.number(axis.at(high) - axis.at(low)).raw("\" height=\"8\"/><path class=\"ax\" d=\"M0 10H240\"/>");
    for target in targets.into_iter().flatten() {
        pen.path("tgt", |pen| {
            pen.raw("M").number(axis.at(target)).raw(" 1V19");
        });
    }
    if let Some((from, to)) = gauge.interval.filter(|(from, to)| from.is_finite() && to.is_finite()) {
        let (from, to) = (axis.at(from), axis.at(to));
        pen.path("ci", |pen| {
            pen.raw("M").number(from).raw(" 6V14M").number(from).raw(" 10H").number(to).raw("M").number(to).raw(" 6V14");
        });
    }
    if let Some(value) = gauge.value.filter(|value| value.is_finite()) {
        pen.raw("<rect class=\"pt\" x=\"").number(axis.at(value) - 1.5).raw("\" y=\"3\" width=\"3\" height=\"14\"/>");
    }
    pen.raw("</svg>");
    pen.finish()
}
