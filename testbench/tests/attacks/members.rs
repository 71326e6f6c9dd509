//! Who is in the room: ghosts, swapped names and keys, joins that are hidden or made up.

use crate::setting::*;
use client::{account::AccountSecret, io::ApiAnswer, room_key::RoomSecret, statement};
use model::{Command, SecretText, Trouble};
use protocol::{Entry, open::RosterMember};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(99)
}

/// The server knows everything but the room key.
#[tokio::test]
async fn the_server_cannot_add_a_ghost() {
    let (mut bench, _, ben, room) = choir().await;
    let ghost = AccountSecret::generate(&mut rng()).identity();
    let guessed = RoomSecret::generate(&mut rng());
    let mut place = bench
        .room_keys(ben, room)
        .await
        .place(&bench.adversary.log(room));
    place.room = room;
    let join = statement::join(&ghost, place, &"ghost".parse().unwrap(), &guessed).unwrap();
    bench.adversary.tell(ben, room).add(Entry::Open(join.entry));
    not_believed(&mut bench, ben).await;
    assert_eq!(bench[ben].members(), ["ben", "ana"]);
    assert_eq!(bench[ben].events(), ["ana made this room", "ben joined"]);
}

/// An accomplice gave the room key away, but nobody becomes someone who is there already.
#[tokio::test]
async fn nobody_joins_under_the_name_of_a_member() {
    let (mut bench, ana, ben, room) = choir().await;
    let keys = bench.room_keys(ana, room).await;
    let other = AccountSecret::generate(&mut rng()).identity();
    let place = keys.place(&bench.adversary.log(room));
    let join = statement::join(&other, place, &"ana".parse().unwrap(), &keys.secret).unwrap();
    bench.adversary.tell(ben, room).add(Entry::Open(join.entry));
    not_believed(&mut bench, ben).await;
    assert_eq!(bench[ben].members(), ["ben", "ana"]);
}

/// Not even if she had a hand in it: her own next keys come by a statement of their own kind, which announces them.
#[tokio::test]
async fn whoever_is_there_already_does_not_join_with_other_keys() {
    let (mut bench, ana, ben, room) = choir().await;
    let keys = bench.room_keys(ana, room).await;
    let hers = bench.accomplice(ana);
    let next = hers
        .identity
        .succeeded_by(&AccountSecret::generate(&mut rng()));
    assert_eq!(next.user(), hers.identity.user());
    let place = keys.place(&bench.adversary.log(room));
    let join = statement::join(&next, place, &hers.username, &keys.secret).unwrap();
    bench.adversary.tell(ben, room).add(Entry::Open(join.entry));
    not_believed(&mut bench, ben).await;
    assert_eq!(bench[ben].members(), ["ben", "ana"]);
    assert_eq!(bench[ben].events(), ["ana made this room", "ben joined"]);
    // She is still who she was.
    bench.get_across(ana, room, "still me").await;
    bench.shows(ben, &["ana: still me"]).await;
}

/// Changes the members that a newcomer is shown, and tells what the newcomer then hears.
async fn shown_to_a_newcomer(change: fn(&mut Vec<RosterMember>)) -> Trouble {
    let (mut bench, ana, _, room) = choir().await;
    // After a rotation both stand in the list with which the epoch starts.
    let cleo = joins(&mut bench, "cleo", room, ana).await;
    bench.ask(cleo, Command::LeaveRoom { room }).await.unwrap();
    bench.get_across(ana, room, "just us").await;
    let key = bench.room_key(ana, room).await;
    let dan = bench.person("dan").await;
    bench.adversary.on_answers(dan, move |result| {
        if let Ok(ApiAnswer::RoomFound(found)) = result {
            change(&mut found.members);
        }
    });
    let join = Command::JoinRoom {
        key: SecretText::new(key.clone()),
    };
    let refused = bench.ask(dan, join).await.unwrap_err();
    assert_eq!(bench[dan].rooms, []);
    // Honest again, the same key works.
    bench.server_is_honest();
    bench.online(dan).await;
    bench.join(dan, &key).await;
    assert_eq!(bench[dan].members(), ["dan", "ana", "ben"]);
    all_is_well(&bench, dan);
    refused
}

fn does_not_verify(refused: &Trouble) {
    let sentence = "The server's answer does not verify (the header names another roster). Nothing was done. \
                    Please tell whoever runs this server.";
    assert_eq!(refused.to_string(), sentence);
}

#[tokio::test]
async fn swapped_names_are_not_shown_to_a_newcomer() {
    let refused = shown_to_a_newcomer(|members| {
        let (ana, ben) = (
            members[0].keys.username.clone(),
            members[1].keys.username.clone(),
        );
        members[0].keys.username = ben;
        members[1].keys.username = ana;
    });
    does_not_verify(&refused.await);
}

#[tokio::test]
async fn a_swapped_identity_key_is_not_shown_to_a_newcomer() {
    let refused = shown_to_a_newcomer(|members| {
        members[0].keys.agreement = members[1].keys.agreement;
    });
    does_not_verify(&refused.await);
}

#[tokio::test]
async fn a_ghost_is_not_shown_to_a_newcomer() {
    let refused = shown_to_a_newcomer(|members| {
        let mut ghost = members[0].clone();
        ghost.keys = AccountSecret::generate(&mut rng())
            .identity()
            .keys(&"ghost".parse().unwrap());
        members.push(ghost);
    });
    does_not_verify(&refused.await);
}

/// Dan has a key that is over. The server leads him into the room as it was then, where nobody hears him. Only comparing tells.
#[tokio::test]
async fn a_room_of_the_past_has_another_fingerprint() {
    let (mut bench, ana, ben, room) = choir().await;
    let old = bench.room_key(ana, room).await;
    bench.get_across(ana, room, "welcome").await;
    let past = bench.adversary.log(room).end();
    bench.ask(ben, Command::LeaveRoom { room }).await.unwrap();
    bench.get_across(ana, room, "only me").await;
    let dan = bench.person("dan").await;
    bench.adversary.host(dan, room, past);
    bench.join(dan, &old).await;
    bench.get_across(dan, room, "hello, you two").await;
    bench
        .shows(dan, &["ana: welcome", "dan: hello, you two"])
        .await;
    assert_eq!(bench[dan].members(), ["dan", "ana", "ben"]);
    all_is_well(&bench, dan);
    assert_eq!(bench[ana].messages(), ["ana: welcome", "ana: only me"]);
    let fingerprint = |who| bench[who].room.as_ref().unwrap().fingerprint.clone();
    assert_ne!(fingerprint(dan), fingerprint(ana));
}

#[tokio::test]
async fn a_hidden_join_shows_when_the_hidden_one_speaks() {
    let (mut bench, ana, ben, room) = choir().await;
    bench.adversary.tell(ben, room).each(|it| match &it.entry {
        Entry::Open(_) => Vec::new(),
        sealed => vec![sealed.clone()],
    });
    let cleo = joins(&mut bench, "cleo", room, ana).await;
    bench.get_across(cleo, room, "hello").await;
    let line =
        "Someone who is not in this room's list of members wrote a message. It is not shown.";
    broken(&mut bench, ben, line).await;
    assert_eq!(bench[ben].messages(), [""; 0]);
    bench.shows(ana, &["cleo: hello"]).await;
    let seen = bench.adversary.log(room).end();
    bench.get_across(ana, room, "who is new here?").await;
    alarm(&mut bench, ben, &forked("ana", seen)).await;
}
