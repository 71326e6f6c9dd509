//! Why something a person asked for was not done. `Display` is the sentence to show.

use protocol::{PublicError, username::UsernameError};
use serde::{Deserialize, Serialize};

/// Why a command failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
pub enum Trouble {
    /// The server's answer.
    #[error("{0}")]
    Server(PublicError),
    /// The username can't be one.
    #[error("{0}")]
    Username(String),
    /// The passphrase is too weak, too short or too long.
    #[error("{0}")]
    Passphrase(String),
    /// What was typed is no room key.
    #[error("{0}")]
    RoomKey(String),
    /// What was typed is no recovery code.
    #[error("{0}")]
    RecoveryCode(String),
    /// A name is too long.
    #[error("This name is too long. Please choose a shorter one.")]
    NameTooLong,
    /// A name is missing.
    #[error("Please type a name first.")]
    NameMissing,
    /// A message is too long.
    #[error("This message is {over} bytes too long. Please shorten it or send it in parts.")]
    TooLong {
        /// How many UTF-8 bytes it is over the limit.
        over: u32,
    },
    /// Logging out would lose messages.
    #[error("{count} of your messages have not been sent yet. They are lost if you log out now.")]
    Unsent {
        /// How many.
        count: u32,
    },
    /// The session in this browser belongs to someone else.
    #[error("This browser still shows {username}'s chats. Log in as {username}, or log out first.")]
    OtherUser {
        /// Whose.
        username: String,
    },
    /// The room is not on this person's list.
    #[error("You are not in this room.")]
    NoSuchRoom,
    /// The person's role does not allow it.
    #[error("Only an admin or the owner of this room may do this.")]
    NotAllowed,
    /// An admin's role does not allow it.
    #[error("Only the owner of this room may do this.")]
    OwnerOnly,
    /// The owner's role can't be taken from the one who has it.
    #[error("This room is yours. Hand it over to someone first.")]
    HandOverFirst,
    /// The one whom it concerns went in the meantime.
    #[error("This person is not in the room any more.")]
    MemberGone,
    /// The room hides what was said before someone joined, so a key that was in use lets nobody in.
    #[error(
        "This room hides earlier messages from newcomers, so each invitation needs a new key. Ask an admin for one."
    )]
    InvitesByAdmins,
    /// The person replaced their keys as often as the protocol allows.
    #[error(
        "This account's keys were replaced as often as they can be. Please make a new account."
    )]
    NoMoreKeys,
    /// A link that is no comparison link.
    #[error("This is no link to compare keys with. Ask for it again.")]
    NoComparison,
    /// Nobody of whom this person knows the keys.
    #[error("You share no room with this person, so there is nothing to compare.")]
    Stranger,
    /// The room's key has not reached this device.
    #[error("This room's current key has not reached you yet. Ask a member to open SecureChat.")]
    NoKey,
    /// What the server sent does not verify: a lie or a fault, never shown as good.
    #[error(
        "The server's answer does not verify ({0}). Nothing was done. Please tell whoever runs this server."
    )]
    Lie(String),
    /// This browser does not let the app store or compute what it needs.
    #[error("This browser refused something that SecureChat needs: {0}")]
    Browser(String),
    /// A command that makes no sense now, such as sending while logged out.
    #[error("Please log in first.")]
    NotNow,
}

impl From<PublicError> for Trouble {
    fn from(error: PublicError) -> Self {
        Self::Server(error)
    }
}

impl From<UsernameError> for Trouble {
    fn from(error: UsernameError) -> Self {
        Self::Username(error.to_string())
    }
}
