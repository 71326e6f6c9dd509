//! Every step that can come next in a world, and what it leads to.

use crate::{
    model::Model,
    scenario::{Peril, Wish},
    world::*,
};

/// What can happen next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A person wants something.
    Wish(Wish),
    /// Something goes wrong; the second time the other way round.
    Mishap(Peril, bool),
    /// A message of a connection that was given up arrives after all.
    Stray(u8),
    /// A frame reaches the client, the server.
    Frame(Device),
    Send(Device),
    /// The server answers a request.
    Request(Device),
    /// A call arrives, or its answer does.
    Call(u8),
    /// A write of the vault, of the local store ends.
    VaultSaved(Device),
    Stored(Device),
    /// The vault is read because it changed.
    VaultListed(Device),
    /// The client connects: first the vault, then the hello.
    ReadVault(Device),
    Hello(Device),
    /// What waits for its time.
    Tick(Device),
}

impl Step {
    /// Whether it happens by itself, sooner or later.
    pub fn is_due(self) -> bool {
        !matches!(self, Self::Wish(_) | Self::Mishap(..) | Self::Stray(_))
    }
}

impl Model {
    /// All that can happen next, with what it leads to.
    pub fn steps(&self, world: &World, found: &mut Vec<(Step, World)>) {
        for (place, wish) in self.scenario.wishes.iter().enumerate() {
            // Of equal wishes the first goes first.
            let open =
                |(before, other): (usize, &Wish)| other == wish && world.wishes & 1 << before != 0;
            let waits = self
                .scenario
                .wishes
                .iter()
                .enumerate()
                .take(place)
                .any(open);
            if world.wishes & 1 << place != 0 && !waits {
                let mut next = world.clone();
                next.wishes &= !(1 << place);
                if self.wish(&mut next, *wish) {
                    found.push((Step::Wish(*wish), next));
                }
            }
        }
        let mut add = |step| {
            let mut next = world.clone();
            if self.take_step(&mut next, step) {
                next.forget();
                found.push((step, next));
            }
        };
        if world.mishaps > 0 {
            for peril in self.scenario.perils {
                add(Step::Mishap(*peril, false));
                add(Step::Mishap(*peril, true));
            }
        }
        (0..world.strays.len() as u8).for_each(|place| add(Step::Stray(place)));
        (0..world.calls.len() as u8).for_each(|place| add(Step::Call(place)));
        for (device, it) in world.clients.iter() {
            let due = [
                (Step::Frame(device), !it.down.is_empty()),
                (Step::Send(device), !it.up.is_empty()),
                (Step::Request(device), !it.asked.is_empty()),
                (Step::VaultSaved(device), it.room.writing.is_some()),
                (Step::Stored(device), it.room.storing.is_some()),
                (Step::VaultListed(device), it.room.listing),
                (Step::ReadVault(device), it.link == Link::Down),
                (Step::Hello(device), it.link == Link::Opening),
                (Step::Tick(device), it.waits()),
            ];
            due.into_iter()
                .filter(|(_, is)| *is)
                .for_each(|(step, _)| add(step));
        }
    }

    /// False if it can't happen now.
    fn take_step(&self, world: &mut World, step: Step) -> bool {
        let device = match step {
            Step::Wish(_) => return false,
            Step::Mishap(peril, other) => {
                world.mishaps -= 1;
                return self.mishap(world, peril, other);
            }
            Step::Stray(place) => {
                let stray = world.strays.remove(place as usize);
                self.send(world, stray, false);
                return true;
            }
            Step::Call(place) => match world.calls.remove(place as usize) {
                Call::Submit { by, what } => {
                    self.submit(world, by, what);
                    return true;
                }
                Call::Answer { to, what, result } => {
                    self.answered(world, to, what, result);
                    to
                }
            },
            Step::Send(device) => {
                let sent = world.clients[device].up.pop_front();
                sent.into_iter()
                    .for_each(|sent| self.send(world, sent, true));
                return true;
            }
            Step::Request(device) => {
                self.serve(world, device);
                return true;
            }
            Step::Hello(device) => {
                self.hello(world, device);
                return true;
            }
            Step::Frame(device) => {
                self.frame(world, device);
                device
            }
            Step::VaultSaved(device) => {
                self.vault_saved(world, device);
                device
            }
            Step::Stored(device) => {
                self.stored(world, device);
                device
            }
            Step::VaultListed(device) => {
                self.vault_listed(world, device);
                device
            }
            Step::ReadVault(device) => {
                self.read_vault(world, device);
                device
            }
            Step::Tick(device) => {
                self.tick(world, device);
                device
            }
        };
        self.end_turn(world, device);
        true
    }
}

impl Client {
    /// Whether something waits for its time. The wait is longer than a frame's way: else an engine that lost a race could make new secrets
    /// without end before it hears who won.
    fn waits(&self) -> bool {
        let later = |item: &Item| item.stage == Stage::Later;
        let statement = |it: &Stating| it.due == Due::Later;
        let room = &self.room;
        let waits =
            room.retry || room.outbox.iter().any(later) || room.stating.iter().any(statement);
        waits && self.link == Link::Up && self.down.is_empty() && self.asked.is_empty()
    }
}
