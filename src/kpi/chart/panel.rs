//! One panel of a trend under the pen: ground, limits, lines, points and the figures beside them.

use super::pen::Pen;
use super::scale::Axis;
use super::trend::{Panel, Trend, TrendPoint};
use crate::kpi::statistics::Limits;

const LEFT: f64 = 52.0;
const RIGHT: f64 = 922.0;
/// Most points that get a dot each; beyond it the line, the signals and the last point must do.
const DOTS: usize = 120;
/// Least distance between two labels.
const LINE: f64 = 14.0;

impl Panel {
    /// Top and bottom of the ground.
    fn edges(self) -> (f64, f64) {
        match self {
            Self::First => (48.0, 362.0),
            Self::Second => (30.0, 154.0),
        }
    }

    /// Into how many parts its ticks cut the value axis at most.
    fn parts(self) -> f64 {
        match self {
            Self::First => 5.0,
            Self::Second => 3.0,
        }
    }
}

/// A panel with its scales.
pub(super) struct Frame<'a> {
    trend: &'a Trend<'a>,
    axis: Axis,
    slot: f64,
    top: f64,
    bottom: f64,
}

/// The axis of what the process did; what people set far away from it does not squeeze it.
pub(super) fn axis(trend: &Trend<'_>) -> Axis {
    let limits =
        trend.phases.iter().flat_map(|phase| phase.limits.iter().flatten()).flat_map(|limits| [limits.lower, limits.upper]);
    let values = trend.points.iter().flat_map(|point| [point.value, point.raw]).flatten().chain(limits);
    let centres = trend.phases.iter().flat_map(|phase| phase.centres.iter().copied().chain([phase.centre])).flatten();
    let mut all: Vec<f64> = values.chain(centres).filter(|value| value.is_finite()).collect();
    if trend.phases.is_empty() || all.is_empty() {
        all.extend(trend.targets);
    }
    for (set, room) in [(trend.targets, 1.0), (trend.range, 0.6)] {
        let (low, high) =
            all.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)));
        let reach = (high - low) * room;
        all.extend(set.iter().filter(|value| (low - reach..=high + reach).contains(*value)));
    }
    // What is shown in percent need not be a share of a whole: costs can be more than all income.
    let whole = trend.share && all.iter().all(|value| (0.0..=1.0).contains(value));
    let (top, bottom) = trend.panel.edges();
    if trend.panel == Panel::Second {
        all.push(0.0);
    }
    let axis = Axis::around(all, 0.06, (bottom, top));
    match trend.panel {
        _ if whole => axis.within(0.0, 1.0),
        Panel::First => axis,
        Panel::Second => axis.within(0.0, f64::INFINITY),
    }
}

impl<'a> Frame<'a> {
    pub(super) fn of(trend: &'a Trend<'a>, axis: Axis) -> Self {
        let (top, bottom) = trend.panel.edges();
        Self { trend, axis, slot: (RIGHT - LEFT) / trend.points.len().max(1) as f64, top, bottom }
    }

    pub(super) fn paint(&self, pen: &mut Pen) {
        self.head(pen);
        self.ground(pen);
        for upper in [false, true] {
            self.limits(pen, upper);
        }
        self.lines(pen);
        self.marks(pen);
        self.markers(pen);
        self.points(pen);
        self.labels(pen);
    }

    /// The left edge of a point's slot.
    fn edge(&self, point: usize) -> f64 {
        LEFT + self.slot * point as f64
    }

    fn middle(&self, point: usize) -> f64 {
        self.edge(point) + self.slot / 2.0
    }

    /// The index after the last point of a phase.
    fn end(&self, phase: usize) -> usize {
        let count = self.trend.points.len();
        self.trend.phases.get(phase + 1).map_or(count, |next| next.start.min(count))
    }

    fn shown(&self, value: f64, decimals: usize) -> String {
        if self.trend.share { format!("{:.decimals$}", value * 100.0) } else { format!("{value:.decimals$}") }
    }

    fn head(&self, pen: &mut Pen) {
        let Trend { id, title, description, .. } = self.trend;
        let height = if self.trend.panel == Panel::First { "392" } else { "184" };
        pen.raw("<svg viewBox=\"0 0 1040 ")
            .raw(height)
            .raw("\" role=\"img\" aria-labelledby=\"")
            .text(id)
            .raw("-t ")
            .text(id)
            .raw("-d\"><title id=\"");
        pen.text(id).raw("-t\">").text(title).raw("</title><desc id=\"").text(id).raw("-d\">").text(description).raw("</desc>");
        if !self.trend.axis.is_empty() {
            pen.label("what", 12.0, 14.0, self.trend.axis);
        }
    }

    /// The wash of the present phase, the grid, the time axis.
    fn ground(&self, pen: &mut Pen) {
        if let Some(last) = self.trend.phases.last().filter(|phase| phase.start > 0 && phase.start < self.trend.points.len()) {
            let left = self.edge(last.start);
            pen.raw("<rect class=\"phb\" x=\"").number(left).raw("\" y=\"").number(self.top);
            pen.raw("\" width=\"").number(RIGHT - left).raw("\" height=\"").number(self.bottom - self.top);
            pen.raw("\" opacity=\".45\"/>");
        }
        let percent = if self.trend.share { 2 } else { 0 };
        let (ticks, decimals) = self.axis.ticks(self.trend.panel.parts());
        for tick in ticks {
            let y = self.axis.at(tick);
            pen.path("grid", |pen| {
                pen.raw("M52 ").number(y).raw("H922");
            });
            let mut text = self.shown(tick, decimals.saturating_sub(percent));
            if self.trend.share {
                text.push('%');
            }
            pen.label("e", 44.0, y + 4.0, &text);
        }
        let every = self.trend.points.len().div_ceil(10).max(1);
        for (point, TrendPoint { label, .. }) in self.trend.points.iter().enumerate().step_by(every) {
            let x = self.middle(point);
            pen.path("ax", |pen| {
                pen.raw("M").number(x).raw(" ").number(self.bottom).raw("v5");
            });
            pen.label("mid", x, self.bottom + 20.0, label);
        }
        pen.path("ax", |pen| {
            pen.raw("M52 ").number(self.bottom).raw("H922");
        });
    }

    /// One side of the limits, stepped from point to point. What has no lower limit has no line there.
    fn limits(&self, pen: &mut Pen, upper: bool) {
        let side = |limits: &Limits| if upper { limits.upper } else { limits.lower };
        for (number, phase) in self.trend.phases.iter().enumerate() {
            let values: Vec<Option<f64>> =
                phase.limits.iter().map(|limits| limits.as_ref().map(side).filter(|side| *side > f64::NEG_INFINITY)).collect();
            self.steps(pen, "lim", number, &values);
        }
    }

    /// A line through the points of a phase, level within each.
    fn steps(&self, pen: &mut Pen, class: &str, number: usize, values: &[Option<f64>]) {
        let Some(phase) = self.trend.phases.get(number) else { return };
        let points = phase.start..self.end(number);
        if !values.iter().take(points.len()).any(Option::is_some) {
            return;
        }
        pen.path(class, |pen| {
            let mut open = None;
            for (point, value) in points.zip(values) {
                let y = value.map(|value| self.axis.at(value));
                if y == open {
                    continue;
                }
                if open.is_some() {
                    pen.raw("H").number(self.edge(point));
                }
                if let Some(y) = y {
                    pen.raw(if open.is_some() { "L" } else { "M" }).number(self.edge(point)).raw(" ").number(y);
                }
                open = y;
            }
            if open.is_some() {
                pen.raw("H").number(self.edge(self.end(number).min(phase.start + values.len())));
            }
        });
    }

    fn lines(&self, pen: &mut Pen) {
        for (number, phase) in self.trend.phases.iter().enumerate() {
            if !phase.centres.is_empty() {
                self.steps(pen, "cl", number, phase.centres);
            } else if let Some(centre) = phase.centre {
                let y = self.axis.at(centre);
                pen.path("cl", |pen| {
                    pen.raw("M").number(self.edge(phase.start)).raw(" ").number(y).raw("H").number(self.edge(self.end(number)));
                });
            }
        }
        let edges = self.trend.range.iter().map(|edge| ("flr", *edge));
        let set = self.trend.targets.iter().map(|target| ("tgt", *target)).chain(edges);
        for (class, value) in set.filter(|(_, value)| self.axis.holds(*value)) {
            pen.path(class, |pen| {
                pen.raw("M52 ").number(self.axis.at(value)).raw("H922");
            });
        }
    }

    /// Letters above the time axis, each at a line down to it; several at one point stand side by side.
    fn markers(&self, pen: &mut Pen) {
        let (mut last, mut beside) = (None, 0.0);
        for marker in self.trend.markers {
            beside = if last == Some(marker.at) { beside + 13.0 } else { 0.0 };
            let x = self.middle(marker.at);
            if last != Some(marker.at) {
                pen.path("mk", |pen| {
                    pen.raw("M").number(x).raw(" 66V").number(self.bottom);
                });
            }
            last = Some(marker.at);
            pen.label("k mid", x + beside, 62.0, marker.label);
        }
    }

    fn marks(&self, pen: &mut Pen) {
        for phase in self.trend.phases {
            let x = self.edge(phase.start);
            let indent = if let Some(mark) = phase.mark {
                pen.path("ph", |pen| {
                    pen.raw("M").number(x).raw(" 26V").number(self.bottom);
                });
                pen.path("flag", |pen| {
                    pen.raw("M").number(x).raw(" 16l8 5-8 5z");
                });
                pen.label("a", x + 14.0, 25.0, mark);
                14.0
            } else {
                0.0
            };
            if !phase.name.is_empty() {
                pen.label("", x + indent, 41.0, phase.name);
            }
        }
    }

    fn points(&self, pen: &mut Pen) {
        let points = self.trend.points;
        let value = |point: usize| points[point].value.filter(|value| value.is_finite());
        pen.path("data", |pen| {
            let mut open = false;
            for point in 0..points.len() {
                // The line is broken where the limits change and where a value is missing.
                open &= !self.trend.phases.iter().any(|phase| phase.start == point);
                let Some(value) = value(point) else {
                    open = false;
                    continue;
                };
                pen.raw(if open { "L" } else { "M" }).number(self.middle(point)).raw(" ").number(self.axis.at(value));
                open = true;
            }
        });
        let last = (0..points.len()).rev().find(|point| value(*point).is_some());
        for point in 0..points.len() {
            if let Some(raw) = points[point].raw.filter(|raw| raw.is_finite()) {
                pen.point("pt raw", self.middle(point), self.axis.at(raw), "2.6");
            }
            let Some(value) = value(point) else { continue };
            let (x, y) = (self.middle(point), self.axis.at(value));
            match points[point].signal {
                Some(rules) => {
                    pen.path("sig", |pen| {
                        pen.raw("M").number(x).raw(" ").number(y - 6.5).raw("l6.5 6.5-6.5 6.5-6.5-6.5z");
                    });
                    // Below the diamond, or above it where there is no room below.
                    let below = if y + 22.0 > self.bottom { y - 12.0 } else { y + 22.0 };
                    pen.label("b mid", x, below, rules);
                }
                None if Some(point) == last => {
                    pen.point("pt last", x, y, "4");
                }
                None if points.len() <= DOTS => {
                    pen.point("pt", x, y, "2.6");
                }
                None => {}
            }
        }
    }

    /// The figures beside the lines at the right edge, and the centres of earlier phases beside their end.
    fn labels(&self, pen: &mut Pen) {
        let words = &self.trend.words;
        let text = |word: &str, value: f64| format!("{word} {}", self.shown(value, self.trend.digits));
        let last = self.trend.phases.len().checked_sub(1);
        let mut beside: Vec<(f64, &str, String)> = Vec::new();
        let far = |word: &str, value: f64| {
            let arrow = if self.axis.holds(value) {
                ""
            } else if self.axis.at(value) > self.top {
                " ↓"
            } else {
                " ↑"
            };
            format!("{}{arrow}", text(word, value))
        };
        beside.extend(self.trend.targets.iter().map(|value| (self.axis.at(*value), "t", far(words.target, *value))));
        beside.extend(self.trend.range.iter().map(|edge| (self.axis.at(*edge), "f", far(words.range, *edge))));
        if let Some(phase) = last.and_then(|last| self.trend.phases.get(last)) {
            let points = self.trend.points.len().saturating_sub(phase.start);
            let limits = phase.limits.iter().take(points).rev().find_map(|limits| *limits);
            let upper = limits.filter(|limits| limits.upper.is_finite());
            beside.extend(upper.map(|limits| (self.axis.at(limits.upper), "", text(words.upper, limits.upper))));
            beside.extend(phase.centre.map(|centre| (self.axis.at(centre), "a", text(words.centre, centre))));
            let lower = limits.filter(|limits| limits.lower > f64::NEG_INFINITY);
            beside.extend(lower.map(|limits| (self.axis.at(limits.lower), "", text(words.lower, limits.lower))));
        }
        beside.sort_by(|one, other| one.0.total_cmp(&other.0));
        // Labels keep their distance: pushed down from the top, then back up from the bottom.
        for number in 1..beside.len() {
            beside[number].0 = beside[number].0.max(beside[number - 1].0 + LINE);
        }
        let mut floor = self.bottom;
        for (y, _, _) in beside.iter_mut().rev() {
            *y = y.min(floor);
            floor = *y - LINE;
        }
        for (y, class, text) in &beside {
            pen.label(class, 932.0, y + 4.0, text);
        }
        for (number, phase) in self.trend.phases.iter().enumerate().take(last.unwrap_or(0)) {
            if let Some(centre) = phase.centre {
                pen.label("a e", self.edge(self.end(number)) - 8.0, self.axis.at(centre) + 18.0, &text(words.centre, centre));
            }
        }
    }
}
