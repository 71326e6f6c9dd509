//! What one room needs on every device: its item of the vault, and how the items of two devices become one.

use super::alarms;
use crate::room_key::RoomSecret;
use model::{LastActivity, SecretText};
use protocol::{Epoch, Hash, Seq, Time, UserId, open::Head};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
};

/// An epoch's secret in its text form. A list of these and no map: flattening keeps serde from reading numbers as keys, and an epoch can
/// have several: a rotation puts its secret here before it knows whether it wins. Which one it is, the header's commitment says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct EpochSecret {
    pub epoch: Epoch,
    pub secret: SecretText,
}

/// What one room needs on every device.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct RoomItem {
    /// Room secrets, in order of their epochs; those of lost rotations too, until the epoch's own is known.
    #[serde(default)]
    pub secrets: Vec<EpochSecret>,
    /// The highest verified head: the anchor against rewinding and forking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Head>,
    /// The last seq that the person has read.
    #[serde(default)]
    pub read: Seq,
    /// Messages of others between `read` and `head`.
    #[serde(default)]
    pub unread: u32,
    /// The latest activity up to `head`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<LastActivity>,
    /// The room's name as last heard, and where.
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub name_seq: Seq,
    /// Members' display names as last heard, and where.
    #[serde(default)]
    pub names: BTreeMap<UserId, (Seq, String)>,
    /// What waits in the composer, and since when.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub draft: String,
    #[serde(default)]
    pub draft_at: Time,
    /// When the person joined last, and when the last stay that they ended began; 0 for never. Left is who ended the last one: a
    /// tombstone that other devices must not undo.
    #[serde(default)]
    pub joined_at: Time,
    #[serde(default)]
    pub left_at: Time,
    /// Where the person was taken out last, and how that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parting: Option<(Seq, String)>,
    /// The owners' words that the log goes on though the server lost entries, by their `E`, as far as this person's devices followed
    /// them. A head counts among those that follow the same ones.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub resumes: BTreeSet<Hash>,
    /// From which place on whom the server showed another history.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub forks: BTreeMap<UserId, Seq>,
    /// What was found wrong here, by the sentence that says so.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub alarms: BTreeMap<String, alarms::Kept>,
    /// What newer versions put here.
    #[serde(flatten)]
    pub other: BTreeMap<String, serde_json::Value>,
}

/// Where the person is in a room, as the local store keeps it until the vault has it too.
#[derive(Serialize, Deserialize)]
pub(super) struct Place {
    read: Seq,
    unread: u32,
    draft: String,
    draft_at: Time,
    #[serde(default)]
    alarms: BTreeMap<String, alarms::Kept>,
    /// The highest head that this device verified, since the vault is the server's to hand out.
    #[serde(default)]
    pub anchor: Option<Anchor>,
}

/// A verified place of the log, and the owners' words after losses that led there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Anchor {
    pub head: Head,
    pub resumes: BTreeSet<Hash>,
}

impl Anchor {
    /// Whether this is what counts of two: what followed more of the owners' words, or else what lies higher.
    pub fn is_above(&self, other: &Self) -> bool {
        let key = |it: &Self| (it.resumes.len(), it.head.seq);
        match (
            self.resumes.is_subset(&other.resumes),
            other.resumes.is_subset(&self.resumes),
        ) {
            (true, false) => false,
            (false, true) => true,
            _ => key(self) > key(other),
        }
    }
}

impl RoomItem {
    /// The head with the words that led there.
    pub fn anchor(&self) -> Option<Anchor> {
        let resumes = self.resumes.clone();
        self.head.map(|head| Anchor { head, resumes })
    }

    pub fn place(&self, anchor: Option<Anchor>) -> Place {
        Place {
            anchor,
            read: self.read,
            unread: self.unread,
            draft: self.draft.clone(),
            draft_at: self.draft_at,
            alarms: self.alarms.clone(),
        }
    }

    pub fn go_to(&mut self, place: Place) {
        self.read = place.read;
        self.unread = place.unread;
        self.draft = place.draft;
        self.draft_at = place.draft_at;
        self.alarms = place.alarms;
    }

    /// Adds what may be an epoch's secret.
    pub fn keep_secret(&mut self, epoch: Epoch, secret: SecretText) {
        let kept = EpochSecret { epoch, secret };
        if !self.secrets.contains(&kept) {
            let at = self.secrets.partition_point(|known| known.epoch <= epoch);
            self.secrets.insert(at, kept);
        }
    }

    /// Puts an epoch's proven secret in place of all that might have been it. True if that changed anything.
    pub fn prove_secret(&mut self, epoch: Epoch, secret: SecretText) -> bool {
        let kept = EpochSecret { epoch, secret };
        if self.secrets.contains(&kept)
            && self
                .secrets
                .iter()
                .filter(|known| known.epoch == epoch)
                .count()
                == 1
        {
            return false;
        }
        self.secrets.retain(|known| known.epoch != epoch);
        self.keep_secret(epoch, kept.secret);
        true
    }

    /// What may be an epoch's secret; its commitment tells which one is.
    pub fn secrets_of(&self, epoch: Epoch) -> Vec<RoomSecret> {
        let known = self.secrets.iter().filter(|known| known.epoch == epoch);
        known
            .filter_map(|known| RoomSecret::parse(known.secret.reveal()).ok())
            .collect()
    }

    /// The person makes or joins the room, or comes back: each stay begins at a time of its own.
    pub fn join(&mut self, now: Time) {
        self.joined_at = now.max(self.left_at.max(self.joined_at) + 1);
    }

    /// The person left the stay that began then. No clock is asked: what another device says of a later stay must not be undone.
    pub fn leave(&mut self, joined_at: Time) {
        self.left_at = self.left_at.max(joined_at).max(1);
    }

    /// Whether the person left and did not come back.
    pub fn is_left(&self) -> bool {
        self.left_at != 0 && self.left_at >= self.joined_at
    }

    /// What two devices wrote at the same time. True if their heads can't both be true.
    pub fn merge(&mut self, mut theirs: Self) -> bool {
        for EpochSecret { epoch, secret } in mem::take(&mut theirs.secrets) {
            self.keep_secret(epoch, secret);
        }
        if theirs.draft_at > self.draft_at {
            self.draft = mem::take(&mut theirs.draft);
            self.draft_at = theirs.draft_at;
        }
        self.joined_at = self.joined_at.max(theirs.joined_at);
        self.left_at = self.left_at.max(theirs.left_at);
        alarms::merge(&mut self.alarms, mem::take(&mut theirs.alarms));
        self.other.extend(mem::take(&mut theirs.other));
        self.merge_log(theirs)
    }

    /// What they know of the log. Who followed an owner's word after a loss knows better.
    fn merge_log(&mut self, theirs: Self) -> bool {
        let known = theirs.resumes.is_subset(&self.resumes);
        let knows = self.resumes.is_subset(&theirs.resumes);
        self.resumes.extend(&theirs.resumes);
        match (known, knows) {
            (true, true) => self.merge_same_log(theirs),
            (true, false) => false,
            (false, true) => {
                self.take_log(theirs);
                false
            }
            (false, false) => {
                self.merge_same_log(theirs);
                false
            }
        }
    }

    fn take_log(&mut self, theirs: Self) {
        self.head = theirs.head;
        self.last = theirs.last;
        self.read = theirs.read;
        self.unread = theirs.unread;
        self.name = theirs.name;
        self.name_seq = theirs.name_seq;
        self.names = theirs.names;
        self.parting = theirs.parting;
        self.forks = theirs.forks;
    }

    fn merge_same_log(&mut self, theirs: Self) -> bool {
        let contradiction = matches!((self.head, theirs.head), (Some(a), Some(b)) if a.seq == b.seq && a.hash != b.hash);
        let newer = theirs.head.map(|head| head.seq) > self.head.map(|head| head.seq);
        if theirs.read > self.read || (theirs.read == self.read && newer) {
            self.read = theirs.read;
            self.unread = theirs.unread;
        }
        if newer {
            self.head = theirs.head;
            self.last = theirs.last;
        }
        if theirs.name_seq > self.name_seq || self.name.is_empty() {
            self.name = theirs.name;
            self.name_seq = theirs.name_seq;
        }
        for (user, (seq, name)) in theirs.names {
            let known = self.names.entry(user).or_default();
            if seq > known.0 {
                *known = (seq, name);
            }
        }
        for (user, seq) in theirs.forks {
            let known = self.forks.entry(user).or_insert(seq);
            *known = seq.min(*known);
        }
        self.parting = self.parting.take().max(theirs.parting);
        contradiction
    }

    /// The log goes on from here though there was more of it.
    pub fn resume_from(&mut self, head: Head, resume: Hash) {
        let lost = |seq: Seq| seq > head.seq;
        self.head = Some(head);
        self.resumes.insert(resume);
        self.read = self.read.min(head.seq);
        self.unread = 0;
        self.names.retain(|_, (seq, _)| !lost(*seq));
        self.forks.retain(|_, seq| !lost(*seq));
        self.parting.take_if(|(seq, _)| lost(*seq));
        if lost(self.name_seq) {
            // Whoever made the newest key says the name again.
            self.name_seq = 0;
        }
    }
}

#[cfg(test)]
mod tests;
