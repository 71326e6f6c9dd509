//! nchan: a module of nginx. What is said comes as an HTTP request, as its users' applications send it.

use crate::{
    Outcome,
    load::{Door, Layout, Running, Speech},
    process::{Process, free_address},
    setting::Setting,
};
use std::{fs, process::Command};

const CONFIGURATION: &str = include_str!("../../references/nchan/nginx.conf");

/// Starts it from the folder into which Debian's packages were unpacked.
pub fn start(setting: &Setting, layout: Layout) -> Outcome<Running> {
    let address = free_address()?;
    let folder = super::folder(setting)?;
    let told = |error: std::io::Error| format!("{}: {error}", folder.path().display());
    let place = folder.path().canonicalize().map_err(told)?;
    let module = setting
        .nginx
        .join("usr/lib/nginx/modules/ngx_nchan_module.so");
    let configuration = CONFIGURATION
        .replace("MODULE", &module.to_string_lossy())
        .replace("FOLDER", &place.to_string_lossy())
        .replace("ADDRESS", &address.to_string());
    let file = place.join("nginx.conf");
    fs::write(&file, configuration).map_err(told)?;
    let mut command = Command::new(setting.nginx.join("usr/sbin/nginx"));
    command
        .arg("-p")
        .arg(&place)
        .arg("-c")
        .arg(&file)
        .args(["-e", "stderr"]);
    let door = |person: usize| Door {
        path: format!("/listen/{}", person / layout.members),
        ..Door::default()
    };
    Ok(Running {
        process: Process::start(&mut command, address)?,
        doors: (0..layout.rooms * layout.members).map(door).collect(),
        speech: Speech::Request(Box::new(|room, _, token| {
            let length = token.len();
            format!(
                "POST /say/{room} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n{token}"
            )
        })),
        _folder: folder,
    })
}
