//! Whoever joins a room reads all open entries of its epoch at once: nobody may make that too much.

use super::*;
use protocol::{
    Limit, OpenEntry,
    label::SignaturePurpose,
    limits::{EPOCH_BYTES, OPEN_BYTES, STATEMENT_BYTES},
    succession,
};

/// The same statement with spaces behind it.
fn padded(entry: &OpenEntry, length: usize, by: &Person, room: &Room) -> OpenEntry {
    let mut json = entry.json.clone();
    json.push_str(&" ".repeat(length - json.len()));
    let is_joined = entry.join_signature != protocol::Signature::ZERO;
    let sign = |key| sign(key, SignaturePurpose::Entry, json.as_bytes());
    OpenEntry {
        signature: sign(&by.signer),
        join_signature: match is_joined {
            true => sign(&room.join_key),
            false => protocol::Signature::ZERO,
        },
        json,
    }
}

#[tokio::test]
async fn white_space_does_not_blow_up_what_newcomers_must_read() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let mut room = Room::with(&mut world, &[&ana]).await;
    for (most, entry) in [
        (OPEN_BYTES, room.join_entry(&bob)),
        (STATEMENT_BYTES, room.statement(&ana, ban(&bob))),
    ] {
        let by = match most {
            OPEN_BYTES => &bob,
            _ => &ana,
        };
        let limit = most as u64;
        let larger = padded(&entry, most + 1, by, &room);
        let answer = room.refuses_entry(&world, by, larger).await;
        assert_eq!(answer, PublicError::TooLarge { limit });
    }
    let largest = padded(&room.join_entry(&bob), OPEN_BYTES, &bob, &room);
    room.submit(&world, &bob, vec![largest]).await.unwrap();
    let largest = room.statement(&ana, ban(&bob));
    let largest = padded(&largest, STATEMENT_BYTES, &ana, &room);
    room.submit(&world, &ana, vec![largest]).await.unwrap();
}

#[tokio::test]
async fn an_epoch_with_too_many_statements_takes_what_ends_it_and_nothing_else() {
    let mut world = World::new().await;
    let [ana, bob, cyd, dan] = world.people(["ana", "bob", "cyd", "dan"]).await;
    let mut room = Room::with_admin(&mut world, &[&ana, &bob, &cyd]).await;
    assert_eq!(EPOCH_BYTES, 1_048_576);
    world
        .sabotage("UPDATE rooms SET open_bytes = 1048576 - 400")
        .await;
    room.state(&world, &ana, role(&bob, Role::Member))
        .await
        .unwrap();
    let full = PublicError::LimitReached {
        what: Limit::StatementsPerEpoch,
    };
    for content in [role(&bob, Role::Admin), ban(&dan)] {
        assert_eq!(room.refuses(&world, &ana, content).await, full);
    }
    assert_eq!(refused(room.join(&world, &dan).await), full);
    room.say(&world, &bob, "still talking").await.unwrap();
    room.state(&world, &ana, ban(&cyd)).await.unwrap();
    room.leave(&world, &bob).await.unwrap();
    room.rotate(&mut world, &ana).await.unwrap();
    room.join(&world, &dan).await.unwrap();
}

#[tokio::test]
async fn what_an_epoch_holds_counts_from_its_header_on() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let mut room = Room::with(&mut world, &[&ana]).await;
    world
        .sabotage("UPDATE rooms SET open_bytes = 1048576")
        .await;
    room.rotate(&mut world, &ana).await.unwrap();
    world
        .sabotage("UPDATE rooms SET open_bytes = open_bytes + 1048576 - 1000")
        .await;
    room.join(&world, &bob).await.unwrap();
}

/// The longest lines of a roster and of the banned, a header with a wrap for each member, all that the budget takes in the
/// shortest entries, and everyone's going: more does not fit into an epoch.
#[test]
fn the_largest_epoch_fits_into_what_may_wait_for_a_reader() {
    const fn in_frame(payload: usize) -> usize {
        const AROUND: usize = r#"{"seq":18446744073709551615,"at":1750000000000,"open":""},"#.len();
        payload.div_ceil(3) * 4 + AROUND
    }
    const STATEMENT: usize = in_frame(4 + STATEMENT_BYTES + 128);
    const SHORTEST: usize = 4 + 150 + 128;
    const SUCCESSION: usize = 250;
    const MEMBER: usize = 300 + succession::MOST * SUCCESSION;
    let limits = backend::Limits::default();
    let most = backend::Limits::MOST_MEMBERS as usize;
    assert!(limits.members_per_room as usize <= most);
    let said = (EPOCH_BYTES as usize).div_ceil(SHORTEST) * in_frame(SHORTEST);
    let roster = most * MEMBER + protocol::limits::BANNED * 30;
    let largest = roster + in_frame(OPEN_BYTES + 132) * 2 + 2 * most * STATEMENT + said;
    assert!(largest < limits.outbox_bytes, "{largest}");
}

#[tokio::test]
async fn joining_and_leaving_in_turn_does_not_make_an_epoch_grow() {
    let mut world = World::new().await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let mut room = Room::with(&mut world, &[&ana]).await;
    room.join(&world, &bob).await.unwrap();
    room.leave(&world, &bob).await.unwrap();
    for person in [&bob, &cyd, &bob] {
        let answer = room.join(&world, person).await;
        assert_eq!(refused(answer), PublicError::RotationDue);
    }
    let opens = world.backend.opens(&ana.session, room.id, 1).await.unwrap();
    assert_eq!(opens.entries.len(), 3, "header, join, leave");
}
