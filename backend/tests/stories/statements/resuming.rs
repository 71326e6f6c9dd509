//! Going on where the server lost something.

use super::*;
use protocol::{
    Hash,
    open::{Head, Resume},
};

fn resume(head: Head) -> OpenContent {
    OpenContent::Resume(Resume { head })
}

#[tokio::test]
async fn the_owner_accepts_the_log_as_it_is_and_it_goes_on() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob]).await;
    room.say(&world, &bob, "before").await.unwrap();
    let head = room.head(&world, &ana).await.head;
    let done = room.state(&world, &ana, resume(head)).await.unwrap();
    assert_eq!(done.first, head.seq + 1);
    room.say(&world, &bob, "after").await.unwrap();
}

#[tokio::test]
async fn nobody_else_accepts_a_loss_and_nothing_but_the_place_before() {
    let mut world = World::new().await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let room = Room::with_admin(&mut world, &[&ana, &bob, &cyd]).await;
    room.say(&world, &cyd, "before").await.unwrap();
    let head = room.head(&world, &ana).await.head;
    for person in [&bob, &cyd] {
        let answer = room.refuses(&world, person, resume(head)).await;
        assert_eq!(answer, PublicError::NotAllowed);
    }
    let elsewhere = Head {
        hash: Hash::ZERO,
        ..head
    };
    let answer = room.refuses(&world, &ana, resume(elsewhere)).await;
    assert_eq!(answer, PublicError::BadSignature);

    room.say(&world, &cyd, "meanwhile").await.unwrap();
    let beyond = Head {
        seq: head.seq + 2,
        ..head
    };
    let last_open = room.last_open;
    for place in [head, beyond] {
        let answer = room.refuses(&world, &ana, resume(place)).await;
        assert_eq!(answer, PublicError::StaleOpen { last_open });
    }
}
