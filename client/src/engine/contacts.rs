//! Whom this person met in rooms, with which keys. The first keys met are pinned: only the user's own succession leads to others, and
//! nobody else comes under a name that was met.

use crate::fingerprint;
use model::Trust;
use protocol::{Hash, PublicKey, Time, UserId, Username, open::MemberKeys};
use serde::{Deserialize, Serialize};
use std::{cmp::Reverse, collections::BTreeMap};

/// How much JSON all contacts together take at most, so that the settings stay well below what the vault takes: about five
/// hundred people.
const MOST_BYTES: usize = 100_000;

/// Everyone met, as far as there is room.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Contacts(BTreeMap<UserId, Contact>);

/// Someone met in a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Contact {
    username: Username,
    signing: PublicKey,
    agreement: PublicKey,
    /// The signing keys before, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    earlier: Vec<PublicKey>,
    /// When they were met first.
    seen_at: Time,
    /// When the person last said whether they had compared keys; 0 for never.
    #[serde(default, skip_serializing_if = "is_never")]
    verified_at: Time,
    /// Which keys they had compared, by [`fingerprint::keys`]; none if they took it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verified: Option<Hash>,
}

fn is_never(time: &Time) -> bool {
    *time == 0
}

/// What meeting a member gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Met {
    /// Someone new.
    New,
    /// Someone known, with the known keys, or in a room that was not told of them yet.
    Known,
    /// Someone known, whose own keys lead to these.
    Followed,
    /// The keys are not those that are known, and don't follow from them.
    OtherKeys,
    /// The user was called otherwise.
    OtherName(Username),
    /// The name is another user's.
    OtherUser(UserId),
}

impl Contacts {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Meets the members of a room, and pins those who are new or whose keys follow from the pinned ones. Says of each what it is.
    pub fn meet<'a>(
        &mut self,
        members: impl IntoIterator<Item = &'a MemberKeys>,
        now: Time,
    ) -> Vec<(&'a MemberKeys, Met)> {
        let names = self.names();
        let mut met: Vec<_> = members
            .into_iter()
            .map(|keys| (keys, self.judge(keys, &names)))
            .collect();
        for (keys, met) in &met {
            if let Met::New | Met::Followed = met {
                let contact = self.0.entry(keys.user);
                contact
                    .and_modify(|it| it.follow(keys))
                    .or_insert_with(|| Contact::new(keys, now));
            }
        }
        self.make_room();
        for (keys, met) in &mut met {
            // Nobody is new twice only because there is no room for them.
            if *met == Met::New && !self.0.contains_key(&keys.user) {
                *met = Met::Known;
            }
        }
        met
    }

    /// Whose each name is: of two who were met under one name, the one who was met first.
    fn names(&self) -> BTreeMap<&Username, UserId> {
        let mut contacts: Vec<_> = self.0.iter().collect();
        contacts.sort_by_key(|(user, it)| Reverse((it.seen_at, **user)));
        contacts
            .into_iter()
            .map(|(user, it)| (&it.username, *user))
            .collect()
    }

    fn judge(&self, keys: &MemberKeys, names: &BTreeMap<&Username, UserId>) -> Met {
        match (self.0.get(&keys.user), names.get(&keys.username)) {
            (Some(known), _) if known.username != keys.username => {
                Met::OtherName(known.username.clone())
            }
            (_, Some(other)) if *other != keys.user => Met::OtherUser(*other),
            (None, _) => Met::New,
            (Some(known), _) => known.judge(keys),
        }
    }

    /// How far the person is sure who a member is: they are, if they compared these very keys.
    pub fn trust(&self, keys: &MemberKeys) -> Trust {
        let Some(known) = self.0.get(&keys.user) else {
            return Trust::Unverified;
        };
        match known.verified {
            None => Trust::Unverified,
            Some(verified) if known.username == keys.username && verified == keys_hash(keys) => {
                Trust::Verified {
                    at: known.verified_at,
                }
            }
            Some(_) => Trust::Changed,
        }
    }

    /// The keys that are pinned for a user. How they came to these is left out.
    pub fn keys_of(&self, user: &UserId) -> Option<MemberKeys> {
        let known = self.0.get(user)?;
        Some(MemberKeys {
            user: *user,
            username: known.username.clone(),
            signing: known.signing,
            agreement: known.agreement,
            earlier: Vec::new(),
        })
    }

    /// The person compared keys with someone, and these were the same; or takes that back.
    pub fn verify(&mut self, keys: &MemberKeys, verified: Option<Hash>, now: Time) {
        let contact = self.0.entry(keys.user);
        let contact = contact.or_insert_with(|| Contact::new(keys, now));
        contact.verified_at = now.max(contact.verified_at + 1);
        contact.verified = verified;
        self.make_room();
    }

    /// What two devices know.
    pub fn merge(&mut self, theirs: Self) {
        for (user, theirs) in theirs.0 {
            match self.0.get_mut(&user) {
                Some(ours) => ours.merge(theirs),
                None => drop(self.0.insert(user, theirs)),
            }
        }
        self.make_room();
    }

    /// Lets go of whom there is no room for: those were met last about whom the person never said anything.
    fn make_room(&mut self) {
        let size = |(user, contact): (&UserId, &Contact)| {
            let json = serde_json::to_string(contact).map_or(0, |json| json.len());
            (contact.verified_at == 0, contact.seen_at, *user, json + 32)
        };
        let mut sizes: Vec<_> = self.0.iter().map(size).collect();
        let mut total: usize = sizes.iter().map(|(.., bytes)| bytes).sum();
        if total <= MOST_BYTES {
            return;
        }
        sizes.sort_unstable();
        while total > MOST_BYTES
            && let Some((.., user, bytes)) = sizes.pop()
        {
            self.0.remove(&user);
            total -= bytes;
        }
    }
}

impl Contact {
    fn new(keys: &MemberKeys, now: Time) -> Self {
        Self {
            username: keys.username.clone(),
            signing: keys.signing,
            agreement: keys.agreement,
            earlier: keys.earlier.iter().map(|step| step.signing).collect(),
            seen_at: now,
            verified_at: 0,
            verified: None,
        }
    }

    fn follow(&mut self, keys: &MemberKeys) {
        *self = Self {
            seen_at: self.seen_at,
            verified_at: self.verified_at,
            verified: self.verified,
            ..Self::new(keys, 0)
        };
    }

    /// Whether keys, which lead from the user id, are these, or before or after them.
    fn judge(&self, keys: &MemberKeys) -> Met {
        let theirs = keys.earlier.iter().map(|step| &step.signing);
        let known = self.earlier.iter().chain([&self.signing]);
        let one_line = theirs
            .chain([&keys.signing])
            .zip(known)
            .all(|(a, b)| a == b);
        match keys.earlier.len().cmp(&self.earlier.len()) {
            _ if !one_line => Met::OtherKeys,
            std::cmp::Ordering::Equal if keys.agreement != self.agreement => Met::OtherKeys,
            std::cmp::Ordering::Greater => Met::Followed,
            _ => Met::Known,
        }
    }

    /// The longest succession wins, then whoever was met first. What the person said last counts, apart from that.
    fn merge(&mut self, theirs: Self) {
        let said = |it: &Self| (it.verified_at, it.verified.is_none(), it.verified);
        let last = if said(&theirs) > said(self) {
            (theirs.verified_at, theirs.verified)
        } else {
            (self.verified_at, self.verified)
        };
        if theirs.rank() < self.rank() {
            *self = theirs;
        }
        (self.verified_at, self.verified) = last;
    }

    fn rank(
        &self,
    ) -> (
        Reverse<usize>,
        Time,
        &Username,
        [&PublicKey; 2],
        &[PublicKey],
    ) {
        let number = Reverse(self.earlier.len());
        let keys = [&self.signing, &self.agreement];
        (number, self.seen_at, &self.username, keys, &self.earlier)
    }
}

/// See [`fingerprint::keys`].
pub(super) fn keys_hash(keys: &MemberKeys) -> Hash {
    fingerprint::keys(&keys.user, &keys.signing, &keys.agreement)
}

#[cfg(test)]
mod tests;
