//! The WebSocket's frames: JSON text, one object each, told apart by `type`.

use crate::{
    entry::{Entry, OpenEntry},
    error::PublicError,
    ids::{DeviceId, Epoch, Hash, MessageId, RoomId, Seq, Time, UserId},
    open::{Head, RosterMember},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// From client to server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientFrame {
    /// The first frame of a connection. Answered by [`ServerFrame::Welcome`].
    Hello {
        /// [`crate::VERSION`].
        version: u32,
        /// The engine that speaks.
        device: DeviceId,
        /// How far it has each room; the server sends what came after, up to a page a room.
        cursors: Vec<Cursor>,
    },
    /// A sealed entry to store and relay. Answered by [`ServerFrame::Ack`] or [`ServerFrame::Refused`]. The same id again gets
    /// the same answer and no second entry.
    Send {
        /// Where to.
        room: RoomId,
        /// The sender's idempotency key.
        id: MessageId,
        /// The epoch under which the token is sealed.
        epoch: Epoch,
        /// The Fernet token.
        token: String,
    },
    /// Asks for the entries `from ..= to`, at most [`crate::limits::PAGE_ENTRIES`]. Answered by [`ServerFrame::Page`].
    History {
        /// Echoed in the answer; not 0.
        request: u32,
        /// Which room.
        room: RoomId,
        /// First seq, from 1.
        from: Seq,
        /// Last seq; what the room does not have yet is left out.
        to: Seq,
    },
    /// Asks for an epoch's open entries. Answered by [`ServerFrame::Opens`].
    Opens {
        /// Echoed in the answer; not 0.
        request: u32,
        /// Which room.
        room: RoomId,
        /// Which epoch.
        epoch: Epoch,
    },
    /// How far the user has read a room: replaces what was said before. Answered only where it is refused, by
    /// [`ServerFrame::SlotRefused`].
    Slot {
        /// Which room.
        room: RoomId,
        /// The epoch under which the token is sealed.
        epoch: Epoch,
        /// The Fernet token.
        token: String,
    },
    /// Asks how far the members of a room have read. Answered by [`ServerFrame::Slots`].
    Slots {
        /// Echoed in the answer; not 0.
        request: u32,
        /// Which room.
        room: RoomId,
    },
    /// Something to relay to the other members at once and never to store. Not answered.
    Signal {
        /// Which room.
        room: RoomId,
        /// The epoch under which the token is sealed.
        epoch: Epoch,
        /// The Fernet token.
        token: String,
    },
    /// Proves that the connection lives. Answered by [`ServerFrame::Pong`]. In braces, since serde passes over unknown fields where
    /// there are none at all.
    Ping {},
}

/// How far a client has a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    /// Which room.
    pub room: RoomId,
    /// The last entry of its contiguous head.
    pub after: Seq,
}

/// From server to client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// Answers [`ClientFrame::Hello`].
    Welcome {
        /// [`crate::VERSION`].
        version: u32,
        /// Whom the session belongs to.
        user: UserId,
        /// The server's clock.
        at: Time,
        /// All rooms of the user.
        rooms: Vec<RoomHead>,
    },
    /// A room that this user just created or joined on any device.
    Room {
        /// The room.
        room: RoomHead,
    },
    /// A room that this user left on any device.
    RoomLeft {
        /// The room.
        room: RoomId,
    },
    /// A new entry, as soon as it is committed, to every member, the sender included.
    Entry {
        /// Which room.
        room: RoomId,
        /// The entry.
        entry: LoggedEntry,
    },
    /// A stretch of a room's log: the answer to [`ClientFrame::History`], or what a cursor missed.
    Page {
        /// The request that it answers; none after a hello.
        request: Option<u32>,
        /// Which room.
        room: RoomId,
        /// `H` before the first entry here.
        base: Hash,
        /// The entries in order, without gaps.
        entries: Vec<LoggedEntry>,
    },
    /// Answers [`ClientFrame::Opens`].
    Opens {
        /// The request that it answers.
        request: u32,
        /// Which room.
        room: RoomId,
        /// Which epoch.
        epoch: Epoch,
        /// The members with which the epoch started …
        members: Vec<RosterMember>,
        /// … and who was banned then: what the header's roster hash covers.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        banned: BTreeSet<UserId>,
        /// The epoch's open entries in order, its header first.
        entries: Vec<LoggedEntry>,
    },
    /// A sent entry is stored: it survives whatever happens to the server process or its power.
    Ack {
        /// Which room.
        room: RoomId,
        /// The sender's id for it.
        id: MessageId,
        /// Where it stands in the log.
        seq: Seq,
        /// When the server took it.
        at: Time,
    },
    /// A sent entry is not stored.
    Refused {
        /// Which room.
        room: RoomId,
        /// The sender's id for it.
        id: MessageId,
        /// Why.
        error: PublicError,
    },
    /// How far a member has read.
    Slot {
        /// Which room.
        room: RoomId,
        /// Of whom, and where.
        #[serde(flatten)]
        slot: Unlogged,
    },
    /// Answers [`ClientFrame::Slots`].
    Slots {
        /// The request that it answers.
        request: u32,
        /// Which room.
        room: RoomId,
        /// One for each member who said something.
        slots: Vec<Unlogged>,
    },
    /// A receipt is not stored.
    SlotRefused {
        /// Which room.
        room: RoomId,
        /// Why.
        error: PublicError,
    },
    /// Something that another member signals just now.
    Signal {
        /// Which room.
        room: RoomId,
        /// By whom, and what.
        #[serde(flatten)]
        signal: Unlogged,
    },
    /// A request could not be answered, or what a cursor missed could not be given.
    Failed {
        /// The request; 0 for a cursor.
        request: u32,
        /// The cursor's room.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        room: Option<RoomId>,
        /// Why.
        error: PublicError,
    },
    /// A vault item was written on another device.
    VaultChanged {
        /// Which.
        item: String,
        /// Its version now.
        version: u64,
    },
    /// Answers [`ClientFrame::Ping`].
    Pong,
    /// The last frame before the server closes.
    Bye {
        /// Why.
        reason: ByeReason,
    },
}

/// A room as a list of rooms needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomHead {
    /// Which room.
    pub room: RoomId,
    /// Its epoch.
    pub epoch: Epoch,
    /// Its head.
    pub head: Head,
    /// When its last entry came.
    pub at: Time,
}

/// A token outside the log, with who sent it as the server says; the token itself is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unlogged {
    /// Who.
    pub user: UserId,
    /// The epoch under which it is sealed.
    pub epoch: Epoch,
    /// The Fernet token.
    pub token: String,
}

/// An entry with its place in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Parts")]
pub struct LoggedEntry {
    /// Its number.
    pub seq: Seq,
    /// When the server took it: the server's claim.
    pub at: Time,
    /// The entry.
    #[serde(flatten)]
    pub entry: Entry,
}

/// A [`LoggedEntry`] as it is read: by itself serde takes the first of several forms in which the entry stands there.
#[derive(Deserialize)]
struct Parts {
    seq: Seq,
    at: Time,
    sealed: Option<String>,
    open: Option<OpenEntry>,
    purged: Option<Hash>,
}

impl TryFrom<Parts> for LoggedEntry {
    type Error = &'static str;

    fn try_from(it: Parts) -> Result<Self, Self::Error> {
        let entry = match (it.sealed, it.open, it.purged) {
            (Some(token), None, None) => Entry::Sealed(token),
            (None, Some(open), None) => Entry::Open(open),
            (None, None, Some(kept)) => Entry::Purged(kept),
            _ => return Err("expected one of sealed, open and purged"),
        };
        Ok(Self {
            seq: it.seq,
            at: it.at,
            entry,
        })
    }
}

/// Why the server closes a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ByeReason {
    /// The client read too slowly; its cursors fetch what it missed.
    SlowReader,
    /// The session was logged out, revoked or expired.
    SessionEnded,
    /// A frame was binary, too large, or not of this protocol.
    Malformed,
    /// The client speaks another version.
    Version,
    /// Too many connections of this user, or too many frames.
    TooMany,
    /// Nothing came for too long.
    Idle,
    /// The server restarts.
    Shutdown,
}
