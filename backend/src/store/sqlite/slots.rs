//! Writing how far members have read.

use super::{
    super::{NewSlot, StoreError},
    row::{RowExt, expect_rows, hex, json},
};
use protocol::{Epoch, RoomId, UserId};
use sqlx::{SqliteConnection, query};

pub(super) async fn member_epochs(
    connection: &mut SqliteConnection,
    members: &[(RoomId, UserId)],
) -> Result<Vec<Option<Epoch>>, StoreError> {
    let rows: Vec<_> = members
        .iter()
        .map(|(room, user)| [hex(&room.0), hex(&user.0)])
        .collect();
    query(
        "SELECT r.epoch FROM json_each(?) j
         LEFT JOIN members m ON m.room = unhex(j.value ->> 0) AND m.user = unhex(j.value ->> 1)
         LEFT JOIN rooms r ON r.room = m.room
         ORDER BY j.key",
    )
    .bind(json(&rows)?)
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(|row| match row.is_null("epoch")? {
        true => Ok(None),
        false => row.int("epoch").map(Some),
    })
    .collect()
}

pub(super) async fn put(
    connection: &mut SqliteConnection,
    slots: &[NewSlot],
) -> Result<(), StoreError> {
    let rows: Vec<_> = slots
        .iter()
        .map(|NewSlot { room, slot }| {
            let (room, user) = (hex(&room.0), hex(&slot.user.0));
            (room, user, slot.epoch, &slot.token)
        })
        .collect();
    let done = query(
        "INSERT INTO slots (room, user, epoch, token)
         SELECT unhex(value ->> 0), unhex(value ->> 1), value ->> 2, value ->> 3
         FROM json_each(?) WHERE true ORDER BY key
         ON CONFLICT (room, user) DO UPDATE SET epoch = excluded.epoch, token = excluded.token",
    )
    .bind(json(&rows)?)
    .execute(connection)
    .await?;
    expect_rows("put_slots", done.rows_affected(), slots.len())
}
