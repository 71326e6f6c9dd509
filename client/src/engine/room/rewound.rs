//! A server that came back with less of a room's log than this device verified, or with another one, as after a restored backup.
//!
//! What was verified is put aside, and what the server has now is followed like a new device would, but nothing is sealed. If the
//! server finds its log again, all is as before. If the room's owner says that it goes on (`resume`), what was put aside is dropped.

use super::{
    Room,
    deletions::Deletions,
    epoch::{EpochState, Resumed},
};
use crate::{authentic::Verifier, engine::room_item::Anchor, transcript::Transcript};
use model::{Alarm, ItemKind, TimelineItem};
use protocol::{
    Epoch, Hash, Seq, Time, UserId,
    open::{Head, Role},
};
use std::{collections::BTreeMap, mem};

/// The log as it was verified before.
pub(in crate::engine) struct Former {
    /// Its highest place.
    pub anchor: Anchor,
    epochs: BTreeMap<Epoch, EpochState>,
    transcript: Option<Transcript>,
    timeline: BTreeMap<Seq, TimelineItem>,
    verifier: Verifier,
    deletions: Deletions,
    unchecked: Vec<(UserId, Head)>,
    complete: bool,
    /// Whether the person was told.
    told: bool,
}

/// How the log that the server has now begins, beside the one that was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Beginning {
    /// They are the same up to here.
    Same(Seq),
    /// Older entries of the server's are needed to tell.
    Unknown,
    /// They differ as far back as this device knows its own.
    Other,
}

impl Room {
    /// The highest place that any device of this person verified, as far as this one knows.
    pub fn verified(&self) -> Option<Anchor> {
        let window = match &self.rewound {
            Some(former) => Some(former.anchor.clone()),
            None => self.followed(),
        };
        let known = [window, self.item.content.anchor(), self.anchor.clone()];
        let known = known.into_iter().flatten();
        known.reduce(|best, it| if it.is_above(&best) { it } else { best })
    }

    /// The end of the window.
    pub fn followed(&self) -> Option<Anchor> {
        let resumes = self.resumes.clone();
        let head = self.transcript.as_ref()?.head();
        Some(Anchor { head, resumes })
    }

    /// What is held against the server's log where a window starts.
    pub fn start(&self) -> Option<&Anchor> {
        self.start.as_ref().filter(|_| self.rewound.is_none())
    }

    /// A window starts at what the vault knows now, or else at what this device does. To be called when the open entries are asked for.
    pub fn note_start(&mut self) {
        if self.transcript.is_none() && self.rewound.is_none() {
            self.start = self.item.content.anchor().or(self.anchor.clone());
        }
    }

    /// Whether the window ends above what the vault knows, which another device may have verified while this one was behind.
    pub fn is_verified_further(&self) -> bool {
        let (Some(window), None) = (self.followed(), &self.rewound) else {
            return false;
        };
        let known = self.item.content.anchor();
        self.resumes.is_superset(&self.item.content.resumes)
            && known.is_none_or(|known| window.is_above(&known))
            && !self.contradicts_verified()
    }

    /// Whether a verified place is another one in the window.
    pub fn contradicts_verified(&self) -> bool {
        let Some(window) = &self.transcript else {
            return false;
        };
        let known = [self.item.content.anchor(), self.anchor.clone()];
        known.into_iter().flatten().any(|known| {
            let hash = window.hash_at(known.head.seq);
            known.resumes == self.resumes && hash.is_some_and(|hash| hash != known.head.hash)
        })
    }

    /// Puts the verified log aside: the server has another one.
    pub fn put_aside(&mut self, anchor: Anchor, told: bool) {
        let former = Former {
            anchor,
            epochs: mem::take(&mut self.epochs),
            transcript: self.transcript.take(),
            timeline: mem::take(&mut self.timeline),
            verifier: mem::take(&mut self.verifier),
            deletions: mem::take(&mut self.deletions),
            unchecked: mem::take(&mut self.unchecked),
            complete: mem::take(&mut self.complete),
            told,
        };
        self.rewound = Some(Box::new(former));
        self.forget_asked();
    }

    /// Goes back to the verified log, to hold it against what the server says now.
    pub fn put_back(&mut self) {
        if let Some(former) = self.rewound.take() {
            self.epochs = former.epochs;
            self.transcript = former.transcript;
            self.timeline = former.timeline;
            self.verifier = former.verifier;
            self.deletions = former.deletions;
            self.unchecked = former.unchecked;
            self.complete = former.complete;
            self.forget_asked();
        }
    }

    fn forget_asked(&mut self) {
        self.asked = Default::default();
        self.deletions.ask_again();
        self.ahead.clear();
        self.rotation = None;
        self.looked_for = 0;
    }

    /// The owner's word in the server's log that was not followed yet.
    pub fn find_resume(&self) -> Option<Resumed> {
        let former = self.rewound.as_ref()?;
        let knew = |entry: &Hash| {
            let mut epochs = former.epochs.values();
            former.anchor.resumes.contains(entry) || epochs.any(|it| it.has_resume(entry))
        };
        let all = self.epochs.values().flat_map(|epoch| &epoch.resumes);
        all.filter(|it| !knew(&it.entry)).last().copied()
    }

    /// Whether the log that goes on there begins as the verified one does. Only owners say that it goes on, so one's own word is
    /// enough where nothing can be compared: a device that was started anew knows nothing but the last place.
    pub fn beginning(&self, seq: Seq) -> Beginning {
        let old = self.rewound.as_ref().and_then(|it| it.transcript.as_ref());
        let (Some(old), Some(new)) = (old, &self.transcript) else {
            return Beginning::Same(seq);
        };
        let (first, last) = (old.base().seq, old.head().seq.min(seq));
        if first >= last {
            return Beginning::Same(seq);
        }
        let agrees = |seq: &Seq| {
            old.hash_at(*seq)
                .is_some_and(|it| new.hash_at(*seq) == Some(it))
        };
        match (first..=last).rev().find(agrees) {
            Some(seq) => Beginning::Same(seq),
            None if new.base().seq > first && !self.complete => Beginning::Unknown,
            None if new.base().seq > last => Beginning::Same(seq),
            None => Beginning::Other,
        }
    }

    /// Follows the owner's word: what came after the last common place is gone, and the window starts there anew. Gives one's own texts
    /// from after it, with when they were written.
    pub fn resume(&mut self, resumed: Resumed, common: Seq, now: Time) -> Vec<(Time, String)> {
        let Some(former) = self.rewound.take() else {
            return Vec::new();
        };
        let window = self.transcript.as_ref();
        let head = window.and_then(|window| {
            Some(Head {
                seq: common,
                hash: window.hash_at(common)?,
            })
        });
        let item = self.item.change_at_once(now);
        item.resumes.extend(former.anchor.resumes);
        item.resume_from(head.unwrap_or(resumed.head), resumed.entry);
        self.anchor = None;
        self.unpurged.retain(|seq, _| *seq <= common);
        self.live = Default::default();
        self.seen.clear();
        self.met = None;
        self.reread();
        self.start = self.item.content.anchor();
        let lost = former.timeline.range(common + 1..);
        let own = lost.filter_map(|(_, item)| match &item.kind {
            ItemKind::Message { sender, text, .. } if sender.me => Some((item.at, text.clone())),
            _ => None,
        });
        own.collect()
    }

    /// What was seen and is not there any more, while that is not accepted.
    pub(super) fn lost_items(&self) -> impl Iterator<Item = TimelineItem> {
        let former = self.rewound.iter();
        let left = self.server.map_or(0, |it| it.head.seq);
        let lost = former.flat_map(move |it| it.timeline.range(left + 1..));
        lost.map(|(_, item)| TimelineItem {
            key: format!("lost-{}", item.key),
            ..item.clone()
        })
    }

    /// Notes which owners' words the window follows, now that it has all that the server has.
    pub fn note_resumes(&mut self, now: Time) {
        let all = self.epochs.values().flat_map(|epoch| &epoch.resumes);
        let new = all
            .map(|it| it.entry)
            .filter(|it| !self.resumes.contains(it));
        let new: Vec<Hash> = new.collect();
        if !new.is_empty() {
            self.resumes.extend(&new);
            self.item.change_lazily(now).resumes.extend(new);
        }
    }

    /// Says so as soon as it is known whose room it is.
    pub fn tell_rewind(&mut self, me: &UserId) {
        let waits = !self.asked.opens.is_empty();
        let former = self.rewound.as_mut().filter(|it| !it.told && !waits);
        let Some(former) = former else { return };
        former.told = true;
        let lost = former.anchor.clone();
        self.report_rewind(&lost, me);
    }

    /// Says what the server did, and who can go on.
    pub fn report_rewind(&mut self, lost: &Anchor, me: &UserId) {
        let server = self.server.map(|it| it.head);
        let roster = self.current().map(|epoch| epoch.roster.members());
        let mut owners = roster
            .into_iter()
            .flatten()
            .filter(|it| it.role == Role::Owner);
        let owner = owners.next().map(|it| it.keys.user);
        let seq = lost.head.seq;
        let what = match server {
            Some(server) if server.seq < seq => {
                format!(
                    "The server lost messages of this room: you had seen it up to message {seq}."
                )
            }
            _ => format!(
                "The server shows another history of this room than you had seen up to message {seq}."
            ),
        };
        let then = match owner {
            Some(owner) if owner == *me => {
                "Ask whoever runs the server what happened. As this room's owner you can then go on with what is left.".to_owned()
            }
            Some(owner) => {
                let owner = self.name_of(&owner);
                format!("Nothing is sent here until {owner}, who owns this room, goes on with what is left: ask {owner}, and whoever runs the server.")
            }
            None => "Nothing is sent here until this room's owner goes on with what is left: ask them, and whoever runs the server.".to_owned(),
        };
        let now = server.map_or_else(String::new, |it| {
            format!(
                " The server's log ends with entry {} ({}).",
                it.seq, it.hash
            )
        });
        self.raise(Alarm {
            sentence: format!("{what} {then}"),
            details: format!("Verified: entry {seq} ({}).{now}", lost.head.hash),
        });
    }

    /// Says that the owner goes on with a log that was another one from the beginning.
    pub fn report_other_beginning(&mut self, resumed: &Resumed) {
        self.raise(Alarm {
            sentence: "This room's owner goes on with a history that has nothing in common with what you had seen. It was not taken over. Compare with the others what you see; to go on there, leave the room and join it again.".to_owned(),
            details: format!("The owner accepted entry {} ({}).", resumed.head.seq, resumed.head.hash),
        });
    }
}
