//! Receipts and signals on their way: out at a measured pace, in as they come.

use super::{Engine, room::Room};
use crate::{
    account::Identity,
    signal::{self, Signal, SignalKind},
    slot,
};
use model::{RoomStatus, Trouble};
use protocol::{
    PublicError, RoomId, RunId,
    frame::{ClientFrame, Unlogged},
};
use rand_core::{CryptoRng, RngCore};

/// What this engine signals over one connection.
#[derive(Default)]
pub(super) struct Run {
    id: Option<RunId>,
    count: u64,
}

impl<R: RngCore + CryptoRng> Engine<R> {
    /// A new connection: signals are counted anew.
    pub(super) fn begin_run(&mut self) {
        let mut id = [0; RunId::LEN];
        self.rng.fill_bytes(&mut id);
        self.run = Run {
            id: Some(RunId(id)),
            count: 0,
        };
    }

    /// The person is typing; others are told now and then.
    pub(super) fn typing(&mut self, id: RoomId) -> Result<(), Trouble> {
        let now = self.now;
        let up = self.link.is_up();
        let (Some(account), Some(run)) = (&self.account, self.run.id) else {
            return Ok(());
        };
        let room = self.rooms.get_mut(&id).ok_or(Trouble::NoSuchRoom)?;
        if !up || !room.may_tell(&account.identity) || !room.live.may_signal(now) {
            return Ok(());
        }
        let Some((epoch, key)) = room.current().and_then(|it| Some((it, it.key.as_ref()?))) else {
            return Ok(());
        };
        self.run.count += 1;
        let signal = Signal {
            sender: account.identity.user(),
            run,
            count: self.run.count,
            at: now,
            kind: SignalKind::Typing,
        };
        let frame = ClientFrame::Signal {
            room: id,
            epoch: epoch.ctx.epoch,
            token: signal::seal(&key.message, &epoch.ctx, &account.identity, &signal),
        };
        self.out.send(&frame);
        Ok(())
    }

    /// Tells the others how far the person has read, once that is due.
    pub(super) fn send_receipt(&mut self, id: RoomId) {
        let now = self.now;
        let (Some(account), Some(room)) = (&self.account, self.rooms.get_mut(&id)) else {
            return;
        };
        if room.live.receipt_due.is_none_or(|due| due > now) {
            return;
        }
        if !room.may_tell(&account.identity) {
            return room.live.postpone_receipt(now);
        }
        let Some(read) = room.own_receipt() else {
            room.live.receipt_due = None;
            return;
        };
        let Some((epoch, key)) = room.current().and_then(|it| Some((it, it.key.as_ref()?))) else {
            return;
        };
        let frame = ClientFrame::Slot {
            room: id,
            epoch: epoch.ctx.epoch,
            token: slot::seal(&key.message, &epoch.ctx, &account.identity, read),
        };
        room.live.receipt_sent(read.seq, now);
        self.out.send(&frame);
    }

    /// Asks how far the members of the room on the screen have read, once on each connection.
    pub(super) fn ask_slots(&mut self) {
        let up = self.link.is_up();
        let Some(room) = self.shown.and_then(|id| self.rooms.get_mut(&id)) else {
            return;
        };
        if !up || room.live.asked || room.listed != Some(true) || room.status() != RoomStatus::Ready
        {
            return;
        }
        room.live.asked = true;
        let (request, room) = (self.out.next_id(), room.id);
        self.out
            .request(request, ClientFrame::Slots { request, room });
    }

    /// All receipts of a room.
    pub(super) fn slots(&mut self, id: RoomId, slots: Vec<Unlogged>) {
        let now = self.now;
        for slot in slots {
            self.slot(id, slot);
        }
        if let Some(room) = self.rooms.get_mut(&id) {
            room.live.told = true;
            room.want_receipt(now);
        }
    }

    /// A member has read on.
    pub(super) fn slot(&mut self, id: RoomId, slot: Unlogged) {
        let (Some(account), Some(room)) = (&self.account, self.rooms.get_mut(&id)) else {
            return;
        };
        if room.take_slot(slot, &account.identity) {
            self.show_room(id);
        }
    }

    /// The server did not take a receipt.
    pub(super) fn slot_refused(&mut self, id: RoomId, error: &PublicError) {
        let now = self.now;
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        match error {
            PublicError::StaleEpoch { .. }
            | PublicError::Internal { .. }
            | PublicError::LimitReached { .. } => {
                room.live.receipt_sent(0, now);
                room.live.postpone_receipt(now);
            }
            _ => {}
        }
    }

    pub(super) fn signal(&mut self, id: RoomId, signal: &Unlogged) {
        let (Some(account), Some(room)) = (&self.account, self.rooms.get_mut(&id)) else {
            return;
        };
        if room.take_signal(signal, &account.identity, self.now) {
            self.show_room(id);
        }
    }

    /// Forgets who was typing a while ago.
    pub(super) fn fade_signals(&mut self) {
        let now = self.now;
        let faded = |room: &mut Room| room.live.fade(now).then_some(room.id);
        let faded: Vec<RoomId> = self.rooms.values_mut().filter_map(faded).collect();
        for room in faded {
            self.show_room(room);
        }
    }
}

impl Room {
    /// Whether there is a key that all others here have too, and others.
    fn may_tell(&self, me: &Identity) -> bool {
        let members = self.current().map_or(0, |it| it.roster.members().len());
        self.listed == Some(true) && self.can_seal(me) && !self.rotation_due() && members > 1
    }
}
