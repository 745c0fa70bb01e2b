//! What a day of one centre on one channel comes to: integer sums and exact whole-second histograms, never averaged ratios, so that any
//! period is the plain sum of its days (ISO 9001 9.1.1, ISO 18295-1 measurement of the customer contact centre).
//!
//! Invariant: [`Measures::merge`] is exact, associative and commutative; a month is the same whichever way its days are added up.

mod histogram;

pub use histogram::{Histogram, HistogramError};

/// The additive inputs of the KPIs for a set of contacts. Durations are whole seconds, money is in minor units.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Measures {
    /// Contacts that reached the queue and were answered.
    pub answered: u64,
    /// Contacts that reached the queue and left it unanswered.
    pub abandoned: u64,
    /// Contacts that left before the queue (in the voice menu); not part of the offered ones.
    pub abandoned_before_queue: u64,
    /// Rows that the mapping leaves out (outbound calls, tests).
    pub ignored: u64,
    /// Seconds that answered contacts waited, summed. Zero waits count.
    pub wait_answered_s: u64,
    /// Seconds talked on answered contacts.
    pub talk_s: u64,
    /// Seconds on hold on answered contacts.
    pub hold_s: u64,
    /// Seconds of after-contact work on answered contacts.
    pub wrap_s: u64,
    /// Answered contacts whose handle time is known.
    pub handled: u64,
    /// Sum of the squares of the handle time (talk, hold and wrap together) over `handled`.
    pub handle_square: i128,
    /// Answered contacts marked as resolved.
    pub resolved: u64,
    /// Answered contacts marked as resolved or not resolved.
    pub resolved_known: u64,
    /// Ratings 1 to 5 on answered contacts: `csat[0]` counts the ones.
    pub csat: [u64; 5],
    /// Revenue of answered contacts in minor units.
    pub revenue_minor: i64,
    /// Waits of the answered contacts, as far as known.
    pub wait_answered: Histogram,
    /// Waits of the abandoned contacts, as far as known.
    pub wait_abandoned: Histogram,
}

impl Measures {
    /// Contacts that reached the queue: answered and abandoned.
    #[must_use]
    pub fn offered(&self) -> u64 {
        self.answered.saturating_add(self.abandoned)
    }

    /// Seconds of handling: talk, hold and wrap.
    #[must_use]
    pub fn handle_s(&self) -> u64 {
        self.talk_s.saturating_add(self.hold_s).saturating_add(self.wrap_s)
    }

    /// How many ratings were given.
    #[must_use]
    pub fn csat_answers(&self) -> u64 {
        self.csat.iter().sum()
    }

    /// The sum of the ratings.
    #[must_use]
    pub fn csat_sum(&self) -> u64 {
        self.csat.iter().zip(1..).map(|(count, rating)| count * rating).sum()
    }

    /// Adds another set of contacts.
    pub fn merge(&mut self, other: &Self) {
        self.answered = self.answered.saturating_add(other.answered);
        self.abandoned = self.abandoned.saturating_add(other.abandoned);
        self.abandoned_before_queue = self.abandoned_before_queue.saturating_add(other.abandoned_before_queue);
        self.ignored = self.ignored.saturating_add(other.ignored);
        self.wait_answered_s = self.wait_answered_s.saturating_add(other.wait_answered_s);
        self.talk_s = self.talk_s.saturating_add(other.talk_s);
        self.hold_s = self.hold_s.saturating_add(other.hold_s);
        self.wrap_s = self.wrap_s.saturating_add(other.wrap_s);
        self.handled = self.handled.saturating_add(other.handled);
        self.handle_square = self.handle_square.saturating_add(other.handle_square);
        self.resolved = self.resolved.saturating_add(other.resolved);
        self.resolved_known = self.resolved_known.saturating_add(other.resolved_known);
        for (mine, theirs) in self.csat.iter_mut().zip(other.csat) {
            *mine = mine.saturating_add(theirs);
        }
        self.revenue_minor = self.revenue_minor.saturating_add(other.revenue_minor);
        self.wait_answered.merge(&other.wait_answered);
        self.wait_abandoned.merge(&other.wait_abandoned);
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
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn measures()(
            counts in prop::collection::vec(0_u64..1_000_000, 11),
            csat in prop::array::uniform5(0_u64..1000),
            revenue_minor in -1_000_000_i64..1_000_000,
            handle_square in 0_i128..1_000_000_000_000,
            answered in prop::collection::vec((0_u32..5000, 1_u64..50), 0..40),
            abandoned in prop::collection::vec((0_u32..5000, 1_u64..50), 0..40),
        ) -> Measures {
            Measures {
                answered: counts[0], abandoned: counts[1], abandoned_before_queue: counts[2], ignored: counts[3],
                wait_answered_s: counts[4], talk_s: counts[5], hold_s: counts[6], wrap_s: counts[7], handled: counts[8],
                handle_square, resolved: counts[9], resolved_known: counts[10], csat, revenue_minor,
                wait_answered: Histogram::from_pairs(answered), wait_abandoned: Histogram::from_pairs(abandoned),
            }
        }
    }

    proptest! {
        #[test]
        fn merging_is_associative_and_commutative(a in measures(), b in measures(), c in measures()) {
            let mut left = a.clone();
            left.merge(&b);
            let mut swapped = b.clone();
            swapped.merge(&a);
            prop_assert_eq!(&left, &swapped);
            left.merge(&c);
            let mut right = b.clone();
            right.merge(&c);
            let mut whole = a.clone();
            whole.merge(&right);
            prop_assert_eq!(&left, &whole);
            prop_assert_eq!(left, Measures::total([&c, &a, &b]));
        }
    }

    #[test]
    fn sums_that_follow_from_the_parts() {
        let day =
            Measures { answered: 7, abandoned: 3, talk_s: 10, hold_s: 5, wrap_s: 1, csat: [1, 0, 0, 2, 4], ..Measures::default() };
        assert_eq!((day.offered(), day.handle_s(), day.csat_answers(), day.csat_sum()), (10, 16, 7, 29));
    }
}
