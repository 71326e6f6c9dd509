//! Joins, and whoever is not in a room.

use super::submit;
use crate::{room::*, world::*};
use protocol::{
    Hash, Locator, PublicError, RoomId,
    open::{Join, OpenBody, OpenContent},
};

#[tokio::test]
async fn refuses_joins_that_prove_too_little() {
    let mut world = World::new().await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let room = Room::with(&mut world, &[&ana]).await;
    let good = room.join_entry(&bob).body().unwrap();
    let of = |member| OpenBody {
        content: OpenContent::Join(Join { member }),
        ..good.clone()
    };
    let key = Some(&room.join_key);
    let other_key = world.signer();
    let mut swapped = member_keys(&bob);
    swapped.agreement.0[0] ^= 1;
    let mut renamed = member_keys(&bob);
    renamed.username = "bobby".parse().unwrap();
    use PublicError::{BadSignature, Malformed, StaleEpoch, StaleOpen};
    let last_open = room.last_open;
    let cases = [
        (signed(&good, &bob.signer, None), BadSignature),
        (signed(&good, &bob.signer, Some(&other_key)), BadSignature),
        (signed(&good, &cyd.signer, key), BadSignature),
        (
            signed(&of(member_keys(&cyd)), &bob.signer, key),
            BadSignature,
        ),
        (signed(&of(swapped), &bob.signer, key), BadSignature),
        (signed(&of(renamed), &bob.signer, key), BadSignature),
        (
            signed(
                &OpenBody {
                    sender: cyd.keys.user,
                    ..good.clone()
                },
                &bob.signer,
                key,
            ),
            BadSignature,
        ),
        (
            signed(
                &OpenBody {
                    room: RoomId([0; 16]),
                    ..good.clone()
                },
                &bob.signer,
                key,
            ),
            Malformed,
        ),
        (
            signed(
                &OpenBody {
                    epoch: 2,
                    ..good.clone()
                },
                &bob.signer,
                key,
            ),
            StaleEpoch { epoch: 1 },
        ),
        (
            signed(
                &OpenBody {
                    prev_open: Hash::ZERO,
                    ..good.clone()
                },
                &bob.signer,
                key,
            ),
            StaleOpen { last_open },
        ),
    ];
    for (entry, expected) in cases {
        assert_eq!(submit(&world, &bob, &room, vec![entry]).await, expected);
    }
    let someone_elses = room.join_entry(&cyd);
    assert_eq!(
        submit(&world, &bob, &room, vec![someone_elses]).await,
        BadSignature
    );
    let twice = vec![room.join_entry(&bob), room.join_entry(&bob)];
    assert_eq!(submit(&world, &bob, &room, twice).await, Malformed);
    assert_eq!(submit(&world, &bob, &room, vec![]).await, Malformed);
    assert!(world.backend.rooms(&bob.session).await.unwrap().is_empty());
    assert_eq!(room.head(&world, &ana).await.head.seq, 1);
}

#[tokio::test]
async fn refuses_a_second_join_of_the_same_member() {
    let mut world = World::new().await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob]).await;
    room.join(&world, &cyd).await.unwrap();
    assert_eq!(
        refused(room.join(&world, &bob).await),
        PublicError::AlreadyMember
    );
}

#[tokio::test]
async fn the_second_of_two_joins_at_once_must_look_again() {
    let mut world = World::new().await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let mut room = Room::with(&mut world, &[&ana]).await;
    let late = room.join_entry(&cyd);
    room.join(&world, &bob).await.unwrap();
    let last_open = room.last_open;
    let refusal = submit(&world, &cyd, &room, vec![late]).await;
    assert_eq!(refusal, PublicError::StaleOpen { last_open });
    room.join(&world, &cyd).await.unwrap();
}

#[tokio::test]
async fn whoever_left_is_out_for_everything() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob]).await;
    room.leave(&world, &bob).await.unwrap();
    use PublicError::NotMember;
    assert_eq!(
        refused(room.say(&world, &bob, "still here").await),
        NotMember
    );
    assert_eq!(refused(room.leave(&world, &bob).await), NotMember);
    let head = room.head(&world, &ana).await.head;
    let (entries, _) = room.rotation(&mut world, &bob, head);
    assert_eq!(submit(&world, &bob, &room, entries).await, NotMember);
    assert_eq!(
        refused(world.backend.history(&bob.session, room.id, 1, 9).await),
        NotMember
    );
    assert_eq!(
        refused(world.backend.opens(&bob.session, room.id, 1).await),
        NotMember
    );
}

#[tokio::test]
async fn strangers_neither_read_nor_write() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let room = Room::with(&mut world, &[&ana]).await;
    use PublicError::NotMember;
    assert_eq!(refused(room.say(&world, &bob, "hello").await), NotMember);
    assert_eq!(
        refused(world.backend.history(&bob.session, room.id, 1, 9).await),
        NotMember
    );
    assert_eq!(
        refused(world.backend.opens(&bob.session, room.id, 1).await),
        NotMember
    );
    assert_eq!(
        submit(&world, &bob, &room, vec![room.leave_entry(&bob)]).await,
        NotMember
    );
    let unknown = Room::planned(&mut world, &bob);
    assert_eq!(refused(unknown.say(&world, &bob, "hello").await), NotMember);
    let entries = vec![unknown.join_entry(&bob)];
    assert_eq!(
        submit(&world, &bob, &unknown, entries).await,
        PublicError::RoomUnknown
    );
    assert_eq!(
        refused(world.backend.room_find(Locator([0; 16])).await),
        PublicError::RoomUnknown
    );
}
