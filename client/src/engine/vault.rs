//! The vault: what this person must have on every device. One item for settings and one per room, each written by compare-and-swap; who
//! loses the race merges and writes again.

use super::{
    Engine,
    flow::Flow,
    item::{Item, Saving},
    room::Room,
    settings::Settings,
};
use crate::{
    io::{ApiAnswer, ApiRequest},
    room_key::RoomSecret,
};
use model::{Alarm, Answer, LastActivity, SecretText, Trouble};
use protocol::{
    Epoch, PublicError, RoomId, Seq, Time, UserId, api::VaultItem, json::MAX_INTEGER, open::Head,
};
use rand_core::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The name of the settings item; rooms' items have the room id's text.
pub(super) const SETTINGS: &str = "settings";

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
}

impl RoomItem {
    pub fn place(&self) -> Place {
        Place {
            read: self.read,
            unread: self.unread,
            draft: self.draft.clone(),
            draft_at: self.draft_at,
        }
    }

    pub fn go_to(&mut self, place: Place) {
        self.read = place.read;
        self.unread = place.unread;
        self.draft = place.draft;
        self.draft_at = place.draft_at;
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
    pub fn merge(&mut self, theirs: Self) -> bool {
        for EpochSecret { epoch, secret } in theirs.secrets {
            self.keep_secret(epoch, secret);
        }
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
        if theirs.draft_at > self.draft_at {
            self.draft = theirs.draft;
            self.draft_at = theirs.draft_at;
        }
        self.parting = self.parting.take().max(theirs.parting);
        self.joined_at = self.joined_at.max(theirs.joined_at);
        self.left_at = self.left_at.max(theirs.left_at);
        self.other.extend(theirs.other);
        contradiction
    }
}

/// The settings item and the versions that this browser has seen.
#[derive(Default)]
pub(super) struct Vault {
    pub settings: Item<Settings>,
    /// The highest version seen of each item, kept in the local store: a lower one later is an alarm.
    pub seen: BTreeMap<String, u64>,
}

impl<R: RngCore + CryptoRng> Engine<R> {
    /// Reads the whole vault.
    pub(super) fn list_vault(&mut self, ticket: u32) {
        let seen = self.vault.seen.clone();
        self.call(ApiRequest::VaultList, Flow::VaultList { ticket, seen });
    }

    pub(super) fn is_reading_vault(&self) -> bool {
        let reads = |flow: &Flow| matches!(flow, Flow::VaultList { .. });
        self.flows.values().any(reads)
    }

    /// The whole vault came. It must have what was `seen` when it was asked for; what was written since it may lack.
    pub(super) fn vault_listed(
        &mut self,
        ticket: u32,
        seen: &BTreeMap<String, u64>,
        mut items: Vec<VaultItem>,
    ) {
        let mut missing: Vec<String> = seen.keys().cloned().collect();
        // They hold the keys under which other items may still be sealed.
        items.sort_by_key(|item| item.item != SETTINGS);
        for item in items {
            missing.retain(|name| *name != item.item);
            self.take_item(item, seen);
        }
        for name in missing {
            self.vault_alarm(&name, "it is missing");
        }
        self.vault_tells_of_next();
        self.show_me();
        self.show_recovery_code();
        self.show_rooms();
        if matches!(self.link, super::connection::Link::Reading) {
            self.open_socket();
        }
        self.out.answer(ticket, Ok(Answer::Done));
    }

    fn take_item(&mut self, item: VaultItem, seen: &BTreeMap<String, u64>) {
        let seen = seen.get(&item.item).copied().unwrap_or(0);
        if item.version < seen {
            self.vault_alarm(&item.item, "it is older than what this browser has seen");
            return;
        }
        if item.item == SETTINGS {
            self.look_for_next(&item);
            let Some(account) = &self.account else { return };
            match account.open_settings(&item) {
                Ok(theirs) => self.take_settings(item.version, theirs),
                Err(error) => return self.vault_alarm(SETTINGS, &error.to_string()),
            }
        } else if let Ok(id) = item.item.parse::<RoomId>() {
            let Some(account) = &self.account else { return };
            match account.open_item::<RoomItem>(&item) {
                Ok((theirs, under)) => {
                    let room = self.rooms.entry(id).or_insert_with(|| Room::new(id));
                    let mut contradiction = false;
                    let merge = |ours: &mut RoomItem| contradiction = ours.merge(theirs);
                    room.item.absorb(item.version, under, self.now, merge);
                    if contradiction {
                        room.raise(Alarm {
                            sentence:
                                "The server showed your devices different histories of this room."
                                    .into(),
                            details: "The vault holds another hash for the same place of the log."
                                .into(),
                        });
                    }
                }
                Err(error) => return self.vault_alarm(&item.item, &error.to_string()),
            }
            self.try_secrets(id);
        }
        self.note_version(item.item, item.version);
    }

    /// Takes over what another device wrote.
    fn take_settings(&mut self, version: u64, theirs: Settings) {
        let Some(account) = &mut self.account else {
            return;
        };
        let under = account.identity.number();
        let settings = &mut self.vault.settings;
        settings.absorb(version, under, self.now, |ours| ours.merge(theirs));
        account.hold(&settings.content.replaced);
        for room in self.rooms.values_mut() {
            room.met = None;
        }
        if let Some(shown) = self.shown {
            self.show_room(shown);
        }
    }

    pub(super) fn note_version(&mut self, item: String, version: u64) {
        let known = self.vault.seen.entry(item).or_default();
        *known = version.max(*known);
        let seen = serde_json::to_vec(&self.vault.seen).unwrap_or_default();
        self.out
            .store(vec![(super::VAULT_SEEN.to_owned(), Some(seen))]);
    }

    fn vault_alarm(&mut self, item: &str, what: &str) {
        let room = item.parse().ok().and_then(|id: RoomId| self.rooms.get(&id));
        let whose = match room.map(|room| &*room.item.content.name) {
            _ if item == SETTINGS => "your settings".to_owned(),
            None | Some("") => "what you keep of a room".to_owned(),
            Some(name) => format!("what you keep of the room {name}"),
        };
        self.out.notice(format!(
            "The server handed out a wrong copy of {whose} ({what}). It was not used. Tell whoever runs this server."
        ));
    }

    /// Writes the items that are due.
    pub(super) fn write_vault(&mut self) {
        let Some(account) = &self.account else { return };
        let now = self.now;
        let mut writes = Vec::new();
        writes.extend(self.vault.settings.prepare(account, SETTINGS, now));
        for room in self.rooms.values_mut() {
            let name = room.id.to_string();
            writes.extend(room.item.prepare(account, &name, now));
        }
        for write in writes {
            match write {
                Ok(put) => {
                    let item = put.item.clone();
                    self.call(ApiRequest::VaultPut(put), Flow::VaultPut { item });
                }
                Err(error) => self
                    .out
                    .notice(format!("Your vault could not be saved: {error}")),
            }
        }
    }

    /// When the next write is due.
    pub(super) fn vault_timeout(&self) -> Option<Time> {
        let rooms = self.rooms.values().map(|room| &room.item.saving);
        let settings = &self.vault.settings.saving;
        rooms.chain([settings]).filter_map(Saving::timeout).min()
    }

    /// A write ended.
    pub(super) fn vault_put(&mut self, item: &str, result: Result<ApiAnswer, PublicError>) {
        let now = self.now;
        let room = item.parse::<RoomId>().ok();
        let saved = match result {
            Ok(ApiAnswer::VaultVersion(version)) if version <= MAX_INTEGER => {
                self.with_item(item, |it| it.written(version));
                self.note_version(item.to_owned(), version);
                true
            }
            Err(PublicError::VaultConflict { .. }) => {
                // Reading merges; the item is still due, so the merged one is written then.
                self.with_item(item, |it| it.overtaken(now));
                self.list_vault(0);
                false
            }
            result => {
                self.with_item(item, |it| it.failed(now));
                if let (Err(error), Some(room)) = (result, room) {
                    self.vault_refused(room, &error);
                }
                false
            }
        };
        if let (true, Some(room)) = (saved, room) {
            self.vault_saved(room);
        }
    }

    fn with_item(&mut self, item: &str, change: impl FnOnce(&mut Saving)) {
        if item == SETTINGS {
            change(&mut self.vault.settings.saving);
        } else if let Some(room) = item
            .parse()
            .ok()
            .and_then(|id: RoomId| self.rooms.get_mut(&id))
        {
            change(&mut room.item.saving);
        }
    }

    /// Sets the display name here and in all rooms.
    pub(super) fn set_display_name(&mut self, name: &str) -> Result<(), Trouble> {
        let name = name.trim();
        if name.len() > protocol::limits::DISPLAY_NAME_BYTES || name.chars().any(char::is_control) {
            return Err(Trouble::NameTooLong);
        }
        self.account()?;
        let settings = self.vault.settings.change_at_once(self.now);
        settings.display_name = name.to_owned();
        settings.display_name_at = self.now.max(settings.display_name_at + 1);
        self.show_me();
        Ok(())
    }
}
