//! `cargo xtask test`: every check in the order in which failures are found soonest.

use crate::{
    Outcome, budget, chromium, css, faults, imports, node, paths, python, setup, shell, ships,
    site, stage, suites, text_rules,
};

/// The packages that are compiled for the host. `--workspace` would give leptos both of its sides at once.
const HOST: [&str; 10] = [
    "protocol",
    "model",
    "client",
    "backend",
    "server",
    "decoding",
    "testbench",
    "bench",
    "faults",
    "xtask",
];

/// Sets up and runs everything.
pub fn everything() -> Outcome {
    stage::run("set-up", || {
        setup()
            .and_then(|()| chromium::ensure())
            .and_then(|()| python::ensure().map(drop))
    })?;
    lint()?;
    stage::run("types of the browser tests", || {
        shell::run(shell::command("npx").args(["tsc", "--project", "end2end"]))
    })?;
    stage::run("unit and integration tests", || {
        suites::run(&mut host(&["test", "--release"], &[]))
    })?;
    stage::run("vectors, by the reference reader", second_implementation)?;
    stage::run("release build", site::build)?;
    stage::run("no folder of this machine in what ships", ships::check)?;
    stage::run("first load of the log-in page", budget::weigh)?;
    stage::run("faults, in their short form", || faults::run(&["--short"]))?;
    stage::run("browser tests", browser_tests)
}

/// What the engine says of the protocol, said again by the reader in Python, and the program that the protocol shows.
fn second_implementation() -> Outcome {
    for script in ["check_vectors.py", "check_protocol.py"] {
        let mut python = shell::command(python::ensure()?);
        shell::run(python.arg("-B").arg(format!("docs/reader/{script}")))?;
    }
    Ok(())
}

/// What needs no test run: formatting, clippy, and the rules that no compiler knows.
pub fn lint() -> Outcome {
    stage::run("npm packages", node::ensure)?;
    stage::run("import rules", imports::check)?;
    stage::run("source rules", text_rules::check)?;
    stage::run("style rules", css::check)?;
    stage::run("formatting", || {
        shell::run(shell::cargo().args(["fmt", "--all", "--check"]))
    })?;
    stage::run("clippy for the host", || {
        shell::run(&mut host(
            &["clippy", "--release", "--all-targets"],
            &["-D", "warnings"],
        ))
    })?;
    stage::run("clippy for the browser", clippy_for_the_browser)
}

fn host(command: &[&str], after_dashes: &[&str]) -> std::process::Command {
    let mut cargo = shell::cargo();
    cargo
        .args(command)
        .args(HOST.iter().flat_map(|package| ["--package", package]));
    if !after_dashes.is_empty() {
        cargo.arg("--").args(after_dashes);
    }
    cargo
}

/// In cargo-leptos' own target folder, so that both use one set of compiled dependencies.
fn clippy_for_the_browser() -> Outcome {
    let mut cargo = shell::cargo();
    cargo.args([
        "clippy",
        "--package",
        "frontend",
        "--target",
        "wasm32-unknown-unknown",
        "--profile",
        "wasm-release",
    ]);
    cargo
        .arg("--target-dir")
        .arg(paths::target()?.join("front"))
        .args(["--", "-D", "warnings"]);
    shell::run(&mut cargo)
}

fn browser_tests() -> Outcome {
    let mut playwright = shell::command("npx");
    playwright
        .current_dir(paths::root().join("end2end"))
        .args(["playwright", "test"]);
    playwright
        .env("SECURECHAT_SERVER", paths::server()?)
        .env("SECURECHAT_PYTHON", python::ensure()?);
    shell::run(&mut playwright)
}
