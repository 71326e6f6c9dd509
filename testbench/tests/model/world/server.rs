//! The server: the log and the vaults.

use super::{Claim, Device, Epoch, Message, Secret, Seq, User};
use crate::rosters::RosterId;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Server {
    /// Entry n stands at n - 1.
    pub log: Vec<Logged>,
    /// Each user's vault item of the room.
    pub vaults: Vec<Vault>,
}

/// An entry, and how things stand behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Logged {
    pub entry: Entry,
    pub epoch: Epoch,
    pub roster: RosterId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Entry {
    Header {
        epoch: Epoch,
        author: User,
        secret: Secret,
    },
    Wrap {
        to: User,
        secret: Secret,
    },
    Join(User),
    Leave(User),
    Remove {
        by: User,
        user: User,
    },
    HandOver {
        by: User,
        to: User,
    },
    Sealed {
        device: Device,
        token: Token,
    },
}

/// A sealed message: what stands in its body. `prev` is the message before it in its chain, 0 for the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Token {
    pub chain: Chain,
    pub prev: Message,
    pub seen: Seq,
    pub message: Message,
}

/// The end of a device's chain: `device` is the random id in the body, which is new with every chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Chain {
    pub device: u8,
    pub epoch: Epoch,
    pub n: u8,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Vault {
    pub secrets: Vec<(Epoch, Secret)>,
    pub head: Seq,
}

impl Server {
    pub fn head(&self) -> Seq {
        self.log.len() as Seq
    }

    pub fn at(&self, seq: Seq) -> Logged {
        self.log[seq as usize - 1]
    }

    pub fn last(&self) -> Logged {
        self.at(self.head())
    }

    pub fn claim(&self) -> Claim {
        Claim {
            epoch: self.last().epoch,
            head: self.head(),
        }
    }

    /// The last open entry of an epoch so far.
    pub fn last_open(&self, epoch: Epoch) -> Seq {
        let open = |it: &Logged| it.epoch <= epoch && !matches!(it.entry, Entry::Sealed { .. });
        self.log
            .iter()
            .rposition(open)
            .map_or(0, |index| index as Seq + 1)
    }

    /// An epoch's secret by its header's commitment, and the header's place.
    pub fn header(&self, epoch: Epoch) -> (Seq, User, Secret) {
        let mut places = (1..).zip(&self.log);
        let found = places.find_map(|(seq, it)| match it.entry {
            Entry::Header { author, secret, .. } if it.epoch == epoch => {
                Some((seq, author, secret))
            }
            _ => None,
        });
        found.expect("every epoch that anyone names has begun")
    }
}
