//! A room's log as somebody tells it: entries with consistent numbers and hashes, whatever they are.

use protocol::{
    Entry, Epoch, Hash, RoomId, Seq, Time,
    frame::{LoggedEntry, RoomHead},
    limits::PAGE_ENTRIES,
    log::{entry_hash, transcript_next, transcript_start},
    open::{Head, OpenBody, OpenContent},
};

/// A log, complete from its first entry.
#[derive(Clone, Debug)]
pub struct Log {
    room: RoomId,
    entries: Vec<LoggedEntry>,
}

impl Log {
    pub(super) fn new(room: RoomId) -> Self {
        Self {
            room,
            entries: Vec::new(),
        }
    }

    /// The entries from 1 on.
    pub fn entries(&self) -> &[LoggedEntry] {
        &self.entries
    }

    /// The entry at a place.
    pub fn entry(&self, seq: Seq) -> &Entry {
        &self.entries[seq as usize - 1].entry
    }

    /// How long it is.
    pub fn end(&self) -> Seq {
        self.entries.len() as Seq
    }

    /// The places of its sealed entries.
    pub fn sealed(&self) -> Vec<Seq> {
        let sealed = |it: &&LoggedEntry| matches!(it.entry, Entry::Sealed(_));
        self.entries
            .iter()
            .filter(sealed)
            .map(|it| it.seq)
            .collect()
    }

    /// The last sealed entry.
    pub fn last_sealed(&self) -> Entry {
        self.entry(*self.sealed().last().unwrap()).clone()
    }

    /// Its open entries, with what they say.
    pub fn opens(&self) -> impl DoubleEndedIterator<Item = (&LoggedEntry, OpenBody)> {
        self.entries.iter().filter_map(|it| match &it.entry {
            Entry::Open(open) => Some((it, open.body().ok()?)),
            _ => None,
        })
    }

    /// The open entries of one epoch, its header first.
    pub(super) fn opens_of(&self, epoch: Epoch) -> Vec<LoggedEntry> {
        let of_it = self.opens().filter(|(_, body)| body.epoch == epoch);
        of_it.map(|(entry, _)| entry.clone()).collect()
    }

    /// The last header: its epoch, its place and its `E`.
    pub fn header(&self) -> (Epoch, Seq, Hash) {
        let is_header = |body: &OpenBody| matches!(body.content, OpenContent::Header(_));
        let mut headers = self.opens().rev().filter(|(_, body)| is_header(body));
        let (entry, body) = headers.next().unwrap();
        (body.epoch, entry.seq, entry_hash(&entry.entry))
    }

    /// `E` of the last open entry.
    pub fn last_open(&self) -> Hash {
        let (last, _) = self.opens().next_back().unwrap();
        entry_hash(&last.entry)
    }

    /// `H` at a place.
    pub fn head_at(&self, seq: Seq) -> Head {
        let mut hash = transcript_start(&self.room);
        for it in &self.entries[..seq as usize] {
            hash = transcript_next(&hash, it.seq, &entry_hash(&it.entry));
        }
        Head { seq, hash }
    }

    /// `H` at its end.
    pub fn head(&self) -> Head {
        self.head_at(self.end())
    }

    pub(super) fn room_head(&self) -> RoomHead {
        RoomHead {
            room: self.room,
            epoch: self.header().0,
            head: self.head(),
            at: self.last_at(),
        }
    }

    pub(super) fn last_at(&self) -> Time {
        self.entries.last().map_or(0, |last| last.at)
    }

    /// `H` before `from`, and what stands from there on, as the answer to a request for history has it.
    pub(super) fn page(&self, from: Seq, to: Seq) -> (Hash, Vec<LoggedEntry>) {
        let to = to.min(self.end()).min(from + PAGE_ENTRIES - 1);
        let base = self.head_at((from - 1).min(self.end())).hash;
        let entries = self.entries.get(from as usize - 1..to as usize);
        (base, entries.unwrap_or_default().to_vec())
    }

    /// Puts an entry at the end.
    pub(super) fn push(&mut self, at: Time, entry: Entry) -> Seq {
        let seq = self.end() + 1;
        self.entries.push(LoggedEntry { seq, at, entry });
        seq
    }

    /// Changes the entries at will; they are numbered anew.
    pub(super) fn edit(&mut self, change: impl FnOnce(&mut Vec<LoggedEntry>)) {
        change(&mut self.entries);
        for (seq, entry) in (1..).zip(&mut self.entries) {
            entry.seq = seq;
        }
    }
}
