//! Reading what is committed, on the pool of read-only connections.

use super::{
    super::{Account, Opens, Page, PageRange, SessionRow, Store, StoreError, Tx},
    SqliteStore,
    row::{RowExt, int},
};
use async_trait::async_trait;
use futures::TryStreamExt;
use protocol::{
    Entry, Hash, Locator, RoomId, SessionHandle, UserId, Username,
    api::{Credentials, OpaqueMessage, VaultItem},
    frame::{LoggedEntry, RoomHead, Unlogged},
    log,
};
use sqlx::{query, sqlite::SqliteRow};

#[async_trait]
impl Store for SqliteStore {
    async fn begin(&self) -> Result<Box<dyn Tx>, StoreError> {
        self.begin_write().await
    }

    async fn account(&self, username: &Username) -> Result<Option<Account>, StoreError> {
        query("SELECT * FROM accounts WHERE username = ?")
            .bind(username.as_str())
            .fetch_optional(&self.readers)
            .await?
            .map(account)
            .transpose()
    }

    async fn name_taken(&self, username: &Username) -> Result<bool, StoreError> {
        let found = query("SELECT 1 FROM names WHERE username = ?")
            .bind(username.as_str())
            .fetch_optional(&self.readers)
            .await?;
        Ok(found.is_some())
    }

    async fn session(&self, id_hash: &Hash) -> Result<Option<SessionRow>, StoreError> {
        query(
            "SELECT s.*, a.username, a.signing, a.agreement, a.earlier
             FROM sessions s JOIN accounts a USING (user) WHERE s.id_hash = ?",
        )
        .bind(&id_hash.0[..])
        .fetch_optional(&self.readers)
        .await?
        .map(session)
        .transpose()
    }

    async fn session_lives(&self, handle: &SessionHandle) -> Result<bool, StoreError> {
        let found = query("SELECT 1 FROM sessions WHERE handle = ?")
            .bind(&handle.0[..])
            .fetch_optional(&self.readers)
            .await?;
        Ok(found.is_some())
    }

    async fn sessions(&self, user: &UserId) -> Result<Vec<SessionRow>, StoreError> {
        query(
            "SELECT s.*, a.username, a.signing, a.agreement, a.earlier
             FROM sessions s JOIN accounts a USING (user) WHERE s.user = ?
             ORDER BY s.last_used DESC, s.created DESC, s.handle",
        )
        .bind(&user.0[..])
        .fetch_all(&self.readers)
        .await?
        .into_iter()
        .map(session)
        .collect()
    }

    async fn vault(&self, user: &UserId) -> Result<Vec<VaultItem>, StoreError> {
        query("SELECT item, version, token FROM vault WHERE user = ? ORDER BY item")
            .bind(&user.0[..])
            .fetch_all(&self.readers)
            .await?
            .into_iter()
            .map(|row| {
                Ok(VaultItem {
                    item: row.text("item")?,
                    version: row.int("version")?,
                    token: row.text("token")?,
                })
            })
            .collect()
    }

    async fn room_heads(&self, user: &UserId) -> Result<Vec<RoomHead>, StoreError> {
        query(
            "SELECT r.* FROM members m JOIN rooms r USING (room) WHERE m.user = ? ORDER BY r.room",
        )
        .bind(&user.0[..])
        .fetch_all(&self.readers)
        .await?
        .into_iter()
        .map(|row| row.room_head())
        .collect()
    }

    async fn room_by_locator(&self, locator: &Locator) -> Result<Option<RoomHead>, StoreError> {
        query("SELECT * FROM rooms WHERE locator = ?")
            .bind(&locator.0[..])
            .fetch_optional(&self.readers)
            .await?
            .map(|row| row.room_head())
            .transpose()
    }

    async fn is_member(&self, room: &RoomId, user: &UserId) -> Result<bool, StoreError> {
        let found = query("SELECT 1 FROM members WHERE room = ? AND user = ?")
            .bind(&room.0[..])
            .bind(&user.0[..])
            .fetch_optional(&self.readers)
            .await?;
        Ok(found.is_some())
    }

    async fn member_count(&self, room: &RoomId) -> Result<u32, StoreError> {
        query("SELECT count(*) AS members FROM members WHERE room = ?")
            .bind(&room.0[..])
            .fetch_one(&self.readers)
            .await?
            .int("members")
    }

    async fn page(&self, room: &RoomId, range: PageRange) -> Result<Option<Page>, StoreError> {
        let before = range.from.saturating_sub(1);
        // Read one by one and given up where the page is full: a window function over the sizes costs more than the reading.
        let mut rows = query(
            "SELECT seq, class, at,
                    CASE WHEN seq < ? THEN transcript END AS base,
                    CASE WHEN seq < ? THEN NULL ELSE payload END AS payload,
                    CASE WHEN payload IS NULL THEN entry_hash END AS entry_hash
             FROM entries WHERE room = ? AND seq BETWEEN ? AND ? ORDER BY seq LIMIT ?",
        )
        .bind(int(range.from))
        .bind(int(range.from))
        .bind(&room.0[..])
        .bind(int(before))
        .bind(int(range.to.max(before)))
        .bind(int(range.entries.saturating_add(1)))
        .fetch(&self.readers);
        let base = match range.from {
            0 => return Ok(None),
            1 => log::transcript_start(room),
            _ => match rows.try_next().await? {
                Some(row) if !row.is_null("base")? => row.fixed("base")?,
                _ => return Ok(None),
            },
        };
        let (mut entries, mut bytes) = (Vec::new(), 0);
        while bytes < range.bytes.max(1)
            && (entries.len() as u64) < range.entries
            && let Some(row) = rows.try_next().await?
        {
            if !row.is_null("payload")? {
                bytes += row.blob("payload")?.len() as u64;
            }
            entries.push(logged(row)?);
        }
        Ok(Some(Page { base, entries }))
    }

    async fn opens(&self, room: &RoomId, epoch: u32) -> Result<Option<Opens>, StoreError> {
        let Some(row) = query("SELECT members, banned FROM epochs WHERE room = ? AND epoch = ?")
            .bind(&room.0[..])
            .bind(epoch)
            .fetch_optional(&self.readers)
            .await?
        else {
            return Ok(None);
        };
        let entries = query(
            "SELECT e.seq, e.class, e.payload, e.entry_hash, e.at
             FROM epochs this
             LEFT JOIN epochs next ON next.room = this.room AND next.epoch = this.epoch + 1
             JOIN entries e ON e.room = this.room AND e.class = 1 AND e.seq >= this.header_seq
                 AND (next.header_seq IS NULL OR e.seq < next.header_seq)
             WHERE this.room = ? AND this.epoch = ? ORDER BY e.seq",
        )
        .bind(&room.0[..])
        .bind(epoch)
        .fetch_all(&self.readers)
        .await?
        .into_iter()
        .map(logged)
        .collect::<Result<_, _>>()?;
        Ok(Some(Opens {
            members: row.json("members")?,
            banned: row.json("banned")?,
            entries,
        }))
    }

    async fn slots(&self, room: &RoomId) -> Result<Vec<Unlogged>, StoreError> {
        query("SELECT user, epoch, token FROM slots WHERE room = ? ORDER BY user")
            .bind(&room.0[..])
            .fetch_all(&self.readers)
            .await?
            .into_iter()
            .map(|row| {
                Ok(Unlogged {
                    user: row.fixed("user")?,
                    epoch: row.int("epoch")?,
                    token: row.text("token")?,
                })
            })
            .collect()
    }

    async fn close(&self) {
        self.close_all().await;
    }
}

fn account(row: SqliteRow) -> Result<Account, StoreError> {
    Ok(Account {
        keys: row.member_keys()?,
        credentials: Credentials {
            version: row.int("version")?,
            record: OpaqueMessage(row.blob("record")?.to_vec()),
            passphrase_wrap: row.text("passphrase_wrap")?,
            recovery_wrap: row.text("recovery_wrap")?,
            recovery_token_hash: row.fixed("recovery_token_hash")?,
            signature: row.fixed("signature")?,
        },
    })
}

fn session(row: SqliteRow) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        id_hash: row.fixed("id_hash")?,
        handle: row.fixed("handle")?,
        account: row.member_keys()?,
        created: row.int("created")?,
        last_used: row.int("last_used")?,
        client: row.text("client")?,
    })
}

fn logged(row: SqliteRow) -> Result<LoggedEntry, StoreError> {
    let entry = match row.is_null("payload")? {
        true => Entry::Purged(row.fixed("entry_hash")?),
        false => Entry::from_parts(row.int("class")?, row.blob("payload")?)
            .map_err(|_| StoreError::Corrupt { column: "payload" })?,
    };
    Ok(LoggedEntry {
        seq: row.int("seq")?,
        at: row.int("at")?,
        entry,
    })
}
