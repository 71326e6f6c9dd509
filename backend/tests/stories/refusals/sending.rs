//! Messages, and more of anything than the operator allows.

use super::create;
use crate::{room::*, world::*};
use backend::{Limits, Options};
use protocol::{DeviceId, Limit, MessageId, PublicError, limits::TOKEN_CHARS};

#[tokio::test]
async fn refuses_messages_of_another_epoch_and_texts_that_are_no_token() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    let mut room = Room::with(&mut world, &[&ana]).await;
    room.rotate(&mut world, &ana).await.unwrap();
    let send = |epoch, token: String| {
        let id = MessageId([1; 16]);
        world
            .backend
            .send(&ana.session, DEVICE, room.id, id, epoch, token)
    };
    use PublicError::{Malformed, StaleEpoch, TooLarge};
    for epoch in [0, 1, 3] {
        assert_eq!(
            refused(send(epoch, token("x")).await),
            StaleEpoch { epoch: 2 }
        );
    }
    for text in ["", "AAA", "A===", "AA A", "AAAA\n", "ü-aa"] {
        assert_eq!(refused(send(2, text.into()).await), Malformed, "{text}");
    }
    let limit = TOKEN_CHARS as u64;
    assert_eq!(
        refused(send(2, "A".repeat(TOKEN_CHARS + 4)).await),
        TooLarge { limit }
    );
    send(2, "A".repeat(TOKEN_CHARS)).await.unwrap();
}

#[tokio::test]
async fn a_message_id_is_good_for_one_message() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    let room = Room::with(&mut world, &[&ana]).await;
    let other = Room::with(&mut world, &[&ana]).await;
    let first = room.say(&world, &ana, "hello").await.unwrap();
    world.later(60);
    assert_eq!(room.say(&world, &ana, "hello").await.unwrap(), first);
    let send = |room: &Room, device, text| {
        let mut id = [0; 16];
        id[..5].copy_from_slice(b"hello");
        world
            .backend
            .send(&ana.session, device, room.id, MessageId(id), 1, token(text))
    };
    assert_eq!(
        refused(send(&room, DEVICE, "other").await),
        PublicError::Malformed
    );
    assert_eq!(
        refused(send(&other, DEVICE, "hello").await),
        PublicError::Malformed
    );
    let from_phone = send(&room, DeviceId([9; 16]), "hello").await.unwrap();
    assert_eq!(from_phone.seq, first.seq + 1);
    assert_eq!(room.head(&world, &ana).await.head.seq, 3);
}

#[tokio::test]
async fn limits_on_rooms_members_and_messages_hold() {
    let options = Options {
        limits: Limits {
            rooms_per_user: 2,
            members_per_room: 2,
            messages_per_minute: 3,
            ..Limits::default()
        },
        ..Options::default()
    };
    let mut world = World::with(options).await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let mut full = Room::with(&mut world, &[&ana, &bob]).await;
    let what = Limit::MembersPerRoom;
    assert_eq!(
        refused(full.join(&world, &cyd).await),
        PublicError::LimitReached { what }
    );

    Room::with(&mut world, &[&ana]).await;
    let what = Limit::RoomsPerUser;
    let third = Room::planned(&mut world, &ana).first_header(&ana);
    assert_eq!(
        create(&world, &ana, third).await,
        PublicError::LimitReached { what }
    );
    let mut other = Room::with(&mut world, &[&cyd]).await;
    assert_eq!(
        refused(other.join(&world, &ana).await),
        PublicError::LimitReached { what }
    );

    for n in 0..3 {
        full.say(&world, &ana, &format!("m{n}")).await.unwrap();
    }
    let what = Limit::MessagesPerMinute;
    assert_eq!(
        refused(full.say(&world, &ana, "m3").await),
        PublicError::LimitReached { what }
    );
    full.say(&world, &bob, "b0").await.unwrap();
    world.later(20);
    full.say(&world, &ana, "m3").await.unwrap();
}
