//! The sums of channels beside those of all channels together, of the measures that formulas ask for so, and of no others.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::parts;
use crate::kpi::expression::Scope;
use crate::kpi::quantities::Quantities;
use crate::kpi::totals::Totals;
use crate::kpi::vocabulary::Vocabulary;

type Sums = BTreeMap<String, Quantities>;

/// Sums by channel.
#[derive(Debug, Clone, Default)]
pub(in crate::kpi) struct ByChannel {
    /// Names of the measures that are asked for; empty where no formula asks.
    names: BTreeSet<&'static str>,
    months: BTreeMap<NaiveDate, Sums>,
    days: BTreeMap<NaiveDate, Sums>,
}

impl ByChannel {
    /// Nothing yet, of the measures of a scope.
    pub(in crate::kpi) fn of(scope: &Scope) -> Self {
        let name = |slot: &_| Vocabulary::shipped().at(*slot).name.as_str();
        Self { names: scope.by_channel.iter().map(name).collect(), ..Self::default() }
    }

    /// Whether any formula asks.
    pub(in crate::kpi) fn is_asked(&self) -> bool {
        !self.names.is_empty()
    }

    /// Adds what a channel comes to on a day.
    pub(in crate::kpi) fn add_day(&mut self, day: NaiveDate, channel: &str, totals: &Totals) {
        if self.is_asked() {
            let own = self.own(totals);
            self.days.entry(day).or_default().entry(channel.to_owned()).or_default().merge(&own);
        }
    }

    /// Adds what a channel comes to in a month.
    pub(super) fn add_month(&mut self, month: NaiveDate, channel: &str, totals: &Totals) {
        let own = self.own(totals);
        self.months.entry(month).or_default().entry(channel.to_owned()).or_default().merge(&own);
    }

    /// The measures that are asked for.
    fn own(&self, totals: &Totals) -> Quantities {
        let mut found = totals.quantities();
        let asked = |name: &String| self.names.contains(name.as_str());
        found.flows.retain(|name, _| asked(name));
        found.levels.retain(|name, _| asked(name));
        found.spreads.retain(|name, _| asked(name));
        found
    }

    /// What the channels come to from one day to another.
    pub(in crate::kpi) fn between(&self, from: NaiveDate, to: NaiveDate) -> BTreeMap<&str, Quantities> {
        let mut found: BTreeMap<&str, Quantities> = BTreeMap::new();
        for sums in parts(&self.months, &self.days, from, to) {
            for (channel, sum) in sums {
                found.entry(channel).or_default().merge(sum);
            }
        }
        found
    }
}
