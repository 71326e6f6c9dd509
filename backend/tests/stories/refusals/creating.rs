//! First headers.

use super::create;
use crate::{room::*, world::*};
use protocol::{
    Hash, PublicError,
    api::RoomCreate,
    open::{Header, Leave, OpenBody, OpenContent},
};

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
