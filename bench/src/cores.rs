//! Which core something runs on: what is measured on one, what measures on the other.

use crate::Outcome;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Where subjects and references run.
pub const SERVER: usize = 0;
/// Where the load comes from.
pub const GENERATOR: usize = 1;

/// Does the work on one core. Threads and processes that it starts stay there.
pub fn on<T>(core: usize, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    let told = |error| format!("core {core}: {error}");
    let before = sched_getaffinity(None).map_err(told)?;
    let mut only = CpuSet::new();
    only.set(core);
    sched_setaffinity(None, &only).map_err(told)?;
    let done = work();
    sched_setaffinity(None, &before).map_err(told)?;
    done
}
