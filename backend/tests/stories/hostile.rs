//! What a member with a client of their own could try in order to break the room, or the server, for the others.

use crate::{room::*, world::*};
use protocol::{
    OpenEntry, PublicError, PublicKey,
    api::{AccountKeys, RoomSubmit},
    label,
    open::{Header, OpenBody, OpenContent, Wrap},
};

async fn submit(
    world: &World,
    person: &Person,
    room: &Room,
    entries: Vec<OpenEntry>,
) -> PublicError {
    let room = room.id;
    let request = RoomSubmit { room, entries };
    refused(world.backend.room_submit(&person.session, request).await)
}

#[tokio::test]
async fn what_is_in_the_log_already_can_not_be_submitted_behind_something_else() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let planned = Room::planned(&mut world, &ana);
    let header = planned.first_header(&ana);
    let mut room = Room {
        last_open: hash_of(&header),
        ..planned
    };
    let request = protocol::api::RoomCreate {
        header: header.clone(),
    };
    world
        .backend
        .room_create(&ana.session, request)
        .await
        .unwrap();
    let leave = room.leave_entry(&ana);
    for before in 1..4 {
        let mut entries = vec![leave.clone(); before];
        entries.push(header.clone());
        assert_eq!(
            submit(&world, &ana, &room, entries).await,
            PublicError::Malformed
        );
    }
    room.say(&world, &ana, "still here").await.unwrap();

    room.join(&world, &bob).await.unwrap();
    let seen = room.head(&world, &ana).await.head;
    let (entries, mut next) = room.rotation(&mut world, &ana, seen);
    next.submit(&world, &ana, entries.clone()).await.unwrap();
    let stored_wrap = entries[1].clone();
    let (others, _) = room.rotation(&mut world, &ana, seen);
    for start in [&others[..1], &others[..]] {
        let entries = [start, std::slice::from_ref(&stored_wrap)].concat();
        assert_eq!(
            submit(&world, &ana, &next, entries).await,
            PublicError::Malformed
        );
    }
    next.say(&world, &bob, "me too").await.unwrap();
}

/// Submits what clients would not believe, sees it refused, and that the room goes on.
async fn refuses_all(
    world: &World,
    person: &Person,
    room: &Room,
    expected: PublicError,
    submissions: Vec<Vec<OpenEntry>>,
) {
    let before = room.head(world, person).await;
    for (n, entries) in submissions.into_iter().enumerate() {
        let answer = submit(world, person, room, entries).await;
        assert_eq!(answer, expected, "submission {n}");
    }
    assert_eq!(room.head(world, person).await, before);
}

#[tokio::test]
async fn a_join_signature_stands_only_where_one_belongs() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob]).await;

    let mut noise = room.leave_entry(&bob);
    noise.join_signature = noise.signature;
    let leave = room.leave_entry(&bob).body().unwrap();
    let joined = signed(&leave, &bob.signer, Some(&room.join_key));
    let leaves = vec![vec![noise], vec![joined]];
    refuses_all(&world, &bob, &room, PublicError::BadSignature, leaves).await;

    let seen = room.head(&world, &ana).await.head;
    let (mut entries, next) = room.rotation(&mut world, &ana, seen);
    let wrap = entries[1].body().unwrap();
    entries[1] = signed(&wrap, &ana.signer, Some(&next.join_key));
    let wraps = vec![entries];
    refuses_all(&world, &ana, &room, PublicError::BadSignature, wraps).await;
    room.rotate(&mut world, &ana).await.unwrap();
}

/// A rotation whose header says something else than an honest client's would.
async fn rotation_with(
    world: &mut World,
    room: &Room,
    author: &Person,
    change: impl Fn(&mut Header),
) -> Vec<OpenEntry> {
    let seen = room.head(world, author).await.head;
    let (entries, next) = room.rotation(world, author, seen);
    let mut body = entries[0].body().unwrap();
    if let OpenContent::Header(header) = &mut body.content {
        change(header);
    }
    let mut changed = vec![signed(&body, &author.signer, Some(&next.join_key))];
    for wrap in &entries[1..] {
        let mut body = wrap.body().unwrap();
        body.prev_open = hash_of(&changed[changed.len() - 1]);
        changed.push(signed(&body, &author.signer, None));
    }
    changed
}

fn hide_history(header: &mut Header) {
    header.settings.history_for_newcomers = false;
    header.history = None;
}

#[tokio::test]
async fn a_new_key_changes_no_settings() {
    let mut world = World::new().await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob, &cyd]).await;
    room.leave(&world, &cyd).await.unwrap();
    for author in [&ana, &bob] {
        let rotation = vec![rotation_with(&mut world, &room, author, hide_history).await];
        refuses_all(&world, author, &room, PublicError::BadSignature, rotation).await;
    }
    room.rotate(&mut world, &bob).await.unwrap();
}

#[tokio::test]
async fn history_for_newcomers_is_a_key_in_a_token_or_nothing() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob]).await;
    let good = history_token();
    let wrong = [
        String::new(),
        "no token".into(),
        token("short"),
        good[..136].to_owned(),
        format!("{good}AAAA"),
        good.replacen("gAAAA", "hAAAA", 1),
        good.replacen("gAAAAAAAAAAA", "gAAAAAAAAAAB", 1),
        format!("{}==", &good[..138]),
    ];
    let mut rotations = Vec::new();
    for text in wrong {
        let with = |header: &mut Header| header.history = Some(text.clone());
        rotations.push(rotation_with(&mut world, &room, &ana, with).await);
    }
    let against_settings = |header: &mut Header| header.settings.history_for_newcomers = false;
    rotations.push(rotation_with(&mut world, &room, &ana, against_settings).await);
    refuses_all(&world, &ana, &room, PublicError::Malformed, rotations).await;

    // Whoever lacks the key that it would hand on must be able to start an epoch too, or the room would be stuck.
    let without = rotation_with(&mut world, &room, &ana, |header| header.history = None).await;
    room.submit(&world, &ana, without).await.unwrap();
}

#[tokio::test]
async fn a_room_that_outgrew_a_lowered_limit_can_still_change_its_key() {
    let mut world = World::new().await;
    let people = world.people(["ana", "bob", "cyd", "dan"]).await;
    let [ana, _, _, dan] = &people;
    let mut room = Room::with(&mut world, &people.each_ref()).await;
    let limits = backend::Limits {
        members_per_room: 2,
        ..backend::Limits::default()
    };
    world.restart_with(limits).await;
    room.leave(&world, dan).await.unwrap();
    room.rotate(&mut world, ana).await.unwrap();
}

#[tokio::test]
async fn keys_under_which_nothing_can_be_proven_or_wrapped_open_no_account() {
    let mut world = World::new().await;
    let zero = PublicKey([0; 32]);
    let mut unreduced = PublicKey([0xff; 32]);
    unreduced.0[31] = 0x7f;
    for weak in [zero, unreduced] {
        // Long enough that no attempt counts any more.
        world.later(3600);
        let signer = world.signer();
        let keys = AccountKeys {
            agreement: weak,
            ..keys_of(&signer, "ana")
        };
        let answer = world.sign_up(&keys, &signer).await;
        assert_eq!(refused(answer), PublicError::Malformed, "agreement {weak}");

        let keys = AccountKeys {
            user: label::user_id(&weak),
            signing: weak,
            ..keys_of(&signer, "ana")
        };
        let answer = world.sign_up(&keys, &signer).await;
        assert_eq!(refused(answer), PublicError::Malformed, "signing {weak}");
    }
    world.person("ana").await;
}

#[tokio::test]
async fn a_wrap_that_opens_for_nobody_is_refused() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let room = Room::with(&mut world, &[&ana, &bob]).await;
    let seen = room.head(&world, &ana).await.head;
    let (mut entries, next) = room.rotation(&mut world, &ana, seen);
    let wrap = Wrap {
        recipient: bob.keys.user,
        sealed: [[0; 32].as_slice(), &[5; 48]].concat(),
    };
    let body = OpenBody {
        prev_open: hash_of(&entries[0]),
        ..next.body(&ana, OpenContent::Wrap(wrap))
    };
    entries[1] = signed(&body, &ana.signer, None);
    refuses_all(&world, &ana, &room, PublicError::Malformed, vec![entries]).await;
}

#[tokio::test]
async fn the_key_of_an_epoch_that_someone_left_lets_nobody_in() {
    let mut world = World::new().await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob]).await;
    room.leave(&world, &bob).await.unwrap();
    for person in [&bob, &cyd] {
        let joins = vec![vec![room.join_entry(person)]];
        let before = room.head(&world, &ana).await;
        for join in joins {
            let answer = submit(&world, person, &room, join).await;
            assert_eq!(answer, PublicError::RotationDue);
        }
        assert_eq!(room.head(&world, &ana).await, before);
    }
    room.rotate(&mut world, &ana).await.unwrap();
    room.join(&world, &cyd).await.unwrap();
    room.join(&world, &bob).await.unwrap();
}

#[tokio::test]
async fn nothing_more_is_said_under_a_key_that_someone_took_along() {
    let mut world = World::new().await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob, &cyd]).await;
    let before = room.say(&world, &ana, "before").await.unwrap();
    room.leave(&world, &cyd).await.unwrap();
    let answer = refused(room.say(&world, &bob, "under way").await);
    assert_eq!(answer, PublicError::StaleEpoch { epoch: 1 });
    let again = room.say(&world, &ana, "before").await.unwrap();
    assert_eq!(again, before, "what is stored is acknowledged all the same");

    room.rotate(&mut world, &bob).await.unwrap();
    room.say(&world, &bob, "under way").await.unwrap();
}
