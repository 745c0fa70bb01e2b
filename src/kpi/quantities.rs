//! Named quantities of a centre over any set of days: flows add up, spreads are exact histograms, levels are stocks by day. Averages are
//! never stored (ISO 9001 9.1.1, 9.1.3).
//!
//! Invariant: [`Quantities::merge`] is exact, associative and commutative. A name that is absent was not delivered ("no data"); a name that
//! is present with 0 is zero.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::measures::{Histogram, Measures};

/// What contacts brought, in minor units.
pub(super) const CONTACT_REVENUE: &str = "contact_revenue_minor";

/// A stock counted on days. What several channels and sources counted on one day adds; days stand beside each other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Level(BTreeMap<NaiveDate, i64>);

impl Level {
    /// A stock counted on one day.
    #[must_use]
    pub fn on(day: NaiveDate, count: i64) -> Self {
        Self(BTreeMap::from([(day, count)]))
    }

    /// Stocks counted on days.
    #[must_use]
    pub(crate) fn of(days: BTreeMap<NaiveDate, i64>) -> Self {
        Self(days)
    }

    /// Adds another count.
    pub fn merge(&mut self, other: &Self) {
        for (day, count) in &other.0 {
            let mine = self.0.entry(*day).or_default();
            *mine = mine.saturating_add(*count);
        }
    }

    /// The stock on the last day counted.
    #[must_use]
    pub fn last(&self) -> Option<i64> {
        self.0.last_key_value().map(|(_, count)| *count)
    }

    /// The last day counted.
    #[must_use]
    pub fn last_day(&self) -> Option<NaiveDate> {
        self.0.last_key_value().map(|(day, _)| *day)
    }

    /// The sum over the days counted; divided by [`Level::days`] it is the mean.
    #[must_use]
    pub fn sum(&self) -> i128 {
        self.0.values().map(|count| i128::from(*count)).sum()
    }

    /// How many days were counted.
    #[must_use]
    pub fn days(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    /// The smallest count.
    #[must_use]
    pub fn min(&self) -> Option<i64> {
        self.0.values().min().copied()
    }

    /// The largest count.
    #[must_use]
    pub fn max(&self) -> Option<i64> {
        self.0.values().max().copied()
    }

    /// The counts by day.
    pub fn iter(&self) -> impl Iterator<Item = (NaiveDate, i64)> {
        self.0.iter().map(|(day, count)| (*day, *count))
    }
}

/// Named quantities. The JSON form is compact: `{"f":{"complaints":7},"l":{"headcount":{"2026-03-02":40}},"s":{"csat":"1:2,5:3"}}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quantities {
    /// Integers that add up.
    #[serde(default, rename = "f", skip_serializing_if = "BTreeMap::is_empty", with = "flows")]
    pub flows: BTreeMap<String, i128>,
    /// Stocks by day.
    #[serde(default, rename = "l", skip_serializing_if = "BTreeMap::is_empty")]
    pub levels: BTreeMap<String, Level>,
    /// Histograms.
    #[serde(default, rename = "s", skip_serializing_if = "BTreeMap::is_empty", with = "spreads")]
    pub spreads: BTreeMap<String, Histogram>,
}

impl Quantities {
    /// True when nothing was delivered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.flows.is_empty() && self.levels.is_empty() && self.spreads.is_empty()
    }

    /// Adds to a flow; adding 0 makes it present.
    pub fn add_flow(&mut self, name: &str, count: i128) {
        match self.flows.get_mut(name) {
            Some(flow) => *flow = flow.saturating_add(count),
            None => {
                self.flows.insert(name.to_owned(), count);
            }
        }
    }

    /// Adds to a stock on a day.
    pub fn add_level(&mut self, name: &str, day: NaiveDate, count: i64) {
        self.levels.entry(name.to_owned()).or_default().merge(&Level::on(day, count));
    }

    /// Adds a histogram to a spread; an empty one makes it present.
    pub fn add_spread(&mut self, name: &str, histogram: &Histogram) {
        match self.spreads.get_mut(name) {
            Some(spread) => spread.merge(histogram),
            None => {
                self.spreads.insert(name.to_owned(), histogram.clone());
            }
        }
    }

    /// Adds another set.
    pub fn merge(&mut self, other: &Self) {
        for (name, count) in &other.flows {
            self.add_flow(name, *count);
        }
        for (name, level) in &other.levels {
            match self.levels.entry(name.clone()) {
                Entry::Occupied(mut mine) => mine.get_mut().merge(level),
                Entry::Vacant(free) => {
                    free.insert(level.clone());
                }
            }
        }
        for (name, histogram) in &other.spreads {
            self.add_spread(name, histogram);
        }
    }

    /// Adds up any number of sets.
    #[must_use]
    pub fn total<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut sum = Self::default();
        for part in parts {
            sum.merge(part);
        }
        sum
    }

    /// True when a measure of this name was delivered, whatever its shape.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        self.flows.contains_key(name) || self.spreads.contains_key(name) || self.levels.contains_key(name)
    }
}

/// The measures of contacts as named quantities. Where the log told nothing (no row at all, no waits, no handle times, no ratings, no
/// resolution marks, no revenue) the names are absent; a revenue of nothing that was told is a named quantity of its own.
impl From<&Measures> for Quantities {
    fn from(m: &Measures) -> Self {
        let mut found = Self::default();
        if *m == Measures::default() {
            return found;
        }
        let mut flow = |name: &str, count: u64, told: bool| {
            if told {
                found.flows.insert(name.to_owned(), i128::from(count));
            }
        };
        let handles = m.handled > 0 || m.answered == 0;
        flow("offered", m.offered(), true);
        flow("answered", m.answered, true);
        flow("abandoned", m.abandoned, true);
        flow("abandoned_early", m.abandoned_before_queue, true);
        flow("wait_answered_s", m.wait_answered_s, !m.wait_answered.is_empty() || m.answered == 0);
        for (name, sum) in [("talk_s", m.talk_s), ("hold_s", m.hold_s), ("wrap_s", m.wrap_s), ("handled", m.handled)] {
            flow(name, sum, handles);
        }
        flow("resolved", m.resolved, m.resolved_known > 0);
        flow("resolved_known", m.resolved_known, m.resolved_known > 0);
        if handles {
            found.flows.insert("handle_sq".to_owned(), m.handle_square);
        }
        if m.revenue_minor != 0 {
            found.flows.insert(CONTACT_REVENUE.to_owned(), i128::from(m.revenue_minor));
        }
        let mut spread = |name: &str, histogram: Histogram, told: bool| {
            if told {
                found.spreads.insert(name.to_owned(), histogram);
            }
        };
        spread("wait_answered", m.wait_answered.clone(), !m.wait_answered.is_empty() || m.answered == 0);
        spread("wait_abandoned", m.wait_abandoned.clone(), !m.wait_abandoned.is_empty() || m.abandoned == 0);
        spread("csat", Histogram::from_pairs((1_u32..).zip(m.csat)), m.csat_answers() > 0);
        found
    }
}

/// Flows as JSON: numbers, and texts where a number would not be exact in sixty-four bits.
mod flows {
    use std::fmt;

    use serde::de::{Error, Visitor};

    use super::{BTreeMap, Deserialize, Deserializer, Serialize, Serializer};

    struct Whole(i128);

    impl Serialize for Whole {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match i64::try_from(self.0) {
                Ok(short) => serializer.serialize_i64(short),
                Err(_) => serializer.collect_str(&self.0),
            }
        }
    }

    /// Told apart without a copy of what is read: every day of every chart comes this way.
    impl<'de> Deserialize<'de> for Whole {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_any(Reader)
        }
    }

    struct Reader;

    impl Visitor<'_> for Reader {
        type Value = Whole;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number, as a text where it is large")
        }

        fn visit_i64<E: Error>(self, count: i64) -> Result<Whole, E> {
            Ok(Whole(count.into()))
        }

        fn visit_u64<E: Error>(self, count: u64) -> Result<Whole, E> {
            Ok(Whole(count.into()))
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Whole, E> {
            text.parse().map(Whole).map_err(E::custom)
        }
    }

    pub(super) fn serialize<S: Serializer>(flows: &BTreeMap<String, i128>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(flows.iter().map(|(name, count)| (name, Whole(*count))))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, i128>, D::Error> {
        let flows = BTreeMap::<String, Whole>::deserialize(deserializer)?;
        Ok(flows.into_iter().map(|(name, Whole(count))| (name, count)).collect())
    }
}

/// Spreads as JSON: the text form of histograms.
mod spreads {
    use super::{BTreeMap, Deserialize, Deserializer, Histogram, Serializer};

    pub(super) fn serialize<S: Serializer>(spreads: &BTreeMap<String, Histogram>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(spreads.iter().map(|(name, histogram)| (name, histogram.to_text())))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Histogram>, D::Error> {
        let texts = BTreeMap::<String, String>::deserialize(deserializer)?;
        let read = |text: &str| Histogram::from_text(text).map_err(serde::de::Error::custom);
        texts.into_iter().map(|(name, text)| Ok((name, read(&text)?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kpi::vocabulary::Vocabulary;

    fn day(number: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, number).unwrap()
    }

    prop_compose! {
        fn quantities()(
            flows in prop::collection::btree_map("[ab]", -1_000_000_000_000_000_000_000_i128..1 << 90, 0..3),
            levels in prop::collection::vec(("[cd]", 1_u32..6, -50_i64..500), 0..5),
            spreads in prop::collection::btree_map("[ef]", prop::collection::vec((0_u32..50, 0_u64..9), 0..6), 0..3),
        ) -> Quantities {
            let mut made = Quantities { flows, ..Quantities::default() };
            levels.iter().for_each(|(name, on, count)| made.add_level(name, day(*on), *count));
            spreads.into_iter().for_each(|(name, pairs)| made.add_spread(&name, &Histogram::from_pairs(pairs)));
            made
        }
    }

    proptest! {
        #[test]
        fn merging_is_associative_and_commutative(a in quantities(), b in quantities(), c in quantities()) {
            let mut left = a.clone();
            left.merge(&b);
            let mut swapped = b.clone();
            swapped.merge(&a);
            prop_assert_eq!(&left, &swapped);
            left.merge(&c);
            prop_assert_eq!(left, Quantities::total([&c, &a, &b]));
        }

        #[test]
        fn json_keeps_everything(made in quantities()) {
            let text = serde_json::to_string(&made).unwrap();
            prop_assert_eq!(serde_json::from_str::<Quantities>(&text).unwrap(), made);
        }
    }

    #[test]
    fn the_compact_form() {
        let mut made = Quantities::default();
        assert_eq!(serde_json::to_string(&made).unwrap(), "{}");
        made.add_flow("complaints", 7);
        made.add_flow("pairs_product", i128::from(i64::MAX) + 1);
        made.add_level("headcount", day(2), 30);
        made.add_level("headcount", day(2), 10);
        made.add_spread("csat", &Histogram::from_pairs([(1, 2), (5, 3)]));
        let text = concat!(
            r#"{"f":{"complaints":7,"pairs_product":"9223372036854775808"},"#,
            r#""l":{"headcount":{"2026-03-02":40}},"s":{"csat":"1:2,5:3"}}"#
        );
        assert_eq!(serde_json::to_string(&made).unwrap(), text);
        assert!(serde_json::from_str::<Quantities>(r#"{"f":{"complaints":1.5}}"#).is_err());
        assert!(serde_json::from_str::<Quantities>(r#"{"s":{"csat":"5:3,1:2"}}"#).is_err());
        assert!(serde_json::from_str::<Quantities>(r#"{"x":{}}"#).is_err());
    }

    #[test]
    fn levels_add_on_a_day_and_stand_beside_each_other_over_days() {
        let mut level = Level::on(day(3), 12);
        level.merge(&Level::on(day(1), 10));
        level.merge(&Level::on(day(3), 5));
        assert_eq!((level.last(), level.last_day(), level.sum(), level.days()), (Some(17), Some(day(3)), 27, 2));
        assert_eq!((level.min(), level.max()), (Some(10), Some(17)));
        assert_eq!(Level::default().last(), None);
    }

    #[test]
    fn what_a_log_does_not_tell_is_absent() {
        assert!(Quantities::from(&Measures::default()).is_empty());
        let bare = Quantities::from(&Measures { answered: 5, abandoned: 2, ..Measures::default() });
        assert_eq!((bare.flows["offered"], bare.flows["abandoned_early"]), (7, 0));
        for name in ["wait_answered", "wait_abandoned", "wait_answered_s", "handled", "talk_s", "handle_sq", "resolved", "csat"] {
            assert!(!bare.knows(name), "{name}");
        }
        let whole = Measures {
            answered: 2,
            handled: 2,
            talk_s: 30,
            handle_square: 500,
            wait_answered_s: 9,
            wait_answered: Histogram::from_pairs([(4, 1), (5, 1)]),
            resolved_known: 2,
            csat: [0, 0, 1, 0, 1],
            revenue_minor: -3,
            ..Measures::default()
        };
        let found = Quantities::from(&whole);
        assert_eq!((found.flows["resolved"], found.flows["handle_sq"], found.flows["contact_revenue_minor"]), (0, 500, -3));
        assert_eq!((found.spreads["csat"].to_text(), found.spreads["wait_abandoned"].total()), ("3:1,5:1".to_owned(), 0));
        let vocabulary = Vocabulary::shipped();
        assert!(found.flows.keys().chain(found.spreads.keys()).all(|name| vocabulary.measure(name).is_some()));
    }
}
