//! What people rely on, told over real engines and a real backend.
#![expect(clippy::unwrap_used, reason = "tests")]

mod account;
mod chat;
mod devices;
mod faults;
mod keys;
mod leaving;
mod lies;
mod races;
mod reader;
mod reloads;
mod tampering;
