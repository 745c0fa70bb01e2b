//! What the measures of a card come to, and which batches they came with: the step from a figure down to its files (ISO 9001 7.1.5.2).

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::behind::{sums, used};
use super::{Input, Known};
use crate::db::Conn;
use crate::error::Result;
use crate::kpi::daybook::reach;
use crate::kpi::expression::Scope;
use crate::kpi::method::Figure;
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
    /// The batches of the period.
    pub(super) inputs: Vec<Input>,
    /// Those of days before it alone, where wider windows look at them.
    pub(super) earlier: Vec<Input>,
    /// All batches together.
    all: Quantities,
    /// What each batch, by number, adds to the period.
    own: BTreeMap<i64, Quantities>,
    /// What came before the period, where wider windows look at it.
    before: Vec<(i64, NaiveDate, Quantities)>,
}

impl Shares {
    /// Reads them.
    ///
    /// # Errors
    /// When what is stored cannot be read.
    pub(super) fn behind(conn: &mut Conn, period: Period, centre_id: &str, scope: &Scope) -> Result<Self> {
        let first = reach(period, scope);
        let batches = store_measures::inputs(conn, centre_id, first, period.to)?;
        let all: Vec<Input> = batches.iter().map(Input::of).collect();
        let inputs = if first == period.from { all.clone() } else { inputs(conn, centre_id, period)? };
        let earlier = all.into_iter().filter(|input| !inputs.contains(input)).collect();
        let numbers: BTreeMap<String, i64> = batches.into_iter().map(|batch| (batch.id, batch.number)).collect();
        let (mut own, mut before): (BTreeMap<i64, Totals>, Vec<_>) = Default::default();
        for row in store_measures::live(conn, centre_id, first, period.to)? {
            let Some(number) = numbers.get(&row.batch_id) else { continue };
            let totals = totals_of(&row)?;
            if row.day < period.from {
                before.push((*number, row.day, totals.into_quantities()));
            } else {
                own.entry(*number).or_default().take(totals);
            }
        }
        let all = Totals::total(own.values()).into_quantities();
        let own = own.into_iter().map(|(number, totals)| (number, totals.into_quantities())).collect();
        Ok(Self { period, inputs, earlier, all, own, before })
    }

    /// The measures of a value, and the numbers of the batches that add to it.
    pub(super) fn of(&self, known: &Known) -> (Vec<MeasureTotal>, Vec<i64>) {
        let (Ok(used), Some(formula)) = (used(known), known.formula.as_ref()) else { return Default::default() };
        let first = reach(self.period, &formula.scope());
        let adds = |quantities: &Quantities| sums(&used, quantities).iter().any(|sum| sum.stored.is_some());
        let own = self.own.iter();
        let earlier = self.before.iter().filter(|(_, day, _)| *day >= first).map(|(number, _, quantities)| (number, quantities));
        let batches: BTreeSet<i64> =
            own.chain(earlier).filter(|(_, quantities)| adds(quantities)).map(|(number, _)| *number).collect();
        let total = |sum: super::MeasureSum| MeasureTotal { measure: sum.measure, sum: sum.stored.map(figure) };
        (sums(&used, &self.all).into_iter().map(total).collect(), batches.into_iter().collect())
    }

    /// The batches that add to a value: a value names the files that it follows from, and no others.
    pub(super) fn inputs_of(&self, known: &Known) -> Vec<Input> {
        let (_, adding) = self.of(known);
        let mut inputs: Vec<Input> = self.earlier.iter().chain(&self.inputs).cloned().collect();
        inputs.retain(|input| adding.contains(&input.batch));
        inputs.sort_by_key(|input| input.batch);
        inputs
    }
}

fn inputs(conn: &mut Conn, centre_id: &str, period: Period) -> Result<Vec<Input>> {
    Ok(store_measures::inputs(conn, centre_id, period.from, period.to)?.iter().map(Input::of).collect())
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
