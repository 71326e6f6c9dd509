//! What the server refuses of room changes and messages, and that nothing of it leaves a trace.

mod creating;
mod joining;
mod rotating;
mod sending;

use crate::{room::*, world::*};
use protocol::{
    OpenEntry, PublicError,
    api::{RoomCreate, RoomSubmit},
};

pub async fn create(world: &World, person: &Person, header: OpenEntry) -> PublicError {
    refused(
        world
            .backend
            .room_create(&person.session, RoomCreate { header })
            .await,
    )
}

pub async fn submit(
    world: &World,
    person: &Person,
    room: &Room,
    entries: Vec<OpenEntry>,
) -> PublicError {
    let room = room.id;
    let request = RoomSubmit { room, entries };
    refused(world.backend.room_submit(&person.session, request).await)
}
