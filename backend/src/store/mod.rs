//! Where everything is kept. [`Store`] reads what is committed; [`Tx`] is one transaction of the commit queue, the only
//! writer. All SQL lives below this module.
//!
//! The traits are object-safe, since the database is chosen when the server starts; a boxed future a statement is nothing
//! against the statement. A missing row is `Ok(None)`; a write that touches another number of rows than it must is an error.
//! Every implementation passes the suite in tests/conformance.

mod sqlite;
mod types;

pub use sqlite::SqliteStore;
pub use types::{
    Account, EntryState, NewEntry, NewSlot, Opens, Page, PageRange, Payload, RoomState, SendKey,
    SendState, SessionRow, Stored, VaultWrite,
};

use async_trait::async_trait;
use protocol::{
    Epoch, Hash, Locator, RoomId, Seq, SessionHandle, Time, UserId, Username,
    api::{AccountKeys, Credentials, VaultItem},
    frame::{RoomHead, Unlogged},
    open::RosterMember,
};
use sqlx::migrate::MigrateError;

/// Why the database did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database answered with an error, or did not answer.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// Another version of this program made the database, in a format that this one neither reads nor changes into its own.
    #[error(
        "it was made by another version of SecureChat, in a format that this version does not know. Start that version \
         again, or move the file away to begin with an empty one"
    )]
    OtherFormat,
    /// A migration failed.
    #[error("it could not be brought up to date: {0}")]
    Migration(MigrateError),
    /// A row holds what this program never writes.
    #[error("corrupt value in column {column}")]
    Corrupt {
        /// The column.
        column: &'static str,
    },
    /// A write touched another number of rows than it must.
    #[error("{statement} touched {rows} rows")]
    Affected {
        /// What was written.
        statement: &'static str,
        /// How many rows it touched.
        rows: u64,
    },
}

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(_) | MigrateError::VersionMismatch(_) => Self::OtherFormat,
            other => Self::Migration(other),
        }
    }
}

/// The committed state.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Starts the transaction of the one writer; waits while another is open.
    async fn begin(&self) -> Result<Box<dyn Tx>, StoreError>;

    /// The account with this username.
    async fn account(&self, username: &Username) -> Result<Option<Account>, StoreError>;

    /// Whether someone has, or once had, this username.
    async fn name_taken(&self, username: &Username) -> Result<bool, StoreError>;

    /// The session whose id has this SHA-256.
    async fn session(&self, id_hash: &Hash) -> Result<Option<SessionRow>, StoreError>;

    /// Whether a session with this handle exists.
    async fn session_lives(&self, handle: &SessionHandle) -> Result<bool, StoreError>;

    /// A user's sessions, the one used last first.
    async fn sessions(&self, user: &UserId) -> Result<Vec<SessionRow>, StoreError>;

    /// A user's vault items by name.
    async fn vault(&self, user: &UserId) -> Result<Vec<VaultItem>, StoreError>;

    /// The rooms that a user is in.
    async fn room_heads(&self, user: &UserId) -> Result<Vec<RoomHead>, StoreError>;

    /// The live room with this locator, and its epoch.
    async fn room_by_locator(&self, locator: &Locator) -> Result<Option<RoomHead>, StoreError>;

    /// Whether a user is in a room.
    async fn is_member(&self, room: &RoomId, user: &UserId) -> Result<bool, StoreError>;

    /// How many members a room has; 0 if there is none.
    async fn member_count(&self, room: &RoomId) -> Result<u32, StoreError>;

    /// A stretch of a room's log; `None` if the room has no entry before `range.from`.
    async fn page(&self, room: &RoomId, range: PageRange) -> Result<Option<Page>, StoreError>;

    /// An epoch's first members, who was banned then, and its open entries.
    async fn opens(&self, room: &RoomId, epoch: u32) -> Result<Option<Opens>, StoreError>;

    /// How far each member of a room has read, for those who said so.
    async fn slots(&self, room: &RoomId) -> Result<Vec<Unlogged>, StoreError>;

    /// Writes everything back and closes all connections.
    async fn close(&self);
}

/// One transaction. Dropped without [`Tx::commit`], it never happened.
#[async_trait]
pub trait Tx: Send {
    /// Marks a point to which [`Tx::undo_step`] goes back.
    async fn begin_step(&mut self) -> Result<(), StoreError>;
    /// Keeps what was written since [`Tx::begin_step`].
    async fn keep_step(&mut self) -> Result<(), StoreError>;
    /// Takes back what was written since [`Tx::begin_step`].
    async fn undo_step(&mut self) -> Result<(), StoreError>;
    /// Makes it durable: on the disk, not just in the machine's memory.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;

    /// The server's own value of this name; `candidate` becomes it if there is none.
    async fn server_value(&mut self, name: &str, candidate: &[u8]) -> Result<Vec<u8>, StoreError>;

    /// Creates an account; `false` if the username or the user id was ever given out.
    async fn create_account(&mut self, account: &Account, at: Time) -> Result<bool, StoreError>;
    /// Replaces an account's credentials by the next version; `false` if they are not at the version before it.
    async fn replace_credentials(
        &mut self,
        user: &UserId,
        credentials: &Credentials,
    ) -> Result<bool, StoreError>;
    /// Gives an account the keys that follow on those that it has; `false` if it has others. Its rooms keep those they know.
    async fn replace_keys(&mut self, keys: &AccountKeys) -> Result<bool, StoreError>;
    /// Removes an account with its sessions and vault; its username and id stay taken. `false` if there is none.
    async fn delete_account(&mut self, user: &UserId) -> Result<bool, StoreError>;

    /// Adds a session; the account must exist.
    async fn create_session(&mut self, session: &SessionRow) -> Result<(), StoreError>;
    /// Notes when a session was last used; nothing if it ended meanwhile.
    async fn touch_session(&mut self, handle: &SessionHandle, at: Time) -> Result<(), StoreError>;
    /// Ends one of a user's sessions; `false` if there is none with this handle.
    async fn end_session(
        &mut self,
        user: &UserId,
        handle: &SessionHandle,
    ) -> Result<bool, StoreError>;
    /// Ends all sessions of a user but one, and says which.
    async fn end_other_sessions(
        &mut self,
        user: &UserId,
        keep: &SessionHandle,
    ) -> Result<Vec<SessionHandle>, StoreError>;
    /// Ends a user's sessions created or last used before the given times, and of the rest all but the `most` used last.
    async fn prune_sessions(
        &mut self,
        user: &UserId,
        created_before: Time,
        used_before: Time,
        most: u32,
    ) -> Result<Vec<SessionHandle>, StoreError>;

    /// Writes a vault item if `replaces` is its version, 0 for none, and a new one only below `most` items.
    async fn vault_put(
        &mut self,
        user: &UserId,
        item: &str,
        replaces: u64,
        token: &str,
        most: u32,
    ) -> Result<VaultWrite, StoreError>;

    /// A room with its roster, live or not.
    async fn room(&mut self, room: &RoomId) -> Result<Option<RoomState>, StoreError>;
    /// In how many rooms a user is.
    async fn room_count(&mut self, user: &UserId) -> Result<u32, StoreError>;
    /// `H(seq)`; `None` if the room has no such entry.
    async fn transcript(&mut self, room: &RoomId, seq: Seq) -> Result<Option<Hash>, StoreError>;
    /// Creates a room without entries and members, to be filled in the same transaction; `false` if its id or locator is in use.
    async fn create_room(
        &mut self,
        room: &RoomState,
        locator: &Locator,
    ) -> Result<bool, StoreError>;
    /// Writes a room's row: head, last open entry, epoch, join key, settings, whether a rotation is due.
    async fn update_room(&mut self, room: &RoomState) -> Result<(), StoreError>;
    /// Starts an epoch at its header's seq: notes its members, whose seniority starts anew, and who is banned, and gives the room its locator;
    /// `false` if another room has it.
    async fn start_epoch(
        &mut self,
        room: &RoomState,
        locator: &Locator,
        header_seq: Seq,
    ) -> Result<bool, StoreError>;
    /// Takes a closed room's locator away.
    async fn close_room(&mut self, room: &RoomId) -> Result<(), StoreError>;
    /// Adds a member.
    async fn add_member(
        &mut self,
        room: &RoomId,
        member: &RosterMember,
        since: Seq,
    ) -> Result<(), StoreError>;
    /// Removes a member, with what they said about how far they have read.
    async fn remove_member(&mut self, room: &RoomId, user: &UserId) -> Result<(), StoreError>;
    /// Gives a member, who keeps their name, another role or other keys.
    async fn change_member(
        &mut self,
        room: &RoomId,
        member: &RosterMember,
    ) -> Result<(), StoreError>;
    /// Puts a user on a room's list of the banned.
    async fn ban(&mut self, room: &RoomId, user: &UserId) -> Result<(), StoreError>;
    /// Takes a user off that list.
    async fn unban(&mut self, room: &RoomId, user: &UserId) -> Result<(), StoreError>;

    /// For each message, in order: its room, whether its sender is a member, and whether it is stored already.
    async fn send_states(&mut self, keys: &[SendKey]) -> Result<Vec<SendState>, StoreError>;
    /// Appends entries, of any rooms, in one statement.
    async fn append(&mut self, entries: &[NewEntry]) -> Result<(), StoreError>;
    /// What is there of an entry; `None` if the room has no such entry.
    async fn entry(&mut self, room: &RoomId, seq: Seq) -> Result<Option<EntryState>, StoreError>;
    /// Drops the payload of a sealed entry for good; everything else of it stays.
    async fn purge(&mut self, room: &RoomId, seq: Seq) -> Result<(), StoreError>;
    /// Moves the heads of rooms in one statement.
    async fn set_heads(&mut self, heads: &[RoomHead]) -> Result<(), StoreError>;

    /// For each, in order: the room's epoch, if the user is in it.
    async fn member_epochs(
        &mut self,
        members: &[(RoomId, UserId)],
    ) -> Result<Vec<Option<Epoch>>, StoreError>;
    /// Writes members' slots over those before them, in one statement.
    async fn put_slots(&mut self, slots: &[NewSlot]) -> Result<(), StoreError>;
}
