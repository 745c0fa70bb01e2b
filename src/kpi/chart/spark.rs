//! The small line of the last periods beside a value.

use super::pen::Pen;
use super::scale::Axis;

/// Draws up to thirteen values, oldest first, and the target as a dashed line. A missing value leaves a gap; the last value has a dot.
#[must_use]
pub fn spark(values: &[Option<f64>], target: Option<f64>) -> String {
    let values = &values[values.len().saturating_sub(13)..];
    let axis = Axis::around(values.iter().flatten().copied().chain(target), 0.0, (26.0, 4.0));
    let step = 80.0 / (values.len().max(2) - 1) as f64;
    let x = |point: usize| 4.0 + step * point as f64;
    let mut pen = Pen::new(640);
    pen.raw("<svg class=\"spark\" viewBox=\"0 0 88 28\" aria-hidden=\"true\" focusable=\"false\">");
    if let Some(target) = target.filter(|target| target.is_finite()) {
        pen.path("tgt", |pen| {
            pen.raw("M0 ").number(axis.at(target)).raw("H88");
        });
    }
    let drawn = |point: usize| values[point].filter(|value| value.is_finite());
    pen.path("sp", |pen| {
        let mut open = false;
        for point in 0..values.len() {
            let Some(value) = drawn(point) else {
                open = false;
                continue;
            };
            pen.raw(if open { "L" } else { "M" }).number(x(point)).raw(" ").number(axis.at(value));
            open = true;
        }
    });
    if let Some((point, value)) = (0..values.len()).rev().find_map(|point| Some((point, drawn(point)?))) {
        pen.point("pt last", x(point), axis.at(value), "2.6");
    }
    pen.raw("</svg>");
    pen.finish()
}
