//! The release build through cargo-leptos, and serving what it made.

use crate::{Outcome, paths, say, shell, ships};

/// Builds server and site, the browser's code in two pieces (app/src/bridge/piece.rs), then compresses the assets as far as they go, once, so that no start of the server has to.
pub fn build() -> Outcome {
    say::step(
        "release build through cargo-leptos: about 10 minutes the first time, seconds when nothing changed",
    );
    shell::run(
        shell::cargo()
            .args(["leptos", "build", "--release", "--split"])
            .env(ships::FLAGS, ships::flags()?),
    )?;
    shell::run(
        shell::command(paths::server()?)
            .arg("--site-root")
            .arg(paths::site())
            .arg("precompress"),
    )
}

/// Serves on http://localhost:3000 until it is stopped.
pub fn serve() -> Outcome {
    say::step("serving on http://localhost:3000 with data/securechat.db; Ctrl-C stops it");
    become_server(
        shell::command(paths::server()?)
            .arg("--site-root")
            .arg(paths::site()),
    )
}

/// Replaces this process, so that signals reach the server alone and its graceful end is what the shell waits for.
#[cfg(unix)]
fn become_server(command: &mut std::process::Command) -> Outcome {
    use std::os::unix::process::CommandExt;
    Err(format!(
        "the server could not be started: {}",
        command.exec()
    ))
}

#[cfg(not(unix))]
fn become_server(command: &mut std::process::Command) -> Outcome {
    shell::run(command)
}
