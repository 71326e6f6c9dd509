//! Where things are. The target directory is cargo's to say: CARGO_TARGET_DIR or a user's configuration may move it.

use crate::{Outcome, shell};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The repository's root: that of the checkout in which cargo was called, since two checkouts may share a target directory
/// and then this very program.
pub fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        let ours =
            std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or(env!("CARGO_MANIFEST_DIR").into());
        let folder = Path::new(&ours).parent();
        folder
            .expect("xtask is a folder of the workspace")
            .to_owned()
    });
    &ROOT
}

/// Tools and downloads that outlive a clone: `securechat` in XDG_CACHE_HOME or ~/.cache.
pub fn cache() -> PathBuf {
    let base = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let base =
        base.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache")));
    base.unwrap_or_else(std::env::temp_dir).join("securechat")
}

/// Cargo's target directory.
pub fn target() -> Outcome<PathBuf> {
    let metadata =
        shell::output(shell::cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let (_, rest) = metadata
        .split_once("\"target_directory\":\"")
        .ok_or("cargo metadata names no target directory")?;
    let (path, _) = rest.split_once('"').ok_or("cargo metadata was cut off")?;
    Ok(PathBuf::from(path.replace("\\\\", "\\")))
}

/// The built server.
pub fn server() -> Outcome<PathBuf> {
    let file = target()?
        .join("release")
        .join(format!("server{}", std::env::consts::EXE_SUFFIX));
    if file.is_file() {
        Ok(file)
    } else {
        Err("the server is not built yet: run `cargo xtask build`".to_owned())
    }
}

/// The site that cargo-leptos put together; its place is relative to the workspace, not to the target directory.
pub fn site() -> PathBuf {
    root().join("target").join("site")
}
