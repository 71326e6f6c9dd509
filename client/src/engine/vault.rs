//! The vault: what this person must have on every device. One item for settings and one per room, each written by compare-and-swap; who
//! loses the race merges and writes again.

use super::{Engine, flow::Flow, room::Room};
use crate::{
    io::{ApiAnswer, ApiRequest},
    room_key::RoomSecret,
    vault_item::{self, VaultItemError},
};
use model::{Alarm, Answer, LastActivity, SecretText, Trouble};
use protocol::{
    Epoch, PublicError, RoomId, Seq, Time, UserId, Username,
    api::{VaultItem, VaultPut},
    json::MAX_INTEGER,
    open::Head,
};
use rand_core::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;

/// The name of the settings item; rooms' items have the room id's text.
pub(super) const SETTINGS: &str = "settings";

/// How long changes gather before they are written, in milliseconds.
const GATHER: u64 = 3_000;
/// The same for what the log brings: in a busy room every member would otherwise write all the time.
const GATHER_LOG: u64 = 30_000;
/// How long to wait after a failed write.
const RETRY: u64 = 5_000;

/// One item of the vault, with what this device changed since it was read.
#[derive(Debug, Default)]
pub(super) struct Item<T> {
    /// The version that the server has; 0 for none.
    pub version: u64,
    pub content: T,
    /// When the change is to be written; none while there is none.
    pub due: Option<Time>,
    pub writing: bool,
}

impl<T> Item<T> {
    /// Changes the content; the write may wait a little for more.
    pub fn change(&mut self, now: Time) -> &mut T {
        let due = now + GATHER;
        self.due = Some(self.due.map_or(due, |known| known.min(due)));
        &mut self.content
    }

    /// Changes the content by what the log brought; it would come again, so the write may wait long.
    pub fn change_lazily(&mut self, now: Time) -> &mut T {
        self.due.get_or_insert(now + GATHER_LOG);
        &mut self.content
    }

    /// Changes the content; the write must not wait.
    pub fn change_at_once(&mut self, now: Time) -> &mut T {
        self.due = Some(now);
        &mut self.content
    }

    /// The clock was set back.
    pub fn set_back(&mut self, by: Time) {
        self.due = self.due.map(|due| due.saturating_sub(by));
    }

    /// Whether all changes are with the server.
    pub fn is_saved(&self) -> bool {
        self.due.is_none() && !self.writing
    }
}

/// The person's settings.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Settings {
    /// Shown beside the username; empty for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub display_name: String,
    /// When it was chosen: the later choice wins.
    #[serde(default)]
    pub display_name_at: Time,
    /// The recovery code, only until the person says that it is written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_code: Option<SecretText>,
    /// Whether the person said so; never taken back.
    #[serde(default)]
    pub recovery_code_saved: bool,
    /// Usernames met, pinned to their user ids.
    #[serde(default)]
    pub contacts: BTreeMap<Username, UserId>,
    /// What newer versions put here.
    #[serde(flatten)]
    pub other: BTreeMap<String, serde_json::Value>,
}

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
    /// When the person joined last, and left last; 0 for never. Left is who left later: a tombstone that other devices must not undo.
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

impl Settings {
    /// What two devices wrote at the same time.
    fn merge(&mut self, theirs: Self) {
        if theirs.display_name_at > self.display_name_at {
            self.display_name = theirs.display_name;
            self.display_name_at = theirs.display_name_at;
        }
        self.recovery_code_saved |= theirs.recovery_code_saved;
        self.recovery_code = match self.recovery_code_saved {
            true => None,
            false => self.recovery_code.take().or(theirs.recovery_code),
        };
        for (username, user) in theirs.contacts {
            self.contacts.entry(username).or_insert(user);
        }
        self.other.extend(theirs.other);
    }
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

    /// The person makes or joins the room, or comes back.
    pub fn join(&mut self, now: Time) {
        self.joined_at = now.max(self.left_at + 1);
    }

    /// The person leaves, also where this device's clock is behind the one that joined.
    pub fn leave(&mut self, now: Time) {
        self.left_at = now.max(self.joined_at).max(1);
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
        items: Vec<VaultItem>,
    ) {
        let mut missing: Vec<String> = seen.keys().cloned().collect();
        for item in items {
            missing.retain(|name| *name != item.item);
            self.take_item(item, seen);
        }
        for name in missing {
            self.vault_alarm(&name, "it is missing");
        }
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
        let Some(account) = &self.account else { return };
        let user = account.identity.user();
        if item.item == SETTINGS {
            match open::<Settings>(&account.vault_key, &user, &item) {
                Ok(theirs) => {
                    let ours = &mut self.vault.settings;
                    absorb(ours, item.version, |ours| ours.merge(theirs), self.now);
                }
                Err(error) => return self.vault_alarm(SETTINGS, &error.to_string()),
            }
        } else if let Ok(id) = item.item.parse::<RoomId>() {
            match open::<RoomItem>(&account.vault_key, &user, &item) {
                Ok(theirs) => {
                    let room = self.rooms.entry(id).or_insert_with(|| Room::new(id));
                    let mut contradiction = false;
                    absorb(
                        &mut room.item,
                        item.version,
                        |ours| contradiction = ours.merge(theirs),
                        self.now,
                    );
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

    fn note_version(&mut self, item: String, version: u64) {
        let known = self.vault.seen.entry(item).or_default();
        *known = version.max(*known);
        let seen = serde_json::to_vec(&self.vault.seen).unwrap_or_default();
        self.out
            .store(vec![(super::VAULT_SEEN.to_owned(), Some(seen))]);
    }

    fn vault_alarm(&mut self, item: &str, what: &str) {
        self.out.notice(format!(
            "The server handed out something wrong from your vault ({item}: {what}). It was not used. Tell whoever runs this server."
        ));
    }

    /// Writes the items that are due.
    pub(super) fn write_vault(&mut self) {
        let Some(account) = &self.account else { return };
        let (key, user, now) = (&account.vault_key, account.identity.user(), self.now);
        let mut writes = Vec::new();
        writes.extend(prepare(&mut self.vault.settings, key, &user, SETTINGS, now));
        for room in self.rooms.values_mut() {
            writes.extend(prepare(
                &mut room.item,
                key,
                &user,
                &room.id.to_string(),
                now,
            ));
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
        let due = |due: Option<Time>, writing: bool| due.filter(|_| !writing);
        let rooms = self
            .rooms
            .values()
            .filter_map(|room| due(room.item.due, room.item.writing));
        rooms
            .chain(due(self.vault.settings.due, self.vault.settings.writing))
            .min()
    }

    /// A write ended.
    pub(super) fn vault_put(&mut self, item: &str, result: Result<ApiAnswer, PublicError>) {
        let now = self.now;
        let room = item.parse::<RoomId>().ok();
        let saved = match result {
            Ok(ApiAnswer::VaultVersion(version)) if version <= MAX_INTEGER => {
                self.with_item(item, |it_version, _, writing| {
                    *it_version = version.max(*it_version);
                    *writing = false;
                });
                self.note_version(item.to_owned(), version);
                true
            }
            Err(PublicError::VaultConflict { .. }) => {
                self.with_item(item, |_, due, writing| {
                    *due = Some(now);
                    *writing = false;
                });
                // Reading merges; the item is still due, so the merged one is written then.
                self.list_vault(0);
                self.with_item(item, |_, due, _| *due = Some(now + GATHER));
                false
            }
            result => {
                self.with_item(item, |_, due, writing| {
                    *due = Some(now + RETRY);
                    *writing = false;
                });
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

    fn with_item(
        &mut self,
        item: &str,
        change: impl FnOnce(&mut u64, &mut Option<Time>, &mut bool),
    ) {
        if item == SETTINGS {
            let it = &mut self.vault.settings;
            change(&mut it.version, &mut it.due, &mut it.writing);
        } else if let Some(room) = item
            .parse()
            .ok()
            .and_then(|id: RoomId| self.rooms.get_mut(&id))
        {
            let it = &mut room.item;
            change(&mut it.version, &mut it.due, &mut it.writing);
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

fn open<T: DeserializeOwned>(
    key: &crate::token::FernetKey,
    user: &UserId,
    item: &VaultItem,
) -> Result<T, VaultItemError> {
    vault_item::open_item(key, user, &item.item, item.version, &item.token)
}

/// Takes over what the server has; what this device changed in the meantime stays due.
fn absorb<T>(ours: &mut Item<T>, version: u64, merge: impl FnOnce(&mut T), now: Time) {
    if version > ours.version {
        merge(&mut ours.content);
        ours.version = version;
        if let Some(due) = &mut ours.due {
            *due = (*due).min(now);
        }
    }
}

fn prepare<T: Serialize>(
    item: &mut Item<T>,
    key: &crate::token::FernetKey,
    user: &UserId,
    name: &str,
    now: Time,
) -> Option<Result<VaultPut, VaultItemError>> {
    if item.writing || item.due.is_none_or(|due| due > now) {
        return None;
    }
    item.due = None;
    let sealed = vault_item::seal_item(key, user, name, item.version + 1, &item.content);
    Some(sealed.map(|token| {
        item.writing = true;
        VaultPut {
            item: name.to_owned(),
            replaces: item.version,
            token,
        }
    }))
}
