//! What formulas look at beside the plain sums of a period.

use std::collections::BTreeSet;

use super::tree::Window;
use crate::kpi::vocabulary::Slot;

/// What has to be read for formulas beside the sums of a period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Wider windows that end with the period.
    pub windows: BTreeSet<Window>,
    /// Measures whose sums are asked for channel by channel.
    pub by_channel: BTreeSet<Slot>,
}

impl Scope {
    /// Takes in what another one looks at.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.windows.extend(other.windows);
        self.by_channel.extend(other.by_channel);
        self
    }
}

impl FromIterator<Self> for Scope {
    fn from_iter<I: IntoIterator<Item = Self>>(scopes: I) -> Self {
        scopes.into_iter().fold(Self::default(), Self::and)
    }
}
