//! `cargo xtask faults`: the built server under everything that happens to servers. The trials are a program of their own,
//! which says what they are.

use crate::{Outcome, paths, shell};

/// Runs the trials with the arguments that were given.
pub fn run(wish: &[&str]) -> Outcome {
    let mut trials = shell::cargo();
    trials
        .args(["run", "--quiet", "--release", "--package", "faults", "--"])
        .args(wish)
        .env("SECURECHAT_SERVER", paths::server()?);
    shell::run(&mut trials)
}
