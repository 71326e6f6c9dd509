//! The vault: what this person must have on every device. One item for settings and one per room, each written by compare-and-swap; who
//! loses the race merges and writes again.

use super::{
    Engine,
    flow::Flow,
    item::{Item, Saving},
    room::Room,
    room_item::RoomItem,
    settings::Settings,
};
use crate::io::{ApiAnswer, ApiRequest};
use model::{Alarm, Answer, Trouble};
use protocol::{PublicError, RoomId, Time, api::VaultItem, json::MAX_INTEGER};
use rand_core::{CryptoRng, RngCore};
use std::collections::BTreeMap;

/// The name of the settings item; rooms' items have the room id's text.
pub(super) const SETTINGS: &str = "settings";

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
            self.fall_back(&name, 0);
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
            let whose = self.whose(&item.item);
            self.out.notice(format!(
                "The server handed out an older copy of {whose} than this browser has seen. What changed since may be missing. Tell whoever runs this server."
            ));
            // What it holds is this person's own all the same: merging takes nothing away, and writing needs its number.
            self.fall_back(&item.item, item.version.saturating_sub(1));
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
                            sentence: "The server showed your devices different histories of this room. Compare what they show, and tell whoever runs the server.".into(),
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

    /// The server has less of an item than before: it is written anew from here.
    fn fall_back(&mut self, item: &str, version: u64) {
        let now = self.now;
        self.vault.seen.remove(item);
        self.with_item(item, |it| it.fall_back(version, now));
    }

    fn vault_alarm(&mut self, item: &str, what: &str) {
        let whose = self.whose(item);
        self.out.notice(format!(
            "The server handed out a wrong copy of {whose} ({what}). It was not used. Tell whoever runs this server."
        ));
    }

    /// What an item is to the person.
    fn whose(&self, item: &str) -> String {
        let room = item.parse().ok().and_then(|id: RoomId| self.rooms.get(&id));
        match room.map(|room| &*room.item.content.name) {
            _ if item == SETTINGS => "your settings".to_owned(),
            None | Some("") => "what you keep of a room".to_owned(),
            Some(name) => format!("what you keep of the room {name}"),
        }
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
