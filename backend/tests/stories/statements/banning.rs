//! Keeping people out.

use super::*;
use protocol::{Limit, limits::BANNED};

#[tokio::test]
async fn whoever_is_banned_goes_and_does_not_come_back_until_they_may() {
    let mut world = World::new().await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob]).await;
    room.state(&world, &ana, ban(&bob)).await.unwrap();
    assert!(world.backend.rooms(&bob.session).await.unwrap().is_empty());
    // Nobody needs to be in a room to be kept out of it.
    room.state(&world, &ana, ban(&cyd)).await.unwrap();
    room.rotate(&mut world, &ana).await.unwrap();
    world.restart_after_crash().await;
    for person in [&bob, &cyd] {
        let answer = refused(room.join(&world, person).await);
        assert_eq!(answer, PublicError::Banned);
    }
    room.state(&world, &ana, unban(&bob)).await.unwrap();
    room.join(&world, &bob).await.unwrap();
    let answer = refused(room.join(&world, &cyd).await);
    assert_eq!(answer, PublicError::Banned);
}

#[tokio::test]
async fn an_epoch_says_who_was_banned_when_it_started() {
    let mut world = World::new().await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob]).await;
    room.state(&world, &ana, ban(&bob)).await.unwrap();
    room.state(&world, &ana, ban(&cyd)).await.unwrap();
    room.rotate(&mut world, &ana).await.unwrap();
    room.state(&world, &ana, unban(&cyd)).await.unwrap();

    let banned = [bob.keys.user, cyd.keys.user].into();
    let backend = &world.backend;
    let opens = backend.opens(&ana.session, room.id, 2).await.unwrap();
    assert_eq!(opens.banned, banned);
    let found = backend.room_find(room.locator).await.unwrap();
    assert_eq!(found.banned, banned);
    assert_eq!(found.entries.len(), 2, "the header and what came after it");
    let opens = backend.opens(&ana.session, room.id, 1).await.unwrap();
    assert!(opens.banned.is_empty());
}

#[tokio::test]
async fn only_who_stands_above_bans_and_only_once() {
    let mut world = World::new().await;
    let people = world.people(["ana", "bob", "cyd", "dan", "eve"]).await;
    let [ana, bob, cyd, dan, eve] = &people;
    let mut room = Room::with_admin(&mut world, &[ana, bob, cyd, dan]).await;
    room.state(&world, ana, role(cyd, Role::Admin))
        .await
        .unwrap();
    room.state(&world, bob, ban(eve)).await.unwrap();
    use PublicError::{NoChange, NotAllowed, NotMember};
    for (by, what, expected) in [
        (dan, ban(eve), NotAllowed),
        (dan, unban(eve), NotAllowed),
        (bob, ban(ana), NotAllowed),
        (bob, ban(cyd), NotAllowed),
        (bob, ban(bob), NotAllowed),
        (ana, ban(ana), NotAllowed),
        (eve, unban(eve), NotMember),
        (ana, ban(eve), NoChange),
        (ana, unban(dan), NoChange),
    ] {
        let answer = room.refuses(&world, by, what.clone()).await;
        assert_eq!(answer, expected, "{} says {what:?}", by.keys.username);
    }
    room.state(&world, cyd, unban(eve)).await.unwrap();
    room.state(&world, cyd, ban(dan)).await.unwrap();
}

#[tokio::test]
async fn a_list_of_the_banned_has_an_end() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob]).await;
    assert_eq!(BANNED, 1000);
    world
        .sabotage(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
             INSERT INTO bans (room, user) SELECT room, randomblob(20) FROM rooms, n",
        )
        .await;
    let what = Limit::BansPerRoom;
    let answer = room.refuses(&world, &ana, ban(&bob)).await;
    assert_eq!(answer, PublicError::LimitReached { what });
    room.state(&world, &ana, remove(&bob)).await.unwrap();
}
