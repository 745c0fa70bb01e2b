//! Figures in the words of the pages: value with unit, difference with sign, intervals.

use crate::kpi::Known;
use crate::text::{Lang, t};

/// How the figures of a KPI are written.
pub(super) struct Figures {
    pub(super) lang: Lang,
    unit: &'static str,
    digits: usize,
}

impl Figures {
    pub(super) fn of(known: &Known, lang: Lang) -> Self {
        let unit = match known.definition.unit.as_str() {
            "percent" => "percent",
            "seconds" => "seconds",
            _ => "plain",
        };
        Self { lang, unit, digits: known.definition.digits() }
    }

    /// `65.9%`, `124.0 秒`.
    pub(super) fn value(&self, value: f64) -> String {
        let digits = self.digits;
        t(self.lang, &format!("improvement-in-{}", self.unit), &[("value", format!("{value:.digits$}"))])
    }

    /// A value that may be missing.
    pub(super) fn maybe(&self, value: Option<f64>) -> String {
        value.map_or_else(|| t(self.lang, "state-no-data", &[]), |value| self.value(value))
    }

    /// `+5.9`, without unit.
    pub(super) fn signed(&self, value: f64) -> String {
        let digits = self.digits;
        format!("{value:+.digits$}").replace('-', "−")
    }

    /// What a difference is counted in: percentage points, seconds.
    pub(super) fn points(&self) -> String {
        t(self.lang, &format!("improvement-points-{}", self.unit), &[])
    }

    /// `+5.9 个百分点`.
    pub(super) fn difference(&self, value: f64) -> String {
        t(self.lang, "improvement-difference", &[("value", self.signed(value)), ("points", self.points())])
    }

    /// `2.0 个百分点`.
    pub(super) fn amount(&self, value: f64) -> String {
        let digits = self.digits;
        t(self.lang, "improvement-difference", &[("value", format!("{value:.digits$}")), ("points", self.points())])
    }

    /// The unit behind an entry field.
    pub(super) fn unit(&self) -> String {
        t(self.lang, &format!("improvement-unit-{}", self.unit), &[])
    }
}
