//! The abstract world: one room, its server, the clients, and what is on its way between them. All that can tell two situations apart is
//! in here, and nothing else, so that equal worlds are explored once.
//!
//! The server is honest, so an entry is named by its place in the log, and what a client took in is a place up to which it did. Bodies,
//! keys and ids are small numbers; equal numbers stand for equal bytes.

mod client;
mod server;
mod wire;

pub use client::*;
pub use server::*;
pub use wire::*;

use std::{
    ops::{Index, IndexMut},
    rc::Rc,
};

/// One person; several clients may be theirs.
pub type User = u8;
/// One device, by its index in [`World::clients`].
pub type Device = u8;
/// A place in the log; 0 for none.
pub type Seq = u8;
/// Counts keys from 1.
pub type Epoch = u8;
/// A room secret: equal numbers are equal bytes.
pub type Secret = u8;
/// What a person said, once.
pub type Message = u8;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    pub server: Rc<Server>,
    pub clients: Clients,
    /// Calls over HTTP and their answers, in no order; a client that starts anew forgets its calls, but they may arrive.
    pub calls: Vec<Call>,
    /// Messages on connections that their client has given up; they may arrive.
    pub strays: Vec<Send>,
    /// What people may still do, by its place in the scenario's list.
    pub wishes: u16,
    /// How many bad things may still happen.
    pub mishaps: u8,
    /// Which secrets were handed to whom beside the log.
    pub invited: Vec<(User, Secret)>,
    /// Everything that ever was on a wire.
    pub sent: Vec<Token>,
    /// Messages that went with the room that their writer left.
    pub dropped: Vec<Message>,
    /// What a client would have told its person about an honest server.
    pub alarm: Option<&'static str>,
}

/// Shared between worlds until changed, since a step changes one or two.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Clients(pub Vec<Rc<Client>>);

impl World {
    /// Drops what can't matter any more, so that more worlds are equal: the order of calls; secrets of rotations that lost their race, which
    /// open nothing; what was on a wire under an epoch under which its device seals no more.
    pub fn forget(&mut self) {
        self.calls.sort_unstable();
        let newest = self.server.last().epoch;
        let server = self.server.clone();
        let lost = |(epoch, secret): &(Epoch, Secret)| {
            *epoch <= newest && server.header(*epoch).2 != *secret
        };
        for place in 0..self.clients.0.len() as Device {
            if self.clients[place].room.secrets.iter().any(lost) {
                self.clients[place].room.secrets.retain(|it| !lost(it));
            }
        }
        if server
            .vaults
            .iter()
            .any(|vault| vault.secrets.iter().any(lost))
        {
            for vault in &mut Rc::make_mut(&mut self.server).vaults {
                vault.secrets.retain(|it| !lost(it));
            }
        }
        let clients = &self.clients;
        self.sent.retain(|token| {
            let opens = clients[token.message >> 4].room.opens;
            token.chain.epoch
                >= if opens == 0 {
                    newest
                } else {
                    server.at(opens).epoch
                }
        });
    }
}

impl Clients {
    pub fn iter(&self) -> impl Iterator<Item = (Device, &Client)> {
        (0..).zip(self.0.iter().map(Rc::as_ref))
    }

    /// Those of a kind, to be changed.
    pub fn which(&mut self, kind: impl Fn(&Client) -> bool) -> impl Iterator<Item = &mut Client> {
        self.0
            .iter_mut()
            .filter(move |it| kind(it))
            .map(Rc::make_mut)
    }
}

impl Index<Device> for Clients {
    type Output = Client;

    fn index(&self, device: Device) -> &Client {
        &self.0[device as usize]
    }
}

impl IndexMut<Device> for Clients {
    fn index_mut(&mut self, device: Device) -> &mut Client {
        Rc::make_mut(&mut self.0[device as usize])
    }
}

/// Adds to a list that is kept sorted, once.
pub fn keep<T: Ord>(list: &mut Vec<T>, it: T) -> bool {
    match list.binary_search(&it) {
        Ok(_) => false,
        Err(place) => {
            list.insert(place, it);
            true
        }
    }
}
