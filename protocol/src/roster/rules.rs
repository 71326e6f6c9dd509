//! What each kind of statement does to the roster, and when it may.

use super::{Roster, RosterError};
use crate::{
    ids::UserId,
    limits,
    open::{Header, Join, MemberKeys, Role, RosterMember, Settings},
};

impl Roster {
    pub(super) fn admit(&mut self, member: RosterMember) -> Result<(), RosterError> {
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

    pub(super) fn join(&mut self, sender: &UserId, join: &Join) -> Result<(), RosterError> {
        if join.member.user != *sender {
            return Err(RosterError::WrongKeys);
        }
        if self.banned.contains(sender) {
            return Err(RosterError::Banned);
        }
        if self.rotation_due {
            return Err(RosterError::RotationDue);
        }
        self.admit(RosterMember {
            keys: join.member.clone(),
            role: Role::Member,
        })
    }

    /// A room must not be left without an owner: when the owner goes, the most senior admin takes over, or else the most
    /// senior member.
    pub(super) fn leave(&mut self, sender: &UserId) -> Result<(), RosterError> {
        self.require(sender, Role::Member)?;
        self.take_out(sender);
        let owned = self.members.iter().any(|it| it.role == Role::Owner);
        let is_admin = |it: &RosterMember| it.role == Role::Admin;
        let heir = self.members.iter().position(is_admin).unwrap_or(0);
        if !owned && let Some(heir) = self.members.get_mut(heir) {
            heir.role = Role::Owner;
        }
        Ok(())
    }

    pub(super) fn remove(&mut self, sender: &UserId, member: &UserId) -> Result<(), RosterError> {
        self.require(sender, Role::Admin)?;
        self.require(member, Role::Member)?;
        if !self.is_above(sender, member) {
            return Err(RosterError::NotAllowed);
        }
        self.take_out(member);
        Ok(())
    }

    pub(super) fn ban(&mut self, sender: &UserId, user: UserId) -> Result<(), RosterError> {
        self.require(sender, Role::Admin)?;
        if !self.is_above(sender, &user) {
            return Err(RosterError::NotAllowed);
        }
        if self.banned.contains(&user) {
            return Err(RosterError::NoChange);
        }
        if self.banned.len() >= limits::BANNED {
            return Err(RosterError::TooManyBans);
        }
        self.banned.insert(user);
        self.take_out(&user);
        Ok(())
    }

    pub(super) fn unban(&mut self, sender: &UserId, user: &UserId) -> Result<(), RosterError> {
        self.require(sender, Role::Admin)?;
        match self.banned.remove(user) {
            true => Ok(()),
            false => Err(RosterError::NoChange),
        }
    }

    /// The owner decides on everyone else's role, and hands the room over by making another one owner: there is always exactly
    /// one. An admin may only step down.
    pub(super) fn change_role(
        &mut self,
        sender: &UserId,
        member: &UserId,
        role: Role,
    ) -> Result<(), RosterError> {
        self.require(sender, Role::Admin)?;
        self.require(member, Role::Member)?;
        let owner = self.require(sender, Role::Owner).is_ok();
        let allowed = match sender == member {
            true => !owner && role == Role::Member,
            false => owner,
        };
        if !allowed {
            return Err(RosterError::NotAllowed);
        }
        if self.member(member).is_some_and(|it| it.role == role) {
            return Err(RosterError::NoChange);
        }
        for it in &mut self.members {
            if it.keys.user == *member {
                it.role = role;
            } else if role == Role::Owner && it.keys.user == *sender {
                it.role = Role::Admin;
            }
        }
        Ok(())
    }

    pub(super) fn change_settings(
        &mut self,
        sender: &UserId,
        settings: Settings,
    ) -> Result<(), RosterError> {
        self.require(sender, Role::Admin)?;
        if self.settings == settings {
            return Err(RosterError::NoChange);
        }
        self.settings = settings;
        Ok(())
    }

    /// Whoever replaces their keys fears that someone else has them, and the room's key with them.
    pub(super) fn change_keys(
        &mut self,
        sender: &UserId,
        keys: &MemberKeys,
    ) -> Result<(), RosterError> {
        let member = self.members.iter_mut().find(|it| it.keys.user == *sender);
        let member = member.ok_or(RosterError::NotMember)?;
        if !keys.follow(&member.keys) {
            return Err(RosterError::WrongKeys);
        }
        member.keys = keys.clone();
        self.rotation_due = true;
        Ok(())
    }

    /// Whoever goes knows the epoch's key.
    fn take_out(&mut self, user: &UserId) {
        let before = self.members.len();
        self.members.retain(|it| it.keys.user != *user);
        self.rotation_due |= self.members.len() < before;
    }

    pub(super) fn start_epoch(
        &mut self,
        sender: &UserId,
        header: &Header,
    ) -> Result<(), RosterError> {
        let author = self.member(sender).ok_or(RosterError::NotMember)?;
        if author.keys != header.author {
            return Err(RosterError::WrongKeys);
        }
        if !self.may_rotate(sender) {
            return Err(RosterError::NotAllowed);
        }
        if self.settings != header.settings {
            return Err(RosterError::WrongSettings);
        }
        if self.hash() != header.roster {
            return Err(RosterError::WrongRoster);
        }
        self.members.sort_by_key(|member| member.keys.user);
        self.rotation_due = false;
        Ok(())
    }
}
