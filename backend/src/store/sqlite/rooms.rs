//! A room's row and its epochs, within the writer's transaction.

use super::{
    super::{RoomState, StoreError},
    row::{RowExt, expect_rows, int, json},
};
use protocol::{Locator, RoomId, Seq, roster::Roster};
use sqlx::{SqliteConnection, query};

pub(super) async fn read(
    connection: &mut SqliteConnection,
    room: &RoomId,
) -> Result<Option<RoomState>, StoreError> {
    let Some(row) = query("SELECT * FROM rooms WHERE room = ?")
        .bind(&room.0[..])
        .fetch_optional(&mut *connection)
        .await?
    else {
        return Ok(None);
    };
    let members = query("SELECT * FROM members WHERE room = ? ORDER BY since, user")
        .bind(&room.0[..])
        .fetch_all(&mut *connection)
        .await?
        .into_iter()
        .map(|row| row.roster_member())
        .collect::<Result<_, _>>()?;
    let banned = query("SELECT user FROM bans WHERE room = ?")
        .bind(&room.0[..])
        .fetch_all(&mut *connection)
        .await?
        .into_iter()
        .map(|row| row.fixed("user"))
        .collect::<Result<_, _>>()?;
    Ok(Some(RoomState {
        head: row.room_head()?,
        join_key: row.fixed("join_key")?,
        last_open_seq: row.int("last_open_seq")?,
        last_open: row.fixed("last_open_hash")?,
        open_bytes: row.int("open_bytes")?,
        roster: Roster::restore(
            members,
            banned,
            row.int::<u8>("rotation_due")? == 1,
            row.json("settings")?,
        ),
    }))
}

pub(super) async fn create(
    connection: &mut SqliteConnection,
    room: &RoomState,
    locator: &Locator,
) -> Result<bool, StoreError> {
    let done = query(
        "INSERT INTO rooms (room, locator, epoch, join_key, rotation_due, settings, head_seq, head_hash,
                            last_open_seq, last_open_hash, open_bytes, at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    )
    .bind(&room.head.room.0[..])
    .bind(&locator.0[..])
    .bind(room.head.epoch)
    .bind(&room.join_key.0[..])
    .bind(room.roster.rotation_due())
    .bind(json(&room.roster.settings())?)
    .bind(int(room.head.head.seq))
    .bind(&room.head.head.hash.0[..])
    .bind(int(room.last_open_seq))
    .bind(&room.last_open.0[..])
    .bind(int(room.open_bytes))
    .bind(int(room.head.at))
    .execute(&mut *connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn update(
    connection: &mut SqliteConnection,
    room: &RoomState,
) -> Result<(), StoreError> {
    let done = query(
        "UPDATE rooms SET epoch = ?, join_key = ?, rotation_due = ?, settings = ?, head_seq = ?, head_hash = ?,
                          last_open_seq = ?, last_open_hash = ?, open_bytes = ?, at = ? WHERE room = ?",
    )
    .bind(room.head.epoch)
    .bind(&room.join_key.0[..])
    .bind(room.roster.rotation_due())
    .bind(json(&room.roster.settings())?)
    .bind(int(room.head.head.seq))
    .bind(&room.head.head.hash.0[..])
    .bind(int(room.last_open_seq))
    .bind(&room.last_open.0[..])
    .bind(int(room.open_bytes))
    .bind(int(room.head.at))
    .bind(&room.head.room.0[..])
    .execute(&mut *connection)
    .await?;
    expect_rows("update_room", done.rows_affected(), 1)
}

pub(super) async fn start_epoch(
    connection: &mut SqliteConnection,
    room: &RoomState,
    locator: &Locator,
    header_seq: Seq,
) -> Result<bool, StoreError> {
    let id = &room.head.room.0[..];
    let located = query("UPDATE OR IGNORE rooms SET locator = ? WHERE room = ?")
        .bind(&locator.0[..])
        .bind(id)
        .execute(&mut *connection)
        .await?;
    if located.rows_affected() == 0 {
        return Ok(false);
    }
    query("INSERT INTO epochs (room, epoch, header_seq, members, banned) VALUES (?, ?, ?, ?, ?)")
        .bind(id)
        .bind(room.head.epoch)
        .bind(int(header_seq))
        .bind(json(room.roster.members())?)
        .bind(json(room.roster.banned())?)
        .execute(&mut *connection)
        .await?;
    let moved = query("UPDATE members SET since = ? WHERE room = ?")
        .bind(int(header_seq))
        .bind(id)
        .execute(&mut *connection)
        .await?;
    expect_rows(
        "start_epoch",
        moved.rows_affected(),
        room.roster.members().len(),
    )?;
    Ok(true)
}

pub(super) async fn close(
    connection: &mut SqliteConnection,
    room: &RoomId,
) -> Result<(), StoreError> {
    let done = query("UPDATE rooms SET locator = NULL WHERE room = ?")
        .bind(&room.0[..])
        .execute(&mut *connection)
        .await?;
    expect_rows("close_room", done.rows_affected(), 1)
}
