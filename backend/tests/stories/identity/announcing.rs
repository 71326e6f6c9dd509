//! Telling the rooms.

use super::*;
use protocol::{
    PublicError,
    api::RoomSubmit,
    open::{Leave, MemberKeys},
};

async fn submit(world: &World, by: &Person, room: &Room, entry: OpenEntry) -> PublicError {
    let request = RoomSubmit {
        room: room.id,
        entries: vec![entry],
    };
    refused(world.backend.room_submit(&by.session, request).await)
}

#[tokio::test]
async fn a_room_goes_on_with_the_old_key_until_it_is_told_and_then_with_the_new_one() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob]).await;
    let next = replace(&mut world, &bob, 2).await;
    let leave = |room: &Room, signer| {
        let body = room.body(&next, OpenContent::Leave(Leave {}));
        signed(&body, signer, None)
    };
    let too_early = leave(&room, &next.signer);
    let answer = submit(&world, &next, &room, too_early).await;
    assert_eq!(answer, PublicError::BadSignature);

    let told = announcement(&room, &bob, &next);
    let first = room.submit(&world, &next, vec![told.clone()]).await;
    let again = room.submit(&world, &next, vec![told]).await;
    assert_eq!(first.unwrap(), again.unwrap());
    let too_late = leave(&room, &bob.signer);
    let answer = submit(&world, &next, &room, too_late).await;
    assert_eq!(answer, PublicError::BadSignature);

    // Whoever has the old secret may have the room's key too.
    let answer = refused(room.say(&world, &ana, "under the old key").await);
    assert_eq!(answer, PublicError::StaleEpoch { epoch: 1 });
    room.rotate(&mut world, &next).await.unwrap();
    let opens = world.backend.opens(&ana.session, room.id, 2).await.unwrap();
    let member = opens
        .members
        .iter()
        .find(|it| it.keys.user == bob.keys.user);
    assert_eq!(member.unwrap().keys, next.keys);
    room.say(&world, &next, "under the new key").await.unwrap();
    world.restart_after_crash().await;
    room.leave(&world, &next).await.unwrap();
}

#[tokio::test]
async fn a_room_that_missed_changes_takes_them_one_by_one() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob]).await;
    let second = replace(&mut world, &bob, 2).await;
    let third = replace(&mut world, &second, 3).await;
    let skipping = announcement(&room, &bob, &third);
    let answer = submit(&world, &third, &room, skipping).await;
    assert_eq!(answer, PublicError::BadSignature);
    for (before, next) in [(&bob, &second), (&second, &third)] {
        let entry = announcement(&room, before, next);
        room.submit(&world, &third, vec![entry]).await.unwrap();
    }
    room.rotate(&mut world, &third).await.unwrap();
}

#[tokio::test]
async fn newcomers_come_with_the_keys_that_they_have_now() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let mut room = Room::with(&mut world, &[&ana]).await;
    let next = replace(&mut world, &bob, 2).await;
    let with_old_keys = Person {
        session: next.session.clone(),
        ..bob
    };
    let answer = refused(room.join(&world, &with_old_keys).await);
    assert_eq!(answer, PublicError::BadSignature);
    let planned = Room::planned(&mut world, &with_old_keys);
    let header = planned.first_header(&with_old_keys);
    let request = protocol::api::RoomCreate { header };
    let answer = world.backend.room_create(&next.session, request).await;
    assert_eq!(refused(answer), PublicError::BadSignature);

    room.join(&world, &next).await.unwrap();
    room.rotate(&mut world, &ana).await.unwrap();
    Room::with(&mut world, &[&next, &ana]).await;
}

#[tokio::test]
async fn nobody_tells_a_room_of_keys_that_are_not_the_accounts() {
    let mut world = World::new().await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let room = Room::with(&mut world, &[&ana, &bob]).await;
    let unknown_to_the_server = successor(&mut world, &bob);
    let entry = announcement(&room, &bob, &unknown_to_the_server);
    let answer = submit(&world, &bob, &room, entry).await;
    assert_eq!(answer, PublicError::BadSignature);

    let next = replace(&mut world, &bob, 2).await;
    let body = announcement(&room, &bob, &next).body().unwrap();
    let with = |change: &dyn Fn(&mut MemberKeys)| {
        let mut member = next.keys.clone();
        change(&mut member);
        let content = OpenContent::Identity(Box::new(IdentityChange { member }));
        let body = protocol::open::OpenBody {
            content,
            ..body.clone()
        };
        signed(&body, &bob.signer, Some(&next.signer))
    };
    let by_the_new_key_alone = signed(&body, &next.signer, Some(&next.signer));
    let by_the_old_key_alone = signed(&body, &bob.signer, Some(&bob.signer));
    let without_the_new_key = signed(&body, &bob.signer, None);
    let other_agreement = with(&|it| it.agreement.0[0] ^= 1);
    let renamed = with(&|it| it.username = "robert".parse().unwrap());
    let the_old_ones = with(&|it| *it = bob.keys.clone());
    for entry in [
        by_the_new_key_alone,
        by_the_old_key_alone,
        without_the_new_key,
        other_agreement,
        renamed,
        the_old_ones,
    ] {
        let answer = submit(&world, &next, &room, entry.clone()).await;
        assert_eq!(answer, PublicError::BadSignature, "{}", entry.json);
    }
    let of_another = announcement(&room, &bob, &next);
    let answer = submit(&world, &cyd, &room, of_another).await;
    assert_eq!(answer, PublicError::BadSignature);
    assert_eq!(room.head(&world, &ana).await.head.seq, 2);
}
