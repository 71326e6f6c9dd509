//! What holds for statements of every kind.

use super::*;
use protocol::{
    Entry, Hash, log,
    open::{IdentityChange, Leave, OpenBody, Purge, Resume, Settings, SettingsChange, Wrap},
};

/// One of each kind that the owner of a room may state at its place, of which none has been said yet.
async fn all_kinds(world: &World, room: &Room, ana: &Person, bob: &Person) -> Vec<OpenContent> {
    // An id is good for one message in all rooms.
    let text = room.id.to_string();
    let said = room.say(world, ana, &text).await.unwrap();
    let head = room.head(world, ana).await.head;
    let settings = Settings {
        history_for_newcomers: false,
        ..Settings::default()
    };
    vec![
        OpenContent::Leave(Leave {}),
        remove(bob),
        ban(bob),
        role(bob, Role::Admin),
        OpenContent::Settings(SettingsChange { settings }),
        OpenContent::Purge(Purge {
            seq: said.seq,
            entry: log::entry_hash(&Entry::Sealed(token(&text))),
        }),
        OpenContent::Resume(Resume { head }),
        OpenContent::Wrap(Wrap {
            recipient: bob.keys.user,
            sealed: vec![5; 80],
        }),
    ]
}

#[tokio::test]
async fn no_kind_is_taken_late_or_forged_or_from_strangers() {
    let mut world = World::new().await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob]).await;
    room.rotate(&mut world, &ana).await.unwrap();
    use PublicError::{BadSignature, Malformed, NotMember, StaleEpoch, StaleOpen};
    let last_open = room.last_open;
    for content in all_kinds(&world, &room, &ana, &bob).await {
        let kind = content.kind().to_owned();
        let good = room.body(&ana, content.clone());
        let with = |change: &dyn Fn(&mut OpenBody)| {
            let mut body = good.clone();
            change(&mut body);
            signed(&body, &ana.signer, None)
        };
        let old_epoch = with(&|it| it.epoch = 1);
        let next_epoch = with(&|it| it.epoch = 3);
        let late = with(&|it| it.prev_open = Hash([7; 32]));
        let elsewhere = with(&|it| it.room.0[0] ^= 1);
        let anothers = with(&|it| it.sender = bob.keys.user);
        let forged = signed(&good, &bob.signer, None);
        let joined = signed(&good, &ana.signer, Some(&room.join_key));
        let stranger = signed(&room.body(&cyd, content), &cyd.signer, None);
        for (by, entry, expected) in [
            (&ana, old_epoch, StaleEpoch { epoch: 2 }),
            (&ana, next_epoch, StaleEpoch { epoch: 2 }),
            (&ana, late, StaleOpen { last_open }),
            (&ana, elsewhere, Malformed),
            (&ana, anothers, BadSignature),
            (&ana, forged, BadSignature),
            (&ana, joined, BadSignature),
            (&cyd, stranger, NotMember),
        ] {
            let answer = room.refuses_entry(&world, by, entry.clone()).await;
            assert_eq!(answer, expected, "{kind}: {}", entry.json);
        }
    }
    assert_eq!(room.head(&world, &bob).await.head.seq, 5);
}

#[tokio::test]
async fn every_kind_is_taken_and_gets_the_same_answer_again() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    for kind in 0..8 {
        let mut room = Room::with(&mut world, &[&ana, &bob]).await;
        let content = all_kinds(&world, &room, &ana, &bob).await.remove(kind);
        let entry = room.statement(&ana, content);
        // Whoever left gets the answer too: the first one may have got lost.
        let first = room
            .submit(&world, &ana, vec![entry.clone()])
            .await
            .unwrap();
        let again = room
            .submit(&world, &ana, vec![entry.clone()])
            .await
            .unwrap();
        assert_eq!((first, again.first), (again, 4), "{}", entry.json);
    }
}

#[tokio::test]
async fn statements_come_one_at_a_time() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob]).await;
    let kinds = all_kinds(&world, &room, &ana, &bob).await;
    for content in &kinds {
        let first = room.statement(&ana, role(&bob, Role::Admin));
        let next = OpenBody {
            prev_open: hash_of(&first),
            ..room.body(&ana, content.clone())
        };
        let next = signed(&next, &ana.signer, None);
        let request = RoomSubmit {
            room: room.id,
            entries: vec![first, next],
        };
        let answer = refused(world.backend.room_submit(&ana.session, request).await);
        assert_eq!(answer, PublicError::Malformed, "{}", content.kind());
    }
    let seen = room.head(&world, &ana).await.head;
    let (mut entries, next) = room.rotation(&mut world, &ana, seen);
    entries.push(next.statement(&ana, role(&bob, Role::Admin)));
    let answer = refused(room.submit(&world, &ana, entries).await);
    assert_eq!(answer, PublicError::Malformed);
}

#[tokio::test]
async fn what_nobody_understands_is_not_taken() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    let room = Room::with(&mut world, &[&ana]).await;
    let unknown = OpenContent::Unknown("decree".into());
    let answer = room.refuses(&world, &ana, unknown).await;
    assert_eq!(answer, PublicError::Malformed);
    let same_keys = IdentityChange {
        member: member_keys(&ana),
    };
    let same_keys = room.body(&ana, OpenContent::Identity(Box::new(same_keys)));
    let entry = signed(&same_keys, &ana.signer, Some(&ana.signer));
    let answer = room.refuses_entry(&world, &ana, entry).await;
    assert_eq!(answer, PublicError::BadSignature);
}
