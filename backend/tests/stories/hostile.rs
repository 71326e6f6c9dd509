//! What a member with a client of their own could try in order to break the room, or the server, for the others.

use crate::{room::*, world::*};
use protocol::{OpenEntry, PublicError, api::RoomSubmit};

async fn submit(
    world: &World,
    person: &Person,
    room: &Room,
    entries: Vec<OpenEntry>,
) -> PublicError {
    let room = room.id;
    let request = RoomSubmit { room, entries };
    refused(world.backend.room_submit(&person.session, request).await)
}

#[tokio::test]
async fn what_is_in_the_log_already_can_not_be_submitted_behind_something_else() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let planned = Room::planned(&mut world, &ana);
    let header = planned.first_header(&ana);
    let mut room = Room {
        last_open: hash_of(&header),
        ..planned
    };
    let request = protocol::api::RoomCreate {
        header: header.clone(),
    };
    world
        .backend
        .room_create(&ana.session, request)
        .await
        .unwrap();
    let leave = room.leave_entry(&ana);
    for before in 1..4 {
        let mut entries = vec![leave.clone(); before];
        entries.push(header.clone());
        assert_eq!(
            submit(&world, &ana, &room, entries).await,
            PublicError::Malformed
        );
    }
    room.say(&world, &ana, "still here").await.unwrap();

    room.join(&world, &bob).await.unwrap();
    let seen = room.head(&world, &ana).await.head;
    let (entries, mut next) = room.rotation(&mut world, &ana, seen);
    next.submit(&world, &ana, entries.clone()).await.unwrap();
    let stored_wrap = entries[1].clone();
    let (others, _) = room.rotation(&mut world, &ana, seen);
    for start in [&others[..1], &others[..]] {
        let entries = [start, std::slice::from_ref(&stored_wrap)].concat();
        assert_eq!(
            submit(&world, &ana, &next, entries).await,
            PublicError::Malformed
        );
    }
    next.say(&world, &bob, "me too").await.unwrap();
}
