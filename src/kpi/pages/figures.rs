//! The charts of one KPI, each with the figures that stand in its table.

use serde::Serialize;

use super::words;
use crate::kpi::chart::{self, Trend, TrendMarker, TrendPhase, TrendPoint, TrendWords};
use crate::kpi::control::{Charted, Drawn, Grain, Stretch, code_of_rule};
use crate::kpi::daybook::DayBook;
use crate::kpi::method::KpiValue;
use crate::kpi::pack::Limits;
use crate::kpi::service::{Versions, months_up_to};
use crate::kpi::statistics;
use crate::kpi::{Known, Period, SignalRule};
use crate::text::{Lang, t};

/// A row of a chart's table.
#[derive(Debug, Serialize)]
pub(super) struct FigureRow {
    period: String,
    href: Option<String>,
    numerator: String,
    denominator: String,
    value: Option<String>,
    interval: Option<String>,
    lower: Option<String>,
    centre: Option<String>,
    upper: Option<String>,
    mark: Option<String>,
}

/// A chart and its table.
#[derive(Debug, Serialize)]
pub(super) struct Figures {
    svg: String,
    caption: String,
    rows: Vec<FigureRow>,
}

struct Words {
    target: String,
    range: String,
    upper: String,
    centre: String,
    lower: String,
}

impl Words {
    fn of(lang: Lang) -> Self {
        let text = |key: &str| t(lang, key, &[]);
        Self {
            target: text("kpis-line-target"),
            range: text("kpis-line-range"),
            upper: text("kpis-line-upper"),
            centre: text("kpis-line-centre"),
            lower: text("kpis-line-lower"),
        }
    }

    fn lines(&self) -> TrendWords<'_> {
        TrendWords { target: &self.target, range: &self.range, upper: &self.upper, centre: &self.centre, lower: &self.lower }
    }
}

/// Something that happened, with its letter, on the first day of the point that it belongs to.
pub(super) struct Letter {
    pub(super) label: String,
    pub(super) day: chrono::NaiveDate,
}

/// What both charts need.
pub(super) struct Subject<'a> {
    pub(super) known: &'a Known,
    pub(super) versions: &'a Versions,
    pub(super) book: &'a DayBook,
    pub(super) limits: Limits,
    pub(super) path: String,
    pub(super) lang: Lang,
}

/// What is drawn of a control chart, in the unit of its axis.
struct Picture<'a> {
    charted: &'a Charted,
    labels: Vec<String>,
    rules: Vec<String>,
    limits: Vec<Option<statistics::Limits>>,
    names: Vec<String>,
}

impl Subject<'_> {
    fn number(&self, value: f64) -> String {
        words::figure(&self.known.definition, value * self.known.definition.scale())
    }

    fn share(&self) -> bool {
        self.known.definition.is_percent()
    }

    /// What values are drawn with: shares as they are, all else in the unit.
    fn factor(&self) -> f64 {
        if self.share() { 1.0 } else { self.known.definition.scale() }
    }

    /// Target or band, and the edges of the allowed range, as the chart draws them.
    fn set_by_people(&self) -> (Vec<f64>, Vec<f64>) {
        let limits = &self.limits;
        let scale = if self.share() { self.known.definition.scale() } else { 1.0 };
        let drawn = |values: [Option<f64>; 2]| values.into_iter().flatten().map(|value| value / scale).collect::<Vec<f64>>();
        if self.known.definition.direction == "band" {
            return (drawn([limits.low, limits.high]), drawn([limits.outer_low, limits.outer_high]));
        }
        (drawn([limits.target, None]), drawn([limits.floor, None]))
    }

    /// The thirteen months up to a period, with the target.
    pub(super) fn monthly(&self, shown: Period) -> Option<Figures> {
        self.known.formula.as_ref()?;
        let months = months_up_to(shown.to, 13);
        let labels: Vec<String> = months.iter().map(ToString::to_string).collect();
        let values: Vec<KpiValue> = months.iter().map(|month| self.versions.value(self.book, *month)).collect();
        let factor = self.factor();
        let point = |(label, value): (&'_ String, &KpiValue)| (label.clone(), value.value.map(|value| value * factor));
        let drawn: Vec<(String, Option<f64>)> = labels.iter().zip(&values).map(point).collect();
        let points: Vec<TrendPoint<'_>> =
            drawn.iter().map(|(label, value)| TrendPoint { label, value: *value, signal: None }).collect();
        let (title, description) = (self.known.definition.name(self.lang), t(self.lang, "kpis-monthly-about", &[]));
        let (words, (targets, range)) = (Words::of(self.lang), self.set_by_people());
        let svg = chart::trend(&Trend {
            id: "monthly",
            title,
            description: &description,
            points: &points,
            phases: &[],
            markers: &[],
            targets: &targets,
            range: &range,
            digits: self.known.definition.digits(),
            share: self.share(),
            words: words.lines(),
        });
        let rows = months.iter().zip(&values).rev().map(|(month, value)| FigureRow {
            period: month.to_string(),
            href: Some(format!("{}?period={month}", self.path)),
            numerator: value.numerator.to_string(),
            denominator: value.denominator.to_string(),
            value: value.value.map(|found| self.number(found)),
            interval: words::interval(&self.known.definition, value.interval),
            lower: None,
            centre: None,
            upper: None,
            mark: value.missing.as_ref().map(|missing| words::lacks(missing, self.lang)),
        });
        Some(Figures { svg, caption: t(self.lang, "kpis-monthly-caption", &[]), rows: rows.collect() })
    }

    /// A control chart with its phases, signals and what happened.
    pub(super) fn control(&self, charted: &Charted, letters: &[Letter], caption: String) -> Figures {
        let factor = self.factor_of(charted);
        let picture = self.picture(charted, factor);
        let between = self.between(charted);
        let markers: Vec<TrendMarker<'_>> = letters.iter().filter_map(|letter| marker(charted, letter)).collect();
        let (targets, range) = if between { (Vec::new(), Vec::new()) } else { self.set_by_people() };
        let words = Words::of(self.lang);
        let points: Vec<TrendPoint<'_>> = (charted.points.iter().zip(&picture.labels).zip(&picture.rules))
            .map(|((point, label), rules)| TrendPoint {
                label,
                value: point.value.map(|value| value * factor),
                signal: (!rules.is_empty()).then_some(rules.as_str()),
            })
            .collect();
        let phases = picture.phases(factor);
        let description = t(self.lang, "kpis-control-about", &[("signals", picture.signals().to_string())]);
        let svg = chart::trend(&Trend {
            id: "daily",
            title: self.known.definition.name(self.lang),
            description: &description,
            points: &points,
            phases: &phases,
            markers: &markers,
            targets: &targets,
            range: &range,
            digits: if between { 1 } else { self.known.definition.digits() },
            share: self.share() && !between,
            words: words.lines(),
        });
        let rows = (0..charted.points.len()).rev().map(|at| self.control_row(charted, at, letters));
        Figures { svg, caption, rows: rows.collect() }
    }

    fn between(&self, charted: &Charted) -> bool {
        charted.stretches.last().is_some_and(|stretch| stretch.kind.is_between())
    }

    /// Gaps between events are counted in days or items, not in the unit of the KPI.
    fn factor_of(&self, charted: &Charted) -> f64 {
        if self.between(charted) { 1.0 } else { self.factor() }
    }

    fn picture<'c>(&self, charted: &'c Charted, factor: f64) -> Picture<'c> {
        let label = |point: &Drawn| match charted.grain {
            Grain::Month => point.reading.period.to_string(),
            Grain::Day | Grain::Week => point.reading.period.from.format("%m-%d").to_string(),
        };
        let scaled = |limits: statistics::Limits| statistics::Limits { lower: limits.lower * factor, upper: limits.upper * factor };
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

    fn control_row(&self, charted: &Charted, at: usize, letters: &[Letter]) -> FigureRow {
        let point = &charted.points[at];
        let between = charted.stretch_of(at).is_some_and(|stretch| stretch.kind.is_between());
        let number = |value: f64| if between { format!("{value:.1}") } else { self.number(value) };
        let name = point.reading.name(charted.grain);
        let mut marks: Vec<String> = point.rules.iter().map(|rule| self.broken(*rule)).collect();
        marks.extend(letters.iter().filter(|letter| place_of(charted, letter.day) == Some(at)).map(|letter| letter.label.clone()));
        let period = match charted.grain {
            Grain::Week => point.reading.period.to_string(),
            Grain::Day | Grain::Month => name.clone(),
        };
        FigureRow {
            period: name,
            href: Some(format!("{}?period={period}&points={}", self.path, charted.grain.as_str())),
            numerator: point.reading.value.numerator.to_string(),
            denominator: point.reading.value.denominator.to_string(),
            value: point.value.map(number),
            interval: None,
            lower: point.limits.map(|limits| number(limits.lower)),
            centre: point.centre.map(number),
            upper: point.limits.map(|limits| number(limits.upper)),
            mark: (!marks.is_empty()).then(|| marks.join(" · ")),
        }
    }

    /// `2 · nine in a row on one side`.
    fn broken(&self, rule: statistics::Rule) -> String {
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
                limits: &self.limits[stretch.start..],
                name,
                mark: None,
            })
            .collect()
    }
}

/// The numbers of the rules that a point breaks.
fn rule_codes(point: &Drawn, separator: &str) -> String {
    point.rules.iter().map(|rule| code_of_rule(*rule)).collect::<Vec<_>>().join(separator)
}

/// The point that a day belongs to: the last one that had begun.
pub(super) fn place_of(charted: &Charted, day: chrono::NaiveDate) -> Option<usize> {
    charted.points.iter().rposition(|point| point.reading.period.from <= day)
}

fn marker<'l>(charted: &Charted, letter: &'l Letter) -> Option<TrendMarker<'l>> {
    place_of(charted, letter.day).map(|at| TrendMarker { at, label: &letter.label })
}

/// The name of a rule.
pub(super) fn rule_name(rule: SignalRule, lang: Lang) -> String {
    t(lang, &format!("kpis-rule-{}", rule.as_str().replace('_', "-")), &[])
}
