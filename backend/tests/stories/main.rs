//! What people and their browsers rely on, told as stories.
#![expect(clippy::unwrap_used, reason = "tests")]

mod accounts;
mod clock;
mod credentials;
mod hostile;
mod hub;
mod identity;
mod queue;
mod refusals;
mod room;
mod rooms;
mod sessions;
mod statements;
mod vault;
mod world;
