//! The points of a control chart as a file: value, limits, the rules that each point breaks, and the baseline that its limits rest on.

use super::{Asked, head, needed};
use crate::error::{Error, Result};
use crate::kpi::control::{ChartKind, Charted, Grain, Spread, SpreadKind, code_of_rule};
use crate::kpi::definition::Definition;
use crate::kpi::pages::control::chart_name;
use crate::kpi::pages::definitions::unit_name;
use crate::kpi::pages::words;
use crate::kpi::{self, AskedChart, FoundChart};
use crate::web::{Cell, Reading, Sheet};

/// The chart that the page of the KPI shows.
pub(super) fn chart(r: &mut Reading<'_>, asked: &Asked) -> Result<Sheet> {
    let (centre, code) = (needed(asked.centre.as_deref(), "centre")?, needed(asked.code.as_deref(), "code")?);
    let visible = kpi::visible(r.conn, &r.actor, centre)?;
    let period = words::asked(r.conn, asked.period.as_deref(), Some(&visible.id), r.today)?;
    let points = asked.points.as_deref().and_then(Grain::parse);
    let question = AskedChart { centre: centre.to_owned(), code: code.to_owned(), points, period };
    let FoundChart { centre, known, charted, .. } = kpi::control_chart(r.conn, &r.actor, &question, r.today)?;
    let charted = charted.ok_or_else(|| Error::conflict("kpi-chart-empty"))?;
    let mut keys = vec![
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
    ];
    keys.extend(more(&charted));
    let head = head(r, &keys);
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
    let mut cells: Vec<Cell> = vec![
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
    ];
    if is_smoothed(charted) {
        cells.push(value.value.map(scaled).into());
    }
    if let Some(kind) = charted.spread() {
        cells.extend(spread(charted.spread_of(point), kind, scaled));
    }
    cells
}

/// Columns that only some charts have: what was measured behind a smoothed value; the second panel.
fn more(charted: &Charted) -> &'static [&'static str] {
    match charted.spread() {
        Some(SpreadKind::MovingRange) => &["kpis-spread-mr", "kpis-spread-mr-centre", "kpis-spread-mr-upper", "kpis-spread-out"],
        Some(SpreadKind::Deviation) => {
            &["kpis-spread-s", "kpis-spread-s-lower", "kpis-spread-s-centre", "kpis-spread-s-upper", "kpis-spread-out"]
        }
        None if is_smoothed(charted) => &["kpif-measured"],
        None => &[],
    }
}

fn is_smoothed(charted: &Charted) -> bool {
    charted.stretches.last().is_some_and(|stretch| stretch.kind == ChartKind::Ewma)
}

/// The point of the second panel, with its letter where it lies beyond the limits.
fn spread(spread: Option<Spread>, kind: SpreadKind, scaled: impl Fn(f64) -> f64) -> Vec<Cell> {
    let number = |of: fn(&Spread) -> f64| -> Cell { spread.as_ref().map(|spread| scaled(of(spread))).into() };
    let mut cells = vec![number(|spread| spread.value)];
    if kind == SpreadKind::Deviation {
        cells.push(number(|spread| spread.usual.limits.lower));
    }
    cells.push(number(|spread| spread.usual.centre));
    cells.push(number(|spread| spread.usual.limits.upper));
    cells.push(spread.filter(Spread::is_beyond).map(|_| kind.letter()).into());
    cells
}
