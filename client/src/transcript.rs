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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ROOM: RoomId = RoomId([7; 16]);

    fn entry(seq: Seq) -> Hash {
        Hash([seq as u8; 32])
    }

    /// The whole log up to `last`.
    fn whole(last: Seq) -> Transcript {
        let mut transcript = Transcript::from_beginning(ROOM);
        for seq in 1..=last {
            transcript.push(seq, &entry(seq)).unwrap();
        }
        transcript
    }

    fn head_at(seq: Seq) -> Head {
        whole(seq).head()
    }

    /// A window over `base + 1 ..= last`.
    fn window(base: Seq, last: Seq) -> Transcript {
        let mut transcript = Transcript::start(ROOM, head_at(base)).unwrap();
        for seq in base + 1..=last {
            transcript.push(seq, &entry(seq)).unwrap();
        }
        transcript
    }

    fn page(from: Seq, to: Seq) -> Vec<Hash> {
        (from..=to).map(entry).collect()
    }

    #[test]
    fn windows_of_one_log_agree_wherever_they_start() {
        let (whole, window) = (whole(10), window(4, 10));
        assert_eq!(whole.head(), window.head());
        assert_eq!(window.hash_at(3), None);
        assert_eq!(window.hash_at(11), None);
        for seq in 4..=10 {
            assert_eq!(whole.hash_at(seq), window.hash_at(seq));
        }
    }

    #[test]
    fn takes_entries_only_in_order() {
        let mut transcript = window(4, 6);
        for seq in [0, 5, 6, 8, u64::MAX] {
            let expected = TranscriptError::NotAdjacent {
                expected: 7,
                got: seq,
            };
            assert_eq!(transcript.push(seq, &entry(7)), Err(expected));
        }
        assert_eq!(transcript.push(7, &entry(7)), Ok(head_at(7)));
    }

    #[test]
    fn refuses_a_log_that_starts_elsewhere() {
        let base = Head {
            seq: 0,
            hash: Hash::ZERO,
        };
        assert_eq!(Transcript::start(ROOM, base), Err(TranscriptError::Start));
        let other = Transcript::from_beginning(RoomId([8; 16])).base();
        assert_eq!(Transcript::start(ROOM, other), Err(TranscriptError::Start));
        let base = Head {
            seq: u64::MAX,
            hash: Hash::ZERO,
        };
        assert_eq!(Transcript::start(ROOM, base), Err(TranscriptError::Start));
    }

    #[test]
    fn grows_backward_to_the_beginning() {
        let mut transcript = window(7, 9);
        transcript.prepend(head_at(3), &page(4, 7)).unwrap();
        transcript.prepend(head_at(3), &[]).unwrap();
        transcript.prepend(head_at(0), &page(1, 3)).unwrap();
        assert_eq!(transcript, whole(9));
    }

    #[test]
    fn refuses_earlier_pages_that_do_not_lead_to_what_is_known() {
        let mut transcript = window(7, 9);
        let before = transcript.clone();
        let differs = Err(TranscriptError::Differs { at: 7 });
        let mut changed = page(4, 7);
        changed[1] = entry(99);
        assert_eq!(transcript.prepend(head_at(3), &changed), differs);
        let swapped = [page(5, 5), page(4, 4), page(6, 7)].concat();
        assert_eq!(transcript.prepend(head_at(3), &swapped), differs);
        let made_up = Head {
            hash: Hash::ZERO,
            ..head_at(3)
        };
        assert_eq!(transcript.prepend(made_up, &page(4, 7)), differs);
        for (from, to) in [(4, 6), (4, 8)] {
            let got = TranscriptError::NotAdjacent {
                expected: 7,
                got: to,
            };
            assert_eq!(
                transcript.prepend(head_at(from - 1), &page(from, to)),
                Err(got)
            );
        }
        let base = Head {
            seq: 0,
            hash: Hash::ZERO,
        };
        assert_eq!(
            transcript.prepend(base, &page(1, 7)),
            Err(TranscriptError::Start)
        );
        assert_eq!(transcript, before);
    }

    #[test]
    fn tells_agreement_difference_and_what_can_not_be_compared() {
        let mut transcript = window(4, 9);
        assert_eq!(transcript.check(head_at(4)), SeenCheck::Agrees);
        assert_eq!(transcript.check(head_at(3)), SeenCheck::Outside);
        assert_eq!(transcript.check(head_at(10)), SeenCheck::Outside);
        let other = Head {
            seq: 6,
            ..head_at(5)
        };
        assert_eq!(transcript.check(other), SeenCheck::Differs);
        assert_eq!(
            transcript.check(Head {
                seq: u64::MAX,
                hash: Hash::ZERO
            }),
            SeenCheck::Outside
        );
        assert_eq!(transcript.confirmed(), None);
        assert_eq!(transcript.confirm(other), SeenCheck::Differs);
        assert_eq!(transcript.confirm(head_at(10)), SeenCheck::Outside);
        assert_eq!(transcript.confirmed(), None);
    }

    #[test]
    fn confirmation_only_moves_forward_and_covers_what_is_prepended() {
        let mut transcript = window(4, 9);
        transcript.confirm(head_at(8));
        transcript.confirm(head_at(6));
        assert_eq!(transcript.confirmed(), Some(8));
        transcript.prepend(head_at(2), &page(3, 4)).unwrap();
        assert_eq!(transcript.confirmed(), Some(8));
    }

    proptest! {
        #[test]
        fn any_split_into_pages_gives_the_same_window(mut cuts in proptest::collection::vec(0u64..30, 0..5)) {
            cuts.push(0);
            cuts.push(30);
            cuts.sort_unstable();
            let mut transcript = window(30, 33);
            for pair in cuts.windows(2).rev() {
                transcript.prepend(head_at(pair[0]), &page(pair[0] + 1, pair[1])).unwrap();
            }
            prop_assert_eq!(transcript, whole(33));
        }
    }
}
