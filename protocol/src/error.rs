//! The errors that a server tells a client. Each has a sentence that a person can act on; causes stay in the server's log.

use crate::ids::{Epoch, Hash};
use serde::{Deserialize, Serialize};

/// What a server answers when it does not do what it was asked. `Display` is the sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum PublicError {
    /// No session, or one that ended. Logging in helps.
    #[error("You are not logged in any more. Log in again to go on.")]
    NotLoggedIn,
    /// The session is valid but too old for this step; logging in again helps.
    #[error("Please enter your passphrase again to confirm this.")]
    ReauthRequired,
    /// Wrong username or passphrase; says the same for unknown users.
    #[error("Username or passphrase is wrong.")]
    WrongCredentials,
    /// Wrong username or recovery code; says the same for unknown users.
    #[error("Username or recovery code is wrong.")]
    WrongRecoveryCode,
    /// Someone has, or once had, this username.
    #[error("This username is taken. Please choose another one.")]
    UsernameTaken,
    /// The operator has closed registration.
    #[error("This server does not take new accounts. Ask its operator.")]
    RegistrationClosed,
    /// Too many attempts; waiting helps.
    #[error("Too many attempts. Please wait {retry_after_s} seconds and try again.")]
    TooManyAttempts {
        /// How long to wait, in seconds.
        retry_after_s: u32,
    },
    /// No room has this key, or it had it in an earlier epoch.
    #[error("No room has this key. It may have been changed: ask for a new one.")]
    RoomUnknown,
    /// The user is in the room already.
    #[error("You are in this room already.")]
    AlreadyMember,
    /// The user is not, or no longer, in the room.
    #[error("You are not a member of this room.")]
    NotMember,
    /// Only an admin or the owner may do this.
    #[error("Only an admin or the owner of this room may do this.")]
    NotAllowed,
    /// The user was banned from the room.
    #[error("You were banned from this room.")]
    Banned,
    /// The statement would change nothing: someone else, or another device, was faster.
    #[error("This is so already.")]
    NoChange,
    /// The account can't be deleted while it is in rooms: only its own signature can take it out of them.
    #[error("You are still in rooms. Leave them first, then delete the account.")]
    StillMember,
    /// Someone left, so the room's key is about to change and lets nobody in any more.
    #[error(
        "Someone left this room, so this key lets nobody in any more. Ask a member for the new one."
    )]
    RotationDue,
    /// An open entry does not follow the last one. The client fetches and signs anew.
    #[error("The room changed in the meantime. Please try again.")]
    StaleOpen {
        /// `E` of the room's last open entry.
        last_open: Hash,
    },
    /// Sealed under, or rotating from, an epoch that is over or that someone left. The client catches up, starts the next
    /// epoch where one is due, and seals anew.
    #[error("The room's key changed in the meantime.")]
    StaleEpoch {
        /// The room's epoch now.
        epoch: Epoch,
    },
    /// A vault item was written by another device first. The client merges and writes again.
    #[error("Another of your devices saved at the same time.")]
    VaultConflict {
        /// The version that the server has.
        version: u64,
    },
    /// Larger than the server takes.
    #[error("This is too large to send.")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// A limit of this server is reached.
    #[error("{what}")]
    LimitReached {
        /// Which one.
        what: Limit,
    },
    /// A request that no correct client makes.
    #[error("The server did not understand the request. Reloading the page may help.")]
    Malformed,
    /// A signature or a statement in it does not hold.
    #[error("The server refused the request because a signature in it does not hold.")]
    BadSignature,
    /// The request came from another site.
    #[error("This request came from another site and was refused.")]
    CrossSite,
    /// Nothing answered: no network, or the server is down. Trying again helps.
    #[error("The server can't be reached. Check your connection and try again.")]
    Unreachable,
    /// Something broke on the server; the operator finds it in the log under this id.
    #[error("Something went wrong on the server. Please try again. (Reference {reference})")]
    Internal {
        /// Names the log line.
        reference: String,
    },
}

/// Limits that an operator sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Rooms of one user.
    #[error("You are in as many rooms as this server allows. Leave one first.")]
    RoomsPerUser,
    /// Members of one room.
    #[error("This room is full.")]
    MembersPerRoom,
    /// Users banned from one room.
    #[error("This room has banned as many people as it can.")]
    BansPerRoom,
    /// Open entries of one epoch.
    #[error(
        "Too much has changed in this room under its present key. An admin must change the key first."
    )]
    StatementsPerEpoch,
    /// Messages of one user in a minute.
    #[error("You are sending very fast. Your messages go out in a moment.")]
    MessagesPerMinute,
    /// Vault items of one user.
    #[error("Your vault is full. Leave a room first.")]
    VaultItems,
}

impl PublicError {
    /// The HTTP status with which a server answers.
    pub fn status(&self) -> u16 {
        match self {
            Self::NotLoggedIn
            | Self::ReauthRequired
            | Self::WrongCredentials
            | Self::WrongRecoveryCode => 401,
            Self::NotMember
            | Self::NotAllowed
            | Self::Banned
            | Self::CrossSite
            | Self::RegistrationClosed => 403,
            Self::RoomUnknown => 404,
            Self::UsernameTaken
            | Self::AlreadyMember
            | Self::StillMember
            | Self::NoChange
            | Self::RotationDue
            | Self::StaleOpen { .. }
            | Self::StaleEpoch { .. }
            | Self::VaultConflict { .. } => 409,
            Self::TooLarge { .. } => 413,
            Self::Malformed | Self::BadSignature => 400,
            Self::TooManyAttempts { .. } | Self::LimitReached { .. } => 429,
            Self::Unreachable => 503,
            Self::Internal { .. } => 500,
        }
    }
}
