//! A server that lies, alone or together with a member: what people are told, and that nothing false is shown as true.
//! docs/THREAT-MODEL.md names each of these stories; `table.rs` holds the two together.
#![expect(clippy::unwrap_used, reason = "tests")]

mod forgeries;
mod members;
mod order;
mod replays;
mod setting;
mod table;
