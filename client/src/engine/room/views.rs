//! What the screen shows of a room.

use super::{
    Room,
    outbox::{Outgoing, Saying, Stage},
};
use crate::{account::Identity, engine::contacts::Contacts};
use model::{
    BannedView, Delivery, History, ItemKind, MemberView, RoomStatus, RoomSummary, RoomView,
    TimelineItem,
};
use protocol::Time;

impl Outgoing {
    /// The timeline's name for an own message, from typing to acknowledgement.
    pub fn key(&self) -> String {
        format!("m{}", self.id)
    }
}

impl Room {
    pub fn status(&self) -> RoomStatus {
        let open = |epoch: &super::EpochState| epoch.key.is_some();
        match (self.listed, self.current()) {
            (Some(false), _) => RoomStatus::Gone,
            _ if self.rewound.is_some() => RoomStatus::Rewound,
            (_, Some(epoch)) if open(epoch) && self.transcript.is_some() => RoomStatus::Ready,
            (Some(true), Some(epoch))
                if !open(epoch) && !epoch.is_being_wrapped() && self.asked.opens.is_empty() =>
            {
                RoomStatus::NoKey
            }
            (Some(true), None) if self.item.content.secrets.is_empty() => RoomStatus::NoKey,
            _ => RoomStatus::Loading,
        }
    }

    /// Whether the chat list shows it: not what is only being made, and not what the person left.
    pub fn is_on_list(&self) -> bool {
        let known = self.server.is_some() || self.item.content.head.is_some();
        known && !self.item.content.is_left()
    }

    pub fn summary(&self) -> RoomSummary {
        let item = &self.item.content;
        RoomSummary {
            room: self.id,
            name: item.name.clone(),
            unread: item.unread,
            last: item.last.clone(),
            draft: !item.draft.is_empty(),
            alarm: !self.alarms.is_empty(),
            status: self.status(),
        }
    }

    /// When anything happened here last, for the order of the list.
    pub fn last_at(&self) -> Time {
        let last = self.item.content.last.as_ref().map(|last| last.at);
        last.or(self.server.map(|head| head.at)).unwrap_or(0)
    }

    pub fn view(&self, me: &Identity, contacts: &Contacts) -> RoomView {
        let item = &self.item.content;
        let epoch = self.current();
        let mut members: Vec<MemberView> = epoch
            .map(|epoch| epoch.roster.members())
            .unwrap_or_default()
            .iter()
            .map(|member| MemberView {
                user: member.keys.user,
                username: member.keys.username.to_string(),
                display_name: item
                    .names
                    .get(&member.keys.user)
                    .map(|(_, name)| name.clone())
                    .unwrap_or_default(),
                role: member.role,
                me: member.keys.user == me.user(),
                trust: contacts.trust(&member.keys),
                read: self.read_by(&member.keys.user),
            })
            .collect();
        members
            .sort_by_cached_key(|member| (!member.me, self.name_of(&member.user).to_lowercase()));
        RoomView {
            room: self.id,
            name: item.name.clone(),
            members,
            status: self.status(),
            history: match (&self.transcript, self.asked.older) {
                _ if self.complete => History::Complete,
                (Some(transcript), None) if transcript.base().seq == 0 => History::Complete,
                (Some(_), None) => History::More,
                _ => History::Loading,
            },
            alarms: self.alarms.clone(),
            draft: item.draft.clone(),
            read: item.read,
            epoch: epoch.map_or(0, |epoch| epoch.ctx.epoch),
            rotation_due: epoch.is_some_and(|epoch| epoch.roster.rotation_due()),
            settings: epoch.map_or_else(Default::default, |epoch| epoch.roster.settings()),
            banned: epoch
                .map(|epoch| epoch.roster.banned())
                .into_iter()
                .flatten()
                .map(|user| BannedView {
                    user: *user,
                    name: self.name_of(user),
                })
                .collect(),
            fingerprint: epoch.map_or_else(String::new, |epoch| epoch.fingerprint().to_owned()),
            confirmed: self.transcript.as_ref().and_then(|it| it.confirmed()),
            removal: self.removal(&me.user()),
            gone: self.parting(),
            typing: self.typing(),
        }
    }

    /// The whole timeline: the window's items, then what waits in the outbox.
    pub fn timeline_items(&self, me: &Identity) -> Vec<TimelineItem> {
        let unsent = self
            .outbox
            .items
            .iter()
            .filter_map(|item| self.unsent_item(item, me));
        let there = self.timeline.values().cloned();
        there.chain(self.lost_items()).chain(unsent).collect()
    }

    /// The item of an own message that the log does not have yet; profiles show nothing.
    pub fn unsent_item(&self, item: &Outgoing, me: &Identity) -> Option<TimelineItem> {
        let Saying::Text(text) = &item.what else {
            return None;
        };
        let (delivery, seq) = match &item.stage {
            Stage::Failed(sentence) => (
                Delivery::Failed {
                    sentence: sentence.clone(),
                },
                None,
            ),
            Stage::Acknowledged(seq) => (Delivery::Sent, Some(*seq)),
            _ => (Delivery::Sending, None),
        };
        let kind = ItemKind::Message {
            sender: self.sender(&me.user(), me),
            text: text.clone(),
            delivery,
        };
        Some(TimelineItem {
            key: item.key(),
            order: seq.unwrap_or(item.order),
            seq,
            at: item.at,
            kind,
        })
    }

    /// Makes the names in the items anew after a name changed.
    pub fn rename_items(&mut self, me: &Identity) {
        let mut timeline = std::mem::take(&mut self.timeline);
        for (seq, item) in &mut timeline {
            match &mut item.kind {
                ItemKind::Message { sender, .. } => *sender = self.sender(&sender.user, me),
                ItemKind::Deleted { sender, by } => {
                    *sender = self.sender(&sender.user, me);
                    if let Some(by) = by {
                        *by = self
                            .deleter(*seq)
                            .map_or(std::mem::take(by), |it| self.name_of(&it));
                    }
                }
                ItemKind::Event { .. } | ItemKind::Broken { .. } => {}
            }
        }
        self.timeline = timeline;
    }
}
