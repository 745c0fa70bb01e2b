//! Time is a parameter: every instant the product stores comes from here, so that a demo or a test walks through years.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};

/// The source of the present.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A clock that stands until it is set; microseconds since 1970 UTC.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A standing clock.
    pub fn manual(at: DateTime<Utc>) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(at.timestamp_micros())))
    }

    /// The present in UTC, whole microseconds.
    pub fn now(&self) -> DateTime<Utc> {
        let micros = match self {
            #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
            Self::System => Utc::now().timestamp_micros(),
            Self::Manual(at) => at.load(Ordering::Relaxed),
        };
        DateTime::from_timestamp_micros(micros).unwrap_or_default()
    }

    /// Moves a standing clock; the machine's clock cannot be moved.
    pub fn set(&self, to: DateTime<Utc>) {
        if let Self::Manual(at) = self {
            at.store(to.timestamp_micros(), Ordering::Relaxed);
        }
    }
}
