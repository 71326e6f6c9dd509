use crate::{room::*, world::*};
use protocol::{
    Entry, PublicError,
    api::{RoomCreate, RoomSubmit},
    log,
    open::Role,
};

#[tokio::test]
async fn a_room_is_created_found_joined_and_spoken_in() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let mut room = Room::with(&mut world, &[&ana]).await;

    let found = world.backend.room_find(room.locator).await.unwrap();
    assert_eq!((found.room, found.epoch), (room.id, 1));
    assert_eq!(found.members, room.roster.members());
    assert_eq!(found.entries.len(), 1);

    let submitted = room.join(&world, &bob).await.unwrap();
    assert_eq!((submitted.first, submitted.head.head.seq), (2, 2));
    let sent = room.say(&world, &bob, "hello").await.unwrap();
    assert_eq!(sent.seq, 3);
    for person in [&ana, &bob] {
        let heads = world.backend.rooms(&person.session).await.unwrap();
        assert_eq!(heads.len(), 1);
        assert_eq!(heads[0].head.seq, 3);
    }
}

#[tokio::test]
async fn the_transcript_that_the_server_gives_is_the_one_that_clients_compute() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let room = Room::with(&mut world, &[&ana, &bob]).await;
    for n in 0..5 {
        room.say(&world, &ana, &format!("message{n}"))
            .await
            .unwrap();
    }
    let page = world
        .backend
        .history(&bob.session, room.id, 1, 100)
        .await
        .unwrap();
    assert_eq!(page.base, log::transcript_start(&room.id));
    let mut transcript = page.base;
    for (expected, entry) in (1..).zip(&page.entries) {
        assert_eq!(entry.seq, expected);
        transcript = log::transcript_next(&transcript, entry.seq, &log::entry_hash(&entry.entry));
    }
    let head = room.head(&world, &bob).await.head;
    assert_eq!((head.seq, head.hash), (7, transcript));

    let tail = world
        .backend
        .history(&bob.session, room.id, 5, 6)
        .await
        .unwrap();
    assert_eq!(tail.entries, page.entries[4..6]);
    let mut base = page.base;
    for entry in &page.entries[..4] {
        base = log::transcript_next(&base, entry.seq, &log::entry_hash(&entry.entry));
    }
    assert_eq!(tail.base, base);
    assert_eq!(page.entries[2].entry, Entry::Sealed(token("message0")));
}

#[tokio::test]
async fn history_comes_in_pages_and_ends_where_the_log_ends() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    let room = Room::with(&mut world, &[&ana]).await;
    for n in 0..110 {
        room.say(&world, &ana, &format!("message{n}"))
            .await
            .unwrap();
    }
    let history = |from, to| world.backend.history(&ana.session, room.id, from, to);
    assert_eq!(history(1, u64::MAX).await.unwrap().entries.len(), 100);
    assert_eq!(history(101, 200).await.unwrap().entries.len(), 11);
    assert!(history(112, 200).await.unwrap().entries.is_empty());
    assert!(history(10, 9).await.unwrap().entries.is_empty());
    for from in [0, 113, u64::MAX] {
        assert_eq!(
            refused(history(from, u64::MAX).await),
            PublicError::Malformed
        );
    }
}

#[tokio::test]
async fn a_page_of_large_messages_is_short_but_never_empty() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    let room = Room::with(&mut world, &[&ana]).await;
    for n in 0..20 {
        let text = format!("{n}x{}", "A".repeat(90_000));
        room.say(&world, &ana, &text).await.unwrap();
    }
    let page = world
        .backend
        .history(&ana.session, room.id, 2, 100)
        .await
        .unwrap();
    assert_eq!(
        page.entries.len(),
        12,
        "the entry that passes 1 MiB is the last"
    );
}

#[tokio::test]
async fn after_a_leave_any_member_starts_the_next_epoch() {
    let mut world = World::new().await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob, &cyd]).await;
    room.say(&world, &cyd, "bye").await.unwrap();
    room.leave(&world, &cyd).await.unwrap();
    assert!(world.backend.rooms(&cyd.session).await.unwrap().is_empty());
    let old = room.locator;

    let done = room.rotate(&mut world, &bob).await.unwrap();
    assert_eq!((done.first, done.head.epoch, done.head.head.seq), (6, 2, 7));
    let opens = world.backend.opens(&ana.session, room.id, 2).await.unwrap();
    assert_eq!(
        log::roster_hash(&opens.members, &opens.banned),
        room.roster.hash()
    );
    assert_eq!(opens.entries.len(), 2, "the header and one wrap");
    let first = world.backend.opens(&ana.session, room.id, 1).await.unwrap();
    assert_eq!(first.entries.len(), 4, "header, two joins, one leave");

    assert_eq!(
        refused(world.backend.room_find(old).await),
        PublicError::RoomUnknown
    );
    assert_eq!(
        world.backend.room_find(room.locator).await.unwrap().epoch,
        2
    );
    room.say(&world, &ana, "new").await.unwrap();
    room.join(&world, &cyd).await.unwrap();
}

#[tokio::test]
async fn an_owner_may_rotate_by_choice() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob]).await;
    assert_eq!(room.rotate(&mut world, &ana).await.unwrap().head.epoch, 2);
    assert_eq!(room.rotate(&mut world, &ana).await.unwrap().head.epoch, 3);
}

#[tokio::test]
async fn the_room_passes_to_the_most_senior_member() {
    let mut world = World::new().await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let mut room = Room::with(&mut world, &[&ana, &cyd, &bob]).await;
    room.leave(&world, &ana).await.unwrap();
    room.rotate(&mut world, &bob).await.unwrap();
    let opens = world.backend.opens(&bob.session, room.id, 2).await.unwrap();
    let owner = opens
        .members
        .iter()
        .find(|it| it.role == Role::Owner)
        .unwrap();
    assert_eq!(owner.keys.user, cyd.keys.user);
    room.rotate(&mut world, &cyd).await.unwrap();
}

#[tokio::test]
async fn a_room_closes_with_its_last_member() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let mut room = Room::with(&mut world, &[&ana]).await;
    room.leave(&world, &ana).await.unwrap();
    assert_eq!(
        refused(world.backend.room_find(room.locator).await),
        PublicError::RoomUnknown
    );
    for person in [&ana, &bob] {
        assert_eq!(
            refused(room.join(&world, person).await),
            PublicError::RoomUnknown
        );
    }
    let header = Room::planned(&mut world, &bob);
    let reused = Room {
        locator: room.locator,
        ..header
    };
    let request = RoomCreate {
        header: reused.first_header(&bob),
    };
    world
        .backend
        .room_create(&bob.session, request)
        .await
        .unwrap();
}

#[tokio::test]
async fn what_got_through_is_answered_again_the_same_way() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let mut room = Room::planned(&mut world, &ana);
    let request = RoomCreate {
        header: room.first_header(&ana),
    };
    let first = world
        .backend
        .room_create(&ana.session, request.clone())
        .await
        .unwrap();
    let again = world
        .backend
        .room_create(&ana.session, request.clone())
        .await
        .unwrap();
    assert_eq!(first, again);
    room.last_open = hash_of(&request.header);

    for leaving in [false, true] {
        let entry = match leaving {
            false => room.join_entry(&bob),
            true => room.leave_entry(&bob),
        };
        let first = room
            .submit(&world, &bob, vec![entry.clone()])
            .await
            .unwrap();
        let request = RoomSubmit {
            room: room.id,
            entries: vec![entry],
        };
        let again = world
            .backend
            .room_submit(&bob.session, request)
            .await
            .unwrap();
        assert_eq!(first, again);
    }
    let seen = room.head(&world, &ana).await.head;
    let (entries, mut next) = room.rotation(&mut world, &ana, seen);
    let first = next.submit(&world, &ana, entries.clone()).await.unwrap();
    assert_eq!(next.submit(&world, &ana, entries).await.unwrap(), first);
}

#[tokio::test]
async fn nobody_deletes_an_account_that_is_in_a_room() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob]).await;
    let answer = world.backend.delete_account(&bob.session).await;
    assert_eq!(refused(answer), PublicError::StillMember);
    room.leave(&world, &bob).await.unwrap();
    world.backend.delete_account(&bob.session).await.unwrap();

    let page = world
        .backend
        .history(&ana.session, room.id, 1, 10)
        .await
        .unwrap();
    assert_eq!(page.entries.len(), 3, "what bob did stays in the log");
}

#[tokio::test]
async fn rooms_survive_a_crash_with_roster_and_transcript() {
    let mut world = World::new().await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob]).await;
    room.say(&world, &ana, "before").await.unwrap();
    let before = room.head(&world, &bob).await;
    world.restart_after_crash().await;
    assert_eq!(room.head(&world, &bob).await, before);
    room.join(&world, &cyd).await.unwrap();
    room.leave(&world, &ana).await.unwrap();
    room.rotate(&mut world, &cyd).await.unwrap();
    let opens = world.backend.opens(&bob.session, room.id, 2).await.unwrap();
    assert_eq!(
        log::roster_hash(&opens.members, &opens.banned),
        room.roster.hash()
    );
}
