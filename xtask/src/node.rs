//! The npm packages: wasm-opt for the build, Playwright and the type checker for the browser tests.

use crate::{Outcome, paths, say, shell};
use std::fs;

/// Installs what package-lock.json names, unless that very file was installed before.
pub fn ensure() -> Outcome {
    let lock = fs::read(paths::root().join("package-lock.json"))
        .map_err(|error| format!("package-lock.json: {error}"))?;
    let stamp = paths::root().join("node_modules").join(".installed-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    if !shell::is_on_path("npm") {
        return Err("npm is missing: install Node.js 20 or newer".to_owned());
    }
    say::step("npm packages (wasm-opt, Playwright): installing; about half a minute");
    // The browser itself comes from the system where it can: see chromium.rs.
    shell::run(
        shell::command("npm")
            .args(["ci", "--no-progress"])
            .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"),
    )?;
    fs::write(stamp, lock).map_err(|error| format!("node_modules: {error}"))
}
