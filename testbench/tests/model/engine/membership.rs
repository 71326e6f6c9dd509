//! `client/src/engine/membership.rs`.

use crate::{model::Model, scenario::Broken, world::*};

impl Model {
    /// `Engine::call` with `ApiRequest::RoomSubmit`.
    pub fn submit_call(
        &self,
        world: &mut World,
        device: Device,
        epoch: Epoch,
        prev_open: Seq,
        kind: Kind,
    ) {
        let sender = world.clients[device].user;
        let what = Statement {
            sender,
            epoch,
            prev_open,
            kind,
        };
        world.calls.push(Call::Submit {
            by: Some(device),
            what,
        });
    }

    /// `Engine::answered`, by the flow that the call belongs to.
    pub fn answered(
        &self,
        world: &mut World,
        device: Device,
        what: Statement,
        result: Result<Claim, Refusal>,
    ) {
        match (what.kind, result) {
            (Kind::Rotate { .. }, result) => self.rotated(world, device, result),
            (Kind::Leave | Kind::Remove(_) | Kind::HandOver(_), result) => {
                self.stated(world, device, result)
            }
            // `Engine::membership_answered`.
            (Kind::Join(_), Ok(claim)) => self.room_answered(world, device, claim),
            (Kind::Join(secret), Err(Refusal::StaleOpen)) => {
                self.submit_join(world, device, secret)
            }
            // The person is told, or another device of theirs was faster.
            (Kind::Join(_), Err(_)) => {}
        }
    }

    /// `Engine::room_found` for the first time: the key is looked at, and its secret kept. A key that is over finds no room.
    pub fn join(&self, world: &mut World, device: Device, secret: Secret) {
        let (epoch, user) = (world.server.last().epoch, world.clients[device].user);
        keep(&mut world.invited, (user, secret));
        if world.clients[device].link != Link::Up || world.server.header(epoch).2 != secret {
            return;
        }
        let room = &mut world.clients[device].room;
        if keep(&mut room.secrets, (epoch, secret)) {
            self.try_secrets(world, device, &[(epoch, secret)]);
        }
        let member = self.is_member(world, user);
        let room = &mut world.clients[device].room;
        room.due = true;
        room.waiting = (!member).then_some(Waiting::Join(secret));
        self.end_turn(world, device);
    }

    /// `Engine::room_found` for the second time: the join follows what was found.
    pub fn submit_join(&self, world: &mut World, device: Device, secret: Secret) {
        let Logged { epoch, roster, .. } = world.server.last();
        let found = world.server.header(epoch).2 == secret;
        let user = world.clients[device].user;
        if found && !self.rosters.has(roster, user) && !self.rosters.rotation_due(roster) {
            let prev_open = world.server.last_open(epoch);
            self.submit_call(world, device, epoch, prev_open, Kind::Join(secret));
        }
    }

    /// `Engine::has_left`: what was not sent goes with the room, unless the person may be back.
    pub fn has_left(&self, world: &mut World, device: Device, relisted: bool) {
        if relisted && !self.is(Broken::LeftWhenBack) {
            return;
        }
        let it = &mut world.clients[device];
        it.room.listed = Some(false);
        for item in it.room.outbox.drain(..) {
            keep(&mut world.dropped, item.message);
        }
        it.disk.outbox.clear();
    }
}
