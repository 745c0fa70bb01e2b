//! What the measures of a card come to, and which batches they came with: the step from a figure down to its files (ISO 9001 7.1.5.2).

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::behind::{sums, used};
use super::{Card, Input, Known};
use crate::db::Conn;
use crate::error::Result;
use crate::kpi::daybook::reach;
use crate::kpi::expression::Window;
use crate::kpi::method::Figure;
use crate::kpi::model::Batch;
use crate::kpi::period::Period;
use crate::kpi::quantities::Quantities;
use crate::kpi::rows::totals_of;
use crate::kpi::store_measures;
use crate::kpi::totals::Totals;

/// What a measure of a value comes to in the period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ScorecardMeasure)]
pub struct MeasureTotal {
    /// Name of the measure.
    pub measure: String,
    /// A sum, the number of values of a spread, the last count of a stock; none when it was not delivered.
    #[schema(value_type = Option<f64>)]
    pub sum: Option<Figure>,
}

/// The measures behind a card, by batch.
pub(super) struct Shares {
    period: Period,
    /// All batches together.
    all: Quantities,
    /// What each batch, by number, adds to the period.
    own: BTreeMap<i64, Quantities>,
    /// What came before the period, where wider windows look at it.
    earlier: Vec<(i64, NaiveDate, Quantities)>,
}

impl Shares {
    /// Reads them.
    ///
    /// # Errors
    /// When what is stored cannot be read.
    pub(super) fn behind(conn: &mut Conn, card: &Card) -> Result<Self> {
        let (period, centre) = (card.period, card.centre.id.as_str());
        let formulas = card.kpis.iter().filter_map(|kpi| kpi.known.formula.as_ref());
        let windows: BTreeSet<Window> = formulas.flat_map(|formula| formula.windows()).collect();
        let first = reach(period, &windows);
        let batches = store_measures::inputs(conn, centre, first, period.to)?;
        let numbers: BTreeMap<String, i64> = batches.into_iter().map(|batch| (batch.id, batch.number)).collect();
        let (mut own, mut earlier): (BTreeMap<i64, Totals>, Vec<_>) = Default::default();
        for row in store_measures::live(conn, centre, first, period.to)? {
            let Some(number) = numbers.get(&row.batch_id) else { continue };
            let totals = totals_of(&row)?;
            if row.day < period.from {
                earlier.push((*number, row.day, totals.into_quantities()));
            } else {
                own.entry(*number).or_default().take(totals);
            }
        }
        let all = Totals::total(own.values()).into_quantities();
        let own = own.into_iter().map(|(number, totals)| (number, totals.into_quantities())).collect();
        Ok(Self { period, all, own, earlier })
    }

    /// The measures of a value, and the numbers of the batches that add to it.
    pub(super) fn of(&self, known: &Known) -> (Vec<MeasureTotal>, Vec<i64>) {
        let (Ok(used), Some(formula)) = (used(known), known.formula.as_ref()) else { return Default::default() };
        let first = reach(self.period, &formula.windows());
        let adds = |quantities: &Quantities| sums(&used, quantities).iter().any(|sum| sum.stored.is_some());
        let own = self.own.iter();
        let earlier = self.earlier.iter().filter(|(_, day, _)| *day >= first).map(|(number, _, quantities)| (number, quantities));
        let batches: BTreeSet<i64> =
            own.chain(earlier).filter(|(_, quantities)| adds(quantities)).map(|(number, _)| *number).collect();
        let total = |sum: super::MeasureSum| MeasureTotal { measure: sum.measure, sum: sum.stored.map(figure) };
        (sums(&used, &self.all).into_iter().map(total).collect(), batches.into_iter().collect())
    }
}

/// What was delivered of a span of days, by batch: so that a value names the files that it follows from, and no others.
pub(super) struct Delivered {
    batches: Vec<Batch>,
    rows: Vec<(NaiveDate, String, Quantities)>,
}

impl Delivered {
    /// Reads it.
    ///
    /// # Errors
    /// When what is stored cannot be read.
    pub(super) fn between(conn: &mut Conn, centre_id: &str, from: NaiveDate, to: NaiveDate) -> Result<Self> {
        let batches = store_measures::inputs(conn, centre_id, from, to)?;
        let live = store_measures::live(conn, centre_id, from, to)?;
        let rows = live.into_iter().map(|row| Ok((row.day, row.batch_id.clone(), totals_of(&row)?.into_quantities())));
        Ok(Self { batches, rows: rows.collect::<Result<_>>()? })
    }

    /// The batches that deliver something that a KPI counts, from a day on.
    pub(super) fn adding_to(&self, known: &Known, from: NaiveDate) -> Vec<Input> {
        let used = used(known).unwrap_or_default();
        let adds = |quantities: &Quantities| used.iter().any(|measure| quantities.knows(&measure.name));
        let rows = self.rows.iter().filter(|(day, _, quantities)| *day >= from && adds(quantities));
        let ids: BTreeSet<&str> = rows.map(|(_, batch, _)| batch.as_str()).collect();
        self.batches.iter().filter(|batch| ids.contains(batch.id.as_str())).map(Input::of).collect()
    }
}

/// Whole as long as it can be written so.
fn figure(sum: i128) -> Figure {
    i64::try_from(sum).map_or(Figure::Real(sum as f64), Figure::Whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_stay_whole_while_they_can() {
        assert_eq!(figure(70), Figure::Whole(70));
        assert_eq!(figure(i128::from(i64::MAX) + 1), Figure::Real(9_223_372_036_854_775_808.0));
    }
}
