//! `cargo xtask`: everything that a person or a build machine does with this repository, in commands that set up what
//! they need, say what they do, and can be run again at any time.

mod bench;
mod budget;
mod checks;
mod chromium;
mod css;
mod faults;
mod fuzz;
mod imports;
mod node;
mod paths;
mod python;
mod say;
mod shell;
mod ships;
mod site;
mod stage;
mod suites;
mod text_rules;
mod tools;
mod wasm_target;

use std::process::ExitCode;

/// A failure as one sentence for the person at the keyboard.
pub type Failure = String;
/// What every step returns.
pub type Outcome<T = ()> = Result<T, Failure>;

const USAGE: &str = "usage: cargo xtask <command>

  setup    install what a build needs: wasm32 target, cargo-leptos, wasm-bindgen, npm packages
  run      set up, build for release, serve on http://localhost:3000 with data/securechat.db
  test     set up (Chromium and Python's cryptography too) and run every check and test
  build    build the site and the server for release through cargo-leptos
  lint     formatting, clippy for host and browser, import rules, style rules
  weigh    print what the first load of the log-in page weighs (needs a finished build)
  bench    measure against what people would take instead, and write docs/BENCHMARKS.md: --only P1,P3, --rounds N, --quick
  fuzz     try the decoders with random bytes: --minutes N for all together, --target T for one of fuzz/fuzz_targets
  faults   try the built server under faults, full or short: --short, --only NAME, --seed N, --soak MINUTES";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["setup"] => setup(),
        ["run"] => setup()
            .and_then(|()| site::build())
            .and_then(|()| site::serve()),
        ["test"] => checks::everything(),
        ["build"] => setup().and_then(|()| site::build()),
        ["lint"] => checks::lint(),
        ["weigh"] => budget::weigh(),
        ["bench", wish @ ..] => bench::run(wish),
        ["faults", wish @ ..] => setup()
            .and_then(|()| site::build())
            .and_then(|()| faults::run(wish)),
        ["fuzz", wish @ ..] => fuzz::run(wish),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say::failure(&failure);
            ExitCode::FAILURE
        }
    }
}

/// Installs what every build needs. Each part looks first and does nothing where all is there.
fn setup() -> Outcome {
    wasm_target::ensure()?;
    tools::ensure()?;
    node::ensure()
}
