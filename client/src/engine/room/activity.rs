//! What the chat list says of a room: the latest that happened, and how much of it is unread.

use super::Room;
use model::{ItemKind, LastActivity, TimelineItem};
use protocol::{Seq, Time};

/// Characters of a message in the chat list.
const PREVIEW_CHARS: usize = 120;

impl Room {
    /// Something new stands in the timeline.
    pub(super) fn note_activity(&mut self, seq: Seq, at: Time, kind: &ItemKind, now: Time) {
        if self.rewound.is_some() {
            // It counts when the owner goes on with it.
            return;
        }
        let unread = is_theirs(kind) && seq > self.item.content.read;
        let item = self.item.change_lazily(now);
        item.unread = item.unread.saturating_add(unread.into());
        item.last = Some(activity(at, kind));
    }

    /// Something else stands in an entry's place; `newest` is that, if nothing came after it.
    pub(super) fn note_change(
        &mut self,
        seq: Seq,
        before: &ItemKind,
        newest: Option<&ItemKind>,
        now: Time,
    ) {
        let unread = is_theirs(before) && seq > self.item.content.read;
        if self.rewound.is_some() || !unread && newest.is_none() {
            return;
        }
        let item = self.item.change_lazily(now);
        item.unread = item.unread.saturating_sub(unread.into());
        if let (Some(kind), Some(last)) = (newest, &mut item.last) {
            *last = activity(last.at, kind);
        }
    }

    /// Messages of others after a place of the log, as far as they are loaded.
    pub fn unread_after(&self, seq: Seq) -> u32 {
        let later = self.timeline.range(seq + 1..);
        let theirs = |(_, item): &(&Seq, &TimelineItem)| is_theirs(&item.kind);
        u32::try_from(later.filter(theirs).count()).unwrap_or(u32::MAX)
    }
}

fn is_theirs(kind: &ItemKind) -> bool {
    matches!(kind, ItemKind::Message { sender, .. } if !sender.me)
}

fn activity(at: Time, kind: &ItemKind) -> LastActivity {
    let (sender, mine, text) = match kind {
        ItemKind::Message { sender, text, .. } => (Some(&sender.name), sender.me, text.clone()),
        ItemKind::Event { text } => (None, false, text.clone()),
        ItemKind::Broken { sentence, .. } => (None, false, sentence.clone()),
        ItemKind::Deleted { sender, by } => {
            let who = match (by, sender.me) {
                (Some(by), _) => by,
                (None, true) => "You",
                (None, false) => &sender.name,
            };
            (None, false, format!("{who} deleted a message"))
        }
    };
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    LastActivity {
        at,
        sender: sender.cloned(),
        mine,
        preview: words.chars().take(PREVIEW_CHARS).collect(),
    }
}
