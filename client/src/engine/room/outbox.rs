//! What waits to be sent in one room. One message is under way at a time, so that the chain of a device never has two ends.

use crate::{
    body::{Content, Deletion},
    secret::Secret32,
};
use protocol::{DeviceId, Entry, Epoch, Hash, MessageId, RoomId, Seq, Time, b64, log::entry_hash};
use rand_core::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Sorts unsent items behind all that the log has.
pub(in crate::engine) const UNSENT: u64 = 1 << 60;

/// The end of this device's chain in one room. Durable before anything that continues it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::engine) struct Chain {
    pub device: DeviceId,
    pub epoch: Epoch,
    /// The number of the last message; 0 for none in this epoch.
    pub n: u64,
    /// Its `B`, or the `E` of the epoch's header.
    pub prev: Hash,
}

/// One thing to send.
#[derive(Clone, Serialize, Deserialize)]
pub(in crate::engine) struct Outgoing {
    pub id: MessageId,
    /// Order within the outbox.
    pub order: u64,
    pub at: Time,
    pub what: Saying,
    /// The token once sealed; sent byte for byte until it is answered.
    pub sealed: Option<SealedItem>,
    /// Whether the server had it and lost it: it goes again only if the person wants that.
    #[serde(default)]
    pub lost: bool,
    #[serde(skip)]
    pub stage: Stage,
}

/// What one can say; the storable side of [`Content`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::engine) enum Saying {
    Text(String),
    RoomName(String),
    DisplayName(String),
    Deletion(Deletion),
}

impl Saying {
    pub fn content(&self) -> Content {
        match self.clone() {
            Self::Text(text) => Content::Text { text },
            Self::RoomName(name) => Content::RoomProfile { name },
            Self::DisplayName(display_name) => Content::MemberProfile { display_name },
            Self::Deletion(deletion) => Content::Deletion(deletion),
        }
    }
}

/// A sealed message on its way.
#[derive(Clone, Serialize, Deserialize)]
pub(in crate::engine) struct SealedItem {
    pub token: String,
    /// The epoch that it is sealed under.
    pub epoch: Epoch,
}

/// How far an outgoing message is. After a reload everything starts as waiting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::engine) enum Stage {
    /// In line.
    #[default]
    Waiting,
    /// Being made durable under this write.
    Storing(u32),
    /// With the server on this connection.
    Sent,
    /// Acknowledged at this seq; the entry itself has not come yet.
    Acknowledged(Seq),
    /// To be sent again, the same bytes, at this time.
    Later(Time),
    /// Refused for good until the person tries again.
    Failed(String),
}

impl Outgoing {
    /// The server had it and lost it.
    pub fn lose(&mut self) {
        self.lost = true;
        self.sealed = None;
        self.stage = Stage::Failed("The server lost this message.".to_owned());
    }
}

#[derive(Default)]
pub(in crate::engine) struct Outbox {
    pub items: VecDeque<Outgoing>,
    pub chain: Option<Chain>,
}

impl Outbox {
    pub fn push(
        &mut self,
        rng: &mut (impl RngCore + CryptoRng),
        at: Time,
        what: Saying,
    ) -> &mut Outgoing {
        let mut id = [0; MessageId::LEN];
        rng.fill_bytes(&mut id);
        let order = self.items.back().map_or(UNSENT, |last| last.order + 1);
        self.items.push_back(Outgoing {
            id: MessageId(id),
            order,
            at,
            what,
            sealed: None,
            lost: false,
            stage: Stage::Waiting,
        });
        let last = self.items.len() - 1;
        &mut self.items[last]
    }

    /// The one whose turn it is: what is sealed has its number already, so that nothing is sealed before it is through; failed ones wait
    /// for the person; the others keep their order.
    pub fn front(&mut self) -> Option<&mut Outgoing> {
        let open =
            |item: &Outgoing| !matches!(item.stage, Stage::Failed(_) | Stage::Acknowledged(_));
        let sealed = self
            .items
            .iter()
            .position(|item| open(item) && item.sealed.is_some());
        let front = sealed.or_else(|| self.items.iter().position(open))?;
        self.items.get_mut(front)
    }

    pub fn find(&mut self, id: &MessageId) -> Option<&mut Outgoing> {
        self.items.iter_mut().find(|item| item.id == *id)
    }

    pub fn remove(&mut self, id: &MessageId) -> Option<Outgoing> {
        let at = self.items.iter().position(|item| item.id == *id)?;
        self.items.remove(at)
    }

    /// Takes the own message that the log has under this `E` out of the outbox.
    pub fn settle(&mut self, entry: &Hash) -> Option<Outgoing> {
        let is_it = |item: &Outgoing| {
            let token = item.sealed.as_ref().map(|sealed| sealed.token.clone());
            token.is_some_and(|token| entry_hash(&Entry::Sealed(token)) == *entry)
        };
        let at = self.items.iter().position(is_it)?;
        self.items.remove(at)
    }

    /// The last place at which the server says that it has something of this outbox.
    pub fn acknowledged(&self) -> Option<Seq> {
        let places = self.items.iter().filter_map(|item| match item.stage {
            Stage::Acknowledged(seq) => Some(seq),
            _ => None,
        });
        places.max()
    }

    /// How many of the person's messages are not stored by the server.
    pub fn unsent(&self) -> usize {
        let open = |item: &&Outgoing| {
            matches!(item.what, Saying::Text(_)) && !matches!(item.stage, Stage::Acknowledged(_))
        };
        self.items.iter().filter(open).count()
    }

    /// What was sealed up to an epoch must be sealed again: the epoch is over, or something in it was refused and might be stored after
    /// all, so that nothing may ever continue a chain in which it has a place.
    pub fn unseal(&mut self, over: Epoch) {
        for item in &mut self.items {
            let is_over = |sealed: &SealedItem| sealed.epoch <= over;
            if !matches!(item.stage, Stage::Acknowledged(_))
                && item.sealed.take_if(|it| is_over(it)).is_some()
                && !matches!(item.stage, Stage::Failed(_))
            {
                item.stage = Stage::Waiting;
            }
        }
        self.chain.take_if(|chain| chain.epoch <= over);
    }

    /// Everything came back from the local store, in no order.
    pub fn restored(&mut self) {
        self.items.make_contiguous().sort_by_key(|item| item.order);
        for item in self.items.iter_mut().filter(|item| item.lost) {
            item.lose();
        }
    }

    /// The server lost all that was acknowledged after a place, and what continues it would have no beginning: what the log never
    /// showed goes out anew. Gives what changed.
    pub fn start_anew(&mut self, after: Seq) -> Vec<Outgoing> {
        for item in &mut self.items {
            if matches!(item.stage, Stage::Acknowledged(seq) if seq > after) {
                item.stage = Stage::Waiting;
            }
        }
        self.unseal(Epoch::MAX);
        let open = |item: &&Outgoing| !matches!(item.stage, Stage::Acknowledged(_));
        self.items.iter().filter(open).cloned().collect()
    }

    /// The line is gone: what was with the server, and did not come back in the log, goes again.
    pub fn line_lost(&mut self) {
        for item in &mut self.items {
            if matches!(
                item.stage,
                Stage::Sent | Stage::Later(_) | Stage::Acknowledged(_)
            ) {
                item.stage = Stage::Waiting;
            }
        }
    }

    /// The clock was set back.
    pub fn set_back(&mut self, by: Time) {
        for item in &mut self.items {
            if let Stage::Later(at) = &mut item.stage {
                *at = at.saturating_sub(by);
            }
        }
    }

    /// When something here is due.
    pub fn timeout(&self) -> Option<Time> {
        self.items
            .iter()
            .filter_map(|item| {
                if let Stage::Later(at) = item.stage {
                    Some(at)
                } else {
                    None
                }
            })
            .min()
    }
}

/// A device id that no chain has yet.
pub(in crate::engine) fn new_device(rng: &mut (impl RngCore + CryptoRng)) -> DeviceId {
    let mut id = [0; DeviceId::LEN];
    id.copy_from_slice(&Secret32::random(rng).as_bytes()[..DeviceId::LEN]);
    DeviceId(id)
}

/// The local store's name of an outgoing message.
pub(in crate::engine) fn stored_name(room: &RoomId, id: &MessageId) -> String {
    format!("outbox/{room}/{}", b64::encode(id.0))
}

/// The local store's name of a room's chain.
pub(in crate::engine) fn chain_name(room: &RoomId) -> String {
    format!("chain/{room}")
}
