//! What the store takes and gives.

use protocol::{
    DeviceId, Entry, Hash, MessageId, PublicKey, RoomId, Seq, SessionHandle, Time, UserId,
    api::{AccountKeys, Credentials},
    frame::{LoggedEntry, RoomHead, Unlogged},
    open::RosterMember,
    roster::Roster,
};
use std::collections::BTreeSet;

/// An account with everything that its owner's passphrase and recovery code open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Name and public keys.
    pub keys: AccountKeys,
    /// The current version.
    pub credentials: Credentials,
}

/// A session as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// SHA-256 of the cookie's value.
    pub id_hash: Hash,
    /// Its public name.
    pub handle: SessionHandle,
    /// Whose it is.
    pub account: AccountKeys,
    /// When the log-in was.
    pub created: Time,
    /// When it was last used, to the minute.
    pub last_used: Time,
    /// Browser and system, as they call themselves.
    pub client: String,
}

/// What became of a vault write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VaultWrite {
    /// Written.
    Done,
    /// The item is at this version, not at the one to replace.
    Conflict {
        /// The version now; 0 for no such item.
        version: u64,
    },
    /// The item would be new and there are too many.
    Full,
}

/// A room as the commit queue needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomState {
    /// Id, epoch and head.
    pub head: RoomHead,
    /// The epoch's join key.
    pub join_key: PublicKey,
    /// Seq of the last open entry.
    pub last_open_seq: Seq,
    /// `E` of the last open entry.
    pub last_open: Hash,
    /// Payload bytes of the epoch's open entries, without its header and the wraps that came with it.
    pub open_bytes: u64,
    /// Who is in it.
    pub roster: Roster,
}

/// An entry to be appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    /// Which room.
    pub room: RoomId,
    /// The entry with its place.
    pub logged: LoggedEntry,
    /// `E(n)`.
    pub hash: Hash,
    /// `H(n)`.
    pub transcript: Hash,
    /// Who sent it.
    pub sender: UserId,
    /// The sender's device and id for it; none for open entries.
    pub message: Option<(DeviceId, MessageId)>,
}

/// How far a member has read, to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSlot {
    /// Which room.
    pub room: RoomId,
    /// Of whom, and where.
    pub slot: Unlogged,
}

/// What names a sealed message that is about to be appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SendKey {
    /// Where to.
    pub room: RoomId,
    /// By whom.
    pub sender: UserId,
    /// From which device.
    pub device: DeviceId,
    /// The sender's id for it.
    pub id: MessageId,
}

/// What the store knows about a [`SendKey`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendState {
    /// The room, if there is one and the sender is in it.
    pub room: Option<RoomHead>,
    /// Whether someone left in the room's epoch.
    pub rotation_due: bool,
    /// The entry that this sender's device stored under this id before.
    pub stored: Option<Stored>,
}

/// A message that is stored already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// In which room.
    pub room: RoomId,
    /// Where in its log.
    pub seq: Seq,
    /// When it came.
    pub at: Time,
    /// `E` of it.
    pub hash: Hash,
}

/// What the server knows of an entry without its payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryState {
    /// Who sent it.
    pub sender: UserId,
    /// `E` of it.
    pub hash: Hash,
    /// What is there of it.
    pub payload: Payload,
}

/// What is there of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payload {
    /// A token.
    Sealed,
    /// A signed statement.
    Open,
    /// Nothing any more.
    Purged,
}

/// Which stretch of a log to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRange {
    /// First seq, from 1.
    pub from: Seq,
    /// Last seq.
    pub to: Seq,
    /// Entries at most.
    pub entries: u64,
    /// Bytes of payload after which no further entry follows; the first one is always given.
    pub bytes: u64,
}

/// A stretch of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// `H` before the first entry.
    pub base: Hash,
    /// In order, without gaps.
    pub entries: Vec<LoggedEntry>,
}

/// An epoch's open side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opens {
    /// The members with which it started.
    pub members: Vec<RosterMember>,
    /// Who was banned then.
    pub banned: BTreeSet<UserId>,
    /// Its open entries, the header first.
    pub entries: Vec<LoggedEntry>,
}

impl NewEntry {
    /// The entry alone.
    pub fn entry(&self) -> &Entry {
        &self.logged.entry
    }
}
