//! The two servers that speak Socket.IO: the original on Node.js, and Flask-SocketIO under gunicorn. Both sources are in
//! bench/references/.

use crate::{
    Outcome,
    load::{Door, Layout, Running, Speech},
    process::{Process, free_address},
    setting::Setting,
};
use std::{net::SocketAddr, path::Path, process::Command};

const REFERENCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/references");

/// Starts the original.
pub fn start(setting: &Setting, layout: Layout) -> Outcome<Running> {
    let address = free_address()?;
    let mut command = Command::new("node");
    command
        .arg(Path::new(REFERENCES).join("socketio/server.mjs"))
        .arg(address.port().to_string())
        .env("BENCH_NODE", &setting.node)
        .env("NODE_ENV", "production");
    run(setting, layout, command, address)
}

/// Starts Flask-SocketIO: one worker, since it cannot share connections among several.
pub fn start_flask(setting: &Setting, layout: Layout) -> Outcome<Running> {
    let address = free_address()?;
    let mut command = Command::new(&setting.python);
    command
        .args([
            "-B",
            "-m",
            "gunicorn",
            "--workers",
            "1",
            "--worker-class",
            "gevent",
        ])
        .args(["--worker-connections", "20000", "--log-level", "error"])
        .args(["--bind", &address.to_string(), "--chdir"])
        .arg(Path::new(REFERENCES).join("flask"))
        .arg("server:app");
    run(setting, layout, command, address)
}

fn run(
    setting: &Setting,
    layout: Layout,
    mut command: Command,
    address: SocketAddr,
) -> Outcome<Running> {
    let door = |person: usize| Door {
        path: "/socket.io/?EIO=4&transport=websocket".to_owned(),
        hello: vec![format!("40{{\"room\":\"{}\"}}", person / layout.members)],
        ready: "40{\"sid\"",
        ..Door::default()
    };
    Ok(Running {
        process: Process::start(&mut command, address)?,
        doors: (0..layout.rooms * layout.members).map(door).collect(),
        speech: Speech::Member(Box::new(|_, _, token| format!("42[\"say\",\"{token}\"]"))),
        _folder: super::folder(setting)?,
    })
}
