//! What an engine shows, put together from its deltas as the pages do.

use model::{
    Answer, Connection, Delivery, Delta, ItemKind, Me, Phase, RoomSummary, RoomView, SessionView,
    TimelineItem, TimelineOp, Trouble,
};
use std::collections::BTreeMap;

/// Everything on one browser's screen.
#[derive(Debug, Default)]
pub struct Screen {
    pub phase: Phase,
    pub connection: Connection,
    pub me: Option<Me>,
    pub rooms: Vec<RoomSummary>,
    pub room: Option<RoomView>,
    pub timeline: Vec<TimelineItem>,
    pub recovery_code: Option<String>,
    pub sessions: Vec<SessionView>,
    pub notices: Vec<String>,
    pub answers: BTreeMap<u32, Result<Answer, Trouble>>,
}

impl Screen {
    pub(crate) fn apply(&mut self, delta: Delta) {
        match delta {
            Delta::Phase(phase) => self.phase = phase,
            Delta::Me(me) => self.me = me,
            Delta::Connection(connection) => self.connection = connection,
            Delta::Rooms(rooms) => self.rooms = rooms,
            Delta::Room(room) => self.room = room.map(|room| *room),
            Delta::Timeline { op, .. } => self.change(op),
            Delta::RecoveryCode(code) => {
                self.recovery_code = code.map(|code| code.reveal().to_owned());
            }
            Delta::Sessions(sessions) => self.sessions = sessions,
            Delta::Notice(sentence) => self.notices.push(sentence),
            Delta::Answer { ticket, result } => {
                self.answers.insert(ticket, result);
            }
        }
    }

    fn change(&mut self, op: TimelineOp) {
        match op {
            TimelineOp::Reset(items) => self.timeline = items,
            TimelineOp::Prepend(items) => {
                self.timeline.splice(0..0, items);
            }
            TimelineOp::Upsert(item) => {
                self.timeline.retain(|known| known.key != item.key);
                let at = self
                    .timeline
                    .partition_point(|known| known.order <= item.order);
                self.timeline.insert(at, item);
            }
            TimelineOp::Remove(key) => self.timeline.retain(|known| known.key != key),
        }
    }

    /// The messages that can be read, in order, each as `name: text`.
    pub fn messages(&self) -> Vec<String> {
        let line = |item: &TimelineItem| match &item.kind {
            ItemKind::Message { sender, text, .. } => Some(format!("{}: {text}", sender.name)),
            _ => None,
        };
        self.timeline.iter().filter_map(line).collect()
    }

    /// What happened, in words, in order.
    pub fn events(&self) -> Vec<&str> {
        self.timeline
            .iter()
            .filter_map(|item| match &item.kind {
                ItemKind::Event { text } => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }

    /// The sentences that stand in the place of what could not be shown.
    pub fn broken(&self) -> Vec<&str> {
        self.timeline
            .iter()
            .filter_map(|item| match &item.kind {
                ItemKind::Broken { sentence, .. } => Some(sentence.as_str()),
                _ => None,
            })
            .collect()
    }

    /// How far an own message got.
    pub fn delivery(&self, wanted: &str) -> Option<&Delivery> {
        self.timeline.iter().find_map(|item| match &item.kind {
            ItemKind::Message { text, delivery, .. } if text == wanted => Some(delivery),
            _ => None,
        })
    }

    /// Whether all messages on the screen are with the server.
    pub fn all_sent(&self) -> bool {
        self.timeline.iter().all(|item| {
            !matches!(&item.kind, ItemKind::Message { delivery, .. } if *delivery != Delivery::Sent)
        })
    }

    /// The alarms of the open room.
    pub fn alarms(&self) -> Vec<&str> {
        let alarms = self.room.iter().flat_map(|room| &room.alarms);
        alarms.map(|alarm| alarm.sentence.as_str()).collect()
    }

    /// The usernames of the open room's members.
    pub fn members(&self) -> Vec<&str> {
        let members = self.room.iter().flat_map(|room| &room.members);
        members.map(|member| member.username.as_str()).collect()
    }
}
