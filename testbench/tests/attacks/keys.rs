//! Room keys: wraps for others, wraps with something else, an old epoch for a newcomer.

use crate::setting::*;
use client::{
    io::ApiAnswer,
    room_key::RoomSecret,
    statement::{self, NewEpoch, Place},
};
use model::{Command, RoomStatus, SecretText};
use protocol::{Entry, frame::LoggedEntry, open::OpenContent, roster::Roster};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use std::sync::{Arc, Mutex};

fn wrapped(it: &LoggedEntry) -> Option<String> {
    let Entry::Open(open) = &it.entry else {
        return None;
    };
    let OpenContent::Wrap(wrap) = open.body().ok()?.content else {
        return None;
    };
    Some(protocol::b64::encode(wrap.sealed))
}

#[tokio::test]
async fn wraps_swapped_between_members_are_not_believed() {
    let (mut bench, ana, ben, room) = choir().await;
    joins(&mut bench, "cleo", room, ana).await;
    let dan = joins(&mut bench, "dan", room, ana).await;
    let mut first: Option<LoggedEntry> = None;
    bench.adversary.tell(ben, room).each(move |it| {
        let Some(sealed) = wrapped(it) else {
            return vec![it.entry.clone()];
        };
        let Some(other) = first.take() else {
            first = Some(it.clone());
            return Vec::new();
        };
        let theirs = wrapped(&other).unwrap();
        let swap = |entry: &Entry, from: &str, to: &str| match entry {
            Entry::Open(open) => {
                let mut open = open.clone();
                open.json = open.json.replace(from, to);
                Entry::Open(open)
            }
            other => other.clone(),
        };
        vec![
            swap(&other.entry, &theirs, &sealed),
            swap(&it.entry, &sealed, &theirs),
        ]
    });
    bench.ask(dan, Command::LeaveRoom { room }).await.unwrap();
    bench.say(ana, room, "three of us").await;
    not_believed(&mut bench, ben).await;
    let line = "The key for this message has not reached you yet.";
    broken(&mut bench, ben, line).await;
    assert_eq!(bench[ben].messages(), [""; 0]);
}

/// The one who makes the next key gives Ben another one than everybody else.
#[tokio::test]
async fn a_wrap_with_another_secret_is_said_with_its_makers_name() {
    let (mut bench, ana, ben, room) = choir().await;
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    let mallory = bench.accomplice(ana);
    let ben_keys = bench.accomplice(ben).identity.keys(&"ben".parse().unwrap());
    let log = bench.adversary.log(room);
    let mut entries = log.opens();
    let (_, header) = entries.next().unwrap();
    let OpenContent::Header(first) = &header.content else {
        unreachable!("a log begins with a header")
    };
    let mut roster = Roster::of_creator(mallory.identity.keys(&mallory.username), first.settings);
    for (_, body) in entries {
        roster.apply(&body).unwrap();
    }
    let (secret, other) = (
        RoomSecret::generate(&mut rng),
        RoomSecret::generate(&mut rng),
    );
    let place = Place {
        room,
        epoch: 2,
        prev_open: log.last_open(),
    };
    let new = NewEpoch {
        secret: &secret,
        author: &mallory.username,
        roster: &roster,
        seen: log.head(),
        previous: None,
    };
    let header = statement::header(&mallory.identity, place, new).unwrap();
    let place = Place {
        prev_open: header.hash,
        ..place
    };
    let wrap = statement::wrap(&mut rng, &mallory.identity, place, &other, &ben_keys).unwrap();
    let told = bench.adversary.tell(ben, room);
    told.add(Entry::Open(header.entry));
    told.add(Entry::Open(wrap.entry));
    let sentence = "ana changed the room key but gave you one that does not work.";
    alarm(&mut bench, ben, sentence).await;
    assert_eq!(bench[ben].room.as_ref().unwrap().status, RoomStatus::NoKey);
}

/// The server keeps what it showed to an earlier newcomer, and shows it to a later one.
#[tokio::test]
async fn a_newcomer_is_not_led_into_an_old_epoch() {
    let (mut bench, ana, _, room) = choir().await;
    let kept = Arc::new(Mutex::new(None));
    let cleo = bench.person("cleo").await;
    let keep = kept.clone();
    bench.adversary.on_answers(cleo, move |result| {
        if let Ok(ApiAnswer::RoomFound(found)) = result {
            *keep.lock().unwrap() = Some(found.clone());
        }
    });
    let key = bench.room_key(ana, room).await;
    bench.join(cleo, &key).await;
    bench.ask(cleo, Command::LeaveRoom { room }).await.unwrap();
    bench.get_across(ana, room, "just us").await;
    let key = bench.room_key(ana, room).await;
    let dan = bench.person("dan").await;
    bench.adversary.on_answers(dan, move |result| {
        if let Ok(ApiAnswer::RoomFound(found)) = result {
            found.clone_from(kept.lock().unwrap().as_ref().unwrap());
        }
    });
    let join = Command::JoinRoom {
        key: SecretText::new(key.clone()),
    };
    let refused = bench.ask(dan, join).await.unwrap_err();
    let sentence = "The server's answer does not verify (it showed a room that is not this key's). Nothing was done. \
                    Please tell whoever runs this server.";
    assert_eq!(refused.to_string(), sentence);
    bench.server_is_honest();
    bench.online(dan).await;
    bench.join(dan, &key).await;
    all_is_well(&bench, dan);
}
