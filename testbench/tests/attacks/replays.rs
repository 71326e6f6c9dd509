//! What was said once is shown again: where it was said, in another room, under another key.

use crate::setting::*;
use client::body::Content;
use model::Command;

const NOT_OPEN: &str =
    "A message here does not open with the room key. It may be damaged or forged.";
const NOT_HERS: &str = "Someone wrote a message in the name of ana. It is not shown.";

#[tokio::test]
async fn a_message_shown_twice_is_shown_once_and_the_repetition_is_said() {
    let (mut bench, ana, ben, room) = choir().await;
    bench.get_across(ana, room, "I agree").await;
    bench.shows(ben, &["ana: I agree"]).await;
    let told = bench.adversary.tell(ben, room);
    let agreed = told.log().last_sealed();
    told.add(agreed);
    let sentence = "The server repeated a message of ana: it was written once, at place 4, and stands again at place 5.";
    alarm(&mut bench, ben, sentence).await;
    assert_eq!(bench[ben].messages(), ["ana: I agree"]);
    let line = "The server repeated a message here that was sent only once.";
    assert_eq!(bench[ben].broken(), [line]);
}

/// The same, found the other way round: the repetition is on the screen before the page with the message itself comes.
#[tokio::test]
async fn a_repetition_that_comes_before_its_original_is_said_too() {
    let (mut bench, ana, _, room) = choir().await;
    bench.get_across(ana, room, "I agree").await;
    for number in 0..60 {
        bench.get_across(ana, room, &format!("line {number}")).await;
    }
    let phone = bench.second_device("ben").await;
    let told = bench.adversary.tell(phone, room);
    let agreed = told.log().entry(told.log().sealed()[1]).clone();
    told.add(agreed);
    bench.open(phone, room).await;
    let sentence = "The server repeated a message of ana: it was written once, at place 4, and stands again at place 65.";
    let says = |alarm: &&str| alarm.starts_with(sentence);
    while !bench[phone].alarms().iter().any(says) {
        bench.ask(phone, Command::LoadOlder { room }).await.unwrap();
        bench.later(std::time::Duration::from_secs(1)).await;
    }
    let agreed = bench[phone].messages();
    assert_eq!(agreed.iter().filter(|it| *it == "ana: I agree").count(), 1);
}

#[tokio::test]
async fn a_message_of_another_room_does_not_open_here() {
    let (mut bench, ana, ben, room) = choir().await;
    let kitchen = bench.make_room(ana, "Kitchen").await;
    let key = bench.room_key(ana, kitchen).await;
    bench.join(ben, &key).await;
    bench.get_across(ana, kitchen, "throw it away").await;
    let said = bench.adversary.log(kitchen).last_sealed();
    bench.open(ben, room).await;
    bench.adversary.tell(ben, room).add(said);
    broken(&mut bench, ben, NOT_OPEN).await;
    assert_eq!(bench[ben].messages(), [""; 0]);
}

#[tokio::test]
async fn a_message_of_an_earlier_key_does_not_open_under_the_next() {
    let (mut bench, ana, ben, room) = choir().await;
    let cleo = joins(&mut bench, "cleo", room, ana).await;
    bench.get_across(ana, room, "welcome").await;
    bench.ask(cleo, Command::LeaveRoom { room }).await.unwrap();
    bench.get_across(ana, room, "just us").await;
    bench.shows(ben, &["ana: welcome", "ana: just us"]).await;
    let log = bench.adversary.log(room);
    let before = |seq: &&u64| **seq < log.header().1;
    let welcome = *log.sealed().iter().rfind(before).unwrap();
    let welcome = log.entry(welcome).clone();
    bench.adversary.tell(ben, room).add(welcome);
    broken(&mut bench, ben, NOT_OPEN).await;
    assert_eq!(bench[ben].messages(), ["ana: welcome", "ana: just us"]);
}

/// Someone who is in both rooms seals Ana's words anew: they open here, but she signed them for there.
#[tokio::test]
async fn words_of_another_room_sealed_anew_are_not_shown_as_their_writers() {
    let (mut bench, ana, ben, room) = choir().await;
    let kitchen = bench.make_room(ana, "Kitchen").await;
    let key = bench.room_key(ana, kitchen).await;
    bench.join(ben, &key).await;
    bench.get_across(ana, kitchen, "throw it away").await;
    let theirs = bench.room_keys(ben, kitchen).await;
    let said = theirs.open(&bench.adversary.log(kitchen).last_sealed());
    bench.open(ben, room).await;
    let anew = bench.room_keys(ben, room).await.seal(&said);
    bench.adversary.tell(ben, room).add(anew);
    broken(&mut bench, ben, NOT_HERS).await;
    assert_eq!(bench[ben].messages(), [""; 0]);
}

#[tokio::test]
async fn words_of_an_earlier_key_sealed_anew_are_not_shown_as_their_writers() {
    let (mut bench, ana, ben, room) = choir().await;
    bench.get_across(ana, room, "welcome").await;
    let said = bench.adversary.log(room).last_sealed();
    let said = bench.room_keys(ben, room).await.open(&said);
    bench.ask(ana, Command::ChangeKey { room }).await.unwrap();
    bench.get_across(ana, room, "once more").await;
    bench.shows(ben, &["ana: welcome", "ana: once more"]).await;
    let anew = bench.room_keys(ben, room).await.seal(&said);
    bench.adversary.tell(ben, room).add(anew);
    broken(&mut bench, ben, NOT_HERS).await;
    assert_eq!(bench[ben].messages(), ["ana: welcome", "ana: once more"]);
}

/// The server counts by the ids that it sees; they say nothing about who wrote what, or whether it was said before.
#[tokio::test]
async fn two_messages_under_one_id_are_two_messages() {
    let (mut bench, ana, ben, room) = choir().await;
    let cleo = joins(&mut bench, "cleo", room, ana).await;
    let keys = bench.room_keys(cleo, room).await;
    let mallory = bench.accomplice(cleo);
    let mut body = mallory.body(&bench.adversary.log(room), "one");
    let told = bench.adversary.tell(ben, room);
    told.add(mallory.seal(&keys, &body));
    body.device.0 = [1; 16];
    body.content = Content::Text {
        text: "two".to_owned(),
    };
    told.add(mallory.seal(&keys, &body));
    bench.shows(ben, &["cleo: one", "cleo: two"]).await;
    all_is_well(&bench, ben);
}
