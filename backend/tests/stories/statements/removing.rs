//! Taking members out.

use super::*;
use crate::hub::{connect, heard, heard_until, is_slot, say, send, signal, slot};
use protocol::frame::ServerFrame;

#[tokio::test]
async fn whoever_is_taken_out_hears_the_statement_and_nothing_more() {
    let mut world = World::new().await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob, &cyd]).await;
    let [phone, laptop, other] = [&bob, &bob, &cyd].map(|person| connect(&world, person));
    let (phone, laptop, other) = futures::join!(phone, laptop, other);
    say(&phone, &slot(&room, "bobread")).await;
    for connection in [&phone, &laptop, &other] {
        heard_until(connection, is_slot).await;
    }
    let done = room.state(&world, &ana, remove(&bob)).await.unwrap();
    assert_eq!((done.first, done.head.head.seq), (4, 4));

    room.rotate(&mut world, &ana).await.unwrap();
    room.say(&world, &ana, "among us").await.unwrap();
    say(&other, &signal(&room, "cydtypes")).await;
    say(&other, &slot(&room, "cydread")).await;
    heard_until(&other, is_slot).await;
    for device in [&phone, &laptop] {
        let got = heard(device).await;
        let [
            ServerFrame::Entry { entry, .. },
            ServerFrame::RoomLeft { room: left },
        ] = &got[..]
        else {
            panic!("{got:?}")
        };
        assert_eq!((entry.seq, *left), (4, room.id));
    }
    let slots = world.backend.slots(&ana.session, room.id).await.unwrap();
    let users: Vec<_> = slots.iter().map(|it| it.user).collect();
    assert_eq!(users, [cyd.keys.user]);
}

#[tokio::test]
async fn whoever_was_taken_out_reads_and_says_nothing() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob]).await;
    let [inside, outside] = [&ana, &bob].map(|person| connect(&world, person));
    let (inside, outside) = futures::join!(inside, outside);
    room.state(&world, &ana, remove(&bob)).await.unwrap();
    heard(&inside).await;
    heard(&outside).await;

    use PublicError::NotMember;
    let backend = &world.backend;
    assert!(backend.rooms(&bob.session).await.unwrap().is_empty());
    let slots = backend.slots(&bob.session, room.id).await;
    assert_eq!(refused(slots), NotMember);
    let history = backend.history(&bob.session, room.id, 1, 9).await;
    assert_eq!(refused(history), NotMember);
    let frames = [signal(&room, "typing"), send(&room, 1), slot(&room, "read")];
    for frame in frames {
        say(&outside, &frame).await;
    }
    let is_last = |it: &ServerFrame| matches!(it, ServerFrame::SlotRefused { .. });
    let answers = heard_until(&outside, is_last).await;
    let refusals: Vec<_> = answers
        .into_iter()
        .map(|it| match it {
            ServerFrame::Refused { error, .. } => (false, error),
            ServerFrame::SlotRefused { error, .. } => (true, error),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(refusals, [(false, NotMember), (true, NotMember)]);
    assert!(heard(&inside).await.is_empty());
}

#[tokio::test]
async fn nobody_takes_out_whom_they_are_not_above() {
    let mut world = World::new().await;
    let people = world.people(["ana", "bob", "cyd", "dan", "eve"]).await;
    let [ana, bob, cyd, dan, eve] = &people;
    let mut room = Room::with_admin(&mut world, &[ana, bob, cyd, dan]).await;
    room.state(&world, ana, role(cyd, Role::Admin))
        .await
        .unwrap();
    use PublicError::{NotAllowed, NotMember};
    for (by, whom, expected) in [
        (dan, ana, NotAllowed),
        (dan, bob, NotAllowed),
        (dan, dan, NotAllowed),
        (bob, ana, NotAllowed),
        (bob, cyd, NotAllowed),
        (bob, bob, NotAllowed),
        (ana, ana, NotAllowed),
        (ana, eve, NotMember),
        (eve, dan, NotMember),
    ] {
        let (by_name, name) = (&by.keys.username, &whom.keys.username);
        let answer = room.refuses(&world, by, remove(whom)).await;
        assert_eq!(answer, expected, "{by_name} takes {name} out");
    }
    room.state(&world, bob, remove(dan)).await.unwrap();
    room.state(&world, ana, remove(cyd)).await.unwrap();
    assert_eq!(room.refuses(&world, bob, remove(dan)).await, NotMember);
}

#[tokio::test]
async fn a_removal_that_is_sent_again_gets_the_same_answer() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob]).await;
    let entry = room.statement(&ana, remove(&bob));
    let first = room.submit(&world, &ana, vec![entry.clone()]).await;
    world.later(60);
    let again = room.submit(&world, &ana, vec![entry]).await;
    assert_eq!(first.unwrap(), again.unwrap());
    assert_eq!(room.head(&world, &ana).await.head.seq, 3);
}

#[tokio::test]
async fn after_a_removal_any_member_makes_a_key_that_the_removed_lacks() {
    let mut world = World::new().await;
    let [ana, bob, cyd, dan] = world.people(["ana", "bob", "cyd", "dan"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob, &cyd]).await;
    room.state(&world, &ana, remove(&bob)).await.unwrap();
    for person in [&bob, &dan] {
        let answer = room.join(&world, person).await;
        assert_eq!(refused(answer), PublicError::RotationDue);
    }
    let answer = refused(room.say(&world, &ana, "under the old key").await);
    assert_eq!(answer, PublicError::StaleEpoch { epoch: 1 });

    room.rotate(&mut world, &cyd).await.unwrap();
    let opens = world.backend.opens(&cyd.session, room.id, 2).await.unwrap();
    assert_eq!(
        opens.entries.len(),
        2,
        "the header and a wrap for the owner"
    );
    assert_eq!(opens.members.len(), 2);
    room.say(&world, &ana, "under the new key").await.unwrap();
    // Taken out is not banned: who is given the new key may come again.
    room.join(&world, &bob).await.unwrap();
}
