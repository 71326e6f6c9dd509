//! What reaches whom, in which order.

use super::*;
use crate::{room::*, world::*};
use backend::{Limits, Options};
use protocol::{
    DeviceId, Entry, MessageId, PublicError,
    api::VaultPut,
    frame::{ClientFrame, ServerFrame},
    log,
};

#[tokio::test]
async fn a_message_is_acknowledged_to_the_sender_and_reaches_every_members_connections() {
    let mut world = World::new().await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let room = Room::with(&mut world, &[&ana, &bob]).await;
    let [from, phone, to, stranger] =
        [&ana, &ana, &bob, &cyd].map(|person| connect(&world, person));
    let (from, phone, to, stranger) = futures::join!(from, phone, to, stranger);
    say(&from, &send(&room, 1)).await;
    let at_sender = frames(&from).await;
    let ServerFrame::Ack { seq, id, .. } = at_sender[0] else {
        panic!("{at_sender:?}")
    };
    assert_eq!((seq, id), (3, MessageId([1; 16])));
    for connection in [&phone, &to] {
        let [ServerFrame::Entry { room: id, entry }] = &frames(connection).await[..] else {
            panic!("one entry")
        };
        assert_eq!(*id, room.id);
        assert_eq!(entry.seq, 3);
        assert_eq!(entry.entry, Entry::Sealed(token("text1")));
    }
    assert!(heard(&stranger).await.is_empty());
}

#[tokio::test]
async fn refused_messages_are_answered_with_the_reason() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let mut room = Room::with(&mut world, &[&ana]).await;
    let connection = connect(&world, &bob).await;
    say(&connection, &send(&room, 1)).await;
    let refusal = |error| ServerFrame::Refused {
        room: room.id,
        id: MessageId([1; 16]),
        error,
    };
    assert_eq!(frames(&connection).await, [refusal(PublicError::NotMember)]);
    let connection = connect(&world, &ana).await;
    let old = send(&room, 1);
    let expected = refusal(PublicError::StaleEpoch { epoch: 2 });
    room.rotate(&mut world, &ana).await.unwrap();
    heard(&connection).await;
    say(&connection, &old).await;
    assert_eq!(frames(&connection).await, [expected]);
}

#[tokio::test]
async fn a_reconnecting_client_gets_what_its_cursors_missed() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let long = Room::with(&mut world, &[&ana]).await;
    let current = Room::with(&mut world, &[&ana]).await;
    let foreign = Room::with(&mut world, &[&bob]).await;
    for n in 0..150 {
        long.say(&world, &ana, &format!("m{n}")).await.unwrap();
    }
    let cursors = [(long.id, 1), (current.id, 1), (foreign.id, 0)];
    let connection = world
        .backend
        .open(ana.session.clone(), &hello(&cursors))
        .await
        .unwrap();
    let mut got = frames(&connection).await;
    while got.len() < 2 {
        got.extend(frames(&connection).await);
    }
    got.extend(heard(&connection).await);
    let [
        ServerFrame::Welcome { user, rooms, .. },
        ServerFrame::Page {
            request: None,
            room,
            base,
            entries,
        },
    ] = &got[..]
    else {
        panic!("a welcome and one page: {}", got.len())
    };
    assert_eq!(*user, ana.keys.user);
    assert_eq!(rooms.len(), 2);
    assert_eq!(*room, long.id);
    let seqs: Vec<_> = entries.iter().map(|it| it.seq).collect();
    assert_eq!(seqs, (2..=101).collect::<Vec<_>>());
    let header = world
        .backend
        .history(&ana.session, long.id, 1, 1)
        .await
        .unwrap();
    let first = log::entry_hash(&header.entries[0].entry);
    assert_eq!(
        *base,
        log::transcript_next(&log::transcript_start(&long.id), 1, &first)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_falls_between_the_welcome_and_what_is_heard() {
    let options = Options {
        limits: Limits {
            messages_per_minute: 100_000,
            connections_per_user: 1000,
            ..Limits::default()
        },
        ..Options::default()
    };
    let mut world = World::with(options).await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let room = Room::with(&mut world, &[&ana, &bob]).await;
    let (backend, session, id) = (world.backend.clone(), ana.session.clone(), room.id);
    let talking = tokio::spawn(async move {
        for n in 0..400u32 {
            let mut message = [0; 16];
            message[..4].copy_from_slice(&n.to_be_bytes());
            let send = backend.send(
                &session,
                DEVICE,
                id,
                MessageId(message),
                1,
                token(&format!("n{n}")),
            );
            send.await.unwrap();
        }
    });
    let mut connections = Vec::new();
    while !talking.is_finished() {
        connections.push(
            world
                .backend
                .open(bob.session.clone(), &hello(&[]))
                .await
                .unwrap(),
        );
    }
    talking.await.unwrap();
    assert!(connections.len() > 1);
    for connection in connections {
        let got = heard(&connection).await;
        let ServerFrame::Welcome { rooms, .. } = &got[0] else {
            panic!("the welcome comes first")
        };
        let first = rooms[0].head.seq + 1;
        let heard = got[1..].iter().map(|frame| match frame {
            ServerFrame::Entry { entry, .. } => entry.seq,
            other => panic!("{other:?}"),
        });
        assert_eq!(heard.collect::<Vec<_>>(), (first..=402).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn joining_and_leaving_change_what_all_of_a_users_devices_hear() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let phone = connect(&world, &bob).await;
    let laptop = connect(&world, &bob).await;
    let others = connect(&world, &ana).await;
    let mut room = Room::with(&mut world, &[&ana]).await;
    let created = heard(&others).await;
    assert!(
        matches!(
            created[..],
            [ServerFrame::Room { .. }, ServerFrame::Entry { .. }]
        ),
        "{created:?}"
    );

    let joined = room.join(&world, &bob).await.unwrap();
    room.say(&world, &ana, "welcome").await.unwrap();
    for device in [&phone, &laptop] {
        let got = heard(device).await;
        let [
            ServerFrame::Room { room: head },
            ServerFrame::Entry { entry: join, .. },
            ServerFrame::Entry { .. },
        ] = &got[..]
        else {
            panic!("{got:?}")
        };
        assert_eq!(*head, joined.head);
        assert_eq!(join.seq, 2);
    }
    room.leave(&world, &bob).await.unwrap();
    room.rotate(&mut world, &ana).await.unwrap();
    room.say(&world, &ana, "alone").await.unwrap();
    for device in [&phone, &laptop] {
        let got = heard(device).await;
        assert!(
            matches!(&got[..], [ServerFrame::Entry { .. }, ServerFrame::RoomLeft { room: left }] if *left == room.id),
            "{got:?}"
        );
    }
    let entries = heard(&others).await;
    assert_eq!(entries.len(), 5, "join, welcome, leave, header, alone");
}

#[tokio::test]
async fn who_speaks_under_a_key_that_someone_left_hears_of_the_leave_first() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob]).await;
    let connection = connect(&world, &ana).await;
    let frame = ClientFrame::Send {
        room: room.id,
        id: MessageId([1; 16]),
        epoch: 1,
        token: token("underway"),
    };
    let (left, ()) = futures::join!(room.leave(&world, &bob), say(&connection, &frame));
    left.unwrap();
    let error = PublicError::StaleEpoch { epoch: 1 };
    let got = heard(&connection).await;
    assert!(
        matches!(&got[..], [ServerFrame::Entry { .. }, ServerFrame::Refused { error: it, .. }] if *it == error),
        "{got:?}"
    );
}

#[tokio::test]
async fn history_and_opens_are_answered_under_the_requests_number() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let room = Room::with(&mut world, &[&ana]).await;
    let connection = connect(&world, &ana).await;
    let history = |request, room| ClientFrame::History {
        request,
        room,
        from: 1,
        to: 9,
    };
    say(&connection, &history(7, room.id)).await;
    let got = frames(&connection).await;
    assert!(
        matches!(&got[..], [ServerFrame::Page { request: Some(7), entries, .. }] if entries.len() == 1)
    );
    say(
        &connection,
        &ClientFrame::Opens {
            request: 8,
            room: room.id,
            epoch: 1,
        },
    )
    .await;
    let got = frames(&connection).await;
    assert!(
        matches!(&got[..], [ServerFrame::Opens { request: 8, members, .. }] if members.len() == 1)
    );

    let foreign = Room::with(&mut world, &[&bob]).await;
    say(&connection, &history(9, foreign.id)).await;
    let failed = ServerFrame::Failed {
        request: 9,
        room: None,
        error: PublicError::NotMember,
    };
    assert_eq!(frames(&connection).await, [failed]);
    say(
        &connection,
        &ClientFrame::Opens {
            request: 10,
            room: room.id,
            epoch: 2,
        },
    )
    .await;
    let failed = ServerFrame::Failed {
        request: 10,
        room: None,
        error: PublicError::Malformed,
    };
    assert_eq!(frames(&connection).await, [failed]);
}

#[tokio::test]
async fn a_client_hears_of_what_its_cursors_missed_and_can_not_be_given() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    let broken = Room::with(&mut world, &[&ana]).await;
    broken.say(&world, &ana, "unreadable").await.unwrap();
    let whole = Room::with(&mut world, &[&ana]).await;
    let header = whole.last_open;
    whole.say(&world, &ana, "readable").await.unwrap();
    world
        .sabotage("UPDATE entries SET payload = x'FF' WHERE payload = CAST('unreadableAA' AS BLOB)")
        .await;
    // A cursor that comes twice counts once.
    let cursors = [(broken.id, 1), (broken.id, 1), (whole.id, 1)];
    let connection = world
        .backend
        .open(ana.session.clone(), &hello(&cursors))
        .await
        .unwrap();
    let mut got = Vec::new();
    while got.len() < 3 {
        got.extend(frames(&connection).await);
    }
    got.extend(heard(&connection).await);
    let [
        ServerFrame::Welcome { .. },
        ServerFrame::Failed {
            request: 0,
            room: failed,
            error: PublicError::Internal { .. },
        },
        ServerFrame::Page { room, base, .. },
    ] = &got[..]
    else {
        panic!("{got:?}")
    };
    assert_eq!((*failed, *room), (Some(broken.id), whole.id));
    let start = log::transcript_start(&whole.id);
    assert_eq!(*base, log::transcript_next(&start, 1, &header));
}

#[tokio::test]
async fn a_vault_write_is_told_to_the_users_other_sessions() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    let (_, other, _) = world.log_in("ana", PASSPHRASE, None).await.unwrap();
    let own = connect(&world, &ana).await;
    let elsewhere = world.backend.open(other, &hello(&[])).await.unwrap();
    let item = "settings".to_owned();
    let put = VaultPut {
        item: item.clone(),
        replaces: 0,
        token: token("x"),
    };
    world.backend.vault_put(&ana.session, put).await.unwrap();
    assert!(heard(&own).await.is_empty());
    assert_eq!(
        heard(&elsewhere).await[1..],
        [ServerFrame::VaultChanged { item, version: 1 }]
    );
}

#[tokio::test]
async fn messages_of_two_devices_may_carry_the_same_id() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    let room = Room::with(&mut world, &[&ana]).await;
    let first = connect(&world, &ana).await;
    let other_device = hello(&[]).replace(&DEVICE.to_string(), &DeviceId([8; 16]).to_string());
    let second = world
        .backend
        .open(ana.session.clone(), &other_device)
        .await
        .unwrap();
    frames(&second).await;
    for (connection, expected) in [(&first, 2), (&second, 3)] {
        say(connection, &send(&room, 1)).await;
        let seq = loop {
            let got = frames(connection).await;
            let acks = got.iter().find_map(|it| match it {
                ServerFrame::Ack { seq, .. } => Some(*seq),
                _ => None,
            });
            if let Some(seq) = acks {
                break seq;
            }
        };
        assert_eq!(seq, expected);
    }
}
