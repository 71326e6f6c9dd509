//! Open entries that come in: `backend/src/rooms/submit.rs`.

use crate::{model::Model, rosters::Said, scenario::Broken, world::*};

impl Model {
    /// `rooms::submit::submit`: all or nothing, against the last open entry.
    pub fn submit(&self, world: &mut World, by: Option<Device>, what: Statement) {
        let before = world.server.head();
        let result = self.take(world, what);
        // Whoever comes or goes hears the entry that says so: `hub::Event::Joined` is before it, `Left` behind it.
        if let (Ok(claim), Kind::Join(_)) = (result, what.kind) {
            self.tell(world, what.sender, true, Frame::Room(claim));
        }
        self.publish(world, before + 1);
        match (result, what.kind) {
            (Ok(_), Kind::Leave) => self.tell(world, what.sender, false, Frame::RoomLeft),
            (Ok(_), Kind::Remove(user)) => self.tell(world, user, false, Frame::RoomLeft),
            _ => {}
        }
        if let Some(to) = by {
            let answer = Call::Answer { to, what, result };
            world.calls.push(answer);
        }
    }

    fn take(&self, world: &mut World, what: Statement) -> Result<Claim, Refusal> {
        let server = &world.server;
        let Logged { epoch, roster, .. } = server.last();
        let Statement { sender, kind, .. } = what;
        // `check_place`.
        if self.rosters.members(roster) == 0 {
            return Err(Refusal::Unknown);
        }
        let expected = match (kind, self.rosters.has(roster, sender)) {
            (Kind::Join(_), true) => return Err(Refusal::AlreadyMember),
            (Kind::Join(_), false) => epoch,
            (_, false) => return Err(Refusal::NotMember),
            (Kind::Rotate { .. }, true) => epoch + 1,
            _ => epoch,
        };
        let compares = !self.is(Broken::NoCompareAndSwap) || !matches!(kind, Kind::Rotate { .. });
        if compares && what.epoch != expected {
            return Err(Refusal::StaleEpoch(epoch));
        }
        if compares && what.prev_open != server.last_open(epoch) {
            return Err(Refusal::StaleOpen);
        }
        match kind {
            Kind::Join(secret) => {
                self.rosters
                    .apply(roster, sender, Said::Join)
                    .map_err(refusal)?;
                // `check_join`: the join signature is by the epoch's own key.
                if secret != server.header(epoch).2 {
                    return Err(Refusal::Malformed);
                }
                self.append(world, Entry::Join(sender));
            }
            Kind::Leave => {
                self.rosters
                    .apply(roster, sender, Said::Leave)
                    .map_err(refusal)?;
                self.append(world, Entry::Leave(sender));
            }
            Kind::Remove(user) => {
                self.rosters
                    .apply(roster, sender, Said::Remove(user))
                    .map_err(refusal)?;
                self.append(world, Entry::Remove { by: sender, user });
            }
            Kind::HandOver(to) => {
                self.rosters
                    .apply(roster, sender, Said::HandOver(to))
                    .map_err(refusal)?;
                self.append(world, Entry::HandOver { by: sender, to });
            }
            Kind::Rotate {
                secret,
                roster: over,
                wraps,
            } => {
                self.rosters
                    .apply(roster, sender, Said::Header(over))
                    .map_err(refusal)?;
                // `check_rotation`: a wrap for each other member, nobody else.
                let others = self.rosters.members(roster) & !(1 << sender);
                if wraps != others && !self.is(Broken::WrapsForTheGone) {
                    return Err(Refusal::Malformed);
                }
                self.append(
                    world,
                    Entry::Header {
                        epoch: what.epoch,
                        author: sender,
                        secret,
                    },
                );
                for to in (0..8).filter(|user| wraps & 1 << user != 0) {
                    self.append(world, Entry::Wrap { to, secret });
                }
            }
        }
        Ok(world.server.claim())
    }
}

/// `rooms::refusal`.
fn refusal(error: protocol::roster::RosterError) -> Refusal {
    use protocol::roster::RosterError as E;
    match error {
        E::AlreadyMember => Refusal::AlreadyMember,
        E::NotMember => Refusal::NotMember,
        E::NotAllowed => Refusal::NotAllowed,
        E::RotationDue => Refusal::RotationDue,
        _ => Refusal::Malformed,
    }
}
