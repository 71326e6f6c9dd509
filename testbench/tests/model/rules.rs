//! What must hold in every world, and when a world is at rest.

use crate::{model::Model, world::*};

impl Model {
    /// The rule that a world breaks, if any.
    pub fn broken_rule(&self, world: &World) -> Option<&'static str> {
        let rules = [
            ("an honest server raises no alarm", world.alarm.is_none()),
            ("an epoch has one header", one_header(&world.server)),
            (
                "a sealed entry stands in its epoch, and before anybody left it",
                self.sealed_in_time(&world.server),
            ),
            ("a message is in the log once", once(&world.server)),
            ("a number has one body", one_body(world)),
            (
                "a chain has its numbers in order and no gap",
                in_order(&world.server),
            ),
            ("what is acknowledged is in the log", acknowledged(world)),
            ("nothing that was said is lost", nothing_lost(world)),
            (
                "a failed message is not in the log",
                failed_is_not_stored(world),
            ),
            (
                "the vault has a secret before the server hears of it",
                in_vault(&world.server),
            ),
            (
                "a room with members has one owner",
                self.one_owner(&world.server),
            ),
            (
                "only members and the invited have a secret",
                self.secrets_are_theirs(world),
            ),
        ];
        rules
            .into_iter()
            .find(|(_, holds)| !holds)
            .map(|(rule, _)| rule)
    }

    fn sealed_in_time(&self, server: &Server) -> bool {
        server.log.iter().all(|it| match it.entry {
            Entry::Sealed { token, .. } => {
                token.chain.epoch == it.epoch && !self.rosters.rotation_due(it.roster)
            }
            _ => true,
        })
    }

    fn one_owner(&self, server: &Server) -> bool {
        server.log.iter().all(|it| {
            self.rosters.owners(it.roster) == usize::from(self.rosters.members(it.roster) != 0)
        })
    }

    /// Each epoch's secret is with those of its header's roster and with whom they showed it to. So nobody who left or was taken out has a later one.
    fn secrets_are_theirs(&self, world: &World) -> bool {
        let may_have = |user: User, epoch: Epoch, secret: Secret| {
            if world.server.last().epoch < epoch {
                return true;
            }
            let (header, _, real) = world.server.header(epoch);
            let member = self.rosters.has(world.server.at(header).roster, user);
            secret != real || member || world.invited.contains(&(user, secret))
        };
        let wraps = world.server.log.iter().all(|it| match it.entry {
            Entry::Wrap { to, .. } => self.rosters.has(it.roster, to),
            _ => true,
        });
        let kept = |user: User, secrets: &[(Epoch, Secret)]| {
            secrets
                .iter()
                .all(|(epoch, secret)| may_have(user, *epoch, *secret))
        };
        wraps
            && world
                .clients
                .iter()
                .all(|(_, it)| kept(it.user, &it.room.secrets))
            && (0..)
                .zip(&world.server.vaults)
                .all(|(user, vault)| kept(user, &vault.secrets))
    }

    /// Nothing is on its way, every member who is there has the whole log and its key, and has said what was to be said.
    pub fn is_at_rest(&self, world: &World) -> bool {
        world.calls.is_empty()
            && world
                .clients
                .iter()
                .all(|(device, it)| it.link == Link::Gone || self.rests(world, device, it))
    }

    fn rests(&self, world: &World, device: Device, it: &Client) -> bool {
        let room = &it.room;
        let idle = it.link == Link::Up
            && it.up.is_empty()
            && it.down.is_empty()
            && it.asked.is_empty()
            && room.writing.is_none()
            && room.storing.is_none()
            && room.waiting.is_none()
            && !(room.listing || room.due)
            && room.stating.is_empty()
            && room.reveals.is_empty();
        let member = self.is_member(world, it.user);
        let open = |item: &Item| !matches!(item.stage, Stage::Acknowledged(_) | Stage::Failed);
        idle && room.listed.unwrap_or(false) == member
            && (!member
                || room
                    .window
                    .is_some_and(|window| window.head == world.server.head())
                    && room.opens == world.server.last_open(world.server.last().epoch)
                    && self.can_seal(world, device)
                    && room.rotation.is_none()
                    && !room.outbox.iter().any(open))
    }
}

fn one_header(server: &Server) -> bool {
    let headers = server.log.iter().filter_map(|it| match it.entry {
        Entry::Header { epoch, .. } => Some(epoch),
        _ => None,
    });
    (1..).zip(headers).all(|(number, epoch)| number == epoch)
}

fn sealed(server: &Server) -> impl Iterator<Item = (Seq, Device, Token)> {
    (1..)
        .zip(&server.log)
        .filter_map(|(seq, it)| match it.entry {
            Entry::Sealed { device, token } => Some((seq, device, token)),
            _ => None,
        })
}

fn once(server: &Server) -> bool {
    sealed(server).all(|(seq, _, token)| {
        sealed(server).all(|(other, _, it)| seq == other || it.message != token.message)
    })
}

/// Also what was sent but never stored counts.
fn one_body(world: &World) -> bool {
    world
        .sent
        .windows(2)
        .all(|pair| pair[0].chain != pair[1].chain)
}

/// And so each `prev` is the message before, and each `seen` lies between the epoch's header and the message, and never goes back.
fn in_order(server: &Server) -> bool {
    sealed(server).all(|(seq, _, token)| {
        let same = |it: &Token| {
            it.chain.device == token.chain.device && it.chain.epoch == token.chain.epoch
        };
        let before = sealed(server)
            .take_while(|(place, ..)| *place < seq)
            .map(|(_, _, it)| it)
            .filter(same)
            .last();
        let (n, prev, seen) = match before {
            Some(it) => (it.chain.n, it.message, it.seen),
            None => (0, 0, server.header(token.chain.epoch).0),
        };
        token.chain.n == n + 1 && token.prev == prev && (seen..seq).contains(&token.seen)
    })
}

fn acknowledged(world: &World) -> bool {
    let items = world.clients.iter().flat_map(|(_, it)| &it.room.outbox);
    let told = world.clients.iter().flat_map(|(_, it)| &it.down);
    let items = items.filter_map(|item| match item.stage {
        Stage::Acknowledged(seq) => Some((item.message, seq)),
        _ => None,
    });
    let told = told.filter_map(|frame| match frame {
        Frame::Ack(message, seq) => Some((*message, *seq)),
        _ => None,
    });
    items.chain(told).all(|(message, at)| {
        sealed(&world.server).any(|(seq, _, it)| seq == at && it.message == message)
    })
}

fn nothing_lost(world: &World) -> bool {
    world.clients.iter().all(|(device, it): (Device, _)| {
        let mut said = (1..=it.made.messages).map(|number| device << 4 | number);
        said.all(|message| {
            it.room.outbox.iter().any(|item| item.message == message)
                || it.disk.outbox.iter().any(|(stored, _)| *stored == message)
                || sealed(&world.server).any(|(_, _, token)| token.message == message)
                || world.dropped.contains(&message)
        })
    })
}

/// Or the bytes that are stored are still at hand, so that sending them again gets their answer.
fn failed_is_not_stored(world: &World) -> bool {
    let items = world.clients.iter().flat_map(|(_, it)| &it.room.outbox);
    items
        .filter(|item| item.stage == Stage::Failed)
        .all(|item| {
            sealed(&world.server)
                .all(|(_, _, token)| token.message != item.message || item.sealed == Some(token))
        })
}

fn in_vault(server: &Server) -> bool {
    server.log.iter().all(|it| match it.entry {
        Entry::Header {
            epoch,
            author,
            secret,
        } => server.vaults[author as usize]
            .secrets
            .contains(&(epoch, secret)),
        _ => true,
    })
}
