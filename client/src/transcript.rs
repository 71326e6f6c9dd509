//! The verified stretch of one room's log: which entries this client has hashed, and whether others saw the same.

use protocol::{
    Hash, RoomId, Seq,
    json::MAX_INTEGER,
    log::{transcript_next, transcript_start},
    open::Head,
};

/// A contiguous window `base.seq ..= head.seq` of a room's transcript with `H` of every place in it.
///
/// The window starts at some base that the server claims (or at the very beginning, which nobody needs to claim), grows forward
/// by [`Transcript::push`] and backward by [`Transcript::prepend`], and always hangs together: what is prepended must hash
/// forward to what is there. It never shrinks. One entry costs 32 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transcript {
    room: RoomId,
    base: Head,
    /// `H(base.seq + 1 ..)`.
    hashes: Vec<Hash>,
    confirmed: Option<Seq>,
}

/// Why entries don't fit the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TranscriptError {
    /// A lie: a base at 0 that is not where this room's transcript starts, or at a seq that no log reaches.
    #[error("the log does not start as this room's log starts")]
    Start,
    /// Not adjacent to the window: fetch what lies between.
    #[error("expected the entry {expected}, got {got}")]
    NotAdjacent {
        /// The seq that would fit.
        expected: Seq,
        /// The seq that came.
        got: Seq,
    },
    /// A lie: the page does not hash forward to what this client has.
    #[error("the page before {at} does not lead to the log that is known")]
    Differs {
        /// The seq of the window's base.
        at: Seq,
    },
}

/// How someone's `seen` compares with the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeenCheck {
    /// They saw the same log up to there.
    Agrees,
    /// An alarm: the server shows different logs.
    Differs,
    /// Before or beyond the window: nothing to compare with.
    Outside,
}

impl Transcript {
    /// The transcript of a room from its beginning.
    pub fn from_beginning(room: RoomId) -> Self {
        Self {
            room,
            base: Head {
                seq: 0,
                hash: transcript_start(&room),
            },
            hashes: Vec::new(),
            confirmed: None,
        }
    }

    /// A window that starts after `base`, on the word of whoever gave it: the server, or this user's vault.
    pub fn start(room: RoomId, base: Head) -> Result<Self, TranscriptError> {
        let beginning = Self::from_beginning(room);
        if base.seq > MAX_INTEGER || base.seq == 0 && base != beginning.base {
            return Err(TranscriptError::Start);
        }
        Ok(Self { base, ..beginning })
    }

    /// Where the window starts: the place before its first entry.
    pub fn base(&self) -> Head {
        self.base
    }

    /// Where it ends: what a message sealed now says as `seen`.
    pub fn head(&self) -> Head {
        match self.hashes.last() {
            None => self.base,
            Some(hash) => Head {
                seq: self.base.seq + self.hashes.len() as Seq,
                hash: *hash,
            },
        }
    }

    /// Takes the next entry by its `E`.
    pub fn push(&mut self, seq: Seq, entry_hash: &Hash) -> Result<Head, TranscriptError> {
        let head = self.head();
        let expected = head.seq + 1;
        if seq != expected {
            return Err(TranscriptError::NotAdjacent { expected, got: seq });
        }
        self.hashes
            .push(transcript_next(&head.hash, seq, entry_hash));
        Ok(self.head())
    }

    /// Takes the page that lies directly before the window: its claimed base and the `E` of its entries in order. Changes
    /// nothing if it does not fit.
    pub fn prepend(&mut self, base: Head, entry_hashes: &[Hash]) -> Result<(), TranscriptError> {
        let mut page = Self::start(self.room, base)?;
        for entry_hash in entry_hashes {
            page.push(page.head().seq + 1, entry_hash)?;
        }
        let end = page.head();
        if end.seq != self.base.seq {
            return Err(TranscriptError::NotAdjacent {
                expected: self.base.seq,
                got: end.seq,
            });
        }
        if end.hash != self.base.hash {
            return Err(TranscriptError::Differs { at: self.base.seq });
        }
        page.hashes.append(&mut self.hashes);
        self.base = page.base;
        self.hashes = page.hashes;
        Ok(())
    }

    /// `H(seq)`, within the window.
    pub fn hash_at(&self, seq: Seq) -> Option<Hash> {
        match seq.checked_sub(self.base.seq)? {
            0 => Some(self.base.hash),
            offset => self.hashes.get(usize::try_from(offset - 1).ok()?).copied(),
        }
    }

    /// Compares a message's `seen`.
    pub fn check(&self, seen: Head) -> SeenCheck {
        match self.hash_at(seen.seq) {
            None => SeenCheck::Outside,
            Some(hash) if hash == seen.hash => SeenCheck::Agrees,
            Some(_) => SeenCheck::Differs,
        }
    }

    /// Compares the `seen` of an authentic message of **somebody else** and, where it agrees, remembers how far: what a user's
    /// own devices saw, they saw through the same server.
    pub fn confirm(&mut self, seen: Head) -> SeenCheck {
        let result = self.check(seen);
        if result == SeenCheck::Agrees {
            self.confirmed = self.confirmed.max(Some(seen.seq));
        }
        result
    }

    /// The highest seq up to which somebody else saw the same log. It covers everything in the window before it, also what is
    /// prepended later, since each `H` covers all that came before.
    pub fn confirmed(&self) -> Option<Seq> {
        self.confirmed
    }
}
