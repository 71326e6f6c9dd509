//! `cargo xtask faults`: the real server under everything that happens to servers. It is killed, its disk fills up, its
//! clients stop reading, flood it, vanish, and come back all at once; each trial checks that what the server acknowledged
//! is there, and that nobody suffers from what another does.
//!
//! No trial measures by the wall clock: what "not delayed" means is that others got everything while the fault lasted.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    reason = "this is test code: what fails is to stop the trial, loudly"
)]

mod trials;
mod world;

use clap::Parser;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::{
    io::Write,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    process::ExitCode,
    thread,
    time::Instant,
};
use tokio::runtime::{Handle, Runtime};
use trials::{TRIALS, Trial};

/// What is tried, and how long.
#[derive(Debug, Clone, Parser)]
#[command(name = "cargo xtask faults", disable_help_subcommand = true)]
pub struct Wish {
    /// The server to try.
    #[arg(long, env = "SECURECHAT_SERVER", value_name = "FILE", hide = true)]
    server: PathBuf,

    /// The short form, as the ordinary tests run it: all trials at once, each with smaller numbers.
    #[arg(long)]
    short: bool,

    /// Only this trial.
    #[arg(long, value_name = "NAME")]
    only: Option<String>,

    /// What chance is made of: the same number for the same moments and names.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// How long the soak takes.
    #[arg(long, value_name = "MINUTES", default_value_t = 1)]
    soak: u64,
}

impl Wish {
    /// A number in the full form, or another in the short one.
    fn scale<T>(&self, full: T, short: T) -> T {
        if self.short { short } else { full }
    }
}

fn main() -> ExitCode {
    let wish = Wish::parse();
    raise_open_files();
    let mut trials = TRIALS.to_vec();
    if let Some(only) = &wish.only {
        trials.retain(|trial| trial.name == only);
    }
    if trials.is_empty() {
        let names: Vec<_> = TRIALS.iter().map(|trial| trial.name).collect();
        say(&format!(
            "✗ there is no such trial; there are {}",
            names.join(", ")
        ));
        return ExitCode::FAILURE;
    }
    let runtime = Runtime::new().expect("threads to run on");
    match run(&trials, &wish, runtime.handle()) {
        0 => ExitCode::SUCCESS,
        failed => {
            say(&format!(
                "✗ {failed} of {} trials failed, with --seed {}",
                trials.len(),
                wish.seed
            ));
            ExitCode::FAILURE
        }
    }
}

/// The full form tries one after the other, so that none takes the machine from another; the short form all at once.
/// Returns how many failed.
fn run(trials: &[Trial], wish: &Wish, tasks: &Handle) -> usize {
    let at_once = if wish.short { trials.len() } else { 1 };
    let attempt_all = |some: &[Trial]| {
        thread::scope(|scope| {
            let attempts: Vec<_> = some
                .iter()
                .map(|trial| scope.spawn(|| attempt(trial, wish, tasks)))
                .collect();
            let passed = attempts
                .into_iter()
                .map(|it| it.join().is_ok_and(|passed| passed));
            passed.filter(|passed| !passed).count()
        })
    };
    trials.chunks(at_once).map(attempt_all).sum()
}

/// Runs one trial to its end and says what came of it.
fn attempt(trial: &Trial, wish: &Wish, tasks: &Handle) -> bool {
    let begun = Instant::now();
    let ended = catch_unwind(AssertUnwindSafe(|| (trial.run)(wish.clone(), tasks)));
    let seconds = begun.elapsed().as_secs_f64();
    let name = trial.name;
    match &ended {
        Ok(counted) => say(&format!("✓ {name}: {counted} ({seconds:.0} s)")),
        Err(_) => say(&format!(
            "✗ {name}: failed after {seconds:.0} s; the reason stands above"
        )),
    }
    ended.is_ok()
}

/// As many open files as this machine allows, here and in the servers that are started from here.
fn raise_open_files() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let most = Rlimit {
        current: maximum,
        maximum,
    };
    setrlimit(Resource::Nofile, most).expect("a process may use its own limit");
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // Whoever closed the pipe does not want to know.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
