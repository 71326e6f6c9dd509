//! An item of the vault on this device: its content, and how far the server has it. Who loses the race to write merges and writes again.

use super::keys::Account;
use crate::vault_item::{self, VaultItemError};
use protocol::{Time, api::VaultPut};
use serde::Serialize;

/// How long changes gather before they are written, in milliseconds.
const GATHER: u64 = 3_000;
/// The same for what the log brings: in a busy room every member would otherwise write all the time.
const GATHER_LOG: u64 = 30_000;
/// How long to wait after a failed write.
const RETRY: u64 = 5_000;

/// One item of the vault, with what this device changed since it was read.
#[derive(Debug, Default)]
pub(super) struct Item<T> {
    pub content: T,
    pub saving: Saving,
}

/// How far the server has an item.
#[derive(Debug, Default)]
pub(super) struct Saving {
    /// The version that the server has; 0 for none.
    pub version: u64,
    /// Which of the account's secrets, counted from 0, that version is sealed under.
    pub under: u32,
    /// When what the person changed is to be written; none while there is nothing.
    pub due: Option<Time>,
    /// The same for what comes by itself, and would come again.
    pub lazy: Option<Time>,
    /// The secret under which the version is sealed that is on its way.
    pub writing: Option<u32>,
}

impl<T> Item<T> {
    /// Changes the content; the write may wait a little for more.
    pub fn change(&mut self, now: Time) -> &mut T {
        self.saving.due_by(now + GATHER);
        &mut self.content
    }

    /// Changes the content by what the log brought; the write may wait long.
    pub fn change_lazily(&mut self, now: Time) -> &mut T {
        self.saving.lazy.get_or_insert(now + GATHER_LOG);
        &mut self.content
    }

    /// Changes the content; the write must not wait.
    pub fn change_at_once(&mut self, now: Time) -> &mut T {
        self.saving.due_by(now);
        &mut self.content
    }

    /// Takes over what the server has; what this device changed in the meantime stays due.
    pub fn absorb(&mut self, version: u64, under: u32, now: Time, merge: impl FnOnce(&mut T)) {
        if version > self.saving.version {
            merge(&mut self.content);
            self.saving.version = version;
            self.saving.under = under;
            if self.saving.due.is_some() {
                self.saving.due_by(now);
            }
        }
    }

    /// Whether all that the person changed is with the server.
    pub fn is_saved(&self) -> bool {
        self.saving.due.is_none() && self.saving.writing.is_none()
    }
}

impl<T: Serialize> Item<T> {
    /// Seals the item, if it is due.
    pub fn prepare(
        &mut self,
        account: &Account,
        name: &str,
        now: Time,
    ) -> Option<Result<VaultPut, VaultItemError>> {
        if self.saving.timeout().is_none_or(|due| due > now) {
            return None;
        }
        Some(self.saving.seal(&self.content, account, name))
    }
}

impl Saving {
    /// Wants a write at this time or earlier.
    fn due_by(&mut self, at: Time) {
        self.due = Some(self.due.map_or(at, |known| known.min(at)));
    }

    /// Seals the next version, which is on its way then with all that was due.
    pub fn seal(
        &mut self,
        content: &impl Serialize,
        account: &Account,
        name: &str,
    ) -> Result<VaultPut, VaultItemError> {
        self.due = None;
        self.lazy = None;
        let (key, user) = (&account.vault_key, account.identity.user());
        let token = vault_item::seal_item(key, &user, name, self.version + 1, content)?;
        self.writing = Some(account.identity.number());
        Ok(VaultPut {
            item: name.to_owned(),
            replaces: self.version,
            token,
        })
    }

    /// When the next write is due.
    pub fn timeout(&self) -> Option<Time> {
        let due = [self.due, self.lazy].into_iter().flatten().min();
        due.filter(|_| self.writing.is_none())
    }

    /// The server took a write.
    pub fn written(&mut self, version: u64) {
        if let Some(under) = self.writing.take()
            && version > self.version
        {
            self.version = version;
            self.under = under;
        }
    }

    /// Another device was faster: the item must be read, which merges it, and be written then.
    pub fn overtaken(&mut self, now: Time) {
        self.writing = None;
        self.due = Some(now + GATHER);
    }

    /// A write failed, perhaps because the network is gone.
    pub fn failed(&mut self, now: Time) {
        self.writing = None;
        self.due = Some(now + RETRY);
    }

    /// Whether the server has nothing that is sealed under another of the account's secrets.
    pub fn is_under(&self, number: u32) -> bool {
        self.version == 0 || self.under == number
    }

    /// Wants what is sealed under an earlier secret to be written, a while after the item before it. Gives the time for the next.
    pub fn seal_anew(&mut self, number: u32, after: Time, pace: Time) -> Time {
        let waits = self.due.or(self.lazy).is_some() || self.writing.is_some();
        if waits || self.is_under(number) {
            return after;
        }
        *self.lazy.insert(after + pace)
    }

    /// The clock was set back.
    pub fn set_back(&mut self, by: Time) {
        for due in [&mut self.due, &mut self.lazy] {
            *due = due.map(|due| due.saturating_sub(by));
        }
    }
}
