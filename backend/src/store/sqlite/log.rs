//! The message path: three statements for everything that waits, however much it is, because each statement crosses to
//! SQLite's thread and back.
//!
//! JSON carries the rows in. It has no bytes: ids and hashes go as hexadecimal text, tokens as they are.

use super::{
    super::{EntryState, NewEntry, Payload, SendKey, SendState, StoreError, Stored},
    row::{RowExt, expect_rows, hex, int, json},
};
use protocol::{Entry, Hash, RoomId, Seq, frame::RoomHead};
use serde::Serialize;
use sqlx::{SqliteConnection, query};
use std::collections::HashMap;

/// Two questions in one statement, since only what there is comes back: each sender's room once, however many messages wait, and
/// messages that are stored already, which is hardly ever one. A row for each message would cost more than storing them.
pub(super) async fn send_states(
    connection: &mut SqliteConnection,
    keys: &[SendKey],
) -> Result<Vec<SendState>, StoreError> {
    let mut places = HashMap::new();
    let mut senders = Vec::new();
    for SendKey { room, sender, .. } in keys {
        places.entry((*room, *sender)).or_insert_with(|| {
            senders.push([hex(&room.0), hex(&sender.0)]);
            senders.len() - 1
        });
    }
    let message = |key: &SendKey| [hex(&key.sender.0), hex(&key.device.0), hex(&key.id.0)];
    let messages: Vec<_> = keys.iter().map(message).collect();
    // CROSS JOIN keeps the order: for each thing asked about one look into an index.
    let rows = query(
        "SELECT j.key AS place, r.room, r.epoch, r.head_seq, r.head_hash, r.at, r.rotation_due,
                NULL AS stored_room, NULL AS stored_seq, NULL AS stored_at, NULL AS stored_hash
         FROM json_each(?) j
         CROSS JOIN members m ON m.room = unhex(j.value ->> 0) AND m.user = unhex(j.value ->> 1)
         CROSS JOIN rooms r ON r.room = m.room
         UNION ALL
         SELECT j.key, NULL, NULL, NULL, NULL, NULL, NULL, e.room, e.seq, e.at, e.entry_hash
         FROM json_each(?) j
         CROSS JOIN entries e ON e.sender = unhex(j.value ->> 0) AND e.device = unhex(j.value ->> 1)
             AND e.message = unhex(j.value ->> 2) AND e.message IS NOT NULL",
    )
    .bind(json(&senders)?)
    .bind(json(&messages)?)
    .fetch_all(connection)
    .await?;
    let (mut rooms, mut stored) = (HashMap::new(), HashMap::new());
    for row in rows {
        let place: usize = row.int("place")?;
        if row.is_null("stored_seq")? {
            let rotation_due = row.int::<u8>("rotation_due")? == 1;
            rooms.insert(place, (row.room_head()?, rotation_due));
        } else {
            let message = Stored {
                room: row.fixed("stored_room")?,
                seq: row.int("stored_seq")?,
                at: row.int("stored_at")?,
                hash: row.fixed("stored_hash")?,
            };
            stored.insert(place, message);
        }
    }
    let state = |(place, key): (usize, &SendKey)| {
        let sender = places.get(&(key.room, key.sender));
        let room = sender.and_then(|place| rooms.get(place));
        SendState {
            room: room.map(|(head, _)| *head),
            rotation_due: room.is_some_and(|(_, due)| *due),
            stored: stored.remove(&place),
        }
    };
    Ok(keys.iter().enumerate().map(state).collect())
}

pub(super) async fn append(
    connection: &mut SqliteConnection,
    entries: &[NewEntry],
) -> Result<(), StoreError> {
    #[derive(Serialize)]
    struct Row<'a> {
        room: String,
        seq: u64,
        class: u8,
        token: Option<&'a str>,
        open: Option<String>,
        hash: String,
        transcript: String,
        sender: String,
        device: Option<String>,
        message: Option<String>,
        at: u64,
    }
    let rows: Vec<_> = entries
        .iter()
        .map(|new| {
            let (token, open) = match new.entry() {
                Entry::Sealed(token) => (Some(token.as_str()), None),
                Entry::Open(open) => (None, Some(hex(&open.to_bytes()))),
                Entry::Purged(_) => (None, None),
            };
            let (device, message) = new
                .message
                .map(|(device, id)| (hex(&device.0), hex(&id.0)))
                .unzip();
            Row {
                room: hex(&new.room.0),
                seq: new.logged.seq,
                class: new.entry().class(),
                token,
                open,
                hash: hex(&new.hash.0),
                transcript: hex(&new.transcript.0),
                sender: hex(&new.sender.0),
                device,
                message,
                at: new.logged.at,
            }
        })
        .collect();
    let done = query(
        "INSERT INTO entries (room, seq, class, payload, entry_hash, transcript, sender, device, message, at)
         SELECT unhex(value ->> 'room'), value ->> 'seq', value ->> 'class',
                coalesce(CAST(value ->> 'token' AS BLOB), unhex(value ->> 'open')),
                unhex(value ->> 'hash'), unhex(value ->> 'transcript'), unhex(value ->> 'sender'),
                unhex(value ->> 'device'), unhex(value ->> 'message'), value ->> 'at'
         FROM json_each(?) ORDER BY key",
    )
    .bind(json(&rows)?)
    .execute(connection)
    .await?;
    expect_rows("append", done.rows_affected(), entries.len())
}

pub(super) async fn set_heads(
    connection: &mut SqliteConnection,
    heads: &[RoomHead],
) -> Result<(), StoreError> {
    let rows: Vec<_> = heads
        .iter()
        .map(|it| (hex(&it.room.0), it.head.seq, hex(&it.head.hash.0), it.at))
        .collect();
    let done = query(
        "UPDATE rooms SET head_seq = j.value ->> 1, head_hash = unhex(j.value ->> 2), at = j.value ->> 3
         FROM json_each(?) j WHERE rooms.room = unhex(j.value ->> 0)",
    )
    .bind(json(&rows)?)
    .execute(connection)
    .await?;
    expect_rows("set_heads", done.rows_affected(), heads.len())
}

pub(super) async fn entry(
    connection: &mut SqliteConnection,
    room: &RoomId,
    seq: Seq,
) -> Result<Option<EntryState>, StoreError> {
    let row = query(
        "SELECT sender, entry_hash, class, payload IS NULL AS purged
         FROM entries WHERE room = ? AND seq = ?",
    )
    .bind(&room.0[..])
    .bind(int(seq))
    .fetch_optional(&mut *connection)
    .await?;
    row.map(|row| {
        Ok(EntryState {
            sender: row.fixed("sender")?,
            hash: row.fixed("entry_hash")?,
            payload: match (row.int::<u8>("class")?, row.int::<u8>("purged")?) {
                (0, 0) => Payload::Sealed,
                (0, _) => Payload::Purged,
                _ => Payload::Open,
            },
        })
    })
    .transpose()
}

pub(super) async fn purge(
    connection: &mut SqliteConnection,
    room: &RoomId,
    seq: Seq,
) -> Result<(), StoreError> {
    let done = query(
        "UPDATE entries SET payload = NULL
         WHERE room = ? AND seq = ? AND class = 0 AND payload IS NOT NULL",
    )
    .bind(&room.0[..])
    .bind(int(seq))
    .execute(&mut *connection)
    .await?;
    expect_rows("purge", done.rows_affected(), 1)
}

pub(super) async fn transcript(
    connection: &mut SqliteConnection,
    room: &RoomId,
    seq: Seq,
) -> Result<Option<Hash>, StoreError> {
    query("SELECT transcript FROM entries WHERE room = ? AND seq = ?")
        .bind(&room.0[..])
        .bind(int(seq))
        .fetch_optional(&mut *connection)
        .await?
        .map(|row| row.fixed("transcript"))
        .transpose()
}
