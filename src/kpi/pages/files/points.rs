//! The points of a control chart as a file: value, limits, the rules that each point breaks, and the baseline that its limits rest on.

use super::{Asked, head, needed};
use crate::error::{Error, Result};
use crate::kpi::control::{Charted, code_of_rule};
use crate::kpi::definition::Definition;
use crate::kpi::pages::control::{Sheet as ChartSheet, chart_name};
use crate::kpi::pages::definitions::unit_name;
use crate::kpi::pages::words;
use crate::kpi::{self, Period};
use crate::web::{Cell, Reading, Sheet};

/// The chart that the page of the KPI shows.
pub(super) fn chart(r: &mut Reading<'_>, asked: &Asked) -> Result<Sheet> {
    let (centre, code) = (needed(asked.centre.as_deref(), "centre")?, needed(asked.code.as_deref(), "code")?);
    let centre = kpi::visible(r.conn, &r.actor, centre)?;
    let period = words::asked(r.conn, asked.period.as_deref(), Some(&centre.id), r.today)?;
    let known = kpi::definition_on(r.conn, code, period.to)?;
    let last = kpi::last_day(r.conn, &centre.id)?.map_or(period.to, |last| last.min(period.to));
    let sheet = ChartSheet::of(r, &centre, &known, asked.points.as_deref(), last)?;
    let book = sheet.book(r, &centre, &known, Period::month_of(last).from)?;
    let charted = sheet.charted(&known, &book).ok_or_else(|| Error::conflict("kpi-chart-empty"))?;
    let head = head(
        r,
        &[
            "kpis-period",
            "kpis-value",
            "kpid-unit",
            "kpif-n",
            "kpis-numerator",
            "kpis-denominator",
            "kpis-line-lower",
            "kpis-line-centre",
            "kpis-line-upper",
            "kpis-rule",
            "kpif-chart",
            "kpif-baseline-from",
            "kpif-baseline-to",
            "kpis-state",
        ],
    );
    let rows = (0..charted.points.len()).map(|at| row(r, &charted, at, &known.definition)).collect();
    Ok(Sheet { name: format!("{code}-{}-{}", centre.code, charted.grain.as_str()), head, rows })
}

fn row(r: &Reading<'_>, charted: &Charted, at: usize, definition: &Definition) -> Vec<Cell> {
    let (point, stretch) = (&charted.points[at], charted.stretch_of(at));
    // Gaps between events are counted in days or items, not in the unit of the KPI.
    let between = stretch.is_some_and(|stretch| stretch.kind.is_between());
    let scaled = |value: f64| if between { value } else { value * definition.scale() };
    let value = &point.reading.value;
    let rules: Vec<&str> = point.rules.iter().map(|rule| code_of_rule(*rule)).collect();
    vec![
        point.reading.name(charted.grain).into(),
        point.value.map(scaled).into(),
        Some(unit_name(&definition.unit, r.lang)).filter(|_| !between).into(),
        value.n.into(),
        value.numerator.real().into(),
        value.denominator.real().into(),
        point.limits.map(|limits| scaled(limits.lower)).into(),
        point.centre.map(scaled).into(),
        point.limits.map(|limits| scaled(limits.upper)).into(),
        rules.join(", ").into(),
        stretch.map(|stretch| chart_name(stretch.kind, r.lang)).into(),
        stretch.map(|stretch| stretch.baseline.0).into(),
        stretch.map(|stretch| stretch.baseline.1).into(),
        stretch.map(|stretch| r.t(if stretch.frozen { "kpis-state-frozen" } else { "kpis-state-provisional" })).into(),
    ]
}
