//! The real rules of membership (`protocol::roster`), asked once for each question: a world keeps the number of a roster, which is cheap to
//! compare and to hash.

use crate::world::User;
use client::account::AccountSecret;
use protocol::{
    Hash, Locator, PublicKey, RoomId,
    open::{
        Head, Header, Join, Leave, MemberKeys, OpenBody, OpenContent, Remove, Role, RoleChange,
        Settings,
    },
    roster::{Roster, RosterError},
};
use std::{cell::RefCell, collections::HashMap};

/// A roster, by its place in [`Rosters`].
pub type RosterId = u8;

/// What an open entry says, as far as the roster cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Said {
    /// A header over the members of a roster.
    Header(RosterId),
    Join,
    Leave,
    Remove(User),
    /// This member owns the room from here on.
    HandOver(User),
}

/// A roster, and who says what to it.
type Question = (RosterId, User, Said);

pub struct Rosters {
    people: Vec<MemberKeys>,
    /// Whether an owner who leaves has an heir, which is so unless the rule is broken on purpose.
    heirs: bool,
    known: RefCell<Vec<Roster>>,
    answers: RefCell<HashMap<Question, Result<RosterId, RosterError>>>,
}

impl Rosters {
    /// Rosters of so many people; number 0 is that of a room that user 0 just made.
    pub fn new(people: u8, heirs: bool) -> Self {
        let people: Vec<_> = (0..people).map(keys).collect();
        let first = Roster::of_creator(people[0].clone(), Settings::default());
        Self {
            people,
            heirs,
            known: RefCell::new(vec![first]),
            answers: RefCell::default(),
        }
    }

    /// The roster behind an open entry, if the rules allow it there.
    pub fn apply(
        &self,
        roster: RosterId,
        sender: User,
        said: Said,
    ) -> Result<RosterId, RosterError> {
        let question = (roster, sender, said);
        if let Some(answer) = self.answers.borrow().get(&question) {
            return *answer;
        }
        let answer = self.ask(question);
        self.answers.borrow_mut().insert(question, answer);
        answer
    }

    fn ask(&self, (roster, sender, said): Question) -> Result<RosterId, RosterError> {
        let content = match said {
            Said::Header(over) => OpenContent::Header(Box::new(self.header(over, sender))),
            Said::Join => OpenContent::Join(Join {
                member: self.keys(sender).clone(),
            }),
            Said::Leave => OpenContent::Leave(Leave {}),
            Said::Remove(user) => OpenContent::Remove(Remove {
                member: self.keys(user).user,
            }),
            Said::HandOver(user) => OpenContent::Role(RoleChange {
                member: self.keys(user).user,
                role: Role::Owner,
            }),
        };
        let before = self.known.borrow()[roster as usize].clone();
        let mut after = before.clone();
        after.apply(&OpenBody {
            room: RoomId([0; RoomId::LEN]),
            epoch: 1,
            sender: self.keys(sender).user,
            prev_open: Hash::ZERO,
            content,
        })?;
        if let Said::Header(over) = said {
            // Who loads the epoch takes the roster from the header's hash, who follows the log from the statements before it.
            let (members, banned) = (after.members().to_vec(), after.banned().clone());
            let loaded = Roster::from_header(
                self.keys(sender).user,
                &self.header(over, sender),
                members,
                banned,
            );
            assert_eq!(loaded.as_ref(), Ok(&after));
        }
        if said == Said::Leave && !self.heirs {
            let mut members = before.members().to_vec();
            members.retain(|it| it.keys.user != self.keys(sender).user);
            after = Roster::restore(members, before.banned().clone(), true, before.settings());
        }
        let mut known = self.known.borrow_mut();
        let place = known.iter().position(|it| *it == after).unwrap_or_else(|| {
            known.push(after);
            known.len() - 1
        });
        Ok(RosterId::try_from(place).expect("a few people have a few rosters"))
    }

    fn header(&self, over: RosterId, author: User) -> Header {
        let roster = &self.known.borrow()[over as usize];
        Header {
            commitment: Hash::ZERO,
            join_key: PublicKey([0; 32]),
            locator: Locator([0; 16]),
            roster: roster.hash(),
            author: self.keys(author).clone(),
            settings: roster.settings(),
            seen: Head {
                seq: 0,
                hash: Hash::ZERO,
            },
            history: None,
        }
    }

    fn keys(&self, user: User) -> &MemberKeys {
        &self.people[user as usize]
    }

    /// The members, by bit.
    pub fn members(&self, roster: RosterId) -> u8 {
        let is_in = |user: &User| self.has(roster, *user);
        (0..self.people.len() as User)
            .filter(is_in)
            .fold(0, |bits, user| bits | 1 << user)
    }

    pub fn has(&self, roster: RosterId, user: User) -> bool {
        self.known.borrow()[roster as usize]
            .member(&self.keys(user).user)
            .is_some()
    }

    pub fn owners(&self, roster: RosterId) -> usize {
        let known = self.known.borrow();
        let owners = known[roster as usize]
            .members()
            .iter()
            .filter(|it| it.role == Role::Owner);
        owners.count()
    }

    pub fn rotation_due(&self, roster: RosterId) -> bool {
        self.known.borrow()[roster as usize].rotation_due()
    }

    pub fn may_rotate(&self, roster: RosterId, user: User) -> bool {
        self.known.borrow()[roster as usize].may_rotate(&self.keys(user).user)
    }

    pub fn may(&self, roster: RosterId, user: User, said: Said) -> bool {
        self.apply(roster, user, said).is_ok()
    }
}

fn keys(user: User) -> MemberKeys {
    let username = format!("user-{user}").parse().expect("a valid username");
    AccountSecret::from_bytes([user; 32])
        .identity()
        .keys(&username)
}
