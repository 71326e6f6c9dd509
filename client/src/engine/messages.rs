//! Sending: from the composer through the outbox to the acknowledgement.

use super::{
    Engine,
    room::{
        Room,
        outbox::{self, Chain, Outgoing, Saying, SealedItem, Stage},
    },
};
use crate::{body::Body, envelope};
use model::{Answer, TimelineOp, Trouble};
use protocol::{Limit, MessageId, PublicError, RoomId, Seq, frame::ClientFrame, limits};
use rand_core::{CryptoRng, RngCore};

/// How long to wait before what the server was too busy for goes again, in milliseconds.
const AGAIN: u64 = 3_000;

impl<R: RngCore + CryptoRng> Engine<R> {
    pub(super) fn send_text(
        &mut self,
        ticket: u32,
        id: RoomId,
        text: String,
    ) -> Result<(), Trouble> {
        if let Some(over) = text.len().checked_sub(limits::TEXT_BYTES + 1) {
            return Err(Trouble::TooLong {
                over: u32::try_from(over + 1).unwrap_or(u32::MAX),
            });
        }
        if text.trim().is_empty() {
            self.out.answer(ticket, Ok(Answer::Done));
            return Ok(());
        }
        if self.room_mut(id)?.listed == Some(false) {
            return Err(Trouble::NoSuchRoom);
        }
        self.say(id, Saying::Text(text))?;
        self.set_draft(id, String::new())?;
        self.out.answer(ticket, Ok(Answer::Done));
        Ok(())
    }

    /// Puts something into a room's outbox; it goes out as soon as it can.
    pub(super) fn say(&mut self, id: RoomId, what: Saying) -> Result<(), Trouble> {
        let now = self.now;
        let room = self.rooms.get_mut(&id).ok_or(Trouble::NoSuchRoom)?;
        let item = room.outbox.push(&mut self.rng, now, what).clone();
        let write = stored(id, &item);
        self.out.store(vec![write]);
        self.show_unsent(id, &item);
        Ok(())
    }

    /// Says names wherever the log lacks them, however that came about. The display name may have been chosen offline, on another device,
    /// or before the room was joined; what made the room or its key may never have been answered.
    pub(super) fn announce_names(&mut self) {
        let Some(account) = self.account.as_ref().filter(|_| self.link.is_up()) else {
            return;
        };
        let me = account.identity.user();
        // While the vault is read or written, another device may have chosen another name.
        let settings = &self.vault.settings;
        let settled = settings.is_saved() && !self.is_reading_vault();
        let mut unsaid = Vec::new();
        for room in self.rooms.values() {
            if room.listed != Some(true) || !room.can_seal(&account.identity) || room.is_behind() {
                continue;
            }
            if let Some(name) = room.unsaid_name(&me) {
                unsaid.push((room.id, Saying::RoomName(name.to_owned())));
            }
            let name = &settings.content.display_name;
            if settled && room.said_name(&me) != name {
                unsaid.push((room.id, Saying::DisplayName(name.clone())));
            }
        }
        for (room, what) in unsaid {
            // Listed rooms are there.
            let _ = self.say(room, what);
        }
    }

    pub(super) fn retry(&mut self, id: RoomId, key: &str) -> Result<(), Trouble> {
        let room = self.room_mut(id)?;
        let listed = room.listed;
        let Some(item) = room.outbox.items.iter_mut().find(|item| item.key() == key) else {
            return Ok(());
        };
        if matches!(item.stage, Stage::Failed(_)) && listed != Some(false) {
            item.stage = Stage::Waiting;
            item.lost = false;
            let item = item.clone();
            self.out.store(vec![stored(id, &item)]);
            self.show_unsent(id, &item);
        }
        Ok(())
    }

    pub(super) fn discard(&mut self, id: RoomId, key: &str) -> Result<(), Trouble> {
        let room = self.room_mut(id)?;
        let found = room
            .outbox
            .items
            .iter()
            .find(|item| item.key() == key)
            .map(|item| item.id);
        if let Some(item) = found.and_then(|found| room.outbox.remove(&found)) {
            self.drop_stored(id, &item.id);
            self.timeline(id, TimelineOp::Remove(item.key()));
        }
        Ok(())
    }

    /// Moves every outbox on, as far as it can go now.
    pub(super) fn pump_all(&mut self) {
        if !self.link.is_up() {
            return;
        }
        let Some(me) = self.account.as_ref().map(|it| it.identity.user()) else {
            return;
        };
        let now = self.now;
        let busy = |room: &&Room| {
            let statements =
                !room.stating.is_empty() || !room.unpurged.is_empty() || room.owes_key(&me);
            let rotation = room.retry_at.is_some() || room.rotation.is_some();
            let receipt = room.live.receipt_due.is_some_and(|due| due <= now);
            !room.outbox.items.is_empty() || rotation || statements || receipt
        };
        let rooms: Vec<RoomId> = self
            .rooms
            .values()
            .filter(busy)
            .map(|room| room.id)
            .collect();
        for room in rooms {
            self.pump(room);
        }
    }

    fn pump(&mut self, id: RoomId) {
        self.purge(id);
        self.submit_statement(id);
        self.retry_rotation(id);
        self.send_receipt(id);
        let now = self.now;
        let (Some(account), Some(room)) = (&self.account, self.rooms.get(&id)) else {
            return;
        };
        if room.listed != Some(true) || room.is_outdated() {
            return;
        }
        let can_seal = room.can_seal(&account.identity);
        // Whoever takes someone out makes the next key at once, and one key for all whom they take out together.
        if room.stating.is_empty() && room.owes_key(&account.identity.user()) {
            self.rotate(id);
        }
        let Some(room) = self.rooms.get_mut(&id).filter(|_| can_seal) else {
            return;
        };
        let Some(front) = room.outbox.front() else {
            return;
        };
        match front.stage {
            Stage::Storing(_) | Stage::Sent => return,
            Stage::Later(at) if at > now => return,
            _ => {}
        }
        if room.rotation_due() {
            return self.rotate(id);
        }
        let Some(front) = room.outbox.front() else {
            return;
        };
        match &front.sealed {
            // Also under a key that is over: it may be stored long since, and then only these bytes get the answer. If it is not, the
            // server refuses it and it is sealed again.
            Some(sealed) => {
                let frame = ClientFrame::Send {
                    room: id,
                    id: front.id,
                    epoch: sealed.epoch,
                    token: sealed.token.clone(),
                };
                front.stage = Stage::Sent;
                self.out.send(&frame);
            }
            None => self.seal_front(id),
        }
    }

    /// Seals the message whose turn it is and makes it durable with the chain that it continues.
    fn seal_front(&mut self, id: RoomId) {
        let Some(account) = &self.account else { return };
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        let Some((chain, seen)) = room.next_in_chain(&mut self.rng) else {
            return;
        };
        let (Some(epoch), Some(front)) = (
            room.epochs.last_key_value().map(|(_, epoch)| epoch),
            room.outbox.front(),
        ) else {
            return;
        };
        let Some(key) = &epoch.key else { return };
        let body = Body {
            sender: account.identity.user(),
            device: chain.device,
            n: chain.n,
            prev: chain.prev,
            seen,
            id: front.id,
            at: front.at,
            content: front.what.content(),
        };
        match envelope::seal(&key.message, &epoch.ctx, &account.identity, &body) {
            Ok(sealed) => {
                let chain = Chain {
                    prev: sealed.body_hash,
                    ..chain
                };
                front.sealed = Some(SealedItem {
                    token: sealed.token,
                    epoch: chain.epoch,
                });
                let ticket = self
                    .out
                    .store(vec![stored(id, front), stored_chain(id, &chain)]);
                front.stage = Stage::Storing(ticket);
                room.outbox.chain = Some(chain);
            }
            Err(error) => {
                front.stage = Stage::Failed(format!("This can't be sent: {error}"));
                let item = front.clone();
                self.show_unsent(id, &item);
            }
        }
        if !self.durable {
            self.stored_all(id);
        }
    }

    /// Without a local store nothing is waited for: the next start is a new device.
    fn stored_all(&mut self, id: RoomId) {
        if let Some(front) = self.rooms.get_mut(&id).and_then(|room| room.outbox.front())
            && matches!(front.stage, Stage::Storing(_))
        {
            front.stage = Stage::Waiting;
        }
        self.pump(id);
    }

    /// A write ended.
    pub(super) fn stored(&mut self, ticket: u32, ok: bool) {
        if self.flows.remove(&ticket).is_some() {
            // Also where it was not stored: the vault holds the earlier secret, and the passphrase the new one.
            self.ask_for_next();
        }
        let mut failed = false;
        for room in self.rooms.values_mut() {
            for item in &mut room.outbox.items {
                if item.stage == Stage::Storing(ticket) {
                    item.stage = Stage::Waiting;
                    if !ok {
                        failed = true;
                        item.sealed = None;
                    }
                }
            }
        }
        if failed && self.durable {
            self.durable = false;
            self.device = outbox::new_device(&mut self.rng);
            // What cannot be made durable goes out under device ids that no stored chain has.
            for room in self.rooms.values_mut() {
                room.outbox.chain = None;
            }
            self.out.notice("This browser does not store data any more. Messages that are not sent yet are lost if you close this page.");
        }
    }

    pub(super) fn acknowledged(&mut self, id: RoomId, message: &MessageId, seq: Seq) {
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        let head = room
            .transcript
            .as_ref()
            .map_or(0, |transcript| transcript.head().seq);
        let base = room
            .transcript
            .as_ref()
            .map_or(0, |transcript| transcript.base().seq);
        let Some(item) = room.outbox.find(message) else {
            return;
        };
        item.stage = Stage::Acknowledged(seq);
        let mut item = item.clone();
        if base < seq && seq <= head {
            // The entry came before the acknowledgement and was not this message, or it would have left the outbox.
            item = room.deny_acknowledged(seq).unwrap_or(item);
        }
        if seq <= base {
            // Its place is not loaded. What is to come is kept until it is seen there: an acknowledgement is only the server's word.
            self.drop_stored(id, message);
        }
        self.show_unsent(id, &item);
    }

    pub(super) fn refused(&mut self, id: RoomId, message: &MessageId, error: PublicError) {
        let now = self.now;
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        let Some(item) = room.outbox.find(message) else {
            return;
        };
        let over = item.sealed.as_ref().map_or(0, |sealed| sealed.epoch);
        match error {
            PublicError::StaleEpoch { epoch } => {
                room.outbox.unseal(over);
                self.out.store(vec![(outbox::chain_name(&id), None)]);
                if let Some(server) = &mut room.server {
                    server.epoch = server.epoch.max(epoch);
                }
            }
            PublicError::LimitReached {
                what: Limit::MessagesPerMinute,
            }
            | PublicError::Internal { .. } => {
                item.stage = Stage::Later(now + AGAIN);
            }
            PublicError::NotLoggedIn => {
                item.stage = Stage::Waiting;
                self.session_ended();
            }
            error => {
                item.stage = Stage::Failed(error.to_string());
                let item = item.clone();
                if matches!(item.what, Saying::Deletion(_)) {
                    // Nothing stands in the timeline that could say so.
                    room.outbox.remove(message);
                    self.drop_stored(id, message);
                    self.out
                        .notice(format!("A message could not be deleted: {error}"));
                }
                let Some(room) = self.rooms.get_mut(&id) else {
                    return;
                };
                room.outbox.unseal(over);
                self.out.store(vec![(outbox::chain_name(&id), None)]);
                self.show_unsent(id, &item);
            }
        }
    }

    /// Own messages that the log has now.
    pub(super) fn settled(&mut self, id: RoomId, settled: Vec<Outgoing>) {
        for item in settled {
            self.drop_stored(id, &item.id);
        }
    }

    fn drop_stored(&mut self, room: RoomId, message: &MessageId) {
        self.out
            .store(vec![(outbox::stored_name(&room, message), None)]);
    }

    pub(super) fn show_unsent(&mut self, id: RoomId, item: &Outgoing) {
        let (Some(account), Some(room)) = (&self.account, self.rooms.get(&id)) else {
            return;
        };
        if let Some(item) = room.unsent_item(item, &account.identity) {
            self.show_item(id, item);
        }
    }
}

pub(super) fn stored(room: RoomId, item: &Outgoing) -> (String, Option<Vec<u8>>) {
    (
        outbox::stored_name(&room, &item.id),
        serde_json::to_vec(item).ok(),
    )
}

fn stored_chain(room: RoomId, chain: &Chain) -> (String, Option<Vec<u8>>) {
    (outbox::chain_name(&room), serde_json::to_vec(chain).ok())
}
