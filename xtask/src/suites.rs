//! The unit and integration tests: built by cargo, and then several programs at once. Cargo itself runs one after the other,
//! and most of them sleep most of the time. Examples in documentation comments are no programs and would not be run: there are
//! none.

use crate::{Outcome, python, say, shell};
use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
    sync::Mutex,
    thread,
    time::Instant,
};

/// Programs at once.
const AT_ONCE: usize = 3;

/// Tests of a program at once: stories let hours of their own time pass, a millisecond at a time.
const STORIES_AT_ONCE: &str = "10";

/// A program full of tests, and the folder of its package, in which cargo would start it.
struct Suite {
    program: PathBuf,
    package: PathBuf,
}

/// Builds the tests with this command, and runs them all, though one failed.
pub fn run(build: &mut Command) -> Outcome {
    build.args(["--no-run", "--message-format=json-render-diagnostics"]);
    let messages = shell::output_shown(build)?;
    let mut suites: Vec<_> = messages.lines().filter_map(Suite::read).collect();
    if suites.is_empty() {
        return Err("cargo named no tests".to_owned());
    }
    // The largest are those that take long: the last one should be a short one.
    suites.sort_by_key(|it| fs::metadata(&it.program).map_or(0, |about| about.len()));
    let python = python::ensure()?;
    let (waiting, failed) = (Mutex::new(suites), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(suite) = next(&waiting) {
                    let mut command = shell::command(&suite.program);
                    command
                        .current_dir(&suite.package)
                        .arg("--quiet")
                        .env("RUST_TEST_THREADS", STORIES_AT_ONCE)
                        .env("SECURECHAT_PYTHON", &python);
                    let begun = Instant::now();
                    if let Err(failure) = suite.say(begun, command.output()) {
                        lock(&failed).push(failure);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap_or_default();
    match failed.is_empty() {
        true => Ok(()),
        false => Err(failed.join(", ")),
    }
}

fn next(waiting: &Mutex<Vec<Suite>>) -> Option<Suite> {
    lock(waiting).pop()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Suite {
    /// Reads one line of what cargo says it made: <https://doc.rust-lang.org/cargo/reference/external-tools.html>. Examples
    /// have a program too, and no tests.
    fn read(message: &str) -> Option<Self> {
        // In `profile`; where it stands for a target that could have tests, it is followed by more.
        if !message.contains(r#""test":true},"features""#) {
            return None;
        }
        let text = |field: &str| {
            let (_, after) = message.split_once(&format!(r#""{field}":""#))?;
            let (value, _) = after.split_once('"')?;
            Some(PathBuf::from(value.replace(r"\\", r"\")))
        };
        Some(Self {
            program: text("executable")?,
            package: text("manifest_path")?.parent()?.to_owned(),
        })
    }

    /// Such as `testbench stories`.
    fn name(&self) -> String {
        let name = |path: &PathBuf| path.file_stem().map(|it| it.to_string_lossy().into_owned());
        let (package, program) = (name(&self.package), name(&self.program));
        let (package, program) = (package.unwrap_or_default(), program.unwrap_or_default());
        let program = program.rsplit_once('-').map_or(&*program, |(name, _)| name);
        match package == program {
            true => package,
            false => format!("{package} {program}"),
        }
    }

    /// One line of one that is green, everything of one that is not.
    fn say(&self, begun: Instant, ended: std::io::Result<Output>) -> Outcome {
        let (name, seconds) = (self.name(), begun.elapsed().as_secs_f64());
        let output = ended.map_err(|error| format!("{name}: {error}"))?;
        let told = String::from_utf8_lossy(&output.stdout);
        if output.status.success() {
            let sum = told
                .lines()
                .find_map(|it| it.strip_prefix("test result: ok. "));
            let passed = sum.and_then(|it| it.split(';').next()).unwrap_or_default();
            say::done(&format!("{name}: {passed}, {seconds:.1} s"));
            return Ok(());
        }
        say::failure(&format!("{name}: {seconds:.1} s"));
        say::text(&told);
        say::text(&String::from_utf8_lossy(&output.stderr));
        Err(format!("{name} ended with {}", output.status))
    }
}
