//! How the views change.

use crate::{
    command::Answer,
    secret::SecretText,
    timeline::{ItemKey, TimelineItem},
    trouble::Trouble,
    view::{Connection, Me, Phase, RoomSummary, RoomView, SessionView},
};
use protocol::RoomId;
use serde::{Deserialize, Serialize};

/// One change, from the engine to the screen. Each replaces what stood there before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Delta {
    /// Where the app stands.
    Phase(Phase),
    /// Who is logged in.
    Me(Option<Me>),
    /// The connection.
    Connection(Connection),
    /// The chat list, latest activity first.
    Rooms(Vec<RoomSummary>),
    /// The room on the screen; none where it is closed or unknown.
    Room(Option<Box<RoomView>>),
    /// The timeline of the room on the screen.
    Timeline {
        /// Which room.
        room: RoomId,
        /// What changed.
        op: TimelineOp,
    },
    /// A recovery code that was not yet written down.
    RecoveryCode(Option<SecretText>),
    /// The list of sessions.
    Sessions(Vec<SessionView>),
    /// A sentence that concerns no place on the screen in particular.
    Notice(String),
    /// Answers the command that was asked with this ticket.
    Answer {
        /// The ticket.
        ticket: u32,
        /// What it gave.
        result: Result<Answer, Trouble>,
    },
}

/// A change of the timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum TimelineOp {
    /// These and no others, in order.
    Reset(Vec<TimelineItem>),
    /// These stand before all others, in order.
    Prepend(Vec<TimelineItem>),
    /// Replaces the item of this key, or adds it at its place.
    Upsert(TimelineItem),
    /// Takes an item away.
    Remove(ItemKey),
}
