//! What any set of days of a centre comes to: its contacts, whose sums are quick, and everything else as named quantities.
//!
//! Invariant: adding up is exact, whichever way the days are taken together.

use super::measures::Measures;
use super::quantities::Quantities;

/// The sum of days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// Contacts of call logs.
    pub contacts: Measures,
    /// What other sources delivered.
    pub named: Quantities,
}

impl Totals {
    /// Of contacts alone.
    #[must_use]
    pub fn of(contacts: Measures) -> Self {
        Self { contacts, named: Quantities::default() }
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: &Self) {
        self.contacts.merge(&other.contacts);
        if !other.named.is_empty() {
            self.named.merge(&other.named);
        }
    }

    /// The same of a sum that is not needed any more.
    pub fn take(&mut self, other: Self) {
        if self.contacts == Measures::default() {
            self.contacts = other.contacts;
        } else {
            self.contacts.merge(&other.contacts);
        }
        if self.named.is_empty() {
            self.named = other.named;
        } else {
            self.named.merge(&other.named);
        }
    }

    /// Adds up any number of sums.
    #[must_use]
    pub fn total<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut sum = Self::default();
        for part in parts {
            sum.merge(part);
        }
        sum
    }

    /// All of it by name.
    #[must_use]
    pub fn quantities(&self) -> Quantities {
        self.clone().into_quantities()
    }

    /// The same of a sum that is not needed any more.
    #[must_use]
    pub fn into_quantities(self) -> Quantities {
        let mut found = self.named;
        found.merge(&Quantities::from(&self.contacts));
        found
    }
}
