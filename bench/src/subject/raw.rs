//! The raw broadcaster: bench/src/bin/raw.rs.

use crate::{
    Outcome,
    load::{Door, Layout, Running, Speech},
    process::{Process, free_address},
    setting::Setting,
};
use std::process::Command;

/// Starts it. The path names the room.
pub fn start(setting: &Setting, layout: Layout) -> Outcome<Running> {
    let address = free_address()?;
    let mut command = Command::new(setting.programs.join("raw"));
    command.arg(address.to_string());
    let door = |at: usize| Door {
        path: format!("/{}", at / layout.members),
        ..Door::default()
    };
    Ok(Running {
        process: Process::start(&mut command, address)?,
        doors: (0..layout.rooms * layout.members).map(door).collect(),
        speech: Speech::Member(Box::new(|_, _, token| token.to_owned())),
        _folder: super::folder(setting)?,
    })
}
