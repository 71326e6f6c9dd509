//! `client/src/engine/rotation.rs`.

use super::random;
use crate::{model::Model, scenario::Broken, world::*};

impl Model {
    /// `Engine::reveal_key`: the key is shown to a device, or another one is wanted.
    pub fn reveal_key(&self, world: &mut World, device: Device, to: Option<Device>) {
        let since = None;
        world.clients[device]
            .room
            .reveals
            .push(Reveal { to, since });
        self.answer_reveals(world, device);
    }

    /// `Engine::answer_reveals`. That a room hides its history is left out.
    pub fn answer_reveals(&self, world: &mut World, device: Device) {
        let room = &mut world.clients[device].room;
        if room.reveals.is_empty() {
            return;
        }
        if room.listed == Some(false) {
            return room.reveals.clear();
        }
        let Some(epoch) = self.epoch(world, device) else {
            return;
        };
        let room = &world.clients[device].room;
        if room.claim.is_some_and(|claim| claim.epoch > epoch) || room.window.is_none() {
            return;
        }
        let has_key = self.has_key(world, device, epoch);
        let due = self.rotation_due(world, device);
        let may_rotate = self.may_rotate(world, device);
        let (_, _, secret) = world.server.header(epoch);
        let mut shown = Vec::new();
        world.clients[device].room.reveals.retain_mut(|reveal| {
            let is_old = *reveal.since.get_or_insert(epoch) == epoch;
            let waits = due || (is_old && reveal.to.is_none() && may_rotate);
            shown.extend(reveal.to.filter(|_| !waits && has_key));
            waits
        });
        if !world.clients[device].room.reveals.is_empty() {
            self.rotate(world, device);
        }
        for to in shown {
            self.join(world, to, secret);
        }
    }

    /// `Roster::may_rotate`, as this device knows the roster.
    pub fn may_rotate(&self, world: &World, device: Device) -> bool {
        let it = &world.clients[device];
        self.rosters
            .may_rotate(world.server.at(it.room.opens).roster, it.user)
    }

    /// `Room::owes_key`.
    pub fn owes_key(&self, world: &World, device: Device) -> bool {
        let Client { user, room, .. } = &world.clients[device];
        let epoch = self.epoch(world, device);
        let known = world.server.log.iter().take(room.opens as usize);
        let took_out = |it: &Logged| matches!(it.entry, Entry::Remove { by, .. } if by == *user);
        let mut ours = known.filter(|it| Some(it.epoch) == epoch);
        self.rotation_due(world, device) && ours.any(took_out)
    }

    /// `Engine::rotate`. The vault gets the new secret first.
    pub fn rotate(&self, world: &mut World, device: Device) {
        let behind = self.is_behind(world, device);
        let Some(epoch) = self.epoch(world, device) else {
            return;
        };
        let it = &mut world.clients[device];
        let room = &mut it.room;
        if room.retry {
            return;
        }
        if room.rotation.is_some() || behind {
            room.retry = true;
            return;
        }
        let secret = random(device, epoch + 1, &mut it.made.secrets);
        keep(&mut room.secrets, (epoch + 1, secret));
        room.due = true;
        room.rotation = Some(secret);
        room.waiting = Some(Waiting::Rotate);
        if self.is(Broken::SubmittedBeforeVault) {
            self.submit_rotation(world, device);
        }
    }

    /// `Engine::submit_rotation`: over the roster as it stands here by now.
    pub fn submit_rotation(&self, world: &mut World, device: Device) {
        let it = &world.clients[device];
        let (Some(secret), Some(_)) = (it.room.rotation, it.room.window) else {
            return self.rotation_lost(world, device);
        };
        let (opens, me) = (it.room.opens, it.user);
        let Logged { epoch, roster, .. } = world.server.at(opens);
        let members = match self.is(Broken::WrapsForTheGone) {
            true => self
                .rosters
                .members(world.server.at(world.server.header(epoch).0).roster),
            false => self.rosters.members(roster),
        };
        let wraps = members & !(1 << me);
        self.submit_call(
            world,
            device,
            epoch + 1,
            opens,
            Kind::Rotate {
                secret,
                roster,
                wraps,
            },
        );
    }

    /// `Engine::rotated`.
    pub fn rotated(&self, world: &mut World, device: Device, result: Result<Claim, Refusal>) {
        match result {
            Ok(claim) => {
                self.room_answered(world, device, claim);
                // `retry_at` is due at once.
                world.clients[device].room.retry = false;
                self.answer_reveals(world, device);
            }
            Err(error) => {
                self.rotation_lost(world, device);
                if !matches!(error, Refusal::StaleOpen | Refusal::StaleEpoch(_)) {
                    world.clients[device].room.reveals.clear();
                }
            }
        }
    }

    fn rotation_lost(&self, world: &mut World, device: Device) {
        let room = &mut world.clients[device].room;
        room.rotation = None;
        room.retry = true;
    }
}
