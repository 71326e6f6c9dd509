//! What was deleted in a room's window, by whose word, and what the server took away without any.
//!
//! A deletion is two things: a sealed message that says which message is taken back, and an open statement by which the server drops
//! the payload. Both stand behind what they name, so the window has them wherever it has the hole; only one that grows forward meets
//! the hole first.

use super::{Absorbed, Room, events::broken};
use crate::{
    account::Identity,
    authentic::Chain,
    body::{Content, Deletion},
    envelope::Opened,
};
use model::ItemKind;
use protocol::{Hash, Seq, Time, UserId};
use std::collections::BTreeMap;

/// The deletions that the window knows of.
#[derive(Default)]
pub(in crate::engine) struct Deletions {
    /// What a deletion of each message that was read would say.
    written: BTreeMap<Seq, Deletion>,
    /// What authentic messages say, by the entry that they name.
    said: BTreeMap<Seq, Vec<Said>>,
    /// Entries without payload.
    holes: BTreeMap<Seq, Hole>,
}

struct Said {
    by: UserId,
    at: Seq,
    deletion: Deletion,
}

struct Hole {
    entry: Hash,
    stage: Stage,
}

/// How far it is known why an entry has no payload.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Statements may still come.
    New,
    /// The server was asked for what else there is.
    Asked,
    /// As far as it ever will be.
    Judged,
}

impl Deletions {
    /// An authentic message was read. A deletion stays, so that one sees why what it names is gone.
    pub fn read(&mut self, seq: Seq, entry: Hash, opened: &Opened) {
        let body = &opened.body;
        if !matches!(body.content, Content::Deletion(_)) {
            let written = Deletion {
                seq,
                entry,
                author: body.sender,
                device: body.device,
                n: body.n,
                body: opened.body_hash,
            };
            self.written.insert(seq, written);
        }
    }

    /// What a deletion of this message would say, if it was read.
    pub fn written(&self, seq: Seq) -> Option<&Deletion> {
        self.written.get(&seq)
    }

    /// An entry has no payload.
    pub fn dig(&mut self, seq: Seq, entry: Hash) {
        let stage = Stage::New;
        self.holes.insert(seq, Hole { entry, stage });
    }

    /// Whether something is missing that nothing explains so far, of which the server was not asked for more.
    pub fn is_open(&self) -> bool {
        self.holes.values().any(|hole| hole.stage == Stage::New)
    }

    /// The server is asked for what follows the window's head.
    pub fn ask(&mut self) {
        self.turn(Stage::New, Stage::Asked);
    }

    /// The answer brought more, and there may be more yet; or none came.
    pub fn ask_again(&mut self) {
        self.turn(Stage::Asked, Stage::New);
    }

    fn turn(&mut self, from: Stage, to: Stage) {
        let holes = self.holes.values_mut();
        holes
            .filter(|hole| hole.stage == from)
            .for_each(|hole| hole.stage = to);
    }
}

impl Room {
    /// Somebody says that a message is taken back. Gives what stands in the place of that word, if it is not to be obeyed.
    pub(super) fn take_deletion(
        &mut self,
        seq: Seq,
        by: &UserId,
        deletion: &Deletion,
    ) -> Option<ItemKind> {
        let said = Said {
            by: *by,
            at: seq,
            deletion: *deletion,
        };
        let who = self.name_of(by);
        let refused = if !self.may_delete(&said) {
            let whose = self.name_of(&deletion.author);
            format!("{who} wanted to delete a message of {whose} but may not. It stays.")
        } else if self.contradicts(&said) {
            format!("{who} wanted to delete a message that is not there.")
        } else {
            let all = self.deletions.said.entry(deletion.seq).or_default();
            all.push(said);
            return None;
        };
        let details = format!("Entry {seq} names entry {}: {deletion:?}", deletion.seq);
        Some(broken(&refused, details))
    }

    fn may_delete(&self, said: &Said) -> bool {
        let epoch = self.epoch_at(said.at);
        said.deletion.seq < said.at
            && (said.by == said.deletion.author
                || epoch.is_some_and(|it| it.may_delete_at(&said.by, said.at)))
    }

    /// Whether another message stands in the place that a deletion names.
    fn contradicts(&self, said: &Said) -> bool {
        let Deletions { written, holes, .. } = &self.deletions;
        let (seq, deletion) = (said.deletion.seq, &said.deletion);
        written.get(&seq).is_some_and(|it| it != deletion)
            || holes.get(&seq).is_some_and(|it| it.entry != deletion.entry)
    }

    /// Who took a message back, and what they said of it.
    fn said_of(&self, seq: Seq) -> Option<(UserId, Deletion)> {
        let said = self.deletions.said.get(&seq)?.iter();
        let said = said.filter(|said| !self.contradicts(said));
        let first = said.min_by_key(|said| said.at)?;
        Some((first.by, first.deletion))
    }

    /// Who deleted a message.
    pub(super) fn deleter(&self, seq: Seq) -> Option<UserId> {
        let purged = || {
            let written = self.deletions.written(seq)?;
            self.purged_by(seq, &written.entry, Some(&written.author))
        };
        self.said_of(seq).map(|(by, _)| by).or_else(purged)
    }

    /// Who had an entry purged.
    fn purged_by(&self, seq: Seq, entry: &Hash, author: Option<&UserId>) -> Option<UserId> {
        let mut epochs = self.epochs.values();
        epochs.find_map(|epoch| epoch.purged_by(seq, entry, author))
    }

    /// Shows what the statements about an entry make of it, if the window has it.
    pub(super) fn settle_deletion(
        &mut self,
        seq: Seq,
        me: &Identity,
        now: Time,
        absorbed: &mut Absorbed,
    ) {
        let said = self.said_of(seq);
        if let Some(written) = self.deletions.written.get(&seq).copied() {
            let purged = self.purged_by(seq, &written.entry, Some(&written.author));
            if purged.is_none() && said.is_some_and(|(by, _)| by == me.user()) {
                self.unpurged.insert(seq, written.entry);
            }
            if let Some(by) = said.map(|(by, _)| by).or(purged) {
                let kind = self.deleted(&written.author, &by, me);
                self.replace(seq, kind, now, absorbed);
            }
        } else if let (Some(hole), Some((by, deletion))) = (self.deletions.holes.get(&seq), said)
            && self
                .purged_by(seq, &hole.entry, Some(&deletion.author))
                .is_some()
        {
            self.fill(&by, &deletion, me, now, absorbed);
        }
    }

    /// Judges the holes of which the server has no more to say.
    pub(in crate::engine) fn judge_holes(&mut self, me: &Identity, now: Time) -> Absorbed {
        let mut absorbed = Absorbed::default();
        let holes = self.deletions.holes.iter();
        let asked = holes.filter(|(_, hole)| hole.stage == Stage::Asked);
        let asked: Vec<_> = asked.map(|(seq, hole)| (*seq, hole.entry)).collect();
        for (seq, entry) in asked {
            let said = self.said_of(seq);
            let author = said.map(|(_, deletion)| deletion.author);
            let purged = self.purged_by(seq, &entry, author.as_ref());
            if purged.is_none() {
                self.report_taken_away(seq);
            }
            match (said, purged) {
                (Some((by, deletion)), _) => self.fill(&by, &deletion, me, now, &mut absorbed),
                (None, Some(by)) => {
                    let sentence = format!("A message was removed here by {}.", self.name_of(&by));
                    self.give_up(seq, &sentence, now, &mut absorbed);
                }
                (None, None) => {
                    let sentence = "The server took a message away here.";
                    self.give_up(seq, sentence, now, &mut absorbed);
                }
            }
            self.judge(seq);
        }
        absorbed.views = true;
        absorbed
    }

    fn judge(&mut self, seq: Seq) {
        if let Some(hole) = self.deletions.holes.get_mut(&seq) {
            hole.stage = Stage::Judged;
        }
    }

    /// It is known which message a hole was.
    fn fill(
        &mut self,
        by: &UserId,
        deletion: &Deletion,
        me: &Identity,
        now: Time,
        absorbed: &mut Absorbed,
    ) {
        let seq = deletion.seq;
        self.judge(seq);
        if let Some(epoch) = self.epoch_at(seq).map(|epoch| epoch.ctx.epoch) {
            let chain = Chain {
                sender: deletion.author,
                device: deletion.device,
                epoch,
            };
            let findings = self.verifier.fill(seq, chain, deletion.n, deletion.body);
            self.report_all(findings, absorbed);
        }
        let kind = self.deleted(&deletion.author, by, me);
        self.replace(seq, kind, now, absorbed);
    }

    /// Nothing tells which message a hole was.
    fn give_up(&mut self, seq: Seq, sentence: &str, now: Time, absorbed: &mut Absorbed) {
        let findings = self.verifier.give_up(seq);
        self.report_all(findings, absorbed);
        let details = format!("Entry {seq} has no payload, and no message says what it was.");
        self.replace(seq, broken(sentence, details), now, absorbed);
    }

    fn deleted(&self, author: &UserId, by: &UserId, me: &Identity) -> ItemKind {
        ItemKind::Deleted {
            sender: self.sender(author, me),
            by: (by != author).then(|| self.name_of(by)),
        }
    }

    /// Puts something else into an entry's place. Profiles have none.
    pub(super) fn replace(&mut self, seq: Seq, kind: ItemKind, now: Time, absorbed: &mut Absorbed) {
        let newest = self.timeline.range(seq + 1..).next().is_none();
        let Some(item) = self.timeline.get_mut(&seq) else {
            return;
        };
        let before = std::mem::replace(&mut item.kind, kind);
        if before == item.kind {
            return;
        }
        let item = item.clone();
        self.note_change(seq, &before, newest.then_some(&item.kind), now);
        match absorbed.items.iter_mut().find(|it| it.seq == Some(seq)) {
            Some(shown) => *shown = item,
            None => absorbed.changed.push(item),
        }
    }
}
