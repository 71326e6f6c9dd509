//! What crosses the wire between a SecureChat client and its server.
//!
//! Ids and validated names ([`ids`], [`username`]), the log's entries and their hashes ([`entry`], [`open`], [`log`], [`roster`],
//! [`succession`]),
//! the WebSocket's frames ([`frame`]), the HTTP API's types ([`api`]), limits ([`limits`]) and public errors ([`error`]).
//! No I/O and no secrets: everything here works on public bytes. docs/PROTOCOL.md says the same in prose.

#![warn(missing_docs)]

pub mod api;
pub mod b64;
pub mod entry;
pub mod error;
pub mod frame;
pub mod ids;
pub mod json;
pub mod label;
pub mod limits;
pub mod log;
pub mod open;
pub mod roster;
pub mod succession;
pub mod username;

pub use entry::{Entry, OpenEntry};
pub use error::{Limit, PublicError};
pub use ids::{
    DeviceId, Epoch, Hash, Locator, MessageId, PublicKey, RoomId, RunId, Seq, SessionHandle,
    Signature, Time, UserId,
};
pub use username::Username;

/// The version of the WebSocket protocol and API that this crate describes.
pub const VERSION: u32 = 1;
