//! What is relayed and never stored.

use super::*;
use crate::{room::*, world::*};
use backend::{Limits, Options};
use protocol::{frame::Unlogged, limits::SIGNAL_CHARS};

fn signals(frames: &[ServerFrame]) -> Vec<&Unlogged> {
    let signals = frames.iter().filter_map(|frame| match frame {
        ServerFrame::Signal { signal, .. } => Some(signal),
        _ => None,
    });
    signals.collect()
}

#[tokio::test]
async fn a_signal_reaches_the_other_members_at_once_and_is_kept_nowhere() {
    let mut world = World::new().await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let room = Room::with(&mut world, &[&ana, &bob]).await;
    let [from, own, phone, laptop, stranger] =
        [&ana, &ana, &bob, &bob, &cyd].map(|person| connect(&world, person));
    let (from, own, phone, laptop, stranger) = futures::join!(from, own, phone, laptop, stranger);
    say(&from, &signal(&room, "types")).await;
    let expected = [ServerFrame::Signal {
        room: room.id,
        signal: Unlogged {
            user: ana.keys.user,
            epoch: 1,
            token: token("types"),
        },
    }];
    for device in [&phone, &laptop] {
        assert_eq!(heard(device).await, expected);
    }
    for silent in [&from, &own, &stranger] {
        assert!(heard(silent).await.is_empty());
    }
    let late = connect(&world, &bob).await;
    assert!(heard(&late).await.is_empty());
    assert_eq!(room.head(&world, &bob).await.head.seq, 2);
    let slots = world.backend.slots(&bob.session, room.id).await.unwrap();
    assert!(slots.is_empty());
}

#[tokio::test]
async fn only_members_signal_and_only_what_can_be_a_signal() {
    let mut world = World::new().await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob]).await;
    let [from, to, stranger] = [&ana, &bob, &cyd].map(|person| connect(&world, person));
    let (from, to, stranger) = futures::join!(from, to, stranger);
    say(&stranger, &signal(&room, "types")).await;
    for token in ["AAA".into(), String::new(), "A".repeat(SIGNAL_CHARS + 4)] {
        let room = room.id;
        let epoch = 1;
        say(&from, &ClientFrame::Signal { room, epoch, token }).await;
    }
    let nowhere = ClientFrame::Signal {
        room: RoomId([9; 16]),
        epoch: 1,
        token: token("types"),
    };
    say(&from, &nowhere).await;
    assert!(heard(&to).await.is_empty());
    for connection in [&from, &stranger] {
        assert!(heard(connection).await.is_empty(), "nobody is told");
    }

    room.join(&world, &cyd).await.unwrap();
    say(&stranger, &signal(&room, "nowtypes")).await;
    assert_eq!(signals(&heard(&to).await).len(), 1);
    room.leave(&world, &cyd).await.unwrap();
    say(&stranger, &signal(&room, "leftbuttypes")).await;
    assert!(signals(&heard(&to).await).is_empty());
    say(&from, &signal(&room, "types")).await;
    assert!(signals(&heard(&stranger).await).is_empty());
}

#[tokio::test]
async fn too_many_signals_are_dropped_and_nothing_else() {
    let options = Options {
        limits: Limits {
            signals_per_minute: 3,
            ..Limits::default()
        },
        ..Options::default()
    };
    let mut world = World::with(options).await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let room = Room::with(&mut world, &[&ana, &bob]).await;
    let [from, to] = [&ana, &bob].map(|person| connect(&world, person));
    let (from, to) = futures::join!(from, to);
    for n in 0..10 {
        say(&from, &signal(&room, &format!("n{n}"))).await;
    }
    say(&from, &send(&room, 1)).await;
    frames(&from).await;
    let got = heard(&to).await;
    assert_eq!((signals(&got).len(), got.len()), (3, 4));
    world.later(20);
    say(&from, &signal(&room, "later")).await;
    assert_eq!(signals(&heard(&to).await).len(), 1);
}

#[tokio::test]
async fn who_does_not_keep_up_loses_signals_before_messages() {
    let options = Options {
        limits: Limits {
            outbox_frames: 10,
            ..Limits::default()
        },
        ..Options::default()
    };
    let mut world = World::with(options).await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let room = Room::with(&mut world, &[&ana, &bob]).await;
    let [from, slow] = [&ana, &bob].map(|person| connect(&world, person));
    let (from, slow) = futures::join!(from, slow);
    for n in 0..30 {
        say(&from, &signal(&room, &format!("n{n}"))).await;
    }
    for n in 0..4 {
        room.say(&world, &ana, &format!("m{n}")).await.unwrap();
    }
    let got = frames(&slow).await;
    assert_eq!((signals(&got).len(), got.len()), (6, 10));
}
