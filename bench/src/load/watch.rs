//! Whether the generator itself was the bottleneck.

use crate::{Outcome, measured::Fault, process::own_cpu_seconds};
use std::time::Instant;

/// The generator's share of its core above which it may have been.
const FULL: f64 = 0.97;

/// How busy this process is from here on.
pub struct Watch {
    began: Instant,
    before: f64,
}

impl Watch {
    /// From now on.
    pub fn start() -> Outcome<Self> {
        Ok(Self {
            began: Instant::now(),
            before: own_cpu_seconds()?,
        })
    }

    /// Until now. Void if the core was full.
    pub fn end(self) -> Result<(), Fault> {
        let share = (own_cpu_seconds()? - self.before) / self.began.elapsed().as_secs_f64();
        match share > FULL {
            true => Err(Fault::Void(format!(
                "the generator's core was full ({:.0} %)",
                100.0 * share
            ))),
            false => Ok(()),
        }
    }
}
