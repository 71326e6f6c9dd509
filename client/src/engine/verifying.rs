//! Whom one met, and whether it is really them: pins, safety numbers, and what people say after comparing them.

use super::{
    Engine,
    contacts::{Met, keys_hash},
    room::Room,
};
use crate::{account::Identity, fingerprint};
use model::{Alarm, Answer, RoomStatus, SafetyView, Trouble};
use protocol::{UserId, open::MemberKeys};
use rand_core::{CryptoRng, RngCore};

impl<R: RngCore + CryptoRng> Engine<R> {
    /// Pins those who are new in a room or have other keys, and says what does not fit what is known of them.
    pub(super) fn meet_members(&mut self) {
        let Some(account) = &self.account else { return };
        let settings = &mut self.vault.settings;
        let mut news = Vec::new();
        let mut alarmed = Vec::new();
        for room in self.rooms.values_mut() {
            let Some(epoch) = room.unmet() else { continue };
            let last_open = epoch.last_open;
            let members = epoch.roster.members().iter().map(|it| &it.keys);
            let (own, others): (Vec<_>, Vec<_>) =
                members.partition(|keys| keys.user == account.identity.user());
            let mut alarms: Vec<Alarm> = own
                .into_iter()
                .filter_map(|keys| foreign(keys, &account.identity))
                .collect();
            for (keys, met) in settings.content.contacts.meet(others, self.now) {
                match &met {
                    Met::New => drop(settings.change_lazily(self.now)),
                    Met::Followed => {
                        settings.change_lazily(self.now);
                        if !room.shows_change_to(keys) {
                            news.push(keys.username.clone());
                        }
                    }
                    wrong => alarms.extend(stranger(keys, wrong)),
                }
            }
            room.met = Some(last_open);
            if !alarms.is_empty() {
                alarmed.push(room.id);
            }
            for alarm in alarms {
                room.raise(alarm);
            }
        }
        for name in news {
            self.out.notice(format!(
                "{name} has new keys. Compare safety numbers to be sure that it is still them."
            ));
        }
        if !alarmed.is_empty() {
            self.show_rooms();
        }
        for room in alarmed {
            self.show_room(room);
        }
    }

    /// What this person and someone else compare.
    pub(super) fn safety_number(&mut self, ticket: u32, user: &UserId) -> Result<(), Trouble> {
        let (safety, _) = self.safety(user)?;
        self.out
            .answer(ticket, Ok(Answer::Safety(Box::new(safety))));
        Ok(())
    }

    /// Says of each link that was opened whether it names the keys that this person knows. Whom one knows may only show when all rooms are
    /// there.
    pub(super) fn compare_links(&mut self) {
        let loading = |room: &Room| room.is_on_list() && room.status() == RoomStatus::Loading;
        let early = !self.link.is_up() || self.rooms.values().any(loading);
        for (ticket, text) in std::mem::take(&mut self.links) {
            match self.compare(&text) {
                Err(Trouble::Stranger) if early => self.links.push((ticket, text)),
                result => self.out.answer(ticket, result),
            }
        }
    }

    fn compare(&mut self, text: &str) -> Result<Answer, Trouble> {
        let (user, shown) = fingerprint::read_link(text).ok_or(Trouble::NoComparison)?;
        let (safety, known) = self.safety(&user)?;
        Ok(Answer::Compared {
            safety: Box::new(safety),
            matches: shown == known,
        })
    }

    /// The person says that they compared keys with someone and found them the same, or takes that back.
    pub(super) fn set_verified(&mut self, user: &UserId, verified: bool) -> Result<(), Trouble> {
        let keys = self.keys_to_compare(user)?;
        // The keys may have changed while two people read digits to each other.
        let compared = match self.comparing {
            Some((of, compared)) if of == *user => compared,
            _ => keys_hash(&keys),
        };
        let now = self.now;
        let settings = self.vault.settings.change_at_once(now);
        settings
            .contacts
            .verify(&keys, verified.then_some(compared), now);
        if let Some(shown) = self.shown {
            self.show_room(shown);
        }
        Ok(())
    }

    /// What the screen shows of a comparison with someone, and their fingerprint.
    fn safety(&mut self, user: &UserId) -> Result<(SafetyView, protocol::Hash), Trouble> {
        let keys = self.keys_to_compare(user)?;
        let me = &self.account()?.identity;
        let own = fingerprint::of_user(&me.user(), &me.signing_key(), &me.agreement_key());
        let theirs = fingerprint::of_user(user, &keys.signing, &keys.agreement);
        let safety = SafetyView {
            user: *user,
            username: keys.username.to_string(),
            digits: fingerprint::safety_number((&me.user(), &own), (user, &theirs)),
            link: fingerprint::link(&me.user(), &own),
            trust: self.vault.settings.content.contacts.trust(&keys),
        };
        self.comparing = Some((*user, keys_hash(&keys)));
        Ok((safety, theirs))
    }

    /// Another user's keys as far as they are known: pinned, or else those in a room.
    fn keys_to_compare(&self, user: &UserId) -> Result<MemberKeys, Trouble> {
        if *user == self.account()?.identity.user() {
            return Err(Trouble::NoComparison);
        }
        let in_rooms = || {
            let member = |room: &Room| Some(room.current()?.roster.member(user)?.keys.clone());
            self.rooms.values().find_map(member)
        };
        let pinned = self.vault.settings.content.contacts.keys_of(user);
        pinned.or_else(in_rooms).ok_or(Trouble::Stranger)
    }
}

impl Room {
    /// The newest epoch, if not all of its members were met yet. Only in a room that this person joined: whoever puts them into
    /// another one could introduce anybody there.
    fn unmet(&self) -> Option<&super::room::epoch::EpochState> {
        let joined = self.item.content.joined_at != 0 && !self.item.content.is_left();
        self.current()
            .filter(|epoch| joined && epoch.key.is_some() && self.met != Some(epoch.last_open))
    }

    /// Whether the timeline has a line that says that someone has these keys now.
    fn shows_change_to(&self, keys: &MemberKeys) -> bool {
        self.epochs.values().any(|epoch| {
            let mut all = epoch.all_keys_of(&keys.user).skip_while(|it| *it == keys);
            all.next().is_some() && all.any(|it| it == keys)
        })
    }
}

/// What is wrong with a member, in words.
fn stranger(keys: &MemberKeys, met: &Met) -> Option<Alarm> {
    let MemberKeys { user, username, .. } = keys;
    let (sentence, details) = match met {
        Met::New | Met::Known | Met::Followed => return None,
        Met::OtherUser(before) => (
            format!(
                "{username} is someone else than before. Don't trust what they write until you have compared safety numbers."
            ),
            format!("Until now the name was user {before}'s. Here it is user {user}'s."),
        ),
        Met::OtherName(before) => (
            format!(
                "{before} is called {username} in this room, but usernames do not change. Compare safety numbers before you trust it."
            ),
            format!("Both are user {user}."),
        ),
        Met::OtherKeys => (
            format!(
                "{username} has other keys in this room than you know, and nothing shows that they are theirs. Compare safety numbers before you trust what they write."
            ),
            format!(
                "User {user} has the signing key {} and the agreement key {} here. The keys that were pinned did not name them.",
                keys.signing, keys.agreement
            ),
        ),
    };
    Some(Alarm { sentence, details })
}

/// What is wrong if a room has keys for this person that are not, and never were, those on this device.
fn foreign(keys: &MemberKeys, me: &Identity) -> Option<Alarm> {
    let own = me.succession().iter().map(|step| step.signing);
    let own = own.chain([me.signing_key()]);
    let known = own.zip(0u32..).any(|(signing, number)| {
        let agrees = number < me.number() || keys.agreement == me.agreement_key();
        signing == keys.signing && agrees
    });
    (!known).then(|| Alarm {
        sentence: "In this room, other keys than yours stand for you: someone may write in your name. Tell the others by another way, and replace your keys.".into(),
        details: format!("They are {} and {}. Whoever had your keys may have replaced them, or this device missed that you did.", keys.signing, keys.agreement),
    })
}
