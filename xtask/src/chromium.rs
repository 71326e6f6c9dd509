//! A Chromium for the browser tests: the system's, Playwright's own, or Debian's package.

use crate::{Outcome, paths, say, shell};

/// Makes sure that the tests will find a browser. Where they look is written once, in end2end/find-chromium.mjs.
pub fn ensure() -> Outcome {
    if is_found() {
        return Ok(());
    }
    say::step("Chromium: none found, trying Playwright's download; about a minute");
    let playwright = shell::run(shell::command("npx").args(["playwright", "install", "chromium"]));
    if playwright.is_ok() && is_found() {
        return Ok(());
    }
    if shell::is_on_path("apt-get") && shell::is_root() {
        say::step("Chromium: installing the distribution's package; about a minute");
        shell::run(shell::command("apt-get").args(["update", "--quiet"]))?;
        let install = [
            "install",
            "--yes",
            "--quiet",
            "--no-install-recommends",
            "chromium",
        ];
        shell::run(
            shell::command("apt-get")
                .args(install)
                .env("DEBIAN_FRONTEND", "noninteractive"),
        )?;
    }
    if is_found() {
        return Ok(());
    }
    Err("no Chromium: install your system's package (`chromium` or Google Chrome) or run `npx playwright install chromium`".to_owned())
}

fn is_found() -> bool {
    let script = paths::root().join("end2end").join("find-chromium.mjs");
    shell::output(shell::command("node").arg(script)).is_ok_and(|path| !path.trim().is_empty())
}
