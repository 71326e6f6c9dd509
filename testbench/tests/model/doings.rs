//! What people do, and what goes wrong.

use crate::{
    model::Model,
    rosters::Said,
    scenario::{Peril, Wish},
    world::*,
};

impl Model {
    /// False if the person can't do that now.
    pub fn wish(&self, world: &mut World, wish: Wish) -> bool {
        let (Wish::Say(device)
        | Wish::Leave(device)
        | Wish::Remove(device, _)
        | Wish::HandOver(device, _)
        | Wish::Invite(device, _)
        | Wish::Rotate(device)
        | Wish::Retry(device)
        | Wish::KeepHead(device)) = wish;
        let it = &mut world.clients[device];
        let (me, room) = (it.user, &mut it.room);
        let is_in = it.link == Link::Up && room.listed == Some(true) && room.opens > 0;
        let (opens, verified) = (room.opens, room.verified);
        let can = match wish {
            Wish::Say(_) => it.link != Link::Gone && room.listed != Some(false) && opens > 0,
            Wish::Leave(_) | Wish::Invite(..) => is_in,
            Wish::Remove(_, other) => {
                is_in
                    && self
                        .rosters
                        .may(world.server.at(opens).roster, me, Said::Remove(other))
            }
            Wish::HandOver(_, other) => {
                is_in
                    && self
                        .rosters
                        .may(world.server.at(opens).roster, me, Said::HandOver(other))
            }
            Wish::Rotate(_) => is_in && self.may_rotate(world, device),
            Wish::Retry(_) => {
                room.listed != Some(false)
                    && room.outbox.iter().any(|item| item.stage == Stage::Failed)
            }
            Wish::KeepHead(_) => is_in && verified > world.server.vaults[me as usize].head,
        };
        if !can {
            return false;
        }
        match wish {
            Wish::Say(_) => self.say(world, device),
            Wish::Leave(_) => self.state(world, device, Kind::Leave),
            Wish::Remove(_, other) => self.state(world, device, Kind::Remove(other)),
            Wish::HandOver(_, other) => self.state(world, device, Kind::HandOver(other)),
            Wish::Invite(_, to) => self.reveal_key(world, device, Some(to)),
            Wish::Rotate(_) => self.reveal_key(world, device, None),
            Wish::Retry(_) => self.retry(world, device),
            Wish::KeepHead(_) => {
                let head = verified;
                self.put(
                    world,
                    device,
                    &Vault {
                        secrets: Vec::new(),
                        head,
                    },
                );
            }
        }
        self.end_turn(world, device);
        world.forget();
        true
    }

    /// False if it can't happen now.
    pub fn mishap(&self, world: &mut World, peril: Peril, other: bool) -> bool {
        let (Peril::Line(device)
        | Peril::Crash(device)
        | Peril::Gone(device)
        | Peril::Calls(device)
        | Peril::Busy(device)) = peril;
        let link = world.clients[device].link;
        match peril {
            _ if link == Link::Gone => return false,
            Peril::Line(_) => {
                if other || link == Link::Down {
                    return false;
                }
                self.lost(world, device);
            }
            Peril::Crash(_) | Peril::Gone(_) if other => return false,
            Peril::Crash(_) => self.reload(world, device),
            Peril::Gone(_) => {
                self.reload(world, device);
                world.clients[device].link = Link::Gone;
            }
            Peril::Calls(_) => return self.lose_call(world, device, other),
            Peril::Busy(_) => {
                let it = &mut world.clients[device];
                let Some(sent) = it.up.pop_front().filter(|_| !other) else {
                    return false;
                };
                it.down
                    .push_back(Frame::Refused(sent.token.message, Refusal::Busy));
            }
        }
        true
    }

    /// A call is lost on its way, or its answer is.
    fn lose_call(&self, world: &mut World, device: Device, vault: bool) -> bool {
        if vault {
            let writes = world.clients[device].room.writing.is_some();
            self.vault_unanswered(world, device, true);
            self.end_turn(world, device);
            return writes;
        }
        let mut lost = false;
        for call in &mut world.calls {
            match *call {
                Call::Submit { by: Some(to), what } | Call::Answer { to, what, .. }
                    if to == device && !lost =>
                {
                    *call = Call::Answer {
                        to,
                        what,
                        result: Err(Refusal::Unreachable),
                    };
                    lost = true;
                }
                _ => {}
            }
        }
        lost
    }
}
