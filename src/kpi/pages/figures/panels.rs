//! The second panel of a control chart: moving ranges or standard deviations, drawn below the values and set beside them in the table.

use super::{Figure, Subject, Words};
use crate::kpi::chart::{self, Panel, Trend, TrendPhase, TrendPoint};
use crate::kpi::control::{Charted, Spread, SpreadKind};
use crate::kpi::statistics::Limits;
use crate::text::t;

/// What stands on a second panel.
pub(super) struct Second {
    pub(super) kind: SpreadKind,
    /// By place in the chart.
    pub(super) points: Vec<Option<Spread>>,
}

/// The second panel of a chart; none where it has none, or nothing of it is known.
pub(super) fn second(charted: &Charted) -> Option<Second> {
    let points: Vec<Option<Spread>> = charted.points.iter().map(|point| charted.spread_of(point)).collect();
    let kind = charted.spread().filter(|_| points.iter().any(Option::is_some))?;
    Some(Second { kind, points })
}

/// Heads of its columns: ranges have no lower limit.
pub(super) fn heads(kind: SpreadKind) -> &'static [&'static str] {
    match kind {
        SpreadKind::MovingRange => &["kpis-spread-mr", "kpis-spread-mr-centre", "kpis-spread-mr-upper"],
        SpreadKind::Deviation => &["kpis-spread-s", "kpis-spread-s-lower", "kpis-spread-s-centre", "kpis-spread-s-upper"],
    }
}

impl Subject<'_> {
    pub(super) fn second_panel(&self, charted: &Charted, second: &Second, labels: &[String]) -> String {
        let (factor, kind) = (self.factor(), second.kind);
        let lower = |limits: Limits| if kind == SpreadKind::MovingRange { f64::NEG_INFINITY } else { limits.lower * factor };
        let limited = |limits: Limits| Limits { lower: lower(limits), upper: limits.upper * factor };
        let usual = |point: &Option<Spread>| point.map(|spread| spread.usual);
        let limits: Vec<Option<Limits>> =
            second.points.iter().map(|point| usual(point).map(|usual| limited(usual.limits))).collect();
        let centres: Vec<Option<f64>> = second.points.iter().map(|point| usual(point).map(|usual| usual.centre * factor)).collect();
        let ends = charted.stretches.iter().skip(1).map(|stretch| stretch.start).chain([second.points.len()]);
        let phase = |(start, end): (usize, usize)| TrendPhase {
            start,
            centre: centres[start..end].iter().rev().find_map(|centre| *centre),
            centres: &centres[start..end],
            limits: &limits[start..end],
            name: "",
            mark: None,
        };
        let phases: Vec<TrendPhase<'_>> = charted.stretches.iter().map(|stretch| stretch.start).zip(ends).map(phase).collect();
        let points: Vec<TrendPoint<'_>> = (second.points.iter().zip(labels))
            .map(|(point, label)| TrendPoint {
                label,
                value: point.map(|spread| spread.value * factor),
                raw: None,
                signal: point.filter(Spread::is_beyond).map(|_| kind.letter()),
            })
            .collect();
        let beyond = points.iter().filter(|point| point.signal.is_some()).count();
        let name = t(self.lang, heads(kind)[0], &[]);
        let params = [("name", name.clone()), ("beyond", beyond.to_string())];
        chart::trend(&Trend {
            id: "spread",
            title: &t(self.lang, "kpis-spread-title", &[("kpi", self.known.definition.name(self.lang).to_owned()), ("name", name)]),
            description: &t(self.lang, "kpis-spread-about", &params),
            panel: Panel::Second,
            axis: &self.axis(t(self.lang, heads(kind)[0], &[])),
            points: &points,
            phases: &phases,
            markers: &[],
            targets: &[],
            range: &[],
            digits: self.known.definition.digits(),
            share: self.share(),
            words: Words::of(self.lang).lines(),
        })
    }

    /// The numbers of a point, under [`heads`].
    pub(super) fn spread_cells(&self, kind: SpreadKind, spread: Option<&Spread>) -> Vec<Figure> {
        let number = |of: fn(&Spread) -> f64| spread.map(|spread| self.number(of(spread)));
        let mut cells = vec![Figure::drawn(number(|spread| spread.value))];
        if kind == SpreadKind::Deviation {
            cells.push(Figure::of(number(|spread| spread.usual.limits.lower)));
        }
        cells.push(Figure::of(number(|spread| spread.usual.centre)));
        cells.push(Figure::of(number(|spread| spread.usual.limits.upper)));
        cells
    }

    /// What the table says of a point beyond the limits of the second panel.
    pub(super) fn spread_beyond(&self, kind: SpreadKind) -> String {
        t(self.lang, "kpis-spread-beyond", &[("letter", kind.letter().to_owned())])
    }
}
