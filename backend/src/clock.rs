//! Time as the backend sees it, so that tests decide what time it is.

use protocol::Time;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// A clock; clones show the same time.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Set(Arc<AtomicU64>),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `start` until [`Clock::advance`] moves it.
    pub fn fake(start: Time) -> Self {
        Self(Source::Set(Arc::new(AtomicU64::new(start))))
    }

    /// Milliseconds since 1970-01-01 UTC.
    pub fn now(&self) -> Time {
        match &self.0 {
            Source::System => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, millis),
            Source::Set(time) => time.load(Ordering::SeqCst),
        }
    }

    /// Moves a fake clock forward; the machine's clock can't be moved.
    pub fn advance(&self, by: Duration) {
        if let Source::Set(time) = &self.0 {
            time.fetch_add(millis(by), Ordering::SeqCst);
        }
    }
}

/// A duration in the unit of [`Time`].
pub(crate) fn millis(duration: Duration) -> Time {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
