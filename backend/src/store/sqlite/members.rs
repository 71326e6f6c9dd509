//! Who is in a room and who is kept out, within the writer's transaction.

use super::{
    super::StoreError,
    row::{RowExt, expect_rows, int, json, role_name},
};
use protocol::{RoomId, Seq, UserId, open::RosterMember};
use sqlx::{SqliteConnection, query};

pub(super) async fn add(
    connection: &mut SqliteConnection,
    room: &RoomId,
    member: &RosterMember,
    since: Seq,
) -> Result<(), StoreError> {
    let RosterMember { keys, role } = member;
    query(
        "INSERT INTO members (room, user, username, signing, agreement, earlier, role, since)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&room.0[..])
    .bind(&keys.user.0[..])
    .bind(keys.username.as_str())
    .bind(&keys.signing.0[..])
    .bind(&keys.agreement.0[..])
    .bind(json(&keys.earlier)?)
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

pub(super) async fn change(
    connection: &mut SqliteConnection,
    room: &RoomId,
    member: &RosterMember,
) -> Result<(), StoreError> {
    let RosterMember { keys, role } = member;
    let done = query(
        "UPDATE members SET signing = ?, agreement = ?, earlier = ?, role = ?
         WHERE room = ? AND user = ? AND username = ?",
    )
    .bind(&keys.signing.0[..])
    .bind(&keys.agreement.0[..])
    .bind(json(&keys.earlier)?)
    .bind(role_name(*role))
    .bind(&room.0[..])
    .bind(&keys.user.0[..])
    .bind(keys.username.as_str())
    .execute(&mut *connection)
    .await?;
    expect_rows("change_member", done.rows_affected(), 1)
}

pub(super) async fn ban(
    connection: &mut SqliteConnection,
    room: &RoomId,
    user: &UserId,
) -> Result<(), StoreError> {
    query("INSERT INTO bans (room, user) VALUES (?, ?)")
        .bind(&room.0[..])
        .bind(&user.0[..])
        .execute(&mut *connection)
        .await?;
    Ok(())
}

pub(super) async fn unban(
    connection: &mut SqliteConnection,
    room: &RoomId,
    user: &UserId,
) -> Result<(), StoreError> {
    let done = query("DELETE FROM bans WHERE room = ? AND user = ?")
        .bind(&room.0[..])
        .bind(&user.0[..])
        .execute(&mut *connection)
        .await?;
    expect_rows("unban", done.rows_affected(), 1)
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
