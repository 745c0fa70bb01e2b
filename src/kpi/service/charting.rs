//! The control chart of a KPI of a centre: its days, its phases and what they say together, for pages, files and programs alike
//! (ISO 9001 9.1.3).

use chrono::NaiveDate;

use super::values::{last_day, visible};
use super::{Known, PhaseBook, definition_on};
use crate::actor::Actor;
use crate::db::Conn;
use crate::error::Result;
use crate::kpi::control::{self, Charted, Frozen, Grain};
use crate::kpi::daybook::{DayBook, reach};
use crate::kpi::model::PhaseRow;
use crate::kpi::period::Period;
use crate::organisation::Centre;

/// Which chart is asked for: one that ends with the last day of a period.
#[derive(Debug, Clone)]
pub(crate) struct AskedChart {
    /// Code of the centre.
    pub(crate) centre: String,
    /// Code of the KPI.
    pub(crate) code: String,
    /// What a point stands for; none = what the definition says.
    pub(crate) points: Option<Grain>,
    pub(crate) period: Period,
}

/// A chart with what it is a chart of.
pub(crate) struct FoundChart {
    pub(crate) centre: Centre,
    pub(crate) known: Known,
    pub(crate) points: Grain,
    /// None where nothing was measured.
    pub(crate) charted: Option<Charted>,
}

/// The chart that is asked for.
///
/// # Errors
/// [`crate::error::Error::NotFound`] for an unknown KPI, and of a centre that the actor may not see.
pub(crate) fn control_chart(conn: &mut Conn, actor: &Actor, asked: &AskedChart, today: NaiveDate) -> Result<FoundChart> {
    let centre = visible(conn, actor, &asked.centre)?;
    let known = definition_on(conn, &asked.code, asked.period.to)?;
    let last = last_day(conn, &centre.id)?.map_or(asked.period.to, |last| last.min(asked.period.to));
    let source = ChartSource::of(conn, &centre, &known, asked.points, last, today)?;
    let book = source.book(conn, &centre, &known, Period::month_of(last).from)?;
    Ok(FoundChart { points: source.grain, charted: source.charted(&known, &book), centre, known })
}

/// What a chart is drawn of.
pub(crate) struct ChartSource {
    pub(crate) grain: Grain,
    /// The last day of the chart.
    pub(crate) last: NaiveDate,
    /// The phases, oldest first.
    pub(crate) rows: Vec<PhaseRow>,
    frozen: Vec<Frozen>,
}

impl ChartSource {
    /// What is known before the days are read.
    pub(crate) fn of(
        conn: &mut Conn,
        centre: &Centre,
        known: &Known,
        points: Option<Grain>,
        last: NaiveDate,
        today: NaiveDate,
    ) -> Result<Self> {
        let (grain, code) = (points.unwrap_or(known.definition.points), &known.definition.code);
        let book = PhaseBook::of(conn, &centre.id, Some(code))?;
        let last = control::end(grain, last, today);
        Ok(Self { grain, last, frozen: book.frozen(code, grain)?, rows: book.rows(code, grain).cloned().collect() })
    }

    /// The days that the chart needs, from this one on.
    pub(crate) fn first_day(&self, known: &Known) -> NaiveDate {
        control::first_day_of(known.definition.chart, self.grain, self.last, &self.frozen)
    }

    /// The days themselves, where nothing else is shown beside the chart.
    pub(crate) fn book(&self, conn: &mut Conn, centre: &Centre, known: &Known, from: NaiveDate) -> Result<DayBook> {
        let scope = known.formula.as_ref().map(|formula| formula.scope()).unwrap_or_default();
        let first = reach(Period::day(from.min(self.first_day(known))), &scope);
        DayBook::read(conn, &centre.id, (first, self.last), &scope)
    }

    /// The day from which frozen limits would judge, had the KPI not been computed in another way then.
    pub(crate) fn set_aside(&self, known: &Known) -> Option<NaiveDate> {
        let newest = self.frozen.iter().rev().find(|phase| phase.starts_on <= self.last)?;
        (!newest.suits(known)).then_some(newest.starts_on)
    }

    /// The chart.
    pub(crate) fn charted(&self, known: &Known, book: &DayBook) -> Option<Charted> {
        control::chart(known, book, self.grain, self.last, &self.frozen)
    }
}
