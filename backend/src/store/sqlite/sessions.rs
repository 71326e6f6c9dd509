//! Writing sessions.

use super::{
    super::{SessionRow, StoreError},
    row::{RowExt, int},
};
use protocol::{SessionHandle, Time, UserId};
use sqlx::{SqliteConnection, query};

pub(super) async fn create(
    connection: &mut SqliteConnection,
    session: &SessionRow,
) -> Result<(), StoreError> {
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
    .execute(&mut *connection)
    .await?;
    Ok(())
}

pub(super) async fn touch(
    connection: &mut SqliteConnection,
    handle: &SessionHandle,
    at: Time,
) -> Result<(), StoreError> {
    query("UPDATE sessions SET last_used = ? WHERE handle = ? AND last_used < ?")
        .bind(int(at))
        .bind(&handle.0[..])
        .bind(int(at))
        .execute(&mut *connection)
        .await?;
    Ok(())
}

pub(super) async fn end(
    connection: &mut SqliteConnection,
    user: &UserId,
    handle: &SessionHandle,
) -> Result<bool, StoreError> {
    let done = query("DELETE FROM sessions WHERE user = ? AND handle = ?")
        .bind(&user.0[..])
        .bind(&handle.0[..])
        .execute(&mut *connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn end_others(
    connection: &mut SqliteConnection,
    user: &UserId,
    keep: &SessionHandle,
) -> Result<Vec<SessionHandle>, StoreError> {
    query("DELETE FROM sessions WHERE user = ? AND handle <> ? RETURNING handle")
        .bind(&user.0[..])
        .bind(&keep.0[..])
        .fetch_all(&mut *connection)
        .await?
        .into_iter()
        .map(|row| row.fixed("handle"))
        .collect()
}

pub(super) async fn prune(
    connection: &mut SqliteConnection,
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
    .fetch_all(&mut *connection)
    .await?
    .into_iter()
    .map(|row| row.fixed("handle"))
    .collect()
}
