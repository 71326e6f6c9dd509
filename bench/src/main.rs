//! Measures SecureChat against what people would take instead: `cargo xtask bench` builds everything, and starts this.
//!
//! Figures of one machine say little on their own, so every metric (a module of [`metric`]) measures its subject and its
//! references in turns, and what counts is the ratio within each round. [`report`] writes docs/benchmarks.json, from which it makes
//! docs/BENCHMARKS.md and the plots.

mod cores;
mod load;
mod measured;
mod metric;
mod process;
mod report;
mod say;
mod setting;
mod subject;

use clap::Parser;
use setting::Setting;
use std::process::ExitCode;

/// A failure as one sentence for the person at the keyboard.
type Failure = String;
/// What can fail.
type Outcome<T = ()> = Result<T, Failure>;

fn main() -> ExitCode {
    match run(&Setting::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say::line(&format!("✗ {failure}"));
            ExitCode::FAILURE
        }
    }
}

fn run(setting: &Setting) -> Outcome {
    process::raise_open_files()?;
    let mut report = report::Report::open(&setting.out)?;
    for metric in metric::chosen(setting)? {
        say::line(&format!("→ {}", metric.id));
        let measured = (metric.measure)(setting)?;
        say::line(&report::markdown::tables(&measured));
        // Written after each metric, so that a run that is broken off keeps what it has.
        if !setting.quick {
            report.take(measured, setting)?;
        }
    }
    Ok(())
}
