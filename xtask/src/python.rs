//! A Python with `cryptography`, for the reference reader: the second implementation of the protocol.

use crate::{Outcome, paths, say, shell};
use std::path::PathBuf;

const CRYPTOGRAPHY: &str = "50.0.2";

/// Makes a private environment in the cache, and returns its interpreter.
pub fn ensure() -> Outcome<PathBuf> {
    let folder = paths::cache().join(format!("python-cryptography-{CRYPTOGRAPHY}"));
    let python = folder.join("bin").join("python");
    if shell::output(shell::command(&python).args(["-c", "import cryptography.fernet"])).is_ok() {
        return Ok(python);
    }
    say::step("Python's cryptography, for the reference reader: installing; a few seconds");
    let missing = |failure| format!("Python 3 with its venv module is needed ({failure})");
    shell::output(
        shell::command("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&folder),
    )
    .map_err(missing)?;
    let install = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ];
    shell::run(
        shell::command(&python)
            .args(install)
            .arg(format!("cryptography=={CRYPTOGRAPHY}")),
    )?;
    Ok(python)
}
