//! What the statements of an epoch lead to besides its roster: the next key, and who knows of what.

use super::epoch::Applied;
use protocol::{
    Seq, UserId,
    open::{OpenBody, OpenContent},
};
use std::collections::{BTreeMap, BTreeSet};

/// The course of one epoch.
#[derive(Default)]
pub(in crate::engine) struct Course {
    /// The entry behind which nothing more may be sealed: someone went who has the key.
    pub over_since: Option<Seq>,
    /// Those who took someone out, or replaced their own keys: it is on them to make the next key at once.
    pub owed_by: BTreeSet<UserId>,
    /// Who went last, and by which entry.
    pub gone: Option<(UserId, Seq)>,
    /// The last entry of each who made one. They knew all open entries before it.
    pub spoke: BTreeMap<UserId, Seq>,
    /// For whom there is a wrap.
    pub wrapped: BTreeSet<UserId>,
    /// Where names were said: the one thing in a key's epoch that is meant for newcomers.
    pub profiles: BTreeSet<Seq>,
}

impl Course {
    /// Takes an entry into account that was found good. `due` is whether the next key is due since.
    pub fn note(&mut self, seq: Seq, body: &OpenBody, applied: &Applied, due: bool) {
        self.spoke.insert(body.sender, seq);
        if due {
            self.over_since.get_or_insert(seq);
        }
        match (&body.content, applied) {
            (OpenContent::Leave(_), Applied::Gone(keys)) => self.gone = Some((keys.user, seq)),
            (_, Applied::Gone(keys)) => {
                self.gone = Some((keys.user, seq));
                self.owed_by.insert(body.sender);
            }
            (_, Applied::Rekeyed(_)) => {
                self.owed_by.insert(body.sender);
            }
            (OpenContent::Wrap(wrap), _) => {
                self.wrapped.insert(wrap.recipient);
            }
            _ => {}
        }
    }
}
