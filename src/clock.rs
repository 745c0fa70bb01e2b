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
    /// The machine's clock, moved by so many microseconds: a demo that lives on another day.
    Shifted(i64),
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
            Self::System => machine(),
            Self::Shifted(by) => machine().saturating_add(*by),
            Self::Manual(at) => at.load(Ordering::Relaxed),
        };
        DateTime::from_timestamp_micros(micros).unwrap_or_default()
    }

    /// The machine's clock, moved so that it now shows this instant.
    pub fn shifted(to: DateTime<Utc>) -> Self {
        Self::Shifted(to.timestamp_micros().saturating_sub(machine()))
    }

    /// Moves a standing clock; the machine's clock cannot be moved.
    pub fn set(&self, to: DateTime<Utc>) {
        if let Self::Manual(at) = self {
            at.store(to.timestamp_micros(), Ordering::Relaxed);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
fn machine() -> i64 {
    Utc::now().timestamp_micros()
}
