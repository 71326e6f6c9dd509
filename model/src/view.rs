//! What stands on the screen besides the timeline.

use protocol::{RoomId, Seq, SessionHandle, Time, UserId, open::Role};
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
