//! What happened in a room, in words.

use super::Room;
use crate::authentic::{Finding, Verdict};
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

    /// What stands in the place of a message that is not its sender's.
    pub(super) fn unproven(&self, seq: Seq, verdict: Verdict, sender: &UserId) -> ItemKind {
        match verdict {
            Verdict::NotMember => broken(
                "Someone who is not in this room's list of members wrote a message. It is not shown.",
                format!("Entry {seq} claims to be by user {sender}."),
            ),
            Verdict::Forged | Verdict::Authentic => broken(
                &format!(
                    "Someone wrote a message in the name of {}. It is not shown.",
                    self.name_of(sender)
                ),
                format!("Entry {seq}: the signature does not hold."),
            ),
        }
    }

    /// Says what the chains of messages gave away.
    pub(super) fn report(&mut self, finding: Finding) {
        let whose = |seq| self.sender_at(seq);
        let (sentence, seq) = match finding {
            Finding::Repeated { seq, first } => (
                format!(
                    "The server repeated a message of {}: it was written once, at place {first}, and stands again at place {seq}.",
                    whose(first)
                ),
                seq,
            ),
            Finding::TwoVersions { seq, other } => {
                let who = whose(seq);
                (
                    format!(
                        "{who} sent two versions of one message, at places {other} and {seq}. Ask {who} which one was meant: perhaps someone copied the device."
                    ),
                    seq,
                )
            }
            Finding::BrokenChain { seq } => {
                let who = whose(seq);
                (
                    format!(
                        "Message {seq} of {who} does not follow the one that {who} wrote before it. Ask {who} what is missing."
                    ),
                    seq,
                )
            }
            Finding::Missing {
                chain,
                from,
                to,
                before,
            } => {
                let who = self.name_of(&chain.sender);
                let what = match to - from {
                    0 => format!("One message of {who} is missing"),
                    more => format!("{} messages of {who} are missing", more.saturating_add(1)),
                };
                (
                    format!(
                        "{what} before place {before}. Ask {who} what was said, and tell whoever runs the server."
                    ),
                    before,
                )
            }
            Finding::Moved { seq } => (
                format!(
                    "The server put message {seq} of {} into another place than it was written for. Messages around it may stand in the wrong order.",
                    whose(seq)
                ),
                seq,
            ),
            Finding::ImpossibleSeen { seq } => {
                let who = whose(seq);
                (
                    format!(
                        "Message {seq} of {who} claims to have seen what it can't have seen. Ask {who} to reload SecureChat; if it comes again, someone else may be writing with these keys."
                    ),
                    seq,
                )
            }
        };
        self.raise(Alarm {
            sentence,
            details: format!("At entry {seq} of the log: {finding:?}"),
        });
    }

    /// Says that a payload is gone though no statement orders that.
    pub(super) fn report_taken_away(&mut self, seq: Seq) {
        self.raise(Alarm {
            sentence: format!(
                "The server took away message {seq}, and nobody here asked it to. Ask the others what it said, and tell whoever runs this server."
            ),
            details: format!("Entry {seq} has no payload, and no statement that holds names its hash."),
        });
    }

    /// Says who made a room key that does not work.
    pub fn report_keys(&mut self) {
        let Some(epoch) = self.current() else { return };
        let mut alarms = Vec::new();
        if let Some((by, seq)) = epoch.bad_wrap.filter(|_| epoch.key.is_none()) {
            let by = self.name_of(&by);
            alarms.push(Alarm {
                sentence: format!(
                    "{by} changed the room key but gave you one that does not work. Ask {by} to change it once more."
                ),
                details: format!(
                    "The wrap at entry {seq} does not open or does not match the commitment."
                ),
            });
        }
        if epoch.key_does_not_join() {
            let by = self.name_of(&epoch.header.author.user);
            alarms.push(Alarm {
                sentence: format!(
                    "{by} made a room key that nobody can join with. Change the key before you invite someone."
                ),
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
