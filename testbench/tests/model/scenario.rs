//! Who is there, what they may do, and what may go wrong: the bounds of one exploration.

use crate::world::{Device, User};

#[derive(Debug, Clone, Copy)]
pub struct Scenario {
    /// Whose each device is. User 0 made the room.
    pub devices: &'static [User],
    /// The members at the start, by bit.
    pub members: u8,
    /// What people may do, once each, in any order.
    pub wishes: &'static [Wish],
    /// How many of the mishaps may happen.
    pub mishaps: u8,
    pub perils: &'static [Peril],
    /// What is built wrongly, to show that it would be found.
    pub broken: Option<Broken>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    Say(Device),
    Leave(Device),
    Remove(Device, User),
    /// The user owns the room from here on.
    HandOver(Device, User),
    /// The first shows the room key to the second, who joins with it.
    Invite(Device, Device),
    /// A new key though nobody left.
    Rotate(Device),
    /// Tries again what was refused for good.
    Retry(Device),
    /// The vault gets the head.
    KeepHead(Device),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peril {
    /// A connection breaks.
    Line(Device),
    /// A page is closed and opened again.
    Crash(Device),
    /// A device is switched off for good.
    Gone(Device),
    /// A call, or its answer, is lost.
    Calls(Device),
    /// The server has no time for a message.
    Busy(Device),
}

/// Faults that the checker must find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// The server takes sealed entries whatever epoch they were sealed under.
    OldEpochTaken,
    /// The server takes sealed entries after someone left.
    SealedAfterLeaveTaken,
    /// The server forgets the ids of messages.
    IdsForgotten,
    /// The server takes a new epoch without comparing what it replaces.
    NoCompareAndSwap,
    /// The server does not look for whom the wraps are, and the client makes them for those with whom the epoch began.
    WrapsForTheGone,
    /// An owner who leaves has no heir.
    NoHeir,
    /// The client sends before token and chain are stored.
    SentBeforeDurable,
    /// The client stores the token, but the chain only where there is none.
    ChainNotStored,
    /// The client seals what was not answered anew, under the number that it had.
    NumberReused,
    /// The client forgets what was refused.
    RefusedForgotten,
    /// The client submits a new epoch before the vault has its secret.
    SubmittedBeforeVault,
    /// The client reads the vault only when it connects or is told.
    VaultNotReadAgain,
    /// The client seals a message while one behind it has its number already.
    SealedOutOfTurn,
    /// The client starts at what another device verified, also where open entries before it were not loaded.
    AnchoredBehindOpens,
    /// The client says that a message failed while the server may still answer it.
    FailedBeforeAnswer,
    /// The client takes a late answer to a leave for the end of a later stay.
    LeftWhenBack,
}
