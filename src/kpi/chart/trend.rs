//! A series over time: values, centre line and stepped limits per phase, target and floor, phase marks with their flags, signals with the
//! numbers of their rules, and lettered markers of what happened.

use super::panel::{Frame, axis};
use super::pen::Pen;
use crate::kpi::statistics::Limits;

/// What a trend shows. All texts are in the language of the page.
#[derive(Debug, Clone, Copy)]
pub struct Trend<'a> {
    /// Makes the ids of title and description unique on the page: letters, digits and `-`.
    pub id: &'a str,
    /// Title, read aloud.
    pub title: &'a str,
    /// What the picture says, read aloud.
    pub description: &'a str,
    /// How high it is, and so which panel of a chart.
    pub panel: Panel,
    /// What is drawn, and its unit, above the value axis; may be empty.
    pub axis: &'a str,
    /// The points, oldest first.
    pub points: &'a [TrendPoint<'a>],
    /// The phases, by start; empty for a plain line.
    pub phases: &'a [TrendPhase<'a>],
    /// What happened, each with the letter of its line in the list below.
    pub markers: &'a [TrendMarker<'a>],
    /// The target, or both ends of the band, set by people.
    pub targets: &'a [f64],
    /// The edges of the allowed range, set by people.
    pub range: &'a [f64],
    /// Decimals of the figures beside the lines.
    pub digits: usize,
    /// True for a share: shown in percent, drawn between 0 and 1.
    pub share: bool,
    /// Words of the labels.
    pub words: TrendWords<'a>,
}

/// The panels of a chart: both have the same width and time axis, so that one stands below the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Panel {
    /// The values.
    First,
    /// How much they vary: lower, from nothing upwards.
    Second,
}

/// One point.
#[derive(Debug, Clone, Copy, Default)]
pub struct TrendPoint<'a> {
    /// Label of the time axis, shown for every few points.
    pub label: &'a str,
    /// The value; `None` leaves a gap.
    pub value: Option<f64>,
    /// What was measured, where the value is made of several points.
    pub raw: Option<f64>,
    /// What stands under the diamond of a signal: the numbers of the rules that it breaks.
    pub signal: Option<&'a str>,
}

/// Something that happened at a point.
#[derive(Debug, Clone, Copy)]
pub struct TrendMarker<'a> {
    /// Index of the point.
    pub at: usize,
    /// Its letter.
    pub label: &'a str,
}

/// A stretch with its own limits.
#[derive(Debug, Clone, Copy)]
pub struct TrendPhase<'a> {
    /// Index of its first point.
    pub start: usize,
    /// The centre line; where it steps, the one beside the edge.
    pub centre: Option<f64>,
    /// The centre of each point, where it steps with their sizes; else empty.
    pub centres: &'a [Option<f64>],
    /// Limits of its points, the first one's first; may be shorter than the phase.
    pub limits: &'a [Option<Limits>],
    /// Shown at its top, such as "phase 2, provisional, 18 points"; may be empty.
    pub name: &'a str,
    /// What its beginning marks; shown beside a flag.
    pub mark: Option<&'a str>,
}

/// Words beside the lines.
#[derive(Debug, Clone, Copy)]
pub struct TrendWords<'a> {
    /// Target.
    pub target: &'a str,
    /// Edge of the allowed range.
    pub range: &'a str,
    /// Upper limit.
    pub upper: &'a str,
    /// Centre line.
    pub centre: &'a str,
    /// Lower limit.
    pub lower: &'a str,
}

/// Draws a trend.
#[must_use]
pub fn trend(trend: &Trend<'_>) -> String {
    let frame = Frame::of(trend, axis(trend));
    let mut pen = Pen::new(4096 + trend.points.len() * 160);
    frame.paint(&mut pen);
    pen.raw("</svg>");
    pen.finish()
}
