//! A new room key after someone left: header and wraps, submitted together against the epoch that they replace.

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
use protocol::{OpenEntry, PublicError, RoomId, api::RoomSubmit};
use rand_core::{CryptoRng, RngCore};

/// How long to wait before a rotation that lost its race is looked at again, in milliseconds.
const AGAIN: u64 = 400;

impl<R: RngCore + CryptoRng> Engine<R> {
    /// Shows the key to share, after changing it where someone left: the old one opens what comes next no more.
    pub(super) fn reveal_key(&mut self, ticket: u32, id: RoomId) -> Result<(), Trouble> {
        self.account()?;
        self.room_mut(id)?.reveals.push(ticket);
        self.answer_reveals(id);
        Ok(())
    }

    /// Answers those who wait for the room key, as soon as it is known which one is current.
    pub(super) fn answer_reveals(&mut self, id: RoomId) {
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        let outdated = room.server.map(|head| head.epoch) > room.current().map(|it| it.ctx.epoch);
        if room.reveals.is_empty() || outdated || room.status() == RoomStatus::Loading {
            return;
        }
        let key = room.current().and_then(|epoch| epoch.key.as_ref());
        let answer = match key {
            Some(_) if room.rotation_due() => return self.rotate(id),
            Some(key) => Ok(Answer::RoomKey(SecretText::new(
                key.secret.reveal().to_string(),
            ))),
            None => Err(Trouble::NoKey),
        };
        for ticket in std::mem::take(&mut room.reveals) {
            self.out.answer(ticket, answer.clone());
        }
    }

    /// Starts a rotation, unless one is under way. The vault gets the new secret first.
    pub(super) fn rotate(&mut self, id: RoomId) {
        let now = self.now;
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
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
            None => {}
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
            Err(PublicError::StaleOpen { .. } | PublicError::StaleEpoch { .. }) => {
                // Somebody was faster, or someone joined or left: catch up, then look again.
                if let Some(room) = self.rooms.get_mut(&id) {
                    room.rotation = None;
                    room.retry_at = Some(now + AGAIN);
                }
            }
            Err(error) => self.rotation_failed(id, error.into()),
            Ok(_) => self.rotation_failed(id, super::account::unexpected()),
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
        for ticket in std::mem::take(&mut room.reveals) {
            self.out.answer(ticket, Err(trouble.clone()));
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
