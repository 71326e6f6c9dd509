//! What follows new keys. The settings hold the earlier secrets, so that any of the person's devices can go on: each room is told by a
//! statement that the old and the new key sign, its key is changed, and each item of the vault is sealed anew. When all that is done the
//! earlier secrets are dropped.

use super::{
    Engine,
    flow::Flow,
    keys::Account,
    room::{Room, epoch::EpochState},
};
use crate::{
    account::Identity,
    io::{ApiAnswer, ApiRequest},
    statement::{self, Statement},
};
use protocol::{PublicError, RoomId, Time, api::RoomSubmit};
use rand_core::{CryptoRng, RngCore};

/// How long to wait before a room that changed meanwhile is told again, in milliseconds.
const AGAIN: u64 = 400;
/// How long to wait after the server refused.
const LATER: u64 = 4_000;
/// How many rooms are told at once at most, or were refused a moment ago: the server takes so many changes a minute.
const AT_ONCE: usize = 8;
/// The time between two items that are sealed anew, for the same reason.
const PACE: u64 = 500;

/// How far telling a room is.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Telling {
    /// To be looked at.
    #[default]
    Due,
    /// The statement is with the server.
    Asked,
    /// To be looked at then.
    Later(Time),
}

impl Telling {
    /// When it is to be looked at again.
    pub fn timeout(&self) -> Option<Time> {
        match self {
            Self::Later(at) => Some(*at),
            Self::Due | Self::Asked => None,
        }
    }

    /// Ends a wait that is over.
    fn wake(&mut self, now: Time) {
        if self.timeout().is_some_and(|at| at <= now) {
            *self = Self::Due;
        }
    }

    /// The clock was set back.
    pub fn set_back(&mut self, by: Time) {
        if let Self::Later(at) = self {
            *at = at.saturating_sub(by);
        }
    }
}

impl<R: RngCore + CryptoRng> Engine<R> {
    /// Tells the rooms, has the vault sealed anew, and drops the earlier secrets when nothing hangs on them.
    pub(super) fn go_on_replacing(&mut self) {
        for room in self.rooms.values_mut() {
            room.telling.wake(self.now);
        }
        let Some(account) = self.account.as_ref().filter(|it| !it.earlier.is_empty()) else {
            return;
        };
        let number = account.identity.number();
        let mut at = self.now;
        for room in self.rooms.values_mut() {
            at = room.item.saving.seal_anew(number, at, PACE);
        }
        if self.link.is_up() {
            self.tell_rooms();
            self.drop_earlier();
        }
        if self.untold() != self.untold {
            self.show_me();
        }
    }

    /// Says in the rooms which key follows the one that they know. That makes another room key due.
    fn tell_rooms(&mut self) {
        let Some(account) = &self.account else { return };
        let busy = self.rooms.values().filter(|it| it.telling != Telling::Due);
        let free = AT_ONCE.saturating_sub(busy.count());
        let next = |room: &Room| Some((room.id, room.next_keys(account)?));
        let next: Vec<_> = self.rooms.values().filter_map(next).take(free).collect();
        for (id, Statement { entry, .. }) in next {
            if let Some(room) = self.rooms.get_mut(&id) {
                room.telling = Telling::Asked;
            }
            let submit = RoomSubmit {
                room: id,
                entries: vec![entry],
            };
            self.call(ApiRequest::RoomSubmit(submit), Flow::Tell { room: id });
        }
    }

    pub(super) fn told(&mut self, id: RoomId, result: Result<ApiAnswer, PublicError>) {
        let telling = match result {
            Ok(ApiAnswer::Submitted(submitted)) => {
                self.room_answered(submitted.head);
                Telling::Due
            }
            Err(PublicError::StaleOpen { .. } | PublicError::StaleEpoch { .. }) => {
                Telling::Later(self.now + AGAIN)
            }
            _ => Telling::Later(self.now + LATER),
        };
        if let Some(room) = self.rooms.get_mut(&id) {
            room.telling = telling;
        }
    }

    /// Rooms that were not told of the present keys, as far as this device knows.
    pub(super) fn untold(&self) -> u32 {
        let Some(account) = self.account.as_ref().filter(|it| !it.earlier.is_empty()) else {
            return 0;
        };
        let untold = |room: &&Room| {
            let told = room.newest().is_some() && !room.is_untold(&account.identity);
            room.is_on_list() && room.listed != Some(false) && !told
        };
        let count = self.rooms.values().filter(untold).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    fn drop_earlier(&mut self) {
        let reading = self.is_reading_vault();
        let Some(account) = &mut self.account else {
            return;
        };
        let me = &account.identity;
        let through = |room: &Room| room.listed != Some(true) || room.is_through(me);
        let done = |room: &Room| through(room) && room.item.saving.is_under(me.number());
        if !reading && self.rooms.values().all(done) {
            let settings = self.vault.settings.change_at_once(self.now);
            settings.replaced.secrets.clear();
            account.hold(&settings.replaced);
        }
    }
}

impl Room {
    /// The newest epoch, if it is the server's.
    fn newest(&self) -> Option<&EpochState> {
        let server = self.server.map(|head| head.epoch)?;
        self.current()
            .filter(|epoch| server <= epoch.ctx.epoch && self.asked.opens.is_empty())
    }

    /// The statement that leads to a person's next keys, if the room has earlier ones and can be told now.
    fn next_keys(&self, account: &Account) -> Option<Statement> {
        let ready = self.listed == Some(true) && !self.is_behind();
        if self.telling != Telling::Due || !ready {
            return None;
        }
        let epoch = self.newest()?;
        let member = epoch.roster.member(&account.identity.user())?;
        let (old, new) = account.step_from(&member.keys.signing)?;
        statement::identity(old, new, epoch.next_place(), &account.username).ok()
    }

    /// Whether the room still has earlier keys for this person, who says nothing in it then but what the next ones are.
    pub(super) fn is_untold(&self, me: &Identity) -> bool {
        let member = self
            .current()
            .and_then(|epoch| epoch.roster.member(&me.user()));
        member.is_some_and(|it| it.keys.signing != me.signing_key())
    }

    /// Whether the room was told, and has a key that nobody has who only had the person's earlier ones.
    fn is_through(&self, me: &Identity) -> bool {
        let told = self.newest().is_some() && !self.is_untold(me);
        told && !self.owes_key(&me.user())
    }
}
