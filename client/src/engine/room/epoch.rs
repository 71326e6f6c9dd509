//! One epoch of a room: its key, its header, and who was a member from where to where.

use super::course::Course;
use crate::{
    account::Identity,
    fingerprint,
    room_key::{Context, RoomSecret},
    statement::{self, Refused},
    token::FernetKey,
    wrap,
};
use protocol::{
    Entry, Epoch, Hash, OpenEntry, PublicKey, RoomId, Seq, UserId,
    entry::EntryError,
    frame::LoggedEntry,
    log::entry_hash,
    open::{Head, Header, MemberKeys, OpenBody, OpenContent, Purge, RosterMember},
    roster::{Roster, RosterError},
};
use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
};

/// Why open entries are refused. Each means that the server, or a member with its help, lied.
#[derive(Debug, thiserror::Error)]
pub(in crate::engine) enum Lie {
    #[error("an open entry can't be read: {0}")]
    Entry(#[from] EntryError),
    #[error("{0}")]
    Refused(#[from] Refused),
    #[error("{0}")]
    Roster(#[from] RosterError),
    #[error("an open entry belongs to another room or epoch")]
    Place,
    #[error("an open entry does not follow the one before it")]
    Chain,
    #[error("an epoch does not start with its header")]
    NoHeader,
    #[error("a sealed entry stands among the open ones")]
    Sealed,
    #[error("the entry before the header is not the last of the epoch before")]
    Roots,
    #[error("an open entry is another one than before")]
    Changed,
    #[error("an owner accepts another log than the one that is shown")]
    OtherLog,
    #[error("the epoch has another secret than before")]
    OtherSecret,
}

/// With whom an epoch starts, and who was banned then, as someone unproven says.
pub(in crate::engine) type Founders = (Vec<RosterMember>, BTreeSet<UserId>);

/// One stay of a member.
#[derive(Debug)]
struct Stay {
    keys: MemberKeys,
    from: Seq,
    /// The entry that ended it.
    until: Option<Seq>,
}

/// An epoch as far as its open entries are known.
pub(in crate::engine) struct EpochState {
    pub ctx: Context,
    /// Its secret with the message key, once it reached this device.
    pub key: Option<EpochKey>,
    pub header: Header,
    pub header_seq: Seq,
    pub header_hash: Hash,
    pub roster: Roster,
    /// `E` of the last open entry that is taken into account, and its seq.
    pub last_open: Hash,
    pub last_open_seq: Seq,
    pub course: Course,
    /// Whether sealed entries came that could not be opened, since its secret had not.
    pub missed: bool,
    /// Who made a wrap for this person that does not open, and where.
    pub bad_wrap: Option<(UserId, Seq)>,
    /// Computed when it is shown: it covers every member.
    fingerprint: OnceCell<String>,
    opens: BTreeMap<Seq, Hash>,
    stays: BTreeMap<UserId, Vec<Stay>>,
    /// Who may delete what others wrote, wherever that changed.
    deleters: BTreeMap<Seq, BTreeSet<UserId>>,
    /// Who had which entry purged, by its place.
    purges: BTreeMap<Seq, Vec<Purged>>,
    /// Where the owner said that the log goes on though the server had lost entries.
    pub resumes: Vec<Resumed>,
}

/// The owner's word that the log goes on.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) struct Resumed {
    /// Its own `E`.
    pub entry: Hash,
    /// The last place before it.
    pub head: Head,
}

/// A statement that an entry's payload is to be dropped.
struct Purged {
    by: UserId,
    at: Seq,
    entry: Hash,
}

pub(in crate::engine) struct EpochKey {
    pub secret: RoomSecret,
    pub message: FernetKey,
}

impl EpochKey {
    pub fn new(secret: RoomSecret) -> Self {
        let message = secret.message_key();
        Self { secret, message }
    }
}

/// What an open entry did.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::engine) enum Applied {
    Joined(MemberKeys),
    /// Someone is no member any more: by their own will, or taken out.
    Gone(MemberKeys),
    /// Someone has these keys from here on.
    Rekeyed(MemberKeys),
    /// A sealed entry's payload is gone for ever.
    Purged(Purge),
    /// The epoch's secret reached this device.
    Opened,
    Nothing,
}

impl EpochState {
    /// Takes in an epoch from the server's answer: the roster at its header and all its open entries. `before` is the epoch before it
    /// where this device followed it; then the header must continue that epoch's roster, whoever wrote it. `secrets` is what may be the
    /// epoch's secret.
    pub fn load(
        room: RoomId,
        epoch: Epoch,
        (members, banned): Founders,
        entries: &[LoggedEntry],
        secrets: Vec<RoomSecret>,
        before: Option<&Self>,
        me: &Identity,
    ) -> Result<Self, Lie> {
        let (first, later) = entries.split_first().ok_or(Lie::NoHeader)?;
        let Entry::Open(open) = &first.entry else {
            return Err(Lie::NoHeader);
        };
        let body = open.body()?;
        if body.room != room || body.epoch != epoch {
            return Err(Lie::Place);
        }
        let header = statement::verify_header(open, &body, None)?.clone();
        if let Some(before) = before {
            if body.prev_open != before.last_open {
                return Err(Lie::Roots);
            }
            before.roster.clone().apply(&body)?;
        }
        let roster = Roster::from_header(body.sender, &header, members, banned)?;
        let mut state = Self::new(
            room,
            epoch,
            header,
            roster,
            first.seq,
            entry_hash(&first.entry),
        );
        state.try_secrets(secrets);
        state.extend(room, later, me)?;
        Ok(state)
    }

    /// Takes in what else happened in this epoch; what is known already must be the same.
    pub fn extend(
        &mut self,
        room: RoomId,
        entries: &[LoggedEntry],
        me: &Identity,
    ) -> Result<(), Lie> {
        for LoggedEntry { seq, entry, .. } in entries {
            let Entry::Open(open) = entry else {
                return Err(Lie::Sealed);
            };
            if *seq > self.last_open_seq {
                self.apply(room, *seq, open, &open.body()?, me)?;
            } else if !self.knows(*seq, &entry_hash(entry)) {
                return Err(Lie::Changed);
            }
        }
        Ok(())
    }

    /// Starts an epoch with a header that came in the running log.
    pub fn follow(
        &self,
        room: RoomId,
        seq: Seq,
        open: &OpenEntry,
        body: &OpenBody,
        secret: Option<RoomSecret>,
    ) -> Result<Self, Lie> {
        if body.room != room || body.epoch != self.ctx.epoch + 1 {
            return Err(Lie::Place);
        }
        if body.prev_open != self.last_open {
            return Err(Lie::Chain);
        }
        let header = statement::verify_header(open, body, None)?.clone();
        let mut roster = self.roster.clone();
        roster.apply(body)?;
        let hash = entry_hash(&Entry::Open(open.clone()));
        let mut state = Self::new(room, body.epoch, header, roster, seq, hash);
        state.try_secrets(secret.into_iter().collect());
        Ok(state)
    }

    /// Takes the one of these secrets that is this epoch's, if its key is not here yet. True if it is here now and was not before.
    pub fn try_secrets(&mut self, secrets: Vec<RoomSecret>) -> bool {
        if self.key.is_some() {
            return false;
        }
        let fits = |secret: &RoomSecret| secret.commitment() == self.header.commitment;
        self.key = secrets.into_iter().find(fits).map(EpochKey::new);
        self.key.is_some()
    }

    /// Whether the header's locator and join key are not those of the epoch's secret: whoever gets the room key then can't join by it.
    pub fn key_does_not_join(&self) -> bool {
        self.key.as_ref().is_some_and(|key| {
            key.secret.locator() != self.header.locator
                || key.secret.join_key().verifying_key().to_bytes() != self.header.join_key.0
        })
    }

    fn new(
        room: RoomId,
        epoch: Epoch,
        header: Header,
        roster: Roster,
        seq: Seq,
        hash: Hash,
    ) -> Self {
        let stay = |member: &RosterMember| {
            (
                member.keys.user,
                vec![Stay {
                    keys: member.keys.clone(),
                    from: seq,
                    until: None,
                }],
            )
        };
        Self {
            ctx: Context {
                room,
                epoch,
                commitment: header.commitment,
            },
            key: None,
            stays: roster.members().iter().map(stay).collect(),
            deleters: BTreeMap::from([(seq, roster.deleters().copied().collect())]),
            purges: BTreeMap::new(),
            resumes: Vec::new(),
            missed: false,
            course: Course {
                spoke: BTreeMap::from([(header.author.user, seq)]),
                ..Course::default()
            },
            header,
            header_seq: seq,
            header_hash: hash,
            roster,
            last_open: hash,
            last_open_seq: seq,
            bad_wrap: None,
            fingerprint: OnceCell::new(),
            opens: BTreeMap::from([(seq, hash)]),
        }
    }

    /// Takes the next open entry of this epoch into account.
    pub fn apply(
        &mut self,
        room: RoomId,
        seq: Seq,
        open: &OpenEntry,
        body: &OpenBody,
        me: &Identity,
    ) -> Result<Applied, Lie> {
        if body.room != room || body.epoch != self.ctx.epoch {
            return Err(Lie::Place);
        }
        if body.prev_open != self.last_open {
            return Err(Lie::Chain);
        }
        if let OpenContent::Resume(it) = &body.content
            && it.head.seq.checked_add(1) != Some(seq)
        {
            return Err(Lie::OtherLog);
        }
        match &body.content {
            OpenContent::Join(_) => {
                statement::verify_join(open, body, &self.header.join_key)?;
            }
            _ => {
                let sender = self.roster.member(&body.sender);
                let sender = sender.ok_or(RosterError::NotMember)?;
                statement::verify_by_member(open, body, &sender.keys.signing)?;
            }
        }
        match self.roster.apply(body) {
            // Signed and in its place, but of a newer version: it can't be understood, but the chain goes on.
            Ok(()) | Err(RosterError::UnknownKind) => {}
            Err(error) => return Err(error.into()),
        }
        self.fingerprint.take();
        self.last_open = entry_hash(&Entry::Open(open.clone()));
        self.last_open_seq = seq;
        self.opens.insert(seq, self.last_open);
        let deleters = self.roster.deleters().copied().collect();
        if self.deleters.values().next_back() != Some(&deleters) {
            self.deleters.insert(seq, deleters);
        }
        let applied = match &body.content {
            OpenContent::Join(join) => {
                self.come(join.member.clone(), seq);
                Applied::Joined(join.member.clone())
            }
            OpenContent::Leave(_) => self.go(&body.sender, seq),
            OpenContent::Remove(it) => self.go(&it.member, seq),
            OpenContent::Ban(it) => self.go(&it.user, seq),
            OpenContent::Identity(it) => {
                self.go(&body.sender, seq);
                self.come(it.member.clone(), seq);
                Applied::Rekeyed(it.member.clone())
            }
            OpenContent::Purge(it) => {
                let purged = Purged {
                    by: body.sender,
                    at: seq,
                    entry: it.entry,
                };
                self.purges.entry(it.seq).or_default().push(purged);
                Applied::Purged(*it)
            }
            OpenContent::Resume(it) => {
                self.resumes.push(Resumed {
                    entry: self.last_open,
                    head: it.head,
                });
                Applied::Nothing
            }
            OpenContent::Wrap(it) if it.recipient == me.user() && self.key.is_none() => {
                match wrap::unwrap(&self.ctx, &body.sender, me, &it.sealed) {
                    Ok(secret) => {
                        self.key = Some(EpochKey::new(secret));
                        Applied::Opened
                    }
                    Err(_) => {
                        self.bad_wrap = Some((body.sender, seq));
                        Applied::Nothing
                    }
                }
            }
            OpenContent::Wrap(_)
            | OpenContent::Header(_)
            | OpenContent::Unban(_)
            | OpenContent::Role(_)
            | OpenContent::Settings(_)
            | OpenContent::Unknown(_) => Applied::Nothing,
        };
        let due = self.roster.rotation_due();
        self.course.note(seq, body, &applied, due);
        Ok(applied)
    }

    fn come(&mut self, keys: MemberKeys, from: Seq) {
        let user = keys.user;
        let until = None;
        let stay = Stay { keys, from, until };
        self.stays.entry(user).or_default().push(stay);
    }

    /// Ends a member's stay; of someone who was none, nothing ends.
    fn go(&mut self, user: &UserId, at: Seq) -> Applied {
        let stay = self.stays.get_mut(user).and_then(|stays| stays.last_mut());
        match stay.filter(|stay| stay.until.is_none()) {
            Some(stay) => {
                stay.until = Some(at);
                Applied::Gone(stay.keys.clone())
            }
            None => Applied::Nothing,
        }
    }

    /// Whether the server shows the same open entry here as before.
    pub fn knows(&self, seq: Seq, hash: &Hash) -> bool {
        self.opens.get(&seq) == Some(hash)
    }

    /// How many open entries there are, the header included.
    pub fn statements(&self) -> Seq {
        self.opens.len() as Seq
    }

    /// Whether a rotation's wraps are still coming in: they follow its header without anything in between.
    pub fn is_being_wrapped(&self) -> bool {
        let founders = self.stays.values().flatten();
        let founders = founders.filter(|stay| stay.from == self.header_seq);
        let wraps = self.opens.len() - 1;
        self.last_open_seq - self.header_seq == wraps as Seq
            && self.course.wrapped.len() == wraps
            && wraps + 1 < founders.count()
    }

    /// Whether a user was a member when the epoch started, and stayed.
    pub fn started_with(&self, user: &UserId) -> bool {
        let stays = self.stays.get(user).map(Vec::as_slice);
        matches!(stays, Some([stay, ..]) if stay.from == self.header_seq && stay.until.is_none())
    }

    /// The keys of a user at a place in the log, if they were a member there.
    pub fn member_at(&self, user: &UserId, seq: Seq) -> Option<&MemberKeys> {
        let stays = self.stays.get(user)?;
        stays
            .iter()
            .rev()
            .find(|stay| stay.from < seq && stay.until.is_none_or(|until| seq < until))
            .map(|stay| &stay.keys)
    }

    /// The signing key that goes with [`EpochState::member_at`].
    pub fn signing_key_at(&self, user: &UserId, seq: Seq) -> Option<PublicKey> {
        self.member_at(user, seq).map(|keys| keys.signing)
    }

    /// Whether someone could delete what others wrote, at a place in the log.
    pub fn may_delete_at(&self, user: &UserId, seq: Seq) -> bool {
        let last = self.deleters.range(..seq).next_back();
        last.is_some_and(|(_, deleters)| deleters.contains(user))
    }

    /// Who had an entry purged, and was allowed to: its author, or one who may delete what others wrote. Whose it is may be unknown.
    pub fn purged_by(&self, seq: Seq, entry: &Hash, author: Option<&UserId>) -> Option<UserId> {
        let allowed = |it: &&Purged| {
            it.entry == *entry
                && (author.is_none_or(|author| it.by == *author)
                    || self.may_delete_at(&it.by, it.at))
        };
        self.purges.get(&seq)?.iter().find(allowed).map(|it| it.by)
    }

    /// All keys that a member had in this epoch.
    pub fn all_keys_of(&self, user: &UserId) -> impl Iterator<Item = &MemberKeys> {
        let stays = self.stays.get(user).into_iter().flatten();
        stays.map(|stay| &stay.keys)
    }

    /// What members compare to know that they have the same key and see the same members, as digits.
    pub fn fingerprint(&self) -> &str {
        self.fingerprint.get_or_init(|| {
            fingerprint::digits(&fingerprint::of_room(&self.ctx, &self.roster.hash()))
        })
    }

    /// Whether the owner said this there.
    pub fn has_resume(&self, entry: &Hash) -> bool {
        self.resumes.iter().any(|it| it.entry == *entry)
    }

    /// Anyone who ever was a member in this epoch.
    pub fn anyone(&self, user: &UserId) -> Option<&MemberKeys> {
        self.stays.get(user)?.last().map(|stay| &stay.keys)
    }
}
