//! Who is in a room, within the writer's transaction.

use super::{
    super::StoreError,
    row::{RowExt, expect_rows, int, role_name},
};
use protocol::{
    RoomId, Seq, UserId,
    open::{Role, RosterMember},
};
use sqlx::{SqliteConnection, query};

pub(super) async fn add(
    connection: &mut SqliteConnection,
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
    .execute(&mut *connection)
    .await?;
    Ok(())
}

pub(super) async fn remove(
    connection: &mut SqliteConnection,
    room: &RoomId,
    user: &UserId,
) -> Result<(), StoreError> {
    let done = query("DELETE FROM members WHERE room = ? AND user = ?")
        .bind(&room.0[..])
        .bind(&user.0[..])
        .execute(&mut *connection)
        .await?;
    expect_rows("remove_member", done.rows_affected(), 1)
}

pub(super) async fn set_role(
    connection: &mut SqliteConnection,
    room: &RoomId,
    user: &UserId,
    role: Role,
) -> Result<(), StoreError> {
    let done = query("UPDATE members SET role = ? WHERE room = ? AND user = ?")
        .bind(role_name(role))
        .bind(&room.0[..])
        .bind(&user.0[..])
        .execute(&mut *connection)
        .await?;
    expect_rows("set_role", done.rows_affected(), 1)
}

pub(super) async fn room_count(
    connection: &mut SqliteConnection,
    user: &UserId,
) -> Result<u32, StoreError> {
    query("SELECT count(*) AS rooms FROM members WHERE user = ?")
        .bind(&user.0[..])
        .fetch_one(&mut *connection)
        .await?
        .int("rooms")
}
