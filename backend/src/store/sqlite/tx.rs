//! Writing: the commit queue's transaction. The statements are in the modules beside, by what they write.

use super::{
    super::{
        Account, EntryState, NewEntry, NewSlot, RoomState, SendKey, SendState, SessionRow,
        StoreError, Tx, VaultWrite,
    },
    accounts, log, members, rooms,
    row::RowExt,
    sessions, slots, vault,
};
use async_trait::async_trait;
use protocol::{
    Epoch, Hash, Locator, RoomId, Seq, SessionHandle, Time, UserId,
    api::{AccountKeys, Credentials},
    frame::RoomHead,
    open::RosterMember,
};
use sqlx::{Sqlite, pool::PoolConnection, query};

/// The writer's connection with an open transaction.
///
/// The connection is not used again unless the commit succeeded: where the disk is full, SQLite has rolled back on its own,
/// and no bookkeeping of ours can tell. Closing it rolls back whatever is left, and the next transaction gets a new one.
pub(super) struct SqliteTx(PoolConnection<Sqlite>, Committed);

#[derive(PartialEq, Eq)]
enum Committed {
    Yes,
    No,
}

impl Drop for SqliteTx {
    fn drop(&mut self) {
        if self.1 == Committed::No {
            self.0.close_on_drop();
        }
    }
}

impl SqliteTx {
    /// Starts writing at once: a transaction that starts by reading could not become a writing one if a checkpoint got in
    /// between.
    pub(super) async fn begin(connection: PoolConnection<Sqlite>) -> Result<Self, StoreError> {
        let mut tx = Self(connection, Committed::No);
        tx.run("BEGIN IMMEDIATE").await?;
        Ok(tx)
    }

    /// Runs one parameterless statement.
    async fn run(&mut self, statement: &'static str) -> Result<(), StoreError> {
        query(statement).execute(&mut *self.0).await?;
        Ok(())
    }
}

#[async_trait]
impl Tx for SqliteTx {
    async fn begin_step(&mut self) -> Result<(), StoreError> {
        self.run("SAVEPOINT step").await
    }

    async fn keep_step(&mut self) -> Result<(), StoreError> {
        self.run("RELEASE step").await
    }

    async fn undo_step(&mut self) -> Result<(), StoreError> {
        self.run("ROLLBACK TO step").await?;
        self.run("RELEASE step").await
    }

    async fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        self.run("COMMIT").await?;
        self.1 = Committed::Yes;
        Ok(())
    }

    async fn server_value(&mut self, name: &str, candidate: &[u8]) -> Result<Vec<u8>, StoreError> {
        query("INSERT INTO server (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING")
            .bind(name)
            .bind(candidate)
            .execute(&mut *self.0)
            .await?;
        let row = query("SELECT value FROM server WHERE name = ?")
            .bind(name)
            .fetch_one(&mut *self.0)
            .await?;
        Ok(row.blob("value")?.to_vec())
    }

    async fn create_account(&mut self, account: &Account, at: Time) -> Result<bool, StoreError> {
        accounts::create(&mut self.0, account, at).await
    }

    async fn replace_credentials(
        &mut self,
        user: &UserId,
        credentials: &Credentials,
    ) -> Result<bool, StoreError> {
        accounts::replace_credentials(&mut self.0, user, credentials).await
    }

    async fn replace_keys(&mut self, keys: &AccountKeys) -> Result<bool, StoreError> {
        accounts::replace_keys(&mut self.0, keys).await
    }

    async fn delete_account(&mut self, user: &UserId) -> Result<bool, StoreError> {
        accounts::delete(&mut self.0, user).await
    }

    async fn create_session(&mut self, session: &SessionRow) -> Result<(), StoreError> {
        sessions::create(&mut self.0, session).await
    }

    async fn touch_session(&mut self, handle: &SessionHandle, at: Time) -> Result<(), StoreError> {
        sessions::touch(&mut self.0, handle, at).await
    }

    async fn end_session(
        &mut self,
        user: &UserId,
        handle: &SessionHandle,
    ) -> Result<bool, StoreError> {
        sessions::end(&mut self.0, user, handle).await
    }

    async fn end_other_sessions(
        &mut self,
        user: &UserId,
        keep: &SessionHandle,
    ) -> Result<Vec<SessionHandle>, StoreError> {
        sessions::end_others(&mut self.0, user, keep).await
    }

    async fn prune_sessions(
        &mut self,
        user: &UserId,
        created_before: Time,
        used_before: Time,
        most: u32,
    ) -> Result<Vec<SessionHandle>, StoreError> {
        sessions::prune(&mut self.0, user, created_before, used_before, most).await
    }

    async fn vault_put(
        &mut self,
        user: &UserId,
        item: &str,
        replaces: u64,
        token: &str,
        most: u32,
    ) -> Result<VaultWrite, StoreError> {
        vault::put(&mut self.0, user, item, replaces, token, most).await
    }

    async fn room(&mut self, room: &RoomId) -> Result<Option<RoomState>, StoreError> {
        rooms::read(&mut self.0, room).await
    }

    async fn room_count(&mut self, user: &UserId) -> Result<u32, StoreError> {
        members::room_count(&mut self.0, user).await
    }

    async fn transcript(&mut self, room: &RoomId, seq: Seq) -> Result<Option<Hash>, StoreError> {
        log::transcript(&mut self.0, room, seq).await
    }

    async fn create_room(
        &mut self,
        room: &RoomState,
        locator: &Locator,
    ) -> Result<bool, StoreError> {
        rooms::create(&mut self.0, room, locator).await
    }

    async fn update_room(&mut self, room: &RoomState) -> Result<(), StoreError> {
        rooms::update(&mut self.0, room).await
    }

    async fn start_epoch(
        &mut self,
        room: &RoomState,
        locator: &Locator,
        header_seq: Seq,
    ) -> Result<bool, StoreError> {
        rooms::start_epoch(&mut self.0, room, locator, header_seq).await
    }

    async fn close_room(&mut self, room: &RoomId) -> Result<(), StoreError> {
        rooms::close(&mut self.0, room).await
    }

    async fn add_member(
        &mut self,
        room: &RoomId,
        member: &RosterMember,
        since: Seq,
    ) -> Result<(), StoreError> {
        members::add(&mut self.0, room, member, since).await
    }

    async fn remove_member(&mut self, room: &RoomId, user: &UserId) -> Result<(), StoreError> {
        members::remove(&mut self.0, room, user).await
    }

    async fn change_member(
        &mut self,
        room: &RoomId,
        member: &RosterMember,
    ) -> Result<(), StoreError> {
        members::change(&mut self.0, room, member).await
    }

    async fn ban(&mut self, room: &RoomId, user: &UserId) -> Result<(), StoreError> {
        members::ban(&mut self.0, room, user).await
    }

    async fn unban(&mut self, room: &RoomId, user: &UserId) -> Result<(), StoreError> {
        members::unban(&mut self.0, room, user).await
    }

    async fn send_states(&mut self, keys: &[SendKey]) -> Result<Vec<SendState>, StoreError> {
        log::send_states(&mut self.0, keys).await
    }

    async fn append(&mut self, entries: &[NewEntry]) -> Result<(), StoreError> {
        log::append(&mut self.0, entries).await
    }

    async fn entry(&mut self, room: &RoomId, seq: Seq) -> Result<Option<EntryState>, StoreError> {
        log::entry(&mut self.0, room, seq).await
    }

    async fn purge(&mut self, room: &RoomId, seq: Seq) -> Result<(), StoreError> {
        log::purge(&mut self.0, room, seq).await
    }

    async fn set_heads(&mut self, heads: &[RoomHead]) -> Result<(), StoreError> {
        log::set_heads(&mut self.0, heads).await
    }

    async fn member_epochs(
        &mut self,
        members: &[(RoomId, UserId)],
    ) -> Result<Vec<Option<Epoch>>, StoreError> {
        slots::member_epochs(&mut self.0, members).await
    }

    async fn put_slots(&mut self, slots: &[NewSlot]) -> Result<(), StoreError> {
        slots::put(&mut self.0, slots).await
    }
}
