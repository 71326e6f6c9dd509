//! The cargo tools of the build, and the fuzzer, each at an exact version, in a folder of its own in the cache.

use crate::{Outcome, paths, say, shell};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

/// 0.3.11 needs a newer compiler than the workspace does.
const CARGO_LEPTOS: &str = "0.3.10";
const CARGO_FUZZ: &str = "0.13.2";

struct Tool {
    name: &'static str,
    program: &'static str,
    version: String,
    /// Whether the tool's own lock file is used; that of wasm-bindgen-cli does not resolve.
    locked: bool,
    minutes: &'static str,
}

impl Tool {
    fn folder(&self) -> PathBuf {
        paths::cache()
            .join("tools")
            .join(format!("{}-{}", self.name, self.version))
    }

    fn is_installed(&self) -> bool {
        let file = self.folder().join("bin").join(format!(
            "{}{}",
            self.program,
            std::env::consts::EXE_SUFFIX
        ));
        file.is_file()
    }
}

/// Installs what a build needs and is missing.
pub fn ensure() -> Outcome {
    of_the_build()?.iter().try_for_each(install)
}

/// Installs cargo-fuzz where it is missing: no build and no test needs it.
pub fn ensure_fuzzer() -> Outcome {
    install(&fuzzer())
}

fn install(tool: &Tool) -> Outcome {
    if tool.is_installed() {
        return Ok(());
    }
    say::step(&format!(
        "{} {}: installing, once; about {} on two cores",
        tool.name, tool.version, tool.minutes
    ));
    if shell::is_on_path("cargo-binstall")
        && shell::run(&mut prebuilt(tool)).is_ok()
        && tool.is_installed()
    {
        return Ok(());
    }
    shell::run(&mut from_source(tool))?;
    // Gigabytes of intermediate files that nobody needs again.
    let _ = std::fs::remove_dir_all(build_folder(tool));
    Ok(())
}

/// PATH with our tools first.
pub fn search_path() -> OsString {
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let ours = of_the_build()
        .unwrap_or_default()
        .into_iter()
        .chain([fuzzer()])
        .map(|tool| tool.folder().join("bin"));
    std::env::join_paths(ours.chain(std::env::split_paths(&inherited))).unwrap_or(inherited)
}

fn fuzzer() -> Tool {
    Tool {
        name: "cargo-fuzz",
        program: "cargo-fuzz",
        version: CARGO_FUZZ.to_owned(),
        locked: true,
        minutes: "2 minutes",
    }
}

fn of_the_build() -> Outcome<Vec<Tool>> {
    Ok(vec![
        Tool {
            name: "wasm-bindgen-cli",
            program: "wasm-bindgen",
            version: locked_version("wasm-bindgen")?,
            locked: false,
            minutes: "4 minutes",
        },
        Tool {
            name: "cargo-leptos",
            program: "cargo-leptos",
            version: CARGO_LEPTOS.to_owned(),
            locked: true,
            minutes: "10 minutes",
        },
    ])
}

/// wasm-bindgen's command and library must be of one version, to the last digit.
fn locked_version(package: &str) -> Outcome<String> {
    let lock = std::fs::read_to_string(paths::root().join("Cargo.lock"))
        .map_err(|error| format!("Cargo.lock: {error}"))?;
    version_in(&lock, package).ok_or_else(|| format!("Cargo.lock does not name {package}"))
}

fn version_in(lock: &str, package: &str) -> Option<String> {
    let mut lines = lock.lines();
    lines.find(|line| *line == format!("name = \"{package}\""))?;
    lines
        .next()?
        .strip_prefix("version = \"")?
        .strip_suffix('"')
        .map(str::to_owned)
}

fn prebuilt(tool: &Tool) -> Command {
    let mut command = shell::command("cargo-binstall");
    command
        .args(["--no-confirm", "--root"])
        .arg(tool.folder())
        .arg(format!("{}@{}", tool.name, tool.version));
    command
}

fn from_source(tool: &Tool) -> Command {
    let mut command = shell::cargo();
    command
        .args(["install", tool.name, "--version", &tool.version, "--root"])
        .arg(tool.folder());
    if tool.locked {
        command.arg("--locked");
    }
    // A tool that is built once and then runs for seconds: its own profile (fat LTO) would take twice as long to build.
    command
        .env("CARGO_PROFILE_RELEASE_LTO", "false")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "256")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        // Kept in the cache, so that an interrupted build goes on where it was; and away from the workspace's own.
        .env("CARGO_TARGET_DIR", build_folder(tool));
    command
}

fn build_folder(tool: &Tool) -> PathBuf {
    paths::cache().join("build").join(tool.name)
}

#[cfg(test)]
mod tests {
    use super::version_in;

    const LOCK: &str = "[[package]]\nname = \"wasm-bindgen-shared\"\nversion = \"9.9.9\"\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";

    #[test]
    fn reads_the_version_of_the_package_and_of_no_namesake() {
        assert_eq!(version_in(LOCK, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(version_in(LOCK, "wasm"), None);
    }
}
