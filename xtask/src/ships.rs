//! What ships names no folder of the machine that built it: panics tell their source file, and sources from the registry
//! lie in somebody's home.

use crate::{Outcome, paths, shell, text_rules};
use std::fs;
use std::path::{Path, PathBuf};

/// Where cargo takes these flags from, together with those of .cargo/config.toml.
pub const FLAGS: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";

/// Compiler flags that cut the registry's folders off.
pub fn flags() -> Outcome<String> {
    // So that they are there to be listed.
    shell::run(shell::cargo().args(["fetch", "--locked", "--quiet"]))?;
    let sources = cargo_home().join("registry").join("src");
    let mut folders: Vec<String> = fs::read_dir(&sources)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().to_string_lossy().into_owned())
        // The variable cannot carry them; then `check` says that the paths are in.
        .filter(|folder| !folder.contains(char::is_whitespace))
        .collect();
    folders.sort();
    let flags = folders
        .into_iter()
        .map(|folder| format!("--remap-path-prefix={folder}="));
    Ok(flags.collect::<Vec<_>>().join(" "))
}

/// Looks through the built site for folders of this machine.
pub fn check() -> Outcome {
    let mut ours = vec![paths::root().to_owned(), cargo_home()];
    ours.extend(std::env::home_dir());
    // A home of "/", as some build machines have, would be found everywhere.
    ours.retain(|folder| folder.components().count() > 1);
    let mut files = Vec::new();
    for extension in ["wasm", "js", "css"] {
        text_rules::collect(&paths::site(), extension, &mut files)?;
    }
    for file in files {
        let content = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        if let Some(folder) = ours.iter().find(|folder| names(&content, folder)) {
            return Err(format!(
                "{} names {}, a folder of this machine",
                text_rules::relative(&file),
                folder.display()
            ));
        }
    }
    Ok(())
}

fn cargo_home() -> PathBuf {
    let named = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    named.unwrap_or_else(|| std::env::home_dir().unwrap_or_default().join(".cargo"))
}

fn names(content: &[u8], folder: &Path) -> bool {
    let folder = format!("{}{}", folder.display(), std::path::MAIN_SEPARATOR);
    content
        .windows(folder.len())
        .any(|part| part == folder.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::names;
    use std::path::Path;

    #[test]
    fn finds_a_folder_but_not_the_beginning_of_anothers_name() {
        let home = Path::new("/home/ada");
        assert!(names(b"at /home/ada/.cargo/registry/x.rs", home));
        assert!(!names(b"at /home/adam/x.rs", home));
    }
}
