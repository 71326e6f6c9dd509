//! Room keys: wrong ones, old ones, the same one twice, and many people with one.

use model::{Answer, Command, SecretText, Trouble};
use protocol::PublicError;
use testbench::Bench;

fn join(key: &str) -> Command {
    Command::JoinRoom {
        key: SecretText::new(key.to_owned()),
    }
}

#[tokio::test]
async fn a_wrong_key_says_what_is_wrong_with_it() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let ben = bench.person("ben").await;
    let room = bench.make_room(ana, "Choir").await;
    let key = bench.room_key(ana, room).await;

    for damaged in [
        &key[..20],
        "",
        "hello",
        "not a key at all!",
        &format!("{key}{key}"),
    ] {
        let trouble = bench.ask(ben, join(damaged)).await.unwrap_err();
        assert!(
            matches!(trouble, Trouble::RoomKey(_)),
            "{damaged:?}: {trouble:?}"
        );
    }
    let nobodys = "A".repeat(43);
    let trouble = bench.ask(ben, join(&nobodys)).await.unwrap_err();
    assert_eq!(trouble, Trouble::Server(PublicError::RoomUnknown));
    assert!(bench[ben].rooms.is_empty());

    for shape in [
        format!("  {key}\n"),
        key.trim_end_matches('=').to_owned(),
        format!("https://chat.example/join#{key}"),
    ] {
        assert_eq!(
            bench.ask(ben, join(&shape)).await,
            Ok(Answer::Room(room)),
            "{shape}"
        );
    }
    assert_eq!(bench[ben].rooms.len(), 1);
}

#[tokio::test]
async fn joining_twice_leads_into_the_room() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let room = bench.make_room(ana, "Choir").await;
    let key = bench.room_key(ana, room).await;
    assert_eq!(bench.ask(ana, join(&key)).await, Ok(Answer::Room(room)));
    assert_eq!(bench[ana].members(), ["ana"]);
}

#[tokio::test]
async fn fifty_people_join_and_hear_each_other() {
    let mut options = backend::Options::default();
    // They all sign up from one address within a moment.
    options.limits.attempts.address.free = 1_000;
    let mut bench = Bench::with(options).await;
    let ana = bench.person("ana").await;
    let room = bench.make_room(ana, "Village").await;
    let key = bench.room_key(ana, room).await;
    let mut others = Vec::new();
    for number in 1..50 {
        let who = bench.person(&format!("guest{number}")).await;
        bench.join(who, &key).await;
        others.push(who);
    }
    bench
        .until("fifty members everywhere", |bench| {
            others
                .iter()
                .chain([&ana])
                .all(|who| bench[*who].members().len() == 50)
        })
        .await;
    bench.say(others[48], room, "hello all").await;
    bench
        .until("all heard it", |bench| {
            let hello = "guest49: hello all".to_owned();
            others
                .iter()
                .chain([&ana])
                .all(|who| bench[*who].messages().contains(&hello))
        })
        .await;
}

#[tokio::test]
async fn many_join_at_the_same_moment() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let room = bench.make_room(ana, "Choir").await;
    let key = bench.room_key(ana, room).await;
    let mut others = Vec::new();
    for name in ["ben", "cleo", "dan", "eva"] {
        others.push(bench.person(name).await);
    }
    let tickets: Vec<_> = others
        .iter()
        .map(|who| bench.tell(*who, join(&key)))
        .collect();
    bench
        .until("all are in", |bench| {
            others
                .iter()
                .zip(&tickets)
                .all(|(who, ticket)| bench[*who].answers.contains_key(ticket))
        })
        .await;
    bench
        .until("Ana sees all five", |bench| bench[ana].members().len() == 5)
        .await;
}

#[tokio::test]
async fn the_key_of_a_new_room_is_there_at_once() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let create = Command::CreateRoom {
        name: "Choir".to_owned(),
    };
    let Ok(Answer::Room(room)) = bench.ask(ana, create).await else {
        panic!("no room");
    };
    let key = bench.room_key(ana, room).await;
    assert_eq!(bench.ask(ana, join(&key)).await, Ok(Answer::Room(room)));
}
