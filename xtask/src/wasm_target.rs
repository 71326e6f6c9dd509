//! The standard library for wasm32-unknown-unknown.
//!
//! rustup brings it where rustup's server can be reached. Elsewhere Debian's `rust-src` of exactly the compiler's version
//! is compiled into the toolchain: cargo then finds the target as if rustup had put it there.

use crate::{Outcome, paths, say, shell};
use std::fs;
use std::path::{Path, PathBuf};

const TARGET: &str = "wasm32-unknown-unknown";

/// Suites that may carry a given compiler, the likeliest first.
const SUITES: [&str; 5] = [
    "trixie-backports",
    "sid",
    "forky",
    "trixie",
    "bookworm-backports",
];

/// Adds the target to the toolchain unless it is there.
pub fn ensure() -> Outcome {
    let sysroot = sysroot()?;
    if has_standard_library(&sysroot) {
        return Ok(());
    }
    if shell::is_on_path("rustup") {
        say::step("target wasm32-unknown-unknown: asking rustup; a few seconds");
        if shell::run(shell::command("rustup").args(["target", "add", TARGET])).is_ok()
            && has_standard_library(&sysroot)
        {
            return Ok(());
        }
    }
    say::step(
        "rustup cannot bring it here: building it from Debian's rust-src of the same version; about two minutes",
    );
    let version = compiler_version()?;
    let work = paths::cache().join("build").join("wasm-target");
    start_afresh(&work)?;
    install_sources(&version, &work, &sysroot)?;
    build_and_install(&work, &sysroot)?;
    let _ = fs::remove_dir_all(&work);
    if has_standard_library(&sysroot) {
        Ok(())
    } else {
        Err(format!("the build left no standard library for {TARGET}"))
    }
}

fn sysroot() -> Outcome<PathBuf> {
    Ok(PathBuf::from(
        shell::output(shell::command("rustc").args(["--print", "sysroot"]))?.trim(),
    ))
}

fn compiler_version() -> Outcome<String> {
    let about = shell::output(shell::command("rustc").args(["--version", "--verbose"]))?;
    let release = about
        .lines()
        .find_map(|line| line.strip_prefix("release: "));
    release
        .map(str::to_owned)
        .ok_or_else(|| "rustc does not tell its version".to_owned())
}

fn library_folder(sysroot: &Path) -> PathBuf {
    sysroot.join("lib").join("rustlib").join(TARGET).join("lib")
}

fn has_standard_library(sysroot: &Path) -> bool {
    let files = fs::read_dir(library_folder(sysroot))
        .into_iter()
        .flatten()
        .flatten();
    files
        .into_iter()
        .any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
}

/// Puts the sources of the standard library where `-Zbuild-std` looks for them.
fn install_sources(version: &str, work: &Path, sysroot: &Path) -> Outcome {
    let place = sysroot
        .join("lib")
        .join("rustlib")
        .join("src")
        .join("rust")
        .join("library");
    // The lock file marks a complete copy: build-std cannot do without it.
    if place.join("Cargo.lock").is_file() {
        return Ok(());
    }
    if !shell::is_on_path("apt-get") || !shell::is_on_path("dpkg") {
        return Err(format!(
            "run `rustup target add {TARGET}`, or install your distribution's package of it"
        ));
    }
    let package = download_package(version, work)?;
    let unpacked = work.join("unpacked");
    shell::run(
        shell::command("dpkg")
            .arg("-x")
            .arg(&package)
            .arg(&unpacked),
    )?;
    let sources = unpacked.join("usr").join("src");
    let library = entries(&sources)?
        .into_iter()
        .map(|folder| folder.join("library"))
        .find(|folder| folder.join("Cargo.lock").is_file());
    let library = library.ok_or("the package rust-src holds no standard library")?;
    fs::create_dir_all(
        place
            .parent()
            .ok_or("the sysroot has no folder for sources")?,
    )
    .map_err(told(&place))?;
    shell::run(
        shell::command("cp")
            .args(["--recursive", "--dereference"])
            .arg(&library)
            .arg(&place),
    )
}

/// Fetches rust-src with an apt state of its own: nothing on the machine changes, and signatures are checked.
fn download_package(version: &str, work: &Path) -> Outcome<PathBuf> {
    for site in package_sites()? {
        for suite in SUITES {
            let state = work.join("apt");
            start_afresh(&state)?;
            let list = state.join("sources.list");
            for folder in ["lists/partial", "cache/archives/partial"] {
                fs::create_dir_all(state.join(folder)).map_err(told(&state))?;
            }
            let line = format!(
                "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] {site} {suite} main\n"
            );
            fs::write(&list, line).map_err(told(&list))?;
            let options = [
                format!("Dir::Etc::sourcelist={}", list.display()),
                "Dir::Etc::sourceparts=/dev/null".to_owned(),
                format!("Dir::State::lists={}", state.join("lists").display()),
                format!("Dir::Cache={}", state.join("cache").display()),
            ];
            let apt = |words: &[&str]| {
                let mut command = shell::command("apt-get");
                command
                    .current_dir(&state)
                    .args(options.iter().flat_map(|option| ["-o", option.as_str()]))
                    .args(words);
                shell::output(&mut command)
            };
            let found = apt(&["update", "--quiet"])
                .and_then(|_| apt(&["download", &format!("rust-src={version}*")]));
            let package = entries(&state)?
                .into_iter()
                .find(|file| file.extension().is_some_and(|end| end == "deb"));
            if let (Ok(_), Some(package)) = (found, package) {
                return Ok(package);
            }
        }
    }
    Err(format!(
        "no Debian suite within reach has rust-src {version}; run `rustup target add {TARGET}` where rustup works"
    ))
}

/// The package sites that this machine already uses, as apt knows them.
fn package_sites() -> Outcome<Vec<String>> {
    let mut apt = shell::command("apt-get");
    apt.args([
        "indextargets",
        "--format",
        "$(SITE)",
        "Created-By: Packages",
    ]);
    let mut sites: Vec<String> = shell::output(&mut apt)?
        .lines()
        .map(str::to_owned)
        .collect();
    sites.sort();
    sites.dedup();
    Ok(sites)
}

/// Compiles an empty crate together with the standard library, and copies the libraries into the toolchain.
fn build_and_install(work: &Path, sysroot: &Path) -> Outcome {
    let empty = work.join("empty");
    fs::create_dir_all(empty.join("src")).map_err(told(&empty))?;
    let manifest =
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n";
    fs::write(empty.join("Cargo.toml"), manifest).map_err(told(&empty))?;
    fs::write(empty.join("src").join("lib.rs"), "").map_err(told(&empty))?;
    let mut build = shell::cargo();
    build.current_dir(&empty).args([
        "build",
        "--release",
        "--target",
        TARGET,
        "-Zbuild-std=std,panic_abort,proc_macro,test",
    ]);
    // A stable compiler may build its own standard library; the bitcode is what lets fat LTO reach into it.
    build
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-Cembed-bitcode=yes")
        .env("CARGO_TARGET_DIR", empty.join("target"));
    shell::run(&mut build)?;
    let place = library_folder(sysroot);
    fs::create_dir_all(&place).map_err(told(&place))?;
    for file in entries(
        &empty
            .join("target")
            .join(TARGET)
            .join("release")
            .join("deps"),
    )? {
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libempty-") {
            fs::copy(&file, place.join(&name)).map_err(told(&file))?;
        }
    }
    Ok(())
}

fn start_afresh(folder: &Path) -> Outcome {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(told(folder))?;
    }
    fs::create_dir_all(folder).map_err(told(folder))
}

fn entries(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let found = fs::read_dir(folder).map_err(told(folder))?;
    Ok(found.flatten().map(|entry| entry.path()).collect())
}

fn told(path: &Path) -> impl Fn(std::io::Error) -> String {
    let path = path.display().to_string();
    move |error| format!("{path}: {error}")
}
