//! Results of a month that may not stand, whatever the total of its card is. A card says which they are from what it holds itself, so that a
//! published one tells the same for ever.

use super::{CardKpi, FrozenCard, FrozenKpi, Why};
use crate::kpi::definition::Definition;
use crate::kpi::model::SignalRule;
use crate::kpi::scoring::{Position, Standing};

/// Whether it counts that a KPI is out of its allowed range: of what is scored, and of gates, however few they rest on.
fn counts(definition: &Definition, why: Option<Why>) -> bool {
    why.is_none() || (definition.gate && why != Some(Why::NotApplicable))
}

impl CardKpi {
    /// Outside its allowed range, where that counts.
    pub fn is_out_of_range(&self) -> bool {
        self.position == Some(Position::OutOfRange) && counts(&self.known.definition, self.why)
    }
}

impl FrozenKpi {
    /// The rule that its result breaks, whatever the total is; none where it may stand.
    #[must_use]
    pub fn gate(&self) -> Option<SignalRule> {
        let fallen = self.state == Standing::OutOfRange && counts(&self.definition, self.why);
        fallen.then_some(if self.definition.gate { SignalRule::Gate } else { SignalRule::Range })
    }
}

impl FrozenCard {
    /// The results that may not stand, those of gates first.
    #[must_use]
    pub fn gates(&self) -> Vec<(&FrozenKpi, SignalRule)> {
        let mut found: Vec<(&FrozenKpi, SignalRule)> = self.kpis.iter().filter_map(|kpi| Some((kpi, kpi.gate()?))).collect();
        found.sort_by_key(|(_, rule)| *rule != SignalRule::Gate);
        found
    }
}
