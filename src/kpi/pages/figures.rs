//! The charts of one KPI, each with the figures that stand in its table.

mod panels;
mod points;

use serde::Serialize;

use super::words;
use crate::kpi::chart::{self, Panel, Trend, TrendPoint, TrendWords};
use crate::kpi::daybook::DayBook;
use crate::kpi::method::KpiValue;
use crate::kpi::pack::Limits;
use crate::kpi::service::{Versions, months_up_to};
use crate::kpi::{Known, Period, SignalRule};
use crate::text::{Lang, t};

/// A row of a chart's table.
#[derive(Debug, Serialize)]
pub(super) struct FigureRow {
    period: String,
    href: Option<String>,
    cells: Vec<Figure>,
    mark: Option<String>,
}

/// A number of a row.
#[derive(Debug, Default, Serialize)]
struct Figure {
    text: Option<String>,
    /// It is what the line of the chart shows.
    drawn: bool,
}

impl Figure {
    fn of(text: Option<String>) -> Self {
        Self { text, drawn: false }
    }

    fn drawn(text: Option<String>) -> Self {
        Self { text, drawn: true }
    }
}

/// A chart and its table.
#[derive(Debug, Serialize)]
pub(super) struct Figures {
    svg: String,
    caption: String,
    /// Heads of the numbers.
    heads: Vec<String>,
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

    fn heads(&self, keys: &[&str]) -> Vec<String> {
        keys.iter().map(|key| t(self.lang, key, &[])).collect()
    }

    /// What a value axis shows, with its unit.
    fn axis(&self, name: String) -> String {
        let unit = words::unit(&self.known.definition, self.lang);
        if unit.is_empty() { name } else { t(self.lang, "kpis-axis-unit", &[("name", name), ("unit", unit)]) }
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
            drawn.iter().map(|(label, value)| TrendPoint { label, value: *value, ..TrendPoint::default() }).collect();
        let (title, description) = (self.known.definition.name(self.lang), t(self.lang, "kpis-monthly-about", &[]));
        let (words, (targets, range)) = (Words::of(self.lang), self.set_by_people());
        let svg = chart::trend(&Trend {
            id: "monthly",
            title,
            description: &description,
            panel: Panel::First,
            axis: &self.axis(t(self.lang, "kpis-value", &[])),
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
            cells: vec![
                Figure::of(Some(value.numerator.to_string())),
                Figure::of(Some(value.denominator.to_string())),
                Figure::drawn(value.value.map(|found| self.number(found))),
                Figure::of(words::interval(&self.known.definition, value.interval)),
            ],
            mark: value.missing.as_ref().map(|missing| words::lacks(missing, self.lang)),
        });
        let heads = self.heads(&["kpis-numerator", "kpis-denominator", "kpis-value", "kpis-interval"]);
        Some(Figures { svg, caption: t(self.lang, "kpis-monthly-caption", &[]), heads, rows: rows.collect() })
    }
}

/// The name of a rule.
pub(super) fn rule_name(rule: SignalRule, lang: Lang) -> String {
    t(lang, &format!("kpis-rule-{}", rule.as_str().replace('_', "-")), &[])
}
