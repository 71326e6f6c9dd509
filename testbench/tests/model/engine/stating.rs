//! `client/src/engine/stating.rs`. That an engine gives up after five tries is left out: no scenario comes so far.

use crate::{model::Model, rosters::Said, world::*};

impl Model {
    /// `Engine::state`.
    pub fn state(&self, world: &mut World, device: Device, kind: Kind) {
        let room = &mut world.clients[device].room;
        let (relisted, due) = (false, Due::Now);
        room.stating.push(Stating {
            kind,
            relisted,
            due,
        });
        self.submit_statement(world, device);
    }

    /// `Engine::submit_statement`.
    pub fn submit_statement(&self, world: &mut World, device: Device) {
        let is_settled = !self.is_outdated(world, device);
        let Client { user, room, .. } = &mut world.clients[device];
        let (me, opens) = (*user, room.opens);
        let Some(front) = room.stating.first_mut().filter(|it| it.due == Due::Now) else {
            return;
        };
        front.relisted = false;
        if opens == 0 {
            front.due = Due::Later;
            return;
        }
        let kind = front.kind;
        let Logged { epoch, roster, .. } = world.server.at(opens);
        let said = match kind {
            Kind::Remove(user) => Said::Remove(user),
            Kind::HandOver(user) => Said::HandOver(user),
            _ => Said::Leave,
        };
        // `judge`: of what the roster does not allow, nothing is left to say.
        if is_settled && self.rosters.apply(roster, me, said).is_err() {
            return self.end_statement(world, device, true);
        }
        front.due = Due::Asked;
        self.submit_call(world, device, epoch, opens, kind);
    }

    /// `Engine::stated`.
    pub fn stated(&self, world: &mut World, device: Device, result: Result<Claim, Refusal>) {
        let stating = &mut world.clients[device].room.stating;
        let Some(front) = stating.first_mut().filter(|it| it.due == Due::Asked) else {
            return;
        };
        let leaves = front.kind == Kind::Leave;
        match result {
            Ok(claim) => {
                if !leaves {
                    self.room_answered(world, device, claim);
                }
                self.end_statement(world, device, true);
            }
            Err(Refusal::NotMember | Refusal::Unknown) => self.end_statement(world, device, leaves),
            Err(Refusal::StaleOpen | Refusal::StaleEpoch(_)) => front.due = Due::Later,
            Err(_) => self.end_statement(world, device, false),
        }
    }

    /// `Engine::end_statement`.
    fn end_statement(&self, world: &mut World, device: Device, done: bool) {
        let room = &mut world.clients[device].room;
        let ended = room.stating.remove(0);
        if ended.kind == Kind::Leave && done {
            self.has_left(world, device, ended.relisted);
        }
        self.submit_statement(world, device);
    }
}
