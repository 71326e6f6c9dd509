//! What the server refuses of room changes and messages, and that nothing of it leaves a trace.

use crate::{room::*, world::*};
use backend::{Limits, Options};
use protocol::{
    DeviceId, Hash, Limit, Locator, MessageId, OpenEntry, PublicError, RoomId, Signature,
    api::{RoomCreate, RoomSubmit},
    limits::TOKEN_CHARS,
    open::{Head, Header, Join, Leave, OpenBody, OpenContent, Wrap},
};

async fn create(world: &World, person: &Person, header: OpenEntry) -> PublicError {
    refused(
        world
            .backend
            .room_create(&person.session, RoomCreate { header })
            .await,
    )
}

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
async fn refuses_first_headers_that_do_not_start_a_room() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let room = Room::planned(&mut world, &ana);
    let good = room.first_header(&ana).body().unwrap();
    let OpenContent::Header(header) = good.content.clone() else {
        panic!("a header")
    };
    let with = |change: &dyn Fn(&mut Header)| {
        let mut header = header.clone();
        change(&mut header);
        let content = OpenContent::Header(header);
        OpenBody {
            content,
            ..good.clone()
        }
    };
    let bob_keys = member_keys(&bob);
    use PublicError::{BadSignature, Malformed};
    let cases = [
        (
            OpenBody {
                epoch: 2,
                ..good.clone()
            },
            Malformed,
        ),
        (
            OpenBody {
                epoch: 0,
                ..good.clone()
            },
            Malformed,
        ),
        (
            OpenBody {
                prev_open: Hash([1; 32]),
                ..good.clone()
            },
            Malformed,
        ),
        (
            OpenBody {
                sender: bob.keys.user,
                ..good.clone()
            },
            BadSignature,
        ),
        (
            OpenBody {
                content: OpenContent::Leave(Leave {}),
                ..good.clone()
            },
            BadSignature,
        ),
        (with(&|it| it.author = bob_keys.clone()), BadSignature),
        (with(&|it| it.author.agreement.0[0] ^= 1), BadSignature),
        (with(&|it| it.roster = Hash::ZERO), BadSignature),
        (with(&|it| it.seen.seq = 1), BadSignature),
        (with(&|it| it.seen.hash = Hash::ZERO), BadSignature),
        (with(&|it| it.join_key = ana.keys.signing), BadSignature),
        (with(&|it| it.history = Some(token("secret"))), Malformed),
        (with(&|it| it.history = Some("no token".into())), Malformed),
    ];
    for (body, expected) in cases {
        let entry = signed(&body, &ana.signer, Some(&room.join_key));
        assert_eq!(create(&world, &ana, entry).await, expected, "{body:?}");
    }
    let forged = signed(&good, &bob.signer, Some(&room.join_key));
    assert_eq!(create(&world, &ana, forged).await, BadSignature);
    let leave = room.leave_entry(&ana);
    assert_eq!(create(&world, &ana, leave).await, Malformed);
    let unproven = signed(&good, &ana.signer, None);
    assert_eq!(create(&world, &ana, unproven).await, BadSignature);
    let mut broken = room.first_header(&ana);
    broken.json.push(' ');
    assert_eq!(create(&world, &ana, broken).await, BadSignature);
    let mut noise = room.first_header(&ana);
    noise.json = "{}".into();
    assert_eq!(create(&world, &ana, noise).await, Malformed);
    assert!(world.backend.rooms(&ana.session).await.unwrap().is_empty());

    let header = room.first_header(&ana);
    world
        .backend
        .room_create(&ana.session, RoomCreate { header })
        .await
        .unwrap();
}

#[tokio::test]
async fn refuses_room_ids_and_locators_that_are_in_use() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let room = Room::with(&mut world, &[&ana]).await;
    let same_id = Room {
        id: room.id,
        ..Room::planned(&mut world, &bob)
    };
    assert_eq!(
        create(&world, &bob, same_id.first_header(&bob)).await,
        PublicError::Malformed
    );
    let same_locator = Room {
        locator: room.locator,
        ..Room::planned(&mut world, &bob)
    };
    assert_eq!(
        create(&world, &bob, same_locator.first_header(&bob)).await,
        PublicError::Malformed
    );
    assert!(world.backend.rooms(&bob.session).await.unwrap().is_empty());
}

#[tokio::test]
async fn refuses_joins_that_prove_too_little() {
    let mut world = World::new().await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let room = Room::with(&mut world, &[&ana]).await;
    let good = room.join_entry(&bob).body().unwrap();
    let of = |member| OpenBody {
        content: OpenContent::Join(Join { member }),
        ..good.clone()
    };
    let key = Some(&room.join_key);
    let other_key = world.signer();
    let mut swapped = member_keys(&bob);
    swapped.agreement.0[0] ^= 1;
    let mut renamed = member_keys(&bob);
    renamed.username = "bobby".parse().unwrap();
    use PublicError::{BadSignature, Malformed, StaleEpoch, StaleOpen};
    let last_open = room.last_open;
    let cases = [
        (signed(&good, &bob.signer, None), BadSignature),
        (signed(&good, &bob.signer, Some(&other_key)), BadSignature),
        (signed(&good, &cyd.signer, key), BadSignature),
        (
            signed(&of(member_keys(&cyd)), &bob.signer, key),
            BadSignature,
        ),
        (signed(&of(swapped), &bob.signer, key), BadSignature),
        (signed(&of(renamed), &bob.signer, key), BadSignature),
        (
            signed(
                &OpenBody {
                    sender: cyd.keys.user,
                    ..good.clone()
                },
                &bob.signer,
                key,
            ),
            BadSignature,
        ),
        (
            signed(
                &OpenBody {
                    room: RoomId([0; 16]),
                    ..good.clone()
                },
                &bob.signer,
                key,
            ),
            Malformed,
        ),
        (
            signed(
                &OpenBody {
                    epoch: 2,
                    ..good.clone()
                },
                &bob.signer,
                key,
            ),
            StaleEpoch { epoch: 1 },
        ),
        (
            signed(
                &OpenBody {
                    prev_open: Hash::ZERO,
                    ..good.clone()
                },
                &bob.signer,
                key,
            ),
            StaleOpen { last_open },
        ),
    ];
    for (entry, expected) in cases {
        assert_eq!(submit(&world, &bob, &room, vec![entry]).await, expected);
    }
    let someone_elses = room.join_entry(&cyd);
    assert_eq!(
        submit(&world, &bob, &room, vec![someone_elses]).await,
        BadSignature
    );
    let twice = vec![room.join_entry(&bob), room.join_entry(&bob)];
    assert_eq!(submit(&world, &bob, &room, twice).await, Malformed);
    assert_eq!(submit(&world, &bob, &room, vec![]).await, Malformed);
    assert!(world.backend.rooms(&bob.session).await.unwrap().is_empty());
    assert_eq!(room.head(&world, &ana).await.head.seq, 1);
}

#[tokio::test]
async fn refuses_a_second_join_of_the_same_member() {
    let mut world = World::new().await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob]).await;
    room.join(&world, &cyd).await.unwrap();
    assert_eq!(
        refused(room.join(&world, &bob).await),
        PublicError::AlreadyMember
    );
}

#[tokio::test]
async fn the_second_of_two_joins_at_once_must_look_again() {
    let mut world = World::new().await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let mut room = Room::with(&mut world, &[&ana]).await;
    let late = room.join_entry(&cyd);
    room.join(&world, &bob).await.unwrap();
    let last_open = room.last_open;
    let refusal = submit(&world, &cyd, &room, vec![late]).await;
    assert_eq!(refusal, PublicError::StaleOpen { last_open });
    room.join(&world, &cyd).await.unwrap();
}

#[tokio::test]
async fn whoever_left_is_out_for_everything() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob]).await;
    room.leave(&world, &bob).await.unwrap();
    use PublicError::NotMember;
    assert_eq!(
        refused(room.say(&world, &bob, "still here").await),
        NotMember
    );
    assert_eq!(refused(room.leave(&world, &bob).await), NotMember);
    let head = room.head(&world, &ana).await.head;
    let (entries, _) = room.rotation(&mut world, &bob, head);
    assert_eq!(submit(&world, &bob, &room, entries).await, NotMember);
    assert_eq!(
        refused(world.backend.history(&bob.session, room.id, 1, 9).await),
        NotMember
    );
    assert_eq!(
        refused(world.backend.opens(&bob.session, room.id, 1).await),
        NotMember
    );
}

#[tokio::test]
async fn strangers_neither_read_nor_write() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let room = Room::with(&mut world, &[&ana]).await;
    use PublicError::NotMember;
    assert_eq!(refused(room.say(&world, &bob, "hello").await), NotMember);
    assert_eq!(
        refused(world.backend.history(&bob.session, room.id, 1, 9).await),
        NotMember
    );
    assert_eq!(
        refused(world.backend.opens(&bob.session, room.id, 1).await),
        NotMember
    );
    assert_eq!(
        submit(&world, &bob, &room, vec![room.leave_entry(&bob)]).await,
        NotMember
    );
    let unknown = Room::planned(&mut world, &bob);
    assert_eq!(refused(unknown.say(&world, &bob, "hello").await), NotMember);
    let entries = vec![unknown.join_entry(&bob)];
    assert_eq!(
        submit(&world, &bob, &unknown, entries).await,
        PublicError::RoomUnknown
    );
    assert_eq!(
        refused(world.backend.room_find(Locator([0; 16])).await),
        PublicError::RoomUnknown
    );
}

#[tokio::test]
async fn a_member_rotates_only_after_someone_left() {
    let mut world = World::new().await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob, &cyd]).await;
    assert_eq!(
        refused(room.rotate(&mut world, &bob).await),
        PublicError::NotAllowed
    );
    room.leave(&world, &cyd).await.unwrap();
    room.rotate(&mut world, &bob).await.unwrap();
    assert_eq!(
        refused(room.rotate(&mut world, &bob).await),
        PublicError::NotAllowed
    );
}

#[tokio::test]
async fn refuses_rotations_with_other_recipients_than_the_members() {
    let mut world = World::new().await;
    let [ana, bob, cyd, dan] = world.people(["ana", "bob", "cyd", "dan"]).await;
    let room = Room::with(&mut world, &[&ana, &bob, &cyd]).await;
    let head = room.head(&world, &ana).await.head;
    let (good, _) = room.rotation(&mut world, &ana, head);
    let mut chain = good[..1].to_vec();
    let wrap_after = |chain: &[OpenEntry], recipient: &Person, bytes: usize, epoch| {
        let body = OpenBody {
            epoch,
            prev_open: hash_of(&chain[chain.len() - 1]),
            ..room.body(
                &ana,
                OpenContent::Wrap(Wrap {
                    recipient: recipient.keys.user,
                    sealed: vec![5; bytes],
                }),
            )
        };
        signed(&body, &ana.signer, None)
    };
    use PublicError::{Malformed, NotMember};
    assert_eq!(
        submit(&world, &ana, &room, good[..1].to_vec()).await,
        Malformed,
        "none"
    );
    assert_eq!(
        submit(&world, &ana, &room, good[..2].to_vec()).await,
        Malformed,
        "one missing"
    );
    assert_eq!(
        submit(&world, &ana, &room, good[1..].to_vec()).await,
        Malformed,
        "no header"
    );
    chain.push(wrap_after(&chain, &bob, 80, 2));
    let with = |entry| [&chain[..], &[entry]].concat();
    let twice = with(wrap_after(&chain, &bob, 80, 2));
    assert_eq!(
        submit(&world, &ana, &room, twice).await,
        Malformed,
        "bob twice"
    );
    let stranger = with(wrap_after(&chain, &dan, 80, 2));
    assert_eq!(
        submit(&world, &ana, &room, stranger).await,
        NotMember,
        "dan is no member"
    );
    let oneself = with(wrap_after(&chain, &ana, 80, 2));
    assert_eq!(
        submit(&world, &ana, &room, oneself).await,
        Malformed,
        "oneself"
    );
    let short = with(wrap_after(&chain, &cyd, 79, 2));
    assert_eq!(
        submit(&world, &ana, &room, short).await,
        Malformed,
        "too short"
    );
    let long = with(wrap_after(&chain, &cyd, 81, 2));
    assert_eq!(
        submit(&world, &ana, &room, long).await,
        Malformed,
        "too long"
    );
    let old_epoch = with(wrap_after(&chain, &cyd, 80, 1));
    assert_eq!(
        submit(&world, &ana, &room, old_epoch).await,
        Malformed,
        "old epoch"
    );
    let unchained = with(wrap_after(&chain[..1], &cyd, 80, 2));
    assert_eq!(
        submit(&world, &ana, &room, unchained).await,
        Malformed,
        "not chained"
    );
    let extra = [&good[..], &[wrap_after(&good, &bob, 80, 2)]].concat();
    assert_eq!(
        submit(&world, &ana, &room, extra).await,
        Malformed,
        "one too many"
    );

    let complete = with(wrap_after(&chain, &cyd, 80, 2));
    let room = room.id;
    let request = RoomSubmit {
        room,
        entries: complete,
    };
    world
        .backend
        .room_submit(&ana.session, request)
        .await
        .unwrap();
}

#[tokio::test]
async fn refuses_headers_that_do_not_follow_from_the_log() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob]).await;
    let head = room.head(&world, &ana).await.head;
    use PublicError::{BadSignature, StaleEpoch, StaleOpen};

    let beyond = Head { seq: 3, ..head };
    let elsewhere = Head {
        hash: Hash::ZERO,
        ..head
    };
    for seen in [beyond, elsewhere] {
        let (entries, _) = room.rotation(&mut world, &ana, seen);
        assert_eq!(submit(&world, &ana, &room, entries).await, BadSignature);
    }
    let ghost = {
        let mut with_ghost = Room {
            roster: room.roster.clone(),
            ..Room::planned(&mut world, &ana)
        };
        (with_ghost.id, with_ghost.last_open) = (room.id, room.last_open);
        let cyd = world.person("cyd").await;
        let join = with_ghost.join_entry(&cyd).body().unwrap();
        with_ghost.roster.apply(&join).unwrap();
        with_ghost.rotation(&mut world, &ana, head).0
    };
    assert_eq!(submit(&world, &ana, &room, ghost).await, BadSignature);

    let (mut unproven, _) = room.rotation(&mut world, &ana, head);
    unproven[0].join_signature = Signature::ZERO;
    assert_eq!(submit(&world, &ana, &room, unproven).await, BadSignature);

    let (late, _) = room.rotation(&mut world, &ana, head);
    room.rotate(&mut world, &ana).await.unwrap();
    assert_eq!(
        submit(&world, &ana, &room, late).await,
        StaleEpoch { epoch: 2 }
    );

    let head = room.head(&world, &ana).await.head;
    let (raced, _) = room.rotation(&mut world, &ana, head);
    room.leave(&world, &bob).await.unwrap();
    let last_open = room.last_open;
    assert_eq!(
        submit(&world, &ana, &room, raced).await,
        StaleOpen { last_open }
    );
}

#[tokio::test]
async fn an_old_locator_of_another_room_can_not_be_taken_over_by_a_rotation() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let victim = Room::with(&mut world, &[&bob]).await;
    let room = Room::with(&mut world, &[&ana]).await;
    let head = room.head(&world, &ana).await.head;
    let next = Room {
        locator: victim.locator,
        epoch: 2,
        ..Room::planned(&mut world, &ana)
    };
    let body = OpenBody {
        room: room.id,
        prev_open: room.last_open,
        ..next.body(&ana, OpenContent::Header(Box::new(next.header(&ana, head))))
    };
    let entry = signed(&body, &ana.signer, Some(&next.join_key));
    assert_eq!(
        submit(&world, &ana, &room, vec![entry]).await,
        PublicError::Malformed
    );
    assert_eq!(
        world.backend.room_find(victim.locator).await.unwrap().room,
        victim.id
    );
    assert_eq!(room.head(&world, &ana).await.epoch, 1);
}

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
