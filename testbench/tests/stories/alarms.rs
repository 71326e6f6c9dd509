//! What a server that lies is told of in words, with names and places, and for how long.

use model::Command;
use protocol::{Entry, RoomId, Seq, frame::ServerFrame};
use std::time::Duration;
use testbench::{Bench, Network, Who};

async fn two_in_a_room(bench: &mut Bench) -> (Who, Who, RoomId) {
    let ana = bench.person("ana").await;
    let ben = bench.person("ben").await;
    let room = bench.make_room(ana, "Choir").await;
    let key = bench.room_key(ana, room).await;
    bench.join(ben, &key).await;
    (ana, ben, room)
}

fn place_of(bench: &Bench, who: Who, wanted: &str) -> Seq {
    let mut timeline = bench[who].timeline.iter();
    let item = timeline.find(|item| match &item.kind {
        model::ItemKind::Message { text, .. } => text == wanted,
        _ => false,
    });
    item.and_then(|item| item.seq).unwrap()
}

/// Shows one browser another token than the one that is in the log at a place.
fn swap(bench: &mut Bench, who: Who, seq: Seq) {
    let mut other: Option<Entry> = None;
    bench.browser_mut(who).tamper = Some(Box::new(move |text| {
        let mut frame: ServerFrame = serde_json::from_str(&text).unwrap();
        let mut change = |entry: &mut protocol::frame::LoggedEntry| {
            if entry.seq == seq - 1 {
                other = Some(entry.entry.clone());
            }
            if let (true, Some(other)) = (entry.seq == seq, &other) {
                entry.entry = other.clone();
            }
        };
        match &mut frame {
            ServerFrame::Entry { entry, .. } => change(entry),
            ServerFrame::Page { entries, .. } => entries.iter_mut().for_each(change),
            _ => {}
        }
        vec![serde_json::to_string(&frame).unwrap()]
    }));
}

fn forks(bench: &Bench, who: Who) -> Vec<&str> {
    let alarms = bench[who].alarms();
    let forks = alarms.into_iter();
    forks
        .filter(|it| it.contains("different history"))
        .collect()
}

#[tokio::test]
async fn a_fork_is_said_once_of_each_person_with_the_place() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    bench.get_across(ana, room, "one").await;
    bench.shows(ben, &["ana: one"]).await;
    let seq = place_of(&bench, ana, "one") + 2;
    swap(&mut bench, ben, seq);
    for text in ["two", "three", "four", "five"] {
        bench.get_across(ana, room, text).await;
    }
    bench
        .until("the alarm", |bench| !forks(bench, ben).is_empty())
        .await;
    bench.later(Duration::from_secs(5)).await;
    let expected = format!(
        "The server showed ana a different history than you, from message {seq} on. Compare with ana, by another way than this server, what you both see."
    );
    assert_eq!(forks(&bench, ben), [&expected]);

    // It is there after a reload, and once it is understood it is not said anew when the log is read again.
    bench.browser_mut(ben).reload();
    bench.online(ben).await;
    let open = Command::OpenRoom { room: Some(room) };
    bench.ask(ben, open.clone()).await.unwrap();
    assert_eq!(forks(&bench, ben), [&expected]);
    assert!(bench[ben].rooms.iter().any(|room| room.alarm));
    let understood = Command::DismissAlarm {
        room,
        sentence: expected.clone(),
    };
    bench.ask(ben, understood).await.unwrap();
    assert_eq!(forks(&bench, ben), [""; 0]);
    bench.later(Duration::from_secs(5)).await;
    bench.browser_mut(ben).reload();
    bench.online(ben).await;
    bench.ask(ben, open).await.unwrap();
    bench.later(Duration::from_secs(5)).await;
    assert_eq!(forks(&bench, ben), [""; 0]);
}

#[tokio::test]
async fn a_fork_in_earlier_pages_comes_to_light_when_they_are_loaded() {
    let mut bench = Bench::new().await;
    let (ana, _, room) = two_in_a_room(&mut bench).await;
    for number in 0..8 {
        bench.get_across(ana, room, &format!("line {number}")).await;
    }
    let seq = place_of(&bench, ana, "line 4");
    bench.later(Duration::from_secs(60)).await;
    let phone = bench.second_device("ben").await;
    swap(&mut bench, phone, seq);
    let open = Command::OpenRoom { room: Some(room) };
    bench.ask(phone, open).await.unwrap();
    bench
        .until("something is said", |bench| {
            !bench[phone].alarms().is_empty()
        })
        .await;
}

#[tokio::test]
async fn what_another_person_saw_too_is_confirmed_and_ones_own_devices_do_not_count() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    let phone = bench.second_device("ana").await;
    bench.open(phone, room).await;
    let confirmed = |bench: &Bench, who: Who| bench[who].room.as_ref().unwrap().confirmed;
    bench.get_across(ana, room, "one").await;
    bench.shows(phone, &["ana: one"]).await;
    bench.get_across(phone, room, "two").await;
    bench.shows(ana, &["ana: one", "ana: two"]).await;
    bench.shows(ben, &["ana: one", "ana: two"]).await;
    let two = place_of(&bench, ana, "two");
    assert!(confirmed(&bench, ana) < Some(two));
    bench.get_across(ben, room, "three").await;
    for who in [ana, phone] {
        bench
            .until("ben confirms it", |bench| {
                confirmed(bench, who) >= Some(two)
            })
            .await;
    }
    // A new device learns it from the pages that it loads backward.
    let tablet = bench.second_device("ana").await;
    bench.open(tablet, room).await;
    bench
        .until("confirmed there too", |bench| {
            confirmed(bench, tablet) >= Some(two)
        })
        .await;
    assert_eq!(bench[tablet].alarms(), [""; 0]);
}

#[tokio::test]
async fn messages_that_are_left_out_are_counted_and_their_author_is_named() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    bench.get_across(ana, room, "one").await;
    bench.shows(ben, &["ana: one"]).await;
    let seq = place_of(&bench, ana, "one") + 1;
    bench.browser_mut(ben).tamper = Some(Box::new(move |text| {
        let mut frame: ServerFrame = serde_json::from_str(&text).unwrap();
        if let ServerFrame::Entry { entry, .. } = &mut frame {
            if entry.seq == seq {
                return Vec::new();
            }
            if entry.seq > seq {
                entry.seq -= 1;
            }
        }
        vec![serde_json::to_string(&frame).unwrap()]
    }));
    bench.get_across(ana, room, "two").await;
    bench.get_across(ana, room, "three").await;
    let expected = format!("One message of ana is missing before place {seq}.");
    bench
        .until("the alarm", |bench| {
            let alarms = bench[ben].alarms();
            alarms.iter().any(|alarm| alarm.starts_with(&expected))
        })
        .await;
}

#[tokio::test]
async fn what_this_device_saw_counts_also_where_the_vault_went_back() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    bench.get_across(ana, room, "one").await;
    bench.shows(ben, &["ana: one"]).await;
    bench.later(Duration::from_secs(60)).await;
    bench.back_up().await;
    bench.online(ana).await;
    bench.online(ben).await;
    bench.get_across(ana, room, "two").await;
    bench.shows(ben, &["ana: one", "ana: two"]).await;
    bench.later(Duration::from_secs(60)).await;
    bench.browser_mut(ben).network = Network::Cut;
    bench.browser_mut(ben).reload();
    bench.restore_backup().await;
    bench.browser_mut(ben).network = Network::Up;
    bench.online(ben).await;
    let open = Command::OpenRoom { room: Some(room) };
    bench.ask(ben, open).await.unwrap();
    bench
        .until("the alarm", |bench| {
            let alarms = bench[ben].alarms();
            alarms.iter().any(|alarm| alarm.contains("lost messages"))
        })
        .await;
    // Once, however long it lasts.
    bench.later(Duration::from_secs(120)).await;
    assert_eq!(bench[ben].alarms().len(), 1);
    assert!(bench[ben].notices.len() <= 2, "{:?}", bench[ben].notices);
}
