//! SQLite without anything around it: the database that the server would have, written and read by plain rusqlite.

use crate::{Outcome, load::token, subject::people};
use protocol::RoomId;
use rusqlite::{Connection, OpenFlags, params};
use std::path::Path;

/// A row as the server stores one. Its hashes are of the right length and nobody's.
const INSERT: &str = "INSERT INTO entries (room, seq, class, payload, entry_hash, transcript, sender, device, message, at)
    VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?, ?)";

/// What a page of history starts from, and its entries.
const BASE: &str = "SELECT transcript FROM entries WHERE room = ? AND seq = ?";
const PAGE: &str = "SELECT seq, class, payload, entry_hash, at FROM entries
    WHERE room = ? AND seq BETWEEN ? AND ? ORDER BY seq";

/// One connection.
pub struct Bare(Connection);

impl Bare {
    /// Opens a database that [`people::settle`] made, with a disk as patient as the server's.
    pub fn open(file: &Path) -> Outcome<Self> {
        let connection = Connection::open(file).map_err(told)?;
        for (pragma, value) in [
            ("journal_mode", "wal"),
            ("synchronous", "full"),
            ("foreign_keys", "on"),
        ] {
            connection
                .pragma_update(None, pragma, value)
                .map_err(told)?;
        }
        Ok(Self(connection))
    }

    /// Opens it to read only.
    pub fn read(file: &Path) -> Outcome<Self> {
        let open = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY);
        Ok(Self(open.map_err(told)?))
    }

    /// Does not wait for the disk: for what is made before anything is measured.
    pub fn hurry(&self) -> Outcome {
        self.0
            .pragma_update(None, "synchronous", "off")
            .map_err(told)
    }

    /// Writes rows in one transaction: the room of each, and its seq.
    pub fn append(&mut self, rows: impl Iterator<Item = (RoomId, u64)>) -> Outcome {
        let transaction = self.0.transaction().map_err(told)?;
        {
            let mut insert = transaction.prepare_cached(INSERT).map_err(told)?;
            for (room, seq) in rows {
                let hash = [7_u8; 32];
                let mut message = [0; 16];
                message[..8].copy_from_slice(&seq.to_be_bytes());
                message[8..].copy_from_slice(&room.0[1..9]);
                let (sender, device) = (people::user(0), [1_u8; 16]);
                let token = token(seq as usize);
                insert
                    .execute(params![
                        room.0,
                        seq as i64,
                        token.as_bytes(),
                        hash,
                        hash,
                        sender.0,
                        device,
                        message,
                        1_800_000_000_000_i64
                    ])
                    .map_err(told)?;
            }
        }
        transaction.commit().map_err(told)
    }

    /// Reads a page as the server does: the hash before it, and of each entry all that goes out. Gives the bytes of the payloads.
    pub fn page(&self, room: &RoomId, from: u64, to: u64) -> Outcome<usize> {
        let mut base = self.0.prepare_cached(BASE).map_err(told)?;
        let _: [u8; 32] = base
            .query_row(params![room.0, from as i64 - 1], |row| row.get(0))
            .map_err(told)?;
        let mut page = self.0.prepare_cached(PAGE).map_err(told)?;
        let rows = page
            .query_map(params![room.0, from as i64, to as i64], |row| {
                let payload: Vec<u8> = row.get(2)?;
                let all: (i64, i64, [u8; 32], i64) =
                    (row.get(0)?, row.get(1)?, row.get(3)?, row.get(4)?);
                Ok((payload, all))
            })
            .map_err(told)?;
        let rows: Vec<_> = rows.collect::<Result<_, _>>().map_err(told)?;
        Ok(rows.iter().map(|(payload, _)| payload.len()).sum())
    }

    /// How many sealed messages there are.
    pub fn messages(&self) -> Outcome<u64> {
        let count = "SELECT count(*) FROM entries WHERE class = 0";
        let count: i64 = self
            .0
            .query_row(count, [], |row| row.get(0))
            .map_err(told)?;
        Ok(count as u64)
    }
}

fn told(error: rusqlite::Error) -> String {
    format!("rusqlite: {error}")
}
