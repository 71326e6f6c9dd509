//! Time as the backend sees it, so that tests decide what time it is.

use protocol::Time;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// A clock; clones show the same time.
///
/// A machine's clock may be wrong and is then set right, by hours or years. What is stored and shown goes by [`Clock::now`];
/// what is only waited for, by [`Clock::steady`].
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System { started: Instant },
    Set(Arc<Fake>),
}

#[derive(Debug)]
struct Fake {
    now: AtomicU64,
    steady: AtomicU64,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Source::System {
            started: Instant::now(),
        })
    }

    /// A clock that stands at `start` until it is moved.
    pub fn fake(start: Time) -> Self {
        Self(Source::Set(Arc::new(Fake {
            now: start.into(),
            steady: start.into(),
        })))
    }

    /// Milliseconds since 1970-01-01 UTC.
    pub fn now(&self) -> Time {
        match &self.0 {
            Source::System { .. } => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, millis),
            Source::Set(fake) => fake.now.load(Ordering::SeqCst),
        }
    }

    /// Milliseconds since some moment of this process; never goes back, and never jumps.
    pub fn steady(&self) -> Time {
        match &self.0 {
            Source::System { started } => millis(started.elapsed()),
            Source::Set(fake) => fake.steady.load(Ordering::SeqCst),
        }
    }

    /// Lets time pass on a fake clock; the machine's clock can't be moved.
    pub fn advance(&self, by: Duration) {
        if let Source::Set(fake) = &self.0 {
            fake.now.fetch_add(millis(by), Ordering::SeqCst);
            fake.steady.fetch_add(millis(by), Ordering::SeqCst);
        }
    }

    /// Sets a fake clock, forward or back, while no time passes.
    pub fn set(&self, now: Time) {
        if let Source::Set(fake) = &self.0 {
            fake.now.store(now, Ordering::SeqCst);
        }
    }
}

/// A duration in the unit of [`Time`].
pub(crate) fn millis(duration: Duration) -> Time {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
