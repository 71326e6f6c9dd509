//! The items of a room's timeline.

use protocol::{Seq, Time, UserId};
use serde::{Deserialize, Serialize};

/// Names an item for as long as the room is open, also across sending and acknowledgement.
pub type ItemKey = String;

/// One item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineItem {
    /// Stable name.
    pub key: ItemKey,
    /// Sorts the timeline: the seq, or beyond all seqs while not yet stored.
    pub order: u64,
    /// The seq, once stored.
    pub seq: Option<Seq>,
    /// When it was sent, by the sender's clock; for events when the server took it.
    pub at: Time,
    /// What it is.
    pub kind: ItemKind,
}

/// What an item is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ItemKind {
    /// Somebody's message.
    Message {
        /// Whose.
        sender: Sender,
        /// What it says.
        text: String,
        /// How far it got; for other people's always [`Delivery::Sent`].
        delivery: Delivery,
    },
    /// A message that its author, or an admin, took back.
    Deleted {
        /// Whose it was.
        sender: Sender,
        /// By whom, if not by its author: their name.
        by: Option<String>,
    },
    /// Something that happened: someone joined or left, the key changed.
    Event {
        /// In words.
        text: String,
    },
    /// An entry that could not be opened or does not verify, shown in its place.
    Broken {
        /// What that means, in words.
        sentence: String,
        /// What was seen exactly.
        details: String,
    },
}

/// A message's sender.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    /// User id.
    pub user: UserId,
    /// Display name, or the username where there is none.
    pub name: String,
    /// Username.
    pub username: String,
    /// Whether it is this person.
    pub me: bool,
}

/// How far an own message got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Delivery {
    /// In the outbox; goes out by itself.
    Sending,
    /// Stored by the server.
    Sent,
    /// Refused; stays until the person tries again or drops it.
    Failed {
        /// Why, in words.
        sentence: String,
    },
}
