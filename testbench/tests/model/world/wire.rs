//! What is on its way between clients and server.

use super::{Claim, Device, Epoch, Message, Secret, Seq, Token, User};
use crate::rosters::RosterId;

/// A `send` frame. Its id is the message's, its epoch the token's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Send {
    pub device: Device,
    pub token: Token,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Request {
    Missed { after: Seq },
    History { from: Seq, to: Seq, current: bool },
    Opens { to: Epoch },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Frame {
    Welcome(Option<Claim>),
    Room(Claim),
    RoomLeft,
    /// The entries of one commit.
    Entries {
        from: Seq,
        to: Seq,
    },
    /// `asked` if it answers the request that the client waits for.
    Page {
        from: Seq,
        to: Seq,
        asked: bool,
    },
    /// The open entries of the epochs up to this place.
    Opens(Seq),
    Failed(Request),
    Ack(Message, Seq),
    Refused(Message, Refusal),
    VaultChanged,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Refusal {
    StaleEpoch(Epoch),
    StaleOpen,
    NotMember,
    AlreadyMember,
    NotAllowed,
    RotationDue,
    Unknown,
    Malformed,
    /// The server is too busy, or could not commit.
    Busy,
    /// No answer came.
    Unreachable,
}

/// A submission of open entries, or its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Call {
    Submit {
        by: Option<Device>,
        what: Statement,
    },
    Answer {
        to: Device,
        what: Statement,
        result: Result<Claim, Refusal>,
    },
}

/// What a submission says, with the last open entry that it follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Statement {
    pub sender: User,
    pub epoch: Epoch,
    pub prev_open: Seq,
    pub kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Join(Secret),
    Leave,
    Remove(User),
    HandOver(User),
    /// A header over this roster and wraps for these users, by bit.
    Rotate {
        secret: Secret,
        roster: RosterId,
        wraps: u8,
    },
}
