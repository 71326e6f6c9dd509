//! How conversations start and end.

use super::*;
use crate::{room::*, world::*};
use backend::{Limits, Options};
use protocol::frame::{ByeReason, ClientFrame, ServerFrame};

#[tokio::test]
async fn frames_that_are_none_end_the_conversation() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    let long = format!("\"{}\"", "x".repeat(protocol::limits::FRAME_BYTES));
    for text in [
        "",
        "{}",
        "null",
        r#"{"type":"opens","request":1,"room":"AAAAAAAAAAAAAAAAAAAAAA","epoch":1,"more":1}"#,
        r#"{"type":"fly"}"#,
        &hello(&[]),
        &long,
    ] {
        let connection = connect(&world, &ana).await;
        connection.receive(text).await;
        assert_eq!(
            farewell(&connection).await,
            ByeReason::Malformed,
            "{text:.40}"
        );
    }
}

#[tokio::test]
async fn a_conversation_starts_with_a_hello_of_this_version() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    let open = |text: &'static str| world.backend.open(ana.session.clone(), text);
    assert_eq!(
        open(r#"{"type":"ping"}"#).await.err(),
        Some(ByeReason::Malformed)
    );
    assert_eq!(open("nonsense").await.err(), Some(ByeReason::Malformed));
    let old = r#"{"type":"hello","version":0,"device":"AAAAAAAAAAAAAAAAAAAAAA","cursors":[]}"#;
    assert_eq!(open(old).await.err(), Some(ByeReason::Version));
}

#[tokio::test]
async fn a_session_that_ends_takes_its_connections_with_it() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    let (_, other, _) = world.log_in("ana", PASSPHRASE, None).await.unwrap();
    let stays = connect(&world, &ana).await;
    let goes = world
        .backend
        .open(other.clone(), &hello(&[]))
        .await
        .unwrap();
    world
        .backend
        .session_revoke(&ana.session, other.handle)
        .await
        .unwrap();
    assert_eq!(farewell(&goes).await, ByeReason::SessionEnded);
    assert!(heard(&stays).await.is_empty());
    let late = world.backend.open(other, &hello(&[])).await;
    assert_eq!(
        late.err(),
        Some(ByeReason::SessionEnded),
        "a cookie checked before the end"
    );

    world.backend.delete_account(&ana.session).await.unwrap();
    assert_eq!(farewell(&stays).await, ByeReason::SessionEnded);
}

#[tokio::test]
async fn a_session_that_grows_too_old_ends_its_conversation() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    let connection = connect(&world, &ana).await;
    for _ in 0..179 {
        world.later(24 * 60 * 60);
        assert!(heard(&connection).await.is_empty());
    }
    assert!(
        world
            .backend
            .authenticate(&ana.cookie)
            .await
            .unwrap()
            .is_some(),
        "the socket kept it alive"
    );
    world.later(24 * 60 * 60);
    say(&connection, &ClientFrame::Ping {}).await;
    assert_eq!(farewell(&connection).await, ByeReason::SessionEnded);
}

#[tokio::test]
async fn the_oldest_connection_gives_way_to_one_too_many() {
    let options = Options {
        limits: Limits {
            connections_per_user: 2,
            ..Limits::default()
        },
        ..Options::default()
    };
    let mut world = World::with(options).await;
    let ana = world.person("ana").await;
    let room = Room::with(&mut world, &[&ana]).await;
    let oldest = connect(&world, &ana).await;
    let (second, third) = (connect(&world, &ana).await, connect(&world, &ana).await);
    assert_eq!(farewell(&oldest).await, ByeReason::TooMany);
    room.say(&world, &ana, "hello").await.unwrap();
    for connection in [&second, &third] {
        assert_eq!(heard(connection).await.len(), 1);
    }
}

#[tokio::test]
async fn a_server_that_stops_says_good_bye() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    let connection = connect(&world, &ana).await;
    world.backend.shutdown().await;
    assert_eq!(farewell(&connection).await, ByeReason::Shutdown);
    let late = world.backend.open(ana.session.clone(), &hello(&[])).await;
    assert_eq!(late.err(), Some(ByeReason::Shutdown));
}

#[tokio::test]
async fn a_client_that_asks_for_too_much_at_once_is_cut_off() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    let room = Room::with(&mut world, &[&ana]).await;
    let connection = connect(&world, &ana).await;
    for request in 0..1000 {
        say(
            &connection,
            &ClientFrame::History {
                request,
                room: room.id,
                from: 1,
                to: 1,
            },
        )
        .await;
    }
    assert_eq!(farewell(&connection).await, ByeReason::TooMany);
}

#[tokio::test]
async fn a_slow_reader_is_cut_off_and_delays_nobody() {
    let options = Options {
        limits: Limits {
            outbox_frames: 20,
            ..Limits::default()
        },
        ..Options::default()
    };
    let mut world = World::with(options).await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let room = Room::with(&mut world, &[&ana, &bob, &cyd]).await;
    let (slow, quick) = (connect(&world, &bob).await, connect(&world, &cyd).await);
    for n in 0..30 {
        room.say(&world, &ana, &format!("m{n}")).await.unwrap();
        let [ServerFrame::Entry { entry, .. }] = &frames(&quick).await[..] else {
            panic!("one entry each")
        };
        assert_eq!(entry.seq, 4 + n);
    }
    assert_eq!(farewell(&slow).await, ByeReason::SlowReader);
    drop(slow);
    let back = world
        .backend
        .open(bob.session.clone(), &hello(&[(room.id, 3)]))
        .await
        .unwrap();
    let mut got = frames(&back).await;
    while got.len() < 2 {
        got.extend(frames(&back).await);
    }
    assert!(matches!(&got[1], ServerFrame::Page { entries, .. } if entries.len() == 30));
}
