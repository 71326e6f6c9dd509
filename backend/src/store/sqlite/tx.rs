//! Writing: the commit queue's transaction.

use super::{
    super::{
        Account, NewEntry, RoomState, SendKey, SendState, SessionRow, StoreError, Tx, VaultWrite,
    },
    log::{self, expect_rows},
    row::{RowExt, int, role_name},
};
use async_trait::async_trait;
use protocol::{
    Hash, Locator, RoomId, Seq, SessionHandle, Time, UserId,
    api::Credentials,
    frame::RoomHead,
    open::{Role, RosterMember},
    roster::Roster,
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
        let Account { keys, credentials } = account;
        let named =
            query("INSERT INTO names (username, user) VALUES (?, ?) ON CONFLICT DO NOTHING")
                .bind(keys.username.as_str())
                .bind(&keys.user.0[..])
                .execute(&mut *self.0)
                .await?;
        if named.rows_affected() == 0 {
            return Ok(false);
        }
        query(
            "INSERT INTO accounts (user, username, signing, agreement, version, record, passphrase_wrap,
                                   recovery_wrap, recovery_token_hash, signature, created)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&keys.user.0[..])
        .bind(keys.username.as_str())
        .bind(&keys.signing.0[..])
        .bind(&keys.agreement.0[..])
        .bind(int(credentials.version))
        .bind(&credentials.record.0[..])
        .bind(&credentials.passphrase_wrap)
        .bind(&credentials.recovery_wrap)
        .bind(&credentials.recovery_token_hash.0[..])
        .bind(&credentials.signature.0[..])
        .bind(int(at))
        .execute(&mut *self.0)
        .await?;
        Ok(true)
    }

    async fn replace_credentials(
        &mut self,
        user: &UserId,
        credentials: &Credentials,
    ) -> Result<bool, StoreError> {
        let done = query(
            "UPDATE accounts SET version = ?, record = ?, passphrase_wrap = ?, recovery_wrap = ?,
                                 recovery_token_hash = ?, signature = ?
             WHERE user = ? AND version + 1 = ?",
        )
        .bind(int(credentials.version))
        .bind(&credentials.record.0[..])
        .bind(&credentials.passphrase_wrap)
        .bind(&credentials.recovery_wrap)
        .bind(&credentials.recovery_token_hash.0[..])
        .bind(&credentials.signature.0[..])
        .bind(&user.0[..])
        .bind(int(credentials.version))
        .execute(&mut *self.0)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn delete_account(&mut self, user: &UserId) -> Result<bool, StoreError> {
        let done = query("DELETE FROM accounts WHERE user = ?")
            .bind(&user.0[..])
            .execute(&mut *self.0)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn create_session(&mut self, session: &SessionRow) -> Result<(), StoreError> {
        query(
            "INSERT INTO sessions (id_hash, handle, user, created, last_used, client)
             VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(&session.id_hash.0[..])
        .bind(&session.handle.0[..])
        .bind(&session.account.user.0[..])
        .bind(int(session.created))
        .bind(int(session.last_used))
        .bind(&session.client)
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    async fn touch_session(&mut self, handle: &SessionHandle, at: Time) -> Result<(), StoreError> {
        query("UPDATE sessions SET last_used = ? WHERE handle = ? AND last_used < ?")
            .bind(int(at))
            .bind(&handle.0[..])
            .bind(int(at))
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    async fn end_session(
        &mut self,
        user: &UserId,
        handle: &SessionHandle,
    ) -> Result<bool, StoreError> {
        let done = query("DELETE FROM sessions WHERE user = ? AND handle = ?")
            .bind(&user.0[..])
            .bind(&handle.0[..])
            .execute(&mut *self.0)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn end_other_sessions(
        &mut self,
        user: &UserId,
        keep: &SessionHandle,
    ) -> Result<Vec<SessionHandle>, StoreError> {
        query("DELETE FROM sessions WHERE user = ? AND handle <> ? RETURNING handle")
            .bind(&user.0[..])
            .bind(&keep.0[..])
            .fetch_all(&mut *self.0)
            .await?
            .into_iter()
            .map(|row| row.fixed("handle"))
            .collect()
    }

    async fn prune_sessions(
        &mut self,
        user: &UserId,
        created_before: Time,
        used_before: Time,
        most: u32,
    ) -> Result<Vec<SessionHandle>, StoreError> {
        query(
            "DELETE FROM sessions WHERE user = ?1 AND (
                 created < ?2 OR last_used < ?3 OR handle NOT IN (
                     SELECT handle FROM sessions WHERE user = ?1
                     ORDER BY last_used DESC, created DESC, handle LIMIT ?4))
             RETURNING handle",
        )
        .bind(&user.0[..])
        .bind(int(created_before))
        .bind(int(used_before))
        .bind(most)
        .fetch_all(&mut *self.0)
        .await?
        .into_iter()
        .map(|row| row.fixed("handle"))
        .collect()
    }

    async fn vault_put(
        &mut self,
        user: &UserId,
        item: &str,
        replaces: u64,
        token: &str,
        most: u32,
    ) -> Result<VaultWrite, StoreError> {
        let row = query(
            "SELECT count(*) AS items, coalesce(max(CASE WHEN item = ? THEN version END), 0) AS version
             FROM vault WHERE user = ?",
        )
        .bind(item)
        .bind(&user.0[..])
        .fetch_one(&mut *self.0)
        .await?;
        let version: u64 = row.int("version")?;
        if version != replaces {
            return Ok(VaultWrite::Conflict { version });
        }
        if version == 0 && row.int::<u64>("items")? >= u64::from(most) {
            return Ok(VaultWrite::Full);
        }
        let done = query(
            "INSERT INTO vault (user, item, version, token) VALUES (?, ?, ?, ?)
             ON CONFLICT (user, item) DO UPDATE SET version = excluded.version, token = excluded.token",
        )
        .bind(&user.0[..])
        .bind(item)
        .bind(int(version + 1))
        .bind(token)
        .execute(&mut *self.0)
        .await?;
        expect_rows("vault_put", done.rows_affected(), 1)?;
        Ok(VaultWrite::Done)
    }

    async fn room(&mut self, room: &RoomId) -> Result<Option<RoomState>, StoreError> {
        let Some(row) = query(
            "SELECT r.*, e.payload AS header
             FROM rooms r JOIN epochs p USING (room, epoch) JOIN entries e ON e.room = r.room AND e.seq = p.header_seq
             WHERE r.room = ?",
        )
        .bind(&room.0[..])
        .fetch_optional(&mut *self.0)
        .await?
        else {
            return Ok(None);
        };
        let members = query("SELECT * FROM members WHERE room = ? ORDER BY since, user")
            .bind(&room.0[..])
            .fetch_all(&mut *self.0)
            .await?
            .into_iter()
            .map(|row| row.roster_member())
            .collect::<Result<_, _>>()?;
        Ok(Some(RoomState {
            head: row.room_head()?,
            join_key: row.fixed("join_key")?,
            last_open_seq: row.int("last_open_seq")?,
            last_open: row.fixed("last_open_hash")?,
            roster: Roster::restore(
                members,
                row.int::<u8>("rotation_due")? == 1,
                row.settings()?,
            ),
        }))
    }

    async fn room_count(&mut self, user: &UserId) -> Result<u32, StoreError> {
        query("SELECT count(*) AS rooms FROM members WHERE user = ?")
            .bind(&user.0[..])
            .fetch_one(&mut *self.0)
            .await?
            .int("rooms")
    }

    async fn transcript(&mut self, room: &RoomId, seq: Seq) -> Result<Option<Hash>, StoreError> {
        query("SELECT transcript FROM entries WHERE room = ? AND seq = ?")
            .bind(&room.0[..])
            .bind(int(seq))
            .fetch_optional(&mut *self.0)
            .await?
            .map(|row| row.fixed("transcript"))
            .transpose()
    }

    async fn create_room(
        &mut self,
        room: &RoomState,
        locator: &Locator,
    ) -> Result<bool, StoreError> {
        let done = query(
            "INSERT INTO rooms (room, locator, epoch, join_key, rotation_due, head_seq, head_hash,
                                last_open_seq, last_open_hash, at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(&room.head.room.0[..])
        .bind(&locator.0[..])
        .bind(room.head.epoch)
        .bind(&room.join_key.0[..])
        .bind(room.roster.rotation_due())
        .bind(int(room.head.head.seq))
        .bind(&room.head.head.hash.0[..])
        .bind(int(room.last_open_seq))
        .bind(&room.last_open.0[..])
        .bind(int(room.head.at))
        .execute(&mut *self.0)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn update_room(&mut self, room: &RoomState) -> Result<(), StoreError> {
        let done = query(
            "UPDATE rooms SET epoch = ?, join_key = ?, rotation_due = ?, head_seq = ?, head_hash = ?,
                              last_open_seq = ?, last_open_hash = ?, at = ? WHERE room = ?",
        )
        .bind(room.head.epoch)
        .bind(&room.join_key.0[..])
        .bind(room.roster.rotation_due())
        .bind(int(room.head.head.seq))
        .bind(&room.head.head.hash.0[..])
        .bind(int(room.last_open_seq))
        .bind(&room.last_open.0[..])
        .bind(int(room.head.at))
        .bind(&room.head.room.0[..])
        .execute(&mut *self.0)
        .await?;
        expect_rows("update_room", done.rows_affected(), 1)
    }

    async fn start_epoch(
        &mut self,
        room: &RoomState,
        locator: &Locator,
        header_seq: Seq,
    ) -> Result<bool, StoreError> {
        let id = &room.head.room.0[..];
        let located = query("UPDATE OR IGNORE rooms SET locator = ? WHERE room = ?")
            .bind(&locator.0[..])
            .bind(id)
            .execute(&mut *self.0)
            .await?;
        if located.rows_affected() == 0 {
            return Ok(false);
        }
        let members = serde_json::to_string(room.roster.members())
            .map_err(|error| sqlx::Error::Encode(error.into()))?;
        query("INSERT INTO epochs (room, epoch, header_seq, members) VALUES (?, ?, ?, ?)")
            .bind(id)
            .bind(room.head.epoch)
            .bind(int(header_seq))
            .bind(members)
            .execute(&mut *self.0)
            .await?;
        let moved = query("UPDATE members SET since = ? WHERE room = ?")
            .bind(int(header_seq))
            .bind(id)
            .execute(&mut *self.0)
            .await?;
        expect_rows(
            "start_epoch",
            moved.rows_affected(),
            room.roster.members().len(),
        )?;
        Ok(true)
    }

    async fn close_room(&mut self, room: &RoomId) -> Result<(), StoreError> {
        let done = query("UPDATE rooms SET locator = NULL WHERE room = ?")
            .bind(&room.0[..])
            .execute(&mut *self.0)
            .await?;
        expect_rows("close_room", done.rows_affected(), 1)
    }

    async fn add_member(
        &mut self,
        room: &RoomId,
        member: &RosterMember,
        since: Seq,
    ) -> Result<(), StoreError> {
        let RosterMember { keys, role } = member;
        query(
            "INSERT INTO members (room, user, username, signing, agreement, role, since)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&room.0[..])
        .bind(&keys.user.0[..])
        .bind(keys.username.as_str())
        .bind(&keys.signing.0[..])
        .bind(&keys.agreement.0[..])
        .bind(role_name(*role))
        .bind(int(since))
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    async fn remove_member(&mut self, room: &RoomId, user: &UserId) -> Result<(), StoreError> {
        let done = query("DELETE FROM members WHERE room = ? AND user = ?")
            .bind(&room.0[..])
            .bind(&user.0[..])
            .execute(&mut *self.0)
            .await?;
        expect_rows("remove_member", done.rows_affected(), 1)
    }

    async fn set_role(
        &mut self,
        room: &RoomId,
        user: &UserId,
        role: Role,
    ) -> Result<(), StoreError> {
        let done = query("UPDATE members SET role = ? WHERE room = ? AND user = ?")
            .bind(role_name(role))
            .bind(&room.0[..])
            .bind(&user.0[..])
            .execute(&mut *self.0)
            .await?;
        expect_rows("set_role", done.rows_affected(), 1)
    }

    async fn send_states(&mut self, keys: &[SendKey]) -> Result<Vec<SendState>, StoreError> {
        log::send_states(&mut self.0, keys).await
    }

    async fn append(&mut self, entries: &[NewEntry]) -> Result<(), StoreError> {
        log::append(&mut self.0, entries).await
    }

    async fn set_heads(&mut self, heads: &[RoomHead]) -> Result<(), StoreError> {
        log::set_heads(&mut self.0, heads).await
    }
}
