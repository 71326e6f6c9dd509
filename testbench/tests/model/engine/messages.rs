//! `client/src/engine/messages.rs`.

use super::random;
use crate::{model::Model, scenario::Broken, world::*};

impl Model {
    /// `Engine::say`: in the outbox, and stored.
    pub fn say(&self, world: &mut World, device: Device) {
        let it = &mut world.clients[device];
        it.made.messages += 1;
        let message = device << 4 | it.made.messages;
        let (sealed, stage) = (None, Stage::Waiting);
        it.room.outbox.push(Item {
            message,
            sealed,
            stage,
        });
        it.disk.outbox.push((message, None));
    }

    /// `Engine::pump`.
    pub fn pump(&self, world: &mut World, device: Device) {
        if world.clients[device].link != Link::Up {
            return;
        }
        self.submit_statement(world, device);
        if world.clients[device].room.listed != Some(true) || self.is_outdated(world, device) {
            return;
        }
        let can_seal = self.can_seal(world, device);
        if world.clients[device].room.stating.is_empty() && self.owes_key(world, device) {
            self.rotate(world, device);
        }
        let Some(front) = self.front(&world.clients[device].room.outbox) else {
            return;
        };
        let item = world.clients[device].room.outbox[front];
        if !can_seal || item.stage != Stage::Waiting {
            return;
        }
        if self.rotation_due(world, device) {
            return self.rotate(world, device);
        }
        match item.sealed {
            Some(token) => self.put_on_wire(world, device, front, token),
            None => self.seal_front(world, device, front),
        }
    }

    /// `Engine::seal_front` with `Room::next_in_chain`.
    fn seal_front(&self, world: &mut World, device: Device, front: usize) {
        let (Some(epoch), Some(window)) =
            (self.epoch(world, device), world.clients[device].room.window)
        else {
            return;
        };
        let it = &mut world.clients[device];
        let tail = match it.room.chain {
            Some(Tail { chain, message }) if chain.epoch == epoch => Tail {
                chain: Chain {
                    n: chain.n + 1,
                    ..chain
                },
                message,
            },
            _ => Tail {
                chain: Chain {
                    device: random(device, epoch, &mut it.made.chains),
                    epoch,
                    n: 1,
                },
                message: 0,
            },
        };
        let item = &mut it.room.outbox[front];
        let token = Token {
            chain: tail.chain,
            prev: tail.message,
            seen: window.head,
            message: item.message,
        };
        item.sealed = Some(token);
        item.stage = Stage::Storing;
        it.room.chain = Some(Tail {
            chain: tail.chain,
            message: token.message,
        });
        it.room.storing = Some(token);
        if self.is(Broken::SentBeforeDurable) {
            self.put_on_wire(world, device, front, token);
        }
    }

    /// `Engine::stored`: token and chain are durable.
    pub fn stored(&self, world: &mut World, device: Device) {
        let it = &mut world.clients[device];
        if let Some(token) = it.room.storing.take() {
            for stored in it
                .disk
                .outbox
                .iter_mut()
                .filter(|(message, _)| *message == token.message)
            {
                stored.1 = Some(token);
            }
            if it.disk.chain.is_none() || !self.is(Broken::ChainNotStored) {
                it.disk.chain = Some(Tail {
                    chain: token.chain,
                    message: token.message,
                });
            }
        }
        for item in &mut it.room.outbox {
            if item.stage == Stage::Storing {
                item.stage = Stage::Waiting;
            }
        }
    }

    fn put_on_wire(&self, world: &mut World, device: Device, front: usize, token: Token) {
        let it = &mut world.clients[device];
        it.room.outbox[front].stage = Stage::Sent;
        it.up.push_back(Send { device, token });
        keep(&mut world.sent, token);
    }

    pub fn acknowledged(&self, world: &mut World, device: Device, message: Message, seq: Seq) {
        let it = &mut world.clients[device];
        let window = it.room.window.unwrap_or(Window { base: 0, head: 0 });
        let Some(item) = it
            .room
            .outbox
            .iter_mut()
            .find(|item| item.message == message)
        else {
            return;
        };
        item.stage = Stage::Acknowledged(seq);
        if seq <= window.base {
            // What is to come is kept until it is seen there.
            it.disk.outbox.retain(|(stored, _)| *stored != message);
        }
        if window.base < seq && seq <= window.head {
            world.alarm = Some("an acknowledged message was not where it was said to be");
        }
    }

    pub fn refused(&self, world: &mut World, device: Device, message: Message, refusal: Refusal) {
        let it = &mut world.clients[device];
        let Some(place) = it
            .room
            .outbox
            .iter()
            .position(|item| item.message == message)
        else {
            return;
        };
        let item = &mut it.room.outbox[place];
        let over = item.sealed.map_or(0, |token| token.chain.epoch);
        match refusal {
            Refusal::StaleEpoch(_) if self.is(Broken::RefusedForgotten) => {
                it.room.outbox.remove(place);
                it.disk.outbox.retain(|(stored, _)| *stored != message);
            }
            Refusal::StaleEpoch(epoch) => {
                if let Some(claim) = &mut it.room.claim {
                    claim.epoch = claim.epoch.max(epoch);
                }
                self.unseal(it, over);
            }
            Refusal::Busy => item.stage = Stage::Later,
            _ => {
                item.stage = Stage::Failed;
                self.unseal(it, over);
            }
        }
    }
}
