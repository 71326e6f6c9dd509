//! The engine, function by function: each of these stands for the one of the same name in `client/src/engine/`, with one room, an honest
//! server, and no names, drafts or screens.

mod frames;
mod intake;
mod membership;
mod messages;
mod outbox;
mod rotation;
mod stating;
mod vault;

use crate::{model::Model, scenario::Broken, world::*};

impl Model {
    /// `Engine::handle` ends like this, whatever happened.
    pub fn end_turn(&self, world: &mut World, device: Device) {
        self.pump(world, device);
        self.write_vault(world, device);
    }

    /// What waited for its time is due.
    pub fn tick(&self, world: &mut World, device: Device) {
        let room = &mut world.clients[device].room;
        for item in &mut room.outbox {
            if item.stage == Stage::Later {
                item.stage = Stage::Waiting;
            }
        }
        for statement in &mut room.stating {
            if statement.due == Due::Later {
                statement.due = Due::Now;
            }
        }
        // `Engine::retry_rotation`.
        if std::mem::take(&mut room.retry) {
            self.answer_reveals(world, device);
        }
    }

    /// `Engine::lost`: the server may still read what was sent.
    pub fn lost(&self, world: &mut World, device: Device) {
        let it = &mut world.clients[device];
        it.link = Link::Down;
        it.hears = false;
        it.down.clear();
        it.asked.clear();
        let sent = std::mem::take(&mut it.up);
        // `Room::line_lost`, `Outbox::line_lost`.
        it.room.asked_newer = false;
        it.room.asked_opens = false;
        it.room.listed = None;
        if self.is(Broken::NumberReused)
            && let Some(item) = it
                .room
                .outbox
                .iter_mut()
                .find(|item| item.stage == Stage::Sent)
            && let Some(Token { chain, prev, .. }) = item.sealed.take()
        {
            let chain = Chain {
                n: chain.n - 1,
                ..chain
            };
            it.room.chain = Some(Tail {
                chain,
                message: prev,
            });
        }
        for item in &mut it.room.outbox {
            if matches!(
                item.stage,
                Stage::Sent | Stage::Later | Stage::Acknowledged(_)
            ) {
                item.stage = Stage::Waiting;
            }
        }
        for send in sent {
            keep(&mut world.strays, send);
        }
    }

    /// A page that was closed is opened again: memory is gone, what the local store has comes back (`Engine::started`).
    pub fn reload(&self, world: &mut World, device: Device) {
        self.lost(world, device);
        for call in &mut world.calls {
            if let Call::Submit { by, .. } = call
                && *by == Some(device)
            {
                *by = None;
            }
        }
        world
            .calls
            .retain(|call| !matches!(call, Call::Answer { to, .. } if *to == device));
        let it = &mut world.clients[device];
        let restored = |(message, sealed): &(Message, Option<Token>)| Item {
            message: *message,
            sealed: *sealed,
            stage: Stage::Waiting,
        };
        it.room = Room {
            outbox: it.disk.outbox.iter().map(restored).collect(),
            chain: it.disk.chain,
            ..Room::default()
        };
    }

    /// `Room::current`.
    pub fn epoch(&self, world: &World, device: Device) -> Option<Epoch> {
        let opens = world.clients[device].room.opens;
        (opens > 0).then(|| world.server.at(opens).epoch)
    }

    /// `EpochState::key` of an epoch that is loaded.
    pub fn has_key(&self, world: &World, device: Device, epoch: Epoch) -> bool {
        let (_, _, secret) = world.server.header(epoch);
        world.clients[device]
            .room
            .secrets
            .contains(&(epoch, secret))
    }

    /// `Room::can_seal`.
    pub fn can_seal(&self, world: &World, device: Device) -> bool {
        let room = &world.clients[device].room;
        let Some(epoch) = self.epoch(world, device) else {
            return false;
        };
        let newest = room.claim.is_some_and(|claim| claim.epoch <= epoch);
        room.window.is_some() && newest && self.has_key(world, device, epoch)
    }

    /// `Room::is_behind`.
    pub fn is_behind(&self, world: &World, device: Device) -> bool {
        let room = &world.clients[device].room;
        let head = room.window.map_or(0, |window| window.head);
        room.asked_newer || room.claim.is_some_and(|claim| claim.head > head)
    }

    /// `Room::is_outdated`.
    pub fn is_outdated(&self, world: &World, device: Device) -> bool {
        let claim = world.clients[device].room.claim;
        self.is_behind(world, device) || claim.map(|claim| claim.epoch) > self.epoch(world, device)
    }

    /// `Room::rotation_due`.
    pub fn rotation_due(&self, world: &World, device: Device) -> bool {
        let opens = world.clients[device].room.opens;
        opens > 0 && self.rosters.rotation_due(world.server.at(opens).roster)
    }
}

/// A random number that nobody else has in that epoch.
pub fn random(device: Device, epoch: Epoch, made: &mut (Epoch, u8)) -> u8 {
    let before = if made.0 == epoch { made.1 } else { 0 };
    *made = (epoch, before + 1);
    assert!(
        epoch < 8 && device < 4 && made.1 < 8,
        "the bounds allow for no more"
    );
    epoch << 5 | device << 3 | made.1
}
