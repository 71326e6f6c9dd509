//! A client: its connection, what its engine has in memory, and what its local store has.

use super::{
    Chain, Device, Epoch, Frame, Kind, Message, Request, Secret, Send, Seq, Token, User, Vault,
};
use std::collections::VecDeque;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Client {
    pub user: User,
    pub link: Link,
    /// Frames on the open connection, by direction.
    pub up: VecDeque<Send>,
    pub down: VecDeque<Frame>,
    /// Requests that the server works off beside the commit queue.
    pub asked: VecDeque<Request>,
    /// Whether the server sends this connection the room's entries.
    pub hears: bool,
    pub room: Room,
    /// What the local store has.
    pub disk: Disk,
    pub made: Made,
}

/// How much was made: each is random, so a new number. Of chains and secrets those of one epoch are counted, the latest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Made {
    pub messages: u8,
    pub chains: (Epoch, u8),
    pub secrets: (Epoch, u8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Link {
    /// The device never comes back.
    Gone,
    Down,
    /// The vault is read, the hello is on its way.
    Opening,
    /// The server answered; its frames are on their way.
    Open,
    /// Welcomed.
    Up,
}

/// What the engine has in memory about the room.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Room {
    pub listed: Option<bool>,
    /// `room.server`.
    pub claim: Option<Claim>,
    /// The last open entry that is taken into account: epoch, roster and `last_open` follow from it.
    pub opens: Seq,
    /// The transcript's window.
    pub window: Option<Window>,
    /// `item.content.head`.
    pub verified: Seq,
    /// `room.anchor`.
    pub anchor: Seq,
    /// Entries beyond the window's head.
    pub ahead: Vec<Seq>,
    pub asked_newer: bool,
    pub asked_opens: bool,
    /// `item.content.secrets`.
    pub secrets: Vec<(Epoch, Secret)>,
    /// The item as it is being written, and whether there is more to write.
    pub writing: Option<Vault>,
    pub due: bool,
    /// Whether the vault is being listed.
    pub listing: bool,
    /// The newest epoch whose key was looked for in the vault.
    pub looked_for: Epoch,
    pub waiting: Option<Waiting>,
    pub rotation: Option<Secret>,
    /// `retry_at` lies ahead.
    pub retry: bool,
    pub stating: Vec<Stating>,
    pub reveals: Vec<Reveal>,
    pub outbox: Vec<Item>,
    pub chain: Option<Tail>,
    /// Being stored, with the chain that it continues.
    pub storing: Option<Token>,
}

/// How far the server said that the room is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Claim {
    pub epoch: Epoch,
    pub head: Seq,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    pub base: Seq,
    pub head: Seq,
}

/// What waits for the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Waiting {
    Rotate,
    Join(Secret),
}

/// A statement that the server has not taken yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stating {
    pub kind: Kind,
    /// Whether the server listed the room since it went out last.
    pub relisted: bool,
    pub due: Due,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Due {
    Now,
    Later,
    /// With the server.
    Asked,
}

/// Someone who waits for the room key: a device to which it is shown, or none for whom wants another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reveal {
    pub to: Option<Device>,
    pub since: Option<Epoch>,
}

/// The chain that the next message continues, and the last message in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tail {
    pub chain: Chain,
    pub message: Message,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Item {
    pub message: Message,
    pub sealed: Option<Token>,
    pub stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    Waiting,
    Storing,
    Sent,
    Acknowledged(Seq),
    Later,
    Failed,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Disk {
    pub outbox: Vec<(Message, Option<Token>)>,
    pub chain: Option<Tail>,
}
