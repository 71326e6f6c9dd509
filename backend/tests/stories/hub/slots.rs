//! How far people have read.

use super::*;
use crate::{room::*, world::*};
use backend::{Limits, Options};
use protocol::{PublicError, frame::Unlogged, limits::SIGNAL_CHARS};

fn said(person: &Person, epoch: u32, text: &str) -> Unlogged {
    Unlogged {
        user: person.keys.user,
        epoch,
        token: token(text),
    }
}

async fn stored(world: &World, asker: &Person, room: &Room) -> Vec<Unlogged> {
    let backend = &world.backend;
    backend.slots(&asker.session, room.id).await.unwrap()
}

#[tokio::test]
async fn how_far_one_has_read_reaches_everyone_and_replaces_what_was_said_before() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let room = Room::with(&mut world, &[&ana, &bob]).await;
    let [from, phone, to] = [&ana, &ana, &bob].map(|person| connect(&world, person));
    let (from, phone, to) = futures::join!(from, phone, to);
    for text in ["first", "next"] {
        say(&from, &slot(&room, text)).await;
        let slot = said(&ana, 1, text);
        let expected = [ServerFrame::Slot {
            room: room.id,
            slot,
        }];
        for connection in [&from, &phone, &to] {
            assert_eq!(frames(connection).await, expected);
        }
    }
    say(&to, &slot(&room, "bobs")).await;
    frames(&to).await;
    world.restart_after_crash().await;
    let mut expected = [said(&ana, 1, "next"), said(&bob, 1, "bobs")];
    expected.sort_by_key(|it| it.user);
    assert_eq!(stored(&world, &bob, &room).await, expected);

    let connection = connect(&world, &bob).await;
    let request = 7;
    let room = room.id;
    say(&connection, &ClientFrame::Slots { request, room }).await;
    let slots = expected.to_vec();
    let answer = ServerFrame::Slots {
        request,
        room,
        slots,
    };
    assert_eq!(frames(&connection).await, [answer]);
    let room = RoomId([9; 16]);
    say(&connection, &ClientFrame::Slots { request, room }).await;
    let answer = ServerFrame::Failed {
        request,
        room: None,
        error: PublicError::NotMember,
    };
    assert_eq!(frames(&connection).await, [answer]);
}

#[tokio::test]
async fn of_many_at_once_the_last_one_counts() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let room = Room::with(&mut world, &[&ana, &bob]).await;
    let other = Room::with(&mut world, &[&ana]).await;
    let [from, to] = [&ana, &bob].map(|person| connect(&world, person));
    let (from, to) = futures::join!(from, to);
    for n in 0..20 {
        say(&from, &slot(&room, &format!("n{n}"))).await;
        say(&from, &slot(&other, &format!("n{n}"))).await;
    }
    let last = said(&ana, 1, "n19");
    let is_last = |it: &ServerFrame| matches!(it, ServerFrame::Slot { slot, .. } if *slot == last);
    heard_until(&to, is_last).await;
    let connection = connect(&world, &ana).await;
    say(&connection, &slot(&other, "n19")).await;
    heard_until(&connection, is_last).await;
    for room in [&room, &other] {
        assert_eq!(
            stored(&world, &ana, room).await,
            std::slice::from_ref(&last)
        );
    }
}

#[tokio::test]
async fn a_slot_is_refused_to_strangers_under_an_old_key_and_in_another_shape() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let mut room = Room::with(&mut world, &[&ana]).await;
    let old = slot(&room, "read");
    room.rotate(&mut world, &ana).await.unwrap();
    let with = |token: String| ClientFrame::Slot {
        room: room.id,
        epoch: 2,
        token,
    };
    use PublicError::{Malformed, NotMember, StaleEpoch, TooLarge};
    let limit = SIGNAL_CHARS as u64;
    for (by, frame, error) in [
        (&bob, slot(&room, "read"), NotMember),
        (&ana, old, StaleEpoch { epoch: 2 }),
        (&ana, with("AAA".into()), Malformed),
        (&ana, with(String::new()), Malformed),
        (&ana, with("A".repeat(SIGNAL_CHARS + 4)), TooLarge { limit }),
    ] {
        let connection = connect(&world, by).await;
        say(&connection, &frame).await;
        let room = room.id;
        let refusal = ServerFrame::SlotRefused { room, error };
        assert_eq!(frames(&connection).await, [refusal]);
    }
    assert!(stored(&world, &ana, &room).await.is_empty());
    let connection = connect(&world, &ana).await;
    say(&connection, &with("A".repeat(SIGNAL_CHARS))).await;
    frames(&connection).await;
    assert_eq!(stored(&world, &ana, &room).await.len(), 1);
}

#[tokio::test]
async fn whoever_leaves_leaves_no_slot() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob]).await;
    let connection = connect(&world, &bob).await;
    say(&connection, &slot(&room, "read")).await;
    frames(&connection).await;
    room.leave(&world, &bob).await.unwrap();
    assert!(stored(&world, &ana, &room).await.is_empty());
    room.rotate(&mut world, &ana).await.unwrap();
    room.join(&world, &bob).await.unwrap();
    assert!(stored(&world, &bob, &room).await.is_empty());
}

#[tokio::test]
async fn who_reads_and_leaves_in_one_moment_has_left() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob]).await;
    let connection = connect(&world, &bob).await;
    let read = slot(&room, "read");
    let ((), left) = futures::join!(say(&connection, &read), room.leave(&world, &bob));
    left.unwrap();
    let refusal = ServerFrame::SlotRefused {
        room: room.id,
        error: PublicError::NotMember,
    };
    assert!(heard(&connection).await.contains(&refusal));
    assert!(stored(&world, &ana, &room).await.is_empty());
}

#[tokio::test]
async fn a_user_says_so_a_few_times_a_minute() {
    let options = Options {
        limits: Limits {
            slots_per_minute: 2,
            ..Limits::default()
        },
        ..Options::default()
    };
    let mut world = World::with(options).await;
    let ana = world.person("ana").await;
    let room = Room::with(&mut world, &[&ana]).await;
    let connection = connect(&world, &ana).await;
    for text in ["one", "two"] {
        say(&connection, &slot(&room, text)).await;
        frames(&connection).await;
    }
    say(&connection, &slot(&room, "three")).await;
    let room_id = room.id;
    let error = PublicError::TooManyAttempts { retry_after_s: 1 };
    let refusal = ServerFrame::SlotRefused {
        room: room_id,
        error,
    };
    assert_eq!(frames(&connection).await, [refusal]);
    world.later(30);
    say(&connection, &slot(&room, "three")).await;
    frames(&connection).await;
    assert_eq!(stored(&world, &ana, &room).await, [said(&ana, 1, "three")]);
}
