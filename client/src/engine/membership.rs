//! Making, joining and leaving rooms. The vault holds a room's secret before the server hears of it.

use super::{
    Engine,
    account::unexpected,
    flow::Flow,
    room::{Room, Waiting, epoch::EpochState, outbox::Stage},
    stating::Stating,
};
use crate::{
    io::{ApiAnswer, ApiRequest},
    room_key::RoomSecret,
    statement::{self, NewEpoch, Place},
    transcript::Transcript,
};
use model::{Answer, SecretText, Trouble};
use protocol::{
    Hash, PublicError, RoomId, Time,
    api::{RoomCreate, RoomFind, RoomFound, RoomSubmit},
    limits,
    open::{Leave, OpenContent, Settings},
    roster::Roster,
};
use rand_core::{CryptoRng, RngCore};

/// How often a statement is signed anew because the room changed meanwhile.
pub(super) const TRIES: u32 = 5;
/// How long to wait between two tries, in milliseconds.
pub(super) const AGAIN: u64 = 400;

impl<R: RngCore + CryptoRng> Engine<R> {
    pub(super) fn create_room(&mut self, ticket: u32, name: &str) -> Result<(), Trouble> {
        let name = name.trim();
        if name.is_empty() {
            return Err(Trouble::NameMissing);
        }
        if name.len() > limits::ROOM_NAME_BYTES || name.chars().any(char::is_control) {
            return Err(Trouble::NameTooLong);
        }
        let account = self.account.as_ref().ok_or(Trouble::NotNow)?;
        let mut id = [0; RoomId::LEN];
        self.rng.fill_bytes(&mut id);
        let id = RoomId(id);
        let secret = RoomSecret::generate(&mut self.rng);
        let creator = account.identity.keys(&account.username);
        let roster = Roster::of_creator(creator, Settings::default());
        let new = NewEpoch {
            secret: &secret,
            author: &account.username,
            roster: &roster,
            seen: Transcript::from_beginning(id).head(),
            previous: None,
        };
        let place = Place {
            room: id,
            epoch: 1,
            prev_open: Hash::ZERO,
        };
        let header = statement::header(&account.identity, place, new)
            .map_err(broken)?
            .entry;
        let mut room = Room::new(id);
        let now = self.now;
        let item = room.item.change_at_once(now);
        item.keep_secret(1, SecretText::new(secret.reveal().to_string()));
        item.join(now);
        name.clone_into(&mut item.name);
        room.waiting = Some(Waiting::Create { ticket, header });
        self.rooms.insert(id, room);
        Ok(())
    }

    pub(super) fn join_room(&mut self, ticket: u32, key: &SecretText) -> Result<(), Trouble> {
        self.account()?;
        let secret =
            RoomSecret::parse(key.reveal()).map_err(|error| Trouble::RoomKey(error.to_string()))?;
        self.find_room(ticket, secret, 0);
        Ok(())
    }

    fn find_room(&mut self, ticket: u32, secret: RoomSecret, tries: u32) {
        let request = ApiRequest::RoomFind(RoomFind {
            locator: secret.locator(),
        });
        self.call(
            request,
            Flow::RoomFind {
                ticket,
                secret,
                tries,
            },
        );
    }

    pub(super) fn leave_room(&mut self, ticket: u32, id: RoomId) -> Result<(), Trouble> {
        self.account()?;
        let room = self.room_mut(id)?;
        if room.listed == Some(false) {
            let joined_at = room.item.content.joined_at;
            self.has_left(ticket, id, joined_at, false);
            return Ok(());
        }
        self.state(ticket, id, OpenContent::Leave(Leave {}))
    }

    pub(super) fn forget_room(&mut self, id: RoomId) -> Result<(), Trouble> {
        let now = self.now;
        let room = self.room_mut(id)?;
        let item = room.item.change_at_once(now);
        item.leave(item.joined_at);
        self.drop_unsent(id);
        self.show_room(id);
        self.show_rooms();
        Ok(())
    }

    /// Leaves every room, then deletes the account.
    pub(super) fn leave_all(&mut self, ticket: u32) {
        self.deleting = Some(ticket);
        self.go_on_deleting();
    }

    /// The next steps of deleting the account. Only a line that is up tells which rooms there are; proving the passphrase has just replaced
    /// the session, and so perhaps the line.
    pub(super) fn go_on_deleting(&mut self) {
        if self.deleting.is_none() || !self.link.is_up() {
            return;
        }
        let listed: Vec<RoomId> = self
            .rooms
            .values()
            .filter(|room| room.listed == Some(true))
            .map(|room| room.id)
            .collect();
        for id in &listed {
            let is_leaving = |room: &Room| room.stating.iter().any(Stating::is_leave);
            if !self.rooms.get(id).is_some_and(is_leaving) {
                // Listed rooms are there.
                let _ = self.state(0, *id, OpenContent::Leave(Leave {}));
            }
        }
        if listed.is_empty()
            && let Some(ticket) = self.deleting.take()
        {
            self.call(ApiRequest::DeleteAccount, Flow::DeleteAccount { ticket });
        }
    }

    /// The vault holds a room's item now: what waited for that goes on.
    pub(super) fn vault_saved(&mut self, id: RoomId) {
        let Some(room) = self.rooms.get_mut(&id).filter(|room| room.item.is_saved()) else {
            return;
        };
        match room.waiting.take() {
            Some(Waiting::Create { ticket, header }) => {
                let request = ApiRequest::RoomCreate(RoomCreate { header });
                self.call(request, Flow::RoomCreate { ticket, room: id });
            }
            Some(Waiting::Join { ticket, secret }) => self.find_room(ticket, secret, 1),
            Some(Waiting::Rotate) => self.submit_rotation(id),
            None => {}
        }
    }

    /// The vault refused a room's item: what waited for it fails, or goes on waiting where nobody asked for it.
    pub(super) fn vault_refused(&mut self, id: RoomId, error: &PublicError) {
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        match room.waiting {
            Some(Waiting::Create { ticket, .. } | Waiting::Join { ticket, .. }) => {
                self.rooms.remove(&id);
                self.out.answer(ticket, Err(error.clone().into()));
            }
            Some(Waiting::Rotate) => self.reveals_failed(id, error.clone().into()),
            None => {}
        }
    }

    pub(super) fn membership_answered(
        &mut self,
        flow: Flow,
        result: Result<ApiAnswer, PublicError>,
    ) {
        let ticket = flow.ticket();
        let outcome = match (flow, result) {
            (Flow::RoomCreate { ticket, room }, Ok(ApiAnswer::Room(head))) => {
                self.room_answered(head);
                self.out.answer(ticket, Ok(Answer::Room(room)));
                Ok(())
            }
            (
                Flow::RoomFind {
                    ticket,
                    secret,
                    tries,
                },
                Ok(ApiAnswer::RoomFound(found)),
            ) => self.room_found(ticket, secret, tries, *found),
            (Flow::Join { ticket, room, .. }, Ok(ApiAnswer::Submitted(submitted))) => {
                self.room_answered(submitted.head);
                self.out.answer(ticket, Ok(Answer::Room(room)));
                Ok(())
            }
            (
                Flow::Join {
                    ticket,
                    room,
                    secret,
                    tries,
                },
                Err(PublicError::StaleOpen { .. }),
            ) if tries < TRIES => {
                let _ = room;
                self.find_room(ticket, secret, tries + 1);
                Ok(())
            }
            // Another device of this person was faster.
            (Flow::Join { ticket, room, .. }, Err(PublicError::AlreadyMember)) => {
                self.out.answer(ticket, Ok(Answer::Room(room)));
                Ok(())
            }
            (_, Err(error)) => Err(error.into()),
            _ => Err(unexpected()),
        };
        if let Err(trouble) = outcome {
            self.out.answer(ticket, Err(trouble));
        }
    }

    /// The room of a key: proves that it is that key's room, then joins.
    fn room_found(
        &mut self,
        ticket: u32,
        secret: RoomSecret,
        tries: u32,
        found: RoomFound,
    ) -> Result<(), Trouble> {
        let account = self.account.as_ref().ok_or(Trouble::NotNow)?;
        let RoomFound {
            room: id,
            epoch,
            members,
            banned,
            entries,
        } = found;
        let state = EpochState::load(
            id,
            epoch,
            (members, banned),
            &entries,
            RoomSecret::from_slice(secret.as_bytes())
                .into_iter()
                .collect(),
            None,
            &account.identity,
        )
        .map_err(|lie| Trouble::Lie(lie.to_string()))?;
        if state.key.is_none() || state.key_does_not_join() {
            return Err(Trouble::Lie(
                "it showed a room that is not this key's".to_owned(),
            ));
        }
        let me = account.identity.user();
        if state.roster.banned().contains(&me) {
            return Err(PublicError::Banned.into());
        }
        let text = SecretText::new(secret.reveal().to_string());
        if state.roster.member(&me).is_some() {
            // It may be a key that did not reach this device.
            if let Some(room) = self.rooms.get_mut(&id)
                && room.item.content.prove_secret(epoch, text)
            {
                room.item.change_at_once(self.now);
                self.try_secrets(id);
            }
            self.out.answer(ticket, Ok(Answer::Room(id)));
            return Ok(());
        }
        if state.roster.rotation_due() {
            return Err(PublicError::RotationDue.into());
        }
        if tries == 0 {
            let now = self.now;
            let room = self.rooms.entry(id).or_insert_with(|| Room::new(id));
            let item = room.item.change_at_once(now);
            item.keep_secret(epoch, text);
            item.join(now);
            // Asked for twice, it is done once.
            let before = room.waiting.replace(Waiting::Join { ticket, secret });
            if let Some(Waiting::Join { ticket, .. }) = before {
                self.out.answer(ticket, Ok(Answer::Room(id)));
            }
            return Ok(());
        }
        let place = Place {
            room: id,
            epoch,
            prev_open: state.last_open,
        };
        let join = statement::join(&account.identity, place, &account.username, &secret)
            .map_err(broken)?;
        let submit = RoomSubmit {
            room: id,
            entries: vec![join.entry],
        };
        self.call(
            ApiRequest::RoomSubmit(submit),
            Flow::Join {
                ticket,
                room: id,
                secret,
                tries,
            },
        );
        Ok(())
    }

    pub(super) fn leave_failed(&mut self, ticket: u32, trouble: Trouble) {
        if let Some(deleting) = self.deleting.take() {
            self.out.answer(deleting, Err(trouble.clone()));
        }
        self.out.answer(ticket, Err(trouble));
    }

    /// The person left the stay that began then. They may be back already: the answer to a leave can come late, also before the vault
    /// tells that another of their devices joined. Of a room that the line listed since, the line tells whether they are in it.
    pub(super) fn has_left(&mut self, ticket: u32, id: RoomId, joined_at: Time, relisted: bool) {
        if let Some(room) = self.rooms.get_mut(&id) {
            let item = room.item.change_at_once(self.now);
            item.leave(joined_at);
            if item.is_left() && !relisted {
                room.listed = Some(false);
                self.drop_unsent(id);
            }
        }
        self.show_room(id);
        self.show_rooms();
        self.out.answer(ticket, Ok(Answer::Done));
        self.go_on_deleting();
    }

    /// The person is out of the room: what waits there gets no answer any more. Their messages stay for them to keep or to drop, once the
    /// server answered those that are with it: they may be stored, and must not be under way twice when they are tried again.
    pub(super) fn shut(&mut self, id: RoomId) {
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        let sentence = PublicError::NotMember.to_string();
        let mut failed = Vec::new();
        for item in &mut room.outbox.items {
            if !matches!(
                item.stage,
                Stage::Sent | Stage::Acknowledged(_) | Stage::Failed(_)
            ) {
                item.stage = Stage::Failed(sentence.clone());
                failed.push(item.clone());
            }
        }
        for item in failed {
            self.show_unsent(id, &item);
        }
        self.answer_reveals(id);
    }

    /// What was not sent would go out after all when the person comes back.
    fn drop_unsent(&mut self, id: RoomId) {
        let unsent = self
            .rooms
            .get_mut(&id)
            .map(|room| room.outbox.items.drain(..));
        let unsent = unsent.into_iter().flatten().collect();
        self.settled(id, unsent);
    }
}

pub(super) fn broken(error: impl ToString) -> Trouble {
    Trouble::Browser(error.to_string())
}
