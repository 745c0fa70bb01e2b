//! Results by size against the limits around all of them together: a funnel. Nobody has a place in an order.

use super::pen::Pen;
use super::scale::Axis;
use crate::kpi::statistics::Process;

/// What a funnel shows. Texts are in the language of the page.
#[derive(Debug, Clone, Copy)]
pub struct Funnel<'a> {
    /// Title, read aloud.
    pub title: &'a str,
    /// What the picture says, read aloud.
    pub description: &'a str,
    /// Result, number of observations, and whether it lies outside.
    pub points: &'a [(f64, f64, bool)],
    /// All together.
    pub process: &'a Process,
    /// What values are drawn with.
    pub factor: f64,
    /// True for a share, shown in percent.
    pub share: bool,
    /// The word under the axis of sizes.
    pub size: &'a str,
}

const LEFT: f64 = 52.0;
const RIGHT: f64 = 1000.0;
const TOP: f64 = 24.0;
const BOTTOM: f64 = 330.0;
/// Steps of a curve.
const STEPS: u32 = 60;

/// Draws a funnel.
#[must_use]
pub fn funnel(funnel: &Funnel<'_>) -> String {
    let most = funnel.points.iter().map(|(_, size, _)| *size).fold(1.0, f64::max) * 1.05;
    let least = funnel.points.iter().map(|(_, size, _)| *size).fold(most, f64::min);
    let limits = |size: f64| funnel.process.plot(funnel.process.centre(), size).map(|plotted| plotted.limits);
    let edges = limits(least).map_or([None, None], |limits| [Some(limits.lower), Some(limits.upper)]);
    let values = funnel.points.iter().map(|(value, ..)| *value).chain(edges.into_iter().flatten());
    let axis = Axis::around(values.map(|value| value * funnel.factor), 0.06, (BOTTOM, TOP));
    let axis = if funnel.share { axis.within(0.0, 1.0) } else { axis };
    let x = |size: f64| LEFT + (RIGHT - LEFT) * size / most;
    let y = |value: f64| axis.at(value * funnel.factor);
    let mut pen = Pen::new(8192);
    pen.raw("<svg viewBox=\"0 0 1040 372\" role=\"img\" aria-labelledby=\"funnel-t funnel-d\"><title id=\"funnel-t\">");
    pen.text(funnel.title).raw("</title><desc id=\"funnel-d\">").text(funnel.description).raw("</desc>");
    ground(&mut pen, funnel, &axis, most);
    for upper in [false, true] {
        pen.path("lim", |pen| {
            for step in 0..=STEPS {
                let size = least + (most - least) * f64::from(step) / f64::from(STEPS);
                let Some(limits) = limits(size) else { continue };
                pen.raw(if step == 0 { "M" } else { "L" }).number(x(size)).raw(" ");
                pen.number(y(if upper { limits.upper } else { limits.lower }));
            }
        });
    }
    pen.path("cl", |pen| {
        pen.raw("M").number(LEFT).raw(" ").number(y(funnel.process.centre())).raw("H").number(RIGHT);
    });
    for (value, size, flagged) in funnel.points {
        let (x, y) = (x(*size), y(*value));
        if *flagged {
            pen.path("sig", |pen| {
                pen.raw("M").number(x).raw(" ").number(y - 6.5).raw("l6.5 6.5-6.5 6.5-6.5-6.5z");
            });
        } else {
            pen.point("pt", x, y, "3");
        }
    }
    pen.raw("</svg>");
    pen.finish()
}

/// Grid, axis and the numbers of observations.
fn ground(pen: &mut Pen, funnel: &Funnel<'_>, axis: &Axis, most: f64) {
    let (ticks, decimals) = axis.ticks(5.0);
    for tick in ticks {
        let y = axis.at(tick);
        pen.path("grid", |pen| {
            pen.raw("M52 ").number(y).raw("H1000");
        });
        let text =
            if funnel.share { format!("{:.*}%", decimals.saturating_sub(2), tick * 100.0) } else { format!("{tick:.decimals$}") };
        pen.label("e", 44.0, y + 4.0, &text);
    }
    pen.raw("<path class=\"ax\" d=\"M52 330H1000\"/>");
    let (sizes, _) = Axis::around([0.0, most], 0.0, (LEFT, RIGHT)).ticks(5.0);
    for size in sizes {
        pen.label("mid", LEFT + (RIGHT - LEFT) * size / most, 350.0, &format!("{size:.0}"));
    }
    pen.label("e", RIGHT, 368.0, funnel.size);
}
