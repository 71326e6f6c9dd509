//! Browsers and a server in one process: real engines over the real backend, with a fake clock, seeded randomness and a network that
//! fails when told to. The stories in `tests/` run on it. Nothing depends on this crate.
//!
//! - [`Bench`] holds the server and the browsers, and lets time pass.
//! - The [`Adversary`] stands between the browsers and the server, and lies when told to.
//! - A [`Browser`] carries an engine's actions out, as the web app's bridge does, and keeps what the engine shows in a [`Screen`].

#![expect(
    clippy::unwrap_used,
    reason = "a bench is test code: what fails is to stop the story, loudly"
)]

mod adversary;
mod bench;
mod browser;
mod calls;
mod screen;
mod server;

pub use adversary::{Accomplice, Adversary, Log, RoomKeys, Telling};
pub use bench::{Bench, PASSPHRASE, Who};
pub use browser::{Browser, Fate, Fates, Network, Tamper};
pub use screen::Screen;
