//! Who is in a room: the one rule by which server and clients turn open entries into a roster. Signatures, epochs and
//! the chain of open entries are the caller's to check; this is about who may say what.

use crate::{
    ids::{Hash, UserId},
    log::roster_hash,
    open::{Header, Join, MemberKeys, OpenBody, OpenContent, Role, RosterMember, Settings, Wrap},
};

/// The members of a room at one place of its log.
///
/// Members stand in the order of their seniority: those with whom the epoch started by user id, then those who joined
/// during it, in order. A newcomer knows nothing older, so nothing older may count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster {
    members: Vec<RosterMember>,
    rotation_due: bool,
    /// Of the epoch's header; none before a room's first.
    settings: Option<Settings>,
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
    /// A join though someone left in this epoch: whoever left knows its key too.
    #[error("someone left, so nobody joins before the key has changed")]
    RotationDue,
    /// A header whose roster hash is not that of the members.
    #[error("the header names another roster")]
    WrongRoster,
    /// Someone who is neither admin nor owner started an epoch though nobody left, or changed the settings with it.
    #[error(
        "a member may start an epoch only after someone left, and with the settings as they are"
    )]
    NotAllowed,
    /// A kind that says nothing that this version understands.
    #[error("unknown kind of open entry")]
    UnknownKind,
}

impl Roster {
    /// The roster of a new room: its creator, who owns it.
    pub fn of_creator(creator: MemberKeys) -> Self {
        Self {
            members: vec![RosterMember {
                keys: creator,
                role: Role::Owner,
            }],
            rotation_due: false,
            settings: None,
        }
    }

    /// The roster with which an epoch starts, from a list that someone unproven gave and the epoch's header, whose
    /// signatures hold: the header's hash proves the list.
    pub fn from_header(
        sender: UserId,
        header: &Header,
        mut members: Vec<RosterMember>,
    ) -> Result<Self, RosterError> {
        if roster_hash(&members) != header.roster {
            return Err(RosterError::WrongRoster);
        }
        members.sort_by_key(|member| member.keys.user);
        let mut roster = Self {
            members: Vec::with_capacity(members.len()),
            rotation_due: false,
            settings: Some(header.settings),
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

    /// A roster that was kept since it was computed: members in order of seniority, as [`Roster::members`] gave them, and
    /// the settings of the epoch's header.
    pub fn restore(members: Vec<RosterMember>, rotation_due: bool, settings: Settings) -> Self {
        Self {
            members,
            rotation_due,
            settings: Some(settings),
        }
    }

    /// Takes one open entry into account.
    pub fn apply(&mut self, body: &OpenBody) -> Result<(), RosterError> {
        match &body.content {
            OpenContent::Header(header) => self.start_epoch(body.sender, header),
            OpenContent::Join(join) => self.join(body.sender, join),
            OpenContent::Leave(_) => self.leave(&body.sender),
            OpenContent::Wrap(wrap) => self.check_wrap(&body.sender, wrap),
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

    /// Whether someone left in this epoch, so that nobody should seal under it any more and anyone may start the next.
    pub fn rotation_due(&self) -> bool {
        self.rotation_due
    }

    /// Whether this member may start an epoch now.
    pub fn may_rotate(&self, user: &UserId) -> bool {
        self.member(user)
            .is_some_and(|it| self.rotation_due || it.role >= Role::Admin)
    }

    /// The hash that a header for these members carries.
    pub fn hash(&self) -> Hash {
        roster_hash(&self.members)
    }

    fn admit(&mut self, member: RosterMember) -> Result<(), RosterError> {
        let keys = &member.keys;
        if self.member(&keys.user).is_some() {
            return Err(RosterError::AlreadyMember);
        }
        if self
            .members
            .iter()
            .any(|it| it.keys.username == keys.username)
        {
            return Err(RosterError::UsernameTaken);
        }
        if !keys.are_of(&keys.user) {
            return Err(RosterError::WrongKeys);
        }
        self.members.push(member);
        Ok(())
    }

    fn join(&mut self, sender: UserId, join: &Join) -> Result<(), RosterError> {
        if join.member.user != sender {
            return Err(RosterError::WrongKeys);
        }
        if self.rotation_due {
            return Err(RosterError::RotationDue);
        }
        self.admit(RosterMember {
            keys: join.member.clone(),
            role: Role::Member,
        })
    }

    /// A room must not be left without an owner: when the last one goes, the most senior member takes over.
    fn leave(&mut self, sender: &UserId) -> Result<(), RosterError> {
        let place = self
            .members
            .iter()
            .position(|it| it.keys.user == *sender)
            .ok_or(RosterError::NotMember)?;
        self.members.remove(place);
        self.rotation_due = true;
        if !self.members.iter().any(|it| it.role == Role::Owner)
            && let Some(heir) = self.members.first_mut()
        {
            heir.role = Role::Owner;
        }
        Ok(())
    }

    fn start_epoch(&mut self, sender: UserId, header: &Header) -> Result<(), RosterError> {
        let author = self.member(&sender).ok_or(RosterError::NotMember)?;
        if author.keys != header.author {
            return Err(RosterError::WrongKeys);
        }
        let keeps_settings = self.settings.is_none_or(|it| it == header.settings);
        if !self.may_rotate(&sender) || (author.role < Role::Admin && !keeps_settings) {
            return Err(RosterError::NotAllowed);
        }
        if self.hash() != header.roster {
            return Err(RosterError::WrongRoster);
        }
        self.members.sort_by_key(|member| member.keys.user);
        self.rotation_due = false;
        self.settings = Some(header.settings);
        Ok(())
    }

    fn check_wrap(&self, sender: &UserId, wrap: &Wrap) -> Result<(), RosterError> {
        match (self.member(sender), self.member(&wrap.recipient)) {
            (Some(_), Some(_)) => Ok(()),
            _ => Err(RosterError::NotMember),
        }
    }
}

#[cfg(test)]
mod tests;
