//! Who is in a room: the one rule by which server and clients turn open entries into a roster. Signatures, epochs and
//! the chain of open entries are the caller's to check; this is about who may say what.

use crate::{
    ids::{Hash, UserId},
    log::roster_hash,
    open::{Header, MemberKeys, OpenBody, OpenContent, Role, RosterMember, Settings},
};
use std::collections::BTreeSet;

mod rules;

/// The members of a room at one place of its log.
///
/// Members stand in the order of their seniority: those with whom the epoch started by user id, then those who joined
/// during it, in order. A newcomer knows nothing older, so nothing older may count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster {
    members: Vec<RosterMember>,
    banned: BTreeSet<UserId>,
    rotation_due: bool,
    settings: Settings,
}

/// Why an open entry does not fit the roster. The roster is as it was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RosterError {
    /// The joiner is on the roster.
    #[error("already a member")]
    AlreadyMember,
    /// The sender, or the recipient of a wrap, is not on the roster.
    #[error("not a member")]
    NotMember,
    /// Another member has this username.
    #[error("another member has this username")]
    UsernameTaken,
    /// The statement speaks of another user than its sender, or names keys that are not the user's or can't be used.
    #[error("the keys are not the sender's")]
    WrongKeys,
    /// The joiner was banned.
    #[error("banned")]
    Banned,
    /// A join though someone left in this epoch: whoever left knows its key too.
    #[error("someone left, so nobody joins before the key has changed")]
    RotationDue,
    /// A header whose roster hash is not that of the members and the banned.
    #[error("the header names another roster")]
    WrongRoster,
    /// A header whose settings are not those of the room.
    #[error("the header names other settings")]
    WrongSettings,
    /// The sender's role is too low for this, or not above that of whom it concerns; or a member started an epoch though
    /// nobody left.
    #[error("the sender's role does not allow this")]
    NotAllowed,
    /// Everything is so already.
    #[error("it changes nothing")]
    NoChange,
    /// [`limits::BANNED`] users are banned.
    #[error("too many users are banned")]
    TooManyBans,
    /// A kind that says nothing that this version understands.
    #[error("unknown kind of open entry")]
    UnknownKind,
}

impl Roster {
    /// The roster of a new room: its creator, who owns it.
    pub fn of_creator(creator: MemberKeys, settings: Settings) -> Self {
        Self {
            members: vec![RosterMember {
                keys: creator,
                role: Role::Owner,
            }],
            banned: BTreeSet::new(),
            rotation_due: false,
            settings,
        }
    }

    /// The roster with which an epoch starts, from lists that someone unproven gave and the epoch's header, whose
    /// signatures hold: the header's hash proves the lists.
    pub fn from_header(
        sender: UserId,
        header: &Header,
        mut members: Vec<RosterMember>,
        banned: BTreeSet<UserId>,
    ) -> Result<Self, RosterError> {
        if roster_hash(&members, &banned) != header.roster {
            return Err(RosterError::WrongRoster);
        }
        members.sort_by_key(|member| member.keys.user);
        let mut roster = Self {
            members: Vec::with_capacity(members.len()),
            banned,
            rotation_due: false,
            settings: header.settings,
        };
        for member in members {
            roster.admit(member)?;
        }
        match roster.member(&sender) {
            Some(author) if author.keys == header.author => Ok(roster),
            Some(_) => Err(RosterError::WrongKeys),
            None => Err(RosterError::NotMember),
        }
    }

    /// A roster that was kept since it was computed: members in order of seniority, as [`Roster::members`] gave them.
    pub fn restore(
        members: Vec<RosterMember>,
        banned: BTreeSet<UserId>,
        rotation_due: bool,
        settings: Settings,
    ) -> Self {
        Self {
            members,
            banned,
            rotation_due,
            settings,
        }
    }

    /// Takes one open entry into account.
    pub fn apply(&mut self, body: &OpenBody) -> Result<(), RosterError> {
        let sender = &body.sender;
        match &body.content {
            OpenContent::Header(header) => self.start_epoch(sender, header),
            OpenContent::Join(join) => self.join(sender, join),
            OpenContent::Leave(_) => self.leave(sender),
            OpenContent::Remove(it) => self.remove(sender, &it.member),
            OpenContent::Ban(it) => self.ban(sender, it.user),
            OpenContent::Unban(it) => self.unban(sender, &it.user),
            OpenContent::Role(it) => self.change_role(sender, &it.member, it.role),
            OpenContent::Settings(it) => self.change_settings(sender, it.settings),
            OpenContent::Identity(it) => self.change_keys(sender, &it.member),
            OpenContent::Resume(_) => self.require(sender, Role::Owner),
            // Whose entry it is, the log tells: see `may_purge`.
            OpenContent::Purge(_) => self.require(sender, Role::Member),
            OpenContent::Wrap(wrap) => {
                self.require(sender, Role::Member)?;
                self.require(&wrap.recipient, Role::Member)
            }
            OpenContent::Unknown(_) => Err(RosterError::UnknownKind),
        }
    }

    /// The members in order of seniority.
    pub fn members(&self) -> &[RosterMember] {
        &self.members
    }

    /// Finds a member.
    pub fn member(&self, user: &UserId) -> Option<&RosterMember> {
        self.members.iter().find(|it| it.keys.user == *user)
    }

    /// Who may not join.
    pub fn banned(&self) -> &BTreeSet<UserId> {
        &self.banned
    }

    /// The room's settings.
    pub fn settings(&self) -> Settings {
        self.settings
    }

    /// Whether someone left or got new keys in this epoch, so that nobody should seal under it any more and anyone may start
    /// the next.
    pub fn rotation_due(&self) -> bool {
        self.rotation_due
    }

    /// Whether this member may start an epoch now.
    pub fn may_rotate(&self, user: &UserId) -> bool {
        self.member(user)
            .is_some_and(|it| self.rotation_due || it.role >= Role::Admin)
    }

    /// Whether this member may have an entry of that author purged, or say that it is deleted.
    pub fn may_purge(&self, user: &UserId, author: &UserId) -> bool {
        user == author && self.member(user).is_some() || self.deleters().any(|it| it == user)
    }

    /// Who may delete what others wrote.
    pub fn deleters(&self) -> impl Iterator<Item = &UserId> {
        let allowed = self.settings.admins_may_delete;
        let members = self.members.iter().filter(move |_| allowed);
        let admins = members.filter(|it| it.role >= Role::Admin);
        admins.map(|it| &it.keys.user)
    }

    /// Whether this member stands above that one, so that they may take them out.
    pub fn is_above(&self, user: &UserId, other: &UserId) -> bool {
        let role = |user| self.member(user).map(|it| it.role);
        role(user) >= Some(Role::Admin) && role(user) > role(other)
    }

    /// The hash that a header for these members carries.
    pub fn hash(&self) -> Hash {
        roster_hash(&self.members, &self.banned)
    }

    fn require(&self, user: &UserId, role: Role) -> Result<(), RosterError> {
        match self.member(user) {
            None => Err(RosterError::NotMember),
            Some(member) if member.role < role => Err(RosterError::NotAllowed),
            Some(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
