//! A room's log as the server gives it out, checked by its own hashes: nothing missing, nothing twice, nothing moved.

use super::{Broken, Line};
use protocol::{
    Entry, Hash, RoomId,
    frame::{ClientFrame, LoggedEntry, ServerFrame},
    limits::PAGE_ENTRIES,
    log,
};

/// As much of a log as was read. Reading on checks that the server still says what it said before.
pub struct History {
    pub room: RoomId,
    /// Entry n at place n − 1: the token, or nothing for an open entry.
    pub tokens: Vec<Option<String>>,
    hash: Hash,
}

impl History {
    pub fn of(room: RoomId) -> Self {
        Self {
            room,
            tokens: Vec::new(),
            hash: log::transcript_start(&room),
        }
    }

    /// The last seq that was read.
    pub fn seq(&self) -> u64 {
        self.tokens.len() as u64
    }

    /// Reads on up to the head that the line's welcome named, which the hashes must lead to.
    pub async fn catch_up(&mut self, line: &mut Line) -> Result<(), Broken> {
        let head = line.head(self.room).head;
        while self.seq() < head.seq {
            let from = self.seq() + 1;
            let ask = ClientFrame::History {
                request: 1,
                room: self.room,
                from,
                to: head.seq.min(from + PAGE_ENTRIES - 1),
            };
            line.say(&ask).await?;
            let (base, entries) = loop {
                match line.frame().await? {
                    ServerFrame::Page {
                        request: Some(1),
                        base,
                        entries,
                        ..
                    } => break (base, entries),
                    ServerFrame::Failed { error, .. } => panic!("no history: {error}"),
                    _ => {}
                }
            };
            self.take(base, entries);
        }
        assert_eq!(
            self.hash, head.hash,
            "the log is not the one that the welcome names"
        );
        Ok(())
    }

    /// Takes a page that follows what is there.
    pub fn take(&mut self, base: Hash, entries: Vec<LoggedEntry>) {
        assert_eq!(base, self.hash, "the log changed behind what was read");
        assert!(!entries.is_empty(), "an empty page within the log");
        for entry in entries {
            self.push(entry);
        }
    }

    /// Takes the entry that follows.
    pub fn push(&mut self, logged: LoggedEntry) {
        let seq = self.seq() + 1;
        assert_eq!(logged.seq, seq, "an entry is missing, twice or moved");
        self.hash = log::transcript_next(&self.hash, seq, &log::entry_hash(&logged.entry));
        self.tokens.push(match logged.entry {
            Entry::Sealed(token) => Some(token),
            Entry::Open(_) | Entry::Purged(_) => None,
        });
    }
}
