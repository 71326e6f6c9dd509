//! `cargo xtask fuzz`: random bytes for every decoder that takes bytes from outside, for as long as one has patience.
//!
//! The fuzzer is libFuzzer, which needs no other compiler than the workspace's: instrumenting for coverage is stable, and the
//! sanitizers that are not would look for faults that code without `unsafe` does not have.

use crate::{Outcome, paths, say, shell, text_rules, tools};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What was asked for.
struct Wish {
    minutes: u64,
    target: Option<String>,
}

/// Fuzzes all targets for the minutes that were asked for together, or one of them alone. Stops at the first failure.
pub fn run(arguments: &[&str]) -> Outcome {
    let wish = read(arguments)?;
    let mut targets = all()?;
    if let Some(wished) = &wish.target {
        targets.retain(|target| target == wished);
        if targets.is_empty() {
            return Err(format!("there is no {wished}: see fuzz/fuzz_targets"));
        }
    }
    tools::ensure_fuzzer()?;
    say::step("fuzz targets: building; about 4 minutes on two cores the first time");
    let mut build = cargo_fuzz("build")?;
    if let [only] = targets.as_slice() {
        build.arg(only);
    }
    shell::run(&mut build)?;
    let seconds = (wish.minutes * 60 / targets.len() as u64).max(1);
    for target in &targets {
        fuzz(target, seconds)?;
    }
    Ok(())
}

fn read(arguments: &[&str]) -> Outcome<Wish> {
    let (minutes, target) = match arguments {
        ["--minutes", minutes] => (minutes, None),
        ["--minutes", minutes, "--target", target] => (minutes, Some((*target).to_owned())),
        _ => return Err("usage: cargo xtask fuzz --minutes N [--target T]".to_owned()),
    };
    let minutes = minutes
        .parse()
        .map_err(|_| format!("{minutes} is no number of minutes"))?;
    Ok(Wish { minutes, target })
}

fn all() -> Outcome<Vec<String>> {
    let mut files = Vec::new();
    text_rules::collect(&folder("fuzz_targets"), "rs", &mut files)?;
    let name = |file: &PathBuf| Some(file.file_stem()?.to_string_lossy().into_owned());
    Ok(files.iter().filter_map(name).collect())
}

fn folder(name: &str) -> PathBuf {
    paths::root().join("fuzz").join(name)
}

fn cargo_fuzz(command: &str) -> Outcome<Command> {
    let mut cargo = shell::cargo();
    cargo
        .args(["fuzz", command, "--sanitizer", "none", "--target-dir"])
        .arg(paths::target()?.join("fuzz"));
    Ok(cargo)
}

/// Runs one target, from the committed corpus and what earlier runs found worth keeping.
fn fuzz(target: &str, seconds: u64) -> Outcome {
    say::step(&format!("{target}: {seconds} s"));
    let found = paths::target()?.join("fuzz").join("corpus").join(target);
    fs::create_dir_all(&found).map_err(|error| format!("{}: {error}", found.display()))?;
    let before = failures(target);
    let mut cargo = cargo_fuzz("run")?;
    cargo
        .arg(target)
        .arg(&found)
        .arg(folder("corpus").join(target))
        .arg("--")
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-dict={}", folder("words.dict").display()))
        // Inputs as large as what they stand for: limits are part of what is tried.
        .args(["-max_len=100000", "-timeout=10", "-print_final_stats=1"]);
    let output = cargo
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("cargo fuzz could not be started: {error}"))?;
    let told = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        say::done(&summary(target, &told));
        return Ok(());
    }
    let new = failures(target)
        .into_iter()
        .find(|file| !before.contains(file));
    Err(match new {
        Some(file) => format!(
            "{target} fails on {name}: {}\nAgain: cargo fuzz run --sanitizer none {target} {name}\nOnce mended, move it to fuzz/corpus/{target}, where the tests replay it.",
            reason(&told),
            name = text_rules::relative(&file),
        ),
        None => format!("{target}: {told}"),
    })
}

fn failures(target: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(Path::new(&folder("artifacts")).join(target));
    files
        .into_iter()
        .flatten()
        .flatten()
        .map(|file| file.path())
        .collect()
}

/// What the check said: the line after that of the panic.
fn reason(told: &str) -> String {
    let mut lines = told
        .lines()
        .skip_while(|line| !line.contains("panicked at"));
    let lines: Vec<_> = lines.by_ref().take(2).collect();
    lines.join(" ")
}

fn summary(target: &str, told: &str) -> String {
    let number = |name: &str| {
        let line = told.lines().find_map(|line| line.strip_prefix(name));
        line.map_or("?", str::trim).to_owned()
    };
    format!(
        "{target}: {} inputs, {} a second; nothing failed",
        number("stat::number_of_executed_units:"),
        number("stat::average_exec_per_sec:"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_was_asked_for() {
        let wish = read(&["--minutes", "20", "--target", "entry"]).unwrap();
        assert_eq!((wish.minutes, wish.target.as_deref()), (20, Some("entry")));
        assert_eq!(read(&["--minutes", "5"]).unwrap().target, None);
        for wrong in [
            &[][..],
            &["--minutes"],
            &["--minutes", "soon"],
            &["--target", "entry"],
        ] {
            assert!(read(wrong).is_err());
        }
    }

    #[test]
    fn tells_the_figures_and_the_reason() {
        let told = "stat::number_of_executed_units: 120\nstat::average_exec_per_sec:     60\n";
        assert_eq!(
            summary("entry", told),
            "entry: 120 inputs, 60 a second; nothing failed"
        );
        let told = "#1 NEW\nthread panicked at a.rs:1:2:\nnot canonical\nnote: run with\n";
        assert_eq!(reason(told), "thread panicked at a.rs:1:2: not canonical");
    }
}
