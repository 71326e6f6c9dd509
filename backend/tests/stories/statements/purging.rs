//! Dropping what was said.

use super::*;
use protocol::{
    Entry, Hash, Seq, log,
    open::{Purge, Settings, SettingsChange},
};

fn purge(seq: Seq, text: &str) -> OpenContent {
    OpenContent::Purge(Purge {
        seq,
        entry: log::entry_hash(&Entry::Sealed(token(text))),
    })
}

#[tokio::test]
async fn what_its_author_drops_leaves_a_hole_that_the_transcript_covers() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob]).await;
    let said = room.say(&world, &bob, "regretted").await.unwrap();
    room.say(&world, &ana, "kept").await.unwrap();
    room.state(&world, &bob, purge(said.seq, "regretted"))
        .await
        .unwrap();
    world.restart_after_crash().await;

    let page = world.backend.history(&ana.session, room.id, 1, 9).await;
    let page = page.unwrap();
    let hash = log::entry_hash(&Entry::Sealed(token("regretted")));
    assert_eq!(page.entries[2].entry, Entry::Purged(hash));
    assert_eq!(page.entries[3].entry, Entry::Sealed(token("kept")));
    let mut transcript = page.base;
    for it in &page.entries {
        transcript = log::transcript_next(&transcript, it.seq, &log::entry_hash(&it.entry));
    }
    assert_eq!(transcript, room.head(&world, &bob).await.head.hash);

    let again = room.say(&world, &bob, "regretted").await.unwrap();
    assert_eq!(again, said, "the message was stored, whatever became of it");
}

#[tokio::test]
async fn admins_drop_what_others_said_as_long_as_the_settings_let_them() {
    let mut world = World::new().await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let mut room = Room::with_admin(&mut world, &[&ana, &bob, &cyd]).await;
    let mut seqs = Vec::new();
    for (person, text) in [(&ana, "one"), (&cyd, "two"), (&cyd, "three")] {
        seqs.push(room.say(&world, person, text).await.unwrap().seq);
    }
    let answer = room.refuses(&world, &cyd, purge(seqs[0], "one")).await;
    assert_eq!(answer, PublicError::NotAllowed);
    room.state(&world, &bob, purge(seqs[0], "one"))
        .await
        .unwrap();
    let settings = Settings {
        admins_may_delete: false,
        ..Settings::default()
    };
    let settings = OpenContent::Settings(SettingsChange { settings });
    room.state(&world, &ana, settings).await.unwrap();
    for person in [&ana, &bob] {
        let answer = room.refuses(&world, person, purge(seqs[1], "two")).await;
        assert_eq!(answer, PublicError::NotAllowed);
    }
    room.state(&world, &cyd, purge(seqs[1], "two"))
        .await
        .unwrap();
    // Also while the key is about to change.
    room.leave(&world, &bob).await.unwrap();
    room.state(&world, &cyd, purge(seqs[2], "three"))
        .await
        .unwrap();
}

#[tokio::test]
async fn an_entry_is_dropped_once() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob]).await;
    let seq = room.say(&world, &bob, "regretted").await.unwrap().seq;
    let entry = room.statement(&bob, purge(seq, "regretted"));
    let first = room.submit(&world, &bob, vec![entry.clone()]).await;
    let again = room.submit(&world, &bob, vec![entry]).await;
    assert_eq!(first.unwrap(), again.unwrap());
    for person in [&ana, &bob] {
        let answer = room.refuses(&world, person, purge(seq, "regretted")).await;
        assert_eq!(answer, PublicError::NoChange);
    }
}

#[tokio::test]
async fn only_a_sealed_entry_is_dropped_and_only_the_one_that_is_meant() {
    let mut world = World::new().await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let room = Room::with(&mut world, &[&ana, &bob]).await;
    let seq = room.say(&world, &ana, "said").await.unwrap().seq;
    let opens = world.backend.opens(&ana.session, room.id, 1).await.unwrap();
    let header = OpenContent::Purge(Purge {
        seq: 1,
        entry: log::entry_hash(&opens.entries[0].entry),
    });
    let other = OpenContent::Purge(Purge {
        seq,
        entry: Hash::ZERO,
    });
    use PublicError::{BadSignature, Malformed, NotMember};
    for (by, what, expected) in [
        (&ana, header, Malformed),
        (&ana, purge(0, "said"), Malformed),
        (&ana, purge(seq + 1, "said"), Malformed),
        (&ana, other, BadSignature),
        (&ana, purge(seq, "other"), BadSignature),
        (&cyd, purge(seq, "said"), NotMember),
    ] {
        assert_eq!(
            room.refuses(&world, by, what.clone()).await,
            expected,
            "{what:?}"
        );
    }
    let page = world.backend.history(&bob.session, room.id, seq, seq).await;
    let entry = page.unwrap().entries[0].entry.clone();
    assert_eq!(entry, Entry::Sealed(token("said")));
}
