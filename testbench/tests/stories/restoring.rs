//! The operator restores a backup: what came after it is lost, and everybody says so, waits for the owner, and goes on.

use model::{Command, Delivery, ItemKind, RoomStatus, Trouble};
use protocol::RoomId;
use std::time::Duration;
use testbench::{Bench, Network, Who};

const LOST: &str = "The server lost this message.";
const ACCEPTED: &str = "The server lost messages here. ana accepted that";

/// Ana owns a room with Ben; both have it open, and all of it is in their vaults.
async fn two_in_a_room(bench: &mut Bench) -> (Who, Who, RoomId) {
    let ana = bench.person("ana").await;
    let ben = bench.person("ben").await;
    let room = bench.make_room(ana, "Choir").await;
    let key = bench.room_key(ana, room).await;
    bench.join(ben, &key).await;
    bench.get_across(ana, room, "one").await;
    bench.get_across(ben, room, "two").await;
    bench.shows(ana, &["ana: one", "ben: two"]).await;
    bench.shows(ben, &["ana: one", "ben: two"]).await;
    bench.later(Duration::from_secs(60)).await;
    (ana, ben, room)
}

fn status(bench: &Bench, who: Who) -> RoomStatus {
    bench[who].room.as_ref().unwrap().status
}

async fn all_are(bench: &mut Bench, people: &[Who], wanted: RoomStatus) {
    bench
        .until(&format!("{wanted:?}"), |bench| {
            people.iter().all(|who| status(bench, *who) == wanted)
        })
        .await;
}

async fn accept(bench: &mut Bench, owner: Who, room: RoomId) {
    bench
        .ask(owner, Command::AcceptRewind { room })
        .await
        .unwrap();
}

/// The messages that were lost, as one sees one's own.
fn lost(bench: &Bench, who: Who) -> Vec<(String, String)> {
    let line = |kind: &ItemKind| match kind {
        ItemKind::Message {
            text,
            delivery: Delivery::Failed { sentence },
            ..
        } if sentence == LOST => Some(text.clone()),
        _ => None,
    };
    let timeline = bench[who].timeline.iter();
    let lost = timeline.filter_map(|item| Some((item.key.clone(), line(&item.kind)?)));
    lost.collect()
}

fn lost_texts(bench: &Bench, who: Who) -> Vec<String> {
    lost(bench, who).into_iter().map(|(_, text)| text).collect()
}

fn has_alarm(bench: &Bench, who: Who, part: &str) -> bool {
    bench[who].alarms().iter().any(|alarm| alarm.contains(part))
}

#[tokio::test]
async fn what_was_lost_in_the_middle_of_an_epoch_is_said_and_can_be_sent_again() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    let phone = bench.second_device("ana").await;
    bench.open(phone, room).await;
    bench.back_up().await;
    bench.online(ben).await;
    bench.get_across(ana, room, "three").await;
    bench.get_across(ben, room, "four").await;
    let all = ["ana: one", "ben: two", "ana: three", "ben: four"];
    for who in [ana, ben, phone] {
        bench.shows(who, &all).await;
    }

    bench.restore_backup().await;
    all_are(&mut bench, &[ana, ben, phone], RoomStatus::Rewound).await;
    bench
        .until("it is said", |bench| {
            has_alarm(bench, ana, "The server lost messages of this room")
                && has_alarm(bench, ben, "ask ana")
        })
        .await;
    // Nobody loses sight of what was said, and nothing goes out.
    bench.say(ben, room, "hello?").await;
    bench.later(Duration::from_secs(5)).await;
    assert!(bench[ben].messages().contains(&"ana: three".to_owned()));
    assert_eq!(bench[ben].delivery("hello?"), Some(&Delivery::Sending));
    let by_ben = Command::AcceptRewind { room };
    assert_eq!(bench.ask(ben, by_ben).await, Err(Trouble::OwnerOnly));

    accept(&mut bench, ana, room).await;
    all_are(&mut bench, &[ana, ben, phone], RoomStatus::Ready).await;
    bench
        .until("what was typed meanwhile goes out", |bench| {
            bench[ana].messages().contains(&"ben: hello?".to_owned())
        })
        .await;
    for who in [ana, ben, phone] {
        bench
            .until("the line that stays", |bench| {
                bench[who].events().contains(&ACCEPTED)
            })
            .await;
    }
    assert_eq!(lost_texts(&bench, ben), ["four"]);
    assert_eq!(lost_texts(&bench, ana), ["three"]);
    let (key, _) = lost(&bench, ben).remove(0);
    bench.ask(ben, Command::Retry { room, key }).await.unwrap();
    bench
        .until("it is there again", |bench| {
            bench[ana].messages().contains(&"ben: four".to_owned())
        })
        .await;

    let tablet = bench.second_device("ben").await;
    bench.open(tablet, room).await;
    bench
        .shows(
            tablet,
            &["ana: one", "ben: two", "ben: hello?", "ben: four"],
        )
        .await;
    assert!(bench[tablet].events().contains(&ACCEPTED));
    assert!(
        bench[tablet].broken().is_empty(),
        "{:?}",
        bench[tablet].broken()
    );
    for who in [ana, ben] {
        assert_eq!(bench[who].alarms().len(), 1, "{:?}", bench[who].alarms());
    }
}

#[tokio::test]
async fn who_opens_the_page_only_after_the_loss_is_told_and_goes_on_too() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    bench.back_up().await;
    bench.online(ana).await;
    bench.get_across(ana, room, "three").await;
    bench.get_across(ben, room, "four").await;
    bench.get_across(ana, room, "five").await;
    bench
        .until("ben has it", |bench| {
            bench[ben].messages().contains(&"ana: five".to_owned())
        })
        .await;
    bench.later(Duration::from_secs(2)).await;
    for who in [ana, ben] {
        bench.browser_mut(who).network = Network::Cut;
        bench.browser_mut(who).reload();
    }
    bench.restore_backup().await;
    for who in [ana, ben] {
        bench.browser_mut(who).network = Network::Up;
        bench.online(who).await;
        let open = Command::OpenRoom { room: Some(room) };
        bench.ask(who, open).await.unwrap();
    }
    all_are(&mut bench, &[ana, ben], RoomStatus::Rewound).await;
    bench
        .until("it is said", |bench| {
            has_alarm(bench, ana, "As this room's owner you can")
                && has_alarm(bench, ben, "ask ana")
        })
        .await;
    bench.browser_mut(ben).reload();
    bench.online(ben).await;
    let open = Command::OpenRoom { room: Some(room) };
    bench.ask(ben, open).await.unwrap();
    all_are(&mut bench, &[ben], RoomStatus::Rewound).await;
    accept(&mut bench, ana, room).await;
    all_are(&mut bench, &[ana, ben], RoomStatus::Ready).await;
    bench.get_across(ben, room, "again").await;
    bench
        .shows(ana, &["ana: one", "ben: two", "ben: again"])
        .await;
}

#[tokio::test]
async fn a_rotation_that_was_lost_is_made_again() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    bench.back_up().await;
    bench.online(ana).await;
    bench.online(ben).await;
    bench.ask(ana, Command::ChangeKey { room }).await.unwrap();
    bench.get_across(ana, room, "under the new key").await;
    bench.get_across(ben, room, "me too").await;
    let all = [
        "ana: one",
        "ben: two",
        "ana: under the new key",
        "ben: me too",
    ];
    bench.shows(ana, &all).await;

    bench.restore_backup().await;
    all_are(&mut bench, &[ana, ben], RoomStatus::Rewound).await;
    accept(&mut bench, ana, room).await;
    all_are(&mut bench, &[ana, ben], RoomStatus::Ready).await;
    assert_eq!(lost_texts(&bench, ben), ["me too"]);
    bench.get_across(ben, room, "under the old key").await;
    bench.ask(ana, Command::ChangeKey { room }).await.unwrap();
    bench.get_across(ana, room, "under another new key").await;
    bench
        .until("ben reads it", |bench| {
            let messages = bench[ben].messages();
            messages.contains(&"ana: under another new key".to_owned())
        })
        .await;
    let phone = bench.second_device("ben").await;
    bench.open(phone, room).await;
    let now = [
        "ana: one",
        "ben: two",
        "ben: under the old key",
        "ana: under another new key",
    ];
    bench.shows(phone, &now).await;
    assert_eq!(bench[phone].alarms().len(), 1);
}

#[tokio::test]
async fn a_device_that_knew_nothing_of_it_may_have_written_before_the_owner_came() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    let phone = bench.second_device("ana").await;
    bench.open(phone, room).await;
    bench.shows(phone, &["ana: one", "ben: two"]).await;
    bench.back_up().await;
    bench.online(ana).await;
    bench.online(ben).await;
    bench.browser_mut(phone).network = Network::Cut;
    bench.get_across(ana, room, "three").await;
    bench.get_across(ben, room, "four").await;

    bench.restore_backup().await;
    bench.browser_mut(phone).network = Network::Up;
    all_are(&mut bench, &[ana, ben], RoomStatus::Rewound).await;
    bench.get_across(phone, room, "from the phone").await;
    bench.get_across(phone, room, "and again").await;
    // With that it reached the place that Ana's other browser had verified, as her vault tells.
    all_are(&mut bench, &[phone], RoomStatus::Rewound).await;
    assert_eq!(status(&bench, ben), RoomStatus::Rewound);
    accept(&mut bench, ana, room).await;
    all_are(&mut bench, &[ana, ben, phone], RoomStatus::Ready).await;
    let now = [
        "ana: one",
        "ben: two",
        "ana: from the phone",
        "ana: and again",
        "ben: four",
    ];
    bench.shows(ben, &now).await;
    assert_eq!(lost_texts(&bench, ben), ["four"]);
    bench.get_across(ben, room, "all here").await;
    bench
        .until("the phone has it", |bench| {
            bench[phone]
                .messages()
                .contains(&"ben: all here".to_owned())
        })
        .await;
}

#[tokio::test]
async fn it_can_happen_twice() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    for round in ["first", "second"] {
        bench.back_up().await;
        bench.online(ana).await;
        bench.online(ben).await;
        bench.get_across(ana, room, &format!("{round} loss")).await;
        bench
            .get_across(ben, room, &format!("{round} loss too"))
            .await;
        bench
            .until("ana has it", |bench| {
                let line = format!("ben: {round} loss too");
                bench[ana].messages().contains(&line)
            })
            .await;
        bench.restore_backup().await;
        all_are(&mut bench, &[ana, ben], RoomStatus::Rewound).await;
        accept(&mut bench, ana, room).await;
        all_are(&mut bench, &[ana, ben], RoomStatus::Ready).await;
        bench
            .get_across(ben, room, &format!("{round} new start"))
            .await;
        bench
            .until("ana reads it", |bench| {
                let line = format!("ben: {round} new start");
                bench[ana].messages().contains(&line)
            })
            .await;
        bench.later(Duration::from_secs(60)).await;
    }
    let lines = bench[ben].events();
    assert_eq!(lines.iter().filter(|line| **line == ACCEPTED).count(), 2);
    bench.browser_mut(ben).reload();
    bench.online(ben).await;
    bench.open(ben, room).await;
    bench.get_across(ben, room, "still here").await;
}

#[tokio::test]
async fn who_joined_in_the_lost_part_is_out_and_is_told_why() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    let cleo = bench.person("cleo").await;
    bench.back_up().await;
    bench.online(ana).await;
    let key = bench.room_key(ana, room).await;
    bench.online(cleo).await;
    bench.join(cleo, &key).await;
    bench.get_across(cleo, room, "hi, I am new").await;
    bench.restore_backup().await;
    all_are(&mut bench, &[ana, ben], RoomStatus::Rewound).await;
    all_are(&mut bench, &[cleo], RoomStatus::Gone).await;
    let told = bench[cleo].room.as_ref().unwrap().gone.clone().unwrap();
    assert!(told.contains("may have lost that you joined"), "{told}");

    accept(&mut bench, ana, room).await;
    all_are(&mut bench, &[ana, ben], RoomStatus::Ready).await;
    assert_eq!(bench[ana].members(), ["ana", "ben"]);
    let key = bench.room_key(ana, room).await;
    let key = model::SecretText::new(key);
    bench.ask(cleo, Command::JoinRoom { key }).await.unwrap();
    all_are(&mut bench, &[cleo], RoomStatus::Ready).await;
    bench.get_across(cleo, room, "in again").await;
    bench
        .until("ben reads it", |bench| {
            bench[ben].messages().contains(&"cleo: in again".to_owned())
        })
        .await;
}
