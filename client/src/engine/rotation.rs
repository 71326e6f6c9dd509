//! A new room key, because someone went or an admin wants it: header and wraps, submitted together against the epoch that they replace.

use super::{
    Engine,
    flow::Flow,
    room::{Room, Waiting},
};
use crate::{
    io::{ApiAnswer, ApiRequest},
    room_key::RoomSecret,
    statement::{self, NewEpoch, Place, StatementError},
};
use model::{Answer, RoomStatus, SecretText, Trouble};
use protocol::{Epoch, OpenEntry, PublicError, RoomId, api::RoomSubmit};
use rand_core::{CryptoRng, RngCore};

/// How long to wait before a rotation that lost its race is looked at again, in milliseconds.
const AGAIN: u64 = 400;

/// Someone who waits for the room key to be shown.
pub(super) struct Reveal {
    ticket: u32,
    /// Whether only another key than the present one will do.
    fresh: bool,
    /// Which key was the present one when it was known which that is.
    since: Option<Epoch>,
}

impl<R: RngCore + CryptoRng> Engine<R> {
    /// Shows the key to share, after changing it where that is wanted (`fresh`) or needed: where someone left, and where it would open
    /// more to a newcomer than the room's settings say.
    pub(super) fn reveal_key(
        &mut self,
        ticket: u32,
        id: RoomId,
        fresh: bool,
    ) -> Result<(), Trouble> {
        self.account()?;
        let since = None;
        self.room_mut(id)?.reveals.push(Reveal {
            ticket,
            fresh,
            since,
        });
        self.answer_reveals(id);
        Ok(())
    }

    /// Answers those who wait for the room key, as soon as it is known which one is current and may be shown.
    pub(super) fn answer_reveals(&mut self, id: RoomId) {
        let (Some(account), Some(room)) = (&self.account, self.rooms.get_mut(&id)) else {
            return;
        };
        if room.reveals.is_empty() {
            return;
        }
        if room.listed == Some(false) {
            return self.reveals_failed(id, Trouble::NoSuchRoom);
        }
        let loaded = room.current().map(|it| it.ctx.epoch);
        let outdated = room.server.map(|head| head.epoch) > loaded;
        if outdated || room.status() == RoomStatus::Loading {
            return;
        }
        // The room changes its key when it is told of this person's new ones.
        if room.is_untold(&account.identity) {
            return;
        }
        let Some(epoch) = room.current() else {
            return self.reveals_failed(id, Trouble::NoKey);
        };
        // What nobody has told yet might have been said under the key.
        if !epoch.roster.settings().history_for_newcomers && room.is_behind() {
            return;
        }
        let number = epoch.ctx.epoch;
        let key = epoch.key.as_ref();
        let key = key.map(|it| SecretText::new(it.secret.reveal().to_string()));
        let is_due = epoch.roster.rotation_due();
        let may_rotate = epoch.roster.may_rotate(&account.identity.user());
        let tells_too_much = room.key_tells_too_much();
        let mut waiting = Vec::new();
        for mut reveal in std::mem::take(&mut room.reveals) {
            let is_old = *reveal.since.get_or_insert(number) == number;
            let wants_other = is_old && (reveal.fresh || tells_too_much);
            let answer = match &key {
                _ if is_due || (wants_other && may_rotate) => {
                    waiting.push(reveal);
                    continue;
                }
                _ if wants_other && reveal.fresh => Err(Trouble::NotAllowed),
                _ if wants_other => Err(Trouble::InvitesByAdmins),
                Some(key) => Ok(Answer::RoomKey(key.clone())),
                None => Err(Trouble::NoKey),
            };
            self.out.answer(reveal.ticket, answer);
        }
        room.reveals = waiting;
        if !room.reveals.is_empty() {
            self.rotate(id);
        }
    }

    /// Looks again at a rotation that lost its race, and at those who wait for the key.
    pub(super) fn retry_rotation(&mut self, id: RoomId) {
        let now = self.now;
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        if room.rotation.is_none() {
            room.resubmit_at = None;
        }
        if room.resubmit_at.take_if(|at| *at <= now).is_some() {
            return self.submit_rotation(id);
        }
        if room.retry_at.take_if(|at| *at <= now).is_some() {
            self.answer_reveals(id);
        }
    }

    /// Starts a rotation, unless one is under way. The vault gets the new secret first.
    pub(super) fn rotate(&mut self, id: RoomId) {
        let now = self.now;
        let (Some(account), Some(room)) = (&self.account, self.rooms.get_mut(&id)) else {
            return;
        };
        if room.is_untold(&account.identity) || room.rewound.is_some() {
            return;
        }
        let Some(next) = room.current().map(|epoch| epoch.ctx.epoch + 1) else {
            return;
        };
        if room.retry_at.is_some_and(|at| at > now) {
            return;
        }
        if room.rotation.is_some() || room.is_behind() {
            room.retry_at = Some(now + AGAIN);
            return;
        }
        let secret = RoomSecret::generate(&mut self.rng);
        room.item
            .change_at_once(now)
            .keep_secret(next, SecretText::new(secret.reveal().to_string()));
        room.rotation = Some(secret);
        room.resubmit_at = None;
        room.waiting = Some(Waiting::Rotate);
    }

    pub(super) fn submit_rotation(&mut self, id: RoomId) {
        match self.rotation_entries(id) {
            Some(Ok(entries)) => {
                self.call(
                    ApiRequest::RoomSubmit(RoomSubmit { room: id, entries }),
                    Flow::Rotate { room: id },
                );
            }
            Some(Err(error)) => self.rotation_failed(id, Trouble::Browser(error.to_string())),
            // Another one is here already, or the room is being read anew.
            None => self.rotation_lost(id),
        }
    }

    fn rotation_entries(&mut self, id: RoomId) -> Option<Result<Vec<OpenEntry>, StatementError>> {
        let account = self.account.as_ref()?;
        let room = self.rooms.get(&id)?;
        let (epoch, secret) = (room.current()?, room.rotation.as_ref()?);
        let place = Place {
            room: id,
            epoch: epoch.ctx.epoch + 1,
            prev_open: epoch.last_open,
        };
        let shown = epoch.roster.settings().history_for_newcomers;
        let previous = epoch.key.as_ref().filter(|_| shown).map(|key| &key.secret);
        let new = NewEpoch {
            secret,
            author: &account.username,
            roster: &epoch.roster,
            seen: room.transcript.as_ref()?.head(),
            previous,
        };
        let build = |rng: &mut R| {
            let header = statement::header(&account.identity, place, new)?;
            let mut place = Place {
                prev_open: header.hash,
                ..place
            };
            let mut entries = vec![header.entry];
            let others = epoch
                .roster
                .members()
                .iter()
                .filter(|member| member.keys.user != account.identity.user());
            for member in others {
                let wrap = statement::wrap(rng, &account.identity, place, secret, &member.keys)?;
                place.prev_open = wrap.hash;
                entries.push(wrap.entry);
            }
            Ok(entries)
        };
        Some(build(&mut self.rng))
    }

    pub(super) fn rotated(&mut self, id: RoomId, result: Result<ApiAnswer, PublicError>) {
        let now = self.now;
        match result {
            Ok(ApiAnswer::Submitted(submitted)) => {
                self.room_answered(submitted.head);
                if let Some(room) = self.rooms.get_mut(&id) {
                    room.retry_at = Some(now);
                }
            }
            // Somebody was faster, or someone joined or left: catch up, then look again.
            Err(PublicError::StaleOpen { .. } | PublicError::StaleEpoch { .. }) => {
                self.rotation_lost(id);
            }
            Err(error @ PublicError::TooManyAttempts { retry_after_s }) => {
                let wait = (u64::from(retry_after_s) * 1000).max(10 * AGAIN);
                if let Some(room) = self.rooms.get_mut(&id) {
                    // The vault has this secret. Another one would cost another write there, and many rooms' writes would use up all
                    // that the server takes in a minute, so that none of them got its key.
                    room.resubmit_at = Some(now + wait);
                }
                self.reveals_failed(id, error.into());
            }
            Err(error) => self.rotation_failed(id, error.into()),
            Ok(_) => self.rotation_failed(id, super::account::unexpected()),
        }
    }

    fn rotation_lost(&mut self, id: RoomId) {
        if let Some(room) = self.rooms.get_mut(&id) {
            room.rotation = None;
            room.retry_at = Some(self.now + AGAIN);
        }
    }

    fn rotation_failed(&mut self, id: RoomId, trouble: Trouble) {
        let now = self.now;
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        room.rotation = None;
        room.retry_at = Some(now + 10 * AGAIN);
        self.reveals_failed(id, trouble);
    }

    pub(super) fn reveals_failed(&mut self, id: RoomId, trouble: Trouble) {
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        for reveal in std::mem::take(&mut room.reveals) {
            self.out.answer(reveal.ticket, Err(trouble.clone()));
        }
    }
}

impl Room {
    /// Whether someone left since the key was made.
    pub(super) fn rotation_due(&self) -> bool {
        self.current()
            .is_some_and(|epoch| epoch.roster.rotation_due())
    }
}
