//! Headers and wraps of later epochs.

use super::submit;
use crate::{room::*, world::*};
use protocol::{
    Hash, OpenEntry, PublicError, Signature,
    api::RoomSubmit,
    open::{Head, OpenBody, OpenContent, Wrap},
};

#[tokio::test]
async fn a_member_rotates_only_after_someone_left() {
    let mut world = World::new().await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob, &cyd]).await;
    assert_eq!(
        refused(room.rotate(&mut world, &bob).await),
        PublicError::NotAllowed
    );
    room.leave(&world, &cyd).await.unwrap();
    room.rotate(&mut world, &bob).await.unwrap();
    assert_eq!(
        refused(room.rotate(&mut world, &bob).await),
        PublicError::NotAllowed
    );
}

#[tokio::test]
async fn refuses_rotations_with_other_recipients_than_the_members() {
    let mut world = World::new().await;
    let [ana, bob, cyd, dan] = world.people(["ana", "bob", "cyd", "dan"]).await;
    let room = Room::with(&mut world, &[&ana, &bob, &cyd]).await;
    let head = room.head(&world, &ana).await.head;
    let (good, _) = room.rotation(&mut world, &ana, head);
    let mut chain = good[..1].to_vec();
    let wrap_after = |chain: &[OpenEntry], recipient: &Person, bytes: usize, epoch| {
        let body = OpenBody {
            epoch,
            prev_open: hash_of(&chain[chain.len() - 1]),
            ..room.body(
                &ana,
                OpenContent::Wrap(Wrap {
                    recipient: recipient.keys.user,
                    sealed: vec![5; bytes],
                }),
            )
        };
        signed(&body, &ana.signer, None)
    };
    use PublicError::{Malformed, NotMember};
    assert_eq!(
        submit(&world, &ana, &room, good[..1].to_vec()).await,
        Malformed,
        "none"
    );
    assert_eq!(
        submit(&world, &ana, &room, good[..2].to_vec()).await,
        Malformed,
        "one missing"
    );
    assert_eq!(
        submit(&world, &ana, &room, good[1..].to_vec()).await,
        Malformed,
        "no header"
    );
    chain.push(wrap_after(&chain, &bob, 80, 2));
    let with = |entry| [&chain[..], &[entry]].concat();
    let twice = with(wrap_after(&chain, &bob, 80, 2));
    assert_eq!(
        submit(&world, &ana, &room, twice).await,
        Malformed,
        "bob twice"
    );
    let stranger = with(wrap_after(&chain, &dan, 80, 2));
    assert_eq!(
        submit(&world, &ana, &room, stranger).await,
        NotMember,
        "dan is no member"
    );
    let oneself = with(wrap_after(&chain, &ana, 80, 2));
    assert_eq!(
        submit(&world, &ana, &room, oneself).await,
        Malformed,
        "oneself"
    );
    let short = with(wrap_after(&chain, &cyd, 79, 2));
    assert_eq!(
        submit(&world, &ana, &room, short).await,
        Malformed,
        "too short"
    );
    let long = with(wrap_after(&chain, &cyd, 81, 2));
    assert_eq!(
        submit(&world, &ana, &room, long).await,
        Malformed,
        "too long"
    );
    let old_epoch = with(wrap_after(&chain, &cyd, 80, 1));
    assert_eq!(
        submit(&world, &ana, &room, old_epoch).await,
        Malformed,
        "old epoch"
    );
    let unchained = with(wrap_after(&chain[..1], &cyd, 80, 2));
    assert_eq!(
        submit(&world, &ana, &room, unchained).await,
        Malformed,
        "not chained"
    );
    let extra = [&good[..], &[wrap_after(&good, &bob, 80, 2)]].concat();
    assert_eq!(
        submit(&world, &ana, &room, extra).await,
        Malformed,
        "one too many"
    );

    let complete = with(wrap_after(&chain, &cyd, 80, 2));
    let room = room.id;
    let request = RoomSubmit {
        room,
        entries: complete,
    };
    world
        .backend
        .room_submit(&ana.session, request)
        .await
        .unwrap();
}

#[tokio::test]
async fn refuses_headers_that_do_not_follow_from_the_log() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob]).await;
    let head = room.head(&world, &ana).await.head;
    use PublicError::{BadSignature, StaleEpoch, StaleOpen};

    let beyond = Head { seq: 3, ..head };
    let elsewhere = Head {
        hash: Hash::ZERO,
        ..head
    };
    for seen in [beyond, elsewhere] {
        let (entries, _) = room.rotation(&mut world, &ana, seen);
        assert_eq!(submit(&world, &ana, &room, entries).await, BadSignature);
    }
    let ghost = {
        let mut with_ghost = Room {
            roster: room.roster.clone(),
            ..Room::planned(&mut world, &ana)
        };
        (with_ghost.id, with_ghost.last_open) = (room.id, room.last_open);
        let cyd = world.person("cyd").await;
        let join = with_ghost.join_entry(&cyd).body().unwrap();
        with_ghost.roster.apply(&join).unwrap();
        with_ghost.rotation(&mut world, &ana, head).0
    };
    assert_eq!(submit(&world, &ana, &room, ghost).await, BadSignature);

    let (mut unproven, _) = room.rotation(&mut world, &ana, head);
    unproven[0].join_signature = Signature::ZERO;
    assert_eq!(submit(&world, &ana, &room, unproven).await, BadSignature);

    let (late, _) = room.rotation(&mut world, &ana, head);
    room.rotate(&mut world, &ana).await.unwrap();
    assert_eq!(
        submit(&world, &ana, &room, late).await,
        StaleEpoch { epoch: 2 }
    );

    let head = room.head(&world, &ana).await.head;
    let (raced, _) = room.rotation(&mut world, &ana, head);
    room.leave(&world, &bob).await.unwrap();
    let last_open = room.last_open;
    assert_eq!(
        submit(&world, &ana, &room, raced).await,
        StaleOpen { last_open }
    );
}

#[tokio::test]
async fn an_old_locator_of_another_room_can_not_be_taken_over_by_a_rotation() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let victim = Room::with(&mut world, &[&bob]).await;
    let room = Room::with(&mut world, &[&ana]).await;
    let head = room.head(&world, &ana).await.head;
    let next = Room {
        locator: victim.locator,
        epoch: 2,
        ..Room::planned(&mut world, &ana)
    };
    let body = OpenBody {
        room: room.id,
        prev_open: room.last_open,
        ..next.body(&ana, OpenContent::Header(Box::new(next.header(&ana, head))))
    };
    let entry = signed(&body, &ana.signer, Some(&next.join_key));
    assert_eq!(
        submit(&world, &ana, &room, vec![entry]).await,
        PublicError::Malformed
    );
    assert_eq!(
        world.backend.room_find(victim.locator).await.unwrap().room,
        victim.id
    );
    assert_eq!(room.head(&world, &ana).await.epoch, 1);
}
