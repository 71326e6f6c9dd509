//! Taking messages back.

use model::{Command, ItemKind, Trouble};
use protocol::{Entry, RoomId, Seq, frame::ServerFrame, log::entry_hash, open::Role};
use std::time::Duration;
use testbench::{Bench, Network, Tamper, Who};

async fn two_in_a_room(bench: &mut Bench) -> (Who, Who, RoomId) {
    let ana = bench.person("ana").await;
    let ben = bench.person("ben").await;
    let room = bench.make_room(ana, "Choir").await;
    let key = bench.room_key(ana, room).await;
    bench.join(ben, &key).await;
    (ana, ben, room)
}

fn place_of(bench: &Bench, who: Who, wanted: &str) -> Seq {
    let is_it = |kind: &ItemKind| matches!(kind, ItemKind::Message { text, .. } if text == wanted);
    let mut timeline = bench[who].timeline.iter();
    let item = timeline.find(|item| is_it(&item.kind)).unwrap();
    item.seq.unwrap()
}

/// Who deleted whose messages, as one sees it.
fn deleted(bench: &Bench, who: Who) -> Vec<(String, Option<String>)> {
    let line = |kind: &ItemKind| match kind {
        ItemKind::Deleted { sender, by } => Some((sender.username.clone(), by.clone())),
        _ => None,
    };
    let timeline = bench[who].timeline.iter();
    timeline.filter_map(|item| line(&item.kind)).collect()
}

async fn sees_deleted(bench: &mut Bench, who: Who, whose: &str, by: Option<&str>) {
    let expected = vec![(whose.to_owned(), by.map(str::to_owned))];
    bench
        .until("the deletion", |bench| deleted(bench, who) == expected)
        .await;
    assert_eq!(bench[who].alarms(), [""; 0]);
    assert_eq!(bench[who].broken(), [""; 0]);
}

#[tokio::test]
async fn a_message_is_gone_everywhere_also_for_new_devices() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    bench.get_across(ben, room, "one").await;
    bench.get_across(ben, room, "the code is 4711").await;
    bench.get_across(ben, room, "three").await;
    bench
        .shows(ana, &["ben: one", "ben: the code is 4711", "ben: three"])
        .await;
    let seq = place_of(&bench, ben, "the code is 4711");
    bench
        .ask(ben, Command::DeleteMessage { room, seq })
        .await
        .unwrap();
    for who in [ana, ben] {
        sees_deleted(&mut bench, who, "ben", None).await;
    }
    bench.shows(ana, &["ben: one", "ben: three"]).await;
    let phone = bench.second_device("ana").await;
    bench.open(phone, room).await;
    bench.shows(phone, &["ben: one", "ben: three"]).await;
    sees_deleted(&mut bench, phone, "ben", None).await;

    bench.kill_server();
    bench.start_server().await;
    bench.online(ana).await;
    bench.get_across(ben, room, "four").await;
    bench
        .shows(phone, &["ben: one", "ben: three", "ben: four"])
        .await;
}

#[tokio::test]
async fn the_owner_deletes_what_others_wrote_where_the_room_allows_it() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    bench.get_across(ben, room, "spam").await;
    bench.get_across(ana, room, "please do not").await;
    bench.shows(ana, &["ben: spam", "ana: please do not"]).await;
    let (theirs, own) = (
        place_of(&bench, ana, "spam"),
        place_of(&bench, ana, "please do not"),
    );
    let by_ben = Command::DeleteMessage { room, seq: own };
    assert_eq!(bench.ask(ben, by_ben).await, Err(Trouble::NotAllowed));
    let seq = theirs;
    bench
        .ask(ana, Command::DeleteMessage { room, seq })
        .await
        .unwrap();
    for who in [ana, ben] {
        sees_deleted(&mut bench, who, "ben", Some("ana")).await;
    }
    let role = Command::SetRole {
        room,
        user: bench[ben].me.as_ref().unwrap().user,
        role: Role::Admin,
    };
    bench.ask(ana, role).await.unwrap();
    bench
        .until("ben hears that he is an admin", |bench| {
            let members = &bench[ben].room.as_ref().unwrap().members;
            members.iter().any(|it| it.me && it.role == Role::Admin)
        })
        .await;
    let by_ben = Command::DeleteMessage { room, seq: own };
    bench.ask(ben, by_ben).await.unwrap();
    bench
        .until("both are gone", |bench| deleted(bench, ana).len() == 2)
        .await;
}

#[tokio::test]
async fn a_deletion_survives_a_closed_page_and_reaches_the_server_once() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    bench.get_across(ben, room, "oops").await;
    let seq = place_of(&bench, ben, "oops");
    bench.browser_mut(ben).network = Network::Cut;
    bench
        .ask(ben, Command::DeleteMessage { room, seq })
        .await
        .unwrap();
    bench.later(Duration::from_secs(1)).await;
    bench.browser_mut(ben).reload();
    bench.browser_mut(ben).network = Network::Up;
    bench.online(ben).await;
    bench.open(ben, room).await;
    bench.open(ana, room).await;
    sees_deleted(&mut bench, ana, "ben", None).await;
    sees_deleted(&mut bench, ben, "ben", None).await;
}

/// Pages of history lack this entry's payload.
fn without(seq: Seq) -> Tamper {
    Box::new(move |text| {
        let mut frame: ServerFrame = serde_json::from_str(&text).unwrap();
        if let ServerFrame::Page { entries, .. } = &mut frame {
            for entry in entries.iter_mut().filter(|entry| entry.seq == seq) {
                entry.entry = Entry::Purged(entry_hash(&entry.entry));
            }
        }
        vec![serde_json::to_string(&frame).unwrap()]
    })
}

#[tokio::test]
async fn what_the_server_takes_away_by_itself_is_said() {
    let mut bench = Bench::new().await;
    let (_, ben, room) = two_in_a_room(&mut bench).await;
    bench.get_across(ben, room, "one").await;
    bench.get_across(ben, room, "two").await;
    bench.get_across(ben, room, "three").await;
    let seq = place_of(&bench, ben, "two");
    bench.later(Duration::from_secs(60)).await;
    let phone = bench.second_device("ana").await;
    bench.browser_mut(phone).tamper = Some(without(seq));
    bench.open(phone, room).await;
    bench
        .until("the alarm", |bench| !bench[phone].alarms().is_empty())
        .await;
    assert!(!bench[phone].messages().contains(&"ben: two".to_owned()));
    assert_eq!(bench[phone].broken().len(), 1);
}

#[tokio::test]
async fn a_warning_stays_until_it_is_understood_on_any_device() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    bench.get_across(ben, room, "one").await;
    bench.get_across(ben, room, "two").await;
    bench.get_across(ben, room, "three").await;
    let seq = place_of(&bench, ben, "two");
    bench.later(Duration::from_secs(60)).await;
    bench.browser_mut(ana).tamper = Some(without(seq));
    bench.browser_mut(ana).reload();
    bench.online(ana).await;
    bench.open(ana, room).await;
    bench
        .until("the alarm", |bench| !bench[ana].alarms().is_empty())
        .await;
    let said = |bench: &Bench, who: Who| -> Vec<String> {
        bench[who]
            .alarms()
            .iter()
            .map(ToString::to_string)
            .collect()
    };
    let sentences = said(&bench, ana);
    bench.browser_mut(ana).tamper = None;
    bench.later(Duration::from_secs(10)).await;
    bench.browser_mut(ana).reload();
    bench.online(ana).await;
    bench.open(ana, room).await;
    bench
        .until("it is still there", |bench| said(bench, ana) == sentences)
        .await;
    let phone = bench.second_device("ana").await;
    bench.open(phone, room).await;
    bench
        .until("it is there too", |bench| said(bench, phone) == sentences)
        .await;
    for sentence in sentences {
        let understood = Command::DismissAlarm { room, sentence };
        bench.ask(phone, understood).await.unwrap();
    }
    bench
        .until("it is gone on both", |bench| {
            bench[phone].alarms().is_empty() && bench[ana].alarms().is_empty()
        })
        .await;
}
