//! Deleting messages. First goes the sealed word that says which message is taken back; once the log has it, the open statement by which
//! the server drops the payload. The second follows from the first, so that any device of the person does it where this one ends in between.

use super::{
    Engine,
    room::outbox::{Outgoing, Saying},
    stating::Intent,
};
use model::{Answer, ItemKind, Trouble};
use protocol::{
    RoomId, Seq,
    open::{OpenContent, Purge},
};
use rand_core::{CryptoRng, RngCore};

impl<R: RngCore + CryptoRng> Engine<R> {
    pub(super) fn delete_message(
        &mut self,
        ticket: u32,
        id: RoomId,
        seq: Seq,
    ) -> Result<(), Trouble> {
        let me = self.account()?.identity.user();
        let room = self.room_mut(id)?;
        let kind = room.timeline.get(&seq).map(|item| &item.kind);
        let deletion = room.deletions.written(seq).copied();
        let of_it = |it: &&Outgoing| matches!(&it.what, Saying::Deletion(it) if it.seq == seq);
        let under_way = room.outbox.items.iter().find(of_it).map(Outgoing::key);
        if let Some(key) = under_way {
            // Where it failed, nothing on the screen offers to send it again.
            self.retry(id, &key)?;
        } else if !matches!(kind, Some(ItemKind::Deleted { .. })) {
            let readable = matches!(kind, Some(ItemKind::Message { .. }));
            let roster = room.current().map(|epoch| &epoch.roster);
            let deletion = deletion.filter(|it| {
                readable && roster.is_some_and(|roster| roster.may_purge(&me, &it.author))
            });
            let deletion = deletion.ok_or(Trouble::NotAllowed)?;
            self.say(id, Saying::Deletion(deletion))?;
        }
        self.out.answer(ticket, Ok(Answer::Done));
        Ok(())
    }

    /// Asks the server to drop what this person deleted. Where that fails, whoever reads the deletion next asks again: this device after
    /// a reload, or another one.
    pub(super) fn purge(&mut self, id: RoomId) {
        let Some(room) = self.rooms.get_mut(&id).filter(|it| it.rewound.is_none()) else {
            return;
        };
        for (seq, entry) in std::mem::take(&mut room.unpurged) {
            let purge = OpenContent::Purge(Purge { seq, entry });
            let waits = self.rooms.get(&id).is_some_and(|room| {
                let said = |it: &super::stating::Stating| matches!(&it.what, Intent::Say(it) if *it == purge);
                room.stating.iter().any(said)
            });
            if !waits {
                // The room is there.
                let _ = self.state(0, id, purge);
            }
        }
    }
}
