//! What happened in a room, in words.

use super::Room;
use crate::authentic::Finding;
use model::{Alarm, ItemKind};
use protocol::{
    Seq, UserId,
    open::{OpenBody, OpenContent, Role},
};

/// The words for a broken entry.
pub(super) fn broken(sentence: &str, details: impl ToString) -> ItemKind {
    ItemKind::Broken {
        sentence: sentence.to_owned(),
        details: details.to_string(),
    }
}

impl Room {
    /// The timeline's line for an open entry, as this person reads it; wraps have none.
    pub(super) fn event(&self, body: &OpenBody, me: &UserId) -> Option<ItemKind> {
        let who = self.name_of(&body.sender);
        let whom = |user: &UserId| match user == me {
            true => "you".to_owned(),
            false => self.name_of(user),
        };
        let text = match &body.content {
            OpenContent::Header(_) if body.epoch == 1 => format!("{who} made this room"),
            OpenContent::Header(_) => format!("{who} changed the room key"),
            OpenContent::Join(join) => format!("{} joined", join.member.username),
            OpenContent::Leave(_) => format!("{who} left"),
            OpenContent::Remove(it) => format!("{who} removed {} from this room", whom(&it.member)),
            OpenContent::Ban(it) => format!("{who} banned {} from this room", whom(&it.user)),
            OpenContent::Unban(it) => format!("{who} allowed {} to join again", whom(&it.user)),
            OpenContent::Role(it) => match it.role {
                Role::Owner => format!("{who} handed the room over to {}", whom(&it.member)),
                Role::Admin => format!("{who} made {} an admin", whom(&it.member)),
                Role::Member if it.member == body.sender => format!("{who} is no longer an admin"),
                Role::Member => format!("{who} made {} a plain member", whom(&it.member)),
            },
            OpenContent::Settings(_) => format!("{who} changed the room's settings"),
            OpenContent::Identity(_) => format!(
                "{who} has new keys. Compare safety numbers to be sure that it is still them"
            ),
            OpenContent::Resume(_) => format!("The server lost messages here. {who} accepted that"),
            // The message's own place shows it.
            OpenContent::Purge(_) => return None,
            OpenContent::Wrap(_) => return None,
            OpenContent::Unknown(kind) => {
                return Some(broken(
                    "Something happened here that needs a newer version of SecureChat. Reload the page.",
                    kind,
                ));
            }
        };
        Some(ItemKind::Event { text })
    }

    /// Says what the chains of messages gave away.
    pub(super) fn report(&mut self, finding: Finding) {
        let (sentence, seq) = match finding {
            Finding::Repeated { seq, .. } => ("The server repeated a message.".to_owned(), seq),
            Finding::TwoVersions { seq, .. } => (
                format!("{} sent two versions of one message.", self.sender_at(seq)),
                seq,
            ),
            Finding::BrokenChain { seq } => (
                format!(
                    "A message of {} does not follow the one before it.",
                    self.sender_at(seq)
                ),
                seq,
            ),
            Finding::Missing { chain, before, .. } => (
                format!("Messages of {} are missing.", self.name_of(&chain.sender)),
                before,
            ),
            Finding::Moved { seq } => (
                "The server put messages into another order than they were written.".to_owned(),
                seq,
            ),
            Finding::ImpossibleSeen { seq } => (
                format!(
                    "A message of {} claims to have seen what it can't have seen.",
                    self.sender_at(seq)
                ),
                seq,
            ),
        };
        self.raise(Alarm {
            sentence,
            details: format!("At entry {seq} of the log: {finding:?}"),
        });
    }

    /// Says that someone else was shown another history.
    pub(super) fn report_fork(&mut self, who: &UserId, seq: Seq) {
        let who = self.name_of(who);
        self.raise(Alarm {
            sentence: format!(
                "The server showed {who} a different history than you, from message {seq} on."
            ),
            details:
                "The transcript hash that they signed differs from the one that this device computed."
                    .to_owned(),
        });
    }

    /// Says who made a room key that does not work.
    pub fn report_keys(&mut self) {
        let Some(epoch) = self.current() else { return };
        let mut alarms = Vec::new();
        if let Some((by, seq)) = epoch.bad_wrap.filter(|_| epoch.key.is_none()) {
            let by = self.name_of(&by);
            alarms.push(Alarm {
                sentence: format!("{by} changed the room key but gave you one that does not work."),
                details: format!(
                    "The wrap at entry {seq} does not open or does not match the commitment."
                ),
            });
        }
        if epoch.key_does_not_join() {
            let by = self.name_of(&epoch.header.author.user);
            alarms.push(Alarm {
                sentence: format!("{by} made a room key that nobody can join with."),
                details: format!(
                    "The locator or the join key in the header at entry {} is not that of the room secret.",
                    epoch.header_seq
                ),
            });
        }
        for alarm in alarms {
            self.raise(alarm);
        }
    }

    fn sender_at(&self, seq: Seq) -> String {
        match self.timeline.get(&seq).map(|item| &item.kind) {
            Some(ItemKind::Message { sender, .. }) => sender.name.clone(),
            _ => "a member".to_owned(),
        }
    }
}
