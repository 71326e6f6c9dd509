//! Who is in a room and who went, beyond the roster: who knows of it, who has the key, what is to be done about it.

use super::{Room, epoch::EpochState};
use model::{RemovalView, RoomStatus};
use protocol::{Seq, UserId, open::RosterMember};

impl EpochState {
    /// Members with whom the epoch started and for whom nobody made a wrap. Who joined has the key.
    pub(in crate::engine) fn keyless(&self) -> impl Iterator<Item = &RosterMember> {
        let course = &self.course;
        self.roster.members().iter().filter(move |it| {
            let user = &it.keys.user;
            let made_it = *user == self.header.author.user;
            !made_it && !course.wrapped.contains(user) && self.started_with(user)
        })
    }

    /// Whether anything but names was said in this epoch up to a place: whoever gets its key reads that.
    pub(in crate::engine) fn was_used(&self, head: Seq) -> bool {
        let known = self.statements() + self.course.profiles.len() as Seq;
        head + 1 - self.header_seq.min(head) > known
    }
}

impl Room {
    /// A member is known to have seen the log up to here. True if that tells that word of a removal reached them.
    pub(in crate::engine) fn note_seen(&mut self, user: UserId, seq: Seq) -> bool {
        let before = self.seen_by(&user);
        let known = self.seen.entry(user).or_default();
        *known = seq.max(*known);
        let gone = self.last_gone();
        gone.is_some_and(|(_, gone)| (before + 1..=seq).contains(&gone))
    }

    /// A name was said there.
    pub(super) fn note_profile(&mut self, seq: Seq) {
        let mut epochs = self.epochs.values_mut().rev();
        if let Some(epoch) = epochs.find(|it| it.header_seq <= seq) {
            epoch.course.profiles.insert(seq);
        }
    }

    /// How far a member is known to have seen the log.
    pub fn seen_by(&self, user: &UserId) -> Seq {
        let spoke = |epoch: &EpochState| epoch.course.spoke.get(user).copied();
        let said = self.epochs.values().rev().find_map(spoke);
        said.max(self.seen.get(user).copied()).unwrap_or(0)
    }

    /// Who went last in the current epoch or the one before, and by which entry.
    fn last_gone(&self) -> Option<(UserId, Seq)> {
        let current = self.current()?;
        let before = || self.epochs.get(&current.ctx.epoch.checked_sub(1)?);
        current.course.gone.or_else(|| before()?.course.gone)
    }

    /// How far word of the last one who went has come, in the current epoch or the one before.
    pub(super) fn removal(&self, me: &UserId) -> Option<RemovalView> {
        let (user, seq) = self.last_gone()?;
        let members = self.current()?.roster.members();
        if members.iter().any(|it| it.keys.user == user) {
            return None;
        }
        let knows = |it: &&RosterMember| it.keys.user == *me || self.seen_by(&it.keys.user) >= seq;
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Some(RemovalView {
            name: self.name_of(&user),
            seen: count(members.iter().filter(knows).count()),
            of: count(members.len()),
        })
    }

    /// Whether it is on this person to make the next key, since they took someone out.
    pub(in crate::engine) fn owes_key(&self, me: &UserId) -> bool {
        self.current()
            .is_some_and(|it| it.roster.rotation_due() && it.course.owed_by.contains(me))
    }

    /// Whether the current key would open more to whoever gets it than the settings want.
    pub(in crate::engine) fn key_tells_too_much(&self) -> bool {
        let (Some(epoch), Some(window)) = (self.current(), &self.transcript) else {
            return false;
        };
        let hides = !epoch.roster.settings().history_for_newcomers;
        hides && (epoch.header.history.is_some() || epoch.was_used(window.head().seq))
    }

    /// Why this person is out: as the log said it, if they did not come back since.
    pub(super) fn parting(&self) -> Option<String> {
        if self.status() != RoomStatus::Gone {
            return None;
        }
        let item = &self.item.content;
        let parting = item.parting.as_ref();
        let last = parting.filter(|(seq, _)| item.head.is_none_or(|head| head.seq <= *seq));
        Some(last.map_or_else(
            || "The server says that you are not in this room, and shows nobody who took you out. If it was restored from a backup, it may have lost that you joined: ask a member for the room key and join again.".to_owned(),
            |(_, sentence)| sentence.clone(),
        ))
    }
}
