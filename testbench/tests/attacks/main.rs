//! A server that lies, alone or together with a member: what people are told, and that nothing false is shown as true.
//! docs/THREAT-MODEL.md names each of these stories; `table.rs` holds the two together.
#![expect(clippy::unwrap_used, reason = "tests")]

mod accounts;
mod acks;
mod bodies;
mod deletions;
mod forgeries;
mod keys;
mod live;
mod members;
mod order;
mod pages;
mod removed;
mod replays;
mod rewinding;
mod roles;
mod setting;
mod table;
mod vault;
mod warnings;
