//! Epochs that are told entry by entry, each naming the one before it.

use crate::cast::{self, Person};
use client::{
    account::Identity,
    room_key::RoomSecret,
    statement::{self, NewEpoch, Place, Statement},
};
use protocol::{
    UserId, b64,
    open::{
        Ban, Leave, OpenContent, Remove, Resume, Role, RoleChange, RosterMember, Settings,
        SettingsChange, Unban,
    },
    roster::Roster,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Who was there when the epoch started, its entries so far, and the roster to which they lead.
#[derive(Clone)]
pub struct Story {
    pub members: Vec<RosterMember>,
    banned: BTreeSet<UserId>,
    entries: Vec<String>,
    roster: Roster,
    /// Where the next entry stands.
    pub place: Place,
}

impl Story {
    /// Ana owns the room, Bob is an admin, Cleo a member. Dan is banned.
    pub fn begin() -> Self {
        Self::with_banned(BTreeSet::from([cast::dan().keys().user]))
    }

    /// The same, but for who is banned.
    pub fn with_banned(banned: BTreeSet<UserId>) -> Self {
        let mut members = vec![
            cast::ana().line(Role::Owner),
            cast::bob().line(Role::Admin),
            cast::cleo().line(Role::Member),
        ];
        members.sort_by_key(|it| it.keys.user);
        let roster = Roster::restore(members.clone(), banned.clone(), false, Settings::default());
        let place = cast::place(cast::BEFORE);
        let header = header(&cast::ana(), &cast::room_secret(), place, &roster);
        let story = Self {
            members,
            banned,
            entries: Vec::new(),
            roster,
            place,
        };
        story.and(header)
    }

    /// Goes on with any entry. One that breaks a rule changes nothing.
    pub fn and(mut self, statement: Statement) -> Self {
        let body = statement.entry.body().unwrap();
        let _ = self.roster.apply(&body);
        self.entries.push(b64::encode(statement.entry.to_bytes()));
        self.place.prev_open = statement.hash;
        self.place.epoch = body.epoch;
        self
    }

    /// Goes on at another place than the next.
    pub fn at(mut self, change: impl FnOnce(&mut Place)) -> Self {
        change(&mut self.place);
        self
    }

    /// Goes on with what someone says.
    pub fn says(self, who: &Person, content: OpenContent) -> Self {
        let made = statement::by_member(&who.identity, self.place, content).unwrap();
        self.and(made)
    }

    pub fn joins(self, who: &Person, secret: &RoomSecret) -> Self {
        let made = statement::join(&who.identity, self.place, &who.name, secret).unwrap();
        self.and(made)
    }

    pub fn rekeys(self, who: &Person, next: &Identity) -> Self {
        let made = statement::identity(&who.identity, next, self.place, &who.name).unwrap();
        self.and(made)
    }

    /// The header of the next epoch, for the roster as it stands, changed a little where a twin wants that.
    pub fn rotates(self, who: &Person, change: impl FnOnce(Roster) -> Roster) -> Self {
        let place = Place {
            epoch: self.place.epoch + 1,
            ..self.place
        };
        let roster = change(self.roster.clone());
        let made = header(who, &cast::old_secret(), place, &roster);
        self.and(made)
    }

    pub fn given(&self) -> Value {
        json!({"members": self.members, "banned": self.banned, "entries": self.entries})
    }
}

fn header(who: &Person, secret: &RoomSecret, place: Place, roster: &Roster) -> Statement {
    let new = NewEpoch {
        secret,
        author: &who.name,
        roster,
        seen: cast::beginning(),
        previous: None,
    };
    statement::header(&who.identity, place, new).unwrap()
}

pub fn remove(whom: &Person) -> OpenContent {
    let member = whom.keys().user;
    OpenContent::Remove(Remove { member })
}

pub fn ban(whom: &Person) -> OpenContent {
    let user = whom.keys().user;
    OpenContent::Ban(Ban { user })
}

pub fn unban(whom: &Person) -> OpenContent {
    let user = whom.keys().user;
    OpenContent::Unban(Unban { user })
}

pub fn make(whom: &Person, role: Role) -> OpenContent {
    let member = whom.keys().user;
    OpenContent::Role(RoleChange { member, role })
}

pub fn leave() -> OpenContent {
    OpenContent::Leave(Leave {})
}

pub fn set(admins_may_delete: bool) -> OpenContent {
    let settings = Settings {
        admins_may_delete,
        ..Settings::default()
    };
    OpenContent::Settings(SettingsChange { settings })
}

pub fn resume() -> OpenContent {
    let head = cast::beginning();
    OpenContent::Resume(Resume { head })
}
