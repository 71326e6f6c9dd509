//! A stage of `cargo xtask test`: a name, a piece of work, and one line about how it went.

use crate::{Outcome, say};
use std::time::Instant;

/// Runs the work, says how long it took, and puts the stage's name before a failure.
pub fn run(name: &str, work: impl FnOnce() -> Outcome) -> Outcome {
    say::step(name);
    let begun = Instant::now();
    let outcome = work();
    let seconds = begun.elapsed().as_secs_f64();
    match outcome {
        Ok(()) => {
            say::done(&format!("{name}: {seconds:.1} s"));
            Ok(())
        }
        Err(failure) => Err(format!("{name} failed after {seconds:.1} s: {failure}")),
    }
}
