//! One person on several devices.

use client::io::{Action, ApiRequest};
use model::Command;
use std::time::Duration;
use testbench::{Bench, Fate};

#[tokio::test]
async fn a_new_device_shows_all_rooms_and_the_whole_history() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let ben = bench.person("ben").await;
    let room = bench.make_room(ana, "Choir").await;
    let key = bench.room_key(ana, room).await;
    bench.join(ben, &key).await;
    let mut lines = Vec::new();
    for number in 1..=150 {
        let (who, name) = if number % 2 == 0 {
            (ana, "ana")
        } else {
            (ben, "ben")
        };
        bench.say(who, room, &format!("line {number}")).await;
        lines.push(format!("{name}: line {number}"));
        let line = lines[lines.len() - 1].clone();
        bench
            .until("it is said", |bench| {
                bench[who].messages().contains(&line) && bench[who].all_sent()
            })
            .await;
    }

    let phone = bench.second_device("ana").await;
    bench
        .until("the room's name", |bench| {
            bench[phone].rooms.len() == 1 && bench[phone].rooms[0].name == "Choir"
        })
        .await;
    bench.open(phone, room).await;
    for _ in 0..20 {
        bench.ask(phone, Command::LoadOlder { room }).await.unwrap();
        bench.later(Duration::from_millis(200)).await;
    }
    assert_eq!(bench[phone].messages(), lines);
    assert_eq!(bench[phone].alarms(), [""; 0]);
}

#[tokio::test]
async fn what_one_device_does_the_other_shows() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let phone = bench.second_device("ana").await;
    let ben = bench.person("ben").await;

    let room = bench.make_room(ana, "Choir").await;
    bench
        .until("the phone lists the room", |bench| {
            bench[phone].rooms.iter().any(|room| room.name == "Choir")
        })
        .await;
    bench.open(phone, room).await;
    let key = bench.room_key(phone, room).await;
    bench.join(ben, &key).await;
    bench.say(ana, room, "from the laptop").await;
    bench.shows(phone, &["ana: from the laptop"]).await;
    bench.say(phone, room, "from the phone").await;
    let both = ["ana: from the laptop", "ana: from the phone"];
    bench.shows(ana, &both).await;
    bench.shows(ben, &both).await;
}

#[tokio::test]
async fn two_devices_that_write_the_vault_at_once_lose_nothing() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let phone = bench.second_device("ana").await;
    let room = bench.make_room(ana, "Choir").await;
    bench.open(phone, room).await;

    // Both gather changes of the same two items for the same few seconds.
    let draft = |text: &str| Command::SetDraft {
        room,
        text: text.to_owned(),
    };
    bench.ask(ana, draft("from the laptop")).await.unwrap();
    bench.ask(phone, draft("from the phone")).await.unwrap();
    let name = |name: &str| Command::SetDisplayName {
        name: name.to_owned(),
    };
    bench.ask(ana, name("Ana L.")).await.unwrap();
    bench.ask(phone, name("Ana P.")).await.unwrap();
    bench.later(Duration::from_secs(60)).await;

    let third = bench.second_device("ana").await;
    bench.open(third, room).await;
    let draft = bench[third].room.as_ref().unwrap().draft.clone();
    assert!(
        draft == "from the laptop" || draft == "from the phone",
        "{draft:?}"
    );
    let me = bench[third].me.clone().unwrap().display_name;
    assert!(me == "Ana L." || me == "Ana P.", "{me:?}");
    let key = bench.room_key(third, room).await;
    assert_eq!(key, bench.room_key(ana, room).await);
    for who in [ana, phone, third] {
        assert_eq!(bench[who].notices, [""; 0]);
    }
}

#[tokio::test]
async fn read_marks_and_unread_counts_follow_the_person() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let ben = bench.person("ben").await;
    let room = bench.make_room(ana, "Choir").await;
    let key = bench.room_key(ana, room).await;
    bench.join(ben, &key).await;
    bench
        .ask(ana, Command::OpenRoom { room: None })
        .await
        .unwrap();
    for text in ["one", "two", "three"] {
        bench.say(ben, room, text).await;
    }
    bench
        .until("three unread", |bench| bench[ana].rooms[0].unread == 3)
        .await;
    assert_eq!(bench[ana].rooms[0].last.as_ref().unwrap().preview, "three");

    bench.open(ana, room).await;
    let last = bench[ana].timeline.last().unwrap().seq.unwrap();
    bench
        .ask(ana, Command::MarkRead { room, seq: last })
        .await
        .unwrap();
    assert_eq!(bench[ana].rooms[0].unread, 0);
    bench.later(Duration::from_secs(60)).await;
    let phone = bench.second_device("ana").await;
    bench
        .until("the phone knows", |bench| {
            bench[phone].rooms.first().is_some_and(|room| {
                room.unread == 0
                    && room
                        .last
                        .as_ref()
                        .is_some_and(|last| last.preview == "three")
            })
        })
        .await;
}

#[tokio::test]
async fn someone_in_more_rooms_than_one_can_ask_for_at_once_gets_them_all() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    for number in 1..=80 {
        bench.make_room(ana, &format!("Room {number}")).await;
    }
    let phone = bench.second_device("ana").await;
    bench
        .until("all rooms are ready", |bench| {
            let ready = |room: &&model::RoomSummary| {
                room.status == model::RoomStatus::Ready && room.name.starts_with("Room ")
            };
            bench[phone].rooms.iter().filter(ready).count() == 80
        })
        .await;
    assert_eq!(bench[phone].notices, [""; 0]);
}

#[tokio::test]
async fn a_room_that_was_left_and_joined_again_stays_on_all_devices() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let phone = bench.second_device("ana").await;
    let ben = bench.person("ben").await;
    let room = bench.make_room(ben, "Choir").await;
    let key = bench.room_key(ben, room).await;
    bench.join(ana, &key).await;
    bench.open(phone, room).await;
    bench.ask(phone, Command::LeaveRoom { room }).await.unwrap();
    bench.later(Duration::from_secs(10)).await;
    let key = bench.room_key(ben, room).await;
    bench.join(ana, &key).await;
    bench.open(phone, room).await;
    let draft = Command::SetDraft {
        room,
        text: "so that the phone writes the vault".to_owned(),
    };
    bench.ask(phone, draft).await.unwrap();
    bench.later(Duration::from_secs(60)).await;
    for who in [ana, phone] {
        assert_eq!(bench[who].rooms.len(), 1);
        assert_eq!(bench[who].alarms(), [""; 0]);
    }
}

#[tokio::test]
async fn a_key_that_reaches_a_device_late_opens_what_came_before_it() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let phone = bench.second_device("ana").await;
    // The phone hears of the room and of a message before it reads the key in the vault.
    bench.browser_mut(phone).fates = Some(Box::new(|action| match action {
        Action::Call {
            request: ApiRequest::VaultList,
            ..
        } => Fate::AnswerLate,
        _ => Fate::Done,
    }));
    let room = bench.make_room(ana, "Choir").await;
    bench.get_across(ana, room, "early").await;
    bench
        .ask(phone, Command::OpenRoom { room: Some(room) })
        .await
        .unwrap();
    bench
        .until("the phone can't read it", |bench| {
            let view = bench[phone].room.as_ref();
            view.is_some_and(|view| view.status == model::RoomStatus::NoKey)
        })
        .await;
    bench.browser_mut(phone).fates = None;
    bench.browser_mut(phone).late_answers_arrive();
    bench.shows(phone, &["ana: early"]).await;
    assert_eq!(bench[phone].broken(), [""; 0]);
    assert_eq!(bench[phone].alarms(), [""; 0]);
}

#[tokio::test]
async fn both_devices_of_one_person_change_the_key_at_once() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let ben = bench.person("ben").await;
    let room = bench.make_room(ana, "Choir").await;
    let key = bench.room_key(ana, room).await;
    bench.join(ben, &key).await;
    let phone = bench.second_device("ana").await;
    bench.open(phone, room).await;
    bench.ask(ben, Command::LeaveRoom { room }).await.unwrap();
    bench
        .until("both know", |bench| {
            [ana, phone]
                .iter()
                .all(|who| bench[*who].members() == ["ana"])
        })
        .await;
    let send = |text: &str| Command::SendText {
        room,
        text: text.to_owned(),
    };
    bench.tell(ana, send("from the laptop"));
    bench.tell(phone, send("from the phone"));
    bench
        .until("both messages everywhere", |bench| {
            [ana, phone]
                .iter()
                .all(|who| bench[*who].messages().len() == 2 && bench[*who].all_sent())
        })
        .await;
    bench.later(Duration::from_secs(60)).await;
    let third = bench.second_device("ana").await;
    bench.open(third, room).await;
    bench
        .until("the third device too", |bench| {
            bench[third].messages().len() == 2
        })
        .await;
    for who in [ana, phone, third] {
        assert_eq!(bench[who].alarms(), [""; 0]);
    }
}

#[tokio::test]
async fn what_was_read_and_typed_a_moment_ago_survives_a_reload() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let ben = bench.person("ben").await;
    let room = bench.make_room(ana, "Choir").await;
    let key = bench.room_key(ana, room).await;
    bench.join(ben, &key).await;
    bench.get_across(ben, room, "one").await;
    bench.shows(ana, &["ben: one"]).await;
    // The vault hears of the unread message before it is read.
    bench.later(Duration::from_secs(60)).await;
    let seq = bench[ana].timeline.last().unwrap().seq.unwrap();
    bench
        .ask(ana, Command::MarkRead { room, seq })
        .await
        .unwrap();
    let text = "half a sent".to_owned();
    bench
        .ask(ana, Command::SetDraft { room, text })
        .await
        .unwrap();
    bench.later(Duration::from_millis(100)).await;
    bench.browser_mut(ana).reload();
    bench.online(ana).await;
    bench.open(ana, room).await;
    assert_eq!(bench[ana].rooms[0].unread, 0);
    assert_eq!(bench[ana].room.as_ref().unwrap().draft, "half a sent");
}
