//! What the server says: `client/src/engine/frames.rs`.

use crate::{model::Model, scenario::Broken, world::*};

impl Model {
    pub fn frame(&self, world: &mut World, device: Device) {
        let Some(frame) = world.clients[device].down.pop_front() else {
            return;
        };
        let room = &mut world.clients[device].room;
        match frame {
            Frame::Welcome(claim) => {
                room.listed = Some(false);
                world.clients[device].link = Link::Up;
                match claim {
                    Some(claim) => self.room_listed(world, device, claim),
                    None => self.shut(world, device),
                }
            }
            Frame::Room(claim) => self.room_listed(world, device, claim),
            Frame::RoomLeft => self.room_left(world, device),
            Frame::Entries { from, to } => {
                if let Some(claim) = &mut room.claim {
                    claim.head = claim.head.max(to);
                }
                for seq in from..=to {
                    keep(&mut room.ahead, seq);
                }
                self.drain(world, device);
            }
            Frame::Page { from, to, asked } => self.page(world, device, from, to, asked),
            Frame::Opens(opens) => {
                room.asked_opens = false;
                self.take_opens(world, device, opens);
                self.look_for_key(world, device);
                self.load_epochs(world, device);
                self.answer_reveals(world, device);
            }
            Frame::Failed(Request::History { current: true, .. }) => room.asked_newer = false,
            Frame::Failed(Request::Opens { .. }) => room.asked_opens = false,
            Frame::Failed(_) => {}
            Frame::Ack(message, seq) => self.acknowledged(world, device, message, seq),
            Frame::Refused(message, refusal) => self.refused(world, device, message, refusal),
            Frame::VaultChanged => room.listing = true,
        }
    }

    /// What a call says of a room.
    pub fn room_answered(&self, world: &mut World, device: Device, claim: Claim) {
        let known = world.clients[device].room.claim;
        if known.is_none_or(|known| known.head < claim.head) {
            self.room_listed(world, device, claim);
        }
    }

    fn room_listed(&self, world: &mut World, device: Device, claim: Claim) {
        let room = &mut world.clients[device].room;
        room.listed = Some(true);
        room.claim = Some(claim);
        room.stating.iter_mut().for_each(|it| it.relisted = true);
        let verified = room.window.map_or(room.verified, |window| window.head);
        if claim.head < verified {
            world.alarm = Some("the server came back with less than was verified");
        }
        self.load_epochs(world, device);
    }

    /// All epochs that are missing are asked for together, since only the last of them can still change.
    fn load_epochs(&self, world: &mut World, device: Device) {
        let Some(last) = world.clients[device].room.claim.map(|claim| claim.epoch) else {
            return;
        };
        if world.clients[device].room.asked_opens {
            return;
        }
        if self
            .epoch(world, device)
            .is_some_and(|loaded| loaded >= last)
        {
            return self.catch_up(world, device);
        }
        let it = &mut world.clients[device];
        if it.room.window.is_none() {
            it.room.anchor = it.room.verified;
        }
        // Where the line is down the welcome lists the room again.
        if it.link == Link::Up {
            it.room.asked_opens = true;
            it.asked.push_back(Request::Opens { to: last });
        }
    }

    pub fn catch_up(&self, world: &mut World, device: Device) {
        let epoch = self.epoch(world, device);
        let it = &mut world.clients[device];
        let (room, Some(epoch)) = (&mut it.room, epoch) else {
            return;
        };
        if it.link != Link::Up || room.asked_newer || room.asked_opens {
            return;
        }
        let Some(claim) = room.claim else { return };
        let anchor = if self.is(Broken::AnchoredBehindOpens) {
            room.verified
        } else {
            room.anchor
        };
        if room.window.is_none() && 0 < anchor && anchor <= claim.head {
            room.window = Some(Window {
                base: anchor,
                head: anchor,
            });
        }
        let from = match room.window {
            Some(window) => window.head + 1,
            None => world.server.header(epoch).0,
        };
        if from <= claim.head {
            room.asked_newer = true;
            it.asked.push_back(Request::History {
                from,
                to: claim.head,
                current: true,
            });
        }
    }

    fn page(&self, world: &mut World, device: Device, from: Seq, to: Seq, asked: bool) {
        let room = &mut world.clients[device].room;
        if asked {
            room.asked_newer = false;
            if room.window.is_none() {
                room.window = Some(Window {
                    base: from - 1,
                    head: from - 1,
                });
            }
        }
        let head = room.window.map_or(0, |window| window.head);
        if asked && to < from && room.claim.is_some_and(|claim| claim.head > head) {
            world.alarm = Some("the server says that there is more than it hands out");
        }
        for seq in from.max(head + 1)..=to {
            keep(&mut room.ahead, seq);
        }
        self.drain(world, device);
    }

    /// `Engine::room_left`.
    pub fn room_left(&self, world: &mut World, device: Device) {
        world.clients[device].room.listed = Some(false);
        self.shut(world, device);
    }

    /// `Engine::shut`: messages stay for the person to keep or to drop, once it is known that they are not stored.
    fn shut(&self, world: &mut World, device: Device) {
        let at_once = self.is(Broken::FailedBeforeAnswer);
        for item in &mut world.clients[device].room.outbox {
            if !matches!(item.stage, Stage::Acknowledged(_))
                && (item.stage != Stage::Sent || at_once)
            {
                item.stage = Stage::Failed;
            }
        }
        self.answer_reveals(world, device);
    }
}
