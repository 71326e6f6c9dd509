//! What is measured, and what it is measured against: each starts a server of its own and says how to reach it.

mod nchan;
pub mod people;
mod raw;
mod securechat;
mod socketio;

use crate::{
    Outcome,
    load::{Layout, Running},
    measured::SUBJECT,
    setting::Setting,
};
use std::fs;
use tempfile::TempDir;

/// A server that relays messages among the people in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Ours: the binary as it ships, with its SQLite file; every message is committed before anyone gets it.
    SecureChat,
    /// A broadcaster on tokio-tungstenite that knows neither storage nor sessions.
    Raw,
    /// nchan in nginx.
    Nchan,
    /// Socket.IO on Node.js.
    SocketIo,
    /// Flask-SocketIO under gunicorn and gevent.
    Flask,
}

impl Subject {
    /// Ours and all references.
    pub const ALL: [Self; 5] = [
        Self::SecureChat,
        Self::Raw,
        Self::Nchan,
        Self::SocketIo,
        Self::Flask,
    ];

    /// Ours, and the floor.
    pub const RAW: [Self; 2] = [Self::SecureChat, Self::Raw];

    /// As reports call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::SecureChat => SUBJECT,
            Self::Raw => "raw tokio-tungstenite",
            Self::Nchan => "nchan",
            Self::SocketIo => "Socket.IO",
            Self::Flask => "Flask-SocketIO",
        }
    }

    /// Starts it for these people.
    pub fn start(self, setting: &Setting, layout: Layout) -> Outcome<Running> {
        match self {
            Self::SecureChat => securechat::start(setting, layout),
            Self::Raw => raw::start(setting, layout),
            Self::Nchan => nchan::start(setting, layout),
            Self::SocketIo => socketio::start(setting, layout),
            Self::Flask => socketio::start_flask(setting, layout),
        }
    }
}

/// A folder for a server's files, on the disk that was named for it.
pub fn folder(setting: &Setting) -> Outcome<TempDir> {
    let made = fs::create_dir_all(&setting.work).and_then(|()| tempfile::tempdir_in(&setting.work));
    made.map_err(|error| format!("{}: {error}", setting.work.display()))
}
