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

    /// The server went back to an earlier version, or has none: what is here is written anew on top of that.
    pub fn fall_back(&mut self, version: u64, now: Time) {
        if self.version > version {
            self.version = version;
            self.due_by(now + GATHER);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::AccountSecret;

    fn account() -> Account {
        let secret = AccountSecret::from_bytes([1; 32]);
        Account::new("ana".parse().unwrap(), secret, Vec::new())
    }

    fn write(item: &mut Item<u8>, now: Time) -> Option<u64> {
        let put = item.prepare(&account(), "settings", now)?.unwrap();
        Some(put.replaces)
    }

    #[test]
    fn what_comes_by_itself_is_written_late_and_does_not_count_as_unsaved() {
        let mut item = Item::default();
        *item.change_lazily(100) = 1;
        assert!(item.is_saved());
        assert_eq!(write(&mut item, 100 + GATHER), None);
        *item.change(200) = 2;
        assert!(!item.is_saved());
        assert_eq!(item.saving.timeout(), Some(200 + GATHER));
        assert_eq!(write(&mut item, 200 + GATHER), Some(0));
        // One write took both.
        item.saving.written(1);
        assert!(item.is_saved());
        assert_eq!(item.saving.timeout(), None);
    }

    #[test]
    fn what_is_sealed_under_an_earlier_secret_is_sealed_anew_one_after_the_other() {
        let mut items = [Saving::default(), Saving::default(), Saving::default()];
        items[0].version = 3;
        items[2].version = 1;
        let due = items
            .iter_mut()
            .fold(1_000, |at, it| it.seal_anew(1, at, 250));
        assert_eq!(due, 1_500);
        let due: Vec<_> = items.iter().map(Saving::timeout).collect();
        assert_eq!(due, [Some(1_250), None, Some(1_500)]);
        // Asked again, nothing changes.
        assert_eq!(items[0].seal_anew(1, 9_000, 250), 9_000);
        assert_eq!(items[0].timeout(), Some(1_250));
    }

    #[test]
    fn a_write_that_was_on_its_way_when_the_secret_changed_counts_as_the_earlier_ones() {
        let mut item = Item::default();
        *item.change_at_once(1) = 1;
        assert_eq!(write(&mut item, 1), Some(0));
        item.saving.written(1);
        assert!(item.saving.is_under(0));
        assert!(!item.saving.is_under(1));
    }

    #[test]
    fn a_write_that_failed_goes_again() {
        let mut item = Item::default();
        *item.change_lazily(0) = 1;
        assert_eq!(write(&mut item, GATHER_LOG), Some(0));
        item.saving.failed(GATHER_LOG);
        assert_eq!(write(&mut item, GATHER_LOG), None);
        assert_eq!(write(&mut item, GATHER_LOG + RETRY), Some(0));
    }

    #[test]
    fn older_versions_are_not_taken() {
        let mut item = Item::default();
        item.absorb(2, 0, 0, |content| *content = 2);
        item.absorb(1, 0, 0, |content| *content = 1);
        assert_eq!((item.content, item.saving.version), (2, 2));
    }
}
