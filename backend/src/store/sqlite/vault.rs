//! Writing vault items: compare and swap.

use super::{
    super::{StoreError, VaultWrite},
    row::{RowExt, expect_rows, int},
};
use protocol::UserId;
use sqlx::{SqliteConnection, query};

pub(super) async fn put(
    connection: &mut SqliteConnection,
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
    .fetch_one(&mut *connection)
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
    .execute(&mut *connection)
    .await?;
    expect_rows("vault_put", done.rows_affected(), 1)?;
    Ok(VaultWrite::Done)
}
