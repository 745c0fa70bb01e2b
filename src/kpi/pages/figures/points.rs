//! A control chart: its phases, signals and what happened, with the points as a table.

use super::panels::{self, Second};
use super::{Figure, FigureRow, Figures, Letter, Subject, Words, rule_name, words};
use crate::kpi::SignalRule;
use crate::kpi::chart::{self, Panel, Trend, TrendMarker, TrendPhase, TrendPoint};
use crate::kpi::control::{ChartKind, Charted, Drawn, Grain, LAMBDA, Stretch, code_of_rule};
use crate::kpi::statistics::{Limits, Rule};
use crate::text::t;

/// What is drawn of a control chart, in the unit of its axis.
struct Picture<'a> {
    charted: &'a Charted,
    labels: Vec<String>,
    rules: Vec<String>,
    limits: Vec<Option<Limits>>,
    names: Vec<String>,
}

impl Subject<'_> {
    /// A control chart with its second panel below it.
    pub(in crate::kpi::pages) fn control(&self, charted: &Charted, letters: &[Letter]) -> Figures {
        let picture = self.picture(charted);
        let second = panels::second(charted);
        let mut svg = self.first_panel(&picture, letters);
        if let Some(second) = &second {
            svg.push_str(&self.second_panel(charted, second, &picture.labels));
        }
        let rows = (0..charted.points.len()).rev().map(|at| self.control_row(charted, at, second.as_ref(), letters));
        Figures { svg, caption: self.caption(charted), heads: self.control_heads(charted, second.as_ref()), rows: rows.collect() }
    }

    fn first_panel(&self, picture: &Picture<'_>, letters: &[Letter]) -> String {
        let (charted, factor) = (picture.charted, self.factor_of(picture.charted));
        let between = is_between(charted);
        let smoothed = kind_of(charted) == Some(ChartKind::Ewma);
        let markers: Vec<TrendMarker<'_>> = letters.iter().filter_map(|letter| marker(charted, letter)).collect();
        let (targets, range) = if between { (Vec::new(), Vec::new()) } else { self.set_by_people() };
        let points: Vec<TrendPoint<'_>> = (charted.points.iter().zip(&picture.labels).zip(&picture.rules))
            .map(|((point, label), rules)| TrendPoint {
                label,
                value: point.value.map(|value| value * factor),
                raw: point.reading.value.value.filter(|_| smoothed).map(|value| value * factor),
                signal: (!rules.is_empty()).then_some(rules.as_str()),
            })
            .collect();
        chart::trend(&Trend {
            id: "daily",
            title: self.known.definition.name(self.lang),
            description: &t(self.lang, "kpis-control-about", &[("signals", picture.signals().to_string())]),
            panel: Panel::First,
            axis: &self.first_axis(charted),
            points: &points,
            phases: &picture.phases(factor),
            markers: &markers,
            targets: &targets,
            range: &range,
            digits: if between { 1 } else { self.known.definition.digits() },
            share: self.share() && !between,
            words: Words::of(self.lang).lines(),
        })
    }

    /// What the points are.
    fn first_axis(&self, charted: &Charted) -> String {
        let kind = kind_of(charted);
        let key = match kind {
            Some(ChartKind::G) => "kpis-axis-g",
            Some(ChartKind::T) => "kpis-axis-t",
            Some(ChartKind::Ewma) => "kpis-axis-ewma",
            Some(ChartKind::Xmr) => "kpis-axis-xmr",
            Some(ChartKind::XbarS) => "kpis-axis-xbar-s",
            _ => "kpis-value",
        };
        let name = t(self.lang, key, &[("lambda", LAMBDA.to_string())]);
        if is_between(charted) { name } else { self.axis(name) }
    }

    /// How the picture is read, with what is particular about the kind of chart.
    fn caption(&self, charted: &Charted) -> String {
        let more = match kind_of(charted) {
            None => return t(self.lang, "kpis-control-without", &[]),
            Some(ChartKind::Ewma) => Some("kpis-control-caption-ewma"),
            Some(ChartKind::Xmr) => Some("kpis-control-caption-xmr"),
            Some(ChartKind::XbarS) => Some("kpis-control-caption-xbar-s"),
            Some(_) => None,
        };
        let caption = t(self.lang, "kpis-control-caption", &[]);
        more.into_iter().fold(caption, |caption, key| words::together(caption, &t(self.lang, key, &[]), self.lang))
    }

    /// Gaps between events are counted in days or items, not in the unit of the KPI.
    fn factor_of(&self, charted: &Charted) -> f64 {
        if is_between(charted) { 1.0 } else { self.factor() }
    }

    fn picture<'c>(&self, charted: &'c Charted) -> Picture<'c> {
        let factor = self.factor_of(charted);
        let label = |point: &Drawn| match charted.grain {
            Grain::Month => point.reading.period.to_string(),
            Grain::Day | Grain::Week => point.reading.period.from.format("%m-%d").to_string(),
        };
        let scaled = |limits: Limits| Limits { lower: limits.lower * factor, upper: limits.upper * factor };
        Picture {
            labels: charted.points.iter().map(label).collect(),
            rules: charted.points.iter().map(|point| rule_codes(point, ",")).collect(),
            limits: charted.points.iter().map(|point| point.limits.map(scaled)).collect(),
            names: charted.stretches.iter().enumerate().map(|(place, stretch)| self.phase_name(place, stretch)).collect(),
            charted,
        }
    }

    fn phase_name(&self, place: usize, stretch: &Stretch) -> String {
        let params = [("number", (place + 1).to_string()), ("points", stretch.parameters.points.to_string())];
        let key = if stretch.frozen { "kpis-phase-label" } else { "kpis-phase-label-provisional" };
        t(self.lang, key, &params)
    }

    /// What the table says of each point.
    fn control_heads(&self, charted: &Charted, second: Option<&Second>) -> Vec<String> {
        let drawn = match kind_of(charted) {
            Some(ChartKind::Ewma) => &["kpis-value", "kpis-line-ewma"][..],
            Some(ChartKind::G) => &["kpis-axis-g"],
            Some(ChartKind::T) => &["kpis-axis-t"],
            _ => &["kpis-value"],
        };
        let limits = &["kpis-line-lower", "kpis-line-centre", "kpis-line-upper"][..];
        let limits = if charted.stretches.is_empty() { &[] } else { limits };
        let second = second.map_or(&[][..], |second| panels::heads(second.kind));
        self.heads(&[&["kpis-numerator", "kpis-denominator"], drawn, limits, second].concat())
    }

    fn control_row(&self, charted: &Charted, at: usize, second: Option<&Second>, letters: &[Letter]) -> FigureRow {
        let point = &charted.points[at];
        let name = point.reading.name(charted.grain);
        let spread = second.and_then(|second| second.points[at]);
        let mut marks: Vec<String> = point.rules.iter().map(|rule| self.broken(*rule)).collect();
        marks.extend(spread.filter(|spread| spread.is_beyond()).map(|spread| self.spread_beyond(spread.kind)));
        marks.extend(letters.iter().filter(|letter| place_of(charted, letter.day) == Some(at)).map(|letter| letter.label.clone()));
        let period = match charted.grain {
            Grain::Week => point.reading.period.to_string(),
            Grain::Day | Grain::Month => name.clone(),
        };
        let mut cells = self.point_cells(charted, at);
        cells.extend(second.map(|second| self.spread_cells(second.kind, spread.as_ref())).into_iter().flatten());
        FigureRow {
            period: name,
            href: Some(format!("{}?period={period}&points={}", self.path, charted.grain.as_str())),
            cells,
            mark: (!marks.is_empty()).then(|| marks.join(" · ")),
        }
    }

    /// The numbers of the first panel.
    fn point_cells(&self, charted: &Charted, at: usize) -> Vec<Figure> {
        let point = &charted.points[at];
        let between = charted.stretch_of(at).is_some_and(|stretch| stretch.kind.is_between());
        let number = |value: f64| if between { format!("{value:.1}") } else { self.number(value) };
        let value = &point.reading.value;
        let mut cells = vec![Figure::of(Some(value.numerator.to_string())), Figure::of(Some(value.denominator.to_string()))];
        if kind_of(charted) == Some(ChartKind::Ewma) {
            cells.push(Figure::of(value.value.map(number)));
        }
        cells.push(Figure::drawn(point.value.map(number)));
        if !charted.stretches.is_empty() {
            cells.push(Figure::of(point.limits.map(|limits| number(limits.lower))));
            cells.push(Figure::of(point.centre.map(number)));
            cells.push(Figure::of(point.limits.map(|limits| number(limits.upper))));
        }
        cells
    }

    /// `2 · nine in a row on one side`.
    fn broken(&self, rule: Rule) -> String {
        format!("{} {}", code_of_rule(rule), rule_name(SignalRule::of(rule), self.lang))
    }
}

impl Picture<'_> {
    fn signals(&self) -> usize {
        self.rules.iter().filter(|rules| !rules.is_empty()).count()
    }

    /// Limits step with the size of each point; a weekend that is charted apart has a centre of its own, told by its limits.
    fn phases(&self, factor: f64) -> Vec<TrendPhase<'_>> {
        let centre = |stretch: &Stretch| {
            let placed = || self.charted.points[stretch.start..].iter().filter(|point| point.centre.is_some());
            let told = placed().find(|point| !point.reading.is_weekend()).or_else(|| placed().next());
            told.and_then(|point| point.centre).map(|centre| centre * factor)
        };
        let stretches = self.charted.stretches.iter().zip(&self.names);
        stretches
            .map(|(stretch, name)| TrendPhase {
                start: stretch.start,
                centre: centre(stretch),
                centres: &[],
                limits: &self.limits[stretch.start..],
                name,
                mark: None,
            })
            .collect()
    }
}

/// The chart that the present limits belong to; none without limits.
fn kind_of(charted: &Charted) -> Option<ChartKind> {
    charted.stretches.last().map(|stretch| stretch.kind)
}

fn is_between(charted: &Charted) -> bool {
    kind_of(charted).is_some_and(ChartKind::is_between)
}

/// The numbers of the rules that a point breaks.
fn rule_codes(point: &Drawn, separator: &str) -> String {
    point.rules.iter().map(|rule| code_of_rule(*rule)).collect::<Vec<_>>().join(separator)
}

/// The point that a day belongs to: the last one that had begun.
fn place_of(charted: &Charted, day: chrono::NaiveDate) -> Option<usize> {
    charted.points.iter().rposition(|point| point.reading.period.from <= day)
}

fn marker<'l>(charted: &Charted, letter: &'l Letter) -> Option<TrendMarker<'l>> {
    place_of(charted, letter.day).map(|at| TrendMarker { at, label: &letter.label })
}
