//! `client/src/engine/room/outbox.rs`.

use crate::{model::Model, scenario::Broken, world::*};

impl Model {
    /// `Outbox::front`.
    pub fn front(&self, outbox: &[Item]) -> Option<usize> {
        let open = |item: &Item| !matches!(item.stage, Stage::Failed | Stage::Acknowledged(_));
        let sealed = outbox
            .iter()
            .position(|item| open(item) && item.sealed.is_some());
        let first = outbox.iter().position(open);
        sealed
            .filter(|_| !self.is(Broken::SealedOutOfTurn))
            .or(first)
    }

    /// `Outbox::unseal`, and the local store forgets the chain.
    pub fn unseal(&self, it: &mut Client, over: Epoch) {
        for item in &mut it.room.outbox {
            if !matches!(item.stage, Stage::Acknowledged(_))
                && item
                    .sealed
                    .take_if(|token| token.chain.epoch <= over)
                    .is_some()
                && item.stage != Stage::Failed
            {
                item.stage = Stage::Waiting;
            }
        }
        it.room.chain.take_if(|tail| tail.chain.epoch <= over);
        it.disk.chain = None;
    }

    /// `Engine::retry`, by the person.
    pub fn retry(&self, world: &mut World, device: Device) {
        for item in &mut world.clients[device].room.outbox {
            if item.stage == Stage::Failed {
                item.stage = Stage::Waiting;
            }
        }
    }

    /// `Outbox::settle`, and the local store forgets it.
    pub fn settle(&self, world: &mut World, device: Device, token: Token) {
        let it = &mut world.clients[device];
        let before = it.room.outbox.len();
        it.room.outbox.retain(|item| item.sealed != Some(token));
        if it.room.outbox.len() < before {
            it.disk
                .outbox
                .retain(|(stored, _)| *stored != token.message);
        }
    }
}
