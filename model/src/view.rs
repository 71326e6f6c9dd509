//! What stands on the screen besides the timeline.

use protocol::{
    RoomId, Seq, SessionHandle, Time, UserId,
    open::{Role, Settings},
};
use serde::{Deserialize, Serialize};

/// Where the app stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Phase {
    /// Local storage is being read.
    #[default]
    Starting,
    /// Another tab holds the engine.
    OtherTab,
    /// Nobody is logged in.
    LoggedOut,
    /// Someone is logged in.
    LoggedIn,
    /// Someone is logged in here but the session ended: everything stays on the screen, and logging in goes on.
    Expired,
}

/// Who is logged in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// User id.
    pub user: UserId,
    /// Username.
    pub username: String,
    /// The chosen name; empty for none.
    pub display_name: String,
    /// Rooms that were not yet told of this person's new keys.
    pub untold: u32,
}

/// The connection to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Connection {
    /// Nobody is logged in, so none is wanted.
    #[default]
    Idle,
    /// Being made.
    Connecting,
    /// Up.
    Online,
    /// Lost; the next try is at this time.
    Waiting {
        /// By the engine's clock.
        retry_at: Time,
    },
}

/// A line of the chat list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomSummary {
    /// Which room.
    pub room: RoomId,
    /// Its name; empty while unknown.
    pub name: String,
    /// Messages of others after what the person has read.
    pub unread: u32,
    /// The latest that happened.
    pub last: Option<LastActivity>,
    /// Whether text waits in the composer.
    pub draft: bool,
    /// Whether something is wrong in there that the person should look at.
    pub alarm: bool,
    /// Whether one can take part.
    pub status: RoomStatus,
}

/// The latest message or event of a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastActivity {
    /// When the server took it.
    pub at: Time,
    /// Who; none for events.
    pub sender: Option<String>,
    /// Whether it was this person.
    pub mine: bool,
    /// The beginning of the text, on one line.
    pub preview: String,
}

/// Whether one can take part in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RoomStatus {
    /// Still fetching what is needed to read and write.
    Loading,
    /// All well.
    Ready,
    /// The person is not a member any more, by the server's word.
    Gone,
    /// The room's current key has not reached this person.
    NoKey,
    /// The server came back with less of the log than it had: nothing is sent until the owner accepts that.
    Rewound,
}

/// The room on the screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomView {
    /// Which room.
    pub room: RoomId,
    /// Its name; empty while unknown.
    pub name: String,
    /// Who is in, oneself first, then by name.
    pub members: Vec<MemberView>,
    /// Whether one can take part.
    pub status: RoomStatus,
    /// Why the person is not a member any more, in words, if the log said it.
    pub gone: Option<String>,
    /// Whether there is more above.
    pub history: History,
    /// What is wrong, oldest first. Does not go away by itself.
    pub alarms: Vec<Alarm>,
    /// What waits in the composer when the room opens.
    pub draft: String,
    /// The last entry that the person has read.
    pub read: Seq,
    /// The key's generation.
    pub epoch: u32,
    /// Someone left: the key changes with the next message.
    pub rotation_due: bool,
    /// What was decided for the room.
    pub settings: Settings,
    /// Who may not join, by username where it is known.
    pub banned: Vec<BannedView>,
    /// Six groups of five digits that are the same for all who have this key and these members.
    pub fingerprint: String,
    /// Up to which entry another person saw the same log.
    pub confirmed: Option<Seq>,
    /// Who was taken out last in this epoch, and how many have seen it.
    pub removal: Option<RemovalView>,
    /// Who is typing just now, by name.
    pub typing: Vec<String>,
}

/// Someone who may not join a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BannedView {
    /// User id.
    pub user: UserId,
    /// As far as it is known.
    pub name: String,
}

/// How far word of a removal has come. Who has not seen it may still write for the one who is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovalView {
    /// Who is gone.
    pub name: String,
    /// How many members have seen it, oneself included.
    pub seen: u32,
    /// Of how many.
    pub of: u32,
}

/// Whether older messages can be loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum History {
    /// There are more.
    More,
    /// They are on their way.
    Loading,
    /// The first item is the room's first, or the first that this person may read.
    Complete,
}

/// A member of the room on the screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberView {
    /// User id.
    pub user: UserId,
    /// Username.
    pub username: String,
    /// The chosen name; empty for none.
    pub display_name: String,
    /// What they may do.
    pub role: Role,
    /// Whether it is this person.
    pub me: bool,
    /// How far this person is sure who that is.
    pub trust: Trust,
    /// The last entry that they say they have read; 0 for none.
    pub read: Seq,
}

/// How far a person is sure who someone is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trust {
    /// Not compared yet.
    Unverified,
    /// Compared and found the same, at this time.
    Verified {
        /// When.
        at: Time,
    },
    /// The keys changed after they had been compared.
    Changed,
}

/// What two people compare to know that nobody stands between them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SafetyView {
    /// The other one.
    pub user: UserId,
    /// Their username.
    pub username: String,
    /// Twelve groups of five digits, the same for both.
    pub digits: String,
    /// What the other one's device opens to compare by itself: `/verify#…`, without the origin. It speaks of this person.
    pub link: String,
    /// What is known so far.
    pub trust: Trust,
}

/// Something that a correct server or member does not do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// What it means, in words.
    pub sentence: String,
    /// What was seen exactly, for those who want to know.
    pub details: String,
}

/// A line in the list of sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    /// Names it for logging it out.
    pub handle: SessionHandle,
    /// Whether it is this browser.
    pub current: bool,
    /// When it began.
    pub created: Time,
    /// When it was last used.
    pub last_used: Time,
    /// Browser and system, as they say of themselves.
    pub client: String,
}
