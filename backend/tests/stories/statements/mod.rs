//! What members state about their room: who may, what it does, and what becomes of it when it comes twice, late or forged.

mod banning;
mod order;
mod purging;
mod removing;
mod resuming;
mod roles;
mod settings;
mod sizes;
mod wraps;

use crate::{room::*, world::*};
use backend::Error;
use protocol::{
    OpenEntry, PublicError,
    api::{RoomSubmit, Submitted},
    open::{Ban, OpenContent, Remove, Role, RoleChange, Unban},
};

impl Room {
    /// A statement that needs no second signature, made now.
    pub fn statement(&self, person: &Person, content: OpenContent) -> OpenEntry {
        signed(&self.body(person, content), &person.signer, None)
    }

    /// States something.
    pub async fn state(
        &mut self,
        world: &World,
        person: &Person,
        content: OpenContent,
    ) -> Result<Submitted, Error> {
        let entry = self.statement(person, content);
        self.submit(world, person, vec![entry]).await
    }

    /// Why a statement is refused; the room stays as it is.
    pub async fn refuses(
        &self,
        world: &World,
        person: &Person,
        content: OpenContent,
    ) -> PublicError {
        let entry = self.statement(person, content);
        self.refuses_entry(world, person, entry).await
    }

    pub async fn refuses_entry(
        &self,
        world: &World,
        person: &Person,
        entry: OpenEntry,
    ) -> PublicError {
        let request = RoomSubmit {
            room: self.id,
            entries: vec![entry],
        };
        refused(world.backend.room_submit(&person.session, request).await)
    }

    /// A room of an owner, an admin and members.
    pub async fn with_admin(world: &mut World, people: &[&Person]) -> Self {
        let mut room = Self::with(world, people).await;
        let promote = role(people[1], Role::Admin);
        room.state(world, people[0], promote).await.unwrap();
        room
    }
}

pub fn remove(person: &Person) -> OpenContent {
    OpenContent::Remove(Remove {
        member: person.keys.user,
    })
}

pub fn ban(person: &Person) -> OpenContent {
    OpenContent::Ban(Ban {
        user: person.keys.user,
    })
}

pub fn unban(person: &Person) -> OpenContent {
    OpenContent::Unban(Unban {
        user: person.keys.user,
    })
}

pub fn role(person: &Person, role: Role) -> OpenContent {
    OpenContent::Role(RoleChange {
        member: person.keys.user,
        role,
    })
}
