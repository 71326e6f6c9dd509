//! The server: one writer, so that each of these is one step. `backend/src/sending.rs`, `backend/src/hub.rs` and `backend/src/requests.rs`.

mod submit;

use crate::{model::Model, rosters::Said, scenario::Broken, world::*};
use std::rc::Rc;

impl Model {
    /// `Backend::open`: between two commits the connection gets the welcome and hears from then on; what its cursor missed is read later.
    pub fn hello(&self, world: &mut World, device: Device) {
        let claim = world.server.claim();
        let member = self.is_member(world, world.clients[device].user);
        let it = &mut world.clients[device];
        it.link = Link::Open;
        it.hears = member;
        it.down.push_back(Frame::Welcome(member.then_some(claim)));
        if let Some(Window { head, .. }) = it.room.window
            && member
            && claim.head > head
        {
            it.asked.push_back(Request::Missed { after: head });
        }
    }

    /// `sending::judge` and `sending::append`: the acknowledgement goes to the connection that asked, before the entry.
    pub fn send(&self, world: &mut World, Send { device, token }: Send, reply: bool) {
        let judged = self.judge(world, device, token);
        let answer = match judged {
            Ok(seq) => Frame::Ack(token.message, seq),
            Err(refusal) => Frame::Refused(token.message, refusal),
        };
        let new = judged.is_ok_and(|seq| seq > world.server.head());
        if new {
            self.append(world, Entry::Sealed { device, token });
        }
        if reply {
            world.clients[device].down.push_back(answer);
        }
        if new {
            self.publish(world, world.server.head());
        }
    }

    /// Where the message stands, or will stand.
    fn judge(&self, world: &World, device: Device, token: Token) -> Result<Seq, Refusal> {
        let server = &world.server;
        let same_id = |it: &Logged| matches!(it.entry, Entry::Sealed { device: by, token: it } if by == device && it.message == token.message);
        if let Some(place) = server.log.iter().position(same_id)
            && !self.is(Broken::IdsForgotten)
        {
            return match server.log[place].entry == (Entry::Sealed { device, token }) {
                true => Ok(place as Seq + 1),
                false => Err(Refusal::Malformed),
            };
        }
        let Logged { epoch, roster, .. } = server.last();
        if !self.rosters.has(roster, world.clients[device].user) {
            return Err(Refusal::NotMember);
        }
        let due = self.rosters.rotation_due(roster) && !self.is(Broken::SealedAfterLeaveTaken);
        match (epoch == token.chain.epoch || self.is(Broken::OldEpochTaken)) && !due {
            true => Ok(server.head() + 1),
            false => Err(Refusal::StaleEpoch(epoch)),
        }
    }

    /// An entry that was found to be right goes to the end of the log.
    pub fn append(&self, world: &mut World, entry: Entry) {
        let Logged { epoch, roster, .. } = world.server.last();
        let said = match entry {
            Entry::Sealed { .. } | Entry::Wrap { .. } => None,
            Entry::Header { author, .. } => Some((author, Said::Header(roster))),
            Entry::Join(user) => Some((user, Said::Join)),
            Entry::Leave(user) => Some((user, Said::Leave)),
            Entry::Remove { by, user } => Some((by, Said::Remove(user))),
            Entry::HandOver { by, to } => Some((by, Said::HandOver(to))),
        };
        let after = said.map(|(sender, said)| self.rosters.apply(roster, sender, said));
        let logged = Logged {
            entry,
            epoch: match entry {
                Entry::Header { epoch, .. } => epoch,
                _ => epoch,
            },
            roster: after.map_or(roster, |it| it.expect("it was asked before")),
        };
        Rc::make_mut(&mut world.server).log.push(logged);
    }

    /// `hub::State::publish`: what one transaction committed comes together.
    pub fn publish(&self, world: &mut World, from: Seq) {
        let to = world.server.head();
        for it in world.clients.which(|it| it.hears && from <= to) {
            it.down.push_back(Frame::Entries { from, to });
        }
    }

    /// `hub::State::change_rooms`.
    pub fn tell(&self, world: &mut World, user: User, hears: bool, frame: Frame) {
        for it in world
            .clients
            .which(|it| it.user == user && it.is_connected())
        {
            it.hears = hears;
            it.down.push_back(frame);
        }
    }

    /// `Backend::work_off`: reads what is committed by now.
    pub fn serve(&self, world: &mut World, device: Device) {
        let (head, user) = (world.server.head(), world.clients[device].user);
        let member = self.is_member(world, user);
        let Some(request) = world.clients[device].asked.pop_front() else {
            return;
        };
        let frame = match request {
            _ if !member => Frame::Failed(request),
            Request::Missed { after } => Frame::Page {
                from: after + 1,
                to: head,
                asked: false,
            },
            Request::History { from, to, current } => Frame::Page {
                from,
                to: to.min(head),
                asked: current,
            },
            Request::Opens { to } => Frame::Opens(world.server.last_open(to)),
        };
        world.clients[device].down.push_back(frame);
    }

    /// `Backend::vault_put`. Versions, conflicts and merging come down to a union, also on the side of whoever wrote: they read what others
    /// wrote before they wrote.
    pub fn put(&self, world: &mut World, device: Device, item: &Vault) {
        let user = world.clients[device].user;
        let vault = &mut Rc::make_mut(&mut world.server).vaults[user as usize];
        for secret in &item.secrets {
            keep(&mut vault.secrets, *secret);
        }
        vault.head = vault.head.max(item.head);
        // `hub::Event::Vault`.
        let others = (0..)
            .zip(&mut world.clients.0)
            .filter(|(other, it)| *other != device && it.user == user && it.is_connected());
        for (_, it) in others {
            Rc::make_mut(it).down.push_back(Frame::VaultChanged);
        }
    }

    pub fn is_member(&self, world: &World, user: User) -> bool {
        self.rosters.has(world.server.last().roster, user)
    }
}

impl Client {
    /// Whether the server has this client's connection.
    pub fn is_connected(&self) -> bool {
        matches!(self.link, Link::Open | Link::Up)
    }
}
