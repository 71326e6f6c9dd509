//! `cargo xtask bench`: builds what is measured as it ships, installs what it is compared with, and starts the bench.
//!
//! References are packages at exact versions, each in a folder of its own in the cache: nothing on the machine changes.

use crate::{Outcome, paths, say, shell};
use std::fs;
use std::path::{Path, PathBuf};

/// Debian's packages: nginx, and its module for publishing and subscribing.
const NGINX: [&str; 2] = ["nginx", "libnginx-mod-nchan"];

/// Builds, installs and measures.
pub fn run(wish: &[&str]) -> Outcome {
    if !cfg!(target_os = "linux") {
        return Err("the bench reads /proc, and chooses cores as Linux does".to_owned());
    }
    say::step(
        "server and bench, as they ship: building; about 15 minutes on two cores the first time",
    );
    shell::run(shell::cargo().args([
        "build",
        "--profile",
        "dist",
        "--package",
        "server",
        "--package",
        "bench",
    ]))?;
    let programs = paths::target()?.join("dist");
    let node = ensure_node()?;
    let python = ensure_python()?;
    let nginx = ensure_nginx()?;
    let references = versions(&node, &python)?;
    let mut bench = shell::command(programs.join("bench"));
    bench
        .env("BENCH_PROGRAMS", &programs)
        .env("BENCH_NODE", node)
        .env("BENCH_PYTHON", python)
        .env("BENCH_NGINX", nginx)
        .env("BENCH_REFERENCES", references)
        .args(wish);
    shell::run(&mut bench)
}

fn sources(of: &str) -> PathBuf {
    paths::root().join("bench").join("references").join(of)
}

/// A folder that is named after what is to be in it, so that another list of packages gets another folder.
fn folder(kind: &str, list: &Path) -> Outcome<PathBuf> {
    let text = fs::read(list).map_err(|error| format!("{}: {error}", list.display()))?;
    // FNV-1a: enough to tell a list from the one before it.
    let mark = text.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    Ok(paths::cache()
        .join("bench")
        .join(format!("{kind}-{mark:016x}")))
}

fn ensure_node() -> Outcome<PathBuf> {
    let list = sources("socketio").join("package.json");
    let folder = folder("node", &list)?;
    let stamp = folder.join(".installed");
    if !stamp.is_file() {
        say::step("Socket.IO from npm: installing; a few seconds");
        fs::create_dir_all(&folder)
            .and_then(|()| fs::copy(&list, folder.join("package.json")))
            .map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut npm = shell::command("npm");
        npm.current_dir(&folder)
            .args(["install", "--no-progress", "--ignore-scripts"]);
        shell::run(&mut npm)?;
        fs::write(&stamp, "").map_err(|error| format!("{}: {error}", stamp.display()))?;
    }
    Ok(folder)
}

fn ensure_python() -> Outcome<PathBuf> {
    let list = sources("flask").join("requirements.txt");
    let folder = folder("python", &list)?;
    let (python, stamp) = (folder.join("bin").join("python"), folder.join(".installed"));
    if !stamp.is_file() {
        say::step("Flask-SocketIO from PyPI: installing; half a minute");
        let mut venv = shell::command("python3");
        shell::output(venv.args(["-m", "venv", "--clear"]).arg(&folder))
            .map_err(|failure| format!("Python 3 with its venv module is needed ({failure})"))?;
        let mut pip = shell::command(&python);
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]);
        shell::run(pip.arg("--requirement").arg(&list))?;
        fs::write(&stamp, "").map_err(|error| format!("{}: {error}", stamp.display()))?;
    }
    Ok(python)
}

/// Debian's packages, unpacked and not installed: no service starts, and root is not needed.
fn ensure_nginx() -> Outcome<PathBuf> {
    let folder = paths::cache().join("bench").join("nginx");
    let told = |error: std::io::Error| format!("{}: {error}", folder.display());
    let stamp = folder.join(".installed");
    if stamp.is_file() {
        return Ok(folder);
    }
    say::step("nginx with nchan from Debian: unpacking; a few seconds");
    fs::create_dir_all(&folder).map_err(told)?;
    let mut apt = shell::command("apt-get");
    apt.current_dir(&folder).args(["download", "--quiet"]);
    shell::output(apt.args(NGINX))?;
    for file in fs::read_dir(&folder).map_err(told)?.flatten() {
        let package = file.path();
        if package.extension().is_some_and(|end| end == "deb") {
            let mut dpkg = shell::command("dpkg");
            shell::run(dpkg.arg("-x").arg(&package).arg(&folder))?;
        }
    }
    for program in [
        "usr/sbin/nginx",
        "usr/lib/nginx/modules/ngx_nchan_module.so",
    ] {
        let program = folder.join(program);
        let found = fs::read(&program).map_err(told)?;
        fs::write(&program, with_own_folders(found)).map_err(told)?;
    }
    let names = fs::read_dir(&folder).map_err(told)?.flatten();
    let versions: Vec<_> = names
        .filter_map(|file| {
            file.file_name()
                .into_string()
                .ok()?
                .strip_suffix(".deb")
                .map(str::to_owned)
        })
        .map(|name| name.replace("%3a", ":").replace('_', " "))
        .collect();
    fs::write(&stamp, versions.join(",")).map_err(told)?;
    Ok(folder)
}

/// nchan asks for nginx's folders at the place that was compiled in, whatever the configuration says, and that place is
/// there only where nginx is installed. A name of the same length that is relative lies where the configuration says.
fn with_own_folders(mut program: Vec<u8>) -> Vec<u8> {
    const INSTALLED: &[u8] = b"/var/lib/nginx/";
    const RELATIVE: &[u8] = b".var.lib.nginx.";
    let mut at = 0;
    while let Some(part) = program.get_mut(at..at + INSTALLED.len()) {
        if part == INSTALLED {
            part.copy_from_slice(RELATIVE);
        }
        at += 1;
    }
    program
}

/// What the report says about the references.
fn versions(node: &Path, python: &Path) -> Outcome<String> {
    let list = |file: PathBuf| {
        fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))
    };
    let node = shell::output(shell::command("node").arg("--version").current_dir(node))?;
    let python = shell::output(shell::command(python).arg("--version"))?;
    let packages = list(sources("flask").join("requirements.txt"))?;
    let named = list(sources("socketio").join("package.json"))?;
    let socketio = named
        .lines()
        .find_map(|line| line.trim().strip_prefix("\"socket.io\": "));
    let socketio = socketio.unwrap_or_default().replace(['"', ','], "");
    let debian = list(
        paths::cache()
            .join("bench")
            .join("nginx")
            .join(".installed"),
    )?;
    Ok(format!(
        "Socket.IO {socketio} on Node.js {},{} on {},{debian}",
        node.trim(),
        packages
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .replace("==", " "),
        python.trim(),
    ))
}
