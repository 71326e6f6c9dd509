//! Ours: the binary as it ships, on a database full of people.

use super::people;
use crate::{
    Outcome,
    load::{Door, Layout, Running, Speech},
    process::{Process, free_address},
    setting::Setting,
};
use protocol::{DeviceId, MessageId, VERSION, frame::ClientFrame};
use std::{fs, path::Path, process::Command};

/// The most that a limit can be set to: what is measured is not the limits.
const UNLIMITED: &str = "1000000000";

/// Files without which the server does not start; no browser comes.
const SITE: [&str; 4] = [
    "boot.js",
    "pkg/securechat.js",
    "pkg/securechat.wasm",
    "pkg/securechat.css",
];

/// Makes the people and their rooms, and starts the server.
pub fn start(setting: &Setting, layout: Layout) -> Outcome<Running> {
    let folder = super::folder(setting)?;
    let (database, site) = (folder.path().join("bench.db"), folder.path().join("site"));
    make_site(&site).map_err(|error| format!("{}: {error}", site.display()))?;
    people::settle(&database, layout)?;
    let address = free_address()?;
    let origin = format!("http://localhost:{}", address.port());
    let mut command = Command::new(setting.programs.join("server"));
    command
        .args(["--listen", &address.to_string(), "--public-url", &origin])
        .args(["--log", "warn", "--messages-per-minute", UNLIMITED])
        .args(["--attempts-per-address", UNLIMITED])
        .args(["--attempts-per-account", UNLIMITED])
        .arg("--database")
        .arg(&database)
        .arg("--site-root")
        .arg(&site);
    let door = |person| Door {
        path: "/ws".to_owned(),
        headers: format!(
            "Origin: {origin}\r\nCookie: securechat-session={}\r\n",
            people::cookie(person)
        ),
        hello: vec![text(&ClientFrame::Hello {
            version: VERSION,
            device: DeviceId([1; 16]),
            cursors: Vec::new(),
        })],
        ready: "\"welcome\"",
    };
    Ok(Running {
        process: Process::start(&mut command, address)?,
        doors: (0..layout.rooms * layout.members).map(door).collect(),
        speech: Speech::Member(Box::new(wording)),
        _folder: folder,
    })
}

fn wording(room: usize, number: usize, token: &str) -> String {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&(number as u64).to_be_bytes());
    text(&ClientFrame::Send {
        room: people::room(room),
        id: MessageId(id),
        epoch: 1,
        token: token.to_owned(),
    })
}

fn text(frame: &ClientFrame) -> String {
    serde_json::to_string(frame)
        .expect("frames have string keys and no values that JSON can't carry")
}

fn make_site(root: &Path) -> std::io::Result<()> {
    fs::create_dir_all(root.join("pkg"))?;
    SITE.iter()
        .try_for_each(|file| fs::write(root.join(file), "\n"))
}
