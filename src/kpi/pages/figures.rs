//! The charts of one KPI, each with the figures that stand in its table.

use serde::Serialize;

use super::words;
use crate::kpi::Known;
use crate::kpi::chart::{self, Trend, TrendPhase, TrendPoint, TrendWords};
use crate::kpi::daybook::DayBook;
use crate::kpi::method::KpiValue;
use crate::kpi::pack::Limits;
use crate::kpi::service::months_up_to;
use crate::kpi::trend::{self, Frozen};
use crate::kpi::{Period, SignalRule};
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
    upper: String,
    centre: String,
    lower: String,
}

impl Words {
    fn of(lang: Lang) -> Self {
        let text = |key: &str| t(lang, key, &[]);
        Self {
            target: text("kpis-line-target"),
            upper: text("kpis-line-upper"),
            centre: text("kpis-line-centre"),
            lower: text("kpis-line-lower"),
        }
    }

    fn lines(&self) -> TrendWords<'_> {
        TrendWords { target: &self.target, upper: &self.upper, centre: &self.centre, lower: &self.lower }
    }
}

/// What both charts need.
pub(super) struct Subject<'a> {
    pub(super) known: &'a Known,
    pub(super) book: &'a DayBook,
    pub(super) limits: Limits,
    pub(super) path: String,
    pub(super) lang: Lang,
}

impl Subject<'_> {
    /// The target as the chart draws it: a share for percent, else in the unit.
    fn target(&self) -> Option<f64> {
        let scale = self.known.definition.scale();
        self.limits.target.map(|target| target / scale)
    }

    fn number(&self, value: f64) -> String {
        words::figure(&self.known.definition, value * self.known.definition.scale())
    }

    fn share(&self) -> bool {
        self.known.definition.is_percent()
    }

    /// The thirteen months up to a period, with the target.
    pub(super) fn monthly(&self, shown: Period) -> Option<Figures> {
        let formula = self.known.formula.as_ref()?;
        let windows = formula.windows();
        let months = months_up_to(shown.to, 13);
        let labels: Vec<String> = months.iter().map(ToString::to_string).collect();
        let values: Vec<_> = months.iter().map(|month| formula.evaluate(&self.book.frames(*month, &windows))).collect();
        let point = |(label, value): (&'_ String, &KpiValue)| (label.clone(), value.value);
        let drawn: Vec<(String, Option<f64>)> = labels.iter().zip(&values).map(point).collect();
        let points: Vec<TrendPoint<'_>> =
            drawn.iter().map(|(label, value)| TrendPoint { label, value: *value, signal: None }).collect();
        let (title, description) = (self.known.definition.name(self.lang), t(self.lang, "kpis-monthly-about", &[]));
        let words = Words::of(self.lang);
        let svg = chart::trend(&Trend {
            id: "monthly",
            title,
            description: &description,
            points: &points,
            phases: &[],
            target: self.target(),
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
            upper: None,
            mark: value.missing.as_ref().map(|missing| words::lacks(missing, self.lang)),
        });
        Some(Figures { svg, caption: t(self.lang, "kpis-monthly-caption", &[]), rows: rows.collect() })
    }

    /// The sixty days up to a period against limits frozen before them; none without a baseline.
    pub(super) fn daily(&self, last: chrono::NaiveDate) -> Option<Figures> {
        let frozen = trend::frozen(self.known, self.book, last)?;
        let marks = marks(&frozen);
        let labels: Vec<String> = frozen.points.iter().map(|point| point.day.format("%m-%d").to_string()).collect();
        let number = |index: usize| marks.iter().position(|(at, _)| *at == index).and_then(|place| u32::try_from(place + 1).ok());
        let points: Vec<TrendPoint<'_>> = frozen
            .points
            .iter()
            .zip(&labels)
            .enumerate()
            .map(|(index, (point, label))| TrendPoint { label, value: point.value.value, signal: number(index) })
            .collect();
        let limits: Vec<_> = frozen.points.iter().map(|point| point.limits).collect();
        let phases = [TrendPhase { start: 0, centre: Some(frozen.centre), limits: &limits, name: "", mark: None }];
        let (description, words) = (t(self.lang, "kpis-daily-about", &[]), Words::of(self.lang));
        let svg = chart::trend(&Trend {
            id: "daily",
            title: self.known.definition.name(self.lang),
            description: &description,
            points: &points,
            phases: &phases,
            target: self.target(),
            share: self.share(),
            words: words.lines(),
        });
        let baseline = [("from", frozen.baseline.0.to_string()), ("to", frozen.baseline.1.to_string())];
        let caption = t(self.lang, "kpis-daily-caption", &baseline);
        let rows = frozen.points.iter().enumerate().rev().map(|(index, point)| self.daily_row(index, point, &marks));
        Some(Figures { svg, caption, rows: rows.collect() })
    }

    fn daily_row(&self, index: usize, point: &trend::DayPoint, marks: &[(usize, Vec<SignalRule>)]) -> FigureRow {
        let mark = marks.iter().enumerate().find(|(_, (at, _))| *at == index).map(|(place, (_, rules))| {
            let names: Vec<String> = rules.iter().map(|rule| rule_name(*rule, self.lang)).collect();
            format!("{} · {}", place + 1, names.join(" · "))
        });
        FigureRow {
            period: point.day.to_string(),
            href: None,
            numerator: point.value.numerator.to_string(),
            denominator: point.value.denominator.to_string(),
            value: point.value.value.map(|found| self.number(found)),
            interval: None,
            lower: point.limits.map(|limits| self.number(limits.lower)),
            upper: point.limits.map(|limits| self.number(limits.upper)),
            mark,
        }
    }
}

/// Points with what they break, by point.
fn marks(frozen: &Frozen) -> Vec<(usize, Vec<SignalRule>)> {
    let mut marks: Vec<(usize, Vec<SignalRule>)> = Vec::new();
    for (index, rule) in frozen.signals() {
        match marks.last_mut() {
            Some((at, rules)) if *at == index => rules.push(rule),
            _ => marks.push((index, vec![rule])),
        }
    }
    marks
}

/// The name of a rule.
pub(super) fn rule_name(rule: SignalRule, lang: Lang) -> String {
    t(lang, &format!("kpis-rule-{}", rule.as_str()), &[])
}
