use crate::{room::*, world::*};
use backend::{Error, Limits, Options};
use protocol::{
    Entry, MessageId, PublicError,
    frame::{ClientFrame, ServerFrame},
};

fn fast() -> Options {
    Options {
        limits: Limits {
            messages_per_minute: 100_000,
            ..Limits::default()
        },
        ..Options::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_messages_at_once_are_stored_once_each_in_order_and_for_good() {
    let mut world = World::with(fast()).await;
    let ana = world.person("ana").await;
    let room = Room::with(&mut world, &[&ana]).await;
    let id = |n: u32| {
        let mut id = [0; 16];
        id[..4].copy_from_slice(&n.to_be_bytes());
        MessageId(id)
    };
    // Each is sent twice, as by a client that lost the first answer.
    let sends = (0..2000u32).map(|n| {
        let (backend, session, room) = (world.backend.clone(), ana.session.clone(), room.id);
        tokio::spawn(async move {
            let n = n / 2;
            let sent = backend.send(&session, DEVICE, room, id(n), 1, token(&format!("text{n}")));
            (n, sent.await.unwrap())
        })
    });
    let mut acknowledged = Vec::new();
    for send in sends.collect::<Vec<_>>() {
        acknowledged.push(send.await.unwrap());
    }
    for pair in acknowledged.chunks(2) {
        assert_eq!(pair[0], pair[1]);
    }
    world.restart_after_crash().await;
    let mut texts = std::collections::HashMap::new();
    for from in (2..1002).step_by(100) {
        let page = world
            .backend
            .history(&ana.session, room.id, from, from + 99)
            .await
            .unwrap();
        for entry in page.entries {
            texts.insert(entry.seq, entry.entry);
        }
    }
    assert_eq!(texts.len(), 1000);
    for (n, sent) in acknowledged {
        assert_eq!(texts[&sent.seq], Entry::Sealed(token(&format!("text{n}"))));
    }
}

#[tokio::test]
async fn messages_of_one_sender_keep_their_order() {
    let mut world = World::with(fast()).await;
    let ana = world.person("ana").await;
    let room = Room::with(&mut world, &[&ana]).await;
    let hello = format!(r#"{{"type":"hello","version":1,"device":"{DEVICE}","cursors":[]}}"#);
    let connection = world
        .backend
        .open(ana.session.clone(), &hello)
        .await
        .unwrap();
    for n in 0..300u32 {
        let mut id = [0; 16];
        id[..4].copy_from_slice(&n.to_be_bytes());
        let frame = ClientFrame::Send {
            room: room.id,
            id: MessageId(id),
            epoch: 1,
            token: token(&format!("t{n}")),
        };
        connection
            .receive(&serde_json::to_string(&frame).unwrap())
            .await;
    }
    let mut seqs = Vec::new();
    while seqs.len() < 300 {
        for frame in connection.take().await.unwrap() {
            if let ServerFrame::Ack { seq, .. } = serde_json::from_slice(&frame).unwrap() {
                seqs.push(seq);
            }
        }
    }
    assert_eq!(seqs, (2..302).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_failing_disk_refuses_what_waited_and_the_queue_lives_on() {
    let mut world = World::with(fast()).await;
    let ana = world.person("ana").await;
    let room = Room::with(&mut world, &[&ana]).await;
    // As SQLite does when the disk is full: the whole transaction is gone.
    world
        .sabotage("CREATE TRIGGER full BEFORE INSERT ON entries BEGIN SELECT RAISE(ROLLBACK, 'disk full'); END")
        .await;
    let texts: Vec<_> = (0..50).map(|n| format!("t{n}")).collect();
    let sends = texts.iter().map(|text| room.say(&world, &ana, text));
    for answer in futures::future::join_all(sends).await {
        assert!(matches!(refused(answer), PublicError::Internal { .. }));
    }
    let planned = Room::planned(&mut world, &ana).first_header(&ana);
    let request = protocol::api::RoomCreate { header: planned };
    let answer = world
        .backend
        .room_create(&ana.session, request.clone())
        .await;
    let told = world.backend.public_error(answer.unwrap_err());
    assert!(matches!(told, PublicError::Internal { .. }));

    world.sabotage("DROP TRIGGER full").await;
    assert_eq!(room.say(&world, &ana, "t0").await.unwrap().seq, 2);
    world
        .backend
        .room_create(&ana.session, request)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_step_that_fails_halfway_leaves_nothing_and_harms_nobody_else() {
    let mut world = World::with(fast()).await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let mut room = Room::with(&mut world, &[&ana]).await;
    world
        .sabotage("CREATE TRIGGER odd BEFORE INSERT ON entries WHEN NEW.class = 1 BEGIN SELECT RAISE(ABORT, 'odd'); END")
        .await;
    let entry = room.join_entry(&bob);
    let request = protocol::api::RoomSubmit {
        room: room.id,
        entries: vec![entry],
    };
    let join = world.backend.room_submit(&bob.session, request);
    let (join, said) = futures::join!(join, room.say(&world, &ana, "hello"));
    assert!(matches!(join, Err(Error::Store(_))));
    assert_eq!(said.unwrap().seq, 2);
    assert!(world.backend.rooms(&bob.session).await.unwrap().is_empty());
    world.sabotage("DROP TRIGGER odd").await;
    room.join(&world, &bob).await.unwrap();
}

#[tokio::test]
async fn shutting_down_commits_what_waits_and_refuses_what_comes_later() {
    let mut world = World::with(fast()).await;
    let ana = world.person("ana").await;
    let room = Room::with(&mut world, &[&ana]).await;
    let texts: Vec<_> = (0..100).map(|n| format!("t{n}")).collect();
    let sends = futures::future::join_all(texts.iter().map(|text| room.say(&world, &ana, text)));
    let (answers, ()) = futures::join!(sends, world.backend.shutdown());
    assert!(answers.into_iter().all(|it| it.is_ok()));
    let late = room.say(&world, &ana, "late").await;
    assert_eq!(
        world.backend.public_error(late.unwrap_err()),
        PublicError::Unreachable
    );

    world.restart_after_crash().await;
    assert_eq!(room.head(&world, &ana).await.head.seq, 101);
}

#[tokio::test]
async fn time_never_goes_back_within_a_log() {
    let mut world = World::with(fast()).await;
    let ana = world.person("ana").await;
    let room = Room::with(&mut world, &[&ana]).await;
    world.later(100);
    let before = room.say(&world, &ana, "one").await.unwrap();
    world.clock = backend::Clock::fake(START);
    world.restart_after_crash().await;
    let after = room.say(&world, &ana, "two").await.unwrap();
    assert_eq!(after.at, before.at);
}
